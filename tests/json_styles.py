"""One JSON value written in the ways that people and tools write it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"


def _tabs(value: Any) -> str:
    return json.dumps(value, indent="\t", ensure_ascii=False)


def _crlf(value: Any) -> str:
    return json.dumps(value, indent=4).replace("\n", "\r\n") + "\r\n"


def _marked(value: Any) -> str:
    return "\ufeff" + json.dumps(value, indent=1, ensure_ascii=False)


def _spaced(value: Any) -> str:
    return f"\n  {json.dumps(value, separators=(' , ', ' : '))}\t\n"


def _escaped(value: Any) -> str:
    r"""Strings, names included, with every third letter or so as ``\uXXXX`` and slashes as ``\/``."""
    literals = re.compile(r'"(?:[^"\\]|\\.)*"')
    return literals.sub(lambda found: _escape(found[0]), json.dumps(value))


def _escape(literal: str) -> str:
    units = re.findall(r"\\u....|\\.|.", literal[1:-1])
    written = [
        f"\\u{ord(unit):04X}" if len(unit) == 1 and index % 3 == 0 else unit.replace("/", "\\/")
        for index, unit in enumerate(units)
    ]
    return f'"{"".join(written)}"'


STYLES: dict[str, Callable[[Any], str]] = {
    "compact": _compact,
    "indented": _indented,
    "tabs": _tabs,
    "crlf": _crlf,
    "byte order mark": _marked,
    "spaced": _spaced,
    "escaped": _escaped,
}
"""Name of a style to its writer; all of them write the same value."""
