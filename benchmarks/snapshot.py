"""How long a snapshot of an organisation takes, how many calls it makes, and what a kill in the middle costs.

    python benchmarks/snapshot.py                       3 accounts, 500 roles, 60 queues, 30 buckets, one Region
    python benchmarks/snapshot.py --roles 50 --jobs 4   another size

AWS is moto's server on loopback, made for each run: the figures show what policysim adds to the network, which a live
account adds to. The second run is killed in its middle with SIGKILL and run again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.aws_server import running_aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.aws_server import AwsServer

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
HIDDEN = ".policysim-snapshot"


def organization(aws: AwsServer, roles: int, queues: int, buckets: int) -> None:
    """Three accounts of one organisation; the resources are spread over them."""
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        client.enable_policy_type(RootId=root, PolicyType=kind)
    made = [
        client.create_account(AccountName=name, Email=f"{name}@acme.example")["CreateAccountStatus"]["AccountId"]
        for name in ("prod", "dev")
    ]
    aws.fail("organizations:DescribeResourcePolicy", "ResourcePolicyNotFoundException")
    accounts = [None, *made]
    for index, account in enumerate(accounts):
        iam = aws.client("iam", account=account)
        for number in range(index, roles, len(accounts)):
            name = f"role-{number:04}"
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
            iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=json.dumps(POLICY))
        sqs, s3 = aws.client("sqs", account=account), aws.client("s3", account=account)
        for number in range(index, queues, len(accounts)):
            sqs.create_queue(QueueName=f"queue-{number}", Attributes={"Policy": json.dumps(POLICY)})
        for number in range(index, buckets, len(accounts)):
            s3.create_bucket(Bucket=f"bucket-{number}")


def started(aws: AwsServer, out: Path, jobs: int) -> subprocess.Popen[str]:
    """``policysim snapshot --org`` in a process of its own."""
    command = [sys.executable, "-m", "policysim", "snapshot", "--org", "--out", str(out), "--endpoint-url", aws.url]
    options = ["--region", "us-east-1", "--jobs", str(jobs), "--format", "json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**kept, **DUMMIES}
    )


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The summary of a run, which must have gone well."""
    stdout, stderr = process.communicate()
    if process.returncode:
        raise SystemExit(f"the snapshot ended with {process.returncode}: {stderr}")
    return dict(json.loads(stdout))


def parts_kept(out: Path) -> int:
    """How many parts the journal of a running snapshot holds."""
    journal = out / HIDDEN / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def texts(out: Path) -> dict[str, list[str]]:
    """The files without the time of the collection."""
    return {
        str(path.relative_to(out)): [line for line in path.read_text().splitlines() if '"collected_at"' not in line]
        for path in sorted(out.rglob("*.json"))
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, default=500)
    parser.add_argument("--queues", type=int, default=60)
    parser.add_argument("--buckets", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=16)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp())
    try:
        with running_aws() as aws:
            os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
            organization(aws, options.roles, options.queues, options.buckets)
            _measure(aws, folder, options.jobs)
    finally:
        shutil.rmtree(folder)
    return 0


def _measure(aws: AwsServer, folder: Path, jobs: int) -> None:
    aws.calls.clear()
    began = time.perf_counter()
    whole = finished(started(aws, folder / "whole", jobs))
    seconds, calls = time.perf_counter() - began, len(aws.calls)
    units = sum(account["found"].get("roles", 0) for account in whole["accounts"])
    print(f"whole run    {len(whole['accounts'])} accounts, {units} roles: {seconds:.1f} s, {calls} calls")

    aws.calls.clear()
    process = started(aws, folder / "killed", jobs)
    while len(aws.calls) < calls // 2 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    before, kept = len(aws.calls), parts_kept(folder / "killed")
    print(f"killed       after {before} calls, {kept} parts in the journal, no file of the snapshot")

    aws.calls.clear()
    began = time.perf_counter()
    resumed = finished(started(aws, folder / "killed", jobs))
    seconds = time.perf_counter() - began
    print(
        f"run again    {seconds:.1f} s, {len(aws.calls)} calls, {resumed['taken_over']} parts taken over; "
        f"{before + len(aws.calls) - calls} calls more than without the kill"
    )
    same = texts(folder / "whole") == texts(folder / "killed")
    print(f"both folders {'are the same' if same else 'differ'}, {len(texts(folder / 'whole'))} files")


if __name__ == "__main__":
    sys.exit(main())
