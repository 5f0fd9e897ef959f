"""KMS keys: their policies, their grants and their aliases.

Keys of the customer and those that AWS manages, in whatever state. A replica of a multi-Region key has a policy and
grants of its own in its Region (spec S40). Source: AWS KMS API Reference, ListKeys, GetKeyPolicy, ListGrants and
ListAliases; spec S19 to S25, S35, S40.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.reading_policies import arn_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_POLICY_NAME: Final = "default"
"""The only name that a key policy can have."""

_PAGE: Final = 1000
_GRANTS_PAGE: Final = 100


def _policies(reading: Reading) -> Iterator[Entry]:
    for arn in _keys(reading):
        yield from policy_of(
            reading, arn, "kms", "get_key_policy", "Policy", always=True, KeyId=arn, PolicyName=_POLICY_NAME
        )


def _grants(reading: Reading) -> Iterator[Entry]:
    """All grants of a key or none: half of them would pass for all."""
    for arn in _keys(reading):
        with reading.about(arn):
            listed = list(reading.items("kms", "list_grants", "Grants", KeyId=arn, Limit=_GRANTS_PAGE))
            yield Entry(Part.KMS_GRANTS, (arn,), [_grant(grant) for grant in listed])


def _aliases(reading: Reading) -> Iterator[Entry]:
    """Which key an alias stands for; those that AWS keeps for keys that are not made yet stand for none."""
    for alias in reading.items("kms", "list_aliases", "Aliases", Limit=_PAGE):
        key_id = alias.get("TargetKeyId")
        target = arn_of(reading, "kms", f"key/{key_id}") if key_id else None
        yield Entry(Part.KMS_ALIASES, (alias["AliasArn"],), target)


def _keys(reading: Reading) -> Iterator[str]:
    for key in reading.items("kms", "list_keys", "Keys", Limit=_PAGE):
        yield key["KeyArn"]


def _grant(printed: dict[str, Any]) -> dict[str, Any]:
    """The grant as the AWS CLI prints it: with the time as a text."""
    created = printed.get("CreationDate")
    return printed if created is None else {**printed, "CreationDate": created.isoformat()}


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="kms-key-policies",
        services=("kms",),
        client="kms",
        scope=Scope.REGION,
        actions=("kms:ListKeys", "kms:GetKeyPolicy"),
        what="key policies",
        collect=_policies,
    ),
    Collector(
        name="kms-grants",
        services=("kms",),
        client="kms",
        scope=Scope.REGION,
        actions=("kms:ListKeys", "kms:ListGrants"),
        what="grants of KMS keys",
        collect=_grants,
    ),
    Collector(
        name="kms-aliases",
        services=("kms",),
        client="kms",
        scope=Scope.REGION,
        actions=("kms:ListAliases",),
        what="aliases of KMS keys",
        collect=_aliases,
    ),
)
