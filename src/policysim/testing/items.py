"""Expectation files as pytest collects them: one item for each sentence, each with its line and its explanation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from policysim.expectations.contradictions import contradictions
from policysim.expectations.results import Standing
from policysim.reports.expectation_failure import failure_text
from policysim.reports.layout import Paint
from policysim.reports.printable import printable
from policysim.sources.errors import InputError
from policysim.sources.expectation_files import read_suite
from policysim.testing.explanation import Crash, Explanation
from policysim.testing.failures import PolicysimWarning
from policysim.testing.names import item_names
from policysim.testing.session import session_of
from policysim.testing.settings import NO_ACCOUNT, source_of_file
from policysim.testing.shown import seen_from
from policysim.testing.simulator import told, worth_a_look

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest._code.code import TerminalRepr

    from policysim.expectations.results import Result
    from policysim.expectations.sentences import Expectation
    from policysim.language.problems import Problem
    from policysim.language.source import Span
    from policysim.sources.expectation_files import Suite
    from policysim.testing.simulator import Simulator


class ExpectFile(pytest.File):
    """One expectation file."""

    def collect(self) -> Iterator[ExpectItem]:
        """An item for each sentence; whatever is wrong with the file as a whole is one error."""
        try:
            suite = read_suite(self.path, shown=_shown(self.path, self.config))
            self._refuse(suite.problems)
            simulator = self._simulator(suite)
            at_odds = contradictions(suite.expectations, simulator.organisation)
            self._refuse(at_odds)
            for problem in (*suite.problems, *at_odds):
                self._warn(problem)
        except (InputError, PolicysimWarning) as error:  # a warning is raised where warnings are errors
            raise self.CollectError(seen_from(self.config.invocation_params.dir, str(error))) from None
        for name, expectation in zip(item_names(suite.expectations), suite.expectations, strict=True):
            yield ExpectItem.from_parent(self, name=name, expectation=expectation, simulator=simulator)

    def _simulator(self, suite: Suite) -> Simulator:
        session = session_of(self.config)
        source = source_of_file(suite.account, session.settings)
        if source is None:
            raise InputError(f'{suite.source.name}: {NO_ACCOUNT}, or begin the file with `account "DIR"`')
        try:
            return session.simulator(source)
        except InputError as error:
            problem = None if session.settings.option is not None else suite.unreadable(error)
            raise (error if problem is None else InputError(told(problem))) from None

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        errors = [problem for problem in problems if problem.is_error]
        if errors:
            raise self.CollectError("\n".join(map(told, errors)))

    def _warn(self, problem: Problem) -> None:
        line = None if problem.span is None else problem.span.place.line
        _warn_at(told(problem), self.path, line or 1)


class Unmet(Exception):  # noqa: N818  # it is raised for pytest alone, which shows what it carries
    """An expectation that does not hold, that is undecided or broken."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.expectation.text)
        self.result = result


class ExpectItem(pytest.Item):
    """One sentence of an expectation file."""

    def __init__(self, *, expectation: Expectation, simulator: Simulator, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.expectation = expectation
        self.simulator = simulator
        self.extra_keyword_matches.add(expectation.text)

    def runtest(self) -> None:
        """Asks what AWS would answer.

        Raises:
            Unmet: the sentence does not hold, or nothing settles whether it does.
        """
        result = self.simulator.check(self.expectation)
        sentences = worth_a_look(result.problems)
        if sentences:
            _warn_at(sentences, self.path, self._span.place.line)
        if result.standing is not Standing.MET:
            raise Unmet(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str | TerminalRepr:  # type: ignore[override]
        """The explanation; of what is the user's to mend one sentence, without our own frames."""
        error = excinfo.value
        if isinstance(error, Unmet):
            return self._explanation(error.result)
        if isinstance(error, InputError | PolicysimWarning):
            return str(error)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The file, the line of the sentence (of the ``use`` that it comes from), and the sentence."""
        sentence = printable(self.expectation.text)
        if self.name.endswith(sentence):  # of a name that ends as its place does, pytest shows `a.b` as `a::b`
            sentence += " "
        return self.path, self._span.place.line - 1, sentence

    def _explanation(self, result: Result) -> Explanation:
        place, seen = self._span.place, self.simulator.shown
        crash = Crash(place.file, place.line, seen(_in_short(result)))
        if self.config.getoption("tbstyle") == "line":
            return Explanation("", "", crash)
        plain, coloured = (failure_text(result, Paint(coloured=one), seen).rstrip("\n") for one in (False, True))
        return Explanation(plain, coloured, crash)

    @property
    def _span(self) -> Span:
        return self.expectation.used_at[-1] if self.expectation.used_at else self.expectation.span


def _in_short(result: Result) -> str:
    problems = [problem.message for problem in result.problems if problem.is_error]
    sentences = [shortfall.sentence for shortfall in result.shortfalls]
    return next(iter((*problems, *sentences)), result.standing.value)


def _warn_at(sentence: str, path: Path, line: int) -> None:
    import warnings  # noqa: PLC0415  # few sentences are worth one

    warnings.warn_explicit(sentence, PolicysimWarning, str(path), line)


def _shown(path: Path, config: pytest.Config) -> str:
    """A file as the user would name it from where pytest was started."""
    here = config.invocation_params.dir
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)
