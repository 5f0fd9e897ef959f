"""Messages that a terminal broke over lines: between words, or at its last column in the middle of one.

A break between words is white space like any other. A break at the last column leaves no trace but the width of the
lines. Both readings are made; what they differ in is told only where the lines leave no doubt.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.cloudtrail.messages import length_of_message, read_denial
from policysim.grammars.denials import openings

if TYPE_CHECKING:
    from policysim.cloudtrail.denial import Denial

NARROWEST: Final = 40
"""The columns of the narrowest terminal whose full lines are taken for such."""

_PARTS: Final = ("principal", "action", "resource", "policy_arn", "authorization_id")
"""The parts of a denial that are names."""


@lru_cache(maxsize=1024)
def read_wrapped(text: str, column: int = 0) -> Denial:
    """The denial that a text begins with; ``column`` is how far from the start of its first line it begins."""
    as_it_stands = text
    text, plain = _joined_at_hyphens(text, _read(text))
    if text is not as_it_stands:
        return _or_at_the_last_column(as_it_stands, column, _unwrapped(text, column, plain))
    return _unwrapped(text, column, plain)


def _or_at_the_last_column(text: str, column: int, at_hyphens: Denial) -> Denial:
    """The reading at hyphens, unless lines of one width say that a terminal broke them where hyphens only stood."""
    full = _full_lines(text, column)
    if full < _LINES_OF_ONE_WIDTH:
        return at_hyphens
    lines = text.split("\n")
    joined = _read("".join(lines[: full + 1]) + "\n" + "\n".join(lines[full + 1 :]))
    if _understood(joined) > _understood(at_hyphens):
        return joined
    return _agreed(joined, at_hyphens) if _understood(joined) == _understood(at_hyphens) else at_hyphens


_LINES_OF_ONE_WIDTH: Final = 2
"""As many full lines hardly have one width by chance."""


def _unwrapped(text: str, column: int, plain: Denial) -> Denial:
    """The denial of a text without doubtful hyphens, of which ``plain`` is the reading with breaks between words."""
    full = _full_lines(text, column)
    if not full:
        return plain
    lines = text.split("\n")
    rest = "\n" + "\n".join(lines[full + 1 :])
    joined, spaced = _read("".join(lines[: full + 1]) + rest), _read(" ".join(lines[: full + 1]) + rest)
    best = spaced if _understood(spaced) > _understood(plain) else plain
    if _understood(joined) < _understood(best):
        return best
    if _understood(joined) > _understood(best):
        return joined
    if best is plain and not _may_go_on(text, plain, lines, full):
        return plain
    return joined if full > 1 else _agreed(joined, best)


def _joined_at_hyphens(text: str, plain: Denial) -> tuple[str, Denial]:
    """The text and its denial, joined where a tool broke its lines at hyphens, as Python's ``textwrap`` does."""
    joined = _HYPHEN_AT_END.sub("-", text)
    if joined == text:
        return text, plain
    other = _read(joined)
    if _understood(other) > _understood(plain):
        return joined, other
    return text, _agreed(other, plain) if _understood(other) == _understood(plain) else plain


_HYPHEN_AT_END: Final = re.compile(r"(?<=\w)-\n[ \t]*(?=\w)")


def _may_go_on(text: str, denial: Denial, lines: list[str], full: int) -> bool:
    """Whether a message ends where a full line does, so that its last name may go on in the next one.

    Then all of that line is the rest of the name: a line of several words is other text, unless the resource is one
    that is named in words, such as `instance profile web`.
    """
    end = text.find(denial.raw) + len(denial.raw)
    number = text.count("\n", 0, end)
    in_words = denial.resource is not None and denial.resource.isalpha() and denial.raw.endswith(denial.resource)
    rest = _REST_OF_WORDS if in_words else _REST_OF_A_NAME
    return number < full and text[end : end + 1] == "\n" and rest.fullmatch(lines[number + 1]) is not None


_REST_OF_WORDS: Final = re.compile(r"(?:[a-z]+ ){0,2}(?=\W*\w)[\w/.:@=+,*~%-]+\.?[ ]*")
_REST_OF_A_NAME: Final = re.compile(r"(?=\W*\w)[\w/.:@=+,*~%-]+[\"']?\.?[ ]*")


def _read(text: str) -> Denial:
    """The denial that a text begins with, of which no more than the message itself is kept."""
    found = next(openings(text), None)
    message = text[found.start :] if found is not None else text
    return replace(read_denial(message), raw=message[: length_of_message(message)].strip())


def _agreed(one: Denial, other: Denial) -> Denial:
    """The second of two readings, without what the first one reads otherwise."""
    return replace(
        other,
        principal=other.principal if other.principal == one.principal else None,
        action=other.action if other.action == one.action else None,
        resource=other.resource if other.resource == one.resource else None,
        policy_arn=other.policy_arn if other.policy_arn == one.policy_arn else None,
        authorization_id=other.authorization_id if other.authorization_id == one.authorization_id else None,
    )


def _full_lines(text: str, column: int) -> int:
    """How many lines from the first one fill the same width without white space where they end and the next begins."""
    lines = text.split("\n")
    width = column + len(lines[0])
    if width < NARROWEST:
        return 0
    full = 0
    for at, (line, following) in enumerate(pairwise(lines)):
        length = len(line) + (column if at == 0 else 0)
        if length != width or not following.strip():
            break
        full += 1
    return full


def _understood(denial: Denial) -> int:
    """How much of a message was understood: known or not, its layer and kind, and the parts that were found."""
    parts = sum(getattr(denial, name) is not None for name in _PARTS)
    return 8 * denial.recognised + 2 * (denial.layer is not None) + 2 * (denial.kind is not DenialKind.UNKNOWN) + parts
