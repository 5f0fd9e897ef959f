"""Made-up ARNs on every side of the lines that policies draw, in a form that an action works on.

The lines cut the ARNs into cells: two ARNs on the same lines are alike to every statement that compares with these
lines alone. One ARN of each cell is made up; where there are too many, one on each side of each line and some more.
Source: spec R4 to R12.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.templates import PLACEHOLDER
from policysim.language.cells import Cut, cells
from policysim.language.wildcards import Token
from policysim.language.witnesses import fits, witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.expectations.lines import Line
    from policysim.language.witnesses import Tokens

_RESOURCE_FIELD: Final = 5
_STAR: Final = "star"
_OTHER_REGIONS: Final = ("us-east-1", "eu-west-1")
"""Regions for what lies beside every pattern of a Region."""

_PAIRED: Final = 8
"""Up to how many lines are taken two by two, where there are too many cells."""

_MOST_CELLS: Final = 400
"""How many cells are looked into: beyond, there are as good as always too many."""


class Scope(NamedTuple):
    """Where made-up resources are: partition, Region and account of their ARNs; empty where they may be any."""

    partition: str
    region: str
    account: str


ANYWHERE: Final = Scope("", "", "")
"""No scope: partition, Region and account may be any."""


def plain_one(scope: Scope, form: str, word: Tokens) -> str | None:
    """An ARN of a form that fits a word; ``None`` where no ARN does."""
    return _within(scope, form, (word,), ())


def on_every_side(scope: Scope, form: str, word: Tokens, lines: Sequence[Line]) -> Iterator[str]:
    """An ARN of a form that fits a word in each cell that the lines make; in the scope, where it has one."""
    cuts = tuple(dict.fromkeys(Cut(line.tokens) for line in lines))
    found: dict[frozenset[int], str] = {}
    whole = True
    for within in _scopes(scope, form, word):
        made = cells((form_tokens(form, within), word), cuts)
        whole = whole and made.whole
        for on, arn in made.texts.items():
            found.setdefault(on, _longer(arn, on, cuts))
    yield from itertools.islice(found.values(), _MOST_CELLS)
    elsewhere = frozenset(range(len(cuts))).difference(*found)
    if not whole or len(found) > _MOST_CELLS:
        yield from _beside_lines(scope, form, word, lines)
    else:
        reached = (_within(scope, form, (word, cuts[at].tokens), ()) for at in sorted(elsewhere))
        yield from (arn for arn in reached if arn is not None)


def _scopes(scope: Scope, form: str, word: Tokens) -> Iterator[Scope]:
    """The scope, and other Regions where the form of ARN names one and the word leaves it open."""
    yield scope
    regions = [region for region in _OTHER_REGIONS if region != scope.region]
    for region in (*regions[:1], ""):
        other = scope._replace(region=region)
        tokens = form_tokens(form, other)
        if tokens != form_tokens(form, scope) and witness((tokens, word), (form_tokens(form, scope),)) is not None:
            yield other


def _longer(arn: str, on: frozenset[int], cuts: Sequence[Cut]) -> str:
    """The ARN with something behind a separator at its end, as real ones have, if it stays on the same lines."""
    if arn[-1:].isalnum():
        return arn
    longer = f"{arn}x"
    found = frozenset(at for at, cut in enumerate(cuts) if fits(cut.tokens, longer))
    return longer if found == on else arn


def _beside_lines(scope: Scope, form: str, word: Tokens, lines: Sequence[Line]) -> Iterator[str]:
    """ARNs of a form that fit a word, on both sides of every line.

    Of every line: one on it, one beside it, one that is on its side of the line and on no line of the other effect,
    and one that is on it and on another line of the same effect. And one beside all lines of each effect, and of both.
    """
    found = [
        *(_on_both_sides(scope, form, word, lines)),
        *(_of_one_effect(scope, form, word, lines)),
        *(_on_two(scope, form, word, lines) if len(lines) <= _PAIRED else ()),
    ]
    yield from (arn for arn in found if arn is not None)


def _on_both_sides(scope: Scope, form: str, word: Tokens, lines: Sequence[Line]) -> Iterator[str | None]:
    for line in lines:
        on_it = _within(scope, form, (word, line.tokens), ())
        yield on_it
        yield _beside(scope, form, word, (line.tokens,))


def _of_one_effect(scope: Scope, form: str, word: Tokens, lines: Sequence[Line]) -> Iterator[str | None]:
    """What the statements of one effect alone are about, and what those of neither are."""
    for allows in (True, False):
        own = [line for line in lines if line.allows is allows]
        for inside, outside in _away_from(line for line in lines if line.allows is not allows):
            for line in own:
                into, away = _side_of(line)
                yield _within(scope, form, (word, *inside, *into), (*outside, *away))
            yield _beside(scope, form, word, outside, inside)
    for inside, outside in _away_from(lines):
        yield _beside(scope, form, word, outside, inside)


def _on_two(scope: Scope, form: str, word: Tokens, lines: Sequence[Line]) -> Iterator[str | None]:
    """What two statements of one effect are both about, and none of the other: a policy and one that limits it."""
    for one, other in itertools.combinations(lines, 2):
        if one.allows is other.allows:
            (into, away), (further_into, further_away) = _side_of(one), _side_of(other)
            for inside, outside in _away_from(line for line in lines if line.allows is not one.allows):
                yield _within(scope, form, (word, *inside, *into, *further_into), (*outside, *away, *further_away))


_Sides = tuple[tuple["Tokens", ...], tuple["Tokens", ...]]
"""Patterns to be on, and patterns to be beside."""


def _side_of(line: Line) -> _Sides:
    """Where the resources are that the statement of a line is about."""
    return ((), (line.tokens,)) if line.beside else ((line.tokens,), ())


def _away_from(lines: Iterable[Line]) -> tuple[_Sides, ...]:
    """Where the resources are that no statement of these lines is about.

    What is on a pattern of a ``NotResource`` is spared by it: on one of each statement is enough, so that all at once
    and each of them alone are tried.
    """
    listed = tuple(lines)
    beside = tuple(line.tokens for line in listed if line.beside)
    outside = tuple(line.tokens for line in listed if not line.beside)
    ways = ((beside, outside), *(((one,), outside) for one in beside if len(beside) > 1))
    return tuple(ways)


def _within(scope: Scope, form: str, inside: tuple[Tokens, ...], outside: tuple[Tokens, ...]) -> str | None:
    """An ARN of a form that fits some patterns: in the scope if it can, else where the patterns themselves say."""
    if witness((form_tokens(form, ANYWHERE), *inside), outside) is None:
        return None  # as for most lines: they are about resources of another service
    for within in (scope, scope._replace(region=""), scope._replace(account=""), ANYWHERE):
        found = _fuller((form_tokens(form, within), *inside), outside)
        if found is not None:
            return found
    return None


def _beside(
    scope: Scope, form: str, word: Tokens, outside: tuple[Tokens, ...], inside: tuple[Tokens, ...] = ()
) -> str | None:
    """An ARN that fits a word and lies beside some lines: in the scope if it can, else in another Region of it."""
    if witness((form_tokens(form, ANYWHERE), word, *inside), outside) is None:
        return None
    scopes = [scope._replace(region=region) for region in (scope.region, *_OTHER_REGIONS, "")]
    found = (witness((word, form_tokens(form, one), *inside), outside) for one in scopes)
    return next((arn for arn in found if arn is not None), None)


def _fuller(inside: tuple[Tokens, ...], outside: tuple[Tokens, ...]) -> str | None:
    """A text on the last of some patterns, where the ``*`` at its end stands for something if it can."""
    last = inside[-1]
    if last and last[-1].run:
        found = witness((*inside[:-1], (*last[:-1], last[-1]._replace(run=False), last[-1])), outside)
        if found is not None:
            return found
    return witness(inside, outside)


@lru_cache(maxsize=16_384)
def form_tokens(form: str, scope: Scope) -> Tokens:
    """A form of ARN in its scope; every other placeholder stands for at least one character."""
    tokens: list[Token] = []
    position = 0
    for placeholder in PLACEHOLDER.finditer(form):
        tokens += map(Token, form[position : placeholder.start()])
        name = next(filter(None, placeholder.groups()), "").lower()
        fixed = getattr(scope, name) if name in Scope._fields else "*" if name == _STAR else None
        in_field = form[: placeholder.start()].count(":") < _RESOURCE_FIELD
        if fixed and (in_field or name == _STAR):
            tokens += map(Token, fixed)
        else:
            tokens += (Token(None, colons=not in_field), Token(None, run=True, colons=not in_field))
        position = placeholder.end()
    return (*tokens, *map(Token, form[position:]))
