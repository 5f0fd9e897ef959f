"""The policies of a case, layer by layer.

Source: the description of the case files; spec E5, E6, E17, E18, E23, S1, S23, S25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.resource_layer import TRUST_ACTIONS
from policysim.evaluation.decide import further_service_names
from policysim.evaluation.key_grants import grants_in_force
from policysim.evaluation.layers import LayerName
from policysim.evaluation.managed_keys import fixed_key_policy
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, PolicySet
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.sources.json_values import problem_error
from policysim.sources.key_grants import read_grant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.request import Principal, Request
    from policysim.sources.json_values import Json

_STATEMENT = "Statement"


def read_policies(whole: Json, action: str, principal: Principal) -> PolicySet:
    """The layers that a case gives. A document with errors is an error of the case; an empty layer is not present."""
    resource_type = _resource_type(action)
    identity = [
        *_documents(whole, "identity_policies", PolicyType.IDENTITY),
        *_documents(whole, "group_policies", PolicyType.IDENTITY),
    ]
    caller = principal.entity_arn or principal.arn or principal.kind.value
    layers = {
        LayerName.RCP: _levels(whole, ("rcp_levels", "rcps"), PolicyType.RCP),
        LayerName.SCP: _levels(whole, ("scp_levels", "scps"), PolicyType.SCP),
        LayerName.VPCE: _one(whole, ("vpce_policy", "vpc_endpoint_policy"), PolicyType.VPCE),
        LayerName.RESOURCE: _one(whole, ("resource_policy",), resource_type),
        LayerName.IDENTITY: LayerPolicies((Level(caller, tuple(identity)),)) if identity else None,
        LayerName.BOUNDARY: _one(whole, ("boundary",), PolicyType.BOUNDARY),
        LayerName.SESSION: _one(whole, ("session_policies",), PolicyType.SESSION),
    }
    return PolicySet({name: layer for name, layer in layers.items() if layer is not None})


def with_own_resource_policy(policies: PolicySet, entry: Json, action: str) -> PolicySet:
    """The layers for one resource of several: a resource policy of its own stands for that of the whole case."""
    if entry.member("resource_policy") is None:
        return policies
    return policies.with_layer(LayerName.RESOURCE, _one(entry, ("resource_policy",), _resource_type(action)))


def with_key_policies(request: Request, policies: PolicySet, whole: Json, entry: Json | None) -> PolicySet:
    """The layers together with the grants of a key, and with the policy that AWS fixes for its own keys (S23, S25)."""
    at = entry.member("grants") if entry is not None else None
    at = whole.member("grants") if at is None else at
    given = () if at is None else tuple(read_grant(grant) for grant in at.items())
    names = further_service_names(request)
    granted = grants_in_force(given, request.resource.arn, request.action, request.principal, service_names=names)
    layer = policies.get(LayerName.RESOURCE)
    fixed = fixed_key_policy(request) if layer is None else None
    if fixed is None and not granted.policies and not granted.gaps:
        return policies
    own = layer.policies if layer is not None else fixed.policies if fixed is not None else ()
    gaps = (*(fixed.gaps if fixed is not None else ()), *granted.gaps)
    return policies.with_layer(
        LayerName.RESOURCE, LayerPolicies((Level("resource_policy", (*own, *granted.policies), gaps),))
    )


def _resource_type(action: str) -> PolicyType:
    return PolicyType.TRUST if action.lower() in TRUST_ACTIONS else PolicyType.RESOURCE


def _one(whole: Json, names: tuple[str, ...], policy_type: PolicyType) -> LayerPolicies | None:
    found = tuple(document for name in names for document in _documents(whole, name, policy_type))
    return LayerPolicies((Level(names[0], found),)) if found else None


def _documents(whole: Json, name: str, policy_type: PolicyType) -> Iterator[AttachedPolicy]:
    """The documents of a member: none, one, or a list of them."""
    at = whole.member(name)
    if at is None or at.empty:
        return
    if isinstance(at.value, list):
        for index, item in enumerate(at.items()):
            yield _document(item, f"{name}[{index}]", policy_type)
    else:
        yield _document(at, name, policy_type)


def _document(at: Json, name: str, policy_type: PolicyType) -> AttachedPolicy:
    """A document, or an object that names it: ``{"name": ..., "policy": ...}``."""
    if isinstance(at.value, dict) and "policy" in at.value and _STATEMENT not in at.value:
        name = at.optional_text("name") or name
        at = at.required("policy")
    policy = read_policy(at.value, at.location, policy_type)
    broken = next((problem for problem in policy.problems if problem.is_error), None)
    if broken is not None:
        raise problem_error(broken._replace(message=f"`{name}`: {broken.message}"), name)
    return AttachedPolicy(name, policy)


def _levels(whole: Json, names: tuple[str, str], policy_type: PolicyType) -> LayerPolicies | None:
    """The levels from the root down; the older form has one flat list of documents, or a list for each level."""
    by_node, flat = names
    at = whole.member(by_node)
    if at is not None and not at.empty:
        return LayerPolicies(
            tuple(_level(item, f"{by_node}[{index}]", policy_type) for index, item in enumerate(at.items()))
        )
    at = whole.member(flat)
    if at is None or at.empty:
        return None
    lists = isinstance(at.value, list) and all(isinstance(item, list) for item in at.value)
    if not lists:
        return LayerPolicies((Level(flat, tuple(_documents(whole, flat, policy_type))),))
    return LayerPolicies(
        tuple(
            Level(
                f"{flat}[{row}]",
                tuple(
                    _document(item, f"{flat}[{row}][{column}]", policy_type)
                    for column, item in enumerate(level.items())
                ),
            )
            for row, level in enumerate(at.items())
        )
    )


def _level(at: Json, place: str, policy_type: PolicyType) -> Level:
    node = at.optional_text("node") or place
    policies = at.required("policies")
    found = (_document(item, f"{place}.policies[{index}]", policy_type) for index, item in enumerate(policies.items()))
    return Level(node, tuple(found))
