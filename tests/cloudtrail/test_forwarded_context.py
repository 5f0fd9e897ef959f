"""What a record proves, and what it leaves open: forwarded calls, private addresses, MFA, parameters left out."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.context import CALLED_VIA_KEYS, MFA, MFA_AGE
from policysim.cloudtrail.requests import call_from_event
from policysim.evaluation.context import context_lookup
from policysim.evaluation.network_keys import ENDPOINT_KEYS
from policysim.language.request import ABSENT, UNKNOWN, Request
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, event, key, request

ROLE_ASKED = f"arn:aws:iam::{ACCOUNT}:role/x"
KMS_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
NOT_ALLOWED = "User: {arn} is not authorized to perform: {action} on resource: {resource}"


def asked(action: str, identity: dict[str, Any] | None = None, resource: str = KMS_KEY, **fields: Any) -> Request:
    """The request for an action that the message of a refused call names."""
    who = identity or IAM_USER
    message = NOT_ALLOWED.format(arn=who["arn"], action=action, resource=resource)
    found = call_from_event(event(who, errorMessage=message, **fields), takes_no_resource=CATALOGUE.takes_no_resource)
    return next(each.request for each in found.requests if each.request.action == action)


def assuming(identity: dict[str, Any] | None = None, parameters: Any = None) -> Request:
    return asked(
        "sts:AssumeRole",
        identity,
        ROLE_ASKED,
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters=parameters,
    )


def test_c56_what_the_called_service_forwards_keeps_nothing_of_an_endpoint() -> None:
    through: dict[str, Any] = {"vpcEndpointId": "vpce-1", "sourceIPAddress": "10.0.0.7"}
    own, forwarded = (
        asked("s3:GetObject", resource="arn:aws:s3:::data/report.csv", **through),
        asked("kms:Decrypt", **through),
    )
    assert own.context.get("aws:SourceVpce") == ("vpce-1",)
    assert own.context.get("aws:SourceIp") is ABSENT
    assert forwarded.context.get("aws:SourceIp") is None
    for name in ENDPOINT_KEYS:
        assert context_lookup(forwarded)(name) is ABSENT


def test_c56_what_the_called_service_forwards_keeps_the_address_of_the_internet() -> None:
    assert asked("kms:Decrypt").context.get("aws:SourceIp") == ("198.51.100.7",)
    assert asked("kms:Decrypt").context.get("aws:SourceVpce") is ABSENT


def test_c55_who_asks_for_an_action_of_another_service_is_not_told() -> None:
    context = asked("s3:GetObject", eventSource="cloudformation.amazonaws.com", eventName="CreateStack").context
    for name in ("aws:ViaAWSService", *CALLED_VIA_KEYS, "aws:UserAgent"):
        assert context.get(name) is None
    assert context.get("aws:SourceIp") == ("198.51.100.7",)


def test_c55_passing_a_role_is_a_part_of_the_call_itself() -> None:
    context = asked("iam:PassRole", resource=ROLE_ASKED, eventSource="lambda.amazonaws.com", eventName="CreateFunction")
    assert context.context.get("aws:ViaAWSService") == ("false",)


def test_c55_actions_of_one_event_source_are_called_directly() -> None:
    source: dict[str, Any] = {"eventSource": "monitoring.amazonaws.com", "eventName": "PutMetricAlarm"}
    assert asked("cloudwatch:PutMetricAlarm", resource="*", **source).context.get("aws:ViaAWSService") == ("false",)


@pytest.mark.parametrize("address", ["AWS Internal", "cloudformation.amazonaws.com"])
def test_c55_a_service_in_place_of_an_address_made_the_call(address: str) -> None:
    assert key("aws:ViaAWSService", sourceIPAddress=address) is None
    assert key("aws:CalledVia", sourceIPAddress=address) is None


def test_c55_a_service_linked_role_of_another_service_may_be_forwarded() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
    own = {**ASSUMED_ROLE, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": linked}}}
    assert key("aws:ViaAWSService", {**own, "invokedBy": "rds.amazonaws.com"}) == ("false",)
    assert key("aws:ViaAWSService", {**own, "invokedBy": "ec2.amazonaws.com"}) is None
    assert key("aws:ViaAWSService", {**own, "invokedBy": "fas.ec2.amazonaws.com"}) == ("true",)


def test_s24_behind_a_service_linked_role_one_more_service_may_call_kms() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    own = {**ASSUMED_ROLE, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": linked}}}
    fields: dict[str, Any] = {"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}
    behind = asked("kms:Decrypt", {**own, "invokedBy": "autoscaling.amazonaws.com"}, **fields)
    assert behind.context.get("kms:ViaService") is None
    assert asked("kms:Decrypt", own, **fields).context.get("kms:ViaService") is ABSENT


@pytest.mark.parametrize("address", ["10.0.0.7", "172.31.2.3", "192.168.0.9", "100.64.0.1", "fd00::7"])
def test_c53_a_private_address_came_through_an_endpoint_that_is_not_shown(address: str) -> None:
    assert key("aws:SourceIp", sourceIPAddress=address) is None
    for name in ENDPOINT_KEYS:
        assert key(name, sourceIPAddress=address) is None


def test_c61_what_aws_writes_in_place_of_a_client_is_none() -> None:
    assert key("aws:UserAgent", userAgent="AWS Internal") is None


def test_c51_a_forwarded_call_of_an_access_key_has_temporary_credentials_without_mfa() -> None:
    forwarded = asked("kms:Decrypt").context
    assert (forwarded.get(MFA), forwarded.get(MFA_AGE)) == (("false",), ABSENT)
    assert asked("s3:GetObject", resource="arn:aws:s3:::data/report.csv").context.get(MFA) is ABSENT
    behind = {**IAM_USER, "invokedBy": "athena.amazonaws.com"}
    assert key(MFA, behind) == ("false",)
    assert key("aws:TokenIssueTime", behind) is None


def test_c51_a_session_that_has_begun_is_one_of_temporary_credentials() -> None:
    attributes = {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "true"}
    assert key(MFA, {**IAM_USER, "sessionContext": {"attributes": attributes}}) == ("true",)


def test_c51_a_user_may_prove_mfa_in_the_very_call_that_assumes_a_role() -> None:
    named = {"roleArn": ROLE_ASKED, "roleSessionName": "s"}
    assert assuming(parameters=named).context.get(MFA) is ABSENT
    device = {**named, "serialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/ana"}
    assert assuming(parameters=device).context.get(MFA) == ("true",)


def test_c51_a_refused_call_that_shows_no_parameters_may_have_proved_mfa() -> None:
    found = assuming()
    assert found.context.get(MFA) is UNKNOWN
    assert found.context.candidates(MFA) == (("true",), ABSENT)
    assert context_lookup(found)(MFA) is UNKNOWN
    temporary = {
        **IAM_USER,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"attributes": {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "false"}},
    }
    assert assuming(temporary).context.candidates(MFA) == (("true",), ("false",))
    assert context_lookup(assuming({**ASSUMED_ROLE}))(MFA) is UNKNOWN
    assert assuming({**ASSUMED_ROLE}).context.candidates(MFA) == (("false",), ABSENT)


def test_c51_a_federated_user_may_lack_the_key() -> None:
    federated = {
        "type": "FederatedUser",
        "principalId": f"{ACCOUNT}:bo",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bo",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"attributes": {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "false"}},
    }
    assert request(federated).context.candidates(MFA) == (("false",), ABSENT)


def test_c43_a_call_with_a_token_is_not_signed() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    web = {"type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:repo", "identityProvider": provider}
    fields: dict[str, Any] = {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRoleWithWebIdentity",
        "requestParameters": {"roleArn": ROLE_ASKED},
    }
    assert key("aws:PrincipalIsAWSService", web, **fields) is ABSENT
    assert key("aws:userid", web, **fields) is None


def test_c46_the_id_of_a_role_is_not_that_of_its_session() -> None:
    role = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": ROLE_ASKED, "accountId": ACCOUNT}
    assert key("aws:userid", role) is None


def test_c52_a_session_that_the_record_says_nothing_of_may_have_a_source_identity() -> None:
    assert key("aws:SourceIdentity", {**ASSUMED_ROLE, "sessionContext": {}}) is None


def test_c66_parameters_of_one_service_are_no_keys_of_another() -> None:
    parameters = {"bucketName": "data", "key": "k", "encryptionContext": {"Team": "blue"}}
    assert asked("kms:Decrypt", requestParameters=parameters).context.get("kms:EncryptionContext:Team") is None


def test_c66_a_call_without_a_prefix_of_its_own_proves_none_absent() -> None:
    listing = asked("s3:ListBucket", resource="arn:aws:s3:::data", eventName="GetObject")
    assert listing.context.get("s3:prefix") is None
    own = asked("s3:ListBucket", resource="arn:aws:s3:::data", eventName="HeadBucket")
    assert own.context.get("s3:prefix") is ABSENT


def test_parameters_left_out_for_their_size_prove_nothing() -> None:
    left_out = {"omitted": True, "originalSize": 120000, "reason": "requestParameters too large"}
    assert key("sts:ExternalId", eventSource="sts.amazonaws.com", eventName="AssumeRole", **_role(left_out)) is None
    assert not event(requestParameters=left_out).shows_parameters
    assert not event(requestParameters=None).shows_parameters
    assert event(requestParameters=None, errorCode=None).shows_parameters
    assert event().shows_parameters


def _role(parameters: Any) -> dict[str, Any]:
    return {"requestParameters": parameters, "resources": [{"ARN": ROLE_ASKED, "type": "AWS::IAM::Role"}]}
