"""Small policy documents, and what the reader says about them."""

from __future__ import annotations

import json
from typing import Any

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

IAM_TYPES = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION)
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def policy_of(statement: Any, type_: PolicyType = PolicyType.IDENTITY, /, **elements: Any) -> Any:
    document = {"Version": "2012-10-17", **elements, "Statement": statement}
    return parse_policy(Source("p.json", json.dumps(document, indent=2)), type_)


def found(statement: Any, type_: PolicyType = PolicyType.IDENTITY, /, **elements: Any) -> list[tuple[str, str]]:
    """Every problem as its code and the text that it points at (white space squeezed)."""
    return shown(policy_of(statement, type_, **elements))


def shown(policy: Any) -> list[tuple[str, str]]:
    return [(problem.code, " ".join(problem.span.text.split())) for problem in policy.problems]


def with_action(*actions: Any) -> dict[str, Any]:
    return {**ALLOW, "Action": list(actions)}


def with_resource(resource: Any) -> dict[str, Any]:
    return {**ALLOW, "Resource": resource}


def with_condition(condition: Any) -> dict[str, Any]:
    return {**ALLOW, "Condition": condition}


def trust(principal: Any, **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}


def by_principal(principal: Any, **elements: Any) -> dict[str, Any]:
    return {**ALLOW, "Principal": principal, **elements}
