"""Runs one scenario of the gallery the way a person would: from the top of the repository, by the command line."""

from __future__ import annotations

import json
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from policysim.cli.main import main

REPOSITORY = Path(__file__).resolve().parents[2]
GALLERY = REPOSITORY / "policies" / "scenarios"
ACME = REPOSITORY / "policies" / "acme"
FORMATS = {"text": "report.txt", "json": "report.json"}
"""The formats that are on record, and the file of each."""

EVIDENCE = ("event.json", "events.jsonl", "message.txt")
"""What a scenario starts from; a message is pasted text and goes to standard input."""


class Run(NamedTuple):
    """How a run of the command ended."""

    exit_code: int
    stdout: str
    stderr: str


def scenarios() -> list[Path]:
    """The folders of the gallery, in order."""
    return sorted(path for path in GALLERY.iterdir() if path.is_dir())


def evidence_of(scenario: Path) -> Path:
    """The file that a scenario starts from."""
    return next(scenario / name for name in EVIDENCE if (scenario / name).exists())


@cache
def expected_of(scenario: Path) -> dict[str, Any]:
    """What the author of a scenario expects."""
    expected: dict[str, Any] = json.loads((scenario / "expected.json").read_text(encoding="utf-8"))
    return expected


def account_of(scenario: Path) -> Path | None:
    """The scenario's own account folder, or the sample organisation; ``None`` where it is explained without any."""
    if "account" in expected_of(scenario):
        return None
    own = scenario / "account"
    return own if own.is_dir() else ACME


def arguments_of(scenario: Path) -> list[str]:
    """The arguments of ``policysim`` that explain a scenario, seen from the top of the repository."""
    evidence, account = evidence_of(scenario), account_of(scenario)
    shown = "-" if evidence.suffix == ".txt" else _seen(evidence)
    arguments = ["explain", shown]
    if account is not None:
        arguments += ["--account", _seen(account)]
    if (scenario / "evidence.json").exists():
        arguments += ["--evidence", _seen(scenario / "evidence.json")]
    return arguments


def _seen(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def report(scenario: Path, format_: str) -> Run:
    """What ``policysim explain`` prints for a scenario."""
    return report_in(REPOSITORY, scenario, format_)


def report_in(folder: Path, scenario: Path, format_: str) -> Run:
    """The same from another folder, which holds the scenario's files at the same places."""
    evidence = evidence_of(scenario)
    pasted = evidence.read_text(encoding="utf-8") if evidence.suffix == ".txt" else ""
    with chdir(folder):
        result = CliRunner(env={"NO_COLOR": "1"}).invoke(
            main, [*arguments_of(scenario), "--format", format_], input=pasted, prog_name="policysim"
        )
    return Run(result.exit_code, result.stdout, result.stderr)
