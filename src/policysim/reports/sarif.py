"""The findings of ``policysim check`` as SARIF, which code hosts and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.reports.check_document import rules_named
from policysim.reports.sarif_format import fingerprint, location, log_of, log_text, message, region
from policysim.validation.finding_kinds import FINDING_KINDS
from policysim.validation.findings import FindingSeverity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.reports.check_document import CheckFile, FindingDocument
    from policysim.validation.findings import FindingKind

LEVELS: Final[Mapping[FindingSeverity, str]] = {
    FindingSeverity.ERROR: "error",
    FindingSeverity.SECURITY_WARNING: "warning",
    FindingSeverity.WARNING: "warning",
    FindingSeverity.SUGGESTION: "note",
}
"""The level of SARIF for each severity; the severity itself stands among the properties of a result."""


def sarif_text(document: CheckFile, folder: Path) -> str:
    """The run as SARIF; files below ``folder`` are named relative to it."""
    return log_text(sarif_log(document, folder))


def sarif_log(document: CheckFile, folder: Path) -> dict[str, Any]:
    """The same as a JSON value."""
    numbers = {kind.code: number for number, kind in enumerate(FINDING_KINDS)}
    found = [finding for policy in document.policies for finding in policy.findings]
    return log_of(
        document.policysim,
        [_rule(kind) for kind in FINDING_KINDS],
        [_result(finding, numbers[finding.code], folder) for finding in found],
    )


def _rule(kind: FindingKind) -> dict[str, Any]:
    title = kind.title[:1].upper() + kind.title[1:] + "."
    help_text = f"{title} See {rules_named(kind.rules)} of docs/semantics.md. Source: {kind.source}."
    return {
        "id": kind.code,
        "shortDescription": {"text": title},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": {"severity": kind.severity.value, "tags": list(kind.rules)},
    }


def _result(finding: FindingDocument, number: int, folder: Path) -> dict[str, Any]:
    text = finding.message + (f" ({finding.hint})" if finding.hint else "")
    place = region(finding.line, finding.column, finding.end_line, finding.end_column)
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        "message": message(text),
        "locations": [location(finding.file, place, folder)],
        "partialFingerprints": fingerprint(finding.file, finding.code, finding.message),
        "properties": {"severity": finding.severity.value},
    }
