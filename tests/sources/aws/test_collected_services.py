"""What snapshots read of each service with resource-based policies, and that requests meet what they read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Organisation
from policysim.account.situate import situate
from policysim.catalog.actions import canonical_action
from policysim.catalog.resource_policies import WITH_POLICIES
from policysim.evaluation.layers import LayerName
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.sources.account_folder import read_account
from policysim.sources.aws.collectors.not_collected import NOT_COLLECTED, PARTLY_COLLECTED
from policysim.sources.aws.snapshot.collectors import COLLECTORS

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.evaluation.policy_set import LayerPolicies

OWNER = "111122223333"
OTHER = "999999999999"
PLACE = f"eu-west-1:{OWNER}"
FOREIGN = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/bob", account=OTHER)
OWN = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OWNER}:user/ana", account=OWNER)
SERVICE = Principal(kind=PrincipalKind.SERVICE, service="route53.amazonaws.com")
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}

WITH_THE_ORGANISATION = {"organizations"}
"""Read by no collector of an account: the delegation policy belongs to the organisation."""

COMPLETE = {service for collector in COLLECTORS for service in collector.services}


def test_of_each_service_with_policies_they_are_read_or_it_is_said_why_not() -> None:
    told = COMPLETE | NOT_COLLECTED.keys() | PARTLY_COLLECTED.keys() | WITH_THE_ORGANISATION
    assert WITH_POLICIES.keys() - told == set()


def test_no_service_is_called_complete_and_not_collected_at_once() -> None:
    assert not COMPLETE & {*NOT_COLLECTED, *PARTLY_COLLECTED}
    assert not NOT_COLLECTED.keys() & PARTLY_COLLECTED.keys()
    assert {*NOT_COLLECTED, *PARTLY_COLLECTED} <= WITH_POLICIES.keys()


def test_what_is_partly_collected_has_a_collector_and_what_is_not_has_none() -> None:
    asked = {action.partition(":")[0] for collector in COLLECTORS for action in collector.actions}
    assert PARTLY_COLLECTED.keys() <= asked
    assert not NOT_COLLECTED.keys() & asked


def test_names_of_collectors_are_unique() -> None:
    names = [collector.name for collector in COLLECTORS]
    assert len(set(names)) == len(names)


def meets(
    folder: Path,
    action: str,
    resource: str,
    listed: dict[str, object],
    *,
    principal: Principal = FOREIGN,
    complete: list[str] | None = None,
) -> LayerPolicies | None:
    (folder / "account.json").write_text(json.dumps({"account_id": OWNER}))
    (folder / "resource-policies.json").write_text(json.dumps({"arn:aws:s3:::other": None, **listed}))
    (folder / "collection.json").write_text(json.dumps({"format": 1, "complete": complete or []}))
    account = read_account(folder)
    where = Resource(arn=resource, account=OWNER)
    asked = Request(principal=principal, action=action, resource=where, context=RequestContext())
    return situate(asked, Organisation(accounts={OWNER: account})).policies.get(LayerName.RESOURCE)


MET = [
    ("acm-pca:IssueCertificate", f"arn:aws:acm-pca:{PLACE}:certificate-authority/c", ""),
    ("aps:QueryMetrics", f"arn:aws:aps:{PLACE}:workspace/ws-1", ""),
    ("backup:CopyIntoBackupVault", f"arn:aws:backup:{PLACE}:backup-vault:v", ""),
    ("bedrock:ApplyGuardrail", f"arn:aws:bedrock:{PLACE}:guardrail/g", ""),
    ("bedrock:CreateModelCopyJob", f"arn:aws:bedrock:{PLACE}:custom-model/m", ""),
    ("bedrock-agentcore:InvokeAgentRuntime", f"arn:aws:bedrock-agentcore:{PLACE}:runtime/r", ""),
    (
        "bedrock-agentcore:InvokeAgentRuntime",
        f"arn:aws:bedrock-agentcore:{PLACE}:runtime/r/runtime-endpoint/e",
        "",
    ),
    ("cloudhsm:CopyBackupToRegion", f"arn:aws:cloudhsm:{PLACE}:backup/b", ""),
    ("cloudtrail-data:PutAuditEvents", f"arn:aws:cloudtrail:{PLACE}:channel/c", ""),
    ("cloudtrail:StartQuery", f"arn:aws:cloudtrail:{PLACE}:eventdatastore/e", ""),
    ("codeartifact:CreateRepository", f"arn:aws:codeartifact:{PLACE}:domain/d", ""),
    ("codeartifact:ReadFromRepository", f"arn:aws:codeartifact:{PLACE}:repository/d/r", ""),
    (
        "codeartifact:PublishPackageVersion",
        f"arn:aws:codeartifact:{PLACE}:repository/d/r",
        f"arn:aws:codeartifact:{PLACE}:package/d/r/npm//p",
    ),
    ("codebuild:BatchGetProjects", f"arn:aws:codebuild:{PLACE}:project/p", ""),
    ("codebuild:BatchGetReportGroups", f"arn:aws:codebuild:{PLACE}:report-group/g", ""),
    ("codeguru-profiler:ConfigureAgent", f"arn:aws:codeguru-profiler:{PLACE}:profilingGroup/g", ""),
    ("comprehend:ImportModel", f"arn:aws:comprehend:{PLACE}:document-classifier/c/version/v", ""),
    ("dsql:DbConnect", f"arn:aws:dsql:{PLACE}:cluster/c", ""),
    ("elasticfilesystem:ClientMount", f"arn:aws:elasticfilesystem:{PLACE}:file-system/fs-1", ""),
    (
        "elasticloadbalancing:GetTrustStoreCaCertificatesBundle",
        f"arn:aws:elasticloadbalancing:{PLACE}:truststore/t/0f1e",
        "",
    ),
    ("entityresolution:GetIdNamespace", f"arn:aws:entityresolution:{PLACE}:idnamespace/n", ""),
    ("es:ESHttpGet", f"arn:aws:es:{PLACE}:domain/d", f"arn:aws:es:{PLACE}:domain/d/_search"),
    ("execute-api:Invoke", f"arn:aws:execute-api:{PLACE}:a1b2/*", f"arn:aws:execute-api:{PLACE}:a1b2/prod/GET/x"),
    ("execute-api:Invoke", f"arn:aws:execute-api:{PLACE}:/domainnames/x.example+a1", ""),
    ("glacier:DeleteArchive", f"arn:aws:glacier:{PLACE}:vaults/v", ""),
    ("glue:GetTable", f"arn:aws:glue:{PLACE}:catalog", f"arn:aws:glue:{PLACE}:table/db/t"),
    ("kafka:CreateVpcConnection", f"arn:aws:kafka:{PLACE}:cluster/c/u", ""),
    (
        "kafka-cluster:ReadData",
        f"arn:aws:kafka:{PLACE}:cluster/c/u",
        f"arn:aws:kafka:{PLACE}:topic/c/u/t",
    ),
    ("kinesis:PutRecord", f"arn:aws:kinesis:{PLACE}:stream/s", ""),
    ("kinesis:SubscribeToShard", f"arn:aws:kinesis:{PLACE}:stream/s/consumer/c:1", ""),
    ("lex:RecognizeText", f"arn:aws:lex:{PLACE}:bot-alias/B/A", ""),
    ("logs:PutSubscriptionFilter", f"arn:aws:logs:{PLACE}:destination:d", ""),
    ("logs:CreateDelivery", f"arn:aws:logs:{PLACE}:delivery-destination:d", ""),
    ("mediapackagev2:PutObject", f"arn:aws:mediapackagev2:{PLACE}:channelGroup/g/channel/c", ""),
    (
        "mediapackagev2:GetObject",
        f"arn:aws:mediapackagev2:{PLACE}:channelGroup/g/channel/c/originEndpoint/e",
        "",
    ),
    ("mediatailor:GetChannelSchedule", f"arn:aws:mediatailor:{PLACE}:channel/c", ""),
    ("oam:CreateLink", f"arn:aws:oam:{PLACE}:sink/s", ""),
    ("osis:Ingest", f"arn:aws:osis:{PLACE}:pipeline/p", ""),
    ("redshift:CreateInboundIntegration", f"arn:aws:redshift:{PLACE}:namespace:n", ""),
    ("redshift-serverless:RestoreFromSnapshot", f"arn:aws:redshift-serverless:{PLACE}:snapshot/s", ""),
    ("refactor-spaces:CreateApplication", f"arn:aws:refactor-spaces:{PLACE}:environment/e", ""),
    ("rekognition:CopyProjectVersion", f"arn:aws:rekognition:{PLACE}:project/p/1", ""),
    ("rum:PutRumEvents", f"arn:aws:rum:{PLACE}:appmonitor/m", ""),
    ("s3-outposts:GetBucket", f"arn:aws:s3-outposts:{PLACE}:outpost/op-1/bucket/b", ""),
    ("s3tables:GetTableBucket", f"arn:aws:s3tables:{PLACE}:bucket/b", ""),
    ("events:PutEvents", f"arn:aws:events:{PLACE}:event-bus/b", ""),
    ("events:PutRule", f"arn:aws:events:{PLACE}:event-bus/b", f"arn:aws:events:{PLACE}:rule/b/r"),
    ("events:PutRule", f"arn:aws:events:{PLACE}:event-bus/default", f"arn:aws:events:{PLACE}:rule/r"),
    (
        "events:PutTargets",
        f"arn:aws:events:{PLACE}:event-bus/aws.partner/x/y",
        f"arn:aws:events:{PLACE}:rule/aws.partner/x/y/r",
    ),
    ("s3tables:GetTableData", f"arn:aws:s3tables:{PLACE}:bucket/b", f"arn:aws:s3tables:{PLACE}:bucket/b/table/t"),
    ("s3vectors:QueryVectors", f"arn:aws:s3vectors:{PLACE}:bucket/b", f"arn:aws:s3vectors:{PLACE}:bucket/b/index/i"),
    ("sagemaker:DescribeModelPackageGroup", f"arn:aws:sagemaker:{PLACE}:model-package-group/m", ""),
    ("schemas:ListSchemas", f"arn:aws:schemas:{PLACE}:registry/r", ""),
    ("schemas:DescribeSchema", f"arn:aws:schemas:{PLACE}:registry/r", f"arn:aws:schemas:{PLACE}:schema/r/s"),
    ("ses:SendEmail", f"arn:aws:ses:{PLACE}:identity/x.example", ""),
    ("ssm:GetParameter", f"arn:aws:ssm:{PLACE}:parameter/a/b", ""),
    ("ssm:GetOpsItem", f"arn:aws:ssm:{PLACE}:opsitemgroup/default", ""),
    ("ssm-contacts:StartEngagement", f"arn:aws:ssm-contacts:{PLACE}:contact/c", ""),
    ("ssm-incidents:StartIncident", f"arn:aws:ssm-incidents::{OWNER}:response-plan/p", ""),
]
"""An action, the ARN under which a collector enters the policy, and the ARN of the request where it is another."""


@pytest.mark.parametrize(("action", "entered", "asked"), MET)
def test_r21_s17_a_request_meets_the_policy_that_was_collected(
    action: str, entered: str, asked: str, tmp_path: Path
) -> None:
    layer = meets(tmp_path, action, asked or entered, {entered: DOCUMENT})
    assert layer is not None
    assert [policy.attached_to for policy in layer.policies] == [entered]
    assert layer.gaps == ()


@pytest.mark.parametrize(("action", "entered", "asked"), MET)
def test_r21_s17_a_request_meets_no_policy_and_no_gap_where_there_is_none(
    action: str, entered: str, asked: str, tmp_path: Path
) -> None:
    assert meets(tmp_path, action, asked or entered, {entered: None}) is None


@pytest.mark.parametrize(("action", "entered", "asked"), MET)
def test_the_actions_of_this_table_are_actions_of_the_catalogue(action: str, entered: str, asked: str) -> None:
    assert canonical_action(action) == action
    assert entered != asked


def test_every_service_of_these_collectors_is_in_the_table() -> None:
    elsewhere = {"dynamodb", "ecr", "ecr-public", "kms", "lambda", "s3", "s3-object-lambda", "s3express"}
    shown = {entered.split(":")[2] for _, entered, _ in MET}
    assert (COMPLETE | PARTLY_COLLECTED.keys()) & WITH_POLICIES.keys() - elsewhere - shown == {
        "secretsmanager",
        "sns",
        "sqs",
    }


def test_the_policies_of_a_table_and_of_its_bucket_hold_together(tmp_path: Path) -> None:
    bucket = f"arn:aws:s3tables:{PLACE}:bucket/b"
    table = f"{bucket}/table/t"
    layer = meets(tmp_path, "s3tables:GetTableData", table, {bucket: DOCUMENT, table: DOCUMENT})
    assert layer is not None
    assert {policy.attached_to for policy in layer.policies} == {bucket, table}


RULE = f"arn:aws:route53resolver:{PLACE}:resolver-rule/r"
USE = "route53resolver:AssociateResolverRule"


def test_x7_without_all_shares_it_is_open_whether_a_resource_is_shared(tmp_path: Path) -> None:
    layer = meets(tmp_path, USE, RULE, {}, complete=["s3"])
    assert layer is not None
    assert [gap.may_deny for gap in layer.gaps] == [False]


def test_x7_with_all_shares_a_service_that_shares_nothing_meets_no_policy(tmp_path: Path) -> None:
    assert meets(tmp_path, USE, RULE, {}, complete=["ram"]) is None


def test_x7_with_all_shares_a_shared_resource_meets_its_share(tmp_path: Path) -> None:
    layer = meets(tmp_path, USE, RULE, {RULE: DOCUMENT}, complete=["ram"])
    assert layer is not None
    assert [policy.attached_to for policy in layer.policies] == [RULE]


def test_x7_a_part_of_what_is_shared_stays_open(tmp_path: Path) -> None:
    mesh = f"arn:aws:appmesh:{PLACE}:mesh/m"
    node = f"{mesh}/virtualNode/n"
    layer = meets(tmp_path, "appmesh:DescribeVirtualNode", node, {mesh: DOCUMENT}, complete=["ram"])
    assert layer is not None
    assert layer.policies == ()
    assert len(layer.gaps) == 1


GROUP = f"arn:aws:logs:{PLACE}:log-group:g:*"


def test_the_own_users_of_an_account_meet_no_policy_at_a_log_group(tmp_path: Path) -> None:
    assert meets(tmp_path, "logs:PutLogEvents", GROUP, {}, principal=OWN) is None


@pytest.mark.parametrize("principal", [SERVICE, FOREIGN])
def test_for_services_and_foreign_callers_the_policy_of_a_log_group_stays_open(
    principal: Principal, tmp_path: Path
) -> None:
    layer = meets(tmp_path, "logs:PutLogEvents", GROUP, {}, principal=principal)
    assert layer is not None
    assert len(layer.gaps) == 1
