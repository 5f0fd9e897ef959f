"""A case in the form that the other evaluator takes, with the context keys that follow from the caller spelled out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policysim.evaluation.context import context_lookup

if TYPE_CHECKING:
    from policysim.language.request import Request

Case = dict[str, Any]

_KEY: Final = re.compile(r"\$\{([^,}]+)")
_POLICIES: Final = (
    "identity_policies",
    "group_policies",
    "boundary",
    "session_policies",
    "resource_policy",
    "vpce_policy",
    "vpc_endpoint_policy",
    "scp_levels",
    "rcp_levels",
    "scps",
    "rcps",
)


def simulation(case: Case, request: Request) -> dict[str, Any] | None:
    """The question for the other evaluator; ``None`` where it has no form for it (several session policies)."""
    sessions = _documents(case.get("session_policies"))
    caller = _caller(case["principal"])
    if len(sessions) > 1 or caller is None:
        return None
    simulated: dict[str, Any] = {
        "request": {
            "principal": caller,
            "action": case["action"],
            "resource": {"resource": request.resource.arn, "accountId": request.resource.account},
            "contextVariables": _context(case, request),
        },
        "identityPolicies": _named(
            [*_documents(case.get("identity_policies")), *_documents(case.get("group_policies"))]
        ),
        "serviceControlPolicies": _levels(case, "scp_levels", "scps"),
        "resourceControlPolicies": _levels(case, "rcp_levels", "rcps"),
    }
    optional = {
        "resourcePolicy": _only(case, "resource_policy"),
        "sessionPolicy": sessions[0] if sessions else None,
        "permissionBoundaryPolicies": _named(_documents(case.get("boundary"))) or None,
        "vpcEndpointPolicies": _named(_documents(case.get("vpce_policy") or case.get("vpc_endpoint_policy"))) or None,
    }
    simulated |= {name: value for name, value in optional.items() if value is not None}
    if (case.get("s3_bpa") or {}).get("RestrictPublicBuckets"):
        simulated["additionalSettings"] = {"s3": {"blockPublicAccess": True}}
    return simulated


def _caller(principal: Any) -> Any:
    if isinstance(principal, str):
        return principal
    if principal["type"] == "Anonymous":
        return {"type": "Anonymous"}
    return principal.get("arn") or principal.get("service") or principal.get("provider")


def _context(case: Case, request: Request) -> dict[str, Any]:
    """The keys that the question states, and those of the policies that follow from the caller."""
    lookup = context_lookup(request)
    known = {key.lower(): key for key, _ in request.context.items()}
    mentioned = {**{key.lower(): key for key in mentioned_keys(case)}, **known}
    found = {}
    for lower, key in mentioned.items():
        values = lookup(key)
        if isinstance(values, tuple):
            listed = isinstance(_stated(case, lower), list) or len(values) != 1
            found[key] = list(values) if listed else values[0]
    return found


def _stated(case: Case, lower: str) -> Any:
    return next((value for key, value in (case.get("context") or {}).items() if key.lower() == lower), None)


def mentioned_keys(case: Case) -> set[str]:
    """The condition keys that stand in the policies of a case, those of policy variables included."""
    return {key for name in _POLICIES for key in _keys_in(case.get(name))}


def _keys_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {key.strip() for key in _KEY.findall(value)}
    if isinstance(value, list):
        return {key for item in value for key in _keys_in(item)}
    if not isinstance(value, dict):
        return set()
    condition = value.get("Condition") or {}
    keys = {key for block in condition.values() for key in block}
    return keys | {key for item in value.values() for key in _keys_in(item)}


def _documents(value: Any) -> list[Any]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [one["policy"] if "policy" in one and "Statement" not in one else one for one in listed]


def _only(case: Case, name: str) -> Any:
    found = _documents(case.get(name))
    return found[0] if found else None


def _named(documents: list[Any]) -> list[dict[str, Any]]:
    return [{"name": f"p{index}", "policy": document} for index, document in enumerate(documents)]


def _levels(case: Case, by_node: str, flat: str) -> list[dict[str, Any]]:
    levels = case.get(by_node)
    if levels:
        return [
            {"orgIdentifier": level.get("node", "n"), "policies": _named(_documents(level["policies"]))}
            for level in levels
        ]
    documents = case.get(flat)
    if not documents:
        return []
    rows = documents if isinstance(documents[0], list) else [documents]
    return [{"orgIdentifier": f"n{i}", "policies": _named(_documents(row))} for i, row in enumerate(rows)]
