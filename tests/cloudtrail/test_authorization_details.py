"""GetRequestAuthorizationDetails: what is read of an answer, and what is said of one that is none."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.authorization_details import answer_of_details
from policysim.cloudtrail.aws_evaluation import Answer, AnswerError, MatchedPolicy, MatchedStatement, is_details
from policysim.language.request import UNKNOWN
from tests.aws_evaluations import OU, ROLE, ROLE_ID, USER, check, details, matched, policy


def read(value: dict[str, Any]) -> Answer:
    return answer_of_details(value, "details.json")


def context(printed: dict[str, Any], own: dict[str, Any] | None = None) -> dict[str, Any]:
    (evaluation,) = read(details(context=printed, own_context=own)).evaluations
    return dict(evaluation.context)


def test_m11_an_answer_holds_the_request_its_checks_and_its_policies() -> None:
    value = details(
        effect="EXPLICIT_DENY",
        checks=[check("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY", matched("p", S="DENY"), target=OU)],
        policies=[policy("p", "SERVICE_CONTROL_POLICY", attached_to=OU)],
    )
    (evaluation,) = read(value).evaluations
    assert (evaluation.action, evaluation.resource, evaluation.effect) == ("iam:GetUser", USER, "EXPLICIT_DENY")
    assert (evaluation.principal, evaluation.principal_id) == (ROLE, f"{ROLE_ID}:i-1")
    (one,) = evaluation.checks
    assert (one.type, one.target) == ("SERVICE_CONTROL_POLICY", OU)
    assert one.matched == (MatchedPolicy("p", (MatchedStatement("S", "DENY"),)),)
    assert evaluation.policy("p") is not None


def test_the_context_of_an_evaluation_stands_on_top_of_that_of_the_request() -> None:
    found = context({"aws:RequestedRegion": "eu-west-1"}, {"AWS:requestedregion": "us-east-1"})
    assert found["AWS:requestedregion"] == ("us-east-1",)
    assert "aws:RequestedRegion" not in found


@pytest.mark.parametrize(
    ("key", "printed", "value"),
    [
        ("aws:SourceIp", "192.0.2.1/32", ("192.0.2.1",)),
        ("aws:SourceIp", "192.0.2.0/24", ("192.0.2.0/24",)),
        ("aws:SourceIp", "2001:db8::1/128", ("2001:db8::1",)),
        ("aws:SourceIp", "2001:db8::/32", ("2001:db8::/32",)),
        ("aws:EpochTime", "2026-01-01T00:00:00Z", ("1767225600",)),
        ("aws:EpochTime", "1767225600", ("1767225600",)),
        ("aws:PrincipalOrgPaths", "[o-a/r-b/]", ("o-a/r-b/",)),
        ("aws:PrincipalOrgPaths", "[o-a/r-b/, o-a/r-c/]", ("o-a/r-b/", "o-a/r-c/")),
        ("aws:PrincipalOrgPaths", "o-a/r-b/", ("o-a/r-b/",)),
        ("aws:TagKeys", "[]", ()),
        ("aws:TagKeys", ["a", "b"], ("a", "b")),
        ("aws:MultiFactorAuthPresent", False, ("false",)),
        ("iam:Count", 3, ("3",)),
        ("aws:username", "[ann]", ("[ann]",)),
    ],
)
def test_printed_values_are_read_as_requests_hold_them(key: str, printed: Any, value: tuple[str, ...]) -> None:
    assert context({key: printed})[key] == value


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        ("aws:TagKeys", "[cost center, team]"),
        ("aws:TagKeys", "[a, , b]"),
        ("nobody:KnowsThis", "[a, b]"),
        ("aws:TagKeys", {"a": "b"}),
        ("aws:TagKeys", ["a", {"b": "c"}]),
    ],
)
def test_a_value_that_can_be_read_in_two_ways_is_unknown(key: str, printed: Any) -> None:
    assert context({key: printed})[key] is UNKNOWN


def test_what_aws_adds_is_passed_over_and_new_words_are_kept() -> None:
    value = details(checks=[{**check("QUANTUM", "PERHAPS"), "entangled": True}])
    value["requestId"] = {"deep": [1]}
    (evaluation,) = read(value).evaluations
    assert [(one.type, one.effect) for one in evaluation.checks] == [("QUANTUM", "PERHAPS")]


def test_a_grant_is_known_by_its_id() -> None:
    grant = {**policy("inline:1", "RESOURCE_BASED_POLICY"), "policySource": {"type": "x", "grantId": "g1", "n": 1}}
    (evaluation,) = read(details(policies=[grant])).evaluations
    assert evaluation.policies[0].grant_id == "g1"


def test_an_answer_with_a_next_page_is_not_complete() -> None:
    assert read(details()).complete
    assert not read({**details(), "nextToken": "abc"}).complete


def test_an_action_on_no_resource_is_one_on_the_star() -> None:
    (evaluation,) = read(details(resource="")).evaluations
    assert evaluation.resource == "*"


def broken(**changes: Any) -> dict[str, Any]:
    return {**details(), **changes}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (broken(evaluations={}), "`evaluations` should be a list, it is an object"),
        (broken(evaluations=[]), "`evaluations` is empty: AWS shows no evaluation of any action"),
        (broken(evaluations=["x"]), "`evaluations[0]` should be an object, it is text"),
        (broken(evaluations=[{}]), "`evaluations[0].action` is missing"),
        (broken(evaluations=[{"action": ""}]), "`evaluations[0].action` should be text that is not empty, it is text"),
        (broken(evaluations=[{"action": 7}]), "`evaluations[0].action` should be text, it is a number"),
        (
            broken(evaluations=[{"action": "a:B", "checks": [{"checkType": None}]}]),
            "`evaluations[0].checks[0].checkType` should be text, it is null",
        ),
        (broken(requestContext=[1]), "`requestContext` should be an object, it is a list"),
        (broken(policies=[{"attachedTo": [1]}]), "`policies[0].attachedTo[0]` should be an object, it is a number"),
        (broken(policies=[{"inline": "perhaps"}]), "`policies[0].inline` should be `true` or `false`, it is text"),
    ],
)
def test_a_wrong_shape_is_one_sentence_with_its_place(value: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnswerError) as error:
        read(value)
    assert str(error.value) == sentence


def test_what_looks_like_an_answer() -> None:
    assert is_details(details())
    assert not is_details({"evaluations": []})
