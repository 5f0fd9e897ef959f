"""The page and the index of rules: what is shipped is what the rules and the tests say, and no rule lacks a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from policysim.rules.evidence import INDEX, Evidence
from policysim.rules.rule import Status
from policysim.rules.table import RULES
from tools import semantics

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("test_e18_the_level_without_an_allow_is_named", ("E18",)),
        ("test_s19_s20_keys", ("S19", "S20")),
        ("test_m1_to_m4_every_layer", ("M1", "M2", "M3", "M4")),
        ("test_c34_to_c36_c40_sets", ("C34", "C35", "C36", "C40")),
        ("test_settings_of_s3_are_no_policy", ()),
        ("test_m13_settings_of_s3_are_no_policy", ("M13",)),
        ("test_e2e", ()),
        ("test_to_e1", ()),
    ],
)
def test_a_test_belongs_to_the_rules_that_its_name_begins_with(name: str, rules: tuple[str, ...]) -> None:
    assert semantics.rules_of_name(name) == rules


def test_tests_are_found_at_any_depth(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "room"
    folder.mkdir(parents=True)
    (folder / "test_one.py").write_text(
        "def test_e1_x(): ...\n\nclass TestMore:\n    def test_a2_a3_y(self): ...\n    def e4_helper(self): ...\n",
        encoding="utf-8",
    )
    (folder / "other.py").write_text("def test_e9_x(): ...\n", encoding="utf-8")
    assert list(semantics.tests_by_rule(tmp_path / "tests")) == [
        ("E1", "tests/room/test_one.py::test_e1_x"),
        ("A2", "tests/room/test_one.py::test_a2_a3_y"),
        ("A3", "tests/room/test_one.py::test_a2_a3_y"),
    ]


def test_a_rule_without_test_or_case_is_named_unless_it_is_out_of_scope() -> None:
    evidence = {code: Evidence(tests=("tests/test_x.py::test_x",)) for code in RULES}
    assert semantics.untested(evidence) == []
    assert semantics.untested({**evidence, "E1": Evidence(findings=("public",))}) == ["E1"]
    assert semantics.untested({**evidence, "E1": Evidence(cases=("E1-a",))}) == []
    outside = {code: Evidence() for code, rule in RULES.items() if rule.status is Status.OUT_OF_SCOPE}
    assert semantics.untested({**evidence, **outside}) == []


def test_every_rule_has_a_test_that_carries_its_number() -> None:
    assert semantics.untested(semantics.collect()) == []


def test_no_test_case_or_table_names_a_rule_that_is_none() -> None:
    assert semantics.unknown_rules() == set()


def test_the_page_and_the_index_are_what_the_rules_and_tests_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert semantics.main(["--check"]) == 0, capsys.readouterr().err


def test_the_check_tells_of_a_stale_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, index = tmp_path / "semantics.md", tmp_path / "tests.json"
    monkeypatch.setattr(semantics, "PAGE", page)
    monkeypatch.setattr(semantics, "INDEX", index)
    monkeypatch.setattr(semantics, "untested", lambda _: [])
    semantics.main([])
    capsys.readouterr()
    assert semantics.main(["--check"]) == 0
    page.write_text("old", encoding="utf-8")
    index.unlink()
    assert semantics.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "semantics.md is not what" in said
    assert "tests.json is not what" in said


def test_the_index_is_one_line_a_rule_and_names_files_that_exist() -> None:
    text = INDEX.read_text(encoding="utf-8")
    rows = json.loads(text)
    assert list(rows) == list(RULES)
    assert text.count("\n") == len(RULES) + 2
    files = {test.partition("::")[0] for row in rows.values() for test in row.get("tests", ())}
    assert [file for file in files if not (semantics.ROOT / file).is_file()] == []


def test_every_link_within_the_page_leads_somewhere() -> None:
    text = semantics.PAGE.read_text(encoding="utf-8")
    headings = {semantics.anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    local = set(semantics.LINK.findall(text))
    assert {target[1:] for target in local if target.startswith("#")} <= headings
    files = {target for target in local if not target.startswith(("#", "https://"))}
    assert [target for target in files if not (semantics.DOCS / target).is_file()] == []
