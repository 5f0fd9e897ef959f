"""Names come from whoever made the resource: in a command that the report tells to run, each is one quoted word."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from policysim.cli.exit_codes import ExitCode
from tests.scenarios.running import REPOSITORY, account_of, report, report_in, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = ";$(id){x}%s"
"""What a shell would run, or a template fill in, if a name that ends in it stood there as it is."""

SHORTEST = 5
"""A part of an ARN that is shorter is a word such as ``role``."""

GOLDENS = frozenset({"report.json", "report.txt"})
TOLD = re.compile(r"`((?:aws|git|jq|policysim) [^`]*)`")
"""A command within a sentence."""

QUOTED = re.compile(r"'[^']*'")


def names_of(scenario: Path) -> list[str]:
    """The parts of the ARNs of the refused request that somebody chose: of the caller, and of the resource."""
    told = json.loads(report(scenario, "json").stdout)["reports"][0]
    request = told["requests"][told["refused"] or 0] if told["requests"] else {}
    arns = [(request.get(member) or "").split(":", 5) for member in ("principal", "resource")]
    parts = {part for arn in arns if len(arn) > SHORTEST for part in re.split("[/:]", arn[-1])}
    return sorted(part for part in parts if len(part) >= SHORTEST and part != "assumed-role")


def renamed(scenario: Path, name: str, folder: Path) -> None:
    """A copy of the files of a scenario, in which what had the name has a hostile one, wherever it stands."""
    whole = re.compile(rf"(?<![A-Za-z0-9-]){re.escape(name)}(?![A-Za-z0-9-])")
    for source in {scenario, account_of(scenario) or scenario}:
        shutil.copytree(source, folder / source.relative_to(REPOSITORY), dirs_exist_ok=True)
    for file in folder.rglob("*"):
        if file.suffix in {".json", ".jsonl", ".txt"} and file.name not in GOLDENS:
            file.write_text(whole.sub(lambda _: name + HOSTILE, file.read_text(encoding="utf-8")), encoding="utf-8")


def commands(value: Any, member: str = "") -> Iterator[str]:
    """Every command of a report: by itself, and within a sentence."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from commands(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from commands(inner, member)
    elif isinstance(value, str):
        yield from [value] if member == "command" else TOLD.findall(value)


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda path: path.name)
def test_no_name_acts_in_a_command_of_the_report(scenario: Path, tmp_path: Path) -> None:
    for position, name in enumerate(names_of(scenario)):
        folder = tmp_path / str(position)
        renamed(scenario, name, folder)
        run = report_in(folder, scenario, "json")
        if run.exit_code == ExitCode.BAD_INPUT:
            continue  # such a name may be refused as well
        found = list(commands(json.loads(run.stdout)["reports"]))
        assert [command for command in found if HOSTILE in QUOTED.sub("", command)] == []


def test_hostile_names_reach_the_commands(tmp_path: Path) -> None:
    scenario = next(scenario for scenario in scenarios() if scenario.name.startswith("23-"))
    reached = 0
    for position, name in enumerate(names_of(scenario)):
        renamed(scenario, name, folder := tmp_path / str(position))
        found = commands(json.loads(report_in(folder, scenario, "json").stdout)["reports"])
        reached += sum(HOSTILE in command for command in found)
    assert reached > 0
