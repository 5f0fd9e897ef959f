"""The findings of ``check`` as text, JSON and SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim import __version__
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from policysim.reports.check_build import CheckedPolicy, check_file
from policysim.reports.check_reference import reference_text
from policysim.reports.check_text import check_text
from policysim.reports.json_report import json_text
from policysim.reports.layout import Paint
from policysim.reports.sarif import LEVELS, sarif_text
from policysim.reports.schema import check_schema
from policysim.validation.checking import check_policy
from policysim.validation.finding_kinds import FINDING_KINDS
from policysim.validation.findings import FindingSeverity
from tests.reports.sarif_schema import SARIF

if TYPE_CHECKING:
    from policysim.reports.check_document import CheckFile

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "A", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObjet", "s3:PutObject"], "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": ["s3:PutObject", "s3:Put*"],
      "Resource": "*"
    }
  ]
}
"""
CLEAN = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}'
SUGGESTION, WARNING, ERROR = FindingSeverity.SUGGESTION, FindingSeverity.WARNING, FindingSeverity.ERROR


def checked(text: str = TEXT, name: str = "a dir/p.json", least: FindingSeverity = SUGGESTION) -> CheckFile:
    policy = parse_policy(Source(name, text), PolicyType.IDENTITY)
    return check_file([CheckedPolicy(policy, "", "no statement has a principal", check_policy(policy))], least, "1.2.3")


def log(document: CheckFile, folder: Path = Path("/repo")) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(sarif_text(document, folder))
    jsonschema.validate(value, SARIF)
    return value


def test_findings_are_listed_by_place_and_counted_by_severity() -> None:
    document = checked()
    assert [(one.code, one.line, one.column) for one in document.policies[0].findings] == [
        ("pass-any-role", 4, 47),
        ("duplicate-sid", 5, 13),
        ("unknown-action", 5, 48),
        ("redundant-action", 8, 18),
    ]
    summary = document.summary
    counts = (summary.policies, summary.error, summary.security_warning, summary.warning, summary.suggestion)
    assert counts == (1, 1, 1, 1, 1)


@pytest.mark.parametrize(("least", "listed"), [(SUGGESTION, 4), (WARNING, 3), (ERROR, 1)])
def test_findings_below_the_severity_are_counted_and_not_listed(least: FindingSeverity, listed: int) -> None:
    document = checked(least=least)
    assert len(document.policies[0].findings) == listed
    assert document.summary.suggestion == 1


def test_the_text_shows_place_sentence_line_and_fix() -> None:
    lines = check_text(checked(least=WARNING), Paint()).split("\n")
    at = lines.index("a dir/p.json:5:48: warning [unknown-action]")
    assert lines[at + 1 : at + 5] == [
        "  the catalogue knows no action `s3:GetObjet`",
        '  5 |     {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObjet", "s3:PutObject"], "Resource": "*"},',
        "    |                                                ^^^^^^^^^^^^^",
        "  fix: did you mean `s3:GetObject`?",
    ]
    assert lines[1] == "  checked as an identity-based policy: no statement has a principal"
    assert "1 document checked: 1 error, 1 security warning, 1 warning; not shown: 1" in "\n".join(lines)


def test_sentences_of_the_text_stay_within_eighty_columns() -> None:
    long = TEXT.replace("s3:GetObjet", "s3:" + "NoSuchAction" * 6)
    text = check_text(checked(long), Paint(), verbose=True)
    assert all(len(line) <= 80 for line in text.split("\n") if " | " not in line and "`" not in line)


def test_a_clean_document_is_one_line_and_named_on_request() -> None:
    document = checked(CLEAN)
    assert check_text(document, Paint()) == "1 document checked: no findings\n"
    assert check_text(document, Paint(), verbose=True).startswith("a dir/p.json\n  checked as an identity-based policy")


def test_control_characters_of_a_document_do_not_reach_the_terminal() -> None:
    text = TEXT.replace("s3:GetObjet", "s3:Get\\u001b[31m\u202eObjet")
    shown = check_text(checked(text), Paint())
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_json_is_valid_by_the_published_schema() -> None:
    schema = check_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    value = json.loads(json_text(checked()))
    jsonschema.validate(value, schema)
    assert (value["schema"], value["policysim"], value["severity"]) == (1, "1.2.3", "suggestion")
    finding = value["policies"][0]["findings"][0]
    assert "excerpt" not in finding
    assert set(finding) == {
        *("code", "severity", "message", "hint", "rules", "source"),
        *("file", "line", "column", "end_line", "end_column"),
    }


def test_sarif_names_every_rule_with_help_and_points_at_it() -> None:
    run = log(checked())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [kind.code for kind in FINDING_KINDS]
    assert all(rule["help"]["text"].strip() for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}
    assert set(LEVELS) == set(FindingSeverity)


def test_sarif_regions_count_from_one_and_end_behind_the_last_character() -> None:
    results = log(checked())["runs"][0]["results"]
    region = results[0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 47, "endLine": 4, "endColumn": 61}
    assert TEXT.split("\n")[3][46:60] == '"iam:PassRole"'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a dir/p.json", {"uri": "a%20dir/p.json", "uriBaseId": "SRCROOT"}),
        ("/repo/a/p.json", {"uri": "a/p.json", "uriBaseId": "SRCROOT"}),
        ("/else/p.json", {"uri": "file:///else/p.json"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "SRCROOT"}),
    ],
)
def test_sarif_places_are_relative_to_the_folder(name: str, expected: dict[str, str]) -> None:
    result = log(checked(name=name))["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == expected


def test_sarif_fingerprints_stay_when_lines_move() -> None:
    def prints(text: str) -> list[str]:
        return [one["partialFingerprints"]["policysim/v1"] for one in log(checked(text))["runs"][0]["results"]]

    assert prints(TEXT) == prints("\n\n" + TEXT)
    assert len(set(prints(TEXT))) == 4


def test_a_clean_run_is_valid_sarif() -> None:
    assert log(checked(CLEAN))["runs"][0]["results"] == []


def test_the_reference_under_docs_is_the_one_of_the_tables() -> None:
    text = reference_text()
    assert (DOCS / "check.md").read_text(encoding="utf-8") == text
    for kind in FINDING_KINDS:
        assert f"| `{kind.code}` |" in text


def test_a_problem_without_a_place_is_shown_at_the_document() -> None:
    policy = parse_policy(Source("p.json", CLEAN), PolicyType.IDENTITY)
    (finding,) = check_policy(parse_policy(Source("q.json", CLEAN.replace('"*"}', '"x"}')), PolicyType.IDENTITY))
    document = check_file([CheckedPolicy(policy, "", "", [finding._replace(where=None)])], ERROR, __version__)
    assert (document.policies[0].findings[0].file, document.policies[0].findings[0].line) == ("p.json", 1)
