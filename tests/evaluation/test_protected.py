"""IAM: what belongs to AWS cannot be changed, passing and creating roles (spec E38, G25, P23, S9, S10, S42)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.language.request import ABSENT, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, APP, OTHER, ROOT

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
LINKED = f"{ROLE}/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
RESERVED = f"{ROLE}/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
MANAGED = "arn:aws:iam::aws:policy/AdministratorAccess"
CHANGES = (
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)


def answer(action: str, resource: str, caller: Any = ALICE, **layers: Any) -> Decision:
    return decide(ask(caller, action, resource), policies(**(layers or {"identity": [allow()]})), CATALOGUE)


@pytest.mark.parametrize("action", CHANGES)
def test_e38_nobody_changes_a_service_linked_role(action: str) -> None:
    decision = answer(action, LINKED)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "special")
    assert "E38" in decision.caveats[0].sentence
    assert answer(action, LINKED, ROOT).layer == "special"
    assert answer(action, f"{ROLE}/app").effect is Effect.ALLOWED


def test_e38_reading_deleting_and_describing_a_service_linked_role_is_a_matter_of_policies() -> None:
    for action in ("iam:GetRole", "iam:DeleteServiceLinkedRole", "iam:TagRole"):
        assert answer(action, LINKED).effect is Effect.ALLOWED
    described = answer("iam:UpdateRole", LINKED)
    assert (described.effect, [one.code for one in described.caveats]) == (Effect.ALLOWED, ["service-linked-role"])
    assert answer("iam:UpdateRole", f"{ROLE}/app").caveats == ()


def test_e38_the_service_behind_such_a_role_may_change_it() -> None:
    owner = replace(APP, service_linked=True)
    assert answer("iam:DeleteRolePolicy", LINKED, owner).effect is Effect.ALLOWED
    assert answer("iam:PutRolePolicy", RESERVED, owner).effect is Effect.ALLOWED


def test_e38_a_service_linked_role_is_made_with_a_call_of_its_own() -> None:
    assert answer("iam:CreateRole", LINKED).layer == "special"
    assert answer("iam:CreateRole", f"{ROLE}/service-role/app").effect is Effect.ALLOWED


@pytest.mark.parametrize("action", [*CHANGES, "iam:UpdateRole", "iam:UpdateRoleDescription"])
def test_p23_nobody_changes_a_role_of_identity_center(action: str) -> None:
    decision = answer(action, RESERVED)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "special")
    assert "P23" in decision.caveats[0].sentence


def test_p23_reading_a_role_of_identity_center_is_a_matter_of_policies() -> None:
    assert answer("iam:GetRole", RESERVED).effect is Effect.ALLOWED
    assert answer("iam:GetRole", RESERVED, identity=[]).layer == "identity"


def test_p23_people_of_identity_center_are_sessions_that_an_account_principal_and_their_role_s_arn_describe() -> None:
    person = replace(APP, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0/ann", entity_arn=RESERVED)
    anyone = {"ArnLike": {"aws:PrincipalArn": f"{ROLE}/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"}}
    bucket = [allow(Principal={"AWS": "*"}, Condition=anyone)]
    assert decide(ask(person), policies(resource=bucket), CATALOGUE).effect is Effect.ALLOWED
    assert decide(ask(APP), policies(resource=bucket), CATALOGUE).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(
    "action", ["CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy"]
)
def test_g25_nobody_changes_an_aws_managed_policy(action: str) -> None:
    decision = answer(f"iam:{action}", MANAGED)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "special")
    assert answer(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:policy/own").effect is Effect.ALLOWED


def test_g25_reading_an_aws_managed_policy_is_a_matter_of_policies() -> None:
    assert answer("iam:GetPolicyVersion", MANAGED).effect is Effect.ALLOWED
    assert answer("iam:GetPolicyVersion", MANAGED, identity=[deny()]).effect is Effect.EXPLICIT_DENY


def test_s9_a_role_is_passed_by_an_identity_policy_to_the_service_that_it_names() -> None:
    to_ec2 = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    for service, effect in (("ec2.amazonaws.com", Effect.ALLOWED), ("lambda.amazonaws.com", Effect.IMPLICIT_DENY)):
        context = RequestContext({"iam:PassedToService": service}, complete=True)
        request = ask(action="iam:PassRole", resource=f"{ROLE}/app", context=context)
        assert decide(request, policies(identity=[to_ec2]), CATALOGUE).effect is effect
    unsaid = ask(action="iam:PassRole", resource=f"{ROLE}/app", context=RequestContext())
    decision = decide(unsaid, policies(identity=[to_ec2]), CATALOGUE)
    assert [key for key, _ in decision.unknown_keys] == ["iam:PassedToService"]


def test_s9_no_role_of_another_account_is_passed() -> None:
    assert answer("iam:PassRole", f"arn:aws:iam::{OTHER}:role/app").layer == "special"
    assert answer("iam:PassRole", f"{ROLE}/app").effect is Effect.ALLOWED


def test_s10_an_allowed_pass_role_reminds_of_the_trust_policy_and_a_denied_one_does_not() -> None:
    assert [one.code for one in answer("iam:PassRole", f"{ROLE}/app").caveats] == ["trust-is-separate"]
    assert answer("iam:PassRole", f"{ROLE}/app", identity=[]).caveats == ()


def test_s42_the_service_of_a_service_linked_role_stands_in_its_path() -> None:
    create = "iam:CreateServiceLinkedRole"
    only = {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
    allowed = policies(identity=[allow(create, f"{ROLE}/aws-service-role/*", Condition=only)])
    assert decide(ask(action=create, resource=LINKED), allowed, CATALOGUE).effect is Effect.ALLOWED
    other = f"{ROLE}/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    assert decide(ask(action=create, resource=other), allowed, CATALOGUE).effect is Effect.IMPLICIT_DENY
    assert context_lookup(ask(action="iam:GetRole", resource=LINKED))("iam:AWSServiceName") is ABSENT
