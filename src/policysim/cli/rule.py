"""``policysim rule``: what does the rule that an answer names say, and what does policysim make of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import answer_stream, check_output, output_of, output_options
from policysim.reports.layout import Paint
from policysim.reports.rule_document import rule_document
from policysim.reports.rule_text import group_lines, overview_lines, rule_lines
from policysim.rules.table import GROUPS, RULES, nearest_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cli.output import Output


@click.command("rule", epilog="Exit codes: 0 told, 2 there is no such rule.")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@output_options
def rule(codes: tuple[str, ...], **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """What does a rule of AWS authorization say, and what does policysim make of it?

    CODE is a rule that an answer names, such as E18, or a letter for a list of its rules, such as E. Without CODE the
    letters are listed. -v shows every test of a rule, and the addresses of its pages.
    """
    output = output_of(options)
    check_output(output)
    wanted = [_known(code) for code in codes]
    text = _json_of(wanted) if output.format == "json" else _text_of(wanted, output)
    with answer_stream(output) as write:
        write(text)
    return ExitCode.OK


def _known(text: str) -> str:
    code = text.strip().upper()
    if code in RULES or code in GROUPS:
        return code
    raise click.UsageError(f"there is no rule `{text}`; the nearest is {nearest_code(text)}")


def _text_of(wanted: Iterable[str], output: Output) -> str:
    paint = Paint(coloured=output.coloured)
    blocks = [
        group_lines(*GROUPS[code], paint)
        if code in GROUPS
        else rule_lines(rule_document(RULES[code]), paint, verbose=output.verbose)
        for code in wanted
    ]
    return "\n\n".join("\n".join(block) for block in blocks or [overview_lines(GROUPS, paint)]) + "\n"


def _json_of(wanted: list[str]) -> str:
    """The rules asked for, a letter standing for all of its rules and nothing for all there are."""
    from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

    asked = [rule for code in wanted or GROUPS for rule in (GROUPS[code][1] if code in GROUPS else (RULES[code],))]
    return json_text({"rules": [rule_document(one) for one in dict.fromkeys(asked)]})
