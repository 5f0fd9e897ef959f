"""What an S3 access control list adds to the policies of a request, and what an object owned by another account needs.

A list matters for callers from outside the bucket owner's account alone. An object that another account owns needs two
authorizations: one of the bucket's owner, whose policy can only deny then, and one of the object's owner, whose list
must allow. Source: Amazon S3 User Guide, access-control-auth-workflow-object-operation, acl-overview and
about-object-ownership; spec S13, S14, S15, X12.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from policysim.account import gaps
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet, one_level
from policysim.evaluation.services.s3_acls import (
    ACLS_DISABLED,
    GRANTABLE_ACTIONS,
    OBJECT_LIST_ACTIONS,
    PUBLIC_GROUPS,
    STATED_BY_S3,
    acl_policy,
    usable_grants,
)
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import PrincipalKind
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import Gap
    from policysim.language.policy import Policy
    from policysim.language.request import Request


def with_access_list(request: Request, policies: PolicySet) -> PolicySet:
    """The policies together with the access control list, where it can matter to this caller (spec X12)."""
    resource = request.resource
    if resource.acl is None or resource.account is None or resource.account == request.principal.account:
        return policies
    if resource.object_ownership == ACLS_DISABLED or not _is_of_bucket(request):
        return policies
    listed, open_ = _list_and_gaps(request)
    if listed is None and not open_:
        return policies
    layer = policies.get(LayerName.RESOURCE)
    return policies.with_layer(LayerName.RESOURCE, _joined(resource.arn, layer, listed, open_))


def with_unknown_list_of_bucket(request: Request, policies: PolicySet) -> PolicySet:
    """The policies with a gap in the place of the bucket's list, where that could let this caller in (spec X12)."""
    resource = request.resource
    inside = resource.account is None or resource.account == request.principal.account
    of_object = request.action.lower() in OBJECT_LIST_ACTIONS
    if inside or of_object or resource.object_ownership == ACLS_DISABLED or not _is_of_bucket(request):
        return policies
    open_ = (gaps.bucket_list_missing(resource.arn),)
    layer = policies.get(LayerName.RESOURCE)
    return policies.with_layer(LayerName.RESOURCE, _joined(resource.arn, layer, None, open_))


def owners_needed(request: Request, policies: PolicySet) -> tuple[tuple[Request, PolicySet], ...]:
    """The authorizations that the owners of bucket and object give: one, or two for the object of another account.

    The first is the bucket owner's. Whoever has the object owner's account needs no list (spec S13).
    """
    resource, caller = request.resource, request.principal
    if not _is_object_of_another_account(request):
        return ((request, with_access_list(request, policies)),)
    of_bucket = policies
    if caller.account != resource.account:
        layer = policies.get(LayerName.RESOURCE)
        of_bucket = policies.with_layer(
            LayerName.RESOURCE, _joined(resource.arn, layer, _attached(request, _everything(PolicyType.RESOURCE)), ())
        )
    if caller.account is not None and caller.account == resource.object_owner:
        return ((request, of_bucket),)
    listed, open_ = _list_and_gaps(request)
    of_object = PolicySet(
        {
            LayerName.RESOURCE: _joined(resource.arn, None, listed, open_),
            LayerName.IDENTITY: one_level(
                resource.arn, (_attached(request, _everything(PolicyType.IDENTITY), "judged by the bucket's owner"),)
            ),
        }
    )
    owned = replace(request, resource=replace(resource, account=resource.object_owner))
    return (request, of_bucket), (owned, of_object)


def _is_of_bucket(request: Request) -> bool:
    arn = parse_arn(request.resource.arn)
    return arn is not None and arn.service == "s3" and not arn.account and request.action.lower() in GRANTABLE_ACTIONS


def _is_object_of_another_account(request: Request) -> bool:
    resource = request.resource
    if resource.object_owner is None or resource.account is None or resource.object_owner == resource.account:
        return False
    return resource.object_ownership != ACLS_DISABLED and request.action.lower() in OBJECT_LIST_ACTIONS


def _list_and_gaps(request: Request) -> tuple[AttachedPolicy | None, tuple[Gap, ...]]:
    """The list as a policy, and what is not known of it; a list can only allow, so its gaps never deny."""
    resource = request.resource
    if resource.acl is None:
        return None, (gaps.access_list_missing(resource.arn),)
    signed = request.principal.kind is not PrincipalKind.ANONYMOUS
    grants = usable_grants(resource.acl, request.action, signed=signed)
    block = resource.public_access_block
    ignored = None if block is None else block.ignore_public_acls
    private = tuple(grant for grant in grants if grant.grantee not in PUBLIC_GROUPS)
    certain = grants if ignored is False else private
    if resource.object_ownership is None:
        counting = private if ignored is True else grants
        return None, (gaps.ownership_unknown(resource.arn),) if counting else ()
    open_ = (gaps.public_lists_unknown(resource.arn),) if ignored is None and certain != grants else ()
    return (_attached(request, acl_policy(certain)) if certain else None), open_


def _attached(request: Request, policy: Policy, name: str = "access control list") -> AttachedPolicy:
    return AttachedPolicy(name, policy, None, request.resource.arn, editable=False)


def _joined(
    node: str, layer: LayerPolicies | None, attached: AttachedPolicy | None, open_: tuple[Gap, ...]
) -> LayerPolicies:
    there = layer.levels[0] if layer is not None else one_level(node, ()).levels[0]
    policies = there.policies if attached is None else (*there.policies, attached)
    return LayerPolicies((there._replace(policies=policies, gaps=(*there.gaps, *open_)),))


@lru_cache(maxsize=2)
def _everything(policy_type: PolicyType) -> Policy:
    """What stands for the side that another authorization judges."""
    principal = '"Principal": "*", ' if policy_type is PolicyType.RESOURCE else ""
    text = (
        f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {principal}"Action": "*", "Resource": "*"}}]}}'
    )
    return parse_policy(Source(STATED_BY_S3, text, written_here=True), policy_type)
