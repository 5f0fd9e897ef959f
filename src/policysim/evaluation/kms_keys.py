"""Condition keys of AWS KMS that follow from the request itself.

Source: AWS KMS Developer Guide, conditions-kms and multi-region-keys-overview (pages of 2026); spec S22, S24, S35, S40.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT, OF_AN_ACCOUNT, UNKNOWN, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue, Request

GRANT_ID_KEY: Final = "kms:GrantId"
"""Stands for the parameter of RetireGrant that tells which grant; no condition key of AWS has this name."""

_PAIR: Final = "kms:encryptioncontext:"
_NAMES: Final = "kms:encryptioncontextkeys"


def implied_kms_key(key: str, request: Request) -> ContextValue | None:
    """The value of a ``kms:`` key (in lower case) that follows from the request; ``None`` where none follows."""
    if not request.action.lower().startswith("kms:"):
        return None
    if key.startswith(_PAIR):
        return _pair(key, request)
    rule = _IMPLIED.get(key)
    return None if rule is None else rule(request)


def _caller_account(request: Request) -> ContextValue | None:
    """The caller's account: every call of a principal of an account has it (spec S24); nobody's account is absent."""
    if request.principal.kind is PrincipalKind.ANONYMOUS:
        return ABSENT
    account = request.principal.account
    return (account,) if request.principal.kind in OF_AN_ACCOUNT and account is not None else None


def _pair(key: str, request: Request) -> ContextValue | None:
    """A pair of the encryption context is absent where the list of its names lacks it."""
    names = request.context.get(_NAMES)
    if names is ABSENT:
        return ABSENT
    listed = isinstance(names, tuple) and key in {_PAIR + name.lower() for name in names}
    return None if listed or not isinstance(names, tuple) else ABSENT


def _names_of_pairs(request: Request) -> ContextValue | None:
    """The names of the pairs that a complete context states; in any other there may be more."""
    stated = request.context
    if not stated.complete:
        return None
    names = [
        name[len(_PAIR) :]
        for name, value in stated.items()
        if name.lower().startswith(_PAIR) and isinstance(value, tuple)
    ]
    return tuple(names) or None


def _multi_region(request: Request) -> ContextValue | None:
    """The id of a multi-Region key begins with ``mrk-``, and no other does (spec S40)."""
    arn = parse_arn(request.resource.arn)
    if arn is None or arn.service != "kms" or arn.resource_type != "key":
        return None
    return ("true" if arn.resource_id.startswith("mrk-") else "false",)


def _which_grant(request: Request) -> ContextValue | None:
    """Which of several grants is to be retired is a parameter of the call that no condition key shows (spec S35)."""
    return UNKNOWN if request.action.lower() == "kms:retiregrant" else None


_IMPLIED: Final[dict[str, Callable[[Request], ContextValue | None]]] = {
    "kms:calleraccount": _caller_account,
    "kms:multiregion": _multi_region,
    _NAMES: _names_of_pairs,
    GRANT_ID_KEY.lower(): _which_grant,
}
