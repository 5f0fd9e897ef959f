"""Whether one name is another one misspelt: told by the number of edits between them."""

from __future__ import annotations

import re
from typing import Final

_SHORT: Final = 8
_EDITS: Final = {True: 1, False: 2}
"""As many edits make a misspelling, by whether the name is short."""

_SHORTEST: Final = 4
_DIGITS: Final = re.compile(r"[0-9]+")


def misspelt(one: str, other: str) -> bool:
    """Whether two names differ by a slip of the fingers: one edit, or two where they are long.

    Names that are alike but for their numbers (``orders-1``, ``orders-2``) are two names, not one misspelt.
    """
    if one == other or min(len(one), len(other)) < _SHORTEST:
        return False
    if _DIGITS.sub("", one) == _DIGITS.sub("", other):
        return False
    limit = _EDITS[min(len(one), len(other)) < _SHORT]
    return abs(len(one) - len(other)) <= limit and edit_distance(one, other) <= limit


def edit_distance(one: str, other: str) -> int:
    """The least number of letters to put in, take out, replace, or swap with their neighbour, to make ``other``."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]
