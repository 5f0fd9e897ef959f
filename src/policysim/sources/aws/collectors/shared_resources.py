"""The policies as which shares of AWS RAM act, of the services that have no policies of their own.

Where a service has some, its own call prints what a share made of them, and another collector reads it.

Source: AWS RAM API Reference, ListResources and GetResourcePolicies; IAM User Guide,
access_policies-cross-account-resource-access; spec X7, S43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog.resource_policies import SHARED_THROUGH_RAM
from policysim.language.arns import parse_arn
from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.listed import policy_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading


def _shares(reading: Reading) -> Iterator[Entry]:
    """A resource in several shares has a policy of each; those that are in no share are not listed."""
    listed = reading.items("ram", "list_resources", "resources", resourceOwner="SELF")
    for arn in dict.fromkeys(item["arn"] for item in listed):
        parsed = parse_arn(arn)
        if parsed is None or parsed.service not in SHARED_THROUGH_RAM:
            continue
        with reading.about(arn):
            policies = list(reading.items("ram", "get_resource_policies", "policies", resourceArns=[arn]))
            yield from policy_entry(arn, policies, "ram:GetResourcePolicies", reading)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="ram",
        services=("ram",),
        client="ram",
        scope=Scope.REGION,
        actions=("ram:ListResources", "ram:GetResourcePolicies"),
        what="shares of AWS RAM",
        collect=_shares,
    ),
)
