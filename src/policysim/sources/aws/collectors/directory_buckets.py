"""Directory buckets, table buckets and vector buckets of Amazon S3, with their policies.

botocore does not know in which Regions they are, so that a dated table says it; none of these services is called
complete on the strength of it. Source: Amazon S3 API Reference, ListDirectoryBuckets, GetBucketPolicy,
ListTableBuckets, GetTableBucketPolicy, GetTablePolicy, ListVectorBuckets and GetVectorBucketPolicy; User Guide,
endpoint-directory-buckets-AZ and s3-tables-regions-quotas.
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

_TABLE_REGIONS: Final = tuple(
    """
    af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1
    eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1
    mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""The Regions with table buckets (2026-11)."""

_VECTOR_REGIONS: Final = tuple(
    """
    ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1
    eu-west-1 eu-west-2 eu-west-3 us-east-1 us-east-2 us-west-2
    """.split()  # noqa: SIM905  # the same
)
"""The Regions with vector buckets (2026-11)."""


def _directory_buckets(reading: Reading) -> Iterator[Entry]:
    for bucket in reading.items("s3", "list_directory_buckets", "Buckets"):
        name = bucket["Name"]
        arn = arn_of(reading, "s3express", f"bucket/{name}")
        yield from policy_of(
            reading, arn, "s3", "get_bucket_policy", "Policy", absent=("NoSuchBucketPolicy",), Bucket=name
        )


def _directory_tags(reading: Reading) -> Iterator[Entry]:
    account = reading.place.account_id
    for bucket in reading.items("s3", "list_directory_buckets", "Buckets"):
        arn = arn_of(reading, "s3express", f"bucket/{bucket['Name']}")
        with reading.about(arn):
            told = reading.call("s3control", "list_tags_for_resource", AccountId=account, ResourceArn=arn) or {}
            yield Entry(Part.TAGS, (arn,), {tag["Key"]: tag["Value"] for tag in told.get("Tags") or ()})


def _table_buckets(reading: Reading) -> Iterator[Entry]:
    """The policies of table buckets, and those of the tables that have one of their own: both count together."""
    for bucket in reading.items("s3tables", "list_table_buckets", "tableBuckets"):
        arn = bucket["arn"]
        yield from policy_of(
            reading,
            arn,
            "s3tables",
            "get_table_bucket_policy",
            "resourcePolicy",
            absent=("NotFoundException",),
            tableBucketARN=arn,
        )
        with reading.about(arn):
            for table in reading.items("s3tables", "list_tables", "tables", tableBucketARN=arn):
                yield from policy_of(
                    reading,
                    table["tableARN"],
                    "s3tables",
                    "get_table_policy",
                    "resourcePolicy",
                    absent=("NotFoundException",),
                    tableBucketARN=arn,
                    namespace=table["namespace"][0],
                    name=table["name"],
                )


def _vector_buckets(reading: Reading) -> Iterator[Entry]:
    for bucket in reading.items("s3vectors", "list_vector_buckets", "vectorBuckets"):
        arn = bucket["vectorBucketArn"]
        yield from policy_of(
            reading,
            arn,
            "s3vectors",
            "get_vector_bucket_policy",
            "policy",
            absent=("NotFoundException",),
            vectorBucketArn=arn,
        )


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3express-bucket-policies",
        services=(),
        client="s3",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=("s3express:ListAllMyDirectoryBuckets", "s3express:GetBucketPolicy"),
        what="policies of directory buckets",
        collect=_directory_buckets,
    ),
    Collector(
        name="s3express-bucket-tags",
        services=(),
        client="s3",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=("s3express:ListAllMyDirectoryBuckets", "s3express:ListTagsForResource"),
        what="tags of directory buckets",
        collect=_directory_tags,
    ),
    Collector(
        name="s3tables-policies",
        services=(),
        client="s3tables",
        scope=Scope.REGION,
        regions=_TABLE_REGIONS,
        actions=(
            "s3tables:ListTableBuckets",
            "s3tables:GetTableBucketPolicy",
            "s3tables:ListTables",
            "s3tables:GetTablePolicy",
        ),
        what="policies of table buckets and of tables",
        collect=_table_buckets,
    ),
    Collector(
        name="s3vectors-bucket-policies",
        services=(),
        client="s3vectors",
        scope=Scope.REGION,
        regions=_VECTOR_REGIONS,
        actions=("s3vectors:ListVectorBuckets", "s3vectors:GetVectorBucketPolicy"),
        what="policies of vector buckets",
        collect=_vector_buckets,
    ),
)
