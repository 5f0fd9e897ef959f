"""How far long work is, on one line of standard error: to a person only, and only when it takes its time."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from policysim.cli.boundary import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policysim.cli.output import Output

_Item = TypeVar("_Item")

PATIENCE: Final = 1.0
"""Seconds of silence before the first line."""

_BETWEEN: Final = 0.2
_ERASE: Final = "\r\x1b[K"


def with_progress(items: Iterable[_Item], total: int | None, noun: str, output: Output) -> Iterator[_Item]:
    """The items one by one; tells how many were taken, and wipes the line out at the end, however that comes.

    ``total`` is how many there are, where that is known.
    """
    with progress(noun, output) as tell:
        for number, item in enumerate(items):
            tell(number, total)
            yield item


@contextmanager
def progress(noun: str, output: Output) -> Iterator[Callable[[int, int | None], None]]:
    """A function that hears how many are done, and of how many; the line is wiped out at the end."""
    stream = sys.stderr
    if output.quiet or stream is None or not stream.isatty():
        yield lambda _done, _total: None
        return
    due, shown = time.monotonic() + PATIENCE, False

    def tell(done: int, total: int | None) -> None:
        nonlocal due, shown
        now = time.monotonic()
        if now >= due:
            of_all = f" of {total}" if total is not None else ""
            stream.write(f"{_ERASE}{PROGRAM}: {done}{of_all} {noun}")
            stream.flush()
            due, shown = now + _BETWEEN, True

    try:
        yield tell
    finally:
        if shown:
            stream.write(_ERASE)
            stream.flush()
