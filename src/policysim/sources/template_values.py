"""What the expressions of a template stand for, as far as it can be told: text, lists, mappings, or not known.

A value remembers the node that stands for it in the template, so that whatever is said of it has a place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from policysim.sources.template_tree import Node, Scalar, character_offsets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Known(NamedTuple):
    """Some characters of a text. ``scalar``: where they stand letter for letter, from its character ``at`` on."""

    text: str
    scalar: Scalar | None = None
    at: int = 0


class Missing(NamedTuple):
    """What cannot be told: a sentence without its place, such as "`!Ref Team` is not known: ..."."""

    sentence: str
    node: Node

    @property
    def placed(self) -> str:
        """The sentence with file, line and column."""
        return f"{self.sentence} ({self.node.place})"


Piece: TypeAlias = "Known | Missing"


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text, in pieces some of which may not be known. ``bare``: JSON's ``true`` or ``false`` rather than a text."""

    node: Node
    pieces: tuple[Piece, ...]
    bare: bool = False

    @property
    def text(self) -> str | None:
        """The text, if all of it is known."""
        if any(isinstance(piece, Missing) for piece in self.pieces):
            return None
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Known))


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """A list."""

    node: Node
    items: tuple[Value, ...]


class Entry(NamedTuple):
    """A member of a mapping: where its name is written, and its value."""

    key: Node
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """A mapping."""

    node: Node
    members: Mapping[str, Entry] = field(default_factory=dict)

    def get(self, name: str) -> Value | None:
        """The value of a member, if it is there and not nothing."""
        entry = self.members.get(name)
        return None if entry is None or isinstance(entry.value, Nothing) else entry.value


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value of which nothing is known. ``options``: it is one of these, where that much is known."""

    node: Node
    missing: Missing
    options: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Nothing:
    """No value: ``AWS::NoValue``, or ``null``."""

    node: Node


Value: TypeAlias = "Words | Items | Members | Unknown | Nothing"

_ODD_NUMBER: Final = re.compile(
    r"[-+]?(?:0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+|[0-9]+(?:_[0-9]+)+|[1-9][0-9_]*(?::[0-5]?[0-9])+)"
)
_TRUE: Final = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE: Final = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def scalar_value(scalar: Scalar) -> Value:
    """The value of a scalar: text as it is written, numbers and dates included; YAML 1.1 tells the constants.

    A number that YAML reads as another one than it looks (a leading zero makes it octal) is not known.
    """
    if not scalar.plain:
        return Words(scalar, (Known(scalar.value, scalar),))
    if scalar.value in _NULLS:
        return Nothing(scalar)
    if scalar.value in _TRUE | _FALSE:
        return Words(scalar, (Known("true" if scalar.value in _TRUE else "false"),), bare=True)
    if _ODD_NUMBER.fullmatch(scalar.value):
        sentence = f"`{scalar.value}` stands without quotes, and YAML reads it as another number: put it in quotes"
        return missing(scalar, sentence)
    return Words(scalar, (Known(scalar.value, scalar),))


def missing(node: Node, sentence: str, options: tuple[Value, ...] = ()) -> Unknown:
    """A value that is not known, and why."""
    return Unknown(node, Missing(sentence, node), options)


def text_value(node: Node, text: str) -> Words:
    """A text that the template stands for without holding it."""
    return Words(node, (Known(text),))


def pieces_of(value: Value) -> tuple[Piece, ...] | None:
    """The pieces of a text, or of what may be one; ``None`` for a list or a mapping."""
    match value:
        case Words(pieces=pieces):
            return pieces
        case Unknown(missing=gap):
            return (gap,)
        case _:
            return None


def text_of(value: Value | None) -> str | None:
    """The text that a value is, if it is one and known."""
    return value.text if isinstance(value, Words) else None


def moved(value: Value, node: Node) -> Value:
    """The value as it stands at ``node``: what a name elsewhere stands for is shown where the name is used."""
    match value:
        case Words(pieces=pieces, bare=bare):
            return Words(node, tuple(Known(one.text) if isinstance(one, Known) else one for one in pieces), bare)
        case Items(items=items):
            return Items(node, tuple(moved(item, node) for item in items))
        case Members(members=members):
            return Members(node, {name: Entry(node, moved(entry.value, node)) for name, entry in members.items()})
        case Unknown(missing=gap, options=options):
            return Unknown(node, gap, tuple(moved(option, node) for option in options))
        case _:
            return Nothing(node)


def gaps_in(value: Value) -> Iterator[Missing]:
    """Everything in a value that is not known, in order."""
    match value:
        case Words(pieces=pieces):
            yield from (piece for piece in pieces if isinstance(piece, Missing))
        case Items(items=items):
            for item in items:
                yield from gaps_in(item)
        case Members(members=members):
            for entry in members.values():
                yield from gaps_in(entry.value)
        case Unknown(missing=gap):
            yield gap
        case _:
            return


def offsets_of(words: Words) -> list[int]:
    """For every character of a known text its offset in the template."""
    offsets: list[int] = []
    tables: dict[int, list[int]] = {}
    for piece in words.pieces:
        if not isinstance(piece, Known):
            continue
        if piece.scalar is None or piece.scalar.source is not words.node.source:
            offsets += [words.node.start] * len(piece.text)
            continue
        table = tables.setdefault(id(piece.scalar), character_offsets(piece.scalar))
        offsets += table[piece.at : piece.at + len(piece.text)]
    return offsets
