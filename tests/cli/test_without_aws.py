"""Without an option that asks for AWS no command opens a connection, whatever the events and the policies hold."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.cli.account_folders import ROLE, account_folder, allow, document, event, run, write_json
from tests.cli.test_explain_aws import ID, ROLE_READ

if TYPE_CHECKING:
    from pathlib import Path

ENCODED = "You are not authorized to perform this operation. Encoded authorization failure message: "
WITH_ID = ROLE_READ.format(region="us-east-1", id=ID)

OPENED: list[str] = []
"""What was tried."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an account, a log and a copy of a trail, where every name and every connection is refused."""

    OPENED.clear()

    def refused(*_: object, **__: object) -> NoReturn:
        OPENED.append("opened")
        raise ConnectionRefusedError

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refused)
    account_folder(tmp_path / "account", ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*"))))
    encoded = event(
        eventID="2", eventSource="ec2.amazonaws.com", eventName="RunInstances", errorMessage=ENCODED + "x" * 400
    )
    records = [
        event(),
        {**encoded, "errorCode": "Client.UnauthorizedOperation"},
        event(eventID="3", errorMessage=WITH_ID),
    ]
    write_json(tmp_path / "log.json", {"Records": records})
    write_json(tmp_path / "copy" / "1_CloudTrail_eu-west-1_20261124T0300Z_a.json", {"Records": records})
    return tmp_path


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "sarif"])
@pytest.mark.parametrize("what", ["log.json", "copy", WITH_ID])
@pytest.mark.parametrize("more", [(), ("--account", "account"), ("-v",)])
def test_explain_calls_nobody(folder: Path, what: str, form: str, more: tuple[str, ...]) -> None:
    done = run("explain", what, *more, "--format", form, cwd=folder)
    assert done.returncode in {0, 3}, done.stderr
    assert OPENED == []


def test_what_aws_could_tell_is_a_command_to_be_run(folder: Path) -> None:
    told = run("explain", "log.json", "--format", "json", cwd=folder).stdout
    assert "aws sts decode-authorization-message --encoded-message " in told
    assert f"--authorization-id {ID}" in told


@pytest.mark.parametrize("form", ["text", "json"])
def test_eval_calls_nobody(folder: Path, form: str) -> None:
    question = ("--principal", ROLE, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::data/a")
    done = run("eval", *question, "--account", "account", "--format", form, cwd=folder)
    assert done.returncode in {0, 1, 3}, done.stderr
    assert OPENED == []


def test_a_source_would_be_caught_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    source = ("--since", "1h", "--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9")
    assert run("explain", *source, cwd=folder).returncode == 4
    assert OPENED != []
