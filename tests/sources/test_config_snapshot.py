"""What AWS Config recorded, in the place of an account folder."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.language.locator import locate
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource, read_in_force
from tests.account_folders import ACCOUNT, KEY, QUEUE, ROLE, USER, allow, request, role_session, trust

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account, Organisation
    from policysim.language.request import Request

OTHER = "444455556666"
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/readers"
BLOCK = {"blockPublicAcls": True, "ignorePublicAcls": True, "blockPublicPolicy": False, "restrictPublicBuckets": False}


def item(kind: str, arn: str, configuration: Any, **more: Any) -> dict[str, Any]:
    """An item as the files that Config delivers have it."""
    return {
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": "2026-11-20T03:00:00.000Z",
        "configurationItemStatus": "OK",
        "awsAccountId": ACCOUNT,
        "resourceType": kind,
        "resourceId": arn.rpartition(":")[2],
        "resourceName": arn.rpartition(":")[2],
        "ARN": arn,
        "awsRegion": "eu-west-1",
        "tags": {},
        "configuration": configuration,
        "supplementaryConfiguration": {},
        **more,
    }


def role_item(**more: Any) -> dict[str, Any]:
    configuration = {
        "path": "/",
        "roleName": "app",
        "roleId": "AROAAPP",
        "arn": ROLE,
        "createDate": "2024-02-03T10:00:00.000Z",
        "assumeRolePolicyDocument": quote(json.dumps(trust())),
        "instanceProfileList": [],
        "rolePolicyList": [{"policyName": "queue", "policyDocument": quote(json.dumps(allow("sqs:*", QUEUE)))}],
        "attachedManagedPolicies": [{"policyName": "readers", "policyArn": MANAGED}],
        "permissionsBoundary": None,
        "tags": [{"key": "Team", "value": "blue"}],
    }
    return item("AWS::IAM::Role", ROLE, configuration, **more)


def policy_item() -> dict[str, Any]:
    version = {
        "document": quote(json.dumps(allow("s3:GetObject", "arn:aws:s3:::data/*"))),
        "versionId": "v2",
        "isDefaultVersion": True,
        "createDate": "2025-01-01T00:00:00.000Z",
    }
    configuration = {"policyName": "readers", "arn": MANAGED, "defaultVersionId": "v2", "policyVersionList": [version]}
    return item("AWS::IAM::Policy", MANAGED, configuration)


def bucket_item(policy: Any, **more: Any) -> dict[str, Any]:
    text = None if policy is None else json.dumps(policy)
    supplementary = {"BucketPolicy": {"policyText": text}, "PublicAccessBlockConfiguration": BLOCK}
    bucket = {"name": "data", "owner": {"id": "79a5"}}
    return item(
        "AWS::S3::Bucket",
        "arn:aws:s3:::data",
        bucket,
        resourceName="data",
        tags={"Team": "blue"},
        supplementaryConfiguration=supplementary,
        **more,
    )


def snapshot(*items: dict[str, Any]) -> dict[str, Any]:
    return {"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": list(items)}


def read(path: Path, *items: dict[str, Any], **whole: Any) -> Organisation:
    path.write_text(json.dumps(whole or snapshot(*items), indent=1))
    return read_in_force(PolicySource(path))


def only(organisation: Organisation) -> Account:
    (account,) = organisation.accounts.values()
    return account


def test_identities_and_their_policies_decide(tmp_path: Path) -> None:
    found = read(tmp_path / "snapshot.json", role_item(), policy_item(), bucket_item(None))
    account = only(found)
    assert account.id == ACCOUNT
    assert account.identities is not None
    role = account.identities.roles[ROLE]
    assert (role.unique_id, role.tags, list(role.inline)) == ("AROAAPP", {"Team": "blue"}, ["queue"])
    assert account.identities.trust[ROLE].usable
    for action, resource in (("sqs:SendMessage", QUEUE), ("s3:GetObject", "arn:aws:s3:::data/k")):
        granted = request(role_session(), action, resource)
        refused = request(role_session(), action, f"{resource.removesuffix('k')}-other")
        assert allowing(granted, found) == ["identity"]
        assert allowing(refused, found) == (["identity"] if action.startswith("s3") else [])


def allowing(asked: Request, organisation: Organisation) -> list[str]:
    """The layers that allow a request, whatever was not collected."""
    situation = situate(asked, organisation)
    return [
        check.layer.value for check in decide(situation.request, situation.policies, CATALOGUE).checks if check.matched
    ]


def test_a_policy_in_a_string_of_a_string_is_shown_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    queue = {"QueueArn": QUEUE, "Policy": json.dumps(allow("sqs:*", QUEUE, Principal="*", Sid="Everybody"))}
    told = item("AWS::SQS::Queue", QUEUE, json.dumps(queue))
    account = only(read(path, told))
    attached = (account.resource_policies or {})[QUEUE]
    assert attached is not None
    place = locate(attached.policy.statements[0].location.below("Sid")).place
    line = path.read_text().splitlines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1].replace("\\", "") == '"Everybody"'


def test_bucket_policies_and_settings(tmp_path: Path) -> None:
    account = only(read(tmp_path / "s.json", bucket_item(allow("s3:GetObject", "arn:aws:s3:::data/*", Principal="*"))))
    attached = (account.resource_policies or {})["arn:aws:s3:::data"]
    assert attached is not None
    assert attached.policy.usable
    assert account.public_access is not None
    block = account.public_access.bucket("data").public_access_block
    assert block is not None
    assert (block.block_public_acls, block.block_public_policy) == (True, False)
    assert account.public_access.account is None
    assert account.tags == {"arn:aws:s3:::data": {"Team": "blue"}}


def test_a_policy_text_of_null_says_that_there_is_none_and_a_missing_one_says_nothing(tmp_path: Path) -> None:
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
    account = only(read(tmp_path / "s.json", bucket_item(None), item("AWS::SNS::Topic", topic, {"TopicArn": topic})))
    assert account.resource_policies is not None
    assert account.resource_policies["arn:aws:s3:::data"] is None
    assert topic not in account.resource_policies


def test_what_config_does_not_record_is_a_gap(tmp_path: Path) -> None:
    found = read(tmp_path / "s.json", bucket_item(None))
    account = only(found)
    parts = (account.identities, account.session_policies, account.endpoints, account.grants, account.canonical_id)
    assert parts == (None, None, None, None, None)
    assert (found.root, found.standalone, account.complete) == (None, False, frozenset())


def test_keys_endpoints_and_account_settings(tmp_path: Path) -> None:
    key = item(
        "AWS::KMS::Key", KEY, {}, supplementaryConfiguration={"Policy": json.dumps(allow("kms:*", Principal="*"))}
    )
    endpoint = {
        "vpcEndpointId": "vpce-1",
        "vpcEndpointType": "Gateway",
        "vpcId": "vpc-1",
        "serviceName": "com.amazonaws.eu-west-1.s3",
        "policyDocument": json.dumps(allow("*", Principal="*")),
    }
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc-endpoint/vpce-1"
    block = item("AWS::S3::AccountPublicAccessBlock", ACCOUNT, BLOCK)
    account = only(read(tmp_path / "s.json", key, item("AWS::EC2::VPCEndpoint", arn, endpoint), block))
    assert (account.resource_policies or {})[KEY] is not None
    found = (account.endpoints or {})["vpce-1"]
    assert (found.vpc_id, found.endpoint_type, found.policy is not None) == ("vpc-1", "Gateway", True)
    assert account.public_access is not None
    assert account.public_access.account is not None
    assert account.public_access.account.ignore_public_acls is True


def test_the_newest_item_counts_and_deleted_resources_are_left_out(tmp_path: Path) -> None:
    older = bucket_item(None, configurationItemCaptureTime="2026-11-19T03:00:00.000Z")
    newer = bucket_item(allow("s3:*", Principal="*"))
    gone = role_item(configurationItemStatus="ResourceDeleted", configurationItemCaptureTime="2026-11-21T00:00:00Z")
    account = only(read(tmp_path / "s.json", newer, older, role_item(), gone))
    assert (account.resource_policies or {})["arn:aws:s3:::data"] is not None
    assert account.identities is None


def test_a_resource_that_is_not_recorded_is_a_named_gap(tmp_path: Path) -> None:
    unrecorded = item("AWS::SQS::Queue", QUEUE, None, configurationItemStatus="ResourceNotRecorded")
    account = only(read(tmp_path / "s.json", unrecorded))
    assert [(gap.what, gap.error) for gap in account.gaps] == [(QUEUE, "ResourceNotRecorded")]
    assert QUEUE not in (account.resource_policies or {})


def test_a_folder_of_packed_files_of_several_accounts(tmp_path: Path) -> None:
    for account_id, region in ((ACCOUNT, "eu-west-1"), (OTHER, "us-east-1")):
        name = f"{account_id}_Config_{region}_ConfigSnapshot_20261120T030000Z_1.json.gz"
        folder = tmp_path / "AWSLogs" / account_id / "Config" / region / "2026/11/20" / "ConfigSnapshot"
        folder.mkdir(parents=True)
        told = snapshot(bucket_item(None, awsAccountId=account_id))
        (folder / name).write_bytes(gzip.compress(json.dumps(told).encode()))
    found = read_in_force(PolicySource(tmp_path))
    assert sorted(found.accounts) == [ACCOUNT, OTHER]


@pytest.mark.parametrize("member", ["configurationItems", "baseConfigurationItems"])
def test_the_answers_of_calls_hold_strings(tmp_path: Path, member: str) -> None:
    told = bucket_item(None)
    supplementary = {name: json.dumps(value) for name, value in told.pop("supplementaryConfiguration").items()}
    answer = {
        **told,
        "accountId": told.pop("awsAccountId"),
        "arn": told.pop("ARN"),
        "configuration": json.dumps(told["configuration"]),
        "supplementaryConfiguration": supplementary,
    }
    account = only(read(tmp_path / "answer.json", **{member: [answer]}))
    assert account.resource_policies == {"arn:aws:s3:::data": None}


def test_the_results_of_a_query(tmp_path: Path) -> None:
    row = {name: role_item()[name] for name in ("resourceType", "resourceId", "configuration")}
    account = only(read(tmp_path / "rows.json", Results=[json.dumps({**row, "accountId": ACCOUNT, "arn": ROLE})]))
    assert account.identities is not None
    assert list(account.identities.roles) == [ROLE]


def test_an_item_without_an_account_is_refused_at_its_place(tmp_path: Path) -> None:
    told = bucket_item(None)
    del told["awsAccountId"]
    with pytest.raises(InputError, match=r"s\.json:\d+:\d+: this item does not tell its account"):
        read(tmp_path / "s.json", told)


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="there is neither an `account"):
        read_in_force(PolicySource(tmp_path))


def result(row: dict[str, Any]) -> dict[str, Any]:
    """The answer of a query that asked for some members alone."""
    return {"Results": [json.dumps({"accountId": ACCOUNT, **row})]}


def test_a_query_that_did_not_ask_for_a_policy_says_nothing_of_it(tmp_path: Path) -> None:
    row = {"resourceType": "AWS::SQS::Queue", "arn": QUEUE, "configuration": {"QueueArn": QUEUE}}
    account = only(read(tmp_path / "rows.json", **result(row)))
    assert QUEUE not in (account.resource_policies or {})
    asked = {**row, "configuration": {"QueueArn": QUEUE, "Policy": None}}
    assert QUEUE not in (only(read(tmp_path / "rows.json", **result(asked))).resource_policies or {})


@pytest.mark.parametrize("member", ["rolePolicyList", "attachedManagedPolicies", "assumeRolePolicyDocument"])
def test_an_identity_without_a_list_of_policies_is_a_gap(tmp_path: Path, member: str) -> None:
    told = role_item()
    del told["configuration"][member]
    account = only(read(tmp_path / "s.json", told, policy_item()))
    assert account.identities is not None
    assert ROLE not in account.identities.roles
    assert [gap.what for gap in account.gaps] == [ROLE]


def test_a_user_of_a_query_without_the_list_of_its_own_policies_is_a_gap(tmp_path: Path) -> None:
    configuration = {"userName": "ana", "arn": USER, "groupList": [], "attachedManagedPolicies": []}
    row = {"resourceType": "AWS::IAM::User", "arn": USER, "configuration": configuration}
    assert [gap.what for gap in only(read(tmp_path / "rows.json", **result(row))).gaps] == [USER]
    account = only(read(tmp_path / "s.json", item("AWS::IAM::User", USER, configuration)))
    assert account.identities is not None
    assert list(account.identities.users) == [USER]


def test_the_tags_beside_a_configuration_count_where_it_has_none(tmp_path: Path) -> None:
    told = role_item(tags={"Team": "red"})
    del told["configuration"]["tags"]
    account = only(read(tmp_path / "s.json", told))
    assert account.identities is not None
    assert account.identities.roles[ROLE].tags == {"Team": "red"}


@pytest.mark.parametrize("block", [None, {}, "null"])
def test_settings_that_are_not_told_block_nothing_and_allow_nothing(tmp_path: Path, block: Any) -> None:
    bucket = bucket_item(None)
    bucket["supplementaryConfiguration"]["PublicAccessBlockConfiguration"] = block
    account = only(read(tmp_path / "s.json", bucket, item("AWS::S3::AccountPublicAccessBlock", ACCOUNT, {"a": 1})))
    assert account.public_access is None or account.public_access.bucket("data").public_access_block is None
    assert account.public_access is None or account.public_access.account is None


def test_resources_without_an_id_are_told_apart_by_their_arns(tmp_path: Path) -> None:
    rows = [bucket_item(None), bucket_item(None) | {"ARN": "arn:aws:s3:::other", "resourceName": "other"}]
    for row in rows:
        del row["resourceId"]
    account = only(read(tmp_path / "s.json", *rows))
    assert sorted(account.resource_policies or {}) == ["arn:aws:s3:::data", "arn:aws:s3:::other"]


def test_an_endpoint_whose_policy_is_null_is_a_gap(tmp_path: Path) -> None:
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc-endpoint/vpce-1"
    told = {"vpcEndpointId": "vpce-1", "vpcId": "vpc-1", "policyDocument": None}
    account = only(read(tmp_path / "s.json", item("AWS::EC2::VPCEndpoint", arn, told)))
    assert (account.endpoints or {})["vpce-1"].policy_collected is False
