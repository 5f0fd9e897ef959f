"""Grants of KMS keys, as ``aws kms list-grants`` prints them.

Source: AWS KMS API reference, GrantListEntry and GrantConstraints (pages of 2026); spec S23, S35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.key_grants import KeyGrant

if TYPE_CHECKING:
    from policysim.sources.json_values import Json

_CONSTRAINTS: Final = frozenset({"EncryptionContextEquals", "EncryptionContextSubset", "SourceArn"})


def read_grant(at: Json) -> KeyGrant:
    """The grant that stands at a place."""
    grantee = at.optional_text("GranteePrincipal") or at.optional_text("GranteeServicePrincipal")
    if grantee is None:
        raise at.error("expected a member `GranteePrincipal` or `GranteeServicePrincipal`")
    constraints = at.member("Constraints")
    known = None if constraints is None or constraints.empty else constraints
    return KeyGrant(
        grantee,
        tuple(operation.text("the name of an operation") for operation in at.optional_items("Operations")),
        retiring=at.optional_text("RetiringPrincipal") or at.optional_text("RetiringServicePrincipal"),
        id=at.optional_text("GrantId"),
        name=at.optional_text("Name") or None,
        context_equals=_pairs(known, "EncryptionContextEquals"),
        context_subset=_pairs(known, "EncryptionContextSubset"),
        source_arn=known.optional_text("SourceArn") if known is not None else None,
        issuing_account=at.optional_text("IssuingAccount"),
        created=_time(at),
        understood=known is None or all(name in _CONSTRAINTS for name, _ in known.members()),
    )


def _pairs(constraints: Json | None, name: str) -> tuple[tuple[str, str], ...] | None:
    at = constraints.member(name) if constraints is not None else None
    if at is None or at.empty:
        return None
    return tuple((key, value.text("a value of an encryption context")) for key, value in at.members())


def _time(at: Json) -> str | None:
    """The time of creation as it is printed: a text, or seconds."""
    created = at.member("CreationDate")
    return None if created is None or created.value is None else str(created.value)
