"""Statements that a template makes without writing them down: permissions, rules of event buses, default policies.

Source: AWS CloudFormation Template Reference, AWS::Lambda::Permission and AWS::Events::EventBusPolicy; AWS Lambda
Developer Guide, access-control-resource-based; AWS KMS Developer Guide, key-policy-default; Amazon SNS Developer Guide,
sns-access-policy-use-cases (the policy of a new topic).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import SERVICE_DOMAINS
from policysim.sources.template_values import Entry, Items, Members, Value, text_of, text_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.cloudformation_template import Resource
    from policysim.sources.template_tree import Node

VERSION: Final = "2012-10-17"

_CONDITIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)
"""Properties of a permission, and the condition that Lambda writes for each."""

_TOPIC_ACTIONS: Final = (
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
)


def document(node: Node, statements: tuple[Value, ...]) -> Members:
    """A policy document of statements, for a place of the template."""
    members: dict[str, Value] = {"Version": text_value(node, VERSION), "Statement": Items(node, statements)}
    return Members(node, {name: Entry(node, value) for name, value in members.items()})


def written(node: Node, content: object) -> Value:
    """Plain lists, mappings and texts as a value for a place of the template; values stay as they are."""
    match content:
        case dict():
            return Members(node, {str(name): Entry(node, written(node, one)) for name, one in content.items()})
        case list() | tuple():
            return Items(node, tuple(written(node, one) for one in content))
        case str():
            return text_value(node, content)
        case _:
            return content  # type: ignore[return-value]  # a value already: content holds nothing else


def permission(resource: Resource, resolver: Resolver, function: str) -> Members:
    """The statement that a permission adds to the policy of a function."""
    properties = resource.properties
    values = {name: resolver.value(node) for name, node in properties.items()}
    sources: dict[str, object] = {"Sid": resource.logical_id, "Effect": "Allow", "Resource": function}
    entries = {name: Entry(resource.node, written(resource.node, one)) for name, one in sources.items()}
    principal, action = values.get("Principal"), values.get("Action")
    if principal is not None:
        member = properties.members["Principal"]
        entries["Principal"] = Entry(member.key, principal_of(principal))
    if action is not None:
        entries["Action"] = Entry(properties.members["Action"].key, action)
    conditions: dict[str, dict[str, Entry]] = {}
    for name, operator, key in _CONDITIONS:
        value = values.get(name)
        if value is not None:
            conditions.setdefault(operator, {})[key] = Entry(properties.members[name].key, value)
    if conditions:
        operators = {one: Entry(resource.node, Members(resource.node, keys)) for one, keys in conditions.items()}
        entries["Condition"] = Entry(resource.node, Members(resource.node, operators))
    return Members(resource.node, entries)


def principal_of(value: Value) -> Value:
    """A principal that is written without its kind: everybody, an account, an ARN, or else the name of a service."""
    text = text_of(value)
    if text is None or text == "*":
        return value
    kind = "Service" if text.endswith(SERVICE_DOMAINS) else "AWS"
    return Members(value.node, {kind: Entry(value.node, value)})


def bus_statement(resource: Resource, resolver: Resolver, bus: str) -> Value | None:
    """The statement that a policy of an event bus adds: written out, or by action and principal."""
    statement = resolver.value(resource.properties.get("Statement"))
    if isinstance(statement, Members):
        extra = {"Effect": "Allow", "Resource": bus}
        missing = {name: Entry(statement.node, text_value(statement.node, text)) for name, text in extra.items()}
        return Members(statement.node, {**missing, **statement.members})
    if statement is not None:
        return statement
    action = resolver.value(resource.properties.get("Action"))
    principal = resolver.value(resource.properties.get("Principal"))
    if action is None or principal is None:
        return None
    content: dict[str, object] = {
        "Effect": "Allow",
        "Principal": principal_of(principal),
        "Action": action,
        "Resource": bus,
    }
    condition = resolver.value(resource.properties.get("Condition"))
    if isinstance(condition, Members):
        kind, key, value = (condition.get(name) for name in ("Type", "Key", "Value"))
        content["Condition"] = {text_of(kind) or "": {text_of(key) or "": value}}
    return written(resource.node, content)


def default_key_policy(resource: Resource, account_id: str, partition: str) -> Members:
    """The policy of a key that is made without one: the account decides by IAM policies (spec S1)."""
    owner = f"arn:{partition}:iam::{account_id}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": owner}, "Action": "kms:*", "Resource": "*"}
    return document(resource.node, (written(resource.node, statement),))


def default_topic_policy(resource: Resource, topic: str, account_id: str) -> Members:
    """The policy of a topic that is made without one: its owner uses it."""
    statement: Mapping[str, object] = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": _TOPIC_ACTIONS,
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account_id}},
    }
    return document(resource.node, (written(resource.node, dict(statement)),))
