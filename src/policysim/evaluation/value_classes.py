"""Few values of a condition key that stand for all: any other value is treated like one of them by every entry.

The classes are complete: a property of a decision that holds for every class holds for every request. They may be
finer than needed, never coarser. Spec C5, C13 to C40; the method is that of equivalence classes of strings over the
product of the wildcard automata, and of elementary intervals for ordered values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.conditions import prepare
from policysim.evaluation.facts import KeyType
from policysim.evaluation.ordered_classes import (
    address_candidates,
    epoch_candidates,
    instant_candidates,
    number_candidates,
)
from policysim.evaluation.string_classes import ANY_ARN, string_candidates
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.evaluation.values import bytes_of
from policysim.language.operators import Family, SetPrefix
from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.evaluation.conditions import PreparedCondition
    from policysim.evaluation.context import Lookup
    from policysim.evaluation.facts import DescribedKey, Facts
    from policysim.evaluation.switches import Switches
    from policysim.evaluation.truth import Truth
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue

    Signature = tuple[Truth, ...]

_OTHER: Final = "other"
"""A text that is no number, date, address, truth value or base64."""

_SAMPLES: Final[dict[str, str]] = {
    KeyType.BOOL: "true",
    KeyType.NUMERIC: "1",
    KeyType.DATE: "2026-01-01T00:00:00Z",
    KeyType.IP_ADDRESS: "203.0.113.7",
    KeyType.ARN: ANY_ARN,
    KeyType.BINARY: "b3RoZXI=",
}
_OTHER_BYTES: Final = ("b3RoZXI=", "ZWxzZQ==")
_TEXTS: Final = frozenset({Family.STRING, Family.ARN, Family.BOOL})


class ValueClasses(NamedTuple):
    """Values that stand for all values of ``key``: those named in policies first, ``ABSENT`` last."""

    key: str
    values: tuple[ContextValue, ...]


def value_classes(
    key: str,
    entries: Sequence[tuple[ConditionEntry, bool]],
    lookup: Lookup,
    facts: Facts,
    budget: int,
    *,
    switches: Switches = DEFAULT_SWITCHES,
) -> ValueClasses | None:
    """The classes of values that the entries tell apart; ``None`` when they cannot be had.

    ``entries`` are all entries that test this key, each with whether its document has policy variables. A key that
    also stands *in* a variable elsewhere must not be split by these classes. A key that no entry meets with a set
    operator, and that is not known to hold several values, is taken to hold one; a key of a known type is taken to
    hold values of that type. ``budget`` bounds the number of classes, and with a factor the search for them.
    """
    tests = [
        prepared
        for entry, substitutes in entries
        if (prepared := prepare(entry, lookup, substitutes=substitutes, facts=facts, switches=switches))
    ]
    if any(test.unknown_variables for test in tests) or (switches.empty_string_is_null and _asks_for_values(tests)):
        return None
    key_facts = facts.condition_key(key)
    candidates = _candidates(key, tests, key_facts, budget)
    if candidates is None:
        return None
    found: dict[Signature, tuple[str, ...]] = {}
    for value in dict.fromkeys(candidates):
        found.setdefault(_signature(tests, (value,)), (value,))
    if _holds_several(tests, key_facts) and not _add_sets(found, tests, candidates, budget):
        return None
    missing: tuple[ContextValue, ...] = (ABSENT,)
    if key_facts is not None and key_facts.always_present:
        missing = ((),) if key_facts.multivalued else ()
    values = (*found.values(), *missing)
    return ValueClasses(key, values) if len(values) <= budget else None


def _asks_for_values(tests: list[PreparedCondition]) -> bool:
    """Whether an entry might tell an empty string from others by presence alone, which classes of texts do not see."""
    return any(test.operator.base.family is Family.NULL or test.prefix is not SetPrefix.NONE for test in tests)


def _signature(tests: list[PreparedCondition], values: ContextValue) -> Signature:
    return tuple(test.truth(values) for test in tests)


def _holds_several(tests: list[PreparedCondition], key_facts: DescribedKey | None) -> bool:
    if key_facts is not None:
        return key_facts.multivalued
    return any(test.prefix is not SetPrefix.NONE for test in tests)


def _add_sets(
    found: dict[Signature, tuple[str, ...]], tests: list[PreparedCondition], candidates: Sequence[str], budget: int
) -> bool:
    """Add the sets of values that the entries tell apart; false when there are too many.

    How a set fares follows from how its members fare, so growing sets by one member at a time until nothing new comes
    up finds every behaviour.
    """
    singles = [values[0] for values in found.values()]
    waiting = list(found.values())
    while waiting:
        grown = waiting.pop(0)
        for single in singles:
            member = single if single not in grown else _twin(single, grown, tests, candidates)
            values = (*grown, member)
            signature = _signature(tests, values)
            if signature not in found:
                found[signature] = values
                waiting.append(values)
                if len(found) > budget:
                    return False
    return True


def _twin(value: str, taken: tuple[str, ...], tests: list[PreparedCondition], candidates: Sequence[str]) -> str:
    """Another value that fares like ``value``; the value itself when none is at hand."""
    signature = _signature(tests, (value,))
    variants = (*candidates, f"{value}x", f"x{value}")
    return next((v for v in variants if v not in taken and _signature(tests, (v,)) == signature), value)


def _candidates(
    key: str, tests: list[PreparedCondition], key_facts: DescribedKey | None, budget: int
) -> tuple[str, ...] | None:
    """Single values, at least one of every class; ``None`` when the operators do not go together."""
    telling = [
        test
        for test in tests
        if test.wanted
        and test.operator.base.family is not Family.NULL
        and not (test.wrong_operator and test.switches.operator_fits_type)
    ]
    families = {test.operator.base.family for test in telling}
    texts = tuple(dict.fromkeys(wanted.text for t in telling for wanted in t.comparable))
    # A key of a known type holds values of that type; of any other key nothing is certain.
    mistyped = () if key_facts is not None else (_OTHER,)
    if not families:
        return (_SAMPLES.get(key_facts.type, _OTHER) if key_facts is not None else _OTHER,)
    if families == {Family.BOOL}:
        return ("true", "false", *mistyped)
    if families <= _TEXTS:
        arns_only = key_facts is not None and key_facts.type == KeyType.ARN
        return string_candidates(telling, budget=budget, arns_only=arns_only)
    if families == {Family.BINARY}:
        return (*_binary_candidates(texts), *mistyped)
    if families <= {Family.NUMERIC, Family.DATE} and key.lower() == "aws:epochtime":
        return epoch_candidates(telling)
    ordered = {
        Family.NUMERIC: number_candidates,
        Family.DATE: instant_candidates,
        Family.IP_ADDRESS: address_candidates,
    }
    family = families.pop()
    return (*ordered[family](texts), *mistyped) if not families and family in ordered else None


def _binary_candidates(texts: tuple[str, ...]) -> tuple[str, ...]:
    named = [text for text in texts if bytes_of(text) is not None]
    known = {bytes_of(text) for text in named}
    # One value more than there are named ones: at least one of them is another.
    fresh = (*_OTHER_BYTES, *("A" * (4 * length) for length in range(1, len(named) + 2)))
    return (*named, next(text for text in fresh if bytes_of(text) not in known))
