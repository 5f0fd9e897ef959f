"""Causes that AWS's own evaluation shows: the statement that denied, at hand or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import Organisation
from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.evaluation.decide import decide
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, PolicySet, one_level
from policysim.explanation import diagnosis
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.evidence import Evidence
from policysim.explanation.hypotheses.from_evaluation import causes_shown_by_aws, causes_shown_without_policies
from tests.aws_evaluations import (
    OU,
    USER,
    check,
    decoded,
    details,
    evaluation_of_decoded,
    evaluation_of_details,
    matched,
    policy,
    statement,
)
from tests.explanation.denied_cases import allow, attached, deny, document, in_force, request

if TYPE_CHECKING:
    from policysim.cloudtrail.aws_evaluation import Evaluation
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.hypotheses.possibility import Possibility

MANAGED = "arn:aws:iam::111122223333:policy/readers"
SCP = "arn:aws:organizations::999900001111:policy/o-ex/service_control_policy/p-new"


def call(evaluation: Evaluation) -> Call:
    asked = request(evaluation.action, evaluation.resource)
    only = CallRequest(asked, Provenance("x", "x", "x", "x"), evaluated=evaluation)
    return Call(event=None, denial=None, requests=(only,))


def shown(value: dict[str, Any], *here: AttachedPolicy, gaps: tuple[Gap, ...] = ()) -> list[Possibility]:
    found, policies = call(evaluation_of_details(value)), PolicySet({LayerName.IDENTITY: one_level("app", here, gaps)})
    asked = found.requests[0].request
    decision = decide(asked, policies, NO_FACTS, trace=True)
    organisation = Organisation(accounts={})
    return list(
        causes_shown_by_aws(
            Evidence(
                call=found,
                request=asked,
                policies=policies,
                decision=decision,
                organisation=organisation,
                facts=NO_FACTS,
            )
        )
    )


def denied_by_scp() -> dict[str, Any]:
    return details(
        effect="EXPLICIT_DENY",
        checks=[check("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY", matched(SCP, NoIam="DENY"), target=OU)],
        policies=[policy(SCP, "SERVICE_CONTROL_POLICY", attached_to=OU)],
    )


def denied_by_policy(**sids: str) -> dict[str, Any]:
    return details(
        effect="EXPLICIT_DENY",
        checks=[check("PRINCIPAL", "EXPLICIT_DENY", matched(MANAGED, **sids))],
        policies=[policy(MANAGED)],
    )


def test_m18_a_policy_that_denied_and_is_not_at_hand_is_the_confirmed_cause() -> None:
    (cause,) = shown(denied_by_scp(), attached(document(allow("*"))))
    assert (cause.cause, cause.tested, cause.layer) == (
        Cause.POLICY_NOT_COLLECTED,
        diagnosis.Tested.CONFIRMED,
        LayerName.SCP,
    )
    assert SCP in cause.sentence
    assert cause.fact is not None
    assert cause.fact.command == "aws organizations describe-policy --policy-id p-new"


def test_a_deny_that_stands_here_no_longer_tells_that_the_policy_changed() -> None:
    here = attached(document(allow("*", Sid="All")), arn=MANAGED, name="readers")
    (cause,) = shown(denied_by_policy(Gone="DENY"), here)
    assert (cause.cause, cause.tested) == (Cause.POLICY_CHANGED_SINCE, diagnosis.Tested.CONFIRMED)


@pytest.mark.parametrize("sid", ["NoIam", "made-up"])
def test_a_deny_that_stands_here_too_is_left_to_the_other_causes(sid: str) -> None:
    named = deny("iam:*", Sid="NoIam") if sid == "NoIam" else deny("iam:*")
    here = attached(document(allow("*"), named), arn=MANAGED, name="readers")
    assert shown(denied_by_policy(**{sid: "DENY"}), here) == []


def test_a_session_policy_that_nobody_has_is_shown_by_the_check_of_the_session() -> None:
    (cause,) = shown(details(checks=[check("SESSION", "IMPLICIT_DENY")]), attached(document(allow("*"))))
    assert (cause.cause, cause.tested, cause.layer) == (
        Cause.SESSION_POLICY_UNKNOWN,
        diagnosis.Tested.CONFIRMED,
        LayerName.SESSION,
    )
    assert cause.sentence == f"a session policy that is not at hand does not allow `iam:GetUser` on `{USER}`"


def test_a_layer_of_which_something_is_missing_is_settled_by_the_check_of_aws() -> None:
    value = details(checks=[check("PRINCIPAL", "IMPLICIT_DENY")])
    (cause,) = shown(value, gaps=(Gap("x", "a policy was not collected"),))
    assert (cause.cause, cause.tested) == (Cause.NO_ALLOW, diagnosis.Tested.CONFIRMED)
    assert shown(value) == []


def test_an_evaluation_of_another_request_shows_nothing_of_this_one() -> None:
    found = call(evaluation_of_details(denied_by_scp()))
    asked = replace(found.requests[0].request, action="iam:GetRole")
    policies = in_force({})
    evidence = Evidence(
        call=found,
        request=asked,
        policies=policies,
        decision=decide(asked, policies, NO_FACTS, trace=True),
        organisation=Organisation(accounts={}),
        facts=NO_FACTS,
    )
    assert list(causes_shown_by_aws(evidence)) == []


def test_without_policies_the_statement_that_denied_is_the_cause() -> None:
    (cause,) = causes_shown_without_policies(call(evaluation_of_details(denied_by_scp())))
    assert (cause.cause, cause.tested, cause.layer) == (Cause.EXPLICIT_DENY, diagnosis.Tested.CONFIRMED, LayerName.SCP)
    assert cause.sentence.startswith(f"statement `NoIam` of the service control policy `{SCP}`, attached to `{OU}`")


@pytest.mark.parametrize(
    ("one", "cause", "words"),
    [
        (check("PRINCIPAL", "IMPLICIT_DENY"), Cause.NO_ALLOW, "no identity-based policy allows `iam:GetUser`"),
        (
            check("SERVICE_CONTROL_POLICY", "IMPLICIT_DENY", target=OU),
            Cause.LEVEL_WITHOUT_ALLOW,
            "no service control policy at `ou-ex-1` allows",
        ),
        (check("QUANTUM", "IMPLICIT_DENY"), Cause.NO_ALLOW, "no policy of the check `QUANTUM` allows"),
    ],
)
def test_without_policies_the_check_that_allowed_nothing_is_the_cause(
    one: dict[str, Any], cause: Cause, words: str
) -> None:
    (found,) = causes_shown_without_policies(call(evaluation_of_details(details(checks=[one]))))
    assert (found.cause, found.tested) == (cause, diagnosis.Tested.CONFIRMED)
    assert words in found.sentence


def test_m15_a_decoded_message_shows_a_cause_only_by_a_statement() -> None:
    listed = [statement("NoStart", "DENY", ["ec2:StartInstances"])]
    message = evaluation_of_decoded(decoded(explicit=True, statements=listed))
    (found,) = causes_shown_without_policies(call(message))
    assert found.sentence.startswith("the Deny statement `NoStart`, of a policy that the message does not name")
    assert list(causes_shown_without_policies(call(evaluation_of_decoded(decoded())))) == []


def test_a_deny_in_a_check_that_allowed_shows_nothing() -> None:
    value = details(checks=[check("PRINCIPAL", "ALLOW", matched(MANAGED, Odd="DENY"))], policies=[policy(MANAGED)])
    assert list(causes_shown_without_policies(call(evaluation_of_details(value)))) == []
