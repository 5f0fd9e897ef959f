"""Every report is the one on record, says what its author expected, and its fix is a patch that git takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenarios.running import FORMATS, GALLERY, REPOSITORY, account_of, report, scenarios

if TYPE_CHECKING:
    from pathlib import Path

each_scenario = pytest.mark.parametrize("scenario", scenarios(), ids=lambda path: path.name)


def json_report(scenario: Path) -> dict[str, Any]:
    run = report(scenario, "json")
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)["reports"][0]
    return found


def test_the_gallery_is_the_one_that_its_readme_lists() -> None:
    text = (GALLERY.parent / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\d\d-[a-z-]+)` \|", text, re.MULTILINE)
    assert [scenario.name for scenario in scenarios()] == listed
    assert len(listed) >= 8


@each_scenario
@pytest.mark.parametrize("format_", FORMATS)
def test_the_report_is_the_one_on_record(scenario: Path, format_: str) -> None:
    run = report(scenario, format_)
    assert run.stderr == ""
    assert run.stdout == (scenario / FORMATS[format_]).read_text(encoding="utf-8")


UNBREAKABLE = 40
"""A word this long (an ARN, a path) is kept whole, so that it can be copied, even where it makes the line too long."""


@each_scenario
def test_the_report_fits_80_columns_but_for_long_words_source_lines_and_diffs(scenario: Path) -> None:
    text, _, _ = (scenario / "report.txt").read_text(encoding="utf-8").partition("\n--- ")
    wide = [line for line in text.splitlines() if len(line) > 80 and " | " not in line]
    assert [line for line in wide if max(map(len, line.split())) < UNBREAKABLE] == []


@each_scenario
def test_the_decision_is_what_the_author_of_the_scenario_expected(scenario: Path) -> None:
    expected = json.loads((scenario / "expected.json").read_text(encoding="utf-8"))
    found = json_report(scenario)
    assert found["decision"]["effect"] == expected["decision"]
    assert found["decision"]["layer"] == expected["layer"]
    assert found["agreement"] == expected["agreement"]
    if expected["statement"] is not None:
        sids = {statement["sid"] for statement in found["decision"]["statements"]}
        assert expected["statement"]["sid"] in sids
    if expected["near_miss"] is not None:
        assert expected["near_miss"]["sid"] in {miss["statement"]["sid"] for miss in found["near_misses"][:1]}


@each_scenario
def test_git_applies_the_first_fix_and_the_denial_is_gone(scenario: Path, tmp_path: Path) -> None:
    fixes = [fix for fix in json_report(scenario)["fixes"] if fix["verified"]["effect"] == "allowed"]
    assert fixes, "no verified fix"
    copy = tmp_path / "copy"
    account = account_of(scenario).relative_to(REPOSITORY)
    shutil.copytree(REPOSITORY / account, copy / account)
    subprocess.run(["git", "init", "-q", str(copy)], check=True)
    applied = subprocess.run(
        ["git", "apply", "--verbose", "-"],
        cwd=copy,
        input=fixes[0]["diff"],
        text=True,
        capture_output=True,
        check=False,
    )
    assert applied.returncode == 0, applied.stderr
    command = [sys.executable, "-m", "policysim", "explain", str(scenario / "event.json"), "--account", str(account)]
    run = subprocess.run([*command, "--format", "json"], cwd=copy, capture_output=True, text=True, check=False)
    assert json.loads(run.stdout)["reports"][0]["decision"]["effect"] == "allowed", run.stderr
