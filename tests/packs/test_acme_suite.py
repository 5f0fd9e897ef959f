"""The sample organisation's own expectations: all of them are met, and every statement decides an answer of theirs.

pytest collects the files as well (``testpaths``); here they are held to what they cover.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from policysim.coverage.coverage import Coverage, coverage_of
from policysim.coverage.recorder import Recorder
from policysim.expectations.checking import Checker
from policysim.expectations.results import Answer, Standing
from policysim.expectations.sentences import Expectation, Form
from policysim.sources.expectation_files import read_suite
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from policysim.account.account import Organisation

ROOT: Final = Path(__file__).parents[2]
ACME: Final = ROOT / "policies" / "acme"
FILES: Final = tuple(sorted(ACME.glob("*.expect")))
PACKS: Final = {"cloudtrail-logs", "data-perimeter", "no-path-to-administrator", "no-public-access"}


NEEDED: Final = (
    "role/invoice-mailer can ses:SendEmail",
    "user/sftp-bridge can s3:PutObject",
    "cloudtrail.amazonaws.com can kms:DescribeKey",
    "because deny-outside-regions",
)
"""Words of sentences without which some statement goes untested."""


class Run(NamedTuple):
    """What came out of every sentence, and what they told of the statements: those of ``NEEDED`` one by one."""

    organisation: Organisation
    standings: dict[str, Standing]
    problems: tuple[str, ...]
    used: frozenset[str]
    records: dict[str, Recorder]

    def coverage(self, without: str | None = None) -> Coverage:
        recorder = Recorder(root=str(ACME))
        for words, record in self.records.items():
            if words != without:
                recorder.merge(record.payload())
        return coverage_of([self.organisation], recorder, excluded=exclusions())


def exclusions() -> list[str]:
    """What the project leaves out of the figures, with its reasons beside it."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed: list[str] = config["tool"]["pytest"]["ini_options"]["policysim_cov_exclude"]
    return listed


@cache
def run() -> Run:
    organisation = read_organisation(ACME)
    records = {words: Recorder(root=str(ACME)) for words in ("", *NEEDED)}
    words_of: dict[int, str] = {}

    def observe(expectation: Expectation, answer: Answer) -> None:
        words = words_of.get(id(expectation))
        if words is None:
            words = words_of[id(expectation)] = next((one for one in NEEDED if one in expectation.text), "")
        records[words].observe(answer.call, needed=expectation.form in {Form.CAN, Form.ONLY})

    checker = Checker(organisation, observe=observe)
    suites = [read_suite(file) for file in FILES]
    results = [checker.check(expectation) for suite in suites for expectation in suite.expectations]
    found = [one.problems for one in suites] + [one.problems for one in results]
    problems = [problem.kind.code for some in found for problem in some]
    used = {span.source.text[span.start : span.end] for one in results for span in one.expectation.used_at}
    standings = {f"{number} {one.expectation.text}": one.standing for number, one in enumerate(results)}
    return Run(organisation, standings, tuple(problems), frozenset(used), records)


def test_every_sentence_is_met_and_none_is_doubtful() -> None:
    told = run()
    assert [text for text, standing in told.standings.items() if standing is not Standing.MET] == []
    assert told.problems == ()


def test_every_statement_decides_an_answer_and_every_allow_is_needed() -> None:
    figures = run().coverage().figures
    assert figures.decided == figures.statements
    assert figures.dead == 0
    assert figures.unneeded == 0
    assert figures.statements > 100


def test_what_is_left_out_is_one_statement_each() -> None:
    left_out = [
        one.excluded for document in run().coverage().documents for one in document.statements if "by `" in one.excluded
    ]
    assert sorted(left_out) == sorted(f"excluded by `{pattern}`" for pattern in exclusions())


@pytest.mark.parametrize("words", NEEDED)
def test_without_one_of_its_sentences_something_goes_untested(words: str) -> None:
    assert sum(words in text for text in run().standings) == 1
    figures = run().coverage(without=words).figures
    assert figures.decided < figures.statements


def test_every_pack_is_used() -> None:
    assert {name for name in PACKS if any(f'"pack:{name}"' in text for text in run().used)} == PACKS


def test_the_files_are_among_the_tests() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "policies/acme" in config["tool"]["pytest"]["ini_options"]["testpaths"]
    assert len(FILES) == 5
