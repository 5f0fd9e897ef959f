"""Readings that AWS does not document: the decision that rests on one says so, and only that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.conditions import match_condition
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.truth import Truth
from policysim.language.policy import ConditionEntry
from policysim.language.request import Principal, PrincipalKind, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import ACCOUNT

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision, Outcome
    from policysim.evaluation.policy_set import PolicySet
    from policysim.language.request import Request

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
ALLOWED, EXPLICIT, IMPLICIT = Effect.ALLOWED, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY


def decided(request: Request, applied: PolicySet) -> Decision:
    return decide(request, applied, CATALOGUE)


def codes(decision: Decision) -> set[str]:
    return {caveat.code for caveat in decision.caveats}


def with_condition(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def known(**values: str | list[str]) -> RequestContext:
    return RequestContext({key.replace("__", ":"): value for key, value in values.items()}, complete=True)


def test_a10_an_action_with_white_space_matches_nothing_and_says_so() -> None:
    spaced = decided(ask(), policies(identity=[allow("s3:GetObject ")]))
    assert (spaced.effect, codes(spaced)) == (IMPLICIT, {"white-space"})
    other = decided(ask(), policies(identity=[allow("s3:PutObject ")]))
    assert codes(other) == set()


def test_a10_white_space_is_no_doubt_where_something_else_allows() -> None:
    assert codes(decided(ask(), policies(identity=[allow("s3:GetObject "), allow("s3:GetObject")]))) == set()


def test_r23_an_empty_not_action_has_no_effect_and_says_so() -> None:
    statement = {"Effect": "Allow", "NotAction": [], "Resource": "*"}
    decision = decided(ask(), policies(identity=[statement]))
    assert (decision.effect, codes(decision)) == (IMPLICIT, {"empty-not-list"})


def test_r23_an_empty_not_resource_has_no_effect_and_says_so() -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "NotResource": []}
    decision = decided(ask(), policies(identity=[allow(), statement]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"empty-not-list"})


def test_r23_not_resource_star_matches_nothing_beyond_doubt() -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "NotResource": "*"}
    decision = decided(ask(), policies(identity=[allow(), statement]))
    assert (decision.effect, codes(decision)) == (ALLOWED, set())


def test_r3_every_bucket_may_stand_for_no_resource_and_says_so() -> None:
    request = ask(action="s3:ListAllMyBuckets", resource="*")
    decision = decided(request, policies(identity=[allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"star-for-no-resource"})
    assert codes(decided(request, policies(identity=[allow("s3:ListAllMyBuckets", "*")]))) == set()


def test_r5_a_user_name_in_another_case_is_another_user_and_says_so() -> None:
    request = ask(action="iam:GetUser", resource=f"arn:aws:iam::{ACCOUNT}:user/Ana")
    decision = decided(request, policies(identity=[allow("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/ana")]))
    assert (decision.effect, codes(decision)) == (IMPLICIT, {"user-name-case"})


def test_r5_case_counts_beyond_doubt_for_anything_but_users() -> None:
    request = ask(action="s3:GetObject", resource="arn:aws:s3:::data/X")
    decision = decided(request, policies(identity=[allow("s3:GetObject", "arn:aws:s3:::data/x")]))
    assert (decision.effect, codes(decision)) == (IMPLICIT, set())


def test_r9_a_wildcard_in_the_service_matches_and_says_so() -> None:
    decision = decided(ask(), policies(identity=[allow("s3:GetObject", "arn:aws:s*:::data/x")]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"service-wildcard"})
    denied = decided(ask(), policies(identity=[allow(), deny("s3:*", "arn:aws:s?:::data/*")]))
    assert (denied.effect, codes(denied)) == (EXPLICIT, {"service-wildcard"})


def test_c4_an_operator_in_another_case_works_and_says_so() -> None:
    condition = with_condition("stringequals", "aws:RequestedRegion", "eu-west-1")
    there = ask(context=known(aws__RequestedRegion="eu-west-1"))
    decision = decided(there, policies(identity=[allow("s3:GetObject", **condition)]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"operator-case"})
    elsewhere = ask(context=known(aws__RequestedRegion="us-east-1"))
    assert codes(decided(elsewhere, policies(identity=[allow("s3:GetObject", **condition)]))) == set()


@pytest.mark.parametrize("prefix", ["forAnyValue:", "FORALLVALUES:"])
def test_c41_a_set_prefix_in_another_case_never_matches_and_says_so(prefix: str) -> None:
    outcome = outcome_of(f"{prefix}StringEquals")
    assert (outcome.truth, outcome.caveats) == (Truth.FALSE, ("set-prefix-case",))


def test_c41_an_operator_that_does_not_exist_at_all_never_matches_beyond_doubt() -> None:
    outcome = outcome_of("ForSomeValues:StringEquals")
    assert (outcome.truth, outcome.caveats) == (Truth.FALSE, ())


def outcome_of(operator: str) -> Outcome:
    """How ``aws:TagKeys = team`` comes out; a document with such an operator does not take part in decisions at all."""
    entry = ConditionEntry(operator, "aws:TagKeys", ("team",), listed=False)
    return match_condition(entry, lambda _: ("team",), substitutes=True, facts=CATALOGUE)


def test_c37_for_all_values_string_not_like_is_read_as_defined_and_says_so() -> None:
    condition = with_condition("ForAllValues:StringNotLike", "aws:TagKeys", "secret*")
    request = ask(context=known(aws__TagKeys=["team"]))
    decision = decided(request, policies(identity=[allow("s3:GetObject", **condition)]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"for-all-not-like"})
    excluded = ask(context=known(aws__TagKeys=["team", "secret-x"]))
    assert decided(excluded, policies(identity=[allow("s3:GetObject", **condition)])).effect is IMPLICIT


def test_v9_a_value_that_looks_like_a_variable_is_not_replaced_and_says_so() -> None:
    statement = allow("s3:GetObject", "arn:aws:s3:::data/${aws:PrincipalTag/home}")
    request = ask(
        resource="arn:aws:s3:::data/${aws:username}", context=known(**{"aws__PrincipalTag/home": "${aws:username}"})
    )
    decision = decided(request, policies(identity=[statement]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"variable-in-value"})


def test_v11_variables_work_in_rcps_and_say_so() -> None:
    condition = with_condition("StringNotEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", **condition}
    decision = decided(ask(), policies(identity=[allow()], rcp=[statement]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"variable-in-rcp"})


def test_v14_a_variable_before_the_last_part_is_text_and_says_so() -> None:
    statement = allow("sqs:SendMessage", "arn:aws:sqs:${aws:RequestedRegion}:*:jobs")
    request = ask(
        action="sqs:SendMessage",
        resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs",
        context=known(aws__RequestedRegion="eu-west-1"),
    )
    decision = decided(request, policies(identity=[statement]))
    assert (decision.effect, codes(decision)) == (IMPLICIT, {"variable-misplaced"})


def test_v16_the_other_entries_of_a_list_count_and_say_so() -> None:
    condition = with_condition("StringEquals", "aws:RequestedRegion", "${aws:PrincipalTag/region}", "eu-west-1")
    request = ask(context=known(aws__RequestedRegion="eu-west-1"))
    decision = decided(request, policies(identity=[allow("s3:GetObject", **condition)]))
    assert (decision.effect, codes(decision)) == (ALLOWED, {"variable-in-list"})


def test_p5_everybody_of_aws_is_no_web_identity_and_says_so() -> None:
    caller = Principal(kind=PrincipalKind.WEB_IDENTITY, provider="accounts.google.com")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRoleWithWebIdentity"}
    request = ask(caller, "sts:AssumeRoleWithWebIdentity", ROLE)
    decision = decided(request, policies(resource=[trust]))
    assert decision.effect is IMPLICIT
    assert "aws-star" in codes(decision)


def test_p16_a_service_name_in_another_case_is_the_same_and_says_so() -> None:
    caller = Principal(kind=PrincipalKind.SERVICE, service="sns.amazonaws.com")
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"

    def decision(name: str) -> Decision:
        statement = allow("sqs:SendMessage", queue, Principal={"Service": name})
        return decided(ask(caller, "sqs:SendMessage", queue), policies(resource=[statement]))

    assert (decision("SNS.amazonaws.com").effect, codes(decision("SNS.amazonaws.com"))) == (
        ALLOWED,
        {"service-name-case"},
    )
    assert codes(decision("sns.amazonaws.com")) == set()
    assert decision("events.amazonaws.com").effect is IMPLICIT


def test_p16_a_service_is_let_in_by_any_of_its_names() -> None:
    caller = Principal(kind=PrincipalKind.SERVICE, service="delivery.logs.amazonaws.com")
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    statement = allow("sqs:SendMessage", queue, Principal={"Service": "logs.amazonaws.com"})
    names = known(aws__PrincipalServiceNamesList=["delivery.logs.amazonaws.com", "logs.amazonaws.com"])
    applied = policies(resource=[statement])
    several, one = ask(caller, "sqs:SendMessage", queue, context=names), ask(caller, "sqs:SendMessage", queue)
    assert decided(several, applied).effect is ALLOWED
    assert decided(one, applied).effect is IMPLICIT
    evaluator = Evaluator(applied, CATALOGUE)
    assert [evaluator.effect(request) for request in (one, several, one)] == [IMPLICIT, ALLOWED, IMPLICIT]
