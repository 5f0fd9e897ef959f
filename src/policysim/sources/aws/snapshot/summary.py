"""What a run read, in figures, and what it was refused: the answer of ``policysim snapshot``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from policysim.catalog.operations import operation as catalogued
from policysim.language.arns import parse_arn
from policysim.sources.aws.collecting import Part
from policysim.sources.aws.failures import Failure, kind_of_code
from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.folder import account_folders
from policysim.sources.aws.snapshot.permissions import account_actions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.account.account import CollectionGap
    from policysim.sources.aws.snapshot.engine import Collected
    from policysim.sources.aws.snapshot.units import Unit
    from policysim.sources.aws.snapshot.writing import Written

_SHOWN: Final = 5
_COUNTED: Final = (Part.RESOURCE_POLICIES, Part.KMS_GRANTS, Part.S3_ACCESS_POINTS)
_LISTS: Final = {
    "UserDetailList": "users",
    "GroupDetailList": "groups",
    "RoleDetailList": "roles",
    "Policies": "managed policies",
}


def summary_of(found: Collected, written: Written) -> dict[str, Any]:
    """The figures, ready for JSON; ``refused`` groups the gaps by call and error, the most frequent first."""
    folders = account_folders(found)
    units = found.by_account()
    gaps = [
        *found.closed,
        *(gap for unit in found.units.values() for gap in unit.gaps if unit.key.account not in folders),
        *(gap for folder in folders.values() for gap in folder.gaps),
        *(gap for unit in found.units.values() if unit.key.name == "organization" for gap in unit.gaps),
    ]
    return {
        "accounts": [
            {
                "account_id": account,
                "regions": list(found.accounts[account].chosen),
                "complete": folder.complete,
                "found": _found(units[account]),
            }
            for account, folder in folders.items()
        ],
        "organization": (found.organization.get("organization") or {}).get("organization_id"),
        "calls": found.calls,
        "seconds": round(found.seconds, 1),
        "taken_over": found.taken_over,
        "read_again": found.damaged,
        "refused": _refused(gaps),
        "files": {
            "written": len(written.written),
            "unchanged": len(written.unchanged),
            "removed": len(written.removed),
        },
    }


def _found(units: Iterable[Unit]) -> dict[str, int]:
    """How much there is: identities by kind, and resources that have a policy, a grant or the like by service."""
    counted: Counter[str] = Counter()
    for unit in units:
        for part, path, value in unit.entries:
            if part == Part.AUTHORIZATION_DETAILS and path:
                counted[_LISTS[path[0]]] += 1
            elif part in _COUNTED and value is not None:
                arn = parse_arn(path[0])
                counted[f"{arn.service if arn else 'other'} ({Part(part).value.replace('-', ' ')})"] += 1
            elif part in {Part.VPC_ENDPOINTS, Part.TAGS}:
                counted[{Part.VPC_ENDPOINTS: "VPC endpoints", Part.TAGS: "resources with tags"}[Part(part)]] += 1
    return dict(sorted(counted.items()))


def _refused(gaps: Iterable[CollectionGap]) -> list[dict[str, Any]]:
    """The gaps by call and error; ``actions`` are what may be missing where AWS refused."""
    groups: dict[tuple[str, str], list[str]] = {}
    for gap in sorted(set(gaps)):
        groups.setdefault((gap.call, gap.error), []).append(gap.what)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        {
            "call": call,
            "error": error,
            "times": len(whats),
            "for": whats[:_SHOWN],
            "actions": _actions_behind(call) if _is_refusal(error) else [],
        }
        for (call, error), whats in ordered
    ]


def _is_refusal(error: str) -> bool:
    return kind_of_code(error) is Failure.REFUSED


def _actions_behind(call: str) -> list[str]:
    """The action of the call's own name, or else all that the collectors of the service need."""
    service, _, operation = call.partition(":")
    if call == "sts:AssumeRole" or service == "organizations":
        return [call]
    same = [action for action in account_actions() if action.partition(":")[2] == operation]
    exact = [action for action in same if action.partition(":")[0] == service]
    if exact or len(same) == 1:
        return exact or same
    known = sorted(set(catalogued(f"{service}.amazonaws.com", operation).actions or ()) & set(account_actions()))
    if known:
        return known
    return sorted({action for one in COLLECTORS if one.client == service for action in one.actions})
