"""``docs/packs.md``: written from the packs, every pack on it, and its examples can be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from policysim.language.source import Source
from policysim.sources.expectation_files import suite_of
from policysim.sources.expectation_packs import pack_names
from tools.pack_reference import PAGE, main, page_text, part

if TYPE_CHECKING:
    from pathlib import Path

TEXT: Final = PAGE.read_text(encoding="utf-8")
EXAMPLES: Final = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)


def test_the_page_is_as_the_packs_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_every_pack_is_on_the_page() -> None:
    for name in pack_names():
        assert f"## `{name}`" in TEXT
        assert part(name) in TEXT


def test_what_is_written_by_hand_stays() -> None:
    changed = TEXT.replace(part("cloudtrail-logs"), "something else")
    assert changed != TEXT
    assert page_text(changed) == TEXT


@pytest.mark.parametrize("name", pack_names())
def test_every_parameter_is_told_of(name: str) -> None:
    rows = [row.split(" | ") for row in part(name).splitlines() if row.startswith("| `")]
    assert rows
    assert all(row[1].strip() for row in rows)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if "= ..." not in one])
def test_an_example_can_be_used(example: str, tmp_path: Path) -> None:
    suite = suite_of(Source("example", example), tmp_path)
    assert not suite.problems
    assert suite.expectations
