"""The delegation policy of an organisation, from the management account's folder into decisions (spec S34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.account.account import Organisation
from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from tests.account_folders import ACCOUNT, OTHER, account, allow, policy

HELD = f"arn:aws:organizations::{OTHER}"
POLICY_ARN = f"{HELD}:resourcepolicy/o-1/rp-1"
MEMBER = Principal(
    kind=PrincipalKind.USER, arn=f"arn:aws:iam::{ACCOUNT}:user/ana", account=ACCOUNT, in_management_account=False
)
MANAGER = replace(MEMBER, arn=f"arn:aws:iam::{OTHER}:user/mia", account=OTHER, in_management_account=True)
OWN = one_level("ana", (AttachedPolicy("own", policy(allow("organizations:*"))),))


def organisation(principal: str | None = ACCOUNT) -> Organisation:
    """A member and the management account, whose folder lists the delegation policy (``None``: there is none)."""
    document: dict[str, Any] = allow("organizations:List*", Principal={"AWS": principal})
    delegation = AttachedPolicy("rp-1", policy(document, PolicyType.RESOURCE), None, POLICY_ARN)
    listed = {POLICY_ARN: delegation if principal is not None else None}
    management = account(OTHER, resource_policies=listed)
    accounts = {ACCOUNT: account(), OTHER: management}
    return Organisation(accounts=accounts, id="o-1", management_account=OTHER)


def asked(action: str, caller: Principal = MEMBER, resource: str = "*") -> Request:
    context = RequestContext(complete=True)
    return Request(principal=caller, action=f"organizations:{action}", resource=Resource(arn=resource), context=context)


def effect(request: Request, where: Organisation) -> Effect:
    situated = situate(request, where)
    found = PolicySet({LayerName.IDENTITY: OWN})
    resource = situated.policies.get(LayerName.RESOURCE)
    found = found if resource is None else found.with_layer(LayerName.RESOURCE, resource)
    return decide(situated.request, found, CATALOGUE).effect


@pytest.mark.parametrize("resource", ["*", f"{HELD}:policy/o-1/service_control_policy/p-1"])
def test_s34_the_delegation_policy_lets_a_member_list(resource: str) -> None:
    assert effect(asked("ListTargetsForPolicy", resource=resource), organisation()) is Effect.ALLOWED
    assert effect(asked("ListTargetsForPolicy", resource=resource), organisation("999999999999")) is Effect.DEPENDS
    assert effect(asked("ListTargetsForPolicy", resource=resource), organisation(None)) is Effect.DEPENDS
    assert effect(asked("AttachPolicy", resource=resource), organisation()) is Effect.DEPENDS


def test_s34_the_management_account_and_what_is_open_to_everybody_meet_no_delegation_policy() -> None:
    for request in (asked("ListPolicies", MANAGER), asked("DescribeOrganization"), asked("LeaveOrganization")):
        assert situate(request, organisation()).policies.get(LayerName.RESOURCE) is None
        assert effect(request, organisation()) is Effect.ALLOWED


def test_s34_a_delegation_policy_that_is_not_at_hand_is_no_layer() -> None:
    alone = Organisation(accounts={ACCOUNT: account()}, id="o-1", management_account=OTHER)
    assert situate(asked("ListPolicies"), alone).policies.get(LayerName.RESOURCE) is None
    assert effect(asked("ListPolicies"), alone) is Effect.DEPENDS
