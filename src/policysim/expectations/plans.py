"""From a sentence to the requests that it stands for, and what is wrong with its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from policysim.expectations.actions import actions_of
from policysim.expectations.asking import Asked
from policysim.expectations.caller import Whose
from policysim.expectations.callers import Callers
from policysim.expectations.contexts import key_problems, unknown_key
from policysim.expectations.fitting import fitting_of
from policysim.expectations.implied import contradicted
from policysim.expectations.lines import Lines
from policysim.expectations.listed import listed_arns, usual_region
from policysim.expectations.made_up import Scope
from policysim.expectations.pairs import calls, is_asked, never_called
from policysim.expectations.reasons import statement_problems
from policysim.expectations.samples import Sampler, has_samples, takes_no_resource
from policysim.expectations.sentences import Form
from policysim.expectations.stated import Stated
from policysim.expectations.targets import Targets
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.expectations.actions import AskedAction
    from policysim.expectations.caller import Caller
    from policysim.expectations.fitting import Fitting
    from policysim.expectations.samples import Sample
    from policysim.expectations.sentences import Condition, Expectation
    from policysim.expectations.targets import Target
    from policysim.language.problems import Problem
    from policysim.language.request import RequestContext


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
    """The blocks of a plan as they are made, up to a limit of requests."""

    limit: int
    blocks: list[Block] = field(default_factory=list)
    size: int = 0

    def add(self, block: Block) -> bool:
        """Take a block; whether there is room for another one."""
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
        if not _broken(problems):
            problems += self._further_problems(expectation, callers, actions)
        if _broken(problems):
            return Plan(tuple(problems))
        stated = Stated(expectation.conditions, self._lines, limit + 1)
        fitting = fitting_of(actions, targets, self._targets, speaks_of_prefix=stated.speaks_of_prefix)
        problems += fitting.problems
        if _broken(problems):
            return Plan(tuple(problems))
        ranged = self._ranged(expectation, callers)
        size, counted, whole = _least(ranged, fitting), _Counted(limit), False
        if size <= limit:
            whole = self._fill(ranged, fitting, stated, counted)
            size = counted.size
        widest = _widest(expectation, len(ranged), len(actions), counted)
        sampled = fitting.sampled or stated.is_sampled
        return Plan(tuple(problems), tuple(counted.blocks), size, not whole, widest, sampled)

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
            yield from never_called(callers, actions)
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

    def _fill(self, ranged: Sequence[tuple[Caller, bool]], fitting: Fitting, stated: Stated, counted: _Counted) -> bool:
        """Make the blocks; whether there was room for all of them."""
        for caller, wanted in ranged:
            scope = self._scope(caller, stated.region or self._region)
            for action, meetings in fitting.pairs:
                for target, prefix in meetings if calls(caller, action) else ():
                    contexts = stated.contexts(caller, action, prefix)
                    samples = self._samples(target, caller, action, scope, contexts)
                    if samples and not counted.add(Block(caller, wanted, action, samples, contexts)):
                        return False
        return True

    def _samples(
        self, target: Target, caller: Caller, action: str, scope: Scope, contexts: Sequence[RequestContext]
    ) -> tuple[Sample, ...]:
        """The resources that a caller is asked about."""
        wild = target.arn is None and not takes_no_resource(action)
        lines = self._lines.of_resources(caller, action, contexts) if wild else ()
        found = self._sampler.samples(target, action, scope, lines)
        return tuple(sample for sample in found if is_asked(caller, sample))

    def _scope(self, caller: Caller, region: str) -> Scope:
        """Where made-up resources are: in the account of the caller, else in the first one at hand."""
        accounts = self._organisation.accounts
        account = accounts.get(caller.principal.account or "") if caller.whose is Whose.AT_HAND else None
        account = account or next(iter(accounts.values()), None)
        return Scope("aws", region, "") if account is None else Scope(account.partition, region, account.id)


def _broken(problems: Sequence[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _is_own(expectation: Expectation, condition: Condition) -> bool:
    """Whether a condition stands in the sentence itself, and not in a ``given``."""
    span, own = condition.key.span, expectation.span
    return span.source is own.source and own.start <= span.start < own.end


def _least(ranged: Sequence[tuple[Caller, bool]], fitting: Fitting) -> int:
    """A number of requests that the sentence stands for at least, told without finding any of them.

    Every caller at hand is asked at least once about every action that meets ``*``.
    """
    at_hand = [caller for caller, _ in ranged if caller.whose is Whose.AT_HAND]
    asked = (
        action
        for action, meetings in fitting.pairs
        if any(target.is_everything for target, _ in meetings) and has_samples(action)
    )
    return len(at_hand) * sum(calls(at_hand[0], action) for action in asked) if at_hand else 0


def _widest(expectation: Expectation, callers: int, actions: int, counted: _Counted) -> str:
    """What makes a sentence large, in numbers."""
    words = ", ".join(word.text for word in expectation.actions)
    told = [f"{callers:,} principal{'s' if callers != 1 else ''}"]
    told.append(f"{actions:,} action{'s' if actions != 1 else ''} that fit `{words}`")
    largest = max((len(block.samples) * len(block.contexts) for block in counted.blocks), default=0)
    if largest > 1:
        told.append(f"up to {largest:,} requests for each of them")
    return listed(told)
