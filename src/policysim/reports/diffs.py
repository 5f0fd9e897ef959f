r"""A proposed edit as a unified diff that ``git apply`` takes.

The diff is computed from the edits themselves, so that everything else of the user's text stays as it is: indentation,
``\r\n``, byte order mark, a missing final line end. There is no ``diff --git`` line: without one, git takes the paths
relative to the folder it runs in, not to the top of the repository.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.edits import in_file

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
    in_order = sorted(map(in_file, edits), key=lambda edit: (edit.span.start, edit.span.end))
    hunks = "".join(_hunks(source.text, in_order))
    if not hunks:
        return ""
    before = _header_path("a/" + path) if source.text else "/dev/null"
    return f"--- {before}\n+++ {_header_path('b/' + path)}\n{hunks}"


def _hunks(text: str, edits: Sequence[TextEdit]) -> Iterable[str]:
    """One hunk for each run of edits whose surroundings touch, compared line by line."""
    lines, starts = _lines_of(text)
    shift = 0
    for group in _neighbours(edits, starts):
        top, bottom = _line_of(starts, group[0].span.start), _line_of(starts, group[-1].span.end)
        touched = text[starts[top] : starts[bottom] + len(lines[bottom])]
        edited = _edited(touched, starts[top], group).split("\n")
        first, at_end = max(0, top - CONTEXT), bottom + 1 + CONTEXT >= len(lines)
        above, below = lines[first:top], lines[bottom + 1 : bottom + 1 + CONTEXT]
        old = _terminated([*above, *lines[top : bottom + 1], *below], at_end=at_end)
        new = _terminated([*above, *edited, *below], at_end=at_end)
        if old != new:
            body = _body(old, new, top - first, len(_terminated(below, at_end=at_end)) if below else 0)
            yield f"@@ -{_range(first, len(old))} +{_range(first + shift, len(new))} @@\n{body}"
        shift += len(new) - len(old)


class _Lines(NamedTuple):
    """The lines of a text, and the offset of each."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]


@lru_cache(maxsize=2)
def _lines_of(text: str) -> _Lines:
    """Remembered, since many fixes in a row are of one file, which may be long."""
    lines = tuple(text.split("\n"))
    return _Lines(lines, (0, *(start + number for number, start in enumerate(accumulate(map(len, lines[:-1])), 1))))


def _line_of(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset) - 1


def _neighbours(edits: Sequence[TextEdit], starts: Sequence[int]) -> list[list[TextEdit]]:
    groups: list[list[TextEdit]] = []
    for edit in edits:
        line = _line_of(starts, edit.span.start)
        if groups and line - _line_of(starts, groups[-1][-1].span.end) <= 2 * CONTEXT:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _edited(piece: str, offset: int, edits: Sequence[TextEdit]) -> str:
    parts, position = [], 0
    for edit in edits:
        parts += [piece[position : edit.span.start - offset], edit.replacement]
        position = edit.span.end - offset
    return "".join((*parts, piece[position:]))


def _body(old: list[str], new: list[str], above: int, below: int) -> str:
    """The lines of a hunk. Only what lies between the unchanged lines around the edits is compared.

    A comparison of everything may take a repeated line of the edit for one of those around it. The hunk then begins
    or ends without unchanged lines, and git takes such a hunk only at the beginning or the end of a file.
    """
    before, after = old[above : len(old) - below], new[above : len(new) - below]
    body = [" " + line for line in old[:above]]
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            body += [" " + line for line in before[start:end]]
        else:
            body += ["-" + line for line in before[start:end]] + ["+" + line for line in after[new_start:new_end]]
    body += [" " + line for line in old[len(old) - below :]]
    return "".join(map(_with_line_end, body))


def _terminated(lines: Sequence[str], *, at_end: bool) -> list[str]:
    """The lines with their line ends; at the end of a file the last piece has none, and is no line if it is empty."""
    if not at_end:
        return [line + "\n" for line in lines]
    whole = [line + "\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def _with_line_end(line: str) -> str:
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _range(first: int, count: int) -> str:
    """Where a hunk begins, from line 1 on, and how many lines it has; what has none begins behind the line before."""
    if count == 1:
        return str(first + 1)
    return f"{first + 1 if count else first},{count}"


def _header_path(path: str) -> str:
    """A path as git reads it: quoted when it holds quotes or control characters, closed by a tab when it has spaces."""
    if any(character in '"\\' or not character.isprintable() for character in path):
        return '"' + "".join(_quoted(byte) for byte in os.fsencode(path)) + '"'
    return path + "\t" if " " in path else path


def _quoted(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
