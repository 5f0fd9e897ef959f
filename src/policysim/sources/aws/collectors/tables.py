"""DynamoDB tables and their streams, with their policies; an index stands under the policy of its table.

Source: Amazon DynamoDB API Reference, ListTables, GetResourcePolicy and ListStreams; Developer Guide,
access-control-resource-based; spec S41.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.reading_policies import arn_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading

_NO_POLICY: Final = ("PolicyNotFoundException",)


def _tables(reading: Reading) -> Iterator[Entry]:
    for name in reading.items("dynamodb", "list_tables", "TableNames"):
        yield from _policy(reading, arn_of(reading, "dynamodb", f"table/{name}"))


def _streams(reading: Reading) -> Iterator[Entry]:
    for stream in reading.items("dynamodbstreams", "list_streams", "Streams"):
        yield from _policy(reading, stream["StreamArn"])


def _policy(reading: Reading, arn: str) -> Iterator[Entry]:
    yield from policy_of(reading, arn, "dynamodb", "get_resource_policy", "Policy", absent=_NO_POLICY, ResourceArn=arn)


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="dynamodb-table-policies",
        services=("dynamodb",),
        client="dynamodb",
        scope=Scope.REGION,
        actions=("dynamodb:ListTables", "dynamodb:GetResourcePolicy"),
        what="table policies",
        collect=_tables,
    ),
    Collector(
        name="dynamodb-stream-policies",
        services=("dynamodb",),
        client="dynamodb",
        scope=Scope.REGION,
        actions=("dynamodb:ListStreams", "dynamodb:GetResourcePolicy"),
        what="policies of DynamoDB streams",
        collect=_streams,
    ),
)
