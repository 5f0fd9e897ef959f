"""The document model of statement coverage: figures, files, statements and their parts, places found.

Standard library only; the published JSON Schema is generated from these types (see ``schema``).
"""

from dataclasses import dataclass
from enum import Enum

from policysim.coverage.coverage import Status
from policysim.coverage.dead import DeadKind


class StatementEffect(Enum):
    """What a statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresDocument:
    """How many statements have each status; ``percent`` is the share of those not dead that decided an answer.

    ``unneeded`` counts the grants that no answer of a ``can`` needed. ``parts`` are those of the statements that are
    not dead. ``percent`` is null where there is no such statement.
    """

    statements: int
    decided: int
    matched: int
    never: int
    dead: int
    unneeded: int
    parts: int
    parts_decided: int
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanDocument:
    """A place in a file: lines and columns count from 1, ``end_column`` is the one just behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDocument:
    """One action, resource, principal or condition value; ``element`` says of what (``Action``, ``Bool aws:...``)."""

    element: str
    text: str
    status: Status
    unneeded: bool
    place: SpanDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadDocument:
    """Why a statement is dead, and where the statement stands that makes it so (empty and 0 for none)."""

    kind: DeadKind
    sentence: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCoverageDocument:
    """One statement: its ``Sid`` or number, and what became of it in how many answers.

    ``expectations`` names the first sentences that it decided for. ``excluded`` is why it has no part in the figures.
    """

    name: str
    effect: StatementEffect
    status: Status
    unneeded: bool
    matched: int
    decided: int
    needed: int
    place: SpanDocument
    dead: DeadDocument | None
    excluded: str
    expectations: tuple[str, ...]
    parts: tuple[PartDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCoverageDocument:
    """One policy document: its name, the JSON pointer to it in its file, its layers, and what it is attached to."""

    name: str
    pointer: str
    layers: tuple[str, ...]
    attached_to: tuple[str, ...]
    excluded: str
    place: SpanDocument
    statements: tuple[StatementCoverageDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverageDocument:
    """One file and its documents."""

    file: str
    figures: FiguresDocument
    documents: tuple[DocumentCoverageDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageDocument:
    """What ``--policysim-cov-report json`` and ``policysim expect --cov-report json`` write.

    ``kind`` is always ``policysim-coverage``. ``notes`` are sentences on what the figures do not hold.
    """

    kind: str
    schema: int
    policysim: str
    figures: FiguresDocument
    files: tuple[FileCoverageDocument, ...]
    notes: tuple[str, ...]
