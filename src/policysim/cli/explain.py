"""``policysim explain``: why was this denied, and which statement must change?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from policysim import __version__
from policysim.catalog.facts import CATALOGUE
from policysim.cli.evidence import calls_of
from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import answer_stream, check_output, output_of, output_options
from policysim.cli.whose_account import misfit
from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.explanation.diagnose import diagnose
from policysim.explanation.diagnosis import Agreement, Diagnosis
from policysim.reports.build import report_file, report_of
from policysim.sources.errors import InputError
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.cli.output import Output
    from policysim.cloudtrail.call import Call
    from policysim.reports.document import Report


@click.command(
    "explain",
    epilog="Exit codes: 0 explained, 2 bad input, 3 the evidence leaves more than one cause open. "
    "A code in the answer, such as E18, names a rule: see `policysim rule E18`.",
)
@click.argument("what", metavar="ARG")
@click.option("--account", metavar="DIR", help="The policies in force: an account folder or an organisation.")
@output_options
def explain(what: str, account: str | None, **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """Why was this denied, and which statement must change?

    ARG is a file of CloudTrail events, the error message itself (in quotes), or - for standard input.
    """
    output = output_of(options)
    check_output(output)
    calls = calls_of(what, output)
    if account is None:
        diagnoses = [diagnose(call, None, CATALOGUE) for call in calls]
    else:
        diagnoses = _diagnosed_in(account, calls)
    reports = [report_of(diagnosis, Path.cwd()) for diagnosis in diagnoses]
    with answer_stream(output) as write:
        write(_rendered(reports, output))
    return ExitCode.OK if all(explained(diagnosis) for diagnosis in diagnoses) else ExitCode.UNDECIDED


def _diagnosed_in(folder: str, calls: Sequence[Call]) -> list[Diagnosis]:
    """The diagnoses, of a call that the folder says nothing about by its event alone; one call at least fits."""
    organisation = read_organisation(Path(folder))
    misfits = [misfit(call, organisation) for call in calls]
    if all(misfits):
        raise InputError(f"{folder}: {misfits[0]}")
    return [
        diagnose(call, organisation, CATALOGUE)
        if why_not is None
        else diagnose(replace(call, unresolved=(*call.unresolved, f"{folder}: {why_not}")), None, CATALOGUE)
        for call, why_not in zip(calls, misfits, strict=True)
    ]


def explained(diagnosis: Diagnosis) -> bool:
    """Whether the evidence leaves one cause.

    With policies: they deny, in one way, and AWS says nothing else. Without: AWS itself names the layer and the kind
    of denial, or a cause that is no policy.
    """
    denial, decision = diagnosis.call.denial, diagnosis.decision
    if denial is not None and not denial.iam:
        return denial.cause is not None
    if decision is None:
        return denial is not None and denial.layer is not None and denial.kind is not DenialKind.UNKNOWN
    if decision.effect in {Effect.ALLOWED, Effect.DEPENDS} or diagnosis.agreement is Agreement.DISAGREES:
        return False
    return not decision.possible or diagnosis.agreement is Agreement.AGREES


def _rendered(reports: Sequence[Report], output: Output) -> str:
    if output.format == "json":
        from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

        return json_text(report_file(reports, __version__))
    from policysim.reports.layout import Paint  # noqa: PLC0415  # the one renderer that is asked for
    from policysim.reports.text_report import text_of_all  # noqa: PLC0415  # the same

    return text_of_all(reports, Paint(coloured=output.coloured), verbose=output.verbose)
