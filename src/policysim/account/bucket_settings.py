"""What the accounts at hand know of an S3 bucket beside its policy: public access, ownership, access control lists.

Source: Amazon S3 User Guide, access-control-block-public-access and about-object-ownership; Organizations User Guide,
orgs_manage_policies_s3; spec S13 to S15, X12.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policysim.account.account import NOTHING_BLOCKED, PublicAccess
from policysim.evaluation.services.s3_acls import OBJECT_LIST_ACTIONS
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.request import AclGrant, PublicAccessBlock

if TYPE_CHECKING:
    from policysim.account.account import AccessControlList, Account, BucketSettings, Organisation
    from policysim.language.request import Resource

UNKNOWN_BLOCK = PublicAccessBlock()


def with_bucket_settings(resource: Resource, action: str, organisation: Organisation) -> Resource:
    """The resource with what was collected of its bucket; what the request states outright is never replaced."""
    arn = parse_arn(resource.arn)
    owner = organisation.account(resource.account)
    if arn is None or arn.service != "s3" or owner is None:
        return resource
    if arn.account:
        return replace(resource, public_access_block=resource.public_access_block or block_of_account(owner))
    name, _, key = arn.resource.partition("/")
    access = owner.public_access or PublicAccess()
    settings = access.bucket(name)
    listed = _list_of(settings, key, action)
    return replace(
        resource,
        public_access_block=resource.public_access_block or _block_of_bucket(owner, access, name),
        object_ownership=resource.object_ownership or settings.ownership,
        object_owner=resource.object_owner or _object_owner(settings, key, organisation),
        acl=resource.acl if resource.acl is not None or listed is None else _grants(listed, organisation),
    )


def _list_of(settings: BucketSettings, key: str, action: str) -> AccessControlList | None:
    """The list that S3 looks at: that of the object for what is done to an object, else that of the bucket."""
    return settings.objects.get(key) if key and action.lower() in OBJECT_LIST_ACTIONS else settings.acl


def _object_owner(settings: BucketSettings, key: str, organisation: Organisation) -> str | None:
    listed = settings.objects.get(key) if key else None
    return None if listed is None or listed.owner is None else account_behind(listed.owner, organisation)


def _grants(listed: AccessControlList, organisation: Organisation) -> tuple[AclGrant, ...]:
    """The grants, with the ids of accounts in the place of the canonical user ids that are at hand (spec P15)."""
    return tuple(
        AclGrant(account_behind(grant.grantee, organisation) or grant.grantee, grant.permission)
        for grant in listed.grants
    )


def account_behind(canonical_id: str, organisation: Organisation) -> str | None:
    """The account that a canonical user id stands for; an account id stands for itself."""
    return canonical_id if is_account_id(canonical_id) else organisation.account_with_canonical_id(canonical_id)


def block_of_account(owner: Account) -> PublicAccessBlock:
    """Block Public Access of an account: what its organisation enforces, else its own settings (spec S15)."""
    access = owner.public_access or PublicAccess()
    return access.enforced or access.account or UNKNOWN_BLOCK


def _block_of_bucket(owner: Account, access: PublicAccess, name: str) -> PublicAccessBlock:
    unlisted = access.buckets is not None and name not in access.buckets and owner.covers(access.buckets, "s3")
    of_bucket = NOTHING_BLOCKED if unlisted else access.bucket(name).public_access_block
    return strictest(block_of_account(owner), of_bucket or UNKNOWN_BLOCK)


def strictest(one: PublicAccessBlock, other: PublicAccessBlock) -> PublicAccessBlock:
    """Both together: a setting is on as soon as one of the two has it on (spec S15)."""
    return PublicAccessBlock(
        block_public_acls=_either(one.block_public_acls, other.block_public_acls),
        ignore_public_acls=_either(one.ignore_public_acls, other.ignore_public_acls),
        block_public_policy=_either(one.block_public_policy, other.block_public_policy),
        restrict_public_buckets=_either(one.restrict_public_buckets, other.restrict_public_buckets),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if None in (one, other) else False
