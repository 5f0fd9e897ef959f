"""Calls made by hand, and what they need for certain or conditionally."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cloudtrail.records import ACCOUNT, call

if TYPE_CHECKING:
    from policysim.cloudtrail.call import Call

EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"


def made(source: str, name: str, parameters: dict[str, Any] | None, **fields: Any) -> Call:
    return call(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, **fields)


def certain(found: Call) -> set[tuple[str, str]]:
    return {(each.request.action, each.request.resource.arn) for each in found.requests if not each.conditional}


def conditional(found: Call) -> set[tuple[str, str]]:
    return {(each.request.action, each.request.resource.arn) for each in found.requests if each.conditional}


RUN = {
    "instanceType": "m7i.large",
    "instancesSet": {"items": [{"imageId": "ami-0abc123456", "keyName": "ops", "minCount": 1, "maxCount": 1}]},
    "subnetId": "subnet-0abc123456",
    "groupSet": {"items": [{"groupId": "sg-0abc123456"}, {"groupId": "sg-0def123456"}]},
}
