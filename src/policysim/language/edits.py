"""Edits of JSON text that leave everything else as the user wrote it.

Every edit looks at how its surroundings are written (separators, indentation, line ends) and writes likewise. Edits of
an embedded document are edits of the embedded text; ``in_file`` turns one into the same edit of the file around it.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from policysim.language.locator import children_at, document_start, first_colon, locate
from policysim.language.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.language.locator import Member
    from policysim.language.source import Location

NewValue: TypeAlias = "str | bool | int | float | Sequence[NewValue] | Mapping[str, NewValue] | None"
"""A JSON value that an edit writes; objects are dicts, lists are lists or tuples."""

_FIRST_INDENT = re.compile(r"\n([ \t]+)[^ \t\r\n]")
_LINE_START = re.compile(r"[ \t]*")
_ALONE_BEFORE = re.compile(r'[ \t]*("(?:[^"\\]|\\.)*"[ \t]*:[ \t]*)?')
_ALONE_BEHIND = re.compile(r"[ \t]*,?[ \t\r]*")

LONGEST_LINE = 100
"""A list that would make its line longer goes over several lines, if it has the line to itself."""


class TextEdit(NamedTuple):
    """Put ``replacement`` in the place of ``span``."""

    span: Span
    replacement: str


def apply_edits(source: Source, edits: Iterable[TextEdit]) -> Source:
    """The source with all ``edits`` made; its name stays, and a source cut out of a file becomes one of its own.

    Edits may stand in any order; insertions at one place keep the order given. Edits of another source, or two that
    overlap, are a mistake of the caller: ``ValueError``.
    """
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.source is not source:
            raise ValueError("an edit is of another source")
        if edit.span.start < at:
            raise ValueError("two edits overlap")
        parts += [source.text[at : edit.span.start], edit.replacement]
        at = edit.span.end
    return Source(source.name, "".join([*parts, source.text[at:]]), written_here=source.written_here)


def composed(source: Source, first: Iterable[TextEdit], then: Iterable[TextEdit]) -> tuple[TextEdit, ...]:
    """The edits of ``source`` that do at once what ``first`` and, in the text that it leaves, ``then`` do."""
    left = deque(_segments(source, first))
    done: list[_Segment] = []
    at = 0
    for edit in sorted(then, key=lambda edit: (edit.span.start, edit.span.end)):
        done += _taken(left, edit.span.start - at)
        _taken(left, edit.span.end - edit.span.start)
        done.append(_Segment(edit.replacement))
        at = edit.span.end
    return tuple(_edits_between(source, [*done, *left]))


class _Segment(NamedTuple):
    """A run of an edited text: new letters, or those of the source from ``start`` on."""

    text: str
    start: int | None = None


def _segments(source: Source, edits: Iterable[TextEdit]) -> Iterator[_Segment]:
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        yield _Segment(source.text[at : edit.span.start], at)
        yield _Segment(edit.replacement)
        at = edit.span.end
    yield _Segment(source.text[at:], at)


def _taken(left: deque[_Segment], count: int) -> list[_Segment]:
    """The next ``count`` letters, taken off the front."""
    found: list[_Segment] = []
    while count > 0 and left:
        text, start = left.popleft()
        if len(text) > count:
            rest = None if start is None else start + count
            left.appendleft(_Segment(text[count:], rest))
            text = text[:count]
        found.append(_Segment(text, start))
        count -= len(text)
    return found


def _edits_between(source: Source, segments: Iterable[_Segment]) -> Iterator[TextEdit]:
    """What stands between the runs that are kept, as edits."""
    at, new = 0, ""
    for text, start in (*segments, _Segment("", len(source.text))):
        if start is None:
            new += text
            continue
        if not text and start != len(source.text):
            continue
        if new or start != at:
            yield TextEdit(Span(source, at, start), new)
        at, new = start + len(text), ""


def in_file(edit: TextEdit) -> TextEdit:
    """The same edit in the file that a person can open: the edit itself, unless its source is embedded in a file.

    The replacement is escaped as the string around it needs, so that decoding the edited file gives exactly the edited
    document.
    """
    span, replacement = edit
    while (origin := span.source.origin) is not None:
        span = Span(origin.source, origin.offsets[span.start], origin.offsets[span.end])
        replacement = origin.escape(replacement)
    return TextEdit(span, replacement)


def append_to_list(location: Location, *values: NewValue) -> TextEdit:
    """Add ``values`` at the end of the list at ``location``; a single value there becomes a list first (spec G6).

    A list on one line stays on it where it fits.
    """
    span = locate(location)
    text = span.source.text
    if not span.text.startswith("["):
        style = _Style.beside(text, span.start, span.end)
        return _on_fitting_lines(span, [span.text, *map(style.printed, values)], style)
    items = list(children_at(text, span.start))
    if not items:
        style = _Style.inside_empty(text, span.start)
        return TextEdit(span, style.enclosed("[", [style.printed(value) for value in values], "]"))
    style = _Style.after(span, items)
    printed = [style.printed(value) for value in values]
    if "\n" not in span.text and _Line.around(span).length <= LONGEST_LINE:
        edit = _on_fitting_lines(span, [*(text[item.start : item.end] for item in items), *printed], style)
        if "\n" in edit.replacement:
            return edit
    return _insertion(span.source, items[-1].end, printed, style)


def _on_fitting_lines(span: Span, printed: list[str], style: _Style) -> TextEdit:
    """A list in the place of a value: on one line, or item by item where its line would become too long."""
    inline = f"[{style.comma.join(printed)}]"
    line = _Line.around(span)
    if "\n" in inline or not line.alone or line.length - len(span.text) + len(inline) <= LONGEST_LINE:
        return TextEdit(span, inline)
    return TextEdit(span, style.over_lines(span.source.text).enclosed("[", printed, "]", spread=True))


class _Line(NamedTuple):
    """The line of a value: how long it is, and whether the value has it to itself, in a document of several lines."""

    length: int
    alone: bool

    @classmethod
    def around(cls, span: Span) -> _Line:
        text = span.source.text
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        before, behind = text[start : span.start], text[span.end : end if end >= 0 else len(text)]
        alone = start > 0 and _ALONE_BEFORE.fullmatch(before) and _ALONE_BEHIND.fullmatch(behind)
        return cls(len(before) + len(span.text) + len(behind.rstrip()), bool(alone))


def add_member(location: Location, name: str, value: NewValue) -> TextEdit:
    """Add a member at the end of the object at ``location``; a member of that name gets ``value`` instead of its own.

    Anything but an object at ``location`` is a mistake of the caller: ``ValueError``.
    """
    span = locate(location)
    if not span.text.startswith("{"):
        raise ValueError("there is no object to add a member to")
    members = list(children_at(span.source.text, span.start))
    if not members:
        style = _Style.inside_empty(span.source.text, span.start)
        return TextEdit(span, style.enclosed("{", [style.member(name, value)], "}"))
    style = _Style.after(span, members)
    existing = [member for member in members if member.name == name]
    if existing:
        return TextEdit(Span(span.source, existing[-1].start, existing[-1].end), style.printed(value))
    return _insertion(span.source, members[-1].end, [style.member(name, value)], style)


def replace_value(location: Location, value: NewValue) -> TextEdit:
    """Put ``value`` in the place of what stands at ``location``."""
    span = locate(location)
    return TextEdit(span, _Style.beside(span.source.text, span.start, span.end).printed(value))


def rename_member(location: Location, name: str) -> TextEdit:
    """Give the member at ``location`` another name; its value stays as it is written."""
    return TextEdit(locate(location.key), _dumped(name, (",", ":")))


def remove_value(location: Location) -> TextEdit:
    """Remove a list item, or a member with its name, and the comma that goes with it; an empty shell stays.

    A whole document cannot be removed from itself, nor what is not there: ``ValueError``.
    """
    if not location.path:
        raise ValueError("a document cannot be removed from itself")
    source = location.source
    parent = locate(location._replace(path=location.path[:-1], at_key=False))
    siblings = list(children_at(source.text, parent.start))
    names = [sibling.name for sibling in siblings]
    if location.path[-1] not in names:
        raise ValueError("there is nothing to remove")
    index = len(names) - 1 - names[::-1].index(location.path[-1])
    if len(siblings) == 1:
        return TextEdit(Span(source, parent.start + 1, parent.end - 1), "")
    if index == len(siblings) - 1:
        return TextEdit(Span(source, siblings[index - 1].end, siblings[index].end), "")
    return TextEdit(Span(source, siblings[index].key_start, siblings[index + 1].key_start), "")


def _insertion(source: Source, at: int, printed: Iterable[str], style: _Style) -> TextEdit:
    return TextEdit(Span(source, at, at), "".join(style.comma + text for text in printed))


class _Style(NamedTuple):
    """How values are written at one place.

    ``comma`` is the comma with the white space behind it, ``colon`` the colon with what is around it. ``unit`` is one
    step of indentation, empty where values stay on one line; ``indent`` is that of the line that a value starts on.
    """

    comma: str
    colon: str
    newline: str
    unit: str
    indent: str

    @classmethod
    def after(cls, container: Span, children: list[Member]) -> _Style:
        """The style behind the last child of an object or list, taken from the children that are there."""
        text, last = container.source.text, children[-1]
        if len(children) > 1:
            comma = text[children[-2].end : last.key_start]
        else:
            lead = text[container.start + 1 : last.key_start]
            comma = "," + (lead if "\n" in lead else _space(text))
        colon = text[last.key_end : last.start] if isinstance(last.name, str) else _colon(text)
        return cls._at(
            text, comma, colon, expand="\n" in comma or "\n" in text[last.start : last.end], place=last.start
        )

    @classmethod
    def beside(cls, text: str, start: int, end: int) -> _Style:
        """The style of further values beside a single one."""
        return cls._at(text, "," + _space(text), _colon(text), expand="\n" in text[start:end], place=start)

    @classmethod
    def inside_empty(cls, text: str, start: int) -> _Style:
        """The style inside an empty object or list."""
        return cls._at(text, "," + _space(text), _colon(text), expand="\n" in text.strip(), place=start)

    @classmethod
    def _at(cls, text: str, comma: str, colon: str, *, expand: bool, place: int) -> _Style:
        newline = "\r\n" if "\r\n" in text else "\n"
        line_start = _LINE_START.match(text, text.rfind("\n", 0, place) + 1)
        style = cls(comma, colon if "\n" not in colon else ": ", newline, "", line_start[0] if line_start else "")
        return style.over_lines(text) if expand else style

    def over_lines(self, text: str) -> _Style:
        """The same style for a value that goes over several lines of ``text``."""
        first = _FIRST_INDENT.search(text)
        return self._replace(unit=first[1] if first else "  ")

    def printed(self, value: NewValue) -> str:
        """``value`` as JSON text, on one line or on several, further lines indented below the first."""
        separators = (self.comma if "\n" not in self.comma else ", ", self.colon)
        if not self.unit or isinstance(value, str) or not isinstance(value, Mapping | Sequence):
            return _dumped(value, separators)
        lines = _dumped(value, (",", self.colon), self.unit).split("\n")
        return f"{self.newline}{self.indent}".join(lines)

    def member(self, name: str, value: NewValue) -> str:
        """A member as JSON text."""
        return _dumped(name, (",", ":")) + self.colon + self.printed(value)

    def enclosed(self, opening: str, printed: list[str], closing: str, *, spread: bool = False) -> str:
        """Children that are put into an empty object or list: members on lines of their own, plain items inline.

        With ``spread`` plain items get lines of their own too.
        """
        simple = opening == "[" and not spread and not any("\n" in text for text in printed)
        if not self.unit or simple:
            return opening + self.comma.join(printed) + closing
        inner = self.newline + self.indent + self.unit
        indented = [text.replace("\n", "\n" + self.unit) for text in printed]
        return opening + inner + f",{inner}".join(indented) + self.newline + self.indent + closing


def _dumped(value: NewValue, separators: tuple[str, str], unit: str | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=separators, indent=unit)
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return json.dumps(value, separators=separators, indent=unit)


def _space(text: str) -> str:
    """The space behind a comma or colon inside one line: none where the document is written without any."""
    return " " if _colon(text).endswith(" ") else ""


def _colon(text: str) -> str:
    """The colon as the first member of the document has it."""
    colon = first_colon(text, document_start(text))
    return colon if colon is not None and "\n" not in colon else ": "
