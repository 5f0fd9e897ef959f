"""From answers to the result of an expectation: which are as expected, and the most telling of those that are not.

A denial and an allow are what ``cannot`` and ``can`` ask for; an answer that is open is neither, unless the sentence
says what it hangs on.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER
from policysim.expectations.caller import Whose
from policysim.expectations.open_answers import Openness, openness
from policysim.expectations.problem_kinds import NEVER_FAILS
from policysim.expectations.reasons import holds
from policysim.expectations.results import Result, Shortfall, Standing
from policysim.expectations.sentences import Form
from policysim.expectations.telling import told, told_decided, told_openness, told_reason
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.outlines import Outline
    from policysim.expectations.asking import Asked
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation

    _Told = tuple[Callable[[Answer], str], "_Kind"]

SHOWN: Final = 5
"""How many of the answers that are not as expected a result holds."""


class _Kind(IntEnum):
    """How an answer falls short, the worst first."""

    WRONG = 0
    OTHER_REASON = 1
    """The answer is as expected, and the reason another one."""
    UNDECIDED = 2


class _Short(NamedTuple):
    """An answer that is not as expected, by how telling it is: what is told first sorts first.

    Its sentence, and the answer where its outline was enough, are made when it is shown: few of many are.
    """

    kind: _Kind
    invented: bool
    repeated: int
    elsewhere: bool
    number: int
    answered: Callable[[], Answer]
    told: Callable[[Answer], str]


class Tally:
    """The answers of one expectation, counted."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self._depending = tuple(word.text for word in expectation.depending_on)
        self._because = tuple(word.text for word in expectation.because)
        self._asked = self._short = self._settled = self._by_guardrail = self._undecided = 0
        self._worst: list[_Short] = []
        self._told: Counter[object] = Counter()

    def take(self, asked: Asked, answer: Answer, *, wanted: bool) -> None:
        """Count one answer; ``wanted`` tells whether it is to be an allow."""
        self._asked += 1
        self._settled += not any(decision.checks for decision in answer.call.decisions)
        self._by_guardrail += by_guardrail(answer.call)
        found = self._compared(asked, answer, wanted=wanted)
        if found is None:
            return
        tell, kind = found
        self._fall_short(asked, lambda: answer, tell, kind)

    def take_outline(self, asked: Asked, outline: Outline, answered: Callable[[], Answer], *, wanted: bool) -> None:
        """Count one answer of which the outline tells enough; ``answered`` gives the whole one where it is shown."""
        self._asked += 1
        self._settled += outline.settled
        self._by_guardrail += outline.limited
        if (outline.effect is Effect.ALLOWED) is not wanted:
            self._fall_short(asked, answered, partial(told, asked, wanted=wanted), _Kind.WRONG)

    def _fall_short(
        self, asked: Asked, answered: Callable[[], Answer], tell: Callable[[Answer], str], kind: _Kind
    ) -> None:
        self._short += 1
        self._undecided += kind is _Kind.UNDECIDED
        told_of = (asked.caller.identity, asked.action, kind)
        self._told[told_of] += 1
        elsewhere = asked.caller.whose is not Whose.AT_HAND
        repeated = self._told[told_of]
        self._worst.append(_Short(kind, asked.sample.invented, repeated, elsewhere, self._asked, answered, tell))
        if len(self._worst) > 2 * SHOWN:
            self._worst = sorted(self._worst, key=_order)[:SHOWN]

    def _compared(self, asked: Asked, answer: Answer, *, wanted: bool) -> _Told | None:
        """What is to be said of an answer that is not as expected, and how it falls short."""
        effect = answer.call.effect
        if self._depending:
            return self._compared_with_keys(asked, answer)
        if effect is Effect.DEPENDS:
            return partial(told, asked, wanted=wanted), _Kind.UNDECIDED
        if (effect is Effect.ALLOWED) is not wanted:
            return partial(told, asked, wanted=wanted), _Kind.WRONG
        if self.expectation.form is Form.ONLY and not wanted:
            return None  # the reason of an `only` is that of those who can
        failed = next((reason for reason in self._because if not holds(reason, answer.call)), None)
        return None if failed is None else (partial(told_reason, asked, reason=failed), _Kind.OTHER_REASON)

    def _compared_with_keys(self, asked: Asked, answer: Answer) -> _Told | None:
        found, keys = openness(answer, self._depending)
        match found:
            case Openness.AS_SAID:
                return None
            case Openness.DECIDED:
                return partial(told_decided, asked, keys=self._depending), _Kind.WRONG
            case _:
                kind = _Kind.UNDECIDED if found is Openness.OTHERWISE else _Kind.WRONG
                return partial(told_openness, asked, found=found, keys=keys), kind

    def warnings(self) -> tuple[Problem, ...]:
        """What is to be said of an expectation that no policy can make fail."""
        if not self._asked:
            sentence = "the sentence stands for no request, so that it can never fail"
        elif self._settled == self._asked and not self._short:
            sentence = "AWS answers every request of the sentence in the same way, whatever the policies say"
        else:
            return ()
        return (Problem(NEVER_FAILS, sentence, self.expectation.span),)

    def result(self, problems: tuple[Problem, ...], *, sampled: bool) -> Result:
        """What came out."""
        worst = sorted(self._worst, key=_order)[:SHOWN]
        undecided = self._undecided == self._short
        standing = Standing.MET if not self._short else Standing.UNDECIDED if undecided else Standing.UNMET
        return Result(
            expectation=self.expectation,
            standing=standing,
            asked=self._asked,
            short=self._short,
            shortfalls=tuple(_shown(one) for one in worst),
            problems=problems,
            sampled=sampled,
            by_guardrail=self._by_guardrail,
        )


def _shown(short: _Short) -> Shortfall:
    answer = short.answered()
    return Shortfall(answer, short.told(answer), short.kind is _Kind.UNDECIDED)


def _order(short: _Short) -> tuple[_Kind, bool, int, bool, int]:
    """What is told first: the worst, what is real before what is made up, one of each caller and action before more."""
    return short.kind, short.invented, short.repeated, short.elsewhere, short.number


def by_guardrail(call: CallDecision) -> bool:
    """Whether a Deny, or a layer that only limits, would keep a denial whatever else allows."""
    if call.effect not in {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}:
        return False
    return any(
        check.verdict is Verdict.EXPLICIT_DENY
        or (check.verdict is Verdict.IMPLICIT_DENY and not LAYER[check.layer].grants)
        for decision in call.decisions
        for check in decision.checks
    )
