"""The condition operators, sentence by sentence from the rules, for known values and without policy variables.

Nothing is shared with the product but the names of the operators; parsing is left to the standard library.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.twins.slow_patterns import slow_arn_like, slow_match

if TYPE_CHECKING:
    from collections.abc import Sequence

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


def slow_number(text: str) -> Fraction | None:
    """An integer or decimal number (spec C17)."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def slow_instant(text: str) -> Fraction | None:
    """Seconds since 1970 of a date, or of the seconds themselves (spec C18 to C20)."""
    if re.fullmatch(r"\d{1,3}|\d{5,18}", text, re.ASCII):
        return Fraction(text)
    read = _DATE.fullmatch(text)
    if read is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = read.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    ahead = Fraction(0)
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return None
        ahead = Fraction((hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1))
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Fraction(since.days * 86400 + since.seconds) + Fraction(f"0.{fraction or 0}") - ahead


def slow_in_network(text: str, network: str) -> bool | None:
    """Whether an address is in a range (spec C24 to C26)."""
    if re.search(r"[%]|/(?!\d{1,3}$)", network, re.ASCII) or "%" in text:
        return None
    try:
        address, wide = ipaddress.ip_address(text), ipaddress.ip_network(network, strict=False)
    except ValueError:
        return None
    return address in wide


def slow_bytes(text: str) -> bytes | None:
    """Base64 (spec C23)."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def slow_agree(operator: str, value: str, wanted: str) -> bool | None:  # noqa: C901, PLR0912  # one branch a sentence
    """One value under a positive operator; ``None`` when the two cannot be compared."""
    if operator == "StringEquals":
        return value == wanted
    if operator == "StringEqualsIgnoreCase":
        return value.lower() == wanted.lower()
    if operator == "StringLike":
        return slow_match(wanted, value)
    if operator in {"ArnEquals", "ArnLike"}:
        if not slow_arn_like("*", value) or not (wanted.count(":") >= 5 or (wanted and set(wanted) == {"*"})):
            return None
        return slow_arn_like(wanted, value)
    if operator == "Bool":
        words = {"true", "false"}
        return value.lower() == wanted.lower() if {value.lower(), wanted.lower()} <= words else None
    if operator == "BinaryEquals":
        ours, theirs = slow_bytes(value), slow_bytes(wanted)
        return None if ours is None or theirs is None else ours == theirs
    if operator == "IpAddress":
        return slow_in_network(value, wanted)
    read = slow_number if operator.startswith("Numeric") else slow_instant
    left, right = read(value), read(wanted)
    if left is None or right is None:
        return None
    if operator.endswith("LessThan"):
        return left < right
    if operator.endswith("LessThanEquals"):
        return left <= right
    if operator.endswith("GreaterThan"):
        return left > right
    if operator.endswith("GreaterThanEquals"):
        return left >= right
    return left == right


def _one(operator: str, value: str, wanted: Sequence[str]) -> bool:
    """One value of the key: some policy value agrees, or for a negated operator every one is known to differ."""
    if operator in NEGATED:
        return all(slow_agree(NEGATED[operator], value, other) is False for other in wanted)
    return any(slow_agree(operator, value, other) is True for other in wanted)


def slow_condition(operator: str, wanted: Sequence[str], values: Sequence[str] | None) -> bool:
    """Whether an entry matches; ``values`` is ``None`` when the request lacks the key."""
    prefix, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name == "Null":
        word = "true" if not values else "false"
        return prefix == "ForAllValues" or (not prefix and word in [other.lower() for other in wanted])
    if not values:
        return rest.endswith("IfExists") or prefix == "ForAllValues" or (not prefix and name in NEGATED)
    if not wanted:
        return not prefix and rest in NEGATED
    if prefix == "ForAllValues":
        return all(_one(name, value, wanted) for value in values)
    if prefix == "ForAnyValue":
        return any(_one(name, value, wanted) for value in values)
    return len(values) == 1 and _one(name, values[0], wanted)
