"""Every collector of a snapshot: the joined tables of the modules beside."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import policysim.sources.aws.collectors as tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Collector


def _joined() -> Iterator[Collector]:
    for module in sorted(pkgutil.iter_modules(tables.__path__), key=lambda module: module.name):
        yield from getattr(importlib.import_module(f"{tables.__name__}.{module.name}"), "COLLECTORS", ())


COLLECTORS: tuple[Collector, ...] = tuple(_joined())
"""What a snapshot reads; each name stands once."""
