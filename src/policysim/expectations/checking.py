"""From an expectation and the accounts at hand to its result: every request that it stands for is decided.

What a sentence stands for is told in ``docs/expectations.md``: principals and actions are enumerated, resources at
hand too; resources that do not exist and values like a pattern are sampled on both sides of every line that a policy
draws.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from policysim.expectations.answering import Tally
from policysim.expectations.asking import Asked, Desks
from policysim.expectations.plans import Planner
from policysim.expectations.problem_kinds import TOO_MANY_REQUESTS
from policysim.expectations.results import Result, Standing
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.account.account import Organisation
    from policysim.expectations.plans import Plan
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation

LIMIT: Final = 200_000
"""How many requests one expectation may stand for."""


_PACK: Final = "pack:"
"""How the names of the sources of packs begin."""


class Checker:
    """Checks expectations against the same accounts; what several of them need is found once.

    ``limit`` is how many requests one expectation may stand for: one that stands for more is broken. ``observe`` is
    told of every answer, in order.
    """

    def __init__(
        self,
        organisation: Organisation,
        *,
        limit: int = LIMIT,
        observe: Callable[[Expectation, Answer], None] | None = None,
    ) -> None:
        self._desks = Desks(organisation)
        self._planner = Planner(organisation)
        self._limit = limit
        self._observe = observe

    def check(self, expectation: Expectation, *, whole: bool = False) -> Result:
        """Whether an expectation holds, and for which requests it does not.

        ``whole``: of a denial whose kind hangs on unknown keys it is found out which ones tell, for those who show it.
        """
        plan = self._planner.plan(expectation, self._limit)
        if any(problem.is_error for problem in plan.problems):
            return _broken(expectation, plan.problems)
        if plan.size > self._limit:
            return _broken(expectation, (*plan.problems, _too_many(expectation, plan, self._limit)))
        tally = Tally(expectation)
        brief = not whole and not expectation.because and not expectation.depending_on
        self._ask(plan, tally, brief=brief)
        problems = (problem for problem in (*plan.problems, *tally.warnings()) if not _is_of_a_pack(problem))
        return tally.result(tuple(problems), sampled=plan.sampled)

    def _ask(self, plan: Plan, tally: Tally, *, brief: bool) -> None:
        """Every request of a plan; where nobody watches, an answer as expected is found in outline alone."""
        observe = self._observe
        for block in plan.blocks:
            desks = [(context, self._desks.of(block.caller, context)) for context in block.contexts]
            for sample in block.samples:
                for context, desk in desks:
                    asked = Asked(block.caller, block.action, sample, context)
                    outline = desk.outline(block.action, sample) if brief and observe is None else None
                    if outline is not None:
                        tally.take_outline(
                            asked, outline, partial(desk.answer, asked, brief=brief), wanted=block.wanted
                        )
                        continue
                    answer = desk.answer(asked, brief=brief)
                    if observe is not None:
                        observe(tally.expectation, answer)
                    tally.take(asked, answer, wanted=block.wanted)


def _is_of_a_pack(problem: Problem) -> bool:
    """Whether a warning is about the words of a pack, which speaks of services that an account need not use."""
    span = problem.span
    return span is not None and span.source.name.startswith(_PACK)


def _broken(expectation: Expectation, problems: tuple[Problem, ...]) -> Result:
    return Result(expectation=expectation, standing=Standing.BROKEN, problems=problems)


def _too_many(expectation: Expectation, plan: Plan, limit: int) -> Problem:
    at_least = "at least " if plan.at_least else ""
    sentence = (
        f"the sentence stands for {at_least}{plan.size:,} requests, and no more than {limit:,} are asked: {plan.widest}"
    )
    return Problem(TOO_MANY_REQUESTS, sentence, expectation.span, "name fewer, or split the sentence")
