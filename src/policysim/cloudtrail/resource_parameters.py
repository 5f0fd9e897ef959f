"""The resource of a call from its request parameters: one curated row for each parameter that names a resource.

Only actions whose one resource the parameter is stand here; where an action needs several resources, or the ARN holds
something that the request does not, there is no row, and the resource stays unresolved.
Source: Service Authorization Reference (resource types of each action and their ARNs); spec R11, R19, R21, S17, S22.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from policysim.catalog.facts import CATALOGUE
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Place(NamedTuple):
    """Where a call was made: what the ARN of a resource holds beside its name."""

    partition: str
    region: str
    account: str


class ParameterArn(NamedTuple):
    """How one parameter of a service's actions becomes the ARN of the action's resource.

    ``actions`` must match the action's name whole. ``template`` is filled with the parts of the ``Place`` and the
    parameter's ``{value}`` after ``read`` (no template: the value must be an ARN). ``pathless`` marks IAM names, whose
    ARN may hold a path that the request does not show.
    """

    service: str
    actions: str
    parameter: str
    template: str = ""
    read: Callable[[str, Mapping[str, Any]], str | None] | None = None
    pathless: bool = False


class Built(NamedTuple):
    """An ARN, the parameter that it was made of, and whether a path may be missing from it.

    Without a parameter it stands for what the call makes (`instance/*`). ``conditional``: the call may have it or not.
    """

    arn: str
    parameter: str
    pathless: bool = False
    conditional: bool = False


def resource_from_parameters(action: str, parameters: Mapping[str, Any], place: Place) -> Built | None:
    """The ARN of the action's resource from request parameters, or ``None`` when no row of the table fits."""
    service, _, name = action.partition(":")
    owner = parameters.get(OWNER_PARAMETERS.get(service.lower(), ""))
    place = place._replace(account=owner) if isinstance(owner, str) and is_account_id(owner) else place
    for row in PARAMETER_ARNS:
        value = parameters.get(row.parameter)
        fits = row.service == service.lower() and re.fullmatch(row.actions, name, re.IGNORECASE)
        if fits and isinstance(value, str) and value:
            arn = filled(row, value, parameters, place)
            if arn is not None:
                return Built(arn, row.parameter, row.pathless and name.lower() not in _SHOW_THE_PATH)
    return None


def resource_named_in_parameters(action: str, parameters: Mapping[str, Any]) -> Built | None:
    """The one ARN among the parameters that the action can work on; ``None`` when there are several, or none.

    The ARN of another type tells nothing: a service of Amazon ECS is named beside the ARN of its cluster.
    """
    found = {
        value: name
        for name, value in parameters.items()
        if isinstance(value, str) and parse_arn(value) is not None and CATALOGUE.works_on(action, value)
    }
    return Built(*found.popitem()) if len(found) == 1 else None


def filled(row: ParameterArn, value: str, parameters: Mapping[str, Any], place: Place) -> str | None:
    """The ARN that a row makes of a parameter's value, or ``None`` when the value or the place lacks a part of it."""
    if row.read is None and parse_arn(value) is not None:
        return value
    read = row.read(value, parameters) if row.read is not None else value
    if read is None or not row.template:
        return None
    if parse_arn(read) is not None:
        return read
    if "{account}" in row.template and not is_account_id(place.account):
        return None
    if "{region}" in row.template and not place.region:
        return None
    return row.template.format(value=read, **place._asdict())


_SHOW_THE_PATH = frozenset({"createuser", "createrole", "creategroup", "createinstanceprofile"})
"""Actions whose requests show the path of the IAM entity, so that none means none."""


def _with_path(value: str, parameters: Mapping[str, Any]) -> str:
    path = parameters.get("path")
    return (path.lstrip("/") if isinstance(path, str) else "") + value


_ENDINGS_OF_ALIASES = ("-s3alias", "--ol-s3", ".mrap")
"""How the aliases of access points end, which requests pass in place of a bucket's name (S3 User Guide)."""


def _bucket(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A bucket's name, or the ARN of an access point. Which access point an alias stands for only S3 knows."""
    return None if value.endswith(_ENDINGS_OF_ALIASES) else value


def _object(value: str, parameters: Mapping[str, Any]) -> str | None:
    """`bucket/key`, or the ARN of an object behind an access point (spec S17)."""
    bucket, key = _bucket(value, parameters), parameters.get("key")
    if bucket is None or not isinstance(key, str) or not key:
        return None
    return f"{bucket}/object/{key}" if bucket.startswith("arn:") else f"{bucket}/{key}"


def _copied_object(source: str, _parameters: Mapping[str, Any]) -> str | None:
    path = unquote(source.partition("?versionId=")[0]).lstrip("/")
    return path if "/" in path and not path.startswith("arn:") else None


def _key_id(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A key's id or ARN. An alias addresses a key that only KMS knows (spec S22)."""
    return None if "alias/" in value else value


def _queue(url: str, _parameters: Mapping[str, Any]) -> str | None:
    """`account:name` of a queue's URL."""
    parts = urlsplit(url).path.strip("/").split("/")
    return ":".join(parts) if len(parts) == 2 and is_account_id(parts[0]) else None


def _function(value: str, parameters: Mapping[str, Any]) -> str | None:
    """A function's name or ARN with its version or alias, if the request names one (spec R19)."""
    whole = parse_arn(value)
    if whole is None and ":function:" in value:
        return None
    qualifier = parameters.get("qualifier")
    qualified = whole.resource.count(":") > 1 if whole is not None else ":" in value
    return f"{value}:{qualifier}" if isinstance(qualifier, str) and qualifier and not qualified else value


def _table(value: str, parameters: Mapping[str, Any]) -> str | None:
    """A table, or the index of it that is read (spec R21)."""
    index = parameters.get("indexName")
    return f"{value}/index/{index}" if isinstance(index, str) and index else value


def _log_stream(value: str, parameters: Mapping[str, Any]) -> str | None:
    """CloudWatch Logs prints and matches a log group as the stream of it, with an empty name where there is none."""
    stream = parameters.get("logStreamName")
    return f"{value.removesuffix(':*')}:log-stream:{stream if isinstance(stream, str) else ''}"


_PUBLIC_PARAMETERS = "aws/service/"
"""How the names of parameters begin that AWS publishes, such as the id of its newest image: no account owns them."""


def _public_parameter(value: str, _parameters: Mapping[str, Any]) -> str | None:
    name = value.removeprefix("/")
    return name if name.startswith(_PUBLIC_PARAMETERS) and ":" not in name else None


def _own_parameter(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A parameter's name or ARN. A version or label behind the name (`name:3`) is no part of the ARN."""
    if parse_arn(value) is not None:
        return value
    name = value.removeprefix("/")
    return None if ":" in name or name.startswith(_PUBLIC_PARAMETERS) else name


def _tagged_parameter(value: str, parameters: Mapping[str, Any]) -> str | None:
    return _own_parameter(value, parameters) if parameters.get("resourceType") == "Parameter" else None


OBJECT_ACTIONS: Final = (
    r"(?!.*Bucket).*Object.*|AbortMultipartUpload|ListMultipartUploadParts|BypassGovernanceRetention"
)
"""The S3 actions that work on objects (spec R11)."""

_BUCKET_ACTIONS = (
    r"(?!ListAllMyBuckets).*Bucket.*"
    r"|(Get|Put)(Accelerate|Analytics|Encryption|Inventory|IntelligentTiering|Lifecycle|Metrics|Replication)Configuration"
)
_ROLE_ACTIONS = r"(?!PassRole|.*ServiceLinkedRole|.*InstanceProfile).*Role.*"
_USER_ACTIONS = (
    r"(?!.*(ToGroup|FromGroup|VirtualMFA))"
    r".*(User|AccessKey|LoginProfile|SSHPublicKey|SigningCertificate|ServiceSpecificCredential|MFADevice).*"
)
_GROUP_ACTIONS = r"(?!.*ForUser).*Group.*"
_POLICY_ACTIONS = r"(?!.*(Role|User|Group)).*Policy.*"
_FUNCTION_ACTIONS = r"(?!.*(EventSourceMapping|CodeSigningConfigs|Layer)).*"
_TABLE_ACTIONS = r"(?!List|Batch|Transact|.*Backup|.*Global|Import|.*Import$|.*Export).*"
_TAGGING = r"(ListTagsFor|AddTagsTo|RemoveTagsFrom)Resource"
_LOG_TAGGING = r"TagResource|UntagResource|ListTagsForResource"
_LOG_ACTIONS = rf"(?!{_LOG_TAGGING}|.*(Destination|Delivery|Query|Export)).*"

PARAMETER_ARNS: Final = (
    ParameterArn("sts", r"AssumeRole.*|TagSession|SetSourceIdentity", "roleArn"),
    ParameterArn(
        "iam", _ROLE_ACTIONS, "roleName", "arn:{partition}:iam::{account}:role/{value}", _with_path, pathless=True
    ),
    ParameterArn(
        "iam", _USER_ACTIONS, "userName", "arn:{partition}:iam::{account}:user/{value}", _with_path, pathless=True
    ),
    ParameterArn(
        "iam", _GROUP_ACTIONS, "groupName", "arn:{partition}:iam::{account}:group/{value}", _with_path, pathless=True
    ),
    ParameterArn(
        "iam",
        r".*InstanceProfile.*",
        "instanceProfileName",
        "arn:{partition}:iam::{account}:instance-profile/{value}",
        _with_path,
        pathless=True,
    ),
    ParameterArn("iam", _POLICY_ACTIONS, "policyArn"),
    ParameterArn("iam", r"CreatePolicy", "policyName", "arn:{partition}:iam::{account}:policy/{value}", _with_path),
    ParameterArn("s3", OBJECT_ACTIONS, "bucketName", "arn:{partition}:s3:::{value}", _object),
    ParameterArn("s3", _BUCKET_ACTIONS, "bucketName", "arn:{partition}:s3:::{value}", _bucket),
    ParameterArn("s3express", r".*", "bucketName", "arn:{partition}:s3express:{region}:{account}:bucket/{value}"),
    ParameterArn("kms", r"ReEncryptFrom", "sourceKeyId", "arn:{partition}:kms:{region}:{account}:key/{value}", _key_id),
    ParameterArn(
        "kms", r"ReEncryptTo", "destinationKeyId", "arn:{partition}:kms:{region}:{account}:key/{value}", _key_id
    ),
    ParameterArn(
        "kms", r"(?!.*Alias|ReEncrypt).*", "keyId", "arn:{partition}:kms:{region}:{account}:key/{value}", _key_id
    ),
    ParameterArn("sqs", r".*", "queueUrl", "arn:{partition}:sqs:{region}:{value}", _queue),
    ParameterArn("sqs", r"CreateQueue|GetQueueUrl", "queueName", "arn:{partition}:sqs:{region}:{account}:{value}"),
    ParameterArn("sns", r".*", "topicArn"),
    ParameterArn("sns", r"CreateTopic", "name", "arn:{partition}:sns:{region}:{account}:{value}"),
    ParameterArn(
        "lambda",
        _FUNCTION_ACTIONS,
        "functionName",
        "arn:{partition}:lambda:{region}:{account}:function:{value}",
        _function,
    ),
    ParameterArn(
        "dynamodb", _TABLE_ACTIONS, "tableName", "arn:{partition}:dynamodb:{region}:{account}:table/{value}", _table
    ),
    ParameterArn("secretsmanager", r".*", "secretId"),
    ParameterArn("logs", _LOG_TAGGING, "resourceArn"),
    ParameterArn(
        "logs", _LOG_ACTIONS, "logGroupName", "arn:{partition}:logs:{region}:{account}:log-group:{value}", _log_stream
    ),
    ParameterArn(
        "logs",
        _LOG_ACTIONS,
        "logGroupIdentifier",
        "arn:{partition}:logs:{region}:{account}:log-group:{value}",
        _log_stream,
    ),
    ParameterArn("ssm", r".*Parameter", "name", "arn:{partition}:ssm:{region}::parameter/{value}", _public_parameter),
    ParameterArn(
        "ssm", r".*Parameter", "name", "arn:{partition}:ssm:{region}:{account}:parameter/{value}", _own_parameter
    ),
    ParameterArn(
        "ssm", _TAGGING, "resourceId", "arn:{partition}:ssm:{region}:{account}:parameter/{value}", _tagged_parameter
    ),
    ParameterArn("kinesis", r"(?!List).*", "streamName", "arn:{partition}:kinesis:{region}:{account}:stream/{value}"),
    ParameterArn("ecr", r".*", "repositoryName", "arn:{partition}:ecr:{region}:{account}:repository/{value}"),
    ParameterArn(
        "eks", r"DescribeCluster|DeleteCluster", "name", "arn:{partition}:eks:{region}:{account}:cluster/{value}"
    ),
    ParameterArn(
        "ec2",
        r"GetPasswordData|GetConsole.*|(Describe|Modify|Reset)InstanceAttribute",
        "instanceId",
        "arn:{partition}:ec2:{region}:{account}:instance/{value}",
    ),
    ParameterArn(
        "ec2",
        r"(Describe|Modify)VolumeAttribute|DeleteVolume|ModifyVolume|EnableVolumeIO",
        "volumeId",
        "arn:{partition}:ec2:{region}:{account}:volume/{value}",
    ),
    ParameterArn(
        "ec2",
        r"(Authorize|Revoke)SecurityGroup(In|E)gress|DeleteSecurityGroup",
        "groupId",
        "arn:{partition}:ec2:{region}:{account}:security-group/{value}",
    ),
    ParameterArn(
        "ec2",
        r"(Describe|Modify|Reset)SnapshotAttribute|DeleteSnapshot",
        "snapshotId",
        "arn:{partition}:ec2:{region}::snapshot/{value}",
    ),
    ParameterArn(
        "ec2",
        r"(Describe|Modify|Reset)ImageAttribute|DeregisterImage",
        "imageId",
        "arn:{partition}:ec2:{region}::image/{value}",
    ),
    ParameterArn("ec2", r"DeleteVpc|ModifyVpcAttribute", "vpcId", "arn:{partition}:ec2:{region}:{account}:vpc/{value}"),
)
"""One row for each parameter, in the order in which they are tried."""

OWNER_PARAMETERS: Final = {"ecr": "registryId", "sqs": "queueOwnerAWSAccountId"}
"""The parameter that names the account of a resource of another account, by service."""

NOT_TO_BE_READ: Final = {
    "kms": "an alias or a ciphertext stands for a key that only KMS knows",
    "secretsmanager": "a secret's ARN ends in six characters that its name does not show",
    "s3": "the request names several objects, or none, or an access point by its alias",
}
"""Why the request parameters of a service may not show the resource of an action."""

COPY_SOURCE: Final = ParameterArn(
    "s3", r"GetObject(Version)?(Tagging)?", "x-amz-copy-source", "arn:{partition}:s3:::{value}", _copied_object
)
"""What a copy reads, beside the object that it writes."""


def copied_resource(action: str, parameters: Mapping[str, Any], place: Place) -> Built | None:
    """The object that a copy reads, for the read action of a copy."""
    value = parameters.get(COPY_SOURCE.parameter)
    if action.partition(":")[0] != "s3" or not isinstance(value, str):
        return None
    arn = filled(COPY_SOURCE, value, parameters, place)
    return Built(arn, COPY_SOURCE.parameter) if arn is not None else None
