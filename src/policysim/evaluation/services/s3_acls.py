"""Amazon S3 access control lists as what they are to a decision: statements of the resource side that can only allow.

Amazon S3 turns the grants of an access control list into policies before it decides. Source: Amazon S3 User Guide,
acl-overview (mapping of permissions, as read in 2026), about-object-ownership, how-s3-evaluates-access-control and
access-control-block-public-access; spec S13, S14, S15, X12.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from policysim.language.arns import is_account_id
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.policy import Policy
    from policysim.language.request import AclGrant

STATED_BY_S3: Final = "Amazon S3"
"""The name of the source of statements that stand in no policy of the user's: S3's own reading of its settings."""

ACLS_DISABLED: Final = "BucketOwnerEnforced"
"""The setting of Object Ownership under which no access control list counts (the default since April 2023)."""

_GROUPS: Final = "http://acs.amazonaws.com/groups/"
ALL_USERS: Final = f"{_GROUPS}global/AllUsers"
AUTHENTICATED_USERS: Final = f"{_GROUPS}global/AuthenticatedUsers"
LOG_DELIVERY: Final = f"{_GROUPS}s3/LogDelivery"
PUBLIC_GROUPS: Final = frozenset({ALL_USERS, AUTHENTICATED_USERS})
"""The groups that a grant makes public."""

_ON_BUCKETS: Final[dict[str, tuple[str, ...]]] = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "WRITE": ("s3:PutObject",),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
_ON_OBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "WRITE_ACP": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}
FULL_CONTROL: Final = "FULL_CONTROL"
PERMISSIONS: Final = frozenset({*_ON_BUCKETS, FULL_CONTROL})

_ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    **{name: (*actions, *_ON_OBJECTS.get(name, ())) for name, actions in _ON_BUCKETS.items()},
    FULL_CONTROL: tuple(action for table in (_ON_BUCKETS, _ON_OBJECTS) for some in table.values() for action in some),
}
"""What each permission allows. The action tells whose list it is: ``s3:PutObject`` is a matter of the bucket's."""

GRANTABLE_ACTIONS: Final = frozenset(action.lower() for action in _ALLOWED[FULL_CONTROL])
"""The actions, in lower case, that an access control list can allow at all."""

OBJECT_LIST_ACTIONS: Final = frozenset(action.lower() for actions in _ON_OBJECTS.values() for action in actions)
"""The actions, in lower case, that the list of the object, and not that of the bucket, can allow."""


def stands_in_no_policy(attached: AttachedPolicy) -> bool:
    """Whether a document of the resource layer is S3's own reading of a setting, and no policy."""
    return attached.policy.location.source.name == STATED_BY_S3


def usable_grants(grants: tuple[AclGrant, ...], action: str, *, signed: bool) -> tuple[AclGrant, ...]:
    """The grants that speak of the action; ``signed``: for a caller that AWS has authenticated."""
    lower = action.lower()
    return tuple(
        grant
        for grant in grants
        if (signed or grant.grantee != AUTHENTICATED_USERS)
        and any(allowed.lower() == lower for allowed in _ALLOWED[grant.permission])
    )


@lru_cache(maxsize=256)
def acl_policy(grants: tuple[AclGrant, ...]) -> Policy:
    """The grants (one at least) as a resource-based policy."""
    statements = [
        {"Effect": "Allow", "Principal": _principal(one.grantee), "Action": list(_ALLOWED[one.permission])}
        for one in grants
    ]
    document = {"Version": "2012-10-17", "Statement": [{**one, "Resource": "*"} for one in statements]}
    source = Source(STATED_BY_S3, json.dumps(document, indent=2), written_here=True)
    return parse_policy(source, PolicyType.RESOURCE)


def _principal(grantee: str) -> Any:  # noqa: ANN401  # the Principal element of a policy: a string or an object
    if grantee in PUBLIC_GROUPS:
        return "*"
    if grantee == LOG_DELIVERY:
        return {"Service": "logging.s3.amazonaws.com"}
    return {"AWS": grantee} if is_account_id(grantee) else {"CanonicalUser": grantee}
