"""Condition keys whose values stand in the request parameters of a record: tables, and tags in their many shapes.

Source: Service Authorization Reference (condition keys of each action); IAM User Guide,
reference_policies_iam-condition-keys and reference_policies_condition-keys; spec C58, C64, C65, R14, S9, S24.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"


class ParameterKey(NamedTuple):
    """A request parameter that becomes a condition key of the actions that match whole.

    ``absent_without``: the key is known to be absent when the record has request parameters but not this one.
    ``resource_type`` limits the key to one of the resources of the action (spec R14).
    """

    actions: str
    parameter: str
    key: str
    absent_without: bool = False
    resource_type: str = ""


PARAMETER_KEYS: Final = (
    ParameterKey(r"sts:AssumeRole", "externalId", "sts:ExternalId", absent_without=True),
    ParameterKey(r"sts:AssumeRole.*", "roleSessionName", "sts:RoleSessionName"),
    ParameterKey(r"sts:(AssumeRole.*|SetSourceIdentity)", "sourceIdentity", "sts:SourceIdentity"),
    ParameterKey(r"sts:(AssumeRole.*|TagSession)", "transitiveTagKeys", "sts:TransitiveTagKeys"),
    ParameterKey(r"s3:ListBucket(Versions)?", "prefix", "s3:prefix", absent_without=True),
    ParameterKey(r"s3:ListBucket(Versions)?", "delimiter", "s3:delimiter"),
    ParameterKey(r"s3:ListBucket(Versions)?", "max-keys", "s3:max-keys"),
    ParameterKey(r"s3:.*Version.*", "versionId", "s3:VersionId"),
    ParameterKey(r"s3:PutObject(Acl)?", "x-amz-acl", "s3:x-amz-acl"),
    ParameterKey(r"s3:PutObject", "x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
    ParameterKey(
        r"s3:PutObject",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ),
    ParameterKey(r"s3:PutObject", "x-amz-storage-class", "s3:x-amz-storage-class"),
    ParameterKey(r"s3express:CreateSession", "x-amz-create-session-mode", "s3express:SessionMode"),
    ParameterKey(r"iam:(Attach|Detach)(User|Group|Role)Policy", "policyArn", "iam:PolicyARN"),
    ParameterKey(
        r"iam:(Create|Put)(User|Role)(PermissionsBoundary)?", "permissionsBoundary", "iam:PermissionsBoundary"
    ),
    ParameterKey(r"iam:CreateServiceLinkedRole", "aWSServiceName", "iam:AWSServiceName"),
    ParameterKey(r"iam:CreateServiceLinkedRole", "awsServiceName", "iam:AWSServiceName"),
    ParameterKey(r"ec2:RunInstances", "instanceType", "ec2:InstanceType", resource_type="instance"),
    ParameterKey(r"kms:.*", "encryptionAlgorithm", "kms:EncryptionAlgorithm"),
    ParameterKey(r"kms:CreateGrant", "granteePrincipal", "kms:GranteePrincipal"),
    ParameterKey(r"kms:CreateGrant", "operations", "kms:GrantOperations"),
    ParameterKey(r"kms:CreateGrant", "retiringPrincipal", "kms:RetiringPrincipal", absent_without=True),
    ParameterKey(r"kms:RetireGrant", "grantId", "kms:GrantId"),
)

PASSED_TO: Final = {
    ("cloudformation", "CreateStack"): "cloudformation.amazonaws.com",
    ("cloudformation", "UpdateStack"): "cloudformation.amazonaws.com",
    ("cloudformation", "CreateChangeSet"): "cloudformation.amazonaws.com",
    ("codebuild", "CreateProject"): "codebuild.amazonaws.com",
    ("codebuild", "UpdateProject"): "codebuild.amazonaws.com",
    ("codepipeline", "CreatePipeline"): "codepipeline.amazonaws.com",
    ("codepipeline", "UpdatePipeline"): "codepipeline.amazonaws.com",
    ("ec2", "AssociateIamInstanceProfile"): "ec2.amazonaws.com",
    ("ec2", "ReplaceIamInstanceProfileAssociation"): "ec2.amazonaws.com",
    ("ec2", "RunInstances"): "ec2.amazonaws.com",
    ("ecs", "RegisterTaskDefinition"): "ecs-tasks.amazonaws.com",
    ("ecs", "RunTask"): "ecs-tasks.amazonaws.com",
    ("eks", "CreateCluster"): "eks.amazonaws.com",
    ("events", "PutTargets"): "events.amazonaws.com",
    ("glue", "CreateCrawler"): "glue.amazonaws.com",
    ("glue", "CreateJob"): "glue.amazonaws.com",
    ("lambda", "CreateFunction"): "lambda.amazonaws.com",
    ("lambda", "UpdateFunctionConfiguration"): "lambda.amazonaws.com",
    ("rolesanywhere", "CreateProfile"): "rolesanywhere.amazonaws.com",
    ("scheduler", "CreateSchedule"): "scheduler.amazonaws.com",
    ("states", "CreateStateMachine"): "states.amazonaws.com",
    ("states", "UpdateStateMachine"): "states.amazonaws.com",
}
"""The service that a role is passed to, by service prefix and operation, where there is only one (spec S9)."""


def keys_from_parameters(action: str, resource: str, parameters: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The condition keys that the request parameters prove for an action on a resource."""
    keys: dict[str, tuple[str, ...]] = {}
    for row in _rows_for(action, resource):
        values = _texts(parameters.get(row.parameter))
        if values and HIDDEN not in values:
            keys[row.key] = values
    if action.lower().startswith("kms:"):
        keys |= _encryption_context(parameters.get("encryptionContext"))
    return keys | _request_tags(resource, parameters)


def keys_not_in_parameters(action: str, resource: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The condition keys that are absent because the request parameters show nothing of them."""
    rows = _rows_for(action, resource)
    return tuple(row.key for row in rows if row.absent_without and parameters and row.parameter not in parameters)


def _rows_for(action: str, resource: str) -> Iterator[ParameterKey]:
    arn = parse_arn(resource)
    resource_type = arn.resource_type if arn is not None else ""
    for row in PARAMETER_KEYS:
        if re.fullmatch(row.actions, action, re.IGNORECASE) and row.resource_type in ("", resource_type):
            yield row


def _texts(value: object) -> tuple[str, ...]:
    """A parameter as texts: one, or those of a list."""
    if isinstance(value, list):
        return tuple(text for item in value for text in _texts(item))
    if isinstance(value, bool):
        return (str(value).lower(),)
    return (str(value),) if isinstance(value, str | int) else ()


def _encryption_context(context: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(context, dict) or not context or HIDDEN in context:
        return {}
    keys = {f"kms:EncryptionContext:{name}": _texts(value) for name, value in context.items()}
    return {**keys, "kms:EncryptionContextKeys": tuple(context)}


def _request_tags(resource: str, parameters: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    tags = dict(_tags(resource, parameters))
    removed = _texts(parameters.get("tagKeys"))
    if not (tags or removed) or HIDDEN in tags:
        return {}
    keys = {f"aws:RequestTag/{name}": (value,) for name, value in tags.items() if value != HIDDEN}
    return {**keys, "aws:TagKeys": (*tags, *removed)}


def _tags(resource: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The tags that a request passes, in the shapes that services write them in."""
    for name in ("tags", "Tags", "tagSet", "tagsList"):
        yield from _tag_list(parameters.get(name))
    arn = parse_arn(resource)
    for specification in _items(parameters.get("tagSpecificationSet")):
        # Each specification tags the new resources of one type only.
        if (
            isinstance(specification, dict)
            and arn is not None
            and specification.get("resourceType") == arn.resource_type
        ):
            yield from _tag_list(specification.get("tags"))


def _tag_list(tags: object) -> Iterator[tuple[str, str]]:
    entries = _items(tags)
    if isinstance(tags, dict) and "items" not in tags:
        entries = [{"key": key, "value": value} for key, value in tags.items()]
    for entry in entries:
        if isinstance(entry, dict):
            name = entry.get("key", entry.get("Key"))
            value = entry.get("value", entry.get("Value"))
            if isinstance(name, str):
                yield name, "".join(_texts(value))


def _items(value: object) -> list[Any]:
    """The entries of a list, or of EC2's object around one."""
    inner = value.get("items") if isinstance(value, dict) else value
    return inner if isinstance(inner, list) else []
