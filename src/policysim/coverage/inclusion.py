"""Whether one statement matches every request that another one matches, as far as that can be proven from the text.

``False`` means that it is not proven. Source: IAM User Guide, reference_policies_elements_action, _resource and
_condition_operators; spec A1 to A3, R4 to R8, C5, C15.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.language.operators import Family, operator_named
from policysim.language.patterns import action_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.language.policy import ConditionEntry, PatternElement, PrincipalElement, Statement

EVERY_ACTION: Final = frozenset({"*", "*:*"})
"""The patterns that cover every action of every service (spec A2)."""

_FIELDS: Final = 6
_MOST_STEPS: Final = 20_000
"""As many states are looked at before a question is given up: nothing is then claimed."""

_OTHER: Final = ""
"""Stands for any character that the wider pattern does not name."""


def covers(wide: Statement, narrow: Statement, *, substitutes: tuple[bool, bool]) -> bool:
    """Whether ``wide`` matches whenever ``narrow`` does, their effects aside.

    ``substitutes`` tells of each of them, in this order, whether ``${...}`` is a variable in its document.
    """
    if substitutes[0] is not substitutes[1] and any("${" in text for text in (*_texts(wide), *_texts(narrow))):
        return False
    variables = substitutes[1]
    return (
        covers_actions(wide.action, narrow.action)
        and _covers_resources(wide.resource, narrow.resource, variables=variables)
        and covers_principals(wide.principal, narrow.principal, same_effect=wide.effect is narrow.effect)
        and all(_implied(condition, narrow.conditions) for condition in wide.conditions)
    )


def _texts(statement: Statement) -> Iterator[str]:
    if statement.resource is not None:
        yield from statement.resource.patterns
    for condition in statement.conditions:
        yield from condition.values


def covers_actions(wide: PatternElement, narrow: PatternElement) -> bool:
    """Whether one ``Action`` or ``NotAction`` element covers every action that another one does."""
    if not wide.patterns or not narrow.patterns:
        return False
    if wide.negated and narrow.negated:
        return all(any(covers_action(own, other) for own in narrow.patterns) for other in wide.patterns)
    if wide.negated:
        return all(_is_outside(action, wide.patterns) for action in narrow.patterns)
    if narrow.negated:
        return not EVERY_ACTION.isdisjoint(wide.patterns)
    return all(any(covers_action(one, other) for one in wide.patterns) for other in narrow.patterns)


def covers_action(wide: str, narrow: str) -> bool:
    """Whether one ``Action`` pattern covers every action that another one does."""
    if wide in EVERY_ACTION or narrow in EVERY_ACTION:
        return wide in EVERY_ACTION
    (prefix, colon, name), (other, other_colon, own) = wide.lower().partition(":"), narrow.lower().partition(":")
    return bool(colon and other_colon) and prefix == other and covers_texts(name, own)


def _is_outside(action: str, patterns: tuple[str, ...]) -> bool:
    """Whether no action that fits is matched by one of the patterns: it is one action, or of another service."""
    if action in EVERY_ACTION or not EVERY_ACTION.isdisjoint(patterns):
        return False
    if "*" not in action and "?" not in action:
        return not any(action_matches(pattern, action) for pattern in patterns)
    service = action.lower().partition(":")[0]
    return all(pattern.lower().partition(":")[0] != service for pattern in patterns)


def _covers_resources(wide: PatternElement | None, narrow: PatternElement | None, *, variables: bool) -> bool:
    if wide is None or narrow is None:
        return wide is narrow
    if not wide.patterns or not narrow.patterns:
        return False
    if not wide.negated and "*" in wide.patterns:
        return True
    if wide.negated is not narrow.negated:
        return False
    inner, outer = (wide, narrow) if narrow.negated else (narrow, wide)
    return all(
        any(covers_resource(one, other, variables=variables) for one in outer.patterns) for other in inner.patterns
    )


def covers_resource(wide: str, narrow: str, *, variables: bool) -> bool:
    """Whether one ``Resource`` pattern covers every resource that another one does."""
    if wide in {"*", narrow}:
        return True
    if variables and "${" in wide:
        return False
    own, other = wide.split(":", _FIELDS - 1), narrow.split(":", _FIELDS - 1)
    if len(own) < _FIELDS or len(other) < _FIELDS or own[0] != "arn" or other[0] != "arn":
        return False
    head = ":".join(other[:-1])
    if variables and "${" in head:
        return False
    last = without_variables(other[-1]) if variables else other[-1]
    fields = (*other[:-1], last)
    across = "*" not in head and "?" not in head
    return all(map(covers_texts, own, fields)) and (across or covers_texts(wide, f"{head}:{last}"))


def without_variables(text: str) -> str:
    """A pattern that covers whatever a pattern does once its variables have their values."""
    before, sign, rest = text.partition("${")
    return f"{before}*{without_variables(rest.partition('}')[2])}" if sign else text


def covers_principals(wide: PrincipalElement | None, narrow: PrincipalElement | None, *, same_effect: bool) -> bool:
    """Whether one principal element reaches everybody whom another one reaches, and at least as directly."""
    if wide is None or narrow is None:
        return wide is narrow
    entries, listed = _entries(wide), _entries(narrow)
    if wide.negated or narrow.negated:
        return same_effect and wide.negated and narrow.negated and entries == listed
    if ("*", "*") in entries:
        return True
    everybody = ("AWS", "*") in entries
    return bool(listed) and all(entry in entries or (everybody and entry[0] == "AWS") for entry in listed)


def _entries(element: PrincipalElement) -> set[tuple[str, str]]:
    return {(entry.kind, entry.value) for entry in element.entries}


def _implied(condition: ConditionEntry, known: Iterable[ConditionEntry]) -> bool:
    """Whether a condition is met whenever all of those known are."""
    return any(_implies(other, condition) for other in known)


def _implies(narrow: ConditionEntry, wide: ConditionEntry) -> bool:
    """The same test of the same key, with fewer values to fit or more values to differ from."""
    operator = operator_named(wide.operator)
    if operator is None or (narrow.operator, narrow.key.lower()) != (wide.operator, wide.key.lower()):
        return False
    own, other = set(narrow.values), set(wide.values)
    if not own or not other:
        return False
    if operator.base.family is Family.NULL:
        return own == other
    return own >= other if operator.base.negated else own <= other


@lru_cache(maxsize=65_536)
def covers_texts(wide: str, narrow: str) -> bool:
    """Whether every text that fits ``narrow`` fits ``wide`` (``*`` any run of characters, ``?`` one)."""
    if wide in {"*", narrow}:
        return True
    named = {*wide} - {"*", "?"}
    start = (0, _past_stars({0}, wide))
    open_states, seen = [start], {start}
    while open_states:
        at, reached = open_states.pop()
        if at == len(narrow):
            if len(wide) not in reached:
                return False
            continue
        for step in _steps(at, reached, narrow, wide, named):
            if step not in seen:
                seen.add(step)
                open_states.append(step)
        if len(seen) > _MOST_STEPS:
            return False
    return True


_State = tuple[int, frozenset[int]]


def _steps(at: int, reached: frozenset[int], narrow: str, wide: str, named: set[str]) -> Iterator[_State]:
    """Where one more character of a text that fits ``narrow`` leads, and what of ``wide`` it leaves in reach."""
    sign = narrow[at]
    if sign == "*":
        yield at + 1, reached
    characters = {*named, _OTHER} if sign in "*?" else {sign}
    for character in characters:
        yield (at if sign == "*" else at + 1), _after(character, reached, wide)


def _after(character: str, reached: frozenset[int], wide: str) -> frozenset[int]:
    steps: set[int] = set()
    for at in reached:
        if at == len(wide):
            continue
        if wide[at] == "*":
            steps.add(at)
        elif wide[at] == "?" or wide[at] == character:
            steps.add(at + 1)
    return _past_stars(steps, wide)


def _past_stars(places: set[int], wide: str) -> frozenset[int]:
    reached = set(places)
    for place in places:
        at = place
        while at < len(wide) and wide[at] == "*":
            at += 1
            reached.add(at)
    return frozenset(reached)
