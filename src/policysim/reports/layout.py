"""Paragraphs, hanging indents and colours of text reports.

A word is never broken: an ARN that is cut in two cannot be copied. Only words longer than a line make a line longer.
"""

from __future__ import annotations

from enum import Enum

from policysim.reports.printable import display_width

WIDTH = 80
INDENT = "  "
_RESET = "\x1b[0m"


class Tone(Enum):
    """What a piece of text means; the value is its terminal sequence."""

    HEADING = "\x1b[1m"
    DENIED = "\x1b[1;31m"
    ALLOWED = "\x1b[1;32m"
    UNDECIDED = "\x1b[1;33m"
    PLACE = "\x1b[36m"
    QUIET = "\x1b[2m"
    ADDED = "\x1b[32m"
    REMOVED = "\x1b[31m"


class Paint:
    """Colours text, or leaves it alone: the caller decides once, for a whole report."""

    __slots__ = ("coloured",)

    def __init__(self, *, coloured: bool = False) -> None:
        self.coloured = coloured

    def __call__(self, text: str, tone: Tone) -> str:
        """``text`` in the colour of ``tone``."""
        return f"{tone.value}{text}{_RESET}" if self.coloured and text else text


def paragraph(text: str, *, first: str = INDENT, rest: str | None = None, width: int = WIDTH) -> list[str]:
    """``text`` (printable, without colours) in lines of at most ``width`` columns, behind ``first`` and ``rest``."""
    hanging = " " * display_width(first) if rest is None else rest
    lines: list[str] = []
    line = first
    empty = True
    for word in text.split(" "):
        if not empty and display_width(line) + 1 + display_width(word) > width:
            lines.append(line.rstrip())
            line, empty = hanging, True
        line = line + word if empty else f"{line} {word}"
        empty = False
    lines.append(line.rstrip())
    return lines


def bullet(text: str) -> list[str]:
    """A list item."""
    return paragraph(text, first="  - ")


def labelled(label: str, text: str, *, column: int = 13) -> list[str]:
    """A row of a two-column table: the label, then ``text`` with a hanging indent."""
    return paragraph(text, first=(INDENT + label).ljust(column))
