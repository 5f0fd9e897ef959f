"""The search for a text on some patterns and beside others in its most obvious form: try every short text.

A text that nobody asks for stands for all of them, so that one letter more than those of the patterns is enough.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.twins.slow_patterns import slow_match

if TYPE_CHECKING:
    from collections.abc import Sequence


def slow_witness(inside: Sequence[str], outside: Sequence[str], alphabet: str, longest: int) -> str | None:
    """One of the shortest texts over the alphabet that fit every pattern ``inside`` and none ``outside``."""
    for length in range(longest + 1):
        for letters in itertools.product(alphabet, repeat=length):
            text = "".join(letters)
            if all(slow_match(one, text) for one in inside) and not any(slow_match(one, text) for one in outside):
                return text
    return None
