"""From AWS on loopback to the policy that a request meets: what is collected is what the reader looks up.

The server that stands for AWS differs from it in access points: it lists them in every Region, as of its first one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from policysim.account.account import CollectionGap
from policysim.account.situate import situate
from policysim.evaluation.layers import LayerName
from policysim.language.request import Principal, PrincipalKind, RequestContext
from policysim.sources.aws.collecting import Entry, Part
from policysim.sources.aws.collectors import (
    buckets,
    event_buses,
    functions,
    keys,
    queues,
    repositories,
    secrets,
    tables,
    tags,
    vpc_endpoints,
)
from tests.account_folders import request
from tests.aws_server import ACCOUNT
from tests.sources.aws.collected import REGION, USER, Found, allow_everybody, collected, organisation_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from policysim.account.situate import Situation
    from policysim.sources.aws.collecting import Collector
    from tests.aws_server import AwsServer

ANA = Principal(kind=PrincipalKind.USER, arn=USER, account=ACCOUNT)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def bucket(aws: AwsServer, *, policy: bool) -> str:
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    if policy:
        s3.put_bucket_policy(Bucket="data", Policy=allow_everybody("s3:GetObject", "arn:aws:s3:::data/*"))
    return "arn:aws:s3:::data/2026/report.pdf"


def key(aws: AwsServer, *, policy: bool) -> str:
    assert policy, "every key has one"
    made = aws.client("kms", REGION).create_key(Policy=allow_everybody("kms:*"))
    return str(made["KeyMetadata"]["Arn"])


def queue(aws: AwsServer, *, policy: bool) -> str:
    attributes = {"Policy": allow_everybody("sqs:SendMessage")} if policy else {}
    aws.client("sqs", REGION).create_queue(QueueName="orders", Attributes=attributes)
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"


def topic(aws: AwsServer, *, policy: bool) -> str:
    assert policy, "every topic has one"
    return str(aws.client("sns", REGION).create_topic(Name="orders")["TopicArn"])


def function(aws: AwsServer, *, policy: bool, qualifier: str = "") -> str:
    role = aws.client("iam").create_role(RoleName="mail", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    client = aws.client("lambda", REGION)
    made = client.create_function(
        FunctionName="mail", Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": b"zip"}, Publish=True
    )
    client.create_alias(FunctionName="mail", Name="live", FunctionVersion="1")
    if policy:
        named = {"Qualifier": qualifier} if qualifier else {}
        client.add_permission(
            FunctionName="mail", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", **named
        )
    arn = str(made["FunctionArn"]).removesuffix(":1")
    return f"{arn}:{qualifier}" if qualifier else arn


def aliased_function(aws: AwsServer, *, policy: bool) -> str:
    return function(aws, policy=policy, qualifier="live")


def layer(aws: AwsServer, *, policy: bool) -> str:
    client = aws.client("lambda", REGION)
    made = client.publish_layer_version(LayerName="tools", Content={"ZipFile": b"zip"})
    if policy:
        client.add_layer_version_permission(
            LayerName="tools", VersionNumber=1, StatementId="s", Action="lambda:GetLayerVersion", Principal="*"
        )
    return str(made["LayerVersionArn"])


def secret(aws: AwsServer, *, policy: bool) -> str:
    client = aws.client("secretsmanager", REGION)
    arn = str(client.create_secret(Name="db", SecretString="x")["ARN"])
    if policy:
        client.put_resource_policy(SecretId=arn, ResourcePolicy=allow_everybody("secretsmanager:GetSecretValue"))
    return arn


def repository(aws: AwsServer, *, policy: bool) -> str:
    client = aws.client("ecr", REGION)
    arn = str(client.create_repository(repositoryName="app")["repository"]["repositoryArn"])
    if policy:
        statement = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client.set_repository_policy(repositoryName="app", policyText=document)
    return arn


def bus(aws: AwsServer, *, policy: bool) -> str:
    client = aws.client("events", REGION)
    arn = str(client.create_event_bus(Name="orders")["EventBusArn"])
    if policy:
        client.put_permission(EventBusName="orders", Action="events:PutEvents", Principal="*", StatementId="all")
    return arn


def table(aws: AwsServer, *, policy: bool) -> str:
    client = aws.client("dynamodb", REGION)
    made = client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arn = str(made["TableDescription"]["TableArn"])
    if policy:
        client.put_resource_policy(ResourceArn=arn, Policy=allow_everybody("dynamodb:GetItem"))
    return arn


class Row(NamedTuple):
    """A kind of resource: how to make one, a typical action, who collects it, and whether it always has a policy."""

    make: Callable[..., str]
    action: str
    collectors: tuple[Collector, ...]
    always: bool = False


ROWS = (
    Row(bucket, "s3:GetObject", buckets.COLLECTORS),
    Row(key, "kms:DescribeKey", keys.COLLECTORS, always=True),
    Row(queue, "sqs:SendMessage", queues.COLLECTORS),
    Row(topic, "sns:Publish", queues.COLLECTORS, always=True),
    Row(function, "lambda:InvokeFunction", functions.COLLECTORS),
    Row(aliased_function, "lambda:InvokeFunction", functions.COLLECTORS),
    Row(layer, "lambda:GetLayerVersion", functions.COLLECTORS),
    Row(secret, "secretsmanager:GetSecretValue", secrets.COLLECTORS),
    Row(repository, "ecr:BatchGetImage", repositories.COLLECTORS[:-1]),
    Row(bus, "events:PutEvents", event_buses.COLLECTORS),
    Row(table, "dynamodb:GetItem", tables.COLLECTORS),
)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.make.__name__)


def situation(found: Found, base: Path, action: str, arn: str, **more: Any) -> Situation:
    return situate(request(ANA, action, arn, **more), organisation_of(found, base))


@each_row
def test_the_policy_that_was_collected_is_the_one_that_a_request_meets(
    row: Row, aws: AwsServer, tmp_path: Path
) -> None:
    arn = row.make(aws, policy=True)
    met = situation(collected(aws, row.collectors), tmp_path, row.action, arn).policies.get(LayerName.RESOURCE)
    assert met is not None
    assert met.gaps == ()
    (attached,) = met.policies
    assert attached.policy.statements


@pytest.mark.parametrize("row", [row for row in ROWS if not row.always], ids=lambda row: row.make.__name__)
def test_a_resource_that_has_none_meets_none_and_leaves_nothing_open(row: Row, aws: AwsServer, tmp_path: Path) -> None:
    arn = row.make(aws, policy=False)
    found = situation(collected(aws, row.collectors), tmp_path, row.action, arn)
    assert LayerName.RESOURCE not in found.policies.layers


@each_row
def test_a_policy_that_was_refused_leaves_the_decision_open_and_says_so(
    row: Row, aws: AwsServer, tmp_path: Path
) -> None:
    arn = row.make(aws, policy=True)
    found = collected(aws, row.collectors)
    kept = [entry for entry in found.entries if entry.part is not Part.RESOURCE_POLICIES]
    named = [entry.path[0] for entry in found.entries if entry.part is Part.RESOURCE_POLICIES]
    refused = Found(kept, [CollectionGap(one, "any:Get", "AccessDenied") for one in named])
    other = Entry(Part.RESOURCE_POLICIES, ("arn:aws:sns:eu-west-1:123456789012:other",), None)
    asked = situation(refused._replace(entries=[*kept, other]), tmp_path, row.action, arn, account=ACCOUNT)
    met = asked.policies.get(LayerName.RESOURCE)
    assert met is not None
    told = ["answered with AccessDenied" in gap.sentence for gap in met.gaps if "resource policy" in gap.sentence]
    assert told
    assert all(told)


def test_buckets_of_other_regions_are_found_there(aws: AwsServer) -> None:
    bucket(aws, policy=True)
    aws.client("s3").create_bucket(Bucket="elsewhere")
    here = collected(aws, buckets.COLLECTORS[:1])
    there = collected(aws, buckets.COLLECTORS[:1], "us-east-1")
    assert (list(here.policies), list(there.policies)) == (["arn:aws:s3:::data"], ["arn:aws:s3:::elsewhere"])


def test_s14_settings_of_a_bucket_reach_the_request(aws: AwsServer, tmp_path: Path) -> None:
    arn = bucket(aws, policy=False)
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    aws.client("s3", REGION).put_public_access_block(Bucket="data", PublicAccessBlockConfiguration=block)
    found = situation(collected(aws, buckets.COLLECTORS), tmp_path, "s3:ListBucket", arn.split("/")[0]).request.resource
    assert found.public_access_block is not None
    assert found.public_access_block.restrict_public_buckets
    assert found.object_ownership == "ObjectWriter"
    assert found.acl is not None


def test_tags_reach_the_request(aws: AwsServer, tmp_path: Path) -> None:
    arn = queue(aws, policy=False)
    client = aws.client("sqs", REGION)
    client.tag_queue(QueueUrl=client.get_queue_url(QueueName="orders")["QueueUrl"], Tags={"Team": "blue"})
    context = situation(collected(aws, tags.COLLECTORS), tmp_path, "sqs:SendMessage", arn).request.context
    assert context.get("aws:ResourceTag/Team") == ("blue",)


def test_s23_grants_reach_the_request(aws: AwsServer, tmp_path: Path) -> None:
    arn = key(aws, policy=True)
    aws.client("kms", REGION).create_grant(KeyId=arn, GranteePrincipal=USER, Operations=["Decrypt"])
    met = situation(collected(aws, keys.COLLECTORS), tmp_path, "kms:Decrypt", arn).policies.get(LayerName.RESOURCE)
    assert met is not None
    assert (met.gaps, len(met.policies)) == ((), 2)


def test_e33_the_policy_of_an_endpoint_is_met_by_what_comes_through_it(aws: AwsServer, tmp_path: Path) -> None:
    ec2 = aws.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    service = f"com.amazonaws.{REGION}.s3"
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, PolicyDocument=allow_everybody("s3:GetObject"))
    through = made["VpcEndpoint"]["VpcEndpointId"]
    asked = situation(
        collected(aws, vpc_endpoints.COLLECTORS),
        tmp_path,
        "s3:GetObject",
        "arn:aws:s3:::data/k",
        context=RequestContext({"aws:SourceVpce": (through,)}, complete=True),
    )
    met = asked.policies.get(LayerName.VPCE)
    assert met is not None
    assert (met.gaps, len(met.policies)) == ((), 1)
    assert asked.request.context.get("aws:SourceVpc") == (vpc,)
