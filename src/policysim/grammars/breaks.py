"""What to tell a person whose JSON is broken: what was expected, what stands there, and what the slip probably was.

The grammar says what may follow; the tokens before the break say where one is; the text says what stands there
instead.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_OPEN = {"{": "}", "[": "]"}
_PUNCTUATION = {"COMMA": "`,`", "COLON": "`:`", "RBRACE": "`}`", "RSQB": "`]`", "$END": "the end of the text"}
_SHOWN = 40

_WORD = re.compile(r"[^\s,:\[\]{}\"'/#]+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_BAD_ESCAPE = re.compile(r'\\(?:u(?![0-9A-Fa-f]{4})|[^"\\/bfnrtu])')
_CONTROL = re.compile(r"[\x00-\x1f]")
_LINE_END = re.compile(r"[\r\n]")
_NUMBER_START = re.compile(r"[+.]?[0-9]|-")

_WORDS = {
    "True": "`true`",
    "TRUE": "`true`",
    "False": "`false`",
    "FALSE": "`false`",
    "None": "`null`",
    "NULL": "`null`",
    "nil": "`null`",
    "undefined": "`null`",
}
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_CURLY_QUOTES = "“”„‟«»"
_SPACES = {"\u00a0": "a no-break space", "\ufeff": "a byte order mark", "\u200b": "a zero-width space"}


class Token(NamedTuple):
    """One token before the break: its text and its offsets."""

    text: str
    start: int
    end: int


class Break(NamedTuple):
    """Where a text stops being JSON: the offsets of what stands there, what was expected, and one sentence.

    ``found`` is empty where the text ends; it is a short piece of the text otherwise, in backticks.
    """

    offset: int
    end: int
    expected: tuple[str, ...]
    found: str
    sentence: str


class _Frame(NamedTuple):
    """An object or list that is still open, and the member or item that one is in."""

    opening: Token
    name: str
    item: int


class _Position(NamedTuple):
    """Where the parse stands: the open containers, and what came last.

    ``after`` is ``start``, ``open``, ``name``, ``colon``, ``value`` or ``comma``; ``last`` is that token.
    """

    frames: tuple[_Frame, ...]
    after: str
    last: Token | None

    @property
    def in_object(self) -> bool:
        return bool(self.frames) and self.frames[-1].opening.text == "{"

    @property
    def wants_name(self) -> bool:
        return self.in_object and self.after in {"open", "comma"}


class _Slip(NamedTuple):
    """What was probably meant: one clause, and the span that it is about.

    ``told`` tells that the clause says everything, so that what was expected need not be listed.
    """

    message: str
    start: int
    end: int
    told: bool = False


def describe_break(text: str, tokens: list[Token], at: int, accepted: frozenset[str]) -> Break:
    """The break at the offset ``at``, behind ``tokens``, where the grammar would take the terminals ``accepted``."""
    position = _position(tokens)
    expected = _expected(position, accepted)
    wanted = f"expected {either(expected)}{_context(position)}"
    if at >= len(text) and not tokens:
        return Break(at, at, expected, "", f"the text is empty: {wanted}")
    if at >= len(text):
        return Break(at, at, expected, "", f"the text ends too early: {wanted}{_still_open(text, position)}")
    slip = _slip(text, at, position)
    start, end = (slip.start, slip.end) if slip else (at, _found_end(text, at))
    found = quoted(text[start:end])
    if slip is None:
        return Break(start, end, expected, found, f"{wanted}, found {found}")
    seen = "" if found in slip.message else f", found {found}"
    sentence = slip.message if slip.told else f"{slip.message}: {wanted}{seen}"
    return Break(start, end, expected, found, sentence)


def _position(tokens: list[Token]) -> _Position:
    frames: list[_Frame] = []
    after, last = "start", None
    for token in tokens:
        last = token
        if token.text in _OPEN:
            frames.append(_Frame(token, "", 0))
            after = "open"
        elif token.text in _OPEN.values():
            frames.pop()
            after = "value"
        elif token.text == ":":
            after = "colon"
        elif token.text == ",":
            frames[-1] = frames[-1]._replace(item=frames[-1].item + 1)
            after = "comma"
        elif frames and frames[-1].opening.text == "{" and after in {"open", "comma"}:
            frames[-1] = frames[-1]._replace(name=str(json.loads(token.text)))
            after = "name"
        else:
            after = "value"
    return _Position(tuple(frames), after, last)


def _expected(position: _Position, accepted: frozenset[str]) -> tuple[str, ...]:
    words = []
    if accepted - set(_PUNCTUATION):
        words.append("a member name in double quotes" if position.wants_name else _value_word(position))
    return (*words, *(shown for name, shown in _PUNCTUATION.items() if name in accepted))


def _value_word(position: _Position) -> str:
    return "a value" if position.frames else "`{`"


def _context(position: _Position) -> str:
    if not position.frames:
        return " behind the document" if position.after == "value" else ""
    frame = position.frames[-1]
    named = next((outer.name for outer in reversed(position.frames) if outer.name), "")
    match position.after:
        case "name":
            return f" after the member name `{frame.name}`"
        case "colon":
            return f" for `{frame.name}`"
        case "value" if position.in_object:
            return f" after the value of `{frame.name}`"
        case "value":
            return f" after item {frame.item + 1} of {f'`{named}`' if named else 'the list'}"
        case "comma":
            return " after `,`"
    return f" after `{frame.opening.text}`"


def _slip(text: str, at: int, position: _Position) -> _Slip | None:
    for detect in (_slip_of_character, _slip_in_string, _slip_of_word, _slip_after_value, _slip_before_value):
        slip = detect(text, at, position)
        if slip is not None:
            return slip
    return None


def _slip_of_character(text: str, at: int, position: _Position) -> _Slip | None:
    found = text[at]
    if position.after == "value" and not position.frames and found not in "#/":
        return _Slip("there is more text behind the document", at, _found_end(text, at), told=True)
    if found == "#" or text.startswith(("//", "/*"), at):
        return _Slip("JSON has no comments", at, _found_end(text, at), told=True)
    if found == "'":
        closing = text.find("'", at + 1, _line_end(text, at))
        return _Slip("JSON strings stand in double quotes", at, closing + 1 if closing > 0 else at + 1, told=True)
    if found in _CURLY_QUOTES:
        return _Slip(f'`{found}` is a typographic quote, and JSON takes the plain `"`', at, at + 1, told=True)
    if found in _SPACES:
        return _Slip(f"{_SPACES[found]} stands here, which JSON does not take for a space", at, at + 1, told=True)
    return None


def _slip_in_string(text: str, at: int, position: _Position) -> _Slip | None:
    string = _STRING.match(text, at)
    if text[at] != '"' or (string and position.after in {"name", "value"}):
        return None
    inside = text[at + 1 : string.end() - 1 if string else _line_end(text, at)]
    escape, control = _BAD_ESCAPE.search(inside), _CONTROL.search(inside)
    if string and control and not (escape and escape.start() < control.start()):
        start = at + 1 + control.start()
        return _Slip("a string holds a control character, such as a tab", start, start + 1, told=True)
    if string and escape:
        start = at + 1 + escape.start()
        if escape[0] == "\\u":
            return _Slip("`\\u` needs four hexadecimal digits", start, start + 2, told=True)
        return _Slip(f"JSON has no escape `{_cut(escape[0])}`", start, start + 2, told=True)
    return None if string else _Slip("a string is not closed on its line", at, _line_end(text, at), told=True)


def _slip_of_word(text: str, at: int, position: _Position) -> _Slip | None:
    word = _WORD.match(text, at)
    if word is None:
        return None
    last, shown = position.last, quoted(word[0])
    if position.after in {"name", "value"}:
        if last and last.end == at and last.text.startswith('"') and word[0][0].isalnum():
            return _Slip(f"a double quote is missing, or one is too many, before {shown}", at, word.end())
        if last and last.end == at and last.text[-1].isdigit():
            return _Slip(f"{quoted(last.text + word[0])} is no number of JSON", last.start, word.end(), told=True)
        return None
    if word[0] in _WORDS:
        return _Slip(f"JSON writes {_WORDS[word[0]]} for {shown}", at, word.end(), told=True)
    if word[0] in _NO_NUMBERS or _NUMBER_START.match(word[0]):
        return _Slip(f"{shown} is no number of JSON", at, word.end(), told=True)
    subject = "the member name" if position.wants_name else "the value"
    return _Slip(f"{subject} {shown} does not stand in double quotes", at, word.end(), told=True)


def _slip_after_value(text: str, at: int, position: _Position) -> _Slip | None:
    if position.after != "value":
        return None
    opening, found = position.frames[-1].opening, text[at]
    if found in _OPEN.values():
        return _Slip(f"the `{opening.text}` of line {_line(text, opening)} is closed by `{found}`", at, at + 1)
    if found in '"{[':
        return _Slip("a comma is missing", at, _found_end(text, at))
    return None


def _slip_before_value(text: str, at: int, position: _Position) -> _Slip | None:
    found, last = text[at], position.last
    if position.after == "comma" and last and found in "}]":
        return _Slip(f"a comma stands before the closing `{found}`", last.start, last.end, told=True)
    if position.after == "comma" and found == ",":
        return _Slip("two commas follow each other", at, at + 1)
    if position.after == "colon" and found in ",}]":
        return _Slip("a value is missing", at, at + 1)
    if position.after == "name" and found in '"{[':
        return _Slip("a colon is missing", at, _found_end(text, at))
    return None


def _still_open(text: str, position: _Position) -> str:
    if not position.frames:
        return ""
    opening = position.frames[-1].opening
    return f"; the `{opening.text}` of line {_line(text, opening)} is still open"


def _line(text: str, token: Token) -> int:
    return text.count("\n", 0, token.start) + 1


def _line_end(text: str, at: int) -> int:
    ending = _LINE_END.search(text, at)
    return ending.start() if ending else len(text)


def _found_end(text: str, at: int) -> int:
    """The end of what stands at ``at``, for showing: a string, a comment's line, a word, or one character."""
    string = _STRING.match(text, at)
    if string:
        return string.end()
    if text.startswith(("#", "//", "/*"), at):
        return _line_end(text, at)
    word = _WORD.match(text, at)
    return word.end() if word else min(at + 1, len(text))


def quoted(text: str) -> str:
    """A piece of a text in backticks, cut where it is long, without anything that a terminal obeys."""
    return f"`{_cut(text.rstrip() or text)}`" if text else ""


def _cut(text: str) -> str:
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


def either(words: tuple[str, ...]) -> str:
    """The words as one choice: ``a, b or c``."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
