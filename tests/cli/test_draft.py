"""`policysim expect --write`: what it writes holds when it is run, and what it refuses, it says why."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.account_folders import account_folder, allow, document, role, run, write_json

TUTORIAL = Path(__file__).resolve().parents[2] / "policies" / "tutorial"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with the tutorial's account and log."""
    folder = tmp_path / "shop"
    shutil.copytree(TUTORIAL, folder)
    return folder


def test_a_fresh_draft_is_met_when_it_is_run(shop: Path) -> None:
    wrote = run("expect", "--write", "access.expect", "--account", "account", cwd=shop)
    assert (wrote.returncode, wrote.stdout) == (0, "")
    ran = run("expect", "access.expect", "--strict", cwd=shop)
    assert ran.returncode == 0, ran.stdout
    assert "unmet" not in ran.stdout


def test_the_policies_are_named_from_the_folder_of_the_file(shop: Path) -> None:
    (shop / "tests").mkdir()
    assert run("expect", "--write", "tests/access.expect", "--account", "account", cwd=shop).returncode == 0
    assert 'account "../account"' in (shop / "tests" / "access.expect").read_text(encoding="utf-8")
    assert run("expect", "tests", cwd=shop).returncode == 0


def test_events_are_read_from_files_and_folders_packed_or_not(shop: Path) -> None:
    logs = shop / "logs" / "CloudTrail" / "eu-west-1"
    logs.mkdir(parents=True)
    records = [json.loads(line) for line in (shop / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    (logs / "one.json.gz").write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    digests = shop / "logs" / "CloudTrail-Digest"
    digests.mkdir()
    (digests / "digest.json").write_text("{}", encoding="utf-8")
    assert run("expect", "--write", "a.expect", "--account", "account", "--events", "logs", cwd=shop).returncode == 0
    assert (
        run("expect", "--write", "b.expect", "--account", "account", "--events", "log.jsonl", cwd=shop).returncode == 0
    )
    one, other = (
        (shop / name).read_text(encoding="utf-8").partition("account ")[2] for name in ("a.expect", "b.expect")
    )
    assert one == other
    assert "Granted, not used in this log:" in one


def test_a_file_that_is_there_is_kept_unless_forced(shop: Path) -> None:
    (shop / "access.expect").write_text("mine", encoding="utf-8")
    refused = run("expect", "--write", "access.expect", "--account", "account", cwd=shop)
    assert refused.returncode == 2
    assert "exists already" in refused.stderr
    assert (shop / "access.expect").read_text(encoding="utf-8") == "mine"
    forced = run("expect", "--write", "access.expect", "--account", "account", "--force", cwd=shop)
    assert forced.returncode == 0
    assert "role/order-report" in (shop / "access.expect").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "`--write` needs `--account`"),
        (("--account", "account", "--principal", "role/order-raport"), "did you mean `role/order-report`?"),
        (("--account", "account", "--events", "nothing.json"), "nothing.json: there is no such file"),
        (("--account", "account", "--events", "account/account.json"), "account/account.json"),
        (("--account", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(shop: Path, arguments: tuple[str, ...], told: str) -> None:
    refused = run("expect", "--write", "access.expect", *arguments, cwd=shop)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (shop / "access.expect").exists()


def test_a_folder_without_logs_is_told(shop: Path) -> None:
    (shop / "empty").mkdir()
    refused = run("expect", "--write", "a.expect", "--account", "account", "--events", "empty", cwd=shop)
    assert refused.returncode == 2
    assert "no file in this folder ends in" in refused.stderr


def test_an_account_of_which_nothing_can_be_said_makes_no_file(tmp_path: Path) -> None:
    account_folder(tmp_path / "account")
    details: dict[str, list[object]] = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [],
        "Policies": [],
    }
    write_json(tmp_path / "account" / "authorization-details.json", details)
    refused = run("expect", "--write", "a.expect", "--account", "account", cwd=tmp_path)
    assert refused.returncode == 2
    assert "there is nothing to say" in refused.stderr
    assert not (tmp_path / "a.expect").exists()


def test_what_stands_in_policies_never_becomes_a_sentence_or_reaches_the_terminal(tmp_path: Path) -> None:
    hostile = document(
        allow("s3:GetObject", 'arn:aws:s3:::data/x"\nrole/app can iam:* on *\x1b[2J', Sid="A\nnobody can s3:* on *"),
        allow("iam:Nope\nrole/app can", "*", Sid="\x1b[31m"),
        allow("s3:PutObject", "arn:aws:s3:::data/in/*"),
    )
    folder = account_folder(tmp_path / "account")
    details = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [role(("x\n# y", hostile))],
        "Policies": [],
    }
    write_json(folder / "authorization-details.json", details)
    assert run("expect", "--write", "a.expect", "--account", "account", cwd=tmp_path).returncode == 0
    text = (tmp_path / "a.expect").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\nrole/app can" not in text
    assert "can     s3:PutObject on arn:aws:s3:::data/in/*" in text
    ran = run("expect", "a.expect", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout


def test_whom_a_template_leaves_out_is_told_as_not_known(tmp_path: Path) -> None:
    trust = document({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"})
    properties = {"RoleName": "reader", "AssumeRolePolicyDocument": trust}
    reader = {"Type": "AWS::IAM::Role", "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Reader": reader}}
    write_json(tmp_path / "t.json", template)
    source = ("--account", "t.json", "--account-id", "111122223333", "--region", "eu-west-1")
    wrote = run("expect", "--write", "a.expect", *source, cwd=tmp_path)
    assert wrote.returncode == 0, wrote.stderr
    text = " ".join((tmp_path / "a.expect").read_text(encoding="utf-8").replace("#", "").split())
    assert "whether a user or role of account 111122223333 that was not collected can is not known" in text
    assert "is no principal" not in text
