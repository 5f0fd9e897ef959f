"""Mappings whose values are read when somebody first asks for them.

An account can hold thousands of documents of which one request needs a handful: nothing else is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")

Reader = Callable[[], Value]
"""Reads one value; it is called once at most."""


class OnDemand(Mapping[str, Value], Generic[Value]):
    """A read-only mapping: ``index`` is called once, at the first look-up, and each of its readers once at most.

    Whether a key is there is answered without reading its value. What a reader raises is passed on as it is.
    """

    def __init__(self, index: Callable[[], Mapping[str, Reader[Value]]]) -> None:
        self._read_index = index
        self._index: Mapping[str, Reader[Value]] | None = None
        self._values: dict[str, Value] = {}

    @property
    def _readers(self) -> Mapping[str, Reader[Value]]:
        if self._index is None:
            self._index = self._read_index()
        return self._index

    def __getitem__(self, key: str) -> Value:
        if key not in self._values:
            self._values[key] = self._readers[key]()
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def __repr__(self) -> str:
        return f"OnDemand({sorted(self._values)!r} read)"
