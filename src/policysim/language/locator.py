"""Where a value of a JSON text stands: offsets found by skipping over the text, without building a tree.

Nothing here recurses with the depth of the text, and nothing raises: a place that a broken text does not have is
answered with the nearest enclosing place that it has. Members are compared as JSON reads them (escapes decoded), and
of two members with one name the last one counts, as it does for the value read.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.source import BYTE_ORDER_MARK, Location, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.language.source import Source

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(r'[^ \t\r\n,:"\[\]{}]*+')
_TO_BRACKET = re.compile(r'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+([\[{]|[\]}])', re.DOTALL)


class Member(NamedTuple):
    """One member of an object, or one item of a list (``name`` is its number, and there is no key to point at)."""

    name: str | int
    key_start: int
    key_end: int
    start: int
    end: int


def locate(location: Location) -> Span:
    """The span of a value, or of its member's name when ``at_key``; quotes and brackets are part of it."""
    text = location.source.text
    start, found = document_start(text), None
    for step in location.path:
        child = _children_of(location.source, start).get(step)
        if child is None:
            break
        start, found = child.start, child
    return _span(location, found or _document(text, start))


def locate_all(locations: Iterable[Location]) -> dict[Location, Span]:
    """The spans of many locations; no object and no list is read twice."""
    read: dict[tuple[Source, int], dict[str | int, Member]] = {}
    documents: dict[Source, Member] = {}
    spans: dict[Location, Span] = {}
    for location in locations:
        source, text = location.source, location.source.text
        if source not in documents:
            documents[source] = _document(text, document_start(text))
        found = documents[source]
        for step in location.path:
            place = (source, found.start)
            if place not in read:
                read[place] = {child.name: child for child in children_at(text, found.start)}
            if step not in read[place]:
                break
            found = read[place][step]
        spans[location] = _span(location, found)
    return spans


def span_of(where: Span | Location) -> Span:
    """The exact span of a place, whichever way it is given."""
    return locate(where) if isinstance(where, Location) else where


def document_start(text: str) -> int:
    """Where the one value of a whole text begins, behind white space and a byte order mark."""
    return _past_space(text, 1 if text.startswith(BYTE_ORDER_MARK) else 0)


def children_at(text: str, start: int) -> Iterator[Member]:
    """The direct members or items of the object or list that begins at ``start``, in order; none for other values."""
    opening = text[start : start + 1]
    if opening == "{":
        return _members(text, start + 1)
    return _items(text, start + 1) if opening == "[" else iter(())


def first_colon(text: str, start: int) -> str | None:
    """The first colon of the object that begins at ``start``, with the white space around it; ``None`` without one.

    The value behind it is not read: it may be nearly all of a long file.
    """
    if not text.startswith("{", start):
        return None
    head = _head(text, _past_space(text, start + 1))
    return None if head is None else text[head.key_end : head.start]


def value_end(text: str, start: int) -> int:
    """The offset just behind the value that begins at ``start``; the end of a text that breaks off before."""
    opening = text[start : start + 1]
    if opening == '"':
        return _string_end(text, start)
    if opening not in {"{", "["}:
        scalar = _SCALAR.match(text, start)
        return scalar.end() if scalar else start
    depth, at = 1, start + 1
    while depth:
        bracket = _TO_BRACKET.match(text, at)
        if bracket is None:
            return len(text)
        depth += 1 if bracket[1] in "[{" else -1
        at = bracket.end()
    return at


def _document(text: str, start: int) -> Member:
    end = value_end(text, start)
    return Member(0, start, end, start, end)


class _Children:
    """The children of one object or list, read only as far as somebody has asked."""

    __slots__ = ("_by_name", "_read", "_rest")

    def __init__(self, text: str, start: int) -> None:
        self._rest = children_at(text, start)
        self._read: list[Member] = []
        self._by_name: dict[str | int, Member] | None = None

    def get(self, step: str | int) -> Member | None:
        """The item at a position, or the last member of a name."""
        if isinstance(step, int):
            self._read.extend(islice(self._rest, max(0, step + 1 - len(self._read))))
            return next((child for child in self._read[step : step + 1] if child.name == step), None)
        if self._by_name is None:
            self._read.extend(self._rest)
            self._by_name = {child.name: child for child in self._read}
        return self._by_name.get(step)


@lru_cache(maxsize=64)
def _children_of(source: Source, start: int) -> _Children:
    """Remembered, since many places of one document share the way down to it, and its file may be long."""
    return _Children(source.text, start)


class _Head(NamedTuple):
    """A member up to where its value begins."""

    key_start: int
    key_end: int
    start: int


def _head(text: str, at: int) -> _Head | None:
    if not text.startswith('"', at):
        return None
    key_end = _string_end(text, at)
    colon = _past_space(text, key_end)
    return _Head(at, key_end, _past_space(text, colon + 1)) if text.startswith(":", colon) else None


def _members(text: str, at: int) -> Iterator[Member]:
    at = _past_space(text, at)
    while (head := _head(text, at)) is not None:
        key_start, key_end, start = head
        end = value_end(text, start)
        yield Member(_decoded(text[key_start:key_end]), key_start, key_end, start, end)
        comma = _past_space(text, end)
        if not text.startswith(",", comma):
            return
        at = _past_space(text, comma + 1)


def _items(text: str, at: int) -> Iterator[Member]:
    at, index = _past_space(text, at), 0
    while at < len(text) and text[at] != "]":
        end = value_end(text, at)
        yield Member(index, at, end, at, end)
        comma = _past_space(text, end)
        if not text.startswith(",", comma):
            return
        at, index = _past_space(text, comma + 1), index + 1


def _past_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _string_end(text: str, start: int) -> int:
    string = _STRING.match(text, start)
    return string.end() if string else len(text)


def _decoded(literal: str) -> str:
    if "\\" not in literal:
        return literal[1:-1]
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return literal


def _span(location: Location, found: Member) -> Span:
    if location.at_key:
        return Span(location.source, found.key_start, found.key_end)
    return Span(location.source, found.start, found.end)
