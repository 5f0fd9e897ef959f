"""What most collectors do: ask for the policy of one resource, and say what came or that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Entry, Part
from policysim.sources.aws.collectors.listed import action_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading


WITHOUT_POLICY: Final = "an answer without the policy"
"""What a gap tells of a resource that cannot be without a policy."""


def policy_of(
    reading: Reading,
    arn: str,
    service: str,
    operation: str,
    member: str,
    *,
    absent: tuple[str, ...] = (),
    always: bool = False,
    **parameters: Any,  # noqa: ANN401  # each operation takes something else
) -> Iterator[Entry]:
    """The policy of one resource, in the member of the answer that holds it; refused ones are a gap of that resource.

    ``absent`` are the codes by which this operation says that the resource has no policy. An answer without it is a gap
    where a code would say so, and of a kind of resource that ``always`` has one.
    """
    with reading.about(arn):
        told = reading.call(service, operation, absent=absent, **parameters)
        must = always or (bool(absent) and told is not None)
        yield from found_policy(
            reading, arn, (told or {}).get(member) or None, action_of(service, operation) if must else ""
        )


def found_policy(reading: Reading, arn: str, policy: object, always: str = "") -> Iterator[Entry]:
    """What an answer held; ``always`` is the call of one that must hold a policy."""
    if policy is None and always:
        reading.gaps.append(CollectionGap(arn, always, WITHOUT_POLICY))
    else:
        yield Entry(Part.RESOURCE_POLICIES, (arn,), policy)


def arn_of(reading: Reading, service: str, resource: str) -> str:
    """The ARN of a resource of the account and Region that are read."""
    place = reading.place
    return f"arn:{place.partition}:{service}:{place.region}:{place.account_id}:{resource}"
