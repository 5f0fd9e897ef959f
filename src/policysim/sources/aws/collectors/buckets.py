"""S3 buckets: their policies, what else decides about access to them, and their tags.

Each bucket is asked in its own Region: ``ListBuckets`` tells those of one. Source: Amazon S3 API Reference,
ListBuckets, GetBucketPolicy, GetBucketOwnershipControls, GetPublicAccessBlock, GetBucketAbac, GetBucketAcl and
GetBucketTagging, and GetPublicAccessBlock of S3 Control; User Guide, about-object-ownership; spec S13 to S15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.reading_policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_NO_POLICY: Final = ("NoSuchBucketPolicy",)
_NO_BLOCK: Final = ("NoSuchPublicAccessBlockConfiguration",)
_NO_OWNERSHIP: Final = ("OwnershipControlsNotFoundError",)
_NO_TAGS: Final = ("NoSuchTagSet",)

_ENFORCED: Final = "BucketOwnerEnforced"
_WITHOUT_CONTROLS: Final = "ObjectWriter"
"""The ownership of a bucket without controls: lists count, and objects belong to whoever wrote them."""

_PAGE: Final = 1000


def _buckets(reading: Reading) -> Iterator[tuple[str, str]]:
    """Name and ARN of each bucket of the Region."""
    listed = reading.items("s3", "list_buckets", "Buckets", BucketRegion=reading.place.region, MaxBuckets=_PAGE)
    for bucket in listed:
        name = bucket["Name"]
        yield name, f"arn:{reading.place.partition}:s3:::{name}"


def _policies(reading: Reading) -> Iterator[Entry]:
    for name, arn in _buckets(reading):
        yield from policy_of(reading, arn, "s3", "get_bucket_policy", "Policy", absent=_NO_POLICY, Bucket=name)


def _settings(reading: Reading) -> Iterator[Entry]:
    """Each setting for itself: one that is refused leaves the others as they are."""
    for name, arn in _buckets(reading):
        found: dict[str, Any] = {}
        with reading.about(arn):
            found["public_access_block"] = _block(
                reading.call("s3", "get_public_access_block", absent=_NO_BLOCK, Bucket=name)
            )
        with reading.about(arn):
            found["ownership"] = _ownership(
                reading.call("s3", "get_bucket_ownership_controls", absent=_NO_OWNERSHIP, Bucket=name)
            )
        with reading.about(arn):
            told = reading.call("s3", "get_bucket_abac", Bucket=name) or {}
            status = (told.get("AbacStatus") or {}).get("Status")
            found |= {"abac": status == "Enabled"} if status else {}
        if found.get("ownership") != _ENFORCED:
            with reading.about(arn):
                told = reading.call("s3", "get_bucket_acl", Bucket=name) or {}
                found["acl"] = {"Owner": told["Owner"], "Grants": told["Grants"]}
        if found:
            yield Entry(Part.S3_PUBLIC_ACCESS, ("buckets", name), found)


def _account_block(reading: Reading) -> Iterator[Entry]:
    """What the account sets, or what its organisation sets in its place: AWS prints what is in force."""
    told = reading.call("s3control", "get_public_access_block", absent=_NO_BLOCK, AccountId=reading.place.account_id)
    yield Entry(Part.S3_PUBLIC_ACCESS, ("account",), _block(told))


def _tags(reading: Reading) -> Iterator[Entry]:
    for name, arn in _buckets(reading):
        with reading.about(arn):
            told = reading.call("s3", "get_bucket_tagging", absent=_NO_TAGS, Bucket=name) or {}
            yield Entry(Part.TAGS, (arn,), {tag["Key"]: tag["Value"] for tag in told.get("TagSet") or ()})


def _block(told: dict[str, Any] | None) -> dict[str, bool]:
    """The four settings; an empty object says that nothing is blocked."""
    return dict((told or {}).get("PublicAccessBlockConfiguration") or {})


def _ownership(told: dict[str, Any] | None) -> str:
    rules = ((told or {}).get("OwnershipControls") or {}).get("Rules") or ()
    return next((rule["ObjectOwnership"] for rule in rules), _WITHOUT_CONTROLS)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="s3-bucket-policies",
        services=("s3",),
        client="s3",
        scope=Scope.REGION,
        actions=("s3:ListAllMyBuckets", "s3:GetBucketPolicy"),
        what="bucket policies",
        collect=_policies,
    ),
    Collector(
        name="s3-bucket-settings",
        services=("s3",),
        client="s3",
        scope=Scope.REGION,
        actions=(
            "s3:ListAllMyBuckets",
            "s3:GetBucketAbac",
            "s3:GetBucketAcl",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPublicAccessBlock",
        ),
        what="public access, ownership and access control lists of buckets",
        collect=_settings,
    ),
    Collector(
        name="s3-account-public-access",
        services=("s3",),
        client="s3control",
        scope=Scope.ACCOUNT,
        actions=("s3:GetAccountPublicAccessBlock",),
        what="S3 Block Public Access of the account",
        collect=_account_block,
    ),
    Collector(
        name="s3-bucket-tags",
        services=(),
        client="s3",
        scope=Scope.REGION,
        actions=("s3:ListAllMyBuckets", "s3:GetBucketTagging"),
        what="bucket tags",
        collect=_tags,
    ),
)
