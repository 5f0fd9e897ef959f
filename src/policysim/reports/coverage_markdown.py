"""Statement coverage as Markdown: a summary for the comment on a pull request, never longer than a screen or two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.coverage.coverage import Status
from policysim.reports.coverage_lines import counted_statements, missing_lines
from policysim.reports.coverage_text import percent
from policysim.reports.decision_phrases import counted
from policysim.reports.markdown_text import code, inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.reports.coverage_document import (
        CoverageDocument,
        FiguresDocument,
        FileCoverageDocument,
        StatementCoverageDocument,
    )

TITLE: Final = "### Policy statement coverage"

_LINES: Final = re.compile(r"[-\d, ]*")
_NAMED: Final = 5
"""As many statements of a file are named where lines do not tell them apart."""

_LISTED: Final = 20
"""As many files and statements are listed; the report itself has all of them."""


def coverage_markdown(document: CoverageDocument) -> str:
    """The figures, the files that are not wholly covered, the grants that nobody needs and the dead statements."""
    lines = [
        f"{TITLE}: {percent(document.figures)}",
        "",
        _figures(document),
        "",
        *_table(document),
        *_list(
            "Grants that no answer of a `can` needed", [*_those(document, lambda one: one.unneeded)], _without_reason
        ),
        *_list(
            "Dead statements: no answer would be another one without them",
            [*_those(document, lambda one: one.status is Status.DEAD)],
            _with_reason,
        ),
        *(f"{inline(note)}.\n" for note in document.notes),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _figures(document: CoverageDocument) -> str:
    figures = document.figures
    alive = counted(figures.statements - figures.dead, "statement")
    took_no_part = f"{figures.matched} only matched, {figures.never} never took part, {figures.dead} dead"
    unneeded = counted(figures.unneeded, "unneeded grant")
    return f"{figures.decided} of {alive} decided an answer; {took_no_part}, {unneeded}."


def _is_open(figures: FiguresDocument) -> bool:
    return figures.decided + figures.dead < figures.statements


def _table(document: CoverageDocument) -> Iterator[str]:
    open_files = [
        one
        for one in document.files
        if one.figures.statements and one.figures.decided + one.figures.dead < one.figures.statements
    ]
    if not open_files:
        return
    yield "| File | Statements | Decided | Cover | Not decided |"
    yield "| --- | --- | --- | --- | --- |"
    for file in open_files[:_LISTED]:
        yield _row(file)
    yield ""
    if len(open_files) > _LISTED:
        yield f"and {counted(len(open_files) - _LISTED, 'more file')}\n"


def _row(file: FileCoverageDocument) -> str:
    figures, missing = file.figures, missing_lines(file).statements
    told = missing if _LINES.fullmatch(missing) else _in_short(missing.split(", "))
    cells = (code(file.file, in_table=True), str(figures.statements), str(figures.decided), percent(figures), told)
    return f"| {' | '.join(cells)} |"


def _in_short(names: list[str]) -> str:
    shown = ", ".join(code(name, in_table=True) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


_Found = tuple["FileCoverageDocument", "StatementCoverageDocument"]


def _those(document: CoverageDocument, wanted: Callable[[StatementCoverageDocument], bool]) -> Iterator[_Found]:
    return ((file, one) for file in document.files for one in counted_statements(file) if wanted(one))


def _list(title: str, found: list[_Found], told: Callable[[StatementCoverageDocument], str]) -> Iterator[str]:
    if not found:
        return
    yield f"<details><summary>{_plain(title)} ({len(found)})</summary>"
    yield ""
    for file, one in found[:_LISTED]:
        yield f"- {code(f'{file.file}:{one.place.line}')} {code(one.name)}{told(one)}"
    if len(found) > _LISTED:
        yield f"- and {len(found) - _LISTED} more"
    yield ""
    yield "</details>"
    yield ""


def _plain(title: str) -> str:
    return title.replace("`", "")


def _without_reason(_: StatementCoverageDocument) -> str:
    return ""


def _with_reason(one: StatementCoverageDocument) -> str:
    return "" if one.dead is None else f": {inline(one.dead.sentence)}"
