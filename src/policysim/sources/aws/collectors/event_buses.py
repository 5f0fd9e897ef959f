"""Event buses of Amazon EventBridge with their policies, which reach the rules on them.

Archives and API destinations have none. Source: EventBridge API Reference, ListEventBuses; EventBridge User Guide,
eb-event-bus-perms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_PAGE: Final = 100


def _buses(reading: Reading) -> Iterator[Entry]:
    """The list prints each bus with its policy."""
    for bus in reading.items("events", "list_event_buses", "EventBuses", Limit=_PAGE):
        yield Entry(Part.RESOURCE_POLICIES, (bus["Arn"],), bus.get("Policy") or None)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="events-bus-policies",
        services=("events",),
        client="events",
        scope=Scope.REGION,
        actions=("events:ListEventBuses",),
        what="policies of event buses",
        collect=_buses,
    ),
)
