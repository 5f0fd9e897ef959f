"""The members of a case, and those that are nearly so: a layer under a misspelt name would not be there, unnoticed.

A case may hold members of its owner's (what it expects, why, where it is from); only what is close to a known name
is taken for a slip. Source: the description of the case files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.language.locator import locate
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from policysim.sources.json_values import Json

CASE_MEMBERS: Final = (
    "id",
    "title",
    "principal",
    "action",
    "resource",
    "resources",
    "resource_account",
    "context",
    "context_complete",
    "identity_policies",
    "group_policies",
    "boundary",
    "session_policies",
    "scp_levels",
    "rcp_levels",
    "scps",
    "rcps",
    "resource_policy",
    "grants",
    "vpce_policy",
    "vpc_endpoint_policy",
    "s3_bpa",
    "object_owner",
    "object_ownership",
    "acl",
    "kms_key_manager",
    "resource_account_is_management",
)
PRINCIPAL_MEMBERS: Final = (
    "type",
    "arn",
    "account",
    "role_arn",
    "issuer_arn",
    "service",
    "provider",
    "service_linked_role",
    "is_management_account",
    "role_id",
    "user_id",
    "canonical_id",
    "credentials",
    "transitive_tags",
)

_ALIKE: Final = 0.88
"""How alike two names are when one is taken for a slip of the other: above ``source`` and ``resource`` (0.86)."""


def refuse_misspelt(at: Json, known: tuple[str, ...]) -> None:
    """Raises an error at the first member of an object whose name is nearly, but not quite, a known one."""
    for name, _ in at.members():
        meant = None if name in known else _meant(name, known)
        if meant is not None:
            place = locate(at.location.below(name).key).place
            raise InputError(f"{place}: `{name}` is no member of a case: `{meant}` was expected")


@lru_cache(maxsize=1024)
def _meant(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415  # most cases hold known names only

    by_letters = {_letters(one): one for one in known}
    close = get_close_matches(_letters(name), by_letters, n=1, cutoff=_ALIKE)
    return by_letters[close[0]] if close else None


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
