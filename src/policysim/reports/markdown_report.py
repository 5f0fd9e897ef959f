"""The report for a ticket: GitHub Flavored Markdown, which other trackers take as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.reports.blocks import (
    At,
    Bullets,
    Causes,
    Command,
    Diff,
    Excerpt,
    LayerTable,
    Rows,
    Sentence,
    Table,
)
from policysim.reports.decision_phrases import counted
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.layout import Paint, command_lines
from policysim.reports.markdown_text import code, fenced, inline
from policysim.reports.printable import printable
from policysim.reports.report_phrases import action_of, headline_of
from policysim.reports.report_sections import page_of
from policysim.reports.steps import STEPS, Part
from policysim.reports.text_blocks import cause_bullet, verdict_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.reports.blocks import Block, Bullet, LayerRow, Page
    from policysim.reports.groups import GroupReport
    from policysim.reports.steps import Step

_FACTS_HEAD: Final = ("", "")
_LAYERS_HEAD: Final = ("Layer", "Verdict", "Why")


def markdown_of_groups(groups: Sequence[GroupReport], version: str, *, verbose: bool = False) -> str:
    """A report for each cause; above several of them, a table of the causes."""
    several = len(groups) > 1
    lines = [*_contents(groups)] if several else []
    for number, one in enumerate(groups, 1):
        page = page_of(one.report, one.group, verbose=verbose)
        title = f"{f'{number}. ' if several else ''}{page.headline.word} {code(action_of(one.report))}"
        verdict = page.headline.phrase.removeprefix(f"{action_of(one.report)}: ")
        lines += _page(page, title, verdict, level=2 if several else 1)
    lines += ["---", "", f"Explained by policysim {code(version)} from the policies at hand, without asking AWS."]
    return "\n".join(lines) + "\n"


def _contents(groups: Sequence[GroupReport]) -> Iterator[str]:
    yield f"# {counted(sum(one.group.count for one in groups), 'denial')}, {counted(len(groups), 'cause')}"
    yield ""
    rows = []
    for number, one in enumerate(groups, 1):
        headline = headline_of(one.report)
        times = (one.group.first or "", one.group.last or "")
        rows.append((str(number), str(one.group.count), f"{headline.word} {headline.phrase}", *times))
    yield from _table(("", "Denials", "Verdict", "First", "Last"), rows)
    yield ""


def _page(page: Page, title: str, verdict: str, level: int) -> Iterator[str]:
    yield from ("#" * level + " " + title, "", inline(verdict), "")
    step = STEPS[Part.FACTS]
    yield from (_step(step, level), "", *_lines_of(page.facts), "")
    for section in page.sections:
        if STEPS[section.part] is not step:
            step = STEPS[section.part]
            yield from (_step(step, level), "")
        yield from (f"{'#' * (level + 2)} {inline(section.title)}", "")
        for block in section.blocks:
            lines = list(_lines_of(block))
            if lines:
                yield from (*lines, "")


def _step(step: Step, level: int) -> str:
    return f"{'#' * (level + 1)} {step.number}. {step.value}"


def _lines_of(block: Block) -> Iterator[str]:
    match block:
        case Sentence():
            yield from [inline(block.text)] if block.text else []
        case Rows():
            yield from _table(
                _FACTS_HEAD, [(row.label, f"`{row.text}`" if row.exact else row.text) for row in block.rows]
            )
        case Bullets() | Causes():
            yield from _list(block)
        case At():
            yield code(block.place)
        case Excerpt():
            yield from fenced("\n".join(excerpt_lines(block.lines, Paint())), "text")
        case Command():
            yield from _command(block)
        case Diff():
            yield from (inline(block.label), "", *fenced(block.text, "diff"))
        case LayerTable():
            yield from _table(_LAYERS_HEAD, map(_layer, block.rows))
        case Table():
            yield from _table(block.head, block.rows)


def _layer(layer: LayerRow) -> tuple[str, ...]:
    decides = " (decides)" if layer.decides else ""
    return layer.title, f"{verdict_word(layer.verdict)}{decides}", layer.detail


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(inline(cell, in_table=True) for cell in row)} |"


def _list(block: Bullets | Causes) -> Iterator[str]:
    items = block.items if isinstance(block, Bullets) else [cause_bullet(cause) for cause in block.rows]
    numbered = isinstance(block, Causes) or block.numbered
    for number, item in enumerate(items, 1):
        box = "[ ] " if isinstance(block, Bullets) and block.checklist else ""
        mark = f"{number}. " if numbered else "- "
        yield from _item(item, mark + box, " " * len(mark))


def _item(item: Bullet, mark: str, inside: str) -> Iterator[str]:
    place = f" ({code(item.place)})" if item.place else ""
    yield mark + inline(item.text) + place
    for note in item.notes:
        yield f"{inside}- {inline(note)}"
    if item.command:
        yield ""
        yield from (
            inside + line for line in fenced("\n".join(command_lines(printable(item.command), indent="")), "sh")
        )
        yield ""


def _command(block: Command) -> Iterator[str]:
    if block.label:
        yield from (inline(block.label), "")
    yield from fenced("\n".join(command_lines(printable(block.text), indent="")), "sh")
