"""The diagnosis of one denied call: the nouns that reports render."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.operators import operator_named

if TYPE_CHECKING:
    from policysim.cloudtrail.call import Call, CallRequest
    from policysim.evaluation.decision import Decision, Effect, Outcome, StatementMatch
    from policysim.evaluation.layers import LayerName
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
            return f"exempts what {name} lists, {self.outcome.wanted}, the request has {found}"
        operator = operator_named(str(self.outcome.path[1]))
        if operator is not None and operator.base.negated:
            return f"exempts {name} {self.outcome.wanted}, the request has {found}"
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
    ADD_ENDPOINT_STATEMENT = "add-endpoint-statement"
    NEW_POLICY = "new-policy"
    ATTACH_POLICY = "attach-policy"
    CHANGE_OPERATOR = "change-operator"
    CHANGE_KEY = "change-key"
    CORRECT_VALUE = "correct-value"
    NAME_PRINCIPAL = "name-principal"
    DROP_EXCLUSION = "drop-exclusion"
    EXCEPT_PRINCIPAL = "except-principal"
    EXCEPT_ACTION = "except-action"
    EXCEPT_RESOURCE = "except-resource"
    EXCEPT_VALUE = "except-value"
    EXCEPT_PRINCIPAL_FOR_ACTION = "except-principal-for-action"
    EXCEPT_SERVICE_CALLS = "except-service-calls"
    EXCEPT_ENDPOINT = "except-endpoint"


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


class Tested(Enum):
    """What testing a possible cause by evaluation gave.

    ``CONFIRMED``: assuming the cause gives what AWS said, and nothing at hand speaks against it. ``POSSIBLE``: the
    cause can have produced the denial, and something that is not known keeps it from being confirmed. ``REFUTED``:
    with all that is known the cause cannot have produced this denial.
    """

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One possible cause of the denial, tested.

    ``code`` is from a closed set; ``cause`` says it in a sentence; ``rank`` counts from 1, the likeliest first.
    ``supporting`` and ``opposing`` are facts, a sentence each. ``test`` says what was evaluated and what came out
    (empty: there was nothing to evaluate). ``next`` is the command or fact that would separate this cause from the
    others; empty when nothing is needed.
    ``layer`` is the layer that denies under this cause; ``None`` when none does.
    """

    code: str
    cause: str
    rank: int
    tested: Tested
    test: str
    supporting: tuple[str, ...] = ()
    opposing: tuple[str, ...] = ()
    next: str = ""
    layer: LayerName | None = None


class Fact(NamedTuple):
    """One fact that would separate the causes that are left, and the command that fetches it (empty: none does)."""

    sentence: str
    command: str = ""


class Obstacle(NamedTuple):
    """One thing in the way of the request: a Deny that matches, or a layer (at a level of it) that allows nothing.

    ``match`` is the Deny statement; ``None`` where an Allow is missing, or where a ``setting`` denies that stands in no
    policy. ``certain`` is false where what is not known decides whether it is in the way at all. ``or_layer`` is a
    layer whose Allow would do as well: within one account one side's is enough.
    """

    layer: LayerName
    node: str | None
    match: StatementMatch | None
    certain: bool = True
    setting: str = ""
    or_layer: LayerName | None = None


class Remedy(NamedTuple):
    """What ends the denial without any change of a policy: a code of a closed set, a sentence, and a command if any.

    ``verified`` tells that the request, made as the sentence says, was evaluated and allowed.
    """

    code: str
    sentence: str
    command: str = ""
    verified: bool = False


class ComparedCheck(NamedTuple):
    """One check of AWS's own evaluation beside ours.

    ``theirs`` and ``ours`` are effects in AWS's words (``UNKNOWN`` where we cannot tell, empty where one side has no
    such check). ``statements`` are those that AWS lists as matched, ``policy: Sid`` each. ``difference`` is empty where
    both sides agree.
    """

    check_type: str
    target: str
    theirs: str
    ours: str
    statements: tuple[str, ...] = ()
    difference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsEvaluation:
    """AWS's own evaluation of the refused request, held against ours check by check, in AWS's order.

    ``kind`` is ``authorization-details`` or ``decoded-message``, ``source`` the file that it came from; ``effect`` is
    AWS's word. ``denied_by`` says who denied by AWS's evaluation alone, a phrase each. ``differences`` are sentences on
    all that differs; none: both agree as far as AWS tells, where there is a decision to compare with.
    """

    kind: str
    source: str
    action: str
    resource: str
    effect: str
    checks: tuple[ComparedCheck, ...] = ()
    denied_by: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


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
    or why that cannot be told, or what AWS's words leave out where both agree; ``disagreement_code`` is the same for
    machines (a code of ``agreement.Finding``).
    ``hypotheses`` are the possible causes, the likeliest first; ``separating`` is the one fact that would tell those
    apart that are left. ``obstacles`` is everything in the way, in the order in which AWS checks. ``remedies`` end the
    denial without a change of policy. ``aws`` is AWS's own evaluation, where it was given. ``next_steps`` are facts or
    commands that would settle what is open, most useful first.
    """

    call: Call
    requests: tuple[RequestDiagnosis, ...]
    decision: Decision | None
    agreement: Agreement
    disagreement: str = ""
    disagreement_code: str = ""
    near_misses: tuple[NearMiss, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    separating: Fact | None = None
    aws: AwsEvaluation | None = None
    remedies: tuple[Remedy, ...] = ()
    fixes: tuple[Fix, ...] = ()
    next_steps: tuple[str, ...] = ()
