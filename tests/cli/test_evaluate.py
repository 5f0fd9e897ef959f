from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.schema import answer_schema
from tests.cli.account_folders import (
    ACCOUNT,
    OBJECT,
    ROLE,
    Ran,
    account_folder,
    allow,
    deny,
    document,
    role,
    run,
    write_json,
)

if TYPE_CHECKING:
    from pathlib import Path

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))
SCHEMA = answer_schema()
IN_EUROPE = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


def ask(folder: Path, action: str, *more: str | Path) -> Ran:
    question = ("--principal", "role/app", "--action", action, "--resource", OBJECT, "--context-complete")
    return run("eval", *question, "--account", folder, *more)


def decided(folder: Path, action: str, *more: str | Path) -> tuple[int, dict[str, Any]]:
    done = ask(folder, action, *more, "--format", "json")
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(answer, SCHEMA)
    return done.returncode, answer["decision"]


def outcome(folder: Path, action: str, *more: str | Path) -> tuple[int, str, str]:
    code, decision = decided(folder, action, *more)
    return code, decision["effect"], decision["layer"]


def test_exit_codes_of_a_question(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ, ("europe", document(allow("s3:PutObject", Condition=IN_EUROPE))))
    assert outcome(folder, "s3:GetObject") == (0, "allowed", "identity")
    assert outcome(folder, "s3:DeleteObject") == (1, "implicit_deny", "identity")
    question = ("eval", "--principal", ROLE, "--action", "s3:PutObject", "--resource", OBJECT, "--account", folder)
    unknown = run(*question, "--absent", "aws:SourceVpce")
    assert unknown.returncode == 3
    assert "UNDECIDED s3:PutObject" in unknown.stdout
    assert "aws:RequestedRegion: allowed if `eu-west-1`" in unknown.stdout


def test_the_context_can_be_given_key_by_key(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, ("europe", document(allow("s3:PutObject", Condition=IN_EUROPE))))
    assert outcome(folder, "s3:PutObject", "--context", "aws:requestedregion=eu-west-1")[0] == 0
    assert outcome(folder, "s3:PutObject", "--context", "aws:RequestedRegion=us-east-1")[0] == 1
    assert outcome(folder, "s3:PutObject", "--absent", "aws:RequestedRegion")[0] == 1
    every = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b=c"]}}
    folder = account_folder(tmp_path / "tags", ("tags", document(allow("s3:PutObject", Condition=every))))
    assert outcome(folder, "s3:PutObject", "--context", "aws:TagKeys=a", "--context", "aws:TagKeys=b=c")[0] == 0
    assert outcome(folder, "s3:PutObject", "--context", "aws:TagKeys=a", "--context", "aws:TagKeys=d")[0] == 1


def test_what_if_a_policy_were_added(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    everything = write_json(tmp_path / "all.json", document(allow("s3:*")))
    nothing = write_json(tmp_path / "none.json", document(deny("s3:*")))
    assert outcome(folder, "s3:PutObject", "--add-policy", everything) == (0, "allowed", "identity")
    bound = ("--add-policy", everything, "--add-policy", write_json(tmp_path / "b.json", document(allow("ec2:*"))))
    assert outcome(folder, "s3:PutObject", *bound, "--as", "boundary") == (1, "implicit_deny", "boundary")
    assert outcome(folder, "s3:GetObject", "--add-policy", nothing, "--as", "session")[2] == "session"
    code, decision = decided(folder, "s3:GetObject", "--add-policy", nothing)
    assert (code, decision["statements"][0]["file"]) == (1, str(nothing))
    assert (decision["statements"][0]["line"], decision["statements"][0]["column"]) == (4, 5)
    grant: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "s3:PutObject",
        "Resource": OBJECT,
    }
    bucket = write_json(tmp_path / "bucket.json", document(grant))
    assert outcome(folder, "s3:PutObject", "--add-policy", bucket, "--as", "resource") == (0, "allowed", "resource")


def test_each_as_speaks_of_the_add_policy_before_it(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account")
    grants = write_json(tmp_path / "grants.json", document(allow("s3:*")))
    limits = write_json(tmp_path / "limits.json", document(allow("s3:GetObject")))
    first = ("--add-policy", limits, "--as", "boundary", "--add-policy", grants)
    second = ("--add-policy", grants, "--add-policy", limits, "--as=boundary")
    for options in (first, second):
        assert outcome(folder, "s3:GetObject", *options)[0] == 0
        assert outcome(folder, "s3:PutObject", *options) == (1, "implicit_deny", "boundary")
    for wrong in (("--as", "scp"), ("--as", "scp", *first[:2]), (*first[:4], "--as", "scp")):
        done = ask(folder, "s3:GetObject", *wrong)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "each `--as` belongs behind the `--add-policy`" in done.stderr


def test_what_if_a_policy_were_removed(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ, ("stop", document(deny("s3:GetObject"))))
    assert outcome(folder, "s3:GetObject") == (1, "explicit_deny", "identity")
    assert outcome(folder, "s3:GetObject", "--remove-policy", "stop") == (0, "allowed", "identity")
    done = ask(folder, "s3:GetObject", "--remove-policy", "stpo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no policy in force here is called `stpo` (there are `read`, `stop`)" in done.stderr


def bounded_folder(folder: Path, *limits: dict[str, object]) -> None:
    """Gives the role of an account folder the permissions boundary `bound`."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/bound"
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*limits)}
    bound = {"PolicyName": "bound", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
    bounded = role(READ, PermissionsBoundary={"PermissionsBoundaryArn": arn})
    write_json(folder / "authorization-details.json", {"RoleDetailList": [bounded], "Policies": [bound]})


def test_a_second_boundary_is_refused_and_a_replaced_one_is_not(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    limits = write_json(tmp_path / "limits.json", document(allow("ec2:*")))
    wider = write_json(tmp_path / "wider.json", document(allow("s3:*")))
    both = ("--add-policy", limits, "--as", "boundary", "--add-policy", wider, "--as", "boundary")
    done = ask(folder, "s3:GetObject", *both)
    assert done.returncode == 2
    assert "there is a permissions boundary already, `limits`" in done.stderr
    bounded_folder(folder, allow("ec2:*"))
    assert outcome(folder, "s3:GetObject") == (1, "implicit_deny", "boundary")
    assert ask(folder, "s3:GetObject", *both[4:]).returncode == 2
    assert outcome(folder, "s3:GetObject", "--remove-policy", "bound", *both[4:]) == (0, "allowed", "identity")


def organisation(folder: Path) -> Path:
    account_folder(folder / "accounts" / ACCOUNT, READ)
    (folder / "accounts" / ACCOUNT / "organization.json").unlink()
    full = {"scps": ["FullAWSAccess"], "rcps": ["RCPFullAWSAccess"]}
    leaf = {"id": ACCOUNT, "name": "prod", **full}
    unit = {"id": "ou-ab12-prod", "name": "Prod", **full, "children": [leaf]}
    root = {"id": "r-ab12", "name": "Root", **full, "children": [unit]}
    about = {"organization_id": "o-abc", "management_account_id": "444455556666", "root": root}
    write_json(folder / "organization.json", about)
    return folder


def test_what_if_a_service_control_policy_were_attached(tmp_path: Path) -> None:
    folder = organisation(tmp_path / "acme")
    stop = write_json(tmp_path / "stop.json", document(deny("s3:*")))
    only = write_json(tmp_path / "only.json", document(allow("ec2:*")))
    assert outcome(folder, "s3:GetObject") == (0, "allowed", "identity")
    assert outcome(folder, "s3:GetObject", "--scp", stop) == (1, "explicit_deny", "scp")
    assert outcome(folder, "s3:GetObject", "--scp", f"ou-ab12-prod={stop}") == (1, "explicit_deny", "scp")
    assert outcome(folder, "s3:GetObject", "--add-policy", stop, "--as", "scp") == (1, "explicit_deny", "scp")
    assert outcome(folder, "s3:GetObject", "--scp", only)[0] == 0
    alone = ("--scp", only, "--remove-policy", "FullAWSAccess")
    assert outcome(folder, "s3:GetObject", *alone) == (1, "implicit_deny", "scp")
    done = ask(folder, "s3:GetObject", "--scp", f"ou-nope={stop}")
    assert done.returncode == 2
    assert "`ou-nope` is no level above the account" in done.stderr


def test_a_first_service_control_policy_stands_beside_full_access(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    stop = write_json(tmp_path / "stop.json", document(deny("s3:PutObject")))
    assert outcome(folder, "s3:GetObject", "--scp", stop)[0] == 0
    assert outcome(folder, "s3:PutObject", "--scp", stop) == (1, "explicit_deny", "scp")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "a question needs `--principal` and `--action` and `--resource` and `--account`"),
        (["--action", "s3:*"], "`--action s3:*` is not one action"),
        (["--resource", "data"], "`--resource data` is neither an ARN nor `*`"),
        (["--resource-account", "12"], "`--resource-account 12` is no 12-digit account id"),
        (["--context", "nope"], "`--context nope` is not of the form KEY=VALUE"),
        (["--context", "a=b", "--absent", "A"], "`A` cannot have a value and be absent as well"),
        (["--account", "nowhere"], "nowhere: there is no such file or folder"),
        (["--principal", "role/nope"], "no account at hand has a role `nope`"),
        (["--principal", "arn:aws:iam::999999999999:role/app"], "is of account `999999999999`, at hand is"),
        (["--add-policy", "nope.json"], "nope.json: there is no such file"),
        (["--cases", "x.jsonl"], "`--cases` stands alone"),
        (["--absent", ""], "`--absent ` is no condition key"),
        (["--absent", "aws:SourceIp=1.2.3.4"], "`--absent aws:SourceIp=1.2.3.4` is no condition key"),
        (["--scp", "r-1="], "`--scp r-1=` is not of the form [NODE=]FILE"),
        (["--scp", "=nope.json"], "`--scp =nope.json` is not of the form [NODE=]FILE"),
        (["--scp", ""], "`--scp ` is not of the form [NODE=]FILE"),
        (["--add-policy", ""], "the name of a file is empty"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    account_folder(tmp_path / "account", READ)
    standard = {"--principal": "role/app", "--action": "s3:GetObject", "--resource": OBJECT, "--account": "account"}
    given = [word for name, value in standard.items() if name not in arguments for word in (name, value)]
    done = run("eval", *(given if arguments else []), *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("policysim: ")
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr


def test_a_broken_policy_is_refused_with_its_place(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    broken = tmp_path / "broken.json"
    broken.write_text('{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Alow"}]\n}', encoding="utf-8")
    done = ask(folder, "s3:GetObject", "--add-policy", broken)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"policysim: {broken}:3:" in done.stderr


def test_an_action_that_nobody_knows_is_answered_with_a_caveat(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    _, decision = decided(folder, "s3:GetObjekt")
    assert [caveat["code"] for caveat in decision["caveats"]] == ["action-unknown"]


def test_the_answer_is_in_the_file_that_is_asked_for(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "account", READ)
    target = tmp_path / "answer.json"
    done = ask(folder, "s3:GetObject", "--format", "json", "--output", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(target.read_text(encoding="utf-8"))["decision"]["effect"] == "allowed"
    again = ask(folder, "s3:GetObject", "--output", target)
    assert again.returncode == 2
    assert "exists already, and `--force` was not given" in again.stderr


def test_a_question_never_waits_for_pydantic_or_lark(tmp_path: Path) -> None:
    folder = account_folder(tmp_path, READ)
    code = (
        "import sys, json\n"
        "from policysim.cli.main import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\n"
        "except SystemExit as end: code = end.code\n"
        "sys.stderr.write(json.dumps([code, list(sys.modules)]))"
    )
    question = ["eval", "--principal", "role/app", "--action", "s3:GetObject", "--resource", OBJECT]
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([*question, "--account", str(folder), "--context-complete"])],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    exit_code, modules = json.loads(done.stderr)
    assert exit_code == 0
    assert not {"pydantic", "pydantic_core", "lark", "policysim.cli.cases", "policysim.explanation"} & set(modules)
