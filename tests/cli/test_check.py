from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from policysim.reports.schema import check_schema
from tests.cli.account_folders import allow, document, run, write_json

if TYPE_CHECKING:
    from pathlib import Path

GOOD = document(allow("s3:GetObject", "arn:aws:s3:::data/*"))
WARNED = document(allow("s3:GetObjet", "*"))
WRONG = document({**allow("s3:GetObject", "*"), "Effect": "allow"})
SUGGESTED = document(allow("s3:Get*", "*"), allow("s3:Get*", "*"))
TRUSTING = document({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"})


def report(*arguments: str | Path) -> dict[str, Any]:
    done = run("check", *arguments, "--format", "json")
    assert done.stderr == ""
    value: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(value, check_schema())
    return value


@pytest.mark.parametrize(
    ("value", "options", "code"),
    [
        (GOOD, (), 0),
        (WRONG, (), 1),
        (WRONG, ("--severity", "error"), 1),
        (WARNED, (), 1),
        (WARNED, ("--severity", "error"), 0),
        (WARNED, ("--severity", "security-warning"), 0),
        (SUGGESTED, (), 0),
        (SUGGESTED, ("--severity", "suggestion"), 1),
    ],
)
@pytest.mark.parametrize("format_", ["text", "json", "sarif"])
def test_exit_codes_follow_the_severity(
    tmp_path: Path, value: Any, options: tuple[str, ...], code: int, format_: str
) -> None:
    path = write_json(tmp_path / "p.json", value)
    done = run("check", path, "--format", format_, *options)
    assert (done.returncode, done.stderr) == (code, "")


def test_the_text_names_place_and_finding(tmp_path: Path) -> None:
    done = run("check", write_json(tmp_path / "p.json", WARNED), "--color", "never")
    assert "p.json:" in done.stdout
    assert "warning [unknown-action]" in done.stdout
    assert done.stdout.endswith("1 document checked: 1 warning\n")


@pytest.mark.parametrize(
    ("value", "options", "type_"),
    [
        (GOOD, (), "identity"),
        (TRUSTING, (), "trust"),
        (GOOD, ("--type", "boundary"), "boundary"),
        (GOOD, ("--type", "scp"), "scp"),
        (TRUSTING, ("--type", "endpoint"), "vpce"),
        (TRUSTING, ("--type", "vpce"), "vpce"),
    ],
)
def test_the_type_is_told_or_guessed_and_the_reason_is_said(
    tmp_path: Path, value: Any, options: tuple[str, ...], type_: str
) -> None:
    (policy,) = report(write_json(tmp_path / "p.json", value), *options)["policies"]
    assert policy["type"] == type_
    assert policy["type_reason"]


def test_files_folders_and_the_output_of_the_cli_go_together(tmp_path: Path) -> None:
    write_json(tmp_path / "all" / "scps" / "deny.json", GOOD)
    write_json(tmp_path / "all" / "role.json", {"Role": {"AssumeRolePolicyDocument": TRUSTING}})
    single = write_json(tmp_path / "one.json", WARNED)
    value = report(single, tmp_path / "all")
    assert [(one["type"], one["pointer"]) for one in value["policies"]] == [
        ("identity", ""),
        ("trust", "/Role/AssumeRolePolicyDocument"),
        ("scp", ""),
    ]
    assert value["summary"]["policies"] == 3


def test_g1_a_broken_file_of_a_folder_is_a_finding_beside_those_on_the_others(tmp_path: Path) -> None:
    write_json(tmp_path / "all" / "a.json", WARNED)
    (tmp_path / "all" / "b.json").write_text('{"Version": "2012-10-17"\n "Statement": []}', encoding="utf-8")
    (tmp_path / "all" / "tsconfig.json").write_text("{ // no policy\n}", encoding="utf-8")
    warned, broken = report(tmp_path / "all")["policies"]
    assert [finding["code"] for finding in warned["findings"]] == ["unknown-action"]
    ((found),) = broken["findings"]
    assert (found["code"], found["line"], found["column"]) == ("broken-json", 2, 2)
    assert "expected `,`" in found["message"]
    assert run("check", tmp_path / "all" / "b.json").returncode == 2


def test_standard_input_is_checked_under_its_name() -> None:
    done = run("check", "-", "--format", "json", stdin=json.dumps(WRONG).encode())
    assert done.returncode == 1
    assert json.loads(done.stdout)["policies"][0]["findings"][0]["file"] == "<stdin>"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"Version": "2012-10-17"\n "Statement": []}', "p.json:2:2: "),
        ("not JSON", "p.json:1:1: "),
        ('{"account_id": "1"}', "p.json: expected a policy document"),
    ],
)
def test_what_is_no_policy_is_one_sentence_and_exit_code_2(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text, encoding="utf-8")
    done = run("check", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_g1_a_broken_document_in_a_string_is_a_finding_at_its_place(tmp_path: Path) -> None:
    broken = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow" "Action": "s3:*"}]}'
    (policy,) = report(write_json(tmp_path / "p.json", {"Policy": broken}))["policies"]
    ((found),) = policy["findings"]
    assert (found["code"], found["severity"], found["line"]) == ("broken-json", "error", 2)
    assert (tmp_path / "p.json").read_text(encoding="utf-8").splitlines()[1][found["column"] - 1 :].startswith('\\"Act')


def test_a_missing_file_and_a_missing_argument_are_bad_input(tmp_path: Path) -> None:
    assert run("check", tmp_path / "none.json").returncode == 2
    done = run("check")
    assert done.returncode == 2
    assert "POLICY..." in done.stderr


def test_the_answer_goes_to_a_file_and_overwrites_none(tmp_path: Path) -> None:
    path, target = write_json(tmp_path / "p.json", WARNED), tmp_path / "check.sarif"
    done = run("check", path, "--format", "sarif", "--output", target)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert run("check", path, "--output", target).returncode == 2
    assert run("check", path, "--output", target, "--force").returncode == 1


def test_a_broken_policy_inside_a_file_of_the_cli_points_into_that_file(tmp_path: Path) -> None:
    details = {"UserDetailList": [{"UserPolicyList": [{"PolicyName": "x", "PolicyDocument": WRONG}]}]}
    (policy,) = report(write_json(tmp_path / "details.json", details))["policies"]
    (finding,) = policy["findings"]
    assert (finding["code"], policy["pointer"]) == (
        "wrong-effect",
        "/UserDetailList/0/UserPolicyList/0/PolicyDocument",
    )
    line = (tmp_path / "details.json").read_text(encoding="utf-8").split("\n")[finding["line"] - 1]
    assert line[finding["column"] - 1 : finding["end_column"] - 1] == '"allow"'


def test_neither_pydantic_nor_lark_is_on_the_way_of_a_check(tmp_path: Path) -> None:
    path = write_json(tmp_path / "p.json", GOOD)
    code = (
        "import sys; from policysim.cli.main import main; main(['check', sys.argv[1]], standalone_mode=False); "
        "print(sorted({'pydantic', 'lark', 'boto3'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
