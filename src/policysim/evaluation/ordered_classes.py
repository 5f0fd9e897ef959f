"""Values that stand for all numbers, instants or addresses: the end points that policies name, and what lies between.

Between two neighbouring end points every comparison comes out the same: one value for each end point and one for each
gap are complete (spec C17 to C26).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policysim.evaluation.values import Instant, instant_of, instant_of_epoch_first, network_of, number_of
from policysim.language.operators import Family

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from policysim.evaluation.conditions import PreparedCondition

_OUTSIDE: Final = ("203.0.113.7", "198.51.100.7", "10.1.2.3", "2001:db8::7")
"""Addresses that look like a caller's, tried first."""

_LAST_IPV4: Final = 2**32 - 1
_LAST_IPV6: Final = 2**128 - 1


def number_candidates(texts: Iterable[str]) -> tuple[str, ...]:
    """One number for each end point and each gap, as texts."""
    ends = sorted({number for text in texts if (number := number_of(text)) is not None})
    if not ends:
        return ("1",)
    gaps = [ends[0] - 1, *(_between(low, high) for low, high in pairwise(ends)), ends[-1] + 1]
    return tuple(_plain(number) for number in (*ends, *gaps))


def _between(low: int | Decimal, high: int | Decimal) -> int | Decimal:
    whole = int(low) + 1
    if low < whole < high:
        return whole
    from decimal import Decimal, localcontext  # noqa: PLC0415  # rare, and it costs start-up time

    with localcontext() as context:
        context.prec = 2000
        return (Decimal(low) + Decimal(high)) / 2


def _plain(number: int | Decimal) -> str:
    return str(number) if isinstance(number, int) else f"{number:f}"


def instant_candidates(texts: Iterable[str]) -> tuple[str, ...]:
    """One instant for each end point and each gap, as dates; four digits are end points in both readings (C19)."""
    read = {parse(text) for text in texts for parse in (instant_of, instant_of_epoch_first)}
    ends = sorted(instant for instant in read if instant is not None)
    if not ends:
        return ("2026-01-01T00:00:00Z",)
    gaps = [
        Instant(ends[0].seconds - 1),
        *(_instant_between(low, high) for low, high in pairwise(ends)),
        Instant(ends[-1].seconds + 1),
    ]
    shown = (_shown(instant) for instant in (*ends, *gaps))
    return tuple(text for text in shown if text is not None)


def _instant_between(low: Instant, high: Instant) -> Instant:
    following = Instant(low.seconds + 1)
    if following < high:
        return following
    fraction = low.fraction + "5"
    while Instant(low.seconds, fraction) >= high:
        fraction = fraction[:-1] + "05"
    return Instant(low.seconds, fraction)


def _shown(instant: Instant) -> str | None:
    """The instant as a date; beyond the years that a date can show as seconds, or not at all."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  # only Date operators need it

    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant.seconds)
    except OverflowError:
        return str(instant.seconds) if instant.seconds > 0 and not instant.fraction else None
    fraction = f".{instant.fraction}" if instant.fraction else ""
    return f"{moment.replace(tzinfo=None).isoformat()}{fraction}Z"


def epoch_candidates(tests: Iterable[PreparedCondition]) -> tuple[str, ...]:
    """The same for a key that holds seconds since 1970 and takes Numeric and Date operators (spec C21)."""
    ends: set[int] = set()
    for test in tests:
        is_date = test.operator.base.family is Family.DATE
        for wanted in test.comparable:
            if is_date and (instant := instant_of(wanted.text)) is not None:
                ends.add(instant.seconds)
            elif not is_date and (number := number_of(wanted.text)) is not None:
                ends.add(int(number))
    around = dict.fromkeys([*sorted(ends), *(end + step for end in sorted(ends) for step in (-1, 1))])
    return tuple(str(seconds) for seconds in around if seconds > 9999) or ("1767225600",)


def address_candidates(texts: Iterable[str]) -> tuple[str, ...]:
    """One address for each range of addresses that the networks tell apart, of both versions."""
    from ipaddress import IPv4Address, IPv6Address  # noqa: PLC0415  # only splitting needs it; it costs 4 ms

    starts = {4: {0}, 6: {0}}
    for text in texts:
        network = network_of(text)
        if network is not None:
            starts[network.version] |= {network.first, network.last + 1}
    return (
        *_OUTSIDE,
        *(str(IPv4Address(number)) for number in sorted(starts[4]) if number <= _LAST_IPV4),
        *(str(IPv6Address(number)) for number in sorted(starts[6]) if number <= _LAST_IPV6),
    )
