"""``--account`` with a plan or a template, and its companions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.account_folders import ACCOUNT, account_folder, allow, document, run, write_json

PLANS = Path(__file__).parent.parent / "sources" / "terraform"
PLAN = str(PLANS / "change.json")
WORKER = "worker-red-20261101000007"
SENTENCE = (
    f"role/{WORKER} can s3:GetObject on arn:aws:s3:::acme-data/red/a "
    "when aws:SecureTransport = true and aws:SourceVpce absent"
)
MESSAGE = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{WORKER}/x is not authorized to perform: s3:PutObject on resource: "
    '"arn:aws:s3:::acme-data/red/a" because no identity-based policy allows the s3:PutObject action'
)


def question(*more: str) -> tuple[str, ...]:
    asked = ("--principal", f"role/{WORKER}", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::acme-data/red/a")
    return ("eval", *asked, "--context", "aws:SecureTransport=true", "--absent", "aws:SourceVpce", *more)


def base_folder(base: Path) -> Path:
    folder = account_folder(base, ("own", document(allow("s3:*"))))
    for name in ("organization", "session-policies", "vpc-endpoints"):
        write_json(folder / f"{name}.json", {})
    return folder


def test_a_question_is_answered_under_a_plan() -> None:
    done = run(*question("--account", PLAN, "--no-organization", "--format", "json"))
    assert (done.returncode, done.stderr) == (0, "")
    (statement,) = json.loads(done.stdout)["decision"]["statements"]
    assert statement["policy"] == 'module.workers["red"].aws_iam_role_policy.this[1]'
    assert (statement["file"], statement["line"]) == (PLAN, 1)


def test_without_an_organisation_the_answer_says_what_is_missing() -> None:
    done = run(*question("--account", PLAN))
    assert done.returncode == 3
    assert "service control policies" in done.stdout


def test_a_sentence_is_asked_under_a_plan() -> None:
    done = run("eval", SENTENCE, "--account", PLAN, "--no-organization")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_base_brings_the_organisation(tmp_path: Path) -> None:
    folder = base_folder(tmp_path / "account")
    assert run(*question("--account", PLAN, "--base", str(folder))).returncode == 0


def test_a_denial_is_explained_with_a_plan_and_no_edit_of_it() -> None:
    done = run("explain", MESSAGE, "--account", PLAN, "--no-organization", "--format", "json")
    (report,) = json.loads(done.stdout)["reports"]
    (miss,) = report["near_misses"]
    assert miss["statement"]["policy"] == 'module.workers["red"].aws_iam_role_policy.this[1]'
    assert not [fix for fix in report["fixes"] if fix["file"] == PLAN]
    assert "cannot be edited: the text is worked out from" in done.stdout


TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": {"Ref": "Name"},
                "AssumeRolePolicyDocument": document(),
                "Policies": [{"PolicyName": "own", "PolicyDocument": document(allow("sqs:ListQueues"))}],
            },
        }
    },
}


def test_a_template_takes_its_parameters(tmp_path: Path) -> None:
    template = str(write_json(tmp_path / "stack.json", TEMPLATE))
    asked = ("--principal", "role/app", "--action", "sqs:ListQueues", "--resource", "*", "--account", template)
    stated = ("--account-id", ACCOUNT, "--region", "eu-west-1", "--parameter", "Name=app")
    done = run("eval", *asked, *stated, "--no-organization")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_template_is_laid_over_a_base(tmp_path: Path) -> None:
    folder = base_folder(tmp_path / "account")
    template = str(write_json(tmp_path / "stack.json", TEMPLATE))
    stated = ("--account", template, "--account-id", ACCOUNT, "--parameter", "Name=new", "--base", str(folder))
    for who, action in (("role/new", "sqs:ListQueues"), ("role/app", "s3:ListAllMyBuckets")):
        done = run("eval", "--principal", who, "--action", action, "--resource", "*", *stated)
        assert (who, done.returncode, done.stderr) == (who, 0, "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--no-organization"], "`--no-organization` needs `--account`"),
        (["--base", "x"], "`--base` needs `--account`"),
        (["--account", PLAN, "--account-id", "12"], "`--account-id 12` is no 12-digit account id"),
        (["--account", PLAN, "--parameter", "x"], "`--parameter x` is not of the form NAME=VALUE"),
        (["--account", PLAN, "--account-id", "999999999999"], f"this plan is of account `{ACCOUNT}`, not of"),
        (["--account", PLAN, "--base", "nowhere"], "nowhere: there is no such folder"),
        (["--account", "README.md"], "expected an account folder, an organisation, a plan of `terraform show -json`"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(options: list[str], sentence: str) -> None:
    done = run(*question(*options))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_region_that_is_none_is_refused() -> None:
    done = run(*question("--account", PLAN, "--no-organization", "--region", "Frankfurt"))
    assert done.returncode == 2
    assert "`--region Frankfurt` is no Region: expected one such as `eu-west-1`" in " ".join(done.stderr.split())
