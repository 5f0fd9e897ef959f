"""Condition keys, operators, values, set operators and policy variables."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.policy_types import PolicyType
from policysim.validation.findings import FindingSeverity
from policysim.validation.identifiers import SYSTEM_IDENTIFIERS
from tests.validation.findings_on import ASSUME, GET, codes, document, findings, findings_in, found, on, under

SECURITY, SUGGESTION, WARNING = FindingSeverity.SECURITY_WARNING, FindingSeverity.SUGGESTION, FindingSeverity.WARNING


def test_c5_c66_an_unknown_key_is_a_warning_with_the_nearest_spelling() -> None:
    (unknown,) = findings(under({"StringEquals": {"aws:PrincipalOrgId2": "o-1"}}))
    assert (unknown.code, unknown.severity) == ("unknown-key", WARNING)
    assert unknown.hint == "did you mean `aws:PrincipalOrgID`?"


@pytest.mark.parametrize(
    "key",
    ["aws:PrincipalTag/a", "AWS:principalorgid", "s3:ExistingObjectTag/team", "s3:prefix", "aws:RequestTag/x/y"],
)
def test_c2_c66_families_and_any_case_are_known(key: str) -> None:
    assert codes(under({"StringEquals": {key: "x"}}, "s3:*")) == []


def test_c66_keys_of_any_oidc_provider_are_known() -> None:
    provider = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
    statement = {
        **ASSUME,
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{provider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{provider}:sub": "system:serviceaccount:a:b", f"{provider}:aud": "x"}},
    }
    assert codes(statement, type_=PolicyType.TRUST) == []


def test_c66_a_key_without_a_service_and_a_tag_key_without_a_tag() -> None:
    assert found(under({"StringEquals": {"team": "x"}})) == [("key-form", '"team"')]
    (bad,) = findings(under({"StringEquals": {"aws:RequestTag": "x"}}))
    assert (bad.code, bad.hint) == ("unknown-key", "write `aws:RequestTag/TAG`")


def test_s28_a_key_of_former_times_is_a_suggestion() -> None:
    (noted,) = findings(under({"StringEquals": {"AWS:SourceOwner": "111122223333"}}, "sns:Publish"))
    assert (noted.code, noted.severity) == ("retired-key", SUGGESTION)


def test_c66_a_key_that_no_action_of_the_statement_has() -> None:
    said = found(under({"StringEquals": {"s3:x-amz-acl": "private"}}, "s3:GetObject"))
    assert said == [("key-of-other-actions", '"s3:x-amz-acl"')]
    assert codes(under({"StringEquals": {"s3:x-amz-acl": "private"}}, "s3:GetObject", "s3:PutObject")) == []
    assert codes(under({"StringEquals": {"s3:x-amz-acl": "private"}}, "s3:*")) == []


def test_c66_c70_keys_of_role_sessions_and_unknown_actions_get_the_benefit_of_the_doubt() -> None:
    assert codes(under({"ArnLike": {"ec2:SourceInstanceArn": "arn:aws:ec2:*:*:instance/i-1"}}, "s3:GetObject")) == []
    assert codes(under({"StringEquals": {"s3:x-amz-acl": "x"}}, "s3:NoSuchThing")) == ["unknown-action"]
    deny = {
        "Effect": "Deny",
        "NotAction": "iam:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "x"}},
    }
    assert codes(deny) == []


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "aws:SecureTransport", "true"),
        ("NumericEquals", "aws:username", "1"),
        ("StringEquals", "aws:SourceIp", "203.0.113.1"),
        ("Bool", "aws:MultiFactorAuthAge", "true"),
        ("ArnLike", "aws:CurrentTime", "arn:aws:iam::111122223333:role/x"),
    ],
)
def test_c10_an_operator_of_another_type_than_the_key(operator: str, key: str, value: str) -> None:
    assert ("operator-type", f'"{operator}"') in found(under({operator: {key: value}}))


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("Bool", "aws:SecureTransport", "true"),
        ("Null", "aws:SecureTransport", "true"),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "300"),
        ("NumericLessThan", "aws:EpochTime", "1700000000"),
        ("DateLessThan", "aws:EpochTime", "2026-01-01T00:00:00Z"),
        ("StringLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"),
        ("StringEquals", "custom.example:thing", "x"),
    ],
)
def test_c10_c21_c32_operators_that_fit_are_no_finding(operator: str, key: str, value: str) -> None:
    assert "operator-type" not in codes(under({operator: {key: value}}))


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("NumericEquals", "aws:MultiFactorAuthAge", "soon"),
        ("DateGreaterThan", "aws:CurrentTime", "yesterday"),
        ("Bool", "aws:SecureTransport", "yes"),
        ("Null", "aws:userid", "no"),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/40"),
        ("ArnLike", "aws:PrincipalArn", "role/app"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333"),
    ],
)
def test_c17_c18_c22_c24_c31_a_value_that_its_operator_cannot_read(operator: str, key: str, value: str) -> None:
    assert found(under({operator: {key: [value]}})) == [("value-type", f'"{value}"')]


def test_c22_c30_c33_values_that_can_be_read_are_no_finding() -> None:
    arns = ["arn:aws:iam::${aws:PrincipalAccount}:role/*", "arn:*:iam::*:role/*", "*"]
    assert codes(under({"ArnLike": {"aws:PrincipalArn": arns}})) == []
    assert codes(under({"Bool": {"aws:SecureTransport": ["TRUE", "false"]}})) == []
    assert codes(under({"DateLessThan": {"aws:CurrentTime": ["2026", "2026-11-24T10:00:00Z", "1700000000"]}})) == []


def test_c13_c14_a_wildcard_is_a_plain_character_for_string_equals() -> None:
    (warned,) = findings(under({"StringNotEqualsIgnoreCase": {"aws:username": "a*"}}))
    assert (warned.code, warned.hint) == ("literal-wildcard", "use `StringNotLike`")
    assert codes(under({"StringLike": {"aws:username": "a*"}})) == []
    assert codes(under({"StringEquals": {"aws:username": "a${*}"}})) == []


def test_c16_there_is_no_string_like_ignore_case() -> None:
    (bad,) = findings(under({"StringLikeIgnoreCase": {"aws:username": "a"}}))
    assert (bad.code, bad.severity) == ("unknown-operator", FindingSeverity.ERROR)


def test_c9_an_unknown_operator_is_an_error_with_the_nearest_spelling() -> None:
    (bad,) = findings(under({"ForAnyValue:StringEqual": {"aws:TagKeys": "a"}}, "ec2:CreateTags"))
    assert (bad.code, bad.hint) == ("unknown-operator", "did you mean `StringEquals`?")
    (prefix,) = findings(under({"ForAnyValues:StringEquals": {"aws:TagKeys": "a"}}, "ec2:CreateTags"))
    assert (prefix.code, prefix.hint) == ("unknown-operator", "")
    (never,) = findings(under({"NullIfExists": {"aws:username": "true"}}))
    assert (never.code, never.hint) == ("unknown-operator", "`IfExists` does not go with `Null`")


def test_c4_an_operator_in_another_case_is_a_warning() -> None:
    (warned,) = findings(under({"stringequals": {"aws:username": "a"}}))
    assert (warned.code, warned.severity) == ("operator-spelling", WARNING)


def test_c26_host_bits_are_a_suggestion() -> None:
    (noted,) = findings(under({"IpAddress": {"aws:SourceIp": "203.0.113.5/24"}}))
    assert (noted.code, noted.severity) == ("host-bits", SUGGESTION)
    assert codes(under({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "203.0.113.5", "2001:db8::/32"]}})) == []


@pytest.mark.parametrize("value", ["10.0.0.0/16", "192.168.1.1", "172.31.0.0/20"])
def test_c28_a_private_address_is_never_the_public_one(value: str) -> None:
    assert codes(under({"NotIpAddress": {"aws:SourceIp": value}}, effect="Deny")) == ["private-address"]
    assert codes(under({"NotIpAddress": {"aws:VpcSourceIp": value}}, effect="Deny")) == []


def test_c28_a_range_that_is_only_partly_private_is_no_finding() -> None:
    assert codes(under({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0", "172.0.0.0/8"]}})) == []


def test_c40_a_key_with_several_values_needs_a_set_operator() -> None:
    assert found(under({"StringEquals": {"aws:TagKeys": "a"}}, "ec2:CreateTags")) == [
        ("missing-set-operator", '"aws:TagKeys"')
    ]
    assert codes(under({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, "ec2:CreateTags")) == []
    assert codes(under({"Null": {"aws:TagKeys": "true"}}, "ec2:CreateTags")) == []


def test_c34_c39_for_all_values_on_a_single_value_lets_requests_without_the_key_in() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    (warned,) = findings(under(condition))
    assert (warned.code, warned.severity) == ("for-all-values-single", SECURITY)
    (noted,) = findings(under(condition, effect="Deny"))
    assert (noted.code, noted.severity) == ("set-operator-single", SUGGESTION)
    assert codes(under({**condition, "Null": {"aws:PrincipalOrgID": "false"}})) == ["set-operator-single"]


def test_c39_for_any_value_on_a_single_value_has_nothing_to_do() -> None:
    assert codes(under({"ForAnyValue:StringEquals": {"aws:username": "a"}})) == ["set-operator-single"]


def test_c34_for_all_values_in_an_allow_wants_a_null_test() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/"}}
    (noted,) = findings(under(condition))
    assert (noted.code, noted.severity) == ("for-all-values-unpaired", SUGGESTION)
    assert '"Null": {"aws:PrincipalOrgPaths": "false"}' in noted.hint
    assert codes(under({**condition, "Null": {"aws:PrincipalOrgPaths": "false"}})) == []
    assert codes(under(condition, effect="Deny")) == []
    assert codes(under({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, "ec2:CreateTags")) == []


def test_c7_null_behind_a_set_prefix_looks_at_nothing() -> None:
    assert "set-prefix-on-null" in codes(under({"ForAllValues:Null": {"aws:TagKeys": "true"}}, "ec2:CreateTags"))


@pytest.mark.parametrize("key", sorted(SYSTEM_IDENTIFIERS))
def test_c71_a_wildcard_in_a_sensitive_key_is_a_security_warning(key: str) -> None:
    for value in ("o-*", "1111?2223333"):
        warned = [one for one in findings(under({"StringLike": {key: value}})) if one.code == "sensitive-wildcard"]
        assert [one.severity for one in warned] == [SECURITY]
    for value in ("o-abc", "${aws:PrincipalOrgID}", "a${*}"):
        assert "sensitive-wildcard" not in codes(under({"StringLike": {key: value}}))


def test_c71_negations_count_and_other_keys_do_not() -> None:
    deny = under({"StringNotLike": {"aws:PrincipalOrgID": "o-*"}}, effect="Deny")
    assert codes(deny) == ["sensitive-wildcard"]
    assert codes(under({"StringLike": {"aws:username": "a*"}})) == []


def test_c12_values_of_several_types_are_an_error_and_an_unquoted_number_a_warning() -> None:
    assert codes(under({"StringEquals": {"aws:username": ["a", True]}})) == ["mixed-types"]
    assert codes(under({"StringEquals": {"aws:PrincipalAccount": 111122223333}})) == ["unquoted-number"]


def with_variable(resource: str, **elements: Any) -> dict[str, Any]:
    return document({**GET, "Resource": resource}, **elements)


def test_v1_a_variable_of_an_old_document_is_plain_text() -> None:
    (warned,) = findings({**GET, "Resource": "arn:aws:s3:::b/${aws:username}/*"}, Version="2008-10-17")
    assert (warned.code, warned.severity) == ("variable-in-old-version", WARNING)
    assert codes({**GET, "Resource": "arn:aws:s3:::b/${aws:username}/*"}) == []


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        (
            on("arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q", "sqs:SendMessage"),
            '"arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q"',
        ),
        (under({"DateLessThan": {"aws:CurrentTime": "${aws:CurrentTime}"}}), '"${aws:CurrentTime}"'),
    ],
)
def test_v2_v14_a_variable_stands_where_it_is_plain_text(statement: dict[str, Any], place: str) -> None:
    assert ("variable-place", place) in found(statement)


def test_v3_a_variable_of_a_key_with_several_values_never_resolves() -> None:
    assert codes({**GET, "Resource": "arn:aws:s3:::b/${aws:PrincipalOrgPaths}"}) == ["variable-multivalued"]


def test_v4_v5_a_variable_that_names_no_key_is_a_warning() -> None:
    assert codes({**GET, "Resource": "arn:aws:s3:::b/${aws:usrname}"}) == ["variable-unknown"]
    assert codes(under({"StringEquals": {"aws:username": "${team}"}})) == ["variable-unknown"]


def test_v7_v6_escapes_and_defaults_are_no_finding() -> None:
    assert codes({**GET, "Resource": "arn:aws:s3:::b/${*}${$}${aws:PrincipalTag/a, 'none'}"}) == []


def test_v15_a_malformed_variable_is_an_error() -> None:
    assert codes({**GET, "Resource": "arn:aws:s3:::b/${aws:user name}"}) == ["malformed-variable"]


def test_g5_a_key_twice_in_another_case_is_an_error() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", '
    text += '"Condition": {"StringEquals": {"aws:username": "a", "AWS:UserName": "b"}}}}'
    assert [one.code for one in findings_in(text)] == ["case-varied-keys"]
