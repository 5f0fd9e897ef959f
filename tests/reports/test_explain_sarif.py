from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policysim.explanation.hypotheses.causes import Cause
from policysim.language.edits import apply_edits
from policysim.reports.cause_titles import CAUSE_TITLES, UNDECIDED, UNEXPLAINED
from policysim.reports.explain_sarif import sarif_of_groups
from policysim.reports.sarif_format import message
from tests.reports.diagnoses import fix_of, near_miss, samples
from tests.reports.sarif_schema import SARIF
from tests.reports.test_html_report import groups_of


def run_of(*names: str) -> dict[str, Any]:
    log = json.loads(sarif_of_groups(groups_of(*(samples()[name] for name in names)), "1.2.3", Path("/repo")))
    jsonschema.validate(log, SARIF)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_every_cause_is_a_rule() -> None:
    assert set(CAUSE_TITLES) == {cause.code for cause in Cause} | {UNEXPLAINED, UNDECIDED}
    assert [rule["id"] for rule in run_of("explicit")["tool"]["driver"]["rules"]] == list(CAUSE_TITLES)


@pytest.mark.parametrize("name", samples())
def test_every_result_names_its_rule(name: str) -> None:
    run = run_of(name)
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_result_stands_at_the_statement_that_decides() -> None:
    (result,) = run_of("explicit", "explicit")["results"]
    assert (result["ruleId"], result["occurrenceCount"]) == ("explicit-deny", 2)
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "acme/policies/scps/regions.json", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 4, "startColumn": 5, "endLine": 19, "endColumn": 6}


def test_the_replacements_make_the_very_edit() -> None:
    (result,) = run_of("implicit")["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    fix = fix_of(near_miss())
    lines = fix.source.text.split("\n")
    region = replacement["deletedRegion"]
    assert region["startLine"] == region["endLine"]
    line = lines[region["startLine"] - 1]
    lines[region["startLine"] - 1] = (
        line[: region["startColumn"] - 1] + replacement["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
    )
    assert "\n".join(lines) == apply_edits(fix.source, fix.edits).text


def test_an_edit_on_top_of_another_one_and_a_file_that_is_not_there_have_no_place() -> None:
    (one,) = groups_of(samples()["implicit"])
    (fix,) = one.report.fixes
    for changed in (replace(fix, step=2), replace(fix, diff=fix.diff.replace("--- a/acme/app.json", "--- /dev/null"))):
        group = one._replace(report=replace(one.report, fixes=(changed,)))
        (result,) = json.loads(sarif_of_groups([group], "1", Path("/repo")))["runs"][0]["results"]
        assert "fixes" not in result


def test_fingerprints_stay_when_lines_move() -> None:
    prints = {run_of("implicit")["results"][0]["partialFingerprints"]["policysim/v1"] for _ in range(2)}
    assert len(prints) == 1
    (one,) = groups_of(samples()["implicit"])
    moved = replace(one.report, near_misses=tuple(replace(miss, line=miss.line + 9) for miss in one.report.near_misses))
    (result,) = json.loads(sarif_of_groups([one._replace(report=moved)], "1", Path("/repo")))["runs"][0]["results"]
    assert result["partialFingerprints"]["policysim/v1"] in prints


def test_a_message_holds_no_link() -> None:
    assert message("see [x](http://e.example)") == {"text": "see \\[x](http://e.example)"}
    assert message("[a] plain") == {"text": "[a] plain"}
    assert message("\x1b") == {"text": "\\x1b"}
