"""The resources of a template that can have resource-based policies, and those policies.

Source: AWS CloudFormation Template Reference, the resource types of the tables below.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.account import BucketSettings, VpcEndpoint
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.request import PublicAccessBlock
from policysim.sources.cloudformation_identities import condition_gap, label_of, tags_of
from policysim.sources.cloudformation_names import NAMINGS
from policysim.sources.cloudformation_statements import (
    bus_statement,
    default_key_policy,
    default_topic_policy,
    document,
    permission,
)
from policysim.sources.template_documents import perhaps, policy_of_value
from policysim.sources.template_values import Items, Members, Missing, Value, gaps_in, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.cloudformation_parts import Parts
    from policysim.sources.cloudformation_template import Resource

    Reader = Callable[[Resource, Resolver, Parts, Missing | None], None]

_OWN_POLICIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "AWS::ApiGateway::RestApi": ("Policy",),
        "AWS::Backup::BackupVault": ("AccessPolicy",),
        "AWS::CodeArtifact::Domain": ("PermissionsPolicyDocument",),
        "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
        "AWS::ECR::Repository": ("RepositoryPolicyText",),
        "AWS::EFS::FileSystem": ("FileSystemPolicy",),
        "AWS::Elasticsearch::Domain": ("AccessPolicies",),
        "AWS::Events::EventBus": ("Policy",),
        "AWS::KMS::Key": ("KeyPolicy",),
        "AWS::Kinesis::Stream": (),
        "AWS::Lambda::Function": (),
        "AWS::Logs::LogGroup": (),
        "AWS::OpenSearchService::Domain": ("AccessPolicies",),
        "AWS::S3::Bucket": (),
        "AWS::SNS::Topic": (),
        "AWS::SQS::Queue": (),
        "AWS::SecretsManager::Secret": (),
        "AWS::Serverless::Function": (),
        "AWS::Serverless::SimpleTable": (),
    }
)
"""The resources that can have a resource-based policy, and where they hold one themselves."""


class Separate(NamedTuple):
    """A resource that is the policy of others: the property with the document, and the one that names the others."""

    document: str
    target: str
    target_type: str


_SEPARATE: Final[Mapping[str, Separate]] = MappingProxyType(
    {
        "AWS::Kinesis::ResourcePolicy": Separate("ResourcePolicy", "ResourceArn", "AWS::Kinesis::Stream"),
        "AWS::S3::BucketPolicy": Separate("PolicyDocument", "Bucket", "AWS::S3::Bucket"),
        "AWS::SNS::TopicInlinePolicy": Separate("PolicyDocument", "TopicArn", "AWS::SNS::Topic"),
        "AWS::SNS::TopicPolicy": Separate("PolicyDocument", "Topics", "AWS::SNS::Topic"),
        "AWS::SQS::QueueInlinePolicy": Separate("PolicyDocument", "Queue", "AWS::SQS::Queue"),
        "AWS::SQS::QueuePolicy": Separate("PolicyDocument", "Queues", "AWS::SQS::Queue"),
        "AWS::SecretsManager::ResourcePolicy": Separate("ResourcePolicy", "SecretId", "AWS::SecretsManager::Secret"),
    }
)

_LOG_POLICY: Final = "AWS::Logs::ResourcePolicy"
_ENFORCED: Final = "BucketOwnerEnforced"


def read_resources(resolver: Resolver, parts: Parts) -> None:
    """Note the resources of a template that can have policies, with the policies that they hold themselves."""
    for resource in resolver.template.resources.values():
        if resource.type not in NAMINGS or resolver.exists(resource) is False:
            continue
        arn = resolver.arn_of(resource)
        if arn is None or resource.type not in _OWN_POLICIES:
            continue
        tags = tags_of(resolver.value(resource.properties.get("Tags")))
        if tags is not None:
            parts.tags[arn] = tags
        parts.made.add(arn)
        parts.resource_policies.setdefault(arn, [])
        value = _inside(resource, resolver, _OWN_POLICIES[resource.type])
        if value is None and resource.type == "AWS::KMS::Key":
            value = default_key_policy(resource, parts.account_id, parts.partition)
        if value is not None:
            parts.on(
                arn, label_of(resource, f"policy of {resource.logical_id}"), policy_of_value(value, PolicyType.RESOURCE)
            )
        if resource.type == "AWS::S3::Bucket":
            parts.buckets[resolver.name_of(resource)] = _bucket(resource, resolver)


def read_separate_policies(resolver: Resolver, parts: Parts) -> None:
    """Note the policies that stand beside the resources which they are the policies of."""
    for resource in resolver.template.resources.values():
        read = _READERS.get(resource.type)
        exists = resolver.exists(resource) if read is not None else False
        if read is not None and exists is not False:
            read(resource, resolver, parts, None if exists else condition_gap(resource))


def read_default_policies(resolver: Resolver, parts: Parts) -> None:
    """Give topics without a policy the one that Amazon SNS gives them."""
    for resource in resolver.template.of_type("AWS::SNS::Topic"):
        arn = resolver.arn_of(resource) if resolver.exists(resource) is not False else None
        if arn is not None and not parts.resource_policies.get(arn):
            value = default_topic_policy(resource, arn, parts.account_id)
            policy = policy_of_value(value, PolicyType.RESOURCE)
            parts.on(arn, f"default policy of {resource.logical_id}", policy, certain=False)


def _inside(resource: Resource, resolver: Resolver, path: tuple[str, ...]) -> Value | None:
    if not path:
        return None
    value = resolver.value(resource.properties.get(path[0]))
    for step in path[1:]:
        value = value.get(step) if isinstance(value, Members) else value
    return value


def _bucket(resource: Resource, resolver: Resolver) -> BucketSettings:
    """Block Public Access and ownership as far as they are set.

    Since April 2023 access control lists are off on a new bucket unless the template says otherwise. Whether S3 blocks
    public access by default depends on when the bucket was made: it is not known unless the template sets it.
    """
    block = resolver.value(resource.properties.get("PublicAccessBlockConfiguration"))
    rules = _inside(resource, resolver, ("OwnershipControls", "Rules"))
    first = rules.items[0] if isinstance(rules, Items) and rules.items else None
    owner = text_of(first.get("ObjectOwnership")) if isinstance(first, Members) else None
    unset = resource.properties.get("OwnershipControls") is None and resource.properties.get("AccessControl") is None
    return BucketSettings(
        public_access_block=_block(block) if isinstance(block, Members) else None,
        ownership=_ENFORCED if unset else owner,
    )


def _block(block: Members) -> PublicAccessBlock:
    def setting(name: str) -> bool | None:
        value = block.get(name)
        return {"true": True, "false": False}.get((text_of(value) or "").lower()) if value is not None else False

    return PublicAccessBlock(
        block_public_acls=setting("BlockPublicAcls"),
        ignore_public_acls=setting("IgnorePublicAcls"),
        block_public_policy=setting("BlockPublicPolicy"),
        restrict_public_buckets=setting("RestrictPublicBuckets"),
    )


def _separate(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    rule = _SEPARATE[resource.type]
    value = resolver.value(resource.properties.get(rule.document))
    if value is None:
        return
    policy = policy_of_value(value, PolicyType.RESOURCE)
    label = label_of(resource, resource.logical_id)
    for arn, open_target in _targets(resource, rule.target, rule.target_type, resolver, parts):
        why = open_target or gap
        parts.on(arn, label, policy if why is None else perhaps(policy, why), certain=why is None)


def _targets(
    resource: Resource, name: str, target_type: str, resolver: Resolver, parts: Parts
) -> Iterator[tuple[str, Missing | None]]:
    """The ARNs of what a property names; one that is not known may be any resource of the type, and comes with why."""
    value = resolver.value(resource.properties.get(name))
    for one in value.items if isinstance(value, Items) else () if value is None else (value,):
        text = text_of(one)
        if text is not None:
            yield _arn_named(text, target_type, resolver, resource), None
            continue
        gap = next(gaps_in(one), None)
        service = NAMINGS[target_type].arn.split(":")[2]
        for arn in [arn for arn in parts.resource_policies if gap is not None and arn.split(":")[2] == service]:
            yield arn, gap


def _arn_named(text: str, target_type: str, resolver: Resolver, resource: Resource) -> str:
    """The ARN behind an ARN, a name or the URL of a queue."""
    if parse_arn(text) is not None and text.startswith("arn:"):
        return text
    name = text.rsplit("/", 1)[-1] if text.startswith("https://") else text
    deployment, form = resolver.deployment, NAMINGS[target_type].arn
    return form.format(
        partition=deployment.partition,
        region=resolver.region(resource.node) if "{region}" in form else "",
        account=deployment.account_id,
        name=name,
        path="/",
        suffix="",
    )


def _permission(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    function = "AWS::Lambda::Function"
    for arn, open_target in _targets(resource, "FunctionName", function, resolver, parts):
        statement = permission(resource, resolver, arn)
        policy = policy_of_value(document(resource.node, (statement,)), PolicyType.RESOURCE)
        why = open_target or gap
        label = label_of(resource, resource.logical_id)
        parts.on(arn, label, policy if why is None else perhaps(policy, why), adds=resource.logical_id)


def _bus_policy(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    bus = "AWS::Events::EventBus"
    targets = list(_targets(resource, "EventBusName", bus, resolver, parts))
    for arn, open_target in targets or [(_arn_named("default", bus, resolver, resource), None)]:
        statement = bus_statement(resource, resolver, arn)
        if statement is None:
            continue
        policy = policy_of_value(document(resource.node, (statement,)), PolicyType.RESOURCE)
        why = open_target or gap
        label = label_of(resource, resource.logical_id)
        parts.on(arn, label, policy if why is None else perhaps(policy, why), adds=resource.logical_id)


def _log_policy(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    """A resource policy of CloudWatch Logs speaks of every log group that its resources name."""
    value = resolver.value(resource.properties.get("PolicyDocument"))
    if value is None:
        return
    policy = policy_of_value(value, PolicyType.RESOURCE)
    for group in resolver.template.of_type("AWS::Logs::LogGroup"):
        arn = resolver.arn_of(group)
        if arn is not None and resolver.exists(group) is not False:
            doubtful = policy if gap is None else perhaps(policy, gap)
            parts.on(arn, label_of(resource, resource.logical_id), doubtful, adds=resource.logical_id)


def _endpoint(resource: Resource, resolver: Resolver, parts: Parts, gap: Missing | None) -> None:
    """An endpoint: where it is made without a policy, the one that AWS gives it lets everything pass."""
    endpoint_id = resolver.name_of(resource)
    value = resolver.value(resource.properties.get("PolicyDocument"))
    attached = None
    if value is not None:
        policy = policy_of_value(value, PolicyType.VPCE)
        name = label_of(resource, resource.logical_id)
        attached = AttachedPolicy(name, policy if gap is None else perhaps(policy, gap), None, endpoint_id)
    parts.endpoints[endpoint_id] = VpcEndpoint(
        id=endpoint_id,
        policy=attached,
        vpc_id=resolver.text(resource.properties.get("VpcId")),
        service_name=resolver.text(resource.properties.get("ServiceName")),
        endpoint_type=resolver.text(resource.properties.get("VpcEndpointType")),
        account_id=parts.account_id,
    )


_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **dict.fromkeys(_SEPARATE, _separate),
        "AWS::EC2::VPCEndpoint": _endpoint,
        "AWS::Events::EventBusPolicy": _bus_policy,
        "AWS::Lambda::Permission": _permission,
        _LOG_POLICY: _log_policy,
    }
)
"""One row a resource type that holds the policy of others, or restricts what comes through it."""
