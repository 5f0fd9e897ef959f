"""Condition keys of single services that a record proves by its Region, its resource or the way of its signature.

Source: Service Authorization Reference (condition keys of each action); Amazon S3 User Guide, bucket-policy-s3-sigv4
and cloudtrail-logging-understanding-s3-entries; Amazon ECS Developer Guide, security_iam_id-based-policy-examples;
Amazon Bedrock User Guide, geographic-cross-region-inference and global-cross-region-inference; Route 53 Developer
Guide, specifying-conditions-route53; EventBridge User Guide, eb-use-conditions; spec C66, R14.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.catalog.arn_parameters import IMPLIED
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.parameter_values import values_at
from policysim.cloudtrail.resources import place_of
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event
    from policysim.language.request import Principal

EC2_ID_KEYS: Final = {
    "dhcp-options": "ec2:DhcpOptionsID",
    "image": "ec2:ImageID",
    "instance": "ec2:InstanceID",
    "internet-gateway": "ec2:InternetGatewayID",
    "network-acl": "ec2:NetworkAclID",
    "network-interface": "ec2:NetworkInterfaceID",
    "route-table": "ec2:RouteTableID",
    "security-group": "ec2:SecurityGroupID",
    "snapshot": "ec2:SnapshotID",
    "subnet": "ec2:SubnetID",
    "volume": "ec2:VolumeID",
    "vpc": "ec2:VpcID",
    "vpc-peering-connection": "ec2:VpcPeeringConnectionID",
}
"""The key that holds the id of a resource, by the resource's type."""

SIGNATURES: Final = {"SigV2": "AWS", "SigV4": "AWS4-HMAC-SHA256"}
"""The value of `s3:signatureversion` by what a record of Amazon S3 says of the signature."""

METHODS: Final = {"AuthHeader": "REST-HEADER", "QueryString": "REST-QUERY-STRING"}
"""The value of `s3:authType` by the authentication method in a record of Amazon S3."""


def keys_of_service(event: Event, caller: Principal, action: str, resource: str) -> dict[str, tuple[str, ...]]:
    """The keys of the action's own service that the record proves."""
    match action.partition(":")[0].lower():
        case "bedrock":
            return _bedrock(resource)
        case "ec2":
            return _ec2(event, action, resource)
        case "ecs":
            return _ecs(event, caller, action)
        case "events":
            return _events(event, action)
        case "route53":
            return _route53(event, action)
        case "s3":
            return _s3(event)
    return {}


UNSPECIFIED_REGION: Final = "unspecified"
"""The Region that Amazon Bedrock asks in for a model of a global inference profile, whose ARN names no Region."""


def _bedrock(resource: str) -> dict[str, tuple[str, ...]]:
    """Inference across Regions is asked for in each Region that it may run in, whichever Region was called."""
    arn = parse_arn(resource)
    if arn is None or arn.resource_type != "foundation-model" or "*" in arn.region:
        return {}
    return {"aws:RequestedRegion": (arn.region or UNSPECIFIED_REGION,)}


def _ec2(event: Event, action: str, resource: str) -> dict[str, tuple[str, ...]]:
    listed, arn = _keys_of(action), parse_arn(resource)
    keys: dict[str, tuple[str, ...]] = {}
    if event.aws_region and "ec2:region" in listed:
        keys["ec2:Region"] = (event.aws_region,)
    key = EC2_ID_KEYS.get(arn.resource_type, "") if arn is not None else ""
    if arn is not None and key.lower() in listed and "*" not in arn.resource_id:
        keys[key] = (arn.resource_id,)
    return keys


def _ecs(event: Event, caller: Principal, action: str) -> dict[str, tuple[str, ...]]:
    """The cluster, which is called `default` where the request names none."""
    _, _, with_cluster = IMPLIED["ecs", "clustername"]
    has_parameter = re.fullmatch(with_cluster, action.partition(":")[2], re.IGNORECASE)
    if "ecs:cluster" not in _keys_of(action) or not event.parameters or not has_parameter:
        return {}
    named, place = event.parameters.get("cluster", "default"), place_of(event, caller)
    if not isinstance(named, str) or not named:
        return {}
    if parse_arn(named) is not None:
        return {"ecs:cluster": (named,)}
    if not place.region or not is_account_id(place.account):
        return {}
    return {"ecs:cluster": (f"arn:{place.partition}:ecs:{place.region}:{place.account}:cluster/{named}",)}


def _events(event: Event, action: str) -> dict[str, tuple[str, ...]]:
    """What all events of a call have in common; where they differ, each is asked for by itself."""
    if action.lower() != "events:putevents":
        return {}
    entries = event.parameters.get("entries")
    found: dict[str, tuple[str, ...]] = {}
    for key, parameter in (("events:source", "source"), ("events:detail-type", "detailType")):
        values = values_at(event.parameters, f"entries.{parameter}")
        if isinstance(entries, list) and len(values) == len(entries) and len(set(values)) == 1:
            found[key] = values[:1]
    return found


_RECORD_KEYS: Final = (
    ("route53:ChangeResourceRecordSetsNormalizedRecordNames", "resourceRecordSet.name"),
    ("route53:ChangeResourceRecordSetsRecordTypes", "resourceRecordSet.type"),
    ("route53:ChangeResourceRecordSetsActions", "action"),
)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")


def _route53(event: Event, action: str) -> dict[str, tuple[str, ...]]:
    """What the changes of a call are about: names in lower case and without the last dot, as Route 53 compares them.

    A name with other characters is left out with its key, as it would have to be written with escape codes.
    """
    changes = event.parameters.get("changeBatch")
    listed = changes.get("changes") if isinstance(changes, dict) else None
    if action.lower() != "route53:changeresourcerecordsets" or not isinstance(listed, list):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for key, path in _RECORD_KEYS:
        values = values_at(event.parameters, f"changeBatch.changes.{path}")
        names = path.endswith(".name")
        if len(values) == len(listed) > 0 and (not names or all(map(_PLAIN_NAME.fullmatch, values))):
            texts = (value.lower().rstrip(".") if names else value for value in values)
            found[key] = tuple(dict.fromkeys(texts))
    return found


def _s3(event: Event) -> dict[str, tuple[str, ...]]:
    """How the request was signed."""
    said = event.additional_event_data if isinstance(event.additional_event_data, dict) else {}
    found = {
        "s3:signatureversion": SIGNATURES.get(str(said.get("SignatureVersion"))),
        "s3:authType": METHODS.get(str(said.get("AuthenticationMethod"))),
    }
    return {key: (value,) for key, value in found.items() if value is not None}


@lru_cache(maxsize=2048)
def _keys_of(action: str) -> frozenset[str]:
    return frozenset(key.name.lower() for key in CATALOGUE.condition_keys_of(action) or ())
