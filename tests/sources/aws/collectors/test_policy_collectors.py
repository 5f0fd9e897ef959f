"""Collectors of one policy for each resource: found, none, refused, gone, and lists of several pages.

What they are answered with is held to botocore's models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Part
from policysim.sources.aws.collectors import (
    access_points,
    buckets,
    directory_buckets,
    functions,
    keys,
    queues,
    repositories,
    secrets,
    tables,
)
from policysim.sources.aws.collectors.reading_policies import WITHOUT_POLICY
from tests.aws_server import ACCOUNT
from tests.sources.aws.collected import REGION, Found, Stubs, allow_everybody, found_by, reading, stubbed

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

POLICY = allow_everybody("*")
DIRECTORY = "data--euw1-az1--x-s3"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mail"
LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-a1b2c3"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2026-11-24T00:00:00.000"
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
NEXT = {"NextToken": "further"}
MARKER = {"NextMarker": "further", "Truncated": True}


class Row(NamedTuple):
    """A collector with one resource: the list, the calls before and after, and the one that reads the policy.

    ``none`` is the code or the answer by which AWS says that there is no policy; ``gone`` the code that says that the
    resource is no longer there, where there is one of its own.
    """

    collectors: tuple[Collector, ...]
    name: str
    arn: str
    listed: tuple[str, str, dict[str, Any]]
    read: tuple[str, str, dict[str, Any]]
    none: str | dict[str, Any] | None
    gone: str | None
    token: dict[str, Any] | None
    before: Stubs = ()
    after: Stubs = ()
    region: str = REGION

    @property
    def collector(self) -> Collector:
        return next(one for one in self.collectors if one.name == self.name)


ROWS = (
    Row(
        buckets.COLLECTORS,
        "s3-bucket-policies",
        "arn:aws:s3:::data",
        ("s3", "list_buckets", {"Buckets": [{"Name": "data"}]}),
        ("s3", "get_bucket_policy", {"Policy": POLICY}),
        "NoSuchBucketPolicy",
        "NoSuchBucket",
        {"ContinuationToken": "further"},
    ),
    Row(
        directory_buckets.COLLECTORS,
        "s3express-bucket-policies",
        f"arn:aws:s3express:{REGION}:{ACCOUNT}:bucket/{DIRECTORY}",
        ("s3", "list_directory_buckets", {"Buckets": [{"Name": DIRECTORY}]}),
        ("s3", "get_bucket_policy", {"Policy": POLICY}),
        "NoSuchBucketPolicy",
        "NoSuchBucket",
        {"ContinuationToken": "further"},
    ),
    Row(
        access_points.COLLECTORS,
        "s3-access-points",
        f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/readers",
        (
            "s3control",
            "list_access_points",
            {
                "AccessPointList": [
                    {
                        "Name": "readers",
                        "NetworkOrigin": "Internet",
                        "Bucket": "data",
                        "AccessPointArn": f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/readers",
                    }
                ]
            },
        ),
        ("s3control", "get_access_point_policy", {"Policy": POLICY}),
        "NoSuchAccessPointPolicy",
        "NoSuchAccessPoint",
        NEXT,
        before=(("s3control", "get_access_point", {"Name": "readers", "Bucket": "data"}),),
    ),
    Row(
        access_points.COLLECTORS,
        "s3express-access-points",
        f"arn:aws:s3express:{REGION}:{ACCOUNT}:accesspoint/readers--euw1-az1--xa-s3",
        (
            "s3control",
            "list_access_points_for_directory_buckets",
            {
                "AccessPointList": [
                    {
                        "Name": "readers--euw1-az1--xa-s3",
                        "NetworkOrigin": "Internet",
                        "Bucket": DIRECTORY,
                        "AccessPointArn": f"arn:aws:s3express:{REGION}:{ACCOUNT}:accesspoint/readers--euw1-az1--xa-s3",
                    }
                ]
            },
        ),
        ("s3control", "get_access_point_policy", {"Policy": POLICY}),
        "NoSuchAccessPointPolicy",
        "NoSuchAccessPoint",
        NEXT,
        before=(("s3control", "get_access_point", {"Name": "readers--euw1-az1--xa-s3", "Bucket": DIRECTORY}),),
    ),
    Row(
        access_points.COLLECTORS,
        "s3-multi-region-access-points",
        f"arn:aws:s3::{ACCOUNT}:accesspoint/abc123.mrap",
        (
            "s3control",
            "list_multi_region_access_points",
            {"AccessPoints": [{"Name": "everywhere", "Alias": "abc123.mrap", "Regions": [{"Bucket": "data"}]}]},
        ),
        (
            "s3control",
            "get_multi_region_access_point_policy",
            {"Policy": {"Established": {"Policy": POLICY}, "Proposed": {"Policy": "{}"}}},
        ),
        {"Policy": {"Proposed": {"Policy": POLICY}}},
        "NoSuchMultiRegionAccessPoint",
        NEXT,
        region="us-west-2",
    ),
    Row(
        access_points.COLLECTORS,
        "s3-object-lambda-access-points",
        f"arn:aws:s3-object-lambda:{REGION}:{ACCOUNT}:accesspoint/thumbnails",
        (
            "s3control",
            "list_access_points_for_object_lambda",
            {
                "ObjectLambdaAccessPointList": [
                    {
                        "Name": "thumbnails",
                        "ObjectLambdaAccessPointArn": (
                            f"arn:aws:s3-object-lambda:{REGION}:{ACCOUNT}:accesspoint/thumbnails"
                        ),
                    }
                ]
            },
        ),
        ("s3control", "get_access_point_policy_for_object_lambda", {"Policy": POLICY}),
        "NoSuchAccessPointPolicy",
        "NoSuchAccessPoint",
        NEXT,
    ),
    Row(
        keys.COLLECTORS,
        "kms-key-policies",
        KEY,
        ("kms", "list_keys", {"Keys": [{"KeyArn": KEY, "KeyId": KEY.rsplit("/", maxsplit=1)[-1]}]}),
        ("kms", "get_key_policy", {"Policy": POLICY}),
        None,
        "NotFoundException",
        MARKER,
    ),
    Row(
        queues.COLLECTORS,
        "sqs-queue-policies",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders",
        ("sqs", "list_queues", {"QueueUrls": [QUEUE_URL]}),
        ("sqs", "get_queue_attributes", {"Attributes": {"Policy": POLICY}}),
        {},
        "AWS.SimpleQueueService.NonExistentQueue",
        NEXT,
    ),
    Row(
        queues.COLLECTORS,
        "sns-topic-policies",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:orders",
        ("sns", "list_topics", {"Topics": [{"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"}]}),
        ("sns", "get_topic_attributes", {"Attributes": {"Policy": POLICY}}),
        None,
        "NotFound",
        NEXT,
    ),
    Row(
        functions.COLLECTORS,
        "lambda-function-policies",
        FUNCTION,
        (
            "lambda",
            "list_functions",
            {"Functions": [{"FunctionName": "mail", "FunctionArn": f"{FUNCTION}:$LATEST", "Version": "$LATEST"}]},
        ),
        ("lambda", "get_policy", {"Policy": POLICY}),
        "ResourceNotFoundException",
        None,
        {"NextMarker": "further"},
        after=(("lambda", "list_aliases", {"Aliases": []}),),
    ),
    Row(
        functions.COLLECTORS,
        "lambda-layer-policies",
        f"{LAYER}:1",
        ("lambda", "list_layers", {"Layers": [{"LayerArn": LAYER, "LayerName": "tools"}]}),
        ("lambda", "get_layer_version_policy", {"Policy": POLICY}),
        "ResourceNotFoundException",
        None,
        {"NextMarker": "further"},
        before=(
            ("lambda", "list_layer_versions", {"LayerVersions": [{"LayerVersionArn": f"{LAYER}:1", "Version": 1}]}),
        ),
    ),
    Row(
        secrets.COLLECTORS,
        "secretsmanager-policies",
        SECRET,
        ("secretsmanager", "list_secrets", {"SecretList": [{"ARN": SECRET, "Name": "db"}]}),
        ("secretsmanager", "get_resource_policy", {"ARN": SECRET, "ResourcePolicy": POLICY}),
        {"ARN": SECRET, "Name": "db"},
        "ResourceNotFoundException",
        NEXT,
    ),
    Row(
        repositories.COLLECTORS,
        "ecr-repository-policies",
        f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/app",
        (
            "ecr",
            "describe_repositories",
            {
                "repositories": [
                    {"repositoryArn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/app", "repositoryName": "app"}
                ]
            },
        ),
        ("ecr", "get_repository_policy", {"policyText": POLICY}),
        "RepositoryPolicyNotFoundException",
        "RepositoryNotFoundException",
        {"nextToken": "further"},
    ),
    Row(
        repositories.COLLECTORS,
        "ecr-public-repository-policies",
        f"arn:aws:ecr-public::{ACCOUNT}:repository/app",
        (
            "ecr-public",
            "describe_repositories",
            {
                "repositories": [
                    {"repositoryArn": f"arn:aws:ecr-public::{ACCOUNT}:repository/app", "repositoryName": "app"}
                ]
            },
        ),
        ("ecr-public", "get_repository_policy", {"policyText": POLICY}),
        "RepositoryPolicyNotFoundException",
        "RepositoryNotFoundException",
        {"nextToken": "further"},
        region="us-east-1",
    ),
    Row(
        tables.COLLECTORS,
        "dynamodb-table-policies",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders",
        ("dynamodb", "list_tables", {"TableNames": ["orders"]}),
        ("dynamodb", "get_resource_policy", {"Policy": POLICY}),
        "PolicyNotFoundException",
        "ResourceNotFoundException",
        {"LastEvaluatedTableName": "orders"},
    ),
    Row(
        tables.COLLECTORS,
        "dynamodb-stream-policies",
        STREAM,
        ("dynamodbstreams", "list_streams", {"Streams": [{"StreamArn": STREAM, "TableName": "orders"}]}),
        ("dynamodb", "get_resource_policy", {"Policy": POLICY}),
        "PolicyNotFoundException",
        "ResourceNotFoundException",
        {"LastEvaluatedStreamArn": STREAM},
    ),
)

each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


def run(row: Row, *stubs: tuple[str, str, dict[str, Any] | str]) -> Found:
    with stubbed(stubs, row.region) as connection:
        return found_by([row.collector], reading(connection, row.region))


def one_resource(row: Row, read: dict[str, Any] | str) -> Found:
    return run(row, row.listed, *row.before, (*row.read[:2], read), *row.after)


@each_row
def test_a_policy_is_found_under_the_arn_of_its_resource(row: Row) -> None:
    found = one_resource(row, row.read[2])
    assert found.policies == {row.arn: json.loads(POLICY)}
    assert found.gaps == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.none is not None], ids=lambda row: row.name)
def test_a_resource_without_a_policy_is_listed_as_such(row: Row) -> None:
    assert row.none is not None
    found = one_resource(row, row.none)
    assert found.of(Part.RESOURCE_POLICIES) == {row.arn: None}
    assert found.gaps == []


@pytest.mark.parametrize(
    ("name", "answer", "call"),
    [
        ("sns-topic-policies", {"Attributes": {"DisplayName": ""}}, "sns:GetTopicAttributes"),
        ("kms-key-policies", {}, "kms:GetKeyPolicy"),
    ],
)
def test_topics_and_keys_are_never_listed_as_without_a_policy(name: str, answer: dict[str, Any], call: str) -> None:
    row = next(row for row in ROWS if row.name == name)
    found = one_resource(row, answer)
    assert found.entries == []
    assert found.gaps == [CollectionGap(row.arn, call, WITHOUT_POLICY)]


@each_row
def test_a_refused_policy_is_a_gap_of_its_resource_and_not_listed(row: Row) -> None:
    found = one_resource(row, "AccessDeniedException")
    assert found.of(Part.RESOURCE_POLICIES) == {}
    call = f"{row.read[0]}:{''.join(word.capitalize() for word in row.read[1].split('_'))}"
    assert found.gaps == [CollectionGap(row.arn, call, "AccessDeniedException")]


@each_row
def test_an_error_that_nobody_foresaw_costs_the_policy_of_that_resource_alone(row: Row) -> None:
    found = one_resource(row, "KMSInvalidStateException")
    assert found.of(Part.RESOURCE_POLICIES) == {}
    assert [gap.what for gap in found.gaps] == [row.arn]


@pytest.mark.parametrize("row", [row for row in ROWS if row.gone is not None], ids=lambda row: row.name)
def test_a_resource_that_goes_between_the_list_and_the_look_is_left_out(row: Row) -> None:
    assert row.gone is not None
    found = one_resource(row, row.gone)
    assert found.of(Part.RESOURCE_POLICIES) == {}
    assert found.gaps == []


@each_row
def test_every_page_of_the_list_is_read(row: Row) -> None:
    client, operation, answer = row.listed
    assert row.token is not None
    resource = (*row.before, row.read, *row.after)
    first = (client, operation, {**answer, **row.token})
    found = run(row, first, *resource, row.listed, *resource)
    assert len([entry for entry in found.entries if entry.part is Part.RESOURCE_POLICIES]) == 2


@each_row
def test_a_list_that_is_refused_is_one_gap(row: Row) -> None:
    found = run(row, (*row.listed[:2], "AccessDenied"))
    assert found.entries == []
    assert [gap.error for gap in found.gaps] == ["AccessDenied"]
