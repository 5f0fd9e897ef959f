"""Plain values as Python prints them: what is left when somebody prints the answer of boto3 and saves it.

Only literals are read, and none that nests deeply; nothing is ever evaluated. Source: Python, ``ast.literal_eval``.
"""

from __future__ import annotations

import re
from typing import Final

from policysim.language.source import BYTE_ORDER_MARK

LONGEST: Final = 4 << 20
"""The longest text, in characters, that is tried: an answer of AWS is a small part of it."""

DEEPEST: Final = 50
_TOKENS: Final = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|([\[{(])|([\]})])""", re.DOTALL)
_STARTS: Final = ("{'", '{"', "[{'", '[{"')


def printed_value(text: str) -> object | None:
    """The dictionary or list that a text prints; ``None`` when it is no such text."""
    text = text.removeprefix(BYTE_ORDER_MARK).strip()
    if not text.startswith(_STARTS) or len(text) > LONGEST or _depth(text) > DEEPEST:
        return None
    import ast  # noqa: PLC0415  # only what is no JSON is tried so

    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return _plain(value)


def _depth(text: str) -> int:
    """How deep brackets nest in a text, those inside of strings aside."""
    depth = deepest = 0
    for token in _TOKENS.finditer(text):
        depth += bool(token[1]) - bool(token[2])
        deepest = max(deepest, depth)
    return deepest


def _plain(value: object) -> object | None:
    """The value if it is of the kinds that JSON has, tuples aside; ``None`` for sets, bytes and the like."""
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            return None
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bool | int | float) else None
