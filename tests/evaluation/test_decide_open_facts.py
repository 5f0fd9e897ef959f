"""Decisions where a fact is missing or belongs to one layer alone: what stays open, what is certain, what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet
from policysim.language.request import Credentials, Principal, PublicAccessBlock, Request, RequestContext, Resource
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, OTHER, ROOT

OPEN = RequestContext()
BY_ENDPOINT = RequestContext({"aws:SourceVpce": "vpce-1"}, complete=True)
ENDPOINT: list[dict[str, Any]] = [allow(Principal="*")]
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
MEMBER_ROOT = f"arn:aws:iam::{OTHER}:root"


def answer(request: Request, found: PolicySet) -> Decision:
    return decide(request, found, CATALOGUE)


def keys(decision: Decision) -> list[str]:
    return [unknown.key for unknown in decision.unknown_keys]


def codes(decision: Decision) -> set[str]:
    return {caveat.code for caveat in decision.caveats}


def test_e35_a_gateway_endpoint_narrows_account_principals_in_its_own_policy_alone() -> None:
    denied = policies(identity=[allow()], resource=[deny(Principal={"AWS": ACCOUNT})], vpce=ENDPOINT)
    assert answer(ask(context=BY_ENDPOINT), denied).effect is Effect.EXPLICIT_DENY
    granted = policies(identity=[allow()], resource=[allow(Principal={"AWS": OTHER})], vpce=ENDPOINT)
    assert answer(ask(FOREIGN, context=BY_ENDPOINT), granted).effect is Effect.ALLOWED


@pytest.mark.parametrize("spelling", ["aws:PrincipalTag/Team", "AWS:principaltag/team"])
def test_c2_a_key_in_a_resource_variable_is_the_same_key_in_any_case(spelling: str) -> None:
    condition = {"StringLike": {"aws:PrincipalTag/team": "r*"}}
    found = policies(identity=[allow(resource=f"arn:aws:s3:::data/${{{spelling}}}", Condition=condition)])
    assert answer(ask(resource="arn:aws:s3:::data/red", context=OPEN), found).effect is Effect.DEPENDS


def test_x13_an_unknown_owner_may_be_foreign_to_what_never_crosses_accounts() -> None:
    found = policies(identity=[allow()], resource=[allow(Principal={"AWS": ALICE.arn})])
    decision = answer(ask(action="s3:PutBucketPolicy", resource="arn:aws:s3:::data", owner=None), found)
    assert (decision.effect, decision.layer) == (Effect.DEPENDS, "resource")
    assert "owner-unknown" in codes(decision)


def test_s12_a_root_user_may_be_the_owner_of_a_bucket_whose_owner_is_unknown() -> None:
    request = ask(ROOT, action="s3:PutBucketPolicy", resource="arn:aws:s3:::data", owner=None)
    decision = answer(request, policies(resource=[deny(Principal="*")]))
    assert decision.effect is Effect.DEPENDS
    assert Effect.ALLOWED in decision.possible


@pytest.mark.parametrize("action", ["sts:GetSessionToken", "sts:GetFederationToken"])
def test_e43_a_session_of_a_user_gets_no_further_session(action: str) -> None:
    session = replace(ALICE, credentials=Credentials.TEMPORARY)
    decision = answer(ask(session, action=action, resource="*"), policies(identity=[allow()]))
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "special")


def test_s9_the_tag_that_is_not_believed_is_named_as_unknown() -> None:
    request = ask(action="iam:PassRole", resource=f"arn:aws:iam::{ACCOUNT}:role/x")
    for condition in ({"StringEquals": {"aws:ResourceTag/a": "b"}}, {"Null": {"aws:ResourceTag/a": "true"}}):
        decision = answer(request, policies(identity=[allow(Condition=condition)]))
        assert (decision.effect, keys(decision)) == (Effect.DEPENDS, ["aws:ResourceTag/a"])


def test_a_denial_that_every_value_leads_to_names_the_layers_in_the_way() -> None:
    same = {"StringEquals": {"app:k": "a"}}
    found = policies(identity=[allow(Condition=same), deny(Condition=same)], scp=[allow(), deny(Condition=same)])
    decision = answer(ask(context=OPEN), found)
    assert (decision.effect, decision.possible) == (Effect.IMPLICIT_DENY, (Effect.EXPLICIT_DENY,))
    assert (decision.layer, decision.blocking) == ("identity", (LayerName.IDENTITY,))
    assert decision.statements == ()


def test_x5_assume_root_needs_no_resource_policy_from_the_management_account() -> None:
    request = ask(replace(ALICE, in_management_account=True), "sts:AssumeRoot", MEMBER_ROOT, OTHER)
    assert answer(request, policies(identity=[allow()])).effect is Effect.ALLOWED
    assert answer(request, policies(identity=[allow("s3:*")])).effect is Effect.IMPLICIT_DENY
    assert answer(request, policies(identity=[allow()], boundary=[deny()])).effect is Effect.EXPLICIT_DENY


def test_x5_any_other_account_may_be_the_delegated_administrator() -> None:
    decision = answer(ask(ALICE, "sts:AssumeRoot", MEMBER_ROOT, OTHER), policies(identity=[allow()]))
    assert (decision.effect, decision.layer) == (Effect.DEPENDS, "resource")
    assert "delegated-administrator" in codes(decision)


def test_e30_a_root_user_never_calls_assume_root() -> None:
    request = ask(replace(ROOT, in_management_account=True), "sts:AssumeRoot", MEMBER_ROOT, OTHER)
    assert (answer(request, policies()).effect, answer(request, policies()).layer) == (Effect.IMPLICIT_DENY, "special")


@pytest.mark.parametrize(
    ("request_", "condition"),
    [
        (ask(replace(APP, entity_arn=None)), {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/svc/app"}}),
        (ask(replace(APP, unique_id=None)), {"StringNotLike": {"aws:userid": "AROAAPP:*"}}),
        (ask(owner=None), {"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}),
    ],
)
def test_c42_a_key_that_every_request_has_is_unknown_rather_than_absent(
    request_: Request, condition: dict[str, Any]
) -> None:
    found = policies(identity=[allow(), deny(Condition=condition)])
    decision = answer(request_, found)
    assert decision.effect is Effect.DEPENDS
    assert keys(decision)


def test_c57_put_events_on_a_bus_of_the_same_account_has_the_resource_account() -> None:
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/b"
    statements = [allow(Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})]
    found = policies(identity=statements)
    assert answer(ask(action="events:PutEvents", resource=bus), found).effect is Effect.ALLOWED
    across = policies(identity=statements, resource=[allow(Principal="*")])
    assert answer(ask(FOREIGN, "events:PutEvents", bus), across).effect is Effect.DEPENDS


def test_s23_a_grant_that_was_not_read_may_allow_across_accounts_too() -> None:
    grant = Gap("not-collected", "the grants were not collected", may_deny=False)
    found = policies(resource=[], gaps={LayerName.RESOURCE: (grant,)})
    assert answer(ask(FOREIGN, "kms:Decrypt", KEY), found).effect is Effect.DEPENDS


@pytest.mark.parametrize(
    ("request_", "found", "code"),
    [
        (
            ask(),
            policies(identity=[allow()], resource=[{**deny(), "NotPrincipal": {"AWS": ALICE.arn}}]),
            "principal-open",
        ),
        (
            ask(FOREIGN),
            policies(identity=[allow()], resource=[allow(Principal={"CanonicalUser": "79a5"})]),
            "principal-open",
        ),
        (
            ask(replace(APP, service_linked=None)),
            policies(identity=[allow()], scp=[allow("ec2:*")]),
            "service-linked-open",
        ),
        (
            replace(
                ask(ANONYMOUS),
                resource=Resource(arn="arn:aws:s3:::data/x", account=ACCOUNT, public_access_block=PublicAccessBlock()),
            ),
            policies(resource=[allow(Principal="*")]),
            "public-access-open",
        ),
    ],
)
def test_an_open_decision_always_says_what_it_hangs_on(request_: Request, found: PolicySet, code: str) -> None:
    decision = answer(request_, found)
    assert decision.effect is Effect.DEPENDS
    assert code in codes(decision)


def test_a_value_is_told_the_effect_that_it_leads_to_whatever_the_other_keys_are() -> None:
    when = [{"Bool": {"aws:SecureTransport": word}, "Null": {"app:k": "false"}} for word in ("true", "false")]
    found = policies(identity=[deny(Condition=condition) for condition in when])
    decision = answer(ask(context=OPEN), found)
    assert [(unknown.key, unknown.settles) for unknown in decision.unknown_keys] == [
        ("app:k", (("other", Effect.EXPLICIT_DENY), (None, Effect.IMPLICIT_DENY)))
    ]


def test_the_layer_of_a_certain_denial_is_the_first_that_always_stands_in_the_way() -> None:
    limit = allow(Condition={"StringEquals": {"app:k": "a"}})
    decision = answer(ask(context=OPEN), policies(identity=[], scp=[limit], boundary=[allow("ec2:*")]))
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert decision.blocking[0] is LayerName.IDENTITY
    twice = policies(
        identity=[allow(Condition={"StringEquals": {"app:k": "a"}})],
        session=[],
        boundary=[allow(Condition={"StringNotEquals": {"app:k": "a"}})],
        scp=[allow()],
    )
    decision = answer(ask(APP, context=OPEN), twice)
    assert (decision.layer, decision.blocking) == ("session", (LayerName.SESSION,))


@pytest.mark.parametrize(
    ("caller", "context", "effect"),
    [
        (FEDERATED, {}, Effect.DEPENDS),
        (replace(ALICE, credentials=Credentials.TEMPORARY), {}, Effect.DEPENDS),
        (replace(ALICE, credentials=Credentials.TEMPORARY), {"aws:MultiFactorAuthPresent": "true"}, Effect.ALLOWED),
        (ALICE, {}, Effect.ALLOWED),
        (APP, {}, Effect.ALLOWED),
    ],
    ids=["federated", "session-token", "session-token-mfa", "long-term", "role"],
)
def test_e43_iam_may_refuse_credentials_that_are_not_of_the_console(
    caller: Principal, context: dict[str, str], effect: Effect
) -> None:
    request = ask(
        caller, "iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/app", context=RequestContext(context, complete=True)
    )
    decision = decide(request, policies(identity=[allow()], session=[allow()]), CATALOGUE)
    assert decision.effect is effect
    assert ("credentials-open" in {caveat.code for caveat in decision.caveats}) is (effect is Effect.DEPENDS)
    assert decision.layer == ("special" if effect is Effect.DEPENDS else "identity")
    denied = decide(request, policies(identity=[deny()], session=[allow()]), CATALOGUE)
    assert (denied.effect, denied.possible) == (Effect.EXPLICIT_DENY, ())
    silent = decide(request, policies(identity=[], session=[allow()]), CATALOGUE)
    assert (silent.effect, silent.possible) == (Effect.IMPLICIT_DENY, ())
