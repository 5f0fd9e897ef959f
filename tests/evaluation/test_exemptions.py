"""Whom and what the policies of an organisation bind, and what they never restrict (spec E17 to E29, E38, E39)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.exemptions import TASKS_OUTSIDE_SCPS, exempt_task
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.request import Principal, PrincipalKind, Request, Resource
from tests.evaluation.building import allow, ask, deny, levels, policies
from tests.evaluation.callers import ACCOUNT, ALICE, ANONYMOUS, APP, FEDERATED, FOREIGN, ROOT, SERVICE

EVERYONE: dict[str, Any] = {"Principal": "*"}
LINKED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
LINKED = replace(APP, entity_arn=LINKED_ROLE, service_linked=True)
OPEN_BUCKET: dict[str, Any] = {"resource": [allow(**EVERYONE)]}


def answer(request: Request, switches: Switches = DEFAULT_SWITCHES, **layers: Any) -> Decision:
    return decide(request, policies(**layers), CATALOGUE, switches=switches)


def caveats(decision: Decision) -> set[str]:
    return {caveat.code for caveat in decision.caveats}


@pytest.mark.parametrize("caller", [ALICE, APP, FEDERATED, ROOT], ids=lambda one: one.kind.value)
def test_e17_scps_bind_users_sessions_federated_users_and_the_root_user(caller: Principal) -> None:
    granted: dict[str, Any] = {"identity": [allow()], "session": [allow()], **OPEN_BUCKET}
    assert answer(ask(caller), scp=[deny()], **granted).layer == "scp"
    assert answer(ask(caller), scp=[allow()], **granted).effect is Effect.ALLOWED


def test_e18_e19_every_level_needs_an_allow_and_any_level_may_deny() -> None:
    found = policies(identity=[allow()])
    lacking = found.with_layer(LayerName.SCP, levels(LayerName.SCP, [allow()], [allow("ec2:*")]))
    denying = found.with_layer(LayerName.SCP, levels(LayerName.SCP, [allow(), deny("s3:*")], [allow()]))
    whole = found.with_layer(LayerName.SCP, levels(LayerName.SCP, [allow()], [allow("s3:*")]))
    effects = [decide(ask(), one, CATALOGUE).effect for one in (lacking, denying, whole)]
    assert effects == [Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY, Effect.ALLOWED]


def test_e20_e21_the_management_account_alone_is_free_of_scps_and_no_delegated_administrator() -> None:
    management = replace(ALICE, in_management_account=True)
    assert answer(ask(management), identity=[allow()], scp=[deny()]).effect is Effect.ALLOWED
    assert answer(ask(ALICE), identity=[allow()], scp=[deny()]).effect is Effect.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("action", "caller", "exempt"),
    [
        ("mechanicalturk:CreateHIT", ALICE, TRUE),
        ("awis:GET", ALICE, TRUE),
        ("AlexaTopSites:GET", APP, TRUE),
        ("supportplans:StartSupportPlanUpdate", ROOT, UNKNOWN),
        ("supportplans:StartSupportPlanUpdate", ALICE, FALSE),
        ("ec2:ModifyAddressAttribute", ROOT, UNKNOWN),
        ("ec2:ModifyAddressAttribute", APP, FALSE),
        ("ec2:RunInstances", ROOT, FALSE),
    ],
)
def test_e20_tasks_that_no_scp_restricts(action: str, caller: Principal, exempt: Truth) -> None:
    assert exempt_task(ask(caller, action, "*")) is exempt


def test_e20_an_exempt_task_passes_a_deny_and_an_open_one_says_what_it_hangs_on() -> None:
    assert answer(ask(action="mechanicalturk:CreateHIT"), identity=[allow()], scp=[deny()]).effect is Effect.ALLOWED
    address = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:elastic-ip/eipalloc-1"
    decision = answer(ask(ROOT, "ec2:ModifyAddressAttribute", address), scp=[deny()])
    assert (decision.effect, caveats(decision)) == (Effect.DEPENDS, {"exempt-task-open"})
    assert answer(ask(ALICE, "ec2:ModifyAddressAttribute", address), identity=[allow()], scp=[deny()]).layer == "scp"


def test_e20_the_table_names_every_task_of_the_page() -> None:
    assert len(TASKS_OUTSIDE_SCPS) == 7
    assert all(one == one.lower() for task in TASKS_OUTSIDE_SCPS for one in task.actions | task.services)


def test_e22_scps_never_grant_and_full_access_restricts_nothing() -> None:
    assert answer(ask(), identity=[], scp=[allow()]).layer == "identity"
    assert answer(ask(), identity=[allow()], scp=[allow()]).effect is Effect.ALLOWED
    assert answer(ask(), identity=[allow()]).effect is Effect.ALLOWED


@pytest.mark.parametrize("caller", [ALICE, FOREIGN, ROOT, ANONYMOUS, SERVICE], ids=lambda one: one.kind.value)
def test_e23_rcps_bind_every_caller_of_a_member_s_resource(caller: Principal) -> None:
    granted: dict[str, Any] = {"identity": [allow()], **OPEN_BUCKET}
    assert answer(ask(caller), rcp=[deny(**EVERYONE)], **granted).layer == "rcp"
    assert answer(ask(caller), rcp=[deny("sqs:*", **EVERYONE)], **granted).effect is Effect.ALLOWED


def test_e24_rcps_bind_service_principals_which_a_switch_and_a_caveat_leave_open() -> None:
    denied = answer(ask(SERVICE), rcp=[deny(**EVERYONE)], **OPEN_BUCKET)
    assert (denied.effect, caveats(denied)) == (Effect.EXPLICIT_DENY, {"rcp-on-service"})
    spared = answer(ask(SERVICE), Switches(rcps_bind_services=False), rcp=[deny(**EVERYONE)], **OPEN_BUCKET)
    assert spared.effect is Effect.ALLOWED
    condition = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    spared = answer(ask(SERVICE), rcp=[deny(**EVERYONE, Condition=condition)], **OPEN_BUCKET)
    assert (spared.effect, caveats(spared)) == (Effect.ALLOWED, set())
    assert caveats(answer(ask(FOREIGN), identity=[allow()], rcp=[deny(**EVERYONE)], **OPEN_BUCKET)) == set()


def test_e25_e38_rcps_spare_the_management_account_and_service_linked_roles() -> None:
    granted: dict[str, Any] = {"identity": [allow()], "rcp": [deny(**EVERYONE)]}
    managed = replace(ask(), resource=Resource(arn="arn:aws:s3:::data/x", account=ACCOUNT, in_management_account=True))
    assert answer(managed, **granted).effect is Effect.ALLOWED
    assert answer(ask(LINKED), **granted).effect is Effect.ALLOWED
    assert answer(ask(APP), **granted).layer == "rcp"


def test_e25_e38_no_rcp_keeps_a_service_from_its_service_linked_role() -> None:
    trust = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "events.amazonaws.com"}}]
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    linked = answer(ask(SERVICE, "sts:AssumeRole", LINKED_ROLE), resource=trust, rcp=[deny(**EVERYONE)])
    assert linked.effect is Effect.ALLOWED
    assert answer(ask(SERVICE, "sts:AssumeRole", role), resource=trust, rcp=[deny(**EVERYONE)]).layer == "rcp"


def test_e26_e27_rcps_matter_for_listed_services_and_only_deny() -> None:
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"
    assert answer(ask(action="sns:Publish", resource=topic), identity=[allow()], rcp=[deny(**EVERYONE)]).layer != "rcp"
    assert answer(ask(), identity=[allow()], rcp=[deny("s3:Put*", **EVERYONE)]).effect is Effect.ALLOWED


def test_e28_an_rcp_of_any_level_denies_but_not_an_action_without_resource() -> None:
    found = policies(identity=[allow()])
    rcps = levels(LayerName.RCP, [deny("sqs:*", **EVERYONE)], [deny("s3:*", **EVERYONE)])
    assert decide(ask(), found.with_layer(LayerName.RCP, rcps), CATALOGUE).layer == "rcp"
    request = ask(action="s3:ListAllMyBuckets", resource="*")
    passed = answer(request, identity=[allow()], rcp=[deny(**EVERYONE)])
    assert (passed.effect, caveats(passed)) == (Effect.ALLOWED, {"rcp-without-resource"})
    otherwise = Switches(rcps_need_a_resource=False)
    assert answer(request, otherwise, identity=[allow()], rcp=[deny(**EVERYONE)]).layer == "rcp"
    assert caveats(answer(request, identity=[allow()], rcp=[deny("sqs:*", **EVERYONE)])) == set()


def test_e29_scps_of_the_caller_and_rcps_of_the_resource_both_apply() -> None:
    granted: dict[str, Any] = {"identity": [allow()], **OPEN_BUCKET}
    assert answer(ask(FOREIGN), scp=[allow()], rcp=[deny(**EVERYONE)], **granted).layer == "rcp"
    assert answer(ask(FOREIGN), scp=[deny()], rcp=[], **granted).layer == "scp"
    assert answer(ask(FOREIGN), scp=[allow()], rcp=[], **granted).effect is Effect.ALLOWED


def test_e38_a_service_linked_role_skips_scps_but_not_its_own_policies() -> None:
    assert answer(ask(LINKED), identity=[allow()], scp=[deny()]).effect is Effect.ALLOWED
    assert answer(ask(LINKED), identity=[], scp=[allow()]).layer == "identity"
    assert answer(ask(LINKED), identity=[allow()], boundary=[]).layer == "boundary"


def test_e39_a_service_role_is_an_ordinary_role() -> None:
    service_role = replace(APP, entity_arn=f"arn:aws:iam::{ACCOUNT}:role/service-role/app")
    assert answer(ask(service_role), identity=[allow()], scp=[deny()]).layer == "scp"
    assert answer(ask(service_role), identity=[allow()], rcp=[deny(**EVERYONE)]).layer == "rcp"
    assert answer(ask(service_role), identity=[allow()]).effect is Effect.ALLOWED


def test_e40_a_forwarded_call_is_authorized_as_the_caller_s() -> None:
    forwarded = ask(action="kms:Decrypt", resource=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k")
    delegating = [allow("kms:*", Principal={"AWS": ACCOUNT})]
    assert forwarded.principal.kind is PrincipalKind.USER
    assert answer(forwarded, identity=[], resource=delegating).layer == "identity"
    assert answer(forwarded, identity=[allow("kms:*")], resource=delegating).effect is Effect.ALLOWED
