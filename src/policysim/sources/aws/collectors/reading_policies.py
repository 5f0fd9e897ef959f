"""What most collectors do: ask for the policy of one resource, and say what came or that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.sources.aws.collecting import Entry, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading


def policy_of(
    reading: Reading,
    arn: str,
    service: str,
    operation: str,
    member: str,
    *,
    absent: tuple[str, ...] = (),
    **parameters: Any,  # noqa: ANN401  # each operation takes something else
) -> Iterator[Entry]:
    """The policy of one resource, in the member of the answer that holds it; refused ones are a gap of that resource.

    ``absent`` are the codes by which this operation says that the resource has no policy.
    """
    with reading.about(arn):
        told = reading.call(service, operation, absent=absent, **parameters) or {}
        yield Entry(Part.RESOURCE_POLICIES, (arn,), told.get(member) or None)


def arn_of(reading: Reading, service: str, resource: str) -> str:
    """The ARN of a resource of the account and Region that are read."""
    place = reading.place
    return f"arn:{place.partition}:{service}:{place.region}:{place.account_id}:{resource}"
