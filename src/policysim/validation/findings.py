"""Findings as values: a code, a severity, a place, one sentence, and what to do.

The severities are the finding types of IAM Access Analyzer (API reference, ValidatePolicyFinding).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.locator import span_of

if TYPE_CHECKING:
    from policysim.language.source import Location, Span


class FindingSeverity(Enum):
    """How much a finding matters, the worst first.

    An error: AWS refuses to save the document. A security warning: it allows more than its author will want. A
    warning: a part of it does not do what it says. A suggestion: it does, and could say it better.
    """

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(FindingSeverity)}


class FindingKind(NamedTuple):
    """One row of the table of findings.

    ``refused`` is the severity in documents that IAM itself stores, where that differs: IAM refuses what other
    services save. ``rules`` are those of the specification; ``source`` is the page of AWS that says so.
    """

    code: str
    severity: FindingSeverity
    rules: tuple[str, ...]
    title: str
    source: str
    refused: FindingSeverity | None = None


class Finding(NamedTuple):
    """One finding at one place; ``where`` is found in the text only when shown."""

    kind: FindingKind
    severity: FindingSeverity
    message: str
    where: Span | Location | None
    hint: str = ""

    @property
    def code(self) -> str:
        """The code of the kind, such as ``unknown-action``."""
        return self.kind.code

    @property
    def span(self) -> Span | None:
        """The exact place; ``None`` when there is no text to point at."""
        return None if self.where is None else span_of(self.where)
