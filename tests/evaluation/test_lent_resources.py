"""Resources without an account in their ARN that are used by whoever may, whoever owns them (spec R22, X5)."""

from __future__ import annotations

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.evaluator import Evaluator
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, OTHER, ROOT

IMAGE = "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0"
SNAPSHOT = "arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"


def answer(action: str, resource: str, owner: str | None = None, *statements: dict[str, object]) -> Decision:
    """The decision of both ways to decide, under an identity policy that allows the action unless others are given."""
    found = policies(identity=list(statements) or [allow(action)])
    request = ask(ALICE, action, resource, owner)
    decision = decide(request, found, CATALOGUE)
    assert Evaluator(found, CATALOGUE).effect(request) is decision.effect
    return decision


def codes(decision: Decision) -> list[str]:
    return [caveat.code for caveat in decision.caveats]


@pytest.mark.parametrize("owner", [None, OTHER])
@pytest.mark.parametrize(
    ("action", "resource"),
    [("ec2:RunInstances", IMAGE), ("ec2:CreateVolume", SNAPSHOT), ("ebs:GetSnapshotBlock", SNAPSHOT)],
)
def test_x5_an_image_of_another_account_is_used_by_its_launch_permissions(
    action: str, resource: str, owner: str | None
) -> None:
    decision = answer(action, resource, owner)
    assert (decision.effect, decision.layer, codes(decision)) == (Effect.ALLOWED, "identity", ["launch-permissions"])


def test_x5_an_own_image_needs_nothing_but_an_identity_policy() -> None:
    decision = answer("ec2:RunInstances", IMAGE, ACCOUNT)
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, [])


def test_x5_a_missing_identity_allow_or_a_deny_is_certain_whoever_owns_the_image() -> None:
    missing = answer("ec2:RunInstances", IMAGE, None, allow("ec2:RunInstances", INSTANCE))
    assert (missing.effect, missing.layer, codes(missing)) == (Effect.IMPLICIT_DENY, "identity", [])
    denied = answer("ec2:RunInstances", IMAGE, None, allow("*"), deny("ec2:*", "arn:aws:ec2:*::image/*"))
    assert (denied.effect, codes(denied)) == (Effect.EXPLICIT_DENY, [])


def test_r22_what_only_an_owner_can_do_with_an_image_hangs_on_the_owner() -> None:
    assert answer("ec2:DeregisterImage", IMAGE).effect is Effect.DEPENDS
    assert answer("ec2:DeregisterImage", IMAGE, OTHER).effect is Effect.IMPLICIT_DENY
    assert answer("ec2:DeregisterImage", IMAGE, ACCOUNT).effect is Effect.ALLOWED


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("apigateway:GET", "arn:aws:apigateway:eu-west-1::/restapis/abc123"),
        ("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-v2"),
        ("ec2:CreateSnapshot", "arn:aws:ec2:eu-west-1::snapshot/*"),
        ("ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/x"),
        ("ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"),
    ],
)
def test_r22_what_aws_lends_or_the_call_makes_needs_no_owner(action: str, resource: str) -> None:
    decision = answer(action, resource)
    assert (decision.effect, decision.layer, codes(decision)) == (Effect.ALLOWED, "identity", [])


def test_x5_a_root_user_runs_a_public_image() -> None:
    decision = decide(ask(ROOT, "ec2:RunInstances", IMAGE, None), policies(), CATALOGUE)
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["launch-permissions"])


def test_a8_an_allowed_call_tells_the_caveats_of_every_one_of_its_requests() -> None:
    found = policies(identity=[allow("ec2:RunInstances")])
    requests = [ask(ALICE, "ec2:RunInstances", INSTANCE, ACCOUNT), ask(ALICE, "ec2:RunInstances", IMAGE, None)]
    call = decide_call([(request, found) for request in requests], CATALOGUE)
    assert [caveat.code for caveat in call.caveats] == ["launch-permissions"]
