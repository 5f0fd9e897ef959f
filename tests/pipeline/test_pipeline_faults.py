"""A fault at every call of a run in turn: nothing is lost, what is noted is not told twice, nothing counts twice."""

from __future__ import annotations

import json
import re
import time
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest

from policysim.pipeline.marks import DONE, Marks
from policysim.pipeline.notifications import deliveries_of
from policysim.pipeline.run import PipelineError
from policysim.sources.aws.stored_objects import Location
from tests.pipeline.pipeline_runs import (
    KEY,
    REPORTS,
    FakeContext,
    Stage,
    client_of,
    connected,
    log_file,
    notification,
    scenario_events,
)

if TYPE_CHECKING:
    from tests.aws_server import AwsServer, Call

CAUSES = ("01", "02", "05")
_MARKING = re.compile(r"PUT /acme-reports/marks/[^/]+/(?!claim|done).+")


@pytest.fixture
def stage(aws: AwsServer) -> Stage:
    stage = Stage(aws)
    client_of(aws, "events").create_event_bus(Name="denials")
    client_of(aws, "securityhub").enable_security_hub()
    return stage


def run(stage: Stage, event: dict[str, Any], milliseconds: int = 60_000, **settings: str) -> bool:
    """Whether a run of a function that just started told of everything."""
    pipeline = stage.pipeline(event_bus="denials", security_hub="true", **settings)
    try:
        pipeline.handle(event, FakeContext(milliseconds))
    except PipelineError:
        return False
    return True


def named(calls: list[Call]) -> list[str]:
    return [call.operation.split("?")[0] for call in calls]


def calls_of_a_run(stage: Stage, content: bytes) -> list[Call]:
    assert run(stage, stage.put_log(content, "rehearsal/AWSLogs/111122223333/CloudTrail/eu-west-1/a.json.gz"))
    calls = list(stage.aws.calls)
    stage.messages()
    stage.aws.calls.clear()
    return calls


def counted(text: str) -> dict[str, int]:
    """The metrics without dimensions that were printed, summed up."""
    figures: dict[str, int] = {}
    for line in map(json.loads, text.splitlines()):
        if "_aws" in line and "Cause" not in line:
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                figures[metric["Name"]] = figures.get(metric["Name"], 0) + line[metric["Name"]]
    return figures


@pytest.mark.parametrize("killed", [False, True], ids=["refused", "killed"])
def test_a_fault_at_any_call_loses_no_message_and_repeats_none_that_is_noted(
    stage: Stage, capsys: pytest.CaptureFixture[str], *, killed: bool
) -> None:
    content = log_file(scenario_events(*CAUSES))
    calls = calls_of_a_run(stage, content)
    assert len(calls) > 15
    for number, call in enumerate(calls):
        key = f"try-{number}/AWSLogs/111122223333/CloudTrail/eu-west-1/a.json.gz"
        event = stage.put_log(content, key)
        capsys.readouterr()
        # Of a killed function no later call arrives, and its claim ends when it does.
        fault = stage.aws.fail("*:*", "AccessDenied", after=number, times=1_000 if killed else 1, status=403)
        assert not run(stage, event, milliseconds=0 if killed else 60_000), named([call])
        stage.aws.faults.remove(fault)
        assert run(stage, event), named([call])
        assert run(stage, event), named([call])
        subjects = [message["Subject"] for message in stage.messages()]
        repeated = len(subjects) - len(set(subjects))
        was_sent = number > 0 and calls[number - 1].operation == "Publish" and bool(_MARKING.match(call.operation))
        assert repeated == (1 if was_sent else 0), (number, named([call]), subjects)
        assert len(set(subjects)) == len(CAUSES)
        figures = counted(capsys.readouterr().out)
        assert (figures["Events"], figures["Denials"], figures["Told"]) == (3, 3, 1), named([call])


def test_an_output_that_is_down_silences_no_other_one(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events(*CAUSES)))
    stage.aws.fail("events:PutEvents", "ResourceNotFoundException")
    assert not run(stage, event)
    assert len(stage.messages()) == len(CAUSES)
    assert stage.aws.called("securityhub:POST /findings/import") == 1
    assert not run(stage, event)
    assert stage.messages() == []


def test_a_message_that_is_never_taken_holds_up_none_of_the_others(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events(*CAUSES)))
    for _ in range(2):
        fault = stage.aws.fail("sns:Publish", "InvalidParameter", times=1)
        assert not run(stage, event)
        stage.aws.faults.remove(fault)
    assert len({message["Subject"] for message in stage.messages()}) == len(CAUSES) - 1


def test_a_topic_that_is_down_is_given_up_after_three_messages(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events(*CAUSES, "11", "18")))
    stage.aws.fail("sns:Publish", "InvalidParameter")
    assert not run(stage, event)
    assert stage.aws.called("sns:Publish") == 3


def test_two_events_with_one_id_are_both_told(stage: Stage) -> None:
    events = scenario_events("01", "02")
    for event in events:
        event["eventID"] = "0a1b2c3d-0000-4000-8000-000000000000"
    assert run(stage, stage.put_log(log_file(events)))
    assert len(stage.messages()) == 2


def test_runs_at_the_same_time_send_each_message_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    event = stage.put_log(log_file(scenario_events(*CAUSES)))
    start, outcomes = Barrier(4), list[bool]()

    def deliver() -> None:
        start.wait()
        outcomes.append(run(stage, event))

    threads = [Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any(outcomes)
    assert run(stage, event)
    assert len(stage.messages()) == len(CAUSES)
    figures = counted(capsys.readouterr().out)
    assert (figures["Events"], figures["Denials"], figures["Messages"], figures["Told"]) == (3, 3, 3, 1)


def test_a_run_that_comes_while_another_ends_sees_that_all_is_done(stage: Stage) -> None:
    event = stage.put_log(log_file(scenario_events("01")))
    (delivery,) = deliveries_of(event)
    late = Marks(connected(stage.aws.url), Location(REPORTS), delivery.objects[0].id)
    assert DONE not in late.found
    assert run(stage, event)
    late.claim(time.time(), time.time() + 60)  # the claim of the other run still holds
    assert DONE in late.found


def test_a_run_without_time_leaves_the_rest_to_the_next(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        record
        for number, name in enumerate(CAUSES)
        for record in stage.put_log(log_file(scenario_events(name)), KEY.replace("_Ab", f"_{number}"))["Records"]
    ]
    batch = {
        "Records": [
            {"messageId": str(number), "eventSource": "aws:sqs", "body": json.dumps(notification(record))}
            for number, record in enumerate(records)
        ]
    }
    told = stage.pipeline().handle(batch, FakeContext(milliseconds=0))
    assert told == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
    assert capsys.readouterr().out.count('"out-of-time"') == 2
    assert stage.pipeline().handle(batch, FakeContext())["batchItemFailures"] == []
    assert len(stage.messages()) == len(CAUSES)
