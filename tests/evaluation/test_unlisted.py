"""Actions and keys that the catalogue does not list: told of, never an error, and never dropped.

Another evaluator drops the condition keys that its catalogue does not list for an action. It then allows what a Deny
on the encryption context stops, and denies every role that trusts GitHub's identity provider.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.facts import NO_FACTS, Facts
from policysim.language.request import Request, RequestContext
from tests.evaluation.building import Statement, allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, WEB

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet

KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
UNLISTED = "s3:BrandNewKey"
CODE = "key-unknown-to-catalogue"


def answer(request: Request, found: PolicySet, facts: Facts = CATALOGUE) -> Decision:
    return decide(request, found, facts)


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


def unlisted() -> Statement:
    return {"Condition": {"StringEquals": {UNLISTED: "x"}}}


@pytest.mark.parametrize(
    ("department", "effect"), [("finance", Effect.EXPLICIT_DENY), ("sales", Effect.ALLOWED), (None, Effect.ALLOWED)]
)
def test_a9_c66_a_deny_on_the_encryption_context_of_kms_stops_the_request(
    department: str | None, effect: Effect
) -> None:
    condition = {"StringEquals": {"kms:EncryptionContext:dept": "finance"}}
    found = policies(
        identity=[allow("kms:Decrypt"), deny("kms:*", Condition=condition)],
        resource=[allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})],
    )
    values = {} if department is None else {"kms:EncryptionContext:dept": (department,)}
    asked = ask(action="kms:Decrypt", resource=KEY_ARN, context=RequestContext(values, complete=True))
    decision = answer(asked, found)
    assert (decision.effect, decision.caveats) == (effect, ())


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        ("token.actions.githubusercontent.com", "repo:acme/site:ref:refs/heads/main"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "system:serviceaccount:web:site"),
        ("app.terraform.io", "organization:acme:project:site:workspace:site:run_phase:apply"),
    ],
)
@pytest.mark.parametrize(("audience", "effect"), [("sts.amazonaws.com", Effect.ALLOWED), ("x", Effect.IMPLICIT_DENY)])
def test_c66_a_role_that_trusts_an_oidc_provider_is_assumed_by_audience_and_subject(
    issuer: str, subject: str, audience: str, effect: Effect
) -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}, "StringLike": {f"{issuer}:sub": subject}}
    trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    asked = ask(
        replace(WEB, provider=provider),
        "sts:AssumeRoleWithWebIdentity",
        ROLE,
        context=RequestContext({f"{issuer}:aud": (audience,), f"{issuer}:sub": (subject,)}, complete=True),
    )
    decision = answer(asked, policies(resource=[{**trust, "Resource": "*", "Condition": condition}]))
    assert decision.effect is effect
    assert CODE not in codes(decision)


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        (allow("brandnew:Do*"), Effect.ALLOWED),
        (allow("BRANDNEW:DOTHING"), Effect.ALLOWED),
        (allow("brandnew:Undo*"), Effect.IMPLICIT_DENY),
        (deny("brandnew:*"), Effect.EXPLICIT_DENY),
    ],
)
def test_a9_an_action_that_aws_may_have_since_yesterday_is_matched_by_its_text(
    statement: Statement, effect: Effect
) -> None:
    asked = ask(action="brandnew:DoThing", resource=f"arn:aws:brandnew:eu-west-1:{ACCOUNT}:thing/1")
    decision = answer(asked, policies(identity=[statement]))
    assert decision.effect is effect
    assert codes(decision) == ["action-unknown"]
    assert "`brandnew:DoThing`" in decision.caveats[0].sentence


def test_a9_the_caveat_is_one_of_the_decision_whoever_asks() -> None:
    asked, found = ask(action="s3:GetObjekt"), policies(identity=[allow()])
    traced = decide(asked, found, CATALOGUE, trace=True)
    of_call = decide_call([(asked, found)], CATALOGUE).deciding
    assert codes(answer(asked, found)) == codes(traced) == codes(of_call) == ["action-unknown"]


def test_c66_a_deny_on_an_unlisted_key_that_the_request_has_stops_it_and_says_so() -> None:
    asked = ask(context=RequestContext({UNLISTED: ("x",)}, complete=True))
    decision = answer(asked, policies(identity=[allow(), deny(**unlisted())]))
    assert (decision.effect, codes(decision)) == (Effect.EXPLICIT_DENY, [CODE])
    assert decision.caveats[0].sentence.startswith(f"`{UNLISTED}`: a condition is on a key that the catalogue")


def test_c66_a_deny_that_fails_on_an_unlisted_key_alone_leaves_its_caveat() -> None:
    decision = answer(ask(), policies(identity=[allow(), deny(**unlisted())]))
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, [CODE])


def test_c66_an_unlisted_key_that_nobody_knows_leaves_the_decision_open() -> None:
    decision = answer(ask(context=RequestContext()), policies(identity=[allow(), deny(**unlisted())]))
    assert (decision.effect, codes(decision)) == (Effect.DEPENDS, [CODE])
    assert [unknown.key for unknown in decision.unknown_keys] == [UNLISTED]


def test_c66_an_allow_that_lacks_only_an_unlisted_key_leaves_its_caveat() -> None:
    decision = answer(ask(), policies(identity=[allow(**unlisted())]))
    assert (decision.effect, codes(decision)) == (Effect.IMPLICIT_DENY, [CODE])


@pytest.mark.parametrize(
    "statements",
    [
        [allow()],
        [allow(), deny("s3:PutObject", **unlisted())],
        [allow(), deny(resource="arn:aws:s3:::other/*", **unlisted())],
        [allow(), deny(Condition={"StringEquals": {UNLISTED: "x", "aws:PrincipalTag/team": "a"}})],
        [allow(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})],
    ],
)
def test_a_key_that_cannot_matter_is_not_spoken_of(statements: list[Statement]) -> None:
    asked = ask(context=RequestContext({"aws:RequestedRegion": ("eu-west-1",)}, complete=True))
    decision = answer(asked, policies(identity=statements))
    assert (decision.effect, decision.caveats) == (Effect.ALLOWED, ())


def test_without_a_catalogue_nothing_is_called_unlisted() -> None:
    found = policies(identity=[allow("s3:GetObjekt", **unlisted())])
    asked = ask(action="s3:GetObjekt", context=RequestContext({UNLISTED: ("x",)}, complete=True))
    decision = answer(asked, found, NO_FACTS)
    assert (decision.effect, decision.caveats) == (Effect.ALLOWED, ())


def test_every_unlisted_key_that_the_policies_speak_of_is_named_once() -> None:
    condition = {"StringEquals": {UNLISTED: "x"}, "StringLike": {"aws:NoSuchKey": "y*"}}
    asked = ask(context=RequestContext({UNLISTED: ("x",), "aws:NoSuchKey": ("yes",)}, complete=True))
    decision = answer(asked, policies(identity=[allow(Condition=condition), allow(Condition=condition)]))
    assert codes(decision) == [CODE]
    assert decision.caveats[0].sentence.startswith(f"`{UNLISTED}`, `aws:NoSuchKey`: ")


@pytest.mark.parametrize(("action", "effect"), [("sns:Publish", Effect.ALLOWED), ("brandnew:Do", Effect.DEPENDS)])
def test_e26_whether_rcps_bind_a_service_that_the_catalogue_lacks_is_open(action: str, effect: Effect) -> None:
    service = action.partition(":")[0]
    asked = ask(action=action, resource=f"arn:aws:{service}:eu-west-1:{ACCOUNT}:thing")
    asked = replace(asked, principal=replace(ALICE, service_linked=False))
    decision = answer(asked, policies(identity=[allow()], rcp=[deny(Principal="*")]))
    assert decision.effect is effect
    assert ("rcp-service-open" in codes(decision)) is (effect is Effect.DEPENDS)


def test_r16_a_resource_that_the_action_does_not_work_on_is_told_of() -> None:
    on_an_object = ask(action="s3:ListBucket", resource="arn:aws:s3:::data/x")
    decision = answer(on_an_object, policies(identity=[allow("s3:*")]))
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["resource-of-another-type"])
    on_the_bucket = ask(action="s3:ListBucket", resource="arn:aws:s3:::data")
    assert codes(answer(on_the_bucket, policies(identity=[allow("s3:*")]))) == []


def test_r2_an_action_without_a_resource_is_decided_for_star_and_says_where_that_matters() -> None:
    asked = ask(action="iam:ListUsers", resource=f"arn:aws:iam::{ACCOUNT}:user/ana")
    decision = answer(asked, policies(identity=[allow("iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/*")]))
    assert (decision.effect, codes(decision)) == (Effect.IMPLICIT_DENY, ["decided-for-star"])
    assert decision.caveats[0].sentence.endswith("for the resource of the request it would be allowed (R2)")
    assert codes(answer(asked, policies(identity=[allow("iam:ListUsers")]))) == []
    assert codes(answer(asked, policies(identity=[allow("iam:ListUsers", "arn:aws:s3:::data")]))) == []


def test_r16_nothing_is_said_where_the_catalogue_does_not_know() -> None:
    asked = ask(action="s3:ListBucket", resource="arn:aws:s3:::data/x")
    assert codes(answer(asked, policies(identity=[allow("s3:*")]), NO_FACTS)) == []
