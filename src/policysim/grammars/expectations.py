"""Expectation files through ``grammar/expectation.lark``: trees with offsets, and where the text breaks.

Behind a break the reading goes on at the next line that begins a sentence, or a further clause of the block that broke,
so that several slips are told at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from policysim.grammars import parser
from policysim.grammars.expectation_breaks import Leaf, SentenceBreak, control_character, describe_sentence_break

if TYPE_CHECKING:
    from lark import Token, Tree

START: Final = "expectations"
MOST_BREAKS: Final = 20
"""The most breaks of one text that are told: behind as many, it is some other text."""

_BYTE_ORDER_MARK: Final = "\ufeff"
_SENTENCE_WORDS: Final = frozenset({"ACCOUNT", "USE", "PARAMETER", "GIVEN", "ONLY", "NOBODY"})
_VERBS: Final = frozenset({"CAN", "CANNOT"})
_NAMES: Final = frozenset({"WORD", "TEXT"})
_ENDS: Final = frozenset({"WORD", "TEXT", "KEY", "ABSENT"})
"""The terminals that a sentence can end with."""

_LINE_OF_SENTENCE: Final = re.compile(
    r"""^[ \t]*(?:
        (?P<clause>can|cannot)\s
      | (?:account|use|parameter|given|only|nobody)\s
      | [^\s\#][^\r\n\#]*?\s(?:can|cannot)\s
      | [^\s\#][^\r\n]*\n\s*(?:can|cannot)\s
    )""",
    re.MULTILINE | re.VERBOSE,
)


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


class Sentences(NamedTuple):
    """What stands in a text: its sentences in their order, one branch each, and the places where it breaks."""

    branches: tuple[Branch, ...]
    breaks: tuple[SentenceBreak, ...]


class _Stop(NamedTuple):
    """Where the parser stops: the tokens before, and the one that does not fit, if it is a token at all."""

    before: tuple[Leaf, ...]
    at: int
    token: Leaf | None


class _Resumption(NamedTuple):
    """Where the reading goes on, and the offsets of the principals that the clauses there belong to."""

    at: int
    principals: tuple[int, int] | None


def parse_expectations(text: str) -> Sentences:
    """The sentences of a text and its breaks, in their order; offsets are those of ``text``."""
    control = control_character(text)
    if control is not None:
        return Sentences((), (control,))
    branches: list[Branch] = []
    breaks: list[SentenceBreak] = []
    start = _Resumption(int(text.startswith(_BYTE_ORDER_MARK)), None)
    while True:
        outcome = _parse(_from(text, start))
        if isinstance(outcome, Branch):
            branches.extend(_sentences(outcome))
            break
        accepted = _accepted(_from(text, start, outcome.at))
        broken = describe_sentence_break(text, outcome.before, outcome.at, outcome.token, accepted)
        breaks.append(broken)
        whole = _parse(_from(text, start, _end_of_whole(text, outcome.before)))
        branches.extend(_sentences(whole) if isinstance(whole, Branch) else ())
        sound = tuple(leaf for leaf in outcome.before if leaf.start < broken.start)
        resumption = _resumption(text, max(broken.end, start.at), sound)
        if resumption is None or len(breaks) == MOST_BREAKS:
            break
        start = resumption
    return Sentences(tuple(branches), tuple(breaks))


def _sentences(tree: Branch) -> list[Branch]:
    return [part for part in tree.parts if isinstance(part, Branch)]


def _from(text: str, start: _Resumption, end: int | None = None) -> str:
    """The text from where the reading goes on, at the offsets that it has: all else is blank."""
    rest = text[start.at : end]
    if start.principals is None or not rest:
        return " " * start.at + rest
    first, last = start.principals
    return " " * first + text[first:last] + "\n" + " " * (start.at - last - 1) + rest


def _parse(text: str) -> Branch | _Stop:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken  # noqa: PLC0415  # Lark loads when first used
    from lark.lexer import Token  # noqa: PLC0415  # the same

    parsing = parser("expectation", START).parse_interactive(text)
    before: list[Leaf] = []
    try:
        before.extend(_leaf(token) for token in parsing.iter_parse())
        return _branch(parsing.feed_eof())  # type: ignore[no-untyped-call]  # lark leaves this one method untyped
    except UnexpectedToken as error:
        token = error.token if isinstance(error.token, Token) and error.token.type != "$END" else None
        leaf = None if token is None else _leaf(token)
        at = len(text) if leaf is None else leaf.start
        return _Stop(tuple(one for one in before if one.start < at), at, leaf)
    except UnexpectedCharacters as error:
        at = cast("int", error.pos_in_stream)  # lark declares it None and always sets it
        return _Stop(tuple(before), at, None)


def _accepted(text: str) -> frozenset[str]:
    """The terminals that may follow a text.

    A parser that has met what does not fit cannot tell any more: it may have closed rules that could have gone on.
    """
    parsing = parser("expectation", START).parse_interactive(text)
    for _ in parsing.iter_parse():
        pass
    return frozenset(parsing.accepts())  # type: ignore[no-untyped-call]  # lark leaves this one method untyped


def _end_of_whole(text: str, before: tuple[Leaf, ...]) -> int:
    """Where the last sentence or clause ends that is whole.

    A last word that stands in the line of the sentence before it is more likely a part of that sentence: what is left
    of it would say something else than was meant.
    """
    for index in range(len(before) - 1, 0, -1):
        leaf, last = before[index], before[index - 1]
        if last.terminal not in _ENDS:
            continue
        alone = index == len(before) - 1 and leaf.terminal in _NAMES
        if alone and "\n" not in text[last.end : leaf.start]:
            continue
        new_clause = leaf.terminal in _VERBS and _in_whole_clause(before[:index])
        if leaf.terminal in _SENTENCE_WORDS or leaf.terminal in _NAMES or new_clause:
            return last.end
    return 0


def _in_whole_clause(before: tuple[Leaf, ...]) -> bool:
    """Whether a clause that has its `on` already stands before: the verb behind it begins another one."""
    for index in range(len(before) - 1, -1, -1):
        if before[index].terminal in _VERBS:
            return any(leaf.terminal == "ON" for leaf in before[index:])
        if before[index].terminal in _SENTENCE_WORDS or _begins_block(before, index):
            return False
    return False


def _begins_block(before: tuple[Leaf, ...], index: int) -> bool:
    """Whether a token is the first principal of a block: a word behind the end of a sentence, without a comma."""
    return before[index].terminal in _NAMES and (index == 0 or before[index - 1].terminal in _ENDS)


def _resumption(text: str, behind: int, before: tuple[Leaf, ...]) -> _Resumption | None:
    """The next line that begins a sentence, or a clause where principals stand above it."""
    principals = _principals(before)
    line = text.find("\n", behind)
    while line >= 0:
        found = _LINE_OF_SENTENCE.search(text, line + 1)
        if found is None:
            return None
        if found["clause"] is None:
            return _Resumption(found.start(), None)
        if principals is not None:
            return _Resumption(found.start(), principals)
        line = text.find("\n", found.end("clause"))
    return None


def _principals(before: tuple[Leaf, ...]) -> tuple[int, int] | None:
    """The offsets of the principals of the block that the last token stands in; ``None`` where it is no block."""
    last = len(before)
    for index in range(len(before) - 1, -1, -1):
        leaf = before[index]
        if leaf.terminal in _SENTENCE_WORDS:
            return None
        if leaf.terminal in _VERBS:
            last = index
        if _begins_block(before, index):
            listed = [one for one in before[index:last] if one.terminal in _NAMES]
            return leaf.start, listed[-1].end
    return None


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
