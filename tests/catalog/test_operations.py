"""Which actions a call needs, and by which rule; the counts are those of the AWS service models (A7, A8, S36)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from policysim.catalog.event_sources import EVENT_SOURCES_BY_PREFIX, prefix_candidates, service_prefix
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operation_exceptions import ACTIONS_BY_OPERATION, CHOICES_BY_OPERATION, NO_ACTION_REASONS
from policysim.catalog.operations import API_DATE, ApiGatewayCall, OperationRule, api_gateway_calls, operation
from policysim.catalog.s3_operations import VERSIONED_ACTIONS

MODELS = [
    json.loads(line)
    for line in (Path(__file__).parent / "botocore_operations.jsonl").read_text(encoding="utf-8").splitlines()
]
"""One row a service: event source, how many operations have an action of their name, and the names of the others."""


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("s3.amazonaws.com", "s3"),
        ("S3.AMAZONAWS.COM", "s3"),
        ("ec2.amazonaws.com.cn", "ec2"),
        ("monitoring.amazonaws.com", "cloudwatch"),
        ("tagging.amazonaws.com", "tag"),
        ("pinpoint.amazonaws.com", "mobiletargeting"),
        ("rdsdata.amazonaws.com", "rds-data"),
        ("application-insights.amazonaws.com", "applicationinsights"),
        ("servicecatalog-appregistry.amazonaws.com", "servicecatalog"),
        ("migrationhub.amazonaws.com", "mgh"),
        ("qconnect.amazonaws.com", "wisdom"),
        ("transcribestreaming.amazonaws.com", "transcribe"),
        ("chime-sdk-voice.amazonaws.com", "chime"),
        ("contact-lens.amazonaws.com", "connect"),
        ("catalog.marketplace.amazonaws.com", "aws-marketplace"),
        ("appstream2.amazonaws.com", "appstream"),
        ("runtime.lex.amazonaws.com", "lex"),
        ("streams.dynamodb.amazonaws.com", "dynamodb"),
        ("mturk-requester.amazonaws.com", "mechanicalturk"),
        ("opensearchservice.amazonaws.com", "es"),
        ("email.amazonaws.com", "ses"),
        ("cloudcontrolapi.amazonaws.com", "cloudformation"),
        ("iotdata.amazonaws.com", "iot"),
        ("elasticloadbalancing.amazonaws.com", "elasticloadbalancing"),
        ("opensearch.amazonaws.com", "opensearch"),
    ],
)
def test_a7_the_service_prefix_of_an_event_source(source: str, prefix: str) -> None:
    assert service_prefix(source) == prefix
    assert prefix in prefix_candidates(source)


def test_a7_every_prefix_of_the_table_is_one_and_no_source_is() -> None:
    listed = CATALOGUE.services()
    assert not [prefix for prefix in EVENT_SOURCES_BY_PREFIX if prefix not in listed]
    sources = [source for sources in EVENT_SOURCES_BY_PREFIX.values() for source in sources.split()]
    assert [source for source in sources if source in listed] == ["opensearch"]
    twice = [source for source, count in Counter(sources).items() if count > 1]
    assert twice == ["data.jobs.iot", "iot-jobs-data"]


@pytest.mark.parametrize(
    ("source", "name", "actions", "rule"),
    [
        ("ec2", "RunInstances", ("ec2:RunInstances",), OperationRule.SAME_NAME),
        ("ec2", "DescribeInstances", ("ec2:DescribeInstances",), OperationRule.SAME_NAME),
        ("lambda", "CreateFunction20150331", ("lambda:CreateFunction",), OperationRule.SAME_NAME),
        ("lambda", "GetFunction20150331v2", ("lambda:GetFunction",), OperationRule.SAME_NAME),
        ("cloudfront", "CreateDistribution2020_05_31", ("cloudfront:CreateDistribution",), OperationRule.SAME_NAME),
        ("cloudfront", "TagResource2020_05_31", ("cloudfront:TagResource",), OperationRule.SAME_NAME),
        ("logs", "startlivetail", ("logs:StartLiveTail",), OperationRule.SAME_NAME),
        ("cloudsearchdomain", "Search", ("cloudsearch:search",), OperationRule.RENAMED_PREFIX),
        ("monitoring", "PutMetricData", ("cloudwatch:PutMetricData",), OperationRule.RENAMED_PREFIX),
        ("mediastore-data", "PutObject", ("mediastore:PutObject",), OperationRule.RENAMED_PREFIX),
        ("pinpoint", "CreateApp", ("mobiletargeting:CreateApp",), OperationRule.RENAMED_PREFIX),
        ("iotdata", "Publish", ("iot:Publish",), OperationRule.RENAMED_PREFIX),
        ("iot-jobs-data", "StartCommandExecution", ("iot:StartCommandExecution",), OperationRule.RENAMED_PREFIX),
        ("opensearch", "CreateDomain", ("es:CreateDomain",), OperationRule.RENAMED_PREFIX),
        ("apigateway", "GetRestApi", ("apigateway:GET",), OperationRule.API_GATEWAY_VERB),
        ("apigateway", "CreateDeployment", ("apigateway:POST",), OperationRule.API_GATEWAY_VERB),
        ("apigateway", "UpdateStage", ("apigateway:PATCH",), OperationRule.API_GATEWAY_VERB),
        ("apigateway", "DeleteApi", ("apigateway:DELETE",), OperationRule.API_GATEWAY_VERB),
        ("apigateway", "PutIntegration", ("apigateway:PUT",), OperationRule.API_GATEWAY_VERB),
        ("apigateway", "CreatePortal", ("apigateway:CreatePortal",), OperationRule.SAME_NAME),
        ("apigateway", "TagResource", (), OperationRule.UNMAPPED),
        ("glue", "CreateGlossary", (), OperationRule.UNMAPPED),
    ],
)
def test_a7_the_actions_of_an_operation_and_the_rule(
    source: str, name: str, actions: tuple[str, ...], rule: OperationRule
) -> None:
    found = operation(f"{source}.amazonaws.com", name)
    assert (found.actions, found.rule) == (actions, rule)


REVIEWED = {
    "access-analyzer GetFindingV2": "access-analyzer:GetFinding",
    "batch TerminateJobs": "batch:TerminateJob",
    "bcm-pricing-calculator BatchCreateWorkloadEstimateUsage": "bcm-pricing-calculator:CreateWorkloadEstimateUsage",
    "bedrock Converse": "bedrock:InvokeModel",
    "bedrock ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "bedrock StartAsyncInvoke": "bedrock:InvokeModel",
    "budgets CreateBudget": "budgets:ModifyBudget",
    "budgets DescribeBudgets": "budgets:ViewBudget",
    "cassandra CreateTable": "cassandra:Create",
    "cassandra ListTables": "cassandra:Select",
    "cloudfront CreateDistributionWithTags2020_05_31": "cloudfront:CreateDistribution cloudfront:TagResource",
    "dms DescribeMigrationProjects": "dms:ListMigrationProjects",
    "dynamodb TransactGetItems": "dynamodb:GetItem",
    "ecr ListImageReferrers": "ecr:BatchGetImage",
    "execute-api PostToConnection": "execute-api:ManageConnections",
    "glue GetUnfilteredTableMetadata": "glue:GetTable",
    "kms ReEncrypt": "kms:ReEncryptFrom kms:ReEncryptTo",
    "lambda Invoke": "lambda:InvokeFunction",
    "lambda InvokeAsync": "lambda:InvokeFunction",
    "lambda InvokeWithResponseStream": "lambda:InvokeFunction",
    "neptune-db GetSparqlStream": "neptune-db:GetStreamRecords",
    "s3 CompleteMultipartUpload": "s3:PutObject",
    "s3 CopyObject": "s3:GetObject s3:PutObject",
    "s3 CreateMultipartUpload": "s3:PutObject",
    "s3 CreateSession": "s3express:CreateSession",
    "s3 DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3 DeleteObjects": "s3:DeleteObject",
    "s3 GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3 GetObjectAttributes": "s3:GetObject s3:GetObjectAttributes",
    "s3 HeadBucket": "s3:ListBucket",
    "s3 HeadObject": "s3:GetObject",
    "s3 ListBuckets": "s3:ListAllMyBuckets",
    "s3 ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3 ListObjectVersions": "s3:ListBucketVersions",
    "s3 ListObjectsV2": "s3:ListBucket",
    "s3 ListParts": "s3:ListMultipartUploadParts",
    "s3 SelectObjectContent": "s3:GetObject",
    "s3 UploadPartCopy": "s3:GetObject s3:PutObject",
    "s3-outposts GetBucketReplication": "s3-outposts:GetReplicationConfiguration",
    "securityhub GetFindingsV2": "securityhub:GetFindings",
    "sns PublishBatch": "sns:Publish",
    "sqs DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs SendMessageBatch": "sqs:SendMessage",
    "ssm RegisterDefaultHostManagementConfiguration": "ssm:GetServiceSetting ssm:UpdateServiceSetting",
    "tax PutTaxExemption": "tax:UpdateExemptions",
    "verifiedpermissions BatchIsAuthorized": "verifiedpermissions:IsAuthorized",
}
"""Operations of the reviewed tables with their actions, written down a second time by hand."""


@pytest.mark.parametrize("call", REVIEWED)
def test_a7_a8_reviewed_exceptions(call: str) -> None:
    source, _, name = call.partition(" ")
    found = operation(f"{source}.amazonaws.com", name)
    assert found.actions == tuple(REVIEWED[call].split())
    assert found.rule is OperationRule.REVIEWED_EXCEPTION
    assert not found.reason


@pytest.mark.parametrize("name", ACTIONS_BY_OPERATION)
def test_a7_every_reviewed_exception_is_needed_and_names_actions_that_exist(name: str) -> None:
    source, _, event_name = name.partition(":")
    actions = ACTIONS_BY_OPERATION[name]
    assert actions
    assert [CATALOGUE.canonical_action(action) for action in actions] == list(actions)
    assert operation(f"{source}.amazonaws.com", event_name).actions == actions
    assert actions != (CATALOGUE.canonical_action(name),), "the rule of the same name finds this one by itself"


@pytest.mark.parametrize("name", CHOICES_BY_OPERATION)
def test_a7_what_the_request_decides_is_a_choice_of_actions_that_exist(name: str) -> None:
    source, _, event_name = name.partition(":")
    found = operation(f"{source}.amazonaws.com", event_name)
    assert (found.actions, found.choices) == ((), CHOICES_BY_OPERATION[name])
    assert found.reason == "what the request asks for decides which actions it needs"
    assert [CATALOGUE.canonical_action(action) for action in found.choices] == list(found.choices)


@pytest.mark.parametrize(
    ("source", "name", "says"),
    [
        ("signin", "ConsoleLogin", "a sign-in"),
        ("cognito-idp", "InitiateAuth", "evaluates no IAM policies"),
        ("codecatalyst", "CreateProject", "a bearer token"),
        ("participant.connect", "SendMessage", "the participant's token"),
        ("awsssoportal", "GetRoleCredentials", "access token"),
        ("sso-oidc", "CreateToken", "access token"),
    ],
)
def test_a7_operations_that_no_iam_action_stands_for_say_why(source: str, name: str, says: str) -> None:
    found = operation(f"{source}.amazonaws.com", name)
    assert (found.actions, found.choices, found.rule) == ((), (), OperationRule.REVIEWED_EXCEPTION)
    assert says in found.reason


def test_s27_a_function_url_needs_both_ways_of_invoking() -> None:
    found = operation("lambda.amazonaws.com", "InvokeFunctionUrl")
    assert found.actions == ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


def test_a7_operations_of_tokens_are_none_of_those_with_actions() -> None:
    assert not NO_ACTION_REASONS.keys() & (ACTIONS_BY_OPERATION.keys() | CHOICES_BY_OPERATION.keys())


def test_a7_what_is_unmapped_says_what_was_looked_for() -> None:
    found = operation("iotdata.amazonaws.com", "BrandNew20260101")
    assert (found.actions, found.rule, found.prefixes) == ((), OperationRule.UNMAPPED, ("iotdata", "iot"))
    assert found.reason == "the catalogue lists no action `iotdata:BrandNew` or `iot:BrandNew`"


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("HeadObject", ("s3:GetObjectVersion",)),
        ("GetObjectAttributes", ("s3:GetObjectVersion", "s3:GetObjectVersionAttributes")),
        ("DeleteObject", ("s3:DeleteObjectVersion",)),
        ("PutObjectTagging", ("s3:PutObjectVersionTagging",)),
        ("ListObjectsV2", ("s3:ListBucket",)),
        ("RestoreObject", ("s3:RestoreObject",)),
    ],
)
def test_a7_a_version_of_an_object_has_actions_of_its_own(name: str, actions: tuple[str, ...]) -> None:
    assert operation("s3.amazonaws.com", name, of_version=True).actions == actions


def test_a7_the_actions_on_versions_exist() -> None:
    for action in (*VERSIONED_ACTIONS, *VERSIONED_ACTIONS.values()):
        assert CATALOGUE.canonical_action(action) == action


@pytest.mark.parametrize("name", ["GetObject", "PutObject", "HeadBucket", "ListObjectsV2", "UploadPartCopy"])
def test_s36_calls_about_objects_of_directory_buckets_are_sessions(name: str) -> None:
    assert operation("s3express.amazonaws.com", name).actions == ("s3express:CreateSession",)


def test_s36_calls_about_directory_buckets_keep_their_names() -> None:
    assert operation("s3express.amazonaws.com", "CreateBucket").actions == ("s3express:CreateBucket",)
    listed = operation("s3express.amazonaws.com", "ListDirectoryBuckets")
    assert listed.actions == ("s3express:ListAllMyDirectoryBuckets",)


def test_a7_an_api_gateway_operation_is_a_verb_on_a_path() -> None:
    assert api_gateway_calls("GetRestApi") == (ApiGatewayCall("GET", "/restapis/{restApiId}"),)
    assert api_gateway_calls("createdeployment") == (
        ApiGatewayCall("POST", "/apis/{apiId}/deployments"),
        ApiGatewayCall("POST", "/restapis/{restApiId}/deployments"),
    )
    assert api_gateway_calls("NoSuchOperation") == ()


@pytest.mark.parametrize("name", ["ListObjectsV2", "CreateRule2", "GetIPv6Route", "DescribeV2024", "PutX_1_0"])
def test_numbers_that_are_no_api_date_stay(name: str) -> None:
    assert API_DATE.sub("", name) == name


def test_a7_no_operation_of_the_models_looks_as_if_it_had_an_api_date() -> None:
    assert not [name for _, _, names in MODELS for name in names.split() if API_DATE.search(name)]


def test_a7_at_least_966_of_1000_operations_of_the_service_models_are_resolved() -> None:
    rules = Counter({OperationRule.SAME_NAME: sum(same_name for _, same_name, _ in MODELS)})
    without_action = 0
    for source, _, names in MODELS:
        for name in names.split():
            found = operation(source, name)
            rules[found.rule] += 1
            without_action += not (found.actions or found.choices)
    total = rules.total()
    assert total == 19_796
    assert rules[OperationRule.RENAMED_PREFIX] >= 240
    assert rules[OperationRule.API_GATEWAY_VERB] >= 190
    assert rules[OperationRule.REVIEWED_EXCEPTION] >= 310
    assert (total - without_action) / total >= 0.966
