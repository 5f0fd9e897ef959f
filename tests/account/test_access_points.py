"""Requests through S3 access points: two authorizations, and what each of them is told (spec S15 to S17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import (
    NOTHING_BLOCKED,
    AccessPoint,
    AccessPointBucket,
    Account,
    BucketSettings,
    Identities,
    PublicAccess,
    User,
)
from policysim.account.authorizations import THE_ACCESS_POINT, THE_BUCKET, authorizations
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import CallDecision, decide_call
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind, PublicAccessBlock, RequestContext
from tests.account_folders import ACCOUNT, BUCKET, OTHER, USER, account, allow, organisation, policy, request, user

if TYPE_CHECKING:
    from policysim.account.situate import Situation

POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"
OBJECT = f"{POINT}/object/a/b"
FOREIGN = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/bob", account=OTHER)
THROUGH_THE_ACCOUNT = {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}
DELEGATES = allow("s3:*", f"{BUCKET}/*", Principal={"AWS": "*"}, Condition=THROUGH_THE_ACCOUNT)
OPEN_TO_ALL = allow("s3:GetObject", f"{BUCKET}/*", Principal="*")
NO_BLOCK = PublicAccess(account=NOTHING_BLOCKED, buckets={"data": BucketSettings(public_access_block=NOTHING_BLOCKED)})


def point(**more: Any) -> AccessPoint:
    """An access point on the bucket, open to the internet."""
    plain: dict[str, Any] = {
        "buckets": (AccessPointBucket("data", ACCOUNT),),
        "network_origin": "Internet",
        "public_access_block": NOTHING_BLOCKED,
    }
    return AccessPoint(**{**plain, **more})


def resource_policy(arn: str, document: dict[str, Any] | None) -> AttachedPolicy | None:
    if document is None:
        return None
    return AttachedPolicy(arn, policy(document, PolicyType.RESOURCE), None, arn)


def owner(
    known: AccessPoint | None = None,
    of_point: dict[str, Any] | None = None,
    of_bucket: dict[str, Any] | None = None,
    identity: dict[str, Any] | None = None,
    **more: Any,
) -> Account:
    """The account that owns access point and bucket."""
    inline = {} if identity is None else {"own": policy(identity)}
    listed = {POINT: resource_policy(POINT, of_point), BUCKET: resource_policy(BUCKET, of_bucket)}
    return account(
        **{
            "identities": Identities(users={USER: User(name="ana", arn=USER, inline=inline)}),
            "resource_policies": listed,
            "access_points": {POINT: known or point()},
            "public_access": NO_BLOCK,
            **more,
        }
    )


def parts(where: Account, *others: Account, principal: Principal | None = None, **more: Any) -> tuple[Situation, ...]:
    asked = request(principal or user(), **{"resource": OBJECT, **more})
    return authorizations(asked, organisation(where, *others))


def decided(where: Account, *others: Account, **more: Any) -> CallDecision:
    return decide_call([(one.request, one.policies) for one in parts(where, *others, **more)], CATALOGUE)


def effects(where: Account, *others: Account, **more: Any) -> list[Effect]:
    return [decision.effect for decision in decided(where, *others, **more).decisions]


def caller_s_account(identity: dict[str, Any]) -> Account:
    arn = FOREIGN.arn or ""
    users = {arn: User(name="bob", arn=arn, inline={"own": policy(identity)})}
    return account(OTHER, identities=Identities(users=users))


BOTH_ARNS = allow("s3:GetObject", "*")


def test_s17_a_request_through_an_access_point_needs_two_authorizations() -> None:
    first, second = parts(owner(identity=BOTH_ARNS))
    assert [first.request.resource.arn, second.request.resource.arn] == [OBJECT, f"{BUCKET}/a/b"]
    assert [first.part, second.part] == [THE_ACCESS_POINT, THE_BUCKET]
    assert effects(owner(identity=BOTH_ARNS)) == [Effect.ALLOWED, Effect.ALLOWED]


def test_s17_an_ordinary_request_needs_one() -> None:
    (only,) = parts(owner(), resource=f"{BUCKET}/a/b")
    assert (only.request.resource.arn, only.part) == (f"{BUCKET}/a/b", "")


@pytest.mark.parametrize(
    "action",
    [
        "s3:GetAccessPoint",
        "s3:PutAccessPointPolicy",
        "s3:DeleteAccessPoint",
        "s3:TagResource",
        "s3:ListTagsForResource",
    ],
)
def test_s17_what_is_done_to_the_access_point_itself_reaches_no_bucket(action: str) -> None:
    assert len(parts(owner(), action=action, resource=POINT)) == 1


def test_s17_both_authorizations_have_the_keys_of_the_access_point_and_a_direct_request_has_none() -> None:
    for situation in parts(owner(point(network_origin="VPC", vpc_id="vpc-1"))):
        context = situation.request.context
        assert context.get("s3:DataAccessPointArn") == (POINT,)
        assert context.get("s3:DataAccessPointAccount") == (ACCOUNT,)
        assert context.get("s3:AccessPointNetworkOrigin") == ("VPC",)
    direct = decided(owner(of_bucket=DELEGATES), resource=f"{BUCKET}/a/b", context=RequestContext())
    assert direct.effect is Effect.IMPLICIT_DENY


def test_s17_an_identity_allow_on_one_of_the_two_is_not_enough() -> None:
    assert effects(owner(identity=allow("s3:GetObject", f"{BUCKET}/*"))) == [Effect.IMPLICIT_DENY, Effect.ALLOWED]
    assert effects(owner(identity=allow("s3:GetObject", f"{POINT}/*"))) == [Effect.ALLOWED, Effect.IMPLICIT_DENY]


def test_s17_the_bucket_may_delegate_to_its_access_points() -> None:
    where = owner(identity=allow("s3:GetObject", f"{POINT}/*"), of_bucket=DELEGATES)
    assert effects(where) == [Effect.ALLOWED, Effect.ALLOWED]


def test_s17_any_explicit_deny_wins() -> None:
    denies = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    of_point = decided(owner(identity=BOTH_ARNS, of_point=denies))
    assert (of_point.effect, of_point.deciding.request.resource.arn) == (Effect.EXPLICIT_DENY, OBJECT)
    of_bucket = decided(owner(identity=BOTH_ARNS, of_bucket=denies))
    assert (of_bucket.effect, of_bucket.deciding.request.resource.arn) == (Effect.EXPLICIT_DENY, f"{BUCKET}/a/b")


def test_s17_x1_another_account_needs_the_policies_of_both_and_its_own() -> None:
    lets_in = allow("s3:GetObject", f"{POINT}/object/*", Principal={"AWS": OTHER})
    theirs = caller_s_account(BOTH_ARNS)
    assert effects(owner(of_point=lets_in, of_bucket=DELEGATES), theirs, principal=FOREIGN) == [Effect.ALLOWED] * 2
    assert effects(owner(of_bucket=DELEGATES), theirs, principal=FOREIGN)[0] is Effect.IMPLICIT_DENY
    assert effects(owner(of_point=lets_in), theirs, principal=FOREIGN)[1] is Effect.IMPLICIT_DENY


def test_s17_the_bucket_may_be_of_another_account_than_the_access_point() -> None:
    known = point(buckets=(AccessPointBucket("data", OTHER),))
    mine = owner(known, identity=BOTH_ARNS, resource_policies={POINT: None})
    theirs = account(OTHER, resource_policies={BUCKET: resource_policy(BUCKET, DELEGATES)}, public_access=NO_BLOCK)
    assert effects(mine, theirs) == [Effect.ALLOWED, Effect.ALLOWED]
    closed = account(OTHER, resource_policies={BUCKET: None}, public_access=NO_BLOCK)
    assert effects(mine, closed) == [Effect.ALLOWED, Effect.IMPLICIT_DENY]


@pytest.mark.parametrize("known", [None, {}, {POINT: AccessPoint()}])
def test_s17_a_bucket_that_was_not_collected_is_a_named_gap(known: dict[str, AccessPoint] | None) -> None:
    call = decided(owner(identity=BOTH_ARNS, access_points=known))
    assert [decision.effect for decision in call.decisions] == [Effect.ALLOWED, Effect.DEPENDS]
    assert {gap.code for gap in call.deciding.gaps} == {"bucket-unknown"}
    assert call.deciding.gaps[0].command == (
        f"aws s3control get-access-point --region eu-west-1 --account-id {ACCOUNT} --name readers"
    )
    assert [caveat.code for caveat in call.decisions[0].caveats] == ["bucket-is-separate"]


def test_s17_an_access_point_that_denies_settles_it_without_its_bucket() -> None:
    assert decided(owner(access_points=None)).effect is Effect.IMPLICIT_DENY


def test_s17_where_the_bucket_is_decided_the_access_point_says_nothing_of_it() -> None:
    assert decided(owner(identity=BOTH_ARNS)).decisions[0].caveats == ()


@pytest.mark.parametrize(
    ("context", "effect"),
    [
        (RequestContext({"aws:SourceVpc": "vpc-1"}, absent=["aws:SourceVpce"]), Effect.ALLOWED),
        (RequestContext({"aws:SourceVpc": "vpc-2"}, absent=["aws:SourceVpce"]), Effect.EXPLICIT_DENY),
        (RequestContext(complete=True), Effect.EXPLICIT_DENY),
    ],
)
def test_s17_an_access_point_of_a_vpc_takes_requests_from_it_alone(context: RequestContext, effect: Effect) -> None:
    where = owner(point(network_origin="VPC", vpc_id="vpc-1"), identity=BOTH_ARNS)
    call = decided(where, context=context)
    assert call.effect is effect
    assert effect is Effect.ALLOWED or call.deciding.layer == "resource"


def test_s17_where_the_vpc_is_not_known_it_depends_on_it() -> None:
    where = owner(point(network_origin="VPC", vpc_id="vpc-1"), identity=BOTH_ARNS)
    call = decided(where, context=RequestContext({}, absent=["aws:SourceVpce"], unknown=["aws:SourceVpc"]))
    assert call.effect is Effect.EXPLICIT_DENY
    call = decided(where, context=RequestContext())
    assert call.effect is Effect.DEPENDS
    assert [key.key for key in call.deciding.unknown_keys] == ["aws:SourceVpc"]


@pytest.mark.parametrize("known", [{"network_origin": None}, {"network_origin": "VPC"}])
def test_s17_a_network_origin_that_was_not_collected_is_a_gap(known: dict[str, Any]) -> None:
    call = decided(owner(point(**known), identity=BOTH_ARNS))
    assert call.effect is Effect.DEPENDS
    assert "the network origin" in call.deciding.gaps[0].sentence


def test_s17_an_access_point_takes_no_unsigned_request() -> None:
    nobody = Principal(kind=PrincipalKind.ANONYMOUS)
    open_point = allow("s3:GetObject", f"{POINT}/object/*", Principal="*")
    call = decided(owner(of_point=open_point, of_bucket=OPEN_TO_ALL), principal=nobody)
    assert (call.effect, call.deciding.layer) == (Effect.IMPLICIT_DENY, "special")
    direct = decided(owner(of_bucket=OPEN_TO_ALL), principal=nobody, resource=f"{BUCKET}/a/b", account=ACCOUNT)
    assert direct.effect is Effect.ALLOWED


def test_s17_an_alias_leads_through_its_access_point() -> None:
    where = owner(point(alias="readers-1a2b-s3alias"), identity=BOTH_ARNS)
    first, second = parts(where, resource="arn:aws:s3:::readers-1a2b-s3alias/a/b")
    assert [first.request.resource.arn, second.request.resource.arn] == [OBJECT, f"{BUCKET}/a/b"]
    unknown = decided(where, resource="arn:aws:s3:::other-s3alias/a/b")
    assert (unknown.effect, [gap.code for gap in unknown.deciding.gaps]) == (Effect.DEPENDS, ["owner-unknown"])


MULTI = f"arn:aws:s3::{ACCOUNT}:accesspoint/m1.mrap"


def test_s17_a_multi_region_access_point_with_one_bucket_is_decided_and_with_several_left_open() -> None:
    one = {MULTI: point(network_origin=None)}
    where = owner(identity=BOTH_ARNS, access_points=one, complete=frozenset({"s3"}))
    assert effects(where, resource=f"{MULTI}/object/a") == [Effect.ALLOWED, Effect.ALLOWED]
    several = {MULTI: point(network_origin=None, buckets=(AccessPointBucket("data"), AccessPointBucket("data-2")))}
    where = owner(identity=BOTH_ARNS, access_points=several, complete=frozenset({"s3"}))
    call = decided(where, resource=f"{MULTI}/object/a")
    assert (call.effect, {gap.code for gap in call.deciding.gaps}) == (Effect.DEPENDS, {"bucket-unknown"})
    assert "`data`, `data-2`" in call.deciding.gaps[0].sentence


@pytest.mark.parametrize(
    ("arn", "bucket", "behind"),
    [
        (
            f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1/accesspoint/ap",
            f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1/bucket/b",
            f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1/bucket/b/object/k",
        ),
        (f"arn:aws-cn:s3:cn-north-1:{ACCOUNT}:accesspoint/ap", "b", "arn:aws-cn:s3:::b/k"),
    ],
)
def test_s17_what_stands_behind_access_points_of_other_kinds(arn: str, bucket: str, behind: str) -> None:
    where = owner(access_points={arn: point(buckets=(AccessPointBucket(bucket, ACCOUNT),))})
    service = arn.split(":")[2]
    _, second = parts(where, action=f"{service}:GetObject", resource=f"{arn}/object/k")
    assert second.request.resource.arn == behind


@pytest.mark.parametrize(
    "resource",
    [
        f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1/bucket/b/object/accesspoint/k",
        f"{BUCKET}/accesspoint/readers",
        f"{BUCKET}/x:accesspoint/readers",
        f"arn:aws:sqs:eu-west-1:{ACCOUNT}:accesspoint/q",
        "arn:aws:sns:eu-west-1::readers-1a2b-s3alias",
        f"{BUCKET}/readers-1a2b-s3alias",
        "accesspoint",
    ],
)
def test_s17_what_only_looks_like_an_access_point_is_none(resource: str) -> None:
    where = owner(point(alias="readers-1a2b-s3alias"))
    (only,) = parts(where, resource=resource, action=f"{resource.split(':')[2] if ':' in resource else 's3'}:GetObject")
    assert (only.request.resource.arn, only.part) == (resource, "")


def test_s17_a_request_for_the_bucket_through_a_point_is_one_for_the_bucket() -> None:
    first, second = parts(owner(), action="s3:ListBucket", resource=POINT)
    assert [first.request.resource.arn, second.request.resource.arn] == [POINT, BUCKET]
    aliased = owner(point(alias="readers-1a2b-s3alias"))
    first, second = parts(aliased, action="s3:ListBucket", resource="arn:aws:s3:::readers-1a2b-s3alias")
    assert [first.request.resource.arn, second.request.resource.arn] == [POINT, BUCKET]
    outpost = f"arn:aws:s3-outposts:eu-west-1:{ACCOUNT}:outpost/op-1"
    on_it = point(buckets=(AccessPointBucket(f"{outpost}/bucket/b"),))
    where = owner(access_points={f"{outpost}/accesspoint/ap": on_it})
    _, second = parts(where, action="s3-outposts:ListBucket", resource=f"{outpost}/accesspoint/ap")
    assert second.request.resource.arn == f"{outpost}/bucket/b"


def test_s17_an_access_point_of_an_account_that_is_not_at_hand_is_open() -> None:
    theirs = POINT.replace(ACCOUNT, OTHER)
    call = decided(owner(identity=BOTH_ARNS), resource=f"{theirs}/object/k")
    assert [decision.effect for decision in call.decisions] == [Effect.DEPENDS, Effect.DEPENDS]


def test_s17_nobody_is_advised_to_edit_the_network_of_an_access_point() -> None:
    first, _ = parts(owner(point(network_origin="VPC", vpc_id="vpc-1")))
    layer = first.policies.get(LayerName.RESOURCE)
    assert layer is not None
    assert [one.editable for one in layer.policies if one.name == "network origin"] == [False]
    plain, _ = parts(owner())
    assert plain.policies.get(LayerName.RESOURCE) is None


def test_s15_a_bucket_of_which_nobody_knows_the_owner_lets_nobody_else_in() -> None:
    known = point(buckets=(AccessPointBucket("elsewhere"),))
    first, second = parts(owner(known))
    assert (first.request.resource.let_in, second.request.resource.let_in) == ((), (ACCOUNT,))


def test_s17_what_an_object_lambda_access_point_stands_on_is_a_gap() -> None:
    arn = f"arn:aws:s3-object-lambda:eu-west-1:{ACCOUNT}:accesspoint/ol"
    where = owner(identity=allow("s3-object-lambda:GetObject"), complete=frozenset({"s3-object-lambda"}))
    call = decided(where, action="s3-object-lambda:GetObject", resource=arn)
    assert (call.effect, {gap.code for gap in call.deciding.gaps}) == (Effect.DEPENDS, {"bucket-unknown"})


ON, OFF = PublicAccessBlock(restrict_public_buckets=True), NOTHING_BLOCKED


@pytest.mark.parametrize(("of_point", "of_account", "of_bucket"), [(ON, OFF, OFF), (OFF, ON, OFF), (OFF, OFF, ON)])
def test_s15_the_strictest_of_access_point_account_and_bucket_holds_for_both(
    of_point: PublicAccessBlock, of_account: PublicAccessBlock, of_bucket: PublicAccessBlock
) -> None:
    settings = {"data": BucketSettings(public_access_block=of_bucket)}
    where = owner(point(public_access_block=of_point), public_access=PublicAccess(account=of_account, buckets=settings))
    for situation in parts(where):
        block = situation.request.resource.public_access_block
        assert block is not None
        assert block.restrict_public_buckets is True


def test_s15_users_of_the_access_point_s_account_pass_a_restricted_bucket() -> None:
    known = point(buckets=(AccessPointBucket("data", OTHER),))
    mine = owner(known, identity=BOTH_ARNS, resource_policies={POINT: None}, public_access=PublicAccess(account=OFF))
    restricted = PublicAccess(account=ON, buckets={"data": BucketSettings(public_access_block=ON)})
    bucket_policy = resource_policy(BUCKET, OPEN_TO_ALL)
    theirs = account(OTHER, resource_policies={BUCKET: bucket_policy}, public_access=restricted)
    assert effects(mine, theirs) == [Effect.ALLOWED, Effect.ALLOWED]
    assert effects(mine, theirs, resource=f"{BUCKET}/a/b") == [Effect.EXPLICIT_DENY]


def test_s16_the_policy_of_an_access_point_that_only_a_vpc_reaches_is_never_public() -> None:
    open_point = allow("s3:GetObject", f"{POINT}/object/*", Principal="*")
    theirs = caller_s_account(BOTH_ARNS)
    from_vpc = RequestContext({"aws:SourceVpc": "vpc-1"}, absent=["aws:SourceVpce"])

    def first(known: AccessPoint) -> Effect:
        where = owner(known, of_point=open_point, of_bucket=DELEGATES)
        return effects(where, theirs, principal=FOREIGN, context=from_vpc)[0]

    assert first(point(public_access_block=ON)) is Effect.EXPLICIT_DENY
    assert first(point(public_access_block=ON, network_origin="VPC", vpc_id="vpc-1")) is Effect.ALLOWED


def test_c60_the_tags_of_an_access_point_always_count() -> None:
    first, _ = parts(owner(tags={POINT: {"Team": "blue"}}))
    assert first.request.context.get("aws:ResourceTag/Team") == ("blue",)
    assert first.request.context.get("s3:AccessPointTag/Team") == ("blue",)
