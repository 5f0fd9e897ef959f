"""Amazon S3 in the decision itself: keys that follow, the bucket owner's root user, caveats (spec S12 to S17, C59)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet
from policysim.evaluation.services.s3_acls import GRANTABLE_ACTIONS, acl_policy
from policysim.language.request import (
    ABSENT,
    UNKNOWN,
    AclGrant,
    Principal,
    PrincipalKind,
    PublicAccessBlock,
    Request,
    RequestContext,
)
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, FOREIGN, OTHER

POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"
BUCKET = "arn:aws:s3:::data"
OPEN = RequestContext()
RESTRICTED = PublicAccessBlock(restrict_public_buckets=True)
EVERYONE = {"Principal": "*"}
ROOT = Principal(
    kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT, in_management_account=False
)


def found(key: str, action: str = "s3:GetObject", resource: str = f"{BUCKET}/k") -> object:
    return context_lookup(ask(action=action, resource=resource, context=OPEN))(key)


@pytest.mark.parametrize(
    ("action", "existing", "requested"),
    [
        ("s3:GetObject", UNKNOWN, ABSENT),
        ("s3:PutObjectTagging", UNKNOWN, UNKNOWN),
        ("s3:PutObject", ABSENT, UNKNOWN),
        ("s3:DeleteObject", ABSENT, ABSENT),
        ("S3:LISTBUCKET", ABSENT, ABSENT),
    ],
)
def test_c59_the_tags_of_objects_are_keys_of_some_actions_only(
    action: str, existing: object, requested: object
) -> None:
    assert found("s3:ExistingObjectTag/class", action) is existing
    assert found("S3:RequestObjectTag/class", action) is requested
    assert found("s3:RequestObjectTagKeys", action) is requested


@pytest.mark.parametrize(
    ("resource", "arn", "account", "origin"),
    [
        (f"{BUCKET}/k", ABSENT, ABSENT, ABSENT),
        (BUCKET, ABSENT, ABSENT, ABSENT),
        (f"{POINT}/object/k", (POINT,), (ACCOUNT,), UNKNOWN),
        ("*", UNKNOWN, UNKNOWN, UNKNOWN),
        (f"arn:aws:s3:eu-west-1:{ACCOUNT}:access-grants/default", UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_s17_the_keys_of_an_access_point_follow_from_the_resource(
    resource: str, arn: object, account: object, origin: object
) -> None:
    assert found("s3:DataAccessPointArn", resource=resource) == arn
    assert found("s3:DataAccessPointAccount", resource=resource) == account
    assert found("s3:AccessPointNetworkOrigin", resource=resource) == origin


def test_s17_what_a_request_states_of_its_access_point_is_believed() -> None:
    stated = ask(context=RequestContext({"s3:DataAccessPointAccount": OTHER}))
    assert context_lookup(stated)("s3:DataAccessPointAccount") == (OTHER,)


def test_s17_the_owner_of_the_bucket_is_a_key_of_s3_too() -> None:
    assert found("s3:ResourceAccount") == (ACCOUNT,)
    assert context_lookup(ask(owner=None, context=OPEN))("s3:ResourceAccount") is UNKNOWN


def test_s36_the_keys_of_directory_buckets_are_their_own() -> None:
    bucket = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:bucket/data--euw1-az1--x-s3"
    assert found("s3express:DataAccessPointArn", "s3express:CreateSession", bucket) is ABSENT
    assert found("s3:DataAccessPointArn", "s3express:CreateSession", bucket) is UNKNOWN


@pytest.mark.parametrize("action", ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
def test_s12_the_owner_s_root_mends_the_policy_that_denies_it_and_nothing_but_outer_limits_stop_it(action: str) -> None:
    denying = policies(resource=[deny(**EVERYONE)])
    asked = ask(ROOT, action, BUCKET)
    assert decide(asked, denying, NO_FACTS).effect is Effect.ALLOWED
    assert decide(asked, policies(resource=[deny(**EVERYONE)], scp=[deny()]), NO_FACTS).effect is Effect.EXPLICIT_DENY
    for other in (ask(ALICE, action, BUCKET), ask(ROOT, "s3:GetObject"), ask(ROOT, action, BUCKET, owner=OTHER)):
        assert decide(other, denying, NO_FACTS).effect is Effect.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
        ({"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-*"]}}, True),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringEquals": {"aws:userid": "AIDA1"}}, False),
        ({"StringEquals": {"aws:userid": "AROA1:s"}}, True),
        ({"StringLike": {"aws:userid": "AROA1:*"}}, True),
        ({"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "k"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"IpAddress": {"aws:SourceIp": "192.168.0.0/16"}}, False),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, True),
        ({"IpAddress": {"aws:SourceIp": "240.0.0.0/4"}}, True),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, False),
        ({"IpAddress": {"aws:SourceIp": "fc00::/7"}}, True),
        ({"IpAddress": {"aws:SourceIp": "anywhere"}}, True),
        ({"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/*"}}, False),
        ({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*"}}, True),
        ({"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}, False),
    ],
)
def test_s16_what_makes_a_bucket_policy_public(condition: dict[str, object], *, public: bool) -> None:
    asked = ask(FOREIGN, context=OPEN)
    asked = replace(asked, resource=replace(asked.resource, public_access_block=RESTRICTED))
    granting = policies(identity=[allow()], resource=[allow(**EVERYONE, Condition=condition)])
    assert (decide(asked, granting, NO_FACTS).effect is Effect.EXPLICIT_DENY) is public


def restricted(
    asked: Request, *, block: PublicAccessBlock | None = RESTRICTED, let_in: tuple[str, ...] = ()
) -> Request:
    return replace(asked, resource=replace(asked.resource, public_access_block=block, let_in=let_in))


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (allow(**EVERYONE), True),
        (allow(Principal={"AWS": "*"}), True),
        (allow(Principal={"AWS": [OTHER, "*"]}), True),
        (allow(Principal={"AWS": OTHER}), False),
        (allow(NotPrincipal={"AWS": "arn:aws:iam::999999999999:user/x"}), True),
        (allow(**EVERYONE, Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/"}}), True),
        (allow(**EVERYONE, Condition={"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/"}}), False),
        (allow(**EVERYONE, Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), True),
        (allow(**EVERYONE, Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
        (allow(**EVERYONE, Condition={"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}), True),
    ],
)
def test_s16_whom_a_public_policy_lets_in(statement: dict[str, object], *, public: bool) -> None:
    granting = policies(identity=[allow()], resource=[statement])
    found = decide(restricted(ask(FOREIGN, context=OPEN)), granting, NO_FACTS).effect
    assert (found is Effect.EXPLICIT_DENY) is public


def test_s15_who_passes_a_restricted_bucket() -> None:
    granting = policies(identity=[allow()], resource=[allow(**EVERYONE)])
    stranger = replace(FOREIGN, account=None, arn=None, entity_arn=None)
    service = Principal(kind=PrincipalKind.SERVICE, service="logs.amazonaws.com")
    cases = (
        (restricted(ask(FOREIGN)), Effect.EXPLICIT_DENY),
        (restricted(ask(FOREIGN), block=None), Effect.ALLOWED),
        (restricted(ask(FOREIGN), block=PublicAccessBlock(restrict_public_buckets=False)), Effect.ALLOWED),
        (restricted(ask(FOREIGN), block=PublicAccessBlock()), Effect.DEPENDS),
        (restricted(ask(FOREIGN), let_in=(OTHER,)), Effect.ALLOWED),
        (restricted(ask(FOREIGN, owner=None)), Effect.DEPENDS),
        (restricted(ask(stranger)), Effect.DEPENDS),
        (restricted(ask(ALICE)), Effect.ALLOWED),
        (restricted(ask(service)), Effect.ALLOWED),
        (restricted(ask(Principal(kind=PrincipalKind.ANONYMOUS))), Effect.EXPLICIT_DENY),
    )
    for asked, effect in cases:
        assert decide(asked, granting, NO_FACTS).effect is effect, asked


def test_s15_a_bucket_policy_that_nobody_read_may_be_public() -> None:
    for may_deny, open_ in ((True, True), (False, False)):
        gap = Gap("not-collected", "not collected", may_deny=may_deny)
        granting = policies(gaps={LayerName.RESOURCE: (gap,)}, identity=[allow()])
        decision = decide(restricted(ask(FOREIGN)), granting, NO_FACTS)
        assert (Effect.EXPLICIT_DENY in decision.possible) is open_


@pytest.mark.parametrize(("name", "public"), [("readers", False), ("*", True)])
def test_s16_in_the_policy_of_an_access_point_a_wildcard_name_is_public(name: str, *, public: bool) -> None:
    condition = {"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/{name}"}}
    asked = ask(FOREIGN, resource=f"{POINT}/object/k")
    asked = replace(asked, resource=replace(asked.resource, public_access_block=RESTRICTED))
    granting = policies(identity=[allow()], resource=[allow(**EVERYONE, Condition=condition)])
    assert (decide(asked, granting, NO_FACTS).effect is Effect.EXPLICIT_DENY) is public


def test_s37_credentials_of_access_grants_are_told_to_be_narrowed() -> None:
    instance = f"arn:aws:s3:eu-west-1:{ACCOUNT}:access-grants/default"
    decision = decide(ask(action="s3:GetDataAccess", resource=instance), policies(identity=[allow()]), NO_FACTS)
    assert (decision.effect, [one.code for one in decision.caveats]) == (Effect.ALLOWED, ["access-grant"])
    reading = decide(ask(), policies(identity=[allow()]), NO_FACTS)
    assert reading.caveats == ()


def test_x12_a_list_is_a_policy_that_can_only_allow() -> None:
    grants = tuple(AclGrant(OTHER, one) for one in ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"))
    read = acl_policy(grants)
    assert read.usable
    assert {statement.effect.value for statement in read.statements} == {"Allow"}
    allowed = {pattern.lower() for one in read.statements for pattern in one.action.patterns}
    assert allowed == GRANTABLE_ACTIONS


def test_r3_listing_all_buckets_is_asked_of_every_bucket() -> None:
    listing = ask(action="s3:ListAllMyBuckets", resource="*")
    assert decide(listing, policies(identity=[allow("s3:*", "arn:aws:s3:::*")]), NO_FACTS).effect is Effect.ALLOWED
    assert decide(listing, policies(identity=[allow("s3:*", BUCKET)]), NO_FACTS).effect is Effect.IMPLICIT_DENY


def test_s11_within_one_account_either_policy_is_enough() -> None:
    named = allow(Principal={"AWS": ALICE.arn})
    assert decide(ask(), policies(identity=[allow()]), NO_FACTS).layer == "identity"
    assert decide(ask(), policies(resource=[named]), NO_FACTS).layer == "resource"
    assert decide(ask(), PolicySet({}), NO_FACTS).blocking == (LayerName.IDENTITY,)
