"""From the words for actions to the actions of the catalogue: a wildcard stands for every action that it matches.

Source: Service Authorization Reference; spec A1 to A3, A9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.expectations.patterns import is_pattern
from policysim.expectations.problem_kinds import MATCHES_NOTHING, UNKNOWN_ACTION
from policysim.language.nearest import nearest
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.expectations.sentences import Word


class AskedAction(NamedTuple):
    """One action, and the word that it was asked for with; ``literal`` unless that word has wildcards."""

    name: str
    word: Word
    literal: bool


def actions_of(words: Sequence[Word]) -> tuple[tuple[AskedAction, ...], tuple[Problem, ...]]:
    """The actions that the words stand for, each once, and what is wrong with words that stand for none.

    An action that one word names and another covers counts as named.
    """
    found: dict[str, AskedAction] = {}
    problems: list[Problem] = []
    for word in words:
        literal = not is_pattern(word.text)
        names = _matching(word.text) if not literal else tuple(filter(None, (CATALOGUE.canonical_action(word.text),)))
        if not names:
            problems.append(_nothing(word, literal=literal))
        for name in names:
            if literal or name not in found:
                found[name] = AskedAction(name, word, literal)
    return tuple(found.values()), tuple(problems)


def _matching(pattern: str) -> tuple[str, ...]:
    if pattern in {"*", "*:*"}:
        return CATALOGUE.actions_matching("*")
    return CATALOGUE.actions_matching(pattern) if ":" in pattern else ()


def _nothing(word: Word, *, literal: bool) -> Problem:
    service, colon, _ = word.text.lower().partition(":")
    if not colon:
        sentence = f"`{word.text}` is no action: expected one such as `s3:GetObject`, or a pattern such as `s3:Get*`"
        return Problem(UNKNOWN_ACTION, sentence, word.span)
    known = CATALOGUE.actions_of(service)
    if not known and not is_pattern(service):
        hint = nearest(service, CATALOGUE.services())
        return Problem(UNKNOWN_ACTION, f"AWS has no service `{service}`, of which `{word.text}` is", word.span, hint)
    if not literal:
        sentence = f"`{word.text}` matches no action of the catalogue"
        return Problem(MATCHES_NOTHING, sentence, word.span, nearest(word.text.replace("*", ""), known))
    return Problem(UNKNOWN_ACTION, f"AWS has no action `{word.text}`", word.span, nearest(word.text, known))
