"""The folder that iam-collect writes, in the place of an account folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.language.locator import locate
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource, read_in_force
from tests.account_folders import ACCOUNT, ROLE, USER, allow, request, role_session, trust, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Organisation

MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/Readers"
FULL_SCP = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
FULL_RCP = "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess"
OWN_SCP = "arn:aws:organizations::444455556666:policy/o-acme/service_control_policy/p-i6905k2f"
IAM = f"aws/aws/accounts/{ACCOUNT}/iam"
ORGANIZATION = "aws/aws/organizations/o-acme"


def files(**more: Any) -> dict[str, Any]:
    return {
        f"{IAM}/role/app/metadata.json": {"arn": ROLE, "name": "app", "id": "AROAAPP", "path": "/"},
        f"{IAM}/role/app/trust-policy.json": trust(),
        f"{IAM}/role/app/inline-policies.json": [{"PolicyName": "queues", "PolicyDocument": allow("sqs:*")}],
        f"{IAM}/role/app/managed-policies.json": [MANAGED],
        f"{IAM}/role/app/tags.json": {"Team": "blue"},
        f"{IAM}/policy/readers/metadata.json": {"arn": MANAGED, "name": "Readers", "defaultVersionId": "v1"},
        f"{IAM}/policy/readers/policy.json": allow("s3:GetObject", "arn:aws:s3:::data/*"),
        f"{IAM}/user/ana/metadata.json": {
            "arn": USER,
            "name": "ana",
            "id": "AIDAANA",
            "permissionBoundary": "arn:aws:iam::aws:policy/AdministratorAccess",
            "created": "2025-04-02T21:16:11.000Z",
        },
        f"aws/aws/accounts/{ACCOUNT}/s3/data/metadata.json": {
            "name": "data",
            "arn": "arn:aws:s3:::data",
            "abacEnabled": True,
        },
        f"aws/aws/accounts/{ACCOUNT}/s3/data/tags.json": {"Dept": "Finance"},
        **more,
    }


def organization() -> dict[str, Any]:
    arn = f"arn:aws:organizations::444455556666:account/o-acme/{ACCOUNT}"
    full = {"scps": [FULL_SCP], "rcps": [FULL_RCP]}
    return {
        f"{ORGANIZATION}/metadata.json": {
            "id": "o-acme",
            "rootOu": "r-ab12",
            "rootAccountId": "444455556666",
            "features": {"SERVICE_CONTROL_POLICY": True, "RESOURCE_CONTROL_POLICY": False},
        },
        f"{ORGANIZATION}/structure.json": {"r-ab12": {"children": {"ou-ab12-1": {"accounts": [arn]}}}},
        f"{ORGANIZATION}/ous.json": {
            "r-ab12": {"scps": [FULL_SCP, OWN_SCP], "rcps": [FULL_RCP]},
            "ou-ab12-1": {"parent": "r-ab12", **full},
        },
        f"{ORGANIZATION}/accounts.json": {ACCOUNT: {"ou": "ou-ab12-1", **full}},
        f"{ORGANIZATION}/ous/r-ab12/metadata.json": {"name": "Root"},
        f"{ORGANIZATION}/scps/p-i6905k2f/metadata.json": {"arn": OWN_SCP, "name": "NoQueues"},
        f"{ORGANIZATION}/scps/p-i6905k2f/policy.json": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
        },
    }


def read(folder: Path, **more: Any) -> Organisation:
    return read_in_force(PolicySource(write_folder(folder, {**files(), **more})))


def test_the_identities_of_an_account(tmp_path: Path) -> None:
    identities = read(tmp_path).accounts[ACCOUNT].identities
    assert identities is not None
    role, user = identities.roles[ROLE], identities.users[USER]
    assert (role.unique_id, role.tags, list(role.inline)) == ("AROAAPP", {"Team": "blue"}, ["queues"])
    assert [(one.name, one.arn) for one in role.managed] == [("Readers", MANAGED)]
    assert user.boundary is not None
    assert user.boundary.name == "AdministratorAccess"
    assert list(identities.managed) == [MANAGED]
    assert identities.trust[ROLE].usable


def test_a_statement_is_shown_in_the_file_where_it_stands(tmp_path: Path) -> None:
    identities = read(tmp_path).accounts[ACCOUNT].identities
    assert identities is not None
    place = locate(identities.managed[MANAGED].statements[0].location).place
    assert place.file.endswith("iam/policy/readers/policy.json")
    inline = locate(identities.roles[ROLE].inline["queues"].statements[0].location).place
    assert inline.file.endswith("iam/role/app/inline-policies.json")
    assert inline.line > 1


def test_a_bucket_without_a_policy_has_none_and_any_other_resource_is_a_gap(tmp_path: Path) -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    place = f"aws/aws/accounts/{ACCOUNT}/kms/eu-west-1/key/1/metadata.json"
    account = read(tmp_path, **{place: {"arn": key}}).accounts[ACCOUNT]
    assert account.resource_policies == {"arn:aws:s3:::data": None}
    assert account.tags == {"arn:aws:s3:::data": {"Dept": "Finance"}}
    assert account.public_access is not None
    assert account.public_access.bucket("data").abac is True
    assert account.public_access.bucket("data").public_access_block is None
    assert (account.session_policies, account.endpoints, account.grants) == (None, None, None)


def test_an_endpoint(tmp_path: Path) -> None:
    place = f"aws/aws/accounts/{ACCOUNT}/ec2/us-west-2/vpc-endpoint/vpce-1"
    about = {
        "id": "vpce-1",
        "vpc": f"arn:aws:ec2:us-west-2:{ACCOUNT}:vpc/vpc-7",
        "type": "Gateway",
        "serviceName": "com.amazonaws.us-west-2.s3",
        "arn": f"arn:aws:ec2:us-west-2:{ACCOUNT}:vpc-endpoint/vpce-1",
    }
    policy = {f"{place}/endpoint-policy.json": allow("*", Principal="*")}
    endpoints = read(tmp_path, **{f"{place}/metadata.json": about}, **policy).accounts[ACCOUNT].endpoints
    assert endpoints is not None
    assert (endpoints["vpce-1"].vpc_id, endpoints["vpce-1"].policy is not None) == ("vpc-7", True)


def test_the_groups_of_users(tmp_path: Path) -> None:
    group = {f"{IAM}/group/devs/metadata.json": {"arn": f"arn:aws:iam::{ACCOUNT}:group/devs", "name": "devs"}}
    untold = read(tmp_path / "untold", **group).accounts[ACCOUNT]
    assert untold.identities is not None
    assert list(untold.identities.users) == []
    assert [gap.what for gap in untold.gaps] == [USER]
    listed = {f"{IAM}/user/ana/groups.json": [f"arn:aws:iam::{ACCOUNT}:group/devs"]}
    told = read(tmp_path / "told", **group, **listed).accounts[ACCOUNT]
    assert told.identities is not None
    assert told.identities.users[USER].groups == ("devs",)


def test_the_organisation(tmp_path: Path) -> None:
    found = read(tmp_path, **organization())
    assert (found.id, found.management_account, found.rcps_enabled) == ("o-acme", "444455556666", False)
    path = found.path_to(ACCOUNT)
    assert path is not None
    assert [node.id for node in path] == ["r-ab12", "ou-ab12-1", ACCOUNT]
    assert [one.name for one in path[0].scps or ()] == ["FullAWSAccess", "NoQueues"]
    situation = situate(request(role_session(), "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"), found)
    decision = decide(situation.request, situation.policies, CATALOGUE)
    assert (decision.effect.value, decision.layer) == ("explicit_deny", "scp")


def test_a_policy_that_was_not_collected_is_a_gap_of_its_node(tmp_path: Path) -> None:
    more = organization()
    del more[f"{ORGANIZATION}/scps/p-i6905k2f/policy.json"]
    path = read(tmp_path, **more).path_to(ACCOUNT)
    assert path is not None
    assert [gap.code for gap in path[0].scp_gaps] == ["policy-missing"]


def test_the_folder_of_a_partition_is_taken_too(tmp_path: Path) -> None:
    write_folder(tmp_path, files())
    assert list(read_in_force(PolicySource(tmp_path / "aws" / "aws")).accounts) == [ACCOUNT]


def test_two_organisations_are_refused(tmp_path: Path) -> None:
    other = {"aws/aws/organizations/o-other/metadata.json": {"id": "o-other"}}
    with pytest.raises(InputError, match="expected one organisation, found `o-acme` and `o-other`"):
        read(tmp_path, **organization(), **other)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"metadata\.json:1:2"):
        read(tmp_path, **{f"{IAM}/role/bad/metadata.json": "{"})
