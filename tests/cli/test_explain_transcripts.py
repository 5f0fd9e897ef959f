"""``policysim explain`` on what people paste: the output of tools, with several denials, with events in other text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.schema import report_schema
from tests.cli.account_folders import (
    OBJECT,
    SESSION,
    Ran,
    account_folder,
    allow,
    document,
    event,
    run,
    write_json,
)

if TYPE_CHECKING:
    from pathlib import Path

PUT = (
    f'User: {SESSION} is not authorized to perform: s3:PutObject on resource: "{OBJECT}" because no identity-based'
    " policy allows the s3:PutObject action"
)
CLI = "An error occurred (AccessDenied) when calling the {} operation: {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an account in ``account``."""
    account_folder(tmp_path / "account", ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*"))))
    return tmp_path


def reports(done: Ran) -> list[dict[str, Any]]:
    whole = json.loads(done.stdout)
    jsonschema.validate(whole, report_schema())
    found: list[dict[str, Any]] = whole["reports"]
    return found


def pasted(folder: Path, text: str, *options: str) -> Ran:
    return run("explain", "-", "--account", "account", *options, cwd=folder, stdin=text.encode())


def refused(done: Ran) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    "text",
    [
        f"$ aws s3api put-object --bucket data --key report.csv\n\n{CLI.format('PutObject', PUT)}$ ",
        f"Traceback (most recent call last):\n  x\nbotocore.exceptions.ClientError: {CLI.format('PutObject', PUT)}",
        (
            "╷\n│ Error: uploading S3 Object: operation error S3: PutObject, https response error StatusCode: 403,"
            f" RequestID: 0A, HostID: b/C=, api error AccessDenied: {PUT}\n│ \n│   with aws_s3_object.r,\n╵\n"
        ),
        (
            "Data | CREATE_FAILED | Custom::Upload | Received response status [FAILED] from custom resource. Message"
            f" returned: {PUT} (Service: S3, Status Code: 403, Request ID: 0A)\n"
        ),
        json.dumps({"__type": "AccessDenied", "message": PUT}),
        CLI.format("PutObject", PUT).replace("\n", "\r\n"),
    ],
    ids=["aws-cli", "boto3", "terraform", "cdk", "json-body", "crlf"],
)
def test_the_output_of_a_tool_is_explained_down_to_the_statement(folder: Path, text: str) -> None:
    done = pasted(folder, text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("DENIED s3:PutObject")
    (found,) = reports(pasted(folder, text, "--format", "json"))
    assert (found["denial"]["raw"].replace("\\", ""), found["decision"]["layer"]) == (PUT, "identity")


def test_a_message_broken_by_the_terminal_is_explained(folder: Path) -> None:
    text = CLI.format("PutObject", PUT)
    broken = "\n".join(text[at : at + 100] for at in range(0, len(text), 100))
    (found,) = reports(pasted(folder, broken, "--format", "json"))
    assert found["denial"]["resource"] == OBJECT


def test_several_denials_make_several_reports_and_equal_ones_one(folder: Path) -> None:
    other = PUT.replace("report.csv", "other.csv")
    text = CLI.format("PutObject", PUT) + "noise\n" + CLI.format("PutObject", other) + CLI.format("PutObject", PUT)
    found = reports(pasted(folder, text, "--format", "json"))
    assert [report["denial"]["resource"] for report in found] == [OBJECT, OBJECT.replace("report", "other")]


def test_an_error_beside_a_denial_makes_no_report(folder: Path) -> None:
    text = CLI.format("PutObject", PUT) + (
        "An error occurred (ThrottlingException) when calling the GetObject operation: Rate exceeded\n"
    )
    (found,) = reports(pasted(folder, text, "--format", "json"))
    assert found["denial"]["action"] == "s3:PutObject"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "the cat sat on the mat\n",
            "<stdin>:1:1: a denial message of AWS, or CloudTrail events in JSON, was expected",
        ),
        (
            "An error occurred (NoSuchBucket) when calling the PutObject operation: No such bucket",
            "<stdin> holds no denial: `PutObject` failed with `NoSuchBucket`, which is no authorization failure",
        ),
        ("An error occurred (SlowDown) when calling the PutObject operation: Please reduce", "there were too many"),
        ("{'not': 'json'", "this is not JSON"),
        ('{"some": "json"}', "no CloudTrail record"),
    ],
)
def test_text_without_a_denial_is_refused_in_one_sentence(folder: Path, text: str, said: str) -> None:
    assert said in refused(pasted(folder, text))


def test_a_message_as_argument_may_stand_in_the_words_of_a_tool(folder: Path) -> None:
    done = run("explain", CLI.format("PutObject", PUT), "--account", "account", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("DENIED s3:PutObject")


def test_a_bare_refusal_tells_the_action_that_the_tool_names(folder: Path) -> None:
    done = run(
        "explain",
        "-",
        cwd=folder,
        stdin=b"$ aws s3 ls s3://data\n" + CLI.format("ListObjectsV2", "Access Denied").encode(),
    )
    assert done.returncode == 3
    assert "`s3:ListBucket`" in " ".join(done.stdout.split())


def test_a_denial_in_words_not_known_is_said_to_be_so(folder: Path) -> None:
    done = run("explain", "-", cwd=folder, stdin=CLI.format("InvokeModel", "The moon is wrong.").encode())
    assert done.returncode == 3
    assert "The moon is wrong." in done.stdout
    assert "of a form that is not known" in " ".join(done.stdout.split())


def test_events_inside_other_text_are_explained(folder: Path) -> None:
    lookup = {"Events": [{"EventId": "5d0a7f64", "CloudTrailEvent": json.dumps(event())}]}
    text = f"$ aws cloudtrail lookup-events\n{json.dumps(lookup, indent=4)}\n$ "
    (found,) = reports(pasted(folder, text, "--format", "json"))
    assert found["event"]["id"] == "5d0a7f64"


def test_an_event_that_succeeded_inside_other_text_is_refused_with_its_line(folder: Path) -> None:
    text = f"look:\n{json.dumps(event(errorCode=None, errorMessage=None))}\n"
    assert "<stdin>:2: `PutObject` succeeded, so there is no denial to explain" in refused(pasted(folder, text))


def test_a_failed_sign_in_is_authentication(folder: Path) -> None:
    write_json(
        folder / "sign-in.json",
        event(
            eventName="ConsoleLogin",
            eventSource="signin.amazonaws.com",
            eventType="AwsConsoleSignIn",
            errorCode=None,
            errorMessage="Failed authentication",
            responseElements={"ConsoleLogin": "Failure"},
        ),
    )
    assert "failed at authentication" in refused(run("explain", "sign-in.json", cwd=folder))


def test_hostile_text_is_never_echoed_raw(folder: Path) -> None:
    hostile = PUT.replace("report.csv", "a\x1b[2Jb\u202ec<script>")
    done = run("explain", CLI.format("PutObject", hostile), cwd=folder)
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    refusal = refused(run("explain", "the cat \x1b[2J sat", cwd=folder))
    assert "\x1b" not in refusal
