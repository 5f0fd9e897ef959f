"""The text of a policy document with the colours of what took part: lines of HTML, a word above each statement."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.coverage.coverage import Status
from policysim.reports.decision_phrases import counted
from policysim.reports.markup import Markup, element, lines, name, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.reports.coverage_document import (
        DocumentCoverageDocument,
        PartDocument,
        SpanDocument,
        StatementCoverageDocument,
    )

TONE: Final[Mapping[Status, str]] = {
    Status.DECIDED: "allow",
    Status.MATCHED: "open",
    Status.NEVER: "deny",
    Status.DEAD: "none",
}
"""The colour of each status."""

WORD: Final[Mapping[Status, str]] = {
    Status.DECIDED: "decided",
    Status.MATCHED: "matched only",
    Status.NEVER: "never took part",
    Status.DEAD: "dead",
}
"""How each status is told."""

_LONG: Final = 240
"""A line with more characters is broken, not scrolled; what stands before a document in one is left out."""


class _Stretch(NamedTuple):
    """A stretch of one line; the columns count from 0, the end is not part of it."""

    start: int
    end: int
    classes: str
    told: str


def source_of(document: DocumentCoverageDocument, text: Sequence[str], anchor: str) -> Markup:
    """The lines of a file, ``text``, on which a document stands; its statements have anchors ``ANCHOR-NUMBER``."""
    return element("pre", *_rows(document, text, anchor), class_="source")


def _rows(document: DocumentCoverageDocument, text: Sequence[str], anchor: str) -> Iterator[Markup]:
    place = document.place
    starting: dict[int, list[Markup]] = {}
    for at, one in enumerate(document.statements):
        starting.setdefault(one.place.line, []).append(_word_above(one, f"{anchor}-{at}"))
    for number in range(place.line, min(place.end_line, len(text)) + 1):
        yield from starting.get(number, ())
        line = text[number - 1]
        first, last = _shown(line, number, place)
        here = [one for one in document.statements if one.place.line <= number <= one.place.end_line]
        yield _row(number, line, here, first, last)


def _shown(line: str, number: int, place: SpanDocument) -> tuple[int, int]:
    """The part of a line that is shown: all of it, unless it is long and holds more than the document."""
    if len(line) <= _LONG:
        return 0, len(line)
    first = place.column - 1 if number == place.line else 0
    return first, place.end_column - 1 if number == place.end_line else len(line)


def _row(number: int, line: str, here: Sequence[StatementCoverageDocument], first: int, last: int) -> Markup:
    stretches = list(_stretches(number, line, here))
    cuts = {first, last, *(cut for one in stretches for cut in one[:2] if first < cut < last)}
    pieces = [_piece(line, start, end, stretches) for start, end in pairwise(sorted(cuts))]
    whole = f" on-{TONE[here[0].status]}" if len(here) == 1 and not here[0].excluded else ""
    long = " long" if last - first > _LONG else ""
    gutter = element("span", str(number), class_="gutter")
    return element("span", gutter, *pieces, Markup("\n"), class_=f"row{whole}{long}")


def _stretches(number: int, line: str, here: Sequence[StatementCoverageDocument]) -> Iterator[_Stretch]:
    """The statements on a line and their parts, the parts behind so that they are told last."""
    for one in here:
        if not one.excluded:
            yield _stretch(number, line, one.place, f"on-{TONE[one.status]}", "")
    for one in here:
        for part in one.parts:
            if part.place.line <= number <= part.place.end_line and not one.excluded:
                yield _stretch(number, line, part.place, *_of_part(part, one))


def _of_part(part: PartDocument, statement: StatementCoverageDocument) -> tuple[str, str]:
    status = Status.DEAD if statement.status is Status.DEAD else part.status
    classes, told = f"part {TONE[status]}", f"{part.element}: {WORD[status]}"
    if part.unneeded and status is Status.DECIDED:
        return f"{classes} unneeded", f"{told}, and no `can` needed it"
    return classes, told


def _stretch(number: int, line: str, place: SpanDocument, classes: str, told: str) -> _Stretch:
    start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
    end = place.end_column - 1 if number == place.end_line else len(line)
    return _Stretch(start, end, classes, told)


def _piece(line: str, start: int, end: int, stretches: Sequence[_Stretch]) -> Markup:
    over = [one for one in stretches if one.start <= start and end <= one.end]
    words = lines(line[start:end])
    if not over:
        return words
    classes = " ".join(dict.fromkeys(one.classes for one in over))
    return element("span", words, class_=classes, title=over[-1].told or None)


def _word_above(statement: StatementCoverageDocument, anchor: str) -> Markup:
    """What became of a statement, in words, on a line above it."""
    tone = "none" if statement.excluded else TONE[statement.status]
    word = "not counted" if statement.excluded else WORD[statement.status]
    children = [
        element("span", word, class_=f"chip {tone}"),
        Markup(" "),
        element("span", statement.effect.value, class_="label"),
        Markup(" "),
        name(statement.name),
    ]
    if statement.unneeded:
        children += [Markup(" "), element("span", "unneeded", class_="chip open")]
    children += [element("span", sentence(told), class_="told") for told in _told(statement)]
    return element("span", *children, Markup("\n"), class_="word", id=anchor)


def _told(statement: StatementCoverageDocument) -> Iterator[str]:
    if statement.excluded:
        yield statement.excluded
        return
    if statement.dead is not None:
        yield statement.dead.sentence
    if statement.decided:
        yield f"decided {counted(statement.decided, 'answer')}, matched in {statement.matched}"
    elif statement.matched:
        yield f"matched in {counted(statement.matched, 'answer')}"
    if statement.expectations:
        yield f"for example {'; '.join(f'`{one}`' for one in statement.expectations)}"
