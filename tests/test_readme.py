"""What the README shows is what the commands print."""

from __future__ import annotations

import re

from policysim.expectations.checking import Checker
from policysim.expectations.results import Standing
from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.in_force import read_in_force
from tests.scenarios.running import REPOSITORY, scenarios

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_demo_in_the_readme_is_the_report_on_record() -> None:
    shown = re.search(r"<!-- demo -->\n```text\n(.*)```\n<!-- /demo -->", README, re.DOTALL)
    assert shown is not None
    assert shown.group(1) == (scenarios()[0] / "report.txt").read_text(encoding="utf-8")


def test_make_demo_runs_the_command_that_the_readme_names() -> None:
    command = re.search(r"`make demo` runs `policysim (.*)`", README)
    assert command is not None
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"$(BIN)/policysim {command.group(1)}\n" in makefile


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (REPOSITORY / target).exists(), target


def test_the_expectations_in_the_readme_hold() -> None:
    shown = re.search(r"```text\n(account .*?)```", README, re.DOTALL)
    assert shown is not None
    suite = suite_of(Source("README.md", shown.group(1)), REPOSITORY)
    assert suite.account is not None
    assert not suite.problems
    checker = Checker(read_in_force(suite.account))
    standings = [checker.check(expectation).standing for expectation in suite.expectations]
    assert len(standings) > 4
    assert set(standings) == {Standing.MET}
