"""Rules for a terminal: one in full, or those of a letter in one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.reports.layout import Tone, labelled, paragraph
from policysim.rules.rule import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.layout import Paint
    from policysim.reports.rule_document import RuleDocument
    from policysim.rules.rule import Rule

_SHOWN: Final = 6
"""How many tests, and how many cases, are shown unless all are asked for."""


def rule_lines(document: RuleDocument, paint: Paint, *, verbose: bool = False) -> list[str]:
    """One rule in full; with ``verbose`` every test and case of it, and the addresses of its pages."""
    status = "" if document.status is Status.IMPLEMENTED else f", {document.status.value}"
    head = f"{document.code}  {document.group} ({document.confidence.meaning}{status})"
    lines = [paint(head, Tone.HEADING), *paragraph(document.says), ""]
    lines += labelled("not done" if document.status is Status.OUT_OF_SCOPE else "we do", document.we_do)
    if document.doubt:
        lines += labelled("in doubt", document.doubt)
    if document.switches:
        lines += labelled("switch", ", ".join(document.switches))
    if document.caveats:
        lines += labelled("caveat", ", ".join(document.caveats))
    if document.findings:
        lines += labelled("finding", ", ".join(document.findings))
    for number, source in enumerate(document.sources):
        lines += labelled("" if number else "source", f"{source.guide}, {source.page}")
        if verbose:
            lines.append(paint(" " * 13 + source.url, Tone.QUIET))
    return [*lines, *_evidence(document, verbose=verbose)]


def _evidence(document: RuleDocument, *, verbose: bool) -> Iterator[str]:
    limit = None if verbose else _SHOWN
    file = ""
    for test in document.tests[:limit]:
        where, _, function = test.partition("::")
        if where != file:
            yield from labelled("" if file else "tests", where)
            file = where
        yield f"{' ' * 15}{function}"
    if document.cases:
        yield from labelled("cases", ", ".join(document.cases[:limit]))
    more = 0 if verbose else len(document.tests[_SHOWN:]) + len(document.cases[_SHOWN:])
    if more:
        yield from labelled("", f"and {more} more (see -v)")
    if not (document.tests or document.cases):
        yield from labelled("tests", "none")


def group_lines(title: str, rules: Sequence[Rule], paint: Paint) -> list[str]:
    """The rules of one letter, one line each."""
    lines = [paint(f"{rules[0].letter}  {title}", Tone.HEADING)]
    for rule in rules:
        lines += paragraph(rule.headline, first=f"  {rule.code:<4} ", rest=" " * 7)
    return lines


def overview_lines(groups: dict[str, tuple[str, tuple[Rule, ...]]], paint: Paint) -> list[str]:
    """The letters, one line each."""
    lines = [paint("The rules of AWS authorization, by letter", Tone.HEADING)]
    for letter, (title, rules) in groups.items():
        span = f"{rules[0].code} to {rules[-1].code}"
        lines.append(f"  {letter}  {title:<30} {span}")
    return [*lines, "", *paragraph("`policysim rule E` lists the rules of a letter, `policysim rule E18` tells it.")]
