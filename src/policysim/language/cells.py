"""The cells that wildcard patterns cut texts into: which sets of patterns some text fits exactly, with a text in each.

Two texts in one cell fit the same patterns, so that nothing which only compares with these patterns tells them apart.
The search walks all patterns at once as that for a witness does. Source: spec A2, C15, C24, R6 to R8.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.witnesses import FREE, past_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.witnesses import Tokens

LIMIT: Final = 3_000
"""How many steps a search takes before it breaks off."""


class Cut(NamedTuple):
    """A pattern that cuts; ``folded`` tells that it takes upper and lower case for the same."""

    tokens: Tokens
    folded: bool = False


class Cells(NamedTuple):
    """One text for each set of cuts (by number) that some text fits, and no other; the shortest and plainest.

    ``whole`` is false where the search broke off, so that there may be more.
    """

    texts: dict[frozenset[int], str]
    whole: bool


@lru_cache(maxsize=4096)
def cells(inside: tuple[Tokens, ...], cuts: tuple[Cut, ...]) -> Cells:
    """The cells of the texts that fit every pattern ``inside``."""
    walk = _Walk(inside, cuts)
    texts: dict[frozenset[int], str] = {}
    queue = deque([(walk.start, "")])
    seen = {walk.start}
    while queue:
        state, text = queue.popleft()
        on = walk.cell_at(state)
        if on is not None:
            texts.setdefault(on, text)
        for char in walk.choices(state):
            after = walk.step(state, char)
            if after is not None and after not in seen:
                if len(seen) >= LIMIT:
                    return Cells(texts, whole=False)
                seen.add(after)
                queue.append((after, text + char))
    return Cells(texts, whole=True)


_Places = frozenset[int]
_State = tuple[tuple[int, _Places], ...]
"""How far each pattern has come, by its number; one that can no longer fit is left out."""


class _Walk:
    """Patterns walked side by side: first those that a text has to fit, then those that cut."""

    def __init__(self, inside: tuple[Tokens, ...], cuts: tuple[Cut, ...]) -> None:
        self._wanted = len(inside)
        self._patterns = (*(Cut(tokens) for tokens in inside), *cuts)
        self._known: dict[tuple[int, _Places, str], _Places] = {}
        self.start: _State = tuple((at, past_runs((0,), cut.tokens)) for at, cut in enumerate(self._patterns))

    def cell_at(self, state: _State) -> frozenset[int] | None:
        """The cuts that a text which ends here fits; ``None`` where it does not fit all that it has to."""
        ended = [at for at, places in state if len(self._patterns[at].tokens) in places]
        if len(ended) < self._wanted or ended[: self._wanted] != list(range(self._wanted)):
            return None
        return frozenset(at - self._wanted for at in ended[self._wanted :])

    def choices(self, state: _State) -> Iterator[str]:
        """Every character that makes a difference: one that nobody asks for, then those that somebody does."""
        asked: dict[str, None] = {}
        for at, places in state:
            tokens, folded = self._patterns[at]
            for place in sorted(places):
                char = tokens[place].char if place < len(tokens) else None
                if char is not None:
                    asked.update(dict.fromkeys((char.lower(), char.upper()) if folded else char))
        free = next((char for char in FREE if char not in asked), None)
        if free is not None:
            yield free
        yield from asked

    def step(self, state: _State, char: str) -> _State | None:
        """Where a character leads; ``None`` where a pattern that the text has to fit no longer can."""
        after: list[tuple[int, _Places]] = []
        for at, places in state:
            reached = self._reached(at, places, char)
            if reached:
                after.append((at, reached))
            elif at < self._wanted:
                return None
        return tuple(after)

    def _reached(self, at: int, places: _Places, char: str) -> _Places:
        key = (at, places, char)
        known = self._known.get(key)
        if known is None:
            tokens, folded = self._patterns[at]
            steps = []
            for place in places:
                if place < len(tokens):
                    wanted, run, colons = tokens[place]
                    same = wanted == char or (folded and wanted is not None and wanted.lower() == char.lower())
                    if same or (wanted is None and (colons or char != ":")):
                        steps.append(place if run else place + 1)
            known = self._known[key] = past_runs(steps, tokens)
        return known
