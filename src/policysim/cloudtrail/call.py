"""The requests that one event proves, and where each part of them came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from policysim.cloudtrail.aws_evaluation import Evaluation
    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event
    from policysim.language.request import Request


FROM_MESSAGE: Final = "denial message"
NOT_KNOWN: Final = "not known"


class Provenance(NamedTuple):
    """Where the parts of a request came from, in words: ``denial message``, ``event name``, ``resources[]``, ..."""

    principal: str
    action: str
    resource: str
    owner: str


class CallRequest(NamedTuple):
    """One authorization that a call needs. ``conditional``: needed only when the call uses a certain option.

    ``evaluated`` is AWS's own evaluation of it, where that is at hand.
    """

    request: Request
    provenance: Provenance
    conditional: bool = False
    evaluated: Evaluation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to AWS: the event (``None`` when only a message was given), the denial, and the requests.

    ``unresolved`` says, one sentence each, what could not be made out; a call without requests always has one.
    ``missing`` are the actions that the call certainly needs and of which a resource could not be made out.
    """

    event: Event | None
    denial: Denial | None
    requests: tuple[CallRequest, ...]
    unresolved: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
