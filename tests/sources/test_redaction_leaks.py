"""Places where people write, or where a file says what AWS would not: no word of theirs is left in what is shared."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from policysim.sources.redaction import Redaction

SECRET = b"a secret of the tests, 32 bytes."
NAME = "zqxacmevk"
ACCOUNT = "111122223333"


def redacted_statement(**elements: Any) -> tuple[str, Redaction]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    user = {"UserName": "ana", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana", "UserPolicyList": [policy]}
    redaction = Redaction({"authorization-details.json": {"UserDetailList": [user]}}, SECRET)
    return json.dumps(redaction.files, ensure_ascii=False), redaction


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    "elements",
    [
        {"version": NAME},
        {"Effect": NAME},
        {NAME: "x"},
        {"Comment": {NAME: [{NAME: 1}]}},
        {"Action": NAME},
        {"Action": [f"s3:{NAME}/*", f"{NAME}:Get*"]},
        {"NotAction": f"s3:Get{NAME}*"},
        {"Principal": {NAME: "x"}},
        {"Condition": {NAME: {"aws:SourceIp": "10.0.0.1"}}},
        condition("StringEquals", f"aws:{NAME}", "a"),
        condition("StringEquals", f"s3:{NAME}", "a"),
        condition("StringEquals", f"SAML:{NAME}", "a"),
        condition("StringEquals", f"oidc.eks.eu-west-1.amazonaws.com/id/AB12:{NAME}", "a"),
        condition("NumericEquals", "s3:max-keys", NAME),
        condition("Bool", "aws:ResourceTag/T", NAME),
        condition("Null", "aws:ResourceTag/T", NAME),
        condition("DateLessThan", "aws:CurrentTime", NAME),
        condition("StringEquals", "aws:CurrentTime", NAME),
        condition("StringEquals", "aws:PrincipalAccount", int(ACCOUNT)),
        condition("NumericEquals", "aws:PrincipalAccount", ACCOUNT),
        condition("NumericEquals", "aws:PrincipalAccount", int(ACCOUNT)),
        {"Resource": f"arn:aws:s3:::${{aws:{NAME}}}/x"},
        {"Resource": f"arn:aws:iam::{ACCOUNT}:role/AWSServiceRoleForAutoScaling_{NAME}"},
        {"Resource": f"arn:aws:s3:::eu-{NAME}-1"},
        {"Resource": f"arn:aws:s3:eu-{NAME}-1::x"},
        {"Resource": f"arn:aws:s3:::{NAME}-east-1"},
        {"Resource": int(ACCOUNT)},
    ],
    ids=str,
)
def test_no_word_of_a_person_is_left_in_a_statement(elements: dict[str, Any]) -> None:
    text, _ = redacted_statement(**elements)
    assert NAME not in text.lower()
    assert ACCOUNT not in text


def test_the_tags_of_a_key_that_is_asked_for_by_presence_are_pseudonyms() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", **condition("Null", "aws:ResourceTag/Owner", "true")}
    files = {
        "resource-policies.json": {"arn:aws:s3:::b": {"Statement": [statement]}},
        "tags.json": {"arn:aws:s3:::b": {"Owner": NAME}},
    }
    redaction = Redaction(files, SECRET)
    assert NAME not in json.dumps(redaction.files)
    assert '"true"' in json.dumps(redaction.files)


def test_a_tag_that_is_compared_as_a_number_and_is_none_is_a_pseudonym() -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statement |= condition("NumericLessThan", "aws:ResourceTag/Level", "5")
    other = {**statement, **condition("StringEquals", "aws:ResourceTag/Level", "4")}
    files = {
        "resource-policies.json": {"arn:aws:s3:::b": {"Statement": [statement, other]}},
        "tags.json": {"arn:aws:s3:::b": {"Level": "4"}, "arn:aws:s3:::c": {"Level": NAME}},
    }
    redaction = Redaction(files, SECRET)
    text = json.dumps(redaction.files)
    assert NAME not in text
    assert text.count('"4"') == 2  # the tag, and what another statement compares it with


def test_a_number_stays_one_and_says_the_same_as_its_text() -> None:
    text, redaction = redacted_statement(**condition("StringEquals", "aws:PrincipalAccount", int(ACCOUNT)))
    assert f'"aws:PrincipalAccount": {redaction.name(ACCOUNT)}' in text
    assert re.fullmatch("[1-9][0-9]{11}", redaction.name(ACCOUNT))
    assert redaction.name("000000000012").startswith("0")


def test_the_host_of_a_range_is_no_exception() -> None:
    text, redaction = redacted_statement(**condition("IpAddress", "aws:SourceIp", "203.0.113.77/24"))
    assert '.77/24"' not in text
    address = redaction.name("203.0.113.9")
    assert redaction.name("203.0.113.77/24").rpartition(".")[0] == address.rpartition(".")[0]
    assert redaction.name("203.0.113.0/24").endswith(".0/24")


@pytest.mark.parametrize(
    "files",
    [
        {f"authorization-details/{NAME}.json": {"UserDetailList": []}},
        {f"managed-policies/{NAME}.json": {"Statement": []}},
        {"managed-policies/Own.json": {"Statement": [{"Sid": NAME}]}},
        {"collection.json": {"by": NAME}},
        {"collection.json": {"gaps": [{"what": f"all of {NAME.title()}", "call": NAME, "error": NAME}]}},
        {"collection.json": {"gaps": [{"what": "x", "call": f"{NAME}:Get", "error": f"{NAME}.Denied"}]}},
        {"account.json": {"account_id": ACCOUNT, "number": int(ACCOUNT)}},
        {"resource-policies.json": {"arn:aws:s3:::b": f'{{"Id": "{NAME}", "Id": "2", "Statement": []}}'}},
        {"resource-policies.json": {"arn:aws:s3:::b": f'{{"Id": "{NAME}", "Statement": ['}},
    ],
    ids=str,
)
def test_no_word_of_a_person_is_left_in_a_file_or_its_name(files: dict[str, Any]) -> None:
    text = json.dumps(Redaction(files, SECRET).files)
    assert NAME not in text.lower()
    assert ACCOUNT not in text


def test_a_document_that_says_something_twice_is_no_object_afterwards() -> None:
    twice = '{"Statement": [], "Id": "a", "Id": "b"}'
    files = Redaction({"resource-policies.json": {"arn:aws:s3:::b": twice}}, SECRET).files
    assert isinstance(next(iter(files["resource-policies.json"].values())), str)


def test_words_of_aws_stay_in_a_statement() -> None:
    text, _ = redacted_statement(
        Sid="x",
        Action=["s3:get*", "*", "iam:PassRole", "SQS:SendMessage", "*:Describe*"],
        Condition={
            "ForAnyValue:StringLikeIfExists": {"aws:CalledVia": "cloudformation.amazonaws.com"},
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:PrincipalAccount": "999988887777",
                "saml:aud": "https://signin.aws.amazon.com/saml",
                "token.actions.githubusercontent.com:sub": "repo:x/y:*",
                "kms:GrantIsForAWSResource": "true",
            },
            "StringEqualsIgnoreCase": {"s3:prefix": "ROOT/"},
            "NumericLessThan": {"s3:max-keys": "10", "aws:MultiFactorAuthAge": 3600},
            "Null": {"aws:TokenIssueTime": "true"},
            "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
        },
    )
    for kept in (
        '["s3:get*", "*", "iam:PassRole", "SQS:SendMessage", "*:Describe*"]',
        '"ForAnyValue:StringLikeIfExists": {"aws:CalledVia": "cloudformation.amazonaws.com"}',
        '"s3:x-amz-acl": "bucket-owner-full-control"',
        '"aws:PrincipalAccount"',
        '"ROOT/"',
        '"saml:aud"',
        '"token.actions.githubusercontent.com:sub"',
        '"kms:GrantIsForAWSResource": "true"',
        '"NumericLessThan": {"s3:max-keys": "10", "aws:MultiFactorAuthAge": 3600}',
        '"Null": {"aws:TokenIssueTime": "true"}',
        '"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}',
    ):
        assert kept in text, kept
