"""A query that AWS runs: waited for, paid for, and cancelled when nobody waits for it any more."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_PAUSE: Final = 0.3
"""Seconds before the second look at a query; each further pause is half as long again."""

LONGEST_PAUSE: Final = 5.0
"""The longest pause in seconds."""

_GROWTH: Final = 1.5
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
_UNIT: Final = 1024


@contextmanager
def cancelled_unless_done(cancel: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Calls ``cancel`` where the block ends before the function that it gives was called, however that comes."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

    done = False

    def finish() -> None:
        nonlocal done
        done = True

    try:
        yield finish
    finally:
        if not done:
            # What ended the waiting is what the user is told of.
            with suppress(BotoCoreError, ClientError):
                cancel()


def pauses() -> Iterator[float]:
    """How long to wait before each further look, in seconds."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * _GROWTH, LONGEST_PAUSE)


def wait(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)


def size_words(count: int) -> str:
    """A number of bytes for a person: ``12.3 MiB``."""
    size, unit = float(count), 0
    while size >= _UNIT and unit < len(_UNITS) - 1:
        size, unit = size / _UNIT, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{count} bytes"
