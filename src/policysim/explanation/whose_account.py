"""Does the account folder belong to the call at all? A report on the wrong account would explain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.owners import owner_of
from policysim.account.principals import entity_behind, entity_name
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call
    from policysim.language.request import Request

_USERS_AND_ROLES = frozenset({PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


def misfit(call: Call, organisation: Organisation) -> str | None:
    """Why the accounts at hand say nothing about a call, in one sentence; ``None`` when they do.

    They do where they have the caller, or else own a resource of the call: the other side is a gap then.
    """
    reasons = [_misfit(requested.request, organisation) for requested in call.requests]
    return reasons[0] if reasons and None not in reasons else None


def _misfit(request: Request, organisation: Organisation) -> str | None:
    caller = request.principal
    if caller.account is None or caller.kind not in _USERS_AND_ROLES or entity_name(caller) is None:
        return None
    name = caller.arn or caller.entity_arn
    account = organisation.accounts.get(caller.account)
    if account is None:
        at_hand = ", ".join(f"`{one}`" for one in organisation.accounts)
        elsewhere = owner_of(request, organisation) not in organisation.accounts
        return f"`{name}` is of account `{caller.account}`, at hand is {at_hand}" if elsewhere else None
    if account.identities is None or entity_behind(caller, organisation) is not None:
        return None
    if caller.kind is PrincipalKind.FEDERATED_USER and caller.entity_arn is None:
        return None
    return f"account `{account.id}` has no `{name}`: it was deleted, or made after the account was collected"
