"""Which log files a notification tells of: of Amazon S3, straight or through SNS, SQS or EventBridge, or of CloudTrail.

Source: Amazon S3 User Guide, notification-content-structure (keys are URL-encoded, a space is ``+``) and
ev-events (EventBridge, keys as they are); AWS Lambda Developer Guide, with-sns and with-sqs; Amazon SNS Developer
Guide, sns-sqs-as-subscriber; AWS Lambda Developer Guide, invocation-async-retain-records (what a failure destination
gets, which comes back where somebody sends it again); CloudTrail User Guide,
configure-sns-notifications-for-cloudtrail.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST: Final = 4
"""As many envelopes may stand in one another: EventBridge or S3 in SNS in SQS are three."""

_OTHER_FORM: Final = "the notification has no form that is known"


class NotificationError(Exception):
    """The function was called with something that tells of no object; the text repeats nothing of it."""


class LogObject(NamedTuple):
    """An object as a notification names it; ``etag`` is without quotes."""

    bucket: str
    key: str
    version_id: str | None = None
    etag: str | None = None

    @property
    def id(self) -> str:
        """The same for every delivery of the same content, and for no other content."""
        parts = (self.bucket, self.key, self.version_id or "", "" if self.version_id else self.etag or "")
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


class Delivery(NamedTuple):
    """The objects of one notification; ``message_id`` where it is a message of SQS, which can fail by itself."""

    objects: tuple[LogObject, ...]
    message_id: str | None = None
    problem: str = ""


def deliveries_of(event: object) -> list[Delivery]:
    """What the function was called with.

    A message of SQS that has no known form is a delivery with a ``problem``, so that the others of its batch go on.

    Raises:
        NotificationError: the event itself has no form that is known.
    """
    records = event.get("Records") if isinstance(event, dict) else None
    if isinstance(records, list) and records and all(_is_of_sqs(record) for record in records):
        return [_message(record) for record in records]
    return [Delivery(tuple(dict.fromkeys(_objects(event, 0))))]


def _is_of_sqs(record: object) -> bool:
    return isinstance(record, dict) and record.get("eventSource") == "aws:sqs" and "messageId" in record


def _message(record: dict[str, object]) -> Delivery:
    name = str(record["messageId"])
    try:
        return Delivery(tuple(dict.fromkeys(_objects(_inner(record.get("body")), 1))), name)
    except NotificationError as error:
        return Delivery((), name, str(error))


def _objects(value: object, depth: int) -> Iterator[LogObject]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        raise NotificationError(_OTHER_FORM)
    if isinstance(value.get("Records"), list):
        for record in value["Records"]:
            yield from _of_record(record, depth)
    elif value.get("detail-type") == "Object Created" and value.get("source") == "aws.s3":
        yield _of_event_bridge(value.get("detail"))
    elif value.get("Type") == "Notification":
        yield from _objects(_inner(value.get("Message")), depth + 1)
    elif isinstance(value.get("requestPayload"), dict):
        yield from _objects(value["requestPayload"], depth + 1)
    elif isinstance(value.get("s3ObjectKey"), list):
        yield from (LogObject(_text(value.get("s3Bucket")), _text(key)) for key in value["s3ObjectKey"])
    elif value.get("Event") != "s3:TestEvent" and "CloudTrail validation message" not in str(value.get("message", "")):
        raise NotificationError(_OTHER_FORM)


def _of_record(record: object, depth: int) -> Iterator[LogObject]:
    if isinstance(record, dict) and isinstance(record.get("Sns"), dict):
        yield from _objects(_inner(record["Sns"].get("Message")), depth + 1)
    elif isinstance(record, dict) and record.get("eventSource") == "aws:s3" and isinstance(record.get("s3"), dict):
        if str(record.get("eventName", "")).removeprefix("s3:").startswith("ObjectCreated:"):
            yield _of_s3(record["s3"])
    else:
        raise NotificationError(_OTHER_FORM)


def _of_s3(told: dict[str, object]) -> LogObject:
    bucket, found = _object(told.get("bucket")), _object(told.get("object"))
    key = unquote_plus(_text(found.get("key")))
    return LogObject(_text(bucket.get("name")), key, _version(found.get("versionId")), _tag(found.get("eTag")))


def _of_event_bridge(detail: object) -> LogObject:
    told = _object(detail)
    bucket, found = _object(told.get("bucket")), _object(told.get("object"))
    key = _text(found.get("key"))
    return LogObject(_text(bucket.get("name")), key, _version(found.get("version-id")), _tag(found.get("etag")))


def _inner(text: object) -> object:
    """The JSON that stands as a text inside of other JSON."""
    try:
        return json.loads(_text(text))
    except (ValueError, RecursionError):
        raise NotificationError("the notification is not JSON") from None


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotificationError(_OTHER_FORM)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise NotificationError(_OTHER_FORM)
    return value


def _version(value: object) -> str | None:
    """The version of an object; ``null`` is that of an object of a bucket without versions."""
    return value if isinstance(value, str) and value not in {"", "null"} else None


def _tag(value: object) -> str | None:
    return value.strip('"') or None if isinstance(value, str) else None
