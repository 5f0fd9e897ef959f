"""What AWS SAM makes of its own resource types: the roles of functions and state machines, and who may invoke them.

Source: AWS SAM specification, generated resources (sam-specification-generated-resources-function) and
sam-resource-function; AWS SAM Developer Guide, serverless-policy-templates.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import STANDARD
from policysim.language.policy_types import PolicyType
from policysim.sources.cloudformation_identities import add_managed, condition_gap, label_of, set_boundary, tags_of
from policysim.sources.cloudformation_intrinsics import UNRESOLVED
from policysim.sources.cloudformation_names import GENERATED
from policysim.sources.cloudformation_parts import ROLE, Attachment, Entity, reference_to
from policysim.sources.cloudformation_statements import document, written
from policysim.sources.sam_events import (
    Owner,
    add_service_role,
    event_policies,
    events_of,
    polled_policies,
    read_events,
)
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
    """A type that SAM makes a role for: its section under ``Globals``, the service, and what the role always has.

    ``mark`` is the key of the tag by which SAM marks what it makes.
    """

    section: str
    service: str
    mark: str
    managed: tuple[str, ...] = ()


_WITH_ROLES: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "AWS::Serverless::Function": _Kind(
            "Function", "lambda.amazonaws.com", "lambda:createdBy", ("service-role/AWSLambdaBasicExecutionRole",)
        ),
        "AWS::Serverless::StateMachine": _Kind("StateMachine", "states.amazonaws.com", "stateMachine:createdBy"),
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

_DESTINATIONS: Final = {
    "EventBridge": "events:PutEvents",
    "Lambda": "lambda:InvokeFunction",
    "SNS": "sns:Publish",
    "SQS": "sqs:SendMessage",
}

_FIELD: Final = re.compile(r"\{(\w+)\}")


def read_serverless(resolver: Resolver, parts: Parts) -> None:
    """Note the roles and permissions that SAM makes."""
    if not resolver.template.serverless:
        return
    deploys = False
    for resource in resolver.template.resources.values():
        kind = _WITH_ROLES.get(resource.type)
        exists = resolver.exists(resource) if kind is not None else False
        if kind is not None and exists is not False:
            _role(resource, kind, resolver, parts)
            read_events(_owner(resource, kind, resolver), resolver, parts, None if exists else condition_gap(resource))
            if not deploys and _deploys(resource, kind, resolver):
                deploys = True
                add_service_role(
                    "CodeDeployServiceRole", "codedeploy.amazonaws.com", resource, resolver, parts
                ).managed = [
                    reference_to(f"arn:{parts.partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda")
                ]
    for resource in resolver.template.resources.values():
        if resource.type == _CONNECTOR or resource.node.get("Connectors") is not None:
            _connectors(resource, parts)


def _owner(resource: Resource, kind: _Kind, resolver: Resolver) -> Owner:
    """A function or state machine as its events see it: invoked by its alias, where SAM publishes one."""
    arn = resolver.arn_of(resource) or ""
    alias = _property(resource, "AutoPublishAlias", kind, resolver) if kind.section == "Function" else None
    return Owner(
        resource,
        arn if alias is None else f"{arn}:{text_of(alias) or UNRESOLVED}",
        _property(resource, "PermissionsBoundary", kind, resolver),
        _property(resource, "FunctionUrlConfig", kind, resolver),
    )


def _deploys(resource: Resource, kind: _Kind, resolver: Resolver) -> bool:
    """Whether SAM makes a role for AWS CodeDeploy to move the traffic of a function."""
    preference = _property(resource, "DeploymentPreference", kind, resolver)
    return (
        _property(resource, "AutoPublishAlias", kind, resolver) is not None
        and isinstance(preference, Members)
        and preference.get("Role") is None
        and text_of(preference.get("Enabled")) != "false"
    )


def _connectors(resource: Resource, parts: Parts) -> None:
    """A connector lets roles and services do something: what, and on which resources, is not read."""
    gap = Missing(f"what the connectors of `{resource.logical_id}` allow is not read", resource.node)
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    allowed = document(resource.node, (written(resource.node, anything),))
    policy = perhaps(policy_of_value(allowed, PolicyType.IDENTITY), gap)
    parts.attachments.append(Attachment(ROLE, None, resource.logical_id, policy=policy))
    anybody = document(resource.node, (written(resource.node, anything | {"Principal": "*"}),))
    invoked = perhaps(policy_of_value(anybody, PolicyType.RESOURCE), gap)
    for arn in [arn for arn in parts.resource_policies if arn in parts.made]:
        parts.on(arn, resource.logical_id, invoked, adds=resource.logical_id)


def _role(resource: Resource, kind: _Kind, resolver: Resolver, parts: Parts) -> None:
    """The role that SAM makes for a resource without one."""
    if _property(resource, "Role", kind, resolver) is not None:
        return
    name = f"{resolver.deployment.stack_name or 'STACK'}-{resource.logical_id}Role-{GENERATED}"
    path = text_of(_property(resource, "RolePath", kind, resolver)) or "/"
    arn = f"arn:{parts.partition}:iam::{parts.account_id}:role{path}{name}"
    tags = tags_of(_property(resource, "Tags", kind, resolver))
    entity = Entity(ROLE, name, arn, tags=None if tags is None else {kind.mark: "SAM"} | tags)
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
    entity.inline.update(event_policies(resource, resolver))


def _property(resource: Resource, name: str, kind: _Kind, resolver: Resolver) -> Value | None:
    """A property of the resource itself, or else the one that all of its kind share (``Globals``)."""
    own = resolver.value(resource.properties.get(name))
    every = resolver.template.section("Globals")
    shared = every.get(kind.section) if every is not None else None
    if not isinstance(shared, Mapped) or _ignores_globals(resource, name, resolver):
        return own
    return _merged(resolver.value(shared.get(name)), own)


def _ignores_globals(resource: Resource, name: str, resolver: Resolver) -> bool:
    """Whether a resource leaves out all that its kind shares, or this property of it (``IgnoreGlobals``)."""
    ignored = resolver.value(resource.node.get("IgnoreGlobals"))
    return text_of(ignored) == "*" or name in {text_of(one) for one in _listed(ignored)}


def _merged(shared: Value | None, own: Value | None) -> Value | None:
    """Mappings are put together name by name, lists one behind the other; all else counts as the resource says."""
    if isinstance(shared, Members) and isinstance(own, Members):
        members = dict(shared.members)
        for name, entry in own.members.items():
            before = shared.get(name)
            value = _merged(before, entry.value) if before is not None else entry.value
            members[name] = entry if value is None else entry._replace(value=value)
        return Members(own.node, members)
    if isinstance(shared, Items) and isinstance(own, Items):
        return Items(own.node, (*shared.items, *own.items))
    return shared if own is None else own


def _for_settings(resource: Resource, kind: _Kind, resolver: Resolver) -> Iterator[str]:
    """The managed policies that the settings of a function bring with them."""
    if kind.section == "Function" and _property(resource, "VpcConfig", kind, resolver) is not None:
        yield "service-role/AWSLambdaVPCAccessExecutionRole"
    tracing = _property(resource, "Tracing", kind, resolver)
    if kind.section == "Function":
        active = tracing is not None and text_of(tracing) != "Disabled"
    else:
        active = isinstance(tracing, Members) and text_of(tracing.get("Enabled")) == "true"
    if active:
        yield "AWSXrayWriteOnlyAccess" if resolver.deployment.partition == STANDARD else "AWSXRayDaemonWriteAccess"
    for _, event in events_of(resource, resolver):
        yield from polled_policies(event)


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
