"""Every document at hand is listed once, with what it is attached to; what is not the user's does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.coverage.coverage import Status, coverage_of
from policysim.coverage.inventory import BROKEN, NOT_ATTACHED, OF_AWS
from policysim.coverage.recorder import Recorder
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import BUCKET, allow, role_entry, write_folder
from tests.coverage.coverage_runs import (
    account_of,
    attached,
    by_sid,
    covered,
    document,
    managed_policy,
    noted,
    statement,
    with_role,
)

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.coverage.coverage import Coverage

READ = statement("Read", "Allow", "s3:GetObject")


def listed(coverage: Coverage) -> dict[str, tuple[tuple[str, ...], str]]:
    """The layers of each document, and why it does not count."""
    return {
        one.document.name: (tuple(use.layer.value for use in one.document.uses), one.document.excluded)
        for one in coverage.documents
    }


def test_every_kind_of_document_is_listed_before_anybody_asked(tmp_path: Path) -> None:
    role = {
        "AttachedManagedPolicies": [attached("shared")],
        "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limit"},
    }
    folder = account_of(
        tmp_path,
        READ,
        role=role,
        policies=[managed_policy("shared", READ), managed_policy("limit", READ), managed_policy("loose", READ)],
        **{
            "resource-policies.json": {BUCKET: document({**READ, "Principal": "*"})},
            "session-policies.json": {"arn:aws:iam::111122223333:role/app": [document(READ)]},
            "vpc-endpoints.json": {"vpce-1": {"policy": document({**READ, "Principal": "*"}), "vpc_id": "vpc-1"}},
        },
    )
    layers = {name: layers for name, (layers, _) in listed(covered(folder)).items()}
    assert layers.pop("own") == layers.pop("shared") == ("identity",)
    assert layers.pop("limit") == ("boundary",)
    assert layers.pop("trust policy of app") == ("resource",)
    assert layers.pop("loose") == ()
    assert sorted(layers.values()) == [("resource",), ("session",), ("vpce",)]


def test_policies_of_the_organisation_are_listed_and_those_of_aws_do_not_count(tmp_path: Path) -> None:
    node = {"id": "111122223333", "name": "prod", "scps": ["FullAWSAccess", "deny"], "rcps": []}
    root = {"id": "r-1", "name": "Root", "scps": ["FullAWSAccess"], "rcps": [], "children": [node]}
    write_folder(
        tmp_path,
        {
            "organization.json": {"organization_id": "o-1", "management_account_id": "444455556666", "root": root},
            "policies/scps/deny.json": document(statement("No", "Deny", "s3:Delete*")),
        },
    )
    account_of(tmp_path / "accounts" / "111122223333", READ)
    (tmp_path / "accounts" / "111122223333" / "organization.json").unlink()
    found = listed(covered(tmp_path))
    assert found["deny"] == (("scp",), "")
    assert found["FullAWSAccess"] == (("scp", "scp"), OF_AWS)


def test_what_is_not_the_user_s_is_listed_and_does_not_count(tmp_path: Path) -> None:
    linked = role_entry(
        "AWSServiceRoleForX", Arn="arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    )
    broken = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}
    managed = {
        **managed_policy("ReadOnlyAccess", READ),
        "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    }
    own = {"RolePolicyList": [{"PolicyName": "broken", "PolicyDocument": broken}]}
    use = {"AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": managed["Arn"]}]}
    folder = account_of(tmp_path, role={**own, **use}, policies=[managed, managed_policy("loose", READ)])
    folder = with_role(folder, linked)
    coverage = covered(folder)
    assert {name: why for name, (_, why) in listed(coverage).items()} == {
        "broken": BROKEN,
        "ReadOnlyAccess": OF_AWS,
        "loose": NOT_ATTACHED,
        "trust policy of AWSServiceRoleForX": OF_AWS,
        "trust policy of app": "",
    }
    assert coverage.figures.statements == 1


def test_one_document_that_is_attached_to_many_is_one(tmp_path: Path) -> None:
    roles = {"AttachedManagedPolicies": [attached("shared")]}
    folder = account_of(tmp_path, role=roles, policies=[managed_policy("shared", READ)])
    other = role_entry("other", AttachedManagedPolicies=[attached("shared")])
    folder = with_role(folder, other)
    found = covered(folder, f"role/app, role/other can s3:GetObject on {BUCKET}/a")
    read = by_sid(found)["Read"]
    assert (read.decided, read.status) == (2, Status.DECIDED)
    shared = next(one for one in found.documents if one.document.name == "shared")
    assert [use.holder for use in shared.document.uses] == [
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:role/other",
    ]


def test_a_grant_that_only_cannot_met_is_unneeded(tmp_path: Path) -> None:
    folder = account_of(tmp_path, READ, statement("Write", "Allow", ["s3:PutObject", "s3:PutObjectAcl"]))
    asked = f"role/app\n  can s3:PutObject on {BUCKET}/a\n  cannot s3:GetObject on {BUCKET}/a"
    found = by_sid(covered(folder, asked))
    assert (found["Read"].status, found["Read"].unneeded) == (Status.DECIDED, True)
    assert (found["Write"].status, found["Write"].unneeded) == (Status.DECIDED, False)
    assert {one.part.text: one.unneeded for one in found["Write"].parts} == {
        "s3:PutObject": False,
        "s3:PutObjectAcl": True,
        "*": False,
    }


@pytest.mark.parametrize("pattern", ["own#Read", "own#1", "*/authorization-details.json#Read", "*#R*"])
def test_statements_are_excluded_by_file_or_policy_and_sid(tmp_path: Path, pattern: str) -> None:
    folder = account_of(tmp_path, READ, statement("Write", "Allow", "s3:PutObject"))
    found = by_sid(covered(folder, excluded=[pattern]))
    assert (found["Read"].excluded, found["Write"].excluded) == (f"excluded by `{pattern}`", "")


def test_only_what_is_below_a_path_is_counted(tmp_path: Path) -> None:
    files = {
        "resource-policies.json": {BUCKET: "policies/data.json"},
        "policies/data.json": allow(Principal="*"),
    }
    folder = account_of(tmp_path / "acme", READ, **files)
    found = covered(folder, below=["acme/policies"], root=str(tmp_path))
    assert [one.document.place.file for one in found.documents] == ["acme/policies/data.json"]
    assert covered(folder, below=["acme/pol"], root=str(tmp_path)).figures.percent is None


def test_an_edited_statement_is_not_the_one_at_hand(tmp_path: Path) -> None:
    before = account_of(tmp_path, READ)
    recorder = noted(read_organisation(before), f"role/app can s3:GetObject on {BUCKET}/a")
    after = account_of(tmp_path, {**READ, "Action": "s3:Get*"})
    found = coverage_of([read_organisation(after)], recorder)
    assert by_sid(found)["Read"].status is Status.NEVER
    assert found.unknown == 1


def test_without_anything_to_count_there_is_no_share() -> None:
    assert coverage_of([], Recorder()).figures.percent is None
