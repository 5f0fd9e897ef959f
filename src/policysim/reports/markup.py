"""Elements of HTML and SVG: text is escaped the moment it becomes part of one, and markup comes from nowhere else.

Control characters and marks that change the direction of text are spelled out, as on a terminal.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from policysim.reports.inline import pieces
from policysim.reports.printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_BREAKABLE: Final = re.compile(r"[^/:]*[/:]+|[^/:]+")
_VOID: Final = frozenset({"meta", "br", "hr", "wbr"})


class Markup:
    """A piece of HTML. Only the functions of this module make one out of text."""

    __slots__ = ("html",)

    def __init__(self, html: str) -> None:
        self.html = html


Content: TypeAlias = Markup | str | None
"""A child of an element: markup as it is, text to be escaped, or nothing."""


def element(name: str, /, *children: Content, **attributes: str | float | None) -> Markup:
    """An element; an attribute's name is given with ``_`` for ``-``, behind a word of Python's with one at its end."""
    return Markup(_start(name, attributes) + ("" if name in _VOID else _inner(children) + f"</{name}>"))


def group(children: Iterable[Content]) -> Markup:
    """Several pieces, one behind the other."""
    return Markup(_inner(children))


def _start(name: str, attributes: dict[str, str | float | None]) -> str:
    written = []
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if not _NAME.fullmatch(attribute):
            raise ValueError("this is no name of an attribute")
        if value is not None:
            written.append(f' {attribute}="{escape(printable(str(value)), quote=True)}"')
    return f"<{name}{''.join(written)}>"


def _inner(children: Iterable[Content]) -> str:
    return "".join(child.html if isinstance(child, Markup) else text(child).html for child in children if child)


def text(words: str | None) -> Markup:
    """Text on one line, escaped."""
    return Markup(escape(printable(words or ""), quote=True))


def lines(words: str) -> Markup:
    """Text with its line ends and tabs kept, escaped."""
    return Markup(escape(printable_lines(words).replace("\r", ""), quote=True))


def name(words: str) -> Markup:
    """A name as code; a long one is broken behind a slash or a colon rather than in a word."""
    parts = _BREAKABLE.findall(printable(words))
    broken = [child for part in parts for child in (text(part), Markup("<wbr>"))][:-1]
    return element("code", *broken)


def sentence(words: str) -> Markup:
    """A sentence, its names as code."""
    return group(name(piece.text) if piece.code else text(piece.text) for piece in pieces(words))
