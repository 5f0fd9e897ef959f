"""``--org``: the tree, its policies, every account that can be entered, and a name for each that cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from botocore.stub import Stubber

from policysim.account.account import Organisation
from policysim.sources.aws.collecting import Place, Reading
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.snapshot.organization import UNKNOWN_ORGANIZATION, organization_json, read_organization
from policysim.sources.aws.snapshot.policy_names import NamedPolicy, names_of
from policysim.sources.half_written import HIDDEN
from policysim.sources.organization_folder import read_organisation
from tests.sources.aws.snapshot.snapshots import ACCOUNT, files_of, make_account, read, snapshot, use_collectors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws_server import AwsServer

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
GUARD = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
}


class Made(NamedTuple):
    """The ids of what was made."""

    root: str
    unit: str
    prod: str
    closed: str
    scp: str


@pytest.fixture
def made(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Made:
    use_collectors(monkeypatch)
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        client.enable_policy_type(RootId=root, PolicyType=kind)
    unit = client.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    prod, closed = (
        client.create_account(AccountName=name, Email=f"{name}@acme.example")["CreateAccountStatus"]["AccountId"]
        for name in ("prod", "closed")
    )
    client.move_account(AccountId=prod, SourceParentId=root, DestinationParentId=unit)
    client.close_account(AccountId=closed)
    scp, rcp = (
        client.create_policy(Content=json.dumps(content), Description="", Name=name, Type=kind)["Policy"][
            "PolicySummary"
        ]["Id"]
        for content, name, kind in (
            (DENY, "Deny / IAM", "SERVICE_CONTROL_POLICY"),
            (GUARD, "guard", "RESOURCE_CONTROL_POLICY"),
        )
    )
    client.attach_policy(PolicyId=scp, TargetId=unit)
    client.attach_policy(PolicyId=rcp, TargetId=prod)
    aws.fail("organizations:DescribeResourcePolicy", "ResourcePolicyNotFoundException")
    make_account(aws, prod)
    return Made(root, unit, prod, closed, scp)


def test_the_tree_the_policies_and_the_accounts_are_read(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    run = snapshot(aws, tmp_path / "out", "--org")
    assert run.code == 0, run.stderr
    about = read(tmp_path / "out", "organization.json")
    unit = next(child for child in about["root"]["children"] if child["id"] == made.unit)
    assert (unit["name"], unit["scps"]) == ("Workloads", ["Deny - IAM", "FullAWSAccess"])
    (leaf,) = unit["children"]
    assert (leaf["id"], leaf["name"], leaf["rcps"]) == (made.prod, "prod", ["RCPFullAWSAccess", "guard"])
    assert about["policies"]["Deny - IAM"]["id"] == made.scp
    assert read(tmp_path / "out", "policies/scps/Deny - IAM.json") == DENY
    assert (about["scps_enabled"], about["rcps_enabled"]) == (True, True)
    assert about["management_account_id"] == ACCOUNT
    assert {path.name for path in (tmp_path / "out" / "accounts").iterdir()} == {ACCOUNT, made.prod}


def test_the_folder_is_an_organisation_whose_policies_decide(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    organisation = read_organisation(tmp_path / "out")
    path = organisation.path_to(made.prod)
    assert path is not None
    assert [node.id for node in path] == [made.root, made.unit, made.prod]
    assert [policy.name for policy in path[1].scps or ()] == ["Deny - IAM", "FullAWSAccess"]
    account = organisation.account(made.prod)
    assert account is not None
    assert account.identities is not None
    assert f"arn:aws:iam::{made.prod}:role/app" in account.identities.roles


def test_an_account_that_is_closed_is_named_and_left_out(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    closed = {"what": f"account {made.closed}", "call": "sts:AssumeRole", "error": "the account is SUSPENDED"}
    assert closed in read(tmp_path / "out", "collection.json")["gaps"]


def test_an_account_that_cannot_be_entered_is_a_gap_and_not_the_end(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    aws.fail("sts:AssumeRole", "AccessDenied", status=403)
    run = snapshot(aws, tmp_path / "out", "--org")
    assert run.code == 0
    assert [account["account_id"] for account in run.summary["accounts"]] == [ACCOUNT]
    gap = {"what": f"account {made.prod}", "call": "sts:AssumeRole", "error": "AccessDenied"}
    assert gap in read(tmp_path / "out", "collection.json")["gaps"]


def test_accounts_can_be_chosen(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    run = snapshot(aws, tmp_path / "out", "--org", "--account", f"{made.prod},999999999999")
    assert run.code == 0
    assert [account["account_id"] for account in run.summary["accounts"]] == [made.prod]
    gaps = read(tmp_path / "out", "collection.json")["gaps"]
    assert ("account 999999999999", "not in the organisation") in {(gap["what"], gap["error"]) for gap in gaps}


def test_no_account_at_all_is_a_failure_and_leaves_no_folder(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    aws.fail("sts:AssumeRole", "AccessDenied", status=403)
    run = snapshot(aws, tmp_path / "out", "--account", made.prod)
    assert run.code == 4
    assert "no account could be read: `sts:AssumeRole`" in run.stderr
    assert not (tmp_path / "out" / "collection.json").exists()


def test_two_snapshots_of_the_same_are_the_same(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert snapshot(aws, tmp_path / name, "--org").code == 0
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert f"accounts/{made.prod}/authorization-details.json" in files_of(tmp_path / "one")


def test_policies_that_may_not_be_listed_are_not_collected_rather_than_none(
    aws: AwsServer, made: Made, tmp_path: Path
) -> None:
    aws.fail("organizations:ListTargetsForPolicy", "AccessDeniedException")
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    assert read(tmp_path / "out", "organization.json")["root"]["scps"] is None
    organisation = read_organisation(tmp_path / "out")
    assert organisation.root is not None
    assert organisation.root.scps is None
    assert organisation.path_to(made.prod) is not None


def test_a_policy_that_is_deleted_while_its_targets_are_read_is_left_out(
    aws: AwsServer, made: Made, tmp_path: Path
) -> None:
    client = aws.client("organizations")
    late = client.create_policy(Content=json.dumps(DENY), Description="", Name="late", Type="SERVICE_CONTROL_POLICY")
    policy_id = late["Policy"]["PolicySummary"]["Id"]
    fault = aws.fail("organizations:ListTargetsForPolicy", "PolicyNotFoundException")
    matches = fault.matches
    fault.matches = lambda call: matches(call) and policy_id.encode() in call.body
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    about = read(tmp_path / "out", "organization.json")
    assert about["root"]["scps"] == ["FullAWSAccess"]
    assert "late" not in about["policies"]
    assert {path.name for path in (tmp_path / "out" / "accounts").iterdir()} == {ACCOUNT, made.prod}


@pytest.mark.parametrize(
    "call",
    ["organizations:DescribeOrganization", "organizations:ListRoots", "organizations:ListAccountsForParent"],
)
def test_an_organisation_that_may_not_be_listed_does_not_take_the_place_of_one_that_was(
    aws: AwsServer, made: Made, tmp_path: Path, call: str
) -> None:
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    expected = files_of(tmp_path / "out")
    fault = aws.fail(call, "AccessDeniedException")
    beside = aws.fail("organizations:DescribeResourcePolicy", "AccessDeniedException")
    aws.faults.insert(0, aws.faults.pop())
    run = snapshot(aws, tmp_path / "out", "--org")
    assert run.code == 4, made
    assert f"`--org`: `{call}` was answered with AccessDeniedException" in run.stderr
    assert run.stderr.count("\n") == 1
    kept = {name: text for name, text in files_of(tmp_path / "out").items() if HIDDEN not in name}
    assert kept == expected
    aws.faults.remove(fault)
    aws.faults.remove(beside)
    assert snapshot(aws, tmp_path / "out", "--org").code == 0
    assert files_of(tmp_path / "out") == expected


def test_org_of_an_account_in_no_organisation_is_refused(
    aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_collectors(monkeypatch, "iam-alias")
    run = snapshot(aws, tmp_path / "out", "--org")
    assert run.code == 2
    assert f"`--org`: account `{ACCOUNT}` is in no organisation" in run.stderr


def test_whoever_may_not_ask_about_the_organisation_is_not_told_to_be_in_none(
    aws: AwsServer, made: Made, tmp_path: Path
) -> None:
    aws.fail("organizations:DescribeOrganization", "AccessDeniedException")
    run = snapshot(aws, tmp_path / "out")
    assert run.code == 0, made
    assert not (tmp_path / "out" / "organization.json").exists()
    assert not read_organisation(tmp_path / "out").standalone


def test_an_account_in_no_organisation_says_so(aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_collectors(monkeypatch, "iam-alias")
    assert snapshot(aws, tmp_path / "out").code == 0
    assert read(tmp_path / "out", "organization.json") == {}


def test_one_account_reads_the_way_from_the_root_to_itself(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    run = snapshot(aws, tmp_path / "out", "--account", made.prod)
    assert run.code == 0, run.stderr
    about = read(tmp_path / "out", "organization.json")
    (unit,) = about["root"]["children"]
    (leaf,) = unit["children"]
    assert (unit["id"], unit["scps"], leaf["id"], leaf["rcps"]) == (
        made.unit,
        ["Deny - IAM", "FullAWSAccess"],
        made.prod,
        ["RCPFullAWSAccess", "guard"],
    )
    assert (tmp_path / "out" / "account.json").exists()


def test_a_member_that_may_not_look_up_still_knows_its_organisation(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    aws.fail("organizations:ListParents", "AccessDeniedException")
    assert snapshot(aws, tmp_path / "out", "--account", made.prod).code == 0
    about = read(tmp_path / "out", "organization.json")
    assert about["management_account_id"] == ACCOUNT
    assert "root" not in about
    assert read_organisation(tmp_path / "out").path_to(made.prod) is None


def test_a_policy_file_of_somebody_else_keeps_its_name(aws: AwsServer, made: Made, tmp_path: Path) -> None:
    (tmp_path / "policies" / "scps").mkdir(parents=True)
    (tmp_path / "policies" / "scps" / "deny - iam.json").write_text("mine")
    assert snapshot(aws, tmp_path, "--org").code == 0
    assert (tmp_path / "policies" / "scps" / "deny - iam.json").read_text() == "mine"
    assert read(tmp_path, f"policies/scps/Deny - IAM-{made.scp}.json") == DENY
    assert snapshot(aws, tmp_path, "--org").summary["files"]["removed"] == 0


@pytest.mark.parametrize(
    ("policies", "names"),
    [
        ({"p-1": "guard", "p-2": "Guard"}, {"p-1": "guard-p-1", "p-2": "Guard-p-2"}),
        ({"p-1": "../../x"}, {"p-1": "..-..-x".strip(" .-")}),
        ({"p-1": "..."}, {"p-1": "p-1"}),
        (
            {"p-FullAWSAccess": "FullAWSAccess", "p-1": "fullawsaccess"},
            {"p-FullAWSAccess": "FullAWSAccess", "p-1": "fullawsaccess-p-1"},
        ),
        ({"p-1": "größe\n"}, {"p-1": "gr-e"}),
        ({"p-1": "CON", "p-2": "nul.txt"}, {"p-1": "CON-p-1", "p-2": "nul.txt-p-2"}),
        ({"p-1": "a", "p-2": "A", "p-3": "a-p-1"}, {"p-1": "a-p-1", "p-2": "A-p-2", "p-3": "a-p-1-p-3"}),
        ({"p-1": "x" * 128}, {"p-1": "x" * 100}),
    ],
)
def test_names_of_files_are_safe_and_unique(policies: dict[str, str], names: dict[str, str]) -> None:
    assert names_of(NamedPolicy(*policy) for policy in policies.items()) == names


def stubbed(answers: list[tuple[str, dict[str, Any] | str]]) -> dict[str, Any]:
    """What is read from answers in their order; a text is the code of an error."""
    connection = Connection(AwsSettings(region="us-east-1"))
    stubber = Stubber(connection.client("organizations", "us-east-1"))
    for operation, answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer)
        else:
            stubber.add_response(operation, answer)
    with stubber:
        told = read_organization(Reading(connection, Place(ACCOUNT, "aws", "us-east-1")))
    stubber.assert_no_pending_responses()
    return told


BASIC: list[tuple[str, dict[str, Any] | str]] = [
    ("describe_organization", {"Organization": {"Id": "o-abcdefghij", "MasterAccountId": ACCOUNT}}),
    ("list_roots", {"Roots": [{"Id": "r-ab12", "Name": "Root", "PolicyTypes": []}]}),
    ("list_organizational_units_for_parent", {"OrganizationalUnits": []}),
    ("list_accounts_for_parent", {"Accounts": [{"Id": ACCOUNT, "Name": "management", "Status": "ACTIVE"}]}),
]


def test_s34_the_delegation_policy_is_read_under_its_own_arn() -> None:
    arn = f"arn:aws:organizations::{ACCOUNT}:resourcepolicy/o-abcdefghij/rp-12345678"
    policy = {"ResourcePolicySummary": {"Id": "rp-12345678", "Arn": arn}, "Content": json.dumps(DENY)}
    told = stubbed([*BASIC, ("describe_resource_policy", {"ResourcePolicy": policy})])
    assert told["delegation"] == {arn: json.dumps(DENY)}


def test_a_node_without_a_policy_of_an_enabled_kind_is_not_collected_rather_than_denied() -> None:
    """AWS lets nobody detach the last SCP: one was replaced between two calls."""
    roots = {"Roots": [{"Id": "r-ab12", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}
    answers: list[tuple[str, dict[str, Any] | str]] = [
        BASIC[0],
        ("list_roots", roots),
        ("list_policies", {"Policies": []}),
        *BASIC[2:],
    ]
    told = stubbed([*answers, ("describe_resource_policy", "ResourcePolicyNotFoundException")])
    about = organization_json(told)
    assert about is not None
    assert (about["scps_enabled"], about["root"]["scps"]) == (True, None)


def test_policy_types_that_are_off_are_told_to_be_off() -> None:
    told = stubbed([*BASIC, ("describe_resource_policy", "ResourcePolicyNotFoundException")])
    about = organization_json(told)
    assert about is not None
    assert (about["scps_enabled"], about["rcps_enabled"], about["root"]["scps"]) == (False, False, [])


def test_a_refused_organisation_is_unknown() -> None:
    assert stubbed([("describe_organization", "AccessDeniedException")]) == UNKNOWN_ORGANIZATION
    assert organization_json(UNKNOWN_ORGANIZATION) is None
    assert organization_json(stubbed([("describe_organization", "AWSOrganizationsNotInUseException")])) == {}
    assert Organisation().standalone is False
