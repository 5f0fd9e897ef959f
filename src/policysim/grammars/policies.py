"""Policy documents through the written grammar: a tree with offsets, and what was expected where a text breaks.

Slow and thorough: the everyday reader is in ``language``. This one speaks when a text is broken, and tests hold the
fast reader against it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from policysim.grammars import parser
from policysim.grammars.breaks import Break, Token, describe_break

if TYPE_CHECKING:
    from lark import Token as LarkToken
    from lark import Tree

_OBJECTS = frozenset({"policy", "statement", "principal_map", "condition_block", "condition_keys", "object"})
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document: the grammar rule that took it, its offsets, its decoded value and its parts.

    ``members`` pairs the name and the value of every member, repeated names included; ``items`` are those of a list.
    """

    rule: str
    start: int
    end: int
    value: object
    members: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()


def parse_tree(text: str) -> Node:
    """The tree of a policy document; a leading byte order mark is passed over and counts in the offsets.

    A text that is no JSON object raises lark's ``UnexpectedInput``; ``explain_break`` says why.
    """
    shift = int(text.startswith(_BYTE_ORDER_MARK))
    return _node(parser("policy", "policy", "value").parse(text[shift:], start="policy"), shift)


def explain_break(text: str) -> Break | None:
    """Where a JSON text breaks, what was expected there and what stands there; ``None`` for a text that does not.

    Any JSON may be asked about; a text that begins with ``{`` is read as a policy document.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken  # noqa: PLC0415  # see `parser`

    shift = int(text.startswith(_BYTE_ORDER_MARK))
    start = "policy" if text[shift:].lstrip(" \t\r\n").startswith("{") else "value"
    parsing = parser("policy", "policy", "value").parse_interactive(text[shift:], start=start)
    tokens: list[Token] = []
    try:
        tokens.extend(_token(token, shift) for token in parsing.iter_parse())
        parsing.feed_eof()  # type: ignore[no-untyped-call]  # lark leaves it without types
    except UnexpectedInput as error:
        at = len(text)
        if isinstance(error, UnexpectedCharacters):
            at = cast("int", error.pos_in_stream) + shift
        elif isinstance(error, UnexpectedToken) and error.token.type != "$END":
            at = (error.token.start_pos or 0) + shift
        before = [token for token in tokens if token.start < at]
        return describe_break(text, before, at, frozenset(parsing.accepts()))  # type: ignore[no-untyped-call]  # same
    return None


def _token(token: LarkToken, shift: int) -> Token:
    start = (token.start_pos or 0) + shift
    return Token(str(token), start, start + len(token))


def _node(tree: Tree[LarkToken] | LarkToken, shift: int) -> Node:
    if isinstance(tree, str):
        start = (tree.start_pos or 0) + shift
        return Node(tree.type, start, start + len(tree), json.loads(tree))
    start, end = tree.meta.start_pos + shift, tree.meta.end_pos + shift
    if tree.data in _OBJECTS:
        members = tuple(_member(child, shift) for child in tree.children)
        value = {str(name.value): member.value for name, member in members}
        return Node(tree.data, start, end, value, members=members)
    items = tuple(_node(child, shift) for child in tree.children)
    return Node(tree.data, start, end, [item.value for item in items], items=items)


def _member(tree: Tree[LarkToken] | LarkToken, shift: int) -> tuple[Node, Node]:
    if isinstance(tree, str):
        raise TypeError("a member of an object is a tree")
    name, value = (_node(child, shift) for child in tree.children)
    return name, value
