"""What the compiled form keeps from one request to the next: nothing that another request could answer differently."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet
from policysim.evaluation.switches import Switches
from policysim.language.request import Principal, Request, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT, SERVICE, WEB

SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s"
UNREAD = Gap("policy-not-collected", "a policy was not collected")
EVERYBODY = [allow(Principal="*")]


def alike(found: PolicySet, *requests: Request) -> list[Effect]:
    """The effects of the requests asked one after the other, twice, which must be those of ``decide``."""
    evaluator = Evaluator(found, CATALOGUE)
    expected = [decide(request, found, CATALOGUE).effect for request in requests]
    assert [evaluator.effect(request) for request in requests] == expected
    assert [evaluator.effect(request) for request in requests] == expected
    return expected


def test_x13_what_crosses_accounts_for_one_action_does_not_for_another() -> None:
    found = policies(identity=[allow()], resource=EVERYBODY)
    crossing, not_crossing = (
        ask(FOREIGN, f"secretsmanager:{action}", SECRET) for action in ("GetSecretValue", "CreateSecret")
    )
    assert alike(found, crossing, not_crossing) == [Effect.ALLOWED, Effect.IMPLICIT_DENY]


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT, FOREIGN, SERVICE, ANONYMOUS, WEB])
@pytest.mark.parametrize(
    "found",
    [
        policies(identity=[allow()], resource=EVERYBODY, scp=[deny()]),
        policies(identity=[allow()], resource=EVERYBODY, rcp=[deny(Principal="*")]),
        policies(identity=[allow()], resource=EVERYBODY, scp=[allow("ec2:*")]),
        policies(identity=[allow()], resource=EVERYBODY, vpce=[deny(Principal="*")]),
        policies(identity=[allow()], gaps={LayerName.RESOURCE: (UNREAD,)}),
        policies(identity=[], gaps={LayerName.BOUNDARY: (UNREAD,)}),
    ],
)
def test_e17_e20_e25_e35_facts_that_are_open_stay_open(caller: Principal, found: PolicySet) -> None:
    requests = []
    for managed, linked, owner in itertools.product((None, True, False), (None, False), (None, ACCOUNT, OTHER)):
        asked = ask(replace(caller, in_management_account=managed, service_linked=linked), owner=owner)
        requests.append(asked)
        requests.append(replace(asked, resource=replace(asked.resource, in_management_account=managed)))
    for vpce in (("vpce-1",), ()):
        context = RequestContext({"aws:SourceVpce": vpce}, complete=True)
        requests.append(replace(requests[0], context=context))
    requests.append(replace(requests[0], context=RequestContext()))
    alike(found, *requests)


def test_r3_what_stands_for_no_resource_counts_behind_a_variable_too() -> None:
    tagged = RequestContext({"aws:PrincipalTag/bucket": "*"}, complete=True)
    found = policies(identity=[allow(resource="arn:aws:s3:::${aws:PrincipalTag/bucket}")])
    request = ask(action="s3:ListAllMyBuckets", resource="*", context=tagged)
    assert alike(found, request) == [Effect.ALLOWED]


def test_a_whole_decision_has_the_trace_and_the_switches_that_were_asked_for() -> None:
    several = RequestContext({"aws:PrincipalTag/t": ("a", "b")}, complete=True)
    found = policies(identity=[allow(Condition={"StringEquals": {"aws:PrincipalTag/t": "a"}}), allow("ec2:*")])
    request = ask(context=several)
    assert len(Evaluator(found, CATALOGUE).decide(request, trace=True).trace) == 2
    assert Evaluator(found, CATALOGUE).decide(request).trace == ()
    for match_any, effect in ((True, Effect.ALLOWED), (False, Effect.IMPLICIT_DENY)):
        evaluator = Evaluator(found, CATALOGUE, switches=Switches(several_values_match_any=match_any))
        assert (evaluator.decide(request).effect, evaluator.effect(request)) == (effect, effect)


def test_p21_a_boundary_that_nobody_read_may_be_one() -> None:
    listing = {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": [ALICE.arn, ACCOUNT]}}
    found = policies(
        identity=[allow()], resource=[listing], gaps={LayerName.BOUNDARY: (UNREAD._replace(may_deny=False),)}
    )
    decision = decide(ask(), found, CATALOGUE)
    assert Effect.EXPLICIT_DENY in decision.possible


def test_r13_a_call_tells_its_trace_and_every_decision() -> None:
    found = policies(identity=[allow(), allow("ec2:*")])
    call = decide_call([(ask(), found), (ask(action="s3:PutObject"), found)], CATALOGUE, trace=True)
    assert [len(decision.trace) for decision in call.decisions] == [2, 2]
    assert decide_call([(ask(), found)], CATALOGUE).deciding.trace == ()


def test_a8_a_denied_call_is_told_with_what_denies_it_alone() -> None:
    passing = ask(action="iam:PassRole", resource=f"arn:aws:iam::{ACCOUNT}:role/x")
    allowed, denied = policies(identity=[allow()]), policies(identity=[])
    [caveat] = decide(passing, allowed, CATALOGUE).caveats
    assert decide_call([(passing, allowed), (ask(), allowed)], CATALOGUE).caveats == (caveat,)
    assert decide_call([(passing, allowed), (ask(), denied)], CATALOGUE).caveats == ()


ASKED = (
    ("s3:GetObject", "arn:aws:s3:::data/x"),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"),
    ("kms:RetireGrant", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/x"),
    ("sts:SetSourceIdentity", f"arn:aws:iam::{ACCOUNT}:role/x"),
    ("secretsmanager:GetSecretValue", SECRET),
    ("secretsmanager:CreateSecret", SECRET),
    ("organizations:DescribeOrganization", "*"),
    ("execute-api:Invoke", f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a/b/GET/x"),
    ("iam:GetUser", "*"),
)


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT, FOREIGN, SERVICE, ANONYMOUS])
@pytest.mark.parametrize(
    "found",
    [
        policies(identity=[allow()]),
        policies(identity=[], resource=EVERYBODY),
        policies(identity=[allow()], resource=EVERYBODY),
        policies(identity=[allow()], resource=[allow(Principal={"AWS": ACCOUNT})]),
    ],
    ids=["identity", "resource", "both", "delegated"],
)
def test_s1_s19_s35_x13_what_one_action_needs_another_does_not(caller: Principal, found: PolicySet) -> None:
    requests = [ask(caller, action, resource) for action, resource in ASKED]
    alike(found, *requests)
    alike(found, *reversed(requests))


def test_what_was_found_for_one_caller_or_owner_serves_no_other() -> None:
    found = policies(identity=[], resource=[allow(Principal={"AWS": str(ALICE.arn)})])
    callers = [ask(caller) for caller in (ALICE, APP, ROOT, ALICE, FOREIGN)]
    assert len(set(alike(found, *callers))) == 2
    owners = [ask(owner=owner) for owner in (ACCOUNT, OTHER, None, ACCOUNT)]
    assert len(set(alike(policies(identity=[allow()]), *owners))) == 3
