"""The layers that the organisation adds: SCPs of the caller's account, RCPs of the resource's account.

Only the levels are given here; whom they exempt is part of the decision. Source: Organizations User Guide,
orgs_manage_policies_scps and orgs_manage_policies_rcps; spec E17 to E29, X9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account import gaps
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.policy_set import LayerPolicies, level, one_level
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.account.account import Node, Organisation
    from policysim.evaluation.policy_set import Gap, Level
    from policysim.language.request import Request

_OUTSIDE_SCPS = frozenset(
    {PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML}
)
"""Callers that are no principals of an account, so that no SCP reaches them (spec E20, P14)."""

_PLURAL = {LayerName.SCP: "service control policies", LayerName.RCP: "resource control policies"}


def organisation_layers(request: Request, organisation: Organisation) -> dict[LayerName, LayerPolicies]:
    """The SCP and RCP levels that stand above a request, from the root down; an absent layer does not apply."""
    layers: dict[LayerName, LayerPolicies] = {}
    caller, owner = request.principal, request.resource.account
    if organisation.scps_enabled and caller.kind not in _OUTSIDE_SCPS and caller.account is not None:
        layers |= _layer(LayerName.SCP, caller.account, organisation)
    if organisation.rcps_enabled:
        if owner is not None:
            layers |= _layer(LayerName.RCP, owner, organisation)
        elif not organisation.standalone or len(organisation.accounts) > 1:
            arn = request.resource.arn
            layers[LayerName.RCP] = one_level(arn, (), (gaps.owner_unknown(arn),))
    return layers


def _layer(name: LayerName, account_id: str, organisation: Organisation) -> dict[LayerName, LayerPolicies]:
    if organisation.standalone and account_id in organisation.accounts:
        return {}
    path = organisation.path_to(account_id)
    if path is None:
        return {name: one_level(account_id, (), (gaps.organisation_missing(account_id, _PLURAL[name]),))}
    return {name: LayerPolicies(tuple(_level(name, node) for node in path))}


def _level(name: LayerName, node: Node) -> Level:
    attached, missing = (node.scps, node.scp_gaps) if name is LayerName.SCP else (node.rcps, node.rcp_gaps)
    return level(node.id, attached or (), missing if attached is not None else (node_gap(name, node),))


def node_gap(name: LayerName, node: Node) -> Gap:
    """What stands for the policies of a node that nobody collected."""
    return gaps.node_policies_missing(node.id, _PLURAL[name], LAYER[name].policy_type)
