"""The pytest plugin: `*.expect` files as tests, fixtures that ask what AWS would answer, markers and options.

Every pytest run on the machine loads this module, whether its project uses policysim or not. So it imports nothing
that pytest has not loaded already; what a hook needs is imported by the hook, and only when there is work for it.
PYTEST_DONT_REWRITE: there is no assertion here that pytest would have to explain.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Organisation
    from policysim.sources.in_force import PolicySource
    from policysim.testing.items import ExpectFile
    from policysim.testing.simulator import Simulator

FILES = "*.expect"
_MARKERS = (
    "policysim(account, account_id, region): where the policies are that the fixtures `policysim` and `account` read.",
    "policysim_each(account, principal, action, resource): run the test for each of these; names may hold wildcards.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options and ini keys; an option wins over the ini key of the same name."""
    group = parser.getgroup("policysim", "least privilege as tests")
    group.addoption(
        "--policysim-account",
        metavar="DIR",
        help="the policies in force: an account folder, files of another collector, a Terraform plan or a template; "
        "instead of what expectation files and markers name",
    )
    group.addoption("--policysim-account-id", metavar="ID", help="the account of a plan or template that names none")
    group.addoption("--policysim-region", metavar="REGION", help="the Region of a plan or template that names none")
    group.addoption("--policysim-limit", metavar="N", help="the most requests that one expectation may stand for")
    _add_coverage_options(parser, group)
    parser.addini("policysim_files", f"names of expectation files (default: {FILES})", type="args", default=[FILES])
    parser.addini("policysim_account", "the policies in force where nothing else names them, from the ini file's place")
    parser.addini("policysim_account_id", "the account of a plan or template that names none")
    parser.addini("policysim_region", "the Region of a plan or template that names none")
    parser.addini("policysim_limit", "the most requests that one expectation may stand for")


def _add_coverage_options(parser: pytest.Parser, group: pytest.OptionGroup) -> None:
    group.addoption(
        "--policysim-cov",
        action="append",
        nargs="?",
        const=True,
        metavar="PATH",
        help="measure which policy statements decide answers; with PATH only those of this file or folder (repeatable)",
    )
    group.addoption(
        "--policysim-cov-report",
        action="append",
        metavar="FORMAT[:PATH]",
        help="term, term-missing, html:DIR, json:FILE, lcov:FILE or markdown:FILE (repeatable; default: term)",
    )
    group.addoption(
        "--policysim-cov-fail-under",
        metavar="N",
        help="fail if less than N percent of the statements decided an answer",
    )
    group.addoption(
        "--policysim-cov-exclude",
        action="append",
        metavar="FILE#SID",
        help="statements that do not count; * and ? are wildcards (repeatable)",
    )
    parser.addini(
        "policysim_cov_exclude", "statements that do not count, as FILE#SID with wildcards", type="linelist", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the markers known, and refuses options that cannot be meant."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    names = ("account", "account_id", "region", "limit")
    if any(config.getoption(f"policysim_{name}") or config.getini(f"policysim_{name}") for name in names):
        from policysim.testing.settings import check_settings  # noqa: PLC0415  # most runs set nothing

        check_settings(config)
    if config.getoption("policysim_cov"):
        from policysim.testing.coverage import register  # noqa: PLC0415  # most runs measure nothing

        register(config)
    elif any(config.getoption(f"policysim_cov_{name}") for name in ("report", "fail_under", "exclude")):
        raise pytest.UsageError("`--policysim-cov-...` needs `--policysim-cov`")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ExpectFile | None:
    """Expectation files: those that ``policysim_files`` names, and any that the command line names."""
    if not _is_expectation_file(file_path, parent):
        return None
    from policysim.testing.items import ExpectFile  # noqa: PLC0415  # only where there is such a file

    return ExpectFile.from_parent(parent, path=file_path)


def _is_expectation_file(path: Path, parent: pytest.Collector) -> bool:
    patterns: list[str] = parent.config.getini("policysim_files")
    if any(fnmatch(str(path), f"*/{one}") if "/" in one else fnmatch(path.name, one) for one in patterns):
        return True
    return path.suffix == ".expect" and parent.session.isinitpath(path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each principal, action, resource and account that ``policysim_each`` names."""
    if metafunc.definition.get_closest_marker("policysim_each") is not None:
        from policysim.testing.each import generate  # noqa: PLC0415  # few tests are marked so

        generate(metafunc)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """The explanation of an answer in the place of a comparison."""
    outcomes = sys.modules.get("policysim.testing.outcome")
    if outcomes is None:  # nobody asked for an answer
        return None
    compared: list[str] | None = outcomes.compared(op, left, right)
    return compared


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Has the report of a worker carry its explanation along, coloured and plain."""
    explanations = sys.modules.get("policysim.testing.explanation")
    if explanations is not None:
        explanations.send_along(report)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gives the report of a worker its explanation back."""
    if hasattr(report, "policysim_explanation"):
        from policysim.testing.explanation import restore  # noqa: PLC0415  # only what failed has one

        restore(report)


@pytest.fixture
def policysim_source(request: pytest.FixtureRequest) -> PolicySource:
    """Where the policies of a test are: what `policysim_each` hands it, the option, its marker, or the ini key."""
    from policysim.testing.settings import source_of_test  # noqa: PLC0415  # only where a test asks

    return source_of_test(request)


@pytest.fixture
def account(request: pytest.FixtureRequest, policysim_source: PolicySource) -> Organisation:
    """The accounts at hand, as read; a run reads each of them once."""
    from policysim.testing.session import simulator_of_test  # noqa: PLC0415  # only where a test asks

    return simulator_of_test(request, policysim_source).organisation


@pytest.fixture
def policysim(request: pytest.FixtureRequest, policysim_source: PolicySource) -> Simulator:
    """Answers what AWS would: ``assert_allowed``, ``assert_denied``, ``decide``, ``what_if``, ``expect``."""
    from policysim.testing.session import simulator_of_test  # noqa: PLC0415  # only where a test asks

    return simulator_of_test(request, policysim_source)
