"""The ARNs of an action's resource types, filled with request parameters: what is made, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.catalog.arn_parameters import (
    ALTERNATIVES,
    ASKED_FOR_ALL,
    IMPLIED,
    OF_ANOTHER_TYPE,
    PREFIXES,
    TO_BE_MADE,
    VALUES,
    VARIABLE_PARAMETERS,
)
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.ec2_resources import TYPE_BY_ID
from policysim.cloudtrail.requests import call_from_event
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, USER, event


def found(source: str, name: str, parameters: Any, identity: dict[str, Any] | None = None) -> Any:
    record = event(
        identity, eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, errorMessage=None
    )
    return call_from_event(record, takes_no_resource=CATALOGUE.takes_no_resource)


def made(source: str, name: str, parameters: Any, identity: dict[str, Any] | None = None) -> Any:
    """The same of a call that was not refused: without parameters in its record it had none."""
    record = event(
        identity, eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, errorCode=None
    )
    return call_from_event(record, takes_no_resource=CATALOGUE.takes_no_resource)


def arns(call: Any) -> list[str]:
    return [each.request.resource.arn for each in call.requests if not each.conditional]


HERE = f"eu-west-1:{ACCOUNT}"
RESOLVED: list[tuple[str, str, dict[str, Any], str]] = [
    ("cloudtrail", "StopLogging", {"name": "main"}, f"cloudtrail:{HERE}:trail/main"),
    ("cloudtrail", "PutEventSelectors", {"trailName": "main"}, f"cloudtrail:{HERE}:trail/main"),
    ("rds", "DescribeDBInstances", {"dBInstanceIdentifier": "Orders"}, f"rds:{HERE}:db:orders"),
    ("rds", "DeleteDBSnapshot", {"dBSnapshotIdentifier": "s1"}, f"rds:{HERE}:snapshot:s1"),
    ("redshift", "PauseCluster", {"clusterIdentifier": "dw"}, f"redshift:{HERE}:cluster:dw"),
    ("elasticache", "DeleteReplicationGroup", {"replicationGroupId": "r"}, f"elasticache:{HERE}:replicationgroup:r"),
    ("ecs", "UpdateService", {"cluster": "prod", "service": "web"}, f"ecs:{HERE}:service/prod/web"),
    ("ecs", "UpdateService", {"service": "web"}, f"ecs:{HERE}:service/default/web"),
    ("ecs", "StopTask", {"cluster": f"arn:aws:ecs:{HERE}:cluster/prod", "task": "t1"}, f"ecs:{HERE}:task/prod/t1"),
    ("eks", "DescribeCluster", {"name": "k"}, f"eks:{HERE}:cluster/k"),
    ("events", "PutRule", {"name": "nightly"}, f"events:{HERE}:rule/nightly"),
    ("events", "PutRule", {"name": "nightly", "eventBusName": "default"}, f"events:{HERE}:rule/nightly"),
    ("events", "PutTargets", {"rule": "nightly", "eventBusName": "own"}, f"events:{HERE}:rule/own/nightly"),
    (
        "events",
        "DeleteRule",
        {"name": "n", "eventBusName": f"arn:aws:events:{HERE}:event-bus/own"},
        f"events:{HERE}:rule/own/n",
    ),
    ("route53", "ChangeResourceRecordSets", {"hostedZoneId": "Z1"}, "route53:::hostedzone/Z1"),
    ("route53", "GetHostedZone", {"id": "/hostedzone/Z1"}, "route53:::hostedzone/Z1"),
    ("cloudfront", "GetDistributionConfig", {"id": "E1"}, f"cloudfront::{ACCOUNT}:distribution/E1"),
    ("cloudfront", "UpdateCachePolicy", {"id": "c"}, f"cloudfront::{ACCOUNT}:cache-policy/c"),
    (
        "wafv2",
        "GetWebACL",
        {"name": "w", "id": "1", "scope": "REGIONAL"},
        f"wafv2:{HERE}:regional/webacl/w/1",
    ),
    ("states", "CreateStateMachine", {"name": "m"}, f"states:{HERE}:stateMachine:m"),
    ("codebuild", "StartBuild", {"projectName": "p"}, f"codebuild:{HERE}:project/p"),
    ("codepipeline", "StartPipelineExecution", {"name": "p"}, f"codepipeline:{HERE}:p"),
    ("athena", "StartQueryExecution", {"workGroup": "w", "queryString": "select 1"}, f"athena:{HERE}:workgroup/w"),
    ("guardduty", "GetDetector", {"detectorId": "d"}, f"guardduty:{HERE}:detector/d"),
    (
        "bedrock",
        "InvokeModel",
        {"modelId": "amazon.nova-pro-v1:0"},
        "bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
    ),
    ("ssm", "GetDocument", {"name": "AWS-RunShellScript"}, "ssm:eu-west-1::document/AWS-RunShellScript"),
    ("ssm", "GetDocument", {"name": "own"}, f"ssm:{HERE}:document/own"),
    ("ssm", "UpdateInstanceInformation", {"instanceId": "i-0abc"}, f"ec2:{HERE}:instance/i-0abc"),
    ("ssm", "UpdateInstanceInformation", {"instanceId": "mi-0abc"}, f"ssm:{HERE}:managed-instance/mi-0abc"),
    ("ssm", "TerminateSession", {"sessionId": "s"}, f"ssm:{HERE}:session/s"),
    ("sts", "GetFederationToken", {"name": "bo"}, f"sts::{ACCOUNT}:federated-user/bo"),
    ("sns", "Unsubscribe", {"subscriptionArn": f"arn:aws:sns:{HERE}:t:uuid"}, f"sns:{HERE}:t"),
    (
        "autoscaling",
        "CreateAutoScalingGroup",
        {"autoScalingGroupName": "web"},
        f"autoscaling:{HERE}:autoScalingGroup:*:autoScalingGroupName/web",
    ),
    ("cloudformation", "CreateStack", {"stackName": "app"}, f"cloudformation:{HERE}:stack/app/*"),
    (
        "elasticloadbalancing",
        "CreateLoadBalancer",
        {"name": "lb"},
        f"elasticloadbalancing:{HERE}:loadbalancer/app/lb/*",
    ),
    (
        "elasticloadbalancing",
        "CreateLoadBalancer",
        {"name": "lb", "type": "network"},
        f"elasticloadbalancing:{HERE}:loadbalancer/net/lb/*",
    ),
    ("monitoring", "DescribeAlarms", {"maxRecords": 100}, f"cloudwatch:{HERE}:alarm:*"),
    ("rds", "DescribeDBInstances", {"maxRecords": 100}, f"rds:{HERE}:db:*"),
    ("iam", "ListInstanceProfilesForRole", {"roleName": "web"}, f"iam::{ACCOUNT}:role/web"),
    ("ec2-instance-connect", "SendSSHPublicKey", {"instanceId": "i-0abc"}, f"ec2:{HERE}:instance/i-0abc"),
    ("rolesanywhere", "DeleteProfile", {"profileId": "p"}, f"rolesanywhere:{HERE}:profile/p"),
    (
        "iam",
        "CreateOpenIDConnectProvider",
        {"url": "https://id.example.com/x"},
        f"iam::{ACCOUNT}:oidc-provider/id.example.com/x",
    ),
    ("iam", "CreateVirtualMFADevice", {"virtualMFADeviceName": "m", "path": "/a/"}, f"iam::{ACCOUNT}:mfa/a/m"),
    ("lambda", "GetLayerVersion20181031", {"layerName": "l", "versionNumber": 3}, f"lambda:{HERE}:layer:l:3"),
    ("ssm", "GetParameterHistory", {"name": "/a/b"}, f"ssm:{HERE}:parameter/a/b"),
    ("ses", "GetEmailIdentity", {"emailIdentity": "a@example.com"}, f"ses:{HERE}:identity/a@example.com"),
    (
        "ec2",
        "DeleteTrafficMirrorFilter",
        {"trafficMirrorFilterId": "tmf-0abc123456"},
        f"ec2:{HERE}:traffic-mirror-filter/tmf-0abc123456",
    ),
    ("kinesis", "PutRecord", {"streamName": "s"}, f"kinesis:{HERE}:stream/s"),
    ("sagemaker", "DescribeEndpoint", {"endpointName": "e"}, f"sagemaker:{HERE}:endpoint/e"),
]


@pytest.mark.parametrize(("source", "name", "parameters", "arn"), RESOLVED)
def test_r4_the_resource_of_the_most_denied_services(
    source: str, name: str, parameters: dict[str, Any], arn: str
) -> None:
    call = found(source, name, parameters)
    assert arns(call) == [f"arn:aws:{arn}"]
    assert call.missing == ()
    assert "not known" not in call.requests[0].provenance.resource


def test_the_parameter_that_named_the_resource_is_told() -> None:
    def origin(source: str, name: str, parameters: Any) -> str:
        text: str = made(source, name, parameters).requests[0].provenance.resource
        return text

    assert origin("cloudtrail", "StopLogging", {"name": "main"}) == "request parameter `name`"
    assert origin("rds", "DescribeDBInstances", None) == "a request for all of them"
    assert origin("securityhub", "DescribeHub", None) == "what the account has one of"


def test_r13_each_required_resource_is_asked_for() -> None:
    parameters = {"databaseName": "sales", "name": "orders"}
    assert set(arns(found("glue", "GetTable", parameters))) == {
        f"arn:aws:glue:{HERE}:catalog",
        f"arn:aws:glue:{HERE}:database/sales",
        f"arn:aws:glue:{HERE}:table/sales/orders",
    }
    assert set(arns(found("kms", "CreateAlias", {"aliasName": "alias/app", "targetKeyId": "k1"}))) == {
        f"arn:aws:kms:{HERE}:alias/app",
        f"arn:aws:kms:{HERE}:key/k1",
    }


def test_r13_a_required_resource_that_nothing_names_is_said_to_be_missing() -> None:
    call = found("kms", "DeleteAlias", {"aliasName": "alias/app"})
    assert arns(call) == [f"arn:aws:kms:{HERE}:alias/app"]
    assert call.missing == ("kms:DeleteAlias",)
    assert "the record does not name the key of `kms:DeleteAlias`: its ARN holds `KeyId`" in call.unresolved


def test_r15_an_optional_resource_counts_when_it_is_named() -> None:
    named = {"dBInstanceIdentifier": "orders", "dBSubnetGroupName": "net"}
    assert set(arns(found("rds", "CreateDBInstance", named))) == {
        f"arn:aws:rds:{HERE}:db:orders",
        f"arn:aws:rds:{HERE}:subgrp:net",
    }


def test_r13_each_name_of_a_list_is_a_resource() -> None:
    call = found("monitoring", "DeleteAlarms", {"alarmNames": ["a", "b"]})
    assert set(arns(call)) == {f"arn:aws:cloudwatch:{HERE}:alarm:a", f"arn:aws:cloudwatch:{HERE}:alarm:b"}


def test_r13_parameters_of_aws_and_of_the_account_are_told_apart_in_one_list() -> None:
    call = found("ssm", "GetParameters", {"names": ["/app/x", "/aws/service/ami"]})
    assert set(arns(call)) == {
        f"arn:aws:ssm:{HERE}:parameter/app/x",
        "arn:aws:ssm:eu-west-1::parameter/aws/service/ami",
    }


def test_r22_a_resource_of_another_account_is_in_that_account() -> None:
    call = found("glue", "GetDatabase", {"name": "sales", "catalogId": "444455556666"})
    assert {each.request.resource.account for each in call.requests} == {"444455556666"}


@pytest.mark.parametrize(
    ("source", "name", "parameters"),
    [
        ("autoscaling", "SetDesiredCapacity", {"autoScalingGroupName": "web"}),  # its ARN holds an id
        ("cloudformation", "DeleteStack", {"stackName": "app"}),
        ("eks", "DescribeNodegroup", {"clusterName": "k", "nodegroupName": "n"}),
        ("ecs", "RunTask", {"cluster": "c", "taskDefinition": "family"}),  # the newest revision, which only ECS knows
        ("secretsmanager", "GetSecretValue", {"secretId": "app/db"}),
        ("bedrock", "InvokeModel", {"modelId": "eu.amazon.nova-pro-v1:0"}),  # an inference profile has several models
        ("kms", "DescribeKey", {"keyId": "alias/app"}),
        ("sagemaker", "DescribeEndpoint", {"endpointName": "Capital"}),  # ARNs may spell it otherwise
        ("wafv2", "GetWebACL", {"name": "w", "id": "1", "scope": "ELSEWHERE"}),
        ("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "a*"}),
        ("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
        ("guardduty", "GetDetector", {"detectorId": "a/b"}),
        ("glue", "GetDatabase", {"name": "sales", "catalogId": "s3tablescatalog/x"}),
        ("elasticloadbalancing", "CreateLoadBalancer", {"name": "lb", "type": "other"}),
        ("events", "PutRule", {"name": "n", "eventBusName": "arn:aws:events:eu-west-1:444455556666:event-bus/own"}),
    ],
)
def test_r2_an_arn_with_an_unknown_part_is_not_made(source: str, name: str, parameters: dict[str, Any]) -> None:
    call = found(source, name, parameters)
    assert arns(call) == []
    assert call.unresolved


def test_without_a_region_or_an_account_nothing_is_made() -> None:
    parameters = {"name": "main"}
    record: dict[str, Any] = {"eventName": "StopLogging", "requestParameters": parameters}
    nobody = {"type": "IAMUser", "userName": "ana"}
    for identity, region in ((None, None), (nobody, "eu-west-1")):
        call = call_from_event(event(identity, eventSource="cloudtrail.amazonaws.com", awsRegion=region, **record))
        assert arns(call) == []


def test_a_user_who_names_nobody_asks_about_themselves() -> None:
    call = made("iam", "GetUser", None)
    assert arns(call) == [USER]
    assert call.requests[0].provenance.resource == "the caller itself: the request names no user"
    assert arns(made("iam", "GetUser", None, ASSUMED_ROLE)) == []
    assert arns(found("iam", "ListAccessKeys", {"userName": "bo"}, IAM_USER)) == [f"arn:aws:iam::{ACCOUNT}:user/bo"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("iam", "GetUser"),
        ("rds", "DescribeDBInstances"),
        ("ecr", "DescribeRepositories"),
        ("ecs", "ListContainerInstances"),
    ],
)
def test_r2_a_refused_call_that_shows_no_parameters_may_have_named_a_resource(source: str, name: str) -> None:
    assert arns(made(source, name, None)) != []
    assert arns(found(source, name, None)) == []
    assert any("no request parameters" in sentence for sentence in found(source, name, None).unresolved)


def test_r2_a_list_is_of_all_only_where_nothing_is_named() -> None:
    assert arns(found("rds", "DescribeDBInstances", {"maxRecords": 20})) == [f"arn:aws:rds:{HERE}:db:*"]
    assert arns(found("rds", "DescribeDBInstances", {"dBInstanceIdentifier": "a:b"})) == []


@pytest.mark.parametrize("name", ["TagResource", "UntagResource", "ListTagsForResource", "DescribeServiceRevisions"])
def test_r2_no_cluster_is_meant_by_calls_that_name_none(name: str) -> None:
    definition = f"arn:aws:ecs:{HERE}:task-definition/web:1"
    listed = {"resourceArn": definition, "serviceRevisionArns": [f"arn:aws:ecs:{HERE}:service-revision/c/web/1"]}
    assert f"arn:aws:ecs:{HERE}:cluster/default" not in arns(found("ecs", name, listed))


@pytest.mark.parametrize(
    ("source", "name", "parameters"),
    [
        ("rds", "DeleteEventSubscription", {"subscriptionName": "Ops"}),
        ("redshift", "GetClusterCredentials", {"clusterIdentifier": "dw", "dbUser": "Ana"}),
        ("sagemaker", "DescribeModel", {"modelName": "Churn"}),
    ],
)
def test_r2_a_name_is_not_taken_to_be_kept_in_lower_case(source: str, name: str, parameters: Any) -> None:
    assert arns(found(source, name, parameters)) == []


def test_every_row_is_about_a_service_that_has_such_a_variable() -> None:
    for row in VARIABLE_PARAMETERS:
        patterns = [
            pattern.lower()
            for each in CATALOGUE.resource_types_of(row.service)
            if row.resource_type in ("", each.name)
            for pattern in each.arn_patterns
        ]
        assert any(f"${{{row.variable}}}" in pattern for pattern in patterns), row
    for service, variable in (*VALUES, *PREFIXES, *IMPLIED):
        assert (
            any(row.variable == variable for row in VARIABLE_PARAMETERS if row.service == service) or variable == "id"
        )


def test_every_beginning_of_an_id_is_of_a_type_that_there_is() -> None:
    assert set(TYPE_BY_ID.values()) <= {each.name for each in CATALOGUE.resource_types_of("ec2")}


def test_every_row_by_resource_type_names_one_that_there_is() -> None:
    for action, name in (*TO_BE_MADE, *ASKED_FOR_ALL.items()):
        described = CATALOGUE.action(action)
        assert described is not None, action
        assert name in {each.name for each in described.resource_types}, action
    for service, name, _ in OF_ANOTHER_TYPE:
        assert CATALOGUE.resource_type(service, name) is not None
    for service, names in ALTERNATIVES.items():
        assert all(name == "*" or CATALOGUE.resource_type(service, name) is not None for name in names)
