"""The resource policy that a request meets, and the owner of the resource (spec S1, S9, S17, S22, S23, R22, X7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.account.account import Account, BucketSettings, CollectionGap, Identities, PublicAccess, Role
from policysim.account.situate import situate
from policysim.evaluation.key_grants import KeyGrant
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind, PublicAccessBlock, Request, RequestContext, Resource
from tests.account_folders import (
    ACCOUNT,
    BUCKET,
    KEY,
    OTHER,
    QUEUE,
    ROLE,
    account,
    allow,
    organisation,
    policy,
    request,
    trust,
    user,
)

LAMBDA = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
FOREIGN = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/bob", account=OTHER)


def document(arn: str) -> AttachedPolicy:
    return AttachedPolicy(arn, policy(allow("*", Principal="*"), PolicyType.RESOURCE), None, arn)


def meets(
    action: str, resource: str, *accounts: Account, principal: Principal | None = None, **more: Any
) -> LayerPolicies | None:
    asked = request(principal or user(), action, resource, **more)
    return situate(asked, organisation(*accounts)).policies.get(LayerName.RESOURCE)


def codes(layer: LayerPolicies | None) -> list[str]:
    assert layer is not None
    assert layer.policies == ()
    return [gap.code for gap in layer.gaps]


@pytest.mark.parametrize(
    ("action", "resource", "holder"),
    [
        ("s3:GetObject", f"{BUCKET}/a/b", BUCKET),
        ("s3:ListBucket", BUCKET, BUCKET),
        (
            "s3:GetObject",
            f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap/object/k",
            f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap",
        ),
        ("kms:Decrypt", KEY, KEY),
        ("lambda:InvokeFunction", f"{LAMBDA}:live", f"{LAMBDA}:live"),
        ("sns:Subscribe", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t:1a2b", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"),
        ("sqs:SendMessage", QUEUE, QUEUE),
        (
            "dynamodb:Query",
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T/index/I",
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T",
        ),
        (
            "logs:PutLogEvents",
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/a:log-stream:s",
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/a:*",
        ),
        (
            "execute-api:Invoke",
            f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a1b2/prod/GET/x",
            "arn:aws:apigateway:eu-west-1::/restapis/a1b2",
        ),
        (
            "es:ESHttpGet",
            f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d/_search",
            f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d",
        ),
        (
            "glue:GetTable",
            f"arn:aws:glue:eu-west-1:{ACCOUNT}:table/db/t",
            f"arn:aws:glue:eu-west-1:{ACCOUNT}:catalog",
        ),
    ],
)
def test_s17_s27_r21_the_policy_is_that_of_the_resource_or_of_what_holds_it(
    action: str, resource: str, holder: str
) -> None:
    where = account(resource_policies={holder: document(holder)}, grants={})
    layer = meets(action, resource, where)
    assert layer is not None
    assert [one.attached_to for one in layer.policies] == [holder]


@pytest.mark.parametrize(
    ("action", "resource", "listed"),
    [
        ("lambda:InvokeFunction", f"{LAMBDA}:live", LAMBDA),
        ("lambda:InvokeFunction", LAMBDA, f"{LAMBDA}:live"),
        (
            "dynamodb:GetRecords",
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T/stream/2026",
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/T",
        ),
        (
            "ecr:BatchGetImage",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/a/b",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/a",
        ),
        ("s3:ListBucket", f"{BUCKET}-2", BUCKET),
    ],
)
def test_s27_r19_a_neighbour_s_policy_does_not_reach_the_resource(action: str, resource: str, listed: str) -> None:
    where = account(resource_policies={listed: document(listed)})
    assert codes(meets(action, resource, where, account=ACCOUNT)) == ["not-collected"]


def test_an_arn_that_is_not_listed_was_not_collected_unless_its_service_is_complete_or_nothing_is_there() -> None:
    listed = {f"{QUEUE}-2": None}
    assert codes(meets("sqs:SendMessage", QUEUE, account(resource_policies=listed))) == ["not-collected"]
    complete = account(resource_policies=listed, complete=frozenset({"sqs"}))
    assert meets("sqs:SendMessage", QUEUE, complete) is None
    other = account(resource_policies=listed, complete=frozenset({"s3"}))
    assert codes(meets("sqs:SendMessage", QUEUE, other)) == ["not-collected"]
    assert meets("sqs:SendMessage", QUEUE, account(resource_policies={})) is None
    assert codes(meets("sqs:SendMessage", QUEUE, account(resource_policies=None))) == ["not-collected"]


def test_null_says_that_there_is_no_policy() -> None:
    assert meets("sqs:SendMessage", QUEUE, account(resource_policies={QUEUE: None})) is None


def test_a_gap_names_the_call_that_fetches_the_policy_and_what_the_collection_was_told() -> None:
    refused = (CollectionGap(QUEUE, "sqs:GetQueueAttributes", "AccessDenied"),)
    layer = meets("sqs:SendMessage", QUEUE, account(resource_policies=None, gaps=refused))
    assert layer is not None
    (gap,) = layer.gaps
    assert gap.sentence.endswith("was not collected (`sqs:GetQueueAttributes` was answered with AccessDenied)")
    assert gap.command == (
        "aws sqs get-queue-attributes --attribute-names Policy "
        f"--queue-url https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"
    )
    bucket = meets("s3:GetObject", f"{BUCKET}/k", account(resource_policies=None), account=ACCOUNT)
    assert bucket is not None
    assert bucket.gaps[0].command == "aws s3api get-bucket-policy --bucket data"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListAllMyBuckets", "*"),
        ("kms:CreateKey", "*"),
        ("ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"),
        ("iam:GetRole", ROLE),
        ("iam:PassRole", ROLE),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("sts:GetCallerIdentity", "*"),
        ("sts:AssumeRoot", f"arn:aws:iam::{ACCOUNT}:root"),
        ("cloudwatch:PutMetricData", "*"),
        ("ecr:GetAuthorizationToken", "*"),
        ("states:StartExecution", f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:m"),
        ("sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:endpoint/APNS/a/1"),
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1"),
        ("ec2:DeleteSnapshot", "arn:aws:ec2:eu-west-1::snapshot/snap-1"),
        ("ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/x"),
    ],
)
def test_s9_x5_services_and_requests_without_resource_policies_have_no_such_layer(action: str, resource: str) -> None:
    assert meets(action, resource, account(resource_policies=None)) is None


def test_a_service_that_the_table_does_not_know_is_a_gap_and_may_be_listed_all_the_same() -> None:
    arn = f"arn:aws:novel:eu-west-1:{ACCOUNT}:thing/1"
    layer = meets("novel:Do", arn, account(resource_policies=None))
    assert codes(layer) == ["not-collected"]
    assert layer is not None
    assert "`novel` is not in the table" in layer.gaps[0].sentence
    listed = meets("novel:Do", arn, account(resource_policies={arn: document(arn)}))
    assert listed is not None
    assert len(listed.policies) == 1


@pytest.mark.parametrize(
    "action",
    [
        "sts:AssumeRole",
        "STS:assumerole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:TagSession",
        "sts:SetSourceIdentity",
    ],
)
def test_s1_s7_s8_the_trust_policy_is_the_resource_policy_of_a_role(action: str) -> None:
    layer = meets(action, ROLE, account(resource_policies=None))
    assert layer is not None
    (attached,) = layer.policies
    assert (attached.attached_to, attached.policy.type, attached.editable) == (ROLE, PolicyType.TRUST, True)


def test_e38_the_trust_policy_of_a_service_linked_role_cannot_be_edited() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    identities = Identities(roles={arn: Role(name="x", arn=arn)}, trust={arn: policy(trust(), PolicyType.TRUST)})
    layer = meets("sts:AssumeRole", arn, account(identities=identities))
    assert layer is not None
    assert [one.editable for one in layer.policies] == [False]


def test_a_trust_policy_that_was_not_collected_is_a_gap() -> None:
    untrusted = account(identities=Identities(roles={ROLE: Role(name="app", arn=ROLE)}))
    for where in (account(identities=None), account(identities=Identities()), untrusted):
        assert codes(meets("sts:AssumeRole", ROLE, where)) == ["not-collected"]


def test_the_other_side_of_a_cross_account_request_is_a_gap_when_it_is_not_at_hand() -> None:
    theirs = QUEUE.replace(ACCOUNT, OTHER)
    assert codes(meets("sqs:SendMessage", theirs, account())) == ["account-missing"]
    assert codes(meets("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/x", account())) == ["account-missing"]
    situated = situate(
        request(FOREIGN, "sqs:SendMessage", QUEUE), organisation(account(resource_policies={QUEUE: None}))
    )
    assert [gap.code for gap in situated.policies.layers[LayerName.IDENTITY].gaps] == ["account-missing"]
    assert situated.policies.get(LayerName.RESOURCE) is None


def test_r22_the_owner_is_the_account_whose_folder_lists_the_bucket() -> None:
    listings: tuple[dict[str, Any], ...] = (
        {"resource_policies": {BUCKET: None}},
        {"tags": {BUCKET: {}}},
        {"public_access": PublicAccess(buckets={"data": BucketSettings()})},
    )
    for listing in listings:
        accounts = organisation(account(), account(OTHER, **listing))
        assert situate(request(resource=BUCKET, action="s3:ListBucket"), accounts).request.resource.account == OTHER


def test_r22_the_owner_stays_unknown_where_no_folder_or_more_than_one_tells() -> None:
    layer = meets("s3:GetObject", f"{BUCKET}/k", account(), account(OTHER))
    assert codes(layer) == ["owner-unknown"]
    third = account("777788889999", resource_policies={BUCKET: None})
    twice = organisation(account(), account(OTHER, tags={BUCKET: {}}), third)
    assert situate(request(), twice).request.resource.account is None


def test_r22_the_caller_s_own_folder_is_believed_first_and_what_is_stated_before_all() -> None:
    both = organisation(account(tags={BUCKET: {}}), account(OTHER, tags={BUCKET: {}}))
    assert situate(request(), both).request.resource.account == ACCOUNT
    assert situate(request(account=OTHER), both).request.resource.account == OTHER


@pytest.mark.parametrize(
    ("resource", "owner"),
    [
        ("*", ACCOUNT),
        (QUEUE.replace(ACCOUNT, OTHER), OTHER),
        ("arn:aws:iam::aws:policy/X", ACCOUNT),
        ("nonsense", None),
    ],
)
def test_r22_the_owner_by_the_arn_alone(resource: str, owner: str | None) -> None:
    assert situate(request(resource=resource), organisation(account())).request.resource.account == owner


def test_x7_a_foreign_caller_may_have_been_let_in_by_a_resource_share() -> None:
    subnet = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1"
    layer = meets("ec2:RunInstances", subnet, account(), principal=FOREIGN)
    assert codes(layer) == ["not-collected"]
    assert layer is not None
    assert layer.gaps[0].may_deny is False
    assert (
        meets("states:StartExecution", f"arn:aws:states:eu-west-1:{ACCOUNT}:x:m", account(), principal=FOREIGN) is None
    )


def test_x7_s43_a_share_that_the_folder_lists_acts_as_the_policy_of_the_resource() -> None:
    subnet = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1"
    shared = account(resource_policies={subnet: document(subnet)})
    layer = meets("ec2:RunInstances", subnet, shared, principal=FOREIGN)
    assert layer is not None
    assert ([attached.name for attached in layer.policies], layer.gaps) == ([subnet], ())
    assert meets("ec2:RunInstances", subnet, shared) is None
    unshared = account(resource_policies={subnet: None})
    assert meets("ec2:RunInstances", subnet, unshared, principal=FOREIGN) is None


def test_s22_the_key_behind_an_alias_is_not_known() -> None:
    alias = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"
    assert codes(meets("kms:Decrypt", alias, account(grants={}))) == ["not-collected"]


def test_s23_grants_that_were_not_collected_can_only_allow() -> None:
    where = account(resource_policies={KEY: document(KEY)}, grants=None)
    layer = meets("kms:Decrypt", KEY, where)
    assert layer is not None
    assert [(gap.code, gap.may_deny) for gap in layer.gaps] == [("not-collected", False)]
    assert meets("kms:PutKeyPolicy", KEY, account(resource_policies={KEY: None}, grants=None)) is None


def granted(*grants: KeyGrant, action: str = "kms:Decrypt") -> tuple[str, ...]:
    """The names of the documents of the resource layer of a key with these grants."""
    layer = meets(action, KEY, account(resource_policies={KEY: document(KEY)}, grants={KEY: grants}))
    assert layer is not None
    assert layer.gaps == ()
    return tuple(attached.name for attached in layer.policies)


@pytest.mark.parametrize(
    ("grant", "serves"),
    [
        (KeyGrant(user().arn or "", ("Decrypt",), id="g1"), True),
        (KeyGrant(f"arn:aws:iam::{ACCOUNT}:root", ("Decrypt", "Encrypt"), id="g1"), True),
        (KeyGrant(user().arn or "", ("Encrypt",), id="g1"), False),
        (KeyGrant(f"arn:aws:iam::{ACCOUNT}:user/other", ("Decrypt",), id="g1"), False),
    ],
)
def test_s23_a_grant_that_covers_caller_and_operation_stands_beside_the_key_policy(
    grant: KeyGrant, *, serves: bool
) -> None:
    assert granted(grant)[1:] == (("grant g1",) if serves else ())


def test_s35_every_grant_that_the_caller_may_retire_stands_beside_the_key_policy() -> None:
    retired = KeyGrant(f"arn:aws:iam::{ACCOUNT}:role/other", ("Decrypt",), user().arn, id="g1")
    other = KeyGrant(f"arn:aws:iam::{FOREIGN.account}:role/x", ("Decrypt",), id="g2")
    assert granted(retired, other, action="kms:RetireGrant")[1:] == ("grant g1", "grant g2")
    assert granted(retired, other)[1:] == ()


def test_s23_a_grant_with_constraints_that_nobody_knows_is_a_gap_that_never_denies() -> None:
    grant = KeyGrant(user().arn or "", ("Decrypt",), understood=False)
    layer = meets("kms:Decrypt", KEY, account(resource_policies={KEY: document(KEY)}, grants={KEY: (grant,)}))
    assert layer is not None
    assert [(gap.code, gap.may_deny) for gap in layer.gaps] == [("grant-not-evaluated", False)]


def test_s22_an_alias_has_no_policy_of_its_own() -> None:
    alias = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"
    assert meets("kms:CreateAlias", alias, account(grants={})) is None


def test_s40_a_replica_of_a_multi_region_key_has_its_own_policy_and_grants() -> None:
    here, there = (f"arn:aws:kms:{region}:{ACCOUNT}:key/mrk-1" for region in ("eu-west-1", "us-east-1"))
    where = account(
        resource_policies={here: document(here)}, grants={here: (KeyGrant(user().arn or "", ("Decrypt",), id="g1"),)}
    )
    assert codes(meets("kms:Decrypt", there, where)) == ["not-collected", "not-collected"]
    layer = meets("kms:Decrypt", here, where)
    assert layer is not None
    assert layer.gaps == ()


def test_s25_the_policy_of_an_aws_managed_key_is_known_without_its_document() -> None:
    asked = Request(
        principal=user(),
        action="kms:Decrypt",
        resource=Resource(arn=KEY, account=ACCOUNT, key_manager="AWS"),
        context=RequestContext(complete=True),
    )
    found = situate(asked, organisation(account(grants={}))).policies.get(LayerName.RESOURCE)
    assert found is not None
    assert [attached.editable for attached in found.policies] == [False]
    assert found.gaps == ()


def test_s15_block_public_access_that_nobody_collected_is_not_known_to_be_off() -> None:
    where = account(resource_policies={"arn:aws:s3:::data": None})
    block = situate(request(), organisation(where)).request.resource.public_access_block
    assert block is not None
    assert block.restrict_public_buckets is None


def test_s15_block_public_access_is_the_stricter_of_account_and_bucket() -> None:
    on, off = PublicAccessBlock(restrict_public_buckets=True), PublicAccessBlock(restrict_public_buckets=False)
    expected = {(on, off): True, (off, on): True, (off, off): False, (off, None): None, (on, None): True}
    for (own, bucket), restricted in expected.items():
        settings = {"data": BucketSettings(public_access_block=bucket)}
        where = account(public_access=PublicAccess(account=own, buckets=settings))
        block = situate(request(), organisation(where)).request.resource.public_access_block
        assert block is not None
        assert block.restrict_public_buckets is restricted


VAULT = f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:prod"
SNAPSHOT = "arn:aws:ec2:eu-west-1::snapshot/snap-1"


def test_x4_a_recovery_point_stands_under_the_policy_of_its_vault() -> None:
    at_hand = account(resource_policies={VAULT: document(VAULT)}, complete=("backup",))
    asked = request(user(), "backup:DeleteRecoveryPoint", SNAPSHOT)
    held = replace(asked, resource=replace(asked.resource, held_in=VAULT))
    found = situate(held, organisation(at_hand))
    layer = found.policies.get(LayerName.RESOURCE)
    assert layer is not None
    assert [each.arn or each.name for each in layer.policies] == [VAULT]
    assert found.request.resource.account == ACCOUNT
    assert codes(meets("backup:DeleteRecoveryPoint", SNAPSHOT, at_hand)) == ["not-collected"]
    assert meets("ec2:DeleteSnapshot", SNAPSHOT, at_hand) is None


def test_r22_an_account_of_which_digits_are_shown_is_the_one_that_lists_the_resource() -> None:
    api = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:abc123"
    masked = f"arn:aws:execute-api:eu-west-1:********{ACCOUNT[-4:]}:abc123/prod/GET/orders"
    at_hand = account(resource_policies={api: document(api)}, complete=())
    found = situate(request(user(), "execute-api:Invoke", masked), organisation(at_hand)).request.resource
    assert (found.arn, found.account) == (f"{api}/prod/GET/orders", ACCOUNT)
    other = masked.replace(ACCOUNT[-4:], "0000")
    for unknown in (other, masked.replace("abc123", "zzz999"), masked.replace("********", "*")):
        found = situate(request(user(), "execute-api:Invoke", unknown), organisation(at_hand)).request.resource
        assert (found.arn, found.account) == (unknown, None)
