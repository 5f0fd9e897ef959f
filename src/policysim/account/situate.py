"""From a request and the accounts at hand to a fuller request and the policies that apply to it.

Nothing is decided here: whom a layer exempts, and what a gap means, is the decision's business. Source: spec E5, E6,
E12 to E38, R22, X1, X7 to X9; the layout of the account folder.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from policysim.account.bucket_settings import with_bucket_settings
from policysim.account.context import fuller_context
from policysim.account.endpoint_layer import endpoint_layer
from policysim.account.identity_layers import identity_layers
from policysim.account.key_aliases import on_the_key_behind
from policysim.account.managed_key import with_key_manager
from policysim.account.masked_accounts import unmasked
from policysim.account.organisation_layers import organisation_layers
from policysim.account.owners import owner_of
from policysim.account.principals import completed, entity_behind, in_management_account
from policysim.account.resource_layer import resource_layer
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.policy_set import LayerPolicies, PolicySet

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.language.request import Principal, Request, Resource


class Situation(NamedTuple):
    """A request in its surroundings: itself with all that was collected about it, and the policies that apply.

    ``part`` says whose authorization it is, in words, where one request needs several.
    """

    request: Request
    policies: PolicySet
    part: str = ""


def situate(request: Request, organisation: Organisation) -> Situation:
    """The policies that apply to a request, and the request with what the accounts at hand know of it.

    Both the caller's account and the resource's account take part; what was not collected becomes a gap of its layer.
    What the request states outright is never replaced.
    """
    principal = _known_to_s3(completed(request.principal, organisation), organisation)
    request = replace(request, principal=principal, resource=unmasked(request.resource, organisation))
    request = on_the_key_behind(request, organisation)
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


def _known_to_s3(principal: Principal, organisation: Organisation) -> Principal:
    """The caller with the canonical user id of its account (spec P15)."""
    account = organisation.account(principal.account)
    if account is None or account.canonical_id is None or principal.canonical_id is not None:
        return principal
    return replace(principal, canonical_id=account.canonical_id)


def _resource(request: Request, organisation: Organisation) -> Resource:
    resource, owner = request.resource, owner_of(request, organisation)
    managed = resource.in_management_account
    known = replace(
        resource,
        account=owner,
        in_management_account=in_management_account(owner, organisation) if managed is None else managed,
    )
    return with_key_manager(with_bucket_settings(known, request.action, organisation), organisation)
