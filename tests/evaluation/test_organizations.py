"""AWS Organizations: which accounts may call what, and the delegation policy (spec S34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, OTHER

MANAGER = replace(ALICE, in_management_account=True)
SOMEBODY = replace(ALICE, in_management_account=None)
OF_ALL: dict[str, Any] = {"identity": [allow("organizations:*")]}
HELD = f"arn:aws:organizations::{OTHER}"


def answer(action: str, caller: Any = ALICE, resource: str = "*", owner: str = ACCOUNT, **layers: Any) -> Decision:
    request = ask(caller, f"organizations:{action}", resource, owner)
    return decide(request, policies(**{**OF_ALL, **layers}), CATALOGUE)


@pytest.mark.parametrize("action", ["CreateAccount", "MoveAccount", "PutResourcePolicy", "EnableAllFeatures"])
def test_s34_some_operations_are_of_the_management_account(action: str) -> None:
    assert answer(action, MANAGER).effect is Effect.ALLOWED
    assert (answer(action).effect, answer(action).layer) == (Effect.IMPLICIT_DENY, "special")
    assert answer(action, SOMEBODY).effect is Effect.DEPENDS
    assert answer(action, MANAGER, identity=[]).layer == "identity"


@pytest.mark.parametrize("action", ["ListAccounts", "DescribeAccount", "AttachPolicy", "ListTagsForResource"])
def test_s34_a_member_needs_the_delegation_policy_or_to_be_a_delegated_administrator(action: str) -> None:
    assert answer(action, MANAGER).effect is Effect.ALLOWED
    open_ = answer(action)
    assert (open_.effect, [one.code for one in open_.caveats]) == (Effect.DEPENDS, ["delegated-administrator"])
    assert answer(action, identity=[]).effect is Effect.IMPLICIT_DENY


def test_s34_the_delegation_policy_lets_a_member_in_whose_own_policies_allow_it_too() -> None:
    delegation: dict[str, Any] = {
        "resource": [allow("organizations:List*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})]
    }
    request = ask(ALICE, "organizations:ListAccounts", "*")
    assert decide(request, policies(**OF_ALL, **delegation), CATALOGUE).layer == "identity+resource"
    assert decide(request, policies(identity=[], **delegation), CATALOGUE).effect is Effect.IMPLICIT_DENY
    assert decide(request, policies(**OF_ALL, **delegation, scp=[deny()]), CATALOGUE).layer == "scp"


def test_s34_a_delegation_to_another_account_does_not_reach() -> None:
    delegation: dict[str, Any] = {"resource": [allow("organizations:List*", Principal={"AWS": OTHER})]}
    request = ask(ALICE, "organizations:ListAccounts", "*")
    assert decide(request, policies(**OF_ALL, **delegation), CATALOGUE).effect is Effect.DEPENDS


@pytest.mark.parametrize("action", ["DescribeOrganization", "ListHandshakesForAccount", "AcceptHandshake"])
def test_s34_some_operations_are_open_to_every_account(action: str) -> None:
    for caller in (MANAGER, ALICE, SOMEBODY):
        assert answer(action, caller).effect is Effect.ALLOWED
    assert answer(action, resource=f"{HELD}:handshake/o-1/invite/h-1", owner=OTHER).effect is Effect.ALLOWED
    assert answer(action, identity=[]).effect is Effect.IMPLICIT_DENY


def test_s34_only_a_member_leaves_the_organisation() -> None:
    assert answer("LeaveOrganization").effect is Effect.ALLOWED
    assert answer("LeaveOrganization", MANAGER).layer == "special"


def test_s34_a_member_reads_its_own_effective_policy_but_not_another_s() -> None:
    own = answer("DescribeEffectivePolicy", resource=f"{HELD}:account/o-1/{ACCOUNT}", owner=OTHER)
    assert (own.effect, own.caveats) == (Effect.ALLOWED, ())
    another = answer("DescribeEffectivePolicy", resource=f"{HELD}:account/o-1/999999999999", owner=OTHER)
    assert another.effect is Effect.DEPENDS


def test_s34_no_rcp_speaks_of_organizations() -> None:
    assert answer("ListAccounts", MANAGER, rcp=[deny(Principal="*")]).effect is Effect.ALLOWED
