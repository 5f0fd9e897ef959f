"""Ownership and access control lists of Amazon S3, as an account folder tells them (S13 to S15, S36, P15, X12)."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.account.access_lists import with_access_list
from policysim.account.account import (
    NOTHING_BLOCKED,
    AccessControlList,
    AccessPoint,
    AccessPointBucket,
    Account,
    BucketSettings,
    Identities,
    PublicAccess,
    User,
)
from policysim.account.authorizations import THE_OBJECT_S_OWNER, authorizations
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import CallDecision, decide_call
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet
from policysim.evaluation.services.s3_acls import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY
from policysim.language.policy_types import PolicyType
from policysim.language.request import (
    AclGrant,
    Principal,
    PrincipalKind,
    PublicAccessBlock,
    Request,
    RequestContext,
    Resource,
)
from tests.account_folders import ACCOUNT, BUCKET, OTHER, USER, account, allow, organisation, policy, request, user

BOB = f"arn:aws:iam::{OTHER}:user/bob"
FOREIGN = Principal(kind=PrincipalKind.USER, arn=BOB, account=OTHER)
NOBODY = Principal(kind=PrincipalKind.ANONYMOUS)
MINE, THEIRS = "a" * 64, "b" * 64
"""Canonical user ids."""


def owner(settings: BucketSettings | None = None, bucket_policy: dict[str, Any] | None = None, **more: Any) -> Account:
    attached = None if bucket_policy is None else policy(bucket_policy, PolicyType.RESOURCE)
    listed = {BUCKET: None if attached is None else AttachedPolicy("bucket", attached, None, BUCKET)}
    buckets = {"data": settings or BucketSettings(public_access_block=NOTHING_BLOCKED)}
    users = {USER: User(name="ana", arn=USER, inline={"own": policy(allow("*"))})}
    return account(
        **{
            "identities": Identities(users=users),
            "resource_policies": listed,
            "public_access": PublicAccess(account=NOTHING_BLOCKED, buckets=buckets),
            "canonical_id": MINE,
            **more,
        }
    )


def other(**more: Any) -> Account:
    users = {BOB: User(name="bob", arn=BOB, inline={"own": policy(allow("*"))})}
    return account(OTHER, **{"identities": Identities(users=users), "canonical_id": THEIRS, **more})


def listed(grantee: str, permission: str = "READ", *, owned_by: str = MINE, **more: Any) -> BucketSettings:
    """A bucket with lists enabled, whose object ``k`` has one grant, and whose own list has the same."""
    found = AccessControlList(owned_by, (AclGrant(grantee, permission),))
    plain: dict[str, Any] = {"public_access_block": NOTHING_BLOCKED, "ownership": "ObjectWriter"}
    return BucketSettings(acl=found, objects={"k": found}, **{**plain, **more})


def decided(where: Account, *others: Account, principal: Principal = FOREIGN, **more: Any) -> CallDecision:
    situations = authorizations(request(principal, account=ACCOUNT, **more), organisation(where, *others))
    return decide_call([(one.request, one.policies) for one in situations], CATALOGUE)


def codes(call: CallDecision) -> list[str]:
    return [caveat.code for caveat in call.deciding.caveats]


def test_x12_a_grant_to_the_caller_s_account_is_the_resource_side_s_allow() -> None:
    assert decided(owner(listed(THEIRS)), other()).effect is Effect.ALLOWED
    assert decided(
        owner(listed(THEIRS)), other(identities=Identities(users={BOB: User(name="bob", arn=BOB)}))
    ).effect is (Effect.IMPLICIT_DENY)


def test_x12_a_grant_matters_to_nobody_of_the_same_account() -> None:
    bare = Identities(users={USER: User(name="ana", arn=USER)})
    for grantee in (MINE, ALL_USERS, AUTHENTICATED_USERS):
        call = decided(owner(listed(grantee, "FULL_CONTROL"), identities=bare), principal=user())
        assert call.effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("permission", "action", "resource", "allowed"),
    [
        ("READ", "s3:GetObject", f"{BUCKET}/k", True),
        ("READ", "s3:GetObjectVersion", f"{BUCKET}/k", True),
        ("READ", "s3:GetObjectAcl", f"{BUCKET}/k", False),
        ("READ", "s3:GetObjectTagging", f"{BUCKET}/k", False),
        ("READ", "s3:ListBucket", BUCKET, True),
        ("READ", "s3:ListBucketMultipartUploads", BUCKET, True),
        ("READ", "s3:PutObject", f"{BUCKET}/k", False),
        ("WRITE", "s3:PutObject", f"{BUCKET}/k", True),
        ("WRITE", "s3:DeleteObject", f"{BUCKET}/k", False),
        ("WRITE", "s3:GetObject", f"{BUCKET}/k", False),
        ("READ_ACP", "s3:GetBucketAcl", BUCKET, True),
        ("READ_ACP", "s3:GetObjectAcl", f"{BUCKET}/k", True),
        ("WRITE_ACP", "s3:PutObjectAcl", f"{BUCKET}/k", True),
        ("WRITE_ACP", "s3:PutBucketAcl", BUCKET, True),
        ("WRITE_ACP", "s3:GetBucketAcl", BUCKET, False),
        ("FULL_CONTROL", "s3:PutObjectVersionAcl", f"{BUCKET}/k", True),
        ("FULL_CONTROL", "s3:ListBucketVersions", BUCKET, True),
        ("FULL_CONTROL", "s3:PutBucketPolicy", BUCKET, False),
    ],
)
def test_x12_each_permission_allows_its_actions(permission: str, action: str, resource: str, *, allowed: bool) -> None:
    call = decided(owner(listed(THEIRS, permission)), other(), action=action, resource=resource)
    assert (call.effect is Effect.ALLOWED) is allowed


def test_x12_an_explicit_deny_of_the_bucket_policy_stands_above_every_list() -> None:
    denies = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*"}]}
    assert decided(owner(listed(THEIRS), denies), other()).effect is Effect.EXPLICIT_DENY


def test_x12_the_groups_have_their_members() -> None:
    assert decided(owner(listed(ALL_USERS)), principal=NOBODY).effect is Effect.ALLOWED
    assert decided(owner(listed(AUTHENTICATED_USERS)), principal=NOBODY).effect is Effect.IMPLICIT_DENY
    assert decided(owner(listed(AUTHENTICATED_USERS)), other()).effect is Effect.ALLOWED
    logging = Principal(kind=PrincipalKind.SERVICE, service="logging.s3.amazonaws.com")
    writes: dict[str, Any] = {"principal": logging, "action": "s3:PutObject"}
    assert decided(owner(listed(LOG_DELIVERY, "WRITE")), **writes).effect is Effect.ALLOWED
    assert decided(owner(listed(THEIRS, "WRITE")), **writes).effect is Effect.IMPLICIT_DENY


def test_p15_a_canonical_user_is_the_account_whose_folder_tells_the_id() -> None:
    names = allow("s3:GetObject", f"{BUCKET}/*", Principal={"CanonicalUser": THEIRS})
    assert decided(owner(bucket_policy=names), other()).effect is Effect.ALLOWED
    assert decided(owner(bucket_policy=names), other(canonical_id="c" * 64)).effect is Effect.IMPLICIT_DENY
    assert decided(owner(bucket_policy=names), other(canonical_id=None)).effect is Effect.DEPENDS


def test_s14_lists_that_are_disabled_grant_nothing() -> None:
    assert decided(owner(listed(THEIRS, ownership="BucketOwnerEnforced")), other()).effect is Effect.IMPLICIT_DENY
    preferred = decided(owner(listed(THEIRS, ownership="BucketOwnerPreferred")), other())
    assert preferred.effect is Effect.ALLOWED
    open_ = decided(owner(listed(THEIRS, ownership=None)), other())
    assert open_.effect is Effect.DEPENDS
    assert [gap.command for gap in open_.deciding.gaps] == ["aws s3api get-bucket-ownership-controls --bucket data"]


def test_s14_x12_a_list_that_nobody_collected_is_told_only_where_it_could_let_the_caller_in() -> None:
    assert codes(decided(owner(), other())) == ["acl-unknown"]
    assert codes(decided(owner(), principal=NOBODY)) == ["acl-unknown"]
    enforced = BucketSettings(public_access_block=NOTHING_BLOCKED, ownership="BucketOwnerEnforced")
    assert codes(decided(owner(enforced), other())) == []
    assert codes(decided(owner(), other(), action="s3:GetObjectTagging")) == []
    bare = Identities(users={USER: User(name="ana", arn=USER)})
    same = decided(owner(identities=bare), principal=user())
    assert (same.effect, codes(same)) == (Effect.IMPLICIT_DENY, [])
    assert codes(decided(owner(), principal=user())) == []


@pytest.mark.parametrize(
    ("ownership", "action", "context", "told"),
    [
        ("BucketOwnerEnforced", "s3:PutObject", {"s3:x-amz-acl": "public-read"}, True),
        ("BucketOwnerEnforced", "s3:PutObject", {"s3:x-amz-acl": "bucket-owner-full-control"}, False),
        ("BucketOwnerEnforced", "s3:PutObject", {}, False),
        ("BucketOwnerEnforced", "s3:PutObject", {"s3:x-amz-grant-read": "id=b2"}, True),
        ("ObjectWriter", "s3:PutObject", {"s3:x-amz-acl": "public-read"}, False),
        ("BucketOwnerEnforced", "s3:PutObjectAcl", {}, True),
        (None, "s3:PutObjectAcl", {}, False),
    ],
)
def test_s14_setting_a_list_fails_where_lists_are_disabled(
    ownership: str | None, action: str, context: dict[str, str], *, told: bool
) -> None:
    where = owner(BucketSettings(public_access_block=NOTHING_BLOCKED, ownership=ownership))
    call = decided(where, principal=user(), action=action, context=RequestContext(context, complete=True))
    assert call.effect is Effect.ALLOWED
    assert codes(call) == (["acl-not-supported"] if told else [])


def test_s13_the_object_of_another_account_needs_the_word_of_both_owners() -> None:
    where = owner(listed(MINE, "FULL_CONTROL", owned_by=THEIRS))
    situations = authorizations(request(user(), account=ACCOUNT), organisation(where, other()))
    assert [situation.part for situation in situations] == ["", THE_OBJECT_S_OWNER]
    assert decided(where, other(), principal=user()).effect is Effect.ALLOWED
    unshared = owner(listed(THEIRS, "FULL_CONTROL", owned_by=THEIRS))
    call = decided(unshared, other(), principal=user())
    assert (call.effect, call.deciding.request.resource.account) == (Effect.IMPLICIT_DENY, OTHER)


def test_s13_the_bucket_policy_gives_nothing_of_another_account_s_object_away() -> None:
    third = "777788889999"
    gives = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": third})
    stranger = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{third}:user/eve", account=third)
    eve = {stranger.arn or "": User(name="eve", arn=stranger.arn or "", inline={"own": policy(allow("*"))})}
    strangers = account(third, identities=Identities(users=eve), canonical_id="c" * 64)
    foreign = owner(listed(THEIRS, owned_by=THEIRS), gives)
    assert decided(foreign, other(), strangers, principal=stranger).effect is Effect.IMPLICIT_DENY
    own = owner(listed(THEIRS, owned_by=MINE), gives)
    assert decided(own, other(), strangers, principal=stranger).effect is Effect.ALLOWED
    shared = owner(listed(third, owned_by=THEIRS))
    assert decided(shared, other(), strangers, principal=stranger).effect is Effect.ALLOWED


def test_s13_whoever_owns_the_object_needs_no_list_and_cannot_pass_a_deny() -> None:
    assert decided(owner(listed(MINE, owned_by=THEIRS)), other()).effect is Effect.ALLOWED
    denies = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*"}]}
    assert decided(owner(listed(MINE, owned_by=THEIRS), denies), other()).effect is Effect.EXPLICIT_DENY


def test_s13_the_bucket_s_own_account_needs_its_own_policies_beside_the_list() -> None:
    bare = Identities(users={USER: User(name="ana", arn=USER)})
    shared = listed(MINE, "FULL_CONTROL", owned_by=THEIRS)
    assert decided(owner(shared, identities=bare), other(), principal=user()).effect is Effect.IMPLICIT_DENY
    named = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": USER})
    assert decided(owner(shared, named, identities=bare), other(), principal=user()).effect is Effect.ALLOWED


def test_s13_the_owner_of_the_object_is_asked_for_no_list() -> None:
    where = organisation(owner(listed(MINE, owned_by=THEIRS)), other())
    assert len(authorizations(request(FOREIGN, account=ACCOUNT), where)) == 1
    assert len(authorizations(request(NOBODY, account=ACCOUNT), where)) == 2


STATED = {"arn": f"{BUCKET}/k", "account": ACCOUNT, "object_ownership": "ObjectWriter"}
PUBLIC = (AclGrant(ALL_USERS, "READ"),)


def layer_of(**more: Any) -> LayerPolicies | None:
    """The resource layer that a stated resource adds to nothing at all."""
    action = more.pop("action", "s3:GetObject")
    asked = Request(principal=FOREIGN, action=action, resource=Resource(**{**STATED, "acl": PUBLIC, **more}))
    return with_access_list(asked, PolicySet()).get(LayerName.RESOURCE)


def test_x12_a_list_that_says_nothing_leaves_the_layer_as_it_was() -> None:
    assert layer_of(acl=()) is None
    assert layer_of(action="s3:GetObjectAcl") is None
    assert layer_of(account=OTHER) is None
    assert layer_of(account=None) is None
    assert layer_of(arn=f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap/object/k") is None
    assert layer_of(arn=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q") is None


def test_s14_s15_what_is_not_known_of_a_list_is_a_gap_that_never_denies() -> None:
    off = PublicAccessBlock(ignore_public_acls=False)
    on = PublicAccessBlock(ignore_public_acls=True)
    sure = layer_of(public_access_block=off)
    assert sure is not None
    assert ([one.editable for one in sure.policies], sure.gaps) == ([False], ())
    for more in ({}, {"public_access_block": off, "object_ownership": None}):
        layer = layer_of(**more)
        assert layer is not None
        assert (layer.policies, [gap.may_deny for gap in layer.gaps]) == ((), [False])
    assert layer_of(public_access_block=on, object_ownership=None) is None
    private = layer_of(acl=(AclGrant(OTHER, "READ"),))
    assert private is not None
    assert private.gaps == ()


def test_s13_who_owns_the_object_is_told_of_where_lists_are_enabled() -> None:
    enabled = BucketSettings(public_access_block=NOTHING_BLOCKED, ownership="ObjectWriter")
    assert codes(decided(owner(enabled), principal=user())) == ["object-owner-open"]
    assert codes(decided(owner(listed(MINE)), principal=user())) == []
    assert codes(decided(owner(), principal=user())) == []


@pytest.mark.parametrize(
    ("ignored", "effect"), [(True, Effect.IMPLICIT_DENY), (False, Effect.ALLOWED), (None, Effect.DEPENDS)]
)
def test_s15_public_lists_may_be_ignored(ignored: bool | None, effect: Effect) -> None:
    block = PublicAccessBlock(ignore_public_acls=ignored, restrict_public_buckets=False)
    where = owner(listed(ALL_USERS, public_access_block=block))
    call = decided(where, principal=NOBODY)
    assert (call.effect, call.deciding.layer) == (effect, "resource")
    private = decided(owner(listed(THEIRS, public_access_block=block)), other())
    assert private.effect is Effect.ALLOWED


def test_s15_restricted_buckets_do_not_mind_lists() -> None:
    block = PublicAccessBlock(ignore_public_acls=False, restrict_public_buckets=True)
    assert decided(owner(listed(ALL_USERS, public_access_block=block)), principal=NOBODY).effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("block", "action", "told"),
    [
        (PublicAccessBlock(block_public_policy=True), "s3:PutBucketPolicy", ["public-policy-refused"]),
        (PublicAccessBlock(block_public_policy=False), "s3:PutBucketPolicy", []),
        (PublicAccessBlock(block_public_policy=True), "s3:GetBucketPolicy", []),
        (PublicAccessBlock(block_public_acls=True), "s3:PutBucketAcl", ["public-acl-refused"]),
        (PublicAccessBlock(block_public_acls=True), "s3:PutObjectAcl", ["public-acl-refused"]),
        (PublicAccessBlock(block_public_acls=None), "s3:PutObjectAcl", []),
        (PublicAccessBlock(block_public_acls=True), "s3:GetObject", []),
        (PublicAccessBlock(block_public_acls=True), "s3:PutObject", []),
    ],
)
def test_s15_m13_what_a_put_may_be_refused_for_is_told(block: PublicAccessBlock, action: str, told: list[str]) -> None:
    where = owner(BucketSettings(public_access_block=block))
    resource = BUCKET if "Bucket" in action else f"{BUCKET}/k"
    call = decided(where, principal=user(), action=action, resource=resource)
    assert (call.effect, codes(call)) == (Effect.ALLOWED, told)


@pytest.mark.parametrize(
    ("name", "told"),
    [("public-read", ["public-acl-refused"]), ("authenticated-read", ["public-acl-refused"]), ("private", [])],
)
def test_s15_an_upload_is_told_of_where_its_own_list_is_public(name: str, told: list[str]) -> None:
    where = owner(BucketSettings(public_access_block=PublicAccessBlock(block_public_acls=True)))
    context = RequestContext({"s3:x-amz-acl": name}, complete=True)
    assert codes(decided(where, principal=user(), action="s3:PutObject", context=context)) == told


def test_s15_the_organisation_s_settings_stand_for_those_of_the_account() -> None:
    on, off = PublicAccessBlock(restrict_public_buckets=True), NOTHING_BLOCKED
    buckets = {"data": BucketSettings(public_access_block=off)}
    for enforced, own, restricted in ((on, off, True), (off, on, False), (None, on, True), (None, off, False)):
        access = PublicAccess(account=own, buckets=buckets, enforced=enforced)
        (only,) = authorizations(request(), organisation(owner(public_access=access)))
        block = only.request.resource.public_access_block
        assert block is not None
        assert block.restrict_public_buckets is restricted


def test_s13_s15_what_a_request_states_of_its_bucket_is_never_replaced() -> None:
    where = organisation(owner(listed(THEIRS)), other())
    block = PublicAccessBlock(restrict_public_buckets=True)
    stated: dict[str, Any] = {
        "public_access_block": block,
        "object_ownership": "BucketOwnerPreferred",
        "object_owner": ACCOUNT,
        "acl": (),
    }
    (only,) = authorizations(request(FOREIGN, account=ACCOUNT, **stated), where)
    resource = only.request.resource
    assert (resource.public_access_block, resource.acl) == (block, ())
    assert (resource.object_ownership, resource.object_owner) == ("BucketOwnerPreferred", ACCOUNT)
    (asked,) = authorizations(request(FOREIGN, account=ACCOUNT), where)
    assert asked.request.resource.object_owner == ACCOUNT
    assert asked.request.resource.acl == (AclGrant(OTHER, "READ"),)


def test_x12_an_upload_is_a_matter_of_the_bucket_s_list_and_a_download_of_the_object_s() -> None:
    of_bucket = AccessControlList(MINE, (AclGrant(THEIRS, "FULL_CONTROL"),))
    of_object = AccessControlList(MINE, ())
    settings = BucketSettings(
        public_access_block=NOTHING_BLOCKED, ownership="ObjectWriter", acl=of_bucket, objects={"k": of_object}
    )
    assert decided(owner(settings), other(), action="s3:PutObject").effect is Effect.ALLOWED
    assert decided(owner(settings), other()).effect is Effect.IMPLICIT_DENY
    assert codes(decided(owner(settings), other(), resource=f"{BUCKET}/unlisted")) == ["acl-unknown"]


def test_s15_settings_of_a_bucket_that_is_not_listed_are_none_where_s3_is_complete() -> None:
    access = PublicAccess(account=NOTHING_BLOCKED, buckets={"other": BucketSettings()})
    for complete, restricted in ((frozenset({"s3"}), False), (frozenset(), None)):
        where = organisation(owner(public_access=access, complete=complete))
        (only,) = authorizations(request(account=ACCOUNT), where)
        block = only.request.resource.public_access_block
        assert block is not None
        assert block.restrict_public_buckets is restricted


DIRECTORY = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:bucket/data--euw1-az1--x-s3"


@pytest.mark.parametrize(
    ("action", "modes"),
    [
        ("s3:GetObject", [("ReadWrite",), ("ReadOnly",)]),
        ("s3express:ListBucket", [("ReadWrite",), ("ReadOnly",)]),
        ("s3:PutObject", [("ReadWrite",)]),
        ("s3:DeleteObject", [("ReadWrite",)]),
    ],
)
def test_s36_what_is_done_to_objects_of_a_directory_bucket_is_a_session_on_it(
    action: str, modes: list[tuple[str, ...]]
) -> None:
    asked = request(action=action, resource=f"{DIRECTORY}/a/b", context=RequestContext())
    (only,) = authorizations(asked, organisation(account()))
    assert (only.request.action, only.request.resource.arn) == ("s3express:CreateSession", DIRECTORY)
    context = only.request.context
    found = context.candidates("s3express:SessionMode") or (context.get("s3express:SessionMode"),)
    assert list(found) == modes


@pytest.mark.parametrize(
    ("action", "resource"),
    [("s3express:GetBucketPolicy", DIRECTORY), ("s3:GetObject", f"{BUCKET}/k"), ("s3express:CreateSession", DIRECTORY)],
)
def test_s36_other_calls_stay_what_they_are(action: str, resource: str) -> None:
    (only,) = authorizations(request(action=action, resource=resource), organisation(account()))
    assert (only.request.action, only.request.resource.arn) == (action, resource)


def test_s36_a_session_that_reads_only_is_no_session_that_writes() -> None:
    reads = allow("s3express:CreateSession", Condition={"StringEquals": {"s3express:SessionMode": "ReadOnly"}})
    users = {USER: User(name="ana", arn=USER, inline={"own": policy(reads)})}
    where = account(identities=Identities(users=users), complete=frozenset({"s3express"}))

    def deciding(action: str) -> Decision:
        asked = request(action=action, resource=f"{DIRECTORY}/a")
        (only,) = authorizations(asked, organisation(where))
        return decide_call([(only.request, only.policies)], CATALOGUE).deciding

    assert deciding("s3:PutObject").effect is Effect.IMPLICIT_DENY
    reading = deciding("s3:GetObject")
    assert reading.effect is Effect.DEPENDS
    (mode,) = reading.unknown_keys
    assert mode.key == "s3express:SessionMode"
    assert ("ReadOnly", Effect.ALLOWED) in mode.settles


def test_s36_an_access_point_of_a_directory_bucket_leads_to_it() -> None:
    arn = f"arn:aws:s3express:eu-west-1:{ACCOUNT}:accesspoint/ap--euw1-az1--xa-s3"
    known = AccessPoint(buckets=(AccessPointBucket("data--euw1-az1--x-s3", ACCOUNT),), network_origin="Internet")
    where = organisation(account(access_points={arn: known}))
    first, second = authorizations(request(resource=f"{arn}/object/k"), where)
    assert [first.request.resource.arn, second.request.resource.arn] == [arn, DIRECTORY]
    assert {one.request.action for one in (first, second)} == {"s3express:CreateSession"}
    assert second.request.context.get("s3express:DataAccessPointArn") == (arn,)


def test_x12_a_list_that_a_snapshot_was_refused_leaves_the_answer_open() -> None:
    refused = BucketSettings(public_access_block=NOTHING_BLOCKED, ownership="ObjectWriter")
    asked: dict[str, Any] = {"principal": NOBODY, "action": "s3:ListBucket", "resource": BUCKET}
    snapshot = decided(owner(refused, by_service=True), **asked)
    assert snapshot.effect is Effect.DEPENDS
    assert decided(owner(refused), **asked).effect is Effect.IMPLICIT_DENY
    disabled = BucketSettings(public_access_block=NOTHING_BLOCKED, ownership="BucketOwnerEnforced")
    assert decided(owner(disabled, by_service=True), **asked).effect is Effect.IMPLICIT_DENY
