"""Statement coverage for a terminal: one row for each file, and what is missing in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from policysim.reports.coverage_lines import missing_lines
from policysim.reports.decision_phrases import counted
from policysim.reports.layout import WIDTH, Paint, Tone, paragraph
from policysim.reports.printable import display_width, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.reports.coverage_document import CoverageDocument, FiguresDocument, FileCoverageDocument

_COLUMNS: Final = (("Stmts", 7), ("Decided", 9), ("Matched", 9), ("Never", 7), ("Dead", 6), ("Cover", 7))
_NUMBERS: Final = sum(width for _, width in _COLUMNS)
_NAME: Final = WIDTH - _NUMBERS
_WHOLE: Final = 100


def coverage_text(document: CoverageDocument, paint: Paint, *, missing: bool = False) -> str:
    """The table, the total and the notes; with ``missing`` the lines of each file that nothing hangs on."""
    lines = [paint("Statement coverage of the policies", Tone.HEADING), ""]
    lines.append(paint("File".ljust(_NAME) + "".join(title.rjust(width) for title, width in _COLUMNS), Tone.QUIET))
    for file in document.files:
        if file.figures.statements:
            lines += _row(file.file, file.figures, paint)
            lines += _missing(file) if missing else []
    lines.append(paint("-" * WIDTH, Tone.QUIET))
    lines += [*_row("TOTAL", document.figures, paint), "", *_summary(document)]
    return "\n".join(lines) + "\n"


def _row(name: str, figures: FiguresDocument, paint: Paint) -> list[str]:
    """A name that is too long for its column stands on a line of its own, whole."""
    shown, cells = printable(name), _cells(figures)
    tone = Tone.ALLOWED if figures.percent is None or figures.percent >= _WHOLE else Tone.UNDECIDED
    numbers = cells[:-7] + paint(cells[-7:], tone)
    if display_width(shown) < _NAME:
        return [shown + " " * (_NAME - display_width(shown)) + numbers]
    return [shown, " " * _NAME + numbers]


def _cells(figures: FiguresDocument) -> str:
    numbers = (figures.statements, figures.decided, figures.matched, figures.never, figures.dead)
    cells = (*map(str, numbers), percent(figures))
    return "".join(cell.rjust(width) for cell, (_, width) in zip(cells, _COLUMNS, strict=True))


def percent(figures: FiguresDocument) -> str:
    """The share in whole percent, never rounded up to a hundred; a dash where nothing is counted."""
    return "-" if figures.percent is None else f"{int(figures.percent)}%"


def coverage_shortfall(document: CoverageDocument, wanted: float | None) -> str | None:
    """One sentence where the share of statements that decided an answer is below the one wanted, else ``None``."""
    share = document.figures.percent
    if wanted is None or (share is not None and share >= wanted):
        return None
    if share is None:
        return f"a statement coverage of {wanted:g}% is required, and no statement is counted"
    return f"statement coverage of {share:.2f}% is below the required {wanted:g}%"


def _missing(file: FileCoverageDocument) -> Iterator[str]:
    told = missing_lines(file)
    rows = (
        ("not decided", told.statements),
        ("parts", told.parts),
        ("unneeded", told.unneeded),
        ("dead", told.dead),
    )
    for label, lines in rows:
        if lines:
            yield from paragraph(printable(lines), first=f"  {label}: ", rest="      ")


def _summary(document: CoverageDocument) -> Iterator[str]:
    figures = document.figures
    alive = figures.statements - figures.dead
    told = [f"{figures.decided} of {counted(alive, 'statement')} decided an answer, and {_parts(figures)}."]
    if figures.unneeded:
        told.append(f"{counted(figures.unneeded, 'Allow statement')}: no answer that a `can` asked for needed it.")
    if figures.dead:
        told.append(f"{counted(figures.dead, 'dead statement')}: no answer would be another one without it.")
    told += [f"{sentence}." for sentence in (*_excluded(document), *document.notes)]
    for sentence in told:
        yield from paragraph(printable(sentence), first="", rest="  ")


def _parts(figures: FiguresDocument) -> str:
    return f"{figures.parts_decided} of their {counted(figures.parts, 'part')} took part in a decision"


def _excluded(document: CoverageDocument) -> Iterator[str]:
    reasons = Counter(
        one.excluded
        for file in document.files
        for policy in file.documents
        for one in (policy.statements or (policy,))
        if one.excluded
    )
    for reason, count in sorted(reasons.items()):
        yield f"Not counted: {counted(count, 'statement')} ({reason})"
