"""Resources without an account in their ARN that are used by whoever may, whoever owns them (spec R22, X5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.services.lent_resources import LENT_BY_AWS, caveats_of_lent
from policysim.evaluation.services.log_groups import authorized_form
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT, ALICE, OTHER, ROOT

IMAGE = "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0"
DATABASE = f"arn:aws:rds:eu-west-1:{OTHER}:snapshot:nightly"
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
def test_x5_an_image_of_another_account_is_used_by_a_setting_of_its_own(
    action: str, resource: str, owner: str | None
) -> None:
    decision = answer(action, resource, owner)
    assert (decision.effect, decision.layer, codes(decision)) == (Effect.ALLOWED, "identity", ["shared-by-setting"])


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
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, ["shared-by-setting"])


def test_a8_an_allowed_call_tells_the_caveats_of_every_one_of_its_requests() -> None:
    found = policies(identity=[allow("ec2:RunInstances")])
    requests = [ask(ALICE, "ec2:RunInstances", INSTANCE, ACCOUNT), ask(ALICE, "ec2:RunInstances", IMAGE, None)]
    call = decide_call([(request, found) for request in requests], CATALOGUE)
    assert [caveat.code for caveat in call.caveats] == ["shared-by-setting"]


def test_x5_a_shared_database_snapshot_is_restored_by_a_setting_of_its_own() -> None:
    used = answer("rds:RestoreDBInstanceFromDBSnapshot", DATABASE, OTHER)
    assert (used.effect, used.layer, codes(used)) == (Effect.ALLOWED, "identity", ["shared-by-setting"])
    assert answer("rds:DeleteDBSnapshot", DATABASE, OTHER).effect is Effect.IMPLICIT_DENY


@pytest.mark.parametrize(("in_management_account", "told"), [(True, []), (False, ["delegated-administrator"])])
def test_x5_identity_center_is_administered_from_a_few_accounts(
    *, in_management_account: bool, told: list[str]
) -> None:
    caller = replace(ALICE, in_management_account=in_management_account)
    found = policies(identity=[allow("sso:*")])
    request = ask(caller, "sso:CreateAccountAssignment", "arn:aws:sso:::instance/ssoins-1", None)
    decision = decide(request, found, CATALOGUE)
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, told)


def test_r22_every_type_that_aws_lends_has_arns_without_an_account() -> None:
    for service, names in LENT_BY_AWS.items():
        forms = [form for kind in CATALOGUE.resource_types_of(service) for form in kind.arn_patterns]
        ends = {form.split(":", 5)[5].lower() for form in forms if form.split(":", 5)[4] == ""}
        known = {name for name in names if any(end.startswith((f"{name}/", f"{name}:")) for end in ends)}
        assert names - known <= {"parameter"}, service


def test_x5_a_shared_resource_is_named_in_what_is_said_of_it() -> None:
    image = "arn:aws:ec2:eu-west-1::image/ami-1"
    told = caveats_of_lent(ask(ALICE, "ec2:RunInstances", image))
    assert [caveat.code for caveat in told] == ["shared-by-setting"]
    assert f"`{image}` belongs to another account" in told[0].sentence
    assert caveats_of_lent(ask(ALICE, "ec2:RunInstances", "*")) == ()


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:eu-west-1::log-group:g", "arn:aws:logs:eu-west-1:1:delivery:d"])
def test_r19_only_a_log_group_has_another_form_to_be_authorized_by(resource: str) -> None:
    assert authorized_form("logs:CreateLogStream", resource) == resource
