"""Times on the command line: ``2026-11-24``, ``2026-11-24T10:00:00Z``, or how long ago: ``90m``, ``1h``, ``7d``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from policysim.sources.errors import InputError

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EXPECTED: Final = "a time such as `2026-11-24T10:00:00Z`, or how long ago, such as `90m`, `1h` or `7d`"


def moment_of(option: str, text: str, now: datetime) -> datetime:
    """The time that an option such as ``--since`` names; without an offset it is in UTC.

    Raises:
        InputError: it is none.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(f"`{option} {text}`: expected {_EXPECTED}") from None
