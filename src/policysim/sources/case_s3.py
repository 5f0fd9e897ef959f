"""What a case tells of an S3 bucket or object beside its policy: Block Public Access, ownership, access control list.

Source: the description of the case files; spec S13 to S15, X12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.services.s3_acls import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, PERMISSIONS
from policysim.language.request import AclGrant, PublicAccessBlock
from policysim.sources.case_principals import account_in

if TYPE_CHECKING:
    from policysim.sources.json_values import Json

PUBLIC_ACCESS_SETTINGS: Final = frozenset(
    {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}
)
OWNERSHIPS: Final = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
_GROUPS: Final = {"AllUsers": ALL_USERS, "AuthenticatedUsers": AUTHENTICATED_USERS, "LogDelivery": LOG_DELIVERY}


def read_public_access_block(whole: Json) -> PublicAccessBlock:
    """The settings as the case gives them; one that it leaves out is off, ``null`` says that it is not known."""
    at = whole.member("s3_bpa")
    settings = {} if at is None else {name: _setting(name, value) for name, value in at.members()}
    return PublicAccessBlock(
        block_public_acls=settings.get("BlockPublicAcls", False),
        ignore_public_acls=settings.get("IgnorePublicAcls", False),
        block_public_policy=settings.get("BlockPublicPolicy", False),
        restrict_public_buckets=settings.get("RestrictPublicBuckets", False),
    )


def _setting(name: str, at: Json) -> bool | None:
    if name not in PUBLIC_ACCESS_SETTINGS:
        raise at.error(
            f"`{name}` is no setting of S3 block public access: expected {', '.join(sorted(PUBLIC_ACCESS_SETTINGS))}"
        )
    return None if at.value is None else at.flag()


def read_object_owner(whole: Json) -> str | None:
    """The account that owns the object, where it may be another one than the bucket's."""
    return account_in(whole, "object_owner")


def read_object_ownership(whole: Json) -> str | None:
    """The bucket's setting of Object Ownership."""
    at = whole.member("object_ownership")
    if at is None or at.value is None:
        return None
    if at.text() not in OWNERSHIPS:
        raise at.error(f"`{at.value}` is no setting of object ownership: expected {', '.join(OWNERSHIPS)}")
    return at.text()


def read_acl(whole: Json) -> tuple[AclGrant, ...] | None:
    """The access control list; without one it is not known, an empty one grants nothing."""
    at = whole.member("acl")
    return None if at is None or at.value is None else tuple(_grant(item) for item in at.items())


def _grant(at: Json) -> AclGrant:
    grantee, permission = at.required("grantee").text(), at.required("permission")
    if permission.text() not in PERMISSIONS:
        raise permission.error(f"`{permission.value}` is no permission: expected {', '.join(sorted(PERMISSIONS))}")
    return AclGrant(_GROUPS.get(grantee, grantee), permission.text())
