"""The decision rule beyond what a case file can show: checks, blocking layers, gaps, caveats, calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect, Grant, Verdict
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.policy_set import Gap, PolicySet, one_level
from policysim.evaluation.reasons import Reason
from policysim.language.policy_types import PolicyType
from policysim.language.request import ABSENT, Principal, PublicAccessBlock, Request, RequestContext, Resource
from tests.evaluation.building import allow, ask, deny, document, levels, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT, SERVICE, WEB

MISSING = Gap("not-collected", "nobody collected this")
EVERYONE: dict[str, Any] = {"Principal": "*"}
OPEN = RequestContext()


def answer(request: Request, found: PolicySet) -> Decision:
    return decide(request, found, CATALOGUE)


def test_every_layer_has_one_row() -> None:
    assert sorted(layer.name.value for layer in LAYERS) == sorted(name.value for name in LayerName)


def test_e2_all_matching_denies_are_listed_and_the_first_check_names_the_layer() -> None:
    decision = answer(ask(), policies(identity=[allow(), deny()], boundary=[allow(), deny()], scp=[allow(), deny()]))
    assert (decision.effect, decision.layer) == (Effect.EXPLICIT_DENY, "scp")
    assert [match.layer.value for match in decision.statements] == ["scp", "identity", "boundary"]


def test_m10_every_blocking_layer_is_reported_in_order() -> None:
    decision = answer(ask(APP), policies(identity=[], boundary=[allow("ec2:*")], scp=[allow("ec2:*")], session=[]))
    assert decision.effect is Effect.IMPLICIT_DENY
    assert [name.value for name in decision.blocking] == ["scp", "identity", "boundary", "session"]


def test_e5_absent_layers_restrict_nothing_and_grant_nothing() -> None:
    decision = answer(ask(), policies(identity=[allow()]))
    verdicts = {check.layer.value: check.verdict for check in decision.checks}
    assert decision.effect is Effect.ALLOWED
    assert verdicts.pop("identity") is Verdict.ALLOW
    assert set(verdicts.values()) == {Verdict.NO_IMPACT}


def test_e11_account_grant_alone_has_no_impact_in_the_same_account() -> None:
    found = policies(identity=[], resource=[allow(Principal={"AWS": ACCOUNT})])
    decision = answer(ask(), found)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert decision.check(LayerName.RESOURCE).verdict is Verdict.NO_IMPACT


HIMSELF: dict[str, Any] = {"Principal": {"AWS": ALICE.arn}}
OF_HIS_ARN: dict[str, Any] = {**EVERYONE, "Condition": {"ArnEquals": {"aws:PrincipalArn": ALICE.arn}}}


@pytest.mark.parametrize(
    ("grant", "caveat"),
    [(EVERYONE, "star-grant"), (HIMSELF, "direct-grant"), (OF_HIS_ARN, "direct-grant")],
    ids=["a plain star", "the user", "a star narrowed to the user"],
)
def test_e8_e10_a_direct_grant_past_a_boundary_says_so_and_what_is_doubtful(grant: dict[str, Any], caveat: str) -> None:
    decision = answer(ask(), policies(boundary=[allow("ec2:*")], resource=[allow(**grant)]))
    assert (decision.effect, decision.layer) == (Effect.ALLOWED, "resource")
    assert [found.code for found in decision.caveats] == [caveat]


def test_e8_a_direct_grant_that_the_boundary_allows_needs_no_word() -> None:
    decision = answer(ask(), policies(boundary=[allow("s3:*")], resource=[allow(**EVERYONE)]))
    assert (decision.effect, decision.caveats) == (Effect.ALLOWED, ())


def test_e16_a_federated_user_without_session_policy_has_only_direct_grants() -> None:
    entity: dict[str, Any] = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/broker"}}
    itself: dict[str, Any] = {"Principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/feda"}}
    assert answer(ask(FEDERATED), policies(identity=[allow()])).layer == "session"
    assert answer(ask(FEDERATED), policies(resource=[allow(**entity)])).effect is Effect.IMPLICIT_DENY
    assert answer(ask(FEDERATED), policies(resource=[allow(**itself)])).effect is Effect.ALLOWED


def test_e18_the_level_without_an_allow_is_named() -> None:
    found = policies(identity=[allow()]).with_layer(
        LayerName.SCP, levels(LayerName.SCP, [allow()], [allow("ec2:*")], [allow()])
    )
    decision = answer(ask(), found)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "scp")
    assert decision.check(LayerName.SCP).blocking_node == "level-1"


@pytest.mark.parametrize(
    "caller",
    [replace(ALICE, in_management_account=True), replace(APP, service_linked=True), SERVICE, ANONYMOUS],
    ids=["management", "service-linked", "service", "anonymous"],
)
def test_e20_scps_do_not_bind(caller: Principal) -> None:
    found = policies(identity=[allow()], resource=[allow(**EVERYONE)], scp=[deny()])
    decision = answer(ask(caller), found)
    assert decision.effect is Effect.ALLOWED
    assert not decision.check(LayerName.SCP).present


def test_e26_an_rcp_on_a_service_outside_the_list_does_nothing() -> None:
    rcp = [deny("sns:*", **EVERYONE)]
    request = ask(action="sns:Publish", resource=f"arn:aws:sns:eu-west-1:{ACCOUNT}:t")
    assert answer(request, policies(identity=[allow()], rcp=rcp)).effect is Effect.ALLOWED
    assert decide(request, policies(identity=[allow()], rcp=rcp), NO_FACTS).effect is Effect.DEPENDS


def test_e27_an_rcp_layer_never_denies_implicitly() -> None:
    rcp = [deny("s3:Put*", **EVERYONE)]
    assert answer(ask(), policies(identity=[allow()], rcp=rcp)).effect is Effect.ALLOWED


def test_e30_root_is_allowed_without_policies_and_bound_by_scps() -> None:
    assert answer(ask(ROOT), policies()).layer == "root"
    assert answer(ask(ROOT), policies(scp=[deny()])).layer == "scp"
    assumed = ask(ROOT, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/app")
    found = PolicySet()
    assert (answer(assumed, found).effect, answer(assumed, found).layer) == (Effect.IMPLICIT_DENY, "special")


def test_e41_get_caller_identity_cannot_be_denied() -> None:
    decision = answer(ask(action="sts:GetCallerIdentity", resource="*"), policies(identity=[deny()]))
    assert (decision.effect, decision.layer) == (Effect.ALLOWED, "special")
    assert "E41" in decision.caveats[0].sentence


def test_r22_an_unknown_owner_is_tried_both_ways() -> None:
    only_identity = answer(ask(owner=None), policies(identity=[allow()]))
    assert only_identity.effect is Effect.DEPENDS
    assert "owner-unknown" in {caveat.code for caveat in only_identity.caveats}
    direct = [allow(Principal={"AWS": str(ALICE.arn)})]
    assert answer(ask(owner=None), policies(identity=[allow()], resource=direct)).effect is Effect.ALLOWED
    assert answer(ask(owner=None), policies(identity=[])).effect is Effect.IMPLICIT_DENY


def test_x1_both_sides_must_allow_across_accounts() -> None:
    granted = [allow(Principal={"AWS": OTHER})]
    assert answer(ask(FOREIGN), policies(identity=[allow()], resource=granted)).layer == "identity+resource"
    assert answer(ask(FOREIGN), policies(identity=[allow()])).layer == "resource"
    assert answer(ask(FOREIGN), policies(identity=[], resource=granted)).layer == "identity"


def test_x13_some_operations_never_cross_accounts() -> None:
    found = policies(identity=[allow()], resource=[allow(Principal={"AWS": OTHER})])
    assert answer(ask(FOREIGN, "s3:PutBucketPolicy", "arn:aws:s3:::data"), found).effect is Effect.IMPLICIT_DENY
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
    assert answer(ask(FOREIGN, "kms:Decrypt", key), found).effect is Effect.ALLOWED
    assert answer(ask(FOREIGN, "kms:DisableKey", key), found).effect is Effect.IMPLICIT_DENY


def test_s9_a_role_of_another_account_cannot_be_passed() -> None:
    request = ask(action="iam:PassRole", resource=f"arn:aws:iam::{OTHER}:role/app", owner=OTHER)
    assert answer(request, policies(identity=[allow()])).layer == "special"


def test_s9_resource_tags_are_not_believed_for_pass_role() -> None:
    tagged = RequestContext({"aws:ResourceTag/team": "blue"}, complete=True)
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    condition: dict[str, Any] = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}}
    found = policies(identity=[allow("iam:*", **condition)])
    assert answer(ask(action="iam:PassRole", resource=role, context=tagged), found).effect is Effect.DEPENDS
    assert answer(ask(action="iam:GetRole", resource=role, context=tagged), found).effect is Effect.ALLOWED


def test_s10_pass_role_says_that_the_trust_policy_is_separate() -> None:
    request = ask(action="iam:PassRole", resource=f"arn:aws:iam::{ACCOUNT}:role/app")
    decision = answer(request, policies(identity=[allow()]))
    assert "trust-is-separate" in {caveat.code for caveat in decision.caveats}


def test_s12_the_owner_root_escapes_a_bucket_policy_but_no_scp() -> None:
    bucket = [deny(**EVERYONE)]
    request = ask(ROOT, "s3:DeleteBucketPolicy", "arn:aws:s3:::data")
    assert answer(request, policies(resource=bucket)).layer == "special"
    assert answer(request, policies(resource=bucket, scp=[deny()])).layer == "scp"
    assert answer(replace(request, action="s3:DeleteBucket"), policies(resource=bucket)).layer == "resource"


def trusting(**principal: object) -> PolicySet:
    """A caller with every permission, and a role whose trust policy names this principal."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **principal}
    trust = document(LayerName.RESOURCE, statement, type_=PolicyType.TRUST)
    return policies(identity=[allow()]).with_layer(LayerName.RESOURCE, one_level("role", [trust]))


def test_s1_to_s4_the_trust_policy_must_allow() -> None:
    request = ask(action="sts:AssumeRole", resource=f"arn:aws:iam::{ACCOUNT}:role/app")
    assert answer(request, policies(identity=[allow()])).layer == "resource"
    assert answer(request, trusting(Principal={"AWS": ACCOUNT})).layer == "identity+resource"
    assert answer(request, trusting(Principal={"AWS": str(ALICE.arn)})).layer == "resource"
    assert answer(request, trusting(Principal={"Service": "ec2.amazonaws.com"})).layer == "resource"


def test_a_gap_leaves_open_what_it_could_change_and_nothing_else() -> None:
    gap = {LayerName.SCP: (MISSING,)}
    open_ = answer(ask(), policies(identity=[allow()], gaps=gap))
    assert open_.effect is Effect.DEPENDS
    assert open_.gaps == (MISSING,)
    closed = answer(ask(), policies(identity=[], gaps=gap))
    assert (closed.effect, closed.layer, closed.possible) == (
        Effect.IMPLICIT_DENY,
        "identity",
        (Effect.EXPLICIT_DENY,),
    )


def test_a_gap_that_can_only_allow_never_makes_a_deny_possible() -> None:
    grants = {LayerName.RESOURCE: (MISSING._replace(may_deny=False),)}
    allowed = answer(ask(), policies(identity=[allow()], gaps=grants))
    assert (allowed.effect, allowed.possible) == (Effect.ALLOWED, ())
    assert answer(ask(), policies(identity=[], gaps=grants)).possible == (Effect.ALLOWED, Effect.IMPLICIT_DENY)


def test_a_broken_document_is_a_gap_of_its_layer() -> None:
    found = policies(identity=[allow(), {"Effect": "allow", "Action": "*", "Resource": "*"}])
    decision = answer(ask(), found)
    assert decision.effect is Effect.DEPENDS
    assert [gap.code for gap in decision.gaps] == ["policy-broken"]
    assert decision.gaps[0].problems


def test_unknown_keys_that_cancel_out_leave_the_decision_certain() -> None:
    either = [
        allow(Condition={"StringEquals": {"s3:prefix": "a"}}),
        allow(Condition={"StringNotEquals": {"s3:prefix": "a"}}),
    ]
    decision = answer(ask(context=OPEN), policies(identity=either))
    assert (decision.effect, decision.unknown_keys, decision.possible) == (Effect.ALLOWED, (), ())
    assert len(decision.statements) == 2


def test_depends_names_the_key_and_the_values_that_settle_it() -> None:
    condition: dict[str, Any] = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    decision = answer(ask(context=OPEN), policies(identity=[allow(**condition)]))
    assert decision.effect is Effect.DEPENDS
    [unknown] = decision.unknown_keys
    assert unknown.key == "aws:RequestedRegion"
    assert dict(unknown.settles)["eu-west-1"] is Effect.ALLOWED
    assert Effect.IMPLICIT_DENY in dict(unknown.settles).values()
    assert None not in dict(unknown.settles), "every request has a Region"


def test_an_unknown_key_that_can_only_be_one_of_a_few_values_is_tried_with_these_alone() -> None:
    either = OPEN.with_candidates("aws:MultiFactorAuthPresent", ("false",), ABSENT)
    strict = [allow(), deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})]
    assert answer(ask(APP, context=either), policies(identity=strict)).effect is Effect.EXPLICIT_DENY
    loose = [allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})]
    decision = answer(ask(APP, context=either), policies(identity=loose))
    assert decision.effect is Effect.DEPENDS
    assert decision.unknown_keys[0].settles == (("false", Effect.EXPLICIT_DENY), (None, Effect.ALLOWED))


def test_a_key_inside_a_policy_variable_is_not_split_and_says_so() -> None:
    found = policies(identity=[allow(resource="arn:aws:s3:::data/${aws:PrincipalTag/team}")])
    decision = answer(ask(context=OPEN), found)
    assert decision.effect is Effect.DEPENDS
    assert [unknown.key for unknown in decision.unknown_keys] == ["aws:PrincipalTag/team"]
    assert "not-split" in {caveat.code for caveat in decision.caveats}


def test_a_trace_names_element_by_element_what_was_compared() -> None:
    condition: dict[str, Any] = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    found = policies(identity=[allow("s3:Put*", "arn:aws:s3:::logs/*", **condition)])
    context = RequestContext({"aws:RequestedRegion": "us-east-1"}, complete=True)
    decision = decide(ask(context=context), found, CATALOGUE, trace=True)
    [match] = decision.trace
    assert [outcome.reason for outcome in match.failures] == [
        Reason.ACTION_OTHER,
        Reason.RESOURCE_OTHER,
        Reason.VALUE_OTHER,
    ]
    assert match.failures[0].sentence == "lists `s3:Put*`, the request is `s3:GetObject`"
    assert (match.failures[2].wanted, match.failures[2].found) == ("`eu-west-1`", "`us-east-1`")


def test_the_grant_of_a_resource_statement_is_recorded() -> None:
    decision = answer(ask(APP), policies(resource=[allow(Principal={"AWS": str(APP.entity_arn)})]))
    assert [match.grant for match in decision.statements] == [Grant.ENTITY]


def test_r13_a_call_passes_only_if_every_request_does() -> None:
    found = policies(identity=[allow(resource="arn:aws:s3:::data/*")])
    inside, outside = ask(), replace(ask(), resource=Resource(arn="arn:aws:s3:::logs/x", account=ACCOUNT))
    call = decide_call([(inside, found), (outside, found)], CATALOGUE)
    assert call.effect is Effect.IMPLICIT_DENY
    assert call.deciding.request == outside
    assert decide_call([(inside, found)], CATALOGUE).effect is Effect.ALLOWED


def test_a_call_that_is_denied_in_one_part_is_denied_though_another_is_open() -> None:
    condition: dict[str, Any] = {"Condition": {"StringEquals": {"s3:prefix": "a"}}}
    open_, closed = policies(identity=[allow(**condition)]), policies(identity=[])
    assert decide_call([(ask(context=OPEN), open_), (ask(), closed)], CATALOGUE).effect is Effect.IMPLICIT_DENY
    assert decide_call([(ask(context=OPEN), open_), (ask(), policies(identity=[allow()]))]).effect is Effect.DEPENDS


def test_v4_a_variable_without_a_value_is_mentioned_only_where_it_could_matter() -> None:
    own, other = "arn:aws:s3:::data/${aws:PrincipalTag/team}", "arn:aws:sqs:*:*:${aws:PrincipalTag/team}"
    near = answer(ask(), policies(identity=[allow(resource=own)]))
    far = answer(ask(), policies(identity=[allow(resource=other)]))
    assert [near.effect, far.effect] == [Effect.IMPLICIT_DENY, Effect.IMPLICIT_DENY]
    assert "variable-unresolved" in {caveat.code for caveat in near.caveats}
    assert far.caveats == ()


def test_e20_an_account_that_may_be_the_management_account_may_be_free_of_scps() -> None:
    nobody_knows = replace(ALICE, in_management_account=None)
    decision = answer(ask(nobody_knows), policies(identity=[allow()], scp=[deny()]))
    assert decision.effect is Effect.DEPENDS
    assert [caveat.code for caveat in decision.caveats] == ["management-account-open"]
    assert answer(ask(nobody_knows), policies(identity=[allow()], scp=[allow()])).effect is Effect.ALLOWED


def test_p14_a_provider_of_another_account_cannot_be_trusted() -> None:
    foreign = f"arn:aws:iam::{OTHER}:oidc-provider/token.actions.example.com"
    request = ask(
        replace(WEB, provider=foreign), "sts:AssumeRoleWithWebIdentity", f"arn:aws:iam::{ACCOUNT}:role/deploy"
    )
    statement = {"Effect": "Allow", "Action": request.action, "Principal": {"Federated": foreign}}
    trust = document(LayerName.RESOURCE, statement, type_=PolicyType.TRUST)
    found = PolicySet({LayerName.RESOURCE: one_level("role", [trust])})
    assert (answer(request, found).effect, answer(request, found).layer) == (Effect.IMPLICIT_DENY, "special")


def test_a_doubt_is_mentioned_only_where_it_could_overturn_the_decision() -> None:
    doubtful = allow(resource="arn:aws:logs:*:log-group:g:*")  # fits only if the first star may run past a colon (R7)
    stream = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:g:log-stream:s"
    request = ask(action="logs:PutLogEvents", resource=stream)
    denied = answer(request, policies(identity=[doubtful]))
    assert [caveat.code for caveat in denied.caveats] == ["segment-star"]
    assert answer(request, policies(identity=[doubtful, allow()])).caveats == ()
    refused = answer(request, policies(identity=[allow(), {**doubtful, "Effect": "Deny"}]))
    assert refused.effect is Effect.ALLOWED
    assert [caveat.code for caveat in refused.caveats] == ["segment-star"]


def test_s15_a_refusal_by_block_public_access_says_so() -> None:
    found = policies(identity=[allow()], resource=[allow(**EVERYONE)])
    block = PublicAccessBlock(restrict_public_buckets=True)
    foreign = ask(FOREIGN)
    blocked = replace(foreign, resource=replace(foreign.resource, public_access_block=block))
    decision = answer(blocked, found)
    assert (decision.effect, decision.layer, decision.statements) == (Effect.EXPLICIT_DENY, "resource", ())
    assert [caveat.code for caveat in decision.caveats] == ["public-access-restricted"]
    assert answer(replace(blocked, principal=ALICE), found).effect is Effect.ALLOWED


def test_s17_access_through_an_access_point_says_that_the_bucket_decides_too() -> None:
    through = ask(resource=f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/reports/object/x")
    decision = answer(through, policies(identity=[allow()]))
    assert [caveat.code for caveat in decision.caveats] == ["bucket-is-separate"]
    assert answer(through, policies(identity=[])).caveats == ()
    assert answer(ask(), policies(identity=[allow()])).caveats == ()
