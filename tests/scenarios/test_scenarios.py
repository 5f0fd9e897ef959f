"""Every report is the one on record, says what its author expected, and every fix is a patch that git takes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from policysim.cli.exit_codes import ExitCode
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import FixKind
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.remedy_codes import RemedyCode
from tests.scenarios.running import (
    FORMATS,
    GALLERY,
    REPOSITORY,
    account_of,
    arguments_of,
    evidence_of,
    expected_of,
    report,
    report_in,
    scenarios,
)

if TYPE_CHECKING:
    from pathlib import Path

each_scenario = pytest.mark.parametrize("scenario", scenarios(), ids=lambda path: path.name)

UNBREAKABLE = 40
"""A word this long (an ARN, a path) is kept whole, so that it can be copied, even where it makes the line too long."""

PARTS = ("**First suspicion.**", "**Cause.**", "**Fix.**", "**See it.**")
"""What the page of a scenario tells after the story, in this order."""

EXPECTED = {"decision", "layer", "statement", "near_miss", "agreement", "cause", "fix", "remedy", "exit"}


@cache
def json_report(scenario: Path) -> dict[str, Any]:
    """The report of the first denied call of a scenario."""
    return first_report(report(scenario, "json").stdout)


def first_report(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)["reports"][0]
    return found


# The folder


def test_the_gallery_is_the_one_that_its_readme_lists() -> None:
    text = (GALLERY.parent / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\d\d-[a-z0-9-]+)` \|", text, re.MULTILINE)
    assert sorted(listed) == [scenario.name for scenario in scenarios()]
    assert len(listed) == len(set(listed))
    assert len(listed) >= 30


def test_every_family_of_the_readme_lists_its_scenarios_in_order() -> None:
    text = (GALLERY.parent / "README.md").read_text(encoding="utf-8")
    families = [re.findall(r"^\| `(\d\d-[a-z0-9-]+)` \|", part, re.MULTILINE) for part in text.split("\n### ")[1:]]
    assert all(families)
    assert [sorted(family) for family in families] == families


@each_scenario
def test_the_page_of_a_scenario_tells_the_story_and_where_it_comes_from(scenario: Path) -> None:
    text = (scenario / "README.md").read_text(encoding="utf-8")
    number = scenario.name.partition("-")[0]
    assert text.startswith(f"# {number}: ")
    places = [text.find(f"\n{part}") for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)
    assert re.search(r"^Source: <https://[^\s>]+>$", text.splitlines()[-1])


@each_scenario
def test_the_page_of_a_scenario_names_the_command_that_shows_it(scenario: Path) -> None:
    text = (scenario / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\*\*See it\.\*\* `(.*)`", text, re.MULTILINE)
    arguments = arguments_of(scenario)
    if arguments[1] == "-":
        shown, _, _ = command.partition(" | ")
        assert evidence_of(scenario).relative_to(REPOSITORY).as_posix() in shown
        assert command.endswith(" ".join(["| policysim", *arguments]))
    else:
        assert command == " ".join(["policysim", *arguments])


@each_scenario
def test_what_is_expected_of_a_scenario_is_complete(scenario: Path) -> None:
    assert EXPECTED <= expected_of(scenario).keys() <= EXPECTED | {"account"}


def test_what_is_expected_is_in_words_of_the_tool() -> None:
    expected = [expected_of(scenario) for scenario in scenarios()]
    assert {one["cause"] for one in expected} <= {cause.code for cause in Cause}
    assert {one["fix"] for one in expected} - {None} <= {kind.value for kind in FixKind}
    assert {one["remedy"] for one in expected} - {None} <= {code.value for code in RemedyCode}
    assert {one["exit"] for one in expected} == {ExitCode.OK, ExitCode.UNDECIDED}


def test_every_layer_of_policies_decides_in_the_gallery() -> None:
    assert {layer.value for layer in LayerName} <= {expected_of(scenario)["layer"] for scenario in scenarios()}


MADE_UP_ACCOUNT = re.compile(r"(\d)\1{3}(\d)\2{3}(\d)\3{3}")
MADE_UP_ADDRESS = re.compile(r"10\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|127\.")
ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")


@each_scenario
def test_nothing_in_the_gallery_is_real(scenario: Path) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(scenario.glob("event*")))
    accounts = set(re.findall(r"(?<=[:\"])\d{12}(?=[:\"])", text))
    assert [account for account in accounts if MADE_UP_ACCOUNT.fullmatch(account) is None] == []
    records = [line for line in text.splitlines() if "userAgent" not in line or '"sourceIPAddress"' in line]
    addresses = {found for line in records for found in ADDRESS.findall(re.sub(r'"userAgent": ?"[^"]*"', "", line))}
    assert [address for address in addresses if MADE_UP_ADDRESS.match(address) is None] == []
    keys = re.findall(r'"accessKeyId": ?"([^"]*)"', text)
    assert [key for key in keys if not key.endswith("EXAMPLE")] == []


def test_no_two_records_of_the_gallery_are_the_same() -> None:
    ids = [
        found
        for scenario in scenarios()
        for path in sorted(scenario.glob("event*"))
        for found in re.findall(r'"eventID": ?"([^"]*)"', path.read_text(encoding="utf-8"))
    ]
    assert len(ids) == len(set(ids))


# What is on record


@each_scenario
@pytest.mark.parametrize("format_", FORMATS)
def test_the_report_is_the_one_on_record(scenario: Path, format_: str) -> None:
    run = report(scenario, format_)
    assert run.stdout == (scenario / FORMATS[format_]).read_text(encoding="utf-8")


@each_scenario
def test_the_report_fits_80_columns_but_for_long_words_source_lines_and_diffs(scenario: Path) -> None:
    text, _, _ = (scenario / FORMATS["text"]).read_text(encoding="utf-8").partition("\n--- ")
    wide = [line for line in text.splitlines() if len(line) > 80 and " | " not in line]
    assert [line for line in wide if max(map(len, line.split())) < UNBREAKABLE] == []


# What the author expected


@each_scenario
def test_the_decision_is_what_the_author_of_the_scenario_expected(scenario: Path) -> None:
    expected, found = expected_of(scenario), json_report(scenario)
    decision = found["decision"] or {"effect": None, "layer": None, "statements": []}
    assert (decision["effect"], decision["layer"], found["agreement"]) == (
        expected["decision"],
        expected["layer"],
        expected["agreement"],
    )


@each_scenario
def test_the_explanation_points_where_the_author_of_the_scenario_expected(scenario: Path) -> None:
    expected, found = expected_of(scenario), json_report(scenario)
    if (statement := expected["statement"]) is not None:
        places = [(one["sid"], one["file"]) for one in found["decision"]["statements"]]
        assert any(sid == statement["sid"] and file.endswith(f"/{statement['file']}") for sid, file in places)
    if (miss := expected["near_miss"]) is not None:
        first = found["near_misses"][0]
        assert (first["statement"]["sid"], first["element"]) == (miss["sid"], miss["element"])
        assert first["file"].endswith(f"/{miss['file']}")


@each_scenario
def test_the_likeliest_cause_is_the_one_of_the_story(scenario: Path) -> None:
    causes = [(hypothesis["code"], hypothesis["tested"]) for hypothesis in json_report(scenario)["hypotheses"]]
    assert causes
    assert causes[0][0] == expected_of(scenario)["cause"]
    assert causes[0][1] != "refuted"


@each_scenario
def test_what_ends_the_denial_is_what_the_story_proposes(scenario: Path) -> None:
    expected, found = expected_of(scenario), json_report(scenario)
    if expected["fix"] is None:
        assert all(fix["warning"] for fix in found["fixes"])
    else:
        assert [fix["kind"] for fix in found["fixes"]][:1] == [expected["fix"]]
    if expected["remedy"] is not None:
        assert expected["remedy"] in {remedy["code"] for remedy in found["remedies"]}


@each_scenario
def test_the_exit_code_tells_whether_one_cause_is_left(scenario: Path) -> None:
    run = report(scenario, "text")
    assert run.exit_code == expected_of(scenario)["exit"], run.stderr


# Every fix


def steps_up_to(fixes: list[dict[str, Any]], fix: dict[str, Any]) -> list[dict[str, Any]]:
    """The fix, after the first one of each earlier step: what it was verified with."""
    earlier = range(1, fix["step"])
    return [*(next(one for one in fixes if one["step"] == step) for step in earlier), fix]


def git_apply(diff: str, folder: Path) -> None:
    applied = subprocess.run(
        ["git", "apply", "--verbose", "-"],
        cwd=folder,
        input=diff.encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
    )
    assert applied.returncode == 0, applied.stderr.decode()


def fresh_copy(scenario: Path, place: Path) -> Path:
    """What a scenario is made of, at the same places below another folder."""
    account = account_of(scenario)
    for folder in {scenario, account} - {None}:
        assert folder is not None
        shutil.copytree(folder, place / folder.relative_to(REPOSITORY), dirs_exist_ok=True)
    return place


@each_scenario
def test_git_applies_every_fix_and_the_decision_is_then_the_one_that_was_promised(
    scenario: Path, tmp_path: Path
) -> None:
    fixes = json_report(scenario)["fixes"]
    assert (expected_of(scenario)["fix"] is None) or fixes
    for number, fix in enumerate(fixes):
        copy = fresh_copy(scenario, tmp_path / str(number))
        for edit in steps_up_to(fixes, fix):
            git_apply(edit["diff"], copy)
        decision = first_report(report_in(copy, scenario, "json").stdout)["decision"]
        promised = fix["verified"]
        assert decision["effect"] == promised["effect"], fix["summary"]
        if promised["effect"].endswith("_deny"):
            assert decision["layer"] == promised["layer"], fix["summary"]


# Every other format


class Tags(HTMLParser):
    """The tags of a page, the open ones on a stack, and what a browser would fetch."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "col", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in {"script", "link", "img", "iframe", "object"}:
            self.fetched += [value or "" for name, value in attrs if name in {"src", "href", "data"}]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a picture that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)


@each_scenario
def test_the_page_in_html_is_whole_and_fetches_nothing(scenario: Path) -> None:
    run = report(scenario, "html")
    assert run.exit_code == expected_of(scenario)["exit"], run.stderr
    page = Tags()
    page.feed(run.stdout)
    assert run.stdout.lower().startswith("<!doctype html>")
    assert (page.open, page.unbalanced) == ([], [])
    assert [place for place in page.fetched if not place.startswith("data:")] == []


@each_scenario
def test_sarif_names_the_cause_and_places_in_files_that_exist(scenario: Path) -> None:
    run = report(scenario, "sarif")
    assert run.exit_code == expected_of(scenario)["exit"], run.stderr
    log = json.loads(run.stdout)
    assert log["version"] == "2.1.0"
    results = [result for part in log["runs"] for result in part["results"]]
    assert results
    files = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in results
        for place in result.get("locations", ())
    }
    assert [file for file in files if not (REPOSITORY / file).is_file()] == []


@each_scenario
def test_markdown_tells_the_cause_and_closes_every_block(scenario: Path) -> None:
    run = report(scenario, "markdown")
    assert run.exit_code == expected_of(scenario)["exit"], run.stderr
    lines = run.stdout.splitlines()
    assert any(line.startswith("#") for line in lines)
    assert sum(re.match(r" {0,3}(`{3,})", line) is not None for line in lines) % 2 == 0
