"""What a document says in part leaves open only the requests that it can match."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policysim.account.account import Identities, Role
from policysim.account.situate import situate
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.language.policy import Policy, Unresolved
from tests.account_folders import ROLE, account, allow, organisation, policy, request, role_session


def with_unresolved(statement: dict[str, Any], **more: Any) -> Policy:
    (widened,) = policy({"Version": "2012-10-17", "Statement": [statement]}).statements
    part = Unresolved("something is not known (t.yaml:3:5)", widened, **more)
    return replace(policy(allow("sqs:SendMessage")), unresolved=(part,))


def effect_of(document: Policy, action: str, resource: str) -> Effect:
    role = Role(name="app", arn=ROLE, inline={"p": document})
    there = organisation(account(identities=Identities(roles={ROLE: role})))
    situation = situate(request(role_session(), action, resource, account="111122223333"), there)
    decision = decide(situation.request, situation.policies)
    many = Evaluator(situation.policies)
    assert many.effect(situation.request) is decision.effect
    assert bool(decision.gaps) is (decision.effect is Effect.DEPENDS or bool(decision.possible))
    return decision.effect


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::b/k", Effect.DEPENDS),
        ("s3:GetObject", "arn:aws:s3:::other/k", Effect.IMPLICIT_DENY),
        ("s3:PutObject", "arn:aws:s3:::b/k", Effect.IMPLICIT_DENY),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders", Effect.ALLOWED),
    ],
)
def test_an_allow_that_is_not_known_leaves_open_what_it_can_match(action: str, resource: str, expected: Effect) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    assert effect_of(with_unresolved(statement, may_deny=False), action, resource) is expected


def test_a_deny_that_is_not_known_opens_no_door() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = with_unresolved(statement, may_allow=False)
    queue = "arn:aws:sqs:eu-west-1:111122223333:orders"
    assert effect_of(document, "sqs:SendMessage", queue) is Effect.DEPENDS
    assert effect_of(document, "s3:GetObject", "arn:aws:s3:::b/k") is Effect.IMPLICIT_DENY


def test_a_policy_of_which_nothing_is_known_leaves_everything_open() -> None:
    document = replace(policy(allow("sqs:SendMessage")), unresolved=(Unresolved("nothing is known of it"),))
    assert effect_of(document, "s3:GetObject", "arn:aws:s3:::b/k") is Effect.DEPENDS
