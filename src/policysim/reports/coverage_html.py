"""Statement coverage as one page that needs nothing else: the figures of every file, and its source in colours.

No script, no font, nothing from the network; the page's own policy (Content-Security-Policy) forbids all but its one
style sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.coverage.coverage import Status
from policysim.reports.coverage_source import TONE, WORD, source_of
from policysim.reports.coverage_text import percent
from policysim.reports.coverage_worklist import anchor_of, worklist
from policysim.reports.decision_phrases import counted
from policysim.reports.markup import Markup, element, name, sentence
from policysim.reports.page_head import page_head
from policysim.reports.page_style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.coverage_build import CoverageReport
    from policysim.reports.coverage_document import (
        CoverageDocument,
        DocumentCoverageDocument,
        FiguresDocument,
        FileCoverageDocument,
    )

GENERATOR: Final = "policysim statement coverage"
"""What the page says of what made it; by this one an earlier page is known again."""

_WHOLE: Final = 100
_HALF: Final = 50
_HEAD: Final = ("File", "Cover", "Statements", "Decided", "Matched only", "Never", "Dead", "Unneeded")
_MEANING: Final = {
    Status.DECIDED: "an answer hung on it: the Deny that denied, or an Allow that was needed and found",
    Status.MATCHED: "it matched a request, and something else decided the answer",
    Status.NEVER: "it matched no request of any expectation",
    Status.DEAD: "no answer would be another one without it; not counted in the share",
}
_UNNEEDED: Final = "it grants, and no answer that a `can` asked for needed it: least privilege would take it away"
_RULES: Final = """
pre.source{padding:6px 0}
pre.source .row{padding:0 12px}
pre.source .row.long{white-space:pre-wrap;min-width:0;overflow-wrap:anywhere}
pre.source .on-allow{background:var(--allow-soft)}
pre.source .on-open{background:var(--open-soft)}
pre.source .on-deny{background:var(--deny-soft)}
pre.source .on-none{background:var(--none-soft)}
pre.source .row.on-allow{box-shadow:inset 4px 0 var(--allow)}
pre.source .row.on-open{box-shadow:inset 4px 0 var(--open)}
pre.source .row.on-deny{box-shadow:inset 4px 0 var(--deny)}
pre.source .row.on-none{box-shadow:inset 4px 0 var(--none)}
pre.source .part{text-decoration:underline 2px;text-underline-offset:3px}
pre.source .part.allow{text-decoration-color:var(--allow)}
pre.source .part.open{text-decoration-color:var(--open);text-decoration-style:dashed}
pre.source .part.deny{text-decoration-color:var(--deny);text-decoration-style:wavy}
pre.source .part.none{text-decoration-color:var(--none);text-decoration-style:dotted}
pre.source .part.unneeded{text-decoration-style:double}
pre.source .word{display:block;white-space:normal;padding:8px 12px 4px;font-family:system-ui,-apple-system,"Segoe UI",
Roboto,"Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
pre.source .told{display:block;color:var(--quiet);margin-top:2px}
.files td:not(:first-child),.files th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}
.files td:first-child{min-width:190px}
.legend{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:8px 14px;font-size:14.5px}
.legend dd{margin:0}
.worklist details{margin-top:10px}
.worklist summary .chip{margin-right:4px}
.worklist ul{margin:6px 0 0;padding-left:22px;font-size:14.5px;overflow-wrap:anywhere}
pre.source .word:target{outline:2px solid var(--link);outline-offset:-2px}
.document{margin-top:18px}
.document h3{font-size:16px}
.document pre{margin-top:8px}
@media (max-width:760px){.legend{grid-template-columns:1fr;gap:2px}.legend dd{margin:0 0 8px}}
"""


def coverage_html(report: CoverageReport) -> str:
    """The page."""
    document = report.document
    style = style_sheet() + _RULES
    counted_files = [file for file in document.files if file.figures.statements]
    body = element(
        "body",
        element(
            "main",
            _header(document),
            _table(document, counted_files),
            worklist(counted_files),
            _legend(),
            *(_file(file, number, report.texts[file.file]) for number, file in enumerate(counted_files, 1)),
            _excluded(document),
            element("footer", f"Measured by policysim {document.policysim} from the expectations that were checked."),
        ),
    )
    page = element(
        "html",
        page_head(f"{percent(document.figures)} of the policy statements are covered", style, generator=GENERATOR),
        body,
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page.html}\n"


def _header(document: CoverageDocument) -> Markup:
    figures = document.figures
    alive = counted(figures.statements - figures.dead, "statement")
    return element(
        "header",
        element("span", percent(figures), class_=f"verdict {_tone(figures)}"),
        element("h1", "Statement coverage of the policies"),
        element(
            "p",
            f"{figures.decided} of {alive} decided an answer. Of their {counted(figures.parts, 'part')} (actions, "
            f"resources, principals, condition values) {figures.parts_decided} took part in a decision.",
            class_="lead",
        ),
        *(element("p", sentence(f"{note}."), class_="label") for note in document.notes),
        class_="head",
    )


def _tone(figures: FiguresDocument) -> str:
    share = figures.percent
    if share is None or share >= _WHOLE:
        return "allow"
    return "open" if share >= _HALF else "deny"


def _table(document: CoverageDocument, files: Sequence[FileCoverageDocument]) -> Markup:
    rows = [
        _table_row(element("a", name(file.file), href=f"#file-{number}"), file.figures)
        for number, file in enumerate(files, 1)
    ]
    head = element("thead", element("tr", *(element("th", title) for title in _HEAD)))
    body = element("tbody", *rows, _table_row(element("strong", "Total"), document.figures))
    return element("div", element("table", head, body, class_="files"), class_="card table")


def _table_row(first: Markup, figures: FiguresDocument) -> Markup:
    numbers = (
        figures.statements,
        figures.decided,
        figures.matched,
        figures.never,
        figures.dead,
        figures.unneeded,
    )
    cover = element("span", percent(figures), class_=f"chip {_tone(figures)}")
    return element("tr", element("td", first), element("td", cover), *(element("td", str(one)) for one in numbers))


def _legend() -> Markup:
    rows = [(element("span", WORD[status], class_=f"chip {TONE[status]}"), told) for status, told in _MEANING.items()]
    rows.append((element("span", "unneeded", class_="chip open"), _UNNEEDED))
    cells = (cell for chip, told in rows for cell in (element("dt", chip), element("dd", sentence(told))))
    note = "Each listed part is underlined in the colour of what became of it; point at it to read it."
    return element("div", element("dl", *cells, class_="legend"), element("p", note, class_="label"), class_="card")


def _file(file: FileCoverageDocument, number: int, text: str) -> Markup:
    lines = text.split("\n")
    documents = [(at, one) for at, one in enumerate(file.documents) if not one.excluded]
    figures = f"{file.figures.decided} of {counted(file.figures.statements, 'statement')} decided, "
    return element(
        "section",
        element("h2", element("code", file.file)),
        element("p", figures + f"{percent(file.figures)} covered", class_="label"),
        *(_document(one, lines, anchor_of(number, at), alone=len(documents) == 1) for at, one in documents),
        class_="card",
        id=f"file-{number}",
    )


def _document(document: DocumentCoverageDocument, lines: Sequence[str], anchor: str, *, alone: bool) -> Markup:
    title = None if alone else element("h3", name(document.name))
    where = (
        counted(len(document.attached_to), "holder") if len(document.attached_to) > 1 else "".join(document.attached_to)
    )
    told = element("p", f"{', '.join(document.layers)}: ", name(where), class_="at")
    return element("div", title, told, source_of(document, lines, anchor), class_="document")


def _excluded(document: CoverageDocument) -> Markup | None:
    found = [(file, one) for file in document.files for one in file.documents if one.excluded]
    if not found:
        return None
    items = (element("li", *_excluded_item(file.file, one)) for file, one in found)
    summary = element("summary", f"{counted(len(found), 'document')} not counted")
    return element("details", summary, element("ul", *items), class_="card")


def _excluded_item(file: str, document: DocumentCoverageDocument) -> Iterator[Markup | str]:
    yield name(document.name)
    yield " in "
    yield name(f"{file}:{document.place.line}")
    yield f": {document.excluded}"
