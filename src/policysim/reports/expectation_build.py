"""From the results of expectations to the document that every renderer of ``policysim expect`` shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decision import Effect
from policysim.expectations.results import Standing
from policysim.expectations.sentences import Form
from policysim.explanation.retraced import retraced
from policysim.language.request import ABSENT
from policysim.reports.build import near_miss_document
from policysim.reports.decisions import SCHEMA_NUMBER, check_documents, decision_document, who
from policysim.reports.excerpts import Mark, lines_around
from policysim.reports.expectation_document import (
    ExpectationDocument,
    ExpectationFileDocument,
    ExpectationReport,
    ExpectationSummary,
    PlaceDocument,
    SentenceProblemDocument,
    ShortfallDocument,
    ShortRequestDocument,
    StatedKeyDocument,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.situate import Situation
    from policysim.expectations.results import Answer, Result, Shortfall
    from policysim.language.problems import Problem
    from policysim.language.request import RequestContext
    from policysim.language.source import Span

_DENIALS = frozenset({Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY})
_ALLOW_WANTED = frozenset({Form.CAN, Form.ONLY})


class CheckedFile(NamedTuple):
    """One expectation file with its results; ``problems`` are those of the text and of sentences at odds."""

    file: str
    account: str | None
    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()


def expectation_report(checked: Sequence[CheckedFile], version: str) -> ExpectationReport:
    """The document of a run."""
    files = tuple(_file(one) for one in checked)
    return ExpectationReport(schema=SCHEMA_NUMBER, policysim=version, summary=_summary(checked), files=files)


def _summary(checked: Sequence[CheckedFile]) -> ExpectationSummary:
    results = [result for one in checked for result in one.results]
    standings = Counter(result.standing for result in results)
    problems = [problem for one in checked for problem in one.problems]
    problems += [problem for result in results for problem in result.problems]
    errors = sum(problem.is_error for problem in problems)
    return ExpectationSummary(
        files=len(checked),
        expectations=len(results),
        met=standings[Standing.MET],
        unmet=standings[Standing.UNMET],
        undecided=standings[Standing.UNDECIDED],
        broken=standings[Standing.BROKEN],
        errors=errors,
        warnings=len(problems) - errors,
        requests=sum(result.asked for result in results),
    )


def _file(checked: CheckedFile) -> ExpectationFileDocument:
    return ExpectationFileDocument(
        file=checked.file,
        account=checked.account,
        problems=tuple(map(_problem, checked.problems)),
        expectations=tuple(map(expectation_document, checked.results)),
    )


def expectation_document(result: Result) -> ExpectationDocument:
    """One expectation, its answers decided anew where a near miss may tell what is one element short."""
    expectation = result.expectation
    return ExpectationDocument(
        sentence=expectation.text,
        form=expectation.form.value,
        standing=result.standing,
        place=_place(expectation.span),
        used_at=tuple(map(_place, expectation.used_at)),
        asked=result.asked,
        short=result.short,
        sampled=result.sampled,
        by_guardrail=result.by_guardrail,
        shortfalls=tuple(_shortfall(one, expectation.form) for one in result.shortfalls),
        problems=tuple(map(_problem, result.problems)),
    )


def _place(span: Span) -> PlaceDocument:
    place = span.place
    return PlaceDocument(
        file=place.file, line=place.line, column=place.column, end_line=place.end_line, end_column=place.end_column
    )


def _problem(problem: Problem) -> SentenceProblemDocument:
    span = problem.span
    return SentenceProblemDocument(
        code=problem.code,
        severity=problem.kind.severity,
        message=problem.message,
        hint=problem.hint,
        place=_place(span) if span is not None else None,
        excerpt=lines_around(span.outermost.source, set(), [Mark(span, "")]) if span is not None else (),
    )


def _shortfall(shortfall: Shortfall, form: Form) -> ShortfallDocument:
    answer = shortfall.answer
    situation = _deciding(answer)
    wanted = form in _ALLOW_WANTED and answer.decision.effect in _DENIALS
    misses = retraced(situation.request, situation.policies, CATALOGUE) if wanted else ()
    return ShortfallDocument(
        sentence=shortfall.sentence,
        undecided=shortfall.undecided,
        request=_request(answer, situation),
        decision=decision_document(answer.decision),
        checks=check_documents(answer.decision),
        near_misses=tuple(map(near_miss_document, misses)),
    )


def _deciding(answer: Answer) -> Situation:
    """The authorization that settled the request."""
    decided = zip(answer.situations, answer.call.decisions, strict=True)
    return next(situation for situation, decision in decided if decision is answer.decision)


def _request(answer: Answer, situation: Situation) -> ShortRequestDocument:
    request = situation.request
    return ShortRequestDocument(
        caller=answer.caller,
        principal=who(request.principal),
        action=request.action,
        resource=request.resource.arn,
        resource_account=request.resource.account,
        context=_stated(answer.request.context),
        authorization=situation.part,
    )


def _stated(context: RequestContext) -> tuple[StatedKeyDocument, ...]:
    stated = ((key, () if value is ABSENT else value) for key, value in context.items())
    return tuple(StatedKeyDocument(key=key, values=value) for key, value in stated if isinstance(value, tuple))
