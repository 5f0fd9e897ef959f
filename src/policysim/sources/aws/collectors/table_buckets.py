"""Policies of table buckets and of the tables in them.

The policy of a table bucket reaches its tables, and a table may have one of its own beside it: one that is not listed
could not be looked at.

Source: Amazon S3 User Guide, s3-tables-resource-based-policies; Amazon S3 API Reference, GetTableBucketPolicy and
GetTablePolicy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.joined_policies import joined
from policysim.sources.aws.collectors.listed import is_own
from policysim.sources.aws.collectors.regions import TABLE_BUCKETS_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_NONE: Final = ("NotFoundException",)


def _table_buckets(reading: Reading) -> Iterator[Entry]:
    for bucket in reading.items("s3tables", "list_table_buckets", "tableBuckets"):
        if not is_own(bucket["arn"], reading):
            continue
        with reading.about(bucket["arn"]):
            told = reading.call("s3tables", "get_table_bucket_policy", absent=_NONE, tableBucketARN=bucket["arn"])
            yield Entry(Part.RESOURCE_POLICIES, (bucket["arn"],), joined([(told or {}).get("resourcePolicy")]))
        with reading.about(bucket["arn"]):
            for table in reading.items("s3tables", "list_tables", "tables", tableBucketARN=bucket["arn"]):
                yield from _table(bucket["arn"], table, reading)


def _table(bucket: str, table: dict[str, Any], reading: Reading) -> Iterator[Entry]:
    with reading.about(table["tableARN"]):
        told = reading.call(
            "s3tables",
            "get_table_policy",
            absent=_NONE,
            tableBucketARN=bucket,
            namespace=table["namespace"][0],
            name=table["name"],
        )
        yield Entry(Part.RESOURCE_POLICIES, (table["tableARN"],), joined([(told or {}).get("resourcePolicy")]))


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3tables",
        services=(),
        client="s3tables",
        scope=Scope.REGION,
        actions=(
            "s3tables:ListTableBuckets",
            "s3tables:GetTableBucketPolicy",
            "s3tables:ListTables",
            "s3tables:GetTablePolicy",
        ),
        what="policies of table buckets and tables",
        collect=_table_buckets,
        regions=TABLE_BUCKETS_IN,
    ),
)
