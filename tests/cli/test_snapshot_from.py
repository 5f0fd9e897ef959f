"""``policysim snapshot --from``: another source, or a folder at hand, becomes an account folder."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from policysim.sources.in_force import PolicySource, read_in_force
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import ACCOUNT, ROLE, allow, details, role_entry, trust, write_folder
from tests.cli.account_folders import run
from tests.redacted_requests import answer_of, requests_of

if TYPE_CHECKING:
    from policysim.account.account import Organisation

ACME = Path(__file__).parents[2] / "policies" / "acme"
INLINE = [{"PolicyName": "p", "PolicyDocument": allow("s3:GetObject", "arn:aws:s3:::data/*")}]
DETAILS = details(RoleDetailList=[role_entry(RolePolicyList=INLINE)])


def same_answers(before: Organisation, after: Organisation, number: int) -> None:
    """Every request of a sample has the same answer; there is one at least."""
    requests = list(requests_of(before, {"aws:RequestedRegion": "eu-west-1", "aws:SecureTransport": "true"}))
    random.Random(number).shuffle(requests)  # noqa: S311  # a sample, no secret
    assert requests
    for request in requests[:number]:
        assert answer_of(request, before) == answer_of(request, after), request


def test_the_sample_organisation_written_anew_decides_alike(tmp_path: Path) -> None:
    ran = run("snapshot", "--from", ACME, "--out", tmp_path / "out")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "5 accounts, 65 files written" in ran.stdout
    same_answers(read_organisation(ACME), read_organisation(tmp_path / "out"), 150)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    run("snapshot", "--from", ACME, "--out", tmp_path / "out")
    ran = run("snapshot", "--from", ACME, "--out", tmp_path / "out", "--format", "json")
    figures = json.loads(ran.stdout)
    assert (figures["written"], figures["unchanged"], figures["removed"]) == (0, 65, 0)


def test_a_file_of_details_becomes_the_folder_of_one_account(tmp_path: Path) -> None:
    write_folder(tmp_path, {"details.json": DETAILS})
    assert run("snapshot", "--from", tmp_path / "details.json", "--out", tmp_path / "out").returncode == 0
    assert json.loads((tmp_path / "out" / "account.json").read_text())["account_id"] == ACCOUNT
    assert not (tmp_path / "out" / "resource-policies.json").exists()
    before = read_in_force(PolicySource(tmp_path / "details.json"))
    same_answers(before, read_organisation(tmp_path / "out"), 20)


def test_what_config_recorded_decides_alike_as_a_folder(tmp_path: Path) -> None:
    config = {
        "path": "/",
        "roleName": "app",
        "arn": ROLE,
        "assumeRolePolicyDocument": quote(json.dumps(trust())),
        "rolePolicyList": [{"policyName": "p", "policyDocument": quote(json.dumps(INLINE[0]["PolicyDocument"]))}],
        "attachedManagedPolicies": [],
    }
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    open_to_all = json.dumps(allow("sqs:SendMessage", queue, Principal="*"))
    items = [
        {"resourceType": "AWS::IAM::Role", "resourceId": "A", "ARN": ROLE, "configuration": config},
        {"resourceType": "AWS::SQS::Queue", "resourceId": "Q", "ARN": queue, "configuration": {"Policy": open_to_all}},
    ]
    told = {"configurationItems": [{**one, "awsAccountId": ACCOUNT} for one in items]}
    write_folder(tmp_path, {"config.json": told})
    assert run("snapshot", "--from", tmp_path / "config.json", "--out", tmp_path / "out").returncode == 0
    before = read_in_force(PolicySource(tmp_path / "config.json"))
    same_answers(before, read_organisation(tmp_path / "out"), 20)
    policies = json.loads((tmp_path / "out" / "resource-policies.json").read_text())
    assert policies == {queue: json.loads(open_to_all)}


def test_what_iam_collect_wrote_decides_alike_as_a_folder(tmp_path: Path) -> None:
    place = f"aws/aws/accounts/{ACCOUNT}"
    files = {
        f"{place}/iam/role/app/metadata.json": {"arn": ROLE, "name": "app"},
        f"{place}/iam/role/app/trust-policy.json": trust(),
        f"{place}/iam/role/app/inline-policies.json": INLINE,
        f"{place}/s3/data/metadata.json": {"arn": "arn:aws:s3:::data", "name": "data"},
    }
    write_folder(tmp_path / "in", files)
    assert run("snapshot", "--from", tmp_path / "in", "--out", tmp_path / "out").returncode == 0
    before = read_in_force(PolicySource(tmp_path / "in"))
    same_answers(before, read_organisation(tmp_path / "out"), 20)


def test_documents_in_strings_become_objects(tmp_path: Path) -> None:
    policy = json.dumps(allow("sqs:*", Principal="*"))
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    files = {"account.json": {"account_id": ACCOUNT}, "resource-policies.json": {queue: policy}}
    write_folder(tmp_path / "in", files)
    assert run("snapshot", "--from", tmp_path / "in", "--out", tmp_path / "out").returncode == 0
    assert json.loads((tmp_path / "out" / "resource-policies.json").read_text()) == {queue: json.loads(policy)}


def test_a_broken_document_stays_a_broken_document(tmp_path: Path) -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    repeated = '{"Version": "2012-10-17", "Statement": [], "Statement": []}'
    text = f'{{"{queue}": {repeated}}}'
    write_folder(tmp_path / "in", {"account.json": {"account_id": ACCOUNT}, "resource-policies.json": text})
    assert run("snapshot", "--from", tmp_path / "in", "--out", tmp_path / "out").returncode == 0
    attached = (read_organisation(tmp_path / "out").accounts[ACCOUNT].resource_policies or {})[queue]
    assert attached is not None
    assert not attached.policy.usable


def test_a_redacted_folder_shows_no_name_and_says_that_it_is_redacted(tmp_path: Path) -> None:
    ran = run("snapshot", "--from", ACME, "--out", tmp_path / "out", "--redact")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "redacted" in ran.stdout
    assert "warning" not in ran.stdout
    written = [path for path in (tmp_path / "out").rglob("*.json") if "managed-policies" not in path.parts]
    assert not [path for path in written if "acme" in f"{path.relative_to(tmp_path)} {path.read_text()}".lower()]
    assert not list(tmp_path.rglob("*key*"))


def test_a_key_gives_the_same_pseudonyms_again(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef0123")
    write_folder(tmp_path, {"details.json": DETAILS})
    arguments = ("snapshot", "--from", tmp_path / "details.json", "--redact", "--redact-key", tmp_path / "key", "--out")
    assert run(*arguments, tmp_path / "a").returncode == 0
    assert run(*arguments, tmp_path / "b").returncode == 0
    texts = [(tmp_path / name / "authorization-details.json").read_text() for name in "ab"]
    assert texts[0] == texts[1]
    assert ROLE not in texts[0]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("missing", "there is no such file"),
        ("notes.json", "expected an account folder, an organisation, the output of"),
        ("out", "`--from` and `--out` are the same folder"),
    ],
)
def test_what_cannot_be_read_ends_the_command(tmp_path: Path, source: str, said: str) -> None:
    write_folder(tmp_path, {"notes.json": {"a": 1}})
    ran = run("snapshot", "--from", tmp_path / source, "--out", tmp_path / "out")
    assert ran.returncode == 2
    assert said in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_that_no_snapshot_wrote_is_not_replaced(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"account.json": {"account_id": ACCOUNT}})
    write_folder(tmp_path, {"details.json": DETAILS})
    ran = run("snapshot", "--from", tmp_path / "details.json", "--out", tmp_path / "out")
    assert ran.returncode == 2
    assert "account.json" in ran.stderr


def test_values_that_nest_too_deep_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep", {"account.json": {"account_id": ACCOUNT}})
    (tmp_path / "deep" / "tags.json").write_text('{"a":' * 600 + "1" + "}" * 600)
    found = run("snapshot", "--from", tmp_path / "deep", "--out", tmp_path / "out")
    assert found.returncode == 2
    assert "deeper than any policy does" in found.stderr
    assert not (tmp_path / "out" / "account.json").exists()
