"""The table of rules: complete, in our own words, and held to the tables of the code that it names."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import policysim
from policysim.evaluation.conditions.caveats import CAVEAT_TEXTS
from policysim.evaluation.switches import Switches
from policysim.rules.evidence import evidence_of
from policysim.rules.pages import PAGES
from policysim.rules.rule import Confidence, Status
from policysim.rules.table import GROUPS, RULES, nearest_code
from tests.shared_data import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 420
"""Characters of a text: one to three short sentences."""

SETTLED = {
    "C42": "the rule itself documents, in its last sentence, the value that it first calls inferred",
    "S43": "the RAM User Guide (terms and concepts) says what the rule calls inferred",
}
"""Rules that the specification marks as doubtful and settles."""

OF_NO_RULE = {"not-split": "it speaks of a limit of the search, not of AWS"}
"""Caveats that no rule of AWS is behind."""

SWITCHES = frozenset(field.name for field in fields(Switches))


def caveat_codes() -> frozenset[str]:
    """Every code that an answer may carry: those of the table, and those written out where an answer is made."""
    package = Path(policysim.__file__).parent
    written = (code for path in package.rglob("*.py") for code in _written_codes(path))
    return frozenset(CAVEAT_TEXTS) | frozenset(written)


def _written_codes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Caveat" and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def specification() -> dict[str, str]:
    text = (SHARED / "spec/SEMANTICS.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\*\*([A-Z]\d+)\*\* (.*)$", text, re.MULTILINE))


def test_codes_are_numbered_without_gaps_in_each_group() -> None:
    for letter, (_, rules) in GROUPS.items():
        assert [rule.code for rule in rules] == [f"{letter}{number}" for number in range(1, len(rules) + 1)]


@pytest.mark.parametrize("letter", GROUPS)
def test_a_rule_is_told_in_short_whole_sentences(letter: str) -> None:
    for rule in GROUPS[letter][1]:
        for text in (rule.says, rule.we_do, *([rule.doubt] if rule.doubt else [])):
            assert text.endswith("."), (rule.code, text)
            assert text == " ".join(text.split()), (rule.code, text)
            assert len(text) <= LONGEST, (rule.code, text)
        assert 5 <= len(rule.headline) <= 73, (rule.code, "the first sentence stands in lists of one line each")


@pytest.mark.parametrize("letter", GROUPS)
def test_pages_switches_and_caveats_of_a_rule_are_there(letter: str) -> None:
    switches, caveats = SWITCHES, caveat_codes()
    for rule in GROUPS[letter][1]:
        assert rule.pages, rule.code
        assert set(rule.pages) <= set(PAGES), rule.code
        assert set(rule.switches) <= switches, rule.code
        assert set(rule.caveats) <= caveats, rule.code


def test_a_doubtful_rule_has_a_switch_or_a_caveat() -> None:
    """Doubts about AWS's messages aside: another reading of them changes no decision."""
    doubtful = [rule for rule in RULES.values() if rule.doubt and rule.status is Status.IMPLEMENTED]
    doubtful = [rule for rule in doubtful if rule.letter != "M"]
    assert len(doubtful) > 20
    assert [rule.code for rule in doubtful if not (rule.switches or rule.caveats)] == []


def test_what_is_inferred_is_in_doubt() -> None:
    inferred = [rule for rule in RULES.values() if rule.confidence is Confidence.INFERRED]
    assert [rule.code for rule in inferred if not rule.doubt] == []


def test_every_page_is_named_by_a_rule() -> None:
    assert {page for rule in RULES.values() for page in rule.pages} == set(PAGES)


@pytest.mark.parametrize("code", CAVEAT_TEXTS)
def test_the_rules_of_a_caveat_name_it_and_its_switch(code: str) -> None:
    text = CAVEAT_TEXTS[code]
    for rule in text.rules:
        assert code in RULES[rule].caveats, rule
    if text.switch:
        assert any(text.switch in RULES[rule].switches for rule in text.rules)


def test_every_switch_is_named_by_a_rule() -> None:
    assert {switch for rule in RULES.values() for switch in rule.switches} == SWITCHES


def test_every_caveat_is_named_by_a_rule() -> None:
    assert {caveat for rule in RULES.values() for caveat in rule.caveats} == caveat_codes() - set(OF_NO_RULE)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("E54", "E45"),
        ("e0", "E1"),
        ("M99999999999999", "M18"),
        ("Z3", ""),
        ("E1B", "E1"),
        ("E 18", "E18"),
        ("", ""),
        ("sesame", ""),
    ],
)
def test_the_nearest_code_of_a_text_that_is_none(text: str, nearest: str) -> None:
    assert nearest_code(text) == nearest


def test_a_rule_without_evidence_has_none() -> None:
    assert evidence_of("Z1") == ((), (), ())


@needs_shared
def test_the_rules_are_those_of_the_specification() -> None:
    assert set(specification()) == set(RULES)


@needs_shared
def test_what_the_specification_marks_as_doubtful_is_doubtful_here() -> None:
    marked = [code for code, text in specification().items() if "(!)" in text or "[I]" in text]
    assert len(marked) > 40
    assert [code for code in marked if not RULES[code].doubt and code not in SETTLED] == []


@needs_shared
def test_a_rule_is_told_in_words_of_our_own() -> None:
    written = specification()
    for code, rule in RULES.items():
        alike = _word_runs(f"{rule.says} {rule.we_do}") & _word_runs(written[code])
        assert alike == set(), code


def _word_runs(text: str, length: int = 9) -> set[str]:
    """Every run of so many words, without marks."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}
