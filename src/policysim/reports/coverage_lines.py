"""Lines of files as people list them: those that no answer hung on, that are dead, that grant what nobody needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from policysim.coverage.coverage import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.reports.coverage_document import FileCoverageDocument, SpanDocument, StatementCoverageDocument


class MissingLines(NamedTuple):
    """Ranges of lines, as ``12-19, 31``; empty where there are none.

    ``statements`` never decided; ``parts`` are those that never took part in a decision of a statement that did.
    Statements that share their lines with others (a plan is mostly one line) are told by ``POLICY#SID`` instead.
    """

    statements: str
    parts: str
    unneeded: str
    dead: str


def missing_lines(file: FileCoverageDocument) -> MissingLines:
    """What of a file is missing."""
    counted = list(counted_statements(file))
    open_parts = (
        part.place
        for one in counted
        if one.status is Status.DECIDED
        for part in one.parts
        if part.status is not Status.DECIDED
    )
    told = ranges_of if len({one.place.line for one in counted}) == len(counted) else partial(_named, file)
    return MissingLines(
        told(one for one in counted if one.status in {Status.MATCHED, Status.NEVER}),
        ranges(open_parts),
        told(one for one in counted if one.unneeded and one.status is Status.DECIDED),
        told(one for one in counted if one.status is Status.DEAD),
    )


def ranges_of(statements: Iterable[StatementCoverageDocument]) -> str:
    """The lines of some statements."""
    return ranges(one.place for one in statements)


def _named(file: FileCoverageDocument, statements: Iterable[StatementCoverageDocument]) -> str:
    names = {id(one): f"{document.name}#{one.name}" for document in file.documents for one in document.statements}
    return ", ".join(names[id(one)] for one in statements)


def counted_statements(file: FileCoverageDocument) -> Iterator[StatementCoverageDocument]:
    """The statements of a file that have a part in the figures."""
    return (one for document in file.documents for one in document.statements if not one.excluded)


def ranges(places: Iterable[SpanDocument]) -> str:
    """The lines of some places, those that touch joined."""
    joined: list[list[int]] = []
    for first, last in sorted((place.line, place.end_line) for place in places):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(last, joined[-1][1])
        else:
            joined.append([first, last])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in joined)
