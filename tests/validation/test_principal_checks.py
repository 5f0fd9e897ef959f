"""Who stands as a principal, and who is let in."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.language.policy_types import PolicyType
from policysim.validation.federation import REQUIRED_CLAIMS
from policysim.validation.findings import FindingSeverity
from tests.validation.findings_on import ASSUME, BUCKET, codes, findings, found

TRUST, RESOURCE = PolicyType.TRUST, PolicyType.RESOURCE
GITHUB = "token.actions.githubusercontent.com"


def bucket(principal: Any, **elements: Any) -> dict[str, Any]:
    return {**BUCKET, "Principal": principal, **elements}


def federated(provider: str, condition: Any = None) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{provider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    return statement if condition is None else {**statement, "Condition": condition}


def test_p4_a_partial_wildcard_is_refused() -> None:
    (bad,) = findings(bucket({"AWS": "arn:aws:iam::111122223333:role/*"}), type_=RESOURCE)
    assert (bad.code, bad.severity) == ("partial-wildcard", FindingSeverity.ERROR)


def test_p12_a_group_is_no_principal() -> None:
    group = "arn:aws:iam::111122223333:group/team"
    assert found(bucket({"AWS": [group]}), type_=RESOURCE) == [("group-principal", f'"{group}"')]


@pytest.mark.parametrize("value", ["1234", "role/app", "arn:aws:s3:::b", "arn:aws::iam::111122223333:root"])
def test_p2_p3_a_principal_is_an_account_an_arn_or_a_unique_id(value: str) -> None:
    assert codes(bucket({"AWS": value}), type_=RESOURCE) == ["principal-form"]


@pytest.mark.parametrize(
    "value",
    [
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws-cn:iam::111122223333:role/path/app",
        "arn:aws:sts::111122223333:assumed-role/app/session",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
        "AROA1234567890EXAMPLE",
    ],
)
def test_p2_p3_p17_known_forms_of_a_principal_are_no_finding(value: str) -> None:
    assert codes(bucket({"AWS": value}), type_=RESOURCE) == []


def test_p6_a_wildcard_for_all_services_is_an_error() -> None:
    assert "service-wildcard" in codes(bucket({"Service": "*"}), type_=RESOURCE)


def test_p16_a_service_principal_ends_in_amazonaws_com() -> None:
    assert codes({**ASSUME, "Principal": {"Service": "lambda"}}, type_=TRUST) == ["service-form"]
    services = ["lambda.amazonaws.com", "ec2.amazonaws.com.cn", "s3.eu-west-1.amazonaws.com"]
    assert codes({**ASSUME, "Principal": {"Service": services}}, type_=TRUST) == []


def test_p13_federated_principals_belong_into_trust_policies() -> None:
    provider = {"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}
    assert codes(bucket(provider), type_=RESOURCE) == ["principal-place"]
    assert codes({**ASSUME, "Principal": provider, "Action": "sts:AssumeRoleWithSAML"}, type_=TRUST) == []


def test_p15_canonical_users_belong_into_policies_of_s3() -> None:
    canonical = {"CanonicalUser": "a" * 64}
    assert codes(bucket(canonical), type_=RESOURCE) == []
    topic = bucket(canonical, Action="sns:Publish", Resource="arn:aws:sns:eu-west-1:111122223333:t")
    assert codes(topic, type_=RESOURCE) == ["principal-place"]


def test_p20_p21_not_principal_with_deny_stops_more_than_it_says() -> None:
    deny = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "s3:*",
        "Resource": "*",
    }
    (warned,) = findings(deny, type_=RESOURCE)
    assert (warned.code, warned.severity) == ("not-principal-deny", FindingSeverity.WARNING)
    assert "aws:PrincipalArn" in warned.hint


def test_p22_not_principal_with_allow_is_a_security_warning() -> None:
    allow = {
        "Effect": "Allow",
        "NotPrincipal": {"AWS": "111122223333"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
    }
    (warned,) = findings(allow, type_=RESOURCE)
    assert (warned.code, warned.severity) == ("not-principal-with-allow", FindingSeverity.SECURITY_WARNING)


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["111122223333", "*"]}])
def test_e36_everybody_without_a_condition_is_a_security_warning(principal: Any) -> None:
    assert codes(bucket(principal), type_=RESOURCE) == ["public-principal"]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc/r-1/*"}},
    ],
)
def test_s16_a_condition_that_limits_who_calls_closes_an_open_principal(condition: Any) -> None:
    assert codes(bucket("*", Condition=condition), type_=RESOURCE) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}},
        {"ArnLike": {"aws:PrincipalArn": "*"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-abc/"}},
    ],
)
def test_s16_a_condition_that_strangers_meet_does_not(condition: Any) -> None:
    assert "public-principal" in codes(bucket("*", Condition=condition), type_=RESOURCE)


def test_p25_everybody_may_try_a_role_that_trusts_everybody() -> None:
    assert codes({**ASSUME, "Principal": {"AWS": "*"}}, type_=TRUST) == ["public-principal"]


def test_s30_a_service_acts_on_anybodys_behalf_without_a_source() -> None:
    sns = bucket({"Service": "sns.amazonaws.com"})
    assert found(sns, type_=RESOURCE) == [("confused-deputy", '"sns.amazonaws.com"')]
    for condition in (
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}},
        {"StringEquals": {"AWS:SourceAccount": "111122223333"}},
    ):
        assert codes({**sns, "Condition": condition}, type_=RESOURCE) == []


@pytest.mark.parametrize("provider", REQUIRED_CLAIMS)
def test_s39_a_shared_identity_provider_needs_its_claim(provider: str) -> None:
    claim = REQUIRED_CLAIMS[provider]
    (missing,) = [one for one in findings(federated(provider), type_=TRUST) if one.code == "missing-claim"]
    assert missing.severity is FindingSeverity.ERROR
    assert claim in missing.message
    assert "missing-claim" not in codes(federated(provider, {"StringEquals": {claim: "x"}}), type_=TRUST)


def test_s39_the_audience_of_github_does_not_tell_its_customers_apart() -> None:
    audience = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    assert codes(federated(GITHUB, audience), type_=TRUST) == ["missing-claim"]


def test_s39_cognito_is_named_without_an_arn() -> None:
    cognito = {**federated(GITHUB), "Principal": {"Federated": "cognito-identity.amazonaws.com"}}
    assert codes(cognito, type_=TRUST) == ["missing-claim"]
    pool = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:12345678"}}
    assert codes({**cognito, "Condition": pool}, type_=TRUST) == []


def test_s39_any_value_of_the_claim_is_a_security_warning() -> None:
    condition = {"StringLike": {f"{GITHUB}:sub": ["repo:acme/*", "*"]}}
    (warned,) = findings(federated(GITHUB, condition), type_=TRUST)
    assert (warned.code, warned.severity) == ("open-claim", FindingSeverity.SECURITY_WARNING)
    assert warned.span is not None
    assert warned.span.text == '"*"'


def test_s39_a_provider_of_ones_own_needs_no_claim() -> None:
    assert codes(federated("oidc.eks.eu-west-1.amazonaws.com/id/ABC"), type_=TRUST) == []
