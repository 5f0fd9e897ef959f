"""Whose a resource is: from its ARN, or from the folder that lists it; never guessed.

Source: spec R22, X8, X13; IAM User Guide, reference-arns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.account import AWS_OWNER
from policysim.account.policy_holders import policy_holders
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from policysim.account.account import Account, Organisation
    from policysim.language.arns import Arn
    from policysim.language.request import Request

ANY_RESOURCE = "*"


def owner_of(request: Request, organisation: Organisation) -> str | None:
    """The account that owns the resource of a request; ``None`` when neither ARN nor folder tells.

    A request on no single resource (``*``) is made in the caller's own account, and so is one on what AWS owns and
    lends to every account, such as an AWS managed policy.
    """
    if request.resource.account is not None:
        return request.resource.account
    if request.resource.arn == ANY_RESOURCE:
        return request.principal.account
    arn = parse_arn(request.resource.held_in or request.resource.arn)
    if arn is None:
        return None
    if arn.account == AWS_OWNER:
        return request.principal.account
    if arn.account:
        return arn.account if is_account_id(arn.account) else None
    return _listed_owner(arn, organisation, request.principal.account)


def _listed_owner(arn: Arn, organisation: Organisation, first: str | None) -> str | None:
    """The one account whose folder lists the resource; the caller's folder is asked first, as it most often is."""
    if first is not None and first in organisation.accounts and lists(organisation.accounts[first], arn):
        return first
    owners = [account.id for account in organisation.accounts.values() if lists(account, arn)]
    return owners[0] if len(owners) == 1 else None


def lists(account: Account, arn: Arn) -> bool:
    """Whether the folder of an account lists a resource, or what holds it."""
    holders = policy_holders(arn)
    return any(holder in listed for listed in _listings(account, arn) for holder in holders)


def _listings(account: Account, arn: Arn) -> Iterator[Container[object]]:
    yield account.resource_policies or ()
    yield account.tags or ()
    if account.public_access is not None and arn.service == "s3":
        yield [f"arn:{arn.partition}:s3:::{name}" for name in account.public_access.buckets or ()]
