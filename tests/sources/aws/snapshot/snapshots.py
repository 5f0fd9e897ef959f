"""Snapshots of AWS on loopback by the command, with the collectors of a few services, so that a test stays quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from click.testing import CliRunner

from policysim.cli.main import main
from policysim.sources.aws.snapshot import engine, folder, permissions, summary
from policysim.sources.aws.snapshot.collectors import COLLECTORS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.aws_server import AwsServer

FEW = (
    "iam-authorization-details",
    "iam-alias",
    "s3-canonical-user-id",
    "s3-bucket-policies",
    "sqs-queue-policies",
    "sns-topic-policies",
)
ACCOUNT = "123456789012"

QUEUE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
}

_PROGRAM = f"""
import policysim.sources.aws.snapshot.collectors as table
table.COLLECTORS = tuple(one for one in table.COLLECTORS if one.name in {FEW!r})
from policysim.cli.main import main
main()
"""


class Run(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def summary(self) -> dict[str, Any]:
        return dict(json.loads(self.stdout))


def use_collectors(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Lets snapshots in this process use the collectors with these names alone."""
    chosen = tuple(one for one in COLLECTORS if one.name in (names or FEW))
    for module in (engine, folder, permissions, summary):
        monkeypatch.setattr(module, "COLLECTORS", chosen)


def command(aws: AwsServer, out: Path, *arguments: str) -> list[str]:
    return ["snapshot", "--out", str(out), "--endpoint-url", aws.url, "--format", "json", *arguments]


def snapshot(aws: AwsServer, out: Path, *arguments: str) -> Run:
    """A snapshot in this process; of one Region unless the arguments name others."""
    regions = () if "--region" in arguments else ("--region", "us-east-1")
    result = CliRunner().invoke(main, command(aws, out, *regions, *arguments), standalone_mode=True)
    return Run(result.exit_code, result.stdout, result.stderr)


def started(aws: AwsServer, out: Path, *arguments: str) -> subprocess.Popen[str]:
    """A snapshot in a process of its own, to be interrupted or killed."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *command(aws, out, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def files_of(folder: Path) -> dict[str, str]:
    """The files of a folder, without the time of the collection."""
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    return {
        name: "\n".join(line for line in text.splitlines() if '"collected_at"' not in line)
        for name, text in texts.items()
    }


def make_account(aws: AwsServer, account: str | None = None) -> None:
    """A role, a queue with a policy, a topic and a bucket."""
    iam = aws.client("iam", account=account)
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    allow = {"Effect": "Allow", "Action": ["sqs:SendMessage", "s3:GetObject"], "Resource": "*"}
    iam.put_role_policy(
        RoleName="app",
        PolicyName="work",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    sqs = aws.client("sqs", account=account)
    sqs.create_queue(QueueName="closed", Attributes={"Policy": json.dumps(QUEUE_POLICY)})
    sqs.create_queue(QueueName="open")
    aws.client("sns", account=account).create_topic(Name="news")
    aws.client("s3", account=account).create_bucket(Bucket=f"data-{account or ACCOUNT}")
