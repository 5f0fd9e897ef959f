"""The law of refused calls: what a snapshot lacks leaves a decision as it is or open, and never turns it round.

An account is read whole, then once more for each call that the run made, with just that call refused or failing. The
same questions are asked of each folder.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.snapshot import engine
from policysim.testing import ALLOWED, DENIED, DEPENDS, load
from tests.sources.aws.snapshot.snapshots import ACCOUNT, Run, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.testing import Access
    from tests.aws_server import AwsServer, Call

REGIONS = (
    '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><regionInfo><item>'
    "<regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>"
)
"""The account has one Region, so that services can be complete."""

COLLECTORS = (
    "iam-authorization-details",
    "s3-bucket-policies",
    "s3-bucket-settings",
    "s3-account-public-access",
    "s3-bucket-tags",
    "resource-tags",
    "sqs-queue-policies",
    "kms-key-policies",
    "kms-grants",
    "kms-aliases",
    "ec2-vpc-endpoints",
)
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
PLAIN = f"arn:aws:iam::{ACCOUNT}:role/plain"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
BLUE = {"StringEquals": {"aws:ResourceTag/team": "blue"}}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def statement(effect: str, action: object, resource: object = "*", **further: object) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **further}


def queue(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def make_identities(iam: Any) -> None:
    trust = document({"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"})
    limits = document(statement("Allow", "*"), statement("Deny", "sqs:PurgeQueue"))
    boundary = iam.create_policy(PolicyName="limits", PolicyDocument=limits)["Policy"]["Arn"]
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    iam.put_role_policy(
        RoleName="app", PolicyName="work", PolicyDocument=document(statement("Allow", ["sqs:*", "s3:*", "kms:*"]))
    )
    iam.create_role(RoleName="plain", AssumeRolePolicyDocument=trust)
    iam.create_user(UserName="ana")
    iam.create_group(GroupName="all")
    iam.add_user_to_group(GroupName="all", UserName="ana")
    team = document(statement("Allow", "sqs:*"), statement("Deny", "sqs:DeleteQueue"))
    iam.attach_group_policy(
        GroupName="all", PolicyArn=iam.create_policy(PolicyName="team", PolicyDocument=team)["Policy"]["Arn"]
    )


def make_queues(sqs: Any) -> None:
    everyone = statement("Deny", "sqs:*", Principal="*")
    given = statement("Allow", "sqs:SendMessage", Principal={"AWS": PLAIN})
    sqs.create_queue(QueueName="closed", Attributes={"Policy": document(everyone)})
    sqs.create_queue(QueueName="open")
    sqs.create_queue(QueueName="shared", Attributes={"Policy": document(given)})
    sqs.create_queue(
        QueueName="tagged", Attributes={"Policy": document({**everyone, "Condition": BLUE})}, tags={"team": "blue"}
    )


def make_buckets(s3: Any) -> None:
    for name in ("law-closed", "law-open", "law-public", "law-listed"):
        s3.create_bucket(Bucket=name)
    everyone = statement("Deny", "s3:*", ["arn:aws:s3:::law-closed", "arn:aws:s3:::law-closed/*"], Principal="*")
    s3.put_bucket_policy(Bucket="law-closed", Policy=document(everyone))
    public = statement("Allow", "s3:GetObject", "arn:aws:s3:::law-public/*", Principal="*")
    s3.put_bucket_policy(Bucket="law-public", Policy=document(public))
    s3.put_public_access_block(
        Bucket="law-public",
        PublicAccessBlockConfiguration={"IgnorePublicAcls": True, "RestrictPublicBuckets": True},
    )
    s3.put_bucket_acl(Bucket="law-listed", ACL="public-read")
    s3.put_bucket_ownership_controls(
        Bucket="law-open", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def make_keys(kms: Any) -> dict[str, str]:
    """The ARNs of a key that its own policy closes, and of one that a grant alone opens."""
    account = statement("Allow", "kms:*", Principal=ROOT)
    locked = document(account, statement("Deny", "kms:Decrypt", Principal="*"))
    alone = document(statement("Allow", "kms:Describe*", Principal={"AWS": ANA}))
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/blue"}}
    named = document(account, statement("Deny", "kms:Decrypt", Principal="*", Condition=by_alias))
    policies = {"open": document(account), "locked": locked, "alone": alone, "named": named}
    arns = {name: str(kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]) for name, policy in policies.items()}
    kms.create_grant(KeyId=arns["alone"], GranteePrincipal=PLAIN, Operations=["Decrypt"])
    kms.create_alias(AliasName="alias/blue", TargetKeyId=arns["named"])
    return arns


Asked = tuple[str, str, str, dict[str, str], "Access"]


def make_account(aws: AwsServer) -> list[Asked]:
    """Makes the account; the questions about it, with the answers that follow from what was made."""
    make_identities(aws.client("iam"))
    make_queues(aws.client("sqs"))
    make_buckets(aws.client("s3"))
    keys = make_keys(aws.client("kms"))
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    through = document(statement("Allow", "*", Principal="*"), statement("Deny", "s3:DeleteObject", Principal="*"))
    service = "com.amazonaws.us-east-1.s3"
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, PolicyDocument=through)
    vpce = {"aws:SourceVpce": made["VpcEndpoint"]["VpcEndpointId"], "aws:SourceVpc": vpc}
    send, get, decrypt = "sqs:SendMessage", "s3:GetObject", "kms:Decrypt"
    outsider = "arn:aws:iam::999988887777:role/other"
    return [
        (APP, send, queue("closed"), {}, DENIED),
        (APP, send, queue("open"), {}, ALLOWED),
        (APP, send, queue("tagged"), {}, DENIED),
        (APP, send, queue("nowhere"), {}, ALLOWED),
        (APP, "sqs:PurgeQueue", queue("open"), {}, DENIED),
        (ANA, send, queue("closed"), {}, DENIED),
        (ANA, "sqs:DeleteQueue", queue("open"), {}, DENIED),
        (ANA, send, queue("open"), {}, ALLOWED),
        (PLAIN, send, queue("shared"), {}, ALLOWED),
        (PLAIN, send, queue("nowhere"), {}, DENIED),
        (APP, get, "arn:aws:s3:::law-closed/k", {}, DENIED),
        (APP, get, "arn:aws:s3:::law-open/k", {}, ALLOWED),
        (APP, "s3:ListBucket", "arn:aws:s3:::law-closed", {}, DENIED),
        (APP, "s3:DeleteObject", "arn:aws:s3:::law-open/k", vpce, DENIED),
        (APP, get, "arn:aws:s3:::law-open/k", vpce, ALLOWED),
        (PLAIN, get, "arn:aws:s3:::law-public/k", {}, ALLOWED),
        (outsider, get, "arn:aws:s3:::law-public/k", {}, DENIED),
        ("anonymous", "s3:ListBucket", "arn:aws:s3:::law-listed", {}, ALLOWED),
        (APP, decrypt, keys["open"], {}, ALLOWED),
        (APP, decrypt, keys["locked"], {}, DENIED),
        (APP, decrypt, keys["named"], {}, DENIED),
        (PLAIN, decrypt, keys["alone"], {}, ALLOWED),
        (ANA, decrypt, keys["alone"], {}, DENIED),
    ]


def answers(folder: Path, questions: list[Asked]) -> list[Access]:
    """The answers from a folder, of callers of whom somebody knows that they have no session policies."""
    (folder / "session-policies.json").write_text("{}")
    simulator = load(folder)
    return [
        simulator.decide(
            who, action, resource, context=context, absent=() if context else ("aws:SourceVpce", "aws:SourceVpc")
        ).access
        for who, action, resource, context, _ in questions
    ]


@pytest.fixture
def account(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    use_collectors(monkeypatch, *COLLECTORS)
    aws.reply("ec2:DescribeRegions", REGIONS, "text/xml")
    one = Connection(AwsSettings(region="us-east-1", endpoint_url=aws.url))
    monkeypatch.setattr(engine, "Connection", lambda _: one)  # clients are slow to make, and there are many snapshots
    return aws


def operation_of(call: Call) -> str:
    """As the door is told of it; what is asked of each bucket is one operation."""
    escaped = re.escape(call.operation).replace(r"law\-", "law-")
    return f"{call.service}:" + re.sub(r"law-[a-z]+", "law-[a-z]+", escaped)


def turned_round(folder: Path, run: Run, questions: list[Asked]) -> list[str]:
    """The questions that a snapshot answers otherwise than the whole one, unless it leaves them open."""
    if run.code == 4:
        return ["a folder of a run that failed"] if (folder / "collection.json").exists() else []
    assert run.code == 0, run.stderr
    return [
        f"{asked[0]} {asked[1]} {asked[2]}: {answer}"
        for asked, answer in zip(questions, answers(folder, questions), strict=True)
        if answer not in {asked[4], DEPENDS}
    ]


def test_no_refused_or_failing_call_turns_a_decision_round(account: AwsServer, tmp_path: Path) -> None:
    questions = make_account(account)
    assert snapshot(account, tmp_path / "whole").code == 0
    assert answers(tmp_path / "whole", questions) == [asked[4] for asked in questions]
    made = sorted({operation_of(call) for call in account.calls})
    assert len(made) >= 18, made
    wrong = []
    for number, operation in enumerate(made):
        account.faults.clear()
        account.fail(operation, ("AccessDenied", "InternalOddity")[number % 2])
        out = tmp_path / str(number)
        wrong += [f"{operation}: {one}" for one in turned_round(out, snapshot(account, out), questions)]
    assert wrong == []
