"""What a single layer says of a request, field by field, before the layers are weighed against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, lookup_of, question_of
from policysim.evaluation.decision import Check, Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, LayerPolicies, PolicySet, level, one_level
from policysim.evaluation.principals import NOWHERE, Reach
from policysim.evaluation.reasons import Reason
from policysim.evaluation.services import deviation_of
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN
from policysim.evaluation.verdicts import LayerVerdict, judge
from policysim.language.request import Request, RequestContext
from tests.evaluation.building import allow, ask, deny, document, levels, policies
from tests.evaluation.callers import ACCOUNT, ALICE, APP, ROOT

OPEN = RequestContext()
UNREAD = Gap("policy-not-collected", "a policy was not collected")
OWN_ACCOUNT: dict[str, Any] = {"Principal": {"AWS": ACCOUNT}}
ITSELF: dict[str, Any] = {"Principal": {"AWS": ALICE.arn}}
SOMETIMES: dict[str, Any] = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
WITHOUT_RESOURCE = ask(action="s3:ListAllMyBuckets", resource="*")
TASK = RequestContext({"aws:AssumedRoot": ("true",)}, complete=True)


def verdict(name: LayerName, request: Request, found: PolicySet) -> LayerVerdict:
    deviation = deviation_of(request.action)
    question = question_of(request, found, CATALOGUE, DEFAULT_SWITCHES)
    return judge(name, found, question._replace(lookup=lookup_of(request, deviation)), deviation)


def decision(request: Request, found: PolicySet) -> Decision:
    return decide(request, found, CATALOGUE)


def check(name: LayerName, request: Request, found: PolicySet) -> Check:
    return next(check for check in decision(request, found).checks if check.layer is name)


def codes(request: Request, found: PolicySet) -> set[str]:
    return {caveat.code for caveat in decision(request, found).caveats}


def owned(request: Request, *, by_management_account: bool | None) -> Request:
    return replace(request, resource=replace(request.resource, in_management_account=by_management_account))


def test_e2_a_certain_deny_stays_certain_beside_one_that_is_open() -> None:
    found = policies(identity=[allow(), deny(), deny(**SOMETIMES)])
    assert verdict(LayerName.IDENTITY, ask(context=OPEN), found).denied is TRUE
    assert decision(ask(context=OPEN), found).effect is Effect.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("name", "reach"),
    [(LayerName.RESOURCE, Reach(UNKNOWN, UNKNOWN, UNKNOWN)), (LayerName.IDENTITY, NOWHERE), (LayerName.SCP, NOWHERE)],
)
def test_what_nobody_collected_may_allow_and_a_resource_policy_may_reach_the_caller_in_any_way(
    name: LayerName, reach: Reach
) -> None:
    found = verdict(name, ask(), policies(gaps={name: (UNREAD,)}))
    assert (found.denied, found.allowed, found.reach, found.gaps) == (UNKNOWN, UNKNOWN, reach, (UNREAD,))


def test_a_resource_policy_in_parts_reaches_the_caller_by_all_of_them() -> None:
    parts = [[allow(**OWN_ACCOUNT)], [allow(**ITSELF)], [allow("ec2:*", **ITSELF)]]
    content = levels(LayerName.RESOURCE, *parts)
    unread = level("unread", [], [UNREAD._replace(may_deny=False)])
    whole = PolicySet({LayerName.RESOURCE: LayerPolicies((*content.levels, unread))})
    found = verdict(LayerName.RESOURCE, ask(), whole)
    assert (found.present, found.denied, found.allowed) == (True, FALSE, TRUE)
    assert (found.reach, found.gaps) == (Reach(direct=TRUE, entity=UNKNOWN, account=TRUE), unread.gaps)


def test_e7_one_of_several_identity_policies_is_enough() -> None:
    content = levels(LayerName.IDENTITY, [allow()], [allow("ec2:*")])
    found = verdict(LayerName.IDENTITY, ask(), PolicySet({LayerName.IDENTITY: content}))
    assert (found.present, found.allowed, found.reach) == (True, TRUE, NOWHERE)


def test_e27_an_rcp_layer_allows_whatever_its_statements_say() -> None:
    for statements in ([], [allow("ec2:*")], [deny(**SOMETIMES)]):
        assert verdict(LayerName.RCP, ask(context=OPEN), policies(rcp=statements)).allowed is TRUE


def test_e32_a_task_policy_has_no_allow_to_miss() -> None:
    found = verdict(LayerName.SESSION, ask(ROOT, context=TASK), policies(session=[deny("ec2:*")]))
    assert (found.denied, found.allowed) == (FALSE, TRUE)


def test_s12_a_deny_that_is_ignored_denies_nothing() -> None:
    request = ask(ROOT, "s3:PutBucketPolicy", "arn:aws:s3:::data")
    assert verdict(LayerName.RESOURCE, request, policies(resource=[deny(Principal="*")])).denied is FALSE


@pytest.mark.parametrize("name", [LayerName.BOUNDARY, LayerName.SESSION, LayerName.SCP, LayerName.RCP, LayerName.VPCE])
def test_e5_a_limit_that_is_not_there_is_not_needed(name: LayerName) -> None:
    found = policies(identity=[allow()])
    assert not check(name, ask(APP), found).needed
    assert not check(name, ask(APP), found).present


def test_e3_past_an_open_path_the_outer_limits_alone_are_in_the_way() -> None:
    found = policies(resource=[allow(**ITSELF)], boundary=[allow("ec2:*")], scp=[allow("ec2:*")])
    assert decision(ask(), found).blocking == (LayerName.SCP,)


@pytest.mark.parametrize(
    ("statement", "by_management_account", "doubtful"),
    [
        (deny(Principal="*"), False, True),
        (deny(Principal="*"), True, False),
        (deny("s3:Get*", Principal="*"), False, False),
        (allow(Principal="*"), False, False),
    ],
)
def test_e28_only_a_deny_that_could_bind_makes_an_action_without_resource_doubtful(
    statement: dict[str, Any], *, by_management_account: bool, doubtful: bool
) -> None:
    request = owned(WITHOUT_RESOURCE, by_management_account=by_management_account)
    found = policies(identity=[allow()], rcp=[statement])
    assert ("rcp-without-resource" in codes(request, found)) is doubtful


def test_e20_an_open_account_leaves_scps_open_and_nothing_else_is_named() -> None:
    request = owned(ask(replace(ALICE, in_management_account=None), context=OPEN), by_management_account=None)
    found = policies(identity=[allow()], scp=[deny()])
    assert decision(request, found).unknown_keys == ()
    assert [doubt.code for doubt in verdict(LayerName.SCP, request, found).doubts] == ["management-account-open"]


def test_e25_e38_whether_rcps_bind_hangs_on_the_resource_s_account() -> None:
    found = policies(identity=[allow()], rcp=[deny(Principal="*")])
    request = owned(ask(), by_management_account=None)
    assert "management-account-open" in {doubt.code for doubt in verdict(LayerName.RCP, request, found).doubts}
    open_caller = ask(replace(APP, in_management_account=None, service_linked=None))
    assert {doubt.code for doubt in verdict(LayerName.RCP, open_caller, found).doubts} == {"service-linked-open"}


def test_e26_an_scp_never_hangs_on_what_rcps_speak_of() -> None:
    request = ask(replace(ALICE, in_management_account=None), "unheardof:DoIt", "*")
    found = verdict(LayerName.SCP, request, policies(identity=[allow()], scp=[deny()]))
    assert [doubt.code for doubt in found.doubts] == ["management-account-open"]


def test_e17_e35_only_an_endpoint_policy_hinges_on_the_endpoint() -> None:
    both = policies(identity=[allow()], scp=[deny()], vpce=[deny(Principal="*")])
    request = ask(replace(ALICE, in_management_account=None), context=OPEN)
    assert verdict(LayerName.VPCE, request, both).hinges_on == ("aws:SourceVpce",)
    assert verdict(LayerName.SCP, request, both).hinges_on == ()


def test_the_documents_of_a_verdict_are_those_that_matched() -> None:
    attached = document(LayerName.IDENTITY, allow(), deny("ec2:*"), allow("s3:GetObject", **SOMETIMES))
    found = PolicySet({LayerName.IDENTITY: LayerPolicies((level("here", [attached]),))})
    got = verdict(LayerName.IDENTITY, ask(context=OPEN), found)
    assert [match.truth for match in got.allows] == [TRUE, UNKNOWN]
    assert (got.denies, got.node) == ((), None)


def test_a_policy_set_has_the_gaps_of_all_its_layers() -> None:
    other = UNREAD._replace(sentence="another was not collected")
    found = policies(gaps={LayerName.IDENTITY: (UNREAD,), LayerName.RESOURCE: (other,)})
    assert found.gaps == (UNREAD, other)


def test_a_broken_document_is_named_in_its_gap() -> None:
    broken = document(LayerName.IDENTITY, {"Effect": "allow", "Action": "*", "Resource": "*"})
    [gap] = level("here", [broken]).gaps
    assert gap.sentence == "`identity` has errors and was left out"
    assert one_level("here", [broken]).levels[0].node == "here"


def test_a_reason_has_a_code_and_a_match_no_sentence() -> None:
    assert (Reason.ACTION_OTHER.code, Reason.RESOURCE_NEEDS_STAR.code) == ("action-other", "resource-needs-star")
    [match] = verdict(LayerName.IDENTITY, ask(), policies(identity=[allow()])).allows
    assert [outcome.sentence for outcome in match.outcomes] == ["", ""]


def test_c66_only_what_is_said_of_unlisted_keys_names_them() -> None:
    condition = {"StringLike": {"made:up": "*", "aws:PrincipalTag/none": "${aws:PrincipalTag/none}"}}
    context = RequestContext({"made:up": "x", "aws:PrincipalTag/none": ("a", "b")}, complete=True)
    told = decision(ask(context=context), policies(identity=[allow(Condition=condition)])).caveats
    assert [("`made:up`: " in caveat.sentence) for caveat in told] == [
        caveat.code == "key-unknown-to-catalogue" for caveat in told
    ]


def test_e32_a_task_policy_blocks_nowhere() -> None:
    task = check(LayerName.SESSION, ask(ROOT, context=TASK), policies(session=[deny("ec2:*")]))
    assert (task.blocking_node, task.verdict.value) == (None, "ALLOW")
