"""What the account folder tells of Amazon S3: Block Public Access, ownership and access control lists, access points.

Source of the shapes: the AWS CLI (``s3api get-bucket-acl``, ``s3control get-access-point``,
``get-multi-region-access-point``); the layout of the account folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.account import (
    NOTHING_BLOCKED,
    AccessControlList,
    AccessPoint,
    AccessPointBucket,
    BucketSettings,
    PublicAccess,
)
from policysim.evaluation.services.s3_acls import LOG_DELIVERY, PERMISSIONS, PUBLIC_GROUPS
from policysim.language.request import AclGrant, PublicAccessBlock

if TYPE_CHECKING:
    from policysim.sources.json_values import Json

EVERYTHING_BLOCKED: Final = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)
_ENFORCED: Final = {"all": EVERYTHING_BLOCKED, "none": NOTHING_BLOCKED}
"""What an S3 policy of the organisation can set for an account: all four settings or none of them."""


def read_public_access(whole: Json) -> PublicAccess:
    """The settings of the account and of its buckets; an empty file says that nothing is blocked."""
    if whole.empty:
        return PublicAccess(account=NOTHING_BLOCKED, buckets={})
    account, buckets = whole.member("account"), whole.member("buckets")
    return PublicAccess(
        account=None if account is None else _block(account),
        buckets=None if buckets is None else {name: _bucket(at) for name, at in buckets.members()},
        enforced=_enforced(whole.member("organization")),
    )


def _enforced(at: Json | None) -> PublicAccessBlock | None:
    if at is None or at.value is None:
        return None
    value = at.text("`all` or `none`")
    if value not in _ENFORCED:
        raise at.error(f"`{value}` is nothing that an S3 policy can set: expected `all` or `none`")
    return _ENFORCED[value]


def _bucket(at: Json) -> BucketSettings:
    if at.empty:
        return BucketSettings(public_access_block=NOTHING_BLOCKED)
    block, listed, objects = at.member("public_access_block"), at.member("acl"), at.member("objects")
    return BucketSettings(
        public_access_block=None if block is None else _block(block),
        ownership=at.optional_text("ownership"),
        abac=at.optional_flag("abac"),
        acl=None if listed is None or listed.value is None else _list(listed),
        objects={} if objects is None else {key: _list(one) for key, one in objects.members()},
    )


def _list(at: Json) -> AccessControlList:
    owner = at.member("Owner")
    grants = tuple(read_acl_grant(grant) for grant in at.optional_items("Grants"))
    return AccessControlList(None if owner is None else owner.optional_text("ID"), grants)


def read_acl_grant(at: Json) -> AclGrant:
    """One grant as AWS prints it: a ``Grantee`` with an ``ID`` or a ``URI``, and a ``Permission``."""
    grantee, permission = at.required("Grantee"), at.required("Permission")
    if permission.text() not in PERMISSIONS:
        raise permission.error(f"`{permission.value}` is no permission: expected {', '.join(sorted(PERMISSIONS))}")
    uri = grantee.optional_text("URI")
    if uri is not None and uri not in {*PUBLIC_GROUPS, LOG_DELIVERY}:
        raise grantee.error(f"`{uri}` is no predefined group of Amazon S3")
    name = uri or grantee.optional_text("ID")
    if name is None:
        raise grantee.error("expected a member `ID` or `URI`")
    return AclGrant(name, permission.text())


def read_access_point(_arn: str, at: Json) -> AccessPoint:
    """An access point as ``get-access-point`` prints it, or as ``get-multi-region-access-point`` does."""
    inner = at.member("AccessPoint")
    at = at if inner is None else inner
    block = at.member("PublicAccessBlockConfiguration") or at.member("PublicAccessBlock")
    network = at.member("VpcConfiguration")
    return AccessPoint(
        buckets=tuple(_buckets_behind(at)),
        network_origin=at.optional_text("NetworkOrigin"),
        vpc_id=None if network is None or network.value is None else network.optional_text("VpcId"),
        alias=at.optional_text("Alias"),
        public_access_block=None if block is None else _block(block),
    )


def _buckets_behind(at: Json) -> list[AccessPointBucket]:
    """The bucket of an access point, or one for each Region of a Multi-Region Access Point."""
    places = [at] if at.member("Bucket") is not None else list(at.optional_items("Regions"))
    return [
        AccessPointBucket(place.required("Bucket").text("the name of a bucket"), place.optional_text("BucketAccountId"))
        for place in places
    ]


def _block(at: Json) -> PublicAccessBlock:
    """The four settings; ``null`` and an empty object say that nothing is blocked."""
    if at.empty:
        return NOTHING_BLOCKED

    def setting(name: str) -> bool | None:
        found = at.member(name)
        return None if found is None else found.flag()

    return PublicAccessBlock(
        block_public_acls=setting("BlockPublicAcls"),
        ignore_public_acls=setting("IgnorePublicAcls"),
        block_public_policy=setting("BlockPublicPolicy"),
        restrict_public_buckets=setting("RestrictPublicBuckets"),
    )
