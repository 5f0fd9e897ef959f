"""A sentence on its way into a draft, and how it is written: words quoted where they must be, lines kept short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.sentences import Form, Test, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH: Final = 100
"""The columns that a line of a draft keeps to, where its words let it."""

_INDENT: Final = "  "
_HANGING: Final = " " * 10
"""Where the further lines of a clause begin: below what stands behind its verb."""

_AFTER_VERB: Final = 8
"""The columns that `can` and `cannot` take, so that what follows stands in line."""


class Said(NamedTuple):
    """One condition of a sentence: a key, how it is tested, and the values."""

    key: str
    test: Test
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As the sentence writes it."""
        return " ".join(self.pieces)

    @property
    def pieces(self) -> list[str]:
        """The parts between which a line may be broken."""
        key = written(self.key, key=True)
        if self.test is Test.ABSENT:
            return [f"{key} absent"]
        return [f"{key} {self.test.value}", *_pieces(self.values)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a draft may say. ``notes`` are comments that stand above it."""

    form: Form
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Said, ...] = ()
    because: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def with_condition(self, condition: Said) -> Sentence:
        """The same sentence for fewer requests."""
        return replace(self, conditions=(*self.conditions, condition))

    @property
    def words(self) -> Iterable[str]:
        """Every word that comes from outside."""
        yield from (*self.principals, *self.actions, *self.resources)
        for condition in self.conditions:
            yield from (condition.key, *condition.values)

    @property
    def can_be_written(self) -> bool:
        """Whether the language has a way to write every word: none breaks a line, and none holds a quote."""
        return all(word and word.isprintable() and '"' not in word for word in self.words)

    @property
    def text(self) -> str:
        """The whole sentence on one line."""
        return " ".join((self._lead, *(f"{word} {' '.join(pieces)}" for word, pieces in self._parts())))

    @property
    def _lead(self) -> str:
        match self.form:
            case Form.CAN | Form.CANNOT:
                return listed(self.principals)
            case Form.ONLY:
                return f"only {listed(self.principals)}"
            case Form.NOBODY:
                return f"nobody but {listed(self.principals)}" if self.principals else "nobody"

    def _parts(self) -> Iterator[tuple[str, list[str]]]:
        """The keywords behind the principals, and the words behind each, none of which is to be broken."""
        yield ("cannot" if self.form is Form.CANNOT else "can"), _pieces(self.actions)
        yield "on", _pieces(self.resources)
        for number, condition in enumerate(self.conditions):
            yield ("and" if number else "when"), condition.pieces
        if self.because:
            yield "because", _pieces(self.because)

    def clause(self) -> list[str]:
        """The lines of a clause in a block, its notes above it."""
        lines = [line for note in self.notes for line in comment(note, _INDENT)]
        (verb, actions), *rest = self._parts()
        return lines + _laid_out(f"{_INDENT}{verb:<{_AFTER_VERB - 1}} ", actions, rest, _HANGING)

    def head(self) -> list[str]:
        """The lines that name the principals of a block."""
        return _filled("", _pieces(self.principals), "")

    def lines(self) -> list[str]:
        """The lines of a sentence that stands alone, its notes above it."""
        lines = [line for note in self.notes for line in comment(note)]
        lead = {Form.ONLY: ["only"], Form.NOBODY: ["nobody", "but"] if self.principals else ["nobody"]}[self.form]
        return lines + _laid_out(f"{' '.join(lead)} ", _pieces(self.principals), list(self._parts()), _INDENT)


def _laid_out(start: str, first: list[str], rest: list[tuple[str, list[str]]], hanging: str) -> list[str]:
    """The sentence on one line if it fits, else each part on lines of its own behind the first."""
    whole = start + " ".join([*first, *(f"{word} {' '.join(pieces)}" for word, pieces in rest)])
    if len(whole) <= WIDTH:
        return [whole.rstrip()]
    lines = _filled(start, first, hanging)
    for word, pieces in rest:
        lines += _filled(f"{hanging}{word} ", pieces, hanging)
    return lines


def _filled(start: str, pieces: list[str], hanging: str) -> list[str]:
    lines, line = [], start
    for piece in pieces:
        if len(f"{line}{piece}") > WIDTH and line not in {start, hanging + _INDENT}:
            lines.append(line.rstrip())
            line = hanging + _INDENT
        line += f"{piece} "
    return [*lines, line.rstrip()]


def _pieces(words: tuple[str, ...]) -> list[str]:
    shown = [written(word) for word in words]
    return [f"{word}," for word in shown[:-1]] + shown[-1:]


def listed(words: tuple[str, ...]) -> str:
    """Several words as the language lists them."""
    return ", ".join(written(word) for word in words)


def comment(text: str, indent: str = "") -> list[str]:
    """A comment of as many lines as it needs; what no terminal should be sent is written as its escape."""
    words = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text).split(" ")
    start = f"{indent}# "
    lines, line = [], start
    for word in words:
        if line != start and len(f"{line}{word}") > WIDTH:
            lines.append(line.rstrip())
            line = start + _INDENT
        line += f"{word} "
    return [*lines, line.rstrip()]
