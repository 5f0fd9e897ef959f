"""From a request and the accounts at hand to a fuller request and the policies that apply to it.

Nothing is decided here: whom a layer exempts, and what a gap means, is the decision's business. Source: spec E5, E6,
E12 to E38, R22, X1, X7 to X9; the layout of the account folder.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from policysim.account.account import NOTHING_BLOCKED, PublicAccess
from policysim.account.context import fuller_context
from policysim.account.endpoint_layer import endpoint_layer
from policysim.account.identity_layers import identity_layers
from policysim.account.organisation_layers import organisation_layers
from policysim.account.owners import owner_of
from policysim.account.principals import completed, entity_behind, in_management_account
from policysim.account.resource_layer import resource_layer
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.policy_set import LayerPolicies, PolicySet
from policysim.language.arns import parse_arn
from policysim.language.request import PublicAccessBlock

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.language.request import Request, Resource


class Situation(NamedTuple):
    """A request in its surroundings: itself with all that was collected about it, and the policies that apply."""

    request: Request
    policies: PolicySet


def situate(request: Request, organisation: Organisation) -> Situation:
    """The policies that apply to a request, and the request with what the accounts at hand know of it.

    Both the caller's account and the resource's account take part; what was not collected becomes a gap of its layer.
    What the request states outright is never replaced.
    """
    principal = completed(request.principal, organisation)
    request = replace(request, principal=principal)
    request = replace(request, resource=_resource(request, organisation))
    entity = entity_behind(principal, organisation)
    layers: dict[LayerName, LayerPolicies | None] = {
        **organisation_layers(request, organisation),
        **identity_layers(principal, entity, organisation),
        LayerName.VPCE: endpoint_layer(request, organisation),
        LayerName.RESOURCE: resource_layer(request, organisation),
    }
    present = {layer.name: found for layer in LAYERS if (found := layers.get(layer.name)) is not None}
    request = replace(request, context=fuller_context(request, entity, organisation))
    return Situation(request, PolicySet(present))


def _resource(request: Request, organisation: Organisation) -> Resource:
    resource, owner = request.resource, owner_of(request, organisation)
    managed = resource.in_management_account
    return replace(
        resource,
        account=owner,
        in_management_account=in_management_account(owner, organisation) if managed is None else managed,
        public_access_block=resource.public_access_block or _public_access_block(resource.arn, owner, organisation),
    )


def _public_access_block(text: str, owner: str | None, organisation: Organisation) -> PublicAccessBlock | None:
    """S3 Block Public Access as it holds for a bucket: the account's and the bucket's settings together (spec S15)."""
    arn = parse_arn(text)
    account = organisation.account(owner)
    if arn is None or arn.service != "s3" or account is None:
        return None
    access, name = account.public_access or PublicAccess(), arn.resource.split("/", 1)[0]
    unlisted = access.buckets is not None and name not in access.buckets and account.covers(access.buckets, arn.service)
    of_account = access.account or PublicAccessBlock()
    of_bucket = (NOTHING_BLOCKED if unlisted else access.bucket(name).public_access_block) or PublicAccessBlock()
    return PublicAccessBlock(
        block_public_acls=_either(of_account.block_public_acls, of_bucket.block_public_acls),
        ignore_public_acls=_either(of_account.ignore_public_acls, of_bucket.ignore_public_acls),
        block_public_policy=_either(of_account.block_public_policy, of_bucket.block_public_policy),
        restrict_public_buckets=_either(of_account.restrict_public_buckets, of_bucket.restrict_public_buckets),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if None in (one, other) else False
