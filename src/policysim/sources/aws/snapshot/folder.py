"""The account folder as it follows from what was read: JSON values by path, in an order that every run repeats."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim import __version__
from policysim.account.account import CollectionGap
from policysim.language.arns import parse_arn
from policysim.sources.aws.collecting import Part, Scope
from policysim.sources.aws.collectors.identities import KEYS
from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.documents import NO_JSON, NoDocumentError, document_of
from policysim.sources.aws.snapshot.layout import COLLECTION, ORGANIZATION
from policysim.sources.aws.snapshot.organization import organization_json, policy_documents
from policysim.sources.aws.snapshot.units import ORGANIZATION as ORGANIZATION_UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.sources.aws.collecting import Collector
    from policysim.sources.aws.snapshot.engine import Collected
    from policysim.sources.aws.snapshot.regions import Regions
    from policysim.sources.aws.snapshot.units import Unit, UnitKey

FORMAT: Final = 1
BY: Final = f"policysim {__version__}"

MAPS: Final = (
    Part.RESOURCE_POLICIES,
    Part.VPC_ENDPOINTS,
    Part.TAGS,
    Part.KMS_GRANTS,
    Part.KMS_ALIASES,
    Part.S3_ACCESS_POINTS,
)
"""The files that are written also where nothing was found: what ``collection.json`` calls complete has none then."""

ENDPOINTS_CALL: Final = "ec2:DescribeVpcEndpoints"
_NOT_READ: Final = "these Regions were not read"

_MANY: Final = 5000
"""From how many users, groups, roles and policies on the authorization details are a file for each list."""

_LIST_FILES: Final = {
    "UserDetailList": "users",
    "GroupDetailList": "groups",
    "RoleDetailList": "roles",
    "Policies": "policies",
}
_SORTED_BY: Final = {
    "AttachedManagedPolicies": "PolicyArn",
    "GroupPolicyList": "PolicyName",
    "InstanceProfileList": "Arn",
    "RolePolicyList": "PolicyName",
    "Tags": "Key",
    "UserPolicyList": "PolicyName",
}
"""Lists of the authorization details without an order of their own, and the member to put them in order by."""


class AccountFolder(NamedTuple):
    """The files of one account, by path relative to its folder, and what a summary tells of it."""

    files: dict[str, Any]
    complete: list[str]
    complete_tags: list[str]
    gaps: list[CollectionGap]


def folder_of(found: Collected, *, several: bool, taken: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Every file of a snapshot by path: of one account, or of ``several`` and the organisation around them.

    ``taken`` are names, in small letters, that no policy of the organisation may have.
    """
    accounts = account_folders(found)
    files: dict[str, Any] = {}
    organization, own_gaps = _organization(found, taken)
    for account, folder in accounts.items():
        collection = _collection_of(found, account, folder, [] if several else own_gaps)
        base = f"accounts/{account}/" if several else ""
        files |= {f"{base}{path}": value for path, value in folder.files.items()}
        files[f"{base}{COLLECTION}"] = collection
    if several:
        files[COLLECTION] = {
            "format": FORMAT,
            "by": BY,
            "collected_at": found.started_at,
            "gaps": _rows([*found.closed, *own_gaps]),
        }
    return {**files, **organization}


def account_folders(found: Collected) -> dict[str, AccountFolder]:
    """The files of each account, without ``collection.json``."""
    units = found.by_account()
    return {account: _account_folder(found, account, units[account]) for account in found.accounts}


def _account_folder(found: Collected, account: str, own: Iterable[Unit]) -> AccountFolder:
    units = [unit for unit in own if unit.key.name != ORGANIZATION_UNIT]
    parts: dict[Part, Any] = {part: {} for part in MAPS}
    parts[Part.ACCOUNT] = {"account_id": account, "partition": found.identity.partition}
    gaps = [gap for unit in units for gap in unit.gaps]
    for unit in units:
        for part, path, value in unit.entries:
            _put(parts, Part(part), path, value)
    for arn, text in ((found.organization or {}).get("delegation") or {}).items():
        parsed = parse_arn(arn)
        if parsed is not None and parsed.account == account:
            parts[Part.RESOURCE_POLICIES][arn] = text
    gaps += _with_documents(parts[Part.RESOURCE_POLICIES], None)
    gaps += _with_documents(parts[Part.VPC_ENDPOINTS], "policy")
    regions = found.accounts[account]
    if not regions.all_read:
        gaps.append(CollectionGap("VPC endpoints of other Regions", ENDPOINTS_CALL, _NOT_READ))
        gaps.append(CollectionGap("buckets, queues and all else in other Regions", "", _NOT_READ))
    units_by_key = {unit.key: unit for unit in units}
    return AccountFolder(
        dict(_files(parts)),
        _complete(units_by_key, regions, lambda collector: collector.services),
        _complete(units_by_key, regions, lambda collector: collector.tags_of),
        sorted(set(gaps)),
    )


def _put(parts: dict[Part, Any], part: Part, path: list[str], value: object) -> None:
    """An entry in its place; a part that has an entry of its own, without a path, is there even if it stays empty."""
    at = parts.setdefault(part, {})
    if not path:
        return
    for step in path[:-1]:
        at = at.setdefault(step, {})
    there = at.get(path[-1])
    if isinstance(there, dict) and isinstance(value, dict):
        there.update(value)
    else:
        at[path[-1]] = value


def _with_documents(listed: dict[str, Any], member: str | None) -> Iterator[CollectionGap]:
    """Makes the texts of policies objects; what is none is a gap, and left out where it would pass for a file name."""
    for key in list(listed):
        holder, name = (listed, key) if member is None else (listed[key], member)
        if not isinstance(holder, dict) or name not in holder:
            continue
        try:
            holder[name] = document_of(holder[name])
        except NoDocumentError as error:
            yield CollectionGap(key, "", NO_JSON)
            if error.kept is None:
                del holder[name]


def _files(parts: Mapping[Part, Any]) -> Iterator[tuple[str, Any]]:
    for part in sorted(parts):
        if part is Part.AUTHORIZATION_DETAILS:
            yield from _authorization_details(parts[part])
        elif part is Part.ACCOUNT:
            yield f"{part.value}.json", parts[part]
        elif part is Part.S3_PUBLIC_ACCESS:
            yield f"{part.value}.json", _in_order(parts[part], levels=2)
        elif part is Part.KMS_GRANTS:
            grants = {arn: _by(parts[part][arn], "GrantId") for arn in sorted(parts[part])}
            yield f"{part.value}.json", grants
        else:
            yield f"{part.value}.json", _in_order(parts[part], levels=1)


def _in_order(value: object, *, levels: int) -> Any:  # noqa: ANN401  # any JSON
    """The members of a map, and of the maps in it, in the order of their names; documents keep theirs."""
    if levels == 0 or not isinstance(value, dict):
        return value
    return {name: _in_order(value[name], levels=levels - 1) for name in sorted(value)}


def _authorization_details(lists: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    details = {name: [_settled(lists[name][arn]) for arn in sorted(lists.get(name, {}))] for name in KEYS}
    if sum(map(len, details.values())) < _MANY:
        yield f"{Part.AUTHORIZATION_DETAILS.value}.json", details
        return
    for name, items in details.items():
        yield f"{Part.AUTHORIZATION_DETAILS.value}/{_LIST_FILES[name]}.json", {name: items}


def _settled(item: dict[str, Any]) -> dict[str, Any]:
    """An item whose lists are in an order of their own."""
    found = {name: _by(value, _SORTED_BY[name]) if name in _SORTED_BY else value for name, value in item.items()}
    if isinstance(found.get("GroupList"), list):
        found["GroupList"] = sorted(found["GroupList"])
    if isinstance(found.get("PolicyVersionList"), list):
        found["PolicyVersionList"] = sorted(found["PolicyVersionList"], key=_number_of_version)
    return found


def _by(items: object, member: str) -> Any:  # noqa: ANN401  # any JSON
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return items
    return sorted(items, key=lambda item: str(item.get(member, "")))


def _number_of_version(version: dict[str, Any]) -> tuple[int, str]:
    name = str(version.get("VersionId", ""))
    digits = name.removeprefix("v")
    return (int(digits) if digits.isdecimal() else 0, name)


def _complete(units: Mapping[UnitKey, Unit], regions: Regions, names_of: Any) -> list[str]:  # noqa: ANN401  # below
    """The services whose every collector ran everywhere and met no gap."""
    ran: dict[str, list[Unit]] = defaultdict(list)
    for unit in units.values():
        ran[unit.key.name].append(unit)
    whole: dict[str, bool] = {}
    for collector in COLLECTORS:
        done = bool(ran[collector.name]) and not any(unit.gaps for unit in ran[collector.name])
        done = done and (_runs_in_one_place(collector) or _ran_everywhere(ran[collector.name], regions))
        for service in names_of(collector):
            whole[service] = whole.get(service, True) and done
    return sorted(service for service, done in whole.items() if done)


def _ran_everywhere(units: Iterable[Unit], regions: Regions) -> bool:
    """Whether every enabled Region was asked: where botocore knows of no such service there may be one by now."""
    return regions.enabled is not None and {unit.key.region for unit in units} >= set(regions.enabled)


def _runs_in_one_place(collector: Collector) -> bool:
    return collector.scope is Scope.ACCOUNT or len(collector.regions) == 1


def _organization(found: Collected, taken: frozenset[str]) -> tuple[dict[str, Any], list[CollectionGap]]:
    """``organization.json`` and the documents of its policies; the gaps that were met on the way."""
    gaps = [gap for key, unit in found.units.items() if key.name == ORGANIZATION_UNIT for gap in unit.gaps]
    about = organization_json(found.organization, taken)
    files: dict[str, Any] = {} if about is None else {ORGANIZATION: about}
    for path, text in policy_documents(found.organization, taken):
        try:
            files[f"{path}.json"] = document_of(text)
        except NoDocumentError:
            gaps.append(CollectionGap(path.rsplit("/", 1)[-1], "organizations:DescribePolicy", NO_JSON))
    return files, gaps


def _collection_of(
    found: Collected, account: str, folder: AccountFolder, further: Iterable[CollectionGap]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "by": BY,
        "collected_at": found.started_at,
        "regions": list(found.accounts[account].chosen),
        "complete": folder.complete,
        "complete_tags": folder.complete_tags,
        "gaps": _rows([*folder.gaps, *further]),
    }


def _rows(gaps: Iterable[CollectionGap]) -> list[dict[str, str]]:
    return [gap._asdict() for gap in sorted(set(gaps))]
