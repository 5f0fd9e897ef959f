"""``--policysim-cov``: the same figures in one process and in several, reports at the paths named, a run that fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

import policysim.testing.coverage
import policysim.testing.items  # loaded once, not by each run inside this process
from tests.account_folders import BUCKET
from tests.reports.lcov_reader import read_lcov
from tests.testing.plugin_projects import REPORTS, WORKERS, make_project

pytest_plugins = "pytester"

MET = f"""
role/app-reader
  can     s3:GetObject on {REPORTS}
  cannot  s3:DeleteObject on {BUCKET}/*
"""
FROM_A_TEST = f"""
def test_writer(policysim):
    policysim.assert_allowed("role/app-writer", "s3:PutObject", "{BUCKET}/a")

def test_what_if_is_no_policy_at_hand(policysim):
    trusting = policysim.what_if(remove_policy="app-writer-access")
    trusting.assert_denied("role/app-writer", "s3:PutObject", "{BUCKET}/a")
"""
EACH = pytest.mark.parametrize("workers", WORKERS)


def measured(pytester: pytest.Pytester, *arguments: str) -> tuple[pytest.RunResult, Any]:
    result = pytester.runpytest("--policysim-cov", "--policysim-cov-report=json:cov.json", *arguments)
    return result, json.loads((pytester.path / "cov.json").read_text(encoding="utf-8"))


def statuses(report: Any) -> dict[str, str]:
    return {
        document["name"]: one["status"]
        for file in report["files"]
        for document in file["documents"]
        for one in document["statements"]
    }


@EACH
def test_sentences_and_tests_count_alike(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"a.expect": MET, "test_writer.py": FROM_A_TEST}, ini="policysim_account = acme")
    result, report = measured(pytester, *workers)
    result.assert_outcomes(passed=4)
    assert statuses(report) == {
        "app-reader-access": "decided",
        "app-writer-access": "decided",
        "trust policy of app-reader": "never",
        "trust policy of app-writer": "never",
    }
    assert report["notes"] == []
    result.stdout.fnmatch_lines(["*Coverage as json written to cov.json"])


def test_several_processes_note_what_one_does(pytester: pytest.Pytester) -> None:
    more = "".join(f"role/app-reader can s3:GetObject on {BUCKET}/reports/{number}\n" for number in range(6))
    make_project(pytester, {"a.expect": MET + more, "b.expect": f"role/app-writer can s3:PutObject on {BUCKET}/*"})
    reports = [measured(pytester, *workers)[1] for workers in WORKERS]
    assert reports[0] == reports[1] == reports[2]
    assert reports[0]["figures"]["decided"] == 2


@EACH
def test_the_table_is_printed_and_a_share_too_small_fails_the_run(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    make_project(pytester, {"a.expect": MET})
    result = pytester.runpytest("--policysim-cov", "--policysim-cov-fail-under=50", *workers)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*= policysim coverage =*",
            "TOTAL * 4 * 1 * 0 * 3 * 0 * 25%",
            "policysim: statement coverage of 25.00% is below the required 50%",
        ]
    )
    passing = pytester.runpytest("--policysim-cov", "--policysim-cov-fail-under=25", *workers)
    assert passing.ret == pytest.ExitCode.OK


def test_every_format_goes_where_it_is_named(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    formats = ("html:out", "lcov:lcov.info", "markdown:cov.md", "term-missing")
    options = [f"--policysim-cov-report={one}" for one in formats]
    result = pytester.runpytest("--policysim-cov", *options)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Coverage as html written to out/index.html", "  not decided: *"])
    assert (pytester.path / "out" / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [one.name for one in read_lcov((pytester.path / "lcov.info").read_text(encoding="utf-8"))] == [
        "acme/authorization-details.json"
    ]
    assert (pytester.path / "cov.md").read_text(encoding="utf-8").startswith("### Policy statement coverage: 25%")
    assert pytester.runpytest("--policysim-cov", *options).ret == 0


def test_a_file_that_is_no_such_report_is_left_alone(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    (pytester.path / "cov.json").write_text('{"mine": 1}', encoding="utf-8")
    result = pytester.runpytest("--policysim-cov", "--policysim-cov-report=json:cov.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --policysim-cov-report: *cov.json: exists already and is no report of an *"])
    assert (pytester.path / "cov.json").read_text(encoding="utf-8") == '{"mine": 1}'


def test_a_path_narrows_what_counts(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    result = pytester.runpytest("--policysim-cov=acme/resource-policies.json", "--policysim-cov-fail-under=1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["policysim: a statement coverage of 1% is required, and no statement is counted"])
    whole = pytester.runpytest("--policysim-cov=acme", "--policysim-cov-fail-under=25")
    assert whole.ret == 0


@pytest.mark.parametrize("ini", ["", "policysim_cov_exclude =\n    app-writer-access#1\n    trust policy*#1\n"])
def test_statements_are_excluded_by_option_or_ini(pytester: pytest.Pytester, ini: str) -> None:
    make_project(pytester, {"a.expect": MET}, ini=ini)
    options = [] if ini else ["--policysim-cov-exclude=app-writer-access#1", "--policysim-cov-exclude=trust policy*#1"]
    assert pytester.runpytest("--policysim-cov", "--policysim-cov-fail-under=100", *options).ret == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--policysim-cov-fail-under=50"], "`--policysim-cov-...` needs `--policysim-cov`"),
        (["--policysim-cov", "--policysim-cov-fail-under=most"], "*expected a share from 0 to 100, not `most`"),
        (["--policysim-cov", "--policysim-cov-fail-under=101"], "*expected a share from 0 to 100, not `101`"),
        (["--policysim-cov", "--policysim-cov-report=xml:a"], "--policysim-cov-report: `xml:a`: expected term, *"),
        (["--policysim-cov=nowhere"], "--policysim-cov: there is no such file or folder: `nowhere`"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(
    pytester: pytest.Pytester, options: list[str], sentence: str
) -> None:
    make_project(pytester, {"a.expect": MET})
    result = pytester.runpytest(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])


def test_a_worker_that_crashes_is_told_and_the_others_count(pytester: pytest.Pytester) -> None:
    crash = 'import os\n\ndef test_crash():\n    if "PYTEST_XDIST_WORKER" in os.environ:\n        os._exit(1)\n'
    make_project(pytester, {"a.expect": MET, "test_crash.py": crash})
    result, report = measured(pytester, "-n2", "--max-worker-restart=1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert report["notes"][0].startswith("1 worker of pytest-xdist ended without a word")


@pytest.mark.parametrize("workers", WORKERS[:2])
def test_a_run_that_stops_early_is_reported_and_says_so(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"a.expect": f"role/app-writer can s3:GetObject on {BUCKET}/a\n{MET}"})
    result, report = measured(pytester, "-x", *workers)
    assert result.ret != 0
    assert report["notes"] == ["the run was stopped early: what the other tests exercise is missing here"]


def test_workers_that_are_stopped_early_send_nothing_and_that_is_said(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-writer can s3:GetObject on {BUCKET}/a\n{MET}"})
    result = pytester.runpytest("--policysim-cov", "--policysim-cov-report=json:cov.json", "-x", "-n2")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["policysim: nothing was measured: the run was stopped before its end"])
    assert not (pytester.path / "cov.json").exists()


def test_nothing_is_reported_where_nothing_runs(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    result = pytester.runpytest("--policysim-cov", "--collect-only", "--policysim-cov-report=json:cov.json")
    assert "policysim coverage" not in result.stdout.str()
    assert not (pytester.path / "cov.json").exists()


def test_without_the_option_nothing_of_it_is_loaded(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    pytester.makepyfile("import sys\n\ndef test_it():\n    assert 'policysim.coverage.recorder' not in sys.modules\n")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=3)
    assert policysim.testing.coverage.__name__ not in result.stdout.str()


def test_a_report_that_cannot_be_written_fails_the_run(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    pytester.makepyfile("from pathlib import Path\n\ndef test_it():\n    Path('out').write_text('in the way')\n")
    result = pytester.runpytest("--policysim-cov", "--policysim-cov-report=json:out/cov.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["policysim: coverage could not be reported: *out/cov.json*"])
