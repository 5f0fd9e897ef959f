"""What AWS Config recorded, in the place of an account folder: files that it delivers, and answers of its calls.

Config records no sessions, no organisation, no grants and not every resource, so those are gaps; a policy counts as
"collected, none" only where Config says so. Source: AWS Config Developer Guide, resource-config-reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.arns import parse_arn
from policysim.sources.config_items import newest_items
from policysim.sources.config_values import either_spelling, opened, with_capitals
from policysim.sources.given_folder import ACCOUNT, COLLECTION, DETAILS, GivenAccount, GivenFolder
from policysim.sources.placed_json import placed_list, placed_object, placed_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policysim.language.source import Location
    from policysim.sources.config_items import ConfigItem
    from policysim.sources.json_values import Json

CONFIGURATION: Final = "configuration"
SUPPLEMENTARY: Final = "supplementaryConfiguration"


class _PolicyPlace(NamedTuple):
    """Where an item holds the resource's policy; ``always`` tells that one without it has no policy."""

    part: str
    member: str
    always: bool = False


_IDENTITIES: Final = {
    "AWS::IAM::Group": "GroupDetailList",
    "AWS::IAM::Policy": "Policies",
    "AWS::IAM::Role": "RoleDetailList",
    "AWS::IAM::User": "UserDetailList",
}
_LISTS_OF_POLICIES: Final = {
    "AWS::IAM::Group": ("GroupPolicyList", "AttachedManagedPolicies"),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", "RolePolicyList", "AttachedManagedPolicies"),
    "AWS::IAM::User": ("GroupList", "AttachedManagedPolicies"),
}
"""What the configuration of an identity always has."""
_LEFT_OUT: Final = {"AWS::IAM::User": ("UserPolicyList",)}
"""What it can lack where there is none, so that a query has to print it."""
NOT_RECORDED: Final = "ResourceNotRecorded"
_PARTLY: Final = "not all of its policies are told"
_POLICIES: Final = {
    "AWS::Backup::BackupVault": _PolicyPlace(CONFIGURATION, "AccessPolicy"),
    "AWS::CodeArtifact::Domain": _PolicyPlace(CONFIGURATION, "PermissionsPolicyDocument"),
    "AWS::ECR::PublicRepository": _PolicyPlace(CONFIGURATION, "RepositoryPolicyText"),
    "AWS::ECR::Repository": _PolicyPlace(CONFIGURATION, "RepositoryPolicyText"),
    "AWS::EFS::FileSystem": _PolicyPlace(CONFIGURATION, "FileSystemPolicy"),
    "AWS::Events::EventBus": _PolicyPlace(CONFIGURATION, "Policy"),
    "AWS::KMS::Key": _PolicyPlace(SUPPLEMENTARY, "Policy"),
    "AWS::Lambda::Function": _PolicyPlace(SUPPLEMENTARY, "Policy"),
    "AWS::OpenSearch::Domain": _PolicyPlace(CONFIGURATION, "AccessPolicies"),
    "AWS::S3::AccessPoint": _PolicyPlace(CONFIGURATION, "Policy"),
    "AWS::S3::Bucket": _PolicyPlace(SUPPLEMENTARY, "BucketPolicy"),
    "AWS::SNS::Topic": _PolicyPlace(CONFIGURATION, "Policy"),
    "AWS::SQS::Queue": _PolicyPlace(CONFIGURATION, "Policy", always=True),
}
_BUCKET: Final = "AWS::S3::Bucket"
_ACCOUNT_BLOCK: Final = "AWS::S3::AccountPublicAccessBlock"
_ENDPOINT: Final = "AWS::EC2::VPCEndpoint"
_SETTINGS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def read_config_snapshot(wholes: Sequence[Json], name: str) -> GivenFolder:
    """The accounts whose resources Config recorded; ``name`` is the file or folder that the user named.

    Raises:
        InputError: an item is no configuration item, or does not have the form that Config gives it.
    """
    items = newest_items(wholes)
    accounts = sorted({item.account for item in items})
    location = wholes[0].location
    return GivenFolder(
        {one: _account(one, [item for item in items if item.account == one], name, location) for one in accounts},
        alone=len(accounts) == 1,
    )


def _account(account_id: str, items: list[ConfigItem], name: str, location: Location) -> GivenAccount:
    parsed = (parse_arn(item.arn) for item in items)
    partition = next((arn.partition for arn in parsed if arn is not None), "aws")
    about = {"account_id": placed_value(account_id, location), "partition": placed_value(partition, location)}
    untold = [item for item in items if item.recorded and not _tells_policies(item)]
    recorded = [item for item in items if item.recorded and item not in untold]
    gaps = [*(_gap(item, NOT_RECORDED) for item in items if not item.recorded), *(_gap(one, _PARTLY) for one in untold)]
    parts = {
        ACCOUNT: placed_object(about, location),
        DETAILS: _details(recorded, location),
        "resource-policies": _mapped(((item.arn, _policy(item)) for item in recorded), location),
        "vpc-endpoints": _mapped(map(_endpoint, (one for one in recorded if one.type == _ENDPOINT)), location),
        "tags": _mapped(((item.arn, _tags(item)) for item in recorded if item.type not in _IDENTITIES), location),
        "s3-public-access": _public_access(recorded, location),
        COLLECTION: placed_value({"format": 1, "gaps": gaps}, location),
    }
    return GivenAccount(account_id, name, {stem: at for stem, at in parts.items() if at is not None})


def _details(items: list[ConfigItem], location: Location) -> Json | None:
    lists: dict[str, list[Json]] = {}
    for item in items:
        found = item.part(CONFIGURATION)
        if item.type in _IDENTITIES and found is not None:
            lists.setdefault(_IDENTITIES[item.type], []).append(_entity(item, with_capitals(found)))
    made = {name: placed_list(entries, location) for name, entries in sorted(lists.items())}
    return placed_object(made, location) if made else None


def _tells_policies(item: ConfigItem) -> bool:
    """Whether an identity has all lists of policies: without one it would pass for an identity that has none."""
    part = item.part(CONFIGURATION)
    wanted = [*_LISTS_OF_POLICIES.get(item.type, ()), *(() if item.whole else _LEFT_OUT.get(item.type, ()))]
    return all(part is not None and either_spelling(part, name) is not None for name in wanted)


def _entity(item: ConfigItem, found: Json) -> Json:
    """An identity with its tags, which older items have only beside the configuration."""
    tags = None if found.member("Tags") is not None else _tags(item)
    if tags is None:
        return found
    pairs = ({"Key": placed_value(key, at.location), "Value": at} for key, at in tags.members())
    listed = placed_list((placed_object(pair, tags.location) for pair in pairs), tags.location)
    return placed_object({**dict(found.members()), "Tags": listed}, found.location)


def _mapped(pairs: Iterable[tuple[str, Json | None]], location: Location) -> Json | None:
    """A map of what is known; ``None`` where nothing is, since nothing was collected then."""
    known = {key: at for key, at in pairs if key and at is not None}
    return placed_object(dict(sorted(known.items())), location) if known else None


def _policy(item: ConfigItem) -> Json | None:
    place = _POLICIES.get(item.type)
    part = None if place is None else item.part(place.part)
    if place is None or part is None:
        return None
    found = either_spelling(part, place.member)
    if not item.whole and (found is None or found.value is None):
        return None
    if found is None:
        return placed_value(None, part.location) if place.always else None
    inner = opened(found)
    text = either_spelling(inner, "policyText")
    return found if text is None else text


def _endpoint(item: ConfigItem) -> tuple[str, Json | None]:
    part = item.part(CONFIGURATION)
    if part is None:
        return "", None
    named = {
        "policy": "policyDocument",
        "vpc_id": "vpcId",
        "service_name": "serviceName",
        "endpoint_type": "vpcEndpointType",
    }
    members = {ours: either_spelling(part, theirs) for ours, theirs in named.items()}
    if members["policy"] is not None and members["policy"].empty:
        del members["policy"]
    members["account_id"] = placed_value(item.account, part.location)
    found = either_spelling(part, "vpcEndpointId")
    return ("" if found is None else found.text()), placed_object(members, part.location)


def _tags(item: ConfigItem) -> Json | None:
    """The tags that were recorded. None are no proof that there are none: not every type has them here."""
    found = item.at.member("tags")
    if found is None or found.empty:
        return None
    if isinstance(found.value, dict):
        return found
    pairs = [(either_spelling(one, "key"), either_spelling(one, "value")) for one in found.items("a list of tags")]
    return placed_object({key.text(): value for key, value in pairs if key is not None}, found.location)


def _public_access(items: list[ConfigItem], location: Location) -> Json | None:
    block = next((item.part(CONFIGURATION) for item in items if item.type == _ACCOUNT_BLOCK), None)
    buckets = {item.at.required("resourceName").text(): _bucket(item) for item in items if item.type == _BUCKET}
    known = {name: at for name, at in sorted(buckets.items()) if at is not None}
    settings = None if block is None else _settings(block)
    if settings is None and not known:
        return None
    return placed_object(
        {
            "account": settings,
            "buckets": placed_object(known, location) if known else None,
        },
        location,
    )


def _bucket(item: ConfigItem) -> Json | None:
    part = item.part(SUPPLEMENTARY)
    found = None if part is None else either_spelling(part, "PublicAccessBlockConfiguration")
    settings = None if found is None else _settings(opened(found))
    return None if settings is None else placed_object({"public_access_block": settings}, settings.location)


def _settings(at: Json) -> Json | None:
    """The four settings; ``None`` where none of them is told, which would pass for "nothing is blocked"."""
    told = {name: either_spelling(at, name) for name in _SETTINGS}
    return placed_object(told, at.location) if any(one is not None for one in told.values()) else None


def _gap(item: ConfigItem, error: str) -> dict[str, str]:
    return {"what": item.arn or item.type, "call": "config:BatchGetResourceConfig", "error": error}
