"""The verdict of each layer, in AWS's words: whose Allow a request needs, and whose not (spec E3, E7 to E16)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect, Verdict
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap
from policysim.evaluation.principals import Circumstances, match_principal
from policysim.evaluation.truth import UNKNOWN
from policysim.language.policy import Effect as StatementEffect
from policysim.language.policy import PrincipalElement, PrincipalEntry
from policysim.language.request import RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request

ITSELF: dict[str, Any] = {"Principal": {"AWS": str(APP.arn)}}
ROLE: dict[str, Any] = {"Principal": {"AWS": str(APP.entity_arn)}}
OWN_ACCOUNT: dict[str, Any] = {"Principal": {"AWS": ACCOUNT}}
OTHER_ACCOUNT: dict[str, Any] = {"Principal": {"AWS": OTHER}}
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
NOTHING = [allow("ec2:*")]


def words(request: Request, found: PolicySet) -> dict[str, str]:
    """The verdicts of the layers that have an impact, and which of them were needed."""
    checks = decide(request, found, CATALOGUE).checks
    shown = {check.layer.value: check.verdict.value for check in checks if check.verdict is not Verdict.NO_IMPACT}
    for check in checks:
        assert check.needed or check.verdict is not Verdict.IMPLICIT_DENY, "a layer that is not needed denies nothing"
    return shown


@pytest.mark.parametrize(
    ("request_", "found", "expected"),
    [
        (ask(APP), policies(identity=[], boundary=[allow()]), {"identity": "IMPLICIT_DENY", "boundary": "ALLOW"}),
        (ask(APP), policies(identity=[], resource=[allow(**ITSELF)], boundary=NOTHING), {"resource": "ALLOW"}),
        (
            ask(APP),
            policies(identity=[], resource=[allow(**ROLE)], boundary=NOTHING),
            {"resource": "ALLOW", "boundary": "IMPLICIT_DENY"},
        ),
        (
            ask(APP),
            policies(identity=[allow()], resource=[allow(**OWN_ACCOUNT)], session=NOTHING),
            {"identity": "ALLOW", "session": "IMPLICIT_DENY"},
        ),
        (ask(FEDERATED), policies(identity=[allow()]), {"identity": "ALLOW", "session": "IMPLICIT_DENY"}),
        (ask(FOREIGN), policies(identity=[allow()], resource=[]), {"resource": "IMPLICIT_DENY", "identity": "ALLOW"}),
        (
            ask(FOREIGN),
            policies(identity=[], resource=[allow(**OTHER_ACCOUNT)], boundary=NOTHING),
            {"resource": "ALLOW", "identity": "IMPLICIT_DENY", "boundary": "IMPLICIT_DENY"},
        ),
        (
            ask(ALICE, "kms:Decrypt", KEY),
            policies(identity=[allow()], resource=[]),
            {"resource": "IMPLICIT_DENY", "identity": "ALLOW"},
        ),
        (
            ask(ALICE, "kms:Decrypt", KEY),
            policies(identity=[], resource=[allow(**OWN_ACCOUNT)]),
            {"resource": "ALLOW", "identity": "IMPLICIT_DENY"},
        ),
        (ask(ANONYMOUS), policies(resource=[]), {"resource": "IMPLICIT_DENY"}),
        (ask(ROOT), policies(resource=[], scp=NOTHING), {"scp": "IMPLICIT_DENY"}),
        (ask(), policies(identity=[allow(), deny()], scp=[]), {"scp": "IMPLICIT_DENY", "identity": "EXPLICIT_DENY"}),
        (ask(owner=None), policies(identity=[allow()]), {"resource": "UNKNOWN", "identity": "ALLOW"}),
        (
            ask(APP, owner=None),
            policies(identity=[], resource=[allow(**ITSELF)], boundary=NOTHING),
            {"resource": "ALLOW", "identity": "UNKNOWN", "boundary": "UNKNOWN"},
        ),
    ],
)
def test_a_layer_is_said_to_deny_only_if_its_allow_is_needed(
    request_: Request, found: PolicySet, expected: dict[str, str]
) -> None:
    assert words(request_, found) == expected


@pytest.mark.parametrize(
    ("layer", "target"),
    [
        (LayerName.IDENTITY, APP.entity_arn),
        (LayerName.BOUNDARY, APP.entity_arn),
        (LayerName.SESSION, APP.arn),
        (LayerName.SCP, ACCOUNT),
        (LayerName.RCP, ACCOUNT),
        (LayerName.RESOURCE, "arn:aws:s3:::data/x"),
        (LayerName.VPCE, "vpce-1"),
    ],
)
def test_a_check_names_what_its_policies_hang_on(layer: LayerName, target: str) -> None:
    context = RequestContext({"aws:SourceVpce": "vpce-1"}, complete=True)
    assert decide(ask(APP, context=context), policies(identity=[]), CATALOGUE).check(layer).target == target


def test_a_check_of_an_unknown_endpoint_names_none() -> None:
    assert decide(ask(APP, context=RequestContext()), policies(), CATALOGUE).check(LayerName.VPCE).target is None


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        (str(ALICE.arn), replace(ALICE, arn=None)),
        (str(APP.entity_arn), replace(APP, arn=None, entity_arn=None)),
        (str(APP.arn), replace(APP, arn=None, entity_arn=None)),
        (str(FEDERATED.entity_arn), replace(FEDERATED, entity_arn=None)),
    ],
    ids=["user", "role", "session", "issuer"],
)
def test_a_caller_whose_arn_is_not_known_may_be_the_one_named(value: str, caller: Any) -> None:
    element = PrincipalElement(
        "Principal", negated=False, entries=(PrincipalEntry("AWS", value, ("Principal", "AWS")),)
    )
    outcome, _ = match_principal(element, StatementEffect.ALLOW, caller, Circumstances())
    assert outcome.truth is UNKNOWN


UNREAD = Gap("policy-not-collected", "a policy was not collected")
SOMETIMES: dict[str, Any] = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
OPEN = RequestContext()
NOT_NOW = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
ASSUME_ROOT = ("sts:AssumeRoot", f"arn:aws:iam::{OTHER}:root", OTHER)
RETIRE = ("kms:RetireGrant", KEY)


def answer(request: Request, found: PolicySet) -> Decision:
    return decide(request, found, CATALOGUE)


def codes(decision: Decision) -> set[str]:
    return {caveat.code for caveat in decision.caveats}


def test_e41_what_no_policy_decides_rests_on_no_check() -> None:
    request = ask(action="sts:GetCallerIdentity", resource="*")
    decision = answer(request, policies(identity=[deny()]))
    assert (decision.request, decision.effect, decision.possible) == (request, Effect.ALLOWED, ())
    assert (decision.checks, decision.statements, decision.layer) == ((), (), "special")


def test_e3_only_an_implicit_deny_has_layers_in_the_way() -> None:
    denied = policies(identity=[deny()], scp=NOTHING)
    assert (answer(ask(), denied).effect, answer(ask(), denied).blocking) == (Effect.EXPLICIT_DENY, ())
    may_pass = answer(ask(context=OPEN), policies(identity=[allow(**SOMETIMES)]))
    assert (may_pass.effect, may_pass.blocking) == (Effect.DEPENDS, ())
    assert answer(ask(), policies(identity=[], scp=NOTHING)).blocking == (LayerName.SCP, LayerName.IDENTITY)


def test_e20_what_may_make_a_denial_explicit_is_said() -> None:
    caller = replace(ALICE, in_management_account=None)
    decision = answer(ask(caller), policies(identity=[], scp=[allow(), deny()]))
    assert (decision.effect, decision.possible) == (Effect.IMPLICIT_DENY, (Effect.EXPLICIT_DENY,))
    assert "management-account-open" in codes(decision)


def test_without_a_trace_there_is_none() -> None:
    found = policies(identity=[allow(), allow("ec2:*")])
    assert answer(ask(), found).trace == ()
    assert len(decide(ask(), found, CATALOGUE, trace=True).trace) == 2


def test_an_allow_that_is_certain_hangs_on_no_key_though_another_allow_does() -> None:
    open_variable = allow(resource="arn:aws:s3:::data/${aws:PrincipalTag/team}")
    decision = answer(ask(context=OPEN), policies(identity=[allow(), open_variable]))
    assert (decision.effect, decision.unknown_keys, codes(decision)) == (Effect.ALLOWED, (), set())


def test_c2_a_key_is_named_once_in_whatever_case_policies_spell_it() -> None:
    keys = ("aws:RequestedRegion", "AWS:requestedregion")
    statements = [allow(Condition={"StringEquals": {key: "eu-west-1"}}) for key in keys]
    decision = answer(ask(context=OPEN), policies(identity=statements))
    assert [unknown.key.lower() for unknown in decision.unknown_keys] == ["aws:requestedregion"]


@pytest.mark.parametrize(
    ("request_", "found", "verdict", "present"),
    [
        (ask(ANONYMOUS, "execute-api:Invoke", "arn:aws:execute-api:::a/b/GET/x"), policies(), "NO_IMPACT", False),
        (
            ask(FOREIGN, "s3:PutBucketPolicy", "arn:aws:s3:::data"),
            policies(identity=[allow()], resource=[allow(Principal="*")]),
            "IMPLICIT_DENY",
            True,
        ),
        (
            ask(replace(ALICE, in_management_account=True), *ASSUME_ROOT),
            policies(identity=[allow()]),
            "NO_IMPACT",
            False,
        ),
        (ask(ALICE, *ASSUME_ROOT), policies(identity=[allow()]), "UNKNOWN", True),
        (ask(ALICE, *RETIRE), policies(resource=[allow(Principal="*")]), "IMPLICIT_DENY", True),
        (ask(ALICE, *RETIRE), policies(gaps={LayerName.RESOURCE: (UNREAD,)}), "IMPLICIT_DENY", True),
        (
            ask(ALICE, *RETIRE),
            policies(gaps={LayerName.RESOURCE: (UNREAD._replace(may_deny=False),)}),
            "UNKNOWN",
            True,
        ),
    ],
    ids=["open-api", "never-crosses", "of-management", "of-an-administrator", "policy", "unread", "unread-grants"],
)
def test_x5_x13_s31_s35_the_resource_side_says_what_it_can_say(
    request_: Request, found: PolicySet, verdict: str, *, present: bool
) -> None:
    check = answer(request_, found).check(LayerName.RESOURCE)
    assert (check.verdict.value, check.present) == (verdict, present)


def test_s35_what_a_key_policy_allows_is_not_among_what_decides_a_retirement() -> None:
    found = policies(identity=[allow()], resource=[allow(Principal="*"), allow("s3:*", Principal="*")])
    assert answer(ask(ALICE, *RETIRE), found).check(LayerName.RESOURCE).matched == ()


def test_a_check_carries_its_gaps_and_the_level_that_blocks_and_no_other() -> None:
    decision = answer(ask(), policies(identity=[allow()], scp=NOTHING, gaps={LayerName.RESOURCE: (UNREAD,)}))
    assert decision.check(LayerName.RESOURCE).gaps == (UNREAD,)
    assert decision.check(LayerName.IDENTITY).gaps == ()
    assert decision.check(LayerName.SCP).blocking_node == "scp"
    assert decision.check(LayerName.IDENTITY).blocking_node is None
    assert [decision.check(name).present for name in (LayerName.SCP, LayerName.SESSION)] == [True, False]


def test_a_check_of_an_endpoint_without_an_id_names_none() -> None:
    request = ask(context=RequestContext({"aws:SourceVpce": ()}, complete=True))
    assert answer(request, policies(vpce=[])).check(LayerName.VPCE).target is None


def test_s35_a_key_policy_spares_nobody_the_identity_policy_of_a_retirement() -> None:
    found = policies(identity=[], resource=[allow(Principal={"AWS": str(ALICE.arn)})])
    check = answer(ask(ALICE, *RETIRE), found).check(LayerName.IDENTITY)
    assert (check.needed, check.verdict) == (True, Verdict.IMPLICIT_DENY)


def test_an_open_decision_names_the_statements_that_would_decide() -> None:
    found = policies(identity=[allow("ec2:*"), allow(**SOMETIMES), deny("s3:*", Condition=NOT_NOW)])
    decision = answer(ask(context=OPEN), found)
    assert decision.effect is Effect.DEPENDS
    assert [match.statement.index for match in decision.statements] == [2, 1]


def test_e10_all_but_some_is_everybody_to_a_grant_past_the_boundary() -> None:
    others = {"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": OTHER}}
    starred, named = (
        codes(answer(ask(), policies(resource=[statement], boundary=NOTHING)))
        for statement in (others, allow(Principal={"AWS": str(ALICE.arn)}))
    )
    assert starred == codes(answer(ask(), policies(resource=[allow(Principal="*")], boundary=NOTHING)))
    assert starred != named
