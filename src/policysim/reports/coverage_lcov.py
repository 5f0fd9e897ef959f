"""Statement coverage as a tracefile of LCOV, which code-review tools show line by line.

A statement is a function, each line on which a statement or a listed part begins is an instrumented line; its count is
that of the least exercised of them. Source: geninfo(1), section FILES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.coverage.coverage import Status
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.reports.coverage_document import (
        CoverageDocument,
        DocumentCoverageDocument,
        FileCoverageDocument,
        StatementCoverageDocument,
    )

FIRST_LINE: Final = "TN:policysim"


def coverage_lcov(document: CoverageDocument) -> str:
    """The tracefile; files without a statement that counts are left out."""
    return "".join(f"{line}\n" for file in document.files for line in _record(file))


def _record(file: FileCoverageDocument) -> Iterator[str]:
    statements = [
        (_named(document, one), one)
        for document in file.documents
        for one in document.statements
        if not one.excluded and one.status is not Status.DEAD
    ]
    if not statements:
        return
    yield FIRST_LINE
    yield f"SF:{_plain(file.file)}"
    yield from (f"FN:{one.place.line},{name}" for name, one in statements)
    yield from (f"FNDA:{one.decided},{name}" for name, one in statements)
    yield f"FNF:{len(statements)}"
    yield f"FNH:{sum(one.decided > 0 for _, one in statements)}"
    counts = _counts([one for _, one in statements])
    yield from (f"DA:{line},{count}" for line, count in sorted(counts.items()))
    yield f"LF:{len(counts)}"
    yield f"LH:{sum(count > 0 for count in counts.values())}"
    yield "end_of_record"


def _counts(statements: list[StatementCoverageDocument]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for one in statements:
        places = [(one.place.line, one.decided)]
        places += [(part.place.line, one.decided if part.status is Status.DECIDED else 0) for part in one.parts]
        for line, count in places:
            counts[line] = min(count, counts.get(line, count))
    return counts


def _named(document: DocumentCoverageDocument, statement: StatementCoverageDocument) -> str:
    """A name that is the statement's alone in its file; a comma would end it."""
    return _plain(f"{document.name}#{statement.name} {document.pointer}".strip()).replace(",", ";")


def _plain(text: str) -> str:
    return printable(text)
