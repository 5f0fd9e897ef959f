"""The results of expectations as the body of a comment on a pull request: GitHub Flavored Markdown of bounded size.

Source: GitHub Docs, REST API for issue comments (a body has at most 65,536 characters).
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from policysim.expectations.results import Standing
from policysim.reports.decision_phrases import counted
from policysim.reports.expectation_failure import failure_lines, problem_lines
from policysim.reports.expectation_phrases import place_told, standing_counts
from policysim.reports.layout import Paint
from policysim.reports.markdown_text import code, fenced, inline
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.reports.expectation_document import (
        ExpectationDocument,
        ExpectationReport,
        ExpectationSummary,
        SentenceProblemDocument,
    )

LONGEST: Final = 65_000
"""As many characters has the text at most."""

MARKER: Final = "<!-- policysim expect -->"
"""The first line: by it the comment of an earlier run is found again."""

_TABLE: Final = 20_000
"""As many characters of it are left to the table, so that there is room for explanations."""

_LONGEST_CELL: Final = 600
_PLAIN: Final = Paint()


def expectations_markdown(report: ExpectationReport) -> str:
    """The comment: the counts, a table of what does not hold, an explanation of each, as far as there is room."""
    summary = report.summary
    lines = [MARKER, f"### {_title(summary)}", "", _counts(summary), ""]
    told = [one for file in report.files for one in file.expectations if one.standing is not Standing.MET]
    problems = [problem for file in report.files for problem in file.problems]
    problems += [p for file in report.files for one in file.expectations if one not in told for p in one.problems]
    lines += _table(told)
    last = ["---", "", f"Checked by policysim {code(report.policysim)} from the policies at hand, without asking AWS."]
    blocks = [*map(_problem, problems), *map(_explanation, told)]
    return "\n".join([*_fitting(lines, blocks, last), *last]) + "\n"


def _title(summary: ExpectationSummary) -> str:
    if summary.errors or summary.broken:
        return "Access expectations: some cannot be checked"
    if summary.unmet:
        return "Access expectations: not met"
    return "Access expectations: undecided" if summary.undecided else "Access expectations: met"


def _counts(summary: ExpectationSummary) -> str:
    told = [standing_counts(summary), f"{counted(summary.requests, 'request')} decided"]
    told += [counted(summary.errors, "error")] if summary.errors else []
    told += [counted(summary.warnings, "warning")] if summary.warnings else []
    return inline("; ".join(told) + ".")


def _table(told: list[ExpectationDocument]) -> Iterator[str]:
    if not told:
        return
    yield from ("| Where | Expectation | Came out |", "| --- | --- | --- |")
    room = _TABLE
    for number, one in enumerate(told):
        row = f"| {' | '.join(_cells(one))} |"
        room -= len(row) + 1
        if room < 0:
            yield from ("", f"... and {counted(len(told) - number, 'more expectation')} that do not hold.")
            break
        yield row
    yield ""


def _cells(one: ExpectationDocument) -> Iterator[str]:
    came_out = one.shortfalls[0].sentence if one.shortfalls else " ".join(p.message for p in one.problems)
    yield code(_cut(place_told(one.place)), in_table=True)
    yield code(_cut(one.sentence), in_table=True)
    yield f"**{one.standing.value}**: {inline(_cut(came_out), in_table=True)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]} ..."


def _explanation(one: ExpectationDocument) -> list[str]:
    summary = f"{one.standing.value}: {_in_html(_cut(one.sentence))}"
    return _details(summary, failure_lines(one, _PLAIN))


def _problem(problem: SentenceProblemDocument) -> list[str]:
    summary = f"{problem.severity.value}: {_in_html(_cut(problem.message))}"
    return _details(summary, problem_lines(problem, _PLAIN))


def _details(summary: str, lines: Iterable[str]) -> list[str]:
    """A part that is folded up; the blank lines let Markdown begin inside it."""
    return ["<details>", f"<summary>{summary}</summary>", "", *fenced("\n".join(lines), "text"), "", "</details>", ""]


def _in_html(text: str) -> str:
    """Text inside an HTML block, as code, so that nothing in it is a mention or a reference."""
    return f"<code>{html.escape(printable(text))}</code>"


def _fitting(lines: list[str], blocks: list[list[str]], last: list[str]) -> list[str]:
    """The lines and as many blocks as fit; the number of those that do not is told."""
    room = LONGEST - sum(len(line) + 1 for line in (*lines, *last)) - 200
    found = list(lines)
    for number, block in enumerate(blocks):
        room -= sum(len(line) + 1 for line in block)
        if room < 0:
            left = counted(len(blocks) - number, "more explanation")
            return [*found, f"{left} left out: a comment has no room for it. `policysim expect` tells all.", ""]
        found += block
    return found
