"""The lines of a source that a reader needs to see, with the parts that matter marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.language.locator import locate
from policysim.language.source import BYTE_ORDER_MARK
from policysim.reports.decision_document import LineDocument, MarkDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policysim.evaluation.decision import Outcome, StatementMatch
    from policysim.language.source import Place, Source, Span

LONGEST_LINE = 100
"""Longer lines (minified policies) are cut around what is marked in them."""

WINDOW = 70
"""As much is left of a line that is cut."""

SHORT_STATEMENT = 9
"""A statement of up to this many lines is shown whole; of a longer one, only the lines that matter."""


class Mark(NamedTuple):
    """A span to underline, and the word that explains why; ``lines`` are to be shown as well."""

    span: Span
    label: str
    lines: tuple[int, ...] = ()


def statement_excerpt(match: StatementMatch, marks: Sequence[Mark]) -> tuple[LineDocument, ...]:
    """The statement with ``marks`` in it: all of its lines if there are few, else its head and the marked lines."""
    place = locate(match.statement.location).place
    if place.end_line - place.line < SHORT_STATEMENT:
        shown = set(range(place.line, place.end_line + 1))
    else:
        shown = {place.line, *_head_lines(match), *(line for mark in marks for line in mark.lines)}
    return lines_around(locate(match.statement.location).outermost.source, shown, marks)


def _head_lines(match: StatementMatch) -> Iterable[int]:
    members = ("Effect",) if match.statement.sid is None else ("Sid", "Effect")
    return (locate(match.statement.location.below(member)).place.line for member in members)


def lines_around(source: Source, shown: set[int], marks: Iterable[Mark]) -> tuple[LineDocument, ...]:
    """The lines ``shown`` of a file, and every line on which a mark begins."""
    lines = source.text.removeprefix(BYTE_ORDER_MARK).split("\n")
    marked: dict[int, list[MarkDocument]] = {}
    for mark in marks:
        place = mark.span.place
        found = _mark_on_line(place, len(lines[place.line - 1].removesuffix("\r")), mark.label)
        marked.setdefault(place.line, []).append(found)
    return tuple(
        _line(number, lines[number - 1].removesuffix("\r"), sorted(marked.get(number, ()), key=_by_column))
        for number in sorted(shown | marked.keys())
    )


def _by_column(mark: MarkDocument) -> tuple[int, int]:
    return (mark.column, mark.end_column)


def _mark_on_line(place: Place, length: int, label: str) -> MarkDocument:
    end = place.end_column if place.end_line == place.line else length + 1
    return MarkDocument(column=place.column, end_column=max(end, place.column + 1), label=label)


def _line(number: int, text: str, marks: Sequence[MarkDocument]) -> LineDocument:
    if len(text) <= LONGEST_LINE:
        return LineDocument(number=number, start_column=1, text=text, cut=False, marks=tuple(marks))
    start = max(0, marks[0].column - 1 - WINDOW // 3) if marks else 0
    end = start + WINDOW
    visible = tuple(
        MarkDocument(column=mark.column, end_column=min(mark.end_column, end + 1), label=mark.label)
        for mark in marks
        if mark.column <= end
    )
    return LineDocument(number=number, start_column=start + 1, text=text[start:end], cut=end < len(text), marks=visible)


def outcome_span(match: StatementMatch, outcome: Outcome) -> Span:
    """The part of the policy text that an element's outcome speaks of."""
    return locate(match.statement.location.below(*outcome.path))


def covering_marks(match: StatementMatch) -> list[Mark]:
    """What makes a statement match: the element that covers the request, one mark for each element."""
    marks = [outcome_mark(match, one, _covering_label(one)) for one in match.outcomes if one.path]
    return marks or [Mark(locate(match.statement.location.below("Effect")), "")]


def outcome_mark(match: StatementMatch, outcome: Outcome, label: str) -> Mark:
    """What to underline for an outcome: its part of the text, or its name where the part goes over several lines."""
    span = outcome_span(match, outcome)
    place = span.place
    if place.line == place.end_line:
        return Mark(span, label)
    lines = tuple(range(place.line, place.end_line + 1))
    name = locate(match.statement.location.below(*outcome.path).key)
    return Mark(name, label, lines if len(lines) <= SHORT_STATEMENT else ())


def _covering_label(outcome: Outcome) -> str:
    if outcome.reason is not None:
        return outcome.sentence
    if outcome.key:
        return f"{outcome.key} is {outcome.found or 'absent'}"
    negated = str(outcome.path[0]).startswith("Not")
    return f"{'does not list' if negated else 'covers'} {outcome.found}"
