"""Sentences that cannot all hold, and sentences that stand twice.

Two sentences contradict each other when there is a request that one of them expects to be allowed and the other to be
denied (or that one expects to hang on a key, and the other not), whatever the policies say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policysim.expectations.actions import actions_of
from policysim.expectations.callers import Callers
from policysim.expectations.fitting import fitting_of
from policysim.expectations.listed import listed_arns
from policysim.expectations.problem_kinds import CONTRADICTION, REPEATED_SENTENCE
from policysim.expectations.sentences import Form
from policysim.expectations.shared_requests import Part, shared_request
from policysim.expectations.targets import Targets
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.caller import Caller
    from policysim.expectations.sentences import Expectation, Word
    from policysim.expectations.shared_requests import Shared
    from policysim.language.request import ContextValue
    from policysim.language.source import Span

_SHOWN_KEYS: Final = 3


def contradictions(expectations: Sequence[Expectation], organisation: Organisation) -> tuple[Problem, ...]:
    """A problem for each sentence that contradicts one before it, and a warning for each that repeats one.

    A sentence with a word that stands for nothing takes no part: that is a problem of its own.
    """
    return (*_contradicting(expectations, organisation), *_repeated(expectations))


@dataclass(frozen=True)
class _Sentence:
    """A sentence with what its words stand for; callers and actions are sets of numbered things, as bits."""

    expectation: Expectation
    allowed: int
    denied: int
    actions: int
    parts_of: _Parts

    @property
    def is_open(self) -> bool:
        return bool(self.expectation.depending_on)

    @cached_property
    def parts(self) -> dict[str, tuple[Part, ...]]:
        """By action, what it is asked about."""
        return self.parts_of.of(self.expectation)


class _Parts:
    """Finds which actions of a sentence meet which of its resources."""

    def __init__(self, organisation: Organisation) -> None:
        self._targets = Targets(organisation, listed_arns(organisation))

    def of(self, expectation: Expectation) -> dict[str, tuple[Part, ...]]:
        actions, _ = actions_of(expectation.actions)
        targets, problems = self._targets.of(expectation.resources)
        if any(problem.is_error for problem in problems):
            return {}
        of_prefix = any(one.key.text.lower() == "s3:prefix" for one in expectation.conditions)
        fitting = fitting_of(actions, targets, self._targets, speaks_of_prefix=of_prefix)
        return {
            action: tuple(Part(action, meeting, expectation.conditions) for meeting in meetings)
            for action, meetings in fitting.pairs
        }


class _Sentences:
    """Numbers the callers and actions that sentences speak of."""

    def __init__(self, organisation: Organisation) -> None:
        self._callers = Callers(organisation)
        self._parts = _Parts(organisation)
        self._numbers: dict[object, int] = {}
        self.callers: list[Caller] = []
        self._actions: dict[str, int] = {}
        self.actions: list[str] = []

    def of(self, expectation: Expectation) -> _Sentence | None:
        """The sentence with what its words stand for; ``None`` when one of them stands for nothing."""
        named, problems = self._callers.of(expectation.principals)
        actions, unknown = actions_of(expectation.actions)
        if any(problem.is_error for problem in (*problems, *unknown)):
            return None
        own = self._bits(named)
        others = self._bits(self._others(named)) if expectation.form in {Form.ONLY, Form.NOBODY} else 0
        allowed = own if expectation.form in {Form.CAN, Form.ONLY} else 0
        denied = others | (own if expectation.form is Form.CANNOT else 0)
        names = sum(1 << self._number_of_action(action.name) for action in actions)
        return _Sentence(expectation, allowed, denied, names, self._parts)

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
            number = self._numbers.setdefault(caller.identity, len(self.callers))
            if number == len(self.callers):
                self.callers.append(caller)
            bits |= 1 << number
        return bits

    def _number_of_action(self, name: str) -> int:
        number = self._actions.setdefault(name, len(self.actions))
        if number == len(self.actions):
            self.actions.append(name)
        return number


def _contradicting(expectations: Sequence[Expectation], organisation: Organisation) -> Iterator[Problem]:
    numbered = _Sentences(organisation)
    before: list[_Sentence] = []
    for expectation in expectations:
        sentence = numbered.of(expectation)
        if sentence is None:
            continue
        for earlier in before:
            found = _shared(earlier, sentence, numbered, organisation)
            if found is not None:
                yield _contradiction(earlier.expectation, expectation, found)
                break
        before.append(sentence)


def _shared(one: _Sentence, other: _Sentence, numbered: _Sentences, organisation: Organisation) -> Shared | None:
    """A request to which the two sentences expect different answers."""
    if one.is_open or other.is_open:
        return _shared_open(one, other, numbered, organisation)
    callers = (one.allowed & other.denied) | (one.denied & other.allowed)
    return _first(one, other, callers, numbered, organisation)


def _shared_open(one: _Sentence, other: _Sentence, numbered: _Sentences, organisation: Organisation) -> Shared | None:
    """The same where an answer is to hang on keys: a sentence that states fewer keys settles those that state more."""
    callers = (one.allowed | one.denied) & (other.allowed | other.denied)
    if one.is_open and other.is_open:
        if _keys(one.expectation.depending_on) == _keys(other.expectation.depending_on):
            return None
        if _keys_stated(one) != _keys_stated(other):
            return None
        return _first(one, other, callers, numbered, organisation, wider=True)
    wide, narrow = (one, other) if other.is_open else (other, one)
    return _first(narrow, wide, callers, numbered, organisation, wider=True)


def _first(
    one: _Sentence,
    other: _Sentence,
    callers: int,
    numbered: _Sentences,
    organisation: Organisation,
    *,
    wider: bool = False,
) -> Shared | None:
    actions = one.actions & other.actions
    if not callers or not actions:
        return None
    who = [numbered.callers[number] for number in _numbers(callers)]
    for number in _numbers(actions):
        action = numbered.actions[number]
        for part in one.parts.get(action, ()):
            for against in other.parts.get(action, ()):
                found = shared_request(who, part, against, organisation, wider=wider)
                if found is not None:
                    return found
    return None


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _keys(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(word.text.lower() for word in words)


def _keys_stated(sentence: _Sentence) -> frozenset[str]:
    return _keys([one.key for one in sentence.expectation.conditions])


def _contradiction(earlier: Expectation, later: Expectation, shared: Shared) -> Problem:
    stated = ", ".join(f"`{key}` {_value(value)}" for key, value in shared.context.items()[:_SHOWN_KEYS])
    request = f"`{shared.action}` on `{shared.arn}` by `{shared.caller.name}`{f' with {stated}' if stated else ''}"
    sentence = f"this contradicts `{earlier.text}` ({_place(earlier)}): both are about {request}"
    return Problem(CONTRADICTION, sentence, later.span)


def _value(value: ContextValue) -> str:
    return ", ".join(f"`{one}`" for one in value) if isinstance(value, tuple) else "absent"


def _place(expectation: Expectation) -> str:
    place = expectation.span.place
    used = f", used in {_line(expectation.used_at[-1])}" if expectation.used_at else ""
    return f"{place.file}:{place.line}{used}"


def _line(span: Span) -> str:
    return f"{span.place.file}:{span.place.line}"


def _repeated(expectations: Sequence[Expectation]) -> Iterator[Problem]:
    seen: dict[object, Expectation] = {}
    for expectation in expectations:
        meant = _meant(expectation)
        earlier = seen.setdefault(meant, expectation)
        if earlier is not expectation:
            yield Problem(REPEATED_SENTENCE, f"this stands in {_place(earlier)} already", expectation.span)


def _meant(expectation: Expectation) -> tuple[object, ...]:
    """What a sentence says, however its words are listed."""
    conditions = frozenset(
        (one.key.text.lower(), one.test, frozenset(word.text for word in one.values)) for one in expectation.conditions
    )
    return (
        expectation.form,
        frozenset(word.text for word in expectation.principals),
        _keys(expectation.actions),
        frozenset(word.text for word in expectation.resources),
        conditions,
        _keys(expectation.depending_on),
        frozenset(word.text for word in expectation.because),
    )
