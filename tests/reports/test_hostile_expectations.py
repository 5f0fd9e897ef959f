"""Whatever stands in a policy, an expectation or a file name, no format of the report on expectations lets it act."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
from hypothesis import HealthCheck, given, settings

from policysim.reports.expectation_markdown import LONGEST, MARKER, expectations_markdown
from policysim.reports.expectation_sarif import expectations_sarif
from policysim.reports.expectation_text import expectations_text
from policysim.reports.json_report import json_text
from policysim.reports.layout import Paint
from tests.reports.hostile import expectation_reports
from tests.reports.markdown_scanner import live_parts
from tests.reports.sarif_schema import SARIF

if TYPE_CHECKING:
    from policysim.reports.expectation_document import ExpectationReport

UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
SUMMARY = re.compile(r"<summary>[a-z]+: <code>[^<>]*</code></summary>")
STANDINGS = re.compile(r"\| \*\*(met|unmet|undecided|broken)\*\*: ")

each_hostile = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)


@each_hostile
@given(expectation_reports())
def test_no_text_steers_the_terminal(report: ExpectationReport) -> None:
    for verbose in (False, True):
        assert UNSEEN.search(expectations_text(report, Paint(), verbose=verbose)) is None


@each_hostile
@given(expectation_reports())
def test_no_text_becomes_markup_a_mention_or_a_link_of_the_comment(report: ExpectationReport) -> None:
    markdown = expectations_markdown(report)
    assert UNSEEN.search(markdown) is None
    assert len(markdown) <= LONGEST
    own = {MARKER, "<details>", "</details>"}
    lines = [line for line in markdown.split("\n") if line not in own and not SUMMARY.fullmatch(line)]
    assert live_parts(STANDINGS.sub("| ", "\n".join(lines))) == []


@each_hostile
@given(expectation_reports())
def test_no_text_breaks_the_logs_for_machines(report: ExpectationReport) -> None:
    text = expectations_sarif(report, Path("/repo"))
    assert text.isascii()
    jsonschema.validate(json.loads(text), SARIF)
    assert json_text(report).isascii()
