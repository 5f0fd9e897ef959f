"""One user or role as ``GetAccountAuthorizationDetails`` would show it, asked for by itself.

Source: IAM API Reference, GetRole, GetUser and the lists of their policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.language.arns import Arn
    from policysim.sources.aws.collecting import Reading

Item = dict[str, Any]
Details = dict[str, list[Item]]


class _Kind(NamedTuple):
    """How one kind of identity is asked for: the word in boto3's names, that in AWS's, and its list in the details."""

    word: str
    title: str
    listed: str


_ROLE: Final = _Kind("role", "Role", "RoleDetailList")
_USER: Final = _Kind("user", "User", "UserDetailList")
_GROUP: Final = _Kind("group", "Group", "GroupDetailList")
_KINDS: Final = {"role": _ROLE, "user": _USER}


def identities_behind(reading: Reading, arns: Iterable[Arn]) -> Details:
    """The users and roles of these ARNs with all that is attached to them: each of them whole, or not at all.

    What may not be read is a gap of ``reading``; an identity that is gone is left out.
    """
    details: Details = {listed: [] for listed in (*(kind.listed for kind in (_USER, _GROUP, _ROLE)), "Policies")}
    managed: dict[str, None] = {}
    for arn in arns:
        kind = _KINDS[arn.resource_type]
        with reading.about(str(arn)):
            found = _found(reading, kind, arn.name)
            groups = list(_groups(reading, arn.name)) if kind is _USER else []
            if kind is _USER:
                found["GroupList"] = [group["GroupName"] for group in groups]
            details[kind.listed].append(found)
            known = {group["Arn"] for group in details[_GROUP.listed]}
            details[_GROUP.listed] += [group for group in groups if group["Arn"] not in known]
    for holder in (one for kind in (_USER, _GROUP, _ROLE) for one in details[kind.listed]):
        managed |= dict.fromkeys(_managed(holder))
    for policy_arn in managed:
        with reading.about(policy_arn):
            details["Policies"].append(_policy(reading, policy_arn))
    return details


def _found(reading: Reading, kind: _Kind, name: str) -> Item:
    told = _called(reading, f"get_{kind.word}", {f"{kind.title}Name": name})[kind.title]
    told.pop("RoleLastUsed", None)
    return {**told, **_held(reading, kind, name)}


def _held(reading: Reading, kind: _Kind, name: str) -> Item:
    """The inline policies and the managed ones that are attached."""
    named: Item = {f"{kind.title}Name": name}
    inline = []
    for policy in reading.items("iam", f"list_{kind.word}_policies", "PolicyNames", **named):
        told = _called(reading, f"get_{kind.word}_policy", {"PolicyName": policy, **named})
        inline.append({"PolicyName": policy, "PolicyDocument": told["PolicyDocument"]})
    attached = list(reading.items("iam", f"list_attached_{kind.word}_policies", "AttachedPolicies", **named))
    return {f"{kind.title}PolicyList": inline, "AttachedManagedPolicies": attached}


def _groups(reading: Reading, user: str) -> Iterator[Item]:
    for group in list(reading.items("iam", "list_groups_for_user", "Groups", UserName=user)):
        yield {**group, **_held(reading, _GROUP, group["GroupName"])}


def _managed(holder: Item) -> Iterator[str]:
    yield from (one["PolicyArn"] for one in holder["AttachedManagedPolicies"])
    boundary = (holder.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary:
        yield boundary


def _policy(reading: Reading, arn: str) -> Item:
    policy = _called(reading, "get_policy", {"PolicyArn": arn})["Policy"]
    version = _called(reading, "get_policy_version", {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]})
    return {**policy, "PolicyVersionList": [version["PolicyVersion"]]}


def _called(reading: Reading, operation: str, parameters: Item) -> Item:
    return reading.call("iam", operation, **parameters) or {}
