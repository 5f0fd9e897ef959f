"""The document model of the answer of AWS's policy simulator beside ours, as ``policysim eval --ask-aws`` prints it.

Standard library only, as ``decision_document``; the published JSON Schema is generated from these types.
"""

from dataclasses import dataclass

from policysim.reports.decision_document import AnswerDocument, StatementDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStatementDocument:
    """A statement that AWS names as determining: the policy, its type and the place in AWS's own text of it.

    ``statement`` is the one at hand that it is; null where that cannot be told.
    """

    policy: str
    type: str
    line: int | None
    column: int | None
    statement: StatementDocument | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitDocument:
    """Something that the simulator is known not to look at, with AWS's page, and whether it matters here."""

    code: str
    sentence: str
    source: str
    applies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorDocument:
    """What AWS's policy simulator said, in its own words, and how that compares.

    ``operation`` is ``SimulatePrincipalPolicy`` or ``SimulateCustomPolicy``, and ``why`` tells why that one was asked.
    ``outcome`` is ``agrees``, ``agrees-when-absent``, ``open``, ``other-kind``, ``explained`` or ``disagrees``, and
    ``sentence`` says it in words. What AWS does not tell is null.
    """

    operation: str
    why: str
    decision: str
    matched_statements: tuple[SimulatedStatementDocument, ...]
    missing_context_values: tuple[str, ...]
    allowed_by_organizations: bool | None
    allowed_by_permissions_boundary: bool | None
    decision_details: dict[str, str]
    outcome: str
    sentence: str
    limits: tuple[LimitDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedAnswerDocument(AnswerDocument):
    """What ``policysim eval --format json`` prints for one request; ``simulator`` is there with ``--ask-aws`` alone."""

    simulator: SimulatorDocument | None = None
