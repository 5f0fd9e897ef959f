"""The types of a table's columns, as the Glue catalogue writes them: ``struct<arn:string,tags:map<string,string>>``.

Source: Amazon Athena User Guide, data-types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

STRUCT: Final = "struct"
ARRAY: Final = "array"
MAP: Final = "map"

_TOKEN: Final = re.compile(r"\s*([A-Za-z_][\w ]*|`[^`]*`|\([\d, ]*\)|[<>:,])\s*")
_SIGNS: Final = frozenset("<>:,")
_DEEPEST: Final = 20


class ColumnType(NamedTuple):
    """A type: its name in lower case; the fields of a struct by name; of arrays and maps the types that they hold."""

    name: str
    fields: tuple[tuple[str, ColumnType], ...] = ()
    items: tuple[ColumnType, ...] = ()


class TypeTextError(ValueError):
    """A text that is no type."""


def column_type(text: str) -> ColumnType:
    """The type that a text writes.

    Raises:
        TypeTextError: it writes none.
    """
    tokens = _Tokens(text)
    found = _type(tokens, 0)
    if tokens.next() is not None:
        raise TypeTextError(text)
    return found


class _Tokens:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split()
        self._seen: str | None = None

    def next(self) -> str | None:
        """The next token, taken."""
        token, self._seen = self._seen, None
        return token if token is not None else next(self._tokens, None)

    def peek(self) -> str | None:
        """The next token, left where it is."""
        if self._seen is None:
            self._seen = next(self._tokens, None)
        return self._seen

    def expect(self, wanted: str) -> None:
        if self.next() != wanted:
            raise TypeTextError(self._text)

    def word(self) -> str:
        found = self.next()
        if found is None or found in _SIGNS:
            raise TypeTextError(self._text)
        return found.strip().strip("`").lower()

    def _split(self) -> Iterator[str]:
        at = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                raise TypeTextError(self._text)
            yield match[1]
            at = match.end()


def _type(tokens: _Tokens, depth: int) -> ColumnType:
    if depth > _DEEPEST:
        raise TypeTextError("a type in too many others")
    name = tokens.word()
    if (size := tokens.peek()) is not None and size.startswith("("):
        tokens.next()
    if tokens.peek() != "<":
        return ColumnType(name)
    tokens.next()
    if name == STRUCT:
        found = ColumnType(name, fields=tuple(_fields(tokens, depth)))
    else:
        items = [_type(tokens, depth + 1)]
        while tokens.peek() == ",":
            tokens.next()
            items.append(_type(tokens, depth + 1))
        found = ColumnType(name, items=tuple(items))
    tokens.expect(">")
    return found


def _fields(tokens: _Tokens, depth: int) -> Iterator[tuple[str, ColumnType]]:
    while True:
        name = tokens.word()
        tokens.expect(":")
        yield name, _type(tokens, depth + 1)
        if tokens.peek() != ",":
            return
        tokens.next()
