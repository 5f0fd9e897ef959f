"""Denied events from where they are logged: as a file of the same events gives them, and each failure one sentence."""

from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.events import event_history, log_group, queries
from policysim.sources.aws.events.event_source import EventHistory, LogGroup, Question
from policysim.sources.aws.events.wanted import Wanted
from tests.aws_server import ACCOUNT as OWN
from tests.cli.account_folders import ROLE, SESSION, account_folder, allow, document, event, run, write_json
from tests.event_services import (
    STORE,
    newest_first,
    serve_athena,
    serve_event_data_store,
    serve_event_history,
    serve_log_group,
)
from tests.shared_data import needs_shared, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.aws_server import AwsServer

Record = dict[str, Any]

BUCKET = "acme-trail"
START = "2000-01-01"
LAKE = ("--event-data-store", STORE, "--since", START)
TABLE = ("--athena", "logs.cloudtrail_logs", "--since", START)
GROUP = ("--log-group", "trail", "--since", START)
READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_history, "BETWEEN", 0.0)
    monkeypatch.setattr(queries, "FIRST_PAUSE", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", READ)
    return tmp_path


def upload(aws: AwsServer, records: Sequence[Record], files: int = 5, bucket: str = BUCKET) -> None:
    """Log files in the layout of a trail, each with a part of the records, delivered at the time of its last one."""
    client = aws.client("s3")
    client.create_bucket(Bucket=bucket)
    ordered = list(reversed(newest_first(records)))
    size = max(1, -(-len(ordered) // files))
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        key = key_of(part[-1])
        client.put_object(Bucket=bucket, Key=key, Body=gzip.compress(json.dumps({"Records": part}).encode()))


def key_of(record: Record, region: str = "eu-west-1", kind: str = "CloudTrail", account: str = "111122223333") -> str:
    time = record["eventTime"]
    stamp = time.replace("-", "").replace(":", "")[:13]
    name = f"{account}_CloudTrail_{region}_{stamp}Z_{record['eventID'][:16]}.json.gz"
    return f"AWSLogs/{account}/{kind}/{region}/{time[:10].replace('-', '/')}/{name}"


def from_trail(aws: AwsServer, records: Sequence[Record]) -> tuple[str, ...]:
    upload(aws, records)
    return (f"s3://{BUCKET}/",)


def from_history(aws: AwsServer, records: Sequence[Record]) -> tuple[str, ...]:
    serve_event_history(aws, records)
    return ("--since", "3w")


def from_log_group(aws: AwsServer, records: Sequence[Record]) -> tuple[str, ...]:
    serve_log_group(aws, records)
    return GROUP


def from_data_store(aws: AwsServer, records: Sequence[Record]) -> tuple[str, ...]:
    serve_event_data_store(aws, records)
    return LAKE


def from_athena(aws: AwsServer, records: Sequence[Record]) -> tuple[str, ...]:
    serve_athena(aws, records)
    return TABLE


WHOLE = [from_trail, from_history]
"""Sources that give all events, denied or not."""

DENIALS = [from_log_group, from_data_store, from_athena]
"""Sources that are asked for denials only."""


def real_denials() -> list[Record]:
    found = [row["event"] for row in rows("data/events/denied.jsonl")]
    return list(reversed(newest_first(found)))


def explained(folder: Path, aws: AwsServer, *arguments: str, code: int | None = None) -> str:
    done = run("explain", *arguments, "--endpoint-url", aws.url, "--format", "json", cwd=folder)
    assert done.stderr == ""
    assert done.returncode in ({0, 3} if code is None else {code})
    return done.stdout


def said(folder: Path, aws: AwsServer, *arguments: str, code: int = 2) -> str:
    done = run("explain", *arguments, "--endpoint-url", aws.url, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("policysim: ").strip()


def recently(records: Sequence[Record]) -> list[Record]:
    """The same with times of the last days, in the same order: the event history forgets what is older."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  # of this alone

    start = datetime.now(UTC) - timedelta(days=2)
    return [
        {**one, "eventTime": f"{start + timedelta(seconds=10 * number):%Y-%m-%dT%H:%M:%SZ}"}
        for number, one in enumerate(records)
    ]


@needs_shared
@pytest.mark.parametrize("source", WHOLE + DENIALS)
def test_a_source_gives_the_reports_of_a_file_with_the_same_events(
    folder: Path, aws: AwsServer, source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]]
) -> None:
    records = recently(real_denials())
    write_json(folder / "log.json", {"Records": records})
    aws.fail("sts:DecodeAuthorizationMessage", "AccessDenied")
    arguments = source(aws, records)
    report = explained(folder, aws, *arguments, "--aws")
    assert json.loads(report) == json.loads(explained(folder, aws, "log.json", "--aws"))


@needs_shared
@pytest.mark.parametrize("source", WHOLE)
def test_a_source_with_all_events_gives_the_reports_of_a_file_with_them(
    folder: Path, aws: AwsServer, source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]]
) -> None:
    others = [row["event"] for row in rows("data/events/all.jsonl.gz")[:400]]
    records = recently(list(reversed(newest_first([*real_denials()[:20], *others]))))
    write_json(folder / "log.json", {"Records": records})
    aws.fail("sts:DecodeAuthorizationMessage", "AccessDenied")
    arguments = source(aws, records)
    report = explained(folder, aws, *arguments, "--aws")
    assert json.loads(report) == json.loads(explained(folder, aws, "log.json", "--aws"))


def denied(number: int, **changes: object) -> Record:
    """A denial of its own: each a second after the one before, an object of its own."""
    made = event(eventID=f"0000000{number}-aaaa-bbbb-cccc-dddddddddddd", eventTime=f"2026-11-24T03:00:0{number}Z")
    text = json.dumps({**made, **changes}).replace("report.csv", f"report-{number}.csv")
    return dict(json.loads(text))


def ids(report: str) -> list[str]:
    """The ids of the denied events that a report in JSON explains."""
    return [one["event"]["id"] for one in json.loads(report)["reports"]]


USER = "arn:aws:iam::111122223333:user/ana"
BY_USER = {
    "userIdentity": {"type": "IAMUser", "arn": USER, "accountId": "111122223333", "userName": "ana"},
    "errorMessage": (
        f"User: {USER} is not authorized to perform: sqs:SendMessage on resource:"
        " arn:aws:sqs:eu-west-1:111122223333:jobs because no identity-based policy allows the sqs:SendMessage action"
    ),
    "eventSource": "sqs.amazonaws.com",
    "eventName": "SendMessage",
    "requestParameters": {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"},
}
MIXED = [denied(1), denied(2, **BY_USER), denied(3, errorCode=None, errorMessage=None), denied(4)]
"""Two denials of a role's session, one of a user, and a call of the role that went through."""

FILTERS = [
    (("--principal", USER), [2]),
    (("--principal", ROLE), [1, 4]),
    (("--principal", SESSION), [1, 4]),
    (("--action", "sqs:*"), [2]),
    (("--action", "s3:PutObject"), [1, 4]),
    (("--event-id", MIXED[3]["eventID"]), [4]),
    (("--since", "2026-11-24T03:00:02Z"), [2, 4]),
    (("--until", "2026-11-24T03:00:02Z"), [1, 2]),
    (("--since", "2026-11-24T03:00:04Z", "--until", "2026-11-24T03:00:04Z"), [4]),
    (("--principal", ROLE, "--action", "s3:PutObject", "--limit", "1"), [4]),
]


@pytest.mark.parametrize("source", [from_trail, from_log_group, from_data_store, from_athena])
@pytest.mark.parametrize(("arguments", "expected"), FILTERS)
def test_every_source_gives_the_denials_that_were_asked_for_and_no_other(
    folder: Path,
    aws: AwsServer,
    source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]],
    arguments: tuple[str, ...],
    expected: list[int],
) -> None:
    given = list(source(aws, MIXED))
    if "--since" in arguments and "--since" in given:
        del given[given.index("--since") : given.index("--since") + 2]
    found = ids(explained(folder, aws, *given, *arguments))
    assert found == [MIXED[number - 1]["eventID"] for number in expected]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--event-id", MIXED[0]["eventID"]), [1]),
        (("--since", "7d", "--principal", USER), [2]),
        (("--since", "7d", "--principal", ROLE), [1, 4]),
        (("--since", "7d", "--principal", SESSION, "--limit", "1"), [4]),
        (("--since", "7d", "--action", "sqs:Send*"), [2]),
    ],
)
def test_the_event_history_is_asked_by_one_attribute_and_judged_by_all(
    folder: Path, aws: AwsServer, arguments: tuple[str, ...], expected: list[int]
) -> None:
    records = recently(MIXED)
    serve_event_history(aws, records, page=2)
    found = ids(explained(folder, aws, *arguments))
    assert found == [MIXED[number - 1]["eventID"] for number in expected]


def test_the_event_history_is_asked_in_each_region(folder: Path, aws: AwsServer) -> None:
    serve_event_history(aws, recently(MIXED[:1]))
    report = explained(folder, aws, "--since", "7d", "--region", "eu-west-1", "--region", "us-east-1")
    assert len(ids(report)) == 2
    assert {call.region for call in aws.calls if call.operation == "LookupEvents"} == {"eu-west-1", "us-east-1"}


def test_the_newest_of_all_regions_and_names_are_kept_within_the_limit(folder: Path, aws: AwsServer) -> None:
    first, second, third, fourth = recently([denied(number) for number in range(1, 5)])
    serve_event_history(aws, {"eu-west-1": [first, second], "us-east-1": [third, fourth]}, page=1)
    regions = ("--region", "eu-west-1", "--region", "us-east-1")
    report = explained(folder, aws, "--since", "7d", *regions, "--limit", "2")
    assert ids(report) == [third["eventID"], fourth["eventID"]]
    heads = [{**first, "eventName": "ListObjectsV2"}, {**second, "eventName": "HeadBucket"}]
    for head in heads:
        head["errorMessage"] = first["errorMessage"].replace("s3:PutObject", "s3:ListBucket")
    for order in (heads, heads[::-1]):
        with aws.lock:
            aws.replies.clear()
        serve_event_history(aws, recently(order))
        report = explained(folder, aws, "--since", "7d", "--action", "s3:ListBucket", "--limit", "1")
        assert ids(report) == [order[1]["eventID"]]


def test_the_calls_of_a_foreign_user_are_not_looked_up_by_the_name(folder: Path, aws: AwsServer) -> None:
    foreign = json.loads(json.dumps(BY_USER).replace("user/ana", "user/eve"))
    foreign["userIdentity"] = {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "111122223333"}
    records = recently([denied(1, **foreign), denied(2, **BY_USER)])
    serve_event_history(aws, records)
    eve = USER.replace("user/ana", "user/eve")
    assert ids(explained(folder, aws, "--since", "7d", "--principal", eve)) == [records[0]["eventID"]]


def test_the_calls_of_an_own_user_are_looked_up_by_the_name(folder: Path, aws: AwsServer) -> None:
    own = json.loads(json.dumps(denied(1, **BY_USER)).replace("111122223333", OWN))
    records = recently([own])
    serve_event_history(aws, records)
    user = USER.replace("111122223333", OWN)
    assert ids(explained(folder, aws, "--since", "7d", "--principal", user)) == [own["eventID"]]
    asked = [json.loads(call.body) for call in aws.calls if call.operation == "LookupEvents"]
    assert [one["LookupAttributes"] for one in asked] == [[{"AttributeKey": "Username", "AttributeValue": "ana"}]]


def test_the_newest_events_of_one_log_file_are_kept_within_the_limit(folder: Path, aws: AwsServer) -> None:
    records = [denied(1), denied(2), denied(3)]
    upload(aws, records, files=1)
    assert ids(explained(folder, aws, f"s3://{BUCKET}/", "--limit", "1")) == [records[2]["eventID"]]


def test_the_user_is_told_which_calls_alone_were_looked_up() -> None:
    told: list[str] = []
    connection = Connection(AwsSettings(region="eu-west-1"))
    source = EventHistory(regions=("eu-west-1",))
    question = Question(wanted=Wanted(action="iam:CreateUser"), tell=told.append)
    with Stubber(connection.client("cloudtrail", "eu-west-1")) as stubbed:
        stubbed.add_response("lookup_events", {"Events": []})
        assert list(event_history.event_history(source, question, connection)) == []
    assert told == [
        "services without Regions, such as IAM, are in the event history of us-east-1",
        (
            "only the events of `CreateUser` were looked up: a call of another name that was refused for want of"
            " `iam:CreateUser` is not among them; leave `--action` out to see it"
        ),
    ]


def test_the_user_is_told_where_a_log_group_gives_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_group, "_NEWEST_FIRST", "notKnownYet")
    told: list[str] = []
    connection = Connection(AwsSettings(region="eu-west-1"))
    with Stubber(connection.client("logs", "eu-west-1")) as stubbed:
        stubbed.add_response("filter_log_events", {"events": []})
        question = Question(wanted=Wanted(), tell=told.append)
        assert list(log_group.log_group(LogGroup(group="trail", region="eu-west-1"), question, connection)) == []
    assert [one for one in told if "`--limit` keeps the oldest" in one] == told != []


def test_look_ups_keep_to_the_pace_that_aws_answers(
    folder: Path, aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(event_history, "BETWEEN", 3600.0)
    monkeypatch.setattr("policysim.sources.aws.events.event_history.time.sleep", paused.append)
    serve_event_history(aws, recently(MIXED), page=2)
    explained(folder, aws, "--since", "7d")
    assert aws.called("cloudtrail:LookupEvents") == 2
    assert [1800.0 < seconds <= 3600.0 for seconds in paused if seconds > 60.0] == [True]


def test_a_denial_that_went_through_later_is_told_of_a_trail_as_of_a_file(folder: Path, aws: AwsServer) -> None:
    later = {**denied(1, errorCode=None, errorMessage=None), "eventID": "later", "eventTime": "2026-11-24T03:10:00Z"}
    upload(aws, [denied(1), later], files=2)
    write_json(folder / "log.json", {"Records": [denied(1), later]})
    write_json(folder / "alone.json", denied(1))
    account_folder(folder / "other", ("write", document(allow("s3:PutObject", "arn:aws:s3:::data/*"))))
    report = explained(folder, aws, f"s3://{BUCKET}", "--account", "other")
    assert report == explained(folder, aws, "log.json", "--aws", "--account", "other")
    assert report != explained(folder, aws, "alone.json", "--aws", "--account", "other")


def test_only_the_days_of_the_time_are_listed_and_no_other_folder_is_read(folder: Path, aws: AwsServer) -> None:
    upload(aws, [denied(1)])
    client = aws.client("s3")
    for key in (
        key_of({"eventTime": "2026-10-01T00:00:00Z", "eventID": "old"}),
        key_of(denied(1), kind="CloudTrail-Digest"),
        key_of(denied(1), kind="CloudTrail-Insight"),
        "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/24/a.json.gz",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/24/readme.txt",
    ):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"no log file")
    found = ids(
        explained(folder, aws, f"s3://{BUCKET}/", "--since", "2026-11-24T02:00Z", "--until", "2026-11-24T04:00Z")
    )
    assert found == [denied(1)["eventID"]]
    read = [call.operation for call in aws.calls if call.service == "s3" and "list-type" not in call.operation]
    assert len(read) == 1
    listed = [call.operation for call in aws.calls if "list-type" in call.operation]
    assert any("2026%2F11%2F24" in one or "2026/11/24" in one for one in listed)
    assert not any("2026%2F10" in one or "2026/10" in one for one in listed)


def test_a_trail_of_an_organisation_is_read_with_all_its_accounts_and_the_regions_asked_for(
    folder: Path, aws: AwsServer
) -> None:
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for number, (account, region) in enumerate(
        (("111122223333", "eu-west-1"), ("444455556666", "eu-west-1"), ("444455556666", "us-east-1")), start=1
    ):
        record = denied(number)
        key = f"logs/AWSLogs/o-abcdefghij/{key_of(record, region, account=account).removeprefix('AWSLogs/')}"
        client.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(json.dumps({"Records": [record]}).encode()))
    since = ("--since", "2026-11-24T02:00Z", "--until", "2026-11-24T04:00Z")
    assert len(ids(explained(folder, aws, f"s3://{BUCKET}/", *since))) == 3
    assert len(ids(explained(folder, aws, "--trail", f"s3://{BUCKET}/logs", *since, "--region", "eu-west-1"))) == 2
    below = f"s3://{BUCKET}/logs/AWSLogs/o-abcdefghij/444455556666/"
    assert len(ids(explained(folder, aws, below))) == 2


def test_network_activity_events_and_copies_in_folders_of_their_own_are_read(folder: Path, aws: AwsServer) -> None:
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for key, record in (
        (key_of(denied(1), kind="CloudTrail-NetworkActivity"), denied(1)),
        ("incident 7/events.json", denied(2)),
        ("a/b/c/d/e/f/events.json.gz", denied(3)),
    ):
        client.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({"Records": [record]}).encode())
    assert len(ids(explained(folder, aws, f"s3://{BUCKET}", "--since", "2026-11-24T02:00Z"))) == 3


def test_one_log_file_is_read_by_its_key(folder: Path, aws: AwsServer) -> None:
    upload(aws, MIXED, files=2)
    key = aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"][0]["Key"]
    assert len(ids(explained(folder, aws, f"s3://{BUCKET}/{key}"))) == 2


@pytest.mark.parametrize("source", [from_trail, from_log_group, from_data_store, from_athena])
def test_a_source_without_a_denial_says_so_in_one_sentence(
    folder: Path, aws: AwsServer, source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]]
) -> None:
    arguments = source(aws, [MIXED[2]])
    sentence = said(folder, aws, *arguments)
    assert "no denial to explain" in sentence or "there are no events of denied requests" in sentence


def test_nothing_in_the_event_history_tells_where_else_to_look(folder: Path, aws: AwsServer) -> None:
    serve_event_history(aws, [])
    assert "no data events" in said(folder, aws, "--event-id", "00000000-aaaa-bbbb-cccc-dddddddddddd")


def test_denials_of_others_are_counted_when_none_is_the_one_asked_for(folder: Path, aws: AwsServer) -> None:
    upload(aws, MIXED)
    sentence = said(folder, aws, f"s3://{BUCKET}/", "--principal", "arn:aws:iam::111122223333:user/bob")
    assert sentence == f"s3://{BUCKET}/: 4 events were read, and of 3 denied requests none is one that was asked for"


REMOTE = [
    (from_trail, "s3:GET /acme-trail\\?.*", "s3:ListObjectsV2"),
    (from_trail, "s3:GET /acme-trail/AWSLogs.*", "s3:GetObject"),
    (from_history, "cloudtrail:LookupEvents", "cloudtrail:LookupEvents"),
    (from_log_group, "logs:FilterLogEvents", "logs:FilterLogEvents"),
    (from_data_store, "cloudtrail:StartQuery", "cloudtrail:StartQuery"),
    (from_data_store, "cloudtrail:GetQueryResults", "cloudtrail:GetQueryResults"),
    (from_athena, "athena:GetTableMetadata", "athena:GetTableMetadata"),
    (from_athena, "athena:StartQueryExecution", "athena:StartQueryExecution"),
    (from_athena, "athena:GetQueryExecution", "athena:GetQueryExecution"),
    (from_athena, "athena:GetQueryResults", "athena:GetQueryResults"),
]


@pytest.mark.parametrize(("source", "fault", "call"), REMOTE)
def test_a_refused_call_is_a_failure_of_aws_that_names_it(
    folder: Path,
    aws: AwsServer,
    source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]],
    fault: str,
    call: str,
) -> None:
    arguments = source(aws, MIXED)
    aws.fail(fault, "AccessDenied", status=403)
    sentence = said(folder, aws, *arguments, code=4)
    assert sentence.startswith(f"AWS refused `{call}")
    aws.faults.clear()
    aws.fail(fault, "ExpiredToken")
    assert "the credentials have expired" in said(folder, aws, *source_again(source, aws), code=4)


def source_again(source: Callable[[AwsServer, Sequence[Record]], tuple[str, ...]], aws: AwsServer) -> tuple[str, ...]:
    """The source's arguments, its stand-in made new where it has been used up."""
    if source is from_trail:
        return (f"s3://{BUCKET}/",)
    with aws.lock:
        aws.replies.clear()
    return source(aws, MIXED)


def test_a_throttled_call_is_sent_again(folder: Path, aws: AwsServer) -> None:
    serve_event_history(aws, recently(MIXED))
    aws.fail("cloudtrail:LookupEvents", "ThrottlingException", times=1)
    assert len(ids(explained(folder, aws, "--since", "7d"))) == 3
    assert aws.called("cloudtrail:LookupEvents") == 2


@pytest.mark.parametrize(
    ("arguments", "states", "cancelled"),
    [
        (LAKE, ("QUEUED", "FAILED"), "cloudtrail:CancelQuery"),
        (LAKE, ("TIMED_OUT",), "cloudtrail:CancelQuery"),
        (LAKE, ("CANCELLED",), "cloudtrail:CancelQuery"),
        (TABLE, ("QUEUED", "FAILED"), "athena:StopQueryExecution"),
        (TABLE, ("CANCELLED",), "athena:StopQueryExecution"),
    ],
)
def test_a_query_that_does_not_finish_is_a_failure_of_aws(
    folder: Path, aws: AwsServer, arguments: tuple[str, ...], states: tuple[str, ...], cancelled: str
) -> None:
    serve = serve_event_data_store if arguments is LAKE else serve_athena
    serve(aws, MIXED, states=states)
    sentence = said(folder, aws, *arguments, code=4)
    assert f"the query ended as {states[-1]}" in sentence
    assert ("as the test asked" in sentence) == (states[-1] == "FAILED")
    assert aws.called(cancelled) <= 1


@pytest.mark.parametrize(
    ("arguments", "cancelled"), [(LAKE, "cloudtrail:CancelQuery"), (TABLE, "athena:StopQueryExecution")]
)
def test_an_interrupted_query_is_cancelled(
    folder: Path, aws: AwsServer, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], cancelled: str
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(queries, "wait", interrupt)
    serve = serve_event_data_store if arguments is LAKE else serve_athena
    serve(aws, MIXED, states=("RUNNING",) * 9)
    done = run("explain", *arguments, "--endpoint-url", aws.url, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "policysim: interrupted")
    assert aws.called(cancelled) == 1


def test_a_bucket_or_a_log_file_that_is_not_there_is_named(folder: Path, aws: AwsServer) -> None:
    assert "NoSuchBucket" in said(folder, aws, "s3://no-such-bucket/", code=4)
    upload(aws, MIXED)
    assert f"s3://{BUCKET}/missing.json.gz" in said(folder, aws, f"s3://{BUCKET}/missing.json.gz", code=4)
    assert said(folder, aws, f"s3://{BUCKET}/nothing/") == f"s3://{BUCKET}/nothing/: there are no log files"


def test_a_log_file_deleted_after_it_was_listed_is_left_out(folder: Path, aws: AwsServer) -> None:
    upload(aws, [denied(number) for number in range(1, 5)], files=4)
    aws.fail("s3:GET /acme-trail/AWSLogs.*", "NoSuchKey", status=404, times=1)
    assert len(ids(explained(folder, aws, f"s3://{BUCKET}/"))) == 3


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"\x1f\x8b broken", "this is a broken gzip file"),
        (gzip.compress(b"{", mtime=0), "is no"),
        (gzip.compress(b'{"Records": [1]}', mtime=0), "record 1: a CloudTrail record should be an object"),
        (gzip.compress(b'{"Statement": []}', mtime=0), "it looks like a policy document"),
    ],
)
def test_an_object_that_is_no_log_file_is_named(folder: Path, aws: AwsServer, body: bytes, what: str) -> None:
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key=key_of(denied(1)), Body=body)
    sentence = said(folder, aws, f"s3://{BUCKET}/")
    assert sentence.startswith(f"s3://{BUCKET}/AWSLogs/")
    assert what in sentence


@pytest.mark.parametrize("local", [False, True])
def test_a_broken_log_file_hides_no_other_and_is_named_with_each_denial(
    folder: Path, aws: AwsServer, local: bool
) -> None:
    upload(aws, [denied(number) for number in range(1, 5)], files=4)
    client = aws.client("s3")
    broken = key_of({**denied(9), "eventID": "z" * 16})
    client.put_object(Bucket=BUCKET, Key=broken, Body=b"\x1f\x8b broken")
    place = f"s3://{BUCKET}/"
    if local:
        place = f"{copied(aws, folder / 'copy')}/"
    done = run("explain", place, *(() if local else ("--endpoint-url", aws.url)), "--format", "json", cwd=folder)
    assert done.returncode in {0, 3}
    reports = json.loads(done.stdout)["reports"]
    assert len(reports) == 4
    for one in reports:
        assert (
            f"not read, so that denials in it are not here: {place}{broken}: this is a broken gzip file"
            in (one["unresolved"])
        )


def test_of_many_broken_log_files_the_first_are_named_and_the_others_counted(folder: Path, aws: AwsServer) -> None:
    upload(aws, [denied(1)])
    for number in range(2, 10):
        aws.client("s3").put_object(Bucket=BUCKET, Key=key_of(denied(number)), Body=b'{"Records": [1]}')
    (report,) = json.loads(explained(folder, aws, f"s3://{BUCKET}/"))["reports"]
    assert len([told for told in report["unresolved"] if told.startswith("not read")]) == 5
    assert "3 more log files or records could not be read" in report["unresolved"]


def copied(aws: AwsServer, folder: Path) -> str:
    """The bucket copied to a folder, whose name comes back."""
    for one in aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]:
        path = folder / one["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(aws.client("s3").get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read())
    return folder.name


def test_an_object_that_unpacks_to_too_much_is_refused(
    folder: Path, aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from policysim.sources.aws.events import trail  # noqa: PLC0415  # of this alone

    monkeypatch.setattr(trail, "LARGEST_LOG", 1 << 20)
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key=key_of(denied(1)), Body=gzip.compress(b" " * (2 << 20)))
    assert "this holds more than 1 MiB" in said(folder, aws, f"s3://{BUCKET}/")


WRONG = [
    (("--since", "soon"), "`--since soon`: expected a time"),
    (("--since", "1h", "--until", "2h"), "`--since` is later than `--until`"),
    (("--since", "91d"), "the event history reaches back 90 days"),
    (("--since", "2161h"), "the event history reaches back 90 days"),
    (("--since", "1h", "--action", "s3:GetObject"), "is recorded as a data event"),
    (("--since", "1h", "--action", "GetObject"), "expected an action such as"),
    (("--since", "1h", "--principal", "ana"), "expected the ARN of a user"),
    (("--since", "1h", "--principal", "arn:aws:sts::111122223333:assumed-role/app"), "expected the ARN of a user"),
    (("--since", "1h", "--principal", "arn:aws:iam::111122223333:group/ops"), "expected the ARN of a user"),
    (("--since", "1h", "--principal", "arn:aws:iam::111122223333:policy/ops"), "expected the ARN of a user"),
    (("--since", "1h", "--region", "mars"), "`--region mars` is no Region"),
    (("--event-id", "' OR 1=1"), "is no id of an event"),
    (("--since", "1h", "--trail", "bucket/key"), "expected `s3://BUCKET`"),
    (("--since", "1h", "--trail", "s3://Bad_Bucket/"), "expected `s3://BUCKET`"),
    (("--trail", "s3://one-bucket/", "--log-group", "trail"), "both name a source of events"),
    (("s3://one-bucket/", "--log-group", "trail"), "both name a source of events"),
    (("--log-group", "trail"), "`--log-group` needs `--since`"),
    (("--log-group", "trail {", "--since", "1h"), "neither the name of a log group nor its ARN"),
    (("--event-data-store", "x; DROP", "--since", "1h"), "neither the ARN of an event data store nor its id"),
    (("--event-data-store", STORE), "`--event-data-store` needs `--since`"),
    (("--athena", "table", "--since", "1h"), "expected DATABASE.TABLE"),
    (("--athena", 'a.b"; DROP', "--since", "1h"), "expected DATABASE.TABLE"),
    (("--athena", "a.b", "--since", "1h", "--workgroup", "a b"), "is no name of a workgroup"),
    (("--athena", "a.b", "--since", "1h", "--athena-output", "there"), "expected a place in S3"),
    (("--since", "1h", "--workgroup", "primary"), "`--workgroup` needs `--athena`"),
    ((*GROUP, "--region", "eu-west-1", "--region", "us-east-1"), "is in one Region"),
    (("--since", "1h", "--verified"), "`--verified` needs log files"),
    (("s3://one-bucket/", "--public-keys", "keys.json"), "`--public-keys` needs `--verified`"),
    (("a message", "--since", "1h"), "leave out the file or message"),
    (("a message", "--limit", "3"), "leave out the file or message"),
    (("a message", "--verified"), "`--verified` is about log files of a trail"),
]


@pytest.mark.parametrize(("arguments", "what"), WRONG)
def test_what_does_not_fit_is_refused_before_anything_is_asked_of_aws(
    folder: Path, aws: AwsServer, arguments: tuple[str, ...], what: str
) -> None:
    assert what in said(folder, aws, *arguments)
    assert aws.calls == []


def test_a_way_to_aws_is_refused_where_nobody_goes_it(folder: Path) -> None:
    done = run("explain", "a message", "--profile", "ana", cwd=folder)
    assert done.returncode == 2
    assert "`--profile` needs `--aws`, or a source of events in AWS" in done.stderr


def test_without_a_region_the_event_history_asks_for_one(
    folder: Path, aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "name the Region with `--region`" in said(folder, aws, "--since", "1h")


def test_a_table_that_is_none_of_cloudtrail_is_refused_with_what_it_lacks(folder: Path, aws: AwsServer) -> None:
    serve_athena(aws, MIXED, columns={"eventtime": "string", "useridentity": "string"})
    sentence = said(folder, aws, *TABLE)
    assert "it lacks `additionaleventdata`" in sentence
    assert "`vpcendpointid`" in sentence


def test_the_partitions_of_a_table_are_narrowed_to_the_days(folder: Path, aws: AwsServer) -> None:
    partitions = {
        "PartitionKeys": [{"Name": "timestamp", "Type": "string"}],
        "Parameters": {"projection.timestamp.format": "yyyy/MM/dd"},
    }
    statements = serve_athena(aws, MIXED, table=partitions)
    since = ("--since", "2026-11-24T02:00Z", "--until", "2026-11-24T04:00Z")
    assert len(ids(explained(folder, aws, "--athena", "logs.cloudtrail_logs", *since))) == 3
    assert "\"timestamp\" >= '2026/11/24' AND \"timestamp\" <= '2026/11/24'" in statements[0]


def test_a_folder_of_log_files_is_read_like_the_bucket_that_it_copies(folder: Path, aws: AwsServer) -> None:
    upload(aws, MIXED, files=3)
    copied(aws, folder / "copy")
    report = run("explain", "copy", "--format", "json", cwd=folder)
    assert report.returncode in {0, 3}
    assert json.loads(report.stdout) == json.loads(explained(folder, aws, f"s3://{BUCKET}/"))
    assert aws.called("s3:*") > 0
    newest = run("explain", "copy", "--limit", "1", "--since", "2026-11-24T03:00:03Z", "--format", "json", cwd=folder)
    assert ids(newest.stdout) == [MIXED[3]["eventID"]]


def test_a_folder_that_cannot_be_read_is_no_empty_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "copy" / key_of(denied(1))
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": [denied(1)]}).encode()))
    (folder / "copy" / "closed").mkdir()
    scan = os.scandir

    def refused(where: str) -> object:
        if str(where).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(where))
        return scan(where)

    monkeypatch.setattr(os, "scandir", refused)
    done = run("explain", "copy", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "copy/closed: " in done.stderr
