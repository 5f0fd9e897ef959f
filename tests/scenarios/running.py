"""Runs one scenario of the gallery the way a person would: from the top of the repository, by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GALLERY = REPOSITORY / "policies" / "scenarios"
FORMATS = {"text": "report.txt", "json": "report.json"}


def scenarios() -> list[Path]:
    """The folders of the gallery, in order."""
    return sorted(path for path in GALLERY.iterdir() if (path / "event.json").exists())


def account_of(scenario: Path) -> Path:
    """The scenario's own account folder, or the sample organisation."""
    own = scenario / "account"
    return own if own.is_dir() else REPOSITORY / "policies" / "acme"


def report(scenario: Path, format_: str) -> subprocess.CompletedProcess[str]:
    """What ``policysim explain`` prints for the scenario's event."""
    event = (scenario / "event.json").relative_to(REPOSITORY)
    account = account_of(scenario).relative_to(REPOSITORY)
    command = [sys.executable, "-m", "policysim", "explain", str(event), "--account", str(account), "--format", format_]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=False, env=environment
    )
