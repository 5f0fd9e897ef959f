"""CloudTrail records made by hand: one denied call, with the parts that a test wants to be different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.requests import call_from_event

if TYPE_CHECKING:
    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.event import Event
    from policysim.language.request import ContextValue, Request

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/web"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/i-0abc"

IAM_USER = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLE",
    "arn": USER,
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLE",
    "userName": "ana",
}
ASSUMED_ROLE: dict[str, Any] = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:i-0abc",
    "arn": SESSION,
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": ACCOUNT, "userName": "web"},
        "attributes": {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "false"},
    },
}


def record(identity: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A record of a denied S3 call; fields that are given as ``None`` are left out."""
    whole = {
        "eventVersion": "1.11",
        "userIdentity": identity or IAM_USER,
        "eventTime": "2026-11-24T03:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31",
        "errorCode": "AccessDenied",
        "requestParameters": {"bucketName": "data", "key": "report.csv"},
        "eventType": "AwsApiCall",
        "eventCategory": "Data",
        "recipientAccountId": ACCOUNT,
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def event(identity: dict[str, Any] | None = None, **fields: Any) -> Event:
    return event_from_record(record(identity, **fields))


def call(identity: dict[str, Any] | None = None, **fields: Any) -> Call:
    return call_from_event(event(identity, **fields))


def request(identity: dict[str, Any] | None = None, **fields: Any) -> Request:
    """The one request that the record proves."""
    (only,) = call(identity, **fields).requests
    return only.request


def key(name: str, identity: dict[str, Any] | None = None, **fields: Any) -> ContextValue | None:
    """What the record proves of one condition key; ``None`` when it proves nothing."""
    return request(identity, **fields).context.get(name)
