"""Three-valued truth (Kleene): a condition on an unknown key is neither true nor false.

``UNKNOWN`` means that both are possible; the connectives below never turn it into a guess.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Truth(Enum):
    """True, false, or either."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    # Truths are keys of memos: the hash of the object is many times faster than that of an enumeration.
    __hash__ = object.__hash__


TRUE: Final = Truth.TRUE
FALSE: Final = Truth.FALSE
UNKNOWN: Final = Truth.UNKNOWN


def known(value: bool | None) -> Truth:
    """The truth of a fact that may be unknown (``None``)."""
    return UNKNOWN if value is None else TRUE if value else FALSE


def negate(truth: Truth) -> Truth:
    """Not."""
    return FALSE if truth is TRUE else TRUE if truth is FALSE else UNKNOWN


def either(one: Truth, other: Truth) -> Truth:
    """Or, of two."""
    return one if one is TRUE or other is FALSE else TRUE if other is TRUE else UNKNOWN


def all_of(truths: Iterable[Truth]) -> Truth:
    """And: false as soon as one is false; true for none at all."""
    result = TRUE
    for truth in truths:
        if truth is FALSE:
            return FALSE
        if truth is UNKNOWN:
            result = UNKNOWN
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Or: true as soon as one is true; false for none at all."""
    result = FALSE
    for truth in truths:
        if truth is TRUE:
            return TRUE
        if truth is UNKNOWN:
            result = UNKNOWN
    return result
