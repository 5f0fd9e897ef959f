"""Text as it is copied from a terminal, a log or a ticket, made plain: what surrounds its lines is taken off.

Colours, the boxes that Terraform draws, the time stamps of build logs and the marks of quoted mail are no part of a
message, and stand in the middle of one that is broken over lines. The words themselves are left as they are.
Every step takes time in proportion to the text.
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and movements
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same in one character
    r"|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # titles and links
    r"|\x1b[ -/]*[0-~]"
)
_LINE_ENDS: Final = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
_INVISIBLE: Final = re.compile(
    r"(?<!\S)[\u200b\u2060\ufeff\0]+|(?<![\u200b\u2060\ufeff\0])[\u200b\u2060\ufeff\0]+(?!\S)"
)
"""What chat programs and word processors put beside white space; inside a word it may belong to a name."""

_BEFORE_LINES: Final = (
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[ \t]"),  # build and pod logs
    re.compile(r"\[\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\][ \t]?"),
    re.compile(r"\[\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\][ \t]?"),
    re.compile(r"##\[(?:error|warning|debug|group)\]|::(?:error|warning)(?:[ ][^:\n]{0,200})?::"),  # GitHub Actions
    re.compile(r"[ \t]*[│┃║▌╷╵][ \t]?"),  # the boxes of Terraform and others
    re.compile(r"[ \t]{0,8}\|[ \t]"),  # the same in ASCII
    re.compile(r">[ \t]?"),  # quoted mail
)
_MOST_MARKS: Final = 4
"""A line has a time stamp, a severity and a box before it, and hardly more."""


def plain_text(text: str) -> str:
    """The text without escapes of the terminal, with one kind of line end, and without what stands before its lines."""
    plain = _ESCAPES.sub("", text) if "\x1b" in text or "\x9b" in text else text
    for line_end in _LINE_ENDS:
        plain = plain.replace(line_end, "\n")
    if any(character in plain for character in "\u200b\u2060\ufeff\0"):
        plain = _INVISIBLE.sub("", plain)
    return "\n".join(_bare_line(line) if line[:1] in _MARK_STARTS else line for line in plain.split("\n"))


_MARK_STARTS: Final = frozenset("0123456789[#: \t|>│┃║▌╷╵")
"""The characters that the marks before lines begin with: most lines begin with none of them."""


def _bare_line(line: str) -> str:
    for _ in range(_MOST_MARKS):
        found = next((match for mark in _BEFORE_LINES if (match := mark.match(line)) is not None), None)
        if found is None:
            break
        line = line[found.end() :]
    return line
