"""Every envelope in which a notification comes names the same objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.pipeline.notifications import LogObject, NotificationError, deliveries_of
from tests.pipeline.pipeline_runs import KEY, TRAIL, notification, record

LOG = LogObject(TRAIL, KEY, None, "0a1b")
OF_S3 = notification(record(KEY, "0a1b"))
OF_EVENT_BRIDGE = {
    "version": "0",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "resources": [f"arn:aws:s3:::{TRAIL}"],
    "detail": {"bucket": {"name": TRAIL}, "object": {"key": KEY, "size": 5, "etag": "0a1b", "sequencer": "1"}},
}


def in_sns(message: object) -> dict[str, Any]:
    """As SNS posts it to a queue."""
    return {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": json.dumps(message)}


def sns_to_lambda(message: object) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": in_sns(message)}]}


def in_sqs(*bodies: object) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m{number}", "eventSource": "aws:sqs", "body": json.dumps(body)}
            for number, body in enumerate(bodies)
        ]
    }


@pytest.mark.parametrize("event", [OF_S3, OF_EVENT_BRIDGE, sns_to_lambda(OF_S3), sns_to_lambda(OF_EVENT_BRIDGE)])
def test_one_object_is_named_in_every_envelope(event: object) -> None:
    (delivery,) = deliveries_of(event)
    assert delivery == ((LOG,), None, "")


def failed(event: object) -> dict[str, Any]:
    """As AWS Lambda writes to the destination of failed calls."""
    return {"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}


@pytest.mark.parametrize("body", [OF_S3, OF_EVENT_BRIDGE, in_sns(OF_S3), in_sns(OF_EVENT_BRIDGE), failed(OF_S3)])
def test_a_message_of_a_queue_keeps_its_id(body: object) -> None:
    assert deliveries_of(in_sqs(body)) == [((LOG,), "m0", "")]


def test_a_message_of_no_known_form_fails_alone() -> None:
    bad, good = deliveries_of(in_sqs({"what": "else"}, OF_S3))
    assert (bad.message_id, bool(bad.problem), bad.objects) == ("m0", True, ())
    assert good.objects == (LOG,)


@pytest.mark.parametrize(
    "event",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": TRAIL},
        notification({**record(KEY, "e"), "eventName": "ObjectRemoved:Delete"}),
        sns_to_lambda({"message": "CloudTrail validation message."}),
    ],
)
def test_what_tells_of_no_new_object_names_none(event: object) -> None:
    assert [delivery.objects for delivery in deliveries_of(event)] == [()]


def test_cloudtrails_own_message_names_its_log_files() -> None:
    (delivery,) = deliveries_of(sns_to_lambda({"s3Bucket": TRAIL, "s3ObjectKey": ["a", "b"]}))
    assert delivery.objects == (LogObject(TRAIL, "a"), LogObject(TRAIL, "b"))


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        {},
        {"Records": ["x"]},
        notification({**record(KEY, "e"), "s3": {"bucket": {}, "object": {"key": KEY}}}),
        {"Records": [{"eventSource": "aws:kinesis", "data": "e30="}]},
        sns_to_lambda("text"),
        {"detail-type": "Object Created", "source": "aws.s3", "detail": {"bucket": {"name": ""}}},
        in_sns(in_sns(in_sns(in_sns(in_sns(OF_S3))))),
    ],
)
def test_other_calls_of_the_function_are_refused_without_their_content(event: object) -> None:
    with pytest.raises(NotificationError, match="the notification"):
        deliveries_of(event)


def test_keys_of_s3_are_encoded_and_those_of_event_bridge_are_not() -> None:
    (of_s3,) = deliveries_of(notification(record("my+logs/a%2Bb%C3%A4.json.gz", "e")))
    assert of_s3.objects[0].key == "my logs/a+bä.json.gz"
    detail = {"bucket": {"name": TRAIL}, "object": {"key": "my logs/a+b%41.json.gz", "version-id": "v1"}}
    (of_bridge,) = deliveries_of({**OF_EVENT_BRIDGE, "detail": detail})
    assert of_bridge.objects[0] == LogObject(TRAIL, "my logs/a+b%41.json.gz", "v1")


def test_an_object_that_stands_twice_in_a_notification_is_told_once() -> None:
    (delivery,) = deliveries_of(notification(record(KEY, "0a1b"), record(KEY, "0a1b")))
    assert delivery.objects == (LOG,)


parts = st.text("ab/", max_size=3)


@given(st.tuples(parts, parts, parts, parts), st.tuples(parts, parts, parts, parts))
def test_no_two_contents_have_one_id(one: tuple[str, str, str, str], other: tuple[str, str, str, str]) -> None:
    first, second = LogObject(*one), LogObject(*other)
    same = (first.bucket, first.key, first.version_id) == (second.bucket, second.key, second.version_id)
    same = same and (bool(first.version_id) or first.etag == second.etag)
    assert (first.id == second.id) == same
