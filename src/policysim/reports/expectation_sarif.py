"""The results of expectations as SARIF: each that does not hold at the statement that decides, else at its sentence.

The sentence is a related place. What is wrong with a sentence, or worth a warning, is a result of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.expectations import problem_kinds
from policysim.expectations.results import Standing
from policysim.language.problems import ProblemKind, Severity
from policysim.reports.decision_phrases import counted, statement_name
from policysim.reports.sarif_format import fingerprint, location, log_of, log_text, message, region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from policysim.reports.decision_document import StatementDocument
    from policysim.reports.expectation_document import (
        ExpectationDocument,
        ExpectationFileDocument,
        ExpectationReport,
        PlaceDocument,
        SentenceProblemDocument,
    )

UNMET: Final = "expectation-unmet"
UNDECIDED: Final = "expectation-undecided"
_RULE_OF: Final[dict[Standing, str]] = {Standing.UNMET: UNMET, Standing.UNDECIDED: UNDECIDED}
_TITLES: Final[dict[str, str]] = {
    UNMET: "the policies in force do not keep to an expectation",
    UNDECIDED: "whether an expectation holds depends on what is not known",
}
_LEVELS: Final[dict[Severity, str]] = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_HELP: Final = "`policysim expect` explains it. See docs/expectations.md."
_STATEMENTS: Final = 5
_KINDS: Final = tuple(kind for kind in vars(problem_kinds).values() if isinstance(kind, ProblemKind))
"""Every row of the table of problems; a log names those that it tells of."""


def expectations_sarif(report: ExpectationReport, folder: Path) -> str:
    """The run as SARIF; files below ``folder`` are named relative to it."""
    return log_text(sarif_log(report, folder))


def sarif_log(report: ExpectationReport, folder: Path) -> dict[str, Any]:
    """The same as a JSON value."""
    rules = [_rule(code, title, "error") for code, title in _TITLES.items()]
    found = {problem.code for file in report.files for problem in _problems(file)}
    rules += [_rule(kind.code, kind.title, _LEVELS[kind.severity]) for kind in _KINDS if kind.code in found]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [
        result for file in report.files for result in _of_file(file.problems, file.expectations, numbers, folder)
    ]
    return log_of(report.policysim, rules, results)


def _problems(file: ExpectationFileDocument) -> Iterator[SentenceProblemDocument]:
    yield from file.problems
    for one in file.expectations:
        yield from one.problems


def _rule(code: str, title: str, level: str) -> dict[str, Any]:
    told = title[:1].upper() + title[1:] + "."
    return {
        "id": code,
        "shortDescription": {"text": told},
        "help": {"text": f"{told} {_HELP}"},
        "defaultConfiguration": {"level": level},
    }


def _of_file(
    problems: tuple[SentenceProblemDocument, ...],
    expectations: tuple[ExpectationDocument, ...],
    numbers: Mapping[str, int],
    folder: Path,
) -> Iterator[dict[str, Any]]:
    for problem in problems:
        yield _problem(problem, None, numbers, folder)
    for one in expectations:
        for problem in one.problems:
            yield _problem(problem, one.place, numbers, folder)
        if one.standing in _RULE_OF:
            yield _shortfall(one, numbers, folder)


def _problem(
    problem: SentenceProblemDocument, sentence: PlaceDocument | None, numbers: Mapping[str, int], folder: Path
) -> dict[str, Any]:
    text = problem.message + (f" ({problem.hint})" if problem.hint else "")
    place = problem.place or sentence
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": numbers[problem.code],
        "level": _LEVELS[problem.severity],
        "message": message(text),
        "partialFingerprints": fingerprint(problem.code, place.file if place else "", problem.message),
    }
    if place is not None:
        result["locations"] = [_located(place, folder)]
    return result


def _shortfall(one: ExpectationDocument, numbers: Mapping[str, int], folder: Path) -> dict[str, Any]:
    code = _RULE_OF[one.standing]
    first = one.shortfalls[0] if one.shortfalls else None
    decided = first.decision.statements if first is not None else ()
    statements = [_statement(statement, folder) for statement in decided if statement.opens][:_STATEMENTS]
    sentence = {**_located(one.place, folder), "message": message(one.sentence)}
    used = [{**_located(place, folder), "message": message("used here")} for place in one.used_at]
    places = [*statements, sentence, *used]
    others = f" ({one.short} of {counted(one.asked, 'request')})" if one.short > 1 else ""
    told = f": {first.sentence}{others}" if first is not None else ""
    return {
        "ruleId": code,
        "ruleIndex": numbers[code],
        "level": "error",
        "kind": "fail",
        "message": message(f"{one.standing.value}: {one.sentence}{told}"),
        "locations": [places[0]],
        "relatedLocations": [{**place, "id": number} for number, place in enumerate(places[1:] or places, 1)],
        "partialFingerprints": fingerprint(code, one.place.file, one.sentence),
        "properties": {"expectation": one.sentence, "asked": one.asked, "short": one.short},
    }


def _located(place: PlaceDocument, folder: Path) -> dict[str, Any]:
    where = region(place.line, place.column, place.end_line, place.end_column)
    return location(place.file, where, folder)


def _statement(statement: StatementDocument, folder: Path) -> dict[str, Any]:
    place = region(statement.line, statement.column, statement.end_line, statement.end_column)
    return {
        **location(statement.file, place, folder),
        "message": message(f"{statement_name(statement)} ({statement.effect})"),
    }
