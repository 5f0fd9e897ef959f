"""Sentences of the expectation language made from Python values, so that tests and files mean the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.sentences import Condition, Expectation, Form, Test, Word
from policysim.language.source import Source, Span
from policysim.testing.failures import BrokenExpectationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Scalar = str | bool | int | datetime
    Words = str | Iterable[str]
    Values = Mapping[str, Scalar | Iterable[Scalar]]

_VERB: Final[dict[Form, str]] = {Form.CAN: " can ", Form.CANNOT: " cannot "}


class Question(NamedTuple):
    """Who, what, on what, under which conditions; ``because`` and ``depending_on`` as in the language."""

    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: tuple[tuple[str, tuple[str, ...]], ...]
    absent: tuple[str, ...]
    because: tuple[str, ...] = ()
    depending_on: tuple[str, ...] = ()

    def expectation(self, form: Form, asked_by: str) -> Expectation:
        """The sentence; ``asked_by`` is the name of what asks, which stands for the file in messages."""
        writing = _Writing(asked_by)
        return writing.sentence(self, form)


def question(
    principal: Words,
    action: Words,
    resource: Words,
    *,
    context: Values | None,
    absent: Words,
    because: Words | None = None,
    depending_on: Words | None = None,
) -> Question:
    """A question from what a test hands over: one word or several of each, and values as Python has them."""
    __tracebackhide__ = True
    return Question(
        principals=_some(principal, "principal"),
        actions=_some(action, "action"),
        resources=_some(resource, "resource"),
        context=tuple((key, _some(_values(value), f"value of `{key}`")) for key, value in (context or {}).items()),
        absent=_words(absent),
        because=() if because is None else _some(because, "reason"),
        depending_on=() if depending_on is None else _some(depending_on, "condition key"),
    )


def _words(given: Words) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _some(given: Words, what: str) -> tuple[str, ...]:
    """The words, of which there must be one at least: what asks nothing would always hold."""
    __tracebackhide__ = True
    words = _words(given)
    if not words:
        raise BrokenExpectationError(f"no {what} is given, so that nothing would be asked")
    return words


def _values(value: Scalar | Iterable[Scalar]) -> tuple[str, ...]:
    if isinstance(value, str | bool | int | datetime):
        return (_text(value),)
    return tuple(map(_text, value))


def _text(value: Scalar) -> str:
    """A value as a request has it: Booleans in small letters, times in UTC as ISO 8601 writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


class _Piece(NamedTuple):
    """A word, and the offsets at which it stands in the sentence."""

    text: str
    start: int
    end: int


class _Writing:
    """Writes one sentence; the places of its words are known once the sentence is whole."""

    def __init__(self, asked_by: str) -> None:
        self._asked_by = asked_by
        self._text = ""

    def sentence(self, asked: Question, form: Form) -> Expectation:
        principals = self._list("", asked.principals)
        actions = self._list(_VERB[form], asked.actions)
        resources = self._list(" on ", asked.resources)
        equals = [
            (self._list(_join(number), (key,)), self._list(" = ", values))
            for number, (key, values) in enumerate(asked.context)
        ]
        absent = [self._absent(number, key) for number, key in enumerate(asked.absent, len(equals))]
        depending = self._list(" depending on ", asked.depending_on)
        because = self._list(" because ", asked.because)
        source = Source(self._asked_by, self._text, written_here=True)

        def words(pieces: Iterable[_Piece]) -> tuple[Word, ...]:
            return tuple(Word(piece.text, Span(source, piece.start, piece.end)) for piece in pieces)

        return Expectation(
            form=form,
            principals=words(principals),
            actions=words(actions),
            resources=words(resources),
            conditions=(
                *(Condition(words(key)[0], Test.EQUALS, words(values)) for key, values in equals),
                *(Condition(words(key)[0], Test.ABSENT) for key in absent),
            ),
            depending_on=words(depending),
            because=words(because),
            span=Span(source, 0, len(self._text)),
        )

    def _absent(self, number: int, key: str) -> list[_Piece]:
        pieces = self._list(_join(number), (key,))
        self._text += " absent"
        return pieces

    def _list(self, lead: str, words: tuple[str, ...]) -> list[_Piece]:
        pieces: list[_Piece] = []
        for word in words:
            self._text += ", " if pieces else lead
            start = len(self._text)
            self._text += word
            pieces.append(_Piece(word, start, len(self._text)))
        return pieces


def _join(number: int) -> str:
    return " and " if number else " when "
