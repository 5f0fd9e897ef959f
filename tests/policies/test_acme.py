"""The sample organisation holds together: what is referenced is there, ids agree, documents are clean.

These checks read the files themselves and not through policysim's own folder reader, so that they can judge it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import Policy

POLICIES = Path(__file__).resolve().parents[2] / "policies"
ACME = POLICIES / "acme"
ACCOUNT_FILES = (
    "account.json",
    "authorization-details.json",
    "collection.json",
    "kms-grants.json",
    "resource-policies.json",
    "s3-public-access.json",
    "session-policies.json",
    "tags.json",
    "vpc-endpoints.json",
)
IMPLIED = {"FullAWSAccess", "RCPFullAWSAccess"}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


ORGANISATION: dict[str, Any] = load(ACME / "organization.json")
FOLDERS = sorted((ACME / "accounts").iterdir())
ACCOUNTS: dict[str, dict[str, Any]] = {
    folder.name: {name: load(folder / name) for name in ACCOUNT_FILES} for folder in FOLDERS
}
DETAILS = {account: files["authorization-details.json"] for account, files in ACCOUNTS.items()}


def nodes(node: dict[str, Any] = ORGANISATION["root"]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from nodes(child)


def entities(account: str) -> Iterator[dict[str, Any]]:
    details = DETAILS[account]
    yield from (*details["UserDetailList"], *details["GroupDetailList"], *details["RoleDetailList"])


def role_named(account: str, name: str) -> dict[str, Any]:
    return next(role for role in DETAILS[account]["RoleDetailList"] if role["RoleName"] == name)


def whole_documents() -> Iterator[tuple[Path, PolicyType]]:
    """The files that are one policy document each, with its type."""
    for path in sorted((ACME / "policies" / "scps").iterdir()):
        yield path, PolicyType.SCP
    for path in sorted((ACME / "policies" / "rcps").iterdir()):
        yield path, PolicyType.RCP
    for folder in FOLDERS:
        for part, policy_type in (
            ("resource-policies", PolicyType.RESOURCE),
            ("vpc-endpoint-policies", PolicyType.VPCE),
            ("managed-policies", PolicyType.IDENTITY),
        ):
            yield from ((path, policy_type) for path in sorted(folder.glob(f"{part}/*.json")))


def documents_in_details(account: str) -> Iterator[tuple[str, Policy]]:
    """Every document inside the authorization details, read in its type, with the name a person knows it by."""
    path = ACME / "accounts" / account / "authorization-details.json"
    source = Source(str(path.relative_to(ACME)), path.read_text(encoding="utf-8"))

    def read(value: object, policy_type: PolicyType, *steps: str | int) -> Policy:
        return read_policy(value, Location(source, steps), policy_type)

    details = DETAILS[account]
    for list_name, policies in (
        ("UserDetailList", "UserPolicyList"),
        ("GroupDetailList", "GroupPolicyList"),
        ("RoleDetailList", "RolePolicyList"),
    ):
        for i, entity in enumerate(details[list_name]):
            for j, inline in enumerate(entity.get(policies, ())):
                at = (list_name, i, policies, j, "PolicyDocument")
                yield inline["PolicyName"], read(inline["PolicyDocument"], PolicyType.IDENTITY, *at)
            if "AssumeRolePolicyDocument" in entity:
                trust = entity["AssumeRolePolicyDocument"]
                yield entity["RoleName"], read(trust, PolicyType.TRUST, list_name, i, "AssumeRolePolicyDocument")
    for i, managed in enumerate(details["Policies"]):
        for j, version in enumerate(managed["PolicyVersionList"]):
            at = ("Policies", i, "PolicyVersionList", j, "Document")
            yield managed["PolicyName"], read(version["Document"], PolicyType.IDENTITY, *at)


@pytest.mark.parametrize(
    "path", sorted(POLICIES.rglob("*.json")), ids=lambda path: str(path.relative_to(POLICIES)).replace("/", "-")
)
def test_every_json_file_is_formatted_as_its_tool_prints_it(path: Path) -> None:
    indent = 4 if path.name == "event.json" else 2
    assert path.read_text(encoding="utf-8") == json.dumps(load(path), indent=indent, ensure_ascii=False) + "\n"


class TestOrganisation:
    def test_every_account_of_the_tree_has_a_folder_and_no_folder_is_left_over(self) -> None:
        leaves = {node["id"] for node in nodes() if re.fullmatch(r"\d{12}", node["id"])}
        assert leaves == set(ACCOUNTS)
        assert ORGANISATION["management_account_id"] in leaves

    def test_node_ids_have_aws_forms_and_are_unique(self) -> None:
        root = ORGANISATION["root"]["id"]
        assert re.fullmatch(r"o-[a-z0-9]{10,32}", ORGANISATION["organization_id"])
        assert re.fullmatch(r"r-[0-9a-z]{4,32}", root)
        for node in nodes():
            below_root = rf"ou-{root.removeprefix('r-')}-[0-9a-z]{{8,32}}|\d{{12}}"
            assert node["id"] == root or re.fullmatch(below_root, node["id"])
        assert max(Counter(node["id"] for node in nodes()).values()) == 1

    @pytest.mark.parametrize(("key", "folder"), [("scps", "scps"), ("rcps", "rcps")])
    def test_attached_policies_and_files_are_the_same_set(self, key: str, folder: str) -> None:
        attached = {name for node in nodes() for name in node[key]}
        assert attached - IMPLIED == {path.stem for path in (ACME / "policies" / folder).iterdir()}

    def test_every_node_keeps_an_allow_of_each_kind(self) -> None:
        for node in nodes():
            assert "RCPFullAWSAccess" in node["rcps"]
            assert {"FullAWSAccess", "allow-sandbox-services"} & set(node["scps"])

    def test_the_policy_ids_cover_every_policy_and_agree_with_their_arns(self) -> None:
        names = {name for node in nodes() for name in (*node["scps"], *node["rcps"])}
        assert set(ORGANISATION["policies"]) == names
        for name, ids in ORGANISATION["policies"].items():
            kind = "resource" if any(name in node["rcps"] for node in nodes()) else "service"
            owner = f"{ORGANISATION['management_account_id']}:policy/{ORGANISATION['organization_id']}"
            owner = "aws:policy" if name in IMPLIED else owner
            assert ids["arn"] == f"arn:aws:organizations::{owner}/{kind}_control_policy/{ids['id']}"

    def test_documents_speak_of_no_other_organisation(self) -> None:
        for path in ACME.rglob("*.json"):
            named = set(re.findall(r"\bo-[a-z0-9]{10,32}\b", path.read_text(encoding="utf-8")))
            assert named <= {ORGANISATION["organization_id"]}


@pytest.mark.parametrize("account", sorted(ACCOUNTS))
class TestAccount:
    def test_the_folder_says_which_account_it_is(self, account: str) -> None:
        assert ACCOUNTS[account]["account.json"]["account_id"] == account
        names = {node["id"]: node["name"] for node in nodes()}
        assert ACCOUNTS[account]["account.json"]["alias"] == names[account]

    def test_nothing_is_left_uncollected(self, account: str) -> None:
        collection = ACCOUNTS[account]["collection.json"]
        assert collection["format"] == 1
        assert collection["gaps"] == []
        services = {arn.split(":")[2] for arn in ACCOUNTS[account]["resource-policies.json"]}
        assert services <= set(collection["complete"])

    def test_arns_of_identities_are_built_from_account_path_and_name(self, account: str) -> None:
        details = DETAILS[account]
        for kind, list_name, name in (
            ("user", "UserDetailList", "UserName"),
            ("group", "GroupDetailList", "GroupName"),
            ("role", "RoleDetailList", "RoleName"),
            ("policy", "Policies", "PolicyName"),
        ):
            for entity in details[list_name]:
                assert entity["Arn"] == f"arn:aws:iam::{account}:{kind}{entity['Path']}{entity[name]}"

    def test_everything_attached_is_present_and_counted(self, account: str) -> None:
        managed = {policy["Arn"]: policy for policy in DETAILS[account]["Policies"]}
        shipped = {path.stem for path in (ACME / "accounts" / account).glob("managed-policies/*.json")}
        attached = [policy for entity in entities(account) for policy in entity["AttachedManagedPolicies"]]
        used_of_aws = {policy["PolicyName"] for policy in attached if policy["PolicyArn"] not in managed}
        assert used_of_aws == shipped
        assert all(":iam::aws:" in policy["PolicyArn"] for policy in attached if policy["PolicyArn"] not in managed)
        assert all(policy["PolicyArn"].endswith("/" + policy["PolicyName"]) for policy in attached)
        boundaries = [
            entity["PermissionsBoundary"]["PermissionsBoundaryArn"]
            for entity in entities(account)
            if "PermissionsBoundary" in entity
        ]
        assert set(boundaries) <= set(managed)
        for arn, policy in managed.items():
            assert policy["AttachmentCount"] == sum(other["PolicyArn"] == arn for other in attached)
            assert policy["PermissionsBoundaryUsageCount"] == boundaries.count(arn)
            assert policy["AttachmentCount"] + policy["PermissionsBoundaryUsageCount"] > 0

    def test_one_version_of_each_policy_is_the_default(self, account: str) -> None:
        for policy in DETAILS[account]["Policies"]:
            default = [version["VersionId"] for version in policy["PolicyVersionList"] if version["IsDefaultVersion"]]
            assert default == [policy["DefaultVersionId"]]

    def test_groups_of_users_exist_and_instance_profiles_hold_their_role(self, account: str) -> None:
        groups = {group["GroupName"] for group in DETAILS[account]["GroupDetailList"]}
        for user in DETAILS[account]["UserDetailList"]:
            assert set(user["GroupList"]) <= groups
        for role in DETAILS[account]["RoleDetailList"]:
            for profile in role["InstanceProfileList"]:
                assert [held["Arn"] for held in profile["Roles"]] == [role["Arn"]]

    @pytest.mark.parametrize(
        ("index", "folder"), [("resource-policies.json", "resource-policies"), ("vpc-endpoints.json", None)]
    )
    def test_referenced_files_exist_and_none_is_left_over(self, account: str, index: str, folder: str | None) -> None:
        home = ACME / "accounts" / account
        entries = ACCOUNTS[account][index].values()
        files = entries if folder else [entry["policy"] for entry in entries]
        present = home.glob(f"{folder or 'vpc-endpoint-policies'}/*.json")
        assert sorted(file for file in files if file) == sorted(str(path.relative_to(home)) for path in present)

    def test_resources_belong_to_the_account(self, account: str) -> None:
        files = ACCOUNTS[account]
        arns = {*files["resource-policies.json"], *files["tags.json"], *files["kms-grants.json"]}
        assert {arn.split(":")[4] for arn in arns} <= {account, ""}
        keys = {arn for arn in files["resource-policies.json"] if arn.split(":")[2] == "kms"}
        assert set(files["kms-grants.json"]) == keys
        assert set(files["tags.json"]) == set(files["resource-policies.json"])
        buckets = {arn.split(":")[5] for arn in files["resource-policies.json"] if arn.split(":")[2] == "s3"}
        assert set(files["s3-public-access.json"]["buckets"]) == buckets

    def test_policies_name_only_principals_that_exist(self, account: str) -> None:
        known = {entity["Arn"] for other in ACCOUNTS for entity in entities(other)}
        roots = {f"arn:aws:iam::{other}:root" for other in ACCOUNTS}
        policies = [policy for _, policy in documents_in_details(account)]
        for path, policy_type in whole_documents():
            if path.is_relative_to(ACME / "accounts" / account):
                policies.append(parse_policy(Source(path.name, path.read_text(encoding="utf-8")), policy_type))
        named = {
            entry.value
            for policy in policies
            for statement in policy.statements
            if statement.principal is not None
            for entry in statement.principal.entries
            if entry.kind == "AWS"
        }
        assert named <= known | roots

    def test_documents_in_the_details_have_no_problems(self, account: str) -> None:
        for name, policy in documents_in_details(account):
            assert policy.statements, name
            assert not policy.problems, name


def test_unique_ids_are_unique() -> None:
    ids = [
        entity[key]
        for account in ACCOUNTS
        for entity in (*entities(account), *DETAILS[account]["Policies"])
        for key in ("UserId", "GroupId", "RoleId", "PolicyId")
        if key in entity
    ]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"A(IDA|GPA|ROA|NPA)[A-Z2-7]{10}EXAMPLE", unique_id) for unique_id in ids)


@pytest.mark.parametrize(
    ("path", "policy_type"), list(whole_documents()), ids=lambda value: value.stem if isinstance(value, Path) else ""
)
def test_policy_files_have_no_problems(path: Path, policy_type: PolicyType) -> None:
    policy = parse_policy(Source(path.name, path.read_text(encoding="utf-8")), policy_type)
    assert policy.statements
    assert not policy.problems
