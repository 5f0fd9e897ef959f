"""Collectors of what is no policy of one resource: settings of S3, grants, aliases, endpoints, versions and tags."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Part
from policysim.sources.aws.collectors import (
    access_points,
    buckets,
    directory_buckets,
    event_buses,
    functions,
    keys,
    queues,
    repositories,
    secrets,
    tags,
    vpc_endpoints,
)
from tests.aws_server import ACCOUNT
from tests.sources.aws.collected import REGION, Found, Stubs, allow_everybody, found_by, reading, stubbed

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

POLICY = allow_everybody("*")
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mail"
LISTED_KEY = ("kms", "list_keys", {"Keys": [{"KeyArn": KEY}]})
LISTED_BUCKET = ("s3", "list_buckets", {"Buckets": [{"Name": "data"}]})
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
OWNER = {"ID": "79a5"}
FULL_CONTROL = {"Grantee": {"ID": "79a5", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}


def named(collectors: tuple[Collector, ...], name: str) -> Collector:
    return next(one for one in collectors if one.name == name)


def run(collector: Collector, *stubs: tuple[str, str, dict[str, Any] | str], region: str = REGION) -> Found:
    with stubbed(stubs, region) as connection:
        return found_by([collector], reading(connection, region))


def bucket(**answers: dict[str, Any] | str) -> Found:
    """One bucket whose settings are asked; what is not named is as S3 makes buckets today."""
    usual: dict[str, dict[str, Any] | str] = {
        "get_public_access_block": {"PublicAccessBlockConfiguration": BLOCK},
        "get_bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        "get_bucket_abac": {"AbacStatus": {"Status": "Disabled"}},
    }
    calls: Stubs = tuple(("s3", operation, answer) for operation, answer in {**usual, **answers}.items())
    return run(named(buckets.COLLECTORS, "s3-bucket-settings"), LISTED_BUCKET, *calls)


def test_s14_the_list_of_a_bucket_whose_owner_is_enforced_is_not_asked_for() -> None:
    settings = {"public_access_block": BLOCK, "ownership": "BucketOwnerEnforced", "abac": False}
    assert bucket().of(Part.S3_PUBLIC_ACCESS) == {"data": settings}


def test_s14_a_bucket_without_ownership_controls_has_lists_that_count() -> None:
    listed = {"Owner": OWNER, "Grants": [FULL_CONTROL]}
    found = bucket(get_bucket_ownership_controls="OwnershipControlsNotFoundError", get_bucket_acl=listed)
    settings = found.of(Part.S3_PUBLIC_ACCESS)["data"]
    assert (settings["ownership"], settings["acl"]) == ("ObjectWriter", listed)


def test_s15_a_bucket_without_a_block_blocks_nothing() -> None:
    found = bucket(get_public_access_block="NoSuchPublicAccessBlockConfiguration")
    assert found.of(Part.S3_PUBLIC_ACCESS)["data"]["public_access_block"] == {}


def test_access_control_by_tags_is_told_where_it_is_on() -> None:
    found = bucket(get_bucket_abac={"AbacStatus": {"Status": "Enabled"}})
    assert found.of(Part.S3_PUBLIC_ACCESS)["data"]["abac"] is True


def test_an_answer_without_a_status_leaves_access_control_by_tags_open() -> None:
    assert "abac" not in bucket(get_bucket_abac={}).of(Part.S3_PUBLIC_ACCESS)["data"]


def test_a_refused_setting_leaves_the_others_of_the_bucket() -> None:
    found = bucket(get_bucket_ownership_controls="AccessDenied", get_bucket_acl="AccessDenied")
    assert found.of(Part.S3_PUBLIC_ACCESS) == {"data": {"public_access_block": BLOCK, "abac": False}}
    assert [(gap.what, gap.call) for gap in found.gaps] == [
        ("arn:aws:s3:::data", "s3:GetBucketOwnershipControls"),
        ("arn:aws:s3:::data", "s3:GetBucketAcl"),
    ]


def test_a_bucket_of_which_everything_is_refused_is_not_listed() -> None:
    calls = ("get_public_access_block", "get_bucket_ownership_controls", "get_bucket_abac", "get_bucket_acl")
    found = bucket(**dict.fromkeys(calls, "AccessDenied"))
    assert found.entries == []
    assert len(found.gaps) == len(calls)


@pytest.mark.parametrize(
    ("answer", "block"),
    [({"PublicAccessBlockConfiguration": BLOCK}, BLOCK), ("NoSuchPublicAccessBlockConfiguration", {})],
)
def test_s15_the_block_of_the_account(answer: dict[str, Any] | str, block: dict[str, bool]) -> None:
    found = run(named(buckets.COLLECTORS, "s3-account-public-access"), ("s3control", "get_public_access_block", answer))
    assert [(entry.path, entry.value) for entry in found.entries] == [(("account",), block)]


def test_a_refused_block_of_the_account_is_not_told() -> None:
    found = run(
        named(buckets.COLLECTORS, "s3-account-public-access"), ("s3control", "get_public_access_block", "AccessDenied")
    )
    assert (found.entries, len(found.gaps)) == ([], 1)


@pytest.mark.parametrize(
    ("answer", "told"),
    [({"TagSet": [{"Key": "Team", "Value": "blue"}]}, {"Team": "blue"}), ("NoSuchTagSet", {})],
)
def test_bucket_tags(answer: dict[str, Any] | str, told: dict[str, str]) -> None:
    found = run(named(buckets.COLLECTORS, "s3-bucket-tags"), LISTED_BUCKET, ("s3", "get_bucket_tagging", answer))
    assert found.of(Part.TAGS) == {"arn:aws:s3:::data": told}


def test_s17_an_access_point_is_shown_with_its_bucket_its_network_and_its_block() -> None:
    arn = f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/readers"
    point = {
        "Name": "readers",
        "Bucket": "data",
        "BucketAccountId": "444455556666",
        "NetworkOrigin": "VPC",
        "VpcConfiguration": {"VpcId": "vpc-1"},
        "PublicAccessBlockConfiguration": BLOCK,
        "Alias": "readers-abc-s3alias",
    }
    listed = {"Name": "readers", "NetworkOrigin": "VPC", "Bucket": "data", "AccessPointArn": arn}
    found = run(
        named(access_points.COLLECTORS, "s3-access-points"),
        ("s3control", "list_access_points", {"AccessPointList": [listed]}),
        ("s3control", "get_access_point", {**point, "CreationDate": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("s3control", "get_access_point_policy", {"Policy": POLICY}),
    )
    assert found.of(Part.S3_ACCESS_POINTS) == {arn: point}


def test_a_refused_access_point_still_shows_its_policy() -> None:
    arn = f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/readers"
    listed = {"Name": "readers", "NetworkOrigin": "VPC", "Bucket": "data", "AccessPointArn": arn}
    found = run(
        named(access_points.COLLECTORS, "s3-access-points"),
        ("s3control", "list_access_points", {"AccessPointList": [listed]}),
        ("s3control", "get_access_point", "AccessDenied"),
        ("s3control", "get_access_point_policy", {"Policy": POLICY}),
    )
    assert (found.of(Part.S3_ACCESS_POINTS), list(found.policies)) == ({}, [arn])
    assert [(gap.what, gap.call) for gap in found.gaps] == [(arn, "s3control:GetAccessPoint")]


def test_a_multi_region_access_point_that_is_being_made_has_no_arn_yet() -> None:
    found = run(
        named(access_points.COLLECTORS, "s3-multi-region-access-points"),
        ("s3control", "list_multi_region_access_points", {"AccessPoints": [{"Name": "new", "Status": "CREATING"}]}),
        region="us-west-2",
    )
    assert found.entries == []


def test_other_partitions_are_not_asked_for_multi_region_access_points() -> None:
    with stubbed((("s3control", "list_access_points", "AccessDenied"),)) as connection:
        how = reading(connection)
        how.place = how.place._replace(partition="aws-cn", region="cn-north-1")
        found = found_by([named(access_points.COLLECTORS, "s3-multi-region-access-points")], how)
        how.place = how.place._replace(region=REGION)
        assert (found.entries, list(found.gaps)) == ([], [])
        found_by([named(access_points.COLLECTORS, "s3-access-points")], how)


@pytest.mark.parametrize(
    ("collector", "listing", "arn"),
    [
        (
            named(access_points.COLLECTORS, "s3-access-point-tags"),
            "list_access_points",
            f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/readers",
        ),
        (
            named(access_points.COLLECTORS, "s3express-access-point-tags"),
            "list_access_points_for_directory_buckets",
            f"arn:aws:s3express:{REGION}:{ACCOUNT}:accesspoint/readers--euw1-az1--xa-s3",
        ),
    ],
)
def test_tags_of_access_points(collector: Collector, listing: str, arn: str) -> None:
    listed = {"Name": "readers", "NetworkOrigin": "VPC", "Bucket": "data", "AccessPointArn": arn}
    found = run(
        collector,
        ("s3control", listing, {"AccessPointList": [listed]}),
        ("s3control", "list_tags_for_resource", {"Tags": [{"Key": "Team", "Value": "blue"}]}),
    )
    assert found.of(Part.TAGS) == {arn: {"Team": "blue"}}


def test_tags_of_directory_buckets() -> None:
    name = "data--euw1-az1--x-s3"
    found = run(
        named(directory_buckets.COLLECTORS, "s3express-bucket-tags"),
        ("s3", "list_directory_buckets", {"Buckets": [{"Name": name}]}),
        ("s3control", "list_tags_for_resource", {"Tags": []}),
    )
    assert found.of(Part.TAGS) == {f"arn:aws:s3express:{REGION}:{ACCOUNT}:bucket/{name}": {}}


def test_s23_the_grants_of_a_key_are_printed_as_the_command_line_prints_them() -> None:
    grant = {
        "KeyId": KEY,
        "GrantId": "0c237476",
        "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:user/ana",
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"Department": "IT"}},
    }
    made = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    found = run(
        named(keys.COLLECTORS, "kms-grants"),
        LISTED_KEY,
        ("kms", "list_grants", {"Grants": [{**grant, "CreationDate": made}], "NextMarker": "m", "Truncated": True}),
        ("kms", "list_grants", {"Grants": [grant]}),
    )
    printed = {**grant, "CreationDate": "2026-01-02T03:04:05+00:00"}
    assert found.of(Part.KMS_GRANTS) == {KEY: [printed, grant]}


def test_s23_a_key_without_grants_is_listed_with_none() -> None:
    found = run(named(keys.COLLECTORS, "kms-grants"), LISTED_KEY, ("kms", "list_grants", {"Grants": []}))
    assert found.of(Part.KMS_GRANTS) == {KEY: []}


def test_s23_half_of_the_grants_do_not_pass_for_all() -> None:
    first = {"Grants": [{"KeyId": KEY, "GrantId": "0c"}], "NextMarker": "m", "Truncated": True}
    found = run(
        named(keys.COLLECTORS, "kms-grants"),
        LISTED_KEY,
        ("kms", "list_grants", first),
        ("kms", "list_grants", "AccessDeniedException"),
    )
    assert (found.entries, [gap.what for gap in found.gaps]) == ([], [KEY])


def test_s22_an_alias_tells_its_key_and_one_that_aws_keeps_free_tells_none() -> None:
    start = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias"
    listed = [
        {"AliasName": "alias/app", "AliasArn": f"{start}/app", "TargetKeyId": KEY.rsplit("/", 1)[1]},
        {"AliasName": "alias/aws/s3", "AliasArn": f"{start}/aws/s3"},
    ]
    found = run(named(keys.COLLECTORS, "kms-aliases"), ("kms", "list_aliases", {"Aliases": listed}))
    assert found.of(Part.KMS_ALIASES) == {f"{start}/app": KEY, f"{start}/aws/s3": None}


def test_s27_versions_and_aliases_of_a_function_have_policies_of_their_own() -> None:
    versions = [
        {"FunctionName": "mail", "FunctionArn": f"{FUNCTION}:$LATEST", "Version": "$LATEST"},
        {"FunctionName": "mail", "FunctionArn": f"{FUNCTION}:7", "Version": "7"},
    ]
    alias = {"Name": "live", "AliasArn": f"{FUNCTION}:live", "FunctionVersion": "7"}
    found = run(
        named(functions.COLLECTORS, "lambda-function-policies"),
        ("lambda", "list_functions", {"Functions": versions}),
        ("lambda", "get_policy", "ResourceNotFoundException"),
        ("lambda", "list_aliases", {"Aliases": [alias]}),
        ("lambda", "get_policy", {"Policy": POLICY}),
        ("lambda", "get_policy", "ResourceNotFoundException"),
    )
    assert found.policies == {FUNCTION: None, f"{FUNCTION}:live": json.loads(POLICY), f"{FUNCTION}:7": None}


def test_s27_refused_aliases_are_a_gap_of_the_function() -> None:
    found = run(
        named(functions.COLLECTORS, "lambda-function-policies"),
        (
            "lambda",
            "list_functions",
            {"Functions": [{"FunctionName": "mail", "FunctionArn": f"{FUNCTION}:$LATEST", "Version": "$LATEST"}]},
        ),
        ("lambda", "get_policy", {"Policy": POLICY}),
        ("lambda", "list_aliases", "AccessDeniedException"),
    )
    assert list(found.policies) == [FUNCTION]
    assert [(gap.what, gap.call) for gap in found.gaps] == [(FUNCTION, "lambda:ListAliases")]


def test_buses_are_listed_with_their_policies_page_after_page() -> None:
    start = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
    found = run(
        event_buses.COLLECTORS[0],
        (
            "events",
            "list_event_buses",
            {"EventBuses": [{"Arn": f"{start}/orders", "Policy": POLICY}], "NextToken": "n"},
        ),
        ("events", "list_event_buses", {"EventBuses": [{"Arn": f"{start}/default"}]}),
    )
    assert found.policies == {f"{start}/orders": json.loads(POLICY), f"{start}/default": None}


def test_e33_an_endpoint_tells_its_policy_its_vpc_and_its_service() -> None:
    endpoint = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": f"com.amazonaws.{REGION}.sqs",
        "State": "available",
        "PolicyDocument": POLICY,
        "OwnerId": "444455556666",
    }
    over = {"VpcEndpointId": "vpce-2", "State": "deleted"}
    without = {"VpcEndpointId": "vpce-3", "State": "pendingAcceptance"}
    found = run(
        vpc_endpoints.COLLECTORS[0],
        ("ec2", "describe_vpc_endpoints", {"VpcEndpoints": [endpoint, over], "NextToken": "n"}),
        ("ec2", "describe_vpc_endpoints", {"VpcEndpoints": [without]}),
    ).of(Part.VPC_ENDPOINTS)
    assert found["vpce-1"] == {
        "policy": POLICY,
        "vpc_id": "vpc-1",
        "service_name": f"com.amazonaws.{REGION}.sqs",
        "endpoint_type": "Interface",
        "account_id": "444455556666",
    }
    assert (list(found), found["vpce-3"]["policy"]) == (["vpce-1", "vpce-3"], None)


def test_tags_of_all_resources_of_a_region_but_buckets_which_are_asked_themselves() -> None:
    queue, data = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders", "arn:aws:s3:::data"
    tagged = [{"ResourceARN": arn, "Tags": [{"Key": "Team", "Value": "blue"}]} for arn in (queue, data)]
    once_tagged = {"ResourceARN": f"{queue}-old", "Tags": []}
    answers: Stubs = (
        ("resourcegroupstaggingapi", "get_resources", {"ResourceTagMappingList": tagged, "PaginationToken": "further"}),
        ("resourcegroupstaggingapi", "get_resources", {"ResourceTagMappingList": [once_tagged], "PaginationToken": ""}),
    )
    found = run(tags.COLLECTORS[0], *answers)
    assert found.of(Part.TAGS) == {queue: {"Team": "blue"}, f"{queue}-old": {}}


@pytest.mark.parametrize(
    ("collector", "service", "operation", "answer", "asked"),
    [
        (queues.COLLECTORS[0], "sqs", "list_queues", {"QueueUrls": []}, {"MaxResults": 1000}),
        (buckets.COLLECTORS[0], "s3", "list_buckets", {"Buckets": []}, {"MaxBuckets": 1000, "BucketRegion": REGION}),
        (
            secrets.COLLECTORS[0],
            "secretsmanager",
            "list_secrets",
            {"SecretList": []},
            {"MaxResults": 100, "IncludePlannedDeletion": True},
        ),
    ],
)
def test_lists_are_asked_so_that_they_tell_everything(
    collector: Collector, service: str, operation: str, answer: dict[str, Any], asked: dict[str, Any]
) -> None:
    with stubbed(()) as connection, Stubber(connection.client(service, REGION)) as stubber:
        stubber.add_response(operation, answer, asked)
        assert found_by([collector], reading(connection)).gaps == []
        stubber.assert_no_pending_responses()


REGISTRY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:registry"


def registry(*answers: dict[str, Any] | str) -> Found:
    calls = zip(("get_registry_policy", "get_account_setting"), answers, strict=False)
    collector = named(repositories.COLLECTORS, "ecr-registry-policy")
    return run(collector, *(("ecr", operation, answer) for operation, answer in calls))


def test_the_policy_of_a_registry_is_listed_where_it_counts_for_every_action() -> None:
    found = registry({"policyText": POLICY}, {"name": "REGISTRY_POLICY_SCOPE", "value": "V2"})
    assert (found.policies, found.gaps) == ({REGISTRY: json.loads(POLICY)}, [])


def test_a_registry_without_a_policy_is_listed_as_such_whatever_its_scope() -> None:
    assert registry("RegistryPolicyNotFoundException").policies == {REGISTRY: None}


def test_a_registry_policy_of_the_old_scope_is_a_gap_since_it_counts_for_some_actions_alone() -> None:
    found = registry({"policyText": POLICY}, {"name": "REGISTRY_POLICY_SCOPE", "value": "V1"})
    assert (found.entries, found.gaps) == ([], [CollectionGap(REGISTRY, "ecr:GetAccountSetting", "V1")])


@pytest.mark.parametrize("answers", [("AccessDeniedException",), ({"policyText": POLICY}, "AccessDeniedException")])
def test_a_refused_registry_is_a_gap(answers: tuple[dict[str, Any] | str, ...]) -> None:
    found = registry(*answers)
    assert (found.entries, [gap.what for gap in found.gaps]) == ([], [REGISTRY])
