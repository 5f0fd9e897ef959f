"""Directory buckets of Amazon S3, with their policies and tags.

botocore does not know in which Regions they are, so that a dated table says it, and the service is never called
complete on the strength of it. Source: Amazon S3 API Reference, ListDirectoryBuckets, GetBucketPolicy and
ListTagsForResource;
User Guide, endpoint-directory-buckets-AZ; spec S36.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.reading_policies import arn_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

DIRECTORY_BUCKET_REGIONS: Final = (
    "ap-northeast-1",
    "ap-south-1",
    "eu-north-1",
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)
"""The Regions with directory buckets (2026-11)."""


_NAME_END: Final = "--x-s3"


def _buckets(reading: Reading) -> Iterator[tuple[str, str]]:
    """Name and ARN of each directory bucket of the Region; the end of the name is what tells them from others."""
    for bucket in reading.items("s3", "list_directory_buckets", "Buckets"):
        if bucket["Name"].endswith(_NAME_END):
            yield bucket["Name"], arn_of(reading, "s3express", f"bucket/{bucket['Name']}")


def _policies(reading: Reading) -> Iterator[Entry]:
    for name, arn in _buckets(reading):
        yield from policy_of(
            reading, arn, "s3", "get_bucket_policy", "Policy", absent=("NoSuchBucketPolicy",), Bucket=name
        )


def _tags(reading: Reading) -> Iterator[Entry]:
    account = reading.place.account_id
    for _, arn in _buckets(reading):
        with reading.about(arn):
            told = reading.call("s3control", "list_tags_for_resource", AccountId=account, ResourceArn=arn) or {}
            yield Entry(Part.TAGS, (arn,), {tag["Key"]: tag["Value"] for tag in told.get("Tags") or ()})


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3express-bucket-policies",
        services=(),
        client="s3",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=("s3express:ListAllMyDirectoryBuckets", "s3express:GetBucketPolicy"),
        what="policies of directory buckets",
        collect=_policies,
    ),
    Collector(
        name="s3express-bucket-tags",
        services=(),
        client="s3",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=("s3express:ListAllMyDirectoryBuckets", "s3express:ListTagsForResource"),
        what="tags of directory buckets",
        collect=_tags,
    ),
)
