"""Runs of ``policysim expect`` whose answers are on record; run this file to write them anew, and read the change.

The account is made on the spot, so that no change of the sample organisation changes an answer.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policysim import __version__
from tests.cli.account_folders import Ran, account_folder, allow, deny, document, run

RECORD: Final = Path(__file__).parent / "on_record"
EUROPE: Final = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
POLICIES: Final = (
    ("reports", document(allow("s3:GetObject", "arn:aws:s3:::data/reports/*", Sid="ReadReports"))),
    ("uploads", document(allow("s3:PutObject", "arn:aws:s3:::data/*", Sid="Upload", Condition=EUROPE))),
    ("keep", document(deny("s3:DeleteObject*", "*", Sid="KeepEverything"))),
)
MIXED: Final = """\
account "account"

# What the application may do.
role/app
  can     s3:GetObject on arn:aws:s3:::data/reports/q3.csv
  can     s3:GetObject on arn:aws:s3:::data/reports-2025/q3.csv, arn:aws:s3:::data/invoices/7.pdf
  can     s3:DeleteObject on arn:aws:s3:::data/reports/q3.csv
  cannot  s3:GetObject on arn:aws:s3:::data/reports/q4.csv because boundary
  can     s3:PutObject on arn:aws:s3:::data/reports/q3.csv
  cannot  s3:DeleteObject on arn:aws:s3:::data/invoices/7.pdf
"""
PAGE: Final = """\
account "account"

role/app
  can     s3:GetObject on arn:aws:s3:::data/reports/q3.csv
  cannot  s3:DeleteObject on arn:aws:s3:::data/reports/q3.csv
  can     s3:GetObject on arn:aws:s3:::data/invoices/7.pdf
"""
BROKEN: Final = """\
account "account"

role/apq can s3:GetObject on arn:aws:s3:::data/a
role/app can s3:GetObjects on arn:aws:s3:::data/a
role/app cannot iam:DeleteRole on role/app
"""
SYNTAX: Final = """\
account "account"

role/app can s3:GetObject arn:aws:s3:::data/a
"""
AT_ODDS: Final = """\
account "account"

role/app can s3:GetObject on arn:aws:s3:::data/reports/q3.csv
role/app cannot s3:GetObject, s3:GetObjectAcl on arn:aws:s3:::data/reports/q3.csv
"""


class Recorded(NamedTuple):
    """One run: the name of its file on record, the expectations, and the options."""

    name: str
    text: str
    options: tuple[str, ...] = ()


RUNS: Final = (
    Recorded("mixed.txt", MIXED),
    Recorded("mixed-verbose.txt", MIXED, ("-v",)),
    Recorded("mixed.md", MIXED, ("--format", "markdown")),
    Recorded("mixed.sarif", MIXED, ("--format", "sarif")),
    Recorded("met.json", BROKEN.replace("apq", "app").replace("Objects", "Object"), ("--format", "json")),
    Recorded("page.txt", PAGE),
    Recorded("broken.txt", BROKEN),
    Recorded("broken.md", BROKEN, ("--format", "markdown")),
    Recorded("syntax.txt", SYNTAX),
    Recorded("at-odds.txt", AT_ODDS),
)


def answer(recorded: Recorded, folder: Path) -> Ran:
    """Makes the account in ``folder`` and runs the command there."""
    account_folder(folder / "account", *POLICIES)
    (folder / "access.expect").write_text(recorded.text, encoding="utf-8")
    return run("expect", "access.expect", *recorded.options, cwd=folder)


def on_record(text: str) -> str:
    """An answer without the version that gave it, and without the paths of the folder that it was made in."""
    return re.sub(rf'\b{re.escape(__version__)}\b(?=["`])', "VERSION", text)


def main() -> None:
    """Writes every answer, and the page that shows one."""
    RECORD.mkdir(exist_ok=True)
    for recorded in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            done = answer(recorded, Path(folder))
        sys.stderr.write(done.stderr)
        (RECORD / recorded.name).write_text(on_record(done.stdout), encoding="utf-8")
    page = RECORD.parents[2] / "docs" / "expect.md"
    text = page.read_text(encoding="utf-8")
    for marker, shown in (("page", PAGE), ("answer", (RECORD / "page.txt").read_text(encoding="utf-8"))):
        block = f"<!-- {marker} -->\n```text\n{shown}```\n<!-- /{marker} -->"
        before, _, rest = text.partition(f"<!-- {marker} -->")
        text = before + block + rest.partition(f"<!-- /{marker} -->")[2]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
