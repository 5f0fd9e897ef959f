"""Whatever stands in an event or a policy, no format of the report lets it act."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
from hypothesis import HealthCheck, given, settings

from policysim.reports.explain_sarif import sarif_of_groups
from policysim.reports.html_report import html_of_groups
from policysim.reports.json_report import json_text
from policysim.reports.layout import Paint
from policysim.reports.markdown_report import markdown_of_groups
from policysim.reports.text_report import text_of_groups
from tests.reports.hostile import groups
from tests.reports.markdown_scanner import live_parts
from tests.reports.sarif_schema import SARIF

if TYPE_CHECKING:
    from policysim.reports.groups import GroupReport

UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Control characters and marks that steer a terminal or turn text around; line ends and tabs are of the layout."""

each_hostile = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)

TAGS = frozenset(
    """html head meta title style body main header nav article section figure footer div span p h1 h2 h3 h4 h5 ul ol li
    dl dt dd table thead tbody tr th td pre code mark i a br wbr details summary svg g path circle text desc""".split()  # noqa: SIM905  # a list of that many words reads worse
)
ATTRIBUTES = frozenset(
    """lang charset http-equiv content name class id role aria-labelledby aria-label viewbox d r cx cy x y transform
    text-anchor font-size tabindex scope href data-code""".split()  # noqa: SIM905  # the same
)


@each_hostile
@given(groups())
def test_no_text_steers_the_terminal(found: list[GroupReport]) -> None:
    for verbose in (False, True):
        text = text_of_groups(found, Paint(), verbose=verbose)
        assert UNSEEN.search(text.replace("\r\n", "\n")) is None  # a diff keeps the line ends of the file


class Page(HTMLParser):
    """All that a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@each_hostile
@given(groups())
def test_no_text_becomes_a_tag_an_attribute_or_a_link_of_the_page(found: list[GroupReport]) -> None:
    html = html_of_groups(found, "1")
    assert UNSEEN.search(html) is None
    page = Page()
    page.feed(html)
    page.close()
    assert page.tags <= TAGS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert all(re.fullmatch(r"#report-\d+", value or "") for name, value in page.attributes if name == "href")
    assert page.comments == []
    assert html.count("<style>") == html.count("</style>") == 1


@each_hostile
@given(groups())
def test_no_text_becomes_markup_a_mention_or_a_link_of_the_ticket(found: list[GroupReport]) -> None:
    markdown = markdown_of_groups(found, "1", verbose=True)
    assert UNSEEN.search(markdown) is None
    assert live_parts(markdown) == []


@each_hostile
@given(groups())
def test_no_text_breaks_the_logs_for_machines(found: list[GroupReport]) -> None:
    text = sarif_of_groups(found, "1", Path("/repo"))
    assert text.isascii()
    jsonschema.validate(json.loads(text), SARIF)
    assert json_text([one.report for one in found]).isascii()
