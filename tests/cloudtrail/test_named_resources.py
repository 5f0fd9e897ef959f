"""Resources that parameters name, and those that they only seem to name: half an ARN, another's bucket, a default."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.requests import call_from_event
from policysim.language.request import ABSENT, RequestContext
from tests.cloudtrail.records import ACCOUNT, event

HERE = f"eu-west-1:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:db/password"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/x"
VOLUMES = f"arn:aws:iam::{ACCOUNT}:role/volumes"
BLUE = [{"key": "Team", "value": "blue"}]


def called(source: str, name: str, parameters: Any, **fields: Any) -> Any:
    record = event(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, **fields)
    return call_from_event(record, takes_no_resource=CATALOGUE.takes_no_resource)


def resources(source: str, name: str, parameters: Any, action: str = "", **fields: Any) -> list[str]:
    """The ARNs of the action of the call's name, or of another one."""
    asked = (action or f"{source}:{name}").lower()
    found = called(source, name, parameters, **fields).requests
    return sorted(each.request.resource.arn for each in found if each.request.action.lower() == asked)


def context(source: str, name: str, parameters: Any, resource: str) -> RequestContext:
    found: RequestContext = next(
        each.request.context
        for each in called(source, name, parameters).requests
        if each.request.resource.arn.endswith(resource)
    )
    return found


def test_r2_half_of_a_secrets_arn_is_none() -> None:
    assert resources("secretsmanager", "GetSecretValue", {"secretId": f"{SECRET}-AbC123"}) == [f"{SECRET}-AbC123"]
    assert resources("secretsmanager", "GetSecretValue", {"secretId": SECRET}) == []
    assert resources("secretsmanager", "GetSecretValue", {"secretId": "db/password-AbC123"}) == []


def test_r2_secrets_in_a_list_are_named_by_whole_arns() -> None:
    listed = {"secretIdList": ["db/password", SECRET, f"{SECRET}-AbC123"]}
    found = resources("secretsmanager", "BatchGetSecretValue", listed, "secretsmanager:GetSecretValue")
    assert found == [f"{SECRET}-AbC123"]


def test_r22_no_name_tells_whose_directory_bucket_is_meant() -> None:
    bucket = "data--euw1-az1--x-s3"
    assert resources("s3express", "CreateSession", {"bucketName": bucket}) == []
    arn = f"arn:aws:s3express:eu-west-1:444455556666:bucket/{bucket}"
    listed = [{"ARN": f"{arn}/report.csv"}, {"ARN": arn, "accountId": "444455556666"}]
    assert resources("s3express", "CreateSession", {"bucketName": bucket}, resources=listed) == [arn]
    own = f"arn:aws:s3express:{HERE}:bucket/{bucket}"
    assert resources("s3express", "DeleteBucket", {"bucketName": bucket}) == [own]


def test_r13_changing_the_groups_of_an_instance_needs_them_as_well() -> None:
    parameters = {"instanceId": "i-0abc1234", "groupSet": {"items": [{"groupId": "sg-0abc1234"}]}}
    assert resources("ec2", "ModifyInstanceAttribute", parameters) == [
        f"arn:aws:ec2:{HERE}:instance/i-0abc1234",
        f"arn:aws:ec2:{HERE}:security-group/sg-0abc1234",
    ]


def test_r13_what_is_copied_lies_in_the_region_that_the_request_names() -> None:
    parameters = {"sourceSnapshotId": "snap-0abc1234", "sourceRegion": "us-east-1"}
    assert resources("ec2", "CopySnapshot", parameters) == [
        "arn:aws:ec2:eu-west-1::snapshot/*",
        "arn:aws:ec2:us-east-1::snapshot/snap-0abc1234",
    ]


@pytest.mark.parametrize("name", ["CreatePlacementGroup", "DeletePlacementGroup"])
def test_r13_a_placement_group_goes_by_its_name(name: str) -> None:
    assert resources("ec2", name, {"groupName": "pg"}) == [f"arn:aws:ec2:{HERE}:placement-group/pg"]
    assert resources("ec2", "DeleteSecurityGroup", {"groupName": "web"}) == []


@pytest.mark.parametrize("name", ["AWSPremiumSupport-Run", "AmazonInspector2-Scan", "aws-own"])
def test_r22_a_name_that_is_reserved_for_aws_is_no_document_of_the_account(name: str) -> None:
    assert resources("ssm", "DescribeDocument", {"name": name}) == []


@pytest.mark.parametrize("name", ["AWS-RunShellScript", "AWSConfigRemediation-EncryptSNSTopic"])
def test_r22_a_document_of_aws_belongs_to_no_account(name: str) -> None:
    assert resources("ssm", "DescribeDocument", {"name": name}) == [f"arn:aws:ssm:eu-west-1::document/{name}"]


def test_a_query_is_asked_for_on_the_log_group_in_the_form_of_a_stream() -> None:
    arn = f"arn:aws:logs:{HERE}:log-group:/app:log-stream:"
    assert resources("logs", "StartQuery", {"logGroupName": "/app"}) == [arn]
    assert resources("logs", "StartQuery", {"logGroupNames": ["/app", "/web"]}) == [arn, arn.replace("/app", "/web")]
    assert resources("logs", "CreateExportTask", {"logGroupName": "/app", "destination": "b"}) == [arn]


def test_s9_the_role_of_a_tasks_volumes_goes_to_the_service_itself() -> None:
    parameters = {
        "taskDefinition": "web",
        "overrides": {"taskRoleArn": ROLE},
        "volumeConfigurations": [{"name": "v", "managedEBSVolume": {"roleArn": VOLUMES}}],
    }
    assert context("ecs", "RunTask", parameters, "role/volumes").get("iam:PassedToService") == ("ecs.amazonaws.com",)
    assert context("ecs", "RunTask", parameters, "role/x").get("iam:PassedToService") == ("ecs-tasks.amazonaws.com",)


def test_c58_a_launch_template_may_have_tags_of_its_own() -> None:
    template = {"launchTemplate": {"launchTemplateId": "lt-0abc1234"}, "imageId": "ami-0abc1234"}
    without = context("ec2", "RunInstances", template, "instance/*")
    assert without.get("aws:RequestTag/Team") is None
    assert without.get("aws:TagKeys") is None
    tagged = {**template, "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": BLUE}]}}
    found = context("ec2", "RunInstances", tagged, "instance/*")
    assert found.get("aws:RequestTag/Team") == ("blue",)
    assert found.get("aws:RequestTag/Other") is None
    assert context("ec2", "RunInstances", {"imageId": "ami-0abc1234"}, "instance/*").get("aws:TagKeys") is ABSENT


@pytest.mark.parametrize("name", ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_c58_the_tags_of_a_token_are_shown_as_principal_tags(name: str) -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    identity = {"type": "WebIdentityUser", "principalId": "p", "userName": "repo", "identityProvider": provider}
    fields: dict[str, Any] = {"eventSource": "sts.amazonaws.com", "eventName": name}

    def keys(parameters: dict[str, Any]) -> RequestContext:
        record = event(identity, requestParameters={"roleArn": ROLE, **parameters}, **fields)
        found = call_from_event(record).requests
        return next(each.request.context for each in found if each.request.action == f"sts:{name}")

    assert keys({}).get("aws:RequestTag/Team") is None
    assert keys({}).get("aws:TagKeys") is None
    shown = keys({"principalTags": {"Team": "blue"}})
    assert shown.get("aws:RequestTag/Team") == ("blue",)
    assert shown.get("aws:TagKeys") == ("Team",)


def test_r2_a_text_message_goes_to_no_arn() -> None:
    message = f"User: {ROLE} is not authorized to perform: SNS:Publish on resource: +4915112345678"
    found = called("sns", "Publish", {"phoneNumber": "+4915112345678"}, errorMessage=message)
    assert [(each.request.action, each.request.resource.arn) for each in found.requests][:1] == [("SNS:Publish", "*")]
    assert found.missing == ()


def test_r16_the_vault_of_a_recovery_point_is_told_by_the_request() -> None:
    snapshot = "arn:aws:ec2:eu-west-1::snapshot/snap-1"
    parameters = {"backupVaultName": "prod", "recoveryPointArn": snapshot}
    [first, *_] = called("backup", "DeleteRecoveryPoint", parameters).requests
    assert first.request.resource.arn == snapshot
    assert first.request.resource.held_in == f"arn:aws:backup:{HERE}:backup-vault:prod"
    assert CATALOGUE.works_on("backup:DeleteRecoveryPoint", snapshot)
    hostile = called("backup", "DeleteRecoveryPoint", {**parameters, "backupVaultName": "a:b"}).requests
    assert hostile[0].request.resource.held_in is None


@pytest.mark.parametrize(
    ("source", "name", "parameters", "named", "others"),
    [
        (
            "glue",
            "GetTable",
            {"databaseName": "sales", "name": "orders"},
            f"arn:aws:glue:{HERE}:catalog",
            [f"arn:aws:glue:{HERE}:database/sales", f"arn:aws:glue:{HERE}:table/sales/orders"],
        ),
        (
            "rds",
            "CreateDBInstance",
            {"dBInstanceIdentifier": "shop", "dBSubnetGroupName": "private", "dBParameterGroupName": "pg16"},
            f"arn:aws:rds:{HERE}:subgrp:private",
            [f"arn:aws:rds:{HERE}:db:shop", f"arn:aws:rds:{HERE}:pg:pg16"],
        ),
    ],
)
def test_r13_what_the_message_names_is_one_resource_of_several(
    source: str, name: str, parameters: dict[str, str], named: str, others: list[str]
) -> None:
    message = f"User: {ROLE} is not authorized to perform: {source}:{name} on resource: {named}"
    found = called(source, name, parameters, errorMessage=message).requests
    assert found[0].request.resource.arn == named
    assert resources(source, name, parameters, errorMessage=message) == sorted([named, *others])
