"""Users, groups, roles and managed policies: the output of ``aws iam get-account-authorization-details``.

Source: IAM API reference, GetAccountAuthorizationDetails; spec G16.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from policysim.account.account import Group, Identities, PolicyReference, PolicyVersion, Role, User
from policysim.account.on_demand import OnDemand
from policysim.language.policy_types import PolicyType
from policysim.language.reader import read_policy
from policysim.sources.json_values import Json, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    from policysim.account.on_demand import Reader
    from policysim.language.policy import Policy
    from policysim.language.source import Location

    Entity = TypeVar("Entity")


def read_identities(parts: Sequence[Path]) -> Identities:
    """The identities that several parts of authorization details hold together; each part is read when first needed."""
    return identities_of(partial(_read_parts, parts))


def identities_of(parts: Callable[[], Sequence[Json]]) -> Identities:
    """The identities that several authorization details hold together; ``parts`` is asked when they are first needed.

    No document is parsed, and no user, group or role built, before somebody asks for it.
    """
    details = _Details(parts)
    return Identities(
        users=OnDemand(partial(details.index, "UserDetailList", "Arn", _user)),
        groups=OnDemand(partial(details.index, "GroupDetailList", "GroupName", _group)),
        roles=OnDemand(partial(details.index, "RoleDetailList", "Arn", _role)),
        trust=OnDemand(details.trust),
        managed=OnDemand(details.managed),
        versions=OnDemand(details.versions),
        places=OnDemand(details.places),
    )


def _read_parts(paths: Sequence[Path]) -> list[Json]:
    return [read_json(path) for path in paths]


class _Details:
    """The parts as JSON, joined."""

    def __init__(self, parts: Callable[[], Sequence[Json]]) -> None:
        self._read = parts

    @cached_property
    def _parts(self) -> Sequence[Json]:
        return self._read()

    def index(self, name: str, key: str, build: Callable[[Json], Entity]) -> dict[str, Reader[Entity]]:
        return {found: partial(build, entry) for found, entry in self._entries(name, key).items()}

    def trust(self) -> Mapping[str, Reader[Policy]]:
        roles = self._entries("RoleDetailList", "Arn")
        documents = {arn: role.member("AssumeRolePolicyDocument") for arn, role in roles.items()}
        return {arn: partial(_policy, document, PolicyType.TRUST) for arn, document in documents.items() if document}

    def places(self) -> Mapping[str, Reader[Location]]:
        entries = {**self._entries("UserDetailList", "Arn"), **self._entries("RoleDetailList", "Arn")}
        return {arn: partial(_location, entry) for arn, entry in entries.items()}

    def managed(self) -> Mapping[str, Reader[Policy]]:
        policies = self._entries("Policies", "Arn")
        versions = {arn: _default_version(policy) for arn, policy in policies.items()}
        documents = {arn: version.member("Document") for arn, version in versions.items() if version}
        return {arn: partial(_policy, document, PolicyType.IDENTITY) for arn, document in documents.items() if document}

    def versions(self) -> Mapping[str, Reader[tuple[PolicyVersion, ...]]]:
        return {arn: partial(_versions, policy) for arn, policy in self._entries("Policies", "Arn").items()}

    def _entries(self, name: str, key: str) -> dict[str, Json]:
        """The entries of one list of all parts, by ``key``; a repeated entry must say the same each time."""
        entries: dict[str, Json] = {}
        for part in self._parts:
            if part.empty:
                continue
            for entry in part.optional_items(name):
                identity = entry.required(key).text()
                first = entries.setdefault(identity, entry)
                if first is not entry and first.value != entry.value:
                    raise entry.error(f"`{identity}` is described twice, and not alike")
        return entries


def _location(entry: Json) -> Location:
    return entry.location


def _policy(document: Json, policy_type: PolicyType) -> Policy:
    return read_policy(document.value, document.location, policy_type)


def _versions(policy: Json) -> tuple[PolicyVersion, ...]:
    default = _default_version(policy)
    return tuple(
        PolicyVersion(
            id=version.optional_text("VersionId") or "",
            created=version.optional_time("CreateDate"),
            policy=_policy(document, PolicyType.IDENTITY),
            is_default=default is not None and version.location == default.location,
        )
        for version in policy.optional_items("PolicyVersionList")
        if (document := version.member("Document")) is not None
    )


def _default_version(policy: Json) -> Json | None:
    """The version in force; ``None`` where the details do not have it."""
    default = policy.optional_text("DefaultVersionId")
    for version in policy.optional_items("PolicyVersionList"):
        in_force = version.member("IsDefaultVersion")
        named = default is not None and version.optional_text("VersionId") == default
        if (in_force is not None and in_force.flag()) or (in_force is None and named):
            return version
    return None


def _user(entry: Json) -> User:
    return User(
        name=entry.required("UserName").text(),
        arn=entry.required("Arn").text(),
        unique_id=entry.optional_text("UserId"),
        groups=tuple(group.text("the name of a group") for group in entry.optional_items("GroupList")),
        inline=_inline(entry, "UserPolicyList"),
        managed=_attached(entry),
        boundary=_boundary(entry),
        tags=_tags(entry),
        created=entry.optional_time("CreateDate"),
    )


def _group(entry: Json) -> Group:
    return Group(
        name=entry.required("GroupName").text(),
        arn=entry.required("Arn").text(),
        inline=_inline(entry, "GroupPolicyList"),
        managed=_attached(entry),
    )


def _role(entry: Json) -> Role:
    return Role(
        name=entry.required("RoleName").text(),
        arn=entry.required("Arn").text(),
        unique_id=entry.optional_text("RoleId"),
        inline=_inline(entry, "RolePolicyList"),
        managed=_attached(entry),
        boundary=_boundary(entry),
        tags=_tags(entry),
        created=entry.optional_time("CreateDate"),
    )


def _inline(entry: Json, name: str) -> Mapping[str, Policy]:
    return OnDemand(lambda: dict(_inline_readers(entry, name)))


def _inline_readers(entry: Json, name: str) -> Iterator[tuple[str, Reader[Policy]]]:
    seen: set[str] = set()
    for inline in entry.optional_items(name):
        policy_name = inline.required("PolicyName").text()
        if policy_name in seen:
            raise inline.error(f"the inline policy `{policy_name}` stands here twice")
        seen.add(policy_name)
        yield policy_name, partial(_policy, inline.required("PolicyDocument"), PolicyType.IDENTITY)


def _attached(entry: Json) -> tuple[PolicyReference, ...]:
    attached = entry.optional_items("AttachedManagedPolicies")
    return tuple(
        PolicyReference(one.required("PolicyName").text(), one.required("PolicyArn").text()) for one in attached
    )


def _boundary(entry: Json) -> PolicyReference | None:
    boundary = entry.member("PermissionsBoundary")
    if boundary is None or boundary.empty:
        return None
    arn = boundary.required("PermissionsBoundaryArn").text()
    return PolicyReference(arn.rsplit("/", 1)[-1], arn)


def _tags(entry: Json) -> dict[str, str]:
    tags = entry.optional_items("Tags")
    return {tag.required("Key").text(): tag.required("Value").text() for tag in tags}
