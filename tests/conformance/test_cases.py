"""Cases as data: the rules of AWS authorization, each shown by small requests with their policies and outcome.

The files under ``cases`` are the project's own, one a section of the rules; see the README beside them. The shared
cases and known outcomes run as well wherever the shared folder stands beside the checkout.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.language.request import RequestContext
from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, read_case
from tests.shared_data import SHARED, needs_shared

FOLDER: Final = Path(__file__).parent / "cases"

RULES: Final = tuple(
    f"{section}{number}"
    for section, numbers in {
        "E": range(1, 46),
        "P": range(1, 26),
        "A": range(1, 11),
        "R": range(1, 24),
        "C": (*range(1, 60), *range(61, 71), 72),
        "V": range(1, 17),
        "X": range(1, 15),
        "S": (*range(1, 18), *range(19, 44)),
    }.items()
    for number in numbers
)
"""The rules that a case must show, each as the first of some case's ``rules``: whole sections, and parts of others."""

WHOLE_SECTIONS: Final = "EPARVX"
"""The sections of which every rule of the specification must be among them."""

NOT_A_CASE: Final[dict[str, str]] = {
    "S26": "a case asks for one action, and this rule is about two",
}
"""Rules that no case can show, and why."""

KNOWN_DISAGREEMENTS: Final[dict[str, str]] = {}
"""Cases in which this project decides otherwise on purpose: the reason and the rule. Each must really fail."""

OUTCOMES: Final = {
    Effect.ALLOWED: ("ALLOW", "allow"),
    Effect.EXPLICIT_DENY: ("DENY", "explicit"),
    Effect.IMPLICIT_DENY: ("DENY", "implicit"),
    Effect.DEPENDS: ("DEPENDS", "depends"),
}
"""The effects in the words of the case files: decision and kind."""

FLAT_OUTCOMES: Final = {"allow": "allow", "explicit_deny": "explicit", "implicit_deny": "implicit"}
"""What the older form of a case expects, as a kind."""


class Answer(NamedTuple):
    """What the project says of one case, in the words of the case files."""

    decision: str
    kind: str | None
    layer: str | None
    unknown_keys: frozenset[str]
    reading: str


def lines(path: Path) -> list[str]:
    """The lines of a file of cases, as they stand; none where the file is missing."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def own_lines() -> list[str]:
    return [line for path in sorted(FOLDER.glob("*.jsonl")) for line in lines(path)]


def each(found: list[str], otherwise: dict[str, str] = KNOWN_DISAGREEMENTS) -> list[Any]:
    """One test parameter a line; a known disagreement is expected to fail, and only that."""
    parameters = []
    for line in found:
        name = json.loads(line)["id"]
        reason = otherwise.get(name)
        marks = [] if reason is None else [pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True)]
        parameters.append(pytest.param(line, id=name, marks=marks))
    return parameters


def answer(line: str) -> Answer:
    """The project's answer to a line, by way of the functions that ``policysim eval --cases`` uses."""
    case = read_case(Source("case", line))
    if isinstance(case, BrokenCase):
        return Answer("ERROR", None, None, frozenset(), case.error)
    found = decide_call([(question.request, question.policies) for question in case.questions], CATALOGUE)
    decision, kind = OUTCOMES[found.effect]
    deciding = found.deciding
    keys = frozenset(unknown.key.lower() for unknown in deciding.unknown_keys)
    caveats = "; ".join(caveat.sentence for caveat in deciding.caveats)
    return Answer(decision, kind, deciding.layer, keys, caveats or "no caveats")


def report(case: dict[str, Any], got: Answer) -> str:
    """What a person needs to tell who is right."""
    return f"{case.get('title') or case['id']}\n  why: {case.get('why')}\n  expected: {case['expected']}\n  got: {got}"


def compare(line: str) -> None:
    """Decision and kind always, the layer where it is documented, unknown keys where the case names them."""
    case, got = json.loads(line), answer(line)
    expected = case["expected"]
    said = report(case, got)
    assert (got.decision, got.kind) == (expected["decision"], expected["kind"]), said
    if expected["layer_confidence"] == "documented" and expected["layer"] is not None:
        assert got.layer == expected["layer"], said
    if "unknown_keys" in expected:
        assert got.unknown_keys == {key.lower() for key in expected["unknown_keys"]}, said


@pytest.mark.parametrize("line", each(own_lines()))
def test_own_case(line: str) -> None:
    compare(line)


@pytest.mark.parametrize("line", each(own_lines()))
def test_the_compiled_form_answers_an_own_case_alike(line: str) -> None:
    """Asked once, and asked again from what it kept, of one request and then of one whose context is unknown."""
    case = read_case(Source("case", line))
    for request, found in () if isinstance(case, BrokenCase) else case.questions:
        evaluator = Evaluator(found, CATALOGUE)
        unknown = replace(request, context=RequestContext())
        expected = [decide(asked, found, CATALOGUE).effect for asked in (request, unknown, request, request)]
        assert [evaluator.effect(asked) for asked in (request, unknown, request, request)] == expected


@needs_shared
@pytest.mark.parametrize("line", each(lines(SHARED / "spec/traps.jsonl")))
def test_shared_case(line: str) -> None:
    compare(line)


@needs_shared
@pytest.mark.parametrize("line", each(lines(SHARED / "data/outcomes/known.jsonl")))
def test_known_outcome(line: str) -> None:
    case, got = json.loads(line), answer(line)
    assert got.kind == FLAT_OUTCOMES[case["expected"]], f"{report(case, got)}\n  caveat: {case['caveat']}"


LAYERS_NAMED_OTHERWISE: Final[dict[str, str]] = {
    "A-mp-kms-1": "S19: the row has no key policy, so the key itself lets nobody in; the session policy is asked later",
    "B-carlos-4": "E3: neither side of the cross-account call allows, and AWS checks the resource-based policy first",
}
"""Known outcomes of which we name another deciding layer: the rule and the reason. Each must really differ."""


def denials_with_a_layer() -> list[str]:
    return [line for line in lines(SHARED / "data/outcomes/known.jsonl") if json.loads(line)["deny_layer"]]


@needs_shared
@pytest.mark.parametrize("line", each(denials_with_a_layer(), LAYERS_NAMED_OTHERWISE))
def test_the_layer_of_a_known_denial(line: str) -> None:
    case, got = json.loads(line), answer(line)
    assert got.layer == case["deny_layer"], f"{report(case, got)}\n  caveat: {case['caveat']}"


@needs_shared
def test_the_shared_folder_holds_cases() -> None:
    assert lines(SHARED / "spec/traps.jsonl")
    assert lines(SHARED / "data/outcomes/known.jsonl")


def test_every_rule_has_a_case_that_shows_it() -> None:
    shown = {json.loads(line)["rules"][0] for line in own_lines()}
    assert set(RULES) == shown | set(NOT_A_CASE)
    assert not shown & set(NOT_A_CASE)


@needs_shared
def test_no_rule_of_a_whole_section_is_left_out() -> None:
    text = (SHARED / "spec/SEMANTICS.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\*\*([A-Z]\d+)\*\*", text, re.MULTILINE))
    assert set(RULES) <= written
    assert {rule for rule in written if rule[0] in WHOLE_SECTIONS} <= set(RULES)


def test_names_of_cases_are_unique_and_begin_with_their_rule() -> None:
    cases = [json.loads(line) for line in own_lines()]
    names = [case["id"] for case in cases]
    assert len(names) == len(set(names))
    assert [name for name, case in zip(names, cases, strict=True) if name.split("-")[0] != case["rules"][0]] == []


def test_known_disagreements_name_cases() -> None:
    found = own_lines() + lines(SHARED / "spec/traps.jsonl") + lines(SHARED / "data/outcomes/known.jsonl")
    names = {json.loads(line)["id"] for line in found}
    if SHARED.is_dir():
        assert set(KNOWN_DISAGREEMENTS) <= names
