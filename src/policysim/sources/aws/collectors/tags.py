"""The tags of all resources of a Region, as the Resource Groups Tagging API knows them.

It lists what has tags or once had some, and not every kind of resource. Of the services in ``tags_of`` it knows all
that can have tags, so that what it does not list has none; of the others it adds what it knows. Buckets are asked
themselves. Source: Resource Groups Tagging API Reference, GetResources and supported-services (pages of 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_PAGE: Final = 100
_ASKED_THEMSELVES: Final = frozenset({"s3", "s3express"})


def _tags(reading: Reading) -> Iterator[Entry]:
    for resource in reading.items(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", ResourcesPerPage=_PAGE
    ):
        arn = resource["ResourceARN"]
        if arn.split(":")[2] not in _ASKED_THEMSELVES:
            yield Entry(Part.TAGS, (arn,), {tag["Key"]: tag["Value"] for tag in resource.get("Tags") or ()})


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="resource-tags",
        services=(),
        client="resourcegroupstaggingapi",
        scope=Scope.REGION,
        actions=("tag:GetResources",),
        what="resource tags",
        collect=_tags,
        tags_of=("ecr", "kms", "secretsmanager", "sns", "sqs"),
    ),
)
