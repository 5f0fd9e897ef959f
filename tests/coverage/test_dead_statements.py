"""Which statements are called dead, by which proof, and which are not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.coverage.coverage import Status, coverage_of
from policysim.coverage.recorder import Recorder
from policysim.language.policy import Unresolved
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import BUCKET, role_entry, user_entry, write_folder
from tests.coverage.coverage_runs import (
    account_of,
    attached,
    by_sid,
    covered,
    document,
    managed_policy,
    statement,
    with_role,
)

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.coverage.coverage import Coverage
    from tests.coverage.coverage_runs import Statement

WIDE = statement("Wide", "Allow", "s3:Get*", f"{BUCKET}/*")
NARROW = statement("Narrow", "Allow", "s3:GetObject", f"{BUCKET}/reports/*")


def dead(coverage: Coverage) -> dict[str, tuple[str, str]]:
    """Each dead statement, the proof, and the statement that makes it so."""
    return {
        sid: (one.dead.kind.value, one.dead.statement.sid or "" if one.dead.statement is not None else "")
        for sid, one in by_sid(coverage).items()
        if one.dead is not None
    }


def test_a_statement_that_another_one_of_its_document_covers_is_dead(tmp_path: Path) -> None:
    assert dead(covered(account_of(tmp_path, NARROW, WIDE))) == {"Narrow": ("repeated", "Wide")}


def test_of_two_that_say_the_same_the_first_lives(tmp_path: Path) -> None:
    again = {**WIDE, "Sid": "Again"}
    assert dead(covered(account_of(tmp_path, WIDE, again))) == {"Again": ("repeated", "Wide")}


def test_an_allow_that_a_deny_without_conditions_covers_is_dead(tmp_path: Path) -> None:
    deny = statement("No", "Deny", "s3:*", f"{BUCKET}/reports/*")
    assert dead(covered(account_of(tmp_path, NARROW, deny))) == {"Narrow": ("denied", "No")}


REGION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
EITHER = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
NOT_THERE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
NOT_EITHER = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}


@pytest.mark.parametrize(
    ("narrow", "wide", "is_dead"),
    [
        ({"Condition": REGION}, {}, True),
        ({"Condition": REGION}, {"Condition": EITHER}, True),
        ({"Condition": EITHER}, {"Condition": REGION}, False),
        ({}, {"Condition": REGION}, False),
        ({"Condition": NOT_EITHER}, {"Condition": NOT_THERE}, True),
        ({"Condition": NOT_THERE}, {"Condition": NOT_EITHER}, False),
        ({"Condition": {**REGION, "Bool": {"aws:SecureTransport": "true"}}}, {"Condition": REGION}, True),
        ({"Resource": f"{BUCKET}/${{aws:username}}/*"}, {}, True),
        ({"Resource": "arn:aws:s3:::*"}, {}, False),
        ({"Resource": [f"{BUCKET}/a", "arn:aws:s3:::other/a"]}, {}, False),
        ({"Action": ["s3:GetObject", "s3:PutObject"]}, {}, False),
        ({"Action": "S3:getobject"}, {}, True),
        ({"Action": "s3:*"}, {}, False),
        ({"Effect": "Deny"}, {"Effect": "Deny"}, True),
        ({"Effect": "Deny"}, {}, False),
    ],
)
def test_dead_means_that_action_resource_and_conditions_are_all_covered(
    tmp_path: Path, narrow: Statement, wide: Statement, *, is_dead: bool
) -> None:
    found = covered(account_of(tmp_path, {**NARROW, **narrow}, {**WIDE, **wide}))
    assert (by_sid(found)["Narrow"].status is Status.DEAD) is is_dead


def test_a_negated_list_covers_what_it_does_not_list(tmp_path: Path) -> None:
    rest = {"Sid": "Rest", "Effect": "Allow", "NotAction": ["iam:*", "s3:PutObject"], "Resource": "*"}
    less = {"Sid": "Less", "Effect": "Allow", "NotAction": ["iam:*", "s3:*", "s3:PutObject"], "Resource": "*"}
    put = statement("Put", "Allow", "s3:PutObject")
    assert dead(covered(account_of(tmp_path, NARROW, less, put, rest))) == {
        "Narrow": ("repeated", "Rest"),
        "Less": ("repeated", "Rest"),
    }


def test_a_policy_elsewhere_counts_only_where_it_is_always_in_force_too(tmp_path: Path) -> None:
    shared, narrow = managed_policy("shared", WIDE), managed_policy("narrow", NARROW)
    both = {"AttachedManagedPolicies": [attached("shared"), attached("narrow")]}
    alone = role_entry("alone", AttachedManagedPolicies=[attached("narrow")])
    assert dead(covered(account_of(tmp_path / "both", role=both, policies=[shared, narrow]))) == {
        "Narrow": ("repeated", "Wide")
    }
    folder = account_of(tmp_path / "alone", role=both, policies=[shared, narrow])
    assert dead(covered(with_role(folder, alone))) == {}


def test_the_policies_of_a_user_s_group_are_in_force_with_its_own(tmp_path: Path) -> None:
    user = user_entry(GroupList=["readers"], UserPolicyList=[{"PolicyName": "own", "PolicyDocument": document(NARROW)}])
    group = {
        "GroupName": "readers",
        "Arn": "arn:aws:iam::111122223333:group/readers",
        "GroupPolicyList": [{"PolicyName": "readers", "PolicyDocument": document(WIDE)}],
        "AttachedManagedPolicies": [],
    }
    more = {"UserDetailList": [user], "GroupDetailList": [group]}
    assert dead(covered(account_of(tmp_path, more=more))) == {"Narrow": ("repeated", "Wide")}


def test_a_deny_of_the_boundary_kills_and_its_allow_repeats_nothing(tmp_path: Path) -> None:
    role = {
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(NARROW)}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limit"},
    }
    allow, deny = managed_policy("limit", WIDE), managed_policy("limit", statement("No", "Deny", "s3:*"))
    assert dead(covered(account_of(tmp_path / "allow", role=role, policies=[allow]))) == {}
    assert dead(covered(account_of(tmp_path / "deny", role=role, policies=[deny]))) == {"Narrow": ("denied", "No")}


def test_a_statement_whose_actions_do_not_exist_is_dead_where_their_services_are_known(tmp_path: Path) -> None:
    folder = account_of(
        tmp_path,
        statement("Typo", "Allow", ["s3:GetObjct", "s3:Foo*"]),
        statement("Half", "Allow", ["s3:GetObjct", "s3:GetObject"]),
        statement("Unknown", "Allow", "brandnew:Thing"),
    )
    assert dead(covered(folder)) == {"Typo": ("no-action", "")}


def test_s15_an_allow_that_makes_a_bucket_policy_public_is_not_dead_beneath_a_deny(tmp_path: Path) -> None:
    """S3 Block Public Access looks at what the policy allows, denied or not."""
    everybody = statement("Public", "Allow", "s3:GetObject", f"{BUCKET}/*", Principal="*")
    someone = statement("One", "Allow", "s3:GetObject", f"{BUCKET}/*", Principal={"AWS": "111122223333"})
    nobody = statement("No", "Deny", "s3:*", f"{BUCKET}/*", Principal="*")
    policies = {"resource-policies.json": {BUCKET: document(everybody, someone, nobody)}}
    assert dead(covered(account_of(tmp_path, **policies))) == {"One": ("repeated", "Public")}


def test_the_same_role_in_two_folders_is_never_in_force_together(tmp_path: Path) -> None:
    one, other = account_of(tmp_path / "one", NARROW), account_of(tmp_path / "other", WIDE)
    assert dead(coverage_of([read_organisation(one), read_organisation(other)], Recorder())) == {}


def test_a_dead_statement_counts_neither_for_nor_against(tmp_path: Path) -> None:
    found = covered(account_of(tmp_path, NARROW, WIDE), f"role/app can s3:GetObject on {BUCKET}/reports/a")
    figures = found.figures
    narrow = by_sid(found)["Narrow"]
    assert (narrow.status, narrow.decided, narrow.unneeded) == (Status.DEAD, 1, False)
    assert (figures.statements, figures.decided, figures.dead, figures.never) == (3, 1, 1, 1)
    assert figures.percent == pytest.approx(50)


MEMBER, MANAGER = "111122223333", "444455556666"
BOUNDED = {"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limit"}}


def own(name: str, *statements: Statement, **more: object) -> Statement:
    return {"RolePolicyList": [{"PolicyName": name, "PolicyDocument": document(*statements)}], **more}


@pytest.mark.parametrize(
    ("limit", "is_dead"),
    [
        (statement("Limit", "Allow", ["sqs:*", "s3:Put*"]), True),
        (statement("Limit", "Allow", "s3:*", "arn:aws:s3:::other/*"), True),
        ({"Sid": "Limit", "Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, True),
        ({"Sid": "Limit", "Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}/*"}, True),
        (statement("Limit", "Allow", "s3:GetO*", Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
        (statement("Limit", "Allow", "s3:*", "arn:aws:s3:::*/2026/*"), False),
        (statement("Limit", "Allow", "s3:*", "arn:aws:s3:::${aws:username}/*"), False),
        ({"Sid": "Limit", "Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}, False),
    ],
)
def test_e12_an_allow_of_which_the_boundary_allows_nothing_is_dead(
    tmp_path: Path, limit: Statement, *, is_dead: bool
) -> None:
    folder = account_of(tmp_path, role=own("own", NARROW, **BOUNDED), policies=[managed_policy("limit", limit)])
    assert dead(covered(folder)) == ({"Narrow": ("outside", "")} if is_dead else {})


def test_e12_a_boundary_that_was_not_collected_proves_nothing(tmp_path: Path) -> None:
    assert dead(covered(account_of(tmp_path, role=own("own", NARROW, **BOUNDED)))) == {}


@pytest.mark.parametrize(("may_allow", "found"), [(True, {}), (False, {"Narrow": ("outside", "")})])
def test_e12_a_boundary_of_which_a_template_leaves_an_allow_open_proves_nothing(
    tmp_path: Path, *, may_allow: bool, found: dict[str, tuple[str, str]]
) -> None:
    limit = managed_policy("limit", statement("Limit", "Allow", "sqs:*"))
    read = read_organisation(account_of(tmp_path, role=own("own", NARROW, **BOUNDED), policies=[limit]))
    account = read.accounts[MEMBER]
    assert account.identities is not None
    part = Unresolved("`Action` is not known", may_allow=may_allow)
    managed = {arn: replace(one, unresolved=(part,)) for arn, one in account.identities.managed.items()}
    partly = replace(account, identities=replace(account.identities, managed=managed))
    assert dead(coverage_of([replace(read, accounts={MEMBER: partly})], Recorder())) == found


def test_e12_a_policy_is_outside_of_boundaries_only_if_it_is_for_everybody_who_has_it(tmp_path: Path) -> None:
    limit = managed_policy("limit", statement("Limit", "Allow", "sqs:*"))
    has_it: Statement = {"AttachedManagedPolicies": [attached("shared")]}
    folder = account_of(tmp_path, role={**has_it, **BOUNDED}, policies=[limit, managed_policy("shared", NARROW)])
    assert dead(covered(folder)) == {"Narrow": ("outside", "")}
    assert dead(covered(with_role(folder, role_entry("free", **has_it)))) == {}


def test_s7_the_own_allow_beside_a_trust_policy_lives_outside_of_the_boundary(tmp_path: Path) -> None:
    """A trust policy that names the session lets it past its boundary, and an identity-based Allow is needed too."""
    identity = statement("Identity", "Allow", "sts:SetSourceIdentity")
    limit = managed_policy("limit", statement("Limit", "Allow", "sqs:*"))
    assert dead(covered(account_of(tmp_path, role=own("own", identity, **BOUNDED), policies=[limit]))) == {}


FULL_ACCESS = statement("Full", "Allow", "*")


def organisation_of(
    base: Path, *, root: list[Statement], account: list[Statement], manager: str = MANAGER, role: Statement
) -> Path:
    """An account below the root of an organisation, with SCPs of these statements at both."""
    member = account_of(base / "accounts" / MEMBER, role=role)
    (member / "organization.json").unlink()
    tree = {
        "organization_id": "o-exampleorg1",
        "management_account_id": manager,
        "root": {
            "id": "r-ab12",
            "name": "Root",
            "scps": ["top"],
            "rcps": [],
            "children": [
                {"id": MEMBER, "name": "member", "scps": ["below"], "rcps": []},
                {"id": MANAGER, "name": "manager", "scps": ["top"], "rcps": []},
            ],
        },
    }
    scps = {"policies/scps/top.json": document(*root), "policies/scps/below.json": document(*account)}
    return write_folder(base, {"organization.json": tree, **scps})


def test_e18_an_allow_of_which_some_level_of_scps_allows_nothing_is_dead(tmp_path: Path) -> None:
    listed = [statement("Listed", "Allow", "sqs:*")]
    folder = organisation_of(tmp_path / "one", root=[FULL_ACCESS], account=listed, role=own("own", NARROW))
    assert dead(covered(folder)) == {"Narrow": ("outside", "")}
    folder = organisation_of(tmp_path / "two", root=listed, account=[FULL_ACCESS], role=own("own", NARROW))
    assert dead(covered(folder)) == {"Narrow": ("outside", "")}


def test_e20_scps_prove_nothing_of_the_management_account_and_of_what_they_exempt(tmp_path: Path) -> None:
    listed, deny = [statement("Listed", "Allow", "sqs:*")], statement("No", "Deny", "s3:*")
    here = organisation_of(tmp_path / "one", root=listed, account=listed, manager=MEMBER, role=own("own", NARROW))
    assert "Narrow" not in dead(covered(here))
    here = organisation_of(
        tmp_path / "two", root=[FULL_ACCESS, deny], account=[], manager=MEMBER, role=own("own", NARROW)
    )
    assert "Narrow" not in dead(covered(here))
    exempt, everything = statement("Turk", "Allow", "mechanicalturk:*"), statement("All", "Allow", "*")
    here = organisation_of(tmp_path / "three", root=[FULL_ACCESS], account=listed, role=own("own", exempt, everything))
    assert dead(covered(here)) == {"Turk": ("repeated", "All")}
    deny_alone = [statement("Alone", "Deny", "sqs:*")]
    here = organisation_of(tmp_path / "four", root=[FULL_ACCESS], account=deny_alone, role=own("own", everything))
    assert "All" not in dead(covered(here))


def test_e18_a_deny_in_an_scp_above_kills_the_allow_of_a_role_and_repeats_the_deny_below(tmp_path: Path) -> None:
    top, below = statement("Top", "Deny", "s3:*"), statement("Below", "Deny", "s3:ListBucket")
    unlike = statement("Unlike", "Deny", "sqs:*")
    role = own("own", NARROW, statement("Own", "Deny", "s3:DeleteObject"))
    folder = organisation_of(tmp_path, root=[FULL_ACCESS, top], account=[FULL_ACCESS, below, unlike], role=role)
    assert dead(covered(folder)) == {
        "Narrow": ("denied", "Top"),
        "Below": ("repeated", "Top"),
        "Own": ("repeated", "Top"),
    }


def test_e18_an_allow_of_an_scp_outside_of_the_level_above_is_dead(tmp_path: Path) -> None:
    listed, more = statement("Listed", "Allow", "sqs:*"), statement("More", "Allow", "s3:*")
    mine = own("own", statement("Mine", "Allow", "sqs:*"))
    folder = organisation_of(tmp_path, root=[listed], account=[FULL_ACCESS, more], role=mine)
    assert dead(covered(folder)) == {"More": ("repeated", "Full")}
    (tmp_path / "policies/scps/below.json").write_text(json.dumps(document(listed, more)), encoding="utf-8")
    assert dead(covered(folder)) == {"More": ("outside", "")}
