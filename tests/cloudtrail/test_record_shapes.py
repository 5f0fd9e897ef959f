"""Records of every kind of caller, of calls across accounts, and of what is no call: what is proved, what is said."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.requests import call_from_event
from policysim.language.request import ABSENT, PrincipalKind
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, ROLE, call, event, key, record

OTHER = "444455556666"
STRANGER = {"type": "AWSAccount", "principalId": "AROASTRANGER:ana", "accountId": OTHER}
SERVICE = {"type": "AWSService", "invokedBy": "events.amazonaws.com"}
EC2_MESSAGE = "You are not authorized to perform this operation. Encoded authorization failure message: c2VjcmV0"


def forwarded(service: str, **fields: Any) -> dict[str, Any]:
    return {**ASSUMED_ROLE, "invokedBy": service, **fields}


def kms_key(name: str, service: str) -> Any:
    resources = [{"ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", "type": "AWS::KMS::Key"}]
    parameters = {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::data/report.csv"}}
    return key(
        name,
        forwarded(service),
        eventSource="kms.amazonaws.com",
        eventName="Decrypt",
        sourceIPAddress=service,
        userAgent=service,
        resources=resources,
        requestParameters=parameters,
    )


def test_c55_s24_a_service_that_is_called_a_forwarding_one_forwards_the_call_of_a_role_too() -> None:
    for name, value in (
        ("aws:ViaAWSService", "true"),
        ("aws:CalledViaLast", "s3.amazonaws.com"),
        ("kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        ("kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::data/report.csv"),
    ):
        assert kms_key(name, "fas.s3.amazonaws.com") == (value,)
    assert kms_key("aws:SourceIp", "fas.s3.amazonaws.com") is None
    assert kms_key("aws:UserAgent", "fas.s3.amazonaws.com") is None
    assert kms_key("aws:ViaAWSService", "s3.amazonaws.com") is None


def test_c55_a_forwarding_service_alone_does_not_tell_whose_call_it_is() -> None:
    found = call({"type": "AWSService", "invokedBy": "fas.s3.amazonaws.com"})
    assert found.requests == ()
    assert "the record names the service that forwarded the call, and not whose call it is" in found.unresolved


@pytest.mark.parametrize("name", ["aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp", "aws:VpceAccount"])
def test_c53_a_service_that_calls_for_itself_comes_through_no_endpoint(name: str) -> None:
    assert key(name, SERVICE, sourceIPAddress="events.amazonaws.com") is ABSENT
    assert key("aws:SourceIp", SERVICE, sourceIPAddress="events.amazonaws.com") is None
    assert key(name, SERVICE, sourceIPAddress="events.amazonaws.com", eventVersion="1.03") is None


@pytest.mark.parametrize("name", ["aws:AssumedRoot", "aws:FederatedProvider", "ec2:RoleDelivery"])
def test_c52_long_term_keys_are_of_no_session(name: str) -> None:
    assert key(name, IAM_USER) is ABSENT


def test_c48_an_enriched_event_shows_the_tags_of_the_caller_as_well() -> None:
    tags = {"principalTags": {"Team": "blue"}, "resourceTags": [{"arn": "arn:aws:s3:::data/report.csv", "tags": None}]}
    assert key("aws:PrincipalTag/Team", eventContext={"tagContext": tags}) == ("blue",)
    assert key("aws:ResourceTag/Team", eventContext={"tagContext": tags}) is None
    assert key("aws:PrincipalTag/Team", eventContext={"tagContext": {"principalTags": ["Team"]}}) is None


def test_r22_the_record_of_a_call_by_another_account_is_received_by_the_owner_of_the_bucket() -> None:
    only = call(STRANGER).requests[0]
    assert only.request.resource.account == ACCOUNT
    assert only.provenance.owner == "the account that received the record"
    assert call(STRANGER, recipientAccountId=OTHER).requests[0].request.resource.account is None
    assert call(STRANGER, recipientAccountId="no id").requests[0].request.resource.account is None
    endpoint = call(STRANGER, eventType="AwsVpceEvent", eventCategory="NetworkActivity")
    assert endpoint.requests[0].request.resource.account is None


def test_r22_what_the_record_says_of_the_owner_goes_before_who_received_it() -> None:
    resources = [{"ARN": "arn:aws:s3:::data", "accountId": "777788889999"}]
    assert call(STRANGER, resources=resources).requests[0].request.resource.account == "777788889999"


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        (IAM_USER, PrincipalKind.USER),
        (ASSUMED_ROLE, PrincipalKind.ROLE_SESSION),
        ({"type": "Role", "arn": ROLE, "accountId": ACCOUNT}, PrincipalKind.ROLE_SESSION),
        ({"type": "Root", "accountId": ACCOUNT, "principalId": ACCOUNT}, PrincipalKind.ROOT),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bo", "accountId": ACCOUNT},
            PrincipalKind.FEDERATED_USER,
        ),
        (SERVICE, PrincipalKind.SERVICE),
        (STRANGER, PrincipalKind.ROLE_SESSION),
        ({"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": OTHER}, PrincipalKind.USER),
        ({"type": "AWSAccount", "principalId": OTHER, "accountId": OTHER}, PrincipalKind.ROOT),
        ({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}, PrincipalKind.ANONYMOUS),
        ({"type": "WebIdentityUser", "identityProvider": "accounts.google.com"}, PrincipalKind.WEB_IDENTITY),
        ({"type": "SAMLUser", "principalId": "x:ana"}, PrincipalKind.SAML),
    ],
)
def test_every_kind_of_caller_that_policies_know(identity: dict[str, Any], kind: PrincipalKind) -> None:
    assert call(identity).requests[0].request.principal.kind is kind


@pytest.mark.parametrize("kind", ["IdentityCenterUser", "Directory", "Unknown", "SomethingNew"])
def test_a_caller_that_policies_do_not_know_is_named_by_the_type_of_the_record(kind: str) -> None:
    found = call({"type": kind, "accountId": ACCOUNT, "onBehalfOf": {"userId": "u"}})
    assert found.requests == ()
    assert found.unresolved == (f"the record's `userIdentity` is of `{kind}`, which names no IAM principal",)


def test_r13_instances_that_ec2_refuses_without_an_arn_are_asked_for_one_by_one() -> None:
    names = ["i-0abc123456", "i-0def123456"]
    found = call(
        eventSource="ec2.amazonaws.com",
        eventName="StartInstances",
        requestParameters={"instancesSet": {"items": [{"instanceId": name} for name in names]}},
        errorCode="Client.UnauthorizedOperation",
        errorMessage=EC2_MESSAGE,
    )
    assert [each.request.resource.arn for each in found.requests] == [
        f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{name}" for name in names
    ]
    assert {each.provenance.resource for each in found.requests} == {"request parameter `instancesSet.instanceId`"}
    assert found.missing == ()


def test_a_network_activity_event_is_a_call_through_the_endpoint() -> None:
    fields = record(
        STRANGER,
        eventSource="kms.amazonaws.com",
        eventName="Decrypt",
        eventType="AwsVpceEvent",
        eventCategory="NetworkActivity",
        errorCode="VpceAccessDenied",
        errorMessage="The request was denied due to a VPC endpoint policy",
        requestParameters=None,
        resources=[{"ARN": f"arn:aws:kms:eu-west-1:{OTHER}:key/k"}],
        vpcEndpointId="vpce-1",
        vpcEndpointAccountId=ACCOUNT,
        sourceIPAddress="10.0.0.7",
    )
    found = call_from_event(event(**fields))
    context = found.requests[0].request.context
    assert context.get("aws:SourceVpce") == ("vpce-1",)
    assert context.get("aws:VpceAccount") == (ACCOUNT,)
    assert context.get("aws:SourceIp") is ABSENT
    assert found.requests[0].request.resource.account == OTHER


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {
                "eventName": "SwitchRole",
                "eventType": "AwsConsoleSignIn",
                "errorCode": None,
                "responseElements": {"SwitchRole": "Failure"},
            },
            "the call that policies refuse is `AssumeRole` of `sts.amazonaws.com`",
        ),
        (
            {
                "eventName": "ConsoleLogin",
                "eventType": "AwsConsoleSignIn",
                "errorCode": None,
                "responseElements": {"ConsoleLogin": "Failure"},
            },
            "`ConsoleLogin` failed at authentication: the sign-in was refused before any policy was looked at",
        ),
        ({"eventType": "AwsServiceEvent", "eventName": "RotateKey"}, "an event of the service itself"),
        ({"eventCategory": "Insight", "eventType": "AwsCloudTrailInsight"}, "an Insights event"),
    ],
)
def test_what_no_policy_decided_is_refused_with_the_reason(fields: dict[str, Any], says: str) -> None:
    found = call(**fields)
    assert found.requests == ()
    assert says in found.unresolved[0]
    assert says in (event(**fields).why_no_denial or "")


def test_an_action_of_the_console_that_was_refused_is_a_denial() -> None:
    refused = event(eventType="AwsConsoleAction", eventSource="s3.amazonaws.com", errorCode="AccessDenied")
    assert refused.is_call
    assert refused.why_no_denial is None
