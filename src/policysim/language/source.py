"""The user's own text, and places in it.

A span is two offsets into a source. Lines and columns are computed only when somebody must be shown a place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BYTE_ORDER_MARK = "\ufeff"

DocumentPath = tuple[str | int, ...]
"""The way from the top of a JSON text to a value in it: member names and list positions."""


class Place(NamedTuple):
    """Where a span stands for a person: 1-based lines and columns, columns counted in code points.

    ``end_column`` is the column just behind the last character.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """``file:line:column``, the form that editors and terminals link."""
        return f"{self.file}:{self.line}:{self.column}"


class Origin(NamedTuple):
    """Where an embedded text was cut from: a policy kept as a JSON string inside another file.

    ``offsets[i]`` is the offset in ``source`` of the i-th character of the embedded text; one more entry marks the end.
    ``escape`` writes new embedded text the way it must stand in ``source``. ``editable`` is false for a text that was
    worked out from ``source`` rather than cut from it: an edit of the one is no edit of the other.
    """

    source: Source
    offsets: Sequence[int]
    escape: Callable[[str], str] = str
    editable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One text as the user wrote it, byte order mark and line ends included.

    ``name`` is the file as the user named it (or ``<stdin>``, ``<message>``). ``written_here``: no person can open
    the text, since policysim wrote it down itself; the name says what it states.
    """

    name: str
    text: str = field(repr=False)
    origin: Origin | None = field(default=None, repr=False)
    written_here: bool = False


class Span(NamedTuple):
    """The characters ``start`` to ``end`` (exclusive) of a source."""

    source: Source
    start: int
    end: int

    @property
    def outermost(self) -> Span:
        """The same span in the file that a person can open."""
        span = self
        while (origin := span.source.origin) is not None:
            span = Span(origin.source, origin.offsets[span.start], origin.offsets[span.end])
        return span

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """File, line and column, in the file that a person can open."""
        source, start, end = self.outermost
        return Place(source.name, *_line_and_column(source.text, start), *_line_and_column(source.text, end))


class Location(NamedTuple):
    """A value of a JSON text, addressed by its path; found in the text only when somebody asks.

    With ``at_key`` the member's name is meant rather than its value.
    """

    source: Source
    path: DocumentPath
    at_key: bool = False

    def below(self, *steps: str | int) -> Location:
        """The location of a value inside this one."""
        return Location(self.source, self.path + steps)

    @property
    def key(self) -> Location:
        """The location of this member's name."""
        return Location(self.source, self.path, at_key=True)


def pointer_of(path: DocumentPath) -> str:
    """A way through a JSON value as a JSON pointer (RFC 6901); empty for the whole of it."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    line_start = text.rfind("\n", 0, offset) + 1
    mark = 1 if line_start == 0 and text.startswith(BYTE_ORDER_MARK) else 0
    return text.count("\n", 0, offset) + 1, offset - line_start + 1 - mark
