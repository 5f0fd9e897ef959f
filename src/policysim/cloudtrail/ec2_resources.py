"""The resources of an Amazon EC2 call: each one that its parameters name, and each one that it makes.

EC2 authorizes a call once for each of its resources. What exists already is found by its id, whose beginning tells
the type; what the call makes has no id yet, and is asked for as `instance/*`.
Source: Amazon EC2 User Guide, iam-policies-for-amazon-ec2 (resource-level permissions, RunInstances) and the Service
Authorization Reference (resource types of each action, required or optional); spec R13, R14, R15, S33.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.parameter_values import named_values
from policysim.language.arns import is_account_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.cloudtrail.resource_parameters import Place

TYPE_BY_ID: Final = {
    "acl": "network-acl",
    "afi": "fpga-image",
    "ami": "image",
    "cagw": "carrier-gateway",
    "cgw": "customer-gateway",
    "cr": "capacity-reservation",
    "cvpn-endpoint": "client-vpn-endpoint",
    "dopt": "dhcp-options",
    "eice": "instance-connect-endpoint",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "fleet": "fleet",
    "h": "dedicated-host",
    "i": "instance",
    "iew": "instance-event-window",
    "igw": "internet-gateway",
    "ipam": "ipam",
    "ipam-pool": "ipam-pool",
    "ipam-res-disco": "ipam-resource-discovery",
    "ipam-scope": "ipam-scope",
    "lgw-rtb": "local-gateway-route-table",
    "lt": "launch-template",
    "nat": "natgateway",
    "nia": "network-insights-analysis",
    "nip": "network-insights-path",
    "nis": "network-insights-access-scope",
    "nisa": "network-insights-access-scope-analysis",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "sir": "spot-instances-request",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-connect-peer": "transit-gateway-connect-peer",
    "tgw-mcast-domain": "transit-gateway-multicast-domain",
    "tgw-rtb": "transit-gateway-route-table",
    "tmf": "traffic-mirror-filter",
    "tmfr": "traffic-mirror-filter-rule",
    "tms": "traffic-mirror-session",
    "tmt": "traffic-mirror-target",
    "vae": "verified-access-endpoint",
    "vagr": "verified-access-group",
    "vai": "verified-access-instance",
    "vatp": "verified-access-trust-provider",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
    "vpn": "vpn-connection",
}
"""The resource type that the beginning of an id stands for."""

TYPE_BY_PARAMETER: Final = {"keyName": "key-pair", "placement.groupName": "placement-group"}
"""Parameters that name a resource by a name of the caller's, by the end of their path."""

TYPE_BY_PATH: Final = {"groupName": "placement-group"}
"""The same by the whole path: elsewhere in a request such a name is that of a security group."""

FROM_ANOTHER_REGION: Final = frozenset({"sourceImageId", "sourceSnapshotId"})
"""Parameters that name what is copied, which may lie in the Region that ``sourceRegion`` names."""

WITHOUT_ACCOUNT: Final = frozenset({"image", "snapshot"})
"""Types whose ARNs hold no account."""

MADE_BY: Final = {
    "AllocateAddress": ("elastic-ip",),
    "CopyImage": ("image", "snapshot"),
    "CreateFleet": ("fleet", "instance", "volume"),
    "CreateFlowLogs": ("vpc-flow-log",),
    "CreateImage": ("image", "snapshot"),
    "CreateSnapshots": ("snapshot",),
    "ImportKeyPair": ("key-pair",),
    "RegisterImage": ("image",),
    "RequestSpotInstances": ("spot-instances-request",),
    "RunInstances": ("instance", "network-interface", "volume"),
}
"""What a call makes, where its name (`CreateVpc`, `CopySnapshot`) does not say it."""

POSSIBLY_MADE: Final = {("RunInstances", "volume"): "blockDeviceMapping", ("CreateFleet", "volume"): ""}
"""What a call may make: only images on EBS have volumes. The parameter, if there is one, makes it certain."""

COPIED: Final = frozenset({"image", "snapshot", "volume"})
"""Types of which a call may name one and make another; of the others it makes one only where it names none."""

NOT_NAMED: Final = {"RunInstances": ("image", "security-group", "subnet")}
"""Resources that a call always has, and that a default or a launch template may name in place of the request."""

_ID = re.compile(r"([a-z]+(?:-[a-z]+)*)-[0-9A-Za-z]{6,17}")
_MAKES = re.compile(r"(?:Create|Copy)(\w+)")


class Ec2Resource(NamedTuple):
    """One resource of the call: its ARN, the parameter that names it (empty: the call makes it), and its certainty."""

    arn: str
    parameter: str
    conditional: bool = False


def ec2_resources(action: str, parameters: Mapping[str, Any], place: Place) -> tuple[Ec2Resource, ...]:
    """Each resource that an EC2 action is authorized on; none when the parameters show none of them."""
    described = CATALOGUE.action(action)
    if described is None or not parameters:
        return ()
    types = {resource_type.name for resource_type in described.resource_types}
    named = {arn: Ec2Resource(arn, path) for path, arn in _named(parameters, types, place)}
    name = described.name.partition(":")[2]
    possible = types - ({_type(arn) for arn in named} - COPIED)
    made = (each for each in _made(name, parameters, place) if _type(each.arn) in possible)
    return (*named.values(), *(each for each in made if each.arn not in named))


def unnamed_types(action: str, found: Iterable[str]) -> tuple[str, ...]:
    """The resource types that the call certainly has, and that none of the ARNs found is of."""
    there = {_type(arn) for arn in found}
    return tuple(each for each in NOT_NAMED.get(action.partition(":")[2], ()) if each not in there)


def ec2_arn(resource_type: str, name: str, place: Place) -> str | None:
    """The ARN of an EC2 resource in the place of the call; none when the Region or account is not known."""
    account = "" if resource_type in WITHOUT_ACCOUNT else place.account
    if not place.region or not (resource_type in WITHOUT_ACCOUNT or is_account_id(account)):
        return None
    return f"arn:{place.partition}:ec2:{place.region}:{account}:{resource_type}/{name}"


def _named(parameters: Mapping[str, Any], types: set[str], place: Place) -> Iterator[tuple[str, str]]:
    for path, value in named_values(
        parameters, without=frozenset({"tagSpecificationSet", "TagSpecification", "tagSet"})
    ):
        resource_type = next(
            (of for end, of in TYPE_BY_PARAMETER.items() if path.endswith(end)), TYPE_BY_PATH.get(path)
        )
        if resource_type is None and (match := _ID.fullmatch(value)) is not None:
            resource_type = TYPE_BY_ID.get(match[1])
        region = parameters.get("sourceRegion") if path in FROM_ANOTHER_REGION else None
        there = place._replace(region=region) if isinstance(region, str) else place
        if resource_type in types and (arn := ec2_arn(resource_type, value, there)) is not None:
            yield path, arn


def _made(name: str, parameters: Mapping[str, Any], place: Place) -> Iterator[Ec2Resource]:
    for resource_type in MADE_BY.get(name) or _in_name(name):
        conditional = (name, resource_type) in POSSIBLY_MADE
        if conditional and (shown_by := POSSIBLY_MADE[name, resource_type]):
            conditional = not parameters.get(shown_by)
        if (arn := ec2_arn(resource_type, "*", place)) is not None:
            yield Ec2Resource(arn, "", conditional)


def _in_name(name: str) -> tuple[str, ...]:
    """The type that `CreateSecurityGroup` names."""
    match = _MAKES.fullmatch(name)
    if match is None:
        return ()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", match[1]).lower()
    return tuple(dict.fromkeys((words, words.replace("-", ""))))


def _type(arn: str) -> str:
    return arn.rpartition(":")[2].partition("/")[0]
