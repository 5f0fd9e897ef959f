"""Forms of ARN that the Service Authorization Reference leaves out, though AWS's other pages document them.

Dated data (2026-11). ``${Star}`` stands for the character ``*`` itself.
"""

from __future__ import annotations

from typing import Final

FURTHER_ARN_FORMS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    # AWS Backup Developer Guide, access-control (resource ARNs): recovery points are resources of many services.
    ("backup", "recoveryPoint"): (
        "arn:${Partition}:backup:${Region}:${Account}:recovery-point:${RecoveryPointId}",
        "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/backup/${BackupId}",
        "arn:${Partition}:ec2:${Region}::image/${ImageId}",
        "arn:${Partition}:ec2:${Region}::snapshot/${SnapshotId}",
        "arn:${Partition}:fsx:${Region}:${Account}:backup/${BackupId}",
        "arn:${Partition}:rds:${Region}:${Account}:cluster-snapshot:${SnapshotName}",
        "arn:${Partition}:rds:${Region}:${Account}:snapshot:${SnapshotName}",
        "arn:${Partition}:redshift:${Region}:${Account}:snapshot:${SnapshotName}",
    ),
    # Amazon ECS Developer Guide, ecs-account-settings: resources from before the cluster was part of the name.
    ("ecs", "container-instance"): (
        "arn:${Partition}:ecs:${Region}:${Account}:container-instance/${ContainerInstanceId}",
    ),
    ("ecs", "service"): ("arn:${Partition}:ecs:${Region}:${Account}:service/${ServiceName}",),
    ("ecs", "task"): ("arn:${Partition}:ecs:${Region}:${Account}:task/${TaskId}",),
    # Lambda Developer Guide, lambda-api-permissions-ref: a function with a version or an alias behind it.
    ("lambda", "function"): ("arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}:${Qualifier}",),
    # CloudWatch Logs User Guide, iam-access-control-overview-cwl: all actions but those on tags want this form.
    ("logs", "log-group"): ("arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:${Star}",),
    # Amazon S3 User Guide, MultiRegionAccessPointRequests: their ARNs have no Region.
    ("s3", "accesspoint"): ("arn:${Partition}:s3::${Account}:accesspoint/${AccessPointName}",),
    ("s3", "accesspointobject"): (
        "arn:${Partition}:s3::${Account}:accesspoint/${AccessPointName}/object/${ObjectName}",
    ),
    # Amazon S3 on Outposts User Guide, S3OutpostsIAM: objects through an access point.
    ("s3-outposts", "object"): (
        "arn:${Partition}:s3-outposts:${Region}:${Account}:outpost/${OutpostId}/accesspoint/${Name}/object/${ObjectName}",
    ),
    # Systems Manager User Guide, and the pattern of a documentArn in its API: what AWS owns has no account.
    ("ssm", "automation-definition"): (
        "arn:${Partition}:ssm:${Region}::automation-definition/${AutomationDefinitionName}:${VersionId}",
    ),
    ("ssm", "document"): ("arn:${Partition}:ssm:${Region}::document/${DocumentName}",),
    ("ssm", "parameter"): ("arn:${Partition}:ssm:${Region}::parameter/${ParameterNameWithoutLeadingSlash}",),
    # Step Functions Developer Guide, concepts-state-machine-version: an execution may be started by version or alias.
    ("states", "statemachine"): (
        "arn:${Partition}:states:${Region}:${Account}:stateMachine:${StateMachineName}:${Qualifier}",
    ),
}
"""By service prefix and resource type: further forms of the ARNs of that type."""

RESOURCES_BEYOND_THE_REFERENCE: Final[dict[str, tuple[str, ...]]] = {
    # AWS managed policies such as AmazonCloudWatchRUMFullAccess; denial messages name `log-group::log-stream:`.
    "logs:describeloggroups": (
        "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}",
        "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:${Star}",
        "arn:${Partition}:logs:${Region}:${Account}:log-group::log-stream:",
        "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:log-stream:${LogStreamName}",
    ),
    # Systems Manager User Guide, getting-started-restrict-access-quickstart.
    "ssmmessages:opendatachannel": ("arn:${Partition}:ssm:${Region}:${Account}:session/${SessionId}",),
}
"""Actions that the reference prints without resource types, though AWS checks them against resources of these forms."""
