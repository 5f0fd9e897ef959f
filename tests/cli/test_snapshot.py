"""From a live account to an answer: a snapshot, and the questions that it answers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner

from policysim.catalog.operations import operation
from policysim.cli.main import main
from policysim.sources.aws.snapshot.collectors import COLLECTORS
from policysim.sources.aws.snapshot.permissions import account_actions
from tests.sources.aws.snapshot.snapshots import ACCOUNT, make_account, read, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:closed"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
TALK = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments), standalone_mode=True)
    return result.exit_code, result.output


def asked(folder: Path, action: str, resource: str) -> dict[str, Any]:
    code, output = run(
        "eval", "--principal", ROLE, "--action", action, "--resource", resource, "--account", str(folder),
        "--context", "aws:SecureTransport=true", "--context-complete", "--format", "json",
    )  # fmt: skip
    assert code in {0, 1, 3}, output
    return dict(json.loads(output))


@pytest.fixture
def taken(aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of a small account, and the one file that no API tells."""
    use_collectors(monkeypatch)
    make_account(aws)
    assert snapshot(aws, tmp_path / "account").code == 0
    (tmp_path / "account" / "session-policies.json").write_text("{}")
    return tmp_path / "account"


def test_a_denied_call_is_explained_from_a_snapshot(taken: Path) -> None:
    message = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0abc is not authorized to perform: sqs:SendMessage on "
        f"resource: {QUEUE} with an explicit deny in a resource-based policy"
    )
    code, output = run("explain", message, "--account", str(taken), "--format", "json")
    assert code in {0, 3}, output
    report = json.dumps(json.loads(output))
    assert "Closed" in report
    assert "resource-policies.json" in report


def test_the_policies_of_a_snapshot_decide(taken: Path) -> None:
    denied = asked(taken, "sqs:SendMessage", QUEUE)
    assert denied["decision"]["effect"] == "explicit_deny", denied
    allowed = asked(taken, "sqs:SendMessage", QUEUE.replace("closed", "open"))
    assert allowed["decision"]["effect"] == "allowed", allowed


def test_a_refusal_of_the_snapshot_is_named_in_the_answer(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_collectors(monkeypatch)
    make_account(aws)
    aws.fail("sqs:GetQueueAttributes", "AccessDenied", status=403)
    assert snapshot(aws, tmp_path / "account").code == 0
    answer = asked(tmp_path / "account", "sqs:SendMessage", QUEUE)
    assert answer["decision"]["effect"] != "allowed"
    assert "`sqs:GetQueueAttributes` was answered with AccessDenied" in json.dumps(answer)


def test_a_later_snapshot_leaves_what_is_no_file_of_its_own(aws: AwsServer, taken: Path) -> None:
    again = snapshot(aws, taken)
    assert again.code == 0, again.stderr
    assert again.summary["files"]["written"] <= 1  # the time of the collection
    assert (taken / "session-policies.json").read_text() == "{}"


def test_the_summary_says_what_was_read_in_words(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_collectors(monkeypatch)
    make_account(aws)
    aws.fail("sns:ListTopics", "AuthorizationError", status=403)
    run_ = snapshot(aws, tmp_path / "account", "--format", "text")
    assert re.match(r"1 account: \d+ calls in [\d.]+ s\n", run_.stdout)
    assert re.search(r"\b1 role\b", run_.stdout)
    assert "`sns:ListTopics`, AuthorizationError: topic policies of us-east-1" in run_.stdout
    assert "to add: sns:ListTopics" in run_.stdout
    assert run_.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "missing option `--out`"),
        (("--out", "x", "--account", "12"), "`12` is no account id: expected 12 digits"),
        (("--out", ""), "the folder name behind `--out` is empty"),
        (("--out", "x", "--region", "Frankfurt"), "`Frankfurt` is no Region: expected a name such as `eu-west-1`"),
        (("--out", "x", "--from", "y", "--region", "eu-west-1"), "`--region` cannot be combined with `--from`"),
        (("--out", "x", "--redact-key", "y"), "`--redact-key` needs `--redact`"),
    ],
)
def test_wrong_options_are_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    code, output = run("snapshot", *arguments)
    assert code == 2
    assert sentence in output
    assert output.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "role"),
    [
        ((), ""),
        (("--org",), "*:role/OrganizationAccountAccessRole"),
        (("--account", "111122223333", "--role", "reader"), "111122223333:role/reader"),
    ],
)
def test_the_printed_permissions_are_a_valid_policy_that_aws_takes(
    tmp_path: Path, options: tuple[str, ...], role: str
) -> None:
    code, output = run("snapshot", "--permissions", *options)
    assert code == 0
    policy = tmp_path / "permissions.json"
    policy.write_text(output)
    code, findings = run("check", str(policy), "--type", "identity", "--severity", "suggestion")
    assert code == 0, findings
    entered = [one["Resource"] for one in json.loads(output)["Statement"] if one["Action"] == ["sts:AssumeRole"]]
    assert entered == ([f"arn:aws:iam::{role}"] if role else [])


def test_the_permissions_only_read() -> None:
    verbs = re.compile(r"\w[\w-]*:(Batch)?(Describe|Get|List|Search|GET)\w*")
    assert [action for action in account_actions() if not verbs.fullmatch(action)] == []


def test_policysim_itself_allows_every_action_with_the_printed_permissions(tmp_path: Path) -> None:
    """A key policy hands over to IAM, as a new key's does, and the caller is in the management account."""
    policy = json.loads(run("snapshot", "--permissions")[1])
    root = f"arn:aws:iam::{ACCOUNT}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    by_key = {"resource_policy": {"Version": "2012-10-17", "Statement": [statement]}}
    ana = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ana", "account": ACCOUNT}
    case = {
        "principal": {**ana, "is_management_account": True},
        "resource": "*",
        "resource_account": ACCOUNT,
        "identity_policies": [policy],
    }
    cases = tmp_path / "cases.jsonl"
    lines = (
        {**case, "action": action, **(by_key if action.startswith("kms:") else {})} for action in account_actions()
    )
    cases.write_text("\n".join(map(json.dumps, lines)))
    code, output = run("eval", "--cases", str(cases))
    assert code == 0
    decisions = [json.loads(line)["decision"] for line in output.splitlines()]
    assert len(decisions) == len(account_actions())
    assert set(decisions) == {"allowed"}


def test_a_redacted_snapshot_holds_no_name_and_decides_the_same(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_collectors(monkeypatch)
    make_account(aws)
    key = tmp_path / "key"
    key.write_text("a key that is long enough for anybody")
    result = snapshot(aws, tmp_path / "out", "--redact", "--redact-key", str(key))
    assert result.code == 0, result.stderr
    assert result.summary["redacted"]
    text = "".join(path.read_text() for path in (tmp_path / "out").glob("*.json"))
    assert ACCOUNT not in text
    assert "closed" not in text
    statements = [one["Statement"][0] for one in read(tmp_path / "out", "resource-policies.json").values() if one]
    assert ("Deny", "sqs:*") in [(one["Effect"], one["Action"]) for one in statements]
    assert not list((tmp_path / "out").glob(".*"))


def test_every_call_of_a_whole_run_is_one_that_the_printed_permissions_allow(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every collector runs; the policy is held against the catalogue's map from operations to actions."""
    make_account(aws)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    sent: set[tuple[str, str]] = set()
    original = boto3.Session.client

    def watched(self: boto3.Session, *arguments: Any, **options: Any) -> Any:
        client = original(self, *arguments, **options)
        name = client.meta.service_model.endpoint_prefix
        client.meta.events.register("before-send", lambda event_name, **_: sent.add((name, event_name.split(".")[-1])))
        return client

    monkeypatch.setattr(boto3.Session, "client", watched)
    result = snapshot(aws, tmp_path / "out")
    assert result.code == 0, result.stderr
    policy = json.loads(run("snapshot", "--permissions")[1])
    granted = {action for one in policy["Statement"] for action in one["Action"]}
    needed = {call: operation(f"{call[0]}.amazonaws.com", call[1]) for call in sent - {("sts", "GetCallerIdentity")}}
    assert len(needed) > 60
    missing = {
        call: (found.actions, found.reason)
        for call, found in needed.items()
        if not found.actions or not set(found.actions) <= granted
    }
    assert missing == {}
    assert read(tmp_path / "out", "account.json")["account_id"] == ACCOUNT
    assert {one.name for one in COLLECTORS} >= {"sqs-queue-policies"}
