r"""A proposed edit as a unified diff that ``git apply`` takes.

The diff is computed from the edits themselves, so that everything else of the user's text stays as it is: indentation,
``\r\n``, byte order mark, a missing final line end. There is no ``diff --git`` line: without one, git takes the paths
relative to the folder it runs in, not to the top of the repository.
"""

from __future__ import annotations

import difflib
import os
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from policysim.language.edits import TextEdit
    from policysim.language.source import Source

CONTEXT = 3
"""Unchanged lines around each change, as git has it."""


class DiffTarget(NamedTuple):
    """Where a diff is to be applied: the folder to run ``git apply`` in, and the file's path from there."""

    folder: str
    path: str


class _Replacement(NamedTuple):
    start: int
    end: int
    text: str


def diff_target(file: str, base: Path | None) -> DiffTarget:
    """The file's path from ``base``, or from its own folder when it lies outside (git refuses ``..`` in a diff)."""
    if base is None:
        return DiffTarget(".", file.lstrip("/"))
    relative = os.path.relpath(base / file, base)
    if PurePath(relative).parts[0] == os.pardir:
        folder, name = os.path.split(file)
        return DiffTarget(folder, name)
    return DiffTarget(".", relative.replace(os.sep, "/"))


def outermost_source(source: Source) -> Source:
    """The file that a person can open, when ``source`` is a text inside it."""
    while source.origin is not None:
        source = source.origin.source
    return source


def unified_diff(edits: Sequence[TextEdit], path: str) -> str:
    """The edits of one file as a unified diff; empty when they change nothing.

    ``edits`` do not overlap. An empty source is a file that does not exist yet.
    """
    if not edits:
        return ""
    source = outermost_source(edits[0].span.source)
    replacements = sorted(_in_file(edit) for edit in edits)
    hunks = "".join(_hunks(source.text, replacements))
    if not hunks:
        return ""
    before = _header_path("a/" + path) if source.text else "/dev/null"
    return f"--- {before}\n+++ {_header_path('b/' + path)}\n{hunks}"


def _in_file(edit: TextEdit) -> _Replacement:
    """The edit of an embedded text as an edit of the file around it, written the way its surroundings are."""
    span, text = edit.span, edit.replacement
    while (origin := span.source.origin) is not None:
        text = origin.escape(text)
        span = Span(origin.source, origin.offsets[span.start], origin.offsets[span.end])
    return _Replacement(span.start, span.end, text)


def _hunks(text: str, replacements: Sequence[_Replacement]) -> Iterable[str]:
    """One hunk for each run of edits whose surroundings touch, compared line by line."""
    lines = text.split("\n")
    starts = _line_starts(lines)
    shift = 0
    for group in _neighbours(replacements, starts):
        first = max(0, _line_of(starts, group[0].start) - CONTEXT)
        last = min(len(lines), _line_of(starts, group[-1].end) + CONTEXT + 1)
        begin = starts[first]
        finish = starts[last - 1] + len(lines[last - 1])
        changed = _replaced(text[begin:finish], begin, group).split("\n")
        at_end = last == len(lines)
        hunk, added = _hunk(lines[first:last], changed, first, shift, at_end=at_end)
        shift += added
        yield hunk


def _line_starts(lines: Sequence[str]) -> list[int]:
    starts, offset = [], 0
    for line in lines:
        starts.append(offset)
        offset += len(line) + 1
    return starts


def _line_of(starts: Sequence[int], offset: int) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low


def _neighbours(replacements: Sequence[_Replacement], starts: Sequence[int]) -> list[list[_Replacement]]:
    groups: list[list[_Replacement]] = []
    for replacement in replacements:
        line = _line_of(starts, replacement.start)
        if groups and line - _line_of(starts, groups[-1][-1].end) <= 2 * CONTEXT:
            groups[-1].append(replacement)
        else:
            groups.append([replacement])
    return groups


def _replaced(piece: str, offset: int, replacements: Sequence[_Replacement]) -> str:
    parts, position = [], 0
    for replacement in replacements:
        parts.append(piece[position : replacement.start - offset])
        parts.append(replacement.text)
        position = replacement.end - offset
    return "".join((*parts, piece[position:]))


def _hunk(old: list[str], new: list[str], first: int, shift: int, *, at_end: bool) -> tuple[str, int]:
    """One ``@@`` hunk, and how many lines longer the file is behind it."""
    before, after = _terminated(old, at_end=at_end), _terminated(new, at_end=at_end)
    if before == after:
        return "", 0
    diff = list(difflib.unified_diff(before, after, n=CONTEXT, lineterm="\n"))[2:]
    body = "".join(_with_line_end(_moved(line, first, shift)) for line in diff)
    return body, len(after) - len(before)


def _terminated(lines: list[str], *, at_end: bool) -> list[str]:
    """The lines with their line ends; at the end of a file the last piece has none, and is no line if it is empty."""
    if not at_end:
        return [line + "\n" for line in lines]
    whole = [line + "\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def _with_line_end(line: str) -> str:
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _moved(line: str, first: int, shift: int) -> str:
    """A hunk header counted from the top of the file instead of from the top of the piece compared."""
    if not line.startswith("@@ "):
        return line
    _, old, new, _ = line.split(" ", 3)
    return f"@@ -{_from(old[1:], first)} +{_from(new[1:], first + shift)} @@\n"


def _from(numbers: str, offset: int) -> str:
    line, _, count = numbers.partition(",")
    moved = str(int(line) + offset)
    return f"{moved},{count}" if count else moved


def _header_path(path: str) -> str:
    """A path as git reads it: quoted when it holds quotes or control characters, closed by a tab when it has spaces."""
    if any(character in '"\\' or not character.isprintable() for character in path):
        return '"' + "".join(_quoted(byte) for byte in os.fsencode(path)) + '"'
    return path + "\t" if " " in path else path


def _quoted(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
