"""The condition operators: one value of a request held against one value of a policy.

One table by the name of the positive operator; negation, sets, missing keys and several policy values are the matter
of ``conditions``. A comparison answers ``None`` when one of the two texts is no value of the operator's type: that is
neither equal nor different. Source: IAM User Guide, reference_policies_elements_condition_operators;
spec C12 to C33.
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

    Comparison = Callable[[str, Expansion], bool | None]
    Ordering = Callable[[Any, Any], bool]


def _string_equals(value: str, wanted: Expansion) -> bool | None:
    return value == wanted.text


def _string_equals_ignore_case(value: str, wanted: Expansion) -> bool | None:
    return value.lower() == wanted.text.lower()


def _string_like(value: str, wanted: Expansion) -> bool | None:
    return Pattern.from_pieces(wanted.pieces).matches(value)


def _string_like_loosely(value: str, wanted: Expansion) -> bool | None:
    return Pattern.from_pieces(wanted.loose or wanted.pieces).matches(value)


def _arn_like(value: str, wanted: Expansion) -> bool | None:
    pattern = arn_pattern(wanted.pieces)
    return pattern.matches(value) if pattern.well_formed and is_arn(value) else None


def _arn_like_loosely(value: str, wanted: Expansion) -> bool | None:
    pattern = arn_pattern(wanted.loose or wanted.pieces)
    return pattern.matches(value) if pattern.well_formed and is_arn(value) else None


def _arn_like_across_colons(value: str, wanted: Expansion) -> bool | None:
    pattern = arn_pattern(wanted.pieces)
    return pattern.matches_across_colons(value) or _arn_like(value, wanted)


def _bool(value: str, wanted: Expansion) -> bool | None:
    ours, theirs = truth_value_of(value), truth_value_of(wanted.text)
    return None if ours is None or theirs is None else ours is theirs


def _binary_equals(value: str, wanted: Expansion) -> bool | None:
    ours, theirs = bytes_of(value), bytes_of(wanted.text)
    return None if ours is None or theirs is None else ours == theirs


def _ip_address(value: str, wanted: Expansion) -> bool | None:
    address, network = address_of(value), network_of(wanted.text)
    if address is None or network is None:
        return None
    # Addresses of the two versions are different, not incomparable (spec C25).
    return address.version == network.version and network.first <= address.number <= network.last


def _numeric(compare: Ordering) -> Comparison:
    def comparison(value: str, wanted: Expansion) -> bool | None:
        ours, theirs = number_of(value), number_of(wanted.text)
        return None if ours is None or theirs is None else compare(ours, theirs)

    return comparison


def _date(compare: Ordering, *, epoch_first: bool = False) -> Comparison:
    parse = instant_of_epoch_first if epoch_first else instant_of

    def comparison(value: str, wanted: Expansion) -> bool | None:
        ours, theirs = parse(value), parse(wanted.text)
        return None if ours is None or theirs is None else compare(ours, theirs)

    return comparison


_ORDERINGS: Final[dict[str, Ordering]] = {
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
    f"Date{name}": _date(ordering, epoch_first=True) for name, ordering in _ORDERINGS.items()
}
"""The Date operators for those who take four digits for seconds since 1970 (spec C19)."""

WITH_WILD_VALUES: Final[Mapping[str, Comparison]] = {
    "StringLike": _string_like_loosely,
    "ArnEquals": _arn_like_loosely,
    "ArnLike": _arn_like_loosely,
}
"""The pattern operators for those who take ``*`` in the value of a policy variable for a wildcard (spec V8)."""

ACROSS_COLONS: Final[Mapping[str, Comparison]] = {
    "ArnEquals": _arn_like_across_colons,
    "ArnLike": _arn_like_across_colons,
}
"""The Arn operators for those who let the ``*`` at the end of a part run past the colon (spec C30)."""
