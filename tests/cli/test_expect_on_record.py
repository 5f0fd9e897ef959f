"""What ``policysim expect`` prints is what is on record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policysim.cli.expect import expect
from tests.cli.expect_on_record import PAGE, RECORD, RUNS, Recorded, answer, on_record

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("recorded", RUNS, ids=[one.name for one in RUNS])
def test_an_answer_is_the_one_on_record(recorded: Recorded, tmp_path: Path) -> None:
    done = answer(recorded, tmp_path)
    assert done.stderr == ""
    assert on_record(done.stdout) == (RECORD / recorded.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("recorded", [one for one in RUNS if one.name.endswith(".txt")], ids=lambda one: one.name)
def test_lines_of_the_text_fit_on_a_screen(recorded: Recorded) -> None:
    lines = (RECORD / recorded.name).read_text(encoding="utf-8").split("\n")
    assert all(len(line) <= 80 for line in lines if " | " not in line and "arn:aws" not in line)


@pytest.mark.parametrize(("marker", "shown"), [("page", PAGE), ("answer", None)])
def test_the_page_shows_a_run_on_record(marker: str, shown: str | None) -> None:
    expected = shown or (RECORD / "page.txt").read_text(encoding="utf-8")
    page = (REPOSITORY / "docs" / "expect.md").read_text(encoding="utf-8")
    block = re.search(rf"<!-- {marker} -->\n```text\n(.*?)```\n<!-- /{marker} -->", page, re.DOTALL)
    assert block is not None
    assert block[1] == expected


def test_the_page_names_options_that_there_are() -> None:
    page = (REPOSITORY / "docs" / "expect.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(--[a-z-]+)(?= |`)", page)) - {"--context", "--remove-policy", "--add-policy", "--scp"}
    there = {name for option in expect.params for name in option.opts}
    assert told - {"--cov-"} <= there
