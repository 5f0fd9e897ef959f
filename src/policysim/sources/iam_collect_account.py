"""One account as iam-collect wrote it: its resources, and what is told of each, in the form of the account folder.

A role, user or group without a file of inline or managed policies has none. A bucket without ``policy.json`` has no
policy. Of every other resource a missing file is a gap: nothing documents that the collector would have written it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from policysim.language.arns import Arn, parse_arn
from policysim.language.source import Location, Source
from policysim.sources.config_values import either_spelling
from policysim.sources.files import json_file
from policysim.sources.given_folder import ACCOUNT, COLLECTION, DETAILS, GivenAccount
from policysim.sources.json_values import Json, read_json
from policysim.sources.placed_json import placed_list, placed_object, placed_value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

METADATA: Final = "metadata"
_DEFAULT_PARTITION: Final = "aws"
_POLICY_FILES: Final = ("policy", "resource-policy")
_BLOCK: Final = "bpa"
_SETTINGS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_OTHER_SERVICES: Final = frozenset({"ec2", "iam", "organizations", "sso"})
"""Services whose ``policy.json`` is no resource-based policy."""


class _Found:
    """A resource: its folder and its metadata."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.about = read_json(folder / f"{METADATA}.json")

    @cached_property
    def arn(self) -> Arn | None:
        text = self.about.optional_text("arn")
        return None if text is None else parse_arn(text)

    def of(self, service: str, kind: str | None = None) -> bool:
        """Whether it is a resource of this service, and of this type."""
        return self.arn is not None and self.arn.service == service and kind in {None, self.arn.resource_type}

    def file(self, *stems: str) -> Json | None:
        """What else is told of it, by the first of these names that is there."""
        paths = (json_file(self._folder, stem) for stem in stems)
        return next((read_json(path) for path in paths if path is not None), None)


def read_collected_account(place: Path, partition: str) -> GivenAccount:
    """The account in the folder ``place``; ``partition`` is the name of the folder around ``accounts``."""
    found = [_Found(path.parent) for path in sorted(place.glob(f"*/**/{METADATA}.json"))]
    nowhere = found[0].about.location if found else Location(Source(str(place), "null"), ())
    name = partition if partition.startswith(_DEFAULT_PARTITION) else _DEFAULT_PARTITION
    about = {"account_id": placed_value(place.name, nowhere), "partition": placed_value(name, nowhere)}
    users, untold = _users(found)
    parts = {
        ACCOUNT: placed_object(about, nowhere),
        DETAILS: _details(found, users, nowhere),
        "resource-policies": _mapped(((one, _resource_policy(one)) for one in found), nowhere),
        "tags": _mapped(((one, one.file("tags")) for one in found if not one.of("iam")), nowhere),
        "vpc-endpoints": _endpoints((one for one in found if one.of("ec2", "vpc-endpoint")), place.name, nowhere),
        "s3-public-access": _buckets((one for one in found if one.of("s3")), nowhere),
        COLLECTION: placed_value({"format": 1, "gaps": [_gap(one) for one in untold]}, nowhere),
    }
    return GivenAccount(place.name, str(place), {stem: at for stem, at in parts.items() if at is not None})


def _users(found: list[_Found]) -> tuple[list[_Found], list[_Found]]:
    """The users, and those whose groups nobody knows: where there are groups, and no user tells of any."""
    users = [one for one in found if one.of("iam", "user")]
    has_groups = any(one.of("iam", "group") for one in found)
    told = not has_groups or any(one.file("groups") is not None for one in users)
    return (users, []) if told else ([], users)


def _details(found: list[_Found], users: list[_Found], nowhere: Location) -> Json | None:
    of_iam = [one for one in found if one.of("iam")]
    if not of_iam:
        return None
    lists = {
        "UserDetailList": [_entity(one, "User") for one in users],
        "GroupDetailList": [_entity(one, "Group") for one in of_iam if one.of("iam", "group")],
        "RoleDetailList": [_entity(one, "Role") for one in of_iam if one.of("iam", "role")],
        "Policies": [_policy(one) for one in of_iam if one.of("iam", "policy")],
    }
    return placed_object({name: placed_list(entries, nowhere) for name, entries in lists.items()}, nowhere)


def _entity(one: _Found, kind: str) -> Json:
    about = one.about
    boundary, groups = about.member("permissionBoundary"), one.file("groups")
    members = {
        "Path": about.member("path"),
        f"{kind}Name": about.required("name"),
        f"{kind}Id": about.member("id"),
        "Arn": about.required("arn"),
        "CreateDate": about.member("created"),
        "AssumeRolePolicyDocument": one.file("trust-policy"),
        f"{kind}PolicyList": one.file("inline-policies"),
        "AttachedManagedPolicies": _attached(one.file("managed-policies")),
        "GroupList": None if groups is None else placed_list(map(_last_part, groups.items()), groups.location),
        "PermissionsBoundary": None
        if boundary is None or boundary.empty
        else placed_object({"PermissionsBoundaryArn": boundary}, boundary.location),
        "Tags": _tag_list(one.file("tags")),
    }
    return placed_object(members, about.location)


def _attached(listed: Json | None) -> Json | None:
    if listed is None:
        return None
    entries = [placed_object({"PolicyName": _last_part(at), "PolicyArn": at}, at.location) for at in listed.items()]
    return placed_list(entries, listed.location)


def _last_part(at: Json) -> Json:
    return placed_value(at.text("an ARN").rpartition("/")[2], at.location)


def _tag_list(tags: Json | None) -> Json | None:
    if tags is None:
        return None
    entries = [
        placed_object({"Key": placed_value(key, at.location), "Value": at}, at.location) for key, at in tags.members()
    ]
    return placed_list(entries, tags.location)


def _policy(one: _Found) -> Json:
    about, document = one.about, one.file("policy")
    version = about.member("defaultVersionId")
    versions = None
    if document is not None:
        in_force = {"VersionId": version, "IsDefaultVersion": placed_value(value=True, location=about.location)}
        versions = placed_list(
            [placed_object({**in_force, "Document": document}, document.location)], document.location
        )
    members = {
        "PolicyName": about.required("name"),
        "PolicyId": about.member("id"),
        "Arn": about.required("arn"),
        "Path": about.member("path"),
        "DefaultVersionId": version,
        "CreateDate": about.member("createDate"),
        "PolicyVersionList": versions,
    }
    return placed_object(members, about.location)


def _resource_policy(one: _Found) -> Json | None:
    if one.arn is None or one.arn.service in _OTHER_SERVICES:
        return None
    found = one.file(*_POLICY_FILES)
    if found is None and one.of("s3") and not one.arn.account:
        return placed_value(None, one.about.location)
    return found


def _mapped(pairs: Iterable[tuple[_Found, Json | None]], nowhere: Location) -> Json | None:
    """A map by ARN of what is known; ``None`` where nothing is, since nothing was collected then."""
    known = {str(one.arn): at for one, at in pairs if one.arn is not None and at is not None}
    return placed_object(dict(sorted(known.items())), nowhere) if known else None


def _endpoints(found: Iterable[_Found], account_id: str, nowhere: Location) -> Json | None:
    made: dict[str, Json] = {}
    for one in found:
        vpc = one.about.member("vpc")
        members = {
            "policy": one.file("endpoint-policy"),
            "vpc_id": None if vpc is None else _last_part(vpc),
            "service_name": one.about.member("serviceName"),
            "endpoint_type": one.about.member("type"),
            "account_id": placed_value(account_id, one.about.location),
        }
        made[one.about.required("id").text()] = placed_object(members, one.about.location)
    return placed_object(made, nowhere) if made else None


def _buckets(found: Iterable[_Found], nowhere: Location) -> Json | None:
    made: dict[str, Json] = {}
    for one in found:
        if one.arn is None or one.arn.account:
            continue
        members = {"public_access_block": _block(one.file(_BLOCK)), "abac": one.about.member("abacEnabled")}
        if any(members.values()):
            made[one.arn.resource] = placed_object(members, one.about.location)
    return placed_object({"buckets": placed_object(made, nowhere)}, nowhere) if made else None


def _block(at: Json | None) -> Json | None:
    """The four settings in either spelling; ``None`` for a file that says something else."""
    found = {} if at is None else {name: either_spelling(at, name) for name in _SETTINGS}
    return placed_object(found, at.location) if at is not None and any(found.values()) else None


def _gap(one: _Found) -> dict[str, str]:
    return {"what": str(one.arn), "call": "iam:ListGroupsForUser", "error": "no file tells the groups of users"}
