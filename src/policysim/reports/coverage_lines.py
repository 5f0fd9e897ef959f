"""Lines of files as people list them: those that no answer hung on, that are dead, that grant what nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.coverage.coverage import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.reports.coverage_document import FileCoverageDocument, SpanDocument, StatementCoverageDocument


class MissingLines(NamedTuple):
    """Ranges of lines, as ``12-19, 31``; empty where there are none.

    ``statements`` never decided; ``parts`` are those that never took part in a decision of a statement that did.
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
    return MissingLines(
        ranges(one.place for one in counted if one.status in {Status.MATCHED, Status.NEVER}),
        ranges(open_parts),
        ranges(one.place for one in counted if one.unneeded and one.status is Status.DECIDED),
        ranges(one.place for one in counted if one.status is Status.DEAD),
    )


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
