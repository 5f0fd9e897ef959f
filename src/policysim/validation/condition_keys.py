"""Checks of condition keys: keys that there are not, or that no request for the actions of the statement has.

Source: Service Authorization Reference; IAM User Guide, reference_policies_condition-keys; spec C5, C66, C70, V3.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.catalog.global_keys import GLOBAL_KEYS
from policysim.catalog.shared_prefixes import SHARED_PREFIXES
from policysim.evaluation.session_keys import OF_ROLE_SESSIONS
from policysim.language.nearest import nearest
from policysim.language.policy_types import PolicyType
from policysim.validation.actions import LIKENESS, covered_actions
from policysim.validation.finding_kinds import KEY_FORM, KEY_OF_OTHER_ACTIONS, RETIRED_KEY, UNKNOWN_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.facts import Catalogue
    from policysim.language.policy import ConditionEntry
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

TAG_FAMILIES: Final = frozenset({"aws:requesttag", "aws:resourcetag", "aws:principaltag"})
"""Families of global keys whose names end in a tag."""

RETIRED_KEYS: Final = {"aws:sourceowner": "aws:SourceAccount", "aws:principalorgmasteraccountid": "aws:PrincipalOrgID"}
"""Keys that AWS documents no longer and services still set, with the key to use (spec S28; dated 2026-11)."""


def condition_keys(subject: Subject) -> Iterator[Finding]:
    """Keys that the catalogue does not know, and keys of other actions than those of the statement."""
    for entry in subject.statement.conditions:
        found = _unknown(subject, entry)
        if found is not None:
            yield found
        elif not _may_be_present(subject, entry.key):
            message = f"no action of the statement has the condition key `{entry.key}`, so it is always absent"
            yield subject.finding(KEY_OF_OTHER_ACTIONS, message, subject.at(*entry.path()).key)


def _unknown(subject: Subject, entry: ConditionEntry) -> Finding | None:
    key = entry.key
    where = subject.at(*entry.path()).key
    if ":" not in key:
        return subject.finding(KEY_FORM, f"`{key}` is no condition key: those are `service:key`", where)
    lower = key.lower()
    if lower.rstrip("/") in TAG_FAMILIES:
        return subject.finding(UNKNOWN_KEY, f"`{key}` names no tag", where, f"write `{key.rstrip('/')}/TAG`")
    if lower in RETIRED_KEYS:
        return subject.finding(RETIRED_KEY, f"`{key}` is a key of former times", where, f"use `{RETIRED_KEYS[lower]}`")
    if subject.catalogue.condition_key(key) is not None:
        return None
    prefix = lower.partition(":")[0]
    known = [global_key.name for global_key in GLOBAL_KEYS] if prefix == "aws" else []
    known += [known_key.name for known_key in subject.catalogue.condition_keys_of_service(prefix)]
    hint = nearest(key, known, most=1, likeness=LIKENESS)
    return subject.finding(UNKNOWN_KEY, f"the catalogue knows no condition key `{key}`", where, hint)


def _may_be_present(subject: Subject, key: str) -> bool:
    """Whether a request for an action of the statement may have a key of a service (spec C66)."""
    described = subject.catalogue.condition_key(key)
    prefix = key.lower().partition(":")[0]
    if described is None or prefix in {"aws", "saml", "oidc"} or "." in prefix or key.lower() in OF_ROLE_SESSIONS:
        return True
    if subject.statement.action.negated or subject.type is PolicyType.TRUST:
        return True
    name = _family(described.name)
    if name not in (keys_of(subject.catalogue, f"{prefix}:*") or ()):
        return True  # the reference lists the key for the service, and for none of its actions
    for action in subject.actions:
        keys = keys_of(subject.catalogue, action.text.lower())
        if keys is None or name in keys:
            return True
    return False


@lru_cache(maxsize=8192)
def keys_of(catalogue: Catalogue, pattern: str) -> frozenset[str] | None:
    """The keys of services, in lower case, that requests for the actions of a pattern may have; ``None``: unknown."""
    if pattern.partition(":")[0] in SHARED_PREFIXES:
        return None
    names = covered_actions(catalogue, pattern)
    if not names:
        return None
    found: set[str] = set()
    for name in names:
        found.update(_family(key.name) for key in catalogue.condition_keys_of(name) or ())
    return frozenset(found)


def _family(name: str) -> str:
    """A key in lower case, of a family (``ec2:ResourceTag/...``) what stands before the part that varies."""
    return name.lower().partition("/")[0]
