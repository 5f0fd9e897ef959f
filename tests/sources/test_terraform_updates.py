"""Plans over what was collected: what a change in place takes away is gone, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.sources.in_force import PolicySource, read_in_force
from tests.account_folders import ACCOUNT, allow, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Identities

TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]})
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
KEPT, GONE = (f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("kept", "gone"))
ROLE = {"name": "app", "arn": APP, "assume_role_policy": TRUST, "path": "/", "tags_all": {}}


def change(kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    actions = ["update"] if before and after else ["delete"] if before else ["create"]
    return {
        "address": f"{kind}.x",
        "mode": "managed",
        "type": kind,
        "name": "x",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
        **more,
    }


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    made = [one for one in changes if one["change"]["after"] is not None]
    resources = [
        {name: one[name] for name in ("address", "mode", "type", "name")} | {"values": one["change"]["after"]}
        for one in made
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": list(changes),
    }


def identities(tmp_path: Path, *changes: dict[str, Any]) -> Identities:
    """The identities of an account whose role and user have policies and groups, with changes of a plan over it."""
    attached = [{"PolicyName": arn.rsplit("/")[-1], "PolicyArn": arn} for arn in (KEPT, GONE)]
    inline = [{"PolicyName": name, "PolicyDocument": allow()} for name in ("kept", "gone")]
    role = {
        "Path": "/",
        "RoleName": "app",
        "RoleId": "AROAAPP",
        "Arn": APP,
        "AssumeRolePolicyDocument": json.loads(TRUST),
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
    }
    user = {"Path": "/", "UserName": "ana", "UserId": "AIDAANA", "Arn": ANA, "GroupList": ["kept", "gone"]}
    folder = write_folder(
        tmp_path / "account",
        {
            "account.json": {"account_id": ACCOUNT},
            "authorization-details.json": {
                "UserDetailList": [user],
                "GroupDetailList": [],
                "RoleDetailList": [role],
                "Policies": [],
            },
        },
    )
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_of(*changes)), encoding="utf-8")
    found = read_in_force(PolicySource(path, ACCOUNT, base=folder)).accounts[ACCOUNT].identities
    assert found is not None
    return found


def test_a_membership_that_is_changed_in_place_leaves_the_group(tmp_path: Path) -> None:
    kind = "aws_iam_user_group_membership"
    changed = change(kind, {"user": "ana", "groups": ["gone", "kept"]}, {"user": "ana", "groups": ["kept", "new"]})
    assert identities(tmp_path, changed).users[ANA].groups == ("kept", "new")


def test_a_group_that_loses_a_member_in_place(tmp_path: Path) -> None:
    kind = "aws_iam_group_membership"
    changed = change(kind, {"group": "gone", "users": ["ana", "b"]}, {"group": "gone", "users": ["b"]})
    assert identities(tmp_path, changed).users[ANA].groups == ("kept",)


def test_an_attachment_for_several_that_loses_a_role_in_place(tmp_path: Path) -> None:
    kind, policy = "aws_iam_policy_attachment", {"policy_arn": GONE, "users": [], "groups": []}
    changed = change(kind, policy | {"roles": ["app", "b"]}, policy | {"roles": ["b"]})
    assert [one.arn for one in identities(tmp_path, changed).roles[APP].managed] == [KEPT]


@pytest.mark.parametrize(
    ("attribute", "before", "after"),
    [
        ("managed_policy_arns", [KEPT, GONE], [KEPT]),
        (
            "inline_policy",
            [{"name": name, "policy": json.dumps(allow())} for name in ("kept", "gone")],
            [{"name": "kept", "policy": json.dumps(allow())}],
        ),
    ],
)
def test_a_role_that_loses_a_policy_in_place(attribute: str, before: Any, after: Any, tmp_path: Path) -> None:
    changed = change("aws_iam_role", ROLE | {attribute: before}, ROLE | {attribute: after})
    role = identities(tmp_path, changed).roles[APP]
    if attribute == "managed_policy_arns":
        assert [one.arn for one in role.managed] == [KEPT]
    else:
        assert len(role.inline) == 1
        assert "gone" not in role.inline


def test_a_deposed_object_is_not_taken_for_what_takes_its_place(tmp_path: Path) -> None:
    kind = "aws_iam_role_policy"
    policy = {"role": "app", "name": "new", "policy": json.dumps(allow("sqs:*"))}
    old = change(kind, policy | {"name": "gone"}, None, deposed="4b1f2c3d")
    inline = identities(tmp_path, change(kind, None, policy), old).roles[APP].inline
    assert sorted(inline) == ["aws_iam_role_policy.x", "kept"]
    made = change("aws_iam_role", None, ROLE | {"name": "fresh", "arn": None})
    deposed = change("aws_iam_role", ROLE | {"name": "stale", "arn": None}, None, deposed="4b1f2c3d")
    fresh = identities(tmp_path, made, deposed).roles[f"arn:aws:iam::{ACCOUNT}:role/fresh"]
    assert not fresh.inline


FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"


@pytest.mark.parametrize("beside", [False, True])
def test_a_permission_that_is_deleted_is_gone(beside: bool, tmp_path: Path) -> None:
    statements = [
        {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}
        for sid in ("own", "gone")
    ]
    folder = write_folder(
        tmp_path / "account",
        {"account.json": {"account_id": ACCOUNT}, "resource-policies.json": {FUNCTION: {"Statement": statements}}},
    )
    permission = {"function_name": FUNCTION, "action": "lambda:InvokeFunction", "principal": "*"}
    deleted = change("aws_lambda_permission", permission | {"statement_id": "gone"}, None)
    made = change("aws_lambda_permission", None, permission | {"statement_id": "new"}) | {"address": "other"}
    path = tmp_path / "plan.json"
    plan = plan_of(deleted, made) if beside else plan_of(deleted)
    path.write_text(json.dumps(plan), encoding="utf-8")
    policies = read_in_force(PolicySource(path, ACCOUNT, "eu-west-1", base=folder)).accounts[ACCOUNT].resource_policies
    attached = (policies or {})[FUNCTION]
    assert attached is not None
    assert [one.sid for one in attached.policy.statements] == (["own", "new"] if beside else ["own"])


def test_a_plan_that_only_deletes_is_of_the_account(tmp_path: Path) -> None:
    files = {"account.json": {"account_id": ACCOUNT}, "resource-policies.json": {"arn:aws:s3:::data": allow("s3:*")}}
    folder = write_folder(tmp_path / "account", files)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_of(change("aws_s3_bucket_policy", {"bucket": "data"}, None))), encoding="utf-8")
    policies = read_in_force(PolicySource(path, ACCOUNT, "eu-west-1", base=folder)).accounts[ACCOUNT].resource_policies
    assert (policies or {})["arn:aws:s3:::data"] is None


def test_a_plan_of_settings_alone_is_of_the_account(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "account", {"account.json": {"account_id": ACCOUNT}})
    path = tmp_path / "plan.json"
    blocked = {"bucket": "data", "block_public_policy": True, "restrict_public_buckets": True}
    path.write_text(json.dumps(plan_of(change("aws_s3_account_public_access_block", None, blocked))), encoding="utf-8")
    found = read_in_force(PolicySource(path, ACCOUNT, "eu-west-1", base=folder)).accounts[ACCOUNT].public_access
    assert found is not None
    assert found.account is not None
    assert found.account.restrict_public_buckets


def test_settings_of_a_bucket_that_the_plan_does_not_hold(tmp_path: Path) -> None:
    held = {"buckets": {"data": {"ownership": "ObjectWriter"}}}
    files = {"account.json": {"account_id": ACCOUNT}, "s3-public-access.json": held}
    folder = write_folder(tmp_path / "account", files)
    path = tmp_path / "plan.json"
    opened = {"bucket": "data", "block_public_policy": False, "restrict_public_buckets": True}
    path.write_text(json.dumps(plan_of(change("aws_s3_bucket_public_access_block", None, opened))), encoding="utf-8")
    found = read_in_force(PolicySource(path, ACCOUNT, "eu-west-1", base=folder)).accounts[ACCOUNT].public_access
    assert found is not None
    settings = found.bucket("data")
    assert settings.ownership == "ObjectWriter"
    assert settings.public_access_block is not None
    assert (settings.public_access_block.block_public_policy, settings.public_access_block.restrict_public_buckets) == (
        False,
        True,
    )


def test_a_user_whose_name_is_changed_in_place_keeps_its_groups(tmp_path: Path) -> None:
    renamed = change(
        "aws_iam_user",
        {"name": "ana", "arn": ANA, "path": "/", "tags_all": {}},
        {"name": "anna", "arn": ANA, "path": "/", "tags_all": {}},
    )
    users = identities(tmp_path, renamed).users
    assert list(users) == [f"arn:aws:iam::{ACCOUNT}:user/anna"]
    assert users[f"arn:aws:iam::{ACCOUNT}:user/anna"].groups == ("kept", "gone")
