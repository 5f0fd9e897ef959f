"""The diagnosis of one denied call: the nouns that reports render."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.operators import operator_named

if TYPE_CHECKING:
    from policysim.cloudtrail.call import Call, CallRequest
    from policysim.evaluation.decision import Decision, Effect, Outcome, StatementMatch
    from policysim.language.edits import TextEdit
    from policysim.language.source import Source


class Agreement(Enum):
    """Whether our decision and AWS's answer are the same."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"


class NearMiss(NamedTuple):
    """A statement that is one element short of changing the decision, and the element.

    An Allow that is one element short of matching; or, with ``spares``, a Deny that matches and an element of it that
    spares other requests, such as a list of exempted principals. ``far``: the statement is about other resources, and
    shares no more than its service and action with the request.
    """

    match: StatementMatch
    outcome: Outcome
    spares: bool = False
    far: bool = False

    @property
    def sentence(self) -> str:
        """What the element wants and what the request has, in words."""
        if not self.spares:
            return self.outcome.sentence
        name, found = self.outcome.key or str(self.outcome.path[0]), self.outcome.found or "none"
        if name != self.outcome.key:
            return f"spares what {name} lists, {self.outcome.wanted}, the request has {found}"
        operator = operator_named(str(self.outcome.path[1]))
        if operator is not None and operator.base.negated:
            return f"spares {name} {self.outcome.wanted}, the request has {found}"
        absent = " or absent" if operator is not None and operator.if_exists else ""
        return f"holds where {name} is {self.outcome.wanted}{absent}, the request has {found}"


def label(match: StatementMatch) -> str:
    """A statement in words: its Sid or number, and its policy."""
    name = f"`{match.statement.sid}`" if match.statement.sid else f"statement {match.statement.index + 1}"
    return f"{name} of `{match.attached.name}`"


class FixKind(Enum):
    """The kinds of edit that are proposed."""

    ADD_ACTION = "add-action"
    ADD_RESOURCE = "add-resource"
    ADD_OBJECTS = "add-objects"
    ADD_PRINCIPAL = "add-principal"
    ADD_CONDITION_VALUE = "add-condition-value"
    ADD_STATEMENT = "add-statement"
    NEW_POLICY = "new-policy"
    DROP_EXCLUSION = "drop-exclusion"
    EXCEPT_PRINCIPAL = "except-principal"
    EXCEPT_ACTION = "except-action"
    EXCEPT_RESOURCE = "except-resource"
    EXCEPT_VALUE = "except-value"


class Verification(NamedTuple):
    """What the evaluator says once an edit is made.

    ``layer`` is the next layer in the way when it is a denial; ``unknown_keys`` are those that an open decision still
    hangs on (none: it hangs on what was not collected).
    """

    effect: Effect
    layer: str
    unknown_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One proposed edit of the user's text.

    ``kind`` is from a closed set (the values of ``FixKind``); ``edits`` all lie in ``source`` (an empty source is a
    file that does not exist yet); ``command`` is the AWS CLI call that deploys the edited document; ``also_affects``
    lists the ARNs or ids of others that have the same document, or whom the edited statement names (``*``: everybody).

    ``step`` counts from 1. Fixes of one step are alternatives, the smallest first; a fix of a later step is verified
    with the first fix of each earlier step in place, and its source is the edited text where an earlier step has
    edited the same document.
    """

    kind: str
    summary: str
    source: Source
    edits: tuple[TextEdit, ...]
    verified: Verification
    command: str = ""
    also_affects: tuple[str, ...] = ()
    warning: str = ""
    step: int = 1


class RequestDiagnosis(NamedTuple):
    """One request of the call, situated in the account and decided; ``decision`` is ``None`` without policies.

    ``told`` is the request as the call proves it, of which this may be one of several authorizations.
    """

    requested: CallRequest
    decision: Decision | None
    told: CallRequest | None = None

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs by which a message may name the resource: that of this authorization, and that of the call."""
        own = self.requested.request.resource.arn
        return (own,) if self.told is None else (own, self.told.request.resource.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that is said about one denied call.

    ``decision`` is that of the request that AWS refused, with its trace. ``disagreement`` says why AWS and we differ,
    or why that cannot be told; ``disagreement_code`` is the same for machines (a code of ``agreement.Finding``).
    ``next_steps`` are facts or commands that would settle what is open, most useful first.
    """

    call: Call
    requests: tuple[RequestDiagnosis, ...]
    decision: Decision | None
    agreement: Agreement
    disagreement: str = ""
    disagreement_code: str = ""
    near_misses: tuple[NearMiss, ...] = ()
    fixes: tuple[Fix, ...] = ()
    next_steps: tuple[str, ...] = ()
