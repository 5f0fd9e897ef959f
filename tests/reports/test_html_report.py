from __future__ import annotations

import base64
import hashlib
import html as html_module
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.layers import LAYERS
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping, GroupReport
from policysim.reports.html_report import html_of_groups
from policysim.reports.markup import Markup, element, lines, sentence
from tests.reports.diagnoses import denial, diagnosis, event, explicit_decision, fix_of, near_miss, samples

if TYPE_CHECKING:
    from policysim.explanation.diagnosis import Diagnosis


def groups_of(*diagnoses: Diagnosis) -> list[GroupReport]:
    grouping = Grouping()
    for diagnosed in diagnoses:
        grouping.add(diagnosed)
    return [GroupReport(report_of(one.first), one.document) for one in grouping.groups()]


def page_of(*diagnoses: Diagnosis) -> str:
    return html_of_groups(groups_of(*diagnoses), "1.2.3")


def words(html: str) -> str:
    """What a reader sees, without the style sheet."""
    return html_module.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


@pytest.mark.parametrize("name", samples())
def test_every_report_is_one_page_that_loads_nothing(name: str) -> None:
    html = page_of(samples()[name])
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|\sstyle=|\son[a-z]+=|url\(|http:|https:", html)


def test_the_policy_of_the_page_allows_its_own_style_sheet_alone() -> None:
    html = page_of(samples()["explicit"])
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert style is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert html_module.unescape(policy[1]) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_the_picture_names_every_layer_in_order_and_marks_the_one_that_decides() -> None:
    html = page_of(samples()["explicit"])
    pictures = re.findall(r'<svg class="(level|upright)" role="img".*?</svg>', html, re.DOTALL)
    assert pictures == ["level", "upright"]
    (told, other) = re.findall(r"<desc[^>]*>(.*?)</desc>", html)
    assert told == other
    assert [part.split(":")[0] for part in told.split("; ")] == [layer.title for layer in LAYERS]
    assert "service control policy: explicit deny, which decides; VPC" in told
    assert told.count("which decides") == 1
    named = set(re.findall(r'aria-labelledby="([^"]+)"', html))
    assert all(f'id="{one}"' in html for names in named for one in names.split())


def test_the_deciding_lines_are_marked_and_the_diff_is_coloured() -> None:
    html = page_of(samples()["explicit"], samples()["implicit"])
    assert "<mark>[&quot;eu-west-1&quot;, &quot;eu-central-1&quot;]</mark>" in html
    assert '<span class="row add">+' in html
    assert '<span class="row cut">-' in html


def test_several_reports_have_an_index_that_leads_to_each() -> None:
    html = page_of(samples()["explicit"], samples()["implicit"], samples()["explicit"])
    assert "3 denials, 2 causes" in words(html)
    assert re.findall(r'href="([^"]*)"', html) == ["#report-1", "#report-2"]
    assert all(html.count(f'<article id="report-{number}"') == 1 for number in (1, 2))
    assert len(set(re.findall(r'\sid="([^"]*)"', html))) == len(re.findall(r'\sid="([^"]*)"', html))


def test_markup_of_strangers_stays_text() -> None:
    evil = "</script><script>alert(1)</script>\" onload='x' \u202e\x1b"
    said = denial(layer=None, raw=evil, principal=evil)
    html = page_of(diagnosis(explicit_decision(), said=said, happened=event(eventID=evil), disagreement=evil))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\\u202e" in html
    assert "\\x1b" in html


def test_headings_go_down_one_level_at_a_time() -> None:
    for html in (page_of(samples()["implicit"]), page_of(samples()["implicit"], samples()["explicit"])):
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_steps_are_named_in_order() -> None:
    html = page_of(replace(samples()["implicit"], next_steps=("look",)))
    numbers = [int(number) for number in re.findall(r'<span class="number">(\d)</span>', html)]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_an_element_escapes_text_and_attributes_and_refuses_strange_names() -> None:
    assert element("p", "<b>&\"'", Markup("<br>"), title='"x"').html == (
        '<p title="&quot;x&quot;">&lt;b&gt;&amp;&quot;&#x27;<br></p>'
    )
    with pytest.raises(ValueError, match="no name of an attribute"):
        element("p", **{"x y": "1"})
    assert lines("a\r\n\x1b<").html == "a\n\\x1b&lt;"
    assert sentence("use `a<b` or s3:GetObject.").html == "use <code>a&lt;b</code> or <code>s3:<wbr>GetObject</code>."


def test_alternatives_are_folded_and_the_first_edit_of_each_step_is_not() -> None:
    first = fix_of(near_miss())
    fixes = tuple(
        replace(first, summary=f"edit {number}", step=step) for number, step in enumerate((1, 1, 1, 2, 2), start=1)
    )
    html = page_of(replace(samples()["implicit"], fixes=fixes))
    folded = re.findall(r'<details class="more"><summary>(.*?)</summary>(.*?)</details>', html, re.DOTALL)
    assert [summary for summary, _ in folded] == ["2 alternatives", "1 alternative"]
    hidden = "".join(inside for _, inside in folded)
    assert [number for number in range(1, 6) if f"edit {number}<" in hidden] == [2, 3, 5]
