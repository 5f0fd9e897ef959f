"""The document model of ``policysim check``: what every renderer shows of the findings, places found.

Standard library only; the published JSON Schema is generated from these types (see ``schema``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from policysim.reports.decision_document import SCREEN_ONLY, LineDocument
from policysim.validation.findings import FindingSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDocument:
    """One finding. Lines and columns count from 1.

    ``rules`` are those of docs/semantics.md, ``source`` is the page of AWS that says so.
    """

    code: str
    severity: FindingSeverity
    message: str
    hint: str
    rules: tuple[str, ...]
    source: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: tuple[LineDocument, ...] = field(metadata=SCREEN_ONLY)


def rules_named(rules: Sequence[str]) -> str:
    """``rule G1``, ``rules G5, G23``."""
    return f"{'rule' if len(rules) == 1 else 'rules'} {', '.join(rules)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicyDocument:
    """One document: its file, the JSON pointer to it in the file, what it was checked as, and why as that."""

    file: str
    pointer: str
    type: str
    type_reason: str
    findings: tuple[FindingDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """How many documents were checked, and how many findings of each severity there are, listed or not."""

    policies: int
    error: int
    security_warning: int
    warning: int
    suggestion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFile:
    """What ``policysim check --format json`` prints; ``severity`` is the least severity that is listed."""

    schema: int
    policysim: str
    severity: FindingSeverity
    summary: CheckSummary
    policies: tuple[CheckedPolicyDocument, ...]
