"""What would change: policies added to the ones in force, or taken away, before the decision is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import click

from policysim.account.full_access import FULL_AWS_ACCESS
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, level
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request

LAYER_OF: Final[dict[PolicyType, LayerName]] = {
    PolicyType.IDENTITY: LayerName.IDENTITY,
    PolicyType.RESOURCE: LayerName.RESOURCE,
    PolicyType.TRUST: LayerName.RESOURCE,
    PolicyType.BOUNDARY: LayerName.BOUNDARY,
    PolicyType.SESSION: LayerName.SESSION,
    PolicyType.SCP: LayerName.SCP,
    PolicyType.RCP: LayerName.RCP,
    PolicyType.VPCE: LayerName.VPCE,
}
_ONLY_ONE: Final = frozenset({LayerName.BOUNDARY, LayerName.VPCE})
"""Layers of exactly one document: a second one would be united with the first, which no AWS account can do."""

_GONE_WITH_THEIR_POLICIES: Final = frozenset({LayerName.BOUNDARY, LayerName.SESSION, LayerName.VPCE})
"""Layers that restrict nothing once their policies are taken away; any other layer then grants nothing."""


class Addition(NamedTuple):
    """A policy to put in force; ``node`` is the level of the organisation, where the type has levels."""

    attached: AttachedPolicy
    node: str | None = None


def with_additions(policies: PolicySet, additions: Iterable[Addition], request: Request) -> PolicySet:
    """The policies with ``additions`` in force as well."""
    for addition in additions:
        name = LAYER_OF[addition.attached.policy.type]
        layer = policies.get(name)
        policies = policies.with_layer(name, _with_addition(name, layer, addition, request))
    return policies


def _with_addition(name: LayerName, layer: LayerPolicies | None, addition: Addition, request: Request) -> LayerPolicies:
    if name in {LayerName.SCP, LayerName.RCP}:
        return _on_a_level(name, layer, addition, request)
    if layer is None or not layer.levels:
        return LayerPolicies((level(name.value, (addition.attached,)),))
    if name in _ONLY_ONE:
        if layer.policies:
            there = layer.policies[0].name
            raise click.UsageError(
                f"there is a {LAYER[name].title} already, `{there}`: add `--remove-policy {there}` to replace it"
            )
        return LayerPolicies((level(layer.levels[0].node, (addition.attached,)),))
    first, *others = layer.levels
    return LayerPolicies((_joined(first, addition.attached), *others))


def _on_a_level(name: LayerName, layer: LayerPolicies | None, addition: Addition, request: Request) -> LayerPolicies:
    levels = list(layer.levels) if layer is not None else []
    node = addition.node or _account(name, request)
    at = next((number for number, one in enumerate(levels) if one.node == node), None)
    if at is not None:
        levels[at] = _joined(levels[at], addition.attached)
    elif addition.node is None or addition.node == _account(name, request):
        levels.append(level(node, (*_attached_by_aws(name), addition.attached)))
    else:
        known = ", ".join(f"`{one.node}`" for one in levels) or "none"
        raise click.UsageError(f"`{node}` is no level above the account; the levels at hand: {known}")
    return LayerPolicies(tuple(levels))


def _account(name: LayerName, request: Request) -> str:
    account = request.principal.account if name is LayerName.SCP else request.resource.account
    if account is None:
        side = "caller" if name is LayerName.SCP else "resource"
        raise click.UsageError(f"the account of the {side} is not known, so the {LAYER[name].title} needs a node")
    return account


def _attached_by_aws(name: LayerName) -> tuple[AttachedPolicy, ...]:
    """What hangs on every node from the start: turning on service control policies attaches ``FullAWSAccess``."""
    if name is not LayerName.SCP:
        return ()
    document = FULL_AWS_ACCESS.document()
    return (AttachedPolicy(FULL_AWS_ACCESS.name, document, FULL_AWS_ACCESS.arn, editable=False),)


def _joined(there: Level, attached: AttachedPolicy) -> Level:
    return level(there.node, (*there.policies, attached), there.gaps)


def without_policies(sets: Sequence[PolicySet], removals: Iterable[str]) -> tuple[PolicySet, ...]:
    """The policies without those that ``removals`` name, by name or ARN, wherever they are attached.

    There is one set for each authorization of the request; a removal must be in force in one of them at least.
    """
    left = tuple(sets)
    for removal in removals:
        touched = [
            [name for name, layer in policies.layers.items() if any(_is(one, removal) for one in layer.policies)]
            for policies in left
        ]
        if not any(touched):
            raise click.UsageError(f"no policy in force here is called `{removal}`{_policies_in_force(left)}")
        left = tuple(_without_in(policies, names, removal) for policies, names in zip(left, touched, strict=True))
    return left


def _without_in(policies: PolicySet, names: Iterable[LayerName], removal: str) -> PolicySet:
    for name in names:
        policies = policies.with_layer(name, _without(name, policies.layers[name], removal))
    return policies


def _is(attached: AttachedPolicy, name_or_arn: str) -> bool:
    return name_or_arn in {attached.name, attached.arn}


def _without(name: LayerName, layer: LayerPolicies, removal: str) -> LayerPolicies | None:
    levels = tuple(
        one._replace(policies=tuple(attached for attached in one.policies if not _is(attached, removal)))
        for one in layer.levels
    )
    left = LayerPolicies(levels)
    gone = name in _GONE_WITH_THEIR_POLICIES and not left.policies and not left.gaps
    return None if gone else left


def _policies_in_force(sets: Iterable[PolicySet]) -> str:
    layers = (layer for policies in sets for layer in policies.layers.values())
    names = dict.fromkeys(f"`{attached.name}`" for layer in layers for attached in layer.policies)
    return f" (there are {', '.join(names)})" if names else ""
