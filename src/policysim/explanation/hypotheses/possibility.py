"""One possible cause before it is ranked, and how strongly it presses itself upon the reader."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.evaluation.layers import LayerName
    from policysim.explanation.diagnosis import Fact, Tested
    from policysim.explanation.hypotheses.causes import Cause


class Strength(IntEnum):
    """What a cause rests on; the smaller, the likelier it is among causes that are tested alike."""

    NAMED_BY_AWS = 0
    AT_HAND = 1
    UNKNOWN_KEY = 2
    KNOWN_BEHAVIOUR = 3
    NOT_COLLECTED = 4
    NEEDED_PERHAPS = 5
    SETTING = 6
    CHANGED = 7
    PROPAGATION = 8


class Possibility(NamedTuple):
    """One possible cause, tested.

    ``fact`` is what would tell this cause from the others; ``keys`` pairs each unknown key with the values (of the
    classes that policies tell apart; ``None``: absent) under which it is the cause.
    """

    cause: Cause
    sentence: str
    tested: Tested
    test: str
    strength: Strength
    layer: LayerName | None = None
    supporting: tuple[str, ...] = ()
    opposing: tuple[str, ...] = ()
    fact: Fact | None = None
    keys: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
