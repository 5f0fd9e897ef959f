"""Text as people paste it: the denials of each tool's output, and nothing else of it."""

from __future__ import annotations

import json

import pytest

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.terminal_text import plain_text
from policysim.cloudtrail.transcripts import denials_in

ANA = "arn:aws:iam::111122223333:user/ana"
DEPLOYER = "arn:aws:sts::111122223333:assumed-role/deployer/build-7"
BECAUSE = "because no identity-based policy allows the s3:PutObject action"
PUT = f'User: {ANA} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::data/report.csv" {BECAUSE}'
SECRET = (
    f"User: {ANA} is not authorized to perform: secretsmanager:GetSecretValue on resource: db because no resource-based"
    " policy allows the secretsmanager:GetSecretValue action"
)


def one(text: str) -> Denial:
    told = denials_in(text)
    assert len(told.denials) == 1, told
    return told.denials[0]


def is_put(denial: Denial) -> None:
    assert denial.recognised
    assert (denial.principal, denial.action) == (ANA, "s3:PutObject")
    assert (denial.resource, denial.layer, denial.kind) == (
        "arn:aws:s3:::data/report.csv",
        "identity",
        DenialKind.IMPLICIT,
    )


AWS_CLI = f"""$ aws s3api put-object --bucket data --key report.csv --body report.csv

An error occurred (AccessDenied) when calling the PutObject operation: {PUT}
$ echo $?
254
"""

AWS_CLI_COPY = """$ aws s3 cp report.csv s3://data/report.csv
upload failed: ./report.csv to s3://data/report.csv An error occurred (AccessDenied) when calling the PutObject \
operation: Access Denied
"""

BOTO3 = f"""Traceback (most recent call last):
  File "/app/upload.py", line 12, in <module>
    client.put_object(Bucket="data", Key="report.csv", Body=body)
  File "/usr/lib/python3.12/site-packages/botocore/client.py", line 1009, in _make_api_call
    raise error_class(parsed_response, operation_name)
botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation: {PUT}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    raise RuntimeError(str(error)) from error
RuntimeError: An error occurred (AccessDenied) when calling the PutObject operation: {PUT}
"""

TERRAFORM = """╷
│ Error: creating S3 Bucket (data): operation error S3: CreateBucket, https response error StatusCode: 403, \
RequestID: 0A1B, HostID: aB/c+d=, api error AccessDenied: User:
│ arn:aws:sts::111122223333:assumed-role/deployer/build-7 is not authorized to perform: s3:CreateBucket on resource:
│ "arn:aws:s3:::data" with an explicit deny in a service control policy:
│ arn:aws:organizations::444455556666:policy/o-a1b2c3/service_control_policy/p-1a2b3c
│\x20
│   with module.lake.aws_s3_bucket.data,
│   on lake/main.tf line 1, in resource "aws_s3_bucket" "data":
│    1: resource "aws_s3_bucket" "data" {
╵
"""

TERRAFORM_V3 = """Error: error creating S3 bucket ACL: AccessDenied: Access Denied
\tstatus code: 403, request id: 0A1B, host id: aB/c+d=

  on main.tf line 1, in resource "aws_s3_bucket" "data":
"""

CLOUDFORMATION = (
    "data-lake | 3/5 | 12:01:02 PM | CREATE_FAILED | AWS::S3::Bucket | Data (Data0A1B)\n"
    f'Resource handler returned message: "User: {DEPLOYER} is not authorized to perform: s3:CreateBucket on resource:'
    ' \\"arn:aws:s3:::data\\" because no identity-based policy allows the s3:CreateBucket action (Service: S3,'
    ' Status Code: 403, Request ID: 0A1B, Extended Request ID: aB/c+d=)" (RequestToken: 0a-1b, HandlerErrorCode:'
    " AccessDenied)\n\n ❌  data-lake failed: Error: The stack named data-lake failed creation\n"
)

JAVA_V2 = f"""Exception in thread "main" software.amazon.awssdk.services.s3.model.S3Exception: {PUT} (Service: S3, \
Status Code: 403, Request ID: 0A1B, Extended Request ID: aB/c+d=)
\tat software.amazon.awssdk.core.internal.http.CombinedResponseHandler.handleErrorResponse(Unknown Source)
"""

JAVA_V1 = """com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; \
Error Code: AccessDenied; Request ID: 0A1B; S3 Extended Request ID: aB/c+d=; Proxy: null)
\tat com.amazonaws.http.AmazonHttpClient$RequestExecutor.handleErrorResponse(AmazonHttpClient.java:1879)
"""

JAVASCRIPT = f"""AccessDenied: {PUT}
    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:867:20)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {{
  '$fault': 'client',
  '$metadata': {{ httpStatusCode: 403, requestId: '0A1B' }},
  Code: 'AccessDenied',
  RequestId: '0A1B'
}}
"""

GO_V2 = (
    "2026/11/24 03:00:00 operation error S3: PutObject, https response error StatusCode: 403, RequestID: 0A1B,"
    f" HostID: aB/c+d=, api error AccessDenied: {PUT}\nexit status 1\n"
)

PULUMI = f"""  aws:s3:BucketObject (report):
    error:   sdk-v2/provider2.go:572: sdk.helper_schema: uploading S3 Object (report.csv) to Bucket (data): operation \
error S3: PutObject, https response error StatusCode: 403, RequestID: 0A1B, HostID: aB/c+d=, api error AccessDenied: \
{PUT}: provider=aws@7.1.0
"""

EKSCTL = (
    "2026-11-24 03:00:00 [✖]  unexpected status: operation error EKS: DescribeCluster, https response error"
    f" StatusCode: 403, RequestID: 0a1b, api error AccessDeniedException: User: {ANA} is not authorized to perform:"
    " eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/prod\n"
    'Error: fetching cluster status to determine operability: unable to describe cluster "prod"\n'
)

GITHUB_ACTIONS = (
    "2026-11-24T03:00:00.1234567Z ##[group]Run aws s3api put-object --bucket data\n"
    "2026-11-24T03:00:01.1234567Z \x1b[36;1maws s3api put-object --bucket data --key report.csv\x1b[0m\n"
    f"2026-11-24T03:00:02.1234567Z An error occurred (AccessDenied) when calling the PutObject operation: {PUT}\n"
    "2026-11-24T03:00:02.2345678Z ##[error]Process completed with exit code 254.\n"
)

XML_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>'
    + PUT.replace('"', "&quot;")
    + "</Message><RequestId>0A1B</RequestId><HostId>aB/c+d=</HostId></Error>"
)

RUBY = f"/app/upload.rb:7:in `call': {PUT} (Aws::S3::Errors::AccessDenied)\n\tfrom /app/upload.rb:12:in `<main>'\n"

MAIL = "On Tuesday Ana wrote:\n> it says:\n> " + PUT.replace(" because", "\n> because") + "\n> what now?\n"

WHOLE_MESSAGES = {
    "aws-cli": AWS_CLI,
    "boto3": BOTO3,
    "java-2": JAVA_V2,
    "javascript-3": JAVASCRIPT,
    "go-2": GO_V2,
    "pulumi": PULUMI,
    "github-actions": GITHUB_ACTIONS,
    "xml": XML_BODY,
    "json": json.dumps({"__type": "AccessDeniedException", "Message": PUT}),
    "json-lines": json.dumps({"level": "error", "time": 1, "msg": f"putting: {PUT}"}) + "\n",
    "ruby": RUBY,
    "mail": MAIL,
}


@pytest.mark.parametrize("text", WHOLE_MESSAGES.values(), ids=WHOLE_MESSAGES.keys())
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_message_in_the_output_of_each_tool_is_read_once(text: str, line_end: str) -> None:
    is_put(one(text.replace("\n", line_end)))


@pytest.mark.parametrize("name", ["aws-cli", "boto3", "go-2", "pulumi", "github-actions"])
def test_the_operation_is_taken_from_the_words_of_the_tool(name: str) -> None:
    assert one(WHOLE_MESSAGES[name]).operation == "PutObject"


def test_what_is_kept_of_the_text_is_the_message_alone() -> None:
    for name in ("aws-cli", "boto3", "go-2", "javascript-3", "java-2", "github-actions"):
        assert one(WHOLE_MESSAGES[name]).raw == PUT


def test_terraform_draws_a_box_and_breaks_lines_between_words() -> None:
    denial = one(TERRAFORM)
    assert (denial.principal, denial.action, denial.resource) == (DEPLOYER, "s3:CreateBucket", "arn:aws:s3:::data")
    assert (denial.layer, denial.kind) == ("scp", DenialKind.EXPLICIT)
    assert denial.policy_arn == "arn:aws:organizations::444455556666:policy/o-a1b2c3/service_control_policy/p-1a2b3c"
    assert (denial.service, denial.operation) == ("S3", "CreateBucket")


def test_cloudformation_and_the_cdk_put_the_message_into_a_message() -> None:
    denial = one(CLOUDFORMATION)
    assert (denial.principal, denial.action, denial.resource) == (DEPLOYER, "s3:CreateBucket", "arn:aws:s3:::data")
    assert (denial.layer, denial.service) == ("identity", "S3")


def test_eksctl_shows_the_error_of_the_sdk() -> None:
    denial = one(EKSCTL)
    assert (denial.action, denial.service, denial.layer) == ("eks:DescribeCluster", "EKS", None)
    assert denial.resource == "arn:aws:eks:eu-west-1:111122223333:cluster/prod"


@pytest.mark.parametrize(
    ("text", "service", "operation"),
    [
        (AWS_CLI_COPY, "s3", "PutObject"),
        (TERRAFORM_V3, None, None),
        (JAVA_V1, "s3", None),
        ("Aws::S3::Errors::AccessDenied: Access Denied\n  from a.rb:1\n", "S3", None),
        ("fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n", None, "HeadObject"),
        (
            (
                "aws --profile dev --region eu-west-1 s3api get-object --bucket b --key k o\n\n"
                "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n"
            ),
            "s3api",
            "GetObject",
        ),
        ('{"code":"AccessDenied","message":"Access Denied"}', None, None),
        ('{"message":"Access Denied","code":"AccessDenied"}', None, None),
        ("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", None, None),
        (
            (
                'Error executing "PutObject" on "https://data.s3.amazonaws.com/k"; AWS HTTP error: Client error: `PUT'
                " https://data.s3.amazonaws.com/k` resulted in a `403 Forbidden` response:\n"
                "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            ),
            None,
            "PutObject",
        ),
    ],
    ids=["copy", "terraform-3", "java-1", "ruby", "head", "cli", "json", "json-other-order", "xml", "php"],
)
def test_m12_a_bare_refusal_is_known_by_what_its_tool_says(
    text: str, service: str | None, operation: str | None
) -> None:
    denial = one(text)
    assert denial.recognised
    assert denial.iam
    assert (denial.principal, denial.action, denial.layer) == (None, None, None)
    assert (denial.service, denial.operation) == (service, operation)


def test_a_command_for_something_else_tells_no_service() -> None:
    text = "aws sqs list-queues\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    assert one(text).service is None


def test_several_denials_are_several_and_equal_ones_one() -> None:
    cli = "An error occurred (AccessDenied) when calling the {} operation: {}\n"
    text = (
        cli.format("PutObject", PUT) + "noise\n" + cli.format("GetSecretValue", SECRET) + cli.format("PutObject", PUT)
    )
    first, second = denials_in(text).denials
    is_put(first)
    assert (second.action, second.resource, second.layer) == ("secretsmanager:GetSecretValue", "db", "resource")
    assert [first.operation, second.operation] == ["PutObject", "GetSecretValue"]


def test_denials_of_two_calls_that_differ_in_their_resource_are_two() -> None:
    other = PUT.replace("report.csv", "other.csv")
    assert [denial.resource for denial in denials_in(f"{PUT}\n{other}\n").denials] == [
        "arn:aws:s3:::data/report.csv",
        "arn:aws:s3:::data/other.csv",
    ]


def test_the_combined_message_of_ec2_is_one() -> None:
    text = (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to"
        f" perform this operation. User: {ANA} is not authorized to perform: ec2:RunInstances on resource:"
        " arn:aws:ec2:eu-west-1:111122223333:instance/* because no identity-based policy allows the ec2:RunInstances"
        " action. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc\n$ \n"
    )
    denial = one(text)
    assert (denial.action, denial.layer) == ("ec2:RunInstances", "identity")
    assert denial.encoded == "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc"
    assert denial.raw.endswith("-abc")


def test_an_error_that_is_no_denial_is_told_as_what_it_is() -> None:
    cli = "An error occurred ({}) when calling the PutObject operation: {}\n"
    assert denials_in(cli.format("NoSuchBucket", "The specified bucket does not exist")) == (
        (),
        ("`PutObject` failed with `NoSuchBucket`, which is no authorization failure",),
    )
    told = denials_in(cli.format("ThrottlingException", "Rate exceeded"))
    assert not told.denials
    assert "there were too many" in told.other_errors[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
            "token-expired",
        ),
        (
            (
                "An error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake"
                " Formation permission(s): Required Describe on orders"
            ),
            "lake-formation",
        ),
        (
            'Error from server (Forbidden): pods is forbidden: User "dev" cannot list resource "pods" in API group ""',
            "kubernetes-rbac",
        ),
        ("error: You must be logged in to the server (Unauthorized)", "kubernetes-access"),
        ('psql: error: FATAL:  PAM authentication failed for user "ana"', "database-login"),
        (
            (
                "AuthorizationException(403, 'security_exception', 'no permissions for [indices:data/read/search] and"
                " User [name=ana, backend_roles=[]]')"
            ),
            "opensearch-roles",
        ),
    ],
)
def test_a_refusal_without_a_policy_is_told_with_what_to_do(text: str, code: str) -> None:
    denial = one(f"some words before\n{text}\nand after\n")
    assert denial.cause_code == code
    assert denial.cause
    assert denial.advice


def test_a_denial_in_words_yet_unknown_is_kept_whole_and_said_to_be() -> None:
    text = (
        "An error occurred (AccessDeniedException) when calling the InvokeModel operation: The moon is wrong.\nNext\n"
    )
    denial = one(text)
    assert not denial.recognised
    assert (denial.raw, denial.operation) == ("The moon is wrong.", "InvokeModel")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "the cat sat on the mat", "User: ubuntu\nHost: x", "Error: it broke", "Access is fine", "A: b"]
)
def test_text_without_a_denial_holds_none(text: str) -> None:
    assert denials_in(text) == ((), ())


def test_colours_boxes_and_time_stamps_are_no_part_of_the_text() -> None:
    assert plain_text("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x9b1m") == "red x"
    assert plain_text("│ a\n╵ \n2026-11-24T03:00:00.1Z b\n[03:00:00] c\n##[error]d\n> > e") == "a\n\nb\nc\nd\ne"
    assert plain_text("a\r\nb\rc\u2028d") == "a\nb\nc\nd"
    assert plain_text("User:\u200b x\u200by\ufeff") == "User: x\u200by"


def test_m9_what_the_cdk_says_of_a_role_comes_before_what_was_refused_without_it() -> None:
    role = "arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1"
    gone_on = f"current credentials could not be used to assume '{role}', but are for the right account. Proceeding."
    assumed, refused = denials_in(f"{gone_on}\nAccessDeniedException: {PUT}\n").denials
    assert (assumed.principal, assumed.action, assumed.resource) == (ANA, "sts:AssumeRole", role)
    assert (assumed.layer, assumed.kind) == (None, DenialKind.UNKNOWN)
    is_put(refused)
    assert denials_in(gone_on).denials == ()
    two_callers = f"{gone_on}\nAccessDeniedException: {PUT}\nAccessDeniedException: {SECRET.replace(ANA, DEPLOYER)}\n"
    assert {denial.action for denial in denials_in(two_callers).denials} == {
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
    }
