"""The report as one page that needs nothing else: no script, no font, no picture, nothing from the network.

The page's own policy (Content-Security-Policy) forbids everything but its one style sheet, which is named by its hash:
should markup ever slip in, it could neither run nor load anything.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.reports.blocks import LayerTable
from policysim.reports.decision_phrases import counted
from policysim.reports.html_blocks import block_html, facts_html
from policysim.reports.layer_picture import layer_picture
from policysim.reports.markup import Markup, element, sentence
from policysim.reports.page_head import page_head
from policysim.reports.page_style import style_sheet
from policysim.reports.report_phrases import action_of, caller_of, headline_of
from policysim.reports.report_sections import page_of
from policysim.reports.steps import STEPS, Part, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.blocks import Page, Section
    from policysim.reports.groups import GroupReport

_EFFECT_TONE: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "allow",
    Effect.EXPLICIT_DENY: "deny",
    Effect.IMPLICIT_DENY: "deny",
    Effect.DEPENDS: "open",
}


def html_of_groups(groups: Sequence[GroupReport], version: str) -> str:
    """A report for each cause; above several of them, an index."""
    several = len(groups) > 1
    style = style_sheet()
    body = element(
        "body",
        element(
            "main",
            _index(groups) if several else None,
            *(_report(one, number, several=several) for number, one in enumerate(groups, 1)),
            element("footer", f"Explained by policysim {version} from the policies at hand, without asking AWS."),
        ),
    )
    page = element("html", page_head(_title(groups), style), body, lang="en")
    return f"<!DOCTYPE html>\n{page.html}\n"


def _title(groups: Sequence[GroupReport]) -> str:
    if len(groups) > 1:
        return _counts(groups)
    headline = headline_of(groups[0].report)
    return f"{headline.word} {action_of(groups[0].report)}"


def _counts(groups: Sequence[GroupReport]) -> str:
    return f"{counted(sum(one.group.count for one in groups), 'denial')}, {counted(len(groups), 'cause')}"


def _index(groups: Sequence[GroupReport]) -> Markup:
    items = (_index_item(one, number) for number, one in enumerate(groups, 1))
    return element(
        "header",
        element("h1", _counts(groups)),
        element("nav", element("ol", *items, class_="index"), class_="card", aria_label="Causes"),
        class_="head",
    )


def _index_item(one: GroupReport, number: int) -> Markup:
    headline, action = headline_of(one.report), action_of(one.report)
    link = element("a", f"{headline.word} {action}", href=f"#report-{number}")
    told = (
        element("div", link),
        element("div", sentence(headline.phrase.removeprefix(f"{action}: "))),
        element("div", _times(one), class_="times"),
    )
    return element("li", element("span", str(one.group.count), class_="count"), element("div", *told))


def _times(one: GroupReport) -> str:
    caller, first, last = caller_of(one.report) or "unknown caller", one.group.first, one.group.last
    if first is None or last is None:
        return caller
    return f"{caller}, {first}" if first == last else f"{caller}, {first} to {last}"


def _report(one: GroupReport, number: int, *, several: bool) -> Markup:
    page = page_of(one.report, one.group, verbose=True)
    return element(
        "article",
        _header(page, action_of(one.report), several=several),
        _picture(page, f"way-{number}"),
        *_steps(page, "h3" if several else "h2"),
        id=f"report-{number}",
    )


def _header(page: Page, action: str, *, several: bool) -> Markup:
    headline = page.headline
    return element(
        "header",
        element("span", headline.word, class_=f"verdict {_EFFECT_TONE[headline.effect]}"),
        element("h2" if several else "h1", element("code", action)),
        element("p", sentence(headline.phrase.removeprefix(f"{action}: ")), class_="lead"),
        class_="head",
    )


def _picture(page: Page, name: str) -> Markup | None:
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, LayerTable)]
    if not tables:
        return None
    return element("figure", layer_picture(tables[0].rows, name), class_="card way")


def _steps(page: Page, level: str) -> Iterator[Markup]:
    """The facts and the sections, those of one step below its name."""
    facts = element("div", facts_html(page.facts), class_="card")
    for step in Step:
        cards = list(
            _cards([section for section in page.sections if STEPS[section.part] is step], f"h{int(level[1]) + 1}")
        )
        if step is STEPS[Part.FACTS]:
            cards.insert(0, facts)
        if cards:
            number = element("span", str(step.number), class_="number")
            yield element("section", element(level, number, step.value, class_="name"), *cards, class_="step")


def _cards(sections: Sequence[Section], level: str) -> Iterator[Markup]:
    """A card for each section; alternatives stay folded behind what they are alternatives to."""
    for are_alternatives, run in groupby(sections, key=lambda section: section.alternative):
        cards = [_card(section, level) for section in run]
        if are_alternatives:
            yield element("details", element("summary", counted(len(cards), "alternative")), *cards, class_="more")
        else:
            yield from cards


def _card(section: Section, level: str) -> Markup:
    return element(
        "div", element(level, sentence(section.title), class_="title"), *map(block_html, section.blocks), class_="card"
    )
