"""Which Regions an account has, and in which of them a collector runs.

Source: EC2 API Reference, DescribeRegions; Account Management Reference, ListRegions; AWS General Reference, regional
endpoints of services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.sources.aws.collecting import GoneError, RefusedError, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.sources.aws.collecting import Collector, Reading
    from policysim.sources.aws.connection import Connection

HOME: Final = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""The Region of each partition in which its global services answer."""

ACTIONS: Final = ("account:ListRegions", "ec2:DescribeRegions")
_ENABLED: Final = ["ENABLED", "ENABLED_BY_DEFAULT"]


class Regions(NamedTuple):
    """The Regions of a run in one account: ``chosen`` are read, ``enabled`` are all there are, where AWS tells them."""

    chosen: tuple[str, ...]
    enabled: tuple[str, ...] | None

    @property
    def all_read(self) -> bool:
        """Whether it is known that no Region is left out."""
        return self.enabled is not None and set(self.enabled) <= set(self.chosen)


def enabled_regions(reading: Reading) -> list[str] | None:
    """The Regions that are enabled for the account; ``None`` where neither of two services may tell them."""
    try:
        told = reading.call("ec2", "describe_regions") or {}
        return sorted(region["RegionName"] for region in told["Regions"])
    except (GoneError, RefusedError):
        pass
    try:
        listed = reading.items("account", "list_regions", "Regions", RegionOptStatusContains=_ENABLED)
        names = sorted(region["RegionName"] for region in listed)
    except (GoneError, RefusedError):
        return None
    reading.gaps.clear()
    return names


def chosen_regions(enabled: Sequence[str] | None, asked: Sequence[str], known: Sequence[str]) -> Regions:
    """The Regions to read: those that were asked for, else all; ``known`` to botocore where nobody may tell them."""
    wanted = sorted(set(asked)) or sorted(known if enabled is None else enabled)
    chosen = tuple(region for region in wanted if enabled is None or region in enabled)
    return Regions(chosen, None if enabled is None else tuple(enabled))


def regions_for(collector: Collector, regions: Regions, connection: Connection, partition: str) -> list[str]:
    """Where a collector runs: nowhere in particular when its scope is the account.

    What lives in one Region is read there also where that is not among the chosen ones. A Region that botocore does not
    know at all is newer than it, so every service is looked for there.
    """
    if collector.scope is Scope.ACCOUNT:
        return [""]
    if len(collector.regions) == 1:
        known = connection.regions_of("ec2", partition) if regions.enabled is None else regions.enabled
        return [region for region in collector.regions if region in known]
    if collector.regions:
        return [region for region in regions.chosen if region in collector.regions]
    served = set(connection.regions_of(collector.client, partition))
    new = set(regions.chosen) - set(connection.regions_of("ec2", partition))
    return [region for region in regions.chosen if not served or region in served or region in new]


def told_of(regions: Regions) -> dict[str, Any]:
    """The Regions as the journal keeps them."""
    return {"chosen": list(regions.chosen), "enabled": None if regions.enabled is None else list(regions.enabled)}


def regions_of(told: dict[str, Any]) -> Regions:
    """The Regions as the journal kept them."""
    return Regions(tuple(told["chosen"]), None if told["enabled"] is None else tuple(told["enabled"]))
