"""Checks of ``ForAllValues`` and ``ForAnyValue``, and of keys that need them (spec C34 to C40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.validation.finding_kinds import (
    FOR_ALL_SINGLE,
    FOR_ALL_UNPAIRED,
    FOR_ANY_SINGLE,
    MISSING_SET_OPERATOR,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.global_keys import CatalogKey
    from policysim.language.operators import Operator
    from policysim.language.policy import ConditionEntry, Statement
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

_TAG_KEYS: Final = "tagkeys"


def set_operators(subject: Subject) -> Iterator[Finding]:
    """Set operators that are missing, that have nothing to do, or that let requests without the key pass."""
    for entry in subject.statement.conditions:
        operator = operator_named(entry.operator)
        described = subject.catalogue.condition_key(entry.key)
        if operator is None or described is None or operator.base.family is Family.NULL:
            continue
        found = _found(subject, entry, operator, described)
        if found is not None:
            yield found


def _found(subject: Subject, entry: ConditionEntry, operator: Operator, key: CatalogKey) -> Finding | None:
    where = subject.at(*entry.path()).key
    if key.multivalued and operator.prefix is SetPrefix.NONE:
        message = f"`{entry.key}` may have several values, and `{entry.operator}` compares one"
        hint = "put `ForAnyValue:` or `ForAllValues:` in front of the operator"
        return subject.finding(MISSING_SET_OPERATOR, message, where, hint)
    if operator.prefix is SetPrefix.NONE:
        return None
    if not key.multivalued:
        return _single(subject, entry, operator)
    if operator.prefix is SetPrefix.FOR_ALL_VALUES and subject.allows and not operator.base.negated:
        return _unpaired(subject, entry)
    return None


def _single(subject: Subject, entry: ConditionEntry, operator: Operator) -> Finding:
    where = subject.at(*entry.path()).key
    hint = f"use `{operator.base.name}`"
    if operator.prefix is SetPrefix.FOR_ALL_VALUES and subject.allows and not _has_null_test(subject, entry.key):
        message = f"`{entry.key}` has one value, and `{entry.operator}` is also true for requests that lack it"
        return subject.finding(FOR_ALL_SINGLE, message, where, hint)
    message = f"`{entry.key}` has one value, so `{operator.prefix.value.rstrip(':')}` has nothing to do"
    return subject.finding(FOR_ANY_SINGLE, message, where, hint)


def _unpaired(subject: Subject, entry: ConditionEntry) -> Finding | None:
    if entry.key.lower().endswith(_TAG_KEYS) or _has_null_test(subject, entry.key):
        return None
    message = f"`{entry.operator}` is also true for requests that lack `{entry.key}`"
    hint = f'add "Null": {{"{entry.key}": "false"}} where the key must be there'
    return subject.finding(FOR_ALL_UNPAIRED, message, subject.at(*entry.path()).key, hint)


def _has_null_test(subject: Subject, key: str) -> bool:
    return _asks_for(subject.statement, key.lower())


def _asks_for(statement: Statement, key: str) -> bool:
    """Whether a ``Null`` condition of the statement makes the key necessary."""
    return any(
        entry.key.lower() == key and entry.operator.lower() == "null" and "false" in map(str.lower, entry.values)
        for entry in statement.conditions
    )
