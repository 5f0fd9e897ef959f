"""The names of the condition operators: one table that the reader, the evaluator, the docs and the reports share.

Source: IAM User Guide, reference_policies_elements_condition_operators; spec C4 to C7, C13 to C41.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class Family(Enum):
    """What kind of value an operator compares."""

    STRING = "string"
    NUMERIC = "numeric"
    DATE = "date"
    BOOL = "Boolean"
    BINARY = "binary"
    IP_ADDRESS = "IP address"
    ARN = "ARN"
    NULL = "presence"


class SetPrefix(Enum):
    """How an operator meets a key that holds several values."""

    NONE = ""
    FOR_ALL_VALUES = "ForAllValues:"
    FOR_ANY_VALUE = "ForAnyValue:"


class BaseOperator(NamedTuple):
    """One documented operator, without prefix and suffix.

    ``positive`` names the operator that this one negates (itself when it is not negated); ``substitutes`` tells
    whether policy variables in its values are replaced (spec V2).
    """

    name: str
    family: Family
    positive: str
    substitutes: bool

    @property
    def negated(self) -> bool:
        """Whether the operator is true where its positive twin is false, a missing key included (spec C5)."""
        return self.positive != self.name


class Operator(NamedTuple):
    """An operator as written in a policy: prefix, base and suffix taken apart."""

    base: BaseOperator
    prefix: SetPrefix
    if_exists: bool
    documented_spelling: str


BASE_OPERATORS: tuple[BaseOperator, ...] = (
    BaseOperator("StringEquals", Family.STRING, "StringEquals", substitutes=True),
    BaseOperator("StringNotEquals", Family.STRING, "StringEquals", substitutes=True),
    BaseOperator("StringEqualsIgnoreCase", Family.STRING, "StringEqualsIgnoreCase", substitutes=True),
    BaseOperator("StringNotEqualsIgnoreCase", Family.STRING, "StringEqualsIgnoreCase", substitutes=True),
    BaseOperator("StringLike", Family.STRING, "StringLike", substitutes=True),
    BaseOperator("StringNotLike", Family.STRING, "StringLike", substitutes=True),
    BaseOperator("NumericEquals", Family.NUMERIC, "NumericEquals", substitutes=False),
    BaseOperator("NumericNotEquals", Family.NUMERIC, "NumericEquals", substitutes=False),
    BaseOperator("NumericLessThan", Family.NUMERIC, "NumericLessThan", substitutes=False),
    BaseOperator("NumericLessThanEquals", Family.NUMERIC, "NumericLessThanEquals", substitutes=False),
    BaseOperator("NumericGreaterThan", Family.NUMERIC, "NumericGreaterThan", substitutes=False),
    BaseOperator("NumericGreaterThanEquals", Family.NUMERIC, "NumericGreaterThanEquals", substitutes=False),
    BaseOperator("DateEquals", Family.DATE, "DateEquals", substitutes=False),
    BaseOperator("DateNotEquals", Family.DATE, "DateEquals", substitutes=False),
    BaseOperator("DateLessThan", Family.DATE, "DateLessThan", substitutes=False),
    BaseOperator("DateLessThanEquals", Family.DATE, "DateLessThanEquals", substitutes=False),
    BaseOperator("DateGreaterThan", Family.DATE, "DateGreaterThan", substitutes=False),
    BaseOperator("DateGreaterThanEquals", Family.DATE, "DateGreaterThanEquals", substitutes=False),
    BaseOperator("Bool", Family.BOOL, "Bool", substitutes=True),
    BaseOperator("BinaryEquals", Family.BINARY, "BinaryEquals", substitutes=False),
    BaseOperator("IpAddress", Family.IP_ADDRESS, "IpAddress", substitutes=False),
    BaseOperator("NotIpAddress", Family.IP_ADDRESS, "IpAddress", substitutes=False),
    BaseOperator("ArnEquals", Family.ARN, "ArnEquals", substitutes=True),
    BaseOperator("ArnNotEquals", Family.ARN, "ArnEquals", substitutes=True),
    BaseOperator("ArnLike", Family.ARN, "ArnLike", substitutes=True),
    BaseOperator("ArnNotLike", Family.ARN, "ArnLike", substitutes=True),
    BaseOperator("Null", Family.NULL, "Null", substitutes=False),
)

_BY_NAME = {base.name.lower(): base for base in BASE_OPERATORS}
_IF_EXISTS = "IfExists"


@lru_cache(maxsize=1024)
def operator_named(text: str) -> Operator | None:
    """The operator that ``text`` names, or ``None`` when AWS documents no such operator.

    The base name and ``IfExists`` are read in any case (spec C4); the set prefix in its documented case only
    (spec C41). ``NullIfExists`` does not exist (spec C7).
    """
    prefix, rest = SetPrefix.NONE, text
    for candidate in (SetPrefix.FOR_ALL_VALUES, SetPrefix.FOR_ANY_VALUE):
        if text.startswith(candidate.value):
            prefix, rest = candidate, text.removeprefix(candidate.value)
    if_exists = rest.lower().endswith(_IF_EXISTS.lower())
    base = _BY_NAME.get((rest[: -len(_IF_EXISTS)] if if_exists else rest).lower())
    if base is None or (if_exists and base.family is Family.NULL):
        return None
    spelling = prefix.value + base.name + (_IF_EXISTS if if_exists else "")
    return Operator(base, prefix, if_exists, spelling)


def differs_in_prefix_case(text: str) -> bool:
    """Whether ``text`` names an operator but for the case of its set prefix (spec C41)."""
    lower = text.lower()
    for prefix in (SetPrefix.FOR_ALL_VALUES, SetPrefix.FOR_ANY_VALUE):
        if lower.startswith(prefix.value.lower()) and not text.startswith(prefix.value):
            return operator_named(prefix.value + text[len(prefix.value) :]) is not None
    return False
