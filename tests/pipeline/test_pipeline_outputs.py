"""Event bus, Security Hub, ordered topics, signed links, large documents, and the policies in S3."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest

from policysim.pipeline.outputs import DETAIL_TYPE, WRITES
from policysim.pipeline.run import PipelineError
from policysim.sources.aws.snapshot.layout import sealed
from tests.pipeline.pipeline_runs import (
    KEY,
    POLICIES,
    REPORTS,
    FakeContext,
    Stage,
    client_of,
    log_file,
    notification,
    scenario_events,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer


@pytest.fixture
def stage(aws: AwsServer) -> Stage:
    return Stage(aws)


def test_an_event_goes_to_the_bus_with_the_published_document(stage: Stage) -> None:
    client_of(stage.aws, "events").create_event_bus(Name="denials")
    event = stage.put_log(log_file(scenario_events("01")))
    stage.pipeline(event_bus="denials").handle(event, FakeContext())
    (put,) = [call for call in stage.aws.calls if call.operation == "PutEvents"]
    (entry,) = json.loads(put.body)["Entries"]
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == ("policysim", DETAIL_TYPE, "denials")
    (message,) = stage.messages()
    assert json.loads(entry["Detail"]) == json.loads(message["Message"])


def test_findings_are_of_the_form_of_security_hub_and_stay_the_same_for_a_cause(stage: Stage) -> None:
    hub = client_of(stage.aws, "securityhub")
    hub.enable_security_hub()
    for number in ("Ab", "Cd"):
        later = scenario_events("01", "02")
        event = stage.put_log(log_file(later), KEY.replace("Ab", number))
        stage.pipeline(security_hub="true").handle(event, FakeContext())
    findings = [finding for call in stage.aws.calls for finding in _imported(call)]
    assert len(findings) == 4
    assert len({finding["Id"] for finding in findings}) == 2
    first = findings[0]
    assert first["ProductArn"] == "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"
    assert first["Title"].startswith("Access denied: DENIED s3:GetObject")
    assert first["Severity"] == {"Label": "LOW"}
    assert first["Remediation"]["Recommendation"]["Text"].startswith("Fix: ")
    assert all(len(one["Title"]) <= 256 and len(one["Description"]) <= 1024 for one in findings)
    assert {one["Type"] for one in first["Resources"]} == {"Other", "AwsS3Object"}


def _imported(call: Any) -> list[dict[str, Any]]:
    is_import = call.operation == "POST /findings/import"
    return json.loads(call.body)["Findings"] if is_import else []


def test_findings_lead_into_the_console_also_where_messages_have_signed_links(stage: Stage) -> None:
    client_of(stage.aws, "securityhub").enable_security_hub()
    event = stage.put_log(log_file(scenario_events("01")))
    stage.pipeline(security_hub="true", link_hours="12").handle(event, FakeContext())
    (finding,) = [finding for call in stage.aws.calls for finding in _imported(call)]
    assert "X-Amz-" not in json.dumps(finding)
    assert finding["SourceUrl"].startswith("https://us-east-1.console.aws.amazon.com/s3/object/")
    assert finding["SourceUrl"].endswith(".html")


def test_half_a_surrogate_pair_of_a_broken_event_breaks_no_document(stage: Stage) -> None:
    client_of(stage.aws, "events").create_event_bus(Name="denials")
    events = json.loads(json.dumps(scenario_events("01")).replace("CN-2026-0412.pdf", "\\ud800.pdf"))
    stage.pipeline(event_bus="denials").handle(stage.put_log(log_file(events)), FakeContext())
    (put,) = [call for call in stage.aws.calls if call.operation == "PutEvents"]
    (message,) = stage.messages()
    for text in (json.loads(put.body)["Entries"][0]["Detail"], message["Message"]):
        assert b"?.pdf" in json.dumps(json.loads(text), ensure_ascii=False).encode()


def test_a_finding_that_is_refused_is_tried_again(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    stage.aws.fail("securityhub:*", "InvalidAccessException", status=401)
    with pytest.raises(PipelineError):
        stage.pipeline(security_hub="true").handle(event, FakeContext())
    stage.aws.faults.clear()
    client_of(stage.aws, "securityhub").enable_security_hub()
    assert stage.pipeline(security_hub="true").handle(event, FakeContext())["Told"] == 1
    assert len(stage.messages()) == 1


def test_people_get_text_and_programs_get_json(stage: Stage) -> None:
    stage.pipeline().handle(stage.put_log(log_file(scenario_events("01"))), FakeContext())
    (call,) = [call for call in stage.aws.calls if call.operation == "Publish"]
    sent = dict(pair.split("=", 1) for pair in call.body.decode().split("&"))
    message = json.loads(unquote_plus(sent["Message"]))
    assert sent["MessageStructure"] == "json"
    assert set(message) == {"default", "email", "sms"}
    lines = message["email"].splitlines()
    assert lines[0].startswith("DENIED s3:GetObject: no identity-based policy allows it")
    assert any(line.startswith("  Fix ") for line in lines)
    assert any(f"s3://acme-trail/{KEY}" in line for line in lines)
    assert len(message["sms"]) <= 280
    assert "\n" not in message["sms"]


def test_names_of_strangers_neither_break_a_subject_nor_colour_a_text(stage: Stage) -> None:
    events = scenario_events("01")
    name = "x\n\x1b[31mä" + "y" * 200
    events[0]["requestParameters"]["key"] = name
    identity = events[0]["userIdentity"]
    identity["arn"] = f"arn:aws:sts::111122223333:assumed-role/{name}/s"
    events[0]["errorMessage"] = f"User: {identity['arn']} is not authorized to perform: s3:GetObject"
    stage.pipeline().handle(stage.put_log(log_file(events)), FakeContext())
    (message,) = stage.messages()
    assert len(message["Subject"]) < 100
    assert message["Subject"].isascii()
    assert message["Subject"].isprintable()
    (call,) = [call for call in stage.aws.calls if call.operation == "Publish"]
    assert b"%1B" not in call.body


def test_a_document_that_is_too_large_leaves_its_report_to_the_link(stage: Stage) -> None:
    events = scenario_events("01")
    events[0] = json.loads(json.dumps(events[0]).replace("CN-2026-0412.pdf", "k" * 60_000))
    stage.pipeline().handle(stage.put_log(log_file(events)), FakeContext())
    (message,) = stage.messages()
    document = json.loads(message["Message"])
    assert (document["complete"], document["report"]) == (False, None)
    (whole,) = [key for key in stage.stored("reports/") if key.endswith(".json")]
    assert whole in document["json"].replace("%2F", "/")
    stored = json.loads(stage.s3.get_object(Bucket=REPORTS, Key=whole)["Body"].read())
    assert stored["causes"][0]["report"]["near_misses"]


def test_links_are_signed_only_when_asked(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01", "02")))
    stage.pipeline(link_hours="12").handle(event, FakeContext())
    documents = [json.loads(message["Message"]) for message in stage.messages()]
    assert all("X-Amz-Algorithm=AWS4-HMAC-SHA256" in document["html"] for document in documents)
    assert sorted(document["html"].rpartition("#")[2] for document in documents) == ["report-1", "report-2"]


def test_an_ordered_topic_gets_an_id_that_a_second_run_repeats(stage: Stage) -> None:
    attributes = {"FifoTopic": "true"}
    topic = client_of(stage.aws, "sns").create_topic(Name="denials.fifo", Attributes=attributes)["TopicArn"]
    event = stage.put_log(log_file(scenario_events("01")))
    stage.aws.fail("s3:PUT /acme-reports/marks/.*-sns", "InternalError", times=3, status=500)
    with pytest.raises(PipelineError):
        stage.pipeline(topic=topic).handle(event, FakeContext())
    stage.pipeline(topic=topic).handle(event, FakeContext())
    sent = [call.body for call in stage.aws.calls if call.operation == "Publish"]
    ids = {body.partition(b"MessageDeduplicationId=")[2].split(b"&")[0] for body in sent}
    assert (len(sent), len(ids)) == (2, 1)


def put_policies(stage: Stage) -> None:
    stage.s3.create_bucket(Bucket="acme-policies")
    root = POLICIES / "acme"
    for path in sorted(root.rglob("*.json")):
        key = f"latest/{path.relative_to(root).as_posix()}"
        stage.s3.put_object(Bucket="acme-policies", Key=key, Body=path.read_bytes())


def test_policies_in_s3_are_fetched_once_and_then_only_what_changed(stage: Stage) -> None:
    put_policies(stage)
    pipeline = stage.pipeline(account="s3://acme-policies/latest", refresh_seconds="0")
    first = stage.put_log(log_file(scenario_events("01")))
    assert pipeline.handle(first, FakeContext())["Messages"] == 1
    fetched = stage.aws.called("s3:*")
    second = stage.put_log(log_file(scenario_events("02")), KEY.replace("Ab", "Cd"))
    pipeline.handle(second, FakeContext())
    quiet = stage.aws.called("s3:*") - fetched
    path = "latest/accounts/111122223333/authorization-details.json"
    text = (POLICIES / "acme" / path.removeprefix("latest/")).read_text().replace("issued/*", "*")
    stage.s3.put_object(Bucket="acme-policies", Key=path, Body=text.encode())
    third = stage.put_log(log_file(scenario_events("01")), KEY.replace("Ab", "Ef"))
    before = stage.aws.called("s3:*")
    pipeline.handle(third, FakeContext())
    assert stage.aws.called("s3:*") - before == quiet + 1
    causes = [json.loads(message["Message"])["group"]["cause"] for message in stage.messages()]
    assert causes[0] == "resource-missing"
    assert causes[2] != "resource-missing"


@pytest.mark.parametrize("key", ["latest/../../up.json", "latest//x.json", "latest/./x.json"])
def test_a_key_that_leads_out_of_the_folder_is_refused(
    stage: Stage, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    put_policies(stage)
    stage.s3.put_object(Bucket="acme-policies", Key=key, Body=b"{}")
    event = stage.put_log(log_file(scenario_events("01")))
    with pytest.raises(PipelineError):
        stage.pipeline(account="s3://acme-policies/latest").handle(event, FakeContext())
    assert "policies-unreadable" in capsys.readouterr().out


def test_a_batch_of_a_queue_names_only_what_failed(stage: Stage) -> None:
    bad = stage.put_log(b"{}", KEY.replace("Ab", "Cd"))
    good = stage.put_log(log_file(scenario_events("01")))
    batch = {
        "Records": [
            {"messageId": name, "eventSource": "aws:sqs", "body": json.dumps(body)}
            for name, body in (("bad", bad), ("odd", {"x": 1}), ("good", good))
        ]
    }
    told = stage.pipeline().handle(batch, FakeContext())
    assert told == {"batchItemFailures": [{"itemIdentifier": "bad"}, {"itemIdentifier": "odd"}]}
    assert len(stage.messages()) == 1


def test_only_the_named_writes_can_leave_the_function(stage: Stage) -> None:
    pipeline = stage.pipeline(event_bus="default", security_hub="true")
    client_of(stage.aws, "securityhub").enable_security_hub()
    pipeline.handle(stage.put_log(log_file(scenario_events("01"))), FakeContext())
    changing = {f"{call.service}:{call.operation.split(' ')[0]}" for call in stage.aws.calls}
    assert changing == {"s3:GET", "s3:PUT", "sns:Publish", "events:PutEvents", "securityhub:POST"}
    assert {name.split(":")[0] for name in WRITES} == {"s3", "sns", "events", "securityhub"}


def test_the_handler_of_the_package_does_it_all_from_its_environment(stage: Stage, tmp_path: Path) -> None:
    event = notification(*stage.put_log(log_file(scenario_events("01")))["Records"])
    code = (
        "import json, sys\n"
        "from policysim.lambda_handler import handler\n"
        "from tests.pipeline.pipeline_runs import FakeContext\n"
        "print(json.dumps(handler(json.loads(sys.argv[1]), FakeContext())))\n"
    )
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": stage.aws.url,
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
        "POLICYSIM_ACCOUNT": str(POLICIES / "acme"),
        "POLICYSIM_REPORTS": f"s3://{REPORTS}/",
        "POLICYSIM_TOPIC": stage.topic,
        "PYTHONPATH": str(POLICIES.parent),
        "TMPDIR": str(tmp_path),
    }
    command = [sys.executable, "-c", code, json.dumps(event)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout.splitlines()[-1])["Messages"] == 1
    assert list(tmp_path.iterdir()) == []
    assert len(stage.messages()) == 1


def test_policies_that_are_still_being_copied_to_s3_are_not_taken_for_all(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    put_policies(stage)
    missing = "accounts/111122223333/kms-grants.json"
    digest = hashlib.sha256(b"{}").hexdigest()
    collection = sealed({"format": 1, "by": "policysim", "gaps": [], "files": {missing: digest}})
    stage.s3.put_object(Bucket="acme-policies", Key="latest/collection.json", Body=json.dumps(collection).encode())
    pipeline = stage.pipeline(account="s3://acme-policies/latest")
    event = stage.put_log(log_file(scenario_events("01")))
    with pytest.raises(PipelineError):
        pipeline.handle(event, FakeContext())
    assert "policies-unreadable" in capsys.readouterr().out
    stage.s3.put_object(Bucket="acme-policies", Key=f"latest/{missing}", Body=b"{}")
    about = json.dumps({"format": 1, "by": "policysim", "gaps": []}).encode()
    stage.s3.put_object(Bucket="acme-policies", Key="latest/accounts/111122223333/collection.json", Body=about)
    assert pipeline.handle(event, FakeContext())["Messages"] == 1
