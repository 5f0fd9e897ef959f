"""EC2 calls: one authorization for each resource, and for the tags of what they create (R13 to R15, S33)."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.request import ABSENT
from tests.cloudtrail.calls import EC2, RUN, certain, conditional, made
from tests.cloudtrail.records import USER

NOT_AUTHORIZED = f"User: {USER} is not authorized to perform: {{}} on resource: {{}}"


def test_r13_r15_running_instances_asks_for_each_resource_and_for_optional_ones_only_when_named() -> None:
    found = made("ec2", "RunInstances", RUN)
    assert certain(found) == {
        ("ec2:RunInstances", f"{EC2}:instance/*"),
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-0abc123456"),
        ("ec2:RunInstances", f"{EC2}:key-pair/ops"),
        ("ec2:RunInstances", f"{EC2}:network-interface/*"),
        ("ec2:RunInstances", f"{EC2}:security-group/sg-0abc123456"),
        ("ec2:RunInstances", f"{EC2}:security-group/sg-0def123456"),
        ("ec2:RunInstances", f"{EC2}:subnet/subnet-0abc123456"),
    }
    assert conditional(found) == {("ec2:RunInstances", f"{EC2}:volume/*")}
    assert found.unresolved == ()
    assert [each.conditional for each in found.requests] == sorted(each.conditional for each in found.requests)


def test_r15_what_an_instance_is_started_from_and_into_is_asked_for_when_named() -> None:
    parameters = {
        **RUN,
        "launchTemplate": {"launchTemplateId": "lt-0abc123456", "version": "3"},
        "placement": {"groupName": "close"},
        "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-0abc123456", "deviceIndex": 0}]},
        "blockDeviceMapping": {"items": [{"deviceName": "/dev/xvda", "ebs": {"snapshotId": "snap-0abc123456"}}]},
    }
    found = {arn for _, arn in certain(made("ec2", "RunInstances", parameters))}
    assert {
        f"{EC2}:launch-template/lt-0abc123456",
        f"{EC2}:placement-group/close",
        f"{EC2}:network-interface/eni-0abc123456",
        "arn:aws:ec2:eu-west-1::snapshot/snap-0abc123456",
        f"{EC2}:volume/*",
    } <= found
    assert f"{EC2}:network-interface/*" not in found


def test_r13_what_a_launch_template_or_a_default_names_is_said_to_be_missing() -> None:
    found = made("ec2", "RunInstances", {"launchTemplate": {"launchTemplateId": "lt-0abc123456"}})
    for missing in ("image", "security-group", "subnet"):
        sentence = f"the record does not name the {missing} of `ec2:RunInstances`: a default or a launch template may"
        assert sentence in found.unresolved


def test_r13_the_resource_that_the_message_names_comes_first_and_the_others_follow() -> None:
    subnet = f"{EC2}:subnet/subnet-0abc123456"
    found = made("ec2", "RunInstances", RUN, errorMessage=NOT_AUTHORIZED.format("ec2:RunInstances", subnet))
    first = found.requests[0]
    assert (first.request.resource.arn, first.provenance.resource) == (subnet, "denial message")
    arns = [each.request.resource.arn for each in found.requests]
    assert f"{EC2}:instance/*" in arns
    assert arns.count(subnet) == 1


@pytest.mark.parametrize(
    ("name", "parameters", "resources"),
    [
        (
            "AttachVolume",
            {"instanceId": "i-0abc123456", "volumeId": "vol-0abc123456"},
            "instance/i-0abc123456 volume/vol-0abc123456",
        ),
        ("CreateSubnet", {"vpcId": "vpc-0abc123456", "cidrBlock": "10.0.0.0/24"}, "subnet/* vpc/vpc-0abc123456"),
        (
            "CreateNatGateway",
            {"CreateNatGatewayRequest": {"SubnetId": "subnet-0abc123456"}},
            "natgateway/* subnet/subnet-0abc123456",
        ),
        ("AllocateAddress", {"domain": "vpc"}, "elastic-ip/*"),
        (
            "CreateRoute",
            {"routeTableId": "rtb-0abc123456", "gatewayId": "igw-0abc123456"},
            "route-table/rtb-0abc123456",
        ),
        (
            "TerminateInstances",
            {"instancesSet": {"items": [{"instanceId": "i-0abc123456"}, {"instanceId": "i-0def123456"}]}},
            "instance/i-0abc123456 instance/i-0def123456",
        ),
        (
            "CreateTags",
            {"resourcesSet": {"items": [{"resourceId": "vpc-0abc123456"}]}, "tagSet": {"items": []}},
            "vpc/vpc-0abc123456",
        ),
    ],
)
def test_r13_each_resource_of_an_ec2_call_is_asked_for(name: str, parameters: dict[str, Any], resources: str) -> None:
    assert certain(made("ec2", name, parameters)) == {(f"ec2:{name}", f"{EC2}:{each}") for each in resources.split()}


def test_r13_copying_a_snapshot_reads_one_and_makes_one() -> None:
    found = made("ec2", "CreateVolume", {"snapshotId": "snap-0abc123456", "zone": "eu-west-1a"})
    assert certain(found) == {
        ("ec2:CreateVolume", "arn:aws:ec2:eu-west-1::snapshot/snap-0abc123456"),
        ("ec2:CreateVolume", f"{EC2}:volume/*"),
    }


def test_r13_copying_an_image_asks_for_the_copy_and_for_its_snapshot() -> None:
    found = made("ec2", "CopyImage", {"sourceImageId": "ami-0abc123456", "sourceRegion": "us-east-1", "name": "copy"})
    assert ("ec2:CopyImage", "arn:aws:ec2:eu-west-1::image/*") in certain(found)


TAGGED = {
    "vpcId": "vpc-0abc123456",
    "groupName": "web",
    "tagSpecificationSet": {
        "items": [{"resourceType": "security-group", "tags": [{"key": "Team", "value": "blue"}]}],
    },
}


def test_s33_tags_on_create_need_create_tags_with_the_action_that_creates() -> None:
    found = made("ec2", "CreateSecurityGroup", TAGGED)
    assert certain(found) == {
        ("ec2:CreateSecurityGroup", f"{EC2}:security-group/*"),
        ("ec2:CreateSecurityGroup", f"{EC2}:vpc/vpc-0abc123456"),
        ("ec2:CreateTags", f"{EC2}:security-group/*"),
    }
    tagging = next(each for each in found.requests if each.request.action == "ec2:CreateTags")
    assert tagging.request.context.get("ec2:CreateAction") == ("CreateSecurityGroup",)
    assert tagging.request.context.get("aws:RequestTag/Team") == ("blue",)


def test_s33_tagging_what_exists_has_no_create_action() -> None:
    found = made("ec2", "CreateTags", {"resourcesSet": {"items": [{"resourceId": "i-0abc123456"}]}})
    assert found.requests[0].request.context.get("ec2:CreateAction") is ABSENT


def test_s33_a_denied_create_tags_is_the_request_and_the_call_follows() -> None:
    message = NOT_AUTHORIZED.format("ec2:CreateTags", f"{EC2}:security-group/*")
    found = made("ec2", "CreateSecurityGroup", TAGGED, errorMessage=message)
    assert [(each.request.action, each.provenance.action) for each in found.requests] == [
        ("ec2:CreateTags", "denial message"),
        ("ec2:CreateSecurityGroup", "event name"),
        ("ec2:CreateSecurityGroup", "event name"),
    ]
