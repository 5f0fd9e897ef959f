"""What the text of a condition value stands for: numbers, instants, addresses, bytes.

Every reader answers ``None`` for a text that is no value of its type. Numbers and instants are exact: no floats.
Source: IAM User Guide, reference_policies_elements_condition_operators; spec C17 to C26.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

_CACHED = 4096
_DIGITS: Final = frozenset("0123456789")
_INT_DIGITS: Final = 18
_LARGEST_EXPONENT: Final = 400
_DAY: Final = 86_400
_EPOCH_DAY: Final = 719_163
"""The day of 1970-01-01, counted from 0001-01-01 as day 1."""

_TRUTH_VALUES: Final = {"true": True, "false": False}


def truth_value_of(text: str) -> bool | None:
    """``true`` or ``false`` in any case; other words are no truth values (spec C22)."""
    return _TRUTH_VALUES.get(text.lower())


@lru_cache(maxsize=_CACHED)
def number_of(text: str) -> int | Decimal | None:
    """An integer or decimal number (spec C17); a JSON number's exponent is read too."""
    unsigned = text[1:] if text[:1] in {"+", "-"} else text
    if len(text) <= _INT_DIGITS and _DIGITS.issuperset(unsigned) and unsigned:
        return int(text)
    mantissa, marked, exponent = unsigned.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = exponent[1:] if exponent[:1] in {"+", "-"} else exponent
    if not (whole or fraction) or not _DIGITS.issuperset(whole + fraction) or not _DIGITS.issuperset(power):
        return None
    if bool(marked) is not bool(power) or len(power) > 3 or int(power or "0") > _LARGEST_EXPONENT:
        return None
    from decimal import Decimal  # noqa: PLC0415  # whole numbers do without it; it costs start-up time

    return Decimal(text)


class Instant(NamedTuple):
    """A point in time: seconds since 1970 and the digits of the fraction, without trailing zeros.

    Strings of digits order as the fractions do.
    """

    seconds: int
    fraction: str = ""


@lru_cache(maxsize=_CACHED)
def instant_of(text: str) -> Instant | None:
    """A date of the W3C profile of ISO 8601, or seconds since 1970; four digits are a year (spec C18 to C20)."""
    if _all_digits(text) and len(text) != 4:
        return Instant(int(text)) if len(text) <= _INT_DIGITS else None
    date, marked, time = text.partition("T")
    day = _day_of(date, whole=bool(marked))
    if day is None:
        return None
    if not marked:
        return Instant(day * _DAY)
    clock, offset = _split_zone(time)
    seconds = _seconds_of(clock)
    if seconds is None or offset is None:
        return None
    return Instant(day * _DAY + seconds.seconds - offset, seconds.fraction)


@lru_cache(maxsize=_CACHED)
def instant_of_epoch_first(text: str) -> Instant | None:
    """The same, but four digits too are seconds since 1970 (spec C19)."""
    return Instant(int(text)) if len(text) == 4 and _all_digits(text) else instant_of(text)


def _all_digits(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text)


def _day_of(text: str, *, whole: bool) -> int | None:
    """Days since 1970 of ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; with a time behind it only the ``whole`` date."""
    parts = text.split("-")
    if [len(part) for part in parts] not in ([[4, 2, 2]] if whole else [[4], [4, 2], [4, 2, 2]]):
        return None
    if not all(map(_all_digits, parts)):
        return None
    year, month, day = (*map(int, parts), 1, 1)[:3]
    from datetime import date  # noqa: PLC0415  # only Date operators need it; it costs start-up time

    try:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def _split_zone(text: str) -> tuple[str, int | None]:
    """The time of day, and the seconds that its zone is ahead of UTC (none given: UTC, spec C20)."""
    if text.endswith("Z"):
        return text[:-1], 0
    zone = text[-6:]
    if len(text) > 6 and zone[0] in {"+", "-"}:
        offset = _seconds_of(zone[1:])
        if offset is None or len(zone[1:].split(":")) != 2:
            return text, None
        return text[:-6], -offset.seconds if zone[0] == "-" else offset.seconds
    return text, 0


def _seconds_of(text: str) -> Instant | None:
    """``hh:mm``, ``hh:mm:ss`` or ``hh:mm:ss.s...`` as seconds since midnight."""
    clock, dot, fraction = text.partition(".")
    parts = clock.split(":")
    if len(parts) not in ({3} if dot else {2, 3}) or not all(len(p) == 2 and _all_digits(p) for p in parts):
        return None
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    if hours > 23 or minutes > 59 or seconds > 59 or bool(dot) is not _all_digits(fraction):
        return None
    return Instant(hours * 3600 + minutes * 60 + seconds, fraction.rstrip("0"))


class Address(NamedTuple):
    """An IP address as a number."""

    version: int
    number: int


class Network(NamedTuple):
    """A range of IP addresses, both ends included."""

    version: int
    first: int
    last: int

    def covers(self, address: Address) -> bool:
        """Whether the address is in the range; one of the other version is not (spec C25)."""
        return self.version == address.version and self.first <= address.number <= self.last


_BITS: Final = {4: 32, 6: 128}


@lru_cache(maxsize=_CACHED)
def address_of(text: str) -> Address | None:
    """An IPv4 or IPv6 address in any of its spellings (spec C25)."""
    return _ipv6_of(text) if ":" in text else _ipv4_of(text)


@lru_cache(maxsize=_CACHED)
def network_of(text: str) -> Network | None:
    """A CIDR range, host bits ignored (spec C26); a bare address is a range of one (spec C24)."""
    base, slash, length = text.partition("/")
    address = address_of(base)
    if address is None or (slash and not (_all_digits(length) and len(length) <= 3)):
        return None
    bits = _BITS[address.version]
    free = bits - int(length) if slash else 0
    if free < 0:
        return None
    first = address.number >> free << free
    return Network(address.version, first, first + (1 << free) - 1)


def _ipv4_of(text: str) -> Address | None:
    parts = text.split(".")
    if len(parts) != 4:
        return None
    number = 0
    for part in parts:
        # A leading zero would be octal to some readers: no reading of it is safe.
        if not _all_digits(part) or len(part) > 3 or int(part) > 255 or (part[0] == "0" and len(part) > 1):
            return None
        number = number << 8 | int(part)
    return Address(4, number)


def _ipv6_of(text: str) -> Address | None:
    from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415  # only IPv6 needs it; it costs 4 ms

    try:
        return Address(6, int(IPv6Address(text))) if "%" not in text else None
    except AddressValueError:
        return None


def bytes_of(text: str) -> bytes | None:
    """The bytes that a base64 text stands for (spec C23)."""
    from binascii import Error, a2b_base64  # noqa: PLC0415  # only BinaryEquals needs it

    try:
        return a2b_base64(text, strict_mode=True) if text else b""
    except (Error, ValueError):
        return None
