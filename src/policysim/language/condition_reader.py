"""The ``Condition`` block: operator, key, values (spec G23, C4, C7, C9, C11, C12, C41, G5, V15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.element_forms import text_flaws, value_flaws
from policysim.language.json_text import WrittenNumber
from policysim.language.nearest import nearest
from policysim.language.operators import BASE_OPERATORS, Family, SetPrefix, operator_named
from policysim.language.policy import ConditionEntry
from policysim.language.problem_kinds import (
    CASE_VARIED_KEYS,
    EMPTY_CONDITION,
    EMPTY_LIST,
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

_LIKENESS: Final = 0.75
"""How like a misspelt operator a known one must be to be proposed, from 0 to 1."""


def read_conditions(value: object, where: Location, reading: Reading) -> tuple[ConditionEntry, ...]:
    """Every key under every operator, in order; an empty block is no condition (spec C11)."""
    if not isinstance(value, dict):
        reading.note_wrong_type("Condition", "an object of operators", value, where)
        return ()
    reading.check_repeated(value, where)
    if not value:
        reading.note(
            EMPTY_CONDITION, "an empty `Condition` is no condition", where, "remove it, or write the condition"
        )
    entries: list[ConditionEntry] = []
    for name, keys in value.items():
        place = where.below(name)
        # IAM saves an operator that it does not know as long as no key stands under it.
        operator = None if keys == {} else _operator(name, place, reading)
        if isinstance(keys, dict):
            entries += _keys(name, operator, keys, place, reading)
        else:
            reading.note_wrong_type(name, "an object of condition keys", keys, place)
    return tuple(entries)


def _operator(name: str, where: Location, reading: Reading) -> Operator | None:
    operator = operator_named(name)
    if operator is None:
        hint = "`IfExists` does not go with `Null`" if name.lower().endswith("nullifexists") else _nearest(name)
        reading.note(UNKNOWN_OPERATOR, f"`{name}` is no condition operator", where.key, hint)
        return None
    if name != operator.documented_spelling:
        message = f"`{name}` is documented as `{operator.documented_spelling}`"
        reading.note(OPERATOR_SPELLING, message, where.key, "use the documented spelling")
    if operator.base.family is Family.NULL and operator.prefix is not SetPrefix.NONE:
        outcome = "true" if operator.prefix is SetPrefix.FOR_ALL_VALUES else "false"
        reading.note(SET_PREFIX_ON_NULL, f"`{name}` is always {outcome}", where.key, "use `Null` alone")
    return operator


def _nearest(name: str) -> str:
    bare = name.rpartition(":")[2]
    names = [base.name for base in BASE_OPERATORS]
    return "" if bare in names else nearest(bare, names, most=1, likeness=_LIKENESS)


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
        reading.note_flaws(text_flaws(key), place.key)
        twin = seen.setdefault(key.lower(), key)
        if twin != key:
            message = f"`{key}` and `{twin}` differ only in case, and condition keys have no case"
            reading.note(CASE_VARIED_KEYS, message, place.key, "merge the values into one key")
        entries.append(
            ConditionEntry(name, key, _values(key, operator, value, place, reading), isinstance(value, list))
        )
    return entries


def _values(key: str, operator: Operator | None, value: object, where: Location, reading: Reading) -> tuple[str, ...]:
    if not isinstance(value, list):
        text = _text(key, operator, value, where, reading)
        return () if text is None else (text,)
    if not value:
        reading.note(EMPTY_LIST, f"`{key}` is compared with an empty list", where)
    places = (where.below(index) for index in range(len(value)))
    texts = [_text(key, operator, item, place, reading) for item, place in zip(value, places, strict=True)]
    kinds = {"a Boolean" if isinstance(item, bool) else kind_of(item) for item in value}
    if len(kinds) > 1 and None not in texts:
        message = f"the values of `{key}` are of several JSON types: {' and '.join(sorted(kinds))}"
        reading.note(MIXED_TYPES, message, where, "put every value in quotes")
    return tuple(text for text in texts if text is not None)


def _text(key: str, operator: Operator | None, value: object, where: Location, reading: Reading) -> str | None:
    """The string form of a policy value (spec C12); ``None``, with a problem noted, for what is no value."""
    if isinstance(value, str):
        substitutes = operator is not None and operator.base.substitutes and reading.substitutes_variables
        reading.note_flaws(value_flaws(value, substitutes=substitutes), where)
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | float):
        reading.note_wrong_type(key, "a string, number or Boolean, or a list of them", value, where)
        return None
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        reading.note(WRONG_TYPE, f"`{key}` is compared with a number of too many digits", where)
        return None
    if operator is not None and operator.base.family is Family.STRING:
        message = f"`{operator.documented_spelling}` compares text, and a number loses its leading zeros"
        reading.note(UNQUOTED_NUMBER, message, where, "put the number in quotes")
    return value.text if isinstance(value, WrittenNumber) else str(value)
