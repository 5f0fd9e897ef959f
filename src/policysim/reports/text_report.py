"""The report for a person who was woken by a page: the verdict first, then the proof, then what to do.

Eighty columns; only what must stay whole to be copied (an ARN, a command, a diff) makes a longer line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.reports.decision_phrases import counted
from policysim.reports.layout import WIDTH, paragraph
from policysim.reports.printable import printable
from policysim.reports.report_phrases import headline_of
from policysim.reports.report_sections import page_of
from policysim.reports.steps import STEPS, Part
from policysim.reports.text_blocks import block_lines, headline_lines, section_lines, step_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.document import GroupDocument, Report
    from policysim.reports.groups import GroupReport
    from policysim.reports.layout import Paint

_BETWEEN_REPORTS = "\n" + "=" * WIDTH + "\n\n"


def text_of_groups(groups: Sequence[GroupReport], paint: Paint, *, verbose: bool = False) -> str:
    """One report for each cause, one behind the other; above several of them, a list of the causes."""
    reports = [report_text(one.report, paint, group=one.group, verbose=verbose) for one in groups]
    if len(groups) == 1:
        return reports[0]
    return _BETWEEN_REPORTS.join(("\n".join(_contents(groups)) + "\n", *reports))


def _contents(groups: Sequence[GroupReport]) -> Iterator[str]:
    denials = sum(one.group.count for one in groups)
    yield f"{counted(denials, 'denial')}, {counted(len(groups), 'cause')}"
    yield ""
    gutter = len(str(max(one.group.count for one in groups)))
    for one in groups:
        headline = headline_of(one.report)
        yield from paragraph(printable(f"{headline.word} {headline.phrase}"), first=f"  {one.group.count:>{gutter}} x ")


def report_text(report: Report, paint: Paint, *, group: GroupDocument | None = None, verbose: bool = False) -> str:
    """One report, with what is told of the other denials of its ``group``."""
    page = page_of(report, group, verbose=verbose)
    first = STEPS[Part.FACTS]
    lines = [
        *headline_lines(page.headline, paint),
        *(step_lines(first, paint) if verbose else ()),
        "",
        *block_lines(page.facts, paint),
        *section_lines(page.sections, paint, verbose=verbose, after=first if verbose else None),
    ]
    return "\n".join(lines) + "\n"
