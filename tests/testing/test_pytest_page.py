"""The page about the plugin: every file that it shows is written, every run that it shows is done."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.testing.plugin_projects import write_account

pytest_plugins = "pytester"

PAGE = Path(__file__).parents[2] / "docs" / "pytest.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_ELSEWHERE = {"sh"}
"""Blocks for a shell of a build server: they install packages and call Terraform."""


class Block(NamedTuple):
    language: str
    file: str
    text: str


BLOCKS = [Block(*found) for found in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def test_every_block_is_a_file_a_run_or_for_a_build_server() -> None:
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(BLOCKS)
    assert all(block.file or block.language in {"console", *RUN_ELSEWHERE} for block in BLOCKS)


@pytest.mark.parametrize("number", [n for n, block in enumerate(BLOCKS) if block.language == "console"])
def test_a_run_shows_what_the_page_shows(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CI", raising=False)
    write_account(pytester.path / "policies")
    for block in BLOCKS[:number]:
        if block.file:
            (pytester.path / block.file).write_text(block.text, encoding="utf-8")
    command, *lines = BLOCKS[number].text.splitlines()
    program, *arguments = shlex.split(command.removeprefix("$ "))
    result = pytester.runpytest(*arguments) if program == "pytest" else pytester.run(sys.executable, *arguments)
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in lines])
    assert (result.ret == 0) is not any(line.endswith(": unmet") for line in lines)


def test_every_option_and_ini_key_is_on_the_page(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest("--help").stdout.str()
    names = set(re.findall(r"--policysim-[a-z-]*[a-z]|policysim_[a-z_]*[a-z]", shown))
    of_coverage = {name for name in names if name.startswith(("--policysim-cov-", "policysim_cov"))}
    text = PAGE.read_text(encoding="utf-8")
    assert len(names) > 10
    assert not {name for name in names - of_coverage if name not in text}


def test_every_public_name_is_on_the_page() -> None:
    import policysim.testing  # noqa: PLC0415  # the module itself is what is tested

    text = PAGE.read_text(encoding="utf-8")
    assert not {name for name in policysim.testing.__all__ if name not in text} - {"Access"}
    methods = {name for name in vars(policysim.testing.Simulator) if not name.startswith("_")}
    assert not {name for name in methods - {"check", "shown"} if name not in text}
