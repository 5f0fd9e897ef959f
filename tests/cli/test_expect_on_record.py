"""What ``policysim expect`` prints is what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.expect_on_record import RECORD, RUNS, Recorded, answer, on_record

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("recorded", RUNS, ids=[one.name for one in RUNS])
def test_an_answer_is_the_one_on_record(recorded: Recorded, tmp_path: Path) -> None:
    done = answer(recorded, tmp_path)
    assert done.stderr == ""
    assert on_record(done.stdout) == (RECORD / recorded.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("recorded", [one for one in RUNS if one.name.endswith(".txt")], ids=lambda one: one.name)
def test_lines_of_the_text_fit_on_a_screen(recorded: Recorded) -> None:
    lines = (RECORD / recorded.name).read_text(encoding="utf-8").split("\n")
    assert all(len(line) <= 80 for line in lines if " | " not in line and "arn:aws" not in line)
