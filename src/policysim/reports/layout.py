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


def labelled(label: str, text: str, *, column: int = 13) -> list[str]:
    """A row of a two-column table: the label, then ``text`` with a hanging indent."""
    return paragraph(text, first=(INDENT + label).ljust(column))


def command_lines(command: str, *, indent: str = "    ", width: int = WIDTH) -> list[str]:
    r"""A shell command; a long one is continued with ``\`` before an option, never inside quotes."""
    lines: list[str] = []
    line = indent
    for part in _options(command):
        if line.strip() and display_width(line) + 1 + display_width(part) + 2 > width:
            lines.append(f"{line} \\")
            line = f"{indent}  {part}"
        else:
            line = f"{line} {part}" if line.strip() else line + part
    return [*lines, line]


def _options(command: str) -> list[str]:
    """The command cut before every ``--`` that stands outside quotes and parentheses."""
    parts = [""]
    quote, depth = "", 0
    for number, character in enumerate(command):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        depth += (character == "(") - (character == ")")
        starts_option = command.startswith(" --", number) and not quote and not depth
        if starts_option:
            parts.append("")
        else:
            parts[-1] += character
    return parts
