"""The tree of a template, whether it is written in JSON or in YAML: values with the places where they stand.

Short forms of functions (``!Sub``) are the long ones here (``Fn::Sub``), so that nobody above needs to know of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.json_text import RepeatedMembers, load_json
from policysim.language.locator import children_at, document_start, value_end
from policysim.language.problems import Problem
from policysim.language.source import Source, Span
from policysim.sources.errors import InputError
from policysim.sources.json_values import problem_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.language.source import Place

DEEPEST: Final = 100
"""More levels than any template nests; deeper text is hostile or broken."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value of a template: the characters ``start`` to ``end`` of its source."""

    source: Source
    start: int
    end: int

    @property
    def place(self) -> Place:
        """File, line and column."""
        return Span(self.source, self.start, self.end).place

    def error(self, sentence: str) -> InputError:
        """An error at the place of this value."""
        return InputError(f"{self.place}: {sentence}")


@dataclass(frozen=True, slots=True, eq=False)
class Scalar(Node):
    """A single value, as text. ``plain``: written without quotes, so that it may be a number or a constant."""

    value: str
    plain: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Listed(Node):
    """A list."""

    items: tuple[Node, ...]


class Member(NamedTuple):
    """One member of a mapping: its name, where it is written, and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Mapped(Node):
    """A mapping. ``tagged``: it stands for a short form such as ``!Ref``, and is no mapping in the text."""

    members: Mapping[str, Member] = field(default_factory=dict)
    tagged: bool = False

    def get(self, name: str) -> Node | None:
        """The value of a member; ``None`` when there is no such member, or nothing in it."""
        member = self.members.get(name)
        return None if member is None or is_null(member.value) else member.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """Names and values, in the order of the text."""
        return ((name, member.value) for name, member in self.members.items())


_YAML_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def is_null(node: Node) -> bool:
    """Whether nothing stands there."""
    return isinstance(node, Scalar) and node.plain and node.value in _YAML_NULLS


def mapping_of(members: list[Member], source: Source, start: int, end: int) -> Mapped:
    """A mapping of these members; a name that stands twice is an error that shows both places."""
    found: dict[str, Member] = {}
    for member in members:
        first = found.setdefault(member.key.value, member)
        if first is not member:
            line = first.key.place.line
            raise member.key.error(f"`{member.key.value}` stands here a second time, after line {line}")
    return Mapped(source, start, end, found)


def json_tree(source: Source) -> Node:
    """The tree of a text in JSON.

    Raises:
        InputError: the text is no JSON, or a name stands twice in one object.
    """
    value = load_json(source)
    if isinstance(value, Problem):
        raise problem_error(value, source.name)
    return _json_node(source, document_start(source.text), value, 0)


def _json_node(source: Source, start: int, value: object, depth: int) -> Node:
    end = value_end(source.text, start)
    if depth > DEEPEST:
        raise Node(source, start, end).error(f"the template nests more than {DEEPEST} levels deep here")
    if isinstance(value, RepeatedMembers):
        _refuse_repeated(source, start)
    if isinstance(value, dict):
        members = [
            Member(
                Scalar(source, child.key_start, child.key_end, str(child.name)),
                _json_node(source, child.start, value[str(child.name)], depth + 1),
            )
            for child in children_at(source.text, start)
        ]
        return mapping_of(members, source, start, end)
    if isinstance(value, list):
        children = zip(children_at(source.text, start), value, strict=True)
        return Listed(
            source, start, end, tuple(_json_node(source, child.start, item, depth + 1) for child, item in children)
        )
    if isinstance(value, str):
        return Scalar(source, start, end, value)
    return Scalar(source, start, end, source.text[start:end], plain=True)


def _refuse_repeated(source: Source, start: int) -> None:
    keys = [
        Member(Scalar(source, child.key_start, child.key_end, str(child.name)), Scalar(source, start, start, ""))
        for child in children_at(source.text, start)
    ]
    mapping_of(keys, source, start, start)


def character_offsets(scalar: Scalar) -> list[int]:
    """For every character of a text its offset in the source, and one more entry for the end.

    Quotes, escapes, folded lines and the indentation of blocks are passed over.
    """
    text, at = scalar.source.text, scalar.start
    inside, end = text[scalar.start : scalar.end], scalar.end
    quote = inside[:1] if inside[:1] in {'"', "'"} and not scalar.plain else ""
    if quote:
        at, end = at + 1, end - 1
    if text[at : at + len(scalar.value)] == scalar.value and at + len(scalar.value) <= end:
        return [*range(at, at + len(scalar.value)), end]
    if inside[:1] in {"|", ">"} and not scalar.plain:
        at = text.find("\n", at, end) + 1 or at
        return _of_block(text, at, end, scalar.value)
    return _of_flow(text, at, end, scalar.value, quote)


_ESCAPE_WIDTHS: Final = {"x": 4, "u": 6, "U": 10}


def _of_flow(text: str, at: int, end: int, value: str, quote: str) -> list[int]:
    offsets = []
    for char in value:
        if quote == '"' and text[at : at + 2] == "\\\n":
            at = _past_blank(text, at + 2, end)
        offsets.append(min(at, end))
        if quote == '"' and text.startswith("\\", at):
            at += _escape_width(text, at, char)
        elif quote == "'" and text.startswith("''", at):
            at += 2
        elif char in " \n" and text[at : at + 1].isspace():
            at = _past_fold(text, at, end)
        else:
            at += 1
    return [*offsets, end]


def _escape_width(text: str, at: int, char: str) -> int:
    width = _ESCAPE_WIDTHS.get(text[at + 1 : at + 2], 2)
    is_pair = width == 6 and ord(char) > 0xFFFF
    return 12 if is_pair else width


def _past_blank(text: str, at: int, end: int) -> int:
    while at < end and text[at] in " \t":
        at += 1
    return at


def _past_fold(text: str, at: int, end: int) -> int:
    """Behind one blank, or behind the line end and the indentation that it stands for."""
    line_end = at
    while line_end < end and text[line_end] in " \t":
        line_end += 1
    if line_end < end and text[line_end] in "\r\n":
        while line_end < end and text[line_end].isspace():
            line_end += 1
        return line_end
    return at + 1


def _of_block(text: str, at: int, end: int, value: str) -> list[int]:
    """Line by line: the indentation is what the text has before the first character that is no blank."""
    first_line = next((line for line in text[at:end].split("\n") if line.strip()), "")
    first_value = next((line for line in value.split("\n") if line.strip()), "")
    indent = _leading(first_line) - _leading(first_value)
    offsets, at_line_start = [], True
    for char in value:
        if at_line_start:
            at = min(at + indent, end) if text[at : at + 1] == " " else at
        if char == " " and text[at : at + 1] == "\n":  # a folded line end
            offsets.append(at)
            at, at_line_start = at + 1, True
            continue
        offsets.append(min(at, end))
        at_line_start = char == "\n"
        if not at_line_start or text[at : at + 1] in {"\n", "\r"}:
            at += 2 if text.startswith("\r\n", at) else 1
    return [*offsets, min(at, end)]


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
