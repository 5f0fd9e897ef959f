"""The actions of Amazon S3 operations: most are named after the thing that is reached, not after the operation.

Source: Amazon S3 User Guide, using-with-s3-policy-actions (required permissions for API operations) and
s3-express-security-iam (directory buckets); Amazon S3 API Reference (permissions of each operation); spec A7, S36.
"""

from __future__ import annotations

from typing import Final

_METADATA_TABLE = "BucketMetadataTableConfiguration"
_ZONAL_OPERATIONS = (
    "AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjects "
    "GetObject GetObjectAttributes HeadBucket HeadObject ListMultipartUploads ListObjects ListObjectsV2 "
    "ListParts PutObject RenameObject UploadPart UploadPartCopy"
)

S3_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateBucketMetadataConfiguration": (f"s3:Create{_METADATA_TABLE}",),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:CreateSession": ("s3express:CreateSession",),
    "s3:DeleteAccessPointScope": ("s3express:DeleteAccessPointScope",),
    "s3:DeleteAccountPublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
    "s3:DeleteBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3:DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3:DeleteBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketMetadataConfiguration": (f"s3:Delete{_METADATA_TABLE}",),
    "s3:DeleteBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:DeleteBucketPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetAccessPointScope": ("s3express:GetAccessPointScope",),
    "s3:GetBucket": ("s3-outposts:GetBucket",),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:GetBucketAnalyticsConfiguration": ("s3:GetAnalyticsConfiguration",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:GetBucketIntelligentTieringConfiguration": ("s3:GetIntelligentTieringConfiguration",),
    "s3:GetBucketInventoryConfiguration": ("s3:GetInventoryConfiguration",),
    "s3:GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketMetadataConfiguration": (f"s3:Get{_METADATA_TABLE}",),
    "s3:GetBucketMetricsConfiguration": ("s3:GetMetricsConfiguration",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:GetObjectAttributes": ("s3:GetObject", "s3:GetObjectAttributes"),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:InitiateMultipartUpload": ("s3:PutObject",),
    "s3:ListAccessPointsForDirectoryBuckets": ("s3express:ListAccessPointsForDirectoryBuckets",),
    "s3:ListBucketAnalyticsConfigurations": ("s3:GetAnalyticsConfiguration",),
    "s3:ListBucketIntelligentTieringConfigurations": ("s3:GetIntelligentTieringConfiguration",),
    "s3:ListBucketInventoryConfigurations": ("s3:GetInventoryConfiguration",),
    "s3:ListBucketMetricsConfigurations": ("s3:GetMetricsConfiguration",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListDirectoryBuckets": ("s3express:ListAllMyDirectoryBuckets",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListParts": ("s3:ListMultipartUploadParts",),
    "s3:ListRegionalBuckets": ("s3-outposts:ListRegionalBuckets",),
    "s3:PostObject": ("s3:PutObject",),
    "s3:PutAccessPointScope": ("s3express:PutAccessPointScope",),
    "s3:PutBucketAccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:PutBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
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
    "s3:RenameObject": ("s3express:CreateSession",),
    "s3:SelectObjectContent": ("s3:GetObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:UploadPartCopy": ("s3:GetObject", "s3:PutObject"),
    "s3:WriteGetObjectResponse": ("s3-object-lambda:WriteGetObjectResponse",),
    # On Outposts, what S3 asks of a bucket carries the prefix of S3 on Outposts.
    "s3:DeleteBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
    "s3-outposts:DeleteBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
    "s3-outposts:DeleteBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
    "s3-outposts:DeleteBucketTagging": ("s3-outposts:PutBucketTagging",),
    "s3-outposts:GetBucketLifecycleConfiguration": ("s3-outposts:GetLifecycleConfiguration",),
    "s3-outposts:GetBucketReplication": ("s3-outposts:GetReplicationConfiguration",),
    "s3-outposts:PutBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
    "s3-outposts:PutBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
    # Directory buckets: the calls about the bucket itself; those about its objects are in the list below.
    "s3express:DeleteBucketEncryption": ("s3express:PutEncryptionConfiguration",),
    "s3express:DeleteBucketInventoryConfiguration": ("s3express:PutInventoryConfiguration",),
    "s3express:DeleteBucketLifecycle": ("s3express:PutLifecycleConfiguration",),
    "s3express:DeleteBucketMetricsConfiguration": ("s3express:PutMetricsConfiguration",),
    "s3express:GetBucketEncryption": ("s3express:GetEncryptionConfiguration",),
    "s3express:GetBucketInventoryConfiguration": ("s3express:GetInventoryConfiguration",),
    "s3express:GetBucketLifecycle": ("s3express:GetLifecycleConfiguration",),
    "s3express:GetBucketLifecycleConfiguration": ("s3express:GetLifecycleConfiguration",),
    "s3express:GetBucketMetricsConfiguration": ("s3express:GetMetricsConfiguration",),
    "s3express:ListBucketInventoryConfigurations": ("s3express:GetInventoryConfiguration",),
    "s3express:ListBucketMetricsConfigurations": ("s3express:GetMetricsConfiguration",),
    "s3express:ListDirectoryBuckets": ("s3express:ListAllMyDirectoryBuckets",),
    "s3express:PutBucketEncryption": ("s3express:PutEncryptionConfiguration",),
    "s3express:PutBucketInventoryConfiguration": ("s3express:PutInventoryConfiguration",),
    "s3express:PutBucketLifecycle": ("s3express:PutLifecycleConfiguration",),
    "s3express:PutBucketLifecycleConfiguration": ("s3express:PutLifecycleConfiguration",),
    "s3express:PutBucketMetricsConfiguration": ("s3express:PutMetricsConfiguration",),
    **{f"s3express:{zonal}": ("s3express:CreateSession",) for zonal in _ZONAL_OPERATIONS.split()},
}
"""The actions of each operation; several are all needed, each on a resource of its own (spec A8)."""

VERSIONED_ACTIONS: Final = {
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:GetObjectTorrent": "s3:GetObjectVersionTorrent",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
}
"""The actions that S3 asks for instead when the request names a version of the object."""
