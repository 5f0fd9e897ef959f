"""What only some types of document may hold."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.policy_types import PolicyType
from policysim.validation.findings import FindingSeverity
from tests.validation.findings_on import ASSUME, BUCKET, GET, codes, findings, found

RCP, SCP, TRUST, VPCE, RESOURCE = PolicyType.RCP, PolicyType.SCP, PolicyType.TRUST, PolicyType.VPCE, PolicyType.RESOURCE
ERROR, WARNING = FindingSeverity.ERROR, FindingSeverity.WARNING
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("type_", "statement", "severity"),
    [
        (PolicyType.IDENTITY, GET, ERROR),
        (PolicyType.BOUNDARY, GET, ERROR),
        (PolicyType.SESSION, GET, ERROR),
        (TRUST, ASSUME, ERROR),
        (RESOURCE, BUCKET, WARNING),
    ],
)
def test_g7_a_repeated_sid_is_an_error_where_iam_stores_the_document(
    type_: PolicyType, statement: dict[str, Any], severity: FindingSeverity
) -> None:
    first, second = {"Sid": "A", **statement}, {"Sid": "A", **statement, "Effect": "Deny"}
    repeated = [one for one in findings(first, second, type_=type_) if one.code == "duplicate-sid"]
    assert [one.severity for one in repeated] == [severity]


def test_g7_characters_of_a_sid_are_an_error_in_iam_and_nothing_elsewhere() -> None:
    (bad,) = findings({"Sid": "not for iam", **GET})
    assert (bad.code, bad.severity) == ("sid-characters", ERROR)
    assert codes({"Sid": "fine for s3", **BUCKET}, type_=RESOURCE) == []


def test_g26_an_empty_statement_list_is_refused_by_iam() -> None:
    (bad,) = findings()
    assert (bad.code, bad.severity) == ("empty-statements", ERROR)


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_c11_r23_iam_refuses_a_statement_without_actions_or_resources(element: str) -> None:
    (bad,) = findings({**GET, element: []})
    assert (bad.code, bad.severity) == ("empty-element", ERROR)


def test_c11_an_empty_condition_is_a_suggestion() -> None:
    (empty,) = findings({**GET, "Condition": {}})
    assert (empty.code, empty.severity) == ("empty-condition", FindingSeverity.SUGGESTION)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Null": {"aws:userid": "false"}}},
            "Condition",
        ),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "NotAction"),
        ({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, "Resource"),
    ],
)
def test_g17_g18_an_allow_of_an_scp_may_say_more_since_2025(statement: dict[str, Any], words: str) -> None:
    (noted,) = findings(statement, type_=SCP)
    assert (noted.code, noted.severity) == ("legacy-scp", FindingSeverity.SUGGESTION)
    assert f"`{words}`" in noted.message
    assert codes({**statement, "Effect": "Deny"}, type_=SCP) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"Effect": "Allow"}, '"Allow"'),
        ({"Action": "*"}, '"*"'),
        ({"Action": ["*:*"]}, '"*:*"'),
    ],
)
def test_g19_an_rcp_of_a_customer_denies_named_services(change: dict[str, Any], place: str) -> None:
    assert found({**DENY, **change}, type_=RCP) == [("rcp-form", place)]
    assert codes(DENY, type_=RCP) == []


def test_g19_an_rcp_has_no_not_action_and_no_other_principal() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*"}
    assert found(statement, type_=RCP) == [("rcp-form", '"NotAction"')]
    assert codes({**DENY, "Principal": {"AWS": "111122223333"}}, type_=RCP) == ["wrong-principal"]
    assert codes({**DENY, "NotPrincipal": "*", "Principal": "*"}, type_=RCP)[0] == "both-elements"


def test_g19_awss_own_full_access_is_no_finding() -> None:
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    assert codes(full, type_=RCP) == []


def test_e26_g19_an_rcp_does_not_reach_every_service() -> None:
    assert found({**DENY, "Action": ["s3:*", "ec2:*"]}, type_=RCP) == [("rcp-service", '"ec2:*"')]


@pytest.mark.parametrize(
    "action",
    [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:assumerole*",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:SetContext",
    ],
)
def test_g21_a_trust_policy_names_actions_that_assume_a_role(action: str) -> None:
    assert codes({**ASSUME, "Action": action}, type_=TRUST) == []


@pytest.mark.parametrize(
    ("action", "code"),
    [("s3:GetObject", "trust-action"), ("sts:GetCallerIdentity", "trust-action"), ("sts:*", "trust-wildcard")],
)
def test_g21_other_actions_of_a_trust_policy_are_findings(action: str, code: str) -> None:
    assert code in codes({**ASSUME, "Action": action}, type_=TRUST)


def test_g21_not_action_of_a_trust_policy_covers_more() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "NotAction": "sts:TagSession"}
    assert codes(statement, type_=TRUST) == ["trust-wildcard"]


def test_g21_r18_a_trust_policy_has_no_resource_and_no_not_principal() -> None:
    assert codes({**ASSUME, "Resource": "*"}, type_=TRUST) == ["resource-not-allowed"]
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    assert "principal-not-allowed" in codes(statement, type_=TRUST)


def endpoint(condition: Any = None, resource: str = "*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    return statement if condition is None else {**statement, "Condition": condition}


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        (endpoint({"StringLike": {"aws:PrincipalAccount": "1111*"}}), '"1111*"'),
        (endpoint({"NumericEquals": {"aws:PrincipalAccount": "111122223333"}}), '"NumericEquals"'),
        (endpoint({"StringLike": {"aws:PrincipalTag/team": "ab*"}}), '"ab*"'),
        (endpoint({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1111*:role/app"}}), '"arn:aws:iam::1111*:role/app"'),
        (endpoint(resource="arn:aws:s3:eu-west-1:1111*:accesspoint/a"), '"arn:aws:s3:eu-west-1:1111*:accesspoint/a"'),
    ],
)
def test_g24_endpoint_policies_take_fewer_wildcards(statement: dict[str, Any], place: str) -> None:
    assert ("endpoint-limit", place) in found(statement, type_=VPCE)


@pytest.mark.parametrize(
    "statement",
    [
        endpoint(),
        endpoint({"StringLike": {"aws:PrincipalTag/team": "abcdef*"}}),
        endpoint({"StringLike": {"aws:PrincipalTag/team": "*abcdef"}}),
        endpoint({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        endpoint({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}),
    ],
)
def test_g24_what_endpoint_policies_take_is_no_finding(statement: dict[str, Any]) -> None:
    assert codes(statement, type_=VPCE) == []


def test_g24_the_limits_are_those_of_endpoints_alone() -> None:
    statement = {**BUCKET, "Condition": {"StringLike": {"aws:PrincipalTag/team": "ab*"}}}
    assert codes(statement, type_=RESOURCE) == []
