"""Answers that are none of AWS's: a snapshot never takes them for "there is none"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.failures import Failure, failure_of
from policysim.sources.aws.snapshot.units import StopError, gap_of
from tests.sources.aws.snapshot.snapshots import make_account, read, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

PAGE = "<html><body>Please log in to the network</body></html>"


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("sqs:ListQueues", PAGE),
        ("sqs:ListQueues", ""),
        ("sqs:ListQueues", "[]"),
        ("sqs:ListQueues", '{"QueueUrls": ["https://sqs'),
        ("sns:ListTopics", PAGE),
        ("sns:ListTopics", ""),
        ("sns:ListTopics", "<ListTopicsResponse><ListTopicsResult><Top"),
        ("sns:ListTopics", "<ListTopicsResponse></ListTopicsResponse>"),
        ("s3:GET /\\?.*", PAGE),
        ("s3:GET /\\?.*", ""),
        ("s3:GET /data-123456789012\\?policy", ""),
        ("s3:GET /data-123456789012\\?policy", PAGE),
        ("lambda:GET .*", PAGE),
        ("lambda:GET .*", ""),
        ("ec2:DescribeVpcEndpoints", PAGE),
        ("ec2:DescribeVpcEndpoints", ""),
    ],
)
def test_what_is_no_answer_of_aws_is_a_gap(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, body: str
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    names = {
        "sqs": "sqs-queue-policies",
        "sns": "sns-topic-policies",
        "s3": "s3-bucket-policies",
        "lambda": "lambda-function-policies",
        "ec2": "ec2-vpc-endpoints",
    }
    use_collectors(monkeypatch, names[call.partition(":")[0]])
    make_account(aws)
    aws.reply(call, body, "text/html")
    run = snapshot(aws, tmp_path / "out")
    assert run.code == 0, run.stderr
    gaps = [gap for gap in read(tmp_path / "out", "collection.json")["gaps"] if "not read" not in gap["error"]]
    assert len(gaps) == 1, gaps


@pytest.mark.parametrize("call", ["sts:GetCallerIdentity", "ec2:DescribeRegions", "organizations:DescribeOrganization"])
@pytest.mark.parametrize("body", [PAGE, "", "{}"])
def test_what_a_run_begins_with_is_one_sentence_or_a_gap(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, body: str
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    use_collectors(monkeypatch, "iam-alias")
    aws.reply(call, body, "text/html")
    run = snapshot(aws, tmp_path / "out")
    assert run.code == (4 if call.startswith("sts") else 0), run.stderr
    assert run.stderr.count("\n") <= 1
    if run.code == 0:
        assert read(tmp_path / "out", "collection.json")["gaps"] != []
        assert not (tmp_path / "out" / "organization.json").exists() or not call.startswith("organizations")


def test_a_login_that_ended_stops_the_run_and_is_not_a_gap_of_everything(aws: AwsServer) -> None:
    """A token of IAM Identity Center that cannot be renewed gets no answer of AWS's at all."""
    from botocore.exceptions import TokenRetrievalError  # noqa: PLC0415  # the one use of it

    ended = TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed")
    assert failure_of(ended) is Failure.EXPIRED
    with pytest.raises(StopError, match="the credentials have expired"):
        gap_of(ended, "queues of eu-west-1", "sqs", Connection(AwsSettings(endpoint_url=aws.url)))


def test_an_error_of_this_side_is_a_gap_as_long_as_aws_answers(aws: AwsServer) -> None:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415  # the one use of it

    connection = Connection(AwsSettings(region="us-east-1", endpoint_url=aws.url))
    assert gap_of(BotoCoreError(), "queues", "sqs", connection).error == "BotoCore"
    aws.fail("sts:GetCallerIdentity", "InvalidClientTokenId", status=403)
    with pytest.raises(StopError):
        gap_of(BotoCoreError(), "queues", "sqs", connection)
