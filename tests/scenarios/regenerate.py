"""Writes anew what is on record: the scenarios' reports, the README's demo, the schemas, the findings of check.

Run it after an intended change, and read the difference before you commit it. With the numbers of scenarios (``09 10``)
it writes their reports only.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policysim.cli.exit_codes import ExitCode
from policysim.reports.check_reference import reference_text
from policysim.reports.schema import PUBLISHED, schema_text
from tests.scenarios.running import FORMATS, REPOSITORY, report, scenarios


def main(numbers: list[str]) -> int:
    """Write everything, or the reports of some scenarios; the exit code is that of the worst run that failed."""
    chosen = [scenario for scenario in scenarios() if not numbers or scenario.name[:2] in numbers]
    worst = max((_write_reports(scenario) for scenario in chosen), default=0)
    if not numbers:
        _write_the_rest()
    return worst


def _write_reports(scenario: Path) -> int:
    """Write the reports of one scenario; the exit code of the worst run that failed, else 0."""
    worst = 0
    for format_, name in FORMATS.items():
        run = report(scenario, format_)
        sys.stderr.write(run.stderr)
        if run.exit_code not in {ExitCode.OK, ExitCode.UNDECIDED}:
            worst = max(worst, run.exit_code)
            continue
        (scenario / name).write_text(run.stdout, encoding="utf-8")
    return worst


def _write_the_rest() -> None:
    _write_demo((scenarios()[0] / FORMATS["text"]).read_text(encoding="utf-8"))
    for name, schema in PUBLISHED.items():
        (REPOSITORY / "docs" / name).write_text(schema_text(schema()), encoding="utf-8")
    (REPOSITORY / "docs" / "check.md").write_text(reference_text(), encoding="utf-8")


def _write_demo(demo: str) -> None:
    readme = REPOSITORY / "README.md"
    block = f"<!-- demo -->\n```text\n{demo}```\n<!-- /demo -->"
    text = re.sub(
        r"<!-- demo -->.*<!-- /demo -->", lambda _: block, readme.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
