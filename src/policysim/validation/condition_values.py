"""Checks of condition operators and values: types that do not fit, wildcards that are none, IP ranges.

Source: IAM User Guide, reference_policies_elements_condition_operators; spec C10, C13 to C31, C71.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.values import address_of, instant_of, network_of, number_of, truth_value_of
from policysim.language.operators import Family, operator_named
from policysim.validation.finding_kinds import (
    HOST_BITS,
    LITERAL_WILDCARD,
    OPERATOR_TYPE,
    PRIVATE_ADDRESS,
    SENSITIVE_WILDCARD,
    VALUE_TYPE,
)
from policysim.validation.identifiers import SYSTEM_IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.language.operators import Operator
    from policysim.language.policy import ConditionEntry
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

FITTING: Final = {
    "String": frozenset({Family.STRING, Family.ARN}),
    "ARN": frozenset({Family.ARN, Family.STRING}),
    "Bool": frozenset({Family.BOOL}),
    "Numeric": frozenset({Family.NUMERIC}),
    "Date": frozenset({Family.DATE}),
    "IPAddress": frozenset({Family.IP_ADDRESS}),
    "Binary": frozenset({Family.BINARY}),
}
"""The families of operators that fit a type of key (spec C10); a string may be an ARN, an ARN is text (C31)."""

_FITTING_BY_KEY: Final = {"aws:epochtime": frozenset({Family.NUMERIC})}
_OPERATOR_OF: Final = {
    "String": "a `String...` operator",
    "ARN": "`ArnLike`",
    "Bool": "`Bool`",
    "Numeric": "a `Numeric...` operator",
    "Date": "a `Date...` operator",
    "IPAddress": "`IpAddress`",
    "Binary": "`BinaryEquals`",
}

_SOURCE_ADDRESS: Final = "aws:sourceip"
_PRIVATE: Final = tuple(filter(None, map(network_of, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))))
_COLONS: Final = 5
_WILDCARD: Final = re.compile(r"[*?]")
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_ESCAPED: Final = re.compile(r"\$\{[*?$]\}")


class _Condition(NamedTuple):
    """One entry with its operator, and the type of its key (empty where the catalogue does not know it)."""

    entry: ConditionEntry
    operator: Operator
    key_type: str


def _conditions(subject: Subject) -> Iterator[_Condition]:
    for entry in subject.statement.conditions:
        operator = operator_named(entry.operator)
        if operator is not None:
            described = subject.catalogue.condition_key(entry.key)
            yield _Condition(entry, operator, "" if described is None else described.type)


def operator_types(subject: Subject) -> Iterator[Finding]:
    """Operators that compare another type than the key has: such a condition never matches (spec C10)."""
    for entry, operator, key_type in _conditions(subject):
        fitting = FITTING.get(key_type)
        family = operator.base.family
        if fitting is None or family in fitting or family is Family.NULL:
            continue
        if family in _FITTING_BY_KEY.get(entry.key.lower(), ()):
            continue
        message = f"`{entry.key}` is of type {key_type}, and `{entry.operator}` compares {family.value} values"
        hint = f"use {_OPERATOR_OF[key_type]}"
        yield subject.finding(OPERATOR_TYPE, message, subject.at("Condition", entry.operator).key, hint)


def value_types(subject: Subject) -> Iterator[Finding]:
    """Values that their operator cannot read: they never match (spec C17, C18, C22, C24, C31)."""
    for entry, operator, _ in _conditions(subject):
        readable, wanted = _READERS.get(operator.base.family, (None, ""))
        if readable is None:
            continue
        for index, value in enumerate(entry.values):
            if (operator.base.substitutes and "${" in value) or readable(value):
                continue
            message = f"`{value}` is no {wanted}, and `{entry.operator}` compares nothing else"
            yield subject.finding(VALUE_TYPE, message, subject.at(*entry.path(index)))


def _is_arn(text: str) -> bool:
    """Whether the six parts of an ARN can be read in a pattern; a star alone stands for every ARN (spec C33)."""
    return not text.strip("*") or (text.startswith(("arn:", "*", "?")) and text.count(":") >= _COLONS)


_READERS: Final[dict[Family, tuple[Callable[[str], object], str]]] = {
    Family.NUMERIC: (lambda text: number_of(text) is not None, "number"),
    Family.DATE: (lambda text: instant_of(text) is not None, "date"),
    Family.BOOL: (lambda text: truth_value_of(text) is not None, "truth value (`true` or `false`)"),
    Family.NULL: (lambda text: truth_value_of(text) is not None, "truth value (`true` or `false`)"),
    Family.IP_ADDRESS: (lambda text: network_of(text) is not None, "IP address or range"),
    Family.ARN: (_is_arn, "ARN"),
}


def literal_wildcards(subject: Subject) -> Iterator[Finding]:
    """Wildcards in values of operators that take them literally (spec C13, C14)."""
    for entry, operator, _ in _conditions(subject):
        if operator.base.family is not Family.STRING or operator.base.positive == "StringLike":
            continue
        for index, value in enumerate(entry.values):
            if "*" in _VARIABLE.sub("", value):
                message = f"`*` in `{value}` is a plain character for `{entry.operator}`"
                hint = f"use `{'StringNotLike' if operator.base.negated else 'StringLike'}`"
                yield subject.finding(LITERAL_WILDCARD, message, subject.at(*entry.path(index)), hint)


def addresses(subject: Subject) -> Iterator[Finding]:
    """IP ranges with host bits, and private ranges compared with the public address (spec C26, C28)."""
    for entry, operator, _ in _conditions(subject):
        if operator.base.family is not Family.IP_ADDRESS:
            continue
        for index, value in enumerate(entry.values):
            network, address = network_of(value), address_of(value.partition("/")[0])
            if network is None or address is None:
                continue
            where = subject.at(*entry.path(index))
            if address.number != network.first:
                message = f"`{value}` has bits behind its prefix, which are ignored"
                yield subject.finding(HOST_BITS, message, where)
            if entry.key.lower() == _SOURCE_ADDRESS and any(
                private.version == network.version and private.first <= network.first and network.last <= private.last
                for private in _PRIVATE
            ):
                message = f"`{value}` is private, and `{entry.key}` is the public address of the caller"
                yield subject.finding(PRIVATE_ADDRESS, message, where, "use `aws:VpcSourceIp` behind a VPC endpoint")


def sensitive_wildcards(subject: Subject) -> Iterator[Finding]:
    """Wildcards in values that name an account, an organisation or a network (spec C71)."""
    for entry, operator, _ in _conditions(subject):
        if entry.key.lower() not in SYSTEM_IDENTIFIERS or operator.base.positive not in {"StringLike", "ArnLike"}:
            continue
        for index, value in enumerate(entry.values):
            if _WILDCARD.search(_VARIABLE.sub("", _ESCAPED.sub("", value))):
                message = f"`{value}` also covers values of `{entry.key}` that strangers have"
                yield subject.finding(SENSITIVE_WILDCARD, message, subject.at(*entry.path(index)), "list whole values")
