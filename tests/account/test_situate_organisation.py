"""Levels of SCPs and RCPs, and the flags that exempt from them (spec E17 to E29, X9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.account.account import Node, Organisation
from policysim.account.gaps import organisation_policy_missing
from policysim.account.situate import situate
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind
from tests.account_folders import ACCOUNT, OTHER, account, allow, organisation, policy, request, user

THIRD = "777788889999"


def attached(name: str, kind: PolicyType = PolicyType.SCP) -> tuple[AttachedPolicy, ...]:
    document = allow("*", Principal="*") if kind is PolicyType.RCP else allow("*")
    return (AttachedPolicy(name, policy(document, kind), f"arn:{name}", name),)


def node(node_id: str, *children: Node) -> Node:
    rcp = attached(f"rcp-{node_id}", PolicyType.RCP)
    return Node(id=node_id, name=node_id, scps=attached(f"scp-{node_id}"), rcps=rcp, children=children)


TREE = node("r-1", node(OTHER), node("ou-1", node(ACCOUNT)), node("ou-2", node(THIRD)))
ORGANISATION = organisation(account(), account(OTHER), id="o-1", management_account=OTHER, root=TREE)


def levels(layer: LayerPolicies | None) -> list[tuple[str, list[str]]]:
    assert layer is not None
    return [(level.node, [one.name for one in level.policies]) for level in layer.levels]


def test_e17_e18_x9_scps_come_from_the_caller_and_rcps_from_the_resource() -> None:
    situated = situate(request(account=THIRD), ORGANISATION)
    assert levels(situated.policies.get(LayerName.SCP)) == [
        ("r-1", ["scp-r-1"]),
        ("ou-1", ["scp-ou-1"]),
        (ACCOUNT, [f"scp-{ACCOUNT}"]),
    ]
    assert levels(situated.policies.get(LayerName.RCP)) == [
        ("r-1", ["rcp-r-1"]),
        ("ou-2", ["rcp-ou-2"]),
        (THIRD, [f"rcp-{THIRD}"]),
    ]


def test_e20_e25_the_management_account_is_flagged_and_keeps_its_levels() -> None:
    principal = Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OTHER}:user/ana", account=OTHER)
    situated = situate(request(principal, account=OTHER), ORGANISATION)
    assert situated.request.principal.in_management_account is True
    assert situated.request.resource.in_management_account is True
    assert [name for name, _ in levels(situated.policies.get(LayerName.SCP))] == ["r-1", OTHER]


def test_e20_a_member_is_flagged_as_such_and_a_stranger_stays_unknown() -> None:
    assert situate(request(account=ACCOUNT), ORGANISATION).request.principal.in_management_account is False
    stranger = Principal(kind=PrincipalKind.USER, arn="arn:aws:iam::999999999999:user/x", account="999999999999")
    assert situate(request(stranger, account=ACCOUNT), ORGANISATION).request.principal.in_management_account is None
    unknown = replace(ORGANISATION, management_account=None)
    assert situate(request(account=ACCOUNT), unknown).request.principal.in_management_account is None


def test_what_the_request_states_of_the_management_account_stays() -> None:
    situated = situate(request(user(in_management_account=True), account=ACCOUNT), ORGANISATION)
    assert situated.request.principal.in_management_account is True


@pytest.mark.parametrize(
    "principal",
    [
        Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com"),
        Principal(kind=PrincipalKind.ANONYMOUS),
        Principal(kind=PrincipalKind.WEB_IDENTITY, account=ACCOUNT),
    ],
)
def test_e20_p14_no_scp_reaches_callers_that_are_no_principals_of_an_account(principal: Principal) -> None:
    situated = situate(request(principal, account=ACCOUNT), ORGANISATION)
    assert situated.policies.get(LayerName.SCP) is None
    assert situated.policies.get(LayerName.RCP) is not None


def test_e22_policies_that_are_not_enabled_are_no_layer() -> None:
    off = replace(ORGANISATION, scps_enabled=False, rcps_enabled=False)
    situated = situate(request(account=ACCOUNT), off)
    assert situated.policies.get(LayerName.SCP) is None
    assert situated.policies.get(LayerName.RCP) is None


def test_an_account_without_an_organisation_is_told_from_one_whose_organisation_is_not_known() -> None:
    alone = organisation(account())
    assert situate(request(account=ACCOUNT), alone).policies.get(LayerName.SCP) is None
    unknown = Organisation(accounts={ACCOUNT: account()})
    for name in (LayerName.SCP, LayerName.RCP):
        layer = situate(request(account=ACCOUNT), unknown).policies.get(name)
        assert layer is not None
        assert [gap.code for gap in layer.gaps] == ["not-collected"]


def test_the_organisation_of_a_foreign_account_stays_unknown_to_a_standalone_one() -> None:
    layer = situate(request(account="999999999999"), organisation(account())).policies.get(LayerName.RCP)
    assert layer is not None
    assert [gap.code for gap in layer.gaps] == ["not-collected"]


def test_a_node_whose_policies_were_not_collected_is_a_gap_of_its_level_only() -> None:
    blind = Node(id=ACCOUNT, name="prod", rcps=())
    tree = Node(id="r-1", name="Root", scps=attached("scp"), rcps=(), children=(blind,))
    layer = situate(request(account=ACCOUNT), replace(ORGANISATION, root=tree)).policies.get(LayerName.SCP)
    assert layer is not None
    assert [len(level.gaps) for level in layer.levels] == [0, 1]
    assert layer.gaps[0].command == (
        f"aws organizations list-policies-for-target --target-id {ACCOUNT} --filter SERVICE_CONTROL_POLICY"
    )


def test_an_attached_policy_without_a_document_is_a_gap_beside_the_others() -> None:
    missing = (organisation_policy_missing("gone", "r-1", "p-1"),)
    tree = replace(TREE, scp_gaps=missing)
    layer = situate(request(account=ACCOUNT), replace(ORGANISATION, root=tree)).policies.get(LayerName.SCP)
    assert layer is not None
    assert layer.levels[0].policies == TREE.scps
    assert layer.levels[0].gaps == missing
    assert missing[0].command == "aws organizations describe-policy --policy-id p-1"


def test_r22_rcps_of_an_unknown_owner_are_a_gap() -> None:
    situated = situate(request(), ORGANISATION)
    layer = situated.policies.get(LayerName.RCP)
    assert situated.request.resource.account is None
    assert layer is not None
    assert [gap.code for gap in layer.gaps] == ["owner-unknown"]
