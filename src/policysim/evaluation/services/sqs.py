"""Amazon SQS: a task session of the root user can mend a queue policy that denies everybody.

Source: STS API reference, AssumeRoot (task policy ``SQSUnlockQueuePolicy``); spec E2, E32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.access import same_account
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.deviation import Deviation
from policysim.evaluation.truth import FALSE, Truth, all_of, known
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _task_session_escapes(request: Request, layer: LayerName) -> Truth:
    if layer is not LayerName.RESOURCE or request.principal.kind is not PrincipalKind.ROOT:
        return FALSE
    return all_of((same_account(request), known(request.context.get("aws:AssumedRoot") == ("true",))))


QUEUE_POLICY = Deviation("a task session of the root user", ("E2", "E32"), ignores_denies_of=_task_session_escapes)
