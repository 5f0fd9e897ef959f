"""The condition operators: one value of a request held against one value of a policy.

One table by the name of the positive operator; negation, sets, missing keys and several policy values are the matter
of ``conditions``. A policy value is read once and gives a test of request values. A test answers ``None`` when one of
the two is no value of the operator's type: that is neither equal nor different. Source: IAM User Guide,
reference_policies_elements_condition_operators; spec C12 to C33.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from policysim.evaluation.values import (
    address_of,
    bytes_of,
    instant_of,
    instant_of_epoch_first,
    network_of,
    number_of,
    truth_value_of,
)
from policysim.language.patterns import arn_pattern, is_arn
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policysim.language.variables import Expansion

    Test = Callable[[str], bool | None]
    Comparison = Callable[[Expansion], Test]


def _string_equals(wanted: Expansion) -> Test:
    return wanted.text.__eq__


def _string_equals_ignore_case(wanted: Expansion) -> Test:
    text = wanted.text.lower()
    return lambda value: value.lower() == text


def _string_like(wanted: Expansion) -> Test:
    return Pattern.from_pieces(wanted.pieces).matches


def _arn_like(wanted: Expansion) -> Test:
    pattern = arn_pattern(wanted.pieces)
    if not pattern.well_formed:
        return _never_comparable
    return lambda value: pattern.matches(value) if is_arn(value) else None


def _never_comparable(_: str) -> None:
    return None


def _arn_like_across_colons(wanted: Expansion) -> Test:
    pattern, strictly = arn_pattern(wanted.pieces), _arn_like(wanted)
    return lambda value: pattern.matches_across_colons(value) or strictly(value)


def _typed(parse: Callable[[str], Any], wanted: object, agree: Callable[[Any, Any], bool]) -> Test:
    """A test of values that are read before they are compared."""
    if wanted is None:
        return _never_comparable

    def test(value: str) -> bool | None:
        ours = parse(value)
        return None if ours is None else agree(ours, wanted)

    return test


def _bool(wanted: Expansion) -> Test:
    return _typed(truth_value_of, truth_value_of(wanted.text), operator.is_)


def _binary_equals(wanted: Expansion) -> Test:
    return _typed(bytes_of, bytes_of(wanted.text), operator.eq)


def _ip_address(wanted: Expansion) -> Test:
    return _typed(address_of, network_of(wanted.text), lambda address, network: network.covers(address))


def _numeric(ordering: Callable[[Any, Any], bool]) -> Comparison:
    return lambda wanted: _typed(number_of, number_of(wanted.text), ordering)


def _date(ordering: Callable[[Any, Any], bool]) -> Comparison:
    return lambda wanted: _typed(instant_of, instant_of(wanted.text), ordering)


def _date_epoch_first(ordering: Callable[[Any, Any], bool]) -> Comparison:
    return lambda wanted: _typed(instant_of_epoch_first, instant_of_epoch_first(wanted.text), ordering)


_ORDERINGS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

COMPARISONS: Final[Mapping[str, Comparison]] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": _string_like,
    **{f"Numeric{name}": _numeric(ordering) for name, ordering in _ORDERINGS.items()},
    **{f"Date{name}": _date(ordering) for name, ordering in _ORDERINGS.items()},
    "Bool": _bool,
    "BinaryEquals": _binary_equals,
    "IpAddress": _ip_address,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}
"""The comparison of every positive operator but ``Null``, which compares no values."""

WITH_YEARS_AS_SECONDS: Final[Mapping[str, Comparison]] = {
    f"Date{name}": _date_epoch_first(ordering) for name, ordering in _ORDERINGS.items()
}
"""The Date operators for those who take four digits for seconds since 1970 (spec C19)."""

ACROSS_COLONS: Final[Mapping[str, Comparison]] = {
    "ArnEquals": _arn_like_across_colons,
    "ArnLike": _arn_like_across_colons,
}
"""The Arn operators for those who let the ``*`` at the end of a part run past the colon (spec C30)."""
