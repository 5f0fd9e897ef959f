"""How far one name is from another, by the definition: the best of every first edit."""

from __future__ import annotations

from functools import cache


@cache
def slow_distance(one: str, other: str) -> int:
    """The distance by its definition: the best of every first edit."""
    if not one or not other:
        return len(one) + len(other)
    same = slow_distance(one[1:], other[1:]) + (one[0] != other[0])
    found = min(same, 1 + slow_distance(one[1:], other), 1 + slow_distance(one, other[1:]))
    if len(one) > 1 and len(other) > 1 and (one[0], one[1]) == (other[1], other[0]):
        found = min(found, 1 + slow_distance(one[2:], other[2:]))
    return found
