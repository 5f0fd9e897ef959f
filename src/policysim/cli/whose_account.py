"""Does the account folder belong to the call at all? A report on the wrong account would explain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.owners import owner_of
from policysim.account.principals import entity_behind
from policysim.language.request import PrincipalKind
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.account.account import Organisation
    from policysim.cloudtrail.call import Call
    from policysim.language.request import Request

_USERS_AND_ROLES = frozenset({PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


def check_callers(calls: Iterable[Call], organisation: Organisation, folder: str) -> None:
    """Refuses a call whose caller the accounts at hand do not have, and whose resource is none of theirs either."""
    for call in calls:
        for requested in call.requests:
            _check(requested.request, organisation, folder)


def _check(request: Request, organisation: Organisation, folder: str) -> None:
    caller = request.principal
    name = caller.arn or caller.entity_arn or "the caller"
    if caller.account is None or caller.kind not in _USERS_AND_ROLES:
        return
    account = organisation.accounts.get(caller.account)
    if account is None:
        if owner_of(request, organisation) not in organisation.accounts:
            at_hand = ", ".join(f"`{one}`" for one in organisation.accounts)
            raise InputError(f"{folder}: `{name}` is of account `{caller.account}`, at hand is {at_hand}")
    elif account.identities is not None and entity_behind(caller, organisation) is None:
        raise InputError(f"{folder}: account `{account.id}` has no `{name}`: it was deleted, or added after collecting")
