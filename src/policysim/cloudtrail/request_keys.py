"""Condition keys whose values stand in the request parameters of a record, by a table and by keys of the same name.

Source: Service Authorization Reference (condition keys of each action); IAM User Guide,
reference_policies_iam-condition-keys and reference_policies_condition-keys; spec C58, C64, C65, R14, S9, S24.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operations import API_DATE
from policysim.catalog.same_named_keys import SAME_NAMED_KEYS
from policysim.cloudtrail.parameter_values import HIDDEN, named_values
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.catalog.global_keys import CatalogKey
    from policysim.cloudtrail.event import Event


class ParameterKey(NamedTuple):
    """A request parameter that becomes a condition key of the actions that match whole.

    ``absent_without``: the key is known to be absent when the record has request parameters but not this one.
    ``resource_type`` limits the key to one of the resources of the action (spec R14), ``called`` the absence to
    operations whose requests could pass it (an action may be asked for by a call that has no such parameter).
    """

    actions: str
    parameter: str
    key: str
    absent_without: bool = False
    resource_type: str = ""
    called: str = ".*"


_LISTINGS = "HeadBucket|ListObject.*|ListBucket.*|GetBucket|GetBucketObjectVersions"

PARAMETER_KEYS: Final = (
    ParameterKey(r"sts:AssumeRole", "externalId", "sts:ExternalId", absent_without=True),
    ParameterKey(r"sts:AssumeRole.*", "roleSessionName", "sts:RoleSessionName"),
    ParameterKey(r"sts:(AssumeRole.*|SetSourceIdentity)", "sourceIdentity", "sts:SourceIdentity"),
    ParameterKey(r"sts:(AssumeRole.*|TagSession)", "transitiveTagKeys", "sts:TransitiveTagKeys"),
    ParameterKey(r"s3:ListBucket(Versions)?", "prefix", "s3:prefix", absent_without=True, called=_LISTINGS),
    ParameterKey(r"s3:ListBucket(Versions)?", "delimiter", "s3:delimiter", absent_without=True, called=_LISTINGS),
    ParameterKey(r"s3:ListBucket(Versions)?", "max-keys", "s3:max-keys", absent_without=True, called=_LISTINGS),
    ParameterKey(r"s3:.*Version.*", "versionId", "s3:VersionId"),
    ParameterKey(r"s3:(PutObject(Version)?(Acl)?|PutBucketAcl|CreateBucket)", "x-amz-acl", "s3:x-amz-acl"),
    *(
        ParameterKey(r"s3:(PutObject(Version)?(Acl)?|PutBucketAcl|CreateBucket)", header, f"s3:{header}")
        for header in (
            "x-amz-grant-full-control",
            "x-amz-grant-read",
            "x-amz-grant-read-acp",
            "x-amz-grant-write",
            "x-amz-grant-write-acp",
        )
    ),
    *(
        ParameterKey(r"s3:PutObject", header, f"s3:{header}")
        for header in (
            "x-amz-copy-source",
            "x-amz-metadata-directive",
            "x-amz-website-redirect-location",
            "if-match",
            "if-none-match",
        )
    ),
    ParameterKey(r"s3:CreateBucket", "x-amz-object-ownership", "s3:x-amz-object-ownership"),
    ParameterKey(r"s3:PutObject", "x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
    ParameterKey(
        r"s3:PutObject",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ),
    ParameterKey(r"s3:PutObject", "x-amz-storage-class", "s3:x-amz-storage-class"),
    ParameterKey(r"s3express:CreateSession", "x-amz-create-session-mode", "s3express:SessionMode"),
    ParameterKey(r"iam:(Attach|Detach)(User|Group|Role)Policy", "policyArn", "iam:PolicyARN"),
    ParameterKey(r"iam:Create(User|Role)", "permissionsBoundary", "iam:PermissionsBoundary", absent_without=True),
    ParameterKey(r"iam:Put(User|Role)PermissionsBoundary", "permissionsBoundary", "iam:PermissionsBoundary"),
    ParameterKey(r"iam:CreateServiceLinkedRole", "aWSServiceName", "iam:AWSServiceName"),
    ParameterKey(r"iam:CreateServiceLinkedRole", "awsServiceName", "iam:AWSServiceName"),
    ParameterKey(r"ec2:RunInstances", "instanceType", "ec2:InstanceType", resource_type="instance"),
    ParameterKey(r"ec2:RunInstances", "placement.tenancy", "ec2:Tenancy", resource_type="instance"),
    ParameterKey(r"ec2:RunInstances", "placement.availabilityZone", "ec2:AvailabilityZone", resource_type="instance"),
    ParameterKey(r"ec2:RunInstances", "ebsOptimized", "ec2:EbsOptimized", resource_type="instance"),
    ParameterKey(r"ec2:CreateVolume", "availabilityZone", "ec2:AvailabilityZone", resource_type="volume"),
    ParameterKey(r"ec2:CreateVolume", "iops", "ec2:VolumeIops", resource_type="volume"),
    ParameterKey(r"ec2:CreateVolume", "size", "ec2:VolumeSize", resource_type="volume"),
    ParameterKey(r"ec2:CreateVolume", "volumeType", "ec2:VolumeType", resource_type="volume"),
    ParameterKey(r"lambda:(Create|Update)Function.*", "layers", "lambda:Layer"),
    ParameterKey(r"lambda:(Create|Update)Function.*", "vpcConfig.subnetIds", "lambda:SubnetIds"),
    ParameterKey(r"lambda:(Create|Update)Function.*", "vpcConfig.securityGroupIds", "lambda:SecurityGroupIds"),
    ParameterKey(r"rds:(Create|Restore).*", "allocatedStorage", "rds:StorageSize", resource_type="db"),
    ParameterKey(r"rds:(Create|Restore).*", "dBInstanceClass", "rds:DatabaseClass", resource_type="db"),
    ParameterKey(r"rds:(Create|Restore).*", "dBName", "rds:DatabaseName", resource_type="db"),
    ParameterKey(r"rds:Create(DBInstance|DBCluster)", "engine", "rds:DatabaseEngine"),
    ParameterKey(r"rds:(Create|Restore).*", "iops", "rds:Piops", resource_type="db"),
    ParameterKey(r"kms:.*", "encryptionAlgorithm", "kms:EncryptionAlgorithm"),
    ParameterKey(r"kms:CreateGrant", "granteePrincipal", "kms:GranteePrincipal"),
    ParameterKey(r"kms:CreateGrant", "operations", "kms:GrantOperations"),
    ParameterKey(r"kms:CreateGrant", "retiringPrincipal", "kms:RetiringPrincipal", absent_without=True),
    ParameterKey(r"kms:RetireGrant", "grantId", "kms:GrantId"),
)

PASSED_TO: Final = {
    ("cloudformation", "CreateStack"): "cloudformation.amazonaws.com",
    ("cloudformation", "UpdateStack"): "cloudformation.amazonaws.com",
    ("appsync", "CreateDataSource"): "appsync.amazonaws.com",
    ("backup", "CreateBackupSelection"): "backup.amazonaws.com",
    ("backup", "StartBackupJob"): "backup.amazonaws.com",
    ("backup", "StartRestoreJob"): "backup.amazonaws.com",
    ("cloudformation", "CreateChangeSet"): "cloudformation.amazonaws.com",
    ("cloudformation", "DeleteStack"): "cloudformation.amazonaws.com",
    ("cloudtrail", "CreateTrail"): "cloudtrail.amazonaws.com",
    ("cloudtrail", "UpdateTrail"): "cloudtrail.amazonaws.com",
    ("codedeploy", "CreateDeploymentGroup"): "codedeploy.amazonaws.com",
    ("codedeploy", "UpdateDeploymentGroup"): "codedeploy.amazonaws.com",
    ("config", "PutConfigurationRecorder"): "config.amazonaws.com",
    ("dlm", "CreateLifecyclePolicy"): "dlm.amazonaws.com",
    ("ec2", "CreateFlowLogs"): "vpc-flow-logs.amazonaws.com",
    ("events", "PutRule"): "events.amazonaws.com",
    ("firehose", "CreateDeliveryStream"): "firehose.amazonaws.com",
    ("glue", "CreateDevEndpoint"): "glue.amazonaws.com",
    ("glue", "UpdateCrawler"): "glue.amazonaws.com",
    ("glue", "UpdateJob"): "glue.amazonaws.com",
    ("pipes", "CreatePipe"): "pipes.amazonaws.com",
    ("pipes", "UpdatePipe"): "pipes.amazonaws.com",
    ("redshift", "CreateCluster"): "redshift.amazonaws.com",
    ("s3", "PutBucketReplication"): "s3.amazonaws.com",
    ("scheduler", "UpdateSchedule"): "scheduler.amazonaws.com",
    ("transfer", "CreateUser"): "transfer.amazonaws.com",
    ("transfer", "UpdateUser"): "transfer.amazonaws.com",
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


_PASSED_BY_PATH: Final = {("ecs", "managedEBSVolume.roleArn"): "ecs.amazonaws.com"}
"""Roles that such a call passes to another service, by the end of the path of parameters."""


def passed_to_service(event: Event, role: str) -> str | None:
    """The service that a call passes a role to (the value of ``iam:PassedToService``), where that is certain."""
    prefix = service_prefix(event.event_source)
    paths = [each.path for each in named_values(event.parameters) if each.value == role]
    for (service, end), receiver in _PASSED_BY_PATH.items():
        if service == prefix and any(path.endswith(end) for path in paths):
            return receiver if all(path.endswith(end) for path in paths) else None
    return PASSED_TO.get((prefix, API_DATE.sub("", event.event_name)))


def keys_from_parameters(
    action: str, resource: str, parameters: Mapping[str, Any], by_name: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The condition keys that the request parameters prove for an action on a resource, tags aside.

    ``by_name`` has the names of the parameters by their lower-case form.
    """
    keys = dict(_same_named(action, parameters, by_name))
    for row in _rows_for(action, _type_of(resource)):
        values = values_given(parameters, row.parameter)
        if values and HIDDEN not in values:
            keys[row.key] = values
    if action.lower().startswith("kms:"):
        keys |= _encryption_context(parameters.get("encryptionContext"))
    return keys


def keys_not_in_parameters(action: str, resource: str, parameters: Mapping[str, Any], called: str) -> tuple[str, ...]:
    """The condition keys that are absent because the request parameters of ``called`` show nothing of them."""
    rows = (row for row in _rows_for(action, _type_of(resource)) if row.absent_without and parameters)
    return tuple(
        row.key for row in rows if row.parameter not in parameters and re.fullmatch(row.called, called, re.IGNORECASE)
    )


def values_given(parameters: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """What stands at a path of names (`placement.tenancy`), as texts: one, those of a list, or none."""
    *folders, last = path.split(".")
    inner: Any = parameters
    for name in folders:
        inner = inner.get(name) if isinstance(inner, dict) else None
    return _texts(inner.get(last)) if isinstance(inner, dict) else ()


def _same_named(
    action: str, parameters: Mapping[str, Any], by_name: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys that have the name of the parameter whose value they are; an ARN is one only as an ARN."""
    for key in _same_named_of(action):
        values = _texts(parameters.get(by_name.get(key.name.partition(":")[2].lower(), "")))
        fits = key.type != "ARN" or all(parse_arn(value) is not None for value in values)
        if values and fits and HIDDEN not in values:
            yield key.name, values


@lru_cache(maxsize=2048)
def _same_named_of(action: str) -> tuple[CatalogKey, ...]:
    """The keys of an action (spec C66) that are in the table of such keys."""
    service, _, name = action.partition(":")
    named = {
        f"{service}:{key}".lower()
        for row in SAME_NAMED_KEYS
        if row.service == service.lower() and re.fullmatch(row.actions, name, re.IGNORECASE)
        for key in row.keys
    }
    return tuple(key for key in CATALOGUE.condition_keys_of(action) or () if key.name.lower() in named) if named else ()


def _type_of(resource: str) -> str:
    arn = parse_arn(resource)
    return arn.resource_type if arn is not None else ""


@lru_cache(maxsize=2048)
def _rows_for(action: str, resource_type: str) -> tuple[ParameterKey, ...]:
    return tuple(
        row
        for row in PARAMETER_KEYS
        if re.fullmatch(row.actions, action, re.IGNORECASE) and row.resource_type in ("", resource_type)
    )


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
    shown = {key: values for key, values in keys.items() if values and HIDDEN not in values}
    return {**shown, "kms:EncryptionContextKeys": tuple(context)}
