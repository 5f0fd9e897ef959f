"""The AWS CLI calls that put policies into force, as data: by kind of document, and by the resource that has it.

``{document}`` stands for the document, ``{arn}`` for the ARN of what it is attached to, ``{name}`` and ``{id}`` for the
last part and for all of its name, ``{policy}``, ``{policy_arn}`` and ``{policy_id}`` for the policy.
Source: AWS CLI command reference (iam, organizations, sso-admin, ec2 and the services that have such policies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED: Final = "aws iam create-policy-version --policy-arn {policy_arn} --policy-document {document} --set-as-default"
ORGANISATION: Final = "aws organizations update-policy --policy-id {policy_id} --content {document}"

NEW_MANAGED: Final[Mapping[str, str]] = {
    "role": (
        "aws iam create-policy --policy-name {policy} --policy-document {document}"
        " && aws iam attach-role-policy --role-name {name} --policy-arn {policy_arn}"
    ),
    "user": (
        "aws iam create-policy --policy-name {policy} --policy-document {document}"
        " && aws iam attach-user-policy --user-name {name} --policy-arn {policy_arn}"
    ),
}
"""Customer managed policies that do not exist yet, by the type of identity that they are attached to."""

NEW_BOUNDARY: Final[Mapping[str, str]] = {
    "role": (
        "aws iam create-policy --policy-name {policy} --policy-document {document}"
        " && aws iam put-role-permissions-boundary --role-name {name} --permissions-boundary {policy_arn}"
    ),
    "user": (
        "aws iam create-policy --policy-name {policy} --policy-document {document}"
        " && aws iam put-user-permissions-boundary --user-name {name} --permissions-boundary {policy_arn}"
    ),
}
"""Permissions boundaries that do not exist yet, by the type of identity that gets one."""

PERMISSION_SET: Final = (
    "aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN"
    " --permission-set-arn PERMISSION_SET_ARN --inline-policy {document}"
    " && aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN"
    " --target-type ALL_PROVISIONED_ACCOUNTS"
)
"""The inline policy of a permission set; no event and no role names the two ARNs (``aws sso-admin list-instances`` and
``list-permission-sets`` do)."""

DELETE_VERSION: Final = "aws iam delete-policy-version --policy-arn {policy_arn} --version-id {version} && "
"""What makes room for one more version of a managed policy."""

ATTACH: Final = "aws organizations attach-policy --policy-id {policy_id} --target-id {name}"
"""A policy of the organisation that exists, for a node."""

INLINE: Final[Mapping[str, str]] = {
    "role": "aws iam put-role-policy --role-name {name} --policy-name {policy} --policy-document {document}",
    "user": "aws iam put-user-policy --user-name {name} --policy-name {policy} --policy-document {document}",
    "group": "aws iam put-group-policy --group-name {name} --policy-name {policy} --policy-document {document}",
}
"""Inline policies, by the type of identity that they are embedded in."""

BY_TYPE: Final[Mapping[PolicyType, str]] = {
    PolicyType.TRUST: "aws iam update-assume-role-policy --role-name {name} --policy-document {document}",
    PolicyType.SCP: ORGANISATION,
    PolicyType.RCP: ORGANISATION,
    PolicyType.VPCE: "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {name} --policy-document {document}",
}

BY_RESOURCE: Final[Mapping[tuple[str, str], str]] = {
    ("s3", ""): "aws s3api put-bucket-policy --bucket {name} --policy {document}",
    ("s3", "accesspoint"): (
        "aws s3control put-access-point-policy --region {region} --account-id {account} --name {name}"
        " --policy {document}"
    ),
    (
        "kms",
        "key",
    ): "aws kms put-key-policy --region {region} --key-id {name} --policy-name default --policy {document}",
    ("sqs", ""): (
        "aws sqs set-queue-attributes --region {region} --queue-url {queue_url} --attributes {policy_attribute}"
    ),
    ("sns", ""): (
        "aws sns set-topic-attributes --region {region} --topic-arn {arn} --attribute-name Policy"
        " --attribute-value {document}"
    ),
    ("secretsmanager", "secret"): (
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --resource-policy {document}"
    ),
    ("ecr", "repository"): (
        "aws ecr set-repository-policy --region {region} --repository-name {id} --policy-text {document}"
    ),
    ("dynamodb", "table"): (
        "aws dynamodb put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("kinesis", "stream"): (
        "aws kinesis put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("elasticfilesystem", "file-system"): (
        "aws efs put-file-system-policy --region {region} --file-system-id {id} --policy {document}"
    ),
    ("backup", "backup-vault"): (
        "aws backup put-backup-vault-access-policy --region {region} --backup-vault-name {id} --policy {document}"
    ),
    ("events", "event-bus"): ("aws events put-permission --region {region} --event-bus-name {id} --policy {document}"),
    ("s3-object-lambda", "accesspoint"): (
        "aws s3control put-access-point-policy-for-object-lambda --region {region} --account-id {account} --name {id}"
        " --policy {document}"
    ),
    ("s3express", "bucket"): "aws s3api put-bucket-policy --region {region} --bucket {id} --policy {document}",
    ("s3express", "accesspoint"): (
        "aws s3control put-access-point-policy --region {region} --account-id {account} --name {id} --policy {document}"
    ),
    ("s3tables", "bucket"): (
        "aws s3tables put-table-bucket-policy --region {region} --table-bucket-arn {arn} --resource-policy {document}"
    ),
    ("acm-pca", "certificate-authority"): (
        "aws acm-pca put-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("bedrock", "custom-model"): (
        "aws bedrock put-resource-policy --region {region} --resource-arn {arn} --resource-policy {document}"
    ),
    ("cloudtrail", "channel"): (
        "aws cloudtrail put-resource-policy --region {region} --resource-arn {arn} --resource-policy {document}"
    ),
    ("cloudtrail", "eventdatastore"): (
        "aws cloudtrail put-resource-policy --region {region} --resource-arn {arn} --resource-policy {document}"
    ),
    ("codeartifact", "domain"): (
        "aws codeartifact put-domain-permissions-policy --region {region} --domain {id} --policy-document {document}"
    ),
    ("codebuild", "project"): (
        "aws codebuild put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("codebuild", "report-group"): (
        "aws codebuild put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("ecr-public", "repository"): (
        "aws ecr-public set-repository-policy --region us-east-1 --repository-name {id} --policy-text {document}"
    ),
    ("glue", ""): "aws glue put-resource-policy --region {region} --policy-in-json {document}",
    ("mediastore", "container"): (
        "aws mediastore put-container-policy --region {region} --container-name {id} --policy {document}"
    ),
    ("redshift", "namespace"): (
        "aws redshift put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("redshift-serverless", "namespace"): (
        "aws redshift-serverless put-resource-policy --region {region} --resource-arn {arn} --policy {document}"
    ),
    ("schemas", "registry"): (
        "aws schemas put-resource-policy --region {region} --registry-name {id} --policy {document}"
    ),
    ("ssm", "parameter"): "aws ssm put-resource-policy --region {region} --resource-arn {arn} --policy {document}",
    ("vpc-lattice", "service"): (
        "aws vpc-lattice put-auth-policy --region {region} --resource-identifier {arn} --policy {document}"
    ),
    ("vpc-lattice", "servicenetwork"): (
        "aws vpc-lattice put-auth-policy --region {region} --resource-identifier {arn} --policy {document}"
    ),
}
"""Resource-based policies, by service and resource type (the part of the ARN's resource before its first ``/`` or
``:``, empty where there is none)."""

TO_REPLACE: Final[Mapping[tuple[str, str], str]] = {
    ("ssm", "parameter"): " --policy-id POLICY_ID --policy-hash POLICY_HASH",
}
"""What the call needs besides to replace a policy that is there; ``aws ssm get-resource-policies`` tells both."""
