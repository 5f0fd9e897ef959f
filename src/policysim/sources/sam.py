"""What AWS SAM makes of its own resource types: the roles of functions and state machines, and who may invoke them.

Source: AWS SAM specification, generated resources (sam-specification-generated-resources-function) and
sam-resource-function; AWS SAM Developer Guide, serverless-policy-templates.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.policy_types import PolicyType
from policysim.sources.cloudformation_identities import add_managed, condition_gap, label_of, set_boundary, tags_of
from policysim.sources.cloudformation_names import GENERATED
from policysim.sources.cloudformation_parts import ROLE, Attachment, Entity, reference_to
from policysim.sources.cloudformation_statements import document, written
from policysim.sources.sam_policies import POLICY_TEMPLATES
from policysim.sources.template_documents import perhaps, policy_of_value, unknown_policy
from policysim.sources.template_tree import Mapped
from policysim.sources.template_values import (
    Items,
    Known,
    Members,
    Missing,
    Piece,
    Unknown,
    Value,
    Words,
    missing,
    pieces_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.language.policy import Policy
    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.cloudformation_parts import Parts
    from policysim.sources.cloudformation_template import Resource
    from policysim.sources.sam_policies import Grant
    from policysim.sources.template_tree import Node


class _Kind(NamedTuple):
    """A type that SAM makes a role for: its section under ``Globals``, the service, and what the role always has."""

    section: str
    service: str
    managed: tuple[str, ...] = ()


_WITH_ROLES: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "AWS::Serverless::Function": _Kind(
            "Function", "lambda.amazonaws.com", ("service-role/AWSLambdaBasicExecutionRole",)
        ),
        "AWS::Serverless::StateMachine": _Kind("StateMachine", "states.amazonaws.com"),
    }
)
_CONNECTOR: Final = "AWS::Serverless::Connector"

_SERVICE_ROLES: Final = frozenset(
    {
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaMSKExecutionRole",
        "AWSLambdaRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
    }
)
"""AWS managed policies whose ARN has the path ``service-role/``."""

_POLLED: Final = {
    "DynamoDB": "AWSLambdaDynamoDBExecutionRole",
    "Kinesis": "AWSLambdaKinesisExecutionRole",
    "MSK": "AWSLambdaMSKExecutionRole",
    "SQS": "AWSLambdaSQSQueueExecutionRole",
}
"""Events that a function polls for, and the managed policy that its role gets for it."""

_DESTINATIONS: Final = {
    "EventBridge": "events:PutEvents",
    "Lambda": "lambda:InvokeFunction",
    "SNS": "sns:Publish",
    "SQS": "sqs:SendMessage",
}

_INVOKERS: Final = {
    "AlexaSkill": "alexa-appkit.amazon.com",
    "Api": "apigateway.amazonaws.com",
    "CloudWatchEvent": "events.amazonaws.com",
    "CloudWatchLogs": "logs.amazonaws.com",
    "Cognito": "cognito-idp.amazonaws.com",
    "EventBridgeRule": "events.amazonaws.com",
    "HttpApi": "apigateway.amazonaws.com",
    "IoTRule": "iot.amazonaws.com",
    "S3": "s3.amazonaws.com",
    "SNS": "sns.amazonaws.com",
    "Schedule": "events.amazonaws.com",
}
"""Events that another service sends, and the service: SAM lets it invoke the function."""

_SOURCES: Final = {"SNS": "Topic", "Cognito": "UserPool"}
"""The property of an event that holds the ARN of where it comes from."""

_FIELD: Final = re.compile(r"\{(\w+)\}")


def read_serverless(resolver: Resolver, parts: Parts) -> None:
    """Note the roles and permissions that SAM makes."""
    if not resolver.template.serverless:
        return
    for resource in resolver.template.resources.values():
        kind = _WITH_ROLES.get(resource.type)
        exists = resolver.exists(resource) if kind is not None else False
        if kind is not None and exists is not False:
            _role(resource, kind, resolver, parts)
            if resource.type == "AWS::Serverless::Function":
                _permissions(resource, resolver, parts, None if exists else condition_gap(resource))
        if resource.type == _CONNECTOR or resource.node.get("Connectors") is not None:
            gap = Missing(f"what the connectors of `{resource.logical_id}` allow is not read", resource.node)
            policy = unknown_policy(missing(gap.node, gap.sentence), gap, PolicyType.IDENTITY)
            parts.attachments.append(Attachment(ROLE, None, resource.logical_id, policy=policy))


def _role(resource: Resource, kind: _Kind, resolver: Resolver, parts: Parts) -> None:
    """The role that SAM makes for a resource without one."""
    if _property(resource, "Role", kind, resolver) is not None:
        return
    name = f"{resolver.deployment.stack_name or 'STACK'}-{resource.logical_id}Role-{GENERATED}"
    path = text_of(_property(resource, "RolePath", kind, resolver)) or "/"
    arn = f"arn:{parts.partition}:iam::{parts.account_id}:role{path}{name}"
    entity = Entity(ROLE, name, arn, tags=tags_of(_property(resource, "Tags", kind, resolver)))
    parts.entities[ROLE, name] = entity
    trust = _property(resource, "AssumeRolePolicyDocument", kind, resolver)
    if trust is None:
        statement = {"Effect": "Allow", "Principal": {"Service": kind.service}, "Action": "sts:AssumeRole"}
        trust = document(resource.node, (written(resource.node, statement),))
    parts.trust[arn] = policy_of_value(trust, PolicyType.TRUST)
    set_boundary(entity, _property(resource, "PermissionsBoundary", kind, resolver), parts)
    for managed in (*kind.managed, *_for_settings(resource, kind, resolver)):
        reference = reference_to(f"arn:{parts.partition}:iam::aws:policy/{managed}")
        if reference not in entity.managed:
            entity.managed.append(reference)
    for number, policy in enumerate(_listed(_property(resource, "Policies", kind, resolver))):
        _policy(policy, f"{label_of(resource, resource.logical_id)}/Policies[{number}]", entity, resolver, parts)
    entity.inline.update(_targets(resource, kind, resolver))


def _property(resource: Resource, name: str, kind: _Kind, resolver: Resolver) -> Value | None:
    """A property of the resource itself, or else the one that all of its kind share (``Globals``)."""
    own = resolver.value(resource.properties.get(name))
    if own is not None:
        return own
    every = resolver.template.section("Globals")
    shared = every.get(kind.section) if every is not None else None
    return resolver.value(shared.get(name)) if isinstance(shared, Mapped) else None


def _for_settings(resource: Resource, kind: _Kind, resolver: Resolver) -> Iterator[str]:
    """The managed policies that the settings of a function bring with them."""
    if kind.section == "Function" and _property(resource, "VpcConfig", kind, resolver) is not None:
        yield "service-role/AWSLambdaVPCAccessExecutionRole"
    tracing = _property(resource, "Tracing", kind, resolver)
    active = text_of(tracing) == "Active" or (
        isinstance(tracing, Members) and text_of(tracing.get("Enabled")) == "true"
    )
    if active:
        yield "AWSXRayDaemonWriteAccess"
    for _, event in _events(resource, resolver):
        policy = _POLLED.get(text_of(event.get("Type")) or "")
        if policy is not None:
            yield f"service-role/{policy}"


def _events(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Members]]:
    events = resolver.value(resource.properties.get("Events"))
    for name, entry in events.members.items() if isinstance(events, Members) else ():
        if isinstance(entry.value, Members):
            yield name, entry.value


def _listed(value: Value | None) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else () if value is None else (value,)


def _policy(value: Value, label: str, entity: Entity, resolver: Resolver, parts: Parts) -> None:
    """One entry under ``Policies``: a managed policy, a document, or a policy template."""
    if isinstance(value, Words):
        text = value.text
        if text is not None and not text.startswith("arn:"):
            path = "service-role/" if text in _SERVICE_ROLES else ""
            entity.managed.append(reference_to(f"arn:{parts.partition}:iam::aws:policy/{path}{text}"))
        else:
            add_managed(entity, value, parts)
        return
    if isinstance(value, Members) and "Statement" not in value.members and len(value.members) == 1:
        name, entry = next(iter(value.members.items()))
        entity.inline[f"{label.rsplit('/', 1)[0]}/{name}"] = _of_template(name, entry.value, value.node, resolver)
        return
    entity.inline[label] = policy_of_value(value, PolicyType.IDENTITY)


def _of_template(name: str, parameters: Value, node: Node, resolver: Resolver) -> Policy:
    grants = POLICY_TEMPLATES.get(name)
    if grants is None or isinstance(parameters, Unknown):
        gap = Missing(f"what the policy template `{name}` allows is not known here", node)
        return unknown_policy(missing(node, gap.sentence), gap, PolicyType.IDENTITY)
    statements = tuple(_statement(grant, parameters, node, resolver) for grant in grants)
    return policy_of_value(document(node, statements), PolicyType.IDENTITY)


def _statement(grant: Grant, parameters: Value, node: Node, resolver: Resolver) -> Value:
    content: dict[str, object] = {
        "Effect": "Allow",
        "Action": grant.actions,
        "Resource": [_filled(one, parameters, node, resolver) for one in grant.resources],
    }
    if grant.condition is not None:
        operator, key, value = grant.condition
        content["Condition"] = {operator: {key: _filled(value, parameters, node, resolver)}}
    return written(node, content)


def _filled(form: str, parameters: Value, node: Node, resolver: Resolver) -> Words:
    """A format with the values of the stack and of the parameters of a policy template."""
    pieces: list[Piece] = []
    at = 0
    for found in _FIELD.finditer(form):
        pieces += [Known(form[at : found.start()]), *_field(found[1], parameters, node, resolver)]
        at = found.end()
    return Words(node, (*pieces, Known(form[at:])))


def _field(name: str, parameters: Value, node: Node, resolver: Resolver) -> tuple[Piece, ...]:
    deployment = resolver.deployment
    match name:
        case "partition":
            return (Known(deployment.partition),)
        case "account":
            return (Known(deployment.account_id),)
        case "region":
            return (Known(resolver.region(node)),)
    value = parameters.get(name) if isinstance(parameters, Members) else None
    pieces = pieces_of(value) if value is not None else None
    if pieces is None:
        return (Missing(f"the parameter `{name}` of the policy template is not stated", node),)
    return tuple(Known(one.text) if isinstance(one, Known) else one for one in pieces)


def _targets(resource: Resource, kind: _Kind, resolver: Resolver) -> Iterator[tuple[str, Policy]]:
    """What a role may do for the queue of failed events, and for the destinations of asynchronous calls."""
    queue = _property(resource, "DeadLetterQueue", kind, resolver)
    if isinstance(queue, Members):
        yield from _target("DeadLetterQueue", queue.get("Type"), queue.get("TargetArn"), resource)
    invoking = _property(resource, "EventInvokeConfig", kind, resolver)
    config = invoking.get("DestinationConfig") if isinstance(invoking, Members) else None
    for name, entry in config.members.items() if isinstance(config, Members) else ():
        if isinstance(entry.value, Members):
            yield from _target(name, entry.value.get("Type"), entry.value.get("Destination"), resource)


def _target(name: str, kind: Value | None, arn: Value | None, resource: Resource) -> Iterator[tuple[str, Policy]]:
    action = _DESTINATIONS.get(text_of(kind) or "")
    if action is None:
        return
    arn = arn or missing(resource.node, f"SAM makes what `{name}` leads to")
    statement = written(resource.node, {"Effect": "Allow", "Action": action, "Resource": arn})
    label = f"{label_of(resource, resource.logical_id)}/{name}"
    yield label, policy_of_value(document(resource.node, (statement,)), PolicyType.IDENTITY)


def _permissions(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    """Who may invoke the function: the services that its events come from, and anybody by a public URL."""
    arn = resolver.arn_of(resource)
    if arn is None:
        return
    for name, event in _events(resource, resolver):
        statement = _event_statement(f"{resource.logical_id}{name}", event, arn, resolver)
        if statement is not None:
            policy = policy_of_value(document(event.node, (statement,)), PolicyType.RESOURCE)
            parts.on(
                arn,
                f"{resource.logical_id}{name}Permission",
                policy if gap is None else perhaps(policy, gap),
                adds=f"{resource.logical_id}{name}Permission",
            )
    url = resolver.value(resource.properties.get("FunctionUrlConfig"))
    if isinstance(url, Members) and text_of(url.get("AuthType")) == "NONE":
        content = {
            "Sid": f"{resource.logical_id}UrlPublicPermissions",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "lambda:InvokeFunctionUrl",
            "Resource": arn,
            "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        }
        policy = policy_of_value(document(url.node, (written(url.node, content),)), PolicyType.RESOURCE)
        parts.on(
            arn,
            f"{resource.logical_id}UrlPublicPermissions",
            policy if gap is None else perhaps(policy, gap),
            adds=f"{resource.logical_id}UrlPublicPermissions",
        )


def _event_statement(sid: str, event: Members, function: str, resolver: Resolver) -> Value | None:
    kind = text_of(event.get("Type")) or ""
    service = _INVOKERS.get(kind)
    if service is None:
        return None
    content: dict[str, object] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "lambda:InvokeFunction",
        "Resource": function,
    }
    properties = event.get("Properties")
    if kind == "S3":
        content["Condition"] = {"StringEquals": {"AWS:SourceAccount": resolver.deployment.account_id}}
    elif kind != "AlexaSkill":
        given = properties.get(_SOURCES.get(kind, "")) if isinstance(properties, Members) else None
        source = given or missing(event.node, f"the ARN of what sends the event `{sid}` is made by AWS")
        content["Condition"] = {"ArnLike": {"AWS:SourceArn": source}}
    return written(event.node, content)
