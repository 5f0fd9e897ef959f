"""DecodeAuthorizationMessage: what is read of a decoded message, in the form that AWS sends and in that of its docs."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.aws_evaluation import AnswerError, Evaluation, is_decoded
from policysim.cloudtrail.decoded_message import answer_of_decoded
from tests.aws_evaluations import ROLE_ID, SESSION, decoded, statement


def read(value: dict[str, Any]) -> Evaluation:
    (evaluation,) = answer_of_decoded(value, "decoded.json").evaluations
    return evaluation


def test_m15_a_decoded_message_holds_the_request_and_the_statements_that_matched() -> None:
    found = read(
        decoded(
            explicit=True,
            statements=[statement("NoStart", "DENY", ["ec2:StartInstances"])],
            conditions={"ec2:Tenancy": ["default"], "aws:ResourceTag/Team": ["blue"]},
        )
    )
    assert (found.action, found.effect) == ("ec2:StartInstances", "EXPLICIT_DENY")
    assert (found.principal, found.principal_id) == (SESSION, f"{ROLE_ID}:i-1")
    assert found.context == {"ec2:Tenancy": ("default",), "aws:ResourceTag/Team": ("blue",)}
    (one,) = found.statements
    assert (one.sid, one.effect, one.principals, one.actions) == (
        "NoStart",
        "DENY",
        (ROLE_ID,),
        ("ec2:StartInstances",),
    )


def test_m15_without_an_explicit_deny_it_is_an_implicit_one() -> None:
    found = read(decoded())
    assert found.effect == "IMPLICIT_DENY"


def test_the_parts_of_the_arn_are_no_condition_keys() -> None:
    parts = {"aws:Account": ["1"], "aws:Region": ["eu-west-1"], "aws:ARN": ["x"], "aws:Service": ["ec2"]}
    parts |= {"aws:Type": ["instance"], "aws:Resource": ["instance/i-1"], "aws:ID": ["i-1"]}
    assert read(decoded(conditions={**parts, "ec2:Region": ["eu-west-1"]})).context == {"ec2:Region": ("eu-west-1",)}


@pytest.mark.parametrize(
    ("action", "resource", "full"),
    [
        ("RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "ec2:RunInstances"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/web", "iam:PassRole"),
        ("NobodyDoesThis", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "NobodyDoesThis"),
        ("RunInstances", "*", "RunInstances"),
    ],
)
def test_an_action_without_its_service_gets_that_of_the_resource(action: str, resource: str, full: str) -> None:
    assert read(decoded(action, resource)).action == full


def test_the_form_of_the_documentation_is_read_too() -> None:
    value = {
        "allowed": "false",
        "explicitDeny": "false",
        "matchedStatements": "",
        "failures": "",
        "context": {
            "principal": {"id": "AIDAEXAMPLE", "name": "Bob", "arn": "arn:aws:iam::111122223333:user/Bob"},
            "action": "ec2:StopInstances",
            "resource": "arn:aws:ec2:us-east-1:111122223333:instance/i-2",
            "conditions": [{"item": {"key": "ec2:Tenancy", "values": ["default"]}}],
        },
    }
    found = read(value)
    assert (found.action, found.effect) == ("ec2:StopInstances", "IMPLICIT_DENY")
    assert found.context == {"ec2:Tenancy": ("default",)}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"allowed": "perhaps"}, "`allowed` should be `true` or `false`, it is text"),
        ({"explicitDeny": None}, "`explicitDeny` should be `true` or `false`, it is null"),
        ({"matchedStatements": {"items": "x"}}, "`matchedStatements` should be a list, it is text"),
        ({"matchedStatements": [1]}, "`matchedStatements[0]` should be an object, it is a number"),
        ({"context": []}, "`context` should be an object, it is a list"),
        ({"context": {}}, "`context.action` is missing"),
        (
            {"context": {"action": "a:B", "conditions": [{"key": 1}]}},
            "`context.conditions[0].key` should be text, it is a number",
        ),
        (
            {"context": {"action": "a:B", "conditions": [{"key": "k", "values": [{"value": []}]}]}},
            "`context.conditions[0].values[0]` should be text, it is a list",
        ),
    ],
)
def test_a_wrong_shape_is_one_sentence_with_its_place(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnswerError) as error:
        read({**decoded(), **changes})
    assert str(error.value) == sentence


def test_what_looks_like_a_decoded_message() -> None:
    assert is_decoded(decoded())
    assert not is_decoded({"allowed": True})
