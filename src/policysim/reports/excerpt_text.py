"""Source lines with a gutter and underlines, the way a compiler shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.reports.layout import WIDTH, Paint, Tone
from policysim.reports.printable import display_width, laid_out, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.decision_document import LineDocument, MarkDocument

_CUT = "…"


def excerpt_lines(lines: Sequence[LineDocument], paint: Paint) -> Iterator[str]:
    """The lines of an excerpt, with ``...`` where lines were left out."""
    if not lines:
        return
    gutter = len(str(lines[-1].number)) + 2
    previous = lines[0].number - 1
    for line in lines:
        if line.number > previous + 1:
            yield paint("...".rjust(gutter) + " |", Tone.QUIET)
        previous = line.number
        yield from _line(line, gutter, paint)


def _line(line: LineDocument, gutter: int, paint: Paint) -> Iterator[str]:
    cells = laid_out(line.text)
    before = _CUT if line.start_column > 1 else ""
    after = _CUT if line.cut else ""
    shown = f"{before}{''.join(cells)}{after}".rstrip()
    yield (paint(f"{line.number:>{gutter}} |", Tone.QUIET) + (f" {shown}" if shown else ""))
    for mark in line.marks:
        margin = paint(" " * gutter + " |", Tone.QUIET)
        for text in _underline(mark, line, cells, len(before), gutter):
            yield f"{margin} {text[0]}{paint(text[1], Tone.UNDECIDED)}"


def _underline(
    mark: MarkDocument, line: LineDocument, cells: Sequence[str], cut: int, gutter: int
) -> Iterator[tuple[str, str]]:
    """The underline and its label, behind it or, where that is too long, below; each as indent and text."""
    start = mark.column - line.start_column
    end = mark.end_column - line.start_column
    indent = " " * (cut + display_width("".join(cells[:start])))
    carets = "^" * max(1, display_width("".join(cells[start:end])))
    label = printable(mark.label)
    room = WIDTH - gutter - 3 - len(indent)
    if not label or len(carets) + 1 + display_width(label) <= room:
        yield indent, f"{carets} {label}".rstrip()
    else:
        yield indent, carets
        yield indent[: max(0, len(indent) - max(0, display_width(label) - room))], label
