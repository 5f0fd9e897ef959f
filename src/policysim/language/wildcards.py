"""Wildcard patterns: ``*`` is any run of characters (also none), ``?`` is exactly one, nothing else is special.

Matching is a few searches for literal text, without ``re``: compiling a regular expression costs more than most
policies are ever asked. Source: IAM User Guide, reference_policies_elements_condition_operators; spec A2, C15, V7, V8.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CACHED: Final = 16_384
"""How many compiled patterns are kept."""


class Piece(NamedTuple):
    """A part of a pattern; in a ``literal`` piece ``*`` and ``?`` stand for themselves."""

    text: str
    literal: bool = False


class Token(NamedTuple):
    """One step of a pattern, for those who reason about patterns instead of matching them.

    ``char`` is the character wanted, or ``None`` for a wildcard; ``run`` tells ``*`` from ``?``; ``colons`` tells
    whether the wildcard may stand for a colon.
    """

    char: str | None
    run: bool = False
    colons: bool = True


class Pattern:
    """A compiled pattern. ``literal`` is its whole text when it has no wildcard, else ``None``."""

    __slots__ = ("_chunks", "_head", "_least", "_lowered", "_middles", "_tail", "literal", "pieces")

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self.pieces = pieces
        self.literal: str | None = None
        self._lowered: Pattern | None = None
        self._chunks: tuple[_Chunk, ...] = ()
        self._middles: tuple[str, ...] = ()
        self._head = self._tail = ""
        chunks = _cut_at_stars(pieces)
        self._least = sum(chunk.length for chunk in chunks)
        if not all(chunk.solid for chunk in chunks):
            self._chunks = chunks
        elif len(chunks) == 1:
            self.literal = chunks[0].text
        else:
            self._head, self._tail = chunks[0].text, chunks[-1].text
            self._middles = tuple(chunk.text for chunk in chunks[1:-1] if chunk.length)

    @staticmethod
    def from_text(text: str) -> Pattern:
        """The pattern that a policy writes as ``text``."""
        return _from_text(text)

    @staticmethod
    def from_pieces(pieces: Iterable[Piece]) -> Pattern:
        """The pattern of several pieces in a row, the values of policy variables among them (spec V7, V8)."""
        return _from_pieces(tuple(pieces))

    def matches(self, text: str) -> bool:
        """Whether the whole of ``text`` fits, upper and lower case told apart."""
        literal = self.literal
        if literal is not None:
            return text == literal
        if len(text) < self._least:
            return False
        if self._chunks:
            return self._matches_chunks(text)
        head, tail = self._head, self._tail
        if not (text.startswith(head) and text.endswith(tail)):
            return False
        if self._middles:
            at, end = len(head), len(text) - len(tail)
            for middle in self._middles:
                at = text.find(middle, at, end)
                if at < 0:
                    return False
                at += len(middle)
        return True

    def matches_ignoring_case(self, text: str) -> bool:
        """Whether the whole of ``text`` fits when upper and lower case are the same."""
        if self._lowered is None:
            self._lowered = Pattern(tuple(Piece(text.lower(), literal) for text, literal in self.pieces))
        return self._lowered.matches(text.lower())

    @property
    def matches_everything(self) -> bool:
        """Whether every text fits, the empty one included."""
        return self.literal is None and not self._least

    @property
    def prefix(self) -> str:
        """What every matching text starts with: the characters before the first wildcard."""
        if self.literal is not None or not self._chunks:
            return self._head if self.literal is None else self.literal
        head: list[str] = []
        for token in self.tokens:
            if token.char is None:
                break
            head.append(token.char)
        return "".join(head)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The pattern character by character."""
        return tuple(
            Token(None, run=char == "*") if char in "*?" and not literal else Token(char)
            for text, literal in self.pieces
            for char in text
        )

    def _matches_chunks(self, text: str) -> bool:
        first, *rest = self._chunks
        if not rest:
            return len(text) == first.length and first.fits(text, 0)
        last = rest.pop()
        at, end = first.length, len(text) - last.length
        if not (first.fits(text, 0) and last.fits(text, end)):
            return False
        for chunk in rest:
            at = chunk.find(text, at, end)
            if at < 0:
                return False
            at += chunk.length
        return True

    def __repr__(self) -> str:
        return f"Pattern({self.pieces!r})"


@lru_cache(maxsize=CACHED)
def _from_text(text: str) -> Pattern:
    return Pattern((Piece(text),))


@lru_cache(maxsize=CACHED)
def _from_pieces(pieces: tuple[Piece, ...]) -> Pattern:
    return Pattern(pieces)


class _Chunk(NamedTuple):
    """What stands between two ``*``: literal runs at their offsets, with ``?`` in the gaps."""

    length: int
    runs: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """The only run of a solid chunk."""
        return self.runs[0][1] if self.runs else ""

    @property
    def solid(self) -> bool:
        """Whether the chunk has no ``?``."""
        return len(self.text) == self.length

    def fits(self, text: str, at: int) -> bool:
        for offset, run in self.runs:  # noqa: SIM110  # twice as fast as all()
            if not text.startswith(run, at + offset):
                return False
        return True

    def find(self, text: str, at: int, end: int) -> int:
        """The first place from ``at`` on where the chunk fits before ``end``; -1 when there is none."""
        last = end - self.length
        if not self.runs:
            return at if at <= last else -1
        offset, anchor = self.runs[0]
        while at <= last:
            found = text.find(anchor, at + offset, end)
            if found < 0 or found - offset > last:
                return -1
            at = found - offset
            if self.fits(text, at):
                return at
            at += 1
        return -1


class _Wildcard(Enum):
    RUN = "*"
    ONE = "?"


_WILDCARDS: Final = {wildcard.value: wildcard for wildcard in _Wildcard}


def _cut_at_stars(pieces: tuple[Piece, ...]) -> tuple[_Chunk, ...]:
    if len(pieces) == 1 and not pieces[0].literal and "?" not in pieces[0].text:
        return tuple([_Chunk(len(run), ((0, run),) if run else ()) for run in pieces[0].text.split("*")])
    chunks: list[_Chunk] = []
    runs: list[tuple[int, str]] = []
    length = 0
    for part in _parts(pieces):
        if part is _Wildcard.RUN:
            chunks.append(_Chunk(length, tuple(runs)))
            runs, length = [], 0
        elif part is _Wildcard.ONE:
            length += 1
        else:
            at, before = runs[-1] if runs else (0, "")
            if runs and at + len(before) == length:
                runs[-1] = (at, before + part)
            else:
                runs.append((length, part))
            length += len(part)
    return (*chunks, _Chunk(length, tuple(runs)))


def _parts(pieces: tuple[Piece, ...]) -> Iterator[str | _Wildcard]:
    """Runs of literal text, and the wildcards between them."""
    for text, literal in pieces:
        start = 0
        if not literal:
            for at, char in enumerate(text):
                if char in _WILDCARDS:
                    if at > start:
                        yield text[start:at]
                    yield _WILDCARDS[char]
                    start = at + 1
        if start < len(text):
            yield text[start:]
