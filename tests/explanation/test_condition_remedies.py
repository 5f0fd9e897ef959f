from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.evaluation.layers import LayerName
from policysim.explanation.remedies import remedies
from policysim.language.request import ABSENT
from tests.explanation.denied_cases import (
    ACCOUNT,
    BUCKET,
    OBJECT,
    ROLE_SESSION,
    allow,
    attached,
    case,
    deny,
    document,
    in_force,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.explanation.diagnosis import Remedy

IDENTITY, RESOURCE = LayerName.IDENTITY, LayerName.RESOURCE


def the_remedy(
    *statements: Mapping[str, object],
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    context: Mapping[str, str] | None = None,
) -> Remedy:
    asked = request(action, resource, context=context)
    (found,) = remedies(case(asked, in_force({IDENTITY: attached(document(*statements))})))
    return found


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("s3:x-amz-server-side-encryption", "send-header"),
        ("aws:RequestTag/team", "send-tag"),
        ("aws:SourceVpce", "call-through-endpoint"),
        ("s3:prefix", "narrow-request"),
    ],
)
def test_c7_a_key_that_only_has_to_be_there_takes_any_value(key: str, code: str) -> None:
    for found in (
        the_remedy(allow("*"), deny("*", Condition={"Null": {key: "true"}})),
        the_remedy(allow("*", Condition={"Null": {key: "false"}})),
    ):
        assert (found.code, found.verified) == (code, True)
        assert "any will do" in found.sentence
        assert "`true`" not in found.sentence
        assert "`false`" not in found.sentence


def test_c53_c56_a_call_through_an_endpoint_has_no_address_and_the_other_way_round() -> None:
    from_there = allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
    only_so = deny("s3:*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    found = the_remedy(from_there, only_so, context={"aws:SourceIp": "192.0.2.7"})
    assert (found.code, found.verified) == ("call-through-endpoint", False)
    not_so = deny("s3:*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
    by_endpoint = allow("s3:*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    found = the_remedy(by_endpoint, not_so, context={"aws:SourceVpce": "vpce-1", "aws:SourceVpc": "vpc-1"})
    assert (found.code, found.verified) == ("call-from-address", False)


def test_c53_c56_no_call_has_both_an_endpoint_and_an_address() -> None:
    both = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "StringEquals": {"aws:SourceVpce": "vpce-1"}}
    asked = request("s3:GetObject", context={"aws:SourceIp": "198.51.100.1"})
    found = remedies(case(asked, in_force({IDENTITY: attached(document(allow("s3:*", Condition=both)))})))
    assert [remedy.verified for remedy in found] == [False, False]


def test_c58_a_tag_that_is_sent_is_among_the_tag_keys() -> None:
    tagged = allow("sqs:CreateQueue", Condition={"StringEquals": {"aws:RequestTag/team": "red"}})
    none_but = deny("sqs:CreateQueue", Condition={"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["cost"]}})
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    found = the_remedy(tagged, none_but, action="sqs:CreateQueue", resource=queue)
    assert (found.code, found.verified) == ("send-tag", False)
    assert the_remedy(tagged, action="sqs:CreateQueue", resource=queue).verified


def test_c40_one_tag_key_of_a_list_is_enough_for_any_value() -> None:
    one_of = allow("sqs:CreateQueue", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", "cost"]}})
    found = the_remedy(one_of, action="sqs:CreateQueue", resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs")
    assert found.sentence.startswith("send a tag with one of these keys with the request: `team` or `cost`")


def test_p23_a_session_of_identity_center_is_renewed_by_signing_in() -> None:
    name = "AWSReservedSSO_Admin_0123456789abcdef"
    caller = replace(
        ROLE_SESSION,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/ann",
        entity_arn=f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{name}",
    )
    revoked = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}})
    asked = request("s3:ListBucket", BUCKET, principal=caller, context={"aws:TokenIssueTime": "2025-12-01T00:00:00Z"})
    (found,) = remedies(case(asked, in_force({IDENTITY: attached(document(allow("*"), revoked))})))
    assert (found.code, found.command) == ("renew-session", "aws sso login")


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [("red", "team=red"), ("r*", "team=VALUE"), ("a,b=c", '{"team": "a,b=c"}'), ("it's", '{"team": "it\'s"}')],
)
def test_c58_the_tag_of_a_resource_is_written_as_the_command_takes_it(wanted: str, tag: str) -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    mine = allow("sqs:SendMessage", Condition={"StringLike": {"aws:ResourceTag/team": wanted}})
    found = the_remedy(mine, action="sqs:SendMessage", resource=queue, context={"aws:ResourceTag/team": "blue"})
    assert shlex.split(found.command)[-2:] == ["--tags", tag]


def test_c66_a_model_runs_in_other_regions_than_are_called() -> None:
    model = "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4"
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    found = the_remedy(
        allow("*"),
        deny("*", Condition=elsewhere),
        action="bedrock:InvokeModel",
        resource=model,
        context={"aws:RequestedRegion": "eu-central-1"},
    )
    assert found.sentence.startswith("invoke the model itself, or an inference profile, that runs in none but")


def test_c55_who_calls_through_one_service_is_not_sent_to_another() -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
    via_sns = {"StringEquals": {"kms:ViaService": "sns.eu-west-1.amazonaws.com"}}
    asked = request("kms:Decrypt", key)
    context = asked.context.with_candidates("kms:ViaService", ("sqs.eu-west-1.amazonaws.com",), ABSENT)
    policies = in_force({IDENTITY: attached(document(allow("kms:*", Condition=via_sns)))})
    assert [one.code for one in remedies(case(asked, policies))] == ["let-the-service-call"]
    assert list(remedies(case(replace(asked, context=context), policies))) == []


@pytest.mark.parametrize(
    ("action", "condition", "own", "words"),
    [
        ("ec2:RunInstances", {"Bool": {"ec2:Encrypted": "false"}}, "false", "ask for volumes that are encrypted ("),
        (
            "acm:RequestCertificate",
            {"StringNotEquals": {"acm:ValidationMethod": "DNS"}},
            "EMAIL",
            "ask for a validation method that is accepted: `DNS` (",
        ),
        (
            "ec2:RunInstances",
            {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
            "optional",
            "launch with the metadata option `HttpTokens`: `required` (",
        ),
    ],
)
def test_c7_what_is_asked_for_can_be_asked_for_otherwise(
    action: str, condition: dict[str, dict[str, str]], own: str, words: str
) -> None:
    [key] = next(iter(condition.values()))
    found = the_remedy(allow("*"), deny("*", Condition=condition), action=action, resource="*", context={key: own})
    assert (found.code, found.verified) == ("narrow-request", True)
    assert found.sentence.startswith(words)
