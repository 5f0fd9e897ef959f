"""``policysim explain``: why was this denied, and which statement must change?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policysim import __version__
from policysim.cli.ask_aws import asked_from_aws, calls_from_aws
from policysim.cli.aws_evaluation import calls_with_evidence
from policysim.cli.aws_options import aws_options, aws_settings_of
from policysim.cli.event_source import event_source_options, gathered_from, live_source_of
from policysim.cli.evidence import told_by, told_of
from policysim.cli.exit_codes import ExitCode
from policysim.cli.explanations import Asked, asked_in, examined
from policysim.cli.fix_out import Patches, fix_options, fix_out_of
from policysim.cli.kept_files import keep_policies
from policysim.cli.output import answer_stream, check_output, output_of, output_options_for
from policysim.cli.policy_source import source_options_but_region, source_options_of
from policysim.cli.progress import with_progress
from policysim.explanation.hypotheses.reasoning import is_explained
from policysim.reports.build import report_of
from policysim.reports.groups import Grouping, GroupReport
from policysim.sources.in_force import read_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.cli.output import Output
    from policysim.cloudtrail.call import Call
    from policysim.explanation.diagnose import Examined
    from policysim.sources.aws.connection import AwsSettings
    from policysim.sources.in_force import PolicySource

FORMATS: Final = ("text", "json", "markdown", "html", "sarif")

_EPILOG: Final = """\b
Examples:
  policysim explain event.json --account policies/acme
  policysim explain log.json.gz --account policies/acme --format json
  policysim explain event.json --account policies/acme --format markdown
  policysim explain log.json --account policies/acme --format html \\
    --output denials.html
  policysim explain log.json --account policies/acme --format sarif \\
    --output denials.sarif
  policysim explain event.json --account policies/acme --evidence details.json
  policysim explain event.json --account policies/acme --fix-out fix.patch
  aws s3 cp file s3://data/ 2>&1 | policysim explain - --account policies/acme
  policysim explain --since 1h --region eu-west-1 --account policies/acme
  policysim explain --event-id 6d7c0f7e-2b0a-4c55-9a0e-3b1f5d8e4a21
  policysim explain s3://acme-trail/AWSLogs/111122223333/ --since 2h

Of many events, those with the same root cause make one report; JSON has a
report of each, and the groups. markdown is for a ticket, html one page that
needs nothing else, sarif for code scanning.

Exit codes: 0 explained, 2 bad input, 3 the evidence leaves more than one cause
open, 4 AWS or network failure. A code in the answer, such as E18, names a rule: see `policysim rule E18`.
"""


@click.command("explain", epilog=_EPILOG)
@click.argument("what", metavar="[FILE|DIR|s3://...|MESSAGE|-]", required=False)
@source_options_but_region
@event_source_options
@click.option(
    "--evidence",
    metavar="FILE",
    multiple=True,
    help="AWS's own evaluation of the request: authorization details or a decoded message. May be repeated.",
)
@click.option("--aws", "asks_aws", is_flag=True, help="Fetch AWS's own evaluation, and the policies if no --account.")
@aws_options
@fix_options
@output_options_for(*FORMATS, more="every statement, cause and alternative, in seven steps")
def explain(what: str | None, evidence: tuple[str, ...], *, asks_aws: bool, **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """Why was this denied, and which statement must change?

    FILE holds CloudTrail events, a message, or AWS's own evaluation of the request; MESSAGE is the error message
    itself, in quotes; - is standard input: any of these, or what a terminal showed. DIR is a folder of log files.

    Without an argument the events come from AWS: from the event history, or from what --trail, --log-group,
    --event-data-store or --athena names.
    """
    output = output_of(options)
    region = next(iter(options["regions"]), None)
    live = live_source_of(options, what)
    fetches_policies = asks_aws and options["account"] is None
    asks_aws = asks_aws or (live is not None and live.source is not None)
    if options["account"] is None and (asks_aws or live is not None):
        options["region"] = None
    policies = source_options_of(options)
    settings = aws_settings_of(options, region)
    _check_settings(settings, asks_aws=asks_aws)
    wanted = fix_out_of(options, policies.account, output)
    check_output(output, writes_more=wanted.file is not None)
    keep_policies([output.file] if output.file else [], [policies.source] if policies.source else [])
    given = (
        told_by(what or "", output)
        if live is None
        else told_of(gathered_from(live, settings, output, asks_aws=asks_aws))
    )
    calls = calls_with_evidence(given.calls, evidence)
    if asks_aws:
        calls = calls_from_aws(calls, settings)
    asked = asked_from_aws(calls, settings) if fetches_policies else _asked(policies.source, calls)
    found = examined(with_progress(asked, len(asked), "denials explained", output), given.events)
    told = _Told(found, Patches(wanted))
    with answer_stream(output) as write:
        _write_answer(told, output, write)
    told.patches.write()
    return ExitCode.OK if told.explained else ExitCode.UNDECIDED


def _check_settings(settings: AwsSettings, *, asks_aws: bool) -> None:
    """Refuses options about a way to AWS that nobody goes."""
    given = {"--profile": settings.profile, "--endpoint-url": settings.endpoint_url}
    for flag, value in given.items():
        if value is not None and not asks_aws:
            raise click.UsageError(f"`{flag}` needs `--aws`, or a source of events in AWS such as `--since`")


def _asked(source: PolicySource | None, calls: Sequence[Call]) -> Sequence[Asked]:
    if source is None:
        return [Asked(call, None) for call in calls]
    return asked_in(str(source.path), read_in_force(source), calls)


class _Told:
    """The calls on their way to the answer: what is remembered of them once they have gone by."""

    def __init__(self, calls: Iterator[Examined], patches: Patches) -> None:
        self._calls = calls
        self.patches = patches
        self.grouping, self.explained = Grouping(), True

    def __iter__(self) -> Iterator[Examined]:
        for call in self._calls:
            self.grouping.add(call.diagnosis, call.whole)
            if self.patches.wanted:
                self.patches.add(call.whole())
            self.explained = self.explained and is_explained(call.diagnosis)
            yield call


def _write_answer(told: _Told, output: Output, write: Callable[[str], None]) -> None:
    if output.format == "json":
        from policysim.reports.json_report import report_pieces  # noqa: PLC0415  # the one renderer that is asked for

        reports = (report_of(call.whole(), Path.cwd()) for call in told)
        for piece in report_pieces(reports, __version__, told.grouping.documents):
            write(piece)
        return
    for _ in told:
        pass
    groups = [GroupReport(report_of(one.first, Path.cwd()), one.document) for one in told.grouping.groups()]
    write(_rendered(groups, output))


def _rendered(groups: Sequence[GroupReport], output: Output) -> str:
    if output.format == "markdown":
        from policysim.reports.markdown_report import markdown_of_groups  # noqa: PLC0415  # the one that is asked for

        return markdown_of_groups(groups, __version__, verbose=output.verbose)
    if output.format == "html":
        from policysim.reports.html_report import html_of_groups  # noqa: PLC0415  # the same

        return html_of_groups(groups, __version__)
    if output.format == "sarif":
        from policysim.reports.explain_sarif import sarif_of_groups  # noqa: PLC0415  # the same

        return sarif_of_groups(groups, __version__, Path.cwd())
    from policysim.reports.layout import Paint  # noqa: PLC0415  # the same
    from policysim.reports.text_report import text_of_groups  # noqa: PLC0415  # the same

    return text_of_groups(groups, Paint(coloured=output.coloured), verbose=output.verbose)
