"""The law of snapshots: what is read back from the folder is what AWS answers when it is asked directly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.account_folder import read_account
from tests.sources.aws.snapshot.snapshots import ACCOUNT, make_account, read, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

MINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
ODD = "a b\u202e{}=é"


@pytest.fixture
def account(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    use_collectors(
        monkeypatch, "iam-authorization-details", "sqs-queue-policies", "s3-bucket-policies", "kms-key-policies"
    )
    make_account(aws)
    iam = aws.client("iam")
    iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": ODD}])
    made = iam.create_policy(PolicyName="mine", PolicyDocument=json.dumps(MINE))["Policy"]
    iam.create_group(GroupName="all")
    iam.add_user_to_group(GroupName="all", UserName="ana")
    iam.attach_group_policy(GroupName="all", PolicyArn=made["Arn"])
    aws.client("kms").create_key(Description="one")
    return aws


def by_arn(details: dict[str, Any]) -> dict[str, Any]:
    """The items of all lists, without what changes with use, and in no order."""
    lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    items = [item for name in lists for item in details[name]]
    found = json.loads(json.dumps(items, default=lambda when: when.isoformat()))
    return {item["Arn"]: {name: one for name, one in item.items() if name != "RoleLastUsed"} for item in found}


def test_the_identities_are_those_of_aws(account: AwsServer, tmp_path: Path) -> None:
    assert snapshot(account, tmp_path).code == 0
    told = account.client("iam").get_account_authorization_details(
        Filter=["User", "Role", "Group", "LocalManagedPolicy"]
    )
    assert by_arn(read(tmp_path, "authorization-details.json")) == by_arn(told)
    identities = read_account(tmp_path).identities
    assert identities is not None
    assert set(identities.users) == {f"arn:aws:iam::{ACCOUNT}:user/ana"}
    assert set(identities.roles) == {f"arn:aws:iam::{ACCOUNT}:role/app"}


def test_the_policies_of_resources_are_those_of_aws(account: AwsServer, tmp_path: Path) -> None:
    assert snapshot(account, tmp_path).code == 0
    sqs, kms, s3 = (account.client(name) for name in ("sqs", "kms", "s3"))
    expected: dict[str, Any] = {}
    for url in sqs.list_queues()["QueueUrls"]:
        about = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        expected[about["QueueArn"]] = json.loads(about["Policy"]) if about.get("Policy") else None
    for key in kms.list_keys()["Keys"]:
        expected[key["KeyArn"]] = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    for bucket in s3.list_buckets()["Buckets"]:
        expected[f"arn:aws:s3:::{bucket['Name']}"] = None
    assert read(tmp_path, "resource-policies.json") == expected
