"""What type of policy a document is, when nobody says: by the elements that only some types have.

A service control policy, a boundary and a session policy look like an identity-based policy; a policy of a VPC
endpoint looks like one of a resource. Source: spec P1, G9, G19, G21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.language.policy import VARIABLES_VERSION
from policysim.language.policy_types import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
_EVERYBODY = ("*", {"AWS": "*"}, {"AWS": ["*"]})
_DEFAULT_ENDPOINT = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


class Guess(NamedTuple):
    """A type, and why."""

    type: PolicyType
    reason: str


def guess_type(document: object) -> Guess:
    """The type that a decoded document most likely has."""
    if not isinstance(document, dict):
        return Guess(PolicyType.IDENTITY, "it cannot be read")
    statements = list(_statements(document))
    with_principal = [one for one in statements if "Principal" in one or "NotPrincipal" in one]
    if not with_principal:
        if statements and all(_assumes(one) and "Resource" not in one for one in statements):
            return Guess(PolicyType.TRUST, "all of its actions assume a role, and it names no resource")
        return Guess(PolicyType.IDENTITY, "no statement has a principal")
    if all(_is_of_rcp(one) for one in statements) and _version(document) == VARIABLES_VERSION:
        return Guess(PolicyType.RCP, "it only denies, to everybody and on every resource")
    if all(_assumes(one) and "Resource" not in one for one in statements):
        return Guess(PolicyType.TRUST, "all of its actions assume a role, and it names no resource")
    if statements == [_DEFAULT_ENDPOINT]:
        return Guess(PolicyType.VPCE, "it is the default policy of endpoints")
    return Guess(PolicyType.RESOURCE, "it has principals")


def _version(document: object) -> object:
    return document.get("Version") if isinstance(document, dict) else None


def _statements(document: object) -> Iterator[dict[str, object]]:
    listed = document.get("Statement") if isinstance(document, dict) else None
    for statement in listed if isinstance(listed, list) else [listed]:
        if isinstance(statement, dict):
            yield statement


def _texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for text in listed if isinstance(text, str)]


def _assumes(statement: dict[str, object]) -> bool:
    actions = [text.lower() for text in _texts(statement.get("Action"))]
    return bool(actions) and all(action.startswith(_ASSUMING) for action in actions)


def _is_of_rcp(statement: dict[str, object]) -> bool:
    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in _EVERYBODY
        and (statement.get("Resource") in ("*", ["*"]) or "NotResource" in statement)
    )
