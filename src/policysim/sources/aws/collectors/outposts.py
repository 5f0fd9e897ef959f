"""Policies of buckets and access points of S3 on Outposts, and which bucket an access point leads to.

Source: Amazon S3 on Outposts User Guide, S3OutpostsIAM; Amazon S3 API Reference, ListRegionalBuckets, GetBucketPolicy,
ListAccessPoints, GetAccessPoint and GetAccessPointPolicy of S3 Control; spec S17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.joined_policies import joined
from policysim.sources.aws.collectors.listed import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_ABOUT_THE_CALL: Final = "ResponseMetadata"


def _outposts(reading: Reading) -> Iterator[Entry]:
    for outpost in reading.items("s3outposts", "list_outposts_with_s3", "Outposts"):
        asked = {"AccountId": reading.place.account_id, "OutpostId": outpost["OutpostId"]}
        buckets = reading.items("s3control", "list_regional_buckets", "RegionalBucketList", absent=(), **asked)
        for bucket in buckets:
            arn = bucket["BucketArn"]
            if is_own(arn, reading):
                with reading.about(arn):
                    yield from _policy(arn, "get_bucket_policy", "Bucket", "NoSuchBucketPolicy", reading)
                    yield from _access_points(arn, reading)


def _policy(arn: str, operation: str, parameter: str, none: str, reading: Reading) -> Iterator[Entry]:
    asked = {parameter: arn, "AccountId": reading.place.account_id}
    told = reading.call("s3control", operation, absent=(none,), region=None, **asked) or {}
    yield Entry(Part.RESOURCE_POLICIES, (arn,), joined([told.get("Policy")]))


def _access_points(bucket: str, reading: Reading) -> Iterator[Entry]:
    owner = reading.place.account_id
    for point in reading.items("s3control", "list_access_points", "AccessPointList", AccountId=owner, Bucket=bucket):
        arn = point["AccessPointArn"]
        with reading.about(arn):
            yield from _policy(arn, "get_access_point_policy", "Name", "NoSuchAccessPointPolicy", reading)
            told = dict(reading.call("s3control", "get_access_point", AccountId=owner, Name=arn) or {})
            told.pop(_ABOUT_THE_CALL, None)
            yield Entry(Part.S3_ACCESS_POINTS, (arn,), {**told, "Bucket": bucket})


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3-outposts",
        services=("s3-outposts",),
        client="s3outposts",
        scope=Scope.REGION,
        actions=(
            "s3-outposts:ListOutpostsWithS3",
            "s3-outposts:ListRegionalBuckets",
            "s3-outposts:GetBucketPolicy",
            "s3-outposts:ListAccessPoints",
            "s3-outposts:GetAccessPoint",
            "s3-outposts:GetAccessPointPolicy",
        ),
        what="policies of buckets and access points on Outposts",
        collect=_outposts,
    ),
)
