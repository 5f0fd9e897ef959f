"""From an API call as CloudTrail names it to the IAM actions that it needs.

The rule: the event source without its domain is the service prefix, the event name (without the API date that some
services append) is the action. The tables hold the exceptions.
Source: Service Authorization Reference; measured over all operations of the AWS service models; spec A7.
"""

from __future__ import annotations

import re
from typing import Final

PREFIX_BY_EVENT_SOURCE: Final = {
    "application-insights": "applicationinsights",
    "appstream2": "appstream",
    "awsssoportal": "sso",
    "billingconsole": "billing",
    "chime-sdk-media-pipelines": "chime",
    "chime-sdk-voice": "chime",
    "cloudcontrolapi": "cloudformation",
    "contact-lens": "connect",
    "email": "ses",
    "iotdata": "iot",
    "macie": "macie2",
    "marketplace": "aws-marketplace",
    "marketplace-catalog": "aws-marketplace",
    "catalog.marketplace": "aws-marketplace",
    "entitlement.marketplace": "aws-marketplace",
    "marketplacecommerceanalytics": "aws-marketplace",
    "metering-marketplace": "aws-marketplace",
    "metering.marketplace": "aws-marketplace",
    "migrationhub": "mgh",
    "models.lex": "lex",
    "monitoring": "cloudwatch",
    "mturk-requester": "mechanicalturk",
    "opensearchservice": "es",
    "participant-connect": "connect",
    "participant.connect": "connect",
    "pinpoint": "mobiletargeting",
    "qconnect": "wisdom",
    "queue": "sqs",
    "rdsdata": "rds-data",
    "runtime.lex": "lex",
    "servicecatalog-appregistry": "servicecatalog",
    "streams.dynamodb": "dynamodb",
    "tagging": "tag",
    "transcribestreaming": "transcribe",
}
"""The service prefix of each event source that is not its own prefix."""

API_DATE: Final = re.compile(r"_?\d{4}_?\d{2}_?\d{2}(v\d+)?$")
"""An API date at the end of an event name (`CreateFunction20150331`, `GetFunction20150331v2`)."""

UNDERIVABLE_PREFIXES: Final = frozenset({"apigateway"})
"""Services whose actions are HTTP verbs, so that an operation's name does not tell its action."""

NO_ACTION: Final = frozenset({"signin", "signin-oauth"})
"""Event sources whose events are sign-ins, not calls that a policy authorizes."""

ACTIONS_BY_OPERATION: Final[dict[str, tuple[str, ...]]] = {
    "kms:ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "lambda:InvokeAsync": ("lambda:InvokeFunction",),
    "lambda:InvokeWithResponseStream": ("lambda:InvokeFunction",),
    "sns:PublishBatch": ("sns:Publish",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    # S3 names most of its actions after the thing, not after the operation.
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:DeleteBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3:DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3:DeleteBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:DeleteBucketPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:GetBucketAnalyticsConfiguration": ("s3:GetAnalyticsConfiguration",),
    "s3:GetBucketCors": ("s3:GetBucketCORS",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:GetBucketIntelligentTieringConfiguration": ("s3:GetIntelligentTieringConfiguration",),
    "s3:GetBucketInventoryConfiguration": ("s3:GetInventoryConfiguration",),
    "s3:GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketMetricsConfiguration": ("s3:GetMetricsConfiguration",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:InitiateMultipartUpload": ("s3:PutObject",),
    "s3:ListBucketAnalyticsConfigurations": ("s3:GetAnalyticsConfiguration",),
    "s3:ListBucketIntelligentTieringConfigurations": ("s3:GetIntelligentTieringConfiguration",),
    "s3:ListBucketInventoryConfigurations": ("s3:GetInventoryConfiguration",),
    "s3:ListBucketMetricsConfigurations": ("s3:GetMetricsConfiguration",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListParts": ("s3:ListMultipartUploadParts",),
    "s3:PostObject": ("s3:PutObject",),
    "s3:PutBucketAccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:PutBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3:PutBucketCors": ("s3:PutBucketCORS",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3:PutBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3:PutBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3:PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3:PutBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:SelectObjectContent": ("s3:GetObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:UploadPartCopy": ("s3:GetObject", "s3:PutObject"),
    # Operations whose action depends on what the request asks for.
    "dynamodb:BatchExecuteStatement": (),
    "dynamodb:ExecuteStatement": (),
    "dynamodb:ExecuteTransaction": (),
    "dynamodb:TransactGetItems": ("dynamodb:GetItem",),
    "dynamodb:TransactWriteItems": (),
}
"""The actions of each operation whose action has another name; none where the operation alone does not tell."""

VERSIONED_ACTIONS: Final = {
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
}
"""The actions that S3 asks for instead when the request names a version of the object."""

_ACTIONS = {operation.lower(): actions for operation, actions in ACTIONS_BY_OPERATION.items()}


def service_prefix(event_source: str) -> str:
    """The service prefix of an event source such as ``monitoring.amazonaws.com``."""
    service = event_source.lower().removesuffix(".cn").removesuffix(".amazonaws.com")
    return PREFIX_BY_EVENT_SOURCE.get(service, service)


def actions_of(event_source: str, event_name: str, *, of_version: bool = False) -> tuple[str, ...]:
    """The IAM actions that a call needs by its name; none when the name does not tell.

    Several actions are all needed, each on a resource of its own (spec A8). ``of_version`` tells that the request
    names a version of an S3 object (spec A7).
    """
    prefix = service_prefix(event_source)
    if prefix in UNDERIVABLE_PREFIXES or prefix in NO_ACTION:
        return ()
    operation = f"{prefix}:{API_DATE.sub('', event_name)}"
    actions = _ACTIONS.get(operation.lower(), (operation,))
    return tuple(VERSIONED_ACTIONS.get(action, action) for action in actions) if of_version else actions
