"""What an Allow gives away."""

from __future__ import annotations

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.language.policy_types import PolicyType
from policysim.validation.findings import FindingSeverity
from policysim.validation.security import ESCALATING, escalating
from tests.validation.findings_on import codes, findings, found, on

ROLE = "arn:aws:iam::111122223333:role/app"
SECURITY = FindingSeverity.SECURITY_WARNING


def test_a2_r1_everything_on_everything_is_one_security_warning() -> None:
    (warned,) = findings(on("*", "*"))
    assert (warned.code, warned.severity) == ("full-access", SECURITY)
    for limiting in (PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.SCP):
        assert codes(on("*", "*"), type_=limiting) == []


@pytest.mark.parametrize("action", ["iam:PassRole", "iam:Pass*", "iam:*"])
@pytest.mark.parametrize("resource", ["*", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:*"])
def test_s9_passing_every_role_is_a_security_warning(action: str, resource: str) -> None:
    assert "pass-any-role" in codes(on(resource, action))


def test_s9_a_named_role_or_a_named_service_is_fine() -> None:
    assert codes(on(ROLE, "iam:PassRole")) == []
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert codes(on("*", "iam:PassRole", Condition=condition)) == []
    assert codes({**on("*", "iam:PassRole"), "Effect": "Deny"}) == []


def test_s2_assuming_every_role_is_a_security_warning() -> None:
    assert found(on("*", "sts:AssumeRole")) == [("assume-any-role", '"sts:AssumeRole"')]
    assert codes(on(ROLE, "sts:AssumeRole")) == []


@pytest.mark.parametrize("action", sorted(ESCALATING))
def test_s9_actions_that_make_more_permissions_are_security_warnings_on_everything(action: str) -> None:
    assert CATALOGUE.knows_action(action)
    assert codes(on("*", action)) == ["privilege-escalation"]
    condition = {"StringEquals": {"aws:PrincipalTag/team": "security"}}
    assert codes(on("*", action, Condition=condition)) == []


def test_s9_a_pattern_is_said_once_however_many_actions_it_covers() -> None:
    said = [one for one in findings(on("*", "iam:Put*")) if one.code == "privilege-escalation"]
    assert len(said) == 1
    assert "5 actions of IAM" in said[0].message
    assert escalating(CATALOGUE, "s3:*") == frozenset()


def test_a5_allow_with_not_action_is_a_security_warning() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert found(statement) == [("allow-not-action", '"NotAction"')]
    assert codes({**statement, "Effect": "Deny"}) == []
    assert codes({**statement, "Resource": "arn:aws:s3:::b/*"}) == []


def test_r12_allow_with_not_resource_is_a_security_warning() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"}
    assert found(statement) == [("allow-not-resource", '"NotResource"')]
    assert codes({**statement, "Effect": "Deny"}) == []
