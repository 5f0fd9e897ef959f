"""What every SARIF 2.1.0 log of policysim has in common: the frame, places, and fingerprints.

Source: OASIS SARIF 2.1.0; columns are counted in code points.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA_URI: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "SRCROOT"
"""The name of the folder that relative places are relative to."""


_HALF: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def log_of(version: str, rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A log of one run."""
    run = {
        "tool": {"driver": {"name": "policysim", "semanticVersion": version, "rules": list(rules)}},
        "columnKind": "unicodeCodePoints",
        "results": list(results),
    }
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}


def log_text(log: dict[str, Any]) -> str:
    """The log as it is written."""
    return json.dumps(log, indent=2) + "\n"


def message(text: str) -> dict[str, str]:
    """A message in plain text: what would be read as a link in it is none (SARIF 2.1.0, section 3.11.6)."""
    shown = printable(text)
    return {"text": shown.replace("[", "\\[") if "](" in shown else shown}


def location(file: str, region: dict[str, int], folder: Path) -> dict[str, Any]:
    """A place in a file; files below ``folder`` are named relative to it."""
    return {"physicalLocation": {"artifactLocation": artifact(file, folder), "region": region}}


def region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    """A part of a text: lines and columns count from 1, the end is just behind the last character."""
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def artifact(file: str, folder: Path) -> dict[str, str]:
    """A file; below ``folder`` relative to it."""
    path = PurePath(file)
    if path.is_absolute():
        if not path.is_relative_to(folder):
            return {"uri": f"file://{_quoted(path)}"}
        path = path.relative_to(folder)
    return {"uri": _quoted(path), "uriBaseId": ROOT}


def _quoted(path: PurePath) -> str:
    """The bytes of a path, percent-encoded; half a character, which no file name holds, is replaced."""
    return quote(_HALF.sub("\ufffd", path.as_posix()), errors="surrogateescape")


def fingerprint(*parts: str) -> dict[str, str]:
    """The same for one finding as long as ``parts`` stay, wherever its lines go."""
    text = "\n".join(parts)
    return {"policysim/v1": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()}
