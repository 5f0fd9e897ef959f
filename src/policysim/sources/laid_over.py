"""What a plan or template describes, laid over the accounts that were collected.

What it speaks of counts, by ARN; all else stands as it was collected. What was not collected stays so: a plan does not
tell what else an account holds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from policysim.account.account import PublicAccess
from policysim.account.on_demand import OnDemand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.account import Account, Identities, Organisation
    from policysim.account.on_demand import Reader

Value = TypeVar("Value")


def organisation_over(described: Organisation, base: Organisation, accounts: Mapping[str, Account]) -> Organisation:
    """These accounts in the organisation that is described, or else in that of the base."""
    return replace(base if described.root is None else described, accounts=accounts)


def account_over(described: Account, before: Account, identities: Identities | None) -> Account:
    """One account with what is described in place of what was collected; ``identities`` are those of the outcome."""
    return replace(
        before,
        name=described.name,
        identities=identities,
        aws_managed={**described.aws_managed, **before.aws_managed},
        resource_policies=together(described.resource_policies, before.resource_policies),
        endpoints=None if before.endpoints is None else together(described.endpoints, before.endpoints),
        tags=together(described.tags, before.tags),
        grants=together(described.grants, before.grants),
        public_access=_public_access(described.public_access, before.public_access),
        access_points=together(described.access_points, before.access_points),
        canonical_id=before.canonical_id or described.canonical_id,
        complete=before.complete | described.complete,
    )


def together(described: Mapping[str, Value] | None, before: Mapping[str, Value] | None) -> Mapping[str, Value] | None:
    """Both mappings; where one is ``None`` (not collected) the other one alone, if it holds anything.

    An empty mapping says that there is nothing at all, which a description cannot tell of what was not collected.
    """
    if not described:
        return before
    if before is None:
        return described
    return OnDemand(partial(_readers, described, before))


def _readers(described: Mapping[str, Value], before: Mapping[str, Value]) -> Mapping[str, Reader[Value]]:
    kept = {key: partial(before.__getitem__, key) for key in before if key not in described}
    return {**kept, **{key: partial(described.__getitem__, key) for key in described}}


def _public_access(described: PublicAccess | None, before: PublicAccess | None) -> PublicAccess | None:
    if described is None or before is None:
        return before if described is None else described
    return PublicAccess(
        account=described.account or before.account,
        buckets=together(described.buckets, before.buckets),
        enforced=described.enforced or before.enforced,
    )
