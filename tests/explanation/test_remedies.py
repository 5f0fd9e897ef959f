"""What ends a denial without a change of policy: which remedy, and whether it was seen to work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from policysim.account.account import Account, Identities, Organisation, Role
from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.cloudtrail.denial import Denial
from policysim.cloudtrail.event import Event
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import Fix, Remedy, Verification
from policysim.explanation.remedies import minding_remedies, remedies, remedies_of_cause
from policysim.explanation.remedy_codes import RemedyCode
from policysim.language.request import PublicAccessBlock
from policysim.language.source import Source
from tests.explanation.denied_cases import (
    ACCOUNT,
    ANN,
    BUCKET,
    KEY,
    OBJECT,
    OTHER_ACCOUNT,
    ROLE,
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

    from policysim.explanation.fixes.candidates import Case

IDENTITY, RESOURCE, SCP = LayerName.IDENTITY, LayerName.RESOURCE, LayerName.SCP
TARGET_ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"
WORDS = Provenance("event", "event", "event", "event")


def denied(
    *statements: Mapping[str, object],
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    context: Mapping[str, str] | None = None,
    organisation: Organisation | None = None,
) -> Case:
    asked = request(action, resource, context=context, principal=ANN)
    return case(asked, in_force({IDENTITY: attached(document(*statements))}), organisation)


def codes(found: tuple[Remedy, ...]) -> list[tuple[str, bool]]:
    return [(remedy.code, remedy.verified) for remedy in found]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, "use-mfa"),
        ({"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}, "call-in-region"),
        ({"Bool": {"aws:SecureTransport": "false"}}, "use-tls"),
        ({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}, "call-from-address"),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, "call-through-endpoint"),
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, "send-header"),
        ({"Null": {"aws:RequestTag/Team": "true"}}, "send-tag"),
        ({"DateLessThan": {"aws:TokenIssueTime": "2026-11-01T00:00:00Z"}}, "renew-session"),
        ({"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, "let-the-service-call"),
        ({"StringNotLike": {"s3:prefix": "home/ann/*"}}, "narrow-request"),
    ],
)
def test_c51_c53_c58_a_deny_that_holds_by_a_condition_can_be_left(condition: Mapping[str, object], code: str) -> None:
    context = {
        "aws:RequestedRegion": "us-east-1",
        "aws:SecureTransport": "false",
        "aws:SourceIp": "198.51.100.7",
        "aws:TokenIssueTime": "2026-10-01T00:00:00Z",
    }
    found = remedies(denied(allow("*"), deny("*", Sid="Guard", Condition=condition), context=context))
    assert codes(found) == [(code, True)]
    assert "`Guard` of `app-policy`" in found[0].sentence


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "use-mfa"),
        ({"StringEquals": {"aws:RequestTag/Team": ["blue", "red"]}}, "send-tag"),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "call-from-address"),
        ({"StringLike": {"s3:prefix": "home/*"}}, "narrow-request"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, "use-mfa"),
        ({"StringEquals": {"kms:EncryptionContext:app": "billing"}}, "send-encryption-context"),
        ({"Bool": {"aws:ViaAWSService": "true"}}, "let-the-service-call"),
    ],
)
def test_c51_c53_c65_the_condition_of_an_allow_can_be_met(condition: Mapping[str, object], code: str) -> None:
    found = remedies(denied(allow("s3:*", Condition=condition), context={"aws:SourceIp": "198.51.100.7"}))
    assert codes(found) == [(code, True)]


def test_two_conditions_are_told_and_tried_together() -> None:
    condition = {"StringEquals": {"aws:RequestTag/Team": "blue"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = remedies(denied(allow("s3:*", Condition=condition)))
    assert sorted(codes(found)) == [("send-tag", True), ("use-mfa", True)]


def test_a_condition_that_no_caller_can_meet_is_no_remedy() -> None:
    conditions = ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, {"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    for condition in conditions:
        assert remedies(denied(allow("s3:*", Condition=condition))) == ()


def test_m10_a_remedy_that_another_deny_outlives_is_not_verified() -> None:
    without_mfa = deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    assert codes(remedies(denied(allow("*"), without_mfa, deny("s3:GetObject")))) == [("use-mfa", False)]


def test_a6_nobody_calls_a_global_service_in_another_region() -> None:
    elsewhere = deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    asked = request("iam:ListRoles", "*", context={"aws:RequestedRegion": "us-east-1"})
    policies = in_force({IDENTITY: attached(document(allow("*"), elsewhere))})
    assert remedies(case(asked, policies)) == ()


def test_c51_a_user_gets_mfa_and_a_role_session_never_has_it() -> None:
    policies = in_force(
        {IDENTITY: attached(document(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})))}
    )
    (of_user,) = remedies(case(request("s3:GetObject", principal=ANN), policies))
    assert of_user.command.startswith("aws sts get-session-token --serial-number")
    assert remedies(case(request("s3:GetObject"), policies)) == ()


def test_c65_s9_the_external_id_is_sent_with_assume_role() -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "x-42"}},
    }
    trust = attached(document(statement), RESOURCE, name="trust", attached_to=TARGET_ROLE, trust=True)
    policies = in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: trust})
    (found,) = remedies(case(request("sts:AssumeRole", TARGET_ROLE), policies))
    assert (found.code, found.verified) == ("send-external-id", True)
    assert found.command.startswith(f"aws sts assume-role --role-arn {TARGET_ROLE}")
    assert "--external-id" in found.command


def knowing(*arns: str) -> Organisation:
    """An account whose folder lists some resources."""
    account = Account(id=ACCOUNT, name="prod", tags=dict.fromkeys(arns), resource_policies=dict.fromkeys(arns))
    return Organisation(accounts={ACCOUNT: account}, standalone=True)


def test_r5_a_misspelt_bucket_is_told_from_a_missing_permission() -> None:
    organisation = knowing("arn:aws:s3:::reports")
    wrong = denied(
        allow("s3:GetObject", f"{BUCKET}/*"), resource="arn:aws:s3:::reprots/a.csv", organisation=organisation
    )
    (found,) = remedies(wrong)
    assert found.code == "correct-name"
    assert "`arn:aws:s3:::reports/a.csv`" in found.sentence


def test_r5_a_bucket_that_the_folder_knows_is_not_misspelt() -> None:
    organisation = knowing("arn:aws:s3:::reports", "arn:aws:s3:::reprots")
    asked = denied(
        allow("s3:GetObject", f"{BUCKET}/*"), resource="arn:aws:s3:::reprots/a.csv", organisation=organisation
    )
    assert remedies(asked) == ()


@pytest.mark.parametrize("name", ["report", "repotrs", "reportz"])
def test_r5_one_slip_in_a_short_name_is_enough(name: str) -> None:
    found = remedies(denied(allow("s3:GetObject", f"{BUCKET}/*"), resource=f"arn:aws:s3:::{name}/a.csv"))
    assert [remedy.code for remedy in found] == ["correct-name"]


def test_r5_names_that_differ_in_a_number_or_in_a_word_are_other_names() -> None:
    listed = allow("s3:GetObject", "arn:aws:s3:::reports-1/*")
    assert remedies(denied(listed, resource="arn:aws:s3:::reports-2/a.csv")) == ()
    assert remedies(denied(listed, resource="arn:aws:s3:::invoices/a.csv")) == ()


def test_x1_the_same_name_in_another_region_or_account_may_be_meant() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
    found = remedies(
        denied(allow("sqs:*", queue), action="sqs:SendMessage", resource=queue.replace("west-1", "north-1"))
    )
    assert [remedy.code for remedy in found] == ["other-region"]
    assert f"`{queue}`" in found[0].sentence
    there = queue.replace(ACCOUNT, OTHER_ACCOUNT)
    assert [
        remedy.code for remedy in remedies(denied(allow("sqs:*", queue), action="sqs:SendMessage", resource=there))
    ] == ["other-account"]


def test_e3_quarantined_keys_are_rotated_and_the_deny_is_left_alone() -> None:
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    policies = in_force(
        {
            IDENTITY: (
                attached(document(allow("*"))),
                attached(document(deny("s3:*")), name="AWSCompromisedKeyQuarantineV3", arn=arn, editable=False),
            )
        }
    )
    (found,) = remedies(case(request("s3:GetObject", principal=ANN), policies))
    assert (found.code, found.command) == ("rotate-key", "aws iam list-access-keys --user-name ann")


def called(at: str) -> Call:
    """A call at a time of one day."""
    event = Event.model_validate(
        {"eventTime": f"2026-11-24T{at}Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    )
    return Call(event=event, denial=None, requests=(CallRequest(request("s3:GetObject"), WORDS),))


def test_e1_what_changed_shortly_before_is_called_again() -> None:
    role = Role(name="app", arn=ROLE, created=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    account = Account(id=ACCOUNT, name="prod", identities=Identities(roles={ROLE: role}))
    asked = case(
        request("s3:GetObject"),
        in_force({IDENTITY: attached(document(allow("*")))}),
        Organisation(accounts={ACCOUNT: account}),
    )
    (found,) = remedies(asked, called("03:02:30"))
    assert (found.code, found.verified) == ("wait-and-retry", False)
    assert "2 minutes before the call" in found.sentence
    assert remedies(asked, called("09:00:00")) == ()
    assert remedies(asked, called("02:59:00")) == ()
    assert remedies(asked) == ()


@pytest.mark.parametrize("code", ["send-encryption-context", "let-the-service-call"])
def test_c55_a_call_that_a_service_forwards_sends_what_the_service_sends(code: str) -> None:
    condition = {
        "send-encryption-context": {"StringEquals": {"kms:EncryptionContext:app": "billing"}},
        "let-the-service-call": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
    }[code]
    statement = allow("kms:Decrypt", Condition=condition)
    assert [one.code for one in remedies(denied(statement, action="kms:Decrypt"))] == [code]
    forwarded = denied(statement, action="kms:Decrypt", context={"aws:ViaAWSService": "true"})
    assert remedies(forwarded) == ()


def test_c55_nobody_is_told_to_get_round_a_deny_through_a_service() -> None:
    perimeter = {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "BoolIfExists": {"aws:ViaAWSService": "false"}}
    found = remedies(denied(allow("*"), deny("*", Condition=perimeter), context={"aws:SourceIp": "198.51.100.7"}))
    assert codes(found) == [("call-from-address", True)]


def test_c60_a_wrong_tag_on_the_resource_can_be_changed() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}}
    context = {"aws:PrincipalTag/Team": "checkout", "aws:ResourceTag/Team": "Checkout"}
    (found,) = remedies(denied(allow("s3:*", Condition=condition), context=context))
    assert (found.code, found.verified) == ("change-setting", True)
    assert "`checkout`" in found.sentence


def test_c60_a_wrong_tag_on_an_instance_can_be_changed() -> None:
    condition = {"StringEquals": {"ec2:ResourceTag/Schedule": "office-hours"}}
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    (found,) = remedies(
        denied(
            allow("ec2:*", Condition=condition),
            action="ec2:StartInstances",
            resource=instance,
            context={"ec2:ResourceTag/Schedule": "Office-Hours"},
        )
    )
    assert (found.code, found.verified) == ("change-setting", True)
    assert f"--resource-arn-list {instance} --tags Schedule=office-hours" in found.command


def test_s13_an_object_of_another_account_is_a_matter_of_ownership() -> None:
    asked = request("s3:GetObject")
    asked = replace(asked, resource=replace(asked.resource, object_owner=OTHER_ACCOUNT))
    found = remedies(case(asked, in_force({IDENTITY: attached(document(allow("*")))})))
    assert [remedy.code for remedy in found] == ["change-setting"]
    assert "put-bucket-ownership-controls --bucket reports" in found[0].command


def test_s25_what_an_aws_managed_key_encrypts_is_encrypted_anew() -> None:
    asked = request("kms:Decrypt", KEY, owner=OTHER_ACCOUNT)
    asked = replace(asked, resource=replace(asked.resource, key_manager="AWS"))
    found = remedies(case(asked, in_force({IDENTITY: attached(document(allow("*")))})))
    assert [remedy.code for remedy in found] == ["change-setting"]


def test_s28_the_alias_of_a_function_is_another_resource() -> None:
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
    listed = allow("lambda:InvokeFunction", f"{function}:live")
    found = remedies(
        denied(listed, action="lambda:InvokeFunction", resource=function, organisation=knowing(f"{function}:live"))
    )
    assert [remedy.code for remedy in found] == ["correct-name"]
    assert f"`{function}:live`" in found[0].sentence


def test_fixes_say_that_none_is_needed_where_a_remedy_does() -> None:
    fix = Fix(
        kind="add-statement",
        summary="",
        source=Source("p.json", "{}"),
        edits=(),
        verified=Verification(Effect.ALLOWED, ""),
        warning="mind this",
    )
    unsure = Remedy("use-mfa", "use MFA")
    assert minding_remedies((fix,), (unsure,)) == (fix,)
    (minded,) = minding_remedies((fix,), (unsure._replace(verified=True),))
    assert minded.warning == "try first what needs no change of a policy; mind this"
    (minded,) = minding_remedies((fix,), (Remedy("correct-name", "look at the name"),))
    assert minded.warning == "try first what needs no change of a policy; mind this"


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("S3 Block Public Access (BlockPublicAcls) refuses public ACLs", "change-setting"),
        ("the bucket refuses uploads that are encrypted with keys of the customer (SSE-C)", "change-setting"),
        ("the presigned URL has expired", "renew-session"),
    ],
)
def test_m13_s15_a_cause_that_is_no_policy_calls_for_a_setting_or_a_new_session(cause: str, code: str) -> None:
    denial = Denial(raw="", recognised=True, iam=False, cause=cause)
    call = Call(event=None, denial=denial, requests=(CallRequest(request("s3:PutObject"), WORDS),))
    (found,) = remedies_of_cause(call, OBJECT)
    assert found.code == code
    assert "reports" in found.command or not found.command
    assert remedies(denied(allow("*")), call) == (found,)


def test_s15_a_public_bucket_whose_public_policy_is_restricted_is_a_setting() -> None:
    asked = request("s3:GetObject", owner=OTHER_ACCOUNT)
    block = PublicAccessBlock(restrict_public_buckets=True)
    asked = replace(asked, resource=replace(asked.resource, public_access_block=block))
    bucket = attached(document(allow("s3:*", f"{BUCKET}/*", Principal="*")), RESOURCE, name="bucket")
    found = remedies(case(asked, in_force({IDENTITY: attached(document(allow("*"))), RESOURCE: bucket})))
    assert [remedy.code for remedy in found] == ["change-setting"]


def test_every_code_is_lower_case_words() -> None:
    assert all(code.value == code.name.lower().replace("_", "-") for code in RemedyCode)


def test_s28_an_alias_is_never_given_up_for_the_function_that_has_other_code() -> None:
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
    listed = allow("lambda:InvokeFunction", function)
    asked = denied(listed, action="lambda:InvokeFunction", resource=f"{function}:live", organisation=knowing(function))
    assert remedies(asked) == ()
