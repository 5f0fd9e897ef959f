"""Whether two wildcard patterns have a text in common, told without looking for one.

Source: IAM User Guide, reference_policies_elements_condition_operators; spec A2, C15.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

RUN_WITHOUT_COLONS: Final = "\0"
"""Stands in the second pattern for any run of characters other than colons."""

_RUNS: Final = frozenset({"*", RUN_WITHOUT_COLONS})


@lru_cache(maxsize=65_536)
def patterns_overlap(one: str, other: str) -> bool:
    """Whether some text fits both patterns (``*`` any run of characters, ``?`` one)."""
    reached = _past_runs({0}, other)
    for char in one:
        reached = _after(char, reached, other)
        if not reached:
            return False
    return len(other) in reached


def _after(char: str, reached: set[int], other: str) -> set[int]:
    """How far ``other`` may have come once one more sign of the first pattern is behind a text."""
    if char == "*":
        return set(range(min(reached), len(other) + 1))
    steps: set[int] = set()
    for at in reached:
        if at == len(other):
            continue
        if other[at] == "*" or (other[at] == RUN_WITHOUT_COLONS and char != ":"):
            steps.add(at)
        elif char in ("?", other[at]) or other[at] == "?":
            steps.add(at + 1)
    return _past_runs(steps, other)


def _past_runs(places: set[int], other: str) -> set[int]:
    reached = set(places)
    for place in places:
        at = place
        while at < len(other) and other[at] in _RUNS:
            at += 1
            reached.add(at)
    return reached
