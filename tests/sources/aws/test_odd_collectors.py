"""The collectors that no row of a table can say, each against AWS as the test's server plays it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from policysim.account.account import CollectionGap
from policysim.catalog.actions import canonical_action
from policysim.sources.aws.collecting import Collector, Entry, Part, Place, Reading
from policysim.sources.aws.collectors import (
    api_gateway,
    data_services,
    log_destinations,
    management,
    outposts,
    shared_resources,
    table_buckets,
)
from policysim.sources.aws.connection import AwsSettings, Connection

if TYPE_CHECKING:
    from tests.aws_server import AwsServer

REGION = "eu-west-1"
ACCOUNT = "123456789012"
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
TEXT = json.dumps(POLICY)
MODULES = (api_gateway, data_services, log_destinations, management, outposts, shared_resources, table_buckets)


def collector(name: str) -> Collector:
    every: list[Collector] = [one for module in MODULES for one in module.COLLECTORS]
    return next(one for one in every if one.name == name)


@cache
def plain() -> Connection:
    return Connection(AwsSettings(region=REGION))


def stubbed(connection: Connection, client: str) -> Stubber:
    return Stubber(connection.client(client, REGION))


def run(name: str, connection: Connection) -> tuple[list[Entry], list[CollectionGap]]:
    reading = Reading(connection, Place(ACCOUNT, "aws", REGION))
    return list(collector(name).collect(reading)), reading.gaps


def at_server(aws: AwsServer) -> Connection:
    return Connection(AwsSettings(region=REGION, endpoint_url=aws.url))


def policies(found: list[Entry]) -> dict[str, object]:
    return {entry.path[0]: entry.value for entry in found if entry.part is Part.RESOURCE_POLICIES}


@pytest.mark.parametrize("one", [one for module in MODULES for one in module.COLLECTORS], ids=lambda one: one.name)
def test_its_actions_are_actions_of_the_catalogue(one: Collector) -> None:
    assert [canonical_action(action) for action in one.actions] == list(one.actions)


# API Gateway


def rest_api(**members: object) -> dict[str, object]:
    return {"id": "a1b2", "name": "orders", **members}


def escaped(document: object) -> str:
    return json.dumps(json.dumps(document))[1:-1]


def rest_apis(*items: dict[str, object]) -> tuple[list[Entry], list[CollectionGap]]:
    with stubbed(plain(), "apigateway") as stub:
        stub.add_response("get_rest_apis", {"items": list(items)})
        return run("rest-apis", plain())


def test_the_policy_of_an_api_is_unescaped() -> None:
    arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2"
    hard = {"Version": "2012-10-17", "Statement": [{"Sid": 'a"b\\c/é', "Resource": f"{arn}/prod/GET/x"}]}
    found, gaps = rest_apis(rest_api(policy=escaped(hard)))
    assert (policies(found), gaps) == ({f"{arn}/*": hard}, [])


def test_a_policy_that_is_no_escaped_text_is_read_as_it_is() -> None:
    assert api_gateway.read_policy(TEXT, "arn") == POLICY


@pytest.mark.parametrize("text", ["{", "[]", '\\"a\\"', "{\\'a\\': 1}"])
def test_what_is_no_policy_is_a_gap(text: str) -> None:
    found, (gap,) = rest_apis(rest_api(policy=text))
    assert found == []
    assert gap == (f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2/*", "apigateway:GetRestApis", api_gateway.UNREADABLE)


def test_r4_an_abbreviated_resource_gets_the_arn_of_its_api() -> None:
    statements = [
        {"Resource": ["execute-api:/prod/GET/x", "arn:aws:execute-api:r:1:other/*"]},
        {"NotResource": "execute-api:/*"},
    ]
    arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2"
    read = api_gateway.read_policy(escaped({"Statement": statements}), arn)
    assert read == {
        "Statement": [
            {"Resource": [f"{arn}/prod/GET/x", "arn:aws:execute-api:r:1:other/*"]},
            {"NotResource": f"{arn}/*"},
        ]
    }


def test_an_api_without_a_policy_has_none_and_a_private_one_is_a_gap() -> None:
    private = rest_api(id="c3d4", endpointConfiguration={"types": ["PRIVATE"]})
    found, gaps = rest_apis(rest_api(), private)
    assert policies(found) == {f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2/*": None}
    assert [(gap.what, gap.error) for gap in gaps] == [
        (f"arn:aws:execute-api:{REGION}:{ACCOUNT}:c3d4/*", api_gateway.WITHOUT_POLICY)
    ]


def test_private_domain_names_have_policies_and_others_are_left_out() -> None:
    with stubbed(plain(), "apigateway") as stub:
        items = [{"domainName": "x.example", "domainNameId": "ab12", "policy": escaped(POLICY)}, {"domainName": "y"}]
        stub.add_response("get_domain_names", {"items": items}, {"resourceOwner": "SELF"})
        found, gaps = run("domain-names", plain())
    key = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:/domainnames/x.example+ab12"
    assert (policies(found), gaps) == ({key: POLICY}, [])


def test_the_apis_of_a_region_are_read_from_a_server(aws: AwsServer) -> None:
    client = aws.client("apigateway", REGION)
    first = client.create_rest_api(name="first", policy=TEXT)["id"]
    second = client.create_rest_api(name="second")["id"]
    found, gaps = run("rest-apis", at_server(aws))
    base = f"arn:aws:execute-api:{REGION}:{ACCOUNT}"
    assert policies(found) == {f"{base}:{first}/*": POLICY, f"{base}:{second}/*": None}
    assert gaps == []


# OpenSearch


def test_domains_are_described_five_at_a_time() -> None:
    names = [f"domain-{number}" for number in range(7)]
    with stubbed(plain(), "opensearch") as stub:
        stub.add_response("list_domain_names", {"DomainNames": [{"DomainName": name} for name in names]})
        for batch in (names[:5], names[5:]):
            told = [
                {
                    "DomainId": f"{ACCOUNT}/{name}",
                    "DomainName": name,
                    "ARN": f"arn:aws:es:{REGION}:{ACCOUNT}:domain/{name}",
                    "ClusterConfig": {},
                    "AccessPolicies": TEXT if name == "domain-6" else "",
                }
                for name in batch
            ]
            stub.add_response("describe_domains", {"DomainStatusList": told}, {"DomainNames": batch})
        found, gaps = run("opensearch", plain())
    assert gaps == []
    told_of = {arn.rpartition("/")[2]: policy for arn, policy in policies(found).items()}
    assert told_of == {name: TEXT if name == "domain-6" else None for name in names}


def test_a_domain_is_read_from_a_server(aws: AwsServer) -> None:
    aws.client("opensearch", REGION).create_domain(DomainName="logs", AccessPolicies=TEXT)
    found, gaps = run("opensearch", at_server(aws))
    assert (policies(found), gaps) == ({f"arn:aws:es:{REGION}:{ACCOUNT}:domain/logs": TEXT}, [])


# Glue

CATALOG = f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog"


def catalog(own: dict[str, str] | None, *listed: dict[str, str]) -> tuple[list[Entry], list[CollectionGap]]:
    with stubbed(plain(), "glue") as stub:
        if own is None:
            stub.add_client_error("get_resource_policy", service_error_code="EntityNotFoundException")
        else:
            stub.add_response("get_resource_policy", own, {})
        stub.add_response("get_resource_policies", {"GetResourcePoliciesResponseList": list(listed)}, {})
        return run("glue", plain())


def test_a_catalogue_without_policies_has_none() -> None:
    found, gaps = catalog(None)
    assert (policies(found), gaps) == ({CATALOG: None}, [])


def test_the_own_policy_of_a_catalogue_is_taken_once() -> None:
    own = {"PolicyInJson": TEXT, "PolicyHash": "h1"}
    found, gaps = catalog(own, own)
    assert (policies(found), gaps) == ({CATALOG: TEXT}, [])


def test_policies_of_shares_hold_beside_that_of_the_catalogue() -> None:
    own = {"PolicyInJson": TEXT, "PolicyHash": "h1"}
    found, gaps = catalog(own, own, {"PolicyInJson": TEXT, "PolicyHash": "h2"})
    assert gaps == []
    assert policies(found) == {CATALOG: {"Version": "2012-10-17", "Statement": POLICY["Statement"] * 2}}


def test_a_refused_catalogue_is_its_gap() -> None:
    with stubbed(plain(), "glue") as stub:
        stub.add_client_error("get_resource_policy", service_error_code="AccessDeniedException")
        found, gaps = run("glue", plain())
    assert (found, gaps) == ([], [CollectionGap(CATALOG, "glue:GetResourcePolicy", "AccessDeniedException")])


def test_a_catalogue_that_cannot_be_decrypted_is_its_gap() -> None:
    with stubbed(plain(), "glue") as stub:
        stub.add_client_error("get_resource_policy", service_error_code="EntityNotFoundException")
        stub.add_client_error("get_resource_policies", service_error_code="GlueEncryptionException")
        found, gaps = run("glue", plain())
    assert (found, gaps) == ([], [CollectionGap(CATALOG, "glue:GetResourcePolicies", "GlueEncryptionException")])


# S3 Tables

TABLES = f"arn:aws:s3tables:{REGION}:{ACCOUNT}:bucket/lake"
WHEN = "2026-11-24T00:00:00Z"


def table(name: str) -> dict[str, object]:
    return {
        "namespace": ["sales"],
        "name": name,
        "type": "customer",
        "tableARN": f"{TABLES}/table/{name}",
        "createdAt": WHEN,
        "modifiedAt": WHEN,
    }


def bucket(arn: str, owner: str) -> dict[str, object]:
    return {"arn": arn, "name": "lake", "ownerAccountId": owner, "createdAt": WHEN}


def test_a_table_is_listed_also_where_it_has_no_policy_beside_that_of_its_bucket() -> None:
    with stubbed(plain(), "s3tables") as stub:
        foreign = bucket(TABLES.replace(ACCOUNT, "999999999999"), "999999999999")
        stub.add_response("list_table_buckets", {"tableBuckets": [bucket(TABLES, ACCOUNT), foreign]})
        stub.add_client_error("get_table_bucket_policy", service_error_code="NotFoundException")
        stub.add_response("list_tables", {"tables": [table("open"), table("shut"), table("kept")]})
        asked = {"tableBucketARN": TABLES, "namespace": "sales", "name": "open"}
        stub.add_response("get_table_policy", {"resourcePolicy": TEXT}, asked)
        stub.add_client_error("get_table_policy", service_error_code="NotFoundException")
        stub.add_client_error("get_table_policy", service_error_code="ForbiddenException")
        found, gaps = run("s3tables", plain())
    assert policies(found) == {TABLES: None, f"{TABLES}/table/open": TEXT, f"{TABLES}/table/shut": None}
    assert gaps == [CollectionGap(f"{TABLES}/table/kept", "s3tables:GetTablePolicy", "ForbiddenException")]


def test_tables_are_read_where_the_policy_of_their_bucket_is_refused() -> None:
    with stubbed(plain(), "s3tables") as stub:
        stub.add_response("list_table_buckets", {"tableBuckets": [bucket(TABLES, ACCOUNT)]})
        stub.add_client_error("get_table_bucket_policy", service_error_code="AccessDeniedException")
        stub.add_response("list_tables", {"tables": [table("open")]})
        stub.add_response("get_table_policy", {"resourcePolicy": TEXT})
        found, gaps = run("s3tables", plain())
    assert policies(found) == {f"{TABLES}/table/open": TEXT}
    assert [gap.what for gap in gaps] == [TABLES]


# S3 on Outposts

OUTPOST = f"arn:aws:s3-outposts:{REGION}:{ACCOUNT}:outpost/op-01ac5d28a6a232904"


def test_s17_buckets_and_access_points_on_outposts_are_read_with_the_bucket_behind() -> None:
    bucket_arn, point = f"{OUTPOST}/bucket/bkt", f"{OUTPOST}/accesspoint/point"
    vpc = {"VpcConfiguration": {"VpcId": "vpc-1"}}
    with stubbed(plain(), "s3outposts") as listed, stubbed(plain(), "s3control") as control:
        listed.add_response("list_outposts_with_s3", {"Outposts": [{"OutpostId": "op-01ac5d28a6a232904"}]})
        regional = {"Bucket": "bkt", "BucketArn": bucket_arn, "PublicAccessBlockEnabled": True, "CreationDate": WHEN}
        control.add_response("list_regional_buckets", {"RegionalBucketList": [regional]})
        control.add_response("get_bucket_policy", {"Policy": TEXT})
        item = {"Name": "point", "NetworkOrigin": "VPC", "Bucket": "bkt", "AccessPointArn": point}
        control.add_response("list_access_points", {"AccessPointList": [item]})
        control.add_client_error("get_access_point_policy", service_error_code="NoSuchAccessPointPolicy")
        control.add_response("get_access_point", {"Name": "point", "NetworkOrigin": "VPC", **vpc})
        found, gaps = run("s3-outposts", plain())
    assert gaps == []
    assert policies(found) == {bucket_arn: TEXT, point: None}
    (told,) = [entry for entry in found if entry.part is Part.S3_ACCESS_POINTS]
    assert told.path == (point,)
    assert told.value == {"Name": "point", "NetworkOrigin": "VPC", **vpc, "Bucket": bucket_arn}


# CloudWatch Logs


def test_destinations_print_their_policies_in_the_list() -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:destination:"
    items = [{"arn": f"{arn}open", "accessPolicy": TEXT}, {"arn": f"{arn}shut"}]
    with stubbed(plain(), "logs") as stub:
        stub.add_response("describe_destinations", {"destinations": items})
        found, gaps = run("log-destinations", plain())
    assert (policies(found), gaps) == ({f"{arn}open": TEXT, f"{arn}shut": None}, [])


# Systems Manager


def test_the_group_of_ops_items_has_one_arn_in_each_region() -> None:
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:opsitemgroup/default"
    with stubbed(plain(), "ssm") as stub:
        stub.add_response("get_resource_policies", {"Policies": [{"Policy": TEXT}]}, {"ResourceArn": arn})
        found, gaps = run("ssm-opsitems", plain())
    assert (policies(found), gaps) == ({arn: TEXT}, [])


# AWS RAM

RULES = f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-rule/rslvr-rr-1"
AUTHORITY = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/c"


def test_x7_the_policies_of_shares_are_read_once_for_each_resource_without_policies_of_its_own() -> None:
    with stubbed(plain(), "ram") as stub:
        stub.add_response(
            "list_resources",
            {"resources": [{"arn": RULES}, {"arn": AUTHORITY}, {"arn": RULES}]},
            {"resourceOwner": "SELF"},
        )
        stub.add_response("get_resource_policies", {"policies": [TEXT, TEXT]}, {"resourceArns": [RULES]})
        found, gaps = run("ram", plain())
    assert gaps == []
    assert policies(found) == {RULES: {"Version": "2012-10-17", "Statement": POLICY["Statement"] * 2}}


def test_x7_a_refused_share_is_a_gap_of_its_resource() -> None:
    with stubbed(plain(), "ram") as stub:
        stub.add_response("list_resources", {"resources": [{"arn": RULES}]})
        stub.add_client_error("get_resource_policies", service_error_code="AccessDeniedException")
        found, gaps = run("ram", plain())
    assert (found, gaps) == ([], [CollectionGap(RULES, "ram:GetResourcePolicies", "AccessDeniedException")])


# Against a server: what it has of the tables


def test_a_stream_is_read_from_a_server(aws: AwsServer) -> None:
    client = aws.client("kinesis", REGION)
    for name in ("open", "shut"):
        client.create_stream(StreamName=name, ShardCount=1)
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/"
    client.put_resource_policy(ResourceARN=f"{arn}open", Policy=TEXT)
    found, gaps = run("kinesis", at_server(aws))
    assert (policies(found), gaps) == ({f"{arn}open": TEXT, f"{arn}shut": None}, [])


def test_a_list_that_is_refused_in_the_middle_keeps_what_it_gave(aws: AwsServer) -> None:
    client = aws.client("kinesis", REGION)
    client.create_stream(StreamName="open", ShardCount=1)
    aws.fail("kinesis:GetResourcePolicy", "AccessDeniedException")
    found, gaps = run("kinesis", at_server(aws))
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/open"
    assert found == []
    assert gaps == [CollectionGap(arn, "kinesis:GetResourcePolicy", "AccessDeniedException")]
