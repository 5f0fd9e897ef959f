"""The ``Condition`` block: operator, key, values (spec G23, C4, C7, C9, C11, C12, C41, G5, V15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.language.element_forms import variable_flaw
from policysim.language.json_text import WrittenNumber
from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.language.policy import ConditionEntry
from policysim.language.problem_kinds import (
    CASE_VARIED_KEYS,
    EMPTY_LIST,
    MALFORMED_VARIABLE,
    MIXED_TYPES,
    OPERATOR_SPELLING,
    SET_PREFIX_ON_NULL,
    UNKNOWN_OPERATOR,
    UNQUOTED_NUMBER,
    WRONG_TYPE,
)
from policysim.language.reading import kind_of

if TYPE_CHECKING:
    from policysim.language.operators import Operator
    from policysim.language.reading import Reading
    from policysim.language.source import Location

_LONGEST_NUMBER = 13_000
"""Bits of the longest whole number that is written out; no condition compares longer ones."""


def read_conditions(value: object, where: Location, reading: Reading) -> tuple[ConditionEntry, ...]:
    """Every key under every operator, in order; an empty block is no condition (spec C11)."""
    if not isinstance(value, dict):
        reading.note_wrong_type("Condition", "an object of operators", value, where)
        return ()
    reading.check_repeated(value, where)
    entries: list[ConditionEntry] = []
    for name, keys in value.items():
        place = where.below(name)
        operator = _operator(name, place, reading)
        if isinstance(keys, dict):
            entries += _keys(name, operator, keys, place, reading)
        else:
            reading.note_wrong_type(name, "an object of condition keys", keys, place)
    return tuple(entries)


def _operator(name: str, where: Location, reading: Reading) -> Operator | None:
    operator = operator_named(name)
    if operator is None:
        hint = "`IfExists` does not go with `Null`" if name.lower().endswith("nullifexists") else ""
        reading.note(UNKNOWN_OPERATOR, f"`{name}` is no condition operator", where.key, hint)
        return None
    if name != operator.documented_spelling:
        message = f"`{name}` is documented as `{operator.documented_spelling}`"
        reading.note(OPERATOR_SPELLING, message, where.key, "use the documented spelling")
    if operator.base.family is Family.NULL and operator.prefix is not SetPrefix.NONE:
        outcome = "true" if operator.prefix is SetPrefix.FOR_ALL_VALUES else "false"
        reading.note(SET_PREFIX_ON_NULL, f"`{name}` is always {outcome}", where.key, "use `Null` alone")
    return operator


def _keys(
    name: str, operator: Operator | None, keys: dict[str, object], where: Location, reading: Reading
) -> list[ConditionEntry]:
    reading.check_repeated(keys, where)
    if not keys:
        reading.note(EMPTY_LIST, f"`{name}` names no condition key, so it is no condition", where)
    seen: dict[str, str] = {}
    entries = []
    for key, value in keys.items():
        place = where.below(key)
        reading.check_text(key, place.key)
        twin = seen.setdefault(key.lower(), key)
        if twin != key:
            message = f"`{key}` and `{twin}` differ only in case, and condition keys have no case"
            reading.note(CASE_VARIED_KEYS, message, place.key, "merge the values into one key")
        entries.append(
            ConditionEntry(name, key, _values(key, operator, value, place, reading), isinstance(value, list))
        )
    return entries


def _values(key: str, operator: Operator | None, value: object, where: Location, reading: Reading) -> tuple[str, ...]:
    if isinstance(value, list):
        if not value:
            reading.note(EMPTY_LIST, f"`{key}` is compared with an empty list", where)
        places = [(item, where.below(index)) for index, item in enumerate(value)]
    else:
        places = [(value, where)]
    texts = [_text(key, item, place, reading) for item, place in places]
    kinds = {kind_of(item) if not isinstance(item, bool) else "a Boolean" for item, _ in places}
    if len(kinds) > 1 and None not in texts:
        message = f"the values of `{key}` are of several JSON types: {' and '.join(sorted(kinds))}"
        reading.note(MIXED_TYPES, message, where, "put every value in quotes")
    if operator is not None:
        for item, place in places:
            _check_value(item, operator, place, reading)
    return tuple(text for text in texts if text is not None)


def _text(key: str, value: object, where: Location, reading: Reading) -> str | None:
    """The string form of a policy value (spec C12); ``None``, with a problem noted, for what is no value."""
    match value:
        case str():
            reading.check_text(value, where)
            return value
        case bool():
            return "true" if value else "false"
        case WrittenNumber():
            return value.text
        case int() if value.bit_length() > _LONGEST_NUMBER:
            reading.note(WRONG_TYPE, f"`{key}` is compared with a number of too many digits", where)
            return None
        case int() | float():
            return str(value)
    reading.note_wrong_type(key, "a string, number or Boolean, or a list of them", value, where)
    return None


def _check_value(value: object, operator: Operator, where: Location, reading: Reading) -> None:
    if isinstance(value, str):
        flaw = variable_flaw(value) if reading.substitutes_variables and operator.base.substitutes else None
        if flaw is not None:
            reading.note(MALFORMED_VARIABLE, flaw, where)
    elif isinstance(value, int | float) and not isinstance(value, bool) and operator.base.family is Family.STRING:
        message = f"`{operator.documented_spelling}` compares text, and a number loses its leading zeros"
        reading.note(UNQUOTED_NUMBER, message, where, "put the number in quotes")
