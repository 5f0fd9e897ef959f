"""Users, groups, roles and their policies as a template makes them.

Source: AWS CloudFormation Template Reference, AWS_IAM (all resource types of IAM).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policysim.account.account import PolicyReference
from policysim.language.policy_types import PolicyType
from policysim.sources.cloudformation_names import GENERATED
from policysim.sources.cloudformation_parts import GROUP, ROLE, USER, Attachment, Entity, reference_to
from policysim.sources.template_documents import policy_of_value, unknown_policy
from policysim.sources.template_values import Items, Members, Missing, Unknown, Value, gaps_in, missing, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policysim.language.policy import Policy
    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.cloudformation_parts import Parts
    from policysim.sources.cloudformation_template import Resource

    Reader = Callable[[Resource, Resolver, Parts, Missing | None], None]

_KINDS: Final = {"AWS::IAM::Role": ROLE, "AWS::IAM::User": USER, "AWS::IAM::Group": GROUP}
_ATTACHED_BY: Final = {"Roles": ROLE, "Users": USER, "Groups": GROUP}
_ONE_OWNER: Final = {
    "AWS::IAM::RolePolicy": ("RoleName", ROLE),
    "AWS::IAM::UserPolicy": ("UserName", USER),
    "AWS::IAM::GroupPolicy": ("GroupName", GROUP),
}


def read_identities(resolver: Resolver, parts: Parts) -> None:
    """Note the users, groups, roles and policies that a template makes."""
    for resource in resolver.template.resources.values():
        read = _READERS.get(resource.type)
        exists = resolver.exists(resource) if read is not None else False
        if read is not None and exists is not False:
            read(resource, resolver, parts, None if exists else condition_gap(resource))


def condition_gap(resource: Resource) -> Missing:
    """That it is not known whether a resource is made."""
    condition = resource.node.members.get("Condition")
    whose = "its condition" if condition is not None else "the condition of its stack"
    node = resource.node if condition is None else condition.value
    return Missing(f"whether `{resource.logical_id}` is made is not known: {whose} is open", node)


def label_of(resource: Resource, name: str) -> str:
    """What a policy is called in reports: the construct of the AWS CDK that made it, else its own name."""
    path = resource.construct_path
    return name if path is None else path.removesuffix("/Resource")


def _entity(resource: Resource, resolver: Resolver, parts: Parts, _gap: Missing | None) -> None:
    kind, properties, name = _KINDS[resource.type], resource.properties, resolver.name_of(resource)
    arn = resolver.arn_of(resource)
    if arn is None:
        return
    entity = Entity(kind, name, arn, tags=tags_of(resolver.value(properties.get("Tags"))))
    parts.entities[kind, name] = entity
    add_policies(entity, resolver.value(properties.get("Policies")), label_of(resource, ""))
    add_managed(entity, resolver.value(properties.get("ManagedPolicyArns")), parts)
    set_boundary(entity, resolver.value(properties.get("PermissionsBoundary")), parts)
    if kind == USER:
        for group, gap in _names(resolver.value(properties.get("Groups"))):
            if group is not None:
                entity.groups.append(group)
            elif gap is not None:
                entity.inline["Groups"] = unknown_policy(missing(gap.node, gap.sentence), gap, PolicyType.IDENTITY)
    trust = resolver.value(properties.get("AssumeRolePolicyDocument"))
    if kind == ROLE and trust is not None:
        parts.trust[arn] = policy_of_value(trust, PolicyType.TRUST)


def add_policies(entity: Entity, policies: Value | None, path: str) -> None:
    """Give an entity the inline policies that are listed in it."""
    if isinstance(policies, Unknown):
        entity.inline["Policies"] = unknown_policy(policies, policies.missing, PolicyType.IDENTITY)
    for number, item in enumerate(policies.items if isinstance(policies, Items) else ()):
        name = text_of(item.get("PolicyName")) if isinstance(item, Members) else None
        label = "/".join(filter(None, (path, name or f"Policies[{number}]")))
        document = item.get("PolicyDocument") if isinstance(item, Members) else item
        if name is not None:
            entity.policy_names.add(name)
        if document is not None:
            entity.inline[label] = policy_of_value(document, PolicyType.IDENTITY)


def add_managed(entity: Entity, listed: Value | None, parts: Parts) -> None:
    """Attach the managed policies that are listed by ARN; one that is not known leaves open what it says."""
    for arn, gap in _names(listed):
        if arn is not None:
            entity.managed.append(reference_to(arn))
        elif gap is not None:
            entity.managed.append(_unknown_reference(gap, parts))


def set_boundary(entity: Entity, value: Value | None, parts: Parts) -> None:
    """Set the permissions boundary; one that is not known may forbid anything."""
    for arn, gap in _names(value):
        if arn is not None:
            entity.boundary = reference_to(arn)
        elif gap is not None:
            entity.boundary = _unknown_reference(gap, parts)


def _unknown_reference(gap: Missing, parts: Parts) -> PolicyReference:
    name = f"managed policy of {gap.node.place}"
    parts.managed[name] = unknown_policy(missing(gap.node, gap.sentence), gap, PolicyType.IDENTITY)
    return PolicyReference(name, name)


def _service_linked(resource: Resource, resolver: Resolver, parts: Parts, _gap: Missing | None) -> None:
    """A service-linked role: the service names it and writes its policies, which no template shows."""
    service = resolver.text(resource.properties.get("AWSServiceName"))
    suffix = resolver.text(resource.properties.get("CustomSuffix"))
    name = f"AWSServiceRoleFor{service or ''}-{GENERATED}" + (f"_{suffix}" if suffix else "")
    arn = f"arn:{parts.partition}:iam::{parts.account_id}:role/aws-service-role/{service or 'unknown'}/{name}"
    gap = Missing(f"the policies of the service-linked role of `{service}` are written by the service", resource.node)
    policy = unknown_policy(missing(gap.node, gap.sentence), gap, PolicyType.IDENTITY)
    parts.entities[ROLE, name] = Entity(ROLE, name, arn, inline={"policies of the service": policy})


def _managed_policy(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    arn = resolver.arn_of(resource)
    document = resolver.value(resource.properties.get("PolicyDocument"))
    if arn is None or document is None:
        return
    parts.managed[arn] = policy_of_value(document, PolicyType.IDENTITY)
    for kind, name, open_name in _targets(resource, resolver):
        reference = PolicyReference(label_of(resource, resolver.name_of(resource)), arn)
        parts.attachments.append(Attachment(kind, name, reference.name, reference=reference, gap=open_name or gap))


def _policy(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    for kind, name, open_name in _targets(resource, resolver):
        parts.attachments.append(_inline_attachment(resource, resolver, kind, name, open_name or gap))


def _policy_of_one(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    property_name, kind = _ONE_OWNER[resource.type]
    for name, open_name in _names(resolver.value(resource.properties.get(property_name))):
        parts.attachments.append(_inline_attachment(resource, resolver, kind, name, open_name or gap))


def _membership(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    """Users put into a group; whom that is, or into which, may be open: then what the group allows may be as well."""
    group = resolver.text(resource.properties.get("GroupName"))
    for name, open_name in _names(resolver.value(resource.properties.get("Users"))):
        why = open_name or gap
        if group is not None and why is None:
            parts.attachments.append(Attachment(USER, name, group, group=group))
        else:
            why = why or Missing("the group is not known", resource.node)
            policy = unknown_policy(missing(why.node, why.sentence), why, PolicyType.IDENTITY)
            parts.attachments.append(Attachment(USER, name, f"policies of {resource.logical_id}", policy=policy))


def _inline_attachment(
    resource: Resource, resolver: Resolver, kind: str, name: str | None, gap: Missing | None
) -> Attachment:
    document = resolver.value(resource.properties.get("PolicyDocument"))
    stated = resolver.text(resource.properties.get("PolicyName"))
    own_name = stated or resource.logical_id
    policy: Policy | None = None if document is None else policy_of_value(document, PolicyType.IDENTITY)
    return Attachment(kind, name, label_of(resource, own_name), policy=policy, gap=gap, policy_name=stated)


def _targets(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, str | None, Missing | None]]:
    """Whom a policy is attached to: kind and name; a name that is not known comes with why."""
    for property_name, kind in _ATTACHED_BY.items():
        for name, gap in _names(resolver.value(resource.properties.get(property_name))):
            yield kind, name, gap


def _names(value: Value | None) -> Iterator[tuple[str | None, Missing | None]]:
    """The texts of a value; of those that are not known, why."""
    if isinstance(value, Items):
        for item in value.items:
            yield from _names(item)
    elif value is not None:
        text = text_of(value)
        gap = next(gaps_in(value), None)
        if text is not None or gap is not None:
            yield text, gap


def tags_of(value: Value | None) -> dict[str, str] | None:
    """Tags as lists of ``Key`` and ``Value``, or as a mapping; ``None`` where one of them is not known."""
    if value is None:
        return {}
    if any(gaps_in(value)):
        return None
    if isinstance(value, Members):
        pairs = [(key, text_of(entry.value)) for key, entry in value.members.items()]
    else:
        tags = [item for item in (value.items if isinstance(value, Items) else ()) if isinstance(item, Members)]
        pairs = [(text_of(tag.get("Key")) or "", text_of(tag.get("Value"))) for tag in tags]
    return {key: text for key, text in pairs if key and text is not None}


_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **dict.fromkeys(_KINDS, _entity),
        **dict.fromkeys(_ONE_OWNER, _policy_of_one),
        "AWS::IAM::ManagedPolicy": _managed_policy,
        "AWS::IAM::Policy": _policy,
        "AWS::IAM::ServiceLinkedRole": _service_linked,
        "AWS::IAM::UserToGroupAddition": _membership,
    }
)
"""One row a resource type of IAM."""
