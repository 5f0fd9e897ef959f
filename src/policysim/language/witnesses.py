"""A text that fits some wildcard patterns and does not fit others: a witness of how patterns overlap and differ.

The search walks all patterns at once, character by character, and takes the shortest text; of equally short ones, the
one whose free characters are plainest. Every character that no pattern asks for is like every other, so that one
stands for all of them. Source: spec A2, C15, R6 to R8.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.language.patterns import ArnPattern
from policysim.language.wildcards import Pattern, Piece, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

Tokens = tuple[Token, ...]
"""A pattern, character by character."""

LIMIT: Final = 20_000
"""How many steps a search takes before it gives up: no pattern of a policy comes near it."""

FREE: Final = "xyzwvutsrqponmlkjihgfedcba0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
"""The characters that stand for any other, the plainest first."""

_ARN_FIELDS: Final = 6


def text_tokens(text: str) -> Tokens:
    """A pattern of a condition value or of a name: ``*`` any run, ``?`` one character."""
    return Pattern.from_text(text).tokens


def literal_tokens(text: str) -> Tokens:
    """A text in which nothing is a wildcard."""
    return tuple(Token(char) for char in text)


@lru_cache(maxsize=4096)
def resource_tokens(pieces: tuple[Piece, ...]) -> Tokens:
    """A ``Resource`` pattern, in whose first five parts no wildcard stands for a colon (spec R7, R8)."""
    missing = _ARN_FIELDS - 1 - min(sum(piece.text.count(":") for piece in pieces), _ARN_FIELDS - 1)
    everything = Pattern.from_pieces(pieces).matches_everything
    return ArnPattern(pieces if everything else pieces + (Piece(":*"),) * missing).tokens()


@lru_cache(maxsize=65_536)
def witness(inside: tuple[Tokens, ...], outside: tuple[Tokens, ...] = ()) -> str | None:
    """The plainest of the shortest texts that fit every pattern ``inside`` and none ``outside``.

    ``None``: there is none, or the search would take more than ``LIMIT`` steps.
    """
    start = tuple(past_runs((0,), tokens) for tokens in (*inside, *outside))
    patterns = (*inside, *outside)
    queue: deque[tuple[tuple[frozenset[int], ...], str]] = deque([(start, "")])
    seen = {start}
    while queue and len(seen) < LIMIT:
        places, text = queue.popleft()
        if _accepts(places, patterns, len(inside)):
            return text
        for char in _choices(places, patterns, len(inside)):
            after = tuple([_step(char, reached, tokens) for reached, tokens in zip(places, patterns, strict=True)])
            if after not in seen and all(after[: len(inside)]):
                seen.add(after)
                queue.append((after, text + char))
    return None


def fits(tokens: Tokens, text: str) -> bool:
    """Whether a text fits a pattern."""
    reached = past_runs((0,), tokens)
    for char in text:
        reached = _step(char, reached, tokens)
    return len(tokens) in reached


def _accepts(places: tuple[frozenset[int], ...], patterns: tuple[Tokens, ...], wanted: int) -> bool:
    for number, (reached, tokens) in enumerate(zip(places, patterns, strict=True)):
        if (len(tokens) in reached) is not (number < wanted):
            return False
    return True


def _choices(places: Iterable[frozenset[int]], patterns: tuple[Tokens, ...], wanted: int) -> list[str]:
    """Every character that makes a difference: one that nobody asks for, then those that somebody does.

    Where a pattern that is to be fitted asks for one of a few characters, no other leads anywhere.
    """
    asked: dict[str, None] = {}
    few: set[str] | None = None
    for number, (reached, tokens) in enumerate(zip(places, patterns, strict=True)):
        chars = [tokens[at].char for at in sorted(reached) if at < len(tokens)]
        asked.update((char, None) for char in chars if char is not None)
        if number < wanted and None not in chars:
            own = {char for char in chars if char is not None}
            few = own if few is None else few & own
    if few is not None:
        return [char for char in asked if char in few]
    free = next((char for char in FREE if char not in asked), None)
    return [*asked] if free is None else [free, *asked]


def _step(char: str, reached: frozenset[int], tokens: Tokens) -> frozenset[int]:
    steps = []
    for at in reached:
        if at == len(tokens):
            continue
        wanted, run, colons = tokens[at]
        if wanted == char or (wanted is None and (colons or char != ":")):
            steps.append(at if run else at + 1)
    return past_runs(steps, tokens)


def past_runs(places: Iterable[int], tokens: Tokens) -> frozenset[int]:
    """The places, and those behind every ``*`` that stands at them: a ``*`` may be empty."""
    reached = set(places)
    for at in tuple(reached):
        while at < len(tokens) and tokens[at].run:
            at += 1  # noqa: PLW2901  # walking on from the place
            reached.add(at)
    return frozenset(reached)
