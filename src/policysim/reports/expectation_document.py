"""The document model of ``policysim expect``: what every renderer shows of the expectations of a run, places found.

Standard library only; the published JSON Schema is generated from these types (see ``schema``).
"""

from dataclasses import dataclass, field

from policysim.expectations.results import Standing
from policysim.language.problems import Severity
from policysim.reports.decision_document import SCREEN_ONLY, CheckDocument, DecisionDocument, LineDocument
from policysim.reports.document import NearMissDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDocument:
    """A part of a file. Lines and columns count from 1; the end is just behind the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceProblemDocument:
    """What is wrong with an expectation or its file, or worth a warning; ``place`` is null where no text shows it."""

    code: str
    severity: Severity
    message: str
    hint: str
    place: PlaceDocument | None
    excerpt: tuple[LineDocument, ...] = field(metadata=SCREEN_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedKeyDocument:
    """A context key that the request was asked with; no value: the key is absent."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRequestDocument:
    """One request that an expectation stands for; ``caller`` is the principal as a person names it.

    ``authorization`` says whose authorization the decision is, where the request needs several.
    """

    caller: str
    principal: str | None
    action: str
    resource: str
    resource_account: str | None
    context: tuple[StatedKeyDocument, ...]
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallDocument:
    """One answer that is not as expected; ``near_misses`` where an Allow was wanted and none stands."""

    sentence: str
    undecided: bool
    request: ShortRequestDocument
    decision: DecisionDocument
    checks: tuple[CheckDocument, ...]
    near_misses: tuple[NearMissDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationDocument:
    """One expectation and what came out of it.

    Of ``asked`` requests ``short`` were not as expected; ``shortfalls`` are the most telling of them, not all.
    ``by_guardrail`` counts the denials that a Deny or a limiting layer keeps whatever else allows. ``used_at`` leads
    from the innermost ``use`` outwards.
    """

    sentence: str
    form: str
    standing: Standing
    place: PlaceDocument
    used_at: tuple[PlaceDocument, ...]
    asked: int
    short: int
    sampled: bool
    by_guardrail: int
    shortfalls: tuple[ShortfallDocument, ...]
    problems: tuple[SentenceProblemDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationFileDocument:
    """One expectation file; ``account`` is where its policies were read, null where the file broke off before."""

    file: str
    account: str | None
    problems: tuple[SentenceProblemDocument, ...]
    expectations: tuple[ExpectationDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationSummary:
    """How many there are of each; ``broken`` counts expectations, ``errors`` and ``warnings`` every problem told."""

    files: int
    expectations: int
    met: int
    unmet: int
    undecided: int
    broken: int
    errors: int
    warnings: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationReport:
    """What ``policysim expect --format json`` prints."""

    schema: int
    policysim: str
    summary: ExpectationSummary
    files: tuple[ExpectationFileDocument, ...]
