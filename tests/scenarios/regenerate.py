"""Writes anew what is on record: the scenarios' reports, the README's demo, the schemas, the findings of check.

Run it after an intended change, and read the difference before you commit it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policysim.reports.check_reference import reference_text
from policysim.reports.schema import PUBLISHED, schema_text
from tests.scenarios.running import FORMATS, REPOSITORY, report, scenarios


def main() -> int:
    """Write everything; the exit code is that of the worst run."""
    worst = 0
    for scenario in scenarios():
        for format_, name in FORMATS.items():
            run = report(scenario, format_)
            sys.stderr.write(run.stderr)
            worst = max(worst, run.returncode)
            (scenario / name).write_text(run.stdout, encoding="utf-8")
    _write_demo((scenarios()[0] / FORMATS["text"]).read_text(encoding="utf-8"))
    for name, schema in PUBLISHED.items():
        (REPOSITORY / "docs" / name).write_text(schema_text(schema()), encoding="utf-8")
    (REPOSITORY / "docs" / "check.md").write_text(reference_text(), encoding="utf-8")
    return worst


def _write_demo(demo: str) -> None:
    readme = REPOSITORY / "README.md"
    block = f"<!-- demo -->\n```text\n{demo}```\n<!-- /demo -->"
    text = re.sub(
        r"<!-- demo -->.*<!-- /demo -->", lambda _: block, readme.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
