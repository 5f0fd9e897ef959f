"""JSON text to plain values with the C decoder, keeping what it would silently drop: repeated members, exact numbers.

Source: RFC 8259; spec G5, C12.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn, Self, TypeAlias

from policysim.language.problem_kinds import BROKEN_JSON, NESTED_TOO_DEEP
from policysim.language.problems import Problem
from policysim.language.source import BYTE_ORDER_MARK, Span

if TYPE_CHECKING:
    from policysim.language.source import Source

JsonValue: TypeAlias = "str | bool | int | float | list[JsonValue] | dict[str, JsonValue] | None"
"""A decoded JSON value."""

_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*+"|(NaN|-?Infinity)', re.DOTALL)
_LONG_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*+"|([0-9]{4000,})', re.DOTALL)
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|([\[{])|([\]}])', re.DOTALL)
_READABLE_DEPTH = 100

_SENTENCES = {
    "Expecting property name enclosed in double quotes": "expected a member name in double quotes",
    "Expecting ':' delimiter": "expected `:` behind the member name",
    "Expecting ',' delimiter": "expected `,` or a closing bracket",
    "Expecting value": "expected a value",
    "Extra data": "expected the end of the text",
    "Unterminated string starting at": "the string that starts here is never closed",
    "Invalid control character at": "a string holds a control character, such as a tab or a line end",
    "Invalid \\escape": "a string holds an unknown escape",
    "Invalid \\uXXXX escape": "`\\u` needs four hexadecimal digits",
    "Illegal trailing comma before end of object": "a comma stands before the closing bracket",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
}


class RepeatedMembers(dict[str, JsonValue]):
    """An object some of whose members stand in the text more than once; it holds the last value of each.

    ``names`` are the repeated names, in the order in which they repeat.
    """

    names: tuple[str, ...] = ()


class WrittenNumber(float):
    """A number with a fraction or an exponent, and how it was written (spec C12 compares the written form)."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that ``text`` writes."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class _ConstantError(ValueError):
    """``NaN`` or ``Infinity`` stands in the text: Python's decoder would take them, JSON has none."""


def load_json(source: Source) -> JsonValue | Problem:
    """The value of a JSON text, or why it is none and where.

    A leading byte order mark is passed over. Never raises.
    """
    text = source.text.removeprefix(BYTE_ORDER_MARK)
    skipped = len(source.text) - len(text)
    try:
        value: JsonValue = json.loads(
            text, object_pairs_hook=_object, parse_float=WrittenNumber, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        sentence = _SENTENCES.get(error.msg, error.msg.lower())
        return _broken(source, error.pos + skipped, sentence)
    except _ConstantError as error:
        return _broken(source, _first(_CONSTANT, source.text), f"JSON has no `{error}`")
    except ValueError:
        return _broken(source, _first(_LONG_NUMBER, source.text), "a number has too many digits")
    except RecursionError:
        at = _deep_offset(source.text)
        message = f"the text nests more than {_READABLE_DEPTH} levels deep here, and no policy does"
        return Problem(NESTED_TOO_DEEP, message, Span(source, at, at + 1))
    return value


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeated = RepeatedMembers(members)
    seen: set[str] = set()
    names: dict[str, None] = {}
    for name, _ in pairs:
        if name in seen:
            names[name] = None
        seen.add(name)
    repeated.names = tuple(names)
    return repeated


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _broken(source: Source, at: int, sentence: str) -> Problem:
    found = source.text[at : at + 1]
    ending = "" if found else ", and the text ends"
    return Problem(BROKEN_JSON, f"this is not JSON: {sentence}{ending}", Span(source, at, at + len(found)))


def _first(pattern: re.Pattern[str], text: str) -> int:
    """Where the group of ``pattern`` first matches outside a string."""
    return next((match.start() for match in pattern.finditer(text) if match[1]), 0)


def _deep_offset(text: str) -> int:
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += bool(match[1]) - bool(match[2])
        if depth > _READABLE_DEPTH:
            return match.start()
    return 0
