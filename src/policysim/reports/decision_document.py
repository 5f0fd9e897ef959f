"""The document model of a decision: what every renderer shows of it, places found, nothing left to look up.

Standard library only: ``policysim eval`` goes through here and must not wait for pydantic. The published JSON Schema
is generated from these types (see ``schema``), so their field names are the keys of the JSON report.
"""

from dataclasses import dataclass, field

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LayerName

SCREEN_ONLY = {"screen_only": True}
"""Marks a field that renderers for people show, and that the JSON report does not promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDocument:
    """An underlined part of one source line; columns are 1-based code points of the file's line."""

    column: int
    end_column: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDocument:
    """One source line, or the part of a very long one that starts at ``start_column``."""

    number: int
    start_column: int
    text: str
    cut: bool
    marks: tuple[MarkDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDocument:
    """A statement and where it stands. ``index`` counts from 0; ``line`` and ``column`` count from 1."""

    policy: str
    policy_arn: str | None
    layer: LayerName
    node: str
    sid: str | None
    index: int
    effect: str
    certain: bool
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    opens: bool = field(metadata=SCREEN_ONLY)
    """Whether ``file`` is one that a person can open, and not only the name of what states it."""

    excerpt: tuple[LineDocument, ...] = field(metadata=SCREEN_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlingValue:
    """One class of values of an unknown key and the effect it leads to; ``value`` is null for an absent key."""

    value: str | None
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownKeyDocument:
    """A context key that the decision hangs on, and the values of it that would settle the decision."""

    key: str
    values: tuple[SettlingValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaveatDocument:
    """Something to know before acting on the decision."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDocument:
    """A problem in a policy text; ``file``, ``line`` and ``column`` are null when there is no text to point at."""

    code: str
    message: str
    hint: str
    file: str | None
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDocument:
    """Something the decision would need and that was not collected or cannot be read; ``command`` fetches it."""

    code: str
    sentence: str
    command: str
    problems: tuple[ProblemDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDocument:
    """The answer to one request. ``possible`` lists other effects still open."""

    effect: Effect
    layer: str
    statements: tuple[StatementDocument, ...]
    blocking: tuple[LayerName, ...]
    possible: tuple[Effect, ...]
    unknown_keys: tuple[UnknownKeyDocument, ...]
    caveats: tuple[CaveatDocument, ...]
    gaps: tuple[GapDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDocument:
    """One check, in the words of AWS's GetRequestAuthorizationDetails (and ``UNKNOWN`` of our own).

    ``layer`` is our word for it; ``present`` tells whether the layer has policies, ``needed`` whether its Allow was
    needed; ``blocking_node`` is the level of the organisation that lacks an Allow.
    """

    checkType: str  # noqa: N815  # AWS's own key
    evaluatedEffect: Verdict  # noqa: N815  # AWS's own key
    target: str | None
    matchedStatements: tuple[StatementDocument, ...]  # noqa: N815  # AWS's own key
    layer: LayerName
    present: bool
    needed: bool
    blocking_node: str | None
    gaps: tuple[GapDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """What was asked."""

    principal: str | None
    action: str
    resource: str
    resource_account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDocument:
    """What ``policysim eval --format json`` prints for one request."""

    schema: int
    policysim: str
    request: RequestSummary
    decision: DecisionDocument
    checks: tuple[CheckDocument, ...]
