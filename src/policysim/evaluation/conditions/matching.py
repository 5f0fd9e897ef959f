"""One condition entry held against one request: the outcome, with its reason, its words and its caveats.

Source: IAM User Guide, reference_policies_elements_condition_operators; spec C1 to C41.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.evaluation.conditions.caveats import CAVEAT_TEXTS, KEY_UNKNOWN
from policysim.evaluation.conditions.doubts import doubts_of
from policysim.evaluation.conditions.prepared import PreparedCondition, prepare
from policysim.evaluation.decision import Outcome
from policysim.evaluation.readings import other_reading
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.evaluation.values import address_of
from policysim.language.operators import Family, SetPrefix, differs_in_prefix_case
from policysim.language.request import ABSENT
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE

if TYPE_CHECKING:
    from policysim.evaluation.context import Lookup
    from policysim.evaluation.facts import Facts
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue

_SHOWN: Final = 3
_WORDS: Final = {
    "NumericLessThan": "less than ",
    "NumericLessThanEquals": "at most ",
    "NumericGreaterThan": "more than ",
    "NumericGreaterThanEquals": "at least ",
    "DateLessThan": "before ",
    "DateLessThanEquals": "at the latest ",
    "DateGreaterThan": "after ",
    "DateGreaterThanEquals": "at the earliest ",
    "IpAddress": "in ",
}
"""How the wanted value is introduced where it is no equality."""

_UNKNOWN_REASONS: Final = {
    (True, False): Reason.KEY_UNKNOWN,
    (True, True): Reason.KEY_UNKNOWN_DIFFERS,
    (False, False): Reason.VARIABLE_UNKNOWN,
    (False, True): Reason.VARIABLE_UNKNOWN_DIFFERS,
}
"""By what is unknown (the key itself, or only a variable in the values) and whether the operator is negated."""

_PRIVATE: Final = ((8, 0x0A), (12, 0xAC1), (16, 0xC0A8))
"""The private IPv4 ranges: prefix length, and the leading bits."""


def match_condition(
    entry: ConditionEntry,
    lookup: Lookup,
    *,
    substitutes: bool,
    facts: Facts,
    switches: Switches = DEFAULT_SWITCHES,
) -> Outcome:
    """Whether one key under one operator matches the request, and if not, why.

    ``substitutes`` tells whether the document has policy variables (spec V1). The truth is ``UNKNOWN`` when it hangs
    on keys that nobody knows: ``keys`` names them.
    """
    prepared = prepare(entry, lookup, substitutes=substitutes, facts=facts, switches=switches)
    values = lookup(entry.key)
    found = _listed(values) if isinstance(values, tuple) else ""
    if prepared is None:
        wanted = f"`{entry.operator}`"
        doubts = ("set-prefix-case",) if differs_in_prefix_case(entry.operator) else ()
        path, reason = entry.path(), Reason.OPERATOR_UNKNOWN
        return Outcome(Element.CONDITION, FALSE, reason, path, wanted, found, entry.key, caveats=doubts)
    truth = prepared.truth(values)
    caveats: tuple[str, ...] = ()
    if prepared.touched and truth is not UNKNOWN:
        caveats = _caveats(entry, prepared, values, truth, lookup, substitutes=substitutes, facts=facts)
    caveats += doubts_of(entry, prepared, truth)
    if prepared.operator.base.family is Family.IP_ADDRESS and _met_by_private_address(prepared, values, truth):
        caveats += ("private-source-ip",)
    if prepared.key_facts is None and facts.knows_key(entry.key) is False:
        caveats += (KEY_UNKNOWN,)
    other = other_reading(entry.key, values, lookup) if truth is not UNKNOWN else None
    if other is not None and prepared.truth(other.values) is not truth:
        caveats += (other.caveat,)
    why, index = (None, None) if truth is TRUE else _reason(prepared, values, truth)
    return Outcome(
        Element.CONDITION,
        truth,
        why,
        entry.path(index),
        _wanted(entry, prepared, index),
        found,
        entry.key,
        keys=_unknown_keys(entry, prepared, values) if truth is UNKNOWN else (),
        caveats=caveats,
    )


def _unknown_keys(entry: ConditionEntry, prepared: PreparedCondition, values: ContextValue) -> tuple[str, ...]:
    own = (entry.key,) if values is UNKNOWN_VALUE else ()
    return tuple(dict.fromkeys((*own, *prepared.unknown_variables)))


def _caveats(
    entry: ConditionEntry,
    prepared: PreparedCondition,
    values: ContextValue,
    truth: Truth,
    lookup: Lookup,
    *,
    substitutes: bool,
    facts: Facts,
) -> tuple[str, ...]:
    """The doubtful rules without which the outcome would be another one."""
    codes: list[str] = []
    for code in sorted(prepared.touched):
        switch = CAVEAT_TEXTS[code].switch
        flipped = replace(prepared.switches, **{switch: not getattr(prepared.switches, switch)})
        other = prepare(entry, lookup, substitutes=substitutes, facts=facts, switches=flipped)
        if other is not None and other.truth(values) is not truth:
            codes.append(code)
    return tuple(codes)


def _met_by_private_address(prepared: PreparedCondition, values: ContextValue, truth: Truth) -> bool:
    """Whether the outcome rests on a private address as ``aws:SourceIp`` (spec C28)."""
    in_range = truth is (FALSE if prepared.negated else TRUE)
    return (
        in_range
        and prepared.key.lower() == "aws:sourceip"
        and isinstance(values, tuple)
        and any(map(_is_private, values))
    )


def _is_private(text: str) -> bool:
    address = address_of(text)
    if address is None or address.version != 4:
        return False
    return any(address.number >> (32 - length) == bits for length, bits in _PRIVATE)


def _reason(prepared: PreparedCondition, values: ContextValue, truth: Truth) -> tuple[Reason, int | None]:
    """Why the entry does not match (or may not), and the policy value that decided, where it was one."""
    if truth is UNKNOWN:
        return _UNKNOWN_REASONS[values is UNKNOWN_VALUE, prepared.negated], None
    if not prepared.wanted:
        return Reason.VALUES_EMPTY, None
    if prepared.operator.base.family is Family.NULL:
        return _null_reason(prepared, values), None
    if not isinstance(values, tuple) or not values:
        return _missing_reason(prepared, values), None
    if prepared.wrong_operator and prepared.switches.operator_fits_type:
        return Reason.OPERATOR_WRONG, None
    if prepared.prefix is SetPrefix.NONE and len(values) > 1 and not prepared.switches.several_values_match_any:
        return Reason.SEVERAL_VALUES, None
    return _value_reason(prepared, values)


def _null_reason(prepared: PreparedCondition, values: ContextValue) -> Reason:
    if prepared.prefix is not SetPrefix.NONE:
        return Reason.NULL_IN_SET
    if not any(wanted.expansion.text.lower() in {"true", "false"} for wanted in prepared.wanted):
        return Reason.NULL_MISTYPED
    return Reason.KEY_REQUIRED if values is ABSENT or values == () else Reason.KEY_PRESENT


def _missing_reason(prepared: PreparedCondition, values: ContextValue) -> Reason:
    """Also for an unknown key of which every value, and its absence, fails."""
    if values is UNKNOWN_VALUE:
        unresolved = all(wanted.expansion.unresolved for wanted in prepared.wanted)
        return Reason.VARIABLE_UNRESOLVED if unresolved else Reason.NEVER_MATCHES
    if prepared.negated:
        return Reason.SET_EMPTY_DIFFERS
    return Reason.SET_EMPTY if values == () else Reason.KEY_ABSENT


def _value_reason(prepared: PreparedCondition, values: tuple[str, ...]) -> tuple[Reason, int | None]:
    negated, prefix = prepared.negated, prepared.prefix
    if prefix is SetPrefix.NONE and not negated and prepared.operator.base.family is Family.STRING:
        unresolved = prepared.has_variables and all(wanted.expansion.unresolved for wanted in prepared.wanted)
        return (Reason.VARIABLE_UNRESOLVED if unresolved else Reason.VALUE_OTHER), None
    failed = values[0]
    if len(values) > 1:
        failed = next((value for value in values if prepared.element(value) is FALSE), failed)
    index, mistyped = _decider(prepared, failed)
    if mistyped:
        return Reason.WRONG_TYPE, index
    if not negated and all(wanted.expansion.unresolved for wanted in prepared.wanted):
        return Reason.VARIABLE_UNRESOLVED, None
    if prefix is SetPrefix.FOR_ALL_VALUES:
        return (Reason.SET_VALUE_EXCLUDED if negated else Reason.SET_VALUE_OTHER), index
    if prefix is SetPrefix.FOR_ANY_VALUE:
        return (Reason.SET_NONE_DIFFERS if negated else Reason.SET_NONE_FITS), index if len(values) == 1 else None
    return (Reason.VALUE_EXCLUDED if negated else Reason.VALUE_OTHER), index


def _decider(prepared: PreparedCondition, value: str) -> tuple[int | None, bool]:
    """The policy value that kept a negated operator from matching, and whether types kept the operator from it."""
    answers = {i: wanted.test(value) for i, wanted in enumerate(prepared.wanted) if not wanted.open}
    if not prepared.negated:
        return None, bool(answers) and all(agree is None for agree in answers.values())
    index = next((i for i, agree in answers.items() if agree is not False), None)
    return index, index is not None and answers[index] is None


def _wanted(entry: ConditionEntry, prepared: PreparedCondition, index: int | None) -> str:
    """What the policy wants, in words; the one value that decided, where it was one."""
    base = prepared.operator.base
    if base.family is Family.NULL:
        return " or ".join("absent" if value.lower() == "true" else "present" for value in entry.values)
    if index is not None:
        texts: tuple[str, ...] = (prepared.wanted[index].expansion.text,)
    elif prepared.has_variables:
        texts = tuple(wanted.expansion.text for wanted in prepared.wanted)
    else:
        texts = entry.values
    return _WORDS.get(base.positive, "") + _listed(texts, " or ")


@lru_cache(maxsize=4096)
def _listed(texts: tuple[str, ...], joined: str = ", ") -> str:
    if not texts:
        return "nothing"
    shown = joined.join(f"`{text}`" for text in texts[:_SHOWN])
    return shown if len(texts) <= _SHOWN else f"{shown}{joined}{len(texts) - _SHOWN} more"
