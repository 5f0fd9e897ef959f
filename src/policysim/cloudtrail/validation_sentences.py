"""What is wrong with a JSON value, in one sentence for a person: which member, what was expected, what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_EXPECTED: Final = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""What each kind of validation error expected, by pydantic's name for it."""

_LONGEST_PATH: Final = 120


def sentence_of(error: ValidationError, whole: str) -> str:
    """The first thing that is wrong; ``whole`` names the value as such. It holds names of members, and no values."""
    first = error.errors(include_url=False)[0]
    path = _path(first)
    if first["type"] == "missing":
        return f"`{path}` is missing" if path else f"the {whole} are incomplete"
    if first["type"] == "string_unicode":
        return f"`{path or whole}` holds half a character (a lone surrogate)"
    expected = _EXPECTED.get(first["type"], "of another form")
    return f"`{path or whole}` should be {expected}, it is {kind_of_value(first['input'])}"


def _path(error: ErrorDetails) -> str:
    """The path of a member in JSON terms, cut where a name in it is endless."""
    path = ""
    for step in error["loc"]:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += f".{step}" if path else step
    return path if len(path) <= _LONGEST_PATH else path[: _LONGEST_PATH - 1] + "…"


def kind_of_value(value: object) -> str:
    """What a JSON value is, in JSON's own words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {str: "text", dict: "an object", list: "a list"}
    found = next((name for kind, name in names.items() if isinstance(value, kind)), None)
    return found or "a number"
