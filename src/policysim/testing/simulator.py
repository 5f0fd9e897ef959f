"""The Python API: what AWS would answer under the policies at hand, asked and asserted from a test.

Every question is a sentence of the expectation language, so that a test and an expectation file cannot disagree.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.expectations.checking import LIMIT, Checker
from policysim.expectations.results import Result, Standing
from policysim.expectations.sentences import Form
from policysim.expectations.wording import word_problems
from policysim.language.source import Source
from policysim.sources.errors import InputError
from policysim.testing.failures import BrokenExpectationError, PolicysimWarning
from policysim.testing.outcome import Access, Outcome
from policysim.testing.questions import Question, question
from policysim.testing.shown import seen_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policysim.account.account import Organisation
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation
    from policysim.language.problems import Problem
    from policysim.testing.questions import Values, Words
    from policysim.testing.what_if import Document

    Observe = Callable[[Expectation, Answer], None]

_FORM = {Access.ALLOWED: Form.CAN, Access.DENIED: Form.CANNOT}
_NAMED: Final = 3
"""As many accounts are named by a simulator's ``repr``, which pytest shows with each failing test."""


class Simulator:
    """Answers for the accounts at hand.

    Principals, actions and resources are words of the expectation language (``role/app``, ``s3:Get*``,
    ``arn:aws:s3:::data/*``), one or several of each; a condition key that is neither in ``context`` nor ``absent`` is
    unknown. A failed assertion is an ``AssertionError`` with the explanation; a question that names what is not there
    is a ``BrokenExpectationError``. ``folder`` is where people are: files below it are named from there.
    """

    def __init__(
        self,
        organisation: Organisation,
        *,
        limit: int = LIMIT,
        observe: Observe | None = None,
        folder: Path | None = None,
    ) -> None:
        self.organisation = organisation
        self._folder = Path.cwd() if folder is None else folder
        self._limit = limit
        self._observe = observe
        self._answers: list[Answer] | None = None
        self._checker = Checker(organisation, limit=limit, observe=self._observed)

    def __repr__(self) -> str:
        accounts = list(self.organisation.accounts)
        more = f" and {len(accounts) - _NAMED} more" if len(accounts) > _NAMED else ""
        return f"<Simulator of {', '.join(accounts[:_NAMED]) or 'no account'}{more}>"

    def check(self, expectation: Expectation, *, whole: bool = False) -> Result:
        """What comes out of one sentence, as an expectation file has it; ``whole`` as for ``Checker.check``.

        Raises:
            InputError: a file of the account, which is read when it is needed, cannot be read.
        """
        __tracebackhide__ = True
        try:
            return self._checker.check(expectation, whole=whole)
        except InputError as error:
            raise InputError(self.shown(str(error))) from None  # from here, so that a test shows none of our frames

    def shown(self, text: str) -> str:
        """A text with its files named as people name them where they are."""
        return seen_from(self._folder, text)

    def assert_allowed(
        self,
        principal: Words,
        action: Words,
        resource: Words,
        *,
        context: Values | None = None,
        absent: Words = (),
        because: Words | None = None,
    ) -> None:
        """Every one of these requests is allowed; with ``because``, by these layers or statements (``FILE#SID``)."""
        __tracebackhide__ = True
        asked = question(principal, action, resource, context=context, absent=absent, because=because)
        self._assert(asked.expectation(Form.CAN, "assert_allowed"))

    def assert_denied(
        self,
        principal: Words,
        action: Words,
        resource: Words,
        *,
        context: Values | None = None,
        absent: Words = (),
        because: Words | None = None,
    ) -> None:
        """Every one of these requests is denied; with ``because``, by these layers or statements (``FILE#SID``)."""
        __tracebackhide__ = True
        asked = question(principal, action, resource, context=context, absent=absent, because=because)
        self._assert(asked.expectation(Form.CANNOT, "assert_denied"))

    def assert_denied_by(
        self,
        because: Words,
        principal: Words,
        action: Words,
        resource: Words,
        *,
        context: Values | None = None,
        absent: Words = (),
    ) -> None:
        """Every one of these requests is denied by each of these layers (``scp``) or statements (``FILE#SID``)."""
        __tracebackhide__ = True
        asked = question(principal, action, resource, context=context, absent=absent, because=because)
        self._assert(asked.expectation(Form.CANNOT, "assert_denied_by"))

    def assert_depends_on(
        self,
        keys: Words,
        principal: Words,
        action: Words,
        resource: Words,
        *,
        context: Values | None = None,
        absent: Words = (),
    ) -> None:
        """The answer is open until these condition keys are known, and nothing else is open."""
        __tracebackhide__ = True
        asked = question(principal, action, resource, context=context, absent=absent, depending_on=keys)
        self._assert(asked.expectation(Form.CAN, "assert_depends_on"))

    def expect(self, sentences: str) -> None:
        """Every sentence of the expectation language in a text holds; paths of ``use`` are told from this folder."""
        __tracebackhide__ = True
        from policysim.sources.expectation_files import suite_of  # noqa: PLC0415  # most tests write no sentences

        suite = suite_of(Source("expect", sentences, written_here=True), Path.cwd())
        self._refuse(suite.problems)
        if suite.account is not None:
            raise BrokenExpectationError("`account` has no place here: the policies are those of the simulator")
        for expectation in suite.expectations:
            self._assert(expectation)

    def decide(
        self,
        principal: str,
        action: str,
        resource: str,
        *,
        context: Values | None = None,
        absent: Words = (),
    ) -> Outcome:
        """The answer to one request: to compare with ``ALLOWED``, ``DENIED`` or ``DEPENDS``."""
        __tracebackhide__ = True
        asked = question(principal, action, resource, context=context, absent=absent)
        answers, result = self._asked(asked.expectation(Form.CAN, "decide"))
        if result.standing is Standing.BROKEN:
            raise BrokenExpectationError(self._failure(result))
        if result.asked != 1 or len(answers) != 1:
            raise BrokenExpectationError(
                f"`decide` answers for one request, and this stands for {result.asked}: "
                "ask with `assert_allowed` or `assert_denied`, or name one principal, action, resource and value"
            )
        return Outcome(answers[0], lambda expected: self._explained(asked, expected), self.shown)

    def what_if(
        self,
        *,
        add_policy: Document | None = None,
        as_type: str = "identity",
        to: Words = (),
        scp: Document | None = None,
        remove_policy: Words = (),
    ) -> Simulator:
        """A simulator for the same accounts with other policies; this one stays as it is.

        Policies named by ``remove_policy`` (names or ARNs) are taken away first, wherever they are attached. Then
        ``add_policy`` (a dictionary, JSON text or the path of a file) is put in force as ``as_type``: ``identity``,
        ``resource``, ``trust``, ``boundary``, ``session``, ``scp``, ``rcp`` or ``vpce``. ``to`` names what it is
        attached to: roles, users and groups (``role/app-*``), ARNs of resources, nodes of the organisation or VPC
        endpoints. Without ``to`` it is attached to everything that it can be; the policy of a resource and the trust
        policy of a role must be told. ``scp`` is short for ``add_policy`` with ``as_type="scp"``, on every account.
        """
        __tracebackhide__ = True
        from policysim.testing.what_if import changed  # noqa: PLC0415  # only where something is changed

        try:
            organisation = changed(
                self.organisation, add_policy=add_policy, as_type=as_type, to=to, scp=scp, remove_policy=remove_policy
            )
        except (BrokenExpectationError, InputError) as error:
            raise type(error)(str(error)) from None  # from here, so that a test shows none of our frames
        return Simulator(organisation, limit=self._limit, folder=self._folder)

    def _asked(self, expectation: Expectation) -> tuple[list[Answer], Result]:
        __tracebackhide__ = True
        self._answers = []
        try:
            problems = word_problems(expectation)
            if any(problem.is_error for problem in problems):
                return [], Result(expectation=expectation, standing=Standing.BROKEN, problems=problems)
            result = self.check(expectation, whole=True)
            return self._answers, result
        finally:
            self._answers = None

    def _observed(self, expectation: Expectation, answer: Answer) -> None:
        if self._answers is not None:
            self._answers.append(answer)
        if self._observe is not None:
            self._observe(expectation, answer)

    def _explained(self, asked: Question, expected: Access) -> str | None:
        form = _FORM.get(expected)
        if form is None:
            return None
        result = self.check(asked.expectation(form, "decide"))
        return None if result.standing is Standing.MET else self._failure(result)

    def _assert(self, expectation: Expectation) -> None:
        __tracebackhide__ = True
        problems = word_problems(expectation)
        self._refuse(problems)
        result = self.check(expectation)
        if result.standing is Standing.BROKEN:
            raise BrokenExpectationError(self._failure(result))
        _warn((*problems, *result.problems))
        if result.standing is not Standing.MET:
            raise AssertionError(self._failure(result))

    def _failure(self, result: Result) -> str:
        from policysim.reports.expectation_failure import failure_text  # noqa: PLC0415  # only where something failed
        from policysim.reports.layout import Paint  # noqa: PLC0415  # the same

        text, span = failure_text(result, Paint(), self.shown).rstrip("\n"), result.expectation.span
        text = text.removeprefix(f"{span.source.name}:1:1: ") if span.source.written_here else text
        if result.standing is Standing.BROKEN:
            return text
        heading, gap, rest = text.partition("\n\n")
        standing, _, sentence = heading.partition("\n")  # in one line: pytest sums a failure up by its first
        return f"{standing}: {' '.join(sentence.split())}{gap}{rest}"

    @staticmethod
    def _refuse(problems: Iterable[Problem]) -> None:
        __tracebackhide__ = True
        errors = [problem for problem in problems if problem.is_error]
        if errors:
            raise BrokenExpectationError("\n".join(map(told, errors)))


def told(problem: Problem) -> str:
    """A problem in one line: where, what, and what may help."""
    from policysim.reports.printable import printable  # noqa: PLC0415  # only where something is wrong

    where = f"{problem.span.place}: " if problem.span is not None else ""
    return printable(f"{where}{problem.message}" + (f" ({problem.hint})" if problem.hint else ""))


def worth_a_look(problems: Iterable[Problem]) -> str:
    """What is to be warned of, in one text; empty where there is nothing."""
    return "\n".join(told(problem) for problem in problems if not problem.is_error)


def _warn(problems: Iterable[Problem]) -> None:
    sentences = worth_a_look(problems)
    if sentences:
        warnings.warn(sentences, PolicysimWarning, stacklevel=4)
