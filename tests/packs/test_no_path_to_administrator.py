"""``pack:no-path-to-administrator``: an account without one, and for every sentence the change that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.account_folders import ACCOUNT
from tests.packs.pack_accounts import Draft, application_gets, draft, statement, trusted
from tests.packs.pack_runs import Break, PackRun, assert_complete

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION: Final = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:setup"
INSTANCE: Final = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718"
STACK: Final = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/base/1a2b3c4d-0000-1111-2222-333344445555"
PROJECT: Final = f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/setup"
NOTEBOOK: Final = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:notebook-instance/setup"
WORKERS: Final = {
    "functions": FUNCTION,
    "instances": INSTANCE,
    "stacks": STACK,
    "projects": PROJECT,
    "notebooks": NOTEBOOK,
}
GIVEN: Final = "given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent\n"


def with_workers() -> Draft:
    return draft({FUNCTION: [], INSTANCE: [], STACK: [], PROJECT: [], NOTEBOOK: []})


RUN: Final = PackRun(
    GIVEN
    + 'use "pack:no-path-to-administrator" with administrators = role/Admin, root and roles = role/Admin and '
    + " and ".join(f"{name} = {arn}" for name, arn in WORKERS.items()),
    with_workers,
)


def administrator_trusts(principal: dict[str, str]) -> Break:
    return Break(("can sts:AssumeRole",), lambda account: account.trust["Admin"].append(trusted(principal)))


BREAKS: Final = (
    Break(("can iam:CreatePolicyVersion",), application_gets("iam:SetDefaultPolicyVersion")),
    Break(("can iam:AttachUserPolicy",), application_gets("iam:PutUserPolicy")),
    Break(("can iam:AttachGroupPolicy",), application_gets("iam:AddUserToGroup")),
    Break(("can iam:AttachRolePolicy",), application_gets("iam:AttachRolePolicy")),
    Break(("can iam:PutUserPermissionsBoundary",), application_gets("iam:DeleteUserPermissionsBoundary")),
    Break(("can iam:DetachGroupPolicy",), application_gets("iam:RemoveUserFromGroup")),
    Break(("can iam:PutRolePermissionsBoundary",), application_gets("iam:DeleteRolePolicy")),
    Break(("can organizations:DetachPolicy",), application_gets("organizations:LeaveOrganization")),
    Break(("can iam:CreateAccessKey",), application_gets("iam:CreateAccessKey")),
    Break(("can iam:UpdateAssumeRolePolicy",), application_gets("iam:UpdateAssumeRolePolicy")),
    administrator_trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
    Break(("can iam:PassRole",), application_gets("iam:PassRole")),
    Break(("can lambda:UpdateFunctionCode",), application_gets("lambda:UpdateFunctionCode", FUNCTION)),
    Break(("can ssm:SendCommand",), application_gets("ssm:StartSession", INSTANCE)),
    Break(("can cloudformation:UpdateStack",), application_gets("cloudformation:CreateChangeSet", STACK)),
    Break(("can codebuild:StartBuild",), application_gets("codebuild:StartBuild", PROJECT)),
    Break(("can sagemaker:Create",), application_gets("sagemaker:CreatePresignedNotebookInstanceUrl", NOTEBOOK)),
    Break(("can iam:CreateOpenIDConnectProvider",), application_gets("iam:CreateSAMLProvider")),
    Break(("can sso:CreateAccountAssignment",), application_gets("sso:PutInlinePolicyToPermissionSet")),
)


def test_an_account_without_a_path_keeps_to_it(tmp_path: Path) -> None:
    RUN.assert_kept(tmp_path)


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_each_sentence_is_broken_by_a_change_of_its_own(broken: Break, tmp_path: Path) -> None:
    RUN.assert_breaks(broken, tmp_path)


def test_no_sentence_is_left_out(tmp_path: Path) -> None:
    assert_complete(BREAKS, RUN, tmp_path)


@pytest.mark.parametrize("service", ["lambda.amazonaws.com", "ec2.amazonaws.com", "states.amazonaws.com"])
def test_a_service_that_may_work_with_an_administrator_role_is_somebody(service: str, tmp_path: Path) -> None:
    RUN.assert_breaks(administrator_trusts({"Service": service}), tmp_path)


def own_credentials(account: Draft) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    account.users["ana"] = [statement("Allow", ["iam:CreateAccessKey", "iam:UpdateLoginProfile"], own)]


def test_who_manages_their_own_keys_is_found_unless_the_users_are_named(tmp_path: Path) -> None:
    broken = Break(("can iam:CreateAccessKey",), own_credentials)
    RUN.assert_breaks(broken, tmp_path / "every")
    named = RUN._replace(text=f"{RUN.text} and users = none")
    account = with_workers()
    own_credentials(account)
    assert set(named.standings(account, tmp_path / "named").values()) == {"met"}


def test_a_role_that_no_service_may_assume_may_be_passed_by_those_named(tmp_path: Path) -> None:
    account = with_workers()
    application_gets("iam:PassRole")(account)
    named = RUN._replace(text=f"{RUN.text} and passers = role/app")
    assert set(named.standings(account, tmp_path).values()) == {"met"}


def test_an_action_that_passes_no_administrator_is_no_path(tmp_path: Path) -> None:
    account = with_workers()
    application_gets("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app")(account)
    assert set(RUN.standings(account, tmp_path).values()) == {"met"}
