"""Threads that do tasks side by side and never hold up the end of the program, as an executor's would."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

Result = TypeVar("Result")

_PATIENCE: Final = 1.0
"""Seconds that tasks which run already are given once their results are no longer wanted."""

_POLL: Final = 0.1
"""Seconds after which a signal is heard at the latest."""


class Done(NamedTuple, Generic[Result]):
    """What became of a task: its result, or what it raised."""

    result: Result | None
    error: BaseException | None


class Workers(Generic[Result]):
    """``submit`` from the thread that takes the results with ``next``."""

    def __init__(self, count: int) -> None:
        self._tasks: SimpleQueue[Callable[[], Result] | None] = SimpleQueue()
        self._done: SimpleQueue[Done[Result]] = SimpleQueue()
        self._count = count
        self.running = 0
        """How many tasks were submitted and not yet taken."""

    def __enter__(self) -> Self:
        for _ in range(self._count):
            Thread(target=self._work, daemon=True).start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for _ in range(self._count):
            self._tasks.put(None)

    @property
    def idle(self) -> int:
        """How many threads have nothing to do."""
        return max(0, self._count - self.running)

    def submit(self, task: Callable[[], Result]) -> None:
        """Has a task done by the next free thread."""
        self.running += 1
        self._tasks.put(task)

    def next(self) -> Done[Result]:
        """What became of the task that ends next."""
        while True:
            try:
                done = self._done.get(timeout=_POLL)
            except Empty:
                continue
            self.running -= 1
            return done

    def rest(self) -> Iterator[Done[Result]]:
        """What became of the tasks that end within a moment; the others are given up."""
        until = time.monotonic() + _PATIENCE
        while self.running:
            try:
                done = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return
            self.running -= 1
            yield done

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._done.put(Done(task(), None))
            except BaseException as error:  # noqa: BLE001  # whoever takes the result raises it
                self._done.put(Done(None, error))
