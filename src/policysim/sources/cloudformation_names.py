"""What CloudFormation calls the resources of a template: what ``Ref`` and ``Fn::GetAtt`` give, and the ARN.

A table of the resource types whose ARN is certain once account, region and name are. Source: AWS CloudFormation
Template Reference ("Return values" of each type); Service Authorization Reference (ARN formats). As of 2026-11.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ARN: Final = "arn"
NAME: Final = "name"

GENERATED: Final = "GENERATED"
"""Stands in generated names (``STACK-LogicalId-GENERATED``) for what CloudFormation makes up: equal to itself alone."""


class Naming(NamedTuple):
    """How resources of one type are named.

    ``arn`` is a format of ``partition``, ``region``, ``account``, ``suffix``, ``path`` and ``name``. ``named_by`` is
    the property that gives the name; without one, or where it is not set, the name is made up. ``ref`` and the values
    of ``attributes`` are ``arn``, ``name`` or another format. ``lower``: made-up names are in lower case.
    """

    arn: str
    named_by: str = ""
    ref: str = NAME
    attributes: Mapping[str, str] = MappingProxyType({"Arn": ARN})
    lower: bool = False


def _regional(service: str, resource: str = "{name}") -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def _iam(resource: str) -> str:
    return f"arn:{{partition}}:iam::{{account}}:{resource}"


_QUEUE_URL: Final = "https://sqs.{region}.{suffix}/{account}/{name}"
_FUNCTION: Final = Naming(_regional("lambda", "function:{name}"), "FunctionName")
_TABLE: Final = Naming(_regional("dynamodb", "table/{name}"), "TableName")
_MACHINE: Final = _regional("states", "stateMachine:{name}")
_DOMAIN_ATTRIBUTES: Final = MappingProxyType({"Arn": ARN, "DomainArn": ARN})

NAMINGS: Final[Mapping[str, Naming]] = MappingProxyType(
    {
        "AWS::ApiGateway::RestApi": Naming(
            _regional("execute-api", "{name}/*"), attributes={"RestApiId": NAME}, lower=True
        ),
        "AWS::Backup::BackupVault": Naming(
            _regional("backup", "backup-vault:{name}"),
            "BackupVaultName",
            attributes={"BackupVaultArn": ARN, "BackupVaultName": NAME},
        ),
        "AWS::CloudTrail::Trail": Naming(_regional("cloudtrail", "trail/{name}"), "TrailName"),
        "AWS::CodeArtifact::Domain": Naming(
            _regional("codeartifact", "domain/{name}"), "DomainName", ARN, {"Arn": ARN, "Name": NAME}, lower=True
        ),
        "AWS::CodeBuild::Project": Naming(_regional("codebuild", "project/{name}"), "Name"),
        "AWS::DynamoDB::GlobalTable": _TABLE,
        "AWS::DynamoDB::Table": _TABLE,
        "AWS::EC2::VPCEndpoint": Naming(_regional("ec2", "vpc-endpoint/{name}"), attributes={"Id": NAME}, lower=True),
        "AWS::ECR::Repository": Naming(_regional("ecr", "repository/{name}"), "RepositoryName", lower=True),
        "AWS::ECS::Cluster": Naming(_regional("ecs", "cluster/{name}"), "ClusterName"),
        "AWS::EFS::FileSystem": Naming(
            _regional("elasticfilesystem", "file-system/{name}"),
            attributes={"Arn": ARN, "FileSystemId": NAME},
            lower=True,
        ),
        "AWS::Elasticsearch::Domain": Naming(
            _regional("es", "domain/{name}"), "DomainName", attributes=_DOMAIN_ATTRIBUTES, lower=True
        ),
        "AWS::Events::EventBus": Naming(
            _regional("events", "event-bus/{name}"), "Name", attributes={"Arn": ARN, "Name": NAME}
        ),
        "AWS::IAM::Group": Naming(_iam("group{path}{name}"), "GroupName"),
        "AWS::IAM::InstanceProfile": Naming(_iam("instance-profile{path}{name}"), "InstanceProfileName"),
        "AWS::IAM::ManagedPolicy": Naming(_iam("policy{path}{name}"), "ManagedPolicyName", ARN, {"PolicyArn": ARN}),
        "AWS::IAM::OIDCProvider": Naming(_iam("oidc-provider/{name}"), "Url", ARN),
        "AWS::IAM::Role": Naming(_iam("role{path}{name}"), "RoleName"),
        "AWS::IAM::SAMLProvider": Naming(_iam("saml-provider/{name}"), "Name", ARN),
        "AWS::IAM::User": Naming(_iam("user{path}{name}"), "UserName"),
        "AWS::KMS::Alias": Naming(_regional("kms"), "AliasName", attributes={}),
        "AWS::KMS::Key": Naming(_regional("kms", "key/{name}"), attributes={"Arn": ARN, "KeyId": NAME}),
        "AWS::Kinesis::Stream": Naming(_regional("kinesis", "stream/{name}"), "Name"),
        "AWS::KinesisFirehose::DeliveryStream": Naming(
            _regional("firehose", "deliverystream/{name}"), "DeliveryStreamName"
        ),
        "AWS::Lambda::Function": _FUNCTION,
        "AWS::Logs::LogGroup": Naming(
            _regional("logs", "log-group:{name}"),
            "LogGroupName",
            attributes={"Arn": _regional("logs", "log-group:{name}:*")},
        ),
        "AWS::OpenSearchService::Domain": Naming(
            _regional("es", "domain/{name}"), "DomainName", attributes=_DOMAIN_ATTRIBUTES, lower=True
        ),
        "AWS::S3::Bucket": Naming(
            "arn:{partition}:s3:::{name}",
            "BucketName",
            attributes={
                "Arn": ARN,
                "DomainName": "{name}.s3.{suffix}",
                "RegionalDomainName": "{name}.s3.{region}.{suffix}",
            },
            lower=True,
        ),
        "AWS::SNS::Topic": Naming(_regional("sns"), "TopicName", ARN, {"TopicArn": ARN, "TopicName": NAME}),
        "AWS::SQS::Queue": Naming(
            _regional("sqs"), "QueueName", _QUEUE_URL, {"Arn": ARN, "QueueName": NAME, "QueueUrl": _QUEUE_URL}
        ),
        "AWS::SecretsManager::Secret": Naming(
            _regional("secretsmanager", "secret:{name}-AWSGEN"), "Name", ARN, {"Id": ARN}
        ),
        "AWS::Serverless::Function": _FUNCTION,
        "AWS::Serverless::SimpleTable": _TABLE,
        "AWS::Serverless::StateMachine": Naming(_MACHINE, "Name", ARN, {"Arn": ARN, "Name": NAME}),
        "AWS::Serverless::Api": Naming(
            _regional("execute-api", "{name}/*"), attributes={"RestApiId": NAME}, lower=True
        ),
        "AWS::SSM::Parameter": Naming(_regional("ssm", "parameter/{name}"), "Name", attributes={}),
        "AWS::StepFunctions::StateMachine": Naming(_MACHINE, "StateMachineName", ARN, {"Arn": ARN, "Name": NAME}),
    }
)
"""One row a resource type. What has no row gets its name from AWS alone, and a reference to it is not known.

The ARN of a secret ends with six characters that AWS chooses; ``AWSGEN`` stands for them.
"""
