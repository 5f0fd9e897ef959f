"""Events inside the text that fetched them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from policysim.language.source import Source
from policysim.sources.embedded_events import embedded_events
from policysim.sources.events import events_in

RECORD = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventID": "one", "errorCode": "AccessDenied"}
LOOKUP = {"Events": [{"EventId": "one", "CloudTrailEvent": json.dumps(RECORD)}]}
EVENTBRIDGE = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": RECORD}


def ids(text: str) -> list[str | None]:
    found = embedded_events(Source("log", text))
    return [one.event.event_id for source in found for one in events_in(source)]


def as_csv(*cells: str) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(cells)
    return written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"$ aws cloudtrail lookup-events --max-results 1\n{json.dumps(LOOKUP, indent=4)}\n$ ",
        f"2026-11-24T03:00:00Z INFO {json.dumps(RECORD)}\n",
        f"the event:\n{json.dumps(EVENTBRIDGE, indent=2)}\nwhat does it mean?",
        '"@timestamp","@message"\n' + as_csv("2026-11-24 03:00:00.000", json.dumps(RECORD)),
        "eventtime,record\n" + as_csv("2026-11-24", json.dumps({"Records": [RECORD]}), "x"),
        f"[1] {{}} [] {json.dumps(RECORD)}",
    ],
    ids=["lookup", "log-line", "eventbridge", "insights-csv", "athena-csv", "other-json"],
)
def test_the_event_in_a_text_is_found(text: str) -> None:
    assert ids(text) == ["one"]


def test_several_are_found_and_named_by_their_lines() -> None:
    text = f"first\n{json.dumps(RECORD)}\nsecond\n{json.dumps({**RECORD, 'eventID': 'two'})}\n"
    assert ids(text) == ["one", "two"]
    assert [source.name for source in embedded_events(Source("log", text))] == ["log:2", "log:4"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no event",
        "{",
        '{"a": 1}',
        "eventSource eventName",
        "eventSource eventName {" + "[" * 5000,
        "{{" * 50_000,
        "eventSource eventName" + '"{""' * 300_000,
    ],
)
def test_text_without_an_event_holds_none(text: str) -> None:
    assert ids(text) == []


def test_many_brackets_that_begin_nothing_are_given_up() -> None:
    assert ids("eventSource eventName\n" + '{"a": \n' * 200_000) == []
