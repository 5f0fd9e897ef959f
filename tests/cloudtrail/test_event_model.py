from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.event import EventCategory
from policysim.cloudtrail.event_reading import EventError, event_from_record
from tests.cloudtrail.records import event, record
from tests.shared_data import needs_shared, rows


@needs_shared
@pytest.mark.parametrize(("name", "count"), [("all.jsonl.gz", 3210), ("denied.jsonl", 111)])
def test_every_real_record_validates_and_keeps_every_field(name: str, count: int) -> None:
    records = [row["event"] for row in rows(f"data/events/{name}")]
    assert len(records) == count
    for real in records:
        read = event_from_record(real)
        assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == real


@needs_shared
def test_every_denied_row_is_a_denial_and_successes_are_not() -> None:
    assert all(event_from_record(row["event"]).is_denial for row in rows("data/events/denied.jsonl"))
    for row in rows("data/events/all.jsonl.gz"):
        read = event_from_record(row["event"])
        assert read.error_code is not None or not read.is_denial
        assert (read.why_no_denial is None) == read.is_denial


def test_unknown_fields_stay_at_every_level() -> None:
    real = record(brandNew=[1], resources=[{"ARN": "arn:aws:s3:::data", "shiny": True}])
    real["userIdentity"] = {**real["userIdentity"], "inScopeOf": {"issuerType": "AWS::Lambda::Function"}}
    assert event_from_record(real).model_dump(mode="json", by_alias=True, exclude_unset=True) == real


def test_events_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        event().event_name = "PutObject"


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({"eventCategory": "Management"}, EventCategory.MANAGEMENT),
        ({"eventCategory": "Data"}, EventCategory.DATA),
        ({"eventCategory": "Insight"}, EventCategory.INSIGHTS),
        ({"eventCategory": "NetworkActivity"}, EventCategory.NETWORK_ACTIVITY),
        ({"eventCategory": None, "eventType": "AwsVpceEvent"}, EventCategory.NETWORK_ACTIVITY),
        ({"eventCategory": None, "eventType": "AwsCloudTrailInsight"}, EventCategory.INSIGHTS),
        ({"eventCategory": None, "managementEvent": True}, EventCategory.MANAGEMENT),
        ({"eventCategory": None, "managementEvent": False}, EventCategory.DATA),
        ({"eventCategory": None}, EventCategory.UNKNOWN),
    ],
)
def test_category_by_name_else_by_type_else_by_management_event(
    fields: dict[str, Any], category: EventCategory
) -> None:
    assert event(**fields).category is category


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("AccessDenied", "s3.amazonaws.com"),
        ("AccessDeniedException", "kms.amazonaws.com"),
        ("Client.UnauthorizedOperation", "ec2.amazonaws.com"),
        ("UnauthorizedOperation", "ec2.amazonaws.com"),
        ("AuthorizationError", "sns.amazonaws.com"),
        ("KMSAccessDeniedException", "lambda.amazonaws.com"),
        ("NotAuthorized", "x.amazonaws.com"),
        ("Forbidden", "s3.amazonaws.com"),
        ("VpceAccessDenied", "s3.amazonaws.com"),
        ("AccessDeniedFault", "dms.amazonaws.com"),
        ("InsufficientPrivilegesException", "elasticbeanstalk.amazonaws.com"),
    ],
)
def test_m16_denial_codes(code: str, source: str) -> None:
    assert event(errorCode=code, eventSource=source).is_denial


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AuthorizationNotFound", "no such ingress rule"),
        ("OperationNotPermitted", "a state that does not permit"),
        ("MethodNotAllowed", "does not support the operation"),
        ("ThrottlingException", "too many"),
        ("Client.RequestLimitExceeded", "too many"),
        ("ExpiredTokenException", "never came to authorization"),
        ("Client.AuthFailure", "never came to authorization"),
        ("NoSuchBucketPolicy", "which is no authorization failure"),
    ],
)
def test_m16_codes_that_look_like_denials_say_what_they_mean(code: str, says: str) -> None:
    failed = event(errorCode=code)
    assert not failed.is_denial
    assert f"failed with `{code}`" in (failed.why_no_denial or "")
    assert says in (failed.why_no_denial or "")


def test_m16_a_code_of_one_service_means_nothing_elsewhere() -> None:
    assert not event(errorCode="AuthorizationError", eventSource="ec2.amazonaws.com").is_denial


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"errorCode": None}, "`GetObject` succeeded"),
        ({"errorCode": None, "errorMessage": "no"}, "failed without an error code"),
        ({"eventType": "AwsServiceEvent"}, "an event of the service itself"),
        ({"eventCategory": "Insight"}, "an Insights event"),
        (
            {
                "eventName": "ConsoleLogin",
                "eventType": "AwsConsoleSignIn",
                "errorCode": None,
                "errorMessage": "Failed authentication",
                "responseElements": {"ConsoleLogin": "Failure"},
            },
            "failed at authentication",
        ),
        (
            {
                "eventName": "ConsoleLogin",
                "eventType": "AwsConsoleSignIn",
                "errorCode": None,
                "responseElements": {"ConsoleLogin": "Success"},
            },
            "a sign-in, which no policy authorizes",
        ),
    ],
)
def test_an_event_says_why_it_is_no_denial(fields: dict[str, Any], says: str) -> None:
    assert says in (event(**fields).why_no_denial or "")


def test_a_denial_has_no_such_sentence() -> None:
    assert event().why_no_denial is None


def test_event_types_yet_to_come_are_taken_for_calls() -> None:
    assert event(eventType="AwsSomethingNew").is_call


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (3, "a CloudTrail record should be an object, it is a number"),
        ([], "a CloudTrail record should be an object, it is a list"),
        ({}, "this is no CloudTrail record: it has no `eventSource` and `eventName`"),
        ({"eventSource": "s3.amazonaws.com"}, "this is no CloudTrail record: it has no `eventName`"),
        ({"Version": "2012-10-17", "Statement": []}, "it looks like a policy document"),
        ({"digestStartTime": "x"}, "a CloudTrail digest file"),
        ({"class_uid": 6003}, "an OCSF event"),
        ({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}, "a notification that a service sends"),
        (record(userIdentity="Tomas"), "`userIdentity` should be an object, it is text"),
        (record({"accountId": 111122223333}), "`userIdentity.accountId` should be text, it is a number"),
        (record(eventTime="yesterday"), "`eventTime` should be a date and time such as `2026-11-24T03:00:00Z`"),
        (record(resources={}), "`resources` should be a list, it is an object"),
        (record(resources=[{"ARN": 1}]), "`resources[0].ARN` should be text, it is a number"),
        (record(readOnly="Tomas"), "`readOnly` should be `true` or `false`, it is text"),
    ],
)
def test_what_is_wrong_with_a_record_is_one_sentence_without_user_data(value: object, sentence: str) -> None:
    with pytest.raises(EventError) as raised:
        event_from_record(value)
    text = str(raised.value)
    assert sentence in text
    assert "\n" not in text
    assert "pydantic" not in text
    assert "Tomas" not in text
    assert "yesterday" not in text


def test_further_wrong_fields_are_counted() -> None:
    with pytest.raises(EventError, match=r"\(and 2 more fields of the record\)"):
        event_from_record(record({"arn": 1, "accountId": 2, "type": 3}))


def test_time_is_an_instant_in_utc_and_version_is_two_numbers() -> None:
    read = event(eventTime="2026-11-24T05:00:00+02:00", eventVersion="1.08")
    assert read.time is not None
    assert read.time.isoformat() == "2026-11-24T03:00:00+00:00"
    assert read.version == (1, 8)
    assert event(eventTime=None).time is None
    assert event(eventVersion="new").version == (0, 0)
