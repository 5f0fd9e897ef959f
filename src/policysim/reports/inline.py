"""The words of a sentence that are names, and are shown as code where a format has a type for it.

What stands in backticks is a name; so is a word that a host of code or tickets would turn into something else (a
mention, a reference, a link), and a word with a colon inside, such as an action, an ARN or a place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED: Final = re.compile(r"`([^`]+)`")
_SPACES: Final = re.compile(r"(\s+)")
_WORD: Final = re.compile(r"([(\"']*)(\S+?)([)\"',.;:!?]*)")
_COLON_INSIDE: Final = re.compile(r"[^\s:]::?[^\s:]")
_LINKED: Final = re.compile(
    r"[@#!$%&~^+](?=[\w{\[(])|://|www\.|\b[A-Za-z]+-\d+\b|\b(?=\w*\d)[0-9a-f]{7,}\b|\.(?:com|net|org|io|dev)\b",
    re.IGNORECASE,
)
"""Mentions, issues, merge requests, snippets, milestones, epics, labels, addresses, tickets and commits."""


class Piece(NamedTuple):
    """A part of a sentence, printable; ``code`` where it is a name."""

    text: str
    code: bool


def pieces(sentence: str) -> Iterator[Piece]:
    """The sentence in parts; put together they are the sentence without the backticks around names."""
    position = 0
    for quoted in _QUOTED.finditer(sentence):
        yield from _words(sentence[position : quoted.start()])
        yield Piece(printable(quoted[1]), code=True)
        position = quoted.end()
    yield from _words(sentence[position:])


def _words(text: str) -> Iterator[Piece]:
    plain = ""
    for part in _SPACES.split(printable(text)):
        word = _WORD.fullmatch(part)
        if word is None or not _is_name(word[2]):
            plain += part
            continue
        if plain + word[1]:
            yield Piece(plain + word[1], code=False)
        yield Piece(word[2], code=True)
        plain = word[3]
    if plain:
        yield Piece(plain, code=False)


def _is_name(word: str) -> bool:
    return bool(_COLON_INSIDE.search(word) or _LINKED.search(word))
