from __future__ import annotations

import pytest

from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.event import Event
from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, one_level
from policysim.explanation.agreement import Finding, compare
from policysim.explanation.key_sources import where_to_look
from policysim.explanation.next_steps import next_steps
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from tests.explanation.denied_cases import ANN, KEY, allow, attached, deny, document, in_force, request

PROVENANCE = Provenance("event", "event", "event", "event")


def call(denial: Denial | None, action: str = "s3:GetObject", resource: str = "arn:aws:s3:::reports/a") -> Call:
    return Call(event=None, denial=denial, requests=(CallRequest(request(action, resource), PROVENANCE),))


def alone(denial: Denial | None, action: str = "s3:GetObject", resource: str = "arn:aws:s3:::reports/a") -> str:
    asked = call(denial, action, resource)
    return "\n".join(next_steps(asked, None, compare(denial, None), ()))


@pytest.mark.parametrize(
    ("layer", "kind", "expected"),
    [
        ("identity", DenialKind.IMPLICIT, "aws iam get-account-authorization-details"),
        ("identity", DenialKind.IMPLICIT, "add `s3:GetObject` on `arn:aws:s3:::reports/a`"),
        ("resource", DenialKind.IMPLICIT, "aws s3api get-bucket-policy --bucket reports"),
        ("scp", DenialKind.EXPLICIT, "--filter SERVICE_CONTROL_POLICY --target-id 111122223333"),
        ("rcp", DenialKind.EXPLICIT, "--filter RESOURCE_CONTROL_POLICY --target-id 111122223333"),
        ("vpce", DenialKind.EXPLICIT, "aws ec2 describe-vpc-endpoints"),
        ("session", DenialKind.IMPLICIT, "AssumeRole event"),
        ("boundary", DenialKind.IMPLICIT, "aws iam get-account-authorization-details"),
        (None, DenialKind.UNKNOWN, "--account DIR"),
        (None, DenialKind.UNKNOWN, "aws iam get-account-authorization-details"),
        (None, DenialKind.UNKNOWN, "aws s3api get-bucket-policy --bucket reports"),
    ],
)
def test_m1_m8_the_layer_of_a_message_tells_what_to_fetch(layer: str | None, kind: DenialKind, expected: str) -> None:
    assert expected in alone(Denial(raw="", recognised=True, layer=layer, kind=kind))


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("kms:Decrypt", KEY, f"aws kms get-key-policy --key-id {KEY} --policy-name default"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/svc/admin", "aws iam get-role --role-name admin"),
        (
            "dynamodb:Query",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/T/index/I",
            "aws dynamodb get-resource-policy --resource-arn arn:aws:dynamodb:eu-west-1:111122223333:table/T`",
        ),
    ],
)
def test_m9_m14_each_service_has_its_call(action: str, resource: str, expected: str) -> None:
    assert expected in alone(Denial(raw="", recognised=True, layer="resource"), action, resource)


def test_m11_the_policy_and_the_authorization_that_aws_names_are_asked_for() -> None:
    arn = "arn:aws:organizations::999999999999:policy/o-acme/service_control_policy/p-12345678"
    denial = Denial(raw="", recognised=True, layer="scp", policy_arn=arn, authorization_id="abc123")
    steps = alone(denial)
    assert "aws organizations describe-policy --policy-id p-12345678" in steps
    assert steps.startswith("ask AWS for its evaluation")
    assert "--authorization-id abc123" in steps
    managed = Denial(raw="", recognised=True, policy_arn="arn:aws:iam::111122223333:policy/x")
    assert "aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/x" in alone(managed)


def test_m15_an_encoded_message_is_to_be_decoded() -> None:
    assert "decode-authorization-message" in alone(Denial(raw="", recognised=True, encoded="abc"))
    assert "cut" in alone(Denial(raw="", recognised=True, encoded="abc", cut=True))


def test_m13_a_cause_that_is_no_policy_needs_no_policies() -> None:
    steps = alone(Denial(raw="", recognised=True, iam=False, cause="the presigned URL has expired"))
    assert "the presigned URL has expired" in steps
    assert "--account" not in steps


def test_gaps_and_unknown_keys_of_an_open_decision_become_steps() -> None:
    gap = Gap("not-collected", "the SCPs were not collected", "aws organizations list-policies")
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    policies = in_force(
        {
            LayerName.IDENTITY: attached(document(allow("s3:*", Condition=condition))),
            LayerName.SCP: one_level("r", (), (gap,)),
        }
    )
    decision = decide(request("s3:GetObject", complete=False), policies)
    steps = next_steps(call(None), decision, compare(None, decision), ("a note",))
    assert steps[0] == "the SCPs were not collected: `aws organizations list-policies`"
    assert any(step.startswith("find the value of aws:SourceVpc") for step in steps)
    assert steps[-1] == "a note"


def test_e3_a_key_that_only_a_deny_hangs_on_is_not_asked_for_where_aws_found_none() -> None:
    statement = deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    policies = in_force({LayerName.IDENTITY: attached(document(allow("sqs:*"), statement))})
    decision = decide(request("s3:GetObject", complete=False), policies)
    told = Denial(raw="", recognised=True, layer="identity", kind=DenialKind.IMPLICIT)
    assert not next_steps(call(told), decision, compare(told, decision), ())
    bare = Denial(raw="", recognised=True)
    [step] = next_steps(call(bare), decision, compare(bare, decision), ())
    assert step.startswith("find the value of aws:SecureTransport")


def test_the_gaps_of_the_layer_that_aws_names_come_first() -> None:
    unread = {
        layer: one_level("x", (), (Gap("not-collected", f"the {layer.value} was not collected"),))
        for layer in (LayerName.SCP, LayerName.BOUNDARY)
    }
    policies = in_force({LayerName.IDENTITY: attached(document(allow("*"))), **unread})
    decision = decide(request("s3:GetObject"), policies)
    denial = Denial(raw="", recognised=True, layer="boundary", kind=DenialKind.EXPLICIT)
    steps = next_steps(call(denial), decision, compare(denial, decision), ())
    assert steps[:2] == ("the boundary was not collected", "the scp was not collected")


def test_s18_an_allow_that_aws_denied_sends_to_the_named_layer_or_to_what_s3_refuses_for() -> None:
    bare = Denial(raw="", recognised=True)
    named = Denial(raw="", recognised=True, layer="resource", kind=DenialKind.EXPLICIT)
    decision = decide(request("s3:GetObject"), in_force({LayerName.IDENTITY: attached(document(allow("*")))}))
    steps = {
        denial.layer: "\n".join(next_steps(call(denial), decision, compare(denial, decision), ()))
        for denial in (bare, named)
    }
    assert "Requester Pays" in (steps[None] or "")
    assert "Object Lock" not in (steps[None] or "")
    assert "Requester Pays" not in steps["resource"]
    deletion = decide(request("s3:DeleteObjectVersion"), in_force({LayerName.IDENTITY: attached(document(allow("*")))}))
    assert "Object Lock" in "\n".join(next_steps(call(bare), deletion, compare(bare, deletion), ()))
    assert "aws s3api get-bucket-policy --bucket reports" in steps["resource"]


def test_an_unreadable_policy_is_to_be_corrected() -> None:
    broken = parse_policy(Source("b.json", "{}\n}"), PolicyType.IDENTITY)
    gap = Gap("policy-broken", "`b.json` has errors and was left out", problems=broken.problems)
    decision = decide(request("s3:GetObject"), in_force({LayerName.IDENTITY: one_level("role", (), (gap,))}))
    steps = next_steps(call(None), decision, compare(None, decision), ())
    assert f"correct b.json:2:1: {broken.problems[0].message}" in steps


@pytest.mark.parametrize(
    ("event", "other"),
    [
        (None, "the CloudTrail event"),
        (
            Event.model_validate({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}),
            "the message that the caller saw",
        ),
    ],
)
def test_a_call_that_proves_no_request_needs_more_evidence_not_policies(event: Event | None, other: str) -> None:
    denial = Denial(raw="", recognised=True)
    asked = Call(event=event, denial=denial, requests=(), unresolved=("the resource is not named",))
    steps = "\n".join(next_steps(asked, None, compare(denial, None, Finding.NO_REQUEST), ()))
    assert other in steps
    assert "--account" not in steps


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:GetUser", "arn:aws:iam::111122223333:user/ann"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/admin"),
        ("s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/a"),
    ],
)
def test_no_policy_is_asked_for_that_the_call_does_not_look_at(action: str, resource: str) -> None:
    steps = alone(Denial(raw="", recognised=True), action, resource)
    assert "get-role" not in steps
    assert "get-bucket-policy" not in steps


def test_an_agreed_denial_needs_no_gaps_filled() -> None:
    gap = Gap("not-collected", "the boundary was not collected", may_deny=False)
    nothing = attached(document(allow("sqs:*")))
    policies = in_force({LayerName.IDENTITY: nothing, LayerName.BOUNDARY: one_level("b", (), (gap,))})
    decision = decide(request("s3:GetObject"), policies)
    denial = Denial(raw="", recognised=True, layer="identity", kind=DenialKind.IMPLICIT)
    assert decision.gaps
    assert not next_steps(call(denial), decision, compare(denial, decision), ())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("aws:MultiFactorAuthPresent", "mfaAuthenticated"),
        ("aws:PrincipalTag/team", "aws iam list-role-tags --role-name app"),
        ("aws:ResourceTag/team", "--resource-arn-list arn:aws:s3:::reports/2026/q1.csv"),
        ("s3:x-amz-acl", "header"),
        ("custom:Key", "whoever made the call"),
    ],
)
def test_c42_each_key_has_a_place_to_look(key: str, expected: str) -> None:
    assert expected in where_to_look(key, request("s3:GetObject"))
    assert "{" not in where_to_look(key, request("s3:GetObject", principal=ANN))
