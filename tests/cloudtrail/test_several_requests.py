"""Calls that need several authorizations: what is certain, what is conditional, and on which resources."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from policysim.catalog.event_sources import service_prefix
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operations import OperationRule, operation
from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.further_actions import FURTHER_ACTIONS, PASSES_ROLES
from policysim.cloudtrail.requests import call_from_event
from tests.cloudtrail.calls import EC2, RUN, certain, conditional, made
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, USER, call, event
from tests.shared_data import needs_shared, rows

IAM = f"arn:aws:iam::{ACCOUNT}"
KMS = f"arn:aws:kms:eu-west-1:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table"
NOT_AUTHORIZED = f"User: {USER} is not authorized to perform: {{}} on resource: {{}}"


def test_s9_the_role_of_an_instance_profile_is_passed_and_its_name_is_a_guess_that_is_marked() -> None:
    for profile in ({"name": "web"}, {"arn": f"{IAM}:instance-profile/web"}):
        found = made("ec2", "RunInstances", {**RUN, "iamInstanceProfile": profile})
        assert ("iam:PassRole", f"{IAM}:role/web") in conditional(found)
        passing = found.requests[-1]
        assert "is taken to have the name of its instance profile" in passing.provenance.action
        assert passing.request.context.get("iam:PassedToService") == ("ec2.amazonaws.com",)


@pytest.mark.parametrize(
    ("source", "name", "parameters", "roles"),
    [
        ("lambda", "CreateFunction20150331", {"functionName": "f", "role": f"{IAM}:role/f"}, "f"),
        ("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "f", "role": f"{IAM}:role/f"}, "f"),
        ("ecs", "RegisterTaskDefinition", {"taskRoleArn": f"{IAM}:role/t", "executionRoleArn": f"{IAM}:role/e"}, "t e"),
        ("ecs", "RunTask", {"overrides": {"taskRoleArn": f"{IAM}:role/t"}}, "t"),
        ("cloudformation", "CreateStack", {"stackName": "s", "roleARN": f"{IAM}:role/deploy"}, "deploy"),
        ("states", "CreateStateMachine", {"name": "m", "roleArn": f"{IAM}:role/m"}, "m"),
        ("rolesanywhere", "CreateProfile", {"name": "p", "roleArns": [f"{IAM}:role/a", f"{IAM}:role/b"]}, "a b"),
        ("scheduler", "CreateSchedule", {"name": "s", "target": {"roleArn": f"{IAM}:role/s"}}, "s"),
        ("iam", "AddRoleToInstanceProfile", {"instanceProfileName": "p", "roleName": "web"}, "web"),
        ("cloudformation", "CreateStack", {"parameters": [{"roleArn": f"{IAM}:role/x"}]}, ""),
        ("sts", "AssumeRole", {"roleArn": f"{IAM}:role/x"}, ""),
        (
            "lambda",
            "CreateFunction20150331",
            {"functionName": "f", "environment": {"variables": {"role": f"{IAM}:role/x"}}},
            "",
        ),
    ],
)
def test_s9_each_role_that_the_parameters_pass_is_asked_for(
    source: str, name: str, parameters: dict[str, Any], roles: str
) -> None:
    passed = {arn for action, arn in certain(made(source, name, parameters)) if action == "iam:PassRole"}
    assert passed == {f"{IAM}:role/{role}" for role in roles.split()}


def test_a8_a_denied_pass_role_is_the_request_and_the_call_that_passes_it_follows() -> None:
    message = NOT_AUTHORIZED.format("iam:PassRole", f"{IAM}:role/f")
    parameters = {"functionName": "f", "role": f"{IAM}:role/f"}
    found = made("lambda", "CreateFunction20150331", parameters, errorMessage=message)
    assert [each.request.action for each in found.requests] == ["iam:PassRole", "lambda:CreateFunction"]
    assert found.requests[0].provenance.resource == "denial message"


def test_a8_of_two_roles_the_one_that_the_message_does_not_name_is_asked_for_as_well() -> None:
    parameters = {"taskRoleArn": f"{IAM}:role/t", "executionRoleArn": f"{IAM}:role/e"}
    message = NOT_AUTHORIZED.format("iam:PassRole", f"{IAM}:role/e")
    found = made("ecs", "RegisterTaskDefinition", parameters, errorMessage=message)
    passed = [each.request.resource.arn for each in found.requests if each.request.action == "iam:PassRole"]
    assert passed == [f"{IAM}:role/e", f"{IAM}:role/t"]


def test_a8_an_action_of_the_message_that_the_call_is_not_known_to_need_stands_alone() -> None:
    found = call(errorMessage=NOT_AUTHORIZED.format("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"))
    assert [each.request.action for each in found.requests] == ["sqs:SendMessage"]


@pytest.mark.parametrize(
    ("headers", "actions"),
    [
        ({"x-amz-tagging": "a=b"}, "s3:PutObjectTagging"),
        ({"x-amz-acl": "bucket-owner-full-control"}, "s3:PutObjectAcl"),
        ({"x-amz-grant-read": 'id="abc"', "x-amz-grant-full-control": 'id="abc"'}, "s3:PutObjectAcl"),
        ({"x-amz-object-lock-legal-hold": "ON"}, "s3:PutObjectLegalHold"),
        (
            {"x-amz-object-lock-mode": "COMPLIANCE", "x-amz-object-lock-retain-until-date": "2027-01-01"},
            "s3:PutObjectRetention",
        ),
        ({}, ""),
    ],
)
def test_a8_the_headers_of_a_write_ask_for_more(headers: dict[str, str], actions: str) -> None:
    found = made("s3", "PutObject", {"bucketName": "data", "key": "k", **headers})
    asked = [each.request.action for each in found.requests]
    assert asked == ["s3:PutObject", *actions.split()]
    assert {arn for _, arn in certain(found)} == {"arn:aws:s3:::data/k"}


def test_a8_a_bucket_with_a_private_acl_needs_nothing_more() -> None:
    private = made("s3", "CreateBucket", {"bucketName": "data", "x-amz-acl": "private"})
    assert [each.request.action for each in private.requests] == ["s3:CreateBucket"]
    public = made("s3", "CreateBucket", {"bucketName": "data", "x-amz-acl": "public-read"})
    assert [each.request.action for each in public.requests] == ["s3:CreateBucket", "s3:PutBucketAcl"]


def test_a7_a8_copying_a_part_of_a_version_reads_the_version() -> None:
    parameters = {"bucketName": "to", "key": "k", "x-amz-copy-source": "from/a?versionId=7"}
    found = made("s3", "UploadPartCopy", parameters)
    assert certain(found) == {("s3:GetObjectVersion", "arn:aws:s3:::from/a"), ("s3:PutObject", "arn:aws:s3:::to/k")}


def test_s36_a_call_on_a_directory_bucket_is_a_session_on_the_bucket() -> None:
    bucket = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:bucket/data--euw1-az1--x-s3"
    parameters = {"bucketName": "data--euw1-az1--x-s3", "key": "k"}
    listed = {"resources": [{"ARN": f"{bucket}/k"}, {"ARN": bucket, "accountId": ACCOUNT}]}
    assert certain(made("s3express", "GetObject", parameters, **listed)) == {("s3express:CreateSession", bucket)}
    found = made("s3express", "CreateSession", {**parameters, "x-amz-create-session-mode": "ReadOnly"}, **listed)
    assert found.requests[0].request.context.get("s3express:SessionMode") == ("ReadOnly",)


def test_s26_a_named_key_is_asked_for_with_the_keys_of_a_forwarded_call() -> None:
    key = f"{KMS}:key/k-1"
    header = {"x-amz-server-side-encryption-aws-kms-key-id": key, "x-amz-server-side-encryption": "aws:kms"}
    found = made("s3", "PutObject", {"bucketName": "data", "key": "k", **header})
    assert certain(found) == {("s3:PutObject", "arn:aws:s3:::data/k"), ("kms:GenerateDataKey", key)}
    context = found.requests[1].request.context
    assert context.get("kms:ViaService") == ("s3.eu-west-1.amazonaws.com",)
    assert context.get("aws:ViaAWSService") == ("true",)
    assert context.get("aws:CalledVia") == ("s3.amazonaws.com",)
    assert found.requests[0].request.context.get("aws:ViaAWSService") == ("false",)


def test_s26_the_key_of_a_read_is_not_known_and_a_bare_denial_says_so() -> None:
    bare = call(errorMessage="Access Denied")
    assert [each.request.action for each in bare.requests] == ["s3:GetObject"]
    assert any("`kms:Decrypt` may be needed as well" in sentence for sentence in bare.unresolved)
    told = call(errorMessage=NOT_AUTHORIZED.format("s3:GetObject", "arn:aws:s3:::data/report.csv"))
    assert not told.unresolved


def test_s26_the_key_of_a_read_is_conditional_where_the_record_lists_it() -> None:
    entries = [{"ARN": "arn:aws:s3:::data/report.csv"}, {"ARN": f"{KMS}:key/k-1", "accountId": ACCOUNT}]
    assert conditional(call(resources=entries)) == {("kms:Decrypt", f"{KMS}:key/k-1")}


def test_s24_a_key_that_another_service_asks_for_with_the_callers_credentials_is_forwarded() -> None:
    message = NOT_AUTHORIZED.format("kms:Decrypt", f"{KMS}:key/k-1")
    (first, *_) = call(ASSUMED_ROLE, errorMessage=message).requests
    assert (first.request.action, first.request.context.get("kms:ViaService")) == (
        "kms:Decrypt",
        ("s3.eu-west-1.amazonaws.com",),
    )


@pytest.mark.parametrize(
    ("source", "name", "parameters", "may_need"),
    [
        ("secretsmanager", "GetSecretValue", {"secretId": "db"}, "kms:Decrypt"),
        ("ssm", "GetParameter", {"name": "/a", "withDecryption": True}, "kms:Decrypt"),
        ("sqs", "SendMessage", {"queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q"}, "kms:GenerateDataKey"),
        ("sns", "Publish", {"topicArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"}, "kms:GenerateDataKey"),
        ("ecs", "RunTask", {"taskDefinition": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/t:1"}, "iam:PassRole"),
    ],
)
def test_a8_what_no_record_can_name_is_a_sentence_about_a_bare_denial_and_no_request(
    source: str, name: str, parameters: dict[str, Any], may_need: str
) -> None:
    bare = made(source, name, parameters)
    assert any(f"`{may_need}` may be needed as well" in sentence for sentence in bare.unresolved)
    assert may_need not in {each.request.action for each in bare.requests}
    assert not any(
        "may be needed" in sentence for sentence in made(source, name, parameters, errorCode=None).unresolved
    )


def test_a8_a_function_in_a_vpc_with_layers_needs_to_see_both() -> None:
    layer = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:3"
    parameters = {"functionName": "f", "layers": [layer], "vpcConfig": {"subnetIds": ["subnet-0abc123456"]}}
    found = call_from_event(
        event(eventSource="lambda.amazonaws.com", eventName="CreateFunction20150331", requestParameters=parameters),
        takes_no_resource=CATALOGUE.takes_no_resource,
    )
    assert certain(found) == {
        ("lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"),
        ("lambda:GetLayerVersion", layer),
        ("ec2:DescribeSubnets", "*"),
    }


@pytest.mark.parametrize(
    ("parameters", "actions"),
    [
        ({"tags": [{"key": "Team", "value": "blue"}]}, "sts:TagSession"),
        ({"transitiveTagKeys": ["Team"]}, "sts:TagSession"),
        ({"tags": [{"key": "Team", "value": "blue"}], "transitiveTagKeys": ["Team"]}, "sts:TagSession"),
        ({"sourceIdentity": "ana"}, "sts:SetSourceIdentity"),
        ({}, ""),
    ],
)
def test_s7_session_tags_and_source_identity_are_authorizations_of_their_own(
    parameters: dict[str, Any], actions: str
) -> None:
    found = made("sts", "AssumeRole", {"roleArn": f"{IAM}:role/x", **parameters})
    assert [each.request.action for each in found.requests] == ["sts:AssumeRole", *actions.split()]
    assert {arn for _, arn in certain(found)} == {f"{IAM}:role/x"}


def test_a8_re_encrypting_needs_both_keys() -> None:
    found = made("kms", "ReEncrypt", {"sourceKeyId": "k-1", "destinationKeyId": "k-2"})
    assert certain(found) == {("kms:ReEncryptFrom", f"{KMS}:key/k-1"), ("kms:ReEncryptTo", f"{KMS}:key/k-2")}


@pytest.mark.parametrize(
    ("source", "name", "parameters", "action", "resource"),
    [
        ("iam", "CreateUser", {"userName": "bo"}, "iam:TagUser", f"{IAM}:user/bo"),
        ("iam", "CreateRole", {"roleName": "r"}, "iam:TagRole", f"{IAM}:role/r"),
        (
            "lambda",
            "CreateFunction20150331",
            {"functionName": "f"},
            "lambda:TagResource",
            f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f",
        ),
        ("dynamodb", "CreateTable", {"tableName": "T"}, "dynamodb:TagResource", f"{TABLE}/T"),
        ("sqs", "CreateQueue", {"queueName": "q"}, "sqs:TagQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        ("sns", "CreateTopic", {"name": "t"}, "sns:TagResource", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"),
        (
            "ecr",
            "CreateRepository",
            {"repositoryName": "r"},
            "ecr:TagResource",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/r",
        ),
        (
            "ssm",
            "PutParameter",
            {"name": "/a"},
            "ssm:AddTagsToResource",
            f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/a",
        ),
    ],
)
def test_a8_tags_of_what_is_created_need_the_tagging_action(
    source: str, name: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    tags = [{"key": "Team", "value": "blue"}]
    assert (action, resource) in certain(made(source, name, {**parameters, "tags": tags}))
    assert action not in {asked for asked, _ in certain(made(source, name, parameters))}


def test_r13_a_command_needs_its_document_and_each_instance() -> None:
    parameters = {"documentName": "AWS-RunShellScript", "instanceIds": ["i-0abc123456", "mi-0abc123456"]}
    assert certain(made("ssm", "SendCommand", parameters)) == {
        ("ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"),
        ("ssm:SendCommand", f"{EC2}:instance/i-0abc123456"),
        ("ssm:SendCommand", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:managed-instance/mi-0abc123456"),
    }


@pytest.mark.parametrize(
    ("name", "parameters", "action", "path"),
    [
        ("GetRestApi", {"restApiId": "a1"}, "GET", "/restapis/a1"),
        ("CreateDeployment", {"restApiId": "a1"}, "POST", "/restapis/a1/deployments"),
        ("CreateDeployment", {"apiId": "b2"}, "POST", "/apis/b2/deployments"),
        ("CreateRestApi", {"createRestApiInput": {"name": "x"}}, "POST", "/restapis"),
        (
            "PutIntegration",
            {"restApiId": "a1", "resourceId": "r", "httpMethod": "GET"},
            "PUT",
            "/restapis/a1/resources/r/methods/GET/integration",
        ),
    ],
)
def test_a7_an_api_gateway_call_is_a_verb_on_the_arn_of_its_path(
    name: str, parameters: dict[str, Any], action: str, path: str
) -> None:
    expected = {(f"apigateway:{action}", f"arn:aws:apigateway:eu-west-1::{path}")}
    assert certain(made("apigateway", name, parameters)) == expected


def test_a7_a_path_that_the_parameters_do_not_fill_is_not_made_up() -> None:
    found = made("apigateway", "GetStage", {"stageName": "prod"})
    assert found.requests == ()
    assert "does not name the resource of `apigateway:GET`" in found.unresolved[0]


@pytest.mark.parametrize("row", FURTHER_ACTIONS, ids=lambda row: f"{row.action} of {row.operation}"[:60])
def test_a8_the_curated_rows_name_actions_that_exist_and_options_or_assumptions(row: Any) -> None:
    assert CATALOGUE.canonical_action(row.action) == row.action
    assert row.option or row.assumed
    assert not row.template or row.resource


def test_s9_the_operations_that_pass_roles_exist() -> None:
    for name in (
        "cloudformation:CreateStack",
        "ecs:RunTask",
        "eks:CreateNodegroup",
        "glue:UpdateJob",
        "events:PutTargets",
    ):
        assert PASSES_ROLES.fullmatch(name)
        assert CATALOGUE.knows_action(name)
    assert not PASSES_ROLES.fullmatch("iam:UpdateAssumeRolePolicy")


@needs_shared
def test_a7_nearly_every_real_call_is_mapped_and_the_rest_says_why() -> None:
    rules: Counter[OperationRule] = Counter()
    unmapped = set()
    events = [event_from_record(row["event"]) for row in rows("data/events/all.jsonl.gz")]
    for each in filter(lambda each: each.is_call, events):
        found = operation(each.event_source, each.event_name)
        rules[found.rule] += 1
        if found.rule is OperationRule.UNMAPPED:
            unmapped.add(f"{service_prefix(each.event_source)}:{each.event_name}")
    assert unmapped == {"s3:GetStorageLensDashboardDataInternal"}
    assert rules[OperationRule.UNMAPPED] / rules.total() < 0.002
    assert rules[OperationRule.REVIEWED_EXCEPTION] >= 30


@needs_shared
def test_r13_at_least_27_of_32_real_calls_become_requests() -> None:
    calls = [
        call_from_event(event_from_record(row["event"]), takes_no_resource=CATALOGUE.takes_no_resource)
        for row in rows("data/events/all.jsonl.gz")
    ]
    assert sum(bool(each.requests) for each in calls) / len(calls) > 27 / 32
    assert sum(len(each.requests) > 1 for each in calls) >= 160
    assert all(each.requests or each.unresolved for each in calls)
