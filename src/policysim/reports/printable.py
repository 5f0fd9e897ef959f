"""Text of strangers made safe for a terminal, and how wide it stands there.

Policies, events and messages are written by others: a control character in them must neither move the cursor nor
colour the screen, and half a surrogate pair must not end the report.
"""

from __future__ import annotations

import unicodedata

TAB_STOP = 4
_WIDE = frozenset("WF")
_ZERO_WIDTH = frozenset(("Mn", "Me"))


def printable(text: str) -> str:
    r"""``text`` on one line, with everything that is not plainly visible written as an escape such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else escaped(character) for character in text)


def escaped(character: str) -> str:
    r"""A character as Python would write it in a string: ``\n``, ``\x9b``, ``\u202e``, ``\ud800``."""
    return character.encode("unicode_escape").decode("ascii")


def printable_lines(text: str) -> str:
    r"""``text`` with its line ends kept (``\r\n`` included) and everything else made printable."""
    return "\n".join(_printable_line(line) for line in text.split("\n"))


def _printable_line(line: str) -> str:
    body, carriage_return = (line[:-1], "\r") if line.endswith("\r") else (line, "")
    return "\t".join(printable(part) for part in body.split("\t")) + carriage_return


def display_width(text: str) -> int:
    """How many columns of a terminal ``text`` takes: wide characters count two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def laid_out(text: str) -> list[str]:
    """What stands on the screen for each character of a source line: tabs up to the next stop, escapes spelled out."""
    cells: list[str] = []
    column = 0
    for character in text:
        if character == "\t":
            cell = " " * (TAB_STOP - column % TAB_STOP)
        elif character.isprintable():
            cell = character
        else:
            cell = escaped(character)
        cells.append(cell)
        column += display_width(cell)
    return cells
