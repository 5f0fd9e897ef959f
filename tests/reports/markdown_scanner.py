"""What of a Markdown text would be more than words to GitHub: read character by character, without the renderer's code.

Source: GitHub Flavored Markdown specification, sections 2.4 (escapes), 4.5 (fences), 6.3 (code spans), 6.9 (autolinks);
GitHub Docs, autolinked references and mentions.
"""

from __future__ import annotations

import re

_LAYOUT = re.compile(r"(?:#{1,6} (?:\d+\. )?|\s*(?:- |\d+\. )(?:\[ \] )?|\*\*[A-Z]+\*\* |\| )?")
_SEPARATOR = re.compile(r"\|(?: --- \|)+|---|\|(?:  \|)+")
_FENCE = re.compile(r"\s*(`{3,})([a-z]*)$")
_SPECIAL = set("`*_{}[]<>~&$#@!^")
_LINKED = re.compile(r"://|www\.|[@#][\w-]|\bGH-\d|(?<![\w])[0-9a-f]{7,40}(?![\w])")


def live_parts(markdown: str) -> list[str]:
    """Everything outside of code that is markup, a link or a mention, apart from the report's own layout."""
    found: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        opened = _FENCE.match(line)
        if fence:
            if line.strip() == fence:
                fence = ""
        elif opened is not None and opened[2]:
            fence = opened[1]
        elif _SEPARATOR.fullmatch(line) is None:
            found += _live_in_line(line)
    return [*found, *([f"open {fence}"] if fence else [])]


def _live_in_line(line: str) -> list[str]:
    layout = _LAYOUT.match(line)
    rest = line[layout.end() :] if layout else line
    in_table = line.startswith("| ")
    words, at = "", 0
    live: list[str] = []
    while at < len(rest):
        if rest[at] == "\\" and at + 1 < len(rest):
            words, at = words + "\0", at + 2
        elif rest[at] == "`":
            closed = _end_of_span(rest, at)
            if closed is None:
                return [f"open code: {line}"]
            if in_table and re.search(r"(?<!\\)\|", rest[at:closed]):
                live.append(f"cell ends in code: {line}")
            words, at = words + "\0", closed
        elif rest[at] in _SPECIAL or (rest[at] == "|" and not _is_cell_border(rest, at, in_table=in_table)):
            return [f"{rest[at]!r} at {at}: {line}"]
        else:
            words, at = words + rest[at], at + 1
    if re.match(r"\s*(?:[-+=] |\d+[.)] |-{3}|={2})", words):
        live.append(f"a block begins: {line}")
    if _LINKED.search(words):
        live.append(f"linked: {line}")
    return live


def _end_of_span(text: str, at: int) -> int | None:
    ticks = re.match(r"`+", text[at:])
    assert ticks is not None
    for run in re.finditer(r"`+", text[at + len(ticks[0]) :]):
        if len(run[0]) == len(ticks[0]):
            return at + len(ticks[0]) + run.end()
    return None


def _is_cell_border(text: str, at: int, *, in_table: bool) -> bool:
    return in_table and text[at - 1 : at] in {" ", ""} and text[at + 1 : at + 2] in {" ", ""}
