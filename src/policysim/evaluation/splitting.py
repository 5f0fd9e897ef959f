"""Where Kleene logic leaves a decision open: try the unknown keys, class of values by class of values.

Kleene truth alone is not tight: "Allow if k = a" beside "Allow if k ≠ a" is an Allow whatever k is. The classes of a
key are complete, so an outcome shared by all of them is certain; the others are what the decision depends on.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.context import context_lookup
from policysim.evaluation.decision import Caveat, Decision, Effect, UnknownKey, Verdict
from policysim.evaluation.reasons import Element
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.evaluation.truth import UNKNOWN
from policysim.evaluation.value_classes import value_classes
from policysim.evaluation.variable_tests import mentions, tests_of_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policysim.evaluation.context import Lookup
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.switches import Switches
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue

BUDGET: Final = 512
"""How many combinations of values are tried for one decision."""

NOT_SPLIT: Final = Caveat(
    "not-split",
    "the unknown keys were not tried value by value (too many combinations, or a policy variable): the decision may be "
    "more certain than it is stated",
)


class _Key(NamedTuple):
    name: str
    values: tuple[ContextValue, ...]


def split_unknown_keys(
    decision: Decision,
    under: Callable[[Mapping[str, ContextValue]], Decision],
    lookup: Lookup,
    facts: Facts,
    switches: Switches,
    *,
    unreliable: tuple[str, ...] = (),
) -> Decision:
    """The decision, made as certain as the policies allow; ``under`` decides again with values assumed for keys.

    Keys that start with one of ``unreliable`` stay unknown whatever is assumed: they are not tried.
    """
    tried = [key for key, _ in decision.unknown_keys if not key.lower().startswith(unreliable)]
    if not tried:
        return decision
    keys = [_classes_of(key, decision, lookup, facts, switches) for key in tried]
    splittable = [key for key in keys if key is not None]
    caveats = () if len(splittable) == len(keys) else (NOT_SPLIT,)
    if not splittable or math.prod(len(key.values) for key in splittable) > BUDGET:
        return decision.narrowed(caveats=(*decision.caveats, NOT_SPLIT))
    outcomes = [under(assumed) for assumed in _combinations(splittable)]
    return _joined(decision, outcomes, splittable, caveats)


def classes_of_unknown_keys(
    decision: Decision, facts: Facts, switches: Switches = DEFAULT_SWITCHES
) -> dict[str, tuple[ContextValue, ...]]:
    """For each unknown key that an open decision hangs on, values that stand for all; a key without any is left out."""
    lookup = context_lookup(decision.request)
    found = (_classes_of(key, decision, lookup, facts, switches) for key, _ in decision.unknown_keys)
    return {key.name: key.values for key in found if key is not None}


def _classes_of(key: str, decision: Decision, lookup: Lookup, facts: Facts, switches: Switches) -> _Key | None:
    """The key with its classes; ``None`` when it has too many, or stands in a policy variable that cannot be turned."""
    candidates = decision.request.context.candidates(key)
    if candidates:
        return _Key(key, candidates)
    entries: list[tuple[ConditionEntry, bool]] = []
    for match in (match for check in decision.checks for match in check.matched):
        if match.truth is not UNKNOWN:
            continue
        outside = (outcome for outcome in match.outcomes if outcome.element is not Element.CONDITION)
        if any(key.lower() == other.lower() for outcome in outside for other in outcome.keys):
            return None
        substitutes = match.attached.policy.substitutes_variables
        for entry in match.statement.conditions:
            if entry.key.lower() == key.lower():
                entries.append((entry, substitutes))
            elif substitutes and mentions(entry, key):
                turned = tests_of_variable(entry, key, lookup)
                if turned is None:
                    return None
                entries += [(test, False) for test in turned]
    classes = value_classes(key, tuple(entries), lookup, facts, BUDGET, switches=switches)
    return None if classes is None else _Key(key, classes.values)


def _combinations(keys: list[_Key]) -> list[dict[str, ContextValue]]:
    names = [key.name.lower() for key in keys]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*(key.values for key in keys))]


def _indexed(keys: list[_Key], outcomes: list[Decision]) -> Iterator[tuple[tuple[int, ...], Decision]]:
    """Each outcome with the place of every key's value among its classes, in the order of ``_combinations``."""
    return zip(itertools.product(*(range(len(key.values)) for key in keys)), outcomes, strict=True)


def _joined(decision: Decision, outcomes: list[Decision], keys: list[_Key], caveats: tuple[Caveat, ...]) -> Decision:
    """The decision that the outcomes of all combinations add up to."""
    effects = {effect for outcome in outcomes for effect in _effects(outcome)}
    effect = _summary(effects)
    if len(effects) == 1:
        return _certain(decision, outcomes, effect)
    split = {key.name: key for key in keys if _matters(key, keys, outcomes)}
    unsplit = {unknown.key for unknown in decision.unknown_keys} - {key.name for key in keys}
    kept = tuple(
        UnknownKey(unknown.key, _settles(split[unknown.key], keys, outcomes) if unknown.key in split else ())
        for unknown in decision.unknown_keys
        if unknown.key in split or unknown.key in unsplit
    )
    possible = tuple(sorted(effects - {effect}, key=lambda e: e.value))
    if effect is not decision.effect:
        decision = _as_denied(decision, [outcome for outcome in outcomes if outcome.effect is effect])
    return decision.narrowed(
        effect=effect,
        possible=possible,
        unknown_keys=kept,
        caveats=(*decision.caveats, *caveats),
    )


def _as_denied(decision: Decision, denied: list[Decision]) -> Decision:
    """A decision that is a denial after all: what stands in the way where no explicit deny does."""
    blocking = _blocking(denied)
    return decision.narrowed(layer=blocking[0].value, blocking=blocking, statements=())


def _blocking(denied: list[Decision]) -> tuple[LayerName, ...]:
    """The layers that stand in the way in all of these outcomes, or else those of the first."""
    common = tuple(name for name in denied[0].blocking if all(name in outcome.blocking for outcome in denied))
    return common or denied[0].blocking


def _matters(key: _Key, keys: list[_Key], outcomes: list[Decision]) -> bool:
    """Whether two combinations that differ in this key alone lead to different effects."""
    place = keys.index(key)
    seen: dict[tuple[int, ...], frozenset[Effect]] = {}
    for indices, outcome in _indexed(keys, outcomes):
        others = indices[:place] + indices[place + 1 :]
        effects = frozenset(_effects(outcome))
        if seen.setdefault(others, effects) != effects:
            return True
    return False


def _effects(outcome: Decision) -> set[Effect]:
    own = set() if outcome.effect is Effect.DEPENDS else {outcome.effect}
    return own | set(outcome.possible)


def _summary(effects: set[Effect]) -> Effect:
    if Effect.ALLOWED in effects:
        return Effect.ALLOWED if len(effects) == 1 else Effect.DEPENDS
    return Effect.IMPLICIT_DENY if Effect.IMPLICIT_DENY in effects else Effect.EXPLICIT_DENY


def _certain(decision: Decision, outcomes: list[Decision], effect: Effect) -> Decision:
    """Every class of values leads to the same effect: the decision no longer hangs on the keys."""
    first = outcomes[0]
    checks = tuple(
        check
        if all(o.check(check.layer).verdict is check.verdict for o in outcomes)
        else check._replace(verdict=Verdict.UNKNOWN)
        for check in first.checks
    )
    statements = {id(m.statement): m for outcome in outcomes for m in outcome.statements}
    blocking = _blocking(outcomes)
    return decision.narrowed(
        effect=effect,
        layer=blocking[0].value if blocking else first.layer,
        checks=checks,
        statements=tuple(statements.values()),
        blocking=blocking,
        possible=(),
        unknown_keys=(),
        caveats=tuple(dict.fromkeys(caveat for outcome in outcomes for caveat in outcome.caveats)),
    )


def _settles(key: _Key, keys: list[_Key], outcomes: list[Decision]) -> tuple[tuple[str | None, Effect], ...]:
    """Each class of the key with the effect that it leads to, the other keys left open."""
    effects: list[set[Effect]] = [set() for _ in key.values]
    place = keys.index(key)
    for indices, outcome in _indexed(keys, outcomes):
        effects[indices[place]] |= _effects(outcome)
    return tuple((_shown(value), _summary(found)) for value, found in zip(key.values, effects, strict=True))


def _shown(value: ContextValue) -> str | None:
    return ", ".join(value) if isinstance(value, tuple) else None
