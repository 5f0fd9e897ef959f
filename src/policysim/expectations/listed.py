"""The resources at hand: every ARN that an account lists, and what each of them is a resource of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.account.account import Account, Organisation

DEFAULT_REGION: Final = "us-east-1"
"""The Region of made-up ARNs where nothing at hand has one."""


def listed_arns(organisation: Organisation) -> tuple[str, ...]:
    """Every ARN that the accounts list as a resource of theirs, each once, without patterns."""
    found = (arn for account in organisation.accounts.values() for arn in _of_account(account))
    return tuple(dict.fromkeys(arn for arn in found if arn.startswith("arn:")))


def _of_account(account: Account) -> Iterator[str]:
    yield from account.resource_policies or ()
    yield from account.tags or ()
    yield from account.grants or ()
    yield from account.access_points or ()
    if account.public_access is not None:
        for name, bucket in (account.public_access.buckets or {}).items():
            yield f"arn:{account.partition}:s3:::{name}"
            yield from (
                arn if arn.startswith("arn:") else f"arn:{account.partition}:s3:::{name}/{arn}"
                for arn in bucket.objects
            )
    if account.identities is not None:
        identities = account.identities
        yield from (*identities.users, *identities.roles, *(group.arn for group in identities.groups.values()))
        yield from identities.managed


def usual_region(arns: tuple[str, ...]) -> str:
    """The Region of most ARNs."""
    regions = Counter(arn.region for text in arns if (arn := parse_arn(text)) is not None and arn.region)
    return min(regions, key=lambda region: (-regions[region], region)) if regions else DEFAULT_REGION
