"""A small account as a folder, and questions to it by the command."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from policysim.cli.main import main

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0abc"
OBJECT = "arn:aws:s3:::data/report.csv"


def allow(action: str, resource: str = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str = "*", **more: object) -> dict[str, object]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def document(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def write_json(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    return path


def role(*inline: tuple[str, dict[str, object]], **more: object) -> dict[str, object]:
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    return {
        "RoleName": "app",
        "RoleId": "AROAEXAMPLE",
        "Path": "/",
        "Arn": ROLE,
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": name, "PolicyDocument": policy} for name, policy in inline],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
        "Tags": [],
        **more,
    }


def account_folder(folder: Path, *inline: tuple[str, dict[str, object]]) -> Path:
    """An account outside any organisation, with one role, all of it collected."""
    details = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role(*inline)], "Policies": []}
    write_json(folder / "account.json", {"account_id": ACCOUNT})
    write_json(folder / "authorization-details.json", details)
    write_json(folder / "resource-policies.json", {"arn:aws:s3:::data": None})
    write_json(folder / "session-policies.json", {ROLE: [], SESSION: []})
    write_json(folder / "vpc-endpoints.json", {})
    write_json(folder / "tags.json", {})
    write_json(folder / "s3-public-access.json", {"account": None, "buckets": {}})
    write_json(folder / "organization.json", {})
    return folder


def event(**changes: object) -> dict[str, Any]:
    message = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {OBJECT}"
    return {
        "eventVersion": "1.11",
        "eventID": "5d0a7f64",
        "eventTime": "2026-11-24T03:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "errorCode": "AccessDenied",
        "errorMessage": f"{message} because no identity-based policy allows the s3:PutObject action",
        "requestParameters": {"bucketName": "data", "key": "report.csv"},
        "recipientAccountId": ACCOUNT,
        "eventType": "AwsApiCall",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:i-0abc",
            "arn": SESSION,
            "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLE",
                    "arn": ROLE,
                    "accountId": ACCOUNT,
                    "userName": "app",
                },
                "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-11-24T02:00:00Z"},
            },
        },
        **changes,
    }


class Ran(NamedTuple):
    """What a run of the command left: exit code, standard output, standard error."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> Ran:
    """The command, in this process, as its entry point runs it."""
    with contextlib.chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(main, [str(one) for one in arguments], input=stdin, env={"NO_COLOR": "1"})
    return Ran(result.exit_code, result.stdout_bytes.decode("utf-8"), result.stderr_bytes.decode("utf-8"))


def run_apart(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> Ran:
    """The command in a process of its own, as a shell would start it."""
    done = subprocess.run(
        [sys.executable, "-m", "policysim", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
