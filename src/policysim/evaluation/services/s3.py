"""Amazon S3: Block Public Access, access points, access control lists, and the bucket owner's root user.

That user can always mend the bucket policy. Source: S3 API reference, PutBucketPolicy; Amazon S3 User Guide,
access-control-block-public-access, access-points-restrictions-limitations, about-object-ownership, acl-overview and
access-grants; spec S12 to S17, S37, X12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.access import same_account
from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.s3_keys import is_access_point, reaches_a_bucket
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.services.public_access import restricted_as_public
from policysim.evaluation.services.s3_acls import ACLS_DISABLED, GRANTABLE_ACTIONS, OBJECT_LIST_ACTIONS
from policysim.evaluation.truth import FALSE, TRUE, Truth
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request

_SETS_A_LIST: Final = frozenset({"s3:putbucketacl", "s3:putobjectacl", "s3:putobjectversionacl"})
_SETS_A_POLICY: Final = frozenset(
    {"s3:putbucketpolicy", "s3:putaccesspointpolicy", "s3:putmultiregionaccesspointpolicy"}
)
_LIST_OF_THE_REQUEST: Final = "s3:x-amz-acl"
_GRANTS_OF_THE_REQUEST: Final = tuple(
    f"s3:x-amz-grant-{permission}" for permission in ("full-control", "read", "read-acp", "write", "write-acp")
)
_ALWAYS_ACCEPTED: Final = "bucket-owner-full-control"
_PUBLIC_LISTS: Final = frozenset({"authenticated-read", "public-read", "public-read-write"})
_WITH_OWNED_OBJECTS: Final = frozenset({"BucketOwnerPreferred", "ObjectWriter"})
"""The settings of Object Ownership under which an object may belong to another account than the bucket."""


def _owner_root_escapes(request: Request, layer: LayerName) -> Truth:
    if layer is not LayerName.RESOURCE or request.principal.kind is not PrincipalKind.ROOT:
        return FALSE
    return same_account(request)


def _closed_to_the_unsigned(request: Request) -> Settled | None:
    if request.principal.kind is not PrincipalKind.ANONYMOUS or not is_access_point(request.resource.arn):
        return None
    return Settled(Effect.IMPLICIT_DENY, "an access point takes no anonymous requests", "S17")


def _caveats(request: Request) -> tuple[Caveat, ...]:
    """What AWS may refuse for a reason that the request does not show."""
    action, resource = request.action.lower(), request.resource
    block = resource.public_access_block
    found = [_BUCKET_IS_SEPARATE] if _leads_to_a_bucket(request) and resource.behind is None else []
    if block is not None and block.block_public_policy and action in _SETS_A_POLICY:
        found.append(_PUBLIC_POLICY_REFUSED)
    if block is not None and block.block_public_acls and action in _SETS_A_LIST:
        found.append(_PUBLIC_LIST_REFUSED)
    if resource.object_ownership == ACLS_DISABLED and action in _SETS_A_LIST:
        found.append(_LISTS_DISABLED)
    if action in OBJECT_LIST_ACTIONS and resource.object_owner is None:
        found.extend([_OBJECT_OWNER_OPEN] if resource.object_ownership in _WITH_OWNED_OBJECTS else [])
    return tuple(found)


def _leads_to_a_bucket(request: Request) -> bool:
    """Whether the request goes through an access point, rather than being about the access point itself."""
    return is_access_point(request.resource.arn) and reaches_a_bucket(request.action)


def _caveats_of_an_upload(request: Request) -> tuple[Caveat, ...]:
    """An upload may bring a list of its own, by its name or grant by grant."""
    context, resource = request.context, request.resource
    named = context.get(_LIST_OF_THE_REQUEST)
    names = named if isinstance(named, tuple) else ()
    grants = any(isinstance(context.get(key), tuple) for key in _GRANTS_OF_THE_REQUEST)
    found = list(_caveats(request))
    if resource.object_ownership == ACLS_DISABLED and (grants or any(name != _ALWAYS_ACCEPTED for name in names)):
        found.append(_LISTS_DISABLED)
    block = resource.public_access_block
    if block is not None and block.block_public_acls and (grants or not _PUBLIC_LISTS.isdisjoint(names)):
        found.append(_PUBLIC_LIST_REFUSED)
    return tuple(found)


def _list_may_grant(request: Request) -> tuple[Caveat, ...]:
    """Of a caller from outside who misses the resource side's Allow: a list that nobody collected may be it."""
    resource = request.resource
    if resource.acl is not None or resource.object_ownership == ACLS_DISABLED or same_account(request) is TRUE:
        return ()
    direct = resource.arn.startswith("arn:") and resource.arn.split(":", 5)[4] == ""
    return (_LIST_UNKNOWN,) if direct and request.action.lower() in GRANTABLE_ACTIONS else ()


def _narrowed_session(request: Request) -> tuple[Caveat, ...]:  # noqa: ARG001  # the signature of the seam
    return (_NARROWED_BY_GRANT,)


_BUCKET_IS_SEPARATE: Final = Caveat(
    "bucket-is-separate",
    "a request through an access point must also be allowed on the bucket behind it, which is not decided (S17)",
)
_PUBLIC_POLICY_REFUSED: Final = Caveat(
    "public-policy-refused",
    "S3 Block Public Access (`BlockPublicPolicy`) refuses the call if the policy that it puts is public, and a request "
    "does not show that policy (S15)",
)
_PUBLIC_LIST_REFUSED: Final = Caveat(
    "public-acl-refused",
    "S3 Block Public Access (`BlockPublicAcls`) refuses the call if it sets a public access control list (S15)",
)
_LISTS_DISABLED: Final = Caveat(
    "acl-not-supported",
    "access control lists are disabled on the bucket (`BucketOwnerEnforced`): S3 answers 400 "
    "AccessControlListNotSupported unless the list is `bucket-owner-full-control` or equal to it (S14)",
)
_LIST_UNKNOWN: Final = Caveat(
    "acl-unknown",
    "whether an access control list grants this was not collected; lists count only where Object Ownership is not "
    "`BucketOwnerEnforced`, the default since April 2023 (S14, X12)",
)
_OBJECT_OWNER_OPEN: Final = Caveat(
    "object-owner-open",
    "which account owns the object was not collected; if it is not the bucket's, the bucket policy can only deny and "
    "the object's access control list must allow (S13)",
)
_NARROWED_BY_GRANT: Final = Caveat(
    "access-grant",
    "an S3 Access Grant must cover the caller, the location and the permission as well; the session that it gives is "
    "narrowed to the grant by a session policy (S37)",
)

S3 = Deviation(
    "Block Public Access, access points, access control lists",
    ("S13", "S14", "S15", "S16", "S17", "X12"),
    settle=_closed_to_the_unsigned,
    refused_by_setting=restricted_as_public,
    caveats=_caveats,
    denial_caveats=_list_may_grant,
)
S3_ACTIONS: Final[dict[str, Deviation]] = {
    **dict.fromkeys(
        ("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"),
        S3._replace(
            title="the bucket owner's root user", rules=("S12", *S3.rules), ignores_denies_of=_owner_root_escapes
        ),
    ),
    "s3:putobject": S3._replace(title="an upload with an access control list", caveats=_caveats_of_an_upload),
    "s3:getdataaccess": S3._replace(
        title="S3 Access Grants", rules=("S37", *S3.rules), caveats=_narrowed_session, denial_caveats=_narrowed_session
    ),
}
