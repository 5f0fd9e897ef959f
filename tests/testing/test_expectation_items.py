"""Expectation files as tests of pytest: names, lines, selection, and what is shown when one does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.account_folders import BUCKET, allow
from tests.testing.plugin_projects import REPORTS, WORKERS, make_project, other_account

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = "pytester"

ONLY_WARN = ("-W", "default::policysim.testing.PolicysimWarning")
"""A run inside this process would take on that our own tests let no warning pass."""

MET = f"""
role/app-reader
  can     s3:GetObject on {REPORTS}
  cannot  s3:DeleteObject on {BUCKET}/*
role/app-writer cannot s3:GetObject on {BUCKET}/*
"""
UNMET = f"""
# what the writer may do
role/app-writer
  can  s3:PutObject on {BUCKET}/*
  can  s3:GetObject on {BUCKET}/*
"""


@pytest.mark.parametrize("workers", WORKERS)
def test_every_sentence_is_a_test_that_passes_or_fails(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"access.expect": MET, "more/writer.expect": 'account "../acme"' + UNMET})
    result = pytester.runpytest(*workers)
    result.assert_outcomes(passed=4, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*more/writer.expect:5:3: unmet*", "*cannot `s3:GetObject`*"])


def test_a_test_is_named_by_its_sentence_and_its_node_id_selects_it(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"access.expect": MET})
    listed = pytester.runpytest("--collect-only", "-q").outlines[:3]
    assert listed[0] == "access.expect::role/app-reader can s3:GetObject on arn:aws:s3: : :data/reports/*"
    for node_id in listed:
        pytester.runpytest(node_id).assert_outcomes(passed=1)


def test_the_dots_of_a_name_are_shown_as_they_are(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"access.expect": "lambda.amazonaws.com cannot sts:AssumeRole on role/app-reader\n"})
    shown = pytester.runpytest("-v").stdout.str()
    assert "access.expect::lambda.amazonaws.com cannot sts:AssumeRole on role/app-reader PASSED" in shown


@pytest.mark.parametrize("workers", WORKERS)
def test_a_failure_told_in_one_line_is_one_line(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"writer.expect": UNMET})
    lines = pytester.runpytest("--tb=line", *workers).outlines
    shown = [line for line in lines if not line.startswith("FAILED ")]  # the summary, cut or whole as pytest decides
    told = [line for line in shown if "cannot `s3:GetObject`" in line or "Allowed by" in line]
    assert len(told) == 1
    assert told[0].startswith("writer.expect:6: `role/app-writer` cannot `s3:GetObject`")
    assert not any(line.startswith(("Layers", "  ")) for line in lines)


def test_lines_are_filled_with_paths_as_they_are_shown(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"writer.expect": "role/app-writer cannot s3:PutObject on arn:aws:s3:::data/a\n"})
    shown = pytester.runpytest().stdout.str()
    assert "`app-writer-access` (acme/authorization-details.json:" in shown


@pytest.mark.parametrize(
    ("words", "count"),
    [("role/app-reader", 2), ("DeleteObject", 1), ("app-reader and not DeleteObject", 1), (f"{BUCKET}/reports", 1)],
)
def test_words_of_the_sentence_select_it(pytester: pytest.Pytester, words: str, count: int) -> None:
    make_project(pytester, {"access.expect": MET})
    pytester.runpytest("-k", words).assert_outcomes(passed=count, deselected=3 - count)


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_what_failed_last_runs_again_alone(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"a.expect": UNMET, "b.expect": MET})
    pytester.runpytest(*workers).assert_outcomes(passed=4, failed=1)
    pytester.runpytest("--lf", *workers).assert_outcomes(failed=1)


def test_the_run_stops_at_the_first_failure(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-writer cannot s3:PutObject on {BUCKET}/*\n" + MET})
    pytester.runpytest("-x").assert_outcomes(failed=1)


def test_node_ids_are_the_same_in_every_process(pytester: pytest.Pytester) -> None:
    long = ", ".join(f"s3:Get{name}" for name in ("Object", "ObjectAcl", "ObjectTagging", "ObjectVersion"))
    text = f"role/app-writer cannot {long} on {BUCKET}/a, {BUCKET}/b, {BUCKET}/c, {BUCKET}/d\n" + MET
    make_project(pytester, {"a.expect": text})
    first, second = (pytester.runpytest_subprocess("--collect-only", "-q").outlines[:4] for _ in range(2))
    assert first == second
    assert " ... " in first[0]
    pytester.runpytest_subprocess(first[0]).assert_outcomes(passed=1)


def test_the_same_sentence_twice_is_two_tests(pytester: pytest.Pytester) -> None:
    sentence = f"role/app-reader can s3:GetObject on {REPORTS}\n"
    make_project(pytester, {"a.expect": sentence * 3})
    result = pytester.runpytest("-v", *ONLY_WARN)
    result.assert_outcomes(passed=3, warnings=2)
    result.stdout.fnmatch_lines(["*PolicysimWarning: a.expect:3:17: this stands in a.expect:2 already*"])
    assert len({line for line in result.outlines if "PASSED" in line}) == 3


def test_a_test_says_the_line_of_its_sentence(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    items, _ = pytester.inline_genitems()
    assert [item.reportinfo()[1] for item in items] == [3, 4, 5]
    assert [item.location[0] for item in items] == ["a.expect"] * 3


def test_a_used_sentence_has_the_line_of_its_use(pytester: pytest.Pytester) -> None:
    files = {"a.expect": 'use "shared.txt" with who = role/app-reader', "shared.txt": UNUSED}
    make_project(pytester, files)
    items, _ = pytester.inline_genitems()
    assert [(item.location[0], item.location[1]) for item in items] == [("a.expect", 1)]
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*shared.txt:3:7: unmet*", "*used at a.expect:2:1*"])


UNUSED = f"parameter who\n\n{{who}} can s3:DeleteObject on {BUCKET}/*\n"


def test_an_unmet_sentence_shows_the_statement_and_no_frames(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-writer cannot s3:PutObject on {BUCKET}/*"})
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(
        [
            "* role/app-writer cannot s3:PutObject on arn:aws:s3:::data/* *",
            "a.expect:2:17: unmet",
            "*Allowed by*",
            "*`app-writer-access` statement 1*",
            "*acme/authorization-details.json:*:*",
            '*"Action": "s3:PutObject"*',
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "items.py" not in result.stdout.str()


def test_near_misses_are_shown(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-reader can s3:GetObject on {BUCKET}/report/a"})
    pytester.runpytest().stdout.fnmatch_lines(
        ["*Near misses*", "*`app-reader-access`*", "*authorization-details.json*"]
    )


def test_an_undecided_sentence_fails_and_says_so(pytester: pytest.Pytester) -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    roles = {"app": allow("s3:GetObject", f"{BUCKET}/*", Condition=condition)}
    make_project(pytester, {"a.expect": f"role/app can s3:GetObject on {BUCKET}/a"}, roles=roles)
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a.expect:2:10: undecided", "*aws:SecureTransport*"])


def test_a_sentence_that_names_what_is_not_there_fails_with_the_nearest(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-raeder cannot s3:DeleteObject on {BUCKET}/*"})
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a.expect:2:1: error*", "*no account at hand has a role `app-raeder`*"])


@pytest.mark.parametrize("workers", WORKERS)
def test_a_file_that_is_no_sentences_is_one_error(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"a.expect": "role/app-reader may s3:GetObject on *", "b.expect": MET})
    result = pytester.runpytest(*workers, "--continue-on-collection-errors")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["a.expect:2:*"])
    assert "Traceback" not in result.stdout.str()


def test_an_empty_file_is_an_error(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": "# nothing yet\n"})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*this file expects nothing*"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f'account "nowhere"\nrole/app can s3:GetObject on {BUCKET}/*',
            "a.expect:1:9: the policies cannot be read: nowhere: there is no such*",
        ),
        (f"#!\nrole/app can s3:GetObject on {BUCKET}/*", "*a.expect: nothing says where the policies are*"),
    ],
)
def test_a_file_without_its_policies_is_one_error(pytester: pytest.Pytester, text: str, sentence: str) -> None:
    make_project(pytester, {"a.expect": text})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "Traceback" not in result.stdout.str()


def test_a_policy_file_that_breaks_off_is_told_in_one_sentence(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET}, **{"authorization-details.json": "{"})
    result = pytester.runpytest()
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*authorization-details.json:1:2*this is not JSON*"])
    assert "Traceback" not in result.stdout.str()
    assert "items.py" not in result.stdout.str()


def test_two_sentences_that_cannot_both_hold_are_shown_together(pytester: pytest.Pytester) -> None:
    text = f"role/app-reader can s3:GetObject on {REPORTS}\nrole/app-reader cannot s3:GetObject on {REPORTS}\n"
    make_project(pytester, {"a.expect": text})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    shown = result.stdout.str()
    assert "a.expect:3:17: this contradicts" in shown
    assert "(a.expect:2)" in shown


def test_a_sentence_that_can_never_fail_is_a_warning(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": NEVER_FAILS})
    result = pytester.runpytest(*ONLY_WARN)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*PolicysimWarning: *matches no principal*", "*can never fail*"])


NEVER_FAILS = f"role/nobody-* can s3:GetObject on {REPORTS}\n"


def test_warnings_taken_for_errors_fail_without_frames(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": NEVER_FAILS})
    result = pytester.runpytest("-W", "error::policysim.testing.PolicysimWarning")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a.expect:2:1: `role/nobody-*` matches no principal of the accounts at hand"])
    assert "Traceback" not in result.stdout.str()
    assert "items.py" not in result.stdout.str()


def test_a_warning_of_a_whole_file_taken_for_an_error_is_one_sentence(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-reader can s3:GetObject on {REPORTS}\n" * 2})
    result = pytester.runpytest("-W", "error")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["a.expect:3:17: this stands in a.expect:2 already"])
    assert "items.py" not in result.stdout.str()


def test_all_warnings_may_be_errors(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET})
    pytester.runpytest("-W", "error", "--strict-markers", "--strict-config").assert_outcomes(passed=3)


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_the_explanation_is_coloured_as_the_terminal_is(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"a.expect": UNMET})
    assert "\x1b[1;31munmet\x1b[0m" in pytester.runpytest("--color=yes", *workers).stdout.str()
    assert "\x1b" not in pytester.runpytest("--color=no", *workers).stdout.str()


def test_a_report_file_holds_no_colours(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": UNMET})
    pytester.runpytest("--color=yes", "--junit-xml=out.xml", "-n2")
    text = (pytester.path / "out.xml").read_text(encoding="utf-8")
    assert "a.expect:6:3: unmet" in text
    assert "#x1B" not in text


def test_the_summary_tells_each_failure_in_a_line(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    make_project(pytester, {"a.expect": UNMET})
    lines = ["FAILED a.expect::role/app-writer can s3:GetObject on * - `role/app-writer` cannot*"]
    pytester.runpytest().stdout.fnmatch_lines(lines)


@pytest.mark.parametrize("arguments", [("--import-mode=importlib",), ("--import-mode=prepend",), ("--rootdir=acme",)])
def test_nothing_depends_on_how_modules_are_imported_or_on_the_root(
    pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    make_project(pytester, {"a.expect": MET})
    pytester.runpytest(*arguments).assert_outcomes(passed=3)


def test_files_are_found_by_the_names_that_the_ini_file_gives(pytester: pytest.Pytester) -> None:
    ini = "policysim_files = access/*.txt checks.expect\n"
    text = 'account "../acme"' + MET
    make_project(pytester, {"access/a.txt": text, "b.txt": text, "c.expect": MET, "checks.expect": MET}, ini)
    pytester.runpytest().assert_outcomes(passed=6)
    pytester.runpytest("c.expect").assert_outcomes(passed=3)


def test_the_plugin_can_be_turned_off(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": MET, "test_plain.py": "def test_plain():\n    pass\n"})
    pytester.runpytest("-p", "no:policysim").assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", WORKERS)
def test_each_process_reads_an_account_once(
    pytester: pytest.Pytester, workers: tuple[str, ...], tmp_path: Path
) -> None:
    files = {f"{number}.expect": MET for number in range(5)}
    make_project(pytester, files)
    pytester.makeconftest(
        f"""
        import os
        import policysim.testing.session as session
        read = session.read_in_force
        def counting(source):
            open({str(tmp_path / "reads")!r}, "a").write(f"{{os.getpid()}}\\n")
            return read(source)
        session.read_in_force = counting
        """
    )
    pytester.runpytest_subprocess(*workers).assert_outcomes(passed=15)
    reads = (tmp_path / "reads").read_text(encoding="utf-8").split()
    assert len(reads) == len(set(reads))


OTHER_TEXT = f"role/app-reader can s3:DeleteObject on {BUCKET}/*"


def test_the_option_wins_over_the_file_and_the_file_over_the_ini_key(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": OTHER_TEXT, "none.expect": f"#!\n{OTHER_TEXT}"}, "policysim_account = other\n")
    other_account(pytester)
    pytester.runpytest("a.expect").assert_outcomes(failed=1)
    pytester.runpytest("none.expect").assert_outcomes(passed=1)
    pytester.runpytest("--policysim-account", "other").assert_outcomes(passed=2)
    pytester.runpytest("--policysim-account=acme").assert_outcomes(failed=2)


@pytest.mark.parametrize(
    ("arguments", "ini", "sentence"),
    [
        (("--policysim-account=nowhere",), "", "*--policysim-account: there is no such file or folder: *nowhere*"),
        ((), "policysim_account = nowhere", "*policysim_account: there is no such file or folder: *nowhere*"),
        (("--policysim-account-id=12",), "", "*--policysim-account-id: `12` is not a 12-digit account id*"),
        ((), "policysim_account_id = x", "*policysim_account_id: `x` is not a 12-digit account id*"),
        (("--policysim-region=mars",), "", "*--policysim-region: `mars` is not a Region such as eu-west-1*"),
        (("--policysim-limit=many",), "", "*--policysim-limit: expected how many requests*not `many`*"),
        ((), "policysim_limit = 0", "*policysim_limit: expected how many requests*not `0`*"),
    ],
)
def test_a_setting_that_cannot_be_meant_ends_the_run(
    pytester: pytest.Pytester, arguments: tuple[str, ...], ini: str, sentence: str
) -> None:
    make_project(pytester, {"a.expect": MET}, ini)
    result = pytester.runpytest(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([sentence])
    assert "Traceback" not in result.stderr.str()


def test_a_sentence_that_stands_for_too_many_requests_fails(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f"role/app-reader cannot s3:* on {BUCKET}/*"})
    result = pytester.runpytest("--policysim-limit=10")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a.expect:2:17: error*", "*no more than 10 are asked*"])


def test_control_characters_of_a_file_do_not_reach_the_terminal(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"a.expect": f'"role/\x1b[31mred" can s3:GetObject on {REPORTS}'})
    result = pytester.runpytest("-v", "--color=no")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["a.expect:2:7: the control character U+001B stands here*"])
    assert "\x1b" not in result.stdout.str()


@pytest.mark.parametrize("workers", WORKERS)
def test_the_same_path_with_something_else_said_beside_it_is_read_apart(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """Whether no organisation was collected or there is none makes two answers of the same folder."""
    sentence = f"role/app-reader can s3:GetObject on {REPORTS}\n"
    files = {
        "a.expect": f'account "acme"\n{sentence}',
        "b.expect": f'account "acme" with organization = none\n{sentence}',
        "c.expect": f'account "acme"\n{sentence}',
    }
    make_project(pytester, files)
    (pytester.path / "acme" / "organization.json").unlink()
    result = pytester.runpytest(*workers)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["FAILED a.expect*", "FAILED c.expect*"])
