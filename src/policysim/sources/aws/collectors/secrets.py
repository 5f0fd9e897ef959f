"""Secrets of AWS Secrets Manager, with their policies.

Source: AWS Secrets Manager API Reference, ListSecrets and GetResourcePolicy; spec S29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.reading_policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading

_PAGE: Final = 100


def _secrets(reading: Reading) -> Iterator[Entry]:
    """Those that are to be deleted belong to it: until then they can be restored, with their policies."""
    listed = reading.items(
        "secretsmanager", "list_secrets", "SecretList", MaxResults=_PAGE, IncludePlannedDeletion=True
    )
    for secret in listed:
        arn = secret["ARN"]
        yield from policy_of(reading, arn, "secretsmanager", "get_resource_policy", "ResourcePolicy", SecretId=arn)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="secretsmanager-policies",
        services=("secretsmanager",),
        client="secretsmanager",
        scope=Scope.REGION,
        actions=("secretsmanager:ListSecrets", "secretsmanager:GetResourcePolicy"),
        what="policies of secrets",
        collect=_secrets,
    ),
)
