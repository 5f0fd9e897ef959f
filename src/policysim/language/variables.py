"""Policy variables: ``${key}``, ``${key, 'default'}`` and the escapes ``${*}``, ``${?}``, ``${$}``.

Whether a document has variables at all hangs on its ``Version`` (spec V1): the caller decides, and asks
``unexpanded`` where it has none. Source: IAM User Guide, reference_policies_variables; spec V2 to V10, V13 to V16.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.patterns import ResourcePattern, resource_pattern
from policysim.language.request import UNKNOWN
from policysim.language.wildcards import CACHED, Pattern, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.language.request import ContextValue

_ESCAPES: Final = frozenset("*?$")
_NOT_IN_A_NAME: Final = frozenset("${},'")
_ANYTHING: Final = Piece("*")


class Variable(NamedTuple):
    """A mention of a context key. ``text`` is the mention as written."""

    key: str
    default: str | None
    text: str


class Template(NamedTuple):
    """A text taken apart. ``malformed`` are the offsets of every ``${`` that starts no variable (spec V15)."""

    text: str
    parts: tuple[Piece | Variable, ...]
    malformed: tuple[int, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys mentioned, as spelled, each once."""
        return tuple(dict.fromkeys(part.key for part in self.parts if isinstance(part, Variable)))


class Expansion(NamedTuple):
    """A text with its variables replaced.

    ``unresolved`` are the keys without one value (absent, empty or multivalued: spec V3, V5, V13): such a text equals
    nothing. ``unknown`` are the keys whose value nobody knows: in ``pieces`` a ``*`` stands for each, so that what the
    pieces do not match, the text does not match whatever the value. In ``text`` both stand as they were written.
    ``loose`` are the pieces with the wildcards of substituted values at work, or ``None`` when there are none (V8).
    ``nested`` tells that a substituted value looks like a variable itself; it is not replaced again (V9).
    """

    text: str
    pieces: tuple[Piece, ...]
    unresolved: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    loose: tuple[Piece, ...] | None = None
    nested: bool = False

    @property
    def pattern(self) -> ResourcePattern:
        """The text as a pattern of ``Resource``."""
        return resource_pattern(self.pieces, self.loose)

    @property
    def literal_pattern(self) -> Pattern:
        """The text as it may be compared without wildcards: only the unknown values are open."""
        return Pattern.from_pieces(p if p is _ANYTHING else Piece(p.text, literal=True) for p in self.pieces)


@lru_cache(maxsize=CACHED)
def parse_template(text: str) -> Template:
    """The variables of a text. What only looks like one stays literal."""
    parts: list[Piece | Variable] = []
    malformed: list[int] = []
    start = 0
    at = text.find("${")
    while at >= 0:
        part = _variable_at(text, at)
        if part is None:
            malformed.append(at)
            at = text.find("${", at + 2)
            continue
        if at > start:
            parts.append(Piece(text[start:at]))
        parts.append(part)
        start = at + (len(part.text) if isinstance(part, Variable) else len("${*}"))
        at = text.find("${", start)
    if start < len(text):
        parts.append(Piece(text[start:]))
    return Template(text, tuple(parts), tuple(malformed))


@lru_cache(maxsize=CACHED)
def parse_resource_template(text: str) -> Template:
    """The variables of a ``Resource`` pattern: only in the sixth part of the ARN; elsewhere they are text (V2, V14)."""
    template = parse_template(text)
    kept: list[Piece | Variable] = []
    colons = 0
    for part in template.parts:
        if isinstance(part, Piece):
            colons += 0 if part.literal else part.text.count(":")
            kept.append(part)
        else:
            kept.append(part if colons >= 5 else Piece(part.text, literal=True))
    return Template(text, tuple(kept), template.malformed)


def has_misplaced_variable(text: str) -> bool:
    """Whether a variable of a ``Resource`` pattern stands before the sixth part of the ARN, as text (spec V2, V14)."""
    return len(parse_template(text).keys) > len(parse_resource_template(text).keys)


def _variable_at(text: str, at: int) -> Variable | Piece | None:
    """The variable whose ``${`` stands at ``at``, the piece that an escape stands for, or nothing."""
    if text[at + 2 : at + 3] in _ESCAPES and text[at + 3 : at + 4] == "}":
        return Piece(text[at + 2], literal=True)
    end = at + 2
    while end < len(text) and text[end] not in _NOT_IN_A_NAME and not text[end].isspace():
        end += 1
    key = text[at + 2 : end]
    if not key:
        return None
    if text.startswith("}", end):
        return Variable(key, None, text[at : end + 1])
    # White space before the quote is optional, as it is to the reader that reports malformed variables.
    comma, quote, rest = text[end:].partition("'")
    default, closing, after = rest.partition("'")
    if comma.rstrip() != "," or not quote or not closing or not after.startswith("}"):
        return None
    return Variable(key, default, text[at : end + len(comma) + len(default) + 3])


def unexpanded(text: str) -> Expansion:
    """A text in which nothing is a variable: another ``Version``, or a place without variables (spec V1, V14)."""
    return Expansion(text, (Piece(text),))


def expand(
    text: str, lookup: Callable[[str], ContextValue], *, multivalued: Callable[[str], bool] | None = None
) -> Expansion:
    """The text of a condition value with its variables replaced.

    ``multivalued`` tells of a key that it holds several values by its nature: it is never replaced (spec V3).
    """
    return _expand(parse_template(text), lookup, multivalued)


def expand_resource(
    text: str, lookup: Callable[[str], ContextValue], *, multivalued: Callable[[str], bool] | None = None
) -> Expansion:
    """The text of a ``Resource`` pattern with the variables of its sixth part replaced (spec V2, V4)."""
    return _expand(parse_resource_template(text), lookup, multivalued)


class _Value(NamedTuple):
    """What a variable came to: a text, or why there is none."""

    text: str | None
    unknown: bool = False


def _expand(
    template: Template, lookup: Callable[[str], ContextValue], multivalued: Callable[[str], bool] | None
) -> Expansion:
    pieces: list[Piece] = []
    texts: list[str] = []
    unresolved: list[str] = []
    unknown: list[str] = []
    wild = nested = False
    for part in template.parts:
        if isinstance(part, Piece):
            pieces.append(part)
            texts.append(part.text)
            continue
        value = _value(part, lookup, multivalued)
        if value.text is not None:
            pieces.append(Piece(value.text, literal=True))
            texts.append(value.text)
            wild = wild or "*" in value.text or "?" in value.text
            nested = nested or "${" in value.text
            continue
        pieces.append(_ANYTHING if value.unknown else Piece(part.text, literal=True))
        texts.append(part.text)
        (unknown if value.unknown else unresolved).append(part.key)
    loose = tuple(_loosened(template, pieces)) if wild else None
    return Expansion("".join(texts), tuple(pieces), _once(unresolved), _once(unknown), loose, nested)


def _value(
    variable: Variable, lookup: Callable[[str], ContextValue], multivalued: Callable[[str], bool] | None
) -> _Value:
    if multivalued is not None and multivalued(variable.key):
        return _Value(None)
    value = lookup(variable.key)
    if value is UNKNOWN:
        return _Value(None, unknown=True)
    if isinstance(value, tuple) and value:
        # The value is taken as it is: what looks like a variable in it stays text (spec V9).
        return _Value(value[0] if len(value) == 1 else None)
    return _Value(variable.default)


def _loosened(template: Template, pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces with the substituted ones as patterns; the escapes of the text stay literal."""
    for part, piece in zip(template.parts, pieces, strict=True):
        yield piece if isinstance(part, Piece) or piece is _ANYTHING else Piece(piece.text)


def _once(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))
