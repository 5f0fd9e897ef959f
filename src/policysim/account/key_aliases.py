"""Aliases of KMS keys: which key a request is about that names one, and which aliases a key has.

KMS authorizes the use of a key on the key, whatever name the request gave it. Source: AWS KMS Developer Guide,
alias-authorization and conditions-kms (``kms:RequestAlias``, ``kms:ResourceAliases``); spec S22.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.services.kms import ON_ALIASES
from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation
    from policysim.language.arns import Arn
    from policysim.language.request import ContextValue, Request

_SERVICE: Final = "kms"
_OF_KMS: Final = f"{_SERVICE}:"
_REQUEST_ALIAS: Final = "kms:RequestAlias"
_RESOURCE_ALIASES: Final = "kms:ResourceAliases"


def on_the_key_behind(request: Request, organisation: Organisation) -> Request:
    """The request on the key that its alias stands for, with the alias as ``kms:RequestAlias``, where it is known."""
    arn = _of_type(request, "alias")
    if arn is None or request.action.lower() in ON_ALIASES:
        return request
    owner = organisation.account(arn.account)
    key = ((owner.key_aliases if owner is not None else None) or {}).get(str(arn))
    if key is None:
        return request
    context = request.context.filled_with({_REQUEST_ALIAS: (arn.resource,)})
    return replace(request, resource=replace(request.resource, arn=key), context=context)


def alias_keys(request: Request, organisation: Organisation) -> dict[str, ContextValue]:
    """``kms:ResourceAliases`` of a request on a key, where all aliases of its account were collected."""
    arn, owner = _of_type(request, "key"), organisation.account(request.resource.account)
    if arn is None or owner is None or owner.key_aliases is None or not owner.covers(owner.key_aliases, _SERVICE):
        return {}
    return {_RESOURCE_ALIASES: _aliases_of(str(arn), owner) or ABSENT}


def _aliases_of(key: str, owner: Account) -> tuple[str, ...]:
    listed = owner.key_aliases or {}
    found = (parse_arn(alias) for alias in listed if listed[alias] == key)
    return tuple(alias.resource for alias in found if alias is not None)


def _of_type(request: Request, kind: str) -> Arn | None:
    if not request.action.lower().startswith(_OF_KMS):
        return None
    arn = parse_arn(request.resource.arn)
    return arn if arn is not None and arn.service == _SERVICE and arn.resource_type == kind else None
