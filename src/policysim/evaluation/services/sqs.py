"""Amazon SQS: a task session of the root user can mend a queue policy that denies everybody.

Source: STS API reference, AssumeRoot (task policy ``SQSUnlockQueuePolicy``); spec E2, E32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.deviation import Deviation
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _task_session_escapes(request: Request, layer: LayerName) -> bool:
    caller = request.principal
    return (
        layer is LayerName.RESOURCE
        and caller.kind is PrincipalKind.ROOT
        and caller.account is not None
        and caller.account == request.resource.account
        and request.context.get("aws:AssumedRoot") == ("true",)
    )


QUEUE_POLICY = Deviation("a task session of the root user", ("E2", "E32"), ignores_denies_of=_task_session_escapes)
