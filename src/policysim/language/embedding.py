"""A policy document kept as a JSON string inside another file, read in place: its spans point into that file.

AWS prints documents as JSON in a string (queue and topic attributes, bucket policies) and percent-encoded in a
string (IAM's API). Source: IAM API reference, PolicyDocument (RFC 3986 encoding); RFC 8259 for the escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from policysim.language.locator import locate
from policysim.language.source import Origin, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.source import Location

_ENCODED_BRACE = "%7b"
_PERCENT_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.|[^\\]", re.DOTALL
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def is_document(text: str) -> bool:
    """Whether a string is a policy document itself, plain or percent-encoded, and not the name of a file."""
    start = text.lstrip(" \t\r\n")[:3]
    return start.startswith("{") or start.lower() == _ENCODED_BRACE


def embedded_source(text_value: str, location: Location) -> Source:
    """The document in the string ``text_value``, which stands at ``location``, as a source of its own.

    The string is percent-decoded when it starts with ``%7B``. Where its characters stand in the outer file is found
    only when a place is asked for.
    """
    offsets = EmbeddedOffsets(location, percent_encoded=not text_value.lstrip(" \t\r\n").startswith("{"))
    text = _PERCENT_RUN.sub(_run_decoded, text_value) if offsets.percent_encoded else text_value
    return Source(location.source.name, text, Origin(location.source, offsets, offsets.escape))


class EmbeddedOffsets(Sequence[int]):
    """For every character of an embedded document, its offset in the outer source; one more entry for the end.

    ``location`` is where the string that holds the document stands in the outer source.
    """

    def __init__(self, location: Location, *, percent_encoded: bool) -> None:
        self.location = location
        self.percent_encoded = percent_encoded

    @cached_property
    def _table(self) -> list[int]:
        literal = locate(self.location)
        first, inner = literal.start + 1, literal.text[1:-1]
        starts = [first + unit.start() for unit in _JSON_UNIT.finditer(inner)]
        if self.percent_encoded:
            text = "".join(_unit_decoded(unit[0]) for unit in _JSON_UNIT.finditer(inner))
            starts = [starts[start] for _, start in _percent_units(text)]
        return [*starts, first + len(inner)]

    def escape(self, text: str) -> str:
        """New text of the document, written the way it must stand inside the outer string."""
        if self.percent_encoded:
            text = "".join(char if char in _UNRESERVED else _percent_encoded(char) for char in text)
        return json.dumps(text)[1:-1]

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        return self._table[index]

    def __len__(self) -> int:
        return len(self._table)


def _unit_decoded(unit: str) -> str:
    return str(json.loads(f'"{unit}"', strict=False)) if unit.startswith("\\") else unit


def _percent_encoded(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _run_decoded(run: re.Match[str]) -> str:
    encoded = bytes.fromhex(run[0].replace("%", ""))
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(char for char, _ in _percent_units(run[0]))


def _percent_units(text: str) -> Iterator[tuple[str, int]]:
    """Every decoded character with the offset at which its encoding starts; what is no UTF-8 stays as it is written."""
    at = 0
    for run in _PERCENT_RUN.finditer(text):
        yield from ((text[index], index) for index in range(at, run.start()))
        yield from _run_units(run[0], run.start())
        at = run.end()
    yield from ((text[index], index) for index in range(at, len(text)))


def _run_units(run: str, offset: int) -> Iterator[tuple[str, int]]:
    encoded = bytes.fromhex(run.replace("%", ""))
    at = 0
    while at < len(encoded):
        for width in (1, 2, 3, 4):
            try:
                char = encoded[at : at + width].decode("utf-8")
            except UnicodeDecodeError:
                continue
            yield char[0], offset + 3 * at
            at += width
            break
        else:
            yield from ((run[3 * at + step], offset + 3 * at + step) for step in range(3))
            at += 1
