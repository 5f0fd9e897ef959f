"""The curated rows: which request parameter of which actions names the resource, and the ARN that it makes.

Only actions whose one resource the parameter is stand here; where an action needs several resources, or the ARN holds
something that the request does not, there is no row, and the resource stays unresolved.
Source: Service Authorization Reference (resource types of each action and their ARNs); spec R11, R19, R21, S17, S22.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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


def _with_path(value: str, parameters: Mapping[str, Any]) -> str:
    path = parameters.get("path")
    return (path.lstrip("/") if isinstance(path, str) else "") + value


def _provider_of_url(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """The name of an identity provider: its URL without the scheme."""
    return value.removeprefix("https://").rstrip("/") if value.startswith("https://") else None


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


def log_stream(value: str, parameters: Mapping[str, Any]) -> str | None:
    """CloudWatch Logs prints and matches a log group as the stream of it, with an empty name where there is none."""
    stream = parameters.get("logStreamName")
    return f"{value.removesuffix(':*')}:log-stream:{stream if isinstance(stream, str) else ''}"


_WHOLE_SECRET = re.compile(r".+-[A-Za-z0-9]{6}")
"""How the names in the ARNs of secrets end; a request may pass an ARN without that end (Secrets Manager API)."""


def whole_secret(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """The whole ARN of a secret."""
    arn = parse_arn(value)
    return value if arn is not None and _WHOLE_SECRET.fullmatch(arn.resource) else None


_PUBLIC_PARAMETERS = "aws/service/"
"""How the names of parameters begin that AWS publishes, such as the id of its newest image: no account owns them."""


def public_parameter(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A parameter that AWS publishes."""
    name = value.removeprefix("/")
    return name if name.startswith(_PUBLIC_PARAMETERS) and ":" not in name else None


def own_parameter(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A parameter's name or ARN. A version or label behind the name (`name:3`) is no part of the ARN."""
    if parse_arn(value) is not None:
        return value
    name = value.removeprefix("/")
    return None if ":" in name or name.startswith(_PUBLIC_PARAMETERS) else name


def _tagged_parameter(value: str, parameters: Mapping[str, Any]) -> str | None:
    return own_parameter(value, parameters) if parameters.get("resourceType") == "Parameter" else None


_MODEL_OF_A_VENDOR = re.compile(r"(?!(?:apac|ap|au|ca|eu|global|jp|sa|us|us-gov)\.)[a-z0-9-]+\.[A-Za-z0-9.:_-]+")
"""The id of a foundation model; one that begins with an area is that of an inference profile, which has several."""


def _foundation_model(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A model's id or ARN."""
    return value if parse_arn(value) is not None or _MODEL_OF_A_VENDOR.fullmatch(value) else None


def _topic_of_subscription(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """The ARN of the topic that a subscription is to: a subscription's ARN has one more part."""
    topic, _, _ = value.rpartition(":")
    return topic if parse_arn(topic) is not None else None


def _new_load_balancer(value: str, parameters: Mapping[str, Any]) -> str | None:
    """`app/NAME/*`: a load balancer of the newer kinds has an id, which there is none of yet."""
    kind = _LOAD_BALANCERS.get(str(parameters.get("type", "application")))
    return f"{kind}/{value}/*" if kind is not None else None


_LOAD_BALANCERS = {"application": "app", "gateway": "gwy", "network": "net"}


def document_of_the_account(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A document's name or ARN; one of AWS's belongs to no account."""
    return None if value.lower().startswith(RESERVED_FOR_AWS) else value


def document_of_aws(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A document that AWS publishes."""
    return value if value.startswith(DOCUMENTS_OF_AWS) else None


DOCUMENTS_OF_AWS: Final = (
    "AWS-",
    "AWSConfigRemediation-",
    "AWSEC2-",
    "AWSFleetManager-",
    "AWSSupport-",
    "AmazonCloudWatch-",
)
"""How the names of documents begin that AWS publishes."""

RESERVED_FOR_AWS: Final = ("amazon", "amzn", "aws")
"""How no name of an account's own document begins (Systems Manager API, CreateDocument), in lower case."""


def instance(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """An instance of Amazon EC2, by its id."""
    return value if value.startswith("i-") else None


def managed_instance(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A machine elsewhere that Systems Manager manages, by its id."""
    return value if value.startswith("mi-") else None


OBJECT_ACTIONS: Final = (
    r"(?!.*(Bucket|ObjectLambda)).*Object.*|AbortMultipartUpload|ListMultipartUploadParts|BypassGovernanceRetention"
)
"""The S3 actions that work on objects (spec R11)."""

_BUCKET_ACTIONS = (
    r"(?!ListAllMyBuckets|ObjectOwnerOverride).*Bucket.*"
    r"|(Get|Put)(Accelerate|Analytics|Encryption|Inventory|IntelligentTiering|Lifecycle|Metrics|Replication)Configuration"
)
_ROLE_ACTIONS = r"ListInstanceProfilesForRole|(?!PassRole|.*ServiceLinkedRole|.*InstanceProfile).*Role.*"
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
_LOG_ACTIONS = rf"StartQuery|CreateExportTask|(?!{_LOG_TAGGING}|.*(Destination|Delivery|Query|Export)).*"

PARAMETER_ACTIONS: Final = r".*Parameter(History|Version)?"
"""The actions of Systems Manager that work on one parameter."""

_DOCUMENT_ACTIONS = r"(?!Create).*Document.*"
_AGENT_ACTIONS = (
    r"UpdateInstanceInformation|ListInstanceAssociations|PutInventory|GetDeployablePatchSnapshotForInstance"
)

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
    ParameterArn(
        "iam",
        r".*ServerCertificate.*",
        "serverCertificateName",
        "arn:{partition}:iam::{account}:server-certificate/{value}",
        _with_path,
        pathless=True,
    ),
    ParameterArn(
        "iam",
        r"CreateVirtualMFADevice",
        "virtualMFADeviceName",
        "arn:{partition}:iam::{account}:mfa/{value}",
        _with_path,
    ),
    ParameterArn("iam", r"CreateSAMLProvider", "name", "arn:{partition}:iam::{account}:saml-provider/{value}"),
    ParameterArn(
        "iam",
        r"CreateOpenIDConnectProvider",
        "url",
        "arn:{partition}:iam::{account}:oidc-provider/{value}",
        _provider_of_url,
    ),
    ParameterArn("iam", r"CreatePolicy", "policyName", "arn:{partition}:iam::{account}:policy/{value}", _with_path),
    ParameterArn("s3", OBJECT_ACTIONS, "bucketName", "arn:{partition}:s3:::{value}", _object),
    ParameterArn("s3", _BUCKET_ACTIONS, "bucketName", "arn:{partition}:s3:::{value}", _bucket),
    # Another account may open a session, and no name tells whose bucket it is.
    ParameterArn(
        "s3express",
        r"(?!CreateSession|.*AccessPoint).*",
        "bucketName",
        "arn:{partition}:s3express:{region}:{account}:bucket/{value}",
    ),
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
    ParameterArn("secretsmanager", r".*", "secretId", "{value}", whole_secret),
    ParameterArn("logs", _LOG_TAGGING, "resourceArn"),
    ParameterArn(
        "logs", _LOG_ACTIONS, "logGroupName", "arn:{partition}:logs:{region}:{account}:log-group:{value}", log_stream
    ),
    ParameterArn(
        "logs",
        _LOG_ACTIONS,
        "logGroupIdentifier",
        "arn:{partition}:logs:{region}:{account}:log-group:{value}",
        log_stream,
    ),
    ParameterArn("ssm", PARAMETER_ACTIONS, "name", "arn:{partition}:ssm:{region}::parameter/{value}", public_parameter),
    ParameterArn(
        "ssm", PARAMETER_ACTIONS, "name", "arn:{partition}:ssm:{region}:{account}:parameter/{value}", own_parameter
    ),
    ParameterArn(
        "ssm", _TAGGING, "resourceId", "arn:{partition}:ssm:{region}:{account}:parameter/{value}", _tagged_parameter
    ),
    ParameterArn("ssm", "CreateDocument", "name", "arn:{partition}:ssm:{region}:{account}:document/{value}"),
    ParameterArn(
        "ssm",
        _DOCUMENT_ACTIONS,
        "name",
        "arn:{partition}:ssm:{region}:{account}:document/{value}",
        document_of_the_account,
    ),
    ParameterArn("ssm", _DOCUMENT_ACTIONS, "name", "arn:{partition}:ssm:{region}::document/{value}", document_of_aws),
    ParameterArn(
        "ssm", _AGENT_ACTIONS, "instanceId", "arn:{partition}:ec2:{region}:{account}:instance/{value}", instance
    ),
    ParameterArn(
        "ssm",
        _AGENT_ACTIONS,
        "instanceId",
        "arn:{partition}:ssm:{region}:{account}:managed-instance/{value}",
        managed_instance,
    ),
    ParameterArn(
        "ssm", "PutComplianceItems", "resourceId", "arn:{partition}:ec2:{region}:{account}:instance/{value}", instance
    ),
    ParameterArn("sts", r"GetFederationToken", "name", "arn:{partition}:sts::{account}:federated-user/{value}"),
    ParameterArn(
        "sns", r"(Get|Set)SubscriptionAttributes|Unsubscribe", "subscriptionArn", "{value}", _topic_of_subscription
    ),
    ParameterArn(
        "bedrock",
        r"InvokeModel(WithResponseStream)?|GetFoundationModel",
        "modelId",
        "arn:{partition}:bedrock:{region}::foundation-model/{value}",
        _foundation_model,
    ),
    ParameterArn(
        "elasticloadbalancing",
        r"CreateLoadBalancer",
        "name",
        "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{value}",
        _new_load_balancer,
    ),
    ParameterArn(
        "elasticloadbalancing",
        r"CreateTargetGroup",
        "name",
        "arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/{value}/*",
    ),
    ParameterArn("kinesis", r"(?!List).*", "streamName", "arn:{partition}:kinesis:{region}:{account}:stream/{value}"),
    ParameterArn("ecr", r".*", "repositoryName", "arn:{partition}:ecr:{region}:{account}:repository/{value}"),
    ParameterArn(
        "eks", r"DescribeCluster|DeleteCluster", "name", "arn:{partition}:eks:{region}:{account}:cluster/{value}"
    ),
    ParameterArn(
        "ec2",
        r"GetPasswordData|GetConsole.*|(Describe|Reset)InstanceAttribute",
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

COPY_SOURCE: Final = ParameterArn(
    "s3", r"GetObject(Version)?(Tagging)?", "x-amz-copy-source", "arn:{partition}:s3:::{value}", _copied_object
)
"""What a copy reads, beside the object that it writes."""
