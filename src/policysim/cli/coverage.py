"""Statement coverage of ``policysim expect``: the options that ask for it, and what a run does about them."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from policysim import __version__
from policysim.cli.boundary import say
from policysim.cli.exit_codes import ExitCode
from policysim.expectations.sentences import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.account.account import Organisation
    from policysim.cli.output import Output
    from policysim.expectations.results import Answer
    from policysim.expectations.sentences import Expectation
    from policysim.reports.coverage_formats import Destination
    from policysim.reports.layout import Paint
    from policysim.sources.in_force import PolicySource

_CALLED_FOR = frozenset({Form.CAN, Form.ONLY})
_MORE = ("cov_only", "cov_reports", "cov_fail_under", "cov_excluded")


def coverage_options(command: Any) -> Any:  # noqa: ANN401  # a decorator of click's
    """Adds the options; ``coverage_run`` takes them out of the command's keyword arguments."""
    for option in (
        click.option(
            "--cov-exclude",
            "cov_excluded",
            multiple=True,
            metavar="FILE#SID",
            help="Statements that do not count; * and ? are wildcards.",
        ),
        click.option(
            "--cov-fail-under",
            type=click.FloatRange(0, 100),
            metavar="N",
            help="Exit code 1 if fewer than N percent of the statements decided an answer.",
        ),
        click.option(
            "--cov-report",
            "cov_reports",
            multiple=True,
            metavar="FORMAT[:PATH]",
            help="term, term-missing, html:DIR, json:FILE, lcov:FILE or markdown:FILE.",
        ),
        click.option("--cov-only", multiple=True, metavar="PATH", help="Only the statements of this file or folder."),
        click.option("--cov", is_flag=True, help="Measure which policy statements decide answers."),
    ):
        command = option(command)
    return command


class CoverageOptions(NamedTuple):
    """What the options ask for; the paths as they are given."""

    only: tuple[str, ...]
    reports: tuple[Destination, ...]
    fail_under: float | None
    excluded: tuple[str, ...]


def coverage_run(options: dict[str, Any], output: Output) -> CoverageRun | None:
    """Takes the options of coverage out of a command's keyword arguments; ``None`` where it is not asked for.

    Raises:
        UsageError, InputError: one of them cannot be meant, or a report could not be written.
    """
    asked = options.pop("cov")
    only, reports, fail_under, excluded = (options.pop(name) for name in _MORE)
    if not asked:
        if only or reports or excluded or fail_under is not None:
            raise click.UsageError("`--cov-...` needs `--cov`")
        return None
    from policysim.reports.coverage_formats import (  # noqa: PLC0415  # most runs measure nothing
        TERM,
        TERM_MISSING,
        destinations,
        file_of,
        is_report,
    )
    from policysim.sources.report_files import check_report_file  # noqa: PLC0415  # the same

    on_screen = output.format == "text"
    found = destinations(reports or ((TERM,) if on_screen else ()))
    if isinstance(found, str):
        raise click.UsageError(f"`--cov-report`: {found}")
    for one in found:
        file = file_of(one)
        if one.format in {TERM, TERM_MISSING} and not on_screen:
            raise click.UsageError(f"`--cov-report {one.format}` needs `--format text`")
        if file is not None:
            check_report_file(file, partial(is_report, one.format))
    for path in only:
        if not Path(path).exists():
            raise click.UsageError(f"`--cov-only`: there is no such file or folder: `{path}`")
    return CoverageRun(CoverageOptions(only, found, fail_under, excluded))


class CoverageRun:
    """Notes the answers of one run, and reports on them."""

    def __init__(self, options: CoverageOptions) -> None:
        from policysim.coverage.recorder import Recorder  # noqa: PLC0415  # most runs measure nothing

        self._options = options
        self._root = str(Path.cwd())
        self._recorder = Recorder(root=self._root)
        self._organisations: list[Organisation] = []

    def observer_of(self, _: PolicySource, organisation: Organisation) -> Callable[[Expectation, Answer], None]:
        """What takes note of the answers of one place's policies."""
        self._organisations.append(organisation)
        named: dict[int, str] = {}

        def observe(expectation: Expectation, answer: Answer) -> None:
            by = named.get(id(expectation))
            if by is None:
                by = named[id(expectation)] = f"{os.path.normpath(expectation.span.source.name)}: {expectation.text}"
            self._recorder.observe(answer.call, needed=expectation.form in _CALLED_FOR, by=by)

        return observe

    def finish(self, code: ExitCode, write: Callable[[str], None], paint: Paint) -> ExitCode:
        """Writes the reports, the table through ``write``; the exit code is 1 where too little is covered.

        Raises:
            InputError: a report could not be written.
        """
        from policysim.coverage.coverage import coverage_of  # noqa: PLC0415  # most runs measure nothing
        from policysim.coverage.places import file_named  # noqa: PLC0415  # the same
        from policysim.reports import coverage_formats as formats  # noqa: PLC0415  # the same
        from policysim.reports.coverage_build import coverage_report  # noqa: PLC0415  # the same
        from policysim.reports.coverage_text import coverage_shortfall, coverage_text  # noqa: PLC0415  # the same
        from policysim.sources.report_files import write_report_file  # noqa: PLC0415  # the same

        below = tuple(file_named(path, self._root) for path in self._options.only)
        found = coverage_of(self._organisations, self._recorder, below=below, excluded=self._options.excluded)
        report = coverage_report(found, __version__)
        for one in self._options.reports:
            file = formats.file_of(one)
            if file is None:
                missing = one.format == formats.TERM_MISSING
                write("\n" + coverage_text(report.document, paint, missing=missing))
            else:
                write_report_file(file, formats.rendered(report, one.format), partial(formats.is_report, one.format))
        short = coverage_shortfall(report.document, self._options.fail_under)
        if short is None:
            return code
        say(short)
        return code or ExitCode.UNMET
