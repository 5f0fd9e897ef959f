"""What the tests of the pipeline share: buckets, a topic with a queue behind it, log files, notifications."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policysim.pipeline.outputs import WRITES
from policysim.pipeline.run import Pipeline
from policysim.pipeline.settings import settings_of
from policysim.sources.aws.connection import AwsSettings, Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.aws_server import AwsServer

POLICIES = Path(__file__).resolve().parents[2] / "policies"
TRAIL, REPORTS = "acme-trail", "acme-reports"
FOLDER = "AWSLogs/o-acme/111122223333/CloudTrail/eu-west-1/2026/11/23"
KEY = f"{FOLDER}/111122223333_CloudTrail_eu-west-1_20261123T1035Z_Ab.json.gz"
OWN_ROLE = "arn:aws:iam::123456789012:role/policysim-pipeline"


class FakeContext:
    """What AWS Lambda hands to the function."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:policysim"

    def __init__(self, milliseconds: int = 60_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def scenario_events(*names: str) -> list[dict[str, Any]]:
    """The events of scenarios, by the numbers that their names begin with."""
    found = []
    for name in names:
        (folder,) = (POLICIES / "scenarios").glob(f"{name}-*")
        one, many = folder / "event.json", folder / "events.jsonl"
        texts = [one.read_text()] if one.exists() else many.read_text().splitlines()
        found += [json.loads(text) for text in texts if text.strip()]
    return found


def log_file(records: Sequence[object]) -> bytes:
    return gzip.compress(json.dumps({"Records": list(records)}).encode(), mtime=0)  # every process names a test alike


@cache
def connected(url: str) -> Connection:
    """One connection for all tests: making its clients takes longer than most of them."""
    return Connection(AwsSettings(endpoint_url=url), writes=WRITES)


_CLIENTS: dict[tuple[str, str], Any] = {}


def client_of(aws: AwsServer, service: str) -> Any:
    """A client past the door, one and the same for all tests."""
    key = (aws.moto_url, service)
    if key not in _CLIENTS:
        _CLIENTS[key] = aws.client(service)
    return _CLIENTS[key]


class Stage:
    """Buckets and a topic in moto, and the pipeline before the door."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        self.s3 = client_of(aws, "s3")
        for bucket in (TRAIL, REPORTS):
            self.s3.create_bucket(Bucket=bucket)
        self.sqs = client_of(aws, "sqs")
        self.topic: str = client_of(aws, "sns").create_topic(Name="denials")["TopicArn"]
        self.queue: str = self.sqs.create_queue(QueueName="denials")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        client_of(aws, "sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def pipeline(self, **settings: str) -> Pipeline:
        given = {
            "account": str(POLICIES / "acme"),
            "reports": f"s3://{REPORTS}/",
            "topic": self.topic,
            "own_role": OWN_ROLE,
            **settings,
        }
        environment = {f"POLICYSIM_{name.upper()}": text for name, text in given.items()}
        return Pipeline(settings_of(environment), connected(self.aws.url))

    def put_log(self, content: bytes, key: str = KEY) -> dict[str, Any]:
        """Stores a log file; the notification that S3 would send of it."""
        tag = self.s3.put_object(Bucket=TRAIL, Key=key, Body=content)["ETag"].strip('"')
        return notification(record(key, tag))

    def stored(self, prefix: str = "") -> list[str]:
        """What stands in the bucket of reports."""
        listed = self.s3.list_objects_v2(Bucket=REPORTS, Prefix=prefix).get("Contents", [])
        return [one["Key"] for one in listed]

    def messages(self) -> list[dict[str, Any]]:
        """The messages that came out of the topic, as SQS has them, taken off the queue."""
        found: list[dict[str, Any]] = []
        while batch := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for one in batch:
                found.append(json.loads(one["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])
        return found


def record(key: str, etag: str, bucket: str = TRAIL) -> dict[str, Any]:
    """One record of a notification of Amazon S3."""
    return {
        "eventVersion": "2.3",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket}, "object": {"key": key, "size": 1, "eTag": etag}},
    }


def notification(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}
