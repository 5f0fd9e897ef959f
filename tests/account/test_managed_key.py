"""A key that AWS manages is told by the policy that AWS wrote for it (spec S25)."""

from __future__ import annotations

import json

import pytest

from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Principal, PrincipalKind, RequestContext
from policysim.language.source import Source
from tests.account_folders import ACCOUNT, BUCKET, KEY, OTHER, account, allow, organisation, request, user

VIA_S3 = "s3.eu-west-1.amazonaws.com"
AWS_ID = "auto-s3-2"
THROUGH_S3 = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": VIA_S3}
FOREIGN = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/bob", account=OTHER)


def attached(policy_id: str | None, conditions: dict[str, str], arn: str = KEY) -> AttachedPolicy:
    condition = {"StringEquals": conditions}
    statements = allow("kms:Decrypt", Principal={"AWS": "*"}, Condition=condition)["Statement"]
    document = {"Version": "2012-10-17", **({} if policy_id is None else {"Id": policy_id}), "Statement": statements}
    return AttachedPolicy(
        "key policy", parse_policy(Source("key", json.dumps(document)), PolicyType.RESOURCE), None, arn
    )


def manager(policy: AttachedPolicy | None, arn: str = KEY, **stated: str) -> str | None:
    asked = request(user(), "kms:Decrypt", arn, **stated)
    owner = account(resource_policies={arn: policy})
    return situate(asked, organisation(owner)).request.resource.key_manager


def test_s25_the_policy_that_aws_writes_tells_a_key_that_aws_manages() -> None:
    assert manager(attached(AWS_ID, THROUGH_S3)) == "AWS"
    assert manager(attached("auto-secretsmanager-12", THROUGH_S3)) == "AWS"


@pytest.mark.parametrize(
    ("policy_id", "conditions"),
    [
        (None, THROUGH_S3),
        ("key-default-1", THROUGH_S3),
        ("auto-s3", THROUGH_S3),
        ("my-auto-s3-2", THROUGH_S3),
        (AWS_ID, {"kms:ViaService": VIA_S3}),
        (AWS_ID, {**THROUGH_S3, "aws:PrincipalOrgID": "o-example"}),
    ],
)
def test_s25_any_other_policy_leaves_it_open_who_manages_the_key(
    policy_id: str | None, conditions: dict[str, str]
) -> None:
    assert manager(attached(policy_id, conditions)) is None


def test_s25_only_keys_have_such_policies_and_none_collected_tells_nothing() -> None:
    assert manager(attached(AWS_ID, THROUGH_S3, BUCKET), BUCKET) is None
    assert manager(None) is None


def test_s25_x13_no_grant_of_a_key_that_aws_manages_reaches_another_account() -> None:
    policy = attached(AWS_ID, {"kms:CallerAccount": OTHER, "kms:ViaService": VIA_S3})
    asked = request(FOREIGN, "kms:Decrypt", KEY, context=RequestContext({"kms:ViaService": VIA_S3}, complete=True))
    situation = situate(asked, organisation(account(resource_policies={KEY: policy})))
    decision = decide(situation.request, situation.policies, CATALOGUE)
    assert decision.effect is Effect.IMPLICIT_DENY
