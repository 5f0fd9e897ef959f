"""Writes the golden reports of every scenario anew: run it after an intended change and read the difference."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.scenarios.running import FORMATS, report, scenarios


def main() -> int:
    """Write the reports; the exit code is that of the worst run."""
    worst = 0
    for scenario in scenarios():
        for format_, name in FORMATS.items():
            run = report(scenario, format_)
            sys.stderr.write(run.stderr)
            worst = max(worst, run.returncode)
            (scenario / name).write_text(run.stdout, encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(main())
