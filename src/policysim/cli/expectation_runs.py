"""Expectation files checked one after the other: the policies of each place are read once."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cli.exit_codes import ExitCode
from policysim.cli.progress import with_progress
from policysim.expectations.checking import LIMIT, Checker
from policysim.expectations.contradictions import contradictions
from policysim.expectations.problem_kinds import MALFORMED_ACCOUNT, MISREAD_WORD, NO_POLICIES
from policysim.language.problems import Problem
from policysim.language.source import Span
from policysim.reports.expectation_build import CheckedFile
from policysim.sources.errors import InputError
from policysim.sources.in_force import read_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from policysim.account.account import Organisation
    from policysim.cli.output import Output
    from policysim.expectations.results import Answer, Result
    from policysim.expectations.sentences import Expectation
    from policysim.reports.expectation_document import ExpectationSummary
    from policysim.sources.expectation_files import Suite
    from policysim.sources.in_force import PolicySource

    Observer = Callable[[Expectation, Answer], None]
    ObserverOf = Callable[[PolicySource, Organisation], Observer | None]
    Change = Callable[[Organisation], Organisation]


_NO_POLICIES: Final = "it does not say where the policies in force are"
_SAY_WHERE: Final = 'add a line such as `account "../acme"` to it, or give `--account DIR`'


class Runner:
    """Checks the expectations of files.

    ``named`` are the policies that an option names: they win over those that a file names. ``observer_of`` makes what
    watches the answers under the policies of one place; ``change`` is what if they were different.
    """

    def __init__(
        self,
        named: PolicySource | None,
        *,
        limit: int = LIMIT,
        observer_of: ObserverOf | None = None,
        change: Change | None = None,
    ) -> None:
        self._named = named
        self._limit = limit
        self._observer_of = observer_of
        self._change = change
        self._checkers: dict[object, tuple[Organisation, Checker]] = {}

    def check(self, suites: Sequence[Suite], output: Output) -> list[CheckedFile]:
        """The results of every file, in order.

        Raises:
            InputError: nothing tells where any policies are, or those that an option names cannot be read.
        """
        lost = [suite for suite in suites if self._is_lost(suite)]
        if lost and len(lost) == len(suites):
            raise InputError(f"{lost[0].source.name}: {_NO_POLICIES}: {_SAY_WHERE}")
        prepared = [self._prepared(suite) for suite in suites]
        asked = [pair for one in prepared for pair in one.asked]
        results = (checker.check(expectation) for checker, expectation in asked)
        told = iter(with_progress(results, len(asked), "expectations checked", output))
        return [_checked(one, list(islice(told, len(one.asked)))) for one in prepared]

    def sources(self, suites: Sequence[Suite]) -> list[PolicySource]:
        """Where the policies are that the files are asked about."""
        found = [self._named or suite.account for suite in suites]
        return [source for source in found if source is not None]

    def _prepared(self, suite: Suite) -> _Prepared:
        source = self._named or suite.account
        if source is None:
            return _Prepared(_told(suite) if self._is_lost(suite) else suite, None, None, ())
        try:
            organisation, checker = self._of(source)
        except InputError as error:
            problem = None if self._named is not None else suite.unreadable(error)
            if problem is None:
                raise
            told = any(one.kind is MALFORMED_ACCOUNT for one in suite.problems)
            problems = suite.problems if told else (*suite.problems, problem)
            return _Prepared(replace(suite, problems=problems), source, None, ())
        return _Prepared(suite, source, organisation, tuple((checker, one) for one in suite.expectations))

    def _is_lost(self, suite: Suite) -> bool:
        """Whether a file has sentences to ask, and nothing tells about which policies; a broken one tells enough."""
        return self._named is None and suite.account is None and bool(suite.expectations) and not suite.broken

    def _of(self, source: PolicySource) -> tuple[Organisation, Checker]:
        key = source.identity
        if key not in self._checkers:
            organisation = read_in_force(source)
            organisation = organisation if self._change is None else self._change(organisation)
            observe = self._observer_of(source, organisation) if self._observer_of is not None else None
            self._checkers[key] = organisation, Checker(organisation, limit=self._limit, observe=observe)
        return self._checkers[key]


class _Prepared(NamedTuple):
    """A file, and what checks its expectations."""

    suite: Suite
    source: PolicySource | None
    organisation: Organisation | None
    asked: tuple[tuple[Checker, Expectation], ...]


def _told(suite: Suite) -> Suite:
    """A file about no policies, which the others beside it do not wait for."""
    hint = f"{_SAY_WHERE}; if other files use this one, end its name in another way than `.expect`"
    problem = Problem(NO_POLICIES, _NO_POLICIES, Span(suite.source, 0, 0), hint)
    return replace(suite, problems=(*suite.problems, problem))


def _checked(prepared: _Prepared, results: Sequence[Result]) -> CheckedFile:
    problems: list[Problem] = list(prepared.suite.problems)
    misread = {problem.span: problem for problem in problems if problem.kind is MISREAD_WORD}
    results = [_with_misread(result, misread) for result in results]
    if prepared.organisation is not None:
        problems += contradictions(prepared.suite.expectations, prepared.organisation)
    told = {problem for result in results for problem in result.problems}
    return CheckedFile(
        prepared.suite.source.name,
        None if prepared.source is None else str(prepared.source.path),
        tuple(results),
        tuple(problem for problem in problems if problem not in told),
    )


def _with_misread(result: Result, misread: Mapping[Span | None, Problem]) -> Result:
    """The same with what is known better of a word than that it names nothing."""
    if not misread:
        return result
    return replace(result, problems=tuple(misread.get(problem.span, problem) for problem in result.problems))


def selected(suites: Iterable[Suite], word: str | None) -> list[Suite]:
    """The files with the expectations that hold ``word``, whatever its case.

    Raises:
        InputError: there is none.
    """
    found = list(suites)
    if word is None:
        return found
    kept = [
        replace(suite, expectations=tuple(one for one in suite.expectations if word.lower() in one.text.lower()))
        for suite in found
    ]
    if not any(suite.expectations for suite in kept):
        raise InputError(f"no expectation holds the words `{word}`")
    return kept


def exit_code_of(summary: ExpectationSummary, *, strict: bool = False) -> ExitCode:
    """What a run says to a script: bad input before what is unmet, and that before what is undecided."""
    if summary.broken or summary.errors:
        return ExitCode.BAD_INPUT
    if summary.unmet or (strict and summary.warnings):
        return ExitCode.UNMET
    return ExitCode.UNDECIDED if summary.undecided else ExitCode.OK
