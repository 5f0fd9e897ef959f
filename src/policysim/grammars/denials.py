"""The parts of AWS's authorization failure messages, by ``grammar/denial.lark``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.grammars import parser

if TYPE_CHECKING:
    from collections.abc import Mapping


class MessageParts(NamedTuple):
    """The words of a message by the terminal of the grammar that took them (``PRINCIPAL``, ``ACTION``, ...).

    ``complete`` is false when only the frame was understood, and its reason was not.
    """

    complete: bool
    words: Mapping[str, str]


_WHOLE: Final = "message"
_FRAME: Final = "frame_only"


def message_parts(text: str) -> MessageParts | None:
    """The parts of an authorization failure message, or ``None`` when the grammar does not know its form."""
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415  # Lark loads when the first message is read
    from lark.lexer import Token  # noqa: PLC0415  # the same

    for start in (_WHOLE, _FRAME):
        try:
            # One parser for each start rule: a joint lexer would give the words of one rule to the other.
            tree = parser("denial", start).parse(text)
        except UnexpectedInput:
            continue
        tokens = [child for child in tree.children if isinstance(child, Token)]
        return MessageParts(start == _WHOLE, {token.type: str(token) for token in tokens})
    return None
