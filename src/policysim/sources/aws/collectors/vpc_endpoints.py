"""VPC endpoints: the policy of each one, its VPC, the service that it leads to, and whose it is.

Source: Amazon EC2 API Reference, DescribeVpcEndpoints; spec E33 to E35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_OVER: Final = frozenset({"deleted", "expired", "failed", "rejected"})
"""States in which no request comes through an endpoint, nor ever will."""


def _endpoints(reading: Reading) -> Iterator[Entry]:
    for endpoint in reading.items("ec2", "describe_vpc_endpoints", "VpcEndpoints"):
        if endpoint.get("State", "").lower() in _OVER:
            continue
        found = {
            "policy": endpoint.get("PolicyDocument") or None,
            "vpc_id": endpoint.get("VpcId"),
            "service_name": endpoint.get("ServiceName"),
            "endpoint_type": endpoint.get("VpcEndpointType"),
            "account_id": endpoint.get("OwnerId") or reading.place.account_id,
        }
        yield Entry(Part.VPC_ENDPOINTS, (endpoint["VpcEndpointId"],), found)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="ec2-vpc-endpoints",
        services=("ec2",),
        client="ec2",
        scope=Scope.REGION,
        actions=("ec2:DescribeVpcEndpoints",),
        what="VPC endpoints",
        collect=_endpoints,
    ),
)
