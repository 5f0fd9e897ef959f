"""What a call needs beside the action of its name: one curated row for each option that asks for one more action.

A row is certain when the request parameters show the option. Rows without an option that could be shown are
conditional: something that no record tells (the tags of what is copied, the role in an instance profile) decides.
Source: the API Reference and user guide of each service, named above its rows; spec A8, S7, S9, S26, S33.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class FurtherAction(NamedTuple):
    """One action that a call needs, or may need, beside its own.

    ``operation`` must match the operation whole, as `prefix:Name`. ``option`` is the parameter that shows the need
    (empty: none does, and the row is conditional), ``unless`` the values of it that need nothing more. ``resource`` is
    the parameter that names the resource (empty: whatever the action's own rows find), ``template`` makes an ARN of
    it. ``assumed`` says, in words, what had to be taken for granted; such a row is conditional too.
    """

    operation: str
    action: str
    option: str
    resource: str = ""
    template: str = ""
    unless: tuple[str, ...] = ()
    assumed: str = ""


_ROLE = "arn:{partition}:iam::{account}:role/{value}"
_SAME_NAME = "the role is taken to have the name of its instance profile"
_WRITES = "s3:(PutObject|CopyObject|PostObject|CreateMultipartUpload|InitiateMultipartUpload)"
_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
_KEY = "arn:{partition}:kms:{region}:{account}:key/{value}"

FURTHER_ACTIONS: Final = (
    # Amazon S3 API Reference: PutObject, CopyObject, CreateMultipartUpload, CreateBucket (Permissions).
    FurtherAction(_WRITES, "s3:PutObjectTagging", "x-amz-tagging"),
    FurtherAction(_WRITES, "s3:PutObjectAcl", "x-amz-acl"),
    FurtherAction(_WRITES, "s3:PutObjectAcl", "x-amz-grant-full-control"),
    FurtherAction(_WRITES, "s3:PutObjectAcl", "x-amz-grant-read"),
    FurtherAction(_WRITES, "s3:PutObjectAcl", "x-amz-grant-read-acp"),
    FurtherAction(_WRITES, "s3:PutObjectAcl", "x-amz-grant-write-acp"),
    FurtherAction(_WRITES, "s3:PutObjectLegalHold", "x-amz-object-lock-legal-hold"),
    FurtherAction(_WRITES, "s3:PutObjectLegalHold", "x-amz-object-lock-legal-hold-status"),
    FurtherAction(_WRITES, "s3:PutObjectRetention", "x-amz-object-lock-mode"),
    FurtherAction(_WRITES, "s3:PutObjectRetention", "x-amz-object-lock-retain-until-date"),
    FurtherAction("s3:CopyObject", "s3:GetObjectTagging", "", assumed="the object that is copied may have tags"),
    FurtherAction("s3:CopyObject", "s3:PutObjectTagging", "", assumed="the object that is copied may have tags"),
    FurtherAction("s3:CreateBucket", "s3:PutBucketAcl", "x-amz-acl", unless=("private",)),
    FurtherAction("s3:CreateBucket", "s3:PutBucketOwnershipControls", "x-amz-object-ownership"),
    FurtherAction(
        "s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "x-amz-bucket-object-lock-enabled", unless=("false",)
    ),
    FurtherAction("s3:CreateBucket", "s3:PutBucketVersioning", "x-amz-bucket-object-lock-enabled", unless=("false",)),
    # Amazon S3 User Guide, UsingKMSEncryption: S3 calls AWS KMS with the caller's credentials.
    FurtherAction(_WRITES, "kms:GenerateDataKey", _KEY_HEADER, _KEY_HEADER, _KEY),
    FurtherAction("s3:(CreateMultipartUpload|InitiateMultipartUpload)", "kms:Decrypt", _KEY_HEADER, _KEY_HEADER, _KEY),
    FurtherAction(
        "s3:(GetObject|SelectObjectContent|CopyObject|UploadPartCopy)",
        "kms:Decrypt",
        "",
        assumed="the object may be encrypted with a key of AWS KMS",
    ),
    # Amazon S3 API Reference, HeadObject (x-amz-checksum-mode): the key is used for the checksum alone.
    FurtherAction(
        "s3:HeadObject",
        "kms:Decrypt",
        "",
        assumed="to show a checksum of an object that is encrypted with a key of AWS KMS",
    ),
    FurtherAction(
        "s3:(PutObject|UploadPart|CopyObject)",
        "kms:GenerateDataKey",
        "",
        assumed="the bucket may encrypt new objects with a key of AWS KMS",
    ),
    # AWS Secrets Manager User Guide, security-encryption; Systems Manager User Guide, secure-string-parameter-kms.
    FurtherAction("secretsmanager:(CreateSecret|UpdateSecret)", "kms:GenerateDataKey", "kmsKeyId", "kmsKeyId", _KEY),
    FurtherAction("secretsmanager:(CreateSecret|UpdateSecret)", "kms:Decrypt", "kmsKeyId", "kmsKeyId", _KEY),
    FurtherAction("ssm:PutParameter", "kms:Encrypt", "keyId", "keyId", _KEY),
    FurtherAction(
        "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "secretIdList", "secretIdList", "{value}"
    ),
    FurtherAction(
        "secretsmanager:(Batch)?GetSecretValue",
        "kms:Decrypt",
        "",
        assumed="the secret may be encrypted with a key of the customer's own",
    ),
    FurtherAction(
        "ssm:GetParameter(s|sByPath)?",
        "kms:Decrypt",
        "withDecryption",
        assumed="the parameter may be a SecureString",
    ),
    # Amazon SQS Developer Guide, sqs-key-management; Amazon SNS Developer Guide, sns-key-management.
    FurtherAction(
        "sqs:SendMessage(Batch)?", "kms:GenerateDataKey", "", assumed="the queue may be encrypted with a key of AWS KMS"
    ),
    FurtherAction(
        "sqs:(SendMessage(Batch)?|ReceiveMessage)",
        "kms:Decrypt",
        "",
        assumed="the queue may be encrypted with a key of AWS KMS",
    ),
    FurtherAction(
        "sns:Publish(Batch)?", "kms:GenerateDataKey", "", assumed="the topic may be encrypted with a key of AWS KMS"
    ),
    FurtherAction("sns:Publish(Batch)?", "kms:Decrypt", "", assumed="the topic may be encrypted with a key of AWS KMS"),
    # AWS Lambda Developer Guide, adding-layers and configuration-vpc (permissions of the user).
    FurtherAction(
        "lambda:(CreateFunction|UpdateFunctionConfiguration)", "lambda:GetLayerVersion", "layers", "layers", "{value}"
    ),
    FurtherAction("lambda:(CreateFunction|UpdateFunctionConfiguration)", "ec2:DescribeSubnets", "vpcConfig.subnetIds"),
    FurtherAction(
        "lambda:(CreateFunction|UpdateFunctionConfiguration)",
        "ec2:DescribeSecurityGroups",
        "vpcConfig.securityGroupIds",
    ),
    # Amazon ECS Developer Guide, security_iam_id-based-policy-examples: the roles of the task are passed.
    FurtherAction(
        "ecs:(RunTask|StartTask|CreateService|UpdateService)",
        "iam:PassRole",
        "",
        assumed="the task definition may name roles",
    ),
    # IAM User Guide, id_session-tags and id_credentials_temp_control-access_monitor (source identity).
    FurtherAction("sts:(AssumeRole|GetFederationToken)", "sts:TagSession", "tags"),
    FurtherAction("sts:AssumeRole", "sts:TagSession", "transitiveTagKeys"),
    FurtherAction("sts:AssumeRole", "sts:SetSourceIdentity", "sourceIdentity"),
    # IAM User Guide, id_roles_use_passrole. Roles whose ARNs the parameters show are found without a row.
    FurtherAction("iam:AddRoleToInstanceProfile", "iam:PassRole", "roleName", "roleName", _ROLE),
    FurtherAction(
        "ec2:(RunInstances|AssociateIamInstanceProfile|ReplaceIamInstanceProfileAssociation|RequestSpotInstances)",
        "iam:PassRole",
        "iamInstanceProfile",
        "iamInstanceProfile.name",
        _ROLE,
        assumed=_SAME_NAME,
    ),
    FurtherAction(
        "ec2:(RunInstances|AssociateIamInstanceProfile|ReplaceIamInstanceProfileAssociation|RequestSpotInstances)",
        "iam:PassRole",
        "iamInstanceProfile",
        "iamInstanceProfile.arn",
        _ROLE,
        assumed=_SAME_NAME,
    ),
    FurtherAction(
        "ec2:(AssociateIamInstanceProfile|ReplaceIamInstanceProfileAssociation)",
        "iam:PassRole",
        "AssociateIamInstanceProfileRequest",
        "AssociateIamInstanceProfileRequest.IamInstanceProfile.Name",
        _ROLE,
        assumed=_SAME_NAME,
    ),
    FurtherAction(
        "autoscaling:CreateLaunchConfiguration",
        "iam:PassRole",
        "iamInstanceProfile",
        "iamInstanceProfile",
        _ROLE,
        assumed=_SAME_NAME,
    ),
    # Each service's page on tagging when a resource is created.
    FurtherAction("iam:CreateUser", "iam:TagUser", "tags"),
    FurtherAction("iam:CreateRole", "iam:TagRole", "tags"),
    FurtherAction("iam:CreatePolicy", "iam:TagPolicy", "tags"),
    FurtherAction("iam:CreateInstanceProfile", "iam:TagInstanceProfile", "tags"),
    FurtherAction("dynamodb:CreateTable", "dynamodb:TagResource", "tags"),
    FurtherAction("ecr:CreateRepository", "ecr:TagResource", "tags"),
    FurtherAction("ecs:(CreateCluster|CreateService|RegisterTaskDefinition|RunTask)", "ecs:TagResource", "tags"),
    FurtherAction("eks:CreateCluster", "eks:TagResource", "tags"),
    FurtherAction("events:PutRule", "events:TagResource", "tags"),
    FurtherAction("kms:CreateKey", "kms:TagResource", "tags"),
    FurtherAction("lambda:CreateFunction", "lambda:TagResource", "tags"),
    FurtherAction("logs:CreateLogGroup", "logs:TagResource", "tags"),
    FurtherAction("rds:Create(DBInstance|DBCluster|DBSnapshot|DBSubnetGroup)", "rds:AddTagsToResource", "tags"),
    FurtherAction("secretsmanager:CreateSecret", "secretsmanager:TagResource", "tags"),
    FurtherAction("sns:CreateTopic", "sns:TagResource", "tags"),
    FurtherAction("sqs:CreateQueue", "sqs:TagQueue", "tags"),
    FurtherAction("ssm:PutParameter", "ssm:AddTagsToResource", "tags"),
    FurtherAction("states:CreateStateMachine", "states:TagResource", "tags"),
    # API Gateway Developer Guide, apigateway-authorization-policy-language: the resource policy of an API.
    FurtherAction("apigateway:CreateRestApi", "apigateway:UpdateRestApiPolicy", "createRestApiInput.policy"),
)
"""One row for each action that an option asks for."""

PASSES_ROLES: Final = re.compile(
    r"batch:(RegisterJobDefinition|CreateComputeEnvironment|UpdateComputeEnvironment)"
    r"|cloudformation:(CreateStack|UpdateStack|DeleteStack|CreateChangeSet|CreateStackSet|UpdateStackSet)"
    r"|codebuild:(Create|Update)Project|codepipeline:(Create|Update)Pipeline"
    r"|ecs:(RegisterTaskDefinition|CreateService|RunTask|StartTask)"
    r"|eks:(CreateCluster|CreateNodegroup|CreateFargateProfile|CreateAddon|CreatePodIdentityAssociation)"
    r"|events:(PutRule|PutTargets)|firehose:(CreateDeliveryStream|UpdateDestination)"
    r"|glue:(Create|Update)(Crawler|DevEndpoint|Job|MLTransform)|lambda:UpdateFunctionConfiguration"
    r"|states:UpdateStateMachine|transfer:(Create|Update)(Server|User)",
    re.IGNORECASE,
)
"""Operations that pass the roles of their parameters, where the dependent actions of the catalogue do not say so."""

TAGS_ON_CREATE: Final = re.compile(r"(Tag|AddTags)\w*", re.IGNORECASE)
"""The names of the dependent actions that a call needs when it passes tags."""

TAG_PARAMETERS: Final = ("tags", "Tags", "tagSet", "tagsList")
"""The parameters that pass tags for what is created."""

_ROWS: Final = tuple((re.compile(row.operation, re.IGNORECASE), row) for row in FURTHER_ACTIONS)


def further_actions(operation_name: str) -> tuple[FurtherAction, ...]:
    """The rows of an operation such as ``lambda:CreateFunction`` (without an API date)."""
    return tuple(row for pattern, row in _ROWS if pattern.fullmatch(operation_name))
