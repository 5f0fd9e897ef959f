"""The conditions of one sentence, and the contexts of requests that they stand for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from policysim.expectations.contexts import Choice, choices_of, contexts_of, like_values
from policysim.expectations.patterns import is_pattern
from policysim.expectations.sentences import Test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policysim.expectations.caller import Caller
    from policysim.expectations.lines import Lines
    from policysim.expectations.sentences import Condition, Word
    from policysim.language.cells import Cut
    from policysim.language.request import RequestContext

REGION: Final = "aws:requestedregion"
PREFIX: Final = "s3:prefix"


class Stated:
    """What a sentence states of condition keys.

    ``most`` is how many contexts are made at most.
    """

    def __init__(self, conditions: Sequence[Condition], lines: Lines, most: int) -> None:
        self._conditions = conditions
        self._lines = lines
        self._most = most
        plain = [one for one in conditions if one.test is not Test.LIKE]
        self._plain = self._combined(plain, lambda _: (), ())
        self._always = self._plain if len(plain) == len(conditions) else None

    @property
    def region(self) -> str | None:
        """The Region that the sentence speaks of."""
        found = (one for one in self._conditions if one.key.text.lower() == REGION and one.test is Test.EQUALS)
        return next((one.values[0].text for one in found), None)

    @property
    def speaks_of_prefix(self) -> bool:
        """Whether the sentence says itself which keys of a bucket are listed."""
        return any(one.key.text.lower() == PREFIX for one in self._conditions)

    @property
    def is_sampled(self) -> bool:
        """Whether a condition stands for more values than are asked."""
        return any(one.test is Test.LIKE and any(is_pattern(v.text) for v in one.values) for one in self._conditions)

    def contexts(self, caller: Caller, action: str, prefix: Word | None) -> tuple[RequestContext, ...]:
        """The contexts in which a caller is asked about an action; ``prefix``: what the keys to be listed are like."""
        if self._always is not None and prefix is None:
            return self._always

        known = self._plain

        def lines(key: str) -> tuple[Cut, ...]:
            return self._lines.of_values(caller, action, key, known)

        if sum(condition.test is Test.LIKE for condition in self._conditions) > 1:
            # A policy variable may compare one of the keys with another: with each value that this one is asked with.
            known = self._combined(self._conditions, lines, ())

        if prefix is None:
            return self._combined(self._conditions, lines, ())
        listed = Choice(PREFIX, tuple((value,) for value in like_values((prefix,), lines(PREFIX))))
        return self._combined(self._conditions, lines, (listed,))

    def _combined(
        self,
        conditions: Sequence[Condition],
        lines: Callable[[str], tuple[Cut, ...]],
        further: tuple[Choice, ...],
    ) -> tuple[RequestContext, ...]:
        choices = [choices_of(condition, lines) for condition in conditions]
        return tuple(itertools.islice(contexts_of((*choices, *further)), self._most))
