"""``--fix-out``: what git makes of the patch is what was verified, and nothing else is ever touched."""

from __future__ import annotations

import gzip
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.account_folders import (
    ACCOUNT,
    SESSION,
    Ran,
    account_folder,
    allow,
    deny,
    document,
    event,
    run,
    write_json,
)
from tests.json_styles import STYLES

if TYPE_CHECKING:
    from pathlib import Path

READ = ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*")))
BUCKET = "arn:aws:s3:::data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account_folder(tmp_path / "account", READ)
    write_json(tmp_path / "event.json", event())
    return tmp_path


def explain(folder: Path, *more: str, of: str = "event.json") -> Ran:
    return run("explain", of, "--account", "account", *more, cwd=folder)


def apply(folder: Path, patch: str = "fix.patch") -> None:
    done = subprocess.run(["git", "apply", patch], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def effect(folder: Path, of: str = "event.json") -> list[str]:
    whole = json.loads(explain(folder, "--format", "json", of=of).stdout)
    return [report["decision"]["effect"] for report in whole["reports"]]


def refused(done: Ran, code: int = 2) -> str:
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def put(key: str, identity: str = "5d0a7f65") -> dict[str, Any]:
    resource = f"arn:aws:s3:::data/{key}"
    message = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {resource} because no"
    return event(
        eventID=identity,
        errorMessage=f"{message} identity-based policy allows the s3:PutObject action",
        requestParameters={"bucketName": "data", "key": key},
    )


def test_the_patch_makes_the_denied_call_allowed(folder: Path) -> None:
    done = explain(folder, "--fix-out", "fix.patch")
    assert done.returncode == 0
    assert done.stdout == explain(folder).stdout
    assert done.stderr == (
        "policysim: fix.patch edits account/authorization-details.json: run `git apply` on it here\n"
    )
    apply(folder)
    assert effect(folder) == ["allowed"]


def test_another_fix_is_taken_by_its_number(folder: Path) -> None:
    explain(folder, "--fix-out", "first.patch")
    explain(folder, "--fix-out", "second.patch", "--fix", "2")
    assert (folder / "first.patch").read_text() != (folder / "second.patch").read_text()
    apply(folder, "second.patch")
    assert effect(folder) == ["allowed"]
    assert "there is no fix 9" in refused(explain(folder, "--fix-out", "x.patch", "--fix", "9"))
    assert not (folder / "x.patch").exists()


def test_several_steps_in_one_document_make_one_patch(folder: Path) -> None:
    guard = deny("s3:PutObject", Sid="Keep")
    account_folder(folder / "account", ("read", document(allow("s3:GetObject", "arn:aws:s3:::data/*"), guard)))
    message = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {BUCKET}/report.csv"
    write_json(
        folder / "event.json", event(errorMessage=f"{message} with an explicit deny in an identity-based policy")
    )
    explain(folder, "--fix-out", "fix.patch")
    apply(folder)
    assert effect(folder) == ["allowed"]


def test_edits_for_several_calls_go_together(folder: Path) -> None:
    write_json(folder / "events.json", {"Records": [put("a.csv"), put("b.csv", "5d0a7f66"), put("a.csv", "5d0a7f67")]})
    done = explain(folder, "--fix-out", "fix.patch", "--fix", "1", of="events.json")
    assert "chooses among the fixes of one denial" in refused(done)
    done = explain(folder, "--fix-out", "fix.patch", of="events.json")
    apply(folder)
    assert effect(folder, of="events.json") == ["allowed"] * 3
    assert "left out" not in done.stderr


def test_an_edit_that_touches_an_earlier_one_is_left_out_and_named(folder: Path) -> None:
    inline = ("one", document(allow("s3:PutObject", "arn:aws:s3:::data/c.csv")))
    account_folder(folder / "account", inline)
    write_json(folder / "events.json", {"Records": [put("a.csv"), put("b.csv", "5d0a7f66")]})
    done = explain(folder, "--fix-out", "fix.patch", of="events.json")
    assert "event 5d0a7f66 is left out: its edit touches what an earlier one edits" in done.stderr
    apply(folder)
    assert effect(folder, of="events.json") == ["allowed", "implicit_deny"]


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_file_of_any_style_is_edited_in_its_own(folder: Path, style: str) -> None:
    path = folder / "account" / "authorization-details.json"
    before = json.loads(path.read_text())
    path.write_bytes(STYLES[style](before).encode())
    written = path.read_bytes()
    explain(folder, "--fix-out", "fix.patch")
    apply(folder)
    assert effect(folder) == ["allowed"]
    after = path.read_bytes()
    assert after.startswith(written[:20])
    assert after.count(b"\r\n") == after.count(b"\n") or b"\r\n" not in written
    assert after.endswith(b"\n") == written.endswith(b"\n")


@pytest.mark.parametrize("name", ["an account", "line\nbreak", "größe", 'a"b', "tab\there", "a", "b"])
def test_a_folder_of_any_name_can_be_patched(tmp_path: Path, name: str) -> None:
    account_folder(tmp_path / name, READ)
    write_json(tmp_path / "event.json", event())
    run("explain", "event.json", "--account", name, "--fix-out", "fix.patch", cwd=tmp_path)
    apply(tmp_path)
    whole = json.loads(run("explain", "event.json", "--account", name, "--format", "json", cwd=tmp_path).stdout)
    assert whole["reports"][0]["decision"]["effect"] == "allowed"


def test_a_file_that_is_there_is_kept_unless_forced(folder: Path) -> None:
    (folder / "fix.patch").write_text("--- mine")
    assert "exists already" in refused(explain(folder, "--fix-out", "fix.patch"))
    assert (folder / "fix.patch").read_text() == "--- mine"
    assert explain(folder, "--fix-out", "fix.patch", "--force").returncode == 0
    assert (folder / "fix.patch").read_text().startswith("--- a/account/")


@pytest.mark.parametrize("name", ["event.json", "account/authorization-details.json"])
def test_no_event_and_no_policy_is_ever_replaced_by_a_patch(folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    assert "is no patch" in refused(explain(folder, "--fix-out", name, "--force"))
    assert (folder / name).read_bytes() == before


def test_the_warning_of_an_exception_is_said_with_the_patch(folder: Path) -> None:
    message = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {BUCKET}/report.csv with an"
    write_json(
        folder / "event.json",
        event(errorMessage=f"{message} explicit deny in an identity-based policy"),
    )
    account_folder(folder / "account", ("guard", document(allow("s3:*"), deny("s3:PutObject"))))
    done = explain(folder, "--fix-out", "fix.patch")
    assert "before you apply it: a Deny is there on purpose" in done.stderr


def test_nothing_is_written_where_no_edit_is_proposed(folder: Path) -> None:
    write_json(folder / "event.json", event(errorMessage="Request has expired"))
    done = explain(folder, "--fix-out", "fix.patch")
    assert done.returncode == explain(folder).returncode
    assert done.stderr.endswith("fix.patch was not written: no edit of a policy is proposed\n")
    assert not (folder / "fix.patch").exists()


def test_the_options_need_each_other(folder: Path) -> None:
    assert "`--fix` needs `--fix-out`" in refused(explain(folder, "--fix", "1"))
    done = run("explain", "event.json", "--fix-out", "fix.patch", cwd=folder)
    assert "`--fix-out` needs `--account`" in refused(done)


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Path) -> None:
    inside, outside = folder / "account" / "authorization-details.json", folder / "elsewhere.json"
    outside.write_bytes(inside.read_bytes())
    inside.unlink()
    inside.symlink_to(outside)
    done = explain(folder, "--fix-out", "fix.patch")
    assert done.returncode == 2
    assert "lies outside" in done.stderr
    assert not (folder / "fix.patch").exists()
    assert "Traceback" not in done.stderr


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    inside, other = folder / "account" / "authorization-details.json", folder / "account" / "real.json"
    inside.rename(other)
    inside.symlink_to("real.json")
    explain(folder, "--fix-out", "fix.patch")
    apply(folder)
    assert inside.is_symlink()
    assert effect(folder) == ["allowed"]


def test_git_takes_no_path_above_the_current_folder(folder: Path) -> None:
    (folder / "below").mkdir()
    done = run("explain", "../event.json", "--account", "../account", "--fix-out", "fix.patch", cwd=folder / "below")
    assert done.returncode == 2
    assert f"run this command in `{folder / 'account'}`" in done.stderr


def test_a_compressed_file_is_patched_once_unpacked(folder: Path) -> None:
    path = folder / "account" / "authorization-details.json"
    path.with_suffix(".json.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    done = explain(folder, "--fix-out", "fix.patch")
    assert "is compressed: unpack it before you apply the patch" in done.stderr
    path.write_bytes(gzip.decompress(path.with_suffix(".json.gz").read_bytes()))
    apply(folder)


def test_names_in_events_do_not_reach_the_terminal_as_they_are(folder: Path) -> None:
    write_json(folder / "events.json", {"Records": [put("a.csv"), put("b.csv", "\x1b[31mred")]})
    inline = ("one", document(allow("s3:PutObject", "arn:aws:s3:::data/c.csv")))
    account_folder(folder / "account", inline)
    done = explain(folder, "--fix-out", "fix.patch", of="events.json")
    assert "\x1b" not in done.stderr
    assert "\\x1b" in done.stderr


def test_what_stays_open_is_said(folder: Path) -> None:
    (folder / "account" / "session-policies.json").unlink()
    done = explain(folder, "--fix-out", "fix.patch")
    assert "still depends on" in done.stderr
    assert (folder / "fix.patch").exists()


def test_an_organisation_s_policy_is_edited_from_an_account_in_it(tmp_path: Path) -> None:
    root = tmp_path / "acme"
    account_folder(root / "accounts" / ACCOUNT, ("all", document(allow("s3:*"))))
    (root / "accounts" / ACCOUNT / "organization.json").unlink()
    write_json(root / "policies" / "scps" / "few.json", document(allow("sqs:*")))
    leaf = {"id": ACCOUNT, "name": "prod", "scps": ["few"], "rcps": []}
    tree = {"id": "r-1", "name": "Root", "scps": ["FullAWSAccess"], "rcps": [], "children": [leaf]}
    write_json(
        root / "organization.json",
        {"organization_id": "o-1", "management_account_id": "999999999999", "root": tree},
    )
    message = f"User: {SESSION} is not authorized to perform: s3:PutObject on resource: {BUCKET}/report.csv"
    write_json(
        tmp_path / "event.json", event(errorMessage=f"{message} with an explicit deny in a service control policy")
    )
    account = f"acme/accounts/{ACCOUNT}"
    done = run("explain", "event.json", "--account", account, "--fix-out", "fix.patch", cwd=tmp_path)
    assert "fix.patch edits acme/policies/scps/few.json" in done.stderr
    apply(tmp_path)
    whole = json.loads(run("explain", "event.json", "--account", account, "--format", "json", cwd=tmp_path).stdout)
    assert whole["reports"][0]["decision"]["effect"] == "allowed"


def test_e6_x4_a_first_policy_is_entered_where_the_folder_keeps_it(folder: Path) -> None:
    account_folder(folder / "account")
    done = explain(folder, "--fix-out", "fix.patch")
    assert "fix.patch edits account/authorization-details.json" in done.stderr
    apply(folder)
    assert effect(folder) == ["allowed"]
    details = json.loads((folder / "account" / "authorization-details.json").read_text())
    assert [one["PolicyName"] for one in details["RoleDetailList"][0]["RolePolicyList"]] == [
        "allow-s3-putobject-report-csv"
    ]
