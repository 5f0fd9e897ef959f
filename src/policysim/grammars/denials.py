"""The parts of AWS's authorization failure messages, by ``grammar/denial.lark``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.grammars import parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class MessageParts(NamedTuple):
    """The words of a message by the terminal of the grammar that took them (``PRINCIPAL``, ``ACTION``, ...).

    ``complete`` is false when only the frame was understood, and its reason was not. ``end`` is where the words end
    that the grammar understood: what stands behind is other text.
    """

    complete: bool
    words: Mapping[str, str]
    end: int


_WHOLE: Final = "message"
_FRAME: Final = "frame_only"
_NOT_UNDERSTOOD: Final = frozenset({"TAIL", "REST", "REMAINDER"})

OPENINGS: Final = (
    "USER",
    "SOMEBODY_REFUSED",
    "SOMEBODY",
    "MARKED_USER",
    "DATABASE_USER",
    "OPERATION_REFUSED",
    "NOT_AUTHORIZED_TO",
    "NO_ACCESS_TO",
    "ACCESS_TO",
    "PRINCIPAL_IN",
    "SERVICE_ASSUMES",
    "ROLE_NOT_ASSUMED",
    "ROLE_MAY_NOT_CALL",
    "MARKETPLACE",
    "KEY_REFUSED",
    "ENDPOINT_POLICY",
    "CIPHERTEXT_KEY",
    "BARE",
)
"""The terminals that a message can begin with."""


_FIRST_WORDS: Final = re.compile("User|You|Not|No|Access|Principal|Code|The|ECS|IAM|Forbidden")
"""The words that the openings begin with: a search for them alone is fast."""


class Opening(NamedTuple):
    """A place where a message begins: the terminal that tells it, and where its words start and end."""

    terminal: str
    start: int
    end: int


def openings(text: str) -> Iterator[Opening]:
    """The places of a text where a message begins, in their order."""
    pattern, end = _openings_pattern(), 0
    for word in _FIRST_WORDS.finditer(text):
        found = pattern.match(text, word.start()) if word.start() >= end else None
        if found is not None:
            end = found.end()
            yield Opening(found.lastgroup or "", found.start(), end)


@cache
def _openings_pattern() -> re.Pattern[str]:
    terminals = {terminal.name: terminal.pattern for terminal in parser("denial", _WHOLE).terminals}
    names = "|".join(f"(?P<{name}>{terminals[name].to_regexp()})" for name in OPENINGS)
    return re.compile(rf"(?<![A-Za-z])(?:{names})")


def message_parts(text: str) -> MessageParts | None:
    """The parts of a message that begins with ``text``, or ``None`` when the grammar does not know its form."""
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415  # Lark loads when the first message is read
    from lark.lexer import Token  # noqa: PLC0415  # the same

    for start in (_WHOLE, _FRAME):
        try:
            # One parser for each start rule: a joint lexer would give the words of one rule to the other.
            tree = parser("denial", start).parse(text)
        except UnexpectedInput:
            continue
        tokens = [child for child in tree.children if isinstance(child, Token)]
        ends = (token.end_pos for token in tokens if token.type not in _NOT_UNDERSTOOD)
        return MessageParts(
            start == _WHOLE, {token.type: str(token) for token in tokens}, max(end for end in ends if end is not None)
        )
    return None
