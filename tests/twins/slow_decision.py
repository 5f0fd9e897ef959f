"""The decision rule written a second time, slowly and obviously, for requests whose context is fully known.

Raw JSON documents in, a word out. It shares no code with ``policysim.evaluation``: patterns are tried character by
character, layers are plain ``if``s, and there is no third truth value.
"""

from __future__ import annotations

from typing import Any

from tests.twins.slow_patterns import slow_match

Document = dict[str, Any]
Context = dict[str, list[str]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def fill(value: str, context: Context) -> str | None:
    """The value with its variable replaced; nothing when the variable has no value, so that it equals nothing."""
    if value != "${aws:PrincipalTag/team}":
        return value
    return context["aws:PrincipalTag/team"][0] if "aws:PrincipalTag/team" in context else None


def condition_holds(operator: str, key: str, values: list[str], context: Context) -> bool:
    found = context.get(key)
    values = [filled for filled in (fill(value, context) for value in values) if filled is not None]
    if operator == "Null":
        return str(found is None).lower() in values
    if found is None:
        return operator == "StringNotEquals" or operator.endswith("IfExists")
    value = found[0]
    if operator == "StringNotEquals":
        return value not in values
    if operator.startswith("StringLike"):
        return any(slow_match(pattern, value) for pattern in values)
    return value in values


def applies(statement: dict[str, Any], request: dict[str, Any]) -> bool:
    action, resource = request["action"], request["resource"]
    if "Action" in statement:
        if not any(slow_match(p.lower(), action.lower()) for p in as_list(statement["Action"])):
            return False
    elif any(slow_match(p.lower(), action.lower()) for p in as_list(statement["NotAction"])):
        return False
    if "Resource" in statement:
        if not any(slow_match(p, resource) for p in as_list(statement["Resource"])):
            return False
    elif any(slow_match(p, resource) for p in as_list(statement["NotResource"])):
        return False
    return all(
        condition_holds(operator, key, as_list(values), request["context"])
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    )


def matching(documents: list[Document], request: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [
        statement
        for document in documents
        for statement in as_list(document["Statement"])
        if statement["Effect"] == effect and applies(statement, request)
    ]


def names_caller(statement: dict[str, Any], request: dict[str, Any]) -> str | None:
    """How a resource policy's statement reaches a user: ``direct``, ``account`` or not at all."""
    principal = statement["Principal"]
    if principal == "*":
        return "direct"
    names = as_list(principal["AWS"])
    if request["user"] in names or "*" in names:
        return "direct"
    root = f"arn:aws:iam::{request['account']}:root"
    return "account" if request["account"] in names or root in names else None


def decide_slowly(request: dict[str, Any], layers: dict[str, Any]) -> str:
    """The word for the outcome; a layer that is not present is ``None``."""
    resource_policy = [layers["resource"]] if layers["resource"] else []
    reaching = {
        effect: [names_caller(s, request) for s in matching(resource_policy, request, effect)]
        for effect in ("Allow", "Deny")
    }
    if any(reaching["Deny"]):
        return "explicit_deny"
    levels: list[list[Document]] = layers["scp_levels"] or []
    boundary = [layers["boundary"]] if layers["boundary"] else None
    for documents in (layers["identity"], boundary or [], *levels):
        if matching(documents, request, "Deny"):
            return "explicit_deny"
    if any(not matching(level, request, "Allow") for level in levels):
        return "implicit_deny"
    within_boundary = boundary is None or bool(matching(boundary, request, "Allow"))
    by_identity = bool(matching(layers["identity"], request, "Allow")) and within_boundary
    if request["account"] == request["owner"]:
        return "allowed" if "direct" in reaching["Allow"] or by_identity else "implicit_deny"
    return "allowed" if any(reaching["Allow"]) and by_identity else "implicit_deny"
