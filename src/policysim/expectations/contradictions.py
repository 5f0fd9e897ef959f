"""Sentences that cannot all hold, and sentences that stand twice.

Two sentences contradict each other when there is a request that one of them expects to be allowed and the other to be
denied (or that one expects to hang on a key, and the other not), whatever the policies say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.expectations.numbered_sentences import NumberedSentences, numbers
from policysim.expectations.problem_kinds import CONTRADICTION, REPEATED_SENTENCE
from policysim.expectations.shared_requests import keep_apart, shared_request
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.numbered_sentences import NumberedSentence
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


def _contradicting(expectations: Sequence[Expectation], organisation: Organisation) -> Iterator[Problem]:
    numbered = NumberedSentences(organisation)
    before: list[NumberedSentence] = []
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


def _shared(
    one: NumberedSentence, other: NumberedSentence, numbered: NumberedSentences, organisation: Organisation
) -> Shared | None:
    """A request to which the two sentences expect different answers."""
    if one.is_open or other.is_open:
        return _shared_open(one, other, numbered, organisation)
    callers = (one.allowed & other.denied) | (one.denied & other.allowed)
    return _first(one, other, callers, numbered, organisation)


def _shared_open(
    one: NumberedSentence, other: NumberedSentence, numbered: NumberedSentences, organisation: Organisation
) -> Shared | None:
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
    one: NumberedSentence,
    other: NumberedSentence,
    callers: int,
    numbered: NumberedSentences,
    organisation: Organisation,
    *,
    wider: bool = False,
) -> Shared | None:
    actions = one.actions & other.actions
    if not callers or not actions or keep_apart(one.expectation.conditions, other.expectation.conditions):
        return None
    met = numbered.met(one, other)
    if not met:
        return None
    who = [numbered.callers[number] for number in numbers(callers)]
    for number in numbers(actions):
        action = numbered.actions[number]
        for part in numbered.parts(one, action):
            for against in numbered.parts(other, action):
                if (part.meeting.target.word.text, against.meeting.target.word.text) not in met:
                    continue
                found = shared_request(who, part, against, organisation, wider=wider)
                if found is not None:
                    return found
    return None


def _keys(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(word.text.lower() for word in words)


def _keys_stated(sentence: NumberedSentence) -> frozenset[str]:
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
