"""The document model of an explanation: one report for each denied call, the same for every renderer.

The field names are the keys of ``policysim explain --format json``. Keys are never removed within a schema number.
"""

from dataclasses import dataclass, field

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.reasons import Element
from policysim.explanation.diagnosis import Agreement, Tested
from policysim.reports.decision_document import (
    SCREEN_ONLY,
    CheckDocument,
    DecisionDocument,
    LineDocument,
    StatementDocument,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDocument:
    """The CloudTrail record of the call."""

    id: str | None
    time: str | None
    source: str | None
    name: str | None
    region: str | None
    principal: str | None
    account: str | None
    error_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialDocument:
    """What AWS said, word for word in ``raw``.

    ``iam`` is false when no policy caused the denial; ``cause`` says then what did, ``cause_code`` the same for
    machines, ``advice`` what to do about it. ``operation`` and ``service`` are the call as the message names it.
    """

    raw: str
    recognised: bool
    principal: str | None
    action: str | None
    resource: str | None
    layer: str | None
    kind: DenialKind
    policy_arn: str | None
    authorization_id: str | None
    iam: bool
    cause: str | None
    cause_code: str | None
    advice: str | None
    operation: str | None
    service: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceDocument:
    """Where each part of a request came from, in words."""

    principal: str
    action: str
    resource: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDocument:
    """One authorization that the call needs; ``decision`` is null without policies."""

    principal: str | None
    action: str
    resource: str
    resource_account: str | None
    conditional: bool
    provenance: ProvenanceDocument
    decision: DecisionDocument | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMissDocument:
    """A statement one element short: the element, what the policy wants, what the request has, and the place.

    ``reason`` is the stable code, ``sentence`` the same in words, ``rules`` the semantics rules behind it. With
    ``spares`` the statement is a Deny that matches, and the element is what spares other requests. With ``open`` it is
    not known whether the element matches; with ``far`` the statement is about other resources of the service.
    """

    statement: StatementDocument
    spares: bool
    open: bool
    far: bool
    element: Element
    key: str | None
    wanted: str
    found: str
    reason: str | None
    sentence: str
    rules: tuple[str, ...]
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: tuple[LineDocument, ...] = field(metadata=SCREEN_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDocument:
    """Facts that speak for and against a cause."""

    supporting: tuple[str, ...]
    opposing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisDocument:
    """One possible cause: what speaks for and against it, how it was tested, and what separates it from the others.

    ``code`` is stable; ``rank`` counts from 1. ``tested`` is ``confirmed``, ``possible`` or ``refuted``, ``test`` what
    was evaluated; ``next`` is null when nothing more is needed.
    """

    code: str
    cause: str
    rank: int
    layer: LayerName | None
    evidence: EvidenceDocument
    tested: Tested
    test: str
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDocument:
    """The one fact that would separate the causes that are left; ``command`` fetches it (empty: no command does)."""

    sentence: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleDocument:
    """One thing in the way: ``statement`` is a Deny that matches, or null where the layer allows nothing.

    ``node`` is the level of the layer. ``certain`` is false where what is not known decides whether it is in the way.
    ``setting`` denies and stands in no policy, such as S3 Block Public Access; empty where none does. ``or_layer`` is a
    layer whose Allow would do as well, where one side's is enough.
    """

    layer: LayerName
    node: str | None
    statement: StatementDocument | None
    certain: bool
    setting: str
    or_layer: LayerName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyDocument:
    """What ends the denial without any change of a policy; ``verified``: the request, so made, evaluates to allowed."""

    code: str
    sentence: str
    command: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCheckDocument:
    """One check of AWS's own evaluation beside ours; ``difference`` is empty where both sides agree."""

    checkType: str  # noqa: N815  # AWS's own key
    target: str
    theirs: str
    ours: str
    statements: tuple[str, ...]
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsEvaluationDocument:
    """AWS's own evaluation of the refused request, as a file of the user's holds it, beside ours.

    ``denied_by`` says who denied by AWS's evaluation alone.
    """

    kind: str
    source: str
    action: str
    resource: str
    effect: str
    checks: tuple[ComparedCheckDocument, ...]
    differences: tuple[str, ...]
    denied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationDocument:
    """The decision once the edit is made.

    ``layer`` is the next one in the way of a denial; ``unknown_keys`` are those that an open decision hangs on.
    """

    effect: Effect
    layer: str
    unknown_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementDocument:
    """A part of a file, and the text that comes in its place; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixDocument:
    """One proposed edit. ``diff`` is a unified diff that ``git apply`` takes when it runs in ``folder``.

    ``folder`` is empty where the document stands in no file: ``command`` holds all of it then. ``step`` counts from 1:
    fixes of one step are alternatives, those of a later step come on top of the first fix of each earlier one.
    ``replacements`` is the same edit by places in the file, as it lies there before any step; it is empty for a
    compressed file, and for none.
    """

    kind: str
    step: int
    summary: str
    file: str
    folder: str
    diff: str
    replacements: tuple[ReplacementDocument, ...]
    command: str
    also_affects: tuple[str, ...]
    verified: VerificationDocument
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is said about one denied call.

    ``refused`` counts from 0 and says which of ``requests`` AWS refused: ``decision`` and ``checks`` are about it.
    """

    event: EventDocument | None
    denial: DenialDocument | None
    requests: tuple[RequestDocument, ...]
    refused: int | None
    decision: DecisionDocument | None
    agreement: Agreement
    disagreement: str
    disagreement_code: str
    checks: tuple[CheckDocument, ...]
    near_misses: tuple[NearMissDocument, ...]
    obstacles: tuple[ObstacleDocument, ...]
    hypotheses: tuple[HypothesisDocument, ...]
    separating: FactDocument | None
    aws_evaluation: AwsEvaluationDocument | None
    remedies: tuple[RemedyDocument, ...]
    fixes: tuple[FixDocument, ...]
    unresolved: tuple[str, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDocument:
    """Denials with the same root cause.

    ``cause`` is the code of the likeliest hypothesis, or null without any; ``action`` is that of the first denial,
    ``actions`` are all of them; ``reports`` are positions in the list of
    reports, from 0; ``first`` and ``last`` are event times, null where no event has one. ``principals`` and
    ``resources`` are all that are concerned, in the order of their first denial.
    """

    cause: str | None
    action: str | None
    actions: tuple[str, ...]
    count: int
    first: str | None
    last: str | None
    reports: tuple[int, ...]
    principals: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """What ``policysim explain --format json`` prints. ``groups`` puts together the reports with the same cause."""

    schema: int
    policysim: str
    reports: tuple[Report, ...]
    groups: tuple[GroupDocument, ...]
