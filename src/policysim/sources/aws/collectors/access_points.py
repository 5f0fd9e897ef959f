"""S3 access points of every kind: the bucket behind each one, its network, its policy and its tags.

Source: Amazon S3 API Reference (S3 Control), ListAccessPoints, GetAccessPoint, GetAccessPointPolicy, and the same of
directory buckets, Multi-Region Access Points and S3 Object Lambda; spec S15, S17.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.directory_buckets import DIRECTORY_BUCKET_REGIONS
from policysim.sources.aws.collectors.reading_policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_LISTING: Final = "list_access_points"
_DIRECTORY_LISTING: Final = "list_access_points_for_directory_buckets"
_NO_POLICY: Final = ("NoSuchAccessPointPolicy",)
_NO_MULTI_REGION_POLICY: Final = ("NoSuchAccessPointPolicy", "NoSuchMultiRegionAccessPointPolicy")
_MULTI_REGION_HOME: Final = "us-west-2"
"""The Region that answers the calls about Multi-Region Access Points."""

_SHOWN: Final = (
    "Name",
    "Bucket",
    "BucketAccountId",
    "NetworkOrigin",
    "VpcConfiguration",
    "PublicAccessBlockConfiguration",
    "Alias",
)
_SHOWN_OF_SEVERAL: Final = ("Name", "Alias", "PublicAccessBlock", "Status", "Regions")


def _points(reading: Reading, listing: str) -> Iterator[Entry]:
    account = reading.place.account_id
    for listed in reading.items("s3control", listing, "AccessPointList", AccountId=account):
        arn, name = listed["AccessPointArn"], listed["Name"]
        with reading.about(arn):
            told = reading.call("s3control", "get_access_point", AccountId=account, Name=name) or {}
            yield Entry(Part.S3_ACCESS_POINTS, (arn,), _shown(told, _SHOWN))
        yield from policy_of(
            reading,
            arn,
            "s3control",
            "get_access_point_policy",
            "Policy",
            absent=_NO_POLICY,
            AccountId=account,
            Name=name,
        )


def _tags(reading: Reading, listing: str) -> Iterator[Entry]:
    account = reading.place.account_id
    for listed in reading.items("s3control", listing, "AccessPointList", AccountId=account):
        arn = listed["AccessPointArn"]
        with reading.about(arn):
            told = reading.call("s3control", "list_tags_for_resource", AccountId=account, ResourceArn=arn) or {}
            yield Entry(Part.TAGS, (arn,), {tag["Key"]: tag["Value"] for tag in told.get("Tags") or ()})


def _multi_region(reading: Reading) -> Iterator[Entry]:
    """What is in force everywhere; a policy that is only proposed decides nothing yet. Other partitions have none."""
    if reading.place.partition != "aws":
        return
    account, home = reading.place.account_id, _MULTI_REGION_HOME
    points = reading.items(
        "s3control", "list_multi_region_access_points", "AccessPoints", region=home, AccountId=account
    )
    for point in points:
        if not point.get("Alias"):
            continue
        arn = f"arn:{reading.place.partition}:s3::{account}:accesspoint/{point['Alias']}"
        yield Entry(Part.S3_ACCESS_POINTS, (arn,), _shown(point, _SHOWN_OF_SEVERAL))
        with reading.about(arn):
            told = reading.call(
                "s3control",
                "get_multi_region_access_point_policy",
                absent=_NO_MULTI_REGION_POLICY,
                region=home,
                AccountId=account,
                Name=point["Name"],
            )
            established = ((told or {}).get("Policy") or {}).get("Established") or {}
            yield Entry(Part.RESOURCE_POLICIES, (arn,), established.get("Policy") or None)


def _object_lambda(reading: Reading) -> Iterator[Entry]:
    account = reading.place.account_id
    listing = "list_access_points_for_object_lambda"
    for point in reading.items("s3control", listing, "ObjectLambdaAccessPointList", AccountId=account):
        yield from policy_of(
            reading,
            point["ObjectLambdaAccessPointArn"],
            "s3control",
            "get_access_point_policy_for_object_lambda",
            "Policy",
            absent=_NO_POLICY,
            AccountId=account,
            Name=point["Name"],
        )


def _shown(told: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    """What the account folder has of an answer, in AWS's own words."""
    return {member: told[member] for member in members if told.get(member) is not None}


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3-access-points",
        services=("s3",),
        client="s3control",
        scope=Scope.REGION,
        actions=("s3:ListAccessPoints", "s3:GetAccessPoint", "s3:GetAccessPointPolicy"),
        what="S3 access points",
        collect=partial(_points, listing=_LISTING),
    ),
    Collector(
        name="s3-access-point-tags",
        services=(),
        client="s3control",
        scope=Scope.REGION,
        actions=("s3:ListAccessPoints", "s3:ListTagsForResource"),
        what="tags of S3 access points",
        collect=partial(_tags, listing=_LISTING),
    ),
    Collector(
        name="s3-multi-region-access-points",
        services=("s3",),
        client="s3control",
        scope=Scope.ACCOUNT,
        actions=("s3:ListMultiRegionAccessPoints", "s3:GetMultiRegionAccessPointPolicy"),
        what="S3 Multi-Region Access Points",
        collect=_multi_region,
    ),
    Collector(
        name="s3-object-lambda-access-points",
        services=("s3-object-lambda",),
        client="s3control",
        scope=Scope.REGION,
        actions=("s3:ListAccessPointsForObjectLambda", "s3:GetAccessPointPolicyForObjectLambda"),
        what="S3 Object Lambda access points",
        collect=_object_lambda,
    ),
    Collector(
        name="s3express-access-points",
        services=(),
        client="s3control",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=(
            "s3express:ListAccessPointsForDirectoryBuckets",
            "s3express:GetAccessPoint",
            "s3express:GetAccessPointPolicy",
        ),
        what="access points of directory buckets",
        collect=partial(_points, listing=_DIRECTORY_LISTING),
    ),
    Collector(
        name="s3express-access-point-tags",
        services=(),
        client="s3control",
        scope=Scope.REGION,
        regions=DIRECTORY_BUCKET_REGIONS,
        actions=("s3express:ListAccessPointsForDirectoryBuckets", "s3express:ListTagsForResource"),
        what="tags of access points of directory buckets",
        collect=partial(_tags, listing=_DIRECTORY_LISTING),
    ),
)
