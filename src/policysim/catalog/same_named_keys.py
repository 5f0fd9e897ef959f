"""Condition keys whose value is that of the request parameter of the same name, by service.

Only keys stand here of which AWS says that they are about the request: many others have the name of a parameter and
are about the resource as it is (`kms:KeySpec` of a data key's request is not that of the KMS key).
Source: Service Authorization Reference (condition keys of each service, and their descriptions). Dated data (2026-11).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class SameNamedKeys(NamedTuple):
    """Keys of a service, without its prefix; ``actions`` must match the action's name whole, in any case."""

    service: str
    keys: tuple[str, ...]
    actions: str = ".*"


SAME_NAMED_KEYS: Final = (
    SameNamedKeys("acm", ("KeyAlgorithm", "ValidationMethod")),
    SameNamedKeys("acm-pca", ("TemplateArn",)),
    SameNamedKeys("autoscaling", ("ForceDelete", "MaxSize", "MinSize")),
    SameNamedKeys("autoscaling", ("ImageId", "InstanceType", "SpotPrice"), "CreateLaunchConfiguration"),
    SameNamedKeys(
        "autoscaling", ("LaunchConfigurationName", "LoadBalancerNames", "TargetGroupARNs"), "CreateAutoScalingGroup"
    ),
    SameNamedKeys("backup", ("ChangeableForDays", "Index", "MaxRetentionDays", "MinRetentionDays")),
    SameNamedKeys("batch", ("ShareIdentifier",)),
    SameNamedKeys(
        "cloudformation",
        ("ChangeSetName", "ImportResourceTypes", "ResourceTypes", "RoleArn", "StackPolicyUrl", "TemplateUrl"),
    ),
    SameNamedKeys("cloudwatch", ("AlarmActions", "namespace")),
    SameNamedKeys("dynamodb", ("ReturnConsumedCapacity", "ReturnValues", "Select")),
    SameNamedKeys("eks", ("clusterName", "kubernetesGroups", "policyArn", "principalArn", "username")),
    SameNamedKeys(
        "elasticache",
        (
            "AtRestEncryptionEnabled",
            "CacheNodeType",
            "CacheParameterGroupName",
            "EngineVersion",
            "SnapshotRetentionLimit",
            "TransitEncryptionEnabled",
        ),
    ),
    SameNamedKeys("elasticfilesystem", ("Encrypted",), "CreateFileSystem"),
    SameNamedKeys("elasticloadbalancing", ("Scheme",), "CreateLoadBalancer"),
    SameNamedKeys("iam", ("NotificationChannel", "OrganizationsPolicyId")),
    SameNamedKeys("kms", ("BypassPolicyLockoutSafetyCheck",), "CreateKey|PutKeyPolicy"),
    SameNamedKeys("kms", ("KeySpec", "KeyUsage", "MultiRegion"), "CreateKey"),
    SameNamedKeys(
        "kms",
        (
            "EncapsulationAlgorithm",
            "ExpirationModel",
            "GranteeServicePrincipal",
            "KeyAgreementAlgorithm",
            "MacAlgorithm",
            "MessageType",
            "PrimaryRegion",
            "ReplicaRegion",
            "RetiringServicePrincipal",
            "RotationPeriodInDays",
            "SigningAlgorithm",
            "WrappingAlgorithm",
            "WrappingKeySpec",
        ),
    ),
    SameNamedKeys("lambda", ("CodeSigningConfigArn", "FunctionUrlAuthType", "Principal")),
    SameNamedKeys("organizations", ("PolicyType", "ServicePrincipal")),
    SameNamedKeys("ram", ("PermissionArn",)),
    SameNamedKeys("rds", ("CopyOptionGroup", "EndpointType", "ManageMasterUserPassword")),
    SameNamedKeys(
        "rds",
        ("BackupTarget", "DatabaseName", "MultiAz", "PubliclyAccessible", "StorageEncrypted"),
        "(Create|Restore).*",
    ),
    SameNamedKeys("redshift", ("DbName", "DbUser", "DurationSeconds")),
    SameNamedKeys(
        "sagemaker",
        (
            "AcceleratorTypes",
            "AppNetworkAccessType",
            "AuthMode",
            "DirectInternetAccess",
            "ModelApprovalStatus",
            "RootAccess",
            "TargetModel",
        ),
    ),
    SameNamedKeys(
        "secretsmanager",
        (
            "BlockPublicPolicy",
            "Description",
            "ForceDeleteWithoutRecovery",
            "ForceOverwriteReplicaSecret",
            "KmsKeyId",
            "Name",
            "RecoveryWindowInDays",
            "RotateImmediately",
            "RotationLambdaARN",
            "SecretId",
            "VersionId",
            "VersionStage",
        ),
    ),
    SameNamedKeys("servicecatalog", ("Resource", "ResourceType")),
    SameNamedKeys("sns", ("Endpoint", "Protocol"), "Subscribe"),
    SameNamedKeys("ssm", ("AutoApprove", "DocumentVersion", "Overwrite", "Policies", "Recursive", "SyncType")),
    SameNamedKeys("sts", ("DurationSeconds", "SigningAlgorithm"), "GetWebIdentityToken"),
    SameNamedKeys("vpc-lattice", ("AuthType", "Protocol", "SecurityGroupIds")),
)
"""The rows of all services."""
