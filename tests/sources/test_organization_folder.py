from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.sources.errors import InputError
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import ACCOUNT, OTHER, QUEUE, allow, write_folder


def leaf(account: str, **more: Any) -> dict[str, Any]:
    return {"id": account, "name": account, "scps": ["FullAWSAccess"], "rcps": ["RCPFullAWSAccess"], **more}


ROOT = {
    "id": "r-1",
    "name": "Root",
    "scps": ["FullAWSAccess", "deny"],
    "rcps": ["RCPFullAWSAccess"],
    "children": [{"id": "ou-1", "name": "Workloads", "scps": None, "rcps": [], "children": [leaf(ACCOUNT)]}],
}
ARN = f"arn:aws:organizations::{OTHER}:policy/o-1/service_control_policy/p-1"
ORGANIZATION = {
    "organization_id": "o-1",
    "management_account_id": OTHER,
    "root": ROOT,
    "policies": {"deny": {"id": "p-1", "arn": ARN}},
}


def acme(tmp_path: Path, **organization: Any) -> Path:
    return write_folder(
        tmp_path / "acme",
        {
            "organization.json": {**ORGANIZATION, **organization},
            "policies/scps/deny.json": allow("*"),
            f"accounts/{ACCOUNT}/account.json": {"account_id": ACCOUNT},
            f"accounts/{ACCOUNT}/resource-policies.json": {QUEUE: "../../policies/queue.json"},
            "policies/queue.json": allow("*", Principal="*"),
            "accounts/management/account.json": {"account_id": OTHER},
        },
    )


def test_an_organisation_with_its_accounts(tmp_path: Path) -> None:
    found = read_organisation(acme(tmp_path))
    assert (found.id, found.management_account, found.standalone) == ("o-1", OTHER, False)
    assert (found.scps_enabled, found.rcps_enabled) == (True, True)
    assert sorted(found.accounts) == [ACCOUNT, OTHER]
    assert found.accounts[OTHER].name.endswith("accounts/management")
    assert [node.id for node in found.path_to(ACCOUNT) or ()] == ["r-1", "ou-1", ACCOUNT]
    assert found.path_to("999999999999") is None


def test_policies_of_nodes_have_their_files_their_arns_and_their_nodes(tmp_path: Path) -> None:
    folder = acme(tmp_path)
    root = read_organisation(folder).root
    assert root is not None
    assert root.scps is not None
    full, deny = root.scps
    assert (full.name, full.editable, full.attached_to) == ("FullAWSAccess", False, "r-1")
    assert full.policy.usable
    assert (deny.name, deny.arn, deny.editable, deny.attached_to) == ("deny", ARN, True, "r-1")
    place = locate(deny.policy.statements[0].location).place
    assert (place.file, place.line) == (str(folder / "policies/scps/deny.json"), 4)


def test_e22_e27_the_policies_that_aws_attaches_need_no_file_and_may_have_one(tmp_path: Path) -> None:
    folder = acme(tmp_path)
    root = read_organisation(folder).root
    assert root is not None
    assert root.rcps is not None
    assert [(one.name, one.policy.type, one.policy.problems) for one in root.rcps] == [
        ("RCPFullAWSAccess", PolicyType.RCP, ())
    ]
    write_folder(folder, {"policies/scps/FullAWSAccess.json": allow("s3:*")})
    root = read_organisation(folder).root
    assert root is not None
    assert root.scps is not None
    assert root.scps[0].policy.statements[0].action.patterns == ("s3:*",)


def test_null_was_not_collected_and_an_empty_list_is_none(tmp_path: Path) -> None:
    path = read_organisation(acme(tmp_path)).path_to("ou-1")
    assert path is not None
    assert (path[-1].scps, path[-1].rcps) == (None, ())


def test_an_attached_policy_without_a_file_is_a_gap(tmp_path: Path) -> None:
    root = {**ROOT, "scps": ["FullAWSAccess", "gone"]}
    found = read_organisation(acme(tmp_path, root=root, policies={"gone": {"id": "p-9"}})).root
    assert found is not None
    assert found.scps is not None
    assert [one.name for one in found.scps] == ["FullAWSAccess"]
    assert [(gap.code, gap.command) for gap in found.scp_gaps] == [
        ("policy-missing", "aws organizations describe-policy --policy-id p-9")
    ]


def test_e22_policies_may_be_not_enabled(tmp_path: Path) -> None:
    found = read_organisation(acme(tmp_path, scps_enabled=False))
    assert (found.scps_enabled, found.rcps_enabled) == (False, True)


def test_the_folder_of_an_account_finds_its_organisation_two_folders_up(tmp_path: Path) -> None:
    found = read_organisation(acme(tmp_path) / "accounts" / ACCOUNT)
    assert list(found.accounts) == [ACCOUNT]
    assert found.id == "o-1"
    policies = found.accounts[ACCOUNT].resource_policies
    assert policies is not None
    assert policies[QUEUE] is not None


def test_the_organisation_is_found_from_within_the_folder_of_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(acme(tmp_path) / "accounts" / ACCOUNT)
    assert read_organisation(Path()).id == "o-1"


def test_a_lone_account_does_not_know_its_organisation_and_may_say_that_there_is_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a" / "b" / "lone", {"account.json": {"account_id": ACCOUNT}})
    unknown = read_organisation(folder)
    assert (unknown.id, unknown.root, unknown.standalone) == (None, None, False)
    for content in ("{}", "null"):
        write_folder(folder, {"organization.json": content})
        assert read_organisation(folder).standalone is True


def test_accounts_without_an_organisation_file_are_read_and_their_organisation_is_not_known(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {f"accounts/{ACCOUNT}/tags.json": {}})
    found = read_organisation(folder)
    assert (list(found.accounts), found.id, found.standalone) == ([ACCOUNT], None, False)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, r"there is neither an `account\.json` nor an `organization\.json` here"),
        ({"organization.json": {"root": {"name": "x"}}}, r"organization\.json:2:11: expected a member `id`"),
        ({"organization.json": {"root": {"id": "r", "scps": "x"}}}, "expected a list of the names of policies"),
        ({"organization.json": {"scps_enabled": "no"}}, "expected `true` or `false`, found a string"),
    ],
)
def test_a_folder_of_another_shape_is_named_in_one_sentence(tmp_path: Path, files: dict[str, Any], words: str) -> None:
    folder = write_folder(tmp_path / "acme", files)
    with pytest.raises(InputError, match=words):
        read_organisation(folder)


def test_the_name_of_a_policy_may_not_lead_out_of_the_organisation(tmp_path: Path) -> None:
    folder = acme(tmp_path, root={**ROOT, "scps": ["../../../secret"]})
    write_folder(tmp_path, {"secret.json": allow("*")})
    with pytest.raises(
        InputError, match=r"organization\.json:\d+:\d+: `\.\./\.\./\.\./secret` leads out of the folder"
    ):
        read_organisation(folder)


def test_a_tree_deeper_than_any_organisation_is_refused(tmp_path: Path) -> None:
    tree: dict[str, Any] = {"id": "ou-last"}
    for depth in range(60):
        tree = {"id": f"ou-{depth}", "children": [tree]}
    with pytest.raises(InputError, match="nests deeper than an organisation can"):
        read_organisation(acme(tmp_path, root=tree))


def test_a_policy_may_not_be_a_link_out_of_the_organisation(tmp_path: Path) -> None:
    folder = acme(tmp_path)
    write_folder(tmp_path, {"outside.json": allow("*")})
    (folder / "policies/scps/deny.json").unlink()
    (folder / "policies/scps/deny.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(InputError, match="`deny` leads out of the folder"):
        read_organisation(folder)


def test_two_folders_of_one_account_are_refused(tmp_path: Path) -> None:
    folder = acme(tmp_path)
    write_folder(folder, {"accounts/again/account.json": {"account_id": OTHER}})
    with pytest.raises(InputError, match="another folder holds account `444455556666` already"):
        len(read_organisation(folder).accounts)


def test_a_folder_that_is_not_there_and_a_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        read_organisation(tmp_path / "gone")
    file = write_folder(tmp_path, {"f.json": {}}) / "f.json"
    with pytest.raises(InputError, match="this is no folder"):
        read_organisation(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="the super-user may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = acme(tmp_path)
    (folder / "organization.json").chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read_organisation(folder)
