"""What goes wrong on the way: nothing collected is lost, and every run says what it could not do."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from policysim.sources.aws.connection import Connection
from policysim.sources.aws.snapshot.journal import Journal
from policysim.sources.half_written import HIDDEN
from tests.sources.aws.snapshot.snapshots import files_of, make_account, read, snapshot, started, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer


@pytest.fixture
def account(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    use_collectors(monkeypatch)
    make_account(aws)
    return aws


def whole(aws: AwsServer, tmp_path: Path) -> dict[str, str]:
    """What a run without faults writes."""
    faults = list(aws.faults)
    aws.faults.clear()
    assert snapshot(aws, tmp_path / "whole").code == 0
    aws.faults.extend(faults)
    aws.calls.clear()
    return files_of(tmp_path / "whole")


def test_throttled_calls_are_sent_again(account: AwsServer, tmp_path: Path) -> None:
    expected = whole(account, tmp_path)
    account.fail("sqs:ListQueues", "ThrottlingException", times=1)
    assert snapshot(account, tmp_path / "out").code == 0
    assert files_of(tmp_path / "out") == expected


def test_what_stays_throttled_is_left_for_the_next_run_once_all_else_is_read(
    account: AwsServer, tmp_path: Path
) -> None:
    expected = whole(account, tmp_path)
    fault = account.fail("sqs:ListQueues", "ThrottlingException")
    run = snapshot(account, tmp_path / "out")
    assert run.code == 4
    assert "AWS slows down `sqs:ListQueues`" in run.stderr
    assert "finished parts are kept in" in run.stderr
    assert not (tmp_path / "out" / "account.json").exists()
    account.faults.remove(fault)
    account.calls.clear()
    run = snapshot(account, tmp_path / "out")
    assert (run.code, run.summary["taken_over"]) == (0, 7)
    assert {f"{call.service}:{call.operation}" for call in account.calls} == {
        "sts:GetCallerIdentity",
        "sqs:ListQueues",
        "sqs:GetQueueAttributes",
    }
    assert files_of(tmp_path / "out") == expected


def test_an_expired_token_stops_the_run_and_keeps_what_was_read(account: AwsServer, tmp_path: Path) -> None:
    expected = whole(account, tmp_path)
    account.fail("sqs:GetQueueAttributes", "ExpiredToken")
    run = snapshot(account, tmp_path / "out", "--jobs", "1")
    assert run.code == 4
    assert "the credentials have expired: get new ones" in run.stderr
    assert "finished parts are kept" in run.stderr
    account.faults.clear()
    account.calls.clear()
    run = snapshot(account, tmp_path / "out", "--jobs", "1")
    assert run.code == 0
    assert account.called("iam:GetAccountAuthorizationDetails") == 0
    assert files_of(tmp_path / "out") == expected


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("RequestTimeTooSkewed", "the clock of this machine is wrong"), ("ExpiredToken", "have expired")],
)
def test_nothing_is_written_where_nothing_can_be_read(
    account: AwsServer, tmp_path: Path, code: str, sentence: str
) -> None:
    account.fail("sts:GetCallerIdentity", code)
    run = snapshot(account, tmp_path / "out")
    assert (run.code, run.stdout) == (4, "")
    assert sentence in run.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_clock_in_the_middle_stops_the_run(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sns:ListTopics", "RequestTimeTooSkewed")
    run = snapshot(account, tmp_path / "out")
    assert run.code == 4
    assert "the clock of this machine is wrong" in run.stderr


def test_a_refused_call_is_a_gap_of_its_resource_alone(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sqs:GetQueueAttributes", "AccessDenied", times=1, status=403)
    run = snapshot(account, tmp_path / "out", "--jobs", "1")
    assert run.code == 0
    refused = [gap for gap in read(tmp_path / "out", "collection.json")["gaps"] if gap["error"] == "AccessDenied"]
    assert [gap["call"] for gap in refused] == ["sqs:GetQueueAttributes"]
    listed = set(read(tmp_path / "out", "resource-policies.json"))
    queues = {f"arn:aws:sqs:us-east-1:123456789012:{name}" for name in ("closed", "open")}
    assert queues - listed == {refused[0]["what"]}
    group = next(group for group in run.summary["refused"] if group["error"] == "AccessDenied")
    assert group["actions"] == ["sqs:GetQueueAttributes"]


def test_a_refused_list_is_a_gap_in_words_and_its_service_is_not_complete(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sns:ListTopics", "AuthorizationError", status=403)
    run = snapshot(account, tmp_path / "out")
    assert run.code == 0
    gaps = read(tmp_path / "out", "collection.json")["gaps"]
    assert {"what": "topic policies of us-east-1", "call": "sns:ListTopics", "error": "AuthorizationError"} in gaps


def test_an_error_of_an_unknown_kind_is_a_gap_and_not_the_end(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sqs:ListQueues", "SomethingNew")
    assert snapshot(account, tmp_path / "out").code == 0
    gaps = read(tmp_path / "out", "collection.json")["gaps"]
    assert {"sqs:ListQueues", "SomethingNew"} <= {value for gap in gaps for value in gap.values()}


def test_a_queue_that_is_deleted_between_the_list_and_the_look_is_left_out(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sqs:GetQueueAttributes", "QueueDoesNotExist", times=1)
    assert snapshot(account, tmp_path / "out", "--jobs", "1").code == 0
    out = tmp_path / "out"
    assert len([arn for arn in read(out, "resource-policies.json") if ":sqs:" in arn]) == 1
    assert not any(gap["call"].startswith("sqs") for gap in read(out, "collection.json")["gaps"])


def test_refused_authorization_details_leave_no_file_that_would_pass_for_an_empty_account(
    account: AwsServer, tmp_path: Path
) -> None:
    account.fail("iam:GetAccountAuthorizationDetails", "AccessDenied", status=403)
    assert snapshot(account, tmp_path / "out").code == 0
    assert not (tmp_path / "out" / "authorization-details.json").exists()


def test_a_region_that_is_off_is_named_and_left_out(account: AwsServer, tmp_path: Path) -> None:
    run = snapshot(account, tmp_path / "out", "--region", "us-east-1", "--region", "me-nowhere-9")
    assert run.summary["accounts"][0]["regions"] == ["us-east-1"]
    assert run.code == 0
    about = read(tmp_path / "out", "collection.json")
    assert about["regions"] == ["us-east-1"]
    off = {"what": "me-nowhere-9", "call": "ec2:DescribeRegions", "error": "the Region is not enabled"}
    assert off in about["gaps"]


def test_a_run_in_no_region_at_all_does_not_take_the_place_of_a_snapshot(account: AwsServer, tmp_path: Path) -> None:
    expected = whole(account, tmp_path)
    run = snapshot(account, tmp_path / "whole", "--region", "me-nowhere-9")
    assert run.code == 4
    assert "no account could be read: `ec2:DescribeRegions`" in run.stderr
    assert "none of these Regions is enabled" in run.stderr
    assert {name: text for name, text in files_of(tmp_path / "whole").items() if HIDDEN not in name} == expected


def test_a_service_is_complete_where_every_region_was_read_without_a_gap(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sns:ListTopics", "AuthorizationError", status=403, times=1)
    assert snapshot(account, tmp_path / "out", "--region", "all").code == 0
    about = read(tmp_path / "out", "collection.json")
    assert len(about["regions"]) > 15
    assert "sqs" in about["complete"]
    assert "sns" not in about["complete"]
    assert len(about["gaps"]) == 1


def test_a_service_that_botocore_does_not_know_in_every_region_is_not_complete(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Connection.regions_of

    def regions_of(connection: Connection, service: str, partition: str = "aws") -> list[str]:
        return [region for region in known(connection, service, partition) if (service, region) != ("sqs", "eu-west-1")]

    monkeypatch.setattr(Connection, "regions_of", regions_of)
    assert snapshot(account, tmp_path / "out", "--region", "all").code == 0
    about = read(tmp_path / "out", "collection.json")
    assert about["gaps"] == []
    assert ("sns" in about["complete"], "sqs" in about["complete"]) == (True, False)


def test_credentials_that_one_region_does_not_know_are_a_gap_of_that_region(account: AwsServer, tmp_path: Path) -> None:
    account.fail("sqs:ListQueues", "UnrecognizedClientException", status=403)
    assert snapshot(account, tmp_path / "out").code == 0
    gaps = read(tmp_path / "out", "collection.json")["gaps"]
    assert [gap["call"] for gap in gaps if gap["error"] == "UnrecognizedClientException"] == ["sqs:ListQueues"]


def test_regions_that_may_not_be_told_are_a_gap_and_make_nothing_complete(account: AwsServer, tmp_path: Path) -> None:
    account.fail("ec2:DescribeRegions", "UnauthorizedOperation", status=403)
    account.fail("account:*", "AccessDeniedException", status=403)
    assert snapshot(account, tmp_path / "out").code == 0
    about = read(tmp_path / "out", "collection.json")
    assert about["complete"] == []
    regions = [gap["call"] for gap in about["gaps"] if gap["what"] == "Regions of account 123456789012"]
    assert regions == ["account:ListRegions", "ec2:DescribeRegions"]


def test_a_kill_in_the_middle_costs_no_finished_part(account: AwsServer, tmp_path: Path) -> None:
    expected = whole(account, tmp_path)
    out = tmp_path / "out"
    fault = account.fail("sqs:GetQueueAttributes", "", delay=20)
    process = started(account, out, "--region", "us-east-1")
    wait_for_units(out, 7)
    process.kill()
    process.communicate()
    account.faults.remove(fault)
    account.calls.clear()
    with (out / HIDDEN / "journal.jsonl").open("ab") as stream:
        stream.write(b"0123456789abcdef half a li")
    run = snapshot(account, out)
    assert (run.code, run.summary["taken_over"]) == (0, 7)
    assert account.called("iam:GetAccountAuthorizationDetails") == account.called("sns:ListTopics") == 0
    assert files_of(out) == expected


def test_control_c_ends_at_once_and_keeps_what_was_read(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    account.fail("sqs:GetQueueAttributes", "", delay=20)
    process = started(account, out, "--region", "us-east-1")
    wait_for_units(out, 7)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=15)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.strip() == "policysim: interrupted"
    assert time.monotonic() - began < 10
    account.faults.clear()
    assert snapshot(account, out).summary["taken_over"] == 7


def wait_for_units(out: Path, count: int) -> None:
    until = time.monotonic() + 30
    journal = out / HIDDEN / "journal.jsonl"
    while time.monotonic() < until:
        if journal.exists() and journal.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.02)
    raise AssertionError("the run did not get that far")


def cut(aws: AwsServer, out: Path) -> None:
    """Leaves the journal of a run that was cut."""
    fault = aws.fail("sns:ListTopics", "ThrottlingException")
    with mock.patch.dict(os.environ, AWS_MAX_ATTEMPTS="1"):
        assert snapshot(aws, out).code == 4
    aws.faults.remove(fault)


def test_a_damaged_line_of_the_journal_is_read_again(account: AwsServer, tmp_path: Path) -> None:
    expected = whole(account, tmp_path)
    out = tmp_path / "out"
    cut(account, out)
    path = out / HIDDEN / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"closed", b"opened", 1))
    run = snapshot(account, out)
    assert (run.code, run.summary["read_again"]) == (0, 1)
    assert files_of(out) == expected


def test_a_cut_run_with_other_options_is_not_mixed_in(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cut(account, out)
    account.calls.clear()
    run = snapshot(account, out, "--region", "eu-west-1")
    assert run.code == 2
    assert "the run that was cut here was started with another --region; `--fresh` forgets it" in run.stderr
    assert account.calls == []
    assert snapshot(account, out, "--region", "eu-west-1", "--fresh").code == 0


def test_a_cut_run_of_another_account_is_not_mixed_in(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    cut(account, out)
    keys = account.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/reader", RoleSessionName="test")[
        "Credentials"
    ]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
    run = snapshot(account, out)
    assert run.code == 2
    assert "with the credentials of account `123456789012`" in run.stderr


@pytest.mark.parametrize(
    ("began", "sentence"),
    [(timedelta(hours=-30), "more than 24 hours ago"), (timedelta(hours=2), "is still to come: set the clock right")],
)
def test_a_cut_run_of_another_day_is_not_mixed_in(
    account: AwsServer, tmp_path: Path, began: timedelta, sentence: str
) -> None:
    out = tmp_path / "out"
    cut(account, out)
    path = out / HIDDEN / "run.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "started_at": (datetime.now(UTC) + began).isoformat()}))
    run = snapshot(account, out)
    assert run.code == 2
    assert sentence in run.stderr


def test_a_full_disk_in_the_middle_is_one_sentence(
    account: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = whole(account, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "keep", full)
    run = snapshot(account, tmp_path / "whole", "--fresh")
    assert run.code == 2
    assert "the disk is full; no file of the folder is half written" in run.stderr
    assert {name: text for name, text in files_of(tmp_path / "whole").items() if HIDDEN not in name} == expected


def test_an_edited_file_is_refused_before_any_call(account: AwsServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert snapshot(account, out).code == 0
    (out / "tags.json").write_text('{"arn:aws:s3:::mine": {"a": "b"}}')
    account.calls.clear()
    run = snapshot(account, out)
    assert run.code == 2
    assert f"{out / 'tags.json'}: no snapshot wrote this file, or it was edited since" in run.stderr
    assert account.calls == []
    assert snapshot(account, out, "--force").code == 0
    assert read(out, "tags.json") == {}
