"""``policysim expect``: do the policies in force keep to what is expected of them?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from policysim import __version__
from policysim.cli.coverage import coverage_options, coverage_run
from policysim.cli.draft import WantedDraft, draft_options, write_draft
from policysim.cli.expectation_runs import Runner, exit_code_of, selected
from policysim.cli.further_reports import further_reports, write_further
from policysim.cli.kept_files import keep_expectations, keep_policies
from policysim.cli.output import answer_stream, check_output, output_of, output_options_for
from policysim.cli.policy_source import source_options, source_options_of
from policysim.expectations.checking import LIMIT
from policysim.reports.expectation_build import expectation_report
from policysim.reports.layout import Paint
from policysim.sources.expectation_files import read_suite, suite_of
from policysim.sources.expectation_search import expectation_files
from policysim.sources.files import STANDARD_INPUT, standard_input

if TYPE_CHECKING:
    from policysim.cli.coverage import CoverageRun
    from policysim.cli.exit_codes import ExitCode
    from policysim.cli.further_reports import FurtherReport
    from policysim.cli.output import Output
    from policysim.reports.expectation_document import ExpectationReport
    from policysim.sources.expectation_files import Suite

FORMATS: Final = ("text", "json", "sarif", "markdown")

_EPILOG: Final = """\b
Examples:
  policysim expect
  policysim expect policies/access.expect --account policies/acme
  policysim expect --account plan.json --account-id 111122223333
  policysim expect --format sarif --output expectations.sarif

The files say where the policies in force are (`account "../acme"`); --account
wins over them. markdown is the body of a comment on a pull request, sarif for
code scanning.

Exit codes: 0 every expectation is met, 1 one is not, 2 bad input (an
expectation that cannot be checked is bad input), 3 none is unmet and one is
undecided.
"""


class Wanted(NamedTuple):
    """What a run is to check and to write, as the options have it."""

    paths: tuple[str, ...]
    word: str | None
    strict: bool
    further: tuple[FurtherReport, ...]


@click.command("expect", epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@source_options
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"The most requests that a sentence may stand for; {LIMIT:,} unless said.",
)
@click.option("-k", "word", metavar="WORDS", help="Only the expectations that hold these words.")
@click.option("--strict", is_flag=True, help="Take warnings for failures.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT:FILE",
    help="Write the answer in one more format to FILE. May be repeated.",
)
@draft_options
@coverage_options
@output_options_for(*FORMATS, more="the expectations that are met")
def expect(  # noqa: PLR0917  # click passes by keyword
    paths: tuple[str, ...],
    word: str | None,
    strict: bool,
    reports: tuple[str, ...],
    write: str | None,
    events: tuple[str, ...],
    principals: tuple[str, ...],
    limit: int | None,
    **options: Any,  # noqa: ANN401  # click's options
) -> ExitCode:
    """Do the policies in force keep to what is expected of them?

    PATH is an expectation file, a folder (every .expect file below it; this folder if nothing is named) or - for
    standard input.
    """
    output = output_of(options)
    check_output(output, writes_more=bool(reports) or write is not None)
    measured = coverage_run(options, output)
    named = source_options_of(options).source
    if write is not None:
        _check_draft(paths, word, reports, measured)
        return write_draft(WantedDraft(write, events, principals, output.force), named, output)
    if events or principals:
        raise click.UsageError(f"`--{'events' if events else 'principal'}` is for a draft: give `--write FILE` as well")
    wanted = Wanted(paths or (".",), word, strict, further_reports(reports, FORMATS, output))
    observer_of = None if measured is None else measured.observer_of
    return _check(wanted, Runner(named, limit=limit or LIMIT, observer_of=observer_of), output, measured)


def _check_draft(
    paths: tuple[str, ...], word: str | None, reports: tuple[str, ...], measured: CoverageRun | None
) -> None:
    given = {"a path": paths, "`-k`": word, "`--report`": reports, "`--cov`": measured}
    refused = next((name for name, value in given.items() if value), None)
    if refused is not None:
        raise click.UsageError(f"`--write` drafts a file and checks none: leave {refused} out")


def _check(wanted: Wanted, runner: Runner, output: Output, measured: CoverageRun | None) -> ExitCode:
    suites = selected([_suite(name) for name in expectation_files(wanted.paths)], wanted.word)
    files = [report.file for report in wanted.further] + ([output.file] if output.file is not None else [])
    keep_expectations(files, suites)
    keep_policies(files, runner.sources(suites))
    report = expectation_report(runner.check(suites, output), __version__)
    with answer_stream(output) as write:
        write(_rendered(report, output.format, output))
        code = exit_code_of(report.summary, strict=wanted.strict)
        if measured is not None:
            code = measured.finish(code, write, Paint(coloured=output.coloured))
    write_further(wanted.further, lambda format_: _rendered(report, format_, output._replace(colour="never")), output)
    return code


def _suite(name: str) -> Suite:
    if name == STANDARD_INPUT:
        return suite_of(standard_input(), Path())
    return read_suite(Path(name), shown=name)


def _rendered(report: ExpectationReport, format_: str, output: Output) -> str:
    if format_ == "json":
        from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

        return json_text(report)
    if format_ == "sarif":
        from policysim.reports.expectation_sarif import expectations_sarif  # noqa: PLC0415  # the same

        return expectations_sarif(report, Path.cwd())
    if format_ == "markdown":
        from policysim.reports.expectation_markdown import expectations_markdown  # noqa: PLC0415  # the same

        return expectations_markdown(report)
    from policysim.reports.expectation_text import expectations_text  # noqa: PLC0415  # the same

    return expectations_text(report, Paint(coloured=output.coloured), verbose=output.verbose)
