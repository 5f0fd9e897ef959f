"""``policysim expect --cov``: figures, reports and exit codes without pytest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from policysim.reports.schema import coverage_schema
from tests.cli.account_folders import Ran, account_folder, allow, deny, document, run
from tests.reports.lcov_reader import read_lcov

if TYPE_CHECKING:
    from pathlib import Path

READ = ("access", document(allow("s3:GetObject", "arn:aws:s3:::data/*", Sid="Read"), deny("s3:DeleteObject", "*")))
MET = "role/app can s3:GetObject on arn:aws:s3:::data/a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", READ)
    (tmp_path / "access.expect").write_text(f'account "account"\n{MET}', encoding="utf-8")
    return tmp_path


def expect(folder: Path, *arguments: str) -> Ran:
    return run("expect", *arguments, cwd=folder)


def refused(done: Ran) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removeprefix("policysim: ").removesuffix("\n")


def test_the_table_follows_the_answer(folder: Path) -> None:
    done = expect(folder, "--cov")
    assert (done.returncode, done.stderr) == (0, "")
    answer, table = done.stdout.split("\nStatement coverage of the policies\n")
    assert answer == expect(folder).stdout
    assert "TOTAL" in table
    assert "not decided" not in table
    assert "\n  not decided: " in expect(folder, "--cov", "--cov-report", "term-missing").stdout


def test_every_format_goes_where_it_is_named(folder: Path) -> None:
    given = ("html:out", "json:cov.json", "lcov:lcov.info", "markdown:cov.md")
    done = expect(folder, "--cov", *(part for one in given for part in ("--cov-report", one)), "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    json.loads(done.stdout)
    value = json.loads((folder / "cov.json").read_text(encoding="utf-8"))
    jsonschema.validate(value, coverage_schema())
    named = [
        one["expectations"]
        for file in value["files"]
        for policy in file["documents"]
        for one in policy["statements"]
        if one["decided"]
    ]
    assert named == [[f"access.expect: {MET.strip()}"]]
    assert (folder / "out" / "index.html").is_file()
    assert (folder / "cov.md").is_file()
    assert [one.name for one in read_lcov((folder / "lcov.info").read_text(encoding="utf-8"))] == [
        "account/authorization-details.json"
    ]


def test_too_small_a_share_is_exit_code_1_and_one_sentence(folder: Path) -> None:
    done = expect(folder, "--cov", "--cov-fail-under", "90")
    assert done.returncode == 1
    assert done.stderr.endswith("% is below the required 90%\n")
    assert expect(folder, "--cov", "--cov-fail-under", "10").returncode == 0


def test_what_is_excluded_does_not_count(folder: Path) -> None:
    options = ("--cov-exclude", "access#2", "--cov-exclude", "trust policy*#*")
    assert expect(folder, "--cov", "--cov-fail-under", "100", *options).returncode == 0


def test_only_a_folder_counts(folder: Path) -> None:
    assert expect(folder, "--cov", "--cov-only", "account").returncode == 0
    done = expect(folder, "--cov", "--cov-only", "access.expect", "--cov-fail-under", "1")
    assert (done.returncode, done.stderr) == (
        1,
        "policysim: a statement coverage of 1% is required, and no statement is counted\n",
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--cov-fail-under", "50"], "`--cov-...` needs `--cov`"),
        (["--cov", "--cov-report", "xml:a"], "`--cov-report`: `xml:a`: expected term, term-missing, "),
        (["--cov", "--cov-report", "term", "--format", "json"], "`--cov-report term` needs `--format text`"),
        (["--cov", "--cov-only", "nowhere"], "`--cov-only`: there is no such file or folder: `nowhere`"),
        (["--cov", "--cov-report", "json:access.expect"], "access.expect: exists already and is no report"),
        (["--cov", "--cov-report", "html:access.expect/x"], "access.expect/x/index.html: `"),
        (["--cov", "--write", "draft.expect"], "`--write` drafts a file and checks none: leave `--cov` out"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(folder: Path, options: list[str], sentence: str) -> None:
    before = (folder / "access.expect").read_text(encoding="utf-8")
    assert refused(expect(folder, *options)).startswith(sentence)
    assert (folder / "access.expect").read_text(encoding="utf-8") == before


def test_a_report_of_an_earlier_run_is_written_anew(folder: Path) -> None:
    for _ in range(2):
        assert expect(folder, "--cov", "--cov-report", "json:cov.json").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["access.expect", "account", "cov.json"]
