"""The principal of a case: an object with its type and ARN, or (in the older form) an ARN alone.

Source: the description of the case files; spec P8, P9, C44 to C47, E20, E38.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.account.principals import principal_of
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.request import Credentials, Principal, PrincipalKind
from policysim.sources.case_members import PRINCIPAL_MEMBERS, refuse_misspelt

if TYPE_CHECKING:
    from policysim.sources.json_values import Json

KINDS: Final[dict[str, PrincipalKind]] = {
    **{kind.value: kind for kind in PrincipalKind},
    "User": PrincipalKind.USER,
    "Service": PrincipalKind.SERVICE,
}
"""The words for the kinds of caller, synonyms included."""

_ALWAYS_TEMPORARY: Final = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


def read_principal(at: Json) -> Principal:
    """The caller of a case. What the case leaves out is not so: no management account, no service-linked role."""
    return _from_arn(at) if isinstance(at.value, str) else _from_object(at)


def _from_arn(at: Json) -> Principal:
    arn = parse_arn(at.text())
    principal = None if arn is None else principal_of(arn)
    if principal is None:
        raise at.error(f"`{at.value}` names no principal: expected the ARN of a user, role, session or root user")
    return replace(principal, in_management_account=False)


def account_in(at: Json, name: str) -> str | None:
    """A member that holds an account id; ``None`` when it is missing, ``null`` or empty."""
    account = at.optional_text(name)
    if account and not is_account_id(account):
        raise at.required(name).error(f"`{account}` is no account id: expected 12 digits")
    return account or None


def _from_object(at: Json) -> Principal:
    refuse_misspelt(at, PRINCIPAL_MEMBERS)
    kind_at = at.required("type")
    kind = KINDS.get(kind_at.text("the type of a principal"))
    if kind is None:
        raise kind_at.error(f"`{kind_at.value}` is no type of principal: expected one of {', '.join(KINDS)}")
    arn = at.optional_text("arn")
    parsed = parse_arn(arn or "")
    if arn and parsed is None:
        raise at.required("arn").error(f"`{arn}` is no ARN")
    return Principal(
        kind=kind,
        arn=arn,
        account=account_in(at, "account") or (parsed.account if parsed is not None else None) or None,
        entity_arn=at.optional_text("role_arn") or at.optional_text("issuer_arn"),
        unique_id=at.optional_text("role_id") or at.optional_text("user_id"),
        service=at.optional_text("service"),
        provider=at.optional_text("provider"),
        canonical_id=at.optional_text("canonical_id"),
        credentials=_credentials(at, kind),
        service_linked=at.optional_flag("service_linked_role") or False,
        in_management_account=at.optional_flag("is_management_account") or False,
        transitive_tags=_texts(at.member("transitive_tags")),
    )


def _texts(at: Json | None) -> tuple[str, ...]:
    return () if at is None or at.value is None else tuple(item.text("the key of a tag") for item in at.items())


def _credentials(at: Json, kind: PrincipalKind) -> Credentials:
    word = at.optional_text("credentials")
    if word is None:
        return Credentials.TEMPORARY if kind in _ALWAYS_TEMPORARY else Credentials.UNKNOWN
    known = {credentials.value: credentials for credentials in Credentials}
    if word not in known:
        expected = "`long-term`, `temporary` or `console`"
        raise at.required("credentials").error(f"`{word}` are no credentials: expected {expected}")
    return known[word]
