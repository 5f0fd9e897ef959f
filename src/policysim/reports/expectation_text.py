"""The results of expectations for people: what does not hold explained, the rest counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.expectations.results import Standing
from policysim.reports.decision_phrases import counted
from policysim.reports.expectation_failure import STANDING_TONE, decision_lines, failure_lines, problem_lines
from policysim.reports.expectation_phrases import held_by, standing_counts
from policysim.reports.layout import Paint, Tone, paragraph
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.decision_document import AnswerDocument
    from policysim.reports.expectation_document import (
        ExpectationDocument,
        ExpectationFileDocument,
        ExpectationReport,
        ExpectationSummary,
    )


def expectations_text(report: ExpectationReport, paint: Paint, *, verbose: bool = False) -> str:
    """The whole text, with a final line end. ``verbose`` lists the expectations that are met as well."""
    lines: list[str] = []
    for file in report.files:
        told = [line for part in _parts(file, paint, verbose=verbose) for line in ("", *part)]
        if told or verbose or len(report.files) > 1:
            lines += [*_file_line(file, paint), *told, *([""] if told else [])]
    return "\n".join((*lines, *_summary(report.summary, paint))) + "\n"


def answers_text(report: ExpectationReport, answers: Sequence[AnswerDocument | None], paint: Paint) -> str:
    """What came out of sentences that were asked on the spot; ``answers`` has that of each that is one request."""
    parts: list[list[str]] = []
    told = iter(answers)
    for file in report.files:
        parts += [list(problem_lines(problem, paint)) for problem in file.problems]
        for one in file.expectations:
            parts.append(_answered(one, next(told), paint))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _answered(one: ExpectationDocument, answer: AnswerDocument | None, paint: Paint) -> list[str]:
    if one.standing is not Standing.MET:
        return failure_lines(one, paint)
    lines = list(_met(one, paint))
    for problem in one.problems:
        lines += problem_lines(problem, paint)
    if answer is not None:
        lines += decision_lines(answer.decision, answer.checks, answer.request.action, paint)
    return lines


def _file_line(file: ExpectationFileDocument, paint: Paint) -> Iterator[str]:
    met, all_ = sum(one.standing is Standing.MET for one in file.expectations), len(file.expectations)
    about = f" (policies: {file.account})" if file.account else ""
    counts = f": {met} of {counted(all_, 'expectation')} met" if all_ else ""
    first, *rest = paragraph(printable(f"{file.file}{about}{counts}"), first="")
    yield paint(first, Tone.HEADING)
    yield from rest


def _parts(file: ExpectationFileDocument, paint: Paint, *, verbose: bool) -> Iterator[list[str]]:
    """What is to be told of a file, each with a blank line before it."""
    for problem in file.problems:
        yield list(problem_lines(problem, paint))
    met: list[str] = []
    for one in file.expectations:
        if one.standing is not Standing.MET:
            yield failure_lines(one, paint)
        else:
            met += list(_met(one, paint)) if verbose else []
            for problem in one.problems:
                yield list(problem_lines(problem, paint))
    if met:
        yield met


def _met(one: ExpectationDocument, paint: Paint) -> Iterator[str]:
    notes = [note for note in (held_by(one), "sampled" if one.sampled else "") if note]
    told = f"{one.sentence} ({'; '.join((*notes, counted(one.asked, 'request')))})"
    first, *rest = paragraph(printable(told), first="met  ", rest="     ")
    yield f"{paint('met', STANDING_TONE[Standing.MET])}{first[3:]}"
    yield from rest


def _summary(summary: ExpectationSummary, paint: Paint) -> Iterator[str]:
    told = [standing_counts(summary), f"{counted(summary.requests, 'request')} decided"]
    if summary.files > 1:
        told[0] = f"{counted(summary.files, 'file')}, {told[0]}"
    if summary.errors:
        told.append(counted(summary.errors, "error"))
    if summary.warnings:
        told.append(counted(summary.warnings, "warning"))
    holds = summary.met == summary.expectations and not summary.errors
    tone = Tone.ALLOWED if holds else Tone.UNDECIDED if not (summary.unmet or summary.errors) else Tone.DENIED
    yield from (paint(line, tone) for line in paragraph("; ".join(told), first=""))
