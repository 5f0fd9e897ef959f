"""``policysim rule``: what does the rule that an answer names say, and what does policysim make of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import answer_stream, check_output, output_of, output_options_for
from policysim.reports.layout import Paint
from policysim.reports.rule_document import rule_document
from policysim.reports.rule_text import group_lines, overview_lines, rule_lines
from policysim.rules.evidence import codes_of_finding
from policysim.rules.table import GROUPS, RULES, nearest_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cli.output import Output


@click.command("rule", epilog="Exit codes: 0 told, 2 there is no such rule.")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@output_options_for("text", "json", more="every test, and the addresses of AWS's pages")
def rule(codes: tuple[str, ...], **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """What does a rule of AWS authorization say, and what does policysim make of it?

    CODE is a rule that an answer names, such as E18, or a letter for a list of its rules, such as E; the code of a
    finding or caveat, such as full-access, stands for the rules behind it. Without CODE the letters are listed.
    """
    output = output_of(options)
    check_output(output)
    wanted = [code for text in codes for code in _known(text)]
    text = _json_of(wanted) if output.format == "json" else _text_of(wanted, output)
    with answer_stream(output) as write:
        write(text)
    return ExitCode.OK


def _known(text: str) -> list[str]:
    code = text.strip().upper()
    if code in RULES or code in GROUPS:
        return [code]
    word = text.strip().lower()
    behind = {*codes_of_finding(word), *(rule.code for rule in RULES.values() if word in rule.caveats)}
    if behind:
        return [code for code in RULES if code in behind]
    near = nearest_code(text)
    way_on = f"the nearest is {near}" if near else "`policysim rule` lists the letters"
    raise click.UsageError(f"there is no rule `{text}`; {way_on}")


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
