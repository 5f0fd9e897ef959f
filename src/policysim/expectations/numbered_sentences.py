"""Sentences side by side: whom and what each speaks of, so that many of them can be compared quickly.

Callers and actions are numbered, and a set of them is one number with a bit for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policysim.expectations.actions import actions_of
from policysim.expectations.callers import Callers
from policysim.expectations.fitting import fitting_of
from policysim.expectations.listed import listed_arns
from policysim.expectations.sentences import Form
from policysim.expectations.shared_requests import Part, may_meet
from policysim.expectations.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.actions import AskedAction
    from policysim.expectations.caller import Caller
    from policysim.expectations.fitting import Meeting
    from policysim.expectations.sentences import Expectation
    from policysim.expectations.targets import Target


@dataclass(frozen=True, eq=False)
class NumberedSentence:
    """A sentence with what its words stand for.

    ``allowed`` and ``denied`` are the callers whom it expects to be, ``actions`` what it speaks of, all as bits;
    ``asked`` holds the actions by name. ``targets`` are its resources, with the buckets that its objects are in.
    """

    expectation: Expectation
    allowed: int
    denied: int
    actions: int
    asked: Mapping[str, AskedAction]
    resources: tuple[Target, ...]
    targets: tuple[Target, ...]

    @property
    def is_open(self) -> bool:
        """Whether its answers are to hang on keys."""
        return bool(self.expectation.depending_on)


@dataclass(slots=True)
class _Numbers:
    """Numbers for things as they come."""

    number: dict[object, int] = field(default_factory=dict)

    def of(self, thing: object) -> int:
        return self.number.setdefault(thing, len(self.number))


class NumberedSentences:
    """Numbers what the sentences about the same accounts speak of, and keeps what several of them need."""

    def __init__(self, organisation: Organisation) -> None:
        self._callers = Callers(organisation)
        self._targets = Targets(organisation, listed_arns(organisation))
        self._caller_numbers, self._action_numbers = _Numbers(), _Numbers()
        self.callers: dict[int, Caller] = {}
        self.actions: dict[int, str] = {}
        self._asked: dict[tuple[str, ...], tuple[int, Mapping[str, AskedAction]] | None] = {}
        self._met: dict[tuple[str, str], bool] = {}
        self._meetings: dict[tuple[str, bool, str, bool], tuple[Meeting, ...]] = {}

    def of(self, expectation: Expectation) -> NumberedSentence | None:
        """The sentence with what its words stand for; ``None`` when one of them stands for nothing."""
        named, unknown = self._callers.of(expectation.principals)
        resources, missing = self._targets.of(expectation.resources)
        actions = self._actions_of(expectation)
        if actions is None or any(problem.is_error for problem in (*unknown, *missing)):
            return None
        own = self._bits(named)
        others = self._bits(self._others(named)) if expectation.form in {Form.ONLY, Form.NOBODY} else 0
        buckets = (self._targets.bucket_of(target) for target in resources)
        return NumberedSentence(
            expectation,
            own if expectation.form in {Form.CAN, Form.ONLY} else 0,
            others | (own if expectation.form is Form.CANNOT else 0),
            *actions,
            resources,
            (*resources, *(found[0] for found in buckets if found is not None)),
        )

    def _actions_of(self, expectation: Expectation) -> tuple[int, Mapping[str, AskedAction]] | None:
        words = tuple(word.text for word in expectation.actions)
        if words not in self._asked:
            actions, problems = actions_of(expectation.actions)
            bits = bytearray()
            for action in actions:
                number = self._action_numbers.of(action.name)
                self.actions[number] = action.name
                bits.extend(bytes(max(0, number // 8 + 1 - len(bits))))
                bits[number // 8] |= 1 << number % 8
            asked = {action.name: action for action in actions}
            broken = any(problem.is_error for problem in problems)
            self._asked[words] = None if broken else (int.from_bytes(bits, "little"), asked)
        return self._asked[words]

    def _others(self, named: Sequence[Caller]) -> list[Caller]:
        """Everybody whom a sentence does not leave aside."""
        aside = frozenset(name for caller in named for name in caller.names)
        identities = {caller.identity for caller in named}
        return [
            caller
            for caller in self._callers.everybody()
            if caller.identity not in identities and not caller.is_one_of(aside)
        ]

    def _bits(self, callers: Sequence[Caller]) -> int:
        bits = 0
        for caller in callers:
            number = self._caller_numbers.of(caller.identity)
            self.callers.setdefault(number, caller)
            bits |= 1 << number
        return bits

    def met(self, one: NumberedSentence, other: NumberedSentence) -> frozenset[tuple[str, str]]:
        """The pairs of words of two sentences that some ARN may fit both."""
        return frozenset(
            (first.word.text, second.word.text)
            for first in one.targets
            for second in other.targets
            if self._may_meet(first, second)
        )

    def _may_meet(self, one: Target, other: Target) -> bool:
        pair = one.word.text, other.word.text
        if pair not in self._met:
            self._met[pair] = may_meet(one, other)
        return self._met[pair]

    def parts(self, sentence: NumberedSentence, action: str) -> Iterator[Part]:
        """What a sentence asks about with one of its actions."""
        conditions = sentence.expectation.conditions
        of_prefix = any(one.key.text.lower() == "s3:prefix" for one in conditions)
        asked = sentence.asked[action]
        for target in sentence.resources:
            key = action, asked.literal, target.word.text, of_prefix
            if key not in self._meetings:
                pairs = fitting_of((asked,), (target,), self._targets, speaks_of_prefix=of_prefix).pairs
                self._meetings[key] = tuple(meeting for _, meetings in pairs for meeting in meetings)
            for meeting in self._meetings[key]:
                yield Part(action, meeting, conditions)


def numbers(bits: int) -> Iterator[int]:
    """The numbers that a set holds."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
