"""The reference of the expectation language: its generated parts are up to date, and every example is as it says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from policysim.expectations.checking import LIMIT, Checker
from policysim.expectations.contradictions import contradictions
from policysim.expectations.results import Standing
from policysim.expectations.sentences import LAYER_WORDS
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.in_force import PolicySource, read_in_force
from tools.expectation_reference import PAGE, main

ACME = Path(__file__).parents[1] / "policies" / "acme"
GIVEN = "given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent\n"


class Example(NamedTuple):
    """One example of the page: what it is to be, and its text."""

    line: int
    wanted: str
    text: str


def examples() -> list[Example]:
    page = PAGE.read_text(encoding="utf-8")
    found = re.finditer(r"^```expect ?([^\n]*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [Example(page.count("\n", 0, one.start()) + 1, one[1], one[2]) for one in found]


@cache
def checker() -> Checker:
    return Checker(read_in_force(PolicySource(ACME)))


@pytest.mark.parametrize("example", examples(), ids=lambda one: f"line {one.line} {one.wanted}")
def test_every_example_comes_out_as_the_page_says(example: Example, tmp_path: Path) -> None:
    for other in examples():
        if other.wanted.startswith("file="):
            (tmp_path / other.wanted.removeprefix("file=")).write_text(other.text, encoding="utf-8")
    if example.wanted.startswith("file=") and "parameter" in example.text:
        return  # run by the example that uses it
    text = GIVEN + example.text if example.wanted == "given" else example.text
    suite = suite_of(Source("page", text), tmp_path)
    problems = [*suite.problems, *contradictions(suite.expectations, read_in_force(PolicySource(ACME)))]
    results = [checker().check(one) for one in suite.expectations]
    problems += [problem for result in results for problem in result.problems]
    standings = {result.standing for result in results}
    if example.wanted.startswith("broken="):
        assert {problem.code for problem in problems} == {example.wanted.removeprefix("broken=")}
        return
    assert [problem.message for problem in problems] == []
    short = [shortfall.sentence for result in results for shortfall in result.shortfalls]
    assert standings == {Standing(example.wanted if example.wanted in {"unmet", "undecided"} else "met")}, short


def test_the_page_has_an_example_of_every_outcome_and_every_form() -> None:
    wanted = {example.wanted.partition("=")[0] for example in examples()}
    assert wanted == {"file", "given", "", "unmet", "undecided", "broken"}
    text = "\n".join(example.text for example in examples())
    words = ("can", "cannot", "only", "nobody", "nobody but", "when", "like", "absent", "depending on", "because")
    for word in (*words, "use", "with", "parameter", "given", "account", "and"):
        assert re.search(rf"(?:^|\s){word}\s", text), word


def test_the_page_tells_every_layer_and_the_limit() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in LAYER_WORDS:
        assert f"`{word}`" in page
    assert f"{LIMIT:,}" in page


def test_the_generated_parts_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_the_account_of_the_first_example_is_told_from_its_folder(tmp_path: Path) -> None:
    first = examples()[0]
    suite = suite_of(Source("page", first.text), tmp_path)
    assert suite.account is not None
    assert suite.account.path == tmp_path / "../acme"
