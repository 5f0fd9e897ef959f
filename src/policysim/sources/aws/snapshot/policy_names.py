"""File names for the policies of an organisation: the policies' own names where a file system takes them.

A name is unique over SCPs and RCPs together, whatever the case of its letters, and the same in every snapshot as long
as the policies are.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.account.full_access import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._ -]+")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
"""What Windows takes for a device, whatever ends the name."""
_LIKE_AN_ID: Final = re.compile(r".*p-[a-z0-9_]+")
"""Would be the name of another policy whose name needs its id."""
_LONGEST: Final = 100
_OF_AWS: Final = {"p-FullAWSAccess": FULL_AWS_ACCESS.name, "p-RCPFullAWSAccess": RCP_FULL_AWS_ACCESS.name}
_KEPT_FOR_AWS: Final = frozenset(name.casefold() for name in _OF_AWS.values())


class NamedPolicy(NamedTuple):
    """A policy of an organisation as AWS lists it."""

    id: str
    name: str


def names_of(policies: Iterable[NamedPolicy], taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """The name of each policy by its id; those in ``taken``, in small letters, are somebody else's files."""
    listed = sorted(set(policies))
    safe = {policy.id: _safe(policy.name) for policy in listed if policy.id not in _OF_AWS}
    often = Counter(name.casefold() for name in safe.values())
    return {policy.id: _OF_AWS.get(policy.id) or _unique(policy.id, safe[policy.id], often, taken) for policy in listed}


def is_full_access(policy_id: str) -> bool:
    """Whether the policy is the one that AWS attaches by itself and that needs no file."""
    return policy_id in _OF_AWS


def _safe(name: str) -> str:
    return _UNSAFE.sub("-", name)[:_LONGEST].strip(" .-")


def _unique(policy_id: str, name: str, often: Counter[str], taken: frozenset[str]) -> str:
    plain = name.casefold()
    odd = _DEVICE.fullmatch(plain) or _LIKE_AN_ID.fullmatch(plain)
    if name and not odd and often[plain] == 1 and plain not in _KEPT_FOR_AWS and plain not in taken:
        return name
    return f"{name}-{_safe(policy_id)}".strip("-")
