"""Text in Markdown in which nothing but the words themselves is left: no markup, no HTML, no link, no mention.

Source: GitHub Flavored Markdown specification (backslash escapes, code spans, fenced code blocks, tables, autolinks).
"""

from __future__ import annotations

import re
from typing import Final

from policysim.reports.inline import pieces
from policysim.reports.printable import printable, printable_lines

_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>|~&$#@!^]")
_LINE_START: Final = re.compile(r"\A(\s*)([-+=:]|\d+(?=[.)]))")
_TICKS: Final = re.compile(r"`+")


def inline(sentence: str, *, in_table: bool = False) -> str:
    """A sentence on one line, its names as code; two names that touch would be read as one, and stand apart."""
    written = ""
    for piece in pieces(sentence):
        part = code(piece.text, in_table=in_table) if piece.code else _escaped(piece.text)
        touching = piece.code and written.endswith("`")
        written += f" {part}" if touching else part
    return _LINE_START.sub(_harmless_start, written, count=1)


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: "\\" + found[0], text)


def _harmless_start(found: re.Match[str]) -> str:
    """The beginning of a sentence that would begin a list or underline a heading."""
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def code(text: str, *, in_table: bool = False) -> str:
    """A code span around ``text``, whatever it holds."""
    text = printable(text)
    if not text.strip():
        return ""
    if in_table:
        text = text.replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    padding = " " if len(ticks) > 1 or text[0] == " " or text[-1] == " " else ""
    return f"{ticks}{padding}{text}{padding}{ticks}"


def fenced(text: str, language: str) -> list[str]:
    """A fenced block of code; no line of ``text`` can end it."""
    shown = printable_lines(text).replace("\r", "").removesuffix("\n")
    fence = "`" * max(3, max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    return [f"{fence}{language}", *shown.split("\n"), fence]
