"""Statement coverage in every format: figures, lines and colours, and texts of strangers that stay texts."""

from __future__ import annotations

import base64
import hashlib
import html as html_module
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.coverage_build import CoverageReport, coverage_report
from policysim.reports.coverage_document import SpanDocument
from policysim.reports.coverage_formats import Destination, destinations, file_of, is_report, rendered
from policysim.reports.coverage_lines import missing_lines, ranges
from policysim.reports.coverage_text import coverage_shortfall, coverage_text
from policysim.reports.layout import Paint
from policysim.reports.printable import display_width
from policysim.reports.schema import coverage_schema
from tests.account_folders import BUCKET
from tests.coverage.coverage_runs import account_of, covered, document, managed_policy, statement
from tests.reports.hostile import SNIPPETS
from tests.reports.lcov_reader import LcovFile, read_lcov
from tests.reports.markdown_scanner import live_parts
from tests.reports.test_hostile_reports import ATTRIBUTES, TAGS, UNSEEN, Page

if TYPE_CHECKING:
    from pathlib import Path

ASKED = f"role/app\n  can s3:GetObject on {BUCKET}/a\n  cannot s3:DeleteObject on {BUCKET}/a"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> CoverageReport:
    """One policy with a statement of every status, at lines that the tests name."""
    base = tmp_path_factory.mktemp("covered")
    own = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read", "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:ListBucket"
      ],
      "Resource": "arn:aws:s3:::data/*"
    },
    { "Sid": "All", "Effect": "Allow", "Action": "s3:Delete*", "Resource": "*" },
    { "Sid": "Never", "Effect": "Allow", "Action": "ec2:*", "Resource": "*" },
    { "Sid": "Dead", "Effect": "Allow", "Action": "ec2:Run*", "Resource": "*" },
    { "Sid": "No", "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::data/a" }
  ]
}
"""
    principal = {"Principal": {"AWS": "444455556666"}}
    loaded = json.loads(own)
    folder = account_of(base / "acme", *loaded["Statement"])
    resource = document({**statement("Tls", "Deny", "s3:*", f"{BUCKET}/*"), **principal})
    (folder / "resource-policies.json").write_text(json.dumps({BUCKET: "policies/data.json"}), encoding="utf-8")
    (folder / "policies").mkdir()
    (folder / "policies" / "data.json").write_text(json.dumps(resource, indent=1), encoding="utf-8")
    details = json.loads((folder / "authorization-details.json").read_text(encoding="utf-8"))
    details["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"] = own
    (folder / "authorization-details.json").write_text(json.dumps(details, indent=2), encoding="utf-8")
    return coverage_report(covered(folder, ASKED, root=str(base)), "1.2.3")


def of_file(report: CoverageReport, name: str) -> LcovFile:
    return next(one for one in read_lcov(rendered(report, "lcov")) if one.name.endswith(name))


def test_the_document_is_valid_and_in_ascii(report: CoverageReport) -> None:
    text = rendered(report, "json")
    assert text.isascii()
    jsonschema.Draft202012Validator.check_schema(coverage_schema())
    jsonschema.validate(json.loads(text), coverage_schema())


def test_the_json_form_tells_what_became_of_each_statement(report: CoverageReport) -> None:
    value: Any = json.loads(rendered(report, "json"))
    found = {
        one["name"]: (one["status"], one["unneeded"], one["dead"] and one["dead"]["kind"])
        for file in value["files"]
        for policy in file["documents"]
        for one in policy["statements"]
    }
    assert found["Read"] == ("decided", False, None)
    assert found["All"] == ("matched", True, None)
    assert found["Never"] == ("never", True, None)
    assert found["Dead"] == ("dead", False, "repeated")
    assert found["No"] == ("decided", False, None)
    assert value["figures"]["percent"] == pytest.approx(33.33)


def test_the_terminal_table_is_no_wider_than_80_columns_and_names_the_lines(report: CoverageReport) -> None:
    text = coverage_text(report.document, Paint(), missing=True)
    assert all(display_width(line) <= 80 for line in text.splitlines())
    assert re.search(r"acme/policies/data.json +1 +0 +0 +1 +0 +0%\n  not decided: 4-12\n", text)
    assert re.search(r"TOTAL +7 +2 +1 +3 +1 +33%", text)
    assert "2 of 6 statements decided an answer" in text
    assert "not decided" not in coverage_text(report.document, Paint())


def test_colours_stand_around_the_same_words(report: CoverageReport) -> None:
    coloured = coverage_text(report.document, Paint(coloured=True), missing=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == coverage_text(report.document, Paint(), missing=True)


def test_99_and_a_half_percent_are_not_rounded_up(report: CoverageReport) -> None:
    assert coverage_shortfall(report.document, 33.4) == "statement coverage of 33.33% is below the required 33.4%"
    assert coverage_shortfall(report.document, 33) is None
    assert coverage_shortfall(report.document, None) is None


def test_lines_that_touch_are_one_range() -> None:
    places = [(12, 14), (31, 31), (15, 19), (13, 13), (33, 33)]
    spans = [SpanDocument(line=a, column=1, end_line=b, end_column=2) for a, b in places]
    assert ranges(spans) == "12-19, 31, 33"
    assert ranges([]) == ""


def test_a_policy_in_a_string_is_found_in_its_file(report: CoverageReport) -> None:
    file = next(one for one in report.document.files if one.file.endswith("authorization-details.json"))
    policy = next(one for one in file.documents if one.name == "own")
    lines = report.texts[file.file].splitlines()
    read = next(one for one in policy.statements if one.name == "Read")
    assert lines[read.place.line - 1][read.place.column - 1 : read.place.end_column - 1].startswith(
        '{\\n      \\"Sid\\"'
    )
    action = read.parts[1].place
    assert lines[action.line - 1][action.column - 1 : action.end_column - 1] == '\\"s3:ListBucket\\"'
    assert missing_lines(file).parts == str(action.line)


def test_statements_that_share_a_line_are_told_by_name(tmp_path: Path) -> None:
    """A plan is mostly one line."""
    folder = account_of(tmp_path, statement("A", "Allow", "s3:GetObject"), statement("B", "Allow", "s3:PutObject"))
    file = folder / "authorization-details.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))), encoding="utf-8")
    found = coverage_report(covered(folder, f"role/app can s3:GetObject on {BUCKET}/a", root=tmp_path), "1")
    text = coverage_text(found.document, Paint(), missing=True)
    assert "\n  not decided: trust policy of app#1, own#B\n" in text
    assert "| `trust policy of app#1`, `own#B` |" in rendered(found, "markdown")
    assert [one.lines for one in read_lcov(rendered(found, "lcov"))] == [{1: 0}]
    html = rendered(found, "html")
    assert '<span class="on-allow part allow" title="Action: decided">' in html
    assert '<span class="on-deny part deny" title="Action: never took part">' in html


def test_lcov_is_read_by_the_written_reader(report: CoverageReport) -> None:
    found = of_file(report, "acme/policies/data.json")
    assert found.functions == {"policies/data.json#Tls": 4}
    assert found.lines == {4: 0, 7: 0, 8: 0, 10: 0}
    details = of_file(report, "authorization-details.json")
    assert sorted(name.split()[0] for name in details.functions) == [
        "own#All", "own#Never", "own#No", "own#Read", "trust",
    ]  # fmt: skip  # a dead statement is no line that could be covered
    assert details.counts[next(name for name in details.counts if name.startswith("own#Read"))] == 1


@pytest.mark.skipif(shutil.which("genhtml") is None, reason="LCOV is not installed")
def test_lcov_is_read_by_genhtml(report: CoverageReport, tmp_path: Path) -> None:
    for name, text in report.texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "lcov.info").write_text(rendered(report, "lcov"), encoding="utf-8")
    done = subprocess.run(
        ["genhtml", "lcov.info", "--output-directory", "out", "--no-prefix"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"functions\.*: [\d.]+% \(2 of 6 functions\)", done.stdout)


def words(html: str) -> str:
    return html_module.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", html, flags=re.DOTALL))


def test_the_page_shows_the_source_in_colours_and_words(report: CoverageReport) -> None:
    html = rendered(report, "html")
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    for sid, tone, word in (
        ("Read", "allow", "decided"),
        ("All", "open", "matched only"),
        ("Never", "deny", "never took part"),
        ("Dead", "none", "dead"),
    ):
        assert f'<span class="chip {tone}">{word}</span> <span class="label">Allow</span> <code>{sid}</code>' in html
    assert "says nothing that statement Never of own" in words(html)
    assert '"Tls"' in words(html)
    assert "role/app can s3:GetObject on arn:aws:s3:::data/a" in words(html)
    assert '<span class="on-allow part deny" title="Action: never took part">' in html


def test_the_page_loads_nothing_and_allows_its_own_style_sheet_alone(report: CoverageReport) -> None:
    html = rendered(report, "html")
    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|\sstyle=|\son[a-z]+=|url\(|http:|https:", html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert style is not None
    assert policy is not None
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in html_module.unescape(policy[1])


def test_every_link_of_the_table_leads_to_the_source(report: CoverageReport) -> None:
    html = rendered(report, "html")
    links, targets = (set(re.findall(pattern, html)) for pattern in (r'href="#([^"]+)"', r'id="([^"]+)"'))
    assert links <= targets
    assert {"file-1", "file-2"} == {link for link in links if link.startswith("file")}


def test_the_markdown_form_lists_what_is_open(report: CoverageReport) -> None:
    text = rendered(report, "markdown")
    assert text.startswith("### Policy statement coverage: 33%\n\n2 of 6 statements decided an answer;")
    assert "| `acme/policies/data.json` | 1 | 0 | 0% | 4-12 |" in text
    assert "<summary>Dead statements: no answer would be another one without them (1)</summary>" in text
    assert "statement `Never` of `own`" in text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> CoverageReport:
    """Policies whose every text is hostile; Sids may only hold what AWS allows, so that documents stay whole."""
    base = tmp_path_factory.mktemp("hostile")
    names = [snippet for snippet in SNIPPETS if "\0" not in snippet and "\ud800" not in snippet]
    resources = [f"arn:aws:s3:::data/{snippet}" for snippet in names]
    values = {"StringLike": {"aws:UserAgent": names}}
    unnamed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources, "Condition": values}
    inline = [{"PolicyName": name, "PolicyDocument": document(unnamed)} for name in dict.fromkeys(names)]
    folder = account_of(base / "a|<b>`*@team", role={"RolePolicyList": inline})
    return coverage_report(covered(folder, root=str(base)), "1")


def test_no_text_of_a_stranger_acts_in_any_format(hostile: CoverageReport) -> None:
    assert hostile.document.figures.statements > 20
    assert UNSEEN.search(coverage_text(hostile.document, Paint(), missing=True)) is None
    assert rendered(hostile, "json").isascii()
    read_lcov(rendered(hostile, "lcov"))
    html, page = rendered(hostile, "html"), Page()
    assert UNSEEN.search(html) is None
    page.feed(html)
    page.close()
    assert page.tags <= TAGS | {"strong"}
    assert {name for name, _ in page.attributes} <= ATTRIBUTES | {"title", "open"}
    assert page.comments == []
    markdown = "\n".join(
        line for line in rendered(hostile, "markdown").splitlines() if line != "</details>" and "<summary>" not in line
    )
    assert UNSEEN.search(markdown) is None
    assert live_parts(markdown) == []


def test_destinations_are_read_or_refused_in_one_sentence() -> None:
    assert destinations(["term", "html:out", "json:a.json"]) == (
        Destination("term"),
        Destination("html", "out"),
        Destination("json", "a.json"),
    )
    for bad in ("xml:a", "json", "html:", "term:x", ""):
        sentence = destinations([bad])
        assert isinstance(sentence, str)
        assert sentence.startswith(f"`{bad}`: expected term, ")
    assert destinations(["json:a", "lcov:a"]) == "`a` cannot hold two reports"


@pytest.mark.parametrize(
    ("given", "file"),
    [("html:out", "out/index.html"), ("html:out/", "out/index.html"), ("html:a.html", "a.html"), ("lcov:x", "x")],
)
def test_html_goes_to_a_folder_unless_a_file_is_named(given: str, file: str) -> None:
    found = destinations([given])
    assert not isinstance(found, str)
    assert file_of(found[0]) == file


@pytest.mark.parametrize("format_", ["html", "json", "lcov", "markdown"])
def test_a_report_is_known_again_and_nothing_else_is_taken_for_one(report: CoverageReport, format_: str) -> None:
    assert is_report(format_, rendered(report, format_))
    assert is_report(format_, "")
    for other in ("html", "json", "lcov", "markdown"):
        assert is_report(format_, rendered(report, other)) is (format_ == other)
    assert not is_report(format_, '{"Version": "2012-10-17"}')
    assert not is_report(format_, "TN:\nSF:src/main.c\n")


def test_of_an_allow_outside_of_a_boundary_the_boundary_is_named_with_its_place(tmp_path: Path) -> None:
    limit = managed_policy("limit", statement("Limit", "Allow", "sqs:*"))
    role = {
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(statement("Read", "Allow", "s3:Get*"))}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": limit["Arn"]},
    }
    folder = account_of(tmp_path, role=role, policies=[limit])
    told = coverage_report(covered(folder, root=str(tmp_path)), "1.2.3").document
    dead = [one.dead for file in told.files for doc in file.documents for one in doc.statements if one.dead is not None]
    lines = (tmp_path / "authorization-details.json").read_text(encoding="utf-8").splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if '"Document": {' in text)
    place = f"authorization-details.json:{line}"
    assert [one.sentence for one in dead] == [f"the permissions boundary `limit` ({place}) allows nothing of it"]


def test_the_page_lists_what_to_look_at_with_links_that_lead_to_the_statement(report: CoverageReport) -> None:
    page = rendered(report, "html")
    links = re.findall(r'<li><a href="#([^"]+)"><code>([^<]+)</code></a>', page)
    assert [name.partition("#")[2] for _, name in links] == ["1", "Never", "All", "Dead"]
    for anchor, name in links:
        place = page.index(f'id="{anchor}"')
        assert f"<code>{name.partition('#')[2]}</code>" in page[place : page.index("\n", place)]
    assert page.count(" id=") == len(set(re.findall(r' id="([^"]+)"', page)))


def test_a_page_on_which_everything_is_decided_and_needed_lists_nothing(tmp_path: Path) -> None:
    role = {"AssumeRolePolicyDocument": document()}
    folder = account_of(tmp_path, statement("Read", "Allow", "s3:GetObject", f"{BUCKET}/*"), role=role)
    told = coverage_report(covered(folder, f"role/app can s3:GetObject on {BUCKET}/x"), "1.2.3")
    assert "What to look at" not in rendered(told, "html")


def test_what_excludes_nothing_and_where_nothing_stands_is_told(tmp_path: Path) -> None:
    folder = account_of(tmp_path, statement("Read", "Allow", "s3:GetObject", f"{BUCKET}/*"))
    told = covered(
        folder, root=tmp_path, excluded=("own#Read", "own#Raed"), below=("authorization-details.json", "src")
    )
    notes = coverage_report(told, "1").document.notes
    assert notes == (
        "`src` holds no policy that was read: nothing is counted there",
        "`own#Raed` excludes nothing: no statement at hand is called so",
    )
