"""From a notification to a message: told once, told again only where it failed, and nothing lost on the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.pipeline.run import PipelineError
from tests.pipeline.pipeline_runs import (
    KEY,
    OWN_ROLE,
    POLICIES,
    FakeContext,
    Stage,
    log_file,
    notification,
    record,
    scenario_events,
)

if TYPE_CHECKING:
    from tests.aws_server import AwsServer


@pytest.fixture
def stage(aws: AwsServer) -> Stage:
    return Stage(aws)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def whats(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line["what"] for line in printed(capsys) if "what" in line]


def test_a_denial_becomes_one_message_with_its_cause_and_its_report(stage: Stage) -> None:
    told = stage.pipeline().handle(stage.put_log(log_file(scenario_events("01"))), FakeContext())
    assert told == {"Events": 1, "Denials": 1, "Messages": 1, "Told": 1}
    (message,) = stage.messages()
    assert message["Subject"] == "DENIED s3:GetObject for invoice-mailer"
    document = json.loads(message["Message"])
    assert document["group"]["cause"] == "resource-missing"
    assert document["headline"] == (
        "DENIED s3:GetObject: no identity-based policy allows it; nearest is `mail-invoices` statement `ReadInvoices`, "
        "accounts/111122223333/authorization-details.json:610:29"
    )
    assert str(POLICIES) not in message["Message"]
    assert document["report"]["fixes"][0]["verified"]["effect"] == "allowed"
    assert document["log"] == {"bucket": "acme-trail", "key": KEY, "version_id": None}
    assert message["MessageAttributes"]["cause"]["Value"] == "resource-missing"
    html, whole = stage.stored("reports/2026/11/23/")
    assert html in document["html"].replace("%2F", "/")
    assert document["html"].startswith("https://us-east-1.console.aws.amazon.com/s3/object/acme-reports?")
    page = stage.s3.get_object(Bucket="acme-reports", Key=html)
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert b"invoice-mailer" in page["Body"].read()
    causes = json.loads(stage.s3.get_object(Bucket="acme-reports", Key=whole)["Body"].read())["causes"]
    assert causes == [document]


def test_a_notification_that_comes_twice_is_told_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.pipeline().handle(event, FakeContext())
    calls = stage.aws.called("s3:*")
    assert stage.pipeline().handle(event, FakeContext()) == {"Repeated": 1}
    assert stage.aws.called("s3:*") == calls + 1  # one listing tells that all was done
    assert len(stage.messages()) == 1
    assert "told-before" in whats(capsys)


def test_a_message_that_could_not_be_published_goes_out_with_the_next_try(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01", "02", "05")))
    stage.aws.fail("sns:Publish", "InternalError", after=1, times=3, status=500)
    with pytest.raises(PipelineError, match="1 of 1 log files could not be told of"):
        stage.pipeline().handle(event, FakeContext())
    assert len(stage.stored("reports/")) == 2
    assert stage.pipeline().handle(event, FakeContext())["Messages"] == 1  # the third went out behind the refused one
    subjects = [message["Subject"] for message in stage.messages()]
    assert len(subjects) == len(set(subjects)) == 3


def test_a_run_that_died_is_taken_over_once_its_claim_has_run_out(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.aws.fail("sns:Publish", "InternalError", status=500)
    stage.aws.fail("s3:PUT /acme-reports/marks/.*/claim", "InternalError", after=1, status=500)  # nothing is released
    with pytest.raises(PipelineError):
        stage.pipeline().handle(event, FakeContext(1_000_000))
    stage.aws.faults.clear()
    with pytest.raises(PipelineError):
        stage.pipeline().handle(event, FakeContext())
    (claim,) = [key for key in stage.stored() if key.endswith("/claim")]
    stage.s3.put_object(Bucket="acme-reports", Key=claim, Body=b'{"until": 1.5}')
    assert stage.pipeline().handle(event, FakeContext())["Messages"] == 1
    assert len(stage.messages()) == 1


def test_a_run_beside_another_one_sends_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    other = stage.pipeline()
    stage.aws.fail("sns:Publish", "InternalError", status=500)
    stage.aws.fail("s3:PUT /acme-reports/marks/.*/claim", "InternalError", after=1, status=500)
    with pytest.raises(PipelineError):
        other.handle(event, FakeContext())
    stage.aws.faults.clear()
    with pytest.raises(PipelineError):
        stage.pipeline().handle(event, FakeContext())
    assert "busy" in whats(capsys)
    assert stage.messages() == []


def test_a_log_file_without_denials_leaves_nothing_but_its_mark(stage: Stage) -> None:
    allowed = [{"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "eventType": "AwsApiCall"}]
    told = stage.pipeline().handle(stage.put_log(log_file(allowed)), FakeContext())
    assert told == {"Events": 1, "Denials": 0, "Messages": 0, "Told": 1}
    (mark,) = stage.stored()
    assert mark.startswith("marks/")
    assert mark.endswith("/done")
    assert stage.messages() == []


def test_a_log_file_that_was_deleted_is_left_out(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.s3.delete_object(Bucket="acme-trail", Key=KEY)
    assert stage.pipeline().handle(event, FakeContext()) == {"Gone": 1}
    assert whats(capsys) == ["gone"]


def test_a_log_file_that_was_replaced_is_left_to_the_notification_of_its_successor(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    later = stage.put_log(log_file(scenario_events("02")))
    assert stage.pipeline().handle(event, FakeContext()) == {"Gone": 1}
    assert stage.pipeline().handle(later, FakeContext())["Messages"] == 1


def test_a_refusal_of_the_key_is_named_without_the_words_of_aws(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    words = f"User: {OWN_ROLE} is not authorized to perform: kms:Decrypt"
    stage.aws.fail("s3:GET /acme-trail/.*", "AccessDenied", status=403, message=words)
    with pytest.raises(PipelineError) as refused:
        stage.pipeline().handle(event, FakeContext())
    (line, figures) = printed(capsys)
    assert line == {
        "level": "error",
        "what": "call-failed",
        "call": "s3:GetObject",
        "code": "AccessDenied",
        "bucket": "acme-trail",
        "key": KEY,
    }
    assert figures["Failed"] == 1
    assert "arn:" not in str(refused.value)


def test_throttled_calls_are_repeated(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.aws.fail("sns:Publish", "Throttling", times=1)
    assert stage.pipeline().handle(event, FakeContext())["Messages"] == 1
    assert stage.aws.called("sns:Publish") == 2


def test_two_log_files_of_one_notification_are_both_told(stage: Stage) -> None:
    first = stage.put_log(log_file(scenario_events("01")))
    second = stage.put_log(log_file(scenario_events("02")), KEY.replace("_Ab", "_Cd"))
    both = notification(*first["Records"], *second["Records"])
    assert stage.pipeline().handle(both, FakeContext())["Told"] == 2
    assert len(stage.messages()) == 2


def test_one_bad_log_file_does_not_hold_up_the_other(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    bad = stage.put_log(b"\x1f\x8bthis is no archive", KEY.replace("_Ab", "_Cd"))
    good = stage.put_log(log_file(scenario_events("01")))
    with pytest.raises(PipelineError, match="1 of 2 log files"):
        stage.pipeline().handle(notification(*bad["Records"], *good["Records"]), FakeContext())
    assert len(stage.messages()) == 1
    assert whats(capsys) == ["not-gzip"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x1f\x8b", "not-gzip"),
        (log_file([])[:-4], "not-gzip"),
        (b"not json", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"digestS3Bucket": "b"}', "no-records"),
        (b"[]", "no-records"),
        (log_file([{"no": "event"}]), "no-events"),
        (log_file(["x" * 3_000_000]), "too-large"),
        (b"{" + b" " * 2_000_000, "too-large"),
    ],
)
def test_what_is_no_log_file_fails_with_a_word_and_without_its_content(
    stage: Stage, capsys: pytest.CaptureFixture[str], content: bytes, what: str
) -> None:
    with pytest.raises(PipelineError):
        stage.pipeline(largest_mb="1").handle(stage.put_log(content), FakeContext())
    assert whats(capsys) == [what]


@pytest.mark.parametrize(
    "key",
    [
        "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/23/a.json.gz",
        "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/11/23/a.json.gz",
        "AWSLogs/111122223333/Config/eu-west-1/a.json.gz",
        "reports/2026/11/23/a.json",
        "AWSLogs/111122223333/CloudTrail/",
    ],
)
def test_objects_that_are_no_log_files_are_not_even_read(stage: Stage, key: str) -> None:
    assert stage.pipeline().handle(notification(record(key, "e")), FakeContext()) == {"Skipped": 1}
    assert stage.aws.calls == []


def test_one_record_that_is_no_event_does_not_hide_the_others(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file([{"odd": 1}, *scenario_events("01")]))
    assert stage.pipeline().handle(event, FakeContext())["Messages"] == 1
    assert "broken-records" in whats(capsys)


def test_denials_with_one_cause_make_one_message(stage: Stage) -> None:
    events = scenario_events("50")
    told = stage.pipeline().handle(stage.put_log(log_file(events)), FakeContext())
    messages = stage.messages()
    assert told["Denials"] > told["Messages"] == len(messages)
    counts = [json.loads(message["Message"])["group"]["count"] for message in messages]
    assert sum(counts) == told["Denials"]
    assert any(message["Subject"].endswith(f"({max(counts)}x)") for message in messages)


def test_causes_with_few_denials_are_counted_and_not_told(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file([*scenario_events("50"), *scenario_events("01")]))
    told = stage.pipeline(minimum="2").handle(event, FakeContext())
    assert all(json.loads(one["Message"])["group"]["count"] > 1 for one in stage.messages())
    assert sum(line.get("Denials", 0) for line in printed(capsys) if "Cause" in line) == told["Denials"]


def test_causes_beyond_the_most_share_one_message(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01", "02", "05")))
    assert stage.pipeline(most_messages="1").handle(event, FakeContext())["Messages"] == 2
    rest = [message for message in stage.messages() if "more causes" in message["Subject"]]
    assert json.loads(rest[0]["Message"])["more_causes"] == 2
    assert stage.pipeline(most_messages="1").handle(event, FakeContext()) == {"Repeated": 1}


def test_a_dry_run_tells_what_it_would_do_and_writes_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.pipeline(dry_run="true").handle(event, FakeContext())
    assert stage.stored() == []
    assert stage.messages() == []
    assert [line["causes"] for line in printed(capsys) if line.get("what") == "dry-run"] == [1]


def test_the_pipeline_does_not_feed_on_its_own_denials(stage: Stage) -> None:
    own = scenario_events("01")
    own[0]["userIdentity"]["arn"] = "arn:aws:sts::123456789012:assumed-role/policysim-pipeline/policysim"
    own[0]["userIdentity"]["accountId"] = "123456789012"
    issuer = own[0]["userIdentity"]["sessionContext"]["sessionIssuer"]
    issuer |= {"arn": OWN_ROLE, "accountId": "123456789012", "userName": "policysim-pipeline"}
    assert stage.pipeline().handle(stage.put_log(log_file(own)), FakeContext())["Denials"] == 0
    assert [key.rsplit("/", 1)[1] for key in stage.stored()] == ["done"]


def test_a_session_that_only_has_the_functions_name_is_told(stage: Stage) -> None:
    other = scenario_events("01")
    other[0]["userIdentity"]["arn"] = "arn:aws:sts::111122223333:assumed-role/invoice-mailer/policysim-pipeline"
    assert stage.pipeline().handle(stage.put_log(log_file(other)), FakeContext())["Denials"] == 1


def test_without_a_setting_the_function_asks_who_it_is(stage: Stage) -> None:
    stage.pipeline(own_role="").handle(stage.put_log(log_file(scenario_events("01"))), FakeContext())
    assert stage.aws.called("sts:GetCallerIdentity") == 1


def test_denials_of_service_linked_roles_are_left_out_unless_wanted(stage: Stage) -> None:
    events = scenario_events("01")
    identity = events[0]["userIdentity"]
    identity["arn"] = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForConfig/config"
    role = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    identity["sessionContext"]["sessionIssuer"] |= {"arn": role, "userName": "AWSServiceRoleForConfig"}
    event = stage.put_log(log_file(events))
    wanted = stage.pipeline(ignore_service_linked="false", dry_run="true")
    assert wanted.handle(event, FakeContext())["Denials"] == 1
    assert stage.pipeline().handle(event, FakeContext())["Denials"] == 0


@pytest.mark.parametrize(
    ("rules", "denials"),
    [
        ("caller=arn:aws:iam::*:role/invoice-*", 0),
        ("operation=S3:getobject", 0),
        ("operation=s3:GetObject&caller=*role/other", 1),
        ("action=s3:Get*&cause=resource-missing", 0),
        ("cause=explicit-deny account=999999999999", 1),
    ],
)
def test_rules_leave_denials_out(stage: Stage, rules: str, denials: int) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    assert stage.pipeline(ignore=rules).handle(event, FakeContext())["Denials"] == denials


def test_lines_and_metrics_hold_nothing_of_an_event(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events("01", "02", "05", "11", "18")))
    stage.pipeline().handle(event, FakeContext())
    text = capsys.readouterr().out
    for hidden in ("arn:", "invoice", "acme-prod", "444455556666", "GetObject"):
        assert hidden not in text.replace(KEY, "")
    lines = [json.loads(line) for line in text.splitlines()]
    metrics = [line for line in lines if "Cause" in line]
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in metrics} == {"policysim"}
    assert all(line["Layer"] and line["Service"] and line["Denials"] >= 1 for line in metrics)
