"""Event buses of Amazon EventBridge and registries of its schemas, with their policies.

Archives, rules and API destinations have none. Source: EventBridge API Reference, ListEventBuses; EventBridge Schemas
API Reference, ListRegistries and GetResourcePolicy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_NO_POLICY: Final = ("NotFoundException",)
_PAGE: Final = 100


def _buses(reading: Reading) -> Iterator[Entry]:
    """The list prints each bus with its policy."""
    for bus in reading.items("events", "list_event_buses", "EventBuses", Limit=_PAGE):
        yield Entry(Part.RESOURCE_POLICIES, (bus["Arn"],), bus.get("Policy") or None)


def _registries(reading: Reading) -> Iterator[Entry]:
    """The registries of the account; AWS's own belong to nobody else."""
    for registry in reading.items("schemas", "list_registries", "Registries", Scope="LOCAL"):
        arn = registry["RegistryArn"]
        with reading.about(arn):
            name = registry["RegistryName"]
            told = reading.call("schemas", "get_resource_policy", absent=_NO_POLICY, RegistryName=name)
            policy = (told or {}).get("Policy") or None
            yield Entry(Part.RESOURCE_POLICIES, (arn,), policy)


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
    Collector(
        name="schemas-registry-policies",
        services=("schemas",),
        client="schemas",
        scope=Scope.REGION,
        actions=("schemas:ListRegistries", "schemas:GetResourcePolicy"),
        what="policies of schema registries",
        collect=_registries,
    ),
)
