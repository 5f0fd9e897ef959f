"""Laws of comparing with AWS's own evaluation: our own decision, told in AWS's shape, differs in nothing.

What is changed in it then is what differs, and nothing else.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given
from hypothesis import strategies as st

from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Verdict
from policysim.evaluation.truth import TRUE
from policysim.explanation.aws_evaluation import compare_with_aws
from policysim.language.policy import Effect as StatementEffect
from tests.aws_evaluations import as_details, evaluation_of_decoded, evaluation_of_details, statement, with_arns
from tests.aws_evaluations import decoded as decoded_message
from tests.laws.decision_strategies import Layers, Question, policy_set, request_of, situations
from tests.laws.effort import examples

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.diagnosis import AwsEvaluation
    from policysim.language.policy import Statement

EFFECTS = ("ALLOW", "NO_IMPACT", "IMPLICIT_DENY", "EXPLICIT_DENY")


def with_sids(value: Any) -> Any:
    """The same documents with a Sid in each statement."""
    if isinstance(value, list):
        return [with_sids(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Statement" in value:
        found = value["Statement"]
        statements = found if isinstance(found, list) else [found]
        return {**value, "Statement": [{"Sid": f"S{n}", **one} for n, one in enumerate(statements)]}
    return {name: with_sids(one) for name, one in value.items()}


@st.composite
def decided(draw: st.DrawFn) -> tuple[Decision, PolicySet]:
    """A decision with nothing open, and the policies behind it."""
    question, content = draw(situations(spare=False))
    named: Layers = with_sids(content) if draw(st.booleans()) else content
    return _decided(question, named)


DENY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["*"], "Resource": ["*"]}]}


@st.composite
def denied(draw: st.DrawFn) -> tuple[Decision, PolicySet]:
    """A decision with nothing open in which a Deny of the caller's own policies matches, and perhaps others."""
    question, content = draw(situations(("IAMUser", "AssumedRole"), spare=False))
    content = {**content, "identity": [*content["identity"], copy.deepcopy(DENY_ALL)]}
    return _decided(question, with_sids(content) if draw(st.booleans()) else content)


def _decided(question: Question, content: Layers) -> tuple[Decision, PolicySet]:
    policies = with_arns(policy_set(content))
    decision = decide(request_of(question), policies, trace=True)
    assume(decision.checks)
    assume(all(check.verdict is not Verdict.UNKNOWN for check in decision.checks))
    assume(all(match.truth is TRUE for check in decision.checks for match in check.matched))
    return decision, policies


def compared(value: dict[str, Any], decision: Decision, policies: PolicySet) -> AwsEvaluation:
    return compare_with_aws(evaluation_of_details(value), decision, policies)


@given(found=decided(), separate=st.booleans())
@examples(150)
def test_m18_our_own_decision_in_the_shape_of_aws_differs_in_nothing(
    found: tuple[Decision, PolicySet], *, separate: bool
) -> None:
    decision, policies = found
    assert compared(as_details(decision, policies, separate=separate), decision, policies).differences == ()


@given(found=decided(), data=st.data())
@examples(150)
def test_one_check_with_another_effect_is_one_difference(
    found: tuple[Decision, PolicySet], data: st.DataObject
) -> None:
    decision, policies = found
    value = as_details(decision, policies)
    checks = value["evaluations"][0]["checks"]
    assume(checks)
    changed = data.draw(st.sampled_from(checks))
    changed["evaluatedEffect"] = data.draw(
        st.sampled_from([effect for effect in EFFECTS if effect != changed["evaluatedEffect"]])
    )
    result = compared(value, decision, policies)
    (row,) = [row for row in result.checks if row.difference]
    assert (row.theirs, row.check_type) == (changed["evaluatedEffect"], changed["checkType"])
    assert result.differences == (row.difference,)


@given(found=denied(), data=st.data())
@examples(150)
def test_one_deny_that_aws_did_not_match_is_one_difference(
    found: tuple[Decision, PolicySet], data: st.DataObject
) -> None:
    decision, policies = found
    value = as_details(decision, policies)
    places = [
        (policy, statement)
        for check in value["evaluations"][0]["checks"]
        if check["evaluatedEffect"] == "EXPLICIT_DENY"
        for policy in check["matchedPolicies"]
        for statement in policy["matchedStatements"]
        if statement["evaluatedEffect"] == "DENY"
    ]
    assume(places)
    policy, dropped = data.draw(st.sampled_from(places))
    policy["matchedStatements"].remove(dropped)
    assert len(compared(value, decision, policies).differences) == 1


@given(found=decided(), data=st.data())
@examples(100)
def test_a_policy_that_is_not_at_hand_is_named(found: tuple[Decision, PolicySet], data: st.DataObject) -> None:
    decision, policies = found
    value = as_details(decision, policies)
    further = copy.deepcopy(value)
    type_ = data.draw(st.sampled_from(["SERVICE_CONTROL_POLICY", "IDENTITY_BASED_POLICY", "SESSION_POLICY"]))
    uri = "arn:aws:iam::111122223333:policy/nobody-has-this"
    further["policies"].append({"type": type_, "uri": uri, "inline": False, "attachedTo": []})
    (difference,) = compared(further, decision, policies).differences
    assert uri in difference


def _as_decoded(one: Statement) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for entry in one.conditions:
        values.setdefault(entry.key, []).extend(entry.values)
    resources = one.resource.patterns if one.resource else ("*",)
    return statement(one.sid or "", "DENY", one.action.patterns, resources, values.items())


@given(found=decided())
@examples(100)
def test_m15_the_denies_of_our_own_decision_in_a_decoded_message_differ_in_nothing(
    found: tuple[Decision, PolicySet],
) -> None:
    decision, policies = found
    assume(decision.effect.value != "allowed")
    denies = [match.statement for match in decision.statements if match.statement.effect is StatementEffect.DENY]
    assume(not any(one.action.negated or (one.resource is not None and one.resource.negated) for one in denies))
    explicit = decision.effect.value == "explicit_deny"
    assume(denies or not explicit)
    listed = [_as_decoded(one) for one in denies]
    request = decision.request
    message = decoded_message(request.action, request.resource.arn, explicit=explicit, statements=listed)
    result = compare_with_aws(evaluation_of_decoded(message), decision, policies)
    assert result.differences == ()
    assert len(result.checks) == len(listed)
