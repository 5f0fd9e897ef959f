"""Writes the golden reports of every scenario, and the README's demo, anew: run it after an intended change.

Read the difference before you commit it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.scenarios.running import FORMATS, REPOSITORY, report, scenarios


def main() -> int:
    """Write the reports; the exit code is that of the worst run."""
    worst = 0
    for scenario in scenarios():
        for format_, name in FORMATS.items():
            run = report(scenario, format_)
            sys.stderr.write(run.stderr)
            worst = max(worst, run.returncode)
            (scenario / name).write_text(run.stdout, encoding="utf-8")
    readme = REPOSITORY / "README.md"
    demo = (scenarios()[0] / "report.txt").read_text(encoding="utf-8")
    block = f"<!-- demo -->\n```text\n{demo}```\n<!-- /demo -->"
    text = re.sub(
        r"<!-- demo -->.*<!-- /demo -->", lambda _: block, readme.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    readme.write_text(text, encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(main())
