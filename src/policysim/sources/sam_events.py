"""What AWS SAM makes of the events of functions and state machines: permissions, roles, and what a role needs to poll.

Source: AWS SAM specification, generated resources (sam-specification-generated-resources-function) and the property
pages of each event source; where they are silent, what AWS deploys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.policy_types import PolicyType
from policysim.sources.cloudformation_identities import set_boundary
from policysim.sources.cloudformation_names import GENERATED
from policysim.sources.cloudformation_parts import ROLE, Entity
from policysim.sources.cloudformation_statements import document, written
from policysim.sources.template_documents import perhaps, policy_of_value
from policysim.sources.template_values import (
    Items,
    Known,
    Members,
    Missing,
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

_POLLED: Final = {
    "DynamoDB": "AWSLambdaDynamoDBExecutionRole",
    "Kinesis": "AWSLambdaKinesisExecutionRole",
    "MSK": "AWSLambdaMSKExecutionRole",
    "SQS": "AWSLambdaSQSQueueExecutionRole",
}
"""Events that a function polls for, and the managed policy that its role gets for it."""

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

_STARTERS: Final = {
    "Api": "apigateway.amazonaws.com",
    "CloudWatchEvent": "events.amazonaws.com",
    "EventBridgeRule": "events.amazonaws.com",
    "Schedule": "events.amazonaws.com",
    "ScheduleV2": "scheduler.amazonaws.com",
}
"""Events that start a state machine, and the service that SAM makes a role for to do so."""

_SCHEDULE: Final = "ScheduleV2"
"""The event of EventBridge Scheduler, which invokes a function by a role and not by a permission."""

_SOURCES: Final = {"SNS": "Topic", "Cognito": "UserPool"}
"""The property of an event that holds the ARN of where it comes from."""

_FAILURES: Final = {"SNS": ("sns:Publish",), "SQS": ("sqs:SendMessage",)}
"""Where records go that a function could not handle, and what its role may do there; buckets are told apart."""

_NETWORK: Final = tuple(
    f"ec2:{name}"
    for name in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeVpcs",
        "DeleteNetworkInterface",
        "DescribeSubnets",
        "DescribeSecurityGroups",
    )
)
_OWN_FUNCTION: Final = "AWS::Serverless::Function"


_POLLS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "DocumentDB": (
        ("rds:DescribeDBClusters", "Cluster"),
        ("rds:DescribeDBClusterParameters", "arn:{partition}:rds:{region}:{account}:cluster-pg:*"),
        ("rds:DescribeDBSubnetGroups", "arn:{partition}:rds:{region}:{account}:subgrp:*"),
    ),
    "MQ": (("mq:DescribeBroker", "Broker"),),
    "SelfManagedKafka": (),
}
"""Events that read a secret and may reach into a VPC: what else the role of the function may do, and on which property
of the event (or which ARN)."""


class Owner(NamedTuple):
    """A function or state machine: ``arn`` is what its events invoke, with the alias where there is one."""

    resource: Resource
    arn: str
    boundary: Value | None
    url: Value | None


def events_of(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Members]]:
    """The events of a function or state machine, by name."""
    events = resolver.value(resource.properties.get("Events"))
    for name, entry in events.members.items() if isinstance(events, Members) else ():
        if isinstance(entry.value, Members):
            yield name, entry.value


def polled_policies(event: Members) -> Iterator[str]:
    """The AWS managed policies that an event brings to the role of its function."""
    kind = text_of(event.get("Type")) or ""
    policy = _POLLED.get("SQS" if kind == "SNS" and _subscribes_queue(event) else kind)
    if policy is not None:
        yield f"service-role/{policy}"


def event_policies(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Policy]]:
    """The inline policies that events bring to the role of their function."""
    if resource.type != _OWN_FUNCTION:
        return
    for name, event in events_of(resource, resolver):
        statements = [*_polling(event, resolver), *_failures(event)]
        if statements:
            listed = tuple(written(event.node, one) for one in statements)
            yield f"{resource.logical_id}/{name}", policy_of_value(document(event.node, listed), PolicyType.IDENTITY)


def _polling(event: Members, resolver: Resolver) -> Iterator[dict[str, object]]:
    kind = text_of(event.get("Type")) or ""
    statements = _POLLS.get(kind)
    if statements is None:
        return
    for action, where in statements:
        yield _allow((action,), _arn(where, event, resolver))
    accesses = _property(event, "SourceAccessConfigurations")
    listed = [one for one in (accesses.items if isinstance(accesses, Items) else ()) if isinstance(one, Members)]
    if kind == "DocumentDB" or any(text_of(one.get("Type")) in _IN_VPC for one in listed):
        yield _allow(_NETWORK, "*")
    for access in listed:
        uri = access.get("URI")
        if uri is not None and text_of(access.get("Type")) not in _NO_SECRETS:
            yield _allow(("secretsmanager:GetSecretValue",), uri)
    key = text_of(_property(event, "SecretsManagerKmsKeyId"))
    if key is not None:
        yield _allow(("kms:Decrypt",), _arn(f"arn:{{partition}}:kms:{{region}}:{{account}}:key/{key}", event, resolver))


_IN_VPC: Final = frozenset({"VPC_SUBNET", "VPC_SECURITY_GROUP"})
_NO_SECRETS: Final = _IN_VPC | {"VIRTUAL_HOST"}
"""Access configurations that name no secret."""


def _arn(form: str, event: Members, resolver: Resolver) -> object:
    if not form.startswith("arn:"):
        return _property(event, form) or missing(event.node, f"`{form}` of the event is not stated")
    deployment = resolver.deployment
    return form.format(
        partition=deployment.partition, region=resolver.region(event.node), account=deployment.account_id
    )


def _failures(event: Members) -> Iterator[dict[str, object]]:
    """What a role may do where the records of a stream go that could not be handled."""
    config = _property(event, "DestinationConfig")
    failure = config.get("OnFailure") if isinstance(config, Members) else None
    kind = text_of(failure.get("Type")) if isinstance(failure, Members) else None
    target = failure.get("Destination") if isinstance(failure, Members) else None
    if target is None:
        return
    actions = _FAILURES.get(kind or "")
    if kind == "S3":
        yield _allow(("s3:ListBucket",), target)
        yield _allow(("s3:PutObject",), Words(target.node, (*(pieces_of(target) or ()), Known("/*"))))
    elif actions is not None:
        yield _allow(actions, target)


def _allow(actions: tuple[str, ...], resource: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _property(event: Members, name: str) -> Value | None:
    properties = event.get("Properties")
    return properties.get(name) if isinstance(properties, Members) else None


def _subscribes_queue(event: Members) -> bool:
    """Whether a topic reaches the function by a queue (``SqsSubscription``)."""
    value = _property(event, "SqsSubscription")
    return value is not None and text_of(value) != "false"


def read_events(owner: Owner, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    """Note who may invoke a function or start a state machine."""
    resource = owner.resource
    is_function = resource.type == _OWN_FUNCTION
    if is_function and owner.arn:
        parts.made.add(owner.arn)
        parts.resource_policies.setdefault(owner.arn, [])
    for name, event in events_of(resource, resolver):
        kind = text_of(event.get("Type")) or ""
        if kind == _SCHEDULE or not is_function:
            _starting_role(owner, name, event, resolver, parts)
        elif kind == "SNS" and _subscribes_queue(event):
            _queue(owner, name, event, resolver, parts, gap=gap)
        else:
            statement = _event_statement(f"{resource.logical_id}{name}", event, owner.arn, resolver)
            if statement is not None:
                _permit(owner, f"{resource.logical_id}{name}Permission", statement, parts, gap)
    if is_function and isinstance(owner.url, Members) and text_of(owner.url.get("AuthType")) == "NONE":
        for suffix, action, condition in _PUBLIC:
            name = f"{resource.logical_id}{suffix}"
            content = {"Sid": name, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": owner.arn}
            _permit(owner, name, written(owner.url.node, content | {"Condition": condition}), parts, gap)


_PUBLIC: Final[tuple[tuple[str, str, dict[str, object]], ...]] = (
    (
        "UrlPublicPermissions",
        "lambda:InvokeFunctionUrl",
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    ),
    ("URLInvokeAllowPublicAccess", "lambda:InvokeFunction", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
)
"""What everybody may do with the URL of a function that asks for no signature."""


def _permit(owner: Owner, name: str, statement: Value, parts: Parts, gap: Missing | None) -> None:
    policy = policy_of_value(document(statement.node, (statement,)), PolicyType.RESOURCE)
    parts.on(owner.arn, name, policy if gap is None else perhaps(policy, gap), adds=name)


def _starting_role(owner: Owner, name: str, event: Members, resolver: Resolver, parts: Parts) -> None:
    """The role by which a service invokes the function or starts the state machine, unless the event names one."""
    service = _STARTERS.get(text_of(event.get("Type")) or "")
    if service is None or any(_property(event, given) is not None for given in ("RoleArn", "Role")):
        return
    is_function = owner.resource.type == _OWN_FUNCTION
    action = "lambda:InvokeFunction" if is_function else "states:StartExecution"
    role = add_service_role(f"{owner.resource.logical_id}{name}Role", service, owner.resource, resolver, parts)
    boundary = _property(event, "PermissionsBoundary") or (None if is_function else owner.boundary)
    set_boundary(role, boundary, parts)
    statement = written(event.node, _allow((action,), owner.arn))
    role.inline[f"{owner.resource.logical_id}/{name}"] = policy_of_value(
        document(event.node, (statement,)), PolicyType.IDENTITY
    )


def add_service_role(logical_id: str, service: str, resource: Resource, resolver: Resolver, parts: Parts) -> Entity:
    """A role that SAM makes for a service, without policies."""
    name = f"{resolver.deployment.stack_name or 'STACK'}-{logical_id}-{GENERATED}"
    arn = f"arn:{parts.partition}:iam::{parts.account_id}:role/{name}"
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = document(resource.node, (written(resource.node, statement),))
    parts.trust[arn] = policy_of_value(trust, PolicyType.TRUST)
    parts.entities[ROLE, name] = Entity(ROLE, name, arn)
    return parts.entities[ROLE, name]


def _queue(owner: Owner, name: str, event: Members, resolver: Resolver, parts: Parts, *, gap: Missing | None) -> None:
    """The queue between a topic and a function: SAM lets the topic send to it."""
    given = _property(event, "SqsSubscription")
    arn = given.get("QueueArn") if isinstance(given, Members) else None
    queue = text_of(arn)
    if arn is None:
        deployment, stack = resolver.deployment, resolver.deployment.stack_name or "STACK"
        place = f"arn:{deployment.partition}:sqs:{resolver.region(event.node)}:{deployment.account_id}"
        queue = f"{place}:{stack}-{owner.resource.logical_id}{name}Queue-{GENERATED}"
        parts.made.add(queue)
    if queue is None:
        return
    topic = _property(event, "Topic") or missing(event.node, "the topic of the event is not stated")
    content = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = policy_of_value(document(event.node, (written(event.node, content),)), PolicyType.RESOURCE)
    parts.on(queue, f"{owner.resource.logical_id}{name}QueuePolicy", policy if gap is None else perhaps(policy, gap))


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
    if kind == "S3":
        content["Condition"] = {"StringEquals": {"AWS:SourceAccount": resolver.deployment.account_id}}
    elif kind == "AlexaSkill":
        skill = _property(event, "SkillId")
        if skill is not None:
            content["Condition"] = {"StringEquals": {"lambda:EventSourceToken": skill}}
    else:
        given = _property(event, _SOURCES.get(kind, ""))
        source = given or missing(event.node, f"the ARN of what sends the event `{sid}` is made by AWS")
        content["Condition"] = {"ArnLike": {"AWS:SourceArn": source}}
    return written(event.node, content)
