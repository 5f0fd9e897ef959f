from __future__ import annotations

import pytest

from policysim.cloudtrail.requests import call_from_denial
from policysim.cloudtrail.told_operations import FROM_TOOL, SERVICE_BY_NAME, prefix_of_service, told_operation
from policysim.cloudtrail.transcripts import denials_in


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("S3", "s3"),
        ("Amazon S3", "s3"),
        ("s3api", "s3"),
        ("AWSKMS", "kms"),
        ("AmazonDynamoDBv2", "dynamodb"),
        ("Secrets Manager", "secretsmanager"),
        ("AWSSecurityTokenService", "sts"),
        ("Elastic Load Balancing v2", "elasticloadbalancing"),
        ("Iam", "iam"),
        ("CloudWatch Logs", "logs"),
        ("Database Migration Service", "dms"),
        ("SFN", "states"),
        ("EFS", "elasticfilesystem"),
        ("Bedrock Runtime", "bedrock"),
    ],
)
def test_a7_the_service_prefix_of_the_names_that_tools_print(name: str, prefix: str) -> None:
    assert prefix_of_service(name) == prefix


def test_every_service_of_the_table_has_actions() -> None:
    for name, prefix in SERVICE_BY_NAME.items():
        assert prefix_of_service(name) == prefix


def test_a8_an_operation_of_a_named_service_tells_its_actions() -> None:
    assert told_operation("S3", "HeadObject").actions == ("s3:GetObject",)
    assert told_operation("Secrets Manager", "GetSecretValue").actions == ("secretsmanager:GetSecretValue",)


def test_an_operation_of_one_service_alone_needs_no_service() -> None:
    assert told_operation(None, "GetSecretValue").actions == ("secretsmanager:GetSecretValue",)


def test_an_operation_of_several_services_is_not_guessed() -> None:
    told = told_operation(None, "PutObject")
    assert told.actions == ()
    assert "`s3`" in told.reason
    assert "does not name the service" in told.reason


@pytest.mark.parametrize("service", [None, "S3", "Weather"])
def test_an_operation_that_nobody_knows_tells_why(service: str | None) -> None:
    told = told_operation(service, "MoveTheMoon")
    assert told.actions == ()
    assert "`MoveTheMoon`" in told.reason


def test_m12_the_action_of_a_bare_refusal_comes_from_the_tool_with_its_source() -> None:
    text = "User: arn:aws:iam::111122223333:user/ana is not authorized to access this resource"
    (denial,) = denials_in(
        f"An error occurred (AccessDenied) when calling the GetHostedZoneCount operation: {text}"
    ).denials
    call = call_from_denial(denial)
    assert set(call.missing) | {each.request.action for each in call.requests} == {"route53:GetHostedZoneCount"}


def test_without_a_caller_the_needed_action_is_said_all_the_same() -> None:
    (denial,) = denials_in(
        "$ aws s3 ls s3://d\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied"
    ).denials
    call = call_from_denial(denial)
    assert not call.requests
    assert f"the call needs `s3:ListBucket` ({FROM_TOOL})" in call.unresolved


def test_both_actions_of_a_message_are_needed() -> None:
    (denial,) = denials_in(
        "AccessDeniedException: Model access is denied due to IAM user or service role is not authorized to perform the"
        " required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable"
    ).denials
    call = call_from_denial(denial)
    assert "`aws-marketplace:ViewSubscriptions`" in call.unresolved[-1]
    assert "`aws-marketplace:Subscribe`" in call.unresolved[-1]
