from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.cloudtrail.denial import Denial
from policysim.evaluation.layers import LayerName
from policysim.language.request import Principal, PrincipalKind, PublicAccessBlock, Request, Resource
from tests.explanation.cause_cases import (
    CONFIRMED,
    EXPLICIT,
    IMPLICIT,
    POSSIBLE,
    REFUTED,
    coded,
    codes,
    event,
    evidence,
    first,
    hypotheses,
    says,
)
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    KEY,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
    allow,
    attached,
    deny,
    document,
    in_force,
    levels,
    request,
)

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import AttachedPolicy

IDENTITY, RESOURCE, BOUNDARY, SCP = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.BOUNDARY, LayerName.SCP
READ = request("s3:GetObject")
GUARD_ARN = "arn:aws:organizations::999999999999:policy/o-acme/service_control_policy/p-1"
EVERYTHING = attached(document(allow("*")))


def attached_scp(*statements: dict[str, object]) -> AttachedPolicy:
    return attached(document(*statements), SCP, name="limits", attached_to=None)


def identity(*statements: dict[str, object], asked: Request = READ) -> list[tuple[str, object]]:
    known = evidence(asked, in_force({IDENTITY: attached(document(*statements))}), says("identity", IMPLICIT))
    return [(one.code, one.tested) for one in hypotheses(known)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (allow("s3:PutObject", f"{BUCKET}/*"), "action-missing"),
        (allow("s3:GetObject", f"{BUCKET}/2025/*"), "resource-missing"),
        (allow("s3:GetObject", BUCKET), "bucket-not-objects"),
        (allow("sqs:SendMessage"), "no-allow"),
        (allow("s3:GetObject", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}), "condition-not-met"),
        (allow("s3:GetObject", Condition={"StringEquals": {"aws:RequestedRegion": "eu-*"}}), "condition-operator"),
        (allow("s3:GetObject", Condition={"StringEquals": {"aws:RequestedRegion": "EU-west-1"}}), "condition-operator"),
        (allow("s3:GetObject", Condition={"StringLike": {"aws:RequestedRegion": "us-*"}}), "condition-not-met"),
    ],
)
def test_m1_m17_the_near_miss_tells_why_nothing_allows(statement: dict[str, object], code: str) -> None:
    asked = request("s3:GetObject", context={"aws:RequestedRegion": "eu-west-1"})
    assert identity(statement, asked=asked) == [(code, CONFIRMED)]


def test_m1_the_test_says_what_came_out_with_and_without_the_repair() -> None:
    policies = in_force({IDENTITY: attached(document(allow("s3:PutObject", f"{BUCKET}/*")))})
    found = first(evidence(READ, policies, says("identity", IMPLICIT)))
    assert found.test == "evaluated: no identity-based policy allows it; with its action matching: allowed"
    assert found.supporting == ("AWS's message says that no identity-based policy allows it",)
    assert "app-policy.json:4" in found.cause
    assert (found.layer, found.next) == (IDENTITY, "")


def test_m17_within_one_account_the_resource_s_own_policy_may_be_the_one_that_is_short() -> None:
    bucket = attached(
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"{ROLE}-other"})), RESOURCE, name="bucket"
    )
    known = evidence(READ, in_force({RESOURCE: bucket}), says("identity", IMPLICIT))
    assert codes(known) == [("principal-missing", CONFIRMED)]


def test_m3_across_accounts_the_layer_that_aws_names_is_the_cause_and_the_other_is_in_the_way() -> None:
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    bucket = attached(document(allow("s3:PutObject", f"{BUCKET}/*", Principal={"AWS": ROLE})), RESOURCE, name="bucket")
    known = evidence(asked, in_force({RESOURCE: bucket}), says("resource", IMPLICIT))
    assert codes(known) == [("action-missing", CONFIRMED)]
    assert first(known).layer is RESOURCE


def test_m4_a_limit_that_lists_other_resources_is_short_of_this_one() -> None:
    limit = attached(document(allow("s3:GetObject", "arn:aws:s3:::public/*")), BOUNDARY, name="limit")
    known = evidence(READ, in_force({IDENTITY: EVERYTHING, BOUNDARY: limit}), says("boundary", IMPLICIT))
    assert codes(known) == [("resource-missing", CONFIRMED)]


def test_m2_m11_the_deny_that_aws_names_is_confirmed() -> None:
    guard = attached(document(allow("*"), deny("s3:*", Sid="NoS3")), SCP, name="guard", arn=GUARD_ARN, attached_to=None)
    policies = in_force({IDENTITY: EVERYTHING, SCP: levels(root=(guard,), ou=(guard,))})
    found = hypotheses(evidence(READ, policies, says("scp", EXPLICIT, policy_arn=GUARD_ARN)))
    assert [(one.code, one.tested, one.layer) for one in found] == [("explicit-deny", CONFIRMED, SCP)]
    assert found[0].test.endswith("without this statement: allowed")
    assert f"AWS's message names this policy: `{GUARD_ARN}`" in found[0].supporting


def test_m11_a_deny_of_another_policy_than_the_one_named_is_not_it() -> None:
    guard = attached(document(allow("*"), deny("s3:*")), SCP, name="guard", arn=GUARD_ARN, attached_to=None)
    policies = in_force({IDENTITY: EVERYTHING, SCP: levels(root=(guard,))})
    other = GUARD_ARN.replace("p-1", "p-2")
    found = hypotheses(evidence(READ, policies, says("scp", EXPLICIT, policy_arn=other)))
    assert (found[0].code, found[0].tested) == ("policy-not-collected", POSSIBLE)
    assert "describe-policy --policy-id p-2" in found[0].next
    assert [one.tested for one in found if one.code == "explicit-deny"] == [REFUTED]


def test_m10_of_a_bare_message_every_deny_that_matches_is_a_cause() -> None:
    policies = in_force({IDENTITY: attached(document(allow("*"), deny("s3:*"), deny("*")))})
    assert codes(evidence(READ, policies, says())) == [("explicit-deny", CONFIRMED)] * 2


def test_m18_what_aws_names_no_word_of_is_refuted_where_nothing_else_denies() -> None:
    policies = in_force({IDENTITY: attached(document(allow("sqs:*")))})
    found = hypotheses(evidence(READ, policies, says("scp", EXPLICIT)))
    assert [(one.code, one.tested) for one in found if one.layer is IDENTITY] == [("no-allow", REFUTED)]


def test_e3_a_deny_at_hand_that_aws_did_not_find_speaks_against_the_missing_allow() -> None:
    policies = in_force({IDENTITY: attached(document(deny("s3:*")))})
    found = coded("no-allow", evidence(READ, policies, says("identity", IMPLICIT)))
    assert found.tested is POSSIBLE
    assert "AWS would have found first" in found.opposing[0]


def test_e18_each_level_of_the_organisation_needs_an_allow() -> None:
    full = attached(document(allow("*")), SCP, name="full", attached_to=None)
    only_sqs = attached(document(allow("sqs:*")), SCP, name="only-sqs", attached_to=None)
    policies = in_force({IDENTITY: EVERYTHING, SCP: levels(root=(full,), ou=(only_sqs,), account=(only_sqs,))})
    found = first(evidence(READ, policies, says("scp", EXPLICIT)))
    assert (found.code, found.tested, found.layer) == ("level-without-allow", CONFIRMED, SCP)
    assert "`ou` and `account`" in found.cause
    assert found.test.endswith("allowed")


def test_e30_a_rule_of_the_service_is_the_cause_whatever_the_policies_say() -> None:
    root = Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT)
    known = evidence(request("sts:AssumeRole", ROLE, principal=root), in_force({}), says())
    assert codes(known) == [("fixed-rule", CONFIRMED)]


def test_s9_the_policy_of_an_aws_managed_key_is_a_fixed_rule_across_accounts() -> None:
    policy = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})).replace(
        '"Version"', '"Id": "auto-s3-2", "Version"'
    )
    key = attached(policy, RESOURCE, name="key", attached_to=KEY)
    asked = request("kms:Decrypt", KEY, owner=OTHER_ACCOUNT)
    known = evidence(asked, in_force({IDENTITY: EVERYTHING, RESOURCE: key}), says("resource"))
    assert first(known).code == "fixed-rule"
    assert "AWS managed key" in first(known).cause
    assert first(known).test.count("no key policy allows it") == 1


def test_s15_a_refusal_of_a_setting_is_no_statement() -> None:
    public = attached(document(allow("s3:GetObject", f"{BUCKET}/*", Principal="*")), RESOURCE, name="bucket")
    block = PublicAccessBlock(restrict_public_buckets=True, ignore_public_acls=False)
    stranger = Principal(kind=PrincipalKind.ANONYMOUS)
    asked = Request(
        principal=stranger,
        action="s3:GetObject",
        resource=Resource(arn=OBJECT, account=ACCOUNT, public_access_block=block),
        context=READ.context,
    )
    known = evidence(asked, in_force({RESOURCE: public}), says("resource", EXPLICIT))
    assert codes(known) == [("block-public-access", CONFIRMED)]


def test_m14_a_key_that_another_service_uses_is_named_as_the_key_of_the_data() -> None:
    asked = request("kms:Decrypt", KEY)
    key = attached(document(allow("kms:*", Principal={"AWS": ACCOUNT})), RESOURCE, name="key", attached_to=KEY)
    denial = says("identity", IMPLICIT)
    known = evidence(asked, in_force({RESOURCE: key}), denial, of=event("GetObject"))
    assert codes(known)[0] == ("encryption-key", CONFIRMED)
    direct = evidence(asked, in_force({RESOURCE: key}), denial, of=event("Decrypt", "kms.amazonaws.com"))
    assert codes(direct) == [("no-allow", CONFIRMED)]


def test_r11_a_statement_about_another_region_tells_that_the_call_went_to_the_wrong_one() -> None:
    name = "arn:aws:secretsmanager:{}:111122223333:secret:db-a1b2c3"
    own = document(allow("secretsmanager:GetSecretValue", name.format("eu-west-1")))
    asked = request("secretsmanager:GetSecretValue", name.format("us-east-1"))
    known = evidence(asked, in_force({IDENTITY: attached(own)}), says("identity", IMPLICIT))
    found = first(known)
    assert (found.code, found.tested) == ("resource-missing", CONFIRMED), "no account at hand has it there"


def test_m13_a_cause_that_is_no_policy_is_told_in_aws_s_words() -> None:
    denial = says()
    cause = evidence(
        READ, in_force({}), denial.__class__(raw="", recognised=True, iam=False, cause="a lock protects it")
    )
    assert codes(cause) == [("not-a-policy", CONFIRMED)]
    setting = "S3 Block Public Access (BlockPublicPolicy) refuses public policies"
    blocked = evidence(READ, in_force({}), Denial(raw="", recognised=True, iam=False, cause=setting))
    assert codes(blocked) == [("block-public-access", CONFIRMED)]
    assert first(blocked).cause == setting


def test_s2_m18_the_callers_side_is_no_cause_where_the_trust_policy_must_allow_and_does_not() -> None:
    trust = document({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"})
    own = attached(document(allow("sts:AssumeRole", ROLE)))
    policies = in_force({IDENTITY: own, RESOURCE: attached(trust, RESOURCE, name="trust", trust=True)})
    found = hypotheses(evidence(request("sts:TagSession", ROLE), policies, says()))
    assert [(one.code, one.tested, one.layer) for one in found] == [("action-missing", CONFIRMED, RESOURCE)]
    assert found[0].test.endswith(": allowed")


def test_m10_a_confirmed_cause_is_tested_with_everything_else_out_of_the_way() -> None:
    limit = attached(document(allow("sqs:*")), BOUNDARY, name="limit")
    policies = in_force({IDENTITY: EVERYTHING, BOUNDARY: limit, SCP: levels(root=(attached_scp(allow("sqs:*")),))})
    found = hypotheses(evidence(READ, policies, says()))
    assert [(one.layer, one.tested) for one in found] == [(SCP, CONFIRMED), (BOUNDARY, CONFIRMED)]
    assert all(one.test.endswith("and with what else is in the way removed: allowed") for one in found)


def test_m1_a_deny_that_an_unknown_key_may_bring_about_is_listed_beside_the_missing_allow_of_a_bare_message() -> None:
    elsewhere = deny("s3:*", Sid="Elsewhere", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    policies = in_force(
        {IDENTITY: attached(document(allow("sqs:*"))), SCP: levels(root=(attached_scp(allow("*"), elsewhere),))}
    )
    asked = request("s3:GetObject", complete=False)
    assert codes(evidence(asked, policies, says())) == [("no-allow", CONFIRMED), ("key-unknown", POSSIBLE)]
    assert codes(evidence(asked, policies, says("identity", IMPLICIT))) == [("no-allow", CONFIRMED)]
