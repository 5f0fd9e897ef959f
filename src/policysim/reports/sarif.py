"""The findings of ``policysim check`` as SARIF 2.1.0, which code hosts and editors read.

Source: OASIS SARIF 2.1.0; columns are counted in code points.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from policysim.reports.check_document import rules_named
from policysim.validation.finding_kinds import FINDING_KINDS
from policysim.validation.findings import FindingSeverity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.reports.check_document import CheckFile, FindingDocument
    from policysim.validation.findings import FindingKind

SCHEMA_URI: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "SRCROOT"
"""The name of the folder that relative places are relative to."""

LEVELS: Final[Mapping[FindingSeverity, str]] = {
    FindingSeverity.ERROR: "error",
    FindingSeverity.SECURITY_WARNING: "warning",
    FindingSeverity.WARNING: "warning",
    FindingSeverity.SUGGESTION: "note",
}
"""The level of SARIF for each severity; the severity itself stands among the properties of a result."""


def sarif_text(document: CheckFile, folder: Path) -> str:
    """The run as SARIF; files below ``folder`` are named relative to it."""
    return json.dumps(sarif_log(document, folder), indent=2) + "\n"


def sarif_log(document: CheckFile, folder: Path) -> dict[str, Any]:
    """The same as a JSON value."""
    numbers = {kind.code: number for number, kind in enumerate(FINDING_KINDS)}
    found = [finding for policy in document.policies for finding in policy.findings]
    driver = {
        "name": "policysim",
        "semanticVersion": document.policysim,
        "rules": [_rule(kind) for kind in FINDING_KINDS],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, numbers[finding.code], folder) for finding in found],
    }
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}


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
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(finding.file, folder), "region": region}}],
        "partialFingerprints": {"policysim/v1": _fingerprint(finding)},
        "properties": {"severity": finding.severity.value},
    }


def _artifact(file: str, folder: Path) -> dict[str, str]:
    path = PurePath(file)
    if path.is_absolute():
        if not path.is_relative_to(folder):
            return {"uri": f"file://{quote(path.as_posix())}"}
        path = path.relative_to(folder)
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}


def _fingerprint(finding: FindingDocument) -> str:
    """The same for one finding as long as its file, its code and what it says stay, wherever its lines go."""
    text = f"{finding.file}\n{finding.code}\n{finding.message}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
