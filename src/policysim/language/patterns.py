"""How the patterns of ``Action``, of ``Resource`` and of the Arn operators meet a text.

Source: IAM User Guide, reference_policies_elements_action, reference_policies_elements_resource and
reference_policies_elements_condition_operators (ARN operators); spec A1 to A3, A10, R4 to R11, C29 to C33.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.wildcards import CACHED, Pattern, Piece, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def action_matches(pattern: str, action: str) -> bool:
    """Whether an ``Action`` pattern covers an action: prefix and name in any case, wildcards in the name only.

    ``*`` and ``*:*`` cover every action (spec A1 to A3); white space counts (spec A10).
    """
    prefix, name = _action_pattern(pattern)
    if name is None:
        return prefix == "*"
    service, colon, operation = action.lower().partition(":")
    return prefix == service and colon == ":" and name.matches(operation)


@lru_cache(maxsize=CACHED)
def _action_pattern(pattern: str) -> tuple[str, Pattern | None]:
    """The prefix, and the pattern of the name; no pattern for ``*`` (prefix ``*``) or a text without a colon."""
    prefix, colon, name = pattern.lower().partition(":")
    if pattern in {"*", "*:*"}:
        return "*", None
    return (prefix, Pattern.from_text(name)) if colon else ("", None)


class ArnPattern:
    """A pattern of an ARN, whose six parts are matched one by one (spec C30, R7).

    In the first five parts no wildcard stands for a colon; in the sixth it may. ``*`` alone covers every ARN (spec
    C33). ``well_formed`` is false for a text that is neither: it covers nothing (spec C31). ``any_service`` tells that
    a wildcard stands in the service (spec R9).
    """

    __slots__ = ("_fixed", "_head", "_open", "_pieces", "_whole", "any_service", "spans", "well_formed")

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        self._whole: Pattern | None = None
        self._head = ""
        self._fixed: tuple[tuple[int, str], ...] = ()
        self._open: tuple[tuple[int, Pattern], ...] = ()
        self.spans = self.any_service = False
        self.well_formed = True
        whole = Pattern.from_pieces(pieces)
        if _starts_with_five_literal_parts(pieces):
            # The colons must line up, so one match of the whole text is the same.
            self._whole = whole
        else:
            self._take_apart(whole)

    def _take_apart(self, whole: Pattern) -> None:
        parts = self._parts
        everything = whole.matches_everything
        self.well_formed = len(parts) == 6
        patterns = [Pattern.from_pieces(part) for part in parts]
        self._head = whole.prefix
        # Parts that lie wholly in the head, and those of a lone `*`, need no look of their own.
        first = min(self._head.count(":"), 5)
        own = [(at, part) for at, part in enumerate(patterns) if at >= first and not part.matches_everything]
        self._fixed = tuple((at, part.literal) for at, part in own if part.literal is not None)
        self._open = tuple((at, part) for at, part in own if part.literal is None)
        self.spans = any(_ends_in_star(part) for part in parts[:5]) and not everything
        self.any_service = self.well_formed and patterns[2].literal is None and not everything

    @property
    def _parts(self) -> list[tuple[Piece, ...]]:
        """The six parts, all of them ``*`` for a pattern that covers everything; fewer for one that is malformed."""
        everything = Pattern.from_pieces(self._pieces).matches_everything
        return [(Piece("*"),)] * 6 if everything else _split_at_colons(self._pieces)

    def matches(self, text: str) -> bool:
        """Whether ``text`` is an ARN that fits part by part, upper and lower case told apart."""
        if self._whole is not None:
            return self._whole.matches(text)
        if not (self.well_formed and text.startswith(self._head)):
            return False
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            return False
        for at, literal in self._fixed:
            if parts[at] != literal:
                return False
        for at, pattern in self._open:  # noqa: SIM110  # a third faster than all()
            if not pattern.matches(parts[at]):
                return False
        return True

    def matches_across_colons(self, text: str) -> bool:
        """Whether an ARN fits when the ``*`` at the end of a part may run past the colon (spec R7)."""
        return is_arn(text) and _tokens_match(self.tokens(across_colons=True), text)

    def tokens(self, *, across_colons: bool = False) -> tuple[Token, ...]:
        """The pattern character by character; read part by part only for a well-formed one."""
        return tuple(self._tokens(across_colons=across_colons))

    def _tokens(self, *, across_colons: bool) -> Iterator[Token]:
        for position, part in enumerate(self._parts):
            if position:
                yield Token(":")
            tokens = Pattern.from_pieces(part).tokens
            for at, token in enumerate(tokens):
                last = at == len(tokens) - 1
                yield token._replace(colons=position == 5 or (across_colons and token.run and last))


def is_arn(text: str) -> bool:
    """Whether ``text`` has the six fields of an ARN (spec R4)."""
    return text.startswith("arn:") and text.count(":") >= 5


@lru_cache(maxsize=CACHED)
def arn_pattern(pieces: tuple[Piece, ...]) -> ArnPattern:
    """The pattern of an Arn operator, the values of policy variables among its pieces."""
    return ArnPattern(pieces)


def arn_like(pattern: str, text: str) -> bool:
    """Whether ``text`` is an ARN that ``ArnLike`` (or ``ArnEquals``) matches with ``pattern`` (spec C29 to C33)."""
    return arn_pattern((Piece(pattern),)).matches(text)


class ResourceMatch(NamedTuple):
    """Whether a ``Resource`` pattern covers a resource, and the codes of what is doubtful about the answer."""

    matches: bool
    caveats: tuple[str, ...] = ()


MATCH: Final = ResourceMatch(matches=True)
NO_MATCH: Final = ResourceMatch(matches=False)
_ACROSS_COLONS: Final = ResourceMatch(matches=False, caveats=("segment-star",))
_PADDED: Final = ResourceMatch(matches=True, caveats=("short-arn",))
_OTHER_CASE: Final = ResourceMatch(matches=False, caveats=("user-name-case",))
_OF_ANY_SERVICE: Final = ResourceMatch(matches=True, caveats=("service-wildcard",))
_WILDCARD_IN_VALUE: Final = "wildcard-in-variable"


class ResourcePattern:
    """A pattern of ``Resource`` or ``NotResource``.

    A short pattern is filled up with ``*`` (spec R8). ``loose`` is the same pattern with the wildcards of substituted
    values at work, where there are any: where it answers otherwise, the match carries a caveat (spec V8).
    """

    __slots__ = ("_any_service", "_arn", "_guessed", "_loose", "_text", "everything")

    def __init__(self, pieces: tuple[Piece, ...], loose: tuple[Piece, ...] | None = None) -> None:
        self._text = Pattern.from_pieces(pieces)
        self.everything = self._text.matches_everything
        colons = sum(piece.text.count(":") for piece in pieces)
        missing = 5 - min(colons, 5)
        filled = pieces + (Piece(":*"),) * missing
        self._arn = ArnPattern(filled)
        # The `*` at the end of a whole pattern covers what follows by itself; any other short pattern is a guess.
        self._any_service = self._arn.any_service and colons >= 2
        self._guessed = missing > 0 and not _ends_in_star(pieces)
        self._loose = None if loose is None else ResourcePattern(loose)

    def match(self, resource: str) -> ResourceMatch:
        """Whether the pattern covers the resource of a request: an ARN, ``*``, or a word that is no ARN."""
        found = self._match(resource)
        if self._loose is not None and self._loose.match(resource).matches is not found.matches:
            return found._replace(caveats=(*found.caveats, _WILDCARD_IN_VALUE))
        return found

    def covers(self, resource: str) -> bool:
        """Whether the pattern covers the resource, whatever is doubtful about it."""
        if self.everything:
            return True
        if resource == "*":
            return False
        return self._arn.matches(resource) or (self._text.matches(resource) and not is_arn(resource))

    def _match(self, resource: str) -> ResourceMatch:
        if self.everything:
            return MATCH
        if resource == "*":
            return NO_MATCH
        if self._arn.matches(resource):
            return _PADDED if self._guessed else _OF_ANY_SERVICE if self._any_service else MATCH
        if self._arn.spans and self._text.matches(resource) and self._arn.matches_across_colons(resource):
            return _ACROSS_COLONS
        if not is_arn(resource) and self._text.matches(resource):
            return MATCH
        return _OTHER_CASE if ":user/" in resource and self._text.matches_ignoring_case(resource) else NO_MATCH


@lru_cache(maxsize=CACHED)
def resource_pattern(pieces: tuple[Piece, ...], loose: tuple[Piece, ...] | None = None) -> ResourcePattern:
    """The compiled pattern of pieces (see ``ResourcePattern``)."""
    return ResourcePattern(pieces, loose)


@lru_cache(maxsize=CACHED)
def resource_pattern_of(text: str) -> ResourcePattern:
    """The compiled pattern of a text in which nothing is a variable."""
    return ResourcePattern((Piece(text),))


def resource_matches(pattern: str | ResourcePattern, resource: str) -> ResourceMatch:
    """Whether a ``Resource`` pattern covers the resource of a request (spec R1, R5 to R11).

    A request whose resource is ``*`` is covered by ``*`` alone (spec R2).
    """
    return (resource_pattern_of(pattern) if isinstance(pattern, str) else pattern).match(resource)


def _starts_with_five_literal_parts(pieces: tuple[Piece, ...]) -> bool:
    """Whether a pattern begins as every ARN does and has no wildcard before the fifth colon."""
    text, literal = pieces[0] if pieces else Piece("")
    if not text.startswith("arn:"):
        return False
    parts = text.split(":", 5)
    return len(parts) == 6 and (literal or not any("*" in part or "?" in part for part in parts[:5]))


def _split_at_colons(pieces: Iterable[Piece]) -> list[tuple[Piece, ...]]:
    """The six parts of an ARN pattern (fewer where colons are missing): cut at the first five colons (spec R4)."""
    parts: list[list[Piece]] = [[]]
    for text, literal in pieces:
        first, *others = text.split(":", 6 - len(parts))
        parts[-1].append(Piece(first, literal))
        parts.extend([Piece(other, literal)] for other in others)
    return [tuple(part) for part in parts]


def _ends_in_star(pieces: tuple[Piece, ...]) -> bool:
    filled = [piece for piece in pieces if piece.text]
    return bool(filled) and not filled[-1].literal and filled[-1].text.endswith("*")


def _tokens_match(tokens: tuple[Token, ...], text: str) -> bool:
    """Whether the tokens lead through the whole text; the slow way, for the wildcards that stop at some colons."""
    reached = _past_runs({0}, tokens)
    for char in text:
        steps = set()
        for at in reached:
            if at == len(tokens):
                continue
            token = tokens[at]
            if char == token.char or (token.char is None and (token.colons or char != ":")):
                steps.add(at if token.run else at + 1)
        reached = _past_runs(steps, tokens)
    return len(tokens) in reached


def _past_runs(places: set[int], tokens: tuple[Token, ...]) -> set[int]:
    """The places, and those behind the ``*`` that stand at them: a ``*`` may be empty."""
    reached = set(places)
    for at in places:
        while at < len(tokens) and tokens[at].run:
            at += 1  # noqa: PLW2901  # walking on from the place
            reached.add(at)
    return reached
