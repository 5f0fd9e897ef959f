"""The measures of requests over records and over service models, on records and models made by hand."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from policysim.cloudtrail.event_reading import event_from_record
from tests.cloudtrail.records import IAM_USER, record
from tests.shared_data import needs_shared, rows
from tools import template_coverage
from tools.request_coverage import Outcome, main, measured

if TYPE_CHECKING:
    from pathlib import Path

STOPPED: dict[str, Any] = {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"}
ALIAS = {"eventSource": "kms.amazonaws.com", "eventName": "DeleteAlias"}
SIGN_IN = {"eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({**STOPPED, "requestParameters": {"name": "main"}}, Outcome.COMPLETE),
        ({**STOPPED, "requestParameters": None}, Outcome.NOTHING),
        ({**ALIAS, "requestParameters": {"aliasName": "alias/a"}}, Outcome.PARTIAL),
        (SIGN_IN, Outcome.NO_REQUEST),
        ({"eventName": "NoSuchOperation"}, Outcome.NOTHING),
    ],
)
def test_how_far_a_record_becomes_requests(fields: dict[str, Any], outcome: Outcome) -> None:
    found = measured(event_from_record(record(IAM_USER, **fields)))
    assert found.outcome is outcome
    assert (found.outcome is Outcome.COMPLETE) == (found.reasons == ())


def test_the_table_and_what_falls_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"event": record(**STOPPED, requestParameters={"name": "main"})}, record(**STOPPED, errorCode=None)]
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode(), mtime=0))
    assert main([str(path), "--list"]) == 0
    printed = capsys.readouterr().out
    assert ["cloudtrail", "2", "1", "0", "1", "0"] in [line.split() for line in printed.splitlines()]
    assert "1 cloudtrail:StopLogging (nothing): the record does not name the resource" in printed
    assert main([str(path), "--denied"]) == 0
    assert ["all", "1", "1", "0", "0", "0"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_the_parameters_of_a_model_are_given_as_cloudtrail_spells_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes = {
        "Name": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Many": {"shape": "Texts"}}},
        "Text": {"type": "string"},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Tags": {"type": "structure", "members": {"ResourceArn": {"shape": "Text"}, "Deep": {"shape": "Name"}}},
    }
    operations = {
        "StopLogging": {"input": {"shape": "Name"}},
        "DeleteTrail": {},
        "DescribeTrails": {},
        "NoSuchOperation": {},
        "GetResourcePolicy": {"input": {"shape": "Tags"}},
    }
    model = {"metadata": {"endpointPrefix": "cloudtrail"}, "operations": operations, "shapes": shapes}
    wheel = tmp_path / "botocore.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            "botocore/data/cloudtrail/2013-11-01/service-2.json.gz", gzip.compress(json.dumps(model).encode())
        )
    assert template_coverage.main([str(wheel)]) == 0
    assert ["cloudtrail", "2", "1", "0", "1"] in [line.split() for line in capsys.readouterr().out.splitlines()]
    assert template_coverage.main([str(wheel), "--list", "cloudtrail"]) == 0
    printed = capsys.readouterr().out
    assert "+ StopLogging: arn:aws:cloudtrail:eu-west-1:111122223333:trail/alpha" in printed
    assert "- DeleteTrail: the record does not name the resource" in printed


@needs_shared
def test_of_all_real_records_no_fewer_become_complete_requests_than_were_counted_once() -> None:
    outcomes = Counter(measured(event_from_record(row["event"])).outcome for row in rows("data/events/all.jsonl.gz"))
    assert outcomes.total() == 3210
    assert outcomes[Outcome.COMPLETE] >= 3049
    assert outcomes[Outcome.NO_REQUEST] == 48
