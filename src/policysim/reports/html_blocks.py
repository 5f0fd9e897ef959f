"""Blocks of a report as HTML."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from policysim.explanation.diagnosis import Tested
from policysim.reports.blocks import (
    At,
    Bullets,
    Causes,
    Command,
    Diff,
    Excerpt,
    LayerTable,
    Manner,
    Rows,
    Sentence,
    Table,
    parted,
)
from policysim.reports.decision_phrases import counted
from policysim.reports.layer_picture import TONE
from policysim.reports.layout import command_lines
from policysim.reports.markup import Markup, element, group, lines, name, sentence, text
from policysim.reports.printable import laid_out, printable
from policysim.reports.text_blocks import verdict_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.blocks import Block, Bullet, CauseRow, LayerRow, Row
    from policysim.reports.decision_document import LineDocument

_TESTED_TONE: Final[dict[Tested, str]] = {
    Tested.CONFIRMED: "deny",
    Tested.POSSIBLE: "open",
    Tested.REFUTED: "none",
}
_LAYERS_HEAD: Final[tuple[str, ...]] = ("Layer", "Verdict", "Why")
_DEEPEST_NOTE: Final = 40
"""As far in does a note below a line begin at most, so that it can be read on a narrow screen."""

_MANNER_CLASS: Final[dict[Manner, str | None]] = {Manner.PLAIN: None, Manner.WARNING: "warning", Manner.GOOD: "good"}
_DIFF_CLASS: Final[dict[str, str]] = {"+": "row add", "-": "row cut", "@": "row where"}


def block_html(block: Block) -> Markup | None:
    """One block; nothing for an empty one."""
    match block:
        case Sentence():
            return _paragraph(block) if block.text else None
        case Rows():
            return facts_html(block)
        case Bullets():
            return _list(block)
        case Causes():
            return element("div", *map(_cause, block.rows))
        case At():
            return element("p", name(block.place), class_="at")
        case Excerpt() | Diff() | Command():
            return _code(block)
        case LayerTable() | Table():
            return _table(block)


def _paragraph(block: Sentence) -> Markup:
    return element("p", sentence(block.text), class_=_MANNER_CLASS[block.manner])


def facts_html(block: Rows) -> Markup:
    """Labels and what belongs to them."""
    return element("dl", *(part for row in block.rows for part in _fact(row)), class_="facts")


def _fact(row: Row) -> tuple[Markup, Markup]:
    told = name(row.text) if row.exact else sentence(row.text)
    return element("dt", row.label), element("dd", told)


def _list(block: Bullets) -> Markup:
    items = (element("li", *_item(item)) for item in block.items)
    return element("ol" if block.numbered else "ul", *items, class_="checks" if block.checklist else None)


def _item(item: Bullet) -> Iterator[Markup]:
    yield sentence(item.text)
    if item.place:
        yield element("div", name(item.place), class_="at")
    if item.notes:
        yield element("ul", *(element("li", sentence(note)) for note in item.notes), class_="notes")
    if item.command:
        yield _command(item.command)


def _cause(cause: CauseRow) -> Markup:
    to_tell, command = parted(cause.next)
    rows = (
        *(("For", sentence(fact)) for fact in cause.supporting),
        *(("Against", sentence(fact)) for fact in cause.opposing),
        *((label, sentence(words)) for label, words in (("Tested", cause.test), ("To tell", to_tell)) if words),
    )
    facts = [part for label, words in rows for part in (element("dt", label), element("dd", words))]
    return element(
        "div",
        element("p", chip(cause.tested.value, _TESTED_TONE[cause.tested]), " ", sentence(cause.cause)),
        element("dl", *facts, class_="facts") if facts else None,
        _command(command) if command else None,
        class_="cause",
        data_code=cause.code,
    )


def chip(word: str, tone: str) -> Markup:
    """A word on the colour of what it means."""
    return element("span", word, class_=f"chip {tone}")


def _code(block: Excerpt | Diff | Command) -> Markup:
    match block:
        case Excerpt():
            margin = min((_indent(line) for line in block.lines if line.text.strip()), default=0)
            rows = (row for line in block.lines for row in _source_line(line, margin))
            return element("pre", element("code", *rows), tabindex=0)
        case Diff():
            label = element("p", sentence(block.label), class_="label")
            return group((label, element("pre", element("code", *_diff(block.text)), class_="diff", tabindex=0)))
        case Command():
            named = element("p", sentence(block.label), class_="label") if block.label else None
            return group((named, _command(block.text)))


def _command(command: str) -> Markup:
    shown = "\n".join(command_lines(printable(command), indent=""))
    return element("pre", element("code", lines(shown)), class_="command", tabindex=0)


def _indent(line: LineDocument) -> int:
    """The columns of white space that a line begins with."""
    shown = "".join(laid_out(line.text))
    return len(shown) - len(shown.lstrip(" "))


def _source_line(line: LineDocument, margin: int) -> Iterator[Markup]:
    """A line with its number, and below it why its parts are marked; ``margin`` columns are left out of all lines."""
    cells = laid_out(line.text)
    marked = [
        any(mark.column <= column < mark.end_column for mark in line.marks)
        for column in range(line.start_column, line.start_column + len(cells))
    ]
    shown: list[Markup] = []
    for is_marked, run in _runs(cells, marked):
        kept = run if shown else run[margin:]
        shown.append(element("mark", kept) if is_marked else text(kept))
    number = element("span", str(line.number), class_="gutter")
    cut = ("…" if line.start_column > 1 else "", "…" if line.cut else "")
    yield element("span", number, cut[0], *shown, cut[1], class_="row marked" if line.marks else "row")
    for mark in line.marks:
        if mark.label:
            before = len("".join(cells[: mark.column - line.start_column])) - margin
            indent = " " * min(max(0, before), _DEEPEST_NOTE)
            note = element("i", f"^ {mark.label}", class_="note")
            yield element("span", element("span", class_="gutter"), indent, note, class_="row")


def _runs(cells: Sequence[str], marked: Sequence[bool]) -> Iterator[tuple[bool, str]]:
    """Neighbours that are marked, or not marked, put together."""
    for is_marked, run in groupby(zip(marked, cells, strict=True), key=itemgetter(0)):
        yield is_marked, "".join(cell for _, cell in run)


def _diff(diff: str) -> Iterator[Markup]:
    for line in diff.removesuffix("\n").split("\n"):
        heads = line.startswith(("--- ", "+++ "))
        yield element("span", lines(line), class_="row where" if heads else _DIFF_CLASS.get(line[:1], "row"))


def _table(block: LayerTable | Table) -> Markup:
    if isinstance(block, LayerTable):
        head, class_ = _LAYERS_HEAD, "layers"
        rows = [_layer(row) for row in block.rows]
    else:
        head, class_ = block.head, None
        rows = [element("tr", *(element("td", sentence(cell)) for cell in row)) for row in block.rows]
    top = element("thead", element("tr", *(element("th", column, scope="col") for column in head)))
    table = element("table", top, element("tbody", *rows), class_=class_)
    return element("div", table, class_="table")


def _layer(row: LayerRow) -> Markup:
    return element(
        "tr",
        element("th", row.title, scope="row"),
        element("td", chip(verdict_word(row.verdict), TONE[row.verdict])),
        element("td", sentence(row.detail), _matching(row.statements)),
        class_="decides" if row.decides else None,
    )


def _matching(statements: Sequence[tuple[str, str]]) -> Markup | None:
    if not statements:
        return None
    summary = element("summary", counted(len(statements), "matching statement"))
    return element("details", summary, *map(_matched, statements))


def _matched(statement: tuple[str, str]) -> Markup:
    told, place = statement
    return element("div", sentence(told), element("br"), name(place), class_="at")
