"""The results of expectations as text, JSON, SARIF and Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.expectations.problem_kinds import BROKEN_SENTENCE, NEVER_FAILS
from policysim.expectations.results import Result, Standing
from policysim.language.problems import Problem
from policysim.language.source import Source, Span
from policysim.reports.expectation_build import CheckedFile, expectation_report
from policysim.reports.expectation_failure import failure_text
from policysim.reports.expectation_markdown import LONGEST, MARKER, expectations_markdown
from policysim.reports.expectation_sarif import expectations_sarif
from policysim.reports.expectation_text import expectations_text
from policysim.reports.json_report import json_text
from policysim.reports.layout import Paint
from policysim.reports.schema import expectation_schema
from policysim.sources.organization_folder import read_organisation
from tests.cli.account_folders import ROLE, account_folder, allow, deny, document
from tests.reports.expectation_results import result_of, sentences
from tests.reports.markdown_scanner import live_parts
from tests.reports.sarif_schema import SARIF

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.reports.expectation_document import ExpectationReport

REPORTS = "arn:aws:s3:::data/reports/q3.csv"
OTHERS = "arn:aws:s3:::data/reports-2025/q3.csv"
READ = allow("s3:GetObject", "arn:aws:s3:::data/reports/*", Sid="ReadReports")
NO_DELETE = deny("s3:DeleteObject", "*", Sid="KeepEverything")
EUROPE = allow("s3:PutObject", "*", Sid="Europe", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
TEXT = f"""\
role/app
  can     s3:GetObject on {REPORTS}
  can     s3:GetObject on {OTHERS}
  can     s3:DeleteObject on {REPORTS}
  cannot  s3:GetObject on {REPORTS}
  can     s3:PutObject on {REPORTS}
"""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    folder = tmp_path_factory.mktemp("account")
    return read_organisation(account_folder(folder, ("access", document(READ, NO_DELETE, EUROPE))))


def results(organisation: Organisation, text: str = TEXT) -> list[Result]:
    return [result_of(one, organisation) for one in sentences(text)]


def report(*found: Result, problems: tuple[Problem, ...] = ()) -> ExpectationReport:
    return expectation_report([CheckedFile("access.expect", "policies", tuple(found), problems)], "1.2.3")


def many(result: Result, number: int) -> list[Result]:
    return [result] * number


def test_a_missing_allow_is_told_with_the_statement_that_nearly_grants_it(organisation: Organisation) -> None:
    text = failure_text(results(organisation)[1], Paint())
    assert text.startswith(f"access.expect:3:3: unmet\n  role/app can s3:GetObject on {OTHERS}\n")
    assert "Layers" not in text  # of the only one that takes part all is said
    assert "Near misses: one element short\n  `access` statement `ReadReports`, identity-based policy (Allow)" in text
    assert re.search(r"authorization-details\.json:\d+:\d+\n", text)
    assert "^ the request has" in text or "the request has" in text


def test_a_deny_is_told_with_its_lines(organisation: Organisation) -> None:
    text = failure_text(results(organisation)[2], Paint())
    assert "Denied by\n  `access` statement `KeepEverything`, identity-based policy (Deny)" in text
    assert re.search(r'\d+ \| +"Action": "s3:DeleteObject"', text)
    assert "near miss" not in text.lower()


def test_an_allow_that_should_not_be_is_told_with_the_statement_that_grants_it(organisation: Organisation) -> None:
    text = failure_text(results(organisation)[3], Paint())
    assert "Allowed by\n  `access` statement `ReadReports`, identity-based policy (Allow)" in text


def test_what_is_undecided_is_told_with_the_key_and_its_values(organisation: Organisation) -> None:
    result = results(organisation)[4]
    assert result.standing is Standing.UNDECIDED
    text = failure_text(result, Paint())
    assert text.startswith("access.expect:6:3: undecided\n")
    assert "Not known, and what would settle it\n  - aws:RequestedRegion: allowed if `eu-west-1`" in text


def test_of_several_shortfalls_the_first_is_told_in_full_and_the_others_are_counted(organisation: Organisation) -> None:
    objects = ", ".join(f"arn:aws:s3:::data/invoices/{number}.pdf" for number in range(9))
    [result] = results(organisation, f"role/app can s3:GetObject, s3:DeleteObject on {objects}")
    text = failure_text(result, Paint())
    assert text.count("Near misses") == 1
    assert "18 of 18 requests are not as expected; the others:\n  - role/app: s3:GetObject on arn:aws" in text
    assert re.search(r"  \.\.\. and 1[0-9] more\n\Z", text)


def test_an_explanation_fits_on_a_screen(organisation: Organisation) -> None:
    objects = ", ".join(f"arn:aws:s3:::data/{'long/' * 4}{number}.pdf" for number in range(9))
    for result in (*results(organisation), *results(organisation, f"role/app can s3:GetObject on {objects}")):
        lines = failure_text(result, Paint()).split("\n")
        assert len(lines) <= 42
        sentences_of_it = [line for line in lines if " | " not in line and "arn:" not in line and ".json" not in line]
        assert all(len(line) <= 80 for line in sentences_of_it)


def test_the_text_explains_what_does_not_hold_and_counts_the_rest(organisation: Organisation) -> None:
    text = expectations_text(report(*results(organisation)), Paint())
    assert text.endswith("5 expectations: 1 met, 3 unmet, 1 undecided; 5 requests decided\n")
    assert text.startswith("access.expect (policies: policies): 1 of 5 expectations met\n\naccess.expect:3:3: unmet\n")
    assert f"met  role/app can s3:GetObject on {REPORTS}" not in text
    verbose = expectations_text(report(*results(organisation)), Paint(), verbose=True)
    assert f"\nmet  role/app can s3:GetObject on {REPORTS} (1 request)\n" in verbose


def test_a_run_in_which_all_is_met_is_one_line(organisation: Organisation) -> None:
    text = expectations_text(report(results(organisation)[0]), Paint())
    assert text == "1 expectation: 1 met; 1 request decided\n"


def test_whether_a_guardrail_or_the_default_denies_is_told(organisation: Organisation) -> None:
    first, second = results(
        organisation,
        f"role/app cannot s3:DeleteObject, s3:PutObjectAcl on {REPORTS} role/app cannot s3:GetObjectAcl on {REPORTS}",
    )
    told = verbose_text(replace(first, by_guardrail=1), second)
    assert "(1 of 2 requests held by a guardrail, the others by default; 2 requests)" in told
    assert "(by default: nothing allows it; 1 request)" in told
    assert "(held by a guardrail; 1 request)" in verbose_text(replace(second, by_guardrail=1))


def verbose_text(*found: Result) -> str:
    """The text with its lines joined, so that where they break does not count."""
    return " ".join(expectations_text(report(*found), Paint(), verbose=True).split())


def problem_at(text: str, word: str, kind: Any, message: str) -> Problem:
    start = text.index(word)
    return Problem(kind, message, Span(Source("access.expect", text), start, start + len(word)), "did you mean `x`?")


def test_a_broken_sentence_is_shown_with_a_caret() -> None:
    problem = problem_at("role/app may s3:Get on *", "may", BROKEN_SENTENCE, "expected `can`")
    text = expectations_text(report(problems=(problem,)), Paint())
    assert (
        "access.expect:1:10: error [broken-sentence]\n  expected `can`\n  1 | role/app may s3:Get on *\n"
        "    |          ^^^\n  did you mean `x`?\n"
    ) in text
    assert text.endswith("0 expectations: 0 met; 0 requests decided; 1 error\n")


def test_warnings_of_a_met_expectation_are_told(organisation: Organisation) -> None:
    warning = problem_at(TEXT, "can", NEVER_FAILS, "this can never fail")
    text = expectations_text(report(replace(results(organisation)[0], problems=(warning,))), Paint())
    assert "warning [never-fails]\n  this can never fail" in text
    assert text.endswith("1 warning\n")


def test_the_json_is_valid_by_the_published_schema(organisation: Organisation) -> None:
    schema = expectation_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    warning = problem_at(TEXT, "can", NEVER_FAILS, "this can never fail")
    value = json.loads(json_text(report(*results(organisation), problems=(warning,))))
    jsonschema.validate(value, schema)
    assert value["summary"] == {
        "files": 1,
        "expectations": 5,
        "met": 1,
        "unmet": 3,
        "undecided": 1,
        "broken": 0,
        "errors": 0,
        "warnings": 1,
        "requests": 5,
    }
    [shortfall] = value["files"][0]["expectations"][1]["shortfalls"]
    assert shortfall["request"]["principal"] == ROLE
    assert shortfall["decision"]["effect"] == "implicit_deny"
    assert shortfall["near_misses"][0]["statement"]["sid"] == "ReadReports"
    assert "excerpt" not in json.dumps(value)


def log_of(document: ExpectationReport) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(expectations_sarif(document, Path("/repo")))
    jsonschema.validate(value, SARIF)
    return value


def test_sarif_points_at_the_statement_that_decides_and_at_the_sentence(organisation: Organisation) -> None:
    run = log_of(report(*results(organisation)))["runs"][0]
    missing, denied, allowed, undecided = run["results"]
    assert [one["ruleId"] for one in run["results"]] == ["expectation-unmet"] * 3 + ["expectation-undecided"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    for one in (denied, allowed, undecided):
        where = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert where.endswith("authorization-details.json")
        assert one["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "access.expect"
    place = missing["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "access.expect", "uriBaseId": "SRCROOT"}
    assert place["region"]["startLine"] == 3


def test_sarif_tells_what_is_wrong_with_a_sentence() -> None:
    problem = problem_at("role/app may s3:Get on *", "may", BROKEN_SENTENCE, "expected `can`")
    [result] = log_of(report(problems=(problem,)))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("broken-sentence", "error")
    assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 10


def test_fingerprints_stay_when_lines_move(organisation: Organisation) -> None:
    moved = results(organisation, "\n\n# more\n" + TEXT)
    first, second = (
        [one["partialFingerprints"] for one in log_of(report(*found))["runs"][0]["results"]]
        for found in (results(organisation), moved)
    )
    assert first == second
    assert len({json.dumps(one) for one in first}) == 4


def test_the_comment_lists_what_does_not_hold_and_folds_the_explanations_up(organisation: Organisation) -> None:
    text = expectations_markdown(report(*results(organisation)))
    lines = text.split("\n")
    assert lines[:2] == [MARKER, "### Access expectations: not met"]
    assert "5 expectations: 1 met, 3 unmet, 1 undecided; 5 requests decided." in lines
    assert sum(line.startswith("| `access.expect:") for line in lines) == 4
    assert text.count("<details>") == text.count("</details>") == 4


def test_the_comment_on_a_run_in_which_all_is_met_has_no_table(organisation: Organisation) -> None:
    text = expectations_markdown(report(results(organisation)[0]))
    assert "### Access expectations: met" in text
    assert "|" not in text


def test_a_comment_never_outgrows_what_a_code_host_takes(organisation: Organisation) -> None:
    text = expectations_markdown(report(*many(results(organisation)[1], 500)))
    assert len(text) <= LONGEST
    assert "more explanations left out" in text
    assert re.search(r"\.\.\. and \d+ more expectations that do not hold", text)
    assert text.rstrip().endswith("without asking AWS.")


def test_names_of_strangers_do_nothing_in_the_comment(organisation: Organisation) -> None:
    hostile = (
        'role/app can s3:GetObject on "arn:aws:s3:::data/`|@team</summary><script>x</script>[a](http://e.example)"'
    )
    text = expectations_markdown(report(*results(organisation, hostile)))
    outside = [
        line
        for line in text.split("\n")
        if line not in {"<details>", "</details>", MARKER} and not line.startswith("<summary>")
    ]
    assert live_parts("\n".join(outside).replace("**unmet**", "unmet")) == []
    [summary] = [line for line in text.split("\n") if line.startswith("<summary>")]
    assert "<script>" not in summary
    assert re.fullmatch(r"<summary>unmet: <code>[^<>]*</code></summary>", summary)


def test_no_name_steers_the_terminal(tmp_path: Path) -> None:
    steering = "Keep\x1b[2J\u202e\x9b31m"
    folder = account_folder(tmp_path, (f"p{steering}", document(deny("s3:*", "*", Sid=steering))))
    [result] = results(read_organisation(folder), 'role/app can s3:GetObject on "arn:aws:s3:::data/\u202e"')
    for text in (failure_text(result, Paint()), expectations_text(report(result), Paint(), verbose=True)):
        assert not re.search("[\x1b\x9b\u202e]", text)
        assert "Keep\\x1b[2J" in text


def test_the_text_is_coloured_only_when_asked(organisation: Organisation) -> None:
    found = results(organisation)
    plain = "".join(failure_text(one, Paint()) for one in found)
    coloured = "".join(failure_text(one, Paint(coloured=True)) for one in found)
    assert "\x1b[1;31munmet\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain
