"""Expectation files through ``grammar/expectation.lark``: a tree with offsets, or where the text breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from policysim.grammars import parser

if TYPE_CHECKING:
    from lark import Token, Tree

START = "expectations"


class Branch(NamedTuple):
    """What one rule of the grammar took: its name, its parts in order, and its offsets in the text."""

    rule: str
    parts: tuple[Branch | Leaf, ...]
    start: int
    end: int

    def find(self, rule: str) -> Branch | None:
        """The first part that is of this rule."""
        return next((part for part in self.parts if isinstance(part, Branch) and part.rule == rule), None)

    def all(self, rule: str) -> tuple[Branch, ...]:
        """Every part that is of this rule."""
        return tuple(part for part in self.parts if isinstance(part, Branch) and part.rule == rule)

    def has(self, terminal: str) -> bool:
        """Whether a keyword is among the parts."""
        return any(isinstance(part, Leaf) and part.terminal == terminal for part in self.parts)


class Leaf(NamedTuple):
    """One token: the name of its terminal, its text, and its offsets."""

    terminal: str
    text: str
    start: int
    end: int


class BrokenSentence(NamedTuple):
    """Where a text stops being sentences: the offsets of what stands there, and the terminals that would do.

    ``before`` are the tokens of the text up to there. ``found`` is empty at the end of the text.
    """

    start: int
    end: int
    found: str
    expected: frozenset[str]
    before: tuple[Leaf, ...]


def parse_expectations(text: str) -> Branch | BrokenSentence:
    """The tree of a text, or where it breaks; offsets are those of ``text``."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken  # noqa: PLC0415  # Lark loads when first used
    from lark.lexer import Token  # noqa: PLC0415  # the same

    parsing = parser("expectation", START).parse_interactive(text)
    before: list[Leaf] = []
    try:
        before.extend(_leaf(token) for token in parsing.iter_parse())
        return _branch(parsing.feed_eof())  # type: ignore[no-untyped-call]  # lark leaves this one method untyped
    except UnexpectedToken as error:
        token = error.token
        if not isinstance(token, Token) or token.type == "$END":
            return BrokenSentence(len(text), len(text), "", frozenset(error.accepts or error.expected), tuple(before))
        leaf = _leaf(token)
        return BrokenSentence(
            leaf.start, leaf.end, leaf.text, frozenset(error.accepts or error.expected), tuple(before)
        )
    except UnexpectedCharacters as error:
        at = cast("int", error.pos_in_stream)  # lark declares it None and always sets it
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        return BrokenSentence(at, end, text[at:end].rstrip(), frozenset(error.allowed or ()), tuple(before))


def _branch(tree: Tree[Token]) -> Branch:
    from lark import Token as LarkToken  # noqa: PLC0415  # Lark is loaded by now
    from lark import Tree as LarkTree  # noqa: PLC0415  # the same

    parts = tuple(
        _branch(child) if isinstance(child, LarkTree) else _leaf(child)
        for child in cast("list[Tree[Token] | Token | None]", tree.children)
        if isinstance(child, LarkTree | LarkToken)  # an optional part that is not there is a None
    )
    if not parts:
        return Branch(str(tree.data), (), 0, 0)
    return Branch(str(tree.data), parts, parts[0].start, parts[-1].end)


def _leaf(token: Token) -> Leaf:
    start = token.start_pos or 0
    return Leaf(token.type, str(token), start, start + len(token))
