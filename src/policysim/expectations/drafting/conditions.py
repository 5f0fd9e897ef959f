"""The conditions of a statement as a sentence can state them: values that a request may have so that they hold.

Source: IAM User Guide, reference_policies_elements_condition_operators; spec C13 to C41.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.expectations.drafting.said import Said
from policysim.expectations.sentences import Test
from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.language.variables import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from policysim.language.operators import Operator
    from policysim.language.policy import ConditionEntry
    from policysim.language.request import ContextValue


class Unsaid(NamedTuple):
    """A condition that a sentence cannot state, in words."""

    text: str


def conditions_said(
    entries: Iterable[ConditionEntry], lookup: Callable[[str], ContextValue]
) -> tuple[tuple[Said, ...], tuple[Unsaid, ...]]:
    """What a request has so that every entry holds, and the entries of which that cannot be said.

    ``lookup`` gives the values of policy variables as far as the caller settles them.
    """
    said: dict[str, Said] = {}
    unsaid: list[Unsaid] = []
    for entry in entries:
        found = _said(entry, lookup)
        if found is None or said.get(found.key.lower(), found) != found:
            unsaid.append(Unsaid(f"`{entry.operator}` of `{entry.key}`: {_shortened(entry.values)}"))
        else:
            said[found.key.lower()] = found
    return tuple(said.values()), tuple(unsaid)


def _shortened(values: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{value}`" for value in values[:3])
    return f"{shown} and {len(values) - 3} more" if len(values) > 3 else shown


def _said(entry: ConditionEntry, lookup: Callable[[str], ContextValue]) -> Said | None:
    operator = operator_named(entry.operator)
    if operator is None or not entry.values:
        return None
    values = [_without_variables(value, operator, lookup) for value in entry.values]
    known = tuple(value for value in values if value)
    if len(known) != len(values):
        return None
    if operator.base.negated:
        return None
    return _BY_FAMILY[operator.base.family](entry.key, known, operator)


def _without_variables(value: str, operator: Operator, lookup: Callable[[str], ContextValue]) -> str | None:
    if not operator.base.substitutes or "${" not in value:
        return value
    expansion = expand(value, lookup)
    return None if expansion.unknown or expansion.unresolved or expansion.nested else expansion.text


def _text(key: str, values: tuple[str, ...], operator: Operator) -> Said | None:
    """A text that is compared whole, or with wildcards; of a key with several values one of them does."""
    wild = operator.base.name in {"StringLike", "ArnLike", "ArnEquals"}
    if operator.prefix is SetPrefix.FOR_ANY_VALUE:
        values = values[:1]
    if wild and any("*" in value or "?" in value for value in values):
        return Said(key, Test.LIKE, values)
    return Said(key, Test.EQUALS, values)


def _first(key: str, values: tuple[str, ...], _operator: Operator) -> Said | None:
    return Said(key, Test.EQUALS, values[:1])


def _presence(key: str, values: tuple[str, ...], _operator: Operator) -> Said | None:
    return Said(key, Test.ABSENT) if {value.lower() for value in values} == {"true"} else Said(key, Test.LIKE, ("*",))


def _address(key: str, values: tuple[str, ...], _operator: Operator) -> Said | None:
    """The first address of each range."""
    try:
        return Said(key, Test.EQUALS, tuple(str(ip_network(value, strict=False)[0]) for value in values))
    except ValueError:
        return None


_STEPS: Final[Mapping[str, int]] = {"LessThan": -1, "GreaterThan": 1}
"""How far from the limit a value is that certainly passes, by the end of the operator's name."""


def _step(operator: Operator) -> int:
    return next((step for name, step in _STEPS.items() if operator.base.name.endswith(name)), 0)


def _number(key: str, values: tuple[str, ...], operator: Operator) -> Said | None:
    try:
        return Said(key, Test.EQUALS, (str(Decimal(values[0]) + _step(operator)),))
    except InvalidOperation:
        return None


def _date(key: str, values: tuple[str, ...], operator: Operator) -> Said | None:
    try:
        time = datetime.fromisoformat(values[0]) + timedelta(days=_step(operator))
    except (ValueError, OverflowError):
        return None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return Said(key, Test.EQUALS, (time.strftime("%Y-%m-%dT%H:%M:%SZ"),))


_BY_FAMILY: Final[Mapping[Family, Callable[[str, tuple[str, ...], Operator], Said | None]]] = {
    Family.STRING: _text,
    Family.ARN: _text,
    Family.BOOL: _first,
    Family.BINARY: _first,
    Family.NULL: _presence,
    Family.IP_ADDRESS: _address,
    Family.NUMERIC: _number,
    Family.DATE: _date,
}
"""How to state what each kind of operator wants. Of several values any does; all are stated where that stays short."""
