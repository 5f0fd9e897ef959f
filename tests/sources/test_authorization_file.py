"""A file of authorization details in the place of an account folder."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource, read_in_force
from tests.account_folders import ACCOUNT, OTHER, ROLE, USER, allow, details, role_entry, user_entry

if TYPE_CHECKING:
    from pathlib import Path

INLINE = [{"PolicyName": "p", "PolicyDocument": allow()}]


def written(path: Path, value: Any) -> PolicySource:
    path.write_text(json.dumps(value))
    return PolicySource(path)


def test_the_account_is_the_one_that_the_arns_name(tmp_path: Path) -> None:
    source = written(tmp_path / "details.json", details(RoleDetailList=[role_entry(RolePolicyList=INLINE)]))
    found = read_in_force(source)
    account = found.accounts[ACCOUNT]
    assert account.identities is not None
    assert list(account.identities.roles[ROLE].inline) == ["p"]
    assert (account.resource_policies, account.session_policies, account.endpoints) == (None, None, None)
    assert (account.tags, account.grants, found.root, found.standalone) == (None, None, None, False)


def test_pages_are_joined(tmp_path: Path) -> None:
    pages = [details(RoleDetailList=[role_entry()], IsTruncated=True), details(UserDetailList=[user_entry()])]
    identities = read_in_force(written(tmp_path / "pages.json", pages)).accounts[ACCOUNT].identities
    assert identities is not None
    assert (list(identities.roles), list(identities.users)) == ([ROLE], [USER])


def test_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "details.json.gz"
    path.write_bytes(gzip.compress(json.dumps(details(RoleDetailList=[role_entry()])).encode()))
    assert list(read_in_force(PolicySource(path)).accounts) == [ACCOUNT]


def test_details_of_two_accounts_are_refused(tmp_path: Path) -> None:
    value = details(RoleDetailList=[role_entry(), role_entry("b", OTHER)])
    with pytest.raises(InputError, match=rf"details\.json:1:\d+: expected one account, found {ACCOUNT} and {OTHER}"):
        read_in_force(written(tmp_path / "details.json", value))


def test_an_empty_account_has_to_be_said(tmp_path: Path) -> None:
    source = written(tmp_path / "details.json", details())
    with pytest.raises(InputError, match="say it with `--account-id`"):
        read_in_force(source)
    assert list(read_in_force(source._replace(account_id=OTHER)).accounts) == [OTHER]


def test_another_account_than_the_one_that_was_said_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "details.json", details(RoleDetailList=[role_entry()]))
    with pytest.raises(InputError, match=f"this is not of account `{OTHER}`"):
        read_in_force(source._replace(account_id=OTHER))


def test_a_base_below_it_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "details.json", details(RoleDetailList=[role_entry()]))
    with pytest.raises(InputError, match="a base stands below a plan or a template"):
        read_in_force(source._replace(base=tmp_path))


def test_another_json_file_is_refused_by_what_would_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="get-account-authorization-details"):
        read_in_force(written(tmp_path / "notes.json", {"a": 1}))


@pytest.mark.parametrize("more", [{"IsTruncated": True, "Marker": "x"}, {"NextToken": "x"}])
def test_a_page_of_several_is_refused(tmp_path: Path, more: dict[str, object]) -> None:
    path = tmp_path / "details.json"
    whole = {"UserDetailList": [], "RoleDetailList": [], **more}
    path.write_text(json.dumps(whole))
    with pytest.raises(InputError, match=r"details\.json:\d+:\d+: more pages follow this one"):
        read_in_force(PolicySource(path, account_id="111122223333"))
    path.write_text(json.dumps([whole, {"UserDetailList": [], "IsTruncated": False}]))
    read_in_force(PolicySource(path, account_id="111122223333"))
