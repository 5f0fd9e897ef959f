"""Fixtures and markers in tests of pytest, and what a failing test shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.account_folders import ACCOUNT, BUCKET, OTHER
from tests.testing.plugin_projects import WORKERS, make_project, other_account

if TYPE_CHECKING:
    from collections.abc import Sequence

pytest_plugins = "pytester"

INI = "policysim_account = acme\n"
PASSES = f"""
import pytest
from policysim.testing import ALLOWED, DENIED

def test_reads(policysim):
    policysim.assert_allowed("role/app-reader", "s3:GetObject", "{BUCKET}/reports/a")
    policysim.expect("role/app-reader cannot s3:DeleteObject on {BUCKET}/*")
    assert policysim.decide("role/app-reader", "s3:GetObject", "{BUCKET}/reports/a") == ALLOWED
    assert policysim.decide("role/app-reader", "s3:GetObject", "{BUCKET}/a") == DENIED

def test_account(account):
    assert list(account.accounts) == ["{ACCOUNT}"]
"""


@pytest.mark.parametrize("workers", WORKERS)
def test_the_fixtures_answer_for_the_account_at_hand(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    make_project(pytester, {"test_access.py": PASSES}, INI)
    pytester.runpytest("-W", "error", "--strict-markers", *workers).assert_outcomes(passed=2)


def run(pytester: pytest.Pytester, test: str, *arguments: str) -> Sequence[str]:
    """The lines of a run of one test that fails."""
    make_project(pytester, {"test_it.py": f"from policysim.testing import ALLOWED, DENIED\n\n{test}"}, INI)
    result = pytester.runpytest("--color=no", *arguments)
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "simulator.py" not in shown
    assert "outcome.py" not in shown
    assert "settings.py" not in shown
    return result.outlines


def test_a_failed_assertion_shows_the_explanation_at_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    asked = f'policysim.assert_denied("role/app-writer", "s3:PutObject", "{BUCKET}/a")'
    lines = run(pytester, f"def test_it(policysim):\n    {asked}\n")
    assert f">       {asked}" in lines
    assert f"E       AssertionError: unmet: role/app-writer cannot s3:PutObject on {BUCKET}/a" in lines
    assert any(line.startswith("E ") and "authorization-details.json:" in line for line in lines)
    assert "test_it.py:4: AssertionError" in lines


def test_a_comparison_shows_the_explanation_and_no_difference_of_objects(pytester: pytest.Pytester) -> None:
    asked = f'policysim.decide("role/app-writer", "s3:PutObject", "{BUCKET}/a") == DENIED'
    lines = run(pytester, f"def test_it(policysim):\n    assert {asked}\n", "-vv")
    first = next(line for line in lines if line.startswith("E "))
    assert "assert <allowed: s3:PutObject: granted by the identity-based policy `app-writer-access`" in first
    assert any("role/app-writer cannot s3:PutObject" in line for line in lines)
    assert any("covers `s3:PutObject`" in line for line in lines)


def test_a_comparison_that_must_not_hold_is_explained_too(pytester: pytest.Pytester) -> None:
    asked = f'policysim.decide("role/app-writer", "s3:PutObject", "{BUCKET}/a") != ALLOWED'
    lines = run(pytester, f"def test_it(policysim):\n    assert {asked}\n", "-vv")
    assert any("Statement that allows it" in line for line in lines)


def test_comparisons_of_other_things_are_left_alone(pytester: pytest.Pytester) -> None:
    lines = run(pytester, "def test_it(policysim):\n    assert {ALLOWED: 1} == {ALLOWED: 2}\n")
    assert any("Differing items" in line for line in lines)


def test_an_outcome_alone_is_refused_at_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    asked = f'policysim.decide("role/app-writer", "s3:PutObject", "{BUCKET}/a")'
    lines = run(pytester, f"def test_it(policysim):\n    assert {asked}\n")
    assert any(line.startswith("E       TypeError: an outcome is neither true nor false") for line in lines)


def test_what_asks_nothing_is_told_at_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    lines = run(pytester, 'def test_it(policysim):\n    policysim.assert_denied("role/x", "s3:GetObject", "*")\n')
    assert any(line.startswith("E       policysim.testing.BrokenExpectationError: ") for line in lines)
    assert "E         no account at hand has a role `x`" in lines


def test_a_change_that_has_no_place_is_told_at_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    lines = run(pytester, 'def test_it(policysim):\n    policysim.what_if(remove_policy="nope")\n')
    assert any("no policy in force here is called `nope`" in line for line in lines)
    assert not any("what_if.py" in line for line in lines)


def test_a_test_that_nobody_tells_where_the_policies_are(pytester: pytest.Pytester) -> None:
    make_project(pytester, {"test_it.py": "def test_it(policysim):\n    pass\n"})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["nothing says where the policies are: give `--policysim-account DIR`*"])


def test_an_account_that_cannot_be_read_is_one_sentence(pytester: pytest.Pytester) -> None:
    text = 'import pytest\n\n@pytest.mark.policysim(account="gone")\ndef test_it(policysim):\n    pass\n'
    make_project(pytester, {"test_it.py": text})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*gone: there is no such*"])
    assert "Traceback" not in result.stdout.str()
    assert "session.py" not in result.stdout.str()


def marked(*lines: str) -> str:
    return "\n".join(("import pytest", *lines)) + "\n"


def test_the_nearest_marker_says_where_the_policies_are(pytester: pytest.Pytester) -> None:
    text = marked(
        'pytestmark = pytest.mark.policysim(account="../other")',
        "def test_other(account):",
        f'    assert list(account.accounts) == ["{OTHER}"]',
        '@pytest.mark.policysim(account="../acme")',
        "def test_acme(account):",
        f'    assert list(account.accounts) == ["{ACCOUNT}"]',
    )
    make_project(pytester, {"tests/test_it.py": text}, INI)
    other_account(pytester)
    pytester.runpytest("--strict-markers").assert_outcomes(passed=2)
    pytester.runpytest("--policysim-account=acme").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ("policysim()", "the marker `policysim` needs `account`"),
        (
            'policysim("acme")',
            "the marker `policysim` takes `account`, `account_id`, `region`, not a value without a name",
        ),
        ('policysim(acount="acme")', "the marker `policysim` takes `account`, `account_id`, `region`, not `acount`"),
    ],
)
def test_a_marker_that_cannot_be_meant_is_told(pytester: pytest.Pytester, marker: str, sentence: str) -> None:
    make_project(pytester, {"test_it.py": marked(f"@pytest.mark.{marker}", "def test_it(policysim):", "    pass")})
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"{sentence}*"])


@pytest.mark.parametrize("workers", WORKERS)
def test_a_test_runs_for_each_principal_and_action(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    text = marked(
        '@pytest.mark.policysim_each(principal="role/app-*", action=["iam:PutRole*", "sqs:SendMessage"])',
        "def test_it(policysim, principal, action):",
        '    policysim.assert_denied(principal, action, "*")',
    )
    make_project(pytester, {"test_it.py": text}, INI)
    result = pytester.runpytest("-v", "--strict-markers", *workers)
    result.assert_outcomes(passed=6)
    shown = result.stdout.str()
    assert "test_it.py::test_it[role/app-reader-iam:PutRolePolicy]" in shown
    assert "test_it.py::test_it[role/app-writer-sqs:SendMessage]" in shown
    pytester.runpytest("test_it.py::test_it[role/app-reader-iam:PutRolePolicy]").assert_outcomes(passed=1)


def test_a_test_runs_for_each_account_with_the_principals_of_it(pytester: pytest.Pytester) -> None:
    text = marked(
        '@pytest.mark.policysim_each(account=["acme", "other"], principal="role/*")',
        "def test_it(policysim, account, principal):",
        "    assert len(account.accounts) == 1",
        f'    policysim.assert_allowed(principal, "s3:PutObject", "{BUCKET}/a")',
    )
    make_project(pytester, {"test_it.py": text})
    other_account(pytester)
    result = pytester.runpytest("-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*test_it?acme-role/app-reader? FAILED*", "*test_it?other-role/app-reader? PASSED*"])


def test_resources_are_handed_on_as_they_are(pytester: pytest.Pytester) -> None:
    text = marked(
        f'@pytest.mark.policysim_each(resource=["{BUCKET}/a*", "{BUCKET}/b"])',
        "def test_it(policysim, resource):",
        '    policysim.assert_denied("role/app-reader", "s3:GetObject", resource)',
    )
    make_project(pytester, {"test_it.py": text}, INI)
    pytester.runpytest().assert_outcomes(passed=2)


def test_markers_of_class_and_test_add_up(pytester: pytest.Pytester) -> None:
    text = marked(
        '@pytest.mark.policysim_each(principal="role/app-*", action="s3:DeleteObject")',
        "class TestAll:",
        '    @pytest.mark.policysim_each(principal="role/app-reader")',
        "    def test_it(self, policysim, principal, action):",
        f'        policysim.assert_denied(principal, action, "{BUCKET}/*")',
    )
    make_project(pytester, {"test_it.py": text}, INI)
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ("policysim_each()", "the marker `policysim_each` names nothing: give *"),
        ('policysim_each(principals="x")', "the marker `policysim_each` takes `account`, * not `principals`"),
        ('policysim_each(principal="role/nope-*")', "*`role/nope-[*]` matches no principal*"),
        ('policysim_each(action="iam:Pot*")', "*`iam:Pot[*]` matches no action*"),
        ('policysim_each(account="gone", principal="role/*")', "*gone: there is no such*"),
        ("policysim_each(action=[])", "`policysim_each` stands for nothing here"),
    ],
)
def test_a_list_that_names_nothing_is_an_error_of_the_collection(
    pytester: pytest.Pytester, marker: str, sentence: str
) -> None:
    text = marked(f"@pytest.mark.{marker}", "def test_it(principal, action):", "    pass")
    make_project(pytester, {"test_it.py": text}, INI)
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "each.py" not in result.stdout.str()


def test_a_fixture_of_the_project_with_a_name_of_ours_wins_and_breaks_nothing(pytester: pytest.Pytester) -> None:
    text = marked(
        "@pytest.fixture",
        "def account():",
        "    return 42",
        "def test_it(policysim, account):",
        "    assert account == 42",
        f'    policysim.assert_denied("role/app-reader", "s3:PutObject", "{BUCKET}/a")',
    )
    make_project(pytester, {"test_it.py": text}, INI)
    pytester.runpytest().assert_outcomes(passed=1)
