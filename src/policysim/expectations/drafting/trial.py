"""Whether a sentence holds before it is written down, and what can be done about one that does not yet.

A sentence on several actions or resources is taken apart until every part either holds or is known not to.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Effect
from policysim.expectations.checking import Checker
from policysim.expectations.drafting.said import Said
from policysim.expectations.problem_kinds import NEVER_FAILS
from policysim.expectations.reading import read_expectations
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Expectation, Form, Test
from policysim.expectations.telling import AND_SHOULD, AND_SHOULD_NOT, NOT_DECIDED
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.account.account import Organisation
    from policysim.expectations.drafting.said import Sentence
    from policysim.expectations.results import Answer, Result, Shortfall

MOST_REQUESTS: Final = 3_000
"""How many requests one sentence of a draft may stand for: what stands for more is not said."""

_MOST_KEYS: Final = 4
"""How many further keys a sentence may name before it says too little to be worth it."""

UNWRITABLE: Final = "the language has no way to write one of its words"

USUAL_VALUES: Final[Mapping[str, str]] = {
    "aws:multifactorauthpresent": "true",
    "aws:principalisawsservice": "false",
    "aws:securetransport": "true",
    "aws:viaawsservice": "false",
}
"""What an ordinary call has where policies ask for it."""


class Refused(NamedTuple):
    """A sentence that does not hold, and why, in one sentence."""

    sentence: Sentence
    why: str


class Trial:
    """Holds sentences against the accounts at hand; ``given`` are the conditions that stand above them in the file.

    ``seen`` are values that keys had in recorded calls: they are preferred where an unknown key must be settled.
    """

    def __init__(
        self,
        organisation: Organisation,
        given: tuple[Said, ...] = (),
        seen: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._checker = Checker(organisation, limit=MOST_REQUESTS)
        self._answers: list[Answer] = []
        self._watched = Checker(organisation, limit=MOST_REQUESTS, observe=self._keep)
        self._given = given
        self._seen = seen or {}
        self._results: dict[str, Result | None] = {}

    def with_seen(self, seen: Mapping[str, tuple[str, ...]]) -> Trial:
        """The same accounts, with the values that some calls had."""
        other = copy(self)
        other._seen = seen  # noqa: SLF001  # its own class
        return other

    def result(self, sentence: Sentence) -> Result | None:
        """What comes out of a sentence; ``None`` for one that the language cannot write."""
        if not sentence.can_be_written:
            return None
        text = sentence.text
        if text not in self._results:
            self._results[text] = self._asked(text)
        return self._results[text]

    def holds(self, sentence: Sentence) -> bool:
        """Whether a sentence is met, and worth saying: no warning comes with it."""
        result = self.result(sentence)
        return result is not None and result.standing is Standing.MET and not result.problems and result.asked > 0

    def never_fails(self, sentence: Sentence) -> bool:
        """Whether AWS answers as the sentence says whatever the policies say."""
        result = self.result(sentence)
        return result is not None and any(problem.kind is NEVER_FAILS for problem in result.problems)

    def _asked(self, text: str) -> Result | None:
        expectation = self._read(text)
        return None if expectation is None else self._checker.check(expectation)

    def _read(self, text: str) -> Expectation | None:
        given = f"given {' and '.join(one.text for one in self._given)}\n" if self._given else ""
        read = read_expectations(Source("draft", given + text))
        expectations = [line for line in read.lines if isinstance(line, Expectation)]
        return expectations[0] if len(expectations) == 1 and not read.problems else None

    def answers(self, sentence: Sentence) -> list[Answer]:
        """Every answer that a sentence stands for; none for one that cannot be asked."""
        self._answers = []
        expectation = self._read(sentence.text) if sentence.can_be_written else None
        if expectation is not None:
            self._watched.check(expectation)
        return self._answers

    def _keep(self, _expectation: Expectation, answer: Answer) -> None:
        self._answers.append(answer)

    def settled(self, sentence: Sentence) -> Sentence | Refused:
        """The sentence, or one on fewer requests that holds: unknown keys that decide are given a value."""
        for _ in range(_MOST_KEYS + 1):
            if self.holds(sentence):
                return sentence
            result = self.result(sentence)
            if result is None:
                return Refused(sentence, UNWRITABLE)
            further = self._settling(sentence, result)
            if further is None:
                return Refused(sentence, why_not(result))
            sentence = sentence.with_condition(further)
        return Refused(sentence, "it depends on too many keys")

    def _settling(self, sentence: Sentence, result: Result) -> Said | None:
        """A condition under which what is open comes out as the sentence says."""
        if result.standing is not Standing.UNDECIDED or sentence.form in {Form.CANNOT, Form.NOBODY}:
            return None
        named = {one.key.lower() for one in (*sentence.conditions, *self._given)}
        for shortfall in result.shortfalls:
            for unknown in shortfall.answer.decision.unknown_keys:
                if unknown.key.lower() in named:
                    continue
                if (value := self._value(unknown.key, unknown.settles)) is not None:
                    return value
        return None

    def _value(self, key: str, settles: Iterable[tuple[str | None, Effect]]) -> Said | None:
        seen = self._seen.get(key.lower())
        if seen is not None:
            return as_seen(key, seen)
        good = [value for value, effect in settles if effect is Effect.ALLOWED]
        good = good or [value for value, effect in settles if effect is Effect.DEPENDS]
        usual = USUAL_VALUES.get(key.lower())
        if usual is not None and usual in good:
            return Said(key, Test.EQUALS, (usual,))
        stated = [value for value in good if value]
        if stated:
            return Said(key, Test.EQUALS, (stated[0],))
        return Said(key, Test.ABSENT) if None in good else None

    def parts_that_hold(self, sentence: Sentence) -> tuple[list[Sentence], list[Refused]]:
        """The sentence as it is if it holds; else what of it holds, put together again, and what does not."""
        whole = self.settled(sentence)
        if not isinstance(whole, Refused):
            return [whole], []
        if len(sentence.actions) == 1 and len(sentence.resources) == 1:
            return [], [whole]
        good: list[Sentence] = []
        refused: list[Refused] = []
        for part in _parts(sentence):
            held, not_held = self.parts_that_hold(part)
            good += held
            refused += not_held
        return joined(good), refused


def _parts(sentence: Sentence) -> list[Sentence]:
    """One sentence for each action; for each resource where there is but one action."""
    if len(sentence.actions) > 1:
        return [replace(sentence, actions=(action,)) for action in sentence.actions]
    return [replace(sentence, resources=(resource,)) for resource in sentence.resources]


def joined(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The same said in fewer sentences: first those that differ in the resource alone, then those in the action."""
    by_resource: dict[Sentence, dict[str, None]] = {}
    for one in sentences:
        by_resource.setdefault(replace(one, resources=()), {}).update(dict.fromkeys(one.resources))
    together = [replace(one, resources=tuple(resources)) for one, resources in by_resource.items()]
    by_action: dict[Sentence, dict[str, None]] = {}
    for one in together:
        by_action.setdefault(replace(one, actions=()), {}).update(dict.fromkeys(one.actions))
    return [replace(one, actions=tuple(sorted(actions))) for one, actions in by_action.items()]


def as_seen(key: str, values: tuple[str, ...]) -> Said:
    """What recorded calls show of a key; no values: it was absent."""
    return Said(key, Test.EQUALS, values) if values else Said(key, Test.ABSENT)


def why_not(result: Result) -> str:
    """Why a sentence does not hold, in one sentence."""
    if result.problems:
        return result.problems[0].message
    if result.shortfalls:
        short = _first(result.shortfalls)
        request = short.answer.request
        wrong = AND_SHOULD_NOT if result.expectation.form in {Form.CANNOT, Form.NOBODY} else AND_SHOULD
        _, found, reason = short.sentence.rpartition(NOT_DECIDED if short.undecided else wrong)
        return f"{request.action} on {request.resource.arn}: {reason}" if found else short.sentence
    return "it stands for no request" if not result.asked else "it does not hold"


def _first(shortfalls: tuple[Shortfall, ...]) -> Shortfall:
    return next((one for one in shortfalls if not one.undecided), shortfalls[0])
