"""Which calls a record of a denied action can be of: what narrows a search, where that can be known.

Source: the map from operations to actions of the catalogue; CloudTrail User Guide, view-cloudtrail-events-cli (lookup
attributes).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import EVENT_SOURCES_BY_PREFIX
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operation_exceptions import ACTIONS_BY_OPERATION, CHOICES_BY_OPERATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATED: Final = frozenset({"cloudfront", "lambda"})
"""Services whose event names may carry the date of an API version, which nobody can list."""

LONGEST_LIST: Final = 8
"""More event names than these are not looked up one by one."""

_BY_VERB: Final = "apigateway"
_DOMAIN: Final = ".amazonaws.com"
_PART_OF_OTHER_CALLS: Final = re.compile(r"iam:passrole|kms:.*|[^:]*:(tag|addtags|createtags)[^:]*")
"""Actions that calls of other names ask for on their way: a role handed over, a key used, tags at creation."""


class Operations(NamedTuple):
    """The event names, or else the event sources, of the calls made with an action; both empty if not known."""

    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def operations_of(action: str) -> Operations:
    """What the records of the calls have in common that are made with an action.

    Nothing for an action with wildcards or not in the catalogue, and for one that calls of many other names ask for
    too, such as ``iam:PassRole``. A call of another name may still have been refused for want of the action.
    """
    service, colon, name = action.partition(":")
    known = CATALOGUE.canonical_action(action)
    if not colon or known is None or _PART_OF_OTHER_CALLS.fullmatch(known.lower()):
        return Operations()
    prefix = service.lower()
    if prefix in DATED or prefix == _BY_VERB:
        return Operations(sources=tuple(_sources(prefix)))
    own = known.partition(":")[2]
    asked = () if name.lower() == own.lower() else (name,)
    others = (one.partition(":")[2] for one in _by_action().get(known.lower(), ()))
    names = dict.fromkeys((own, *asked, *others))
    return Operations(names=tuple(names)) if len(names) <= LONGEST_LIST else Operations(sources=tuple(_sources(prefix)))


def _sources(prefix: str) -> Iterator[str]:
    yield f"{prefix}{_DOMAIN}"
    for other in EVENT_SOURCES_BY_PREFIX.get(prefix, "").split():
        yield f"{other}{_DOMAIN}"


@lru_cache(maxsize=1)
def _by_action() -> Mapping[str, tuple[str, ...]]:
    """The operations of other names that need an action."""
    found: dict[str, tuple[str, ...]] = {}
    for table in (ACTIONS_BY_OPERATION, CHOICES_BY_OPERATION):
        for operation, actions in table.items():
            for action in actions:
                found[action.lower()] = (*found.get(action.lower(), ()), operation)
    return found
