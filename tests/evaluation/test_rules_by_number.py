"""Rules of the decision that the cases show, once more by number and with what decides (spec E, P, A, R, C, V, X)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import ABSENT, Principal, Request, RequestContext
from policysim.language.source import Source
from tests.evaluation.building import allow, ask, deny, levels, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT, SERVICE

ALLOWED, EXPLICIT, IMPLICIT = Effect.ALLOWED, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY
EVERYONE: dict[str, Any] = {"Principal": "*"}
ROLE = str(APP.entity_arn)


def answer(request: Request, found: PolicySet) -> Decision:
    return decide(request, found, CATALOGUE)


def outcome(request: Request, **layers: list[dict[str, Any]]) -> tuple[Effect, str]:
    decision = answer(request, policies(gaps=None, **layers))
    return decision.effect, decision.layer


def to(*arns: str) -> dict[str, Any]:
    return {"Principal": {"AWS": list(arns)}}


def present(**values: str) -> RequestContext:
    return RequestContext({key.replace("_", ":"): (value,) for key, value in values.items()}, complete=True)


def test_e3_the_order_names_the_layer_and_never_changes_the_outcome() -> None:
    guards = {"rcp": [deny(**EVERYONE)], "scp": [allow(), deny()], "boundary": [deny()]}
    for left_out, first in ((None, "rcp"), ("rcp", "scp"), ("scp", "rcp")):
        kept = {name: statements for name, statements in guards.items() if name != left_out}
        assert outcome(ask(), identity=[allow()], **kept) == (EXPLICIT, first)


def test_e9_a_grant_to_the_role_needs_boundary_and_session_but_no_identity_allow() -> None:
    grant = [allow(**to(ROLE))]
    assert outcome(ask(APP), resource=grant, identity=[]) == (ALLOWED, "resource")
    assert outcome(ask(APP), resource=grant, identity=[], boundary=[allow("ec2:*")]) == (IMPLICIT, "boundary")
    assert outcome(ask(APP), resource=grant, identity=[], session=[allow("ec2:*")]) == (IMPLICIT, "session")


def test_e10_star_narrowed_to_the_role_passes_the_implicit_denies_of_boundary_and_session() -> None:
    narrowed = [allow(**EVERYONE, Condition={"StringEquals": {"aws:PrincipalArn": ROLE}})]
    limits = {"boundary": [allow("ec2:*")], "session": [allow("ec2:*")]}
    assert outcome(ask(APP), resource=narrowed, **limits) == (ALLOWED, "resource")
    assert outcome(ask(APP), resource=narrowed, boundary=[deny("s3:*")]) == (EXPLICIT, "boundary")
    assert outcome(ask(replace(APP, entity_arn=f"{ROLE}-2")), resource=narrowed, identity=[])[0] is IMPLICIT


@pytest.mark.parametrize("layer", ["identity", "boundary", "session"])
def test_e14_an_explicit_deny_of_the_callers_side_beats_a_direct_grant(layer: str) -> None:
    direct = [allow(**to(str(APP.arn)))]
    assert outcome(ask(APP), resource=direct) == (ALLOWED, "resource")
    assert outcome(ask(APP), resource=direct, **{layer: [allow(), deny("s3:GetObject")]}) == (EXPLICIT, layer)


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT, FOREIGN, SERVICE, ANONYMOUS])
def test_e23_e24_an_rcp_stops_every_kind_of_caller(caller: Principal) -> None:
    layers = {"resource": [allow(**EVERYONE)], "identity": [allow()], "session": [allow()]}
    assert outcome(ask(caller), **layers)[0] is ALLOWED
    assert outcome(ask(caller), **layers, rcp=[deny("s3:*", **EVERYONE)]) == (EXPLICIT, "rcp")


@pytest.mark.parametrize("denying", [0, 1, 2])
def test_e28_a_deny_in_an_rcp_of_any_level_is_final(denying: int) -> None:
    statements = [[deny("s3:GetObject", **EVERYONE)] if level == denying else [] for level in range(3)]
    found = PolicySet({**policies(identity=[allow()]).layers, LayerName.RCP: levels(LayerName.RCP, *statements)})
    decision = answer(ask(), found)
    assert (decision.effect, decision.layer) == (EXPLICIT, "rcp")
    assert [match.node for match in decision.statements] == [f"level-{denying}"]


def test_e29_x9_the_callers_scp_and_the_resources_rcp_must_both_let_pass() -> None:
    both = {"identity": [allow()], "resource": [allow(**EVERYONE)]}
    foreign = ask(FOREIGN)
    assert outcome(foreign, **both, scp=[allow()], rcp=[])[0] is ALLOWED
    assert outcome(foreign, **both, scp=[allow("ec2:*")], rcp=[]) == (IMPLICIT, "scp")
    assert outcome(foreign, **both, scp=[allow()], rcp=[deny(**EVERYONE)]) == (EXPLICIT, "rcp")


def test_e31_x11_a_root_user_needs_the_other_accounts_resource_policy_alone() -> None:
    other = ask(ROOT, owner=OTHER)
    assert outcome(other, resource=[allow(**to(ACCOUNT))]) == (ALLOWED, "resource")
    assert outcome(other, resource=[]) == (IMPLICIT, "resource")
    assert outcome(other, resource=[allow(**to(ACCOUNT))], scp=[allow("ec2:*")]) == (IMPLICIT, "scp")


def test_e39_a_service_role_is_bound_by_scp_and_boundary() -> None:
    service_role = replace(APP, entity_arn=f"arn:aws:iam::{ACCOUNT}:role/service-role/app")
    assert outcome(ask(service_role), identity=[allow()], boundary=[allow("ec2:*")]) == (IMPLICIT, "boundary")
    assert outcome(ask(service_role), identity=[allow()], scp=[allow("ec2:*")]) == (IMPLICIT, "scp")


def test_e40_a_forwarded_call_is_decided_like_the_callers_own() -> None:
    forwarded = ask(APP, context=present(aws_ViaAWSService="true", aws_CalledViaFirst="athena.amazonaws.com"))
    assert outcome(forwarded, identity=[allow("athena:*")]) == (IMPLICIT, "identity")
    only_forwarded = allow(Condition={"Bool": {"aws:ViaAWSService": "true"}})
    assert outcome(forwarded, identity=[only_forwarded])[0] is ALLOWED


def test_e45_a_document_that_cannot_be_read_never_allows() -> None:
    broken = AttachedPolicy(
        "broken", parse_policy(Source("broken", '{"Statement": [{"Effect": "Allow"'), PolicyType.SCP)
    )
    assert not broken.policy.usable
    assert broken.policy.statements == ()
    found = PolicySet({**policies(identity=[allow()]).layers, LayerName.SCP: one_level("account", [broken])})
    assert answer(ask(), found).effect is not ALLOWED


def test_p18_a_condition_on_the_callers_arn_outlives_its_recreation() -> None:
    by_arn = [allow(**EVERYONE, Condition={"ArnEquals": {"aws:PrincipalArn": str(ALICE.arn)}})]
    by_id = [allow(**to("AIDAALICE"))]
    again = replace(ALICE, unique_id="AIDAAGAIN")
    assert outcome(ask(ALICE), resource=by_id)[0] is outcome(ask(ALICE), resource=by_arn)[0] is ALLOWED
    assert outcome(ask(again), resource=by_arn)[0] is ALLOWED
    assert outcome(ask(again), resource=by_id)[0] is IMPLICIT


def test_p25_x2_star_in_a_trust_policy_leaves_other_accounts_to_their_own_allow() -> None:
    trust = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]
    role = f"arn:aws:iam::{ACCOUNT}:role/open"
    document = AttachedPolicy(
        "trust", parse_policy(Source("trust", json.dumps({"Statement": trust})), PolicyType.TRUST)
    )

    def assume(caller: Principal, **layers: list[dict[str, Any]]) -> Effect:
        found = {**policies(gaps=None, **layers).layers, LayerName.RESOURCE: one_level("role", [document])}
        return answer(ask(caller, "sts:AssumeRole", role), PolicySet(found)).effect

    assert assume(ALICE) is ALLOWED
    assert assume(FOREIGN) is IMPLICIT
    assert assume(FOREIGN, identity=[allow("sts:AssumeRole")]) is ALLOWED


def test_a4_one_pattern_of_the_list_is_enough() -> None:
    listed = {"Effect": "Allow", "Action": ["ec2:*", "s3:Get*"], "Resource": "*"}
    assert outcome(ask(), identity=[listed])[0] is ALLOWED
    assert outcome(ask(action="s3:PutObject"), identity=[listed])[0] is IMPLICIT


def test_r3_listing_the_buckets_may_be_granted_on_the_arn_of_all_buckets() -> None:
    every_bucket = [allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")]
    assert outcome(ask(action="s3:ListAllMyBuckets", resource="*"), identity=every_bucket)[0] is ALLOWED
    one_bucket = [allow("s3:ListAllMyBuckets", "arn:aws:s3:::data")]
    assert outcome(ask(action="s3:ListAllMyBuckets", resource="*"), identity=one_bucket)[0] is IMPLICIT
    others = [allow("sns:ListTopics", "arn:aws:sns:*")]
    assert outcome(ask(action="sns:ListTopics", resource="*"), identity=others)[0] is IMPLICIT


def test_r12_not_resource_covers_whatever_is_not_listed() -> None:
    but_data = [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::data/*"}]
    assert outcome(ask(), identity=but_data)[0] is IMPLICIT
    assert outcome(ask(resource="arn:aws:s3:::other/x"), identity=but_data)[0] is ALLOWED
    assert outcome(ask(action="sts:GetSessionToken", resource="*"), identity=but_data)[0] is ALLOWED
    assert outcome(ask(action="ec2:DescribeInstances", resource="*"), identity=but_data)[0] is ALLOWED


def test_r17_a_resource_policy_speaks_of_the_resources_that_it_names() -> None:
    objects = [allow("s3:*", "arn:aws:s3:::data/*", **EVERYONE)]
    assert outcome(ask(), resource=objects)[0] is ALLOWED
    assert outcome(ask(action="s3:ListBucket", resource="arn:aws:s3:::data"), resource=objects)[0] is IMPLICIT
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k-1"
    this_key = [allow("kms:Decrypt", "*", **to(str(ALICE.arn)))]
    assert outcome(ask(action="kms:Decrypt", resource=key), resource=this_key)[0] is ALLOWED


def test_r23_not_resource_star_and_empty_lists_match_nothing() -> None:
    nothings: list[str | list[str]] = ["*", []]
    for nothing in nothings:
        statement = {"Effect": "Allow", "Action": "*", "NotResource": nothing}
        assert outcome(ask(), identity=[statement])[0] is IMPLICIT
    assert outcome(ask(), identity=[{"Effect": "Allow", "NotAction": [], "Resource": "*"}])[0] is IMPLICIT


@pytest.mark.parametrize(
    ("caller", "arn", "kind"),
    [
        (ALICE, ALICE.arn, "User"),
        (APP, ROLE, "AssumedRole"),
        (FEDERATED, FEDERATED.arn, "FederatedUser"),
        (ROOT, ROOT.arn, "Account"),
        (ANONYMOUS, None, "Anonymous"),
    ],
)
def test_c43_c44_c47_the_callers_arn_and_type_follow_from_the_principal(
    caller: Principal, arn: str | None, kind: str
) -> None:
    lookup = context_lookup(ask(caller, context=RequestContext()))
    assert lookup("aws:PrincipalArn") == (ABSENT if arn is None else (arn,))
    assert lookup("aws:PrincipalType") == (kind,)


@pytest.mark.parametrize("layer", ["identity", "resource", "boundary", "session", "scp", "rcp", "vpce"])
def test_v11_variables_are_replaced_in_every_type_of_policy(layer: str) -> None:
    caller = APP
    principal = EVERYONE if layer in {"resource", "rcp", "vpce"} else {}
    home = deny("s3:*", "arn:aws:s3:::home/${aws:PrincipalAccount}/*", **principal)
    around: dict[str, list[dict[str, Any]]] = {"identity": [allow()], "scp": [allow()]}
    around[layer] = [*around.get(layer, []), home]
    context = present(aws_SourceVpce="vpce-1")
    inside = ask(caller, resource=f"arn:aws:s3:::home/{ACCOUNT}/x", context=context)
    assert outcome(inside, **around) == (EXPLICIT, layer)
    outside = ask(caller, resource="arn:aws:s3:::home/${aws:PrincipalAccount}/x", context=context)
    assert outcome(outside, **around)[0] is not EXPLICIT


def test_v12_a_role_session_has_no_user_name_to_put_in() -> None:
    home = [allow("s3:*", "arn:aws:s3:::home/${aws:username}/*")]
    assert outcome(ask(ALICE, resource="arn:aws:s3:::home/alice/x"), identity=home)[0] is ALLOWED
    assert outcome(ask(APP, resource="arn:aws:s3:::home/app/x"), identity=home)[0] is IMPLICIT
    by_id = [allow("s3:*", "arn:aws:s3:::home/${aws:userid}/*")]
    assert outcome(ask(APP, resource="arn:aws:s3:::home/AROAAPP:run-1/x"), identity=by_id)[0] is ALLOWED


@pytest.mark.parametrize("named", [OTHER, FOREIGN.arn, "*"])
def test_x2_x4_any_form_of_the_caller_is_the_resources_half_and_only_half(named: str) -> None:
    grant = [allow(**to(named))]
    assert outcome(ask(FOREIGN), resource=grant) == (IMPLICIT, "identity")
    assert outcome(ask(FOREIGN), resource=grant, identity=[allow()]) == (ALLOWED, "identity+resource")
    assert outcome(ask(FOREIGN), identity=[allow()]) == (IMPLICIT, "resource")


def test_x3_across_accounts_a_direct_grant_does_not_pass_the_boundary() -> None:
    foreign_session = replace(APP, account=OTHER, arn=str(APP.arn).replace(ACCOUNT, OTHER))
    grant = [allow(**to(str(foreign_session.arn)))]
    assert outcome(ask(foreign_session), resource=grant, identity=[allow()])[0] is ALLOWED
    for limit in ("boundary", "session"):
        limited = outcome(ask(foreign_session), resource=grant, identity=[allow()], **{limit: [allow("ec2:*")]})
        assert limited == (IMPLICIT, limit)


def test_x6_e44_the_session_of_a_role_is_a_caller_of_the_roles_account() -> None:
    assert outcome(ask(APP, owner=ACCOUNT), identity=[allow()]) == (ALLOWED, "identity")
    assert outcome(ask(APP, owner=OTHER), identity=[allow()]) == (IMPLICIT, "resource")


def test_x8_one_organisation_does_not_make_one_account() -> None:
    context = present(aws_PrincipalOrgID="o-1", aws_ResourceOrgID="o-1")
    assert outcome(ask(ALICE, owner=OTHER, context=context), identity=[allow()]) == (IMPLICIT, "resource")


def test_x10_an_organisation_narrows_star_and_the_caller_still_needs_its_own_allow() -> None:
    in_org = [allow(**EVERYONE, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})]
    member = ask(FOREIGN, context=present(aws_PrincipalOrgID="o-1"))
    stranger = ask(FOREIGN, context=present(aws_PrincipalOrgID="o-2"))
    assert outcome(member, resource=in_org) == (IMPLICIT, "identity")
    assert outcome(member, resource=in_org, identity=[allow()])[0] is ALLOWED
    assert outcome(stranger, resource=in_org, identity=[allow()]) == (IMPLICIT, "resource")


@pytest.mark.parametrize("layer", ["identity", "resource"])
def test_x14_a_deny_on_either_side_is_final_and_its_side_is_named(layer: str) -> None:
    sides = {"identity": [allow()], "resource": [allow(**EVERYONE)]}
    assert outcome(ask(FOREIGN), **sides)[0] is ALLOWED
    denying = deny(**(EVERYONE if layer == "resource" else {}))
    sides[layer] = [*sides[layer], denying]
    assert outcome(ask(FOREIGN), **sides) == (EXPLICIT, layer)


def test_m18_several_layers_without_an_allow_are_all_listed_in_the_order_of_the_checks() -> None:
    decision = answer(ask(APP), policies(identity=[], boundary=[allow("ec2:*")], scp=[allow("ec2:*")]))
    assert decision.layer == "scp"
    assert [name.value for name in decision.blocking] == ["scp", "identity", "boundary"]
    assert [caveat.code for caveat in decision.caveats] == ["several-layers"]


def test_m10_m18_one_layer_that_denies_needs_no_word_and_two_explicit_denies_do() -> None:
    one = answer(ask(APP), policies(identity=[allow(), deny()]))
    assert (one.effect, one.caveats) == (Effect.EXPLICIT_DENY, ())
    two = answer(ask(APP), policies(identity=[allow(), deny()], scp=[deny()]))
    assert [caveat.code for caveat in two.caveats] == ["several-layers"]
