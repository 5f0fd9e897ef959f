"""SQS queues and SNS topics, with their policies.

Source: Amazon SQS API Reference, ListQueues and GetQueueAttributes; Amazon SNS API Reference, ListTopics and
GetTopicAttributes; spec S28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.reading_policies import arn_of, found_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_PAGE: Final = 1000
"""SQS tells where its list goes on only to those who say how much of it they want."""


def _queues(reading: Reading) -> Iterator[Entry]:
    for url in reading.items("sqs", "list_queues", "QueueUrls", MaxResults=_PAGE):
        arn = arn_of(reading, "sqs", url.rsplit("/", 1)[-1])
        with reading.about(arn):
            told = reading.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"]) or {}
            yield Entry(Part.RESOURCE_POLICIES, (arn,), (told.get("Attributes") or {}).get("Policy") or None)


def _topics(reading: Reading) -> Iterator[Entry]:
    """A topic without a policy does not exist: SNS makes one that lets its account in."""
    for topic in reading.items("sns", "list_topics", "Topics"):
        arn = topic["TopicArn"]
        with reading.about(arn):
            told = reading.call("sns", "get_topic_attributes", TopicArn=arn) or {}
            policy = (told.get("Attributes") or {}).get("Policy") or None
            yield from found_policy(reading, arn, policy, "sns:GetTopicAttributes")


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="sqs-queue-policies",
        services=("sqs",),
        client="sqs",
        scope=Scope.REGION,
        actions=("sqs:ListQueues", "sqs:GetQueueAttributes"),
        what="queue policies",
        collect=_queues,
    ),
    Collector(
        name="sns-topic-policies",
        services=("sns",),
        client="sns",
        scope=Scope.REGION,
        actions=("sns:ListTopics", "sns:GetTopicAttributes"),
        what="topic policies",
        collect=_topics,
    ),
)
