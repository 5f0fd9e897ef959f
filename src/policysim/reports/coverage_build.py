"""From coverage to the document that every renderer shows: places found, figures added up file by file."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.coverage.coverage import figures_of, name_of
from policysim.coverage.dead import DeadKind
from policysim.evaluation.layers import LayerName
from policysim.language.locator import locate, locate_all
from policysim.language.source import BYTE_ORDER_MARK
from policysim.reports.coverage_document import (
    CoverageDocument,
    DeadDocument,
    DocumentCoverageDocument,
    FiguresDocument,
    FileCoverageDocument,
    PartDocument,
    SpanDocument,
    StatementCoverageDocument,
    StatementEffect,
)
from policysim.reports.decision_phrases import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policysim.coverage.coverage import Coverage, DocumentCoverage, Figures, StatementCoverage
    from policysim.coverage.dead import Dead
    from policysim.language.source import Location, Source, Span

_DEAD: Final = {
    DeadKind.REPEATED: "says nothing that {other} does not say",
    DeadKind.DENIED: "{other} denies all of it",
    DeadKind.NO_ACTION: "AWS is not known to have any of its actions",
}
"""How each proof that a statement is dead is told."""

KIND: Final = "policysim-coverage"
SCHEMA_NUMBER: Final = 1


class CoverageReport(NamedTuple):
    """The document, and the text of every file in it, for those who show the source."""

    document: CoverageDocument
    texts: Mapping[str, str]


def coverage_report(coverage: Coverage, version: str, *, notes: Sequence[str] = ()) -> CoverageReport:
    """The document of what took part; ``notes`` are said beside those of the figures themselves."""
    build = _Build()
    files = tuple(
        build.file(name, list(documents))
        for name, documents in groupby(coverage.documents, key=lambda one: one.document.place.file)
    )
    document = CoverageDocument(
        kind=KIND,
        schema=SCHEMA_NUMBER,
        policysim=version,
        figures=_figures(coverage.figures),
        files=files,
        notes=(*notes, *_notes(coverage)),
    )
    return CoverageReport(document, build.texts)


def _notes(coverage: Coverage) -> list[str]:
    notes = []
    if coverage.unknown:
        tested = counted(coverage.unknown, "statement")
        notes.append(f"{tested} of no policy at hand took part in answers, such as one that a test tried out")
    notes += (f"`{path}` holds no policy that was read: nothing is counted there" for path in coverage.no_policy)
    notes += (f"`{pattern}` excludes nothing: no statement at hand is called so" for pattern in coverage.no_statement)
    open_parts = sum(len(one.document.policy.unresolved) for one in coverage.documents)
    if open_parts:
        notes.append(f"{counted(open_parts, 'statement')} that AWS fills in a part of: not known here, and not counted")
    return notes


def _figures(figures: Figures) -> FiguresDocument:
    percent = figures.percent
    return FiguresDocument(**figures._asdict(), percent=None if percent is None else round(percent, 2))


def _as_they_stand(document: DocumentCoverageDocument) -> tuple[int, int]:
    return document.place.line, document.place.column


class _Lines:
    """Where lines begin in one text."""

    def __init__(self, text: str) -> None:
        self._mark = 1 if text.startswith(BYTE_ORDER_MARK) else 0
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        mark = self._mark if line == 1 else 0
        return line, offset - self._starts[line - 1] + 1 - mark


class _Build:
    """Finds places; the lines of a file are counted once."""

    def __init__(self) -> None:
        self._lines: dict[Source, _Lines] = {}
        self.texts: dict[str, str] = {}

    def file(self, name: str, documents: Sequence[DocumentCoverage]) -> FileCoverageDocument:
        return FileCoverageDocument(
            file=name,
            figures=_figures(figures_of(documents)),
            documents=tuple(sorted((self._document(name, one) for one in documents), key=_as_they_stand)),
        )

    def _document(self, file: str, covered: DocumentCoverage) -> DocumentCoverageDocument:
        document = covered.document
        wanted = [document.policy.location]
        for one in covered.statements:
            below = one.statement.location
            wanted += [below, *(below.below(*part.part.path) for part in one.parts)]
        spans = locate_all(wanted)
        outer = spans[document.policy.location].outermost
        self.texts.setdefault(file, outer.source.text)
        return DocumentCoverageDocument(
            name=document.name,
            pointer=document.place.pointer,
            layers=tuple(dict.fromkeys(use.layer.value for use in document.uses)),
            attached_to=tuple(dict.fromkeys(use.holder for use in document.uses)),
            excluded=document.excluded,
            place=self._span(outer),
            statements=tuple(self._statement(one, spans) for one in covered.statements),
        )

    def _statement(self, covered: StatementCoverage, spans: Mapping[Location, Span]) -> StatementCoverageDocument:
        at = covered.statement.location
        parts = (
            PartDocument(
                element=one.part.element,
                text=one.part.text,
                status=one.status,
                unneeded=one.unneeded,
                place=self._span(spans[at.below(*one.part.path)]),
            )
            for one in covered.parts
        )
        return StatementCoverageDocument(
            name=covered.name,
            effect=StatementEffect(covered.statement.effect.value),
            status=covered.status,
            unneeded=covered.unneeded,
            matched=covered.matched,
            decided=covered.decided,
            needed=covered.needed,
            place=self._span(spans[at]),
            dead=None if covered.dead is None else self._dead(covered.dead),
            excluded=covered.excluded,
            expectations=covered.by,
            parts=tuple(parts),
        )

    def _dead(self, dead: Dead) -> DeadDocument:
        if dead.limits:
            return self._outside(dead)
        if dead.document is None or dead.statement is None:
            return DeadDocument(kind=dead.kind, sentence=_DEAD[dead.kind], file="", line=0)
        file = dead.document.place.file
        line = self._span(locate(dead.statement.location)).line
        other = f"statement `{name_of(dead.statement)}` of `{dead.document.name}` ({file}:{line})"
        return DeadDocument(kind=dead.kind, sentence=_DEAD[dead.kind].format(other=other), file=file, line=line)

    def _outside(self, dead: Dead) -> DeadDocument:
        """Of an Allow of which limits let nothing pass: the first of the limits, and whether there are others."""
        file, line, where = "", 0, ""
        if dead.document is not None:
            file, line = dead.document.place.file, self._span(locate(dead.document.policy.location)).line
            where = f" ({file}:{line})"
        limit = dead.limits[0]
        if limit.layer is LayerName.BOUNDARY:
            subject, verb = f"the permissions boundary `{limit.policies[0].name}`{where}", "allows"
        else:
            subject, verb = f"the service control policies of `{limit.node}`{where}", "allow"
        if len(dead.limits) > 1:
            subject, verb = f"limits of all who have it, such as {subject},", "allow"
        return DeadDocument(kind=dead.kind, sentence=f"{subject} {verb} nothing of it", file=file, line=line)

    def _span(self, span: Span) -> SpanDocument:
        source, start, end = span.outermost
        if source not in self._lines:
            self._lines[source] = _Lines(source.text)
        (line, column), (end_line, end_column) = map(self._lines[source].place, (start, end))
        return SpanDocument(line=line, column=column, end_line=end_line, end_column=end_column)
