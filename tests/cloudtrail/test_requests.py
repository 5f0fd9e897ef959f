from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.call import Provenance
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.requests import call_from_denial, call_from_event
from policysim.language.request import PrincipalKind, RequestContext
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, SESSION, USER, call, event, request

OTHER = "444455556666"
MESSAGE = f"User: {USER} is not authorized to perform: {{}} on resource: {{}}"
SERVICE = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}


def always(_action: str) -> bool:
    return True


def resource(source: str, name: str, parameters: dict[str, Any] | None, **fields: Any) -> tuple[str, str | None]:
    found = request(
        eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, **fields
    ).resource
    return found.arn, found.account


def unresolved(source: str, name: str, parameters: dict[str, Any] | None, **fields: Any) -> str:
    found = call(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=parameters, **fields)
    assert found.requests == ()
    return " | ".join(found.unresolved)


def test_the_message_wins_about_action_and_resource_and_the_record_about_the_caller() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{OTHER}:orders"
    found = call(ASSUMED_ROLE, errorMessage=MESSAGE.format("sqs:SendMessage", queue))
    (only,) = found.requests
    assert only.request.principal.arn == SESSION
    assert (only.request.action, only.request.resource.arn) == ("sqs:SendMessage", queue)
    assert only.request.resource.account == OTHER
    assert only.provenance == Provenance("userIdentity", "denial message", "denial message", "resource ARN")
    assert found.denial is not None
    assert found.denial.principal == USER


def test_a_star_in_the_message_is_owned_by_the_callers_account() -> None:
    (only,) = call(errorMessage=MESSAGE.format("organizations:LeaveOrganization", "*")).requests
    assert (only.request.resource.arn, only.request.resource.account) == ("*", ACCOUNT)
    assert only.provenance.owner == "the caller's account"


def test_words_for_iam_entities_are_in_the_callers_account() -> None:
    for words, arn in (
        ("role app", f"arn:aws:iam::{ACCOUNT}:role/app"),
        ("user bo", f"arn:aws:iam::{ACCOUNT}:user/bo"),
        ("policy X", f"arn:aws:iam::{ACCOUNT}:policy/X"),
        ("instance profile web", f"arn:aws:iam::{ACCOUNT}:instance-profile/web"),
    ):
        found = call(errorMessage=MESSAGE.format("iam:GetRole", words))
        assert found.requests[0].request.resource.arn == arn
        assert "denial message" in found.requests[0].provenance.resource
        assert "the path of" in found.unresolved[0]
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    found = call(errorMessage=MESSAGE.format("iam:GetPolicy", f"policy {policy}"))
    assert (found.requests[0].request.resource.arn, found.requests[0].request.resource.account) == (policy, ACCOUNT)


def test_m14_this_resource_falls_through_to_the_entries_of_the_record() -> None:
    key = f"arn:aws:kms:eu-west-1:{OTHER}:key/k-1"
    (only,) = call(
        eventSource="kms.amazonaws.com",
        eventName="Decrypt",
        errorMessage=f"User: {USER} is not authorized to perform: kms:Decrypt on this resource because no"
        " identity-based policy allows the kms:Decrypt action",
        resources=[{"ARN": key, "accountId": OTHER, "type": "AWS::KMS::Key"}],
    ).requests
    assert (only.request.resource.arn, only.request.resource.account) == (key, OTHER)
    assert only.provenance.resource == "resources[]"


def test_r22_the_owner_of_a_bucket_is_never_guessed() -> None:
    assert resource("s3", "GetObject", {"bucketName": "data", "key": "a b/c"}) == ("arn:aws:s3:::data/a b/c", None)
    (only,) = call().requests
    assert only.provenance.owner == "not known"


def test_r22_the_record_may_say_who_owns_the_bucket_of_an_object() -> None:
    entries = [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::data/report.csv"},
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::data", "accountId": OTHER},
    ]
    (only,) = call(resources=entries).requests
    assert (only.request.resource.arn, only.request.resource.account) == ("arn:aws:s3:::data/report.csv", OTHER)
    assert only.provenance == Provenance("userIdentity", "event name", "resources[]", "resources[]")
    bucket = call(eventName="GetBucketAcl", resources=entries).requests[0].request.resource
    assert (bucket.arn, bucket.account) == ("arn:aws:s3:::data", OTHER)
    printed = call(errorMessage=MESSAGE.format("s3:GetObject", '"arn:aws:s3:::data/report.csv"'), resources=entries)
    assert printed.requests[0].request.resource.account == OTHER


def test_r13_a_batch_call_of_parameters_needs_each_of_them() -> None:
    arns = [f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/{name}" for name in ("a", "b")]
    found = call(eventSource="ssm.amazonaws.com", eventName="GetParameters", resources=[{"ARN": arn} for arn in arns])
    assert [each.request.resource.arn for each in found.requests] == arns


def test_entries_of_other_services_do_not_count() -> None:
    stray = [
        {"ARN": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1"},
        {"ARN": "not an arn"},
        {"ARNPrefix": "arn:aws:s3:::x"},
    ]
    (only,) = call(resources=stray).requests
    assert only.provenance.resource == "request parameter `bucketName`"


EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
IAM = f"arn:aws:iam::{ACCOUNT}"


@pytest.mark.parametrize(
    ("source", "name", "parameters", "arn"),
    [
        ("ec2", "GetPasswordData", {"instanceId": "i-1"}, f"{EC2}:instance/i-1"),
        ("ec2", "DescribeInstanceAttribute", {"instanceId": "i-1", "attribute": "userData"}, f"{EC2}:instance/i-1"),
        ("ec2", "DeleteSnapshot", {"snapshotId": "snap-1"}, "arn:aws:ec2:eu-west-1::snapshot/snap-1"),
        ("ec2", "DeleteSecurityGroup", {"groupId": "sg-1"}, f"{EC2}:security-group/sg-1"),
        ("s3", "HeadObject", {"bucketName": "data", "key": "k"}, "arn:aws:s3:::data/k"),
        ("s3", "ListObjectsV2", {"bucketName": "data"}, "arn:aws:s3:::data"),
        ("s3", "GetBucketEncryption", {"bucketName": "data"}, "arn:aws:s3:::data"),
        ("s3", "ListParts", {"bucketName": "data", "key": "k"}, "arn:aws:s3:::data/k"),
        (
            "s3",
            "GetObject",
            {"bucketName": f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap", "key": "k"},
            f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap/object/k",
        ),
        ("sts", "AssumeRole", {"roleArn": f"{IAM}:role/app/x"}, f"{IAM}:role/app/x"),
        ("iam", "GetRole", {"roleName": "web"}, f"{IAM}:role/web"),
        ("iam", "AttachRolePolicy", {"roleName": "web", "policyArn": f"{IAM}:policy/P"}, f"{IAM}:role/web"),
        ("iam", "CreateRole", {"roleName": "web", "path": "/app/"}, f"{IAM}:role/app/web"),
        ("iam", "CreateAccessKey", {"userName": "bo"}, f"{IAM}:user/bo"),
        ("iam", "AddUserToGroup", {"userName": "bo", "groupName": "devs"}, f"{IAM}:group/devs"),
        ("iam", "DeletePolicy", {"policyArn": f"{IAM}:policy/P"}, f"{IAM}:policy/P"),
        ("iam", "CreatePolicy", {"policyName": "P", "path": "/x/"}, f"{IAM}:policy/x/P"),
        ("kms", "Decrypt", {"keyId": "1234-abcd"}, f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234-abcd"),
        ("kms", "Decrypt", {"keyId": f"arn:aws:kms:eu-west-1:{OTHER}:key/k"}, f"arn:aws:kms:eu-west-1:{OTHER}:key/k"),
        (
            "sqs",
            "SendMessage",
            {"queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{OTHER}/orders.fifo"},
            f"arn:aws:sqs:eu-west-1:{OTHER}:orders.fifo",
        ),
        ("sns", "Publish", {"topicArn": f"arn:aws:sns:eu-west-1:{OTHER}:t"}, f"arn:aws:sns:eu-west-1:{OTHER}:t"),
        ("lambda", "Invoke", {"functionName": "f"}, f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"),
        (
            "lambda",
            "Invoke",
            {"functionName": "f", "qualifier": "live"},
            f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f:live",
        ),
        (
            "lambda",
            "GetFunction20150331v2",
            {"functionName": "f:1"},
            f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f:1",
        ),
        ("dynamodb", "GetItem", {"tableName": "T"}, f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T"),
        (
            "dynamodb",
            "Query",
            {"tableName": "T", "indexName": "I"},
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T/index/I",
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            {"secretId": f"arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:s-AbCdEf"},
            f"arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:s-AbCdEf",
        ),
        (
            "logs",
            "CreateLogStream",
            {"logGroupName": "/g", "logStreamName": "s"},
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/g:log-stream:s",
        ),
        (
            "logs",
            "PutRetentionPolicy",
            {"logGroupName": "/g"},
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/g:log-stream:",
        ),
        ("ssm", "GetParameter", {"name": "/a/b"}, f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/a/b"),
        (
            "ssm",
            "GetParameter",
            {"name": f"arn:aws:ssm:eu-west-1:{OTHER}:parameter/a"},
            f"arn:aws:ssm:eu-west-1:{OTHER}:parameter/a",
        ),
        ("ssm", "GetParameter", {"name": "/aws/service/ami/id"}, "arn:aws:ssm:eu-west-1::parameter/aws/service/ami/id"),
        (
            "ecr",
            "BatchGetImage",
            {"repositoryName": "r", "registryId": OTHER},
            f"arn:aws:ecr:eu-west-1:{OTHER}:repository/r",
        ),
        (
            "ecs",
            "RunTask",
            {
                "cluster": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/c",
                "taskDefinition": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/t:1",
            },
            f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/t:1",
        ),
        (
            "states",
            "StartExecution",
            {"stateMachineArn": f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:m"},
            f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:m",
        ),
    ],
)
def test_the_resource_from_request_parameters(source: str, name: str, parameters: dict[str, Any], arn: str) -> None:
    found, owner = resource(source, name, parameters)
    assert found == arn
    assert owner == (arn.split(":")[4] or None)


@pytest.mark.parametrize(
    ("source", "name", "parameters", "listed", "part"),
    [
        ("dynamodb", "Query", {"tableName": "T", "indexName": "I"}, "table/T", "/index/I"),
        ("lambda", "Invoke", {"functionName": "f", "qualifier": "live"}, "function:f", ":live"),
        ("dynamodb", "Query", {"tableName": "T"}, "table/T", ""),
        ("dynamodb", "Query", {"tableName": "T-2"}, "table/T", ""),
    ],
)
def test_r19_r21_the_part_that_the_parameters_name_goes_before_the_whole_that_the_record_lists(
    source: str, name: str, parameters: dict[str, Any], listed: str, part: str
) -> None:
    whole = f"arn:aws:{source}:eu-west-1:{ACCOUNT}:{listed}"
    assert resource(source, name, parameters, resources=[{"ARN": whole}]) == (f"{whole}{part}", ACCOUNT)


def test_the_partition_of_what_is_made_is_that_of_the_caller_or_of_the_region() -> None:
    china = {**IAM_USER, "arn": f"arn:aws-cn:iam::{ACCOUNT}:user/ana"}
    assert request(china).resource.arn == "arn:aws-cn:s3:::data/report.csv"
    assert request({"type": "AWSService", "invokedBy": "x.amazonaws.com"}, awsRegion="us-gov-west-1").resource.arn == (
        "arn:aws-us-gov:s3:::data/report.csv"
    )


@pytest.mark.parametrize(
    ("source", "name", "parameters", "says"),
    [
        ("kms", "Decrypt", {"keyId": "alias/app"}, "an alias or a ciphertext"),
        ("kms", "Decrypt", {"keyId": f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"}, "an alias or a ciphertext"),
        ("kms", "Decrypt", {"encryptionContext": {"a": "b"}}, "an alias or a ciphertext"),
        ("secretsmanager", "GetSecretValue", {"secretId": "db"}, "six characters"),
        ("s3", "DeleteObjects", {"bucketName": "data"}, "several objects, or none"),
        ("s3", "GetObject", {"bucketName": "ap-0a1b2c-s3alias", "key": "k"}, "an access point by its alias"),
        ("s3", "ListObjectsV2", {"bucketName": "ap-0a1b2c-s3alias"}, "an access point by its alias"),
        ("ssm", "GetParameter", {"name": "/a/b:3"}, "does not name the resource of `ssm:GetParameter`"),
        (
            "ecs",
            "UpdateService",
            {"cluster": "arn:aws:ecs:eu-west-1:444455556666:cluster/c", "service": "s"},
            "does not name the resource of `ecs:UpdateService`",
        ),
        ("sts", "AssumeRole", None, "no request parameters"),
        ("ec2", "DescribeInstances", {"instanceId": "i-1"}, "does not name the resource of `ec2:DescribeInstances`"),
        ("ec2", "AttachVolume", {"instanceId": "", "volumeId": "v-1"}, "does not name the resource"),
        ("ec2", "RunInstances", None, "of `ec2:RunInstances`: it shows no request parameters"),
        ("iam", "GetRole", {"roleName": ["web"]}, "does not name the resource"),
        ("dynamodb", "ListTables", {"tableName": "T"}, "does not name the resource"),
        ("apigateway", "TagResource", {"resourceArn": "x"}, "cannot be told from its name"),
        ("dynamodb", "ExecuteStatement", {"statement": "x"}, "cannot be told from its name"),
        (
            "batch",
            "SubmitJob",
            {"jobQueue": "arn:aws:batch:r:1:a", "jobDefinition": "arn:aws:batch:r:1:b"},
            "does not name",
        ),
    ],
)
def test_r2_what_cannot_be_made_out_is_never_a_star(
    source: str, name: str, parameters: dict[str, Any] | None, says: str
) -> None:
    assert says in unresolved(source, name, parameters)


def test_r2_an_action_without_resources_asks_for_the_star() -> None:
    found = call_from_event(
        event(eventSource="ec2.amazonaws.com", eventName="DescribeInstances", requestParameters={"instanceId": "i-1"}),
        takes_no_resource=always,
    )
    (only,) = found.requests
    assert (only.request.resource.arn, only.request.resource.account) == ("*", ACCOUNT)
    assert only.provenance.resource == "the action works on no single resource"


def test_the_message_goes_before_the_table_of_actions_without_resources() -> None:
    arn = f"{EC2}:instance/i-1"
    found = call_from_event(event(errorMessage=MESSAGE.format("ec2:GetPasswordData", arn)), takes_no_resource=always)
    assert found.requests[0].request.resource.arn == arn


def test_iam_names_without_a_path_are_said_to_be_so() -> None:
    found = call(eventSource="iam.amazonaws.com", eventName="GetRole", requestParameters={"roleName": "web"})
    assert found.unresolved == ("the path of `web` is not shown, so its ARN is made without one",)
    made = call(eventSource="iam.amazonaws.com", eventName="CreateRole", requestParameters={"roleName": "web"})
    assert made.unresolved == ()


def test_a7_a_version_of_an_object_is_another_action() -> None:
    found = request(requestParameters={"bucketName": "data", "key": "k", "versionId": "v"})
    assert found.action == "s3:GetObjectVersion"


def test_a8_a_copy_needs_to_read_and_to_write() -> None:
    found = call(
        eventName="CopyObject",
        requestParameters={"bucketName": "to", "key": "k", "x-amz-copy-source": "/from/a%20b%3FversionId=?versionId=1"},
        resources=[{"ARN": "arn:aws:s3:::to/k"}, {"ARN": "arn:aws:s3:::to", "accountId": ACCOUNT}],
    )
    assert [(each.request.action, each.request.resource.arn) for each in found.requests] == [
        ("s3:GetObjectVersion", "arn:aws:s3:::from/a b?versionId="),
        ("s3:PutObject", "arn:aws:s3:::to/k"),
        ("s3:GetObjectTagging", "arn:aws:s3:::from/a b?versionId="),
        ("s3:PutObjectTagging", "arn:aws:s3:::to/k"),
    ]
    assert [each.request.resource.account for each in found.requests] == [None, ACCOUNT, None, ACCOUNT]
    assert [each.conditional for each in found.requests] == [False, False, True, True]


def test_the_callers_account_is_needed_to_make_an_arn() -> None:
    found = call(
        SERVICE, eventSource="lambda.amazonaws.com", eventName="Invoke", requestParameters={"functionName": "f"}
    )
    assert found.requests == ()
    assert "does not name the resource" in found.unresolved[0]


def test_the_message_helps_where_the_record_shows_no_arn() -> None:
    other = {"type": "AWSAccount", "principalId": "AROAEXAMPLE:i-0abc", "accountId": ACCOUNT}
    message = f"User: {SESSION} is not authorized to perform: s3:GetObject"
    (only,) = call(other, errorMessage=message).requests
    assert only.request.principal.arn == SESSION
    assert only.request.principal.unique_id == "AROAEXAMPLE"
    assert only.provenance.principal.startswith("denial message")
    elsewhere = {**other, "accountId": OTHER}
    (only,) = call(elsewhere, errorMessage=message).requests
    assert (only.request.principal.arn, only.request.principal.account) == (None, OTHER)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"eventType": "AwsServiceEvent"}, "an event of the service itself"),
        ({"eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin"}, "failed at authentication"),
        ({"eventCategory": "Insight"}, "an Insights event"),
    ],
)
def test_what_is_no_call_has_no_requests(fields: dict[str, Any], says: str) -> None:
    found = call(**fields)
    assert (found.denial, found.requests) == (None, ())
    assert says in found.unresolved[0]


def test_a_call_that_succeeded_has_requests_and_no_denial() -> None:
    found = call(errorCode=None)
    assert found.denial is None
    assert len(found.requests) == 1


def test_a_refusal_that_no_policy_caused_is_said_so() -> None:
    found = call(errorMessage="Access Denied because object protected by object lock.")
    assert found.denial is not None
    assert not found.denial.iam
    assert found.unresolved == ("no policy caused the refusal: S3 Object Lock protects the object",)


def test_a_denial_without_a_message_still_has_its_request() -> None:
    found = call()
    assert found.denial is not None
    assert (found.denial.raw, found.denial.recognised) == ("", False)
    assert found.requests[0].provenance.action == "event name"


def test_a_network_activity_event_is_a_denied_call() -> None:
    found = call(
        eventCategory="NetworkActivity",
        eventType="AwsVpceEvent",
        errorCode="VpceAccessDenied",
        errorMessage="The request was denied due to a VPC endpoint policy",
        vpcEndpointId="vpce-1",
    )
    assert found.denial is not None
    assert found.denial.layer == "vpce"
    assert found.requests[0].request.context.get("aws:SourceVpce") == ("vpce-1",)


def test_from_a_message_alone_the_context_is_wholly_unknown() -> None:
    arn = "arn:aws:s3:::data/report.csv"
    denial = read_denial(f'User: {SESSION} is not authorized to perform: s3:GetObject on resource: "{arn}"')
    found = call_from_denial(denial)
    (only,) = found.requests
    assert found.event is None
    assert only.request.context == RequestContext(complete=False)
    assert only.request.principal.kind is PrincipalKind.ROLE_SESSION
    assert (only.request.resource.arn, only.request.resource.account) == (arn, None)
    assert "derived" in only.provenance.principal
    assert only.provenance.action == "denial message"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Access Denied", ("does not name its caller", "does not name the denied action")),
        (f"User: {USER} is not authorized to perform: s3:GetObject", ("does not name the resource of `s3:GetObject`",)),
        ("User: ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k", ("no ARN",)),
        (f"User: {USER} is not authorized to perform: kms:Decrypt on this resource", ("does not name the resource",)),
        ("nothing at all", ("does not name its caller",)),
    ],
)
def test_from_a_message_alone_what_is_missing_is_said(text: str, says: tuple[str, ...]) -> None:
    found = call_from_denial(read_denial(text))
    assert found.requests == ()
    for words in says:
        assert any(words in sentence for sentence in found.unresolved)


def test_a_masked_account_is_said_and_is_no_owner() -> None:
    arn = "arn:aws:execute-api:eu-west-1:********2333:api/prod/GET/x"
    found = call_from_denial(read_denial(MESSAGE.format("execute-api:Invoke", arn)))
    assert found.requests[0].request.resource.account is None
    assert "masks the account" in found.unresolved[0]


def test_a_queue_may_be_printed_by_its_address() -> None:
    found = call(
        eventSource="sqs.amazonaws.com",
        eventName="SendMessage",
        errorMessage=f"Access to the resource https://sqs.eu-west-1.amazonaws.com/{OTHER}/q is denied.",
    )
    assert found.requests[0].request.resource.arn == f"arn:aws:sqs:eu-west-1:{OTHER}:q"
    assert found.requests[0].provenance.resource == "denial message"
