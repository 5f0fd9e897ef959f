"""Amazon S3 in the decision itself: keys that follow, the bucket owner's root user, caveats (spec S12 to S17, C59)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet
from policysim.evaluation.services.s3_acls import GRANTABLE_ACTIONS, acl_policy
from policysim.evaluation.services.s3_express import as_session
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


BLOCKED = PublicAccessBlock(block_public_acls=True, block_public_policy=True)
UNBLOCKED = PublicAccessBlock(block_public_acls=False, block_public_policy=False)
LISTS_OFF = "BucketOwnerEnforced"
KEY = f"{BUCKET}/k"


def told(
    action: str,
    resource: str = KEY,
    caller: Principal = ALICE,
    *,
    stated: dict[str, str] | None = None,
    granted: bool = True,
    **facts: Any,
) -> set[str]:
    """The codes of the caveats of a request on a resource of which these facts are known."""
    context = RequestContext({key: (value,) for key, value in (stated or {}).items()}, complete=True)
    asked = ask(caller, action, resource, context=context)
    asked = replace(asked, resource=replace(asked.resource, **facts))
    statements = [allow(**EVERYONE)] if granted else []
    found = policies(identity=[allow()], resource=statements)
    return {caveat.code for caveat in decide(asked, found, NO_FACTS).caveats}


@pytest.mark.parametrize(
    ("action", "block", "ownership", "codes"),
    [
        ("s3:PutBucketPolicy", BLOCKED, None, {"public-policy-refused"}),
        ("s3:PutBucketPolicy", UNBLOCKED, None, set()),
        ("s3:PutBucketPolicy", None, LISTS_OFF, set()),
        ("S3:PUTBUCKETACL", BLOCKED, None, {"public-acl-refused"}),
        ("s3:PutBucketAcl", UNBLOCKED, None, set()),
        ("s3:PutBucketAcl", None, LISTS_OFF, {"acl-not-supported"}),
        ("s3:PutBucketAcl", BLOCKED, LISTS_OFF, {"public-acl-refused", "acl-not-supported"}),
        ("s3:PutObjectAcl", BLOCKED, "ObjectWriter", {"public-acl-refused", "object-owner-open"}),
        ("s3:GetObject", BLOCKED, LISTS_OFF, set()),
    ],
)
def test_s14_s15_what_a_setting_may_refuse_is_told_of_the_calls_that_it_speaks_of(
    action: str, block: PublicAccessBlock | None, ownership: str | None, codes: set[str]
) -> None:
    resource = KEY if "Object" in action else BUCKET
    assert told(action, resource, public_access_block=block, object_ownership=ownership) == codes


@pytest.mark.parametrize(
    ("ownership", "owner", "open_"),
    [
        ("ObjectWriter", None, True),
        ("BucketOwnerPreferred", None, True),
        ("ObjectWriter", ACCOUNT, False),
        (LISTS_OFF, None, False),
        (None, None, False),
    ],
)
def test_s13_who_owns_an_object_is_open_only_where_another_may(
    ownership: str | None, owner: str | None, *, open_: bool
) -> None:
    codes = told("s3:GetObject", object_ownership=ownership, object_owner=owner)
    assert ("object-owner-open" in codes) is open_
    assert "object-owner-open" not in told("s3:ListBucket", BUCKET, object_ownership=ownership, object_owner=owner)


@pytest.mark.parametrize(
    ("stated", "disabled", "public"),
    [
        ({}, False, False),
        ({"s3:x-amz-acl": "private"}, True, False),
        ({"s3:x-amz-acl": "bucket-owner-full-control"}, False, False),
        ({"s3:x-amz-acl": "public-read"}, True, True),
        ({"s3:x-amz-grant-read": "uri=everybody"}, True, True),
    ],
)
def test_s14_s15_an_upload_is_refused_for_the_list_that_it_brings(
    stated: dict[str, str], *, disabled: bool, public: bool
) -> None:
    assert ("acl-not-supported" in told("s3:PutObject", stated=stated, object_ownership=LISTS_OFF)) is disabled
    assert ("public-acl-refused" in told("s3:PutObject", stated=stated, public_access_block=BLOCKED)) is public
    plain = told("s3:PutObject", stated=stated, public_access_block=UNBLOCKED, object_ownership="ObjectWriter")
    assert plain & {"acl-not-supported", "public-acl-refused"} == set()
    assert told("s3:PutObject", stated=stated) == set()


@pytest.mark.parametrize(
    ("facts", "caller", "action", "resource", "unknown"),
    [
        ({}, FOREIGN, "s3:GetObject", KEY, True),
        ({}, FOREIGN, "S3:GETOBJECT", KEY, True),
        ({"object_ownership": "ObjectWriter"}, FOREIGN, "s3:GetObject", KEY, True),
        ({"object_ownership": LISTS_OFF}, FOREIGN, "s3:GetObject", KEY, False),
        ({"acl": ()}, FOREIGN, "s3:GetObject", KEY, False),
        ({}, FOREIGN, "s3:PutBucketPolicy", BUCKET, False),
        ({}, FOREIGN, "s3:GetBucketTagging", BUCKET, False),
        ({}, FOREIGN, "s3:GetObject", f"{POINT}/object/x", False),
        ({}, FOREIGN, "s3:GetObject", f"{BUCKET}/a:b:c", True),
        ({}, FOREIGN, "s3:GetObject", "*", False),
        ({"account": OTHER}, FOREIGN, "s3:GetObject", KEY, False),
    ],
)
def test_s14_x12_a_list_that_nobody_collected_is_told_to_whom_it_may_let_in(
    facts: dict[str, Any], caller: Principal, action: str, resource: str, *, unknown: bool
) -> None:
    assert ("acl-unknown" in told(action, resource, caller, granted=False, **facts)) is unknown


DIRECTORY = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:bucket/b--euw1-az1--x-s3"
EXPRESS_POINT = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:accesspoint/p--euw1-az1--xa-s3"


@pytest.mark.parametrize("service", ["s3", "s3express", "S3EXPRESS"])
@pytest.mark.parametrize("bucket", [DIRECTORY, EXPRESS_POINT])
def test_s36_what_is_done_in_a_directory_bucket_is_authorized_as_its_session(service: str, bucket: str) -> None:
    reading = as_session(ask(action=f"{service}:GetObject", resource=f"{bucket}/a/b", context=OPEN))
    assert (reading.action, reading.resource.arn) == ("s3express:CreateSession", bucket)
    assert reading.context.candidates("s3express:SessionMode") == (("ReadWrite",), ("ReadOnly",))
    writing = as_session(ask(action=f"{service}:PutObject", resource=f"{bucket}/a/b", context=OPEN))
    assert writing.context.get("s3express:SessionMode") == ("ReadWrite",)
    stated = RequestContext({"s3express:SessionMode": "ReadOnly"})
    assert as_session(ask(action=f"{service}:PutObject", resource=bucket, context=stated)).context == stated


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3express:CreateBucket", DIRECTORY),
        ("iam:GetObject", DIRECTORY),
        ("s3:GetObject", KEY),
        ("s3:GetObject", "*"),
        ("s3:GetObject", DIRECTORY.replace(":bucket/", ":other/")),
        ("s3:GetObject", DIRECTORY.replace("s3express", "s3")),
    ],
)
def test_s36_everything_else_is_authorized_as_it_is_asked(action: str, resource: str) -> None:
    asked = ask(action=action, resource=resource)
    assert as_session(asked) is asked


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({"StringLike": {"aws:SourceVpc": "vpc-?"}}, True),
        ({"StringEquals": {"aws:SourceVpc": []}}, True),
        ({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, True),
        ({"StringEquals": {"aws:SourceIp": "10.0.0.1"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.1.2.3/8"}}, False),
        ({"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:*:{ACCOUNT}:accesspoint/x"}}, True),
        ({"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{ACCOUNT}:*:x"}}, False),
    ],
)
def test_s16_a_condition_narrows_only_by_values_that_are_fixed(condition: dict[str, object], *, public: bool) -> None:
    granting = policies(identity=[allow()], resource=[allow(**EVERYONE, Condition=condition)])
    asked = restricted(ask(FOREIGN, context=OPEN))
    assert (decide(asked, granting, NO_FACTS).effect is Effect.EXPLICIT_DENY) is public


def test_s16_a_deny_to_everybody_makes_no_policy_public() -> None:
    granting = policies(
        identity=[allow()], resource=[allow(Principal={"AWS": OTHER}), deny("s3:PutObject", **EVERYONE)]
    )
    assert decide(restricted(ask(FOREIGN, context=OPEN)), granting, NO_FACTS).effect is Effect.ALLOWED
    assert decide(restricted(ask(FOREIGN)), policies(identity=[allow()]), NO_FACTS).effect is Effect.IMPLICIT_DENY


def test_s14_the_groups_of_a_list_are_principals_of_their_own() -> None:
    grants = (AclGrant("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"), AclGrant(OTHER, "READ"))
    policy = acl_policy((*grants, AclGrant("http://acs.amazonaws.com/groups/global/AllUsers", "READ")))
    principals = [statement.principal for statement in policy.statements]
    entries = [(one.kind, one.value) for principal in principals if principal for one in principal.entries]
    assert entries == [("Service", "logging.s3.amazonaws.com"), ("AWS", OTHER), ("*", "*")]
    source = policy.location.source
    assert source.written_here
    assert source.text.startswith('{\n  "Version"')


def test_s14_a_list_is_not_spoken_of_where_the_caller_s_own_side_is_in_the_way() -> None:
    granting = policies(identity=[], resource=[allow(**EVERYONE)])
    decision = decide(ask(FOREIGN), granting, NO_FACTS)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert decision.caveats == ()
