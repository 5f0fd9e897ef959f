"""Statements that no answer hangs on: another one that is always in force with them says the same, or denies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policysim.coverage.inventory import Inventory


class Dead(NamedTuple):
    """Why a statement is dead."""

    sentence: str


def dead_statements(inventory: Inventory) -> dict[str, Dead]:
    """The dead statements, by their keys."""
    return {}
