"""``policysim check``: is this policy valid, and does it do what it says?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policysim import __version__
from policysim.cli.exit_codes import ExitCode
from policysim.cli.kept_files import keep_policies
from policysim.cli.output import answer_stream, check_output, output_of, output_options_for
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.language.source import pointer_of
from policysim.reports.check_build import CheckedPolicy, check_file
from policysim.sources.in_force import PolicySource
from policysim.sources.policy_documents import documents_in
from policysim.sources.policy_files import policy_of
from policysim.validation.checking import check_policy
from policysim.validation.findings import FindingSeverity
from policysim.validation.guessing import guess_type

if TYPE_CHECKING:
    from policysim.cli.output import Output
    from policysim.reports.check_document import CheckFile
    from policysim.sources.policy_documents import FoundDocument

TYPES: Final[dict[str, PolicyType]] = {
    **{kind.value: kind for kind in PolicyType if kind is not PolicyType.VPCE},
    "endpoint": PolicyType.VPCE,
    "vpce": PolicyType.VPCE,
}
"""The words of ``--type``; ``vpce`` is that of ``eval --as``."""

_EPILOG: Final = "Exit codes: 0 no findings, 1 findings of the severity or worse, 2 bad input."


@click.command("check", epilog=_EPILOG)
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@click.option("--type", "type_", type=click.Choice(list(TYPES)), help="What the documents are; guessed if not said.")
@click.option(
    "--severity",
    type=click.Choice([severity.value for severity in FindingSeverity]),
    default=FindingSeverity.WARNING.value,
    show_default=True,
    help="The least severity to report.",
)
@output_options_for("text", "json", "sarif", more="clean documents, rules and AWS's pages")
def check(policies: tuple[str, ...], type_: str | None, severity: str, **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """Is this policy valid, and does it do what it says?

    POLICY is a file, a folder (every document in the .json files below it) or - for standard input. A file may hold
    the document itself or what the AWS CLI prints around one.
    """
    output = output_of(options)
    check_output(output)
    keep_policies([output.file] if output.file else [], [PolicySource(Path(policy)) for policy in policies])
    told = None if type_ is None else TYPES[type_]
    checked = [_checked(found, told) for argument in policies for found in documents_in(argument)]
    document = check_file(checked, FindingSeverity(severity), __version__)
    with answer_stream(output) as write:
        write(_rendered(document, output))
    return ExitCode.FINDINGS if any(policy.findings for policy in document.policies) else ExitCode.OK


def _checked(found: FoundDocument, told: PolicyType | None) -> CheckedPolicy:
    if told is not None:
        policy_type, reason = told, "so says `--type`"
    elif found.type is not None:
        policy_type, reason = found.type, found.reason
    else:
        policy_type, reason = guess_type(found.value)
    if found.broken:
        policy = policy_of(found.location.source, policy_type)
    else:
        policy = read_policy(found.value, found.location, policy_type)
    return CheckedPolicy(policy, pointer_of(found.path), reason, check_policy(policy))


def _rendered(document: CheckFile, output: Output) -> str:
    if output.format == "json":
        from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

        return json_text(document)
    if output.format == "sarif":
        from policysim.reports.sarif import sarif_text  # noqa: PLC0415  # the same

        return sarif_text(document, Path.cwd())
    from policysim.reports.check_text import check_text  # noqa: PLC0415  # the same
    from policysim.reports.layout import Paint  # noqa: PLC0415  # the same

    return check_text(document, Paint(coloured=output.coloured), verbose=output.verbose)
