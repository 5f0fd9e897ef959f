"""``--report FORMAT:FILE``: the answer of one run in further formats, each in a file of its own."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import click

from policysim.cli.whole_file import check_target, is_same_target, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policysim.cli.output import Output


class FurtherReport(NamedTuple):
    """A format, and the file that is to hold the answer in it."""

    format: str
    file: str


def further_reports(given: Sequence[str], formats: Sequence[str], output: Output) -> tuple[FurtherReport, ...]:
    """What ``--report`` asks for; refuses, before any work is done, a file that could not be written."""
    found = tuple(_report(one, formats) for one in given)
    for report in found:
        check_target(report.file, force=output.force, option="--report")
    names = [report.file for report in found] + ([output.file] if output.file is not None else [])
    for one, other in combinations(names, 2):
        if is_same_target(one, other):
            raise click.UsageError(f"`{one}` cannot hold two reports")
    return found


def _report(given: str, formats: Sequence[str]) -> FurtherReport:
    format_, colon, file = given.partition(":")
    if not colon or format_ not in formats:
        raise click.UsageError(f"`--report {given}` is not of the form FORMAT:FILE (FORMAT is {', '.join(formats)})")
    return FurtherReport(format_, file)


def write_further(reports: Sequence[FurtherReport], render: Callable[[str], str], output: Output) -> None:
    """Writes each of them; a file appears whole or not at all."""
    for report in reports:
        with whole_file(report.file, force=output.force) as stream:
            stream.write(render(report.format).encode("utf-8", "backslashreplace"))
