"""From a sentence to the requests that it stands for, and what is wrong with its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.actions import actions_of
from policysim.expectations.asking import Asked
from policysim.expectations.callers import Callers
from policysim.expectations.caller import Whose
from policysim.expectations.contexts import Choice, choices_of, contexts_of, key_problems, like_values, unknown_key
from policysim.expectations.fitting import fitting_of
from policysim.expectations.implied import contradicted
from policysim.expectations.lines import Lines
from policysim.expectations.listed import listed_arns, usual_region
from policysim.expectations.pairs import calls, is_asked
from policysim.expectations.patterns import is_pattern
from policysim.expectations.reasons import statement_problems
from policysim.expectations.samples import Sampler, Scope
from policysim.expectations.sentences import Form, Test
from policysim.expectations.targets import Targets
from policysim.language.request import RequestContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.actions import AskedAction
    from policysim.expectations.caller import Caller
    from policysim.expectations.samples import Sample
    from policysim.expectations.fitting import Fitting
    from policysim.expectations.sentences import Condition, Expectation, Word
    from policysim.language.problems import Problem

_REGION: Final = "aws:requestedregion"
_PREFIX: Final = "s3:prefix"


class Block(NamedTuple):
    """Requests of one caller for one action: every sample in every context. ``wanted``: they are to be allowed."""

    caller: Caller
    wanted: bool
    action: str
    samples: tuple[Sample, ...]
    contexts: tuple[RequestContext, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sentence stands for.

    ``size`` is the number of requests; ``at_least`` tells that counting ended there. ``widest`` says in words what
    makes it large. ``sampled`` tells that a wildcard stands for more than is asked.
    """

    problems: tuple[Problem, ...]
    blocks: tuple[Block, ...] = ()
    size: int = 0
    at_least: bool = False
    widest: str = ""
    sampled: bool = False

    def requests(self) -> Iterator[tuple[Asked, bool]]:
        """Every request, and whether it is to be allowed."""
        for caller, wanted, action, samples, contexts in self.blocks:
            for sample in samples:
                for context in contexts:
                    yield Asked(caller, action, sample, context), wanted


@dataclass(slots=True)
class _Counted:
    """The blocks of a plan as they are made."""

    limit: int
    blocks: list[Block] = field(default_factory=list)
    size: int = 0

    def add(self, block: Block) -> bool:
        """Take a block; whether there is room for another one."""
        if block.samples and block.contexts:
            self.blocks.append(block)
            self.size += len(block.samples) * len(block.contexts)
        return self.size <= self.limit


class Planner:
    """Plans sentences about the same accounts."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._listed = listed_arns(organisation)
        self._region = usual_region(self._listed)
        self._callers = Callers(organisation)
        self._targets = Targets(organisation, self._listed)
        self._sampler = Sampler(self._listed)
        self._lines = Lines(organisation)

    def plan(self, expectation: Expectation, limit: int) -> Plan:
        """The requests of a sentence, counted up to a limit."""
        callers, unknown = self._callers.of(expectation.principals)
        actions, nameless = actions_of(expectation.actions)
        targets, missing = self._targets.of(expectation.resources)
        problems = [*unknown, *nameless, *missing]
        if not any(problem.is_error for problem in problems):
            problems += self._further_problems(expectation, callers, actions)
        fitting = fitting_of(actions, targets, self._targets, speaks_of_prefix=_speaks_of_prefix(expectation))
        if not any(problem.is_error for problem in problems):
            problems += fitting.problems
        if any(problem.is_error for problem in problems):
            return Plan(tuple(problems))
        counted = _Counted(limit)
        whole = self._fill(expectation, callers, fitting, counted)
        return Plan(
            tuple(problems),
            tuple(counted.blocks),
            counted.size,
            at_least=not whole,
            widest=_widest(expectation, len(self._ranged(expectation, callers)), len(actions), counted),
            sampled=fitting.sampled or any(map(_is_sampled, expectation.conditions)),
        )

    def _further_problems(
        self, expectation: Expectation, callers: Sequence[Caller], actions: Sequence[AskedAction]
    ) -> Iterator[Problem]:
        names = [action.name for action in actions]
        yield from key_problems(expectation.conditions, names, lambda one: _is_own(expectation, one))
        for key in expectation.depending_on:
            found = unknown_key(key, names)
            if found is not None:
                yield found
        yield from statement_problems(expectation.because, self._lines.documents)
        if expectation.form is not Form.NOBODY:
            yield from contradicted(expectation.conditions, callers)

    def _ranged(self, expectation: Expectation, callers: Sequence[Caller]) -> tuple[tuple[Caller, bool], ...]:
        """Whom the sentence is about, and whether they are to be allowed."""
        named = tuple((caller, expectation.form is not Form.CANNOT) for caller in callers)
        if expectation.form in {Form.CAN, Form.CANNOT}:
            return named
        aside = frozenset(name for caller in callers for name in caller.names)
        identities = {caller.identity for caller in callers}
        others = tuple(
            (caller, False)
            for caller in self._callers.everybody()
            if caller.identity not in identities and not caller.is_one_of(aside)
        )
        return (*named, *others) if expectation.form is Form.ONLY else others

    def _fill(self, expectation: Expectation, callers: Sequence[Caller], fitting: Fitting, counted: _Counted) -> bool:
        """Make the blocks; whether there was room for all of them."""
        region = _stated_region(expectation.conditions) or self._region
        for caller, wanted in self._ranged(expectation, callers):
            scope = self._scope(caller, region)
            for action, pairs in fitting.pairs:
                if not calls(caller, action):
                    continue
                for target, prefix in pairs:
                    context = _stated(expectation.conditions)
                    lines = self._lines.of_resources(caller, action, context) if target.arn is None else ()
                    found = self._sampler.samples(target, action, scope, lines)
                    samples = tuple(sample for sample in found if is_asked(caller, sample))
                    if samples:
                        contexts = self._contexts(expectation.conditions, caller, action, prefix)
                        if not counted.add(Block(caller, wanted, action, samples, contexts)):
                            return False
        return True

    def _contexts(
        self, conditions: Sequence[Condition], caller: Caller, action: str, prefix: Word | None
    ) -> tuple[RequestContext, ...]:
        stated = _stated(conditions)
        lines = lambda key: self._lines.of_values(caller, action, key, stated)  # noqa: E731
        choices = [choices_of(condition, lines) for condition in conditions]
        if prefix is not None:
            values = like_values((prefix,), lines(_PREFIX))
            choices.append(Choice(_PREFIX, tuple((value,) for value in values)))
        return tuple(contexts_of(choices))

    def _scope(self, caller: Caller, region: str) -> Scope:
        """Where made-up resources are: in the account of the caller, else in the first one at hand."""
        accounts = self._organisation.accounts
        account = accounts.get(caller.principal.account or "") if caller.whose is Whose.AT_HAND else None
        account = account or next(iter(accounts.values()), None)
        return Scope("aws", region, "") if account is None else Scope(account.partition, region, account.id)


def _speaks_of_prefix(expectation: Expectation) -> bool:
    return any(condition.key.text.lower() == _PREFIX for condition in expectation.conditions)


def _is_own(expectation: Expectation, condition: Condition) -> bool:
    """Whether a condition stands in the sentence itself, and not in a ``given``."""
    span, own = condition.key.span, expectation.span
    return span.source is own.source and own.start <= span.start < own.end


def _stated(conditions: Sequence[Condition]) -> RequestContext:
    """The keys with one known value, for the policy variables of the lines that policies draw."""
    single = [one for one in conditions if one.test is Test.EQUALS and len(one.values) == 1]
    return RequestContext({one.key.text: one.values[0].text for one in single})


def _stated_region(conditions: Sequence[Condition]) -> str | None:
    found = (one for one in conditions if one.key.text.lower() == _REGION and one.test is Test.EQUALS)
    return next((one.values[0].text for one in found), None)


def _is_sampled(condition: Condition) -> bool:
    return condition.test is Test.LIKE and any(is_pattern(value.text) for value in condition.values)


def _widest(expectation: Expectation, callers: int, actions: int, counted: _Counted) -> str:
    """What makes a sentence large, in numbers."""
    per_action = max((len(block.samples) * len(block.contexts) for block in counted.blocks), default=0)
    principals = f"{callers:,} principal{'s' if callers != 1 else ''}"
    words = ", ".join(word.text for word in expectation.actions)
    return f"{principals}, {actions:,} actions that fit `{words}`, and up to {per_action:,} requests for each of them"
