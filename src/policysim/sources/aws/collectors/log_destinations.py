"""Policies of the destinations to which other accounts may send log data.

Those of log groups are read by nobody here: CloudWatch Logs applies them to AWS services alone.

Source: CloudWatch Logs API Reference, DescribeDestinations, GetDeliveryDestinationPolicy and PutResourcePolicy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.joined_policies import joined
from policysim.sources.aws.collectors.listed import Level, Listed, Read, collector, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

DELIVERY_DESTINATIONS: Final = Listed(
    client="logs",
    prefix="logs",
    levels=(Level("describe_delivery_destinations", "deliveryDestinations", "{arn}"),),
    reads=(
        Read(
            "get_delivery_destination_policy",
            {"deliveryDestinationName": "{name}"},
            ("policy", "deliveryDestinationPolicy"),
            ("ResourceNotFoundException",),
        ),
    ),
)


def _destinations(reading: Reading) -> Iterator[Entry]:
    """The list itself prints the policies."""
    for destination in reading.items("logs", "describe_destinations", "destinations"):
        if is_own(destination["arn"], reading):
            yield Entry(Part.RESOURCE_POLICIES, (destination["arn"],), joined([destination.get("accessPolicy")]))


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="log-destinations",
        services=(),
        client="logs",
        scope=Scope.REGION,
        actions=("logs:DescribeDestinations",),
        what="access policies of log destinations",
        collect=_destinations,
    ),
    collector("log-delivery-destinations", "policies of log delivery destinations", DELIVERY_DESTINATIONS, services=()),
)
