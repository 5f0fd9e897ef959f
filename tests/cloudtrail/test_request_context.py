from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.context import CALLED_VIA_KEYS, SERVICE_CALL_KEYS
from policysim.evaluation.network_keys import ENDPOINT_KEYS
from policysim.language.request import ABSENT, UNKNOWN, ContextValue
from tests.cloudtrail.records import ACCOUNT, ASSUMED_ROLE, IAM_USER, call, key, request

ROOT = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
SERVICE = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
ANONYMOUS = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
FEDERATED = {
    "type": "FederatedUser",
    "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bo",
    "accountId": ACCOUNT,
    "principalId": f"{ACCOUNT}:bo",
}
TEMPORARY_USER = {
    **IAM_USER,
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {"attributes": {"creationDate": "2026-11-24T02:00:00Z", "mfaAuthenticated": "true"}},
}


def session(**parts: Any) -> dict[str, Any]:
    return {**ASSUMED_ROLE, "sessionContext": {**ASSUMED_ROLE["sessionContext"], **parts}}


def kms(identity: dict[str, Any] | None = None, **parameters: Any) -> dict[str, ContextValue]:
    resources = [{"ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", "type": "AWS::KMS::Key"}]
    found = request(
        identity,
        eventSource="kms.amazonaws.com",
        eventName=parameters.pop("operation", "Decrypt"),
        requestParameters=parameters,
        resources=resources,
    )
    return dict(found.context.items())


def assume_role(identity: dict[str, Any] | None = None, **parameters: Any) -> dict[str, ContextValue]:
    found = call(
        identity,
        eventSource="sts.amazonaws.com",
        eventName=parameters.pop("operation", "AssumeRole"),
        requestParameters={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/x", **parameters},
    )
    return dict(found.requests[0].request.context.items())


def test_the_context_is_never_complete() -> None:
    assert not request().context.complete
    assert key("aws:PrincipalTag/Team") is None
    assert key("aws:Referer") is None


def test_c42_time_region_and_client() -> None:
    assert key("aws:CurrentTime") == ("2026-11-24T03:00:00Z",)
    assert key("aws:EpochTime") == ("1795489200",)
    assert key("aws:RequestedRegion") == ("eu-west-1",)
    assert key("aws:UserAgent") == ("aws-cli/2.31",)
    assert key("aws:CurrentTime", eventTime=None) is None


def test_c63_a_global_service_shows_its_region() -> None:
    assert key("aws:RequestedRegion", awsRegion="us-east-1") == ("us-east-1",)


@pytest.mark.parametrize("agent", ["x" * 1024, "[aws-sdk-java/2.30]", "cloudformation.amazonaws.com", ""])
def test_c61_a_user_agent_that_is_cut_or_stands_for_another_is_unknown(agent: str) -> None:
    assert key("aws:UserAgent", userAgent=agent) is None


def test_c42_secure_transport_is_proved_by_tls_details_alone() -> None:
    assert key("aws:SecureTransport", tlsDetails={"tlsVersion": "TLSv1.3"}) == ("true",)
    assert key("s3:TlsVersion", tlsDetails={"tlsVersion": "TLSv1.3"}) == ("1.3",)
    assert key("aws:SecureTransport") is None
    assert key("aws:SecureTransport", tlsDetails={}) is None


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::7", "192.0.2.1"])
def test_c53_without_an_endpoint_the_source_ip_is_known_and_the_endpoint_keys_are_absent(address: str) -> None:
    assert key("aws:SourceIp", sourceIPAddress=address) == (address,)
    for name in ENDPOINT_KEYS:
        assert key(name, sourceIPAddress=address) is ABSENT


def test_c27_through_an_endpoint_the_source_ip_is_absent() -> None:
    through: dict[str, Any] = {"vpcEndpointId": "vpce-1", "sourceIPAddress": "10.0.0.7"}
    assert key("aws:SourceIp", **through) is ABSENT
    assert key("aws:SourceVpce", **through) == ("vpce-1",)
    assert key("aws:VpcSourceIp", **through) == ("10.0.0.7",)
    assert key("aws:SourceVpc", **through) is None
    assert key("aws:VpcSourceIp", vpcEndpointId="vpce-1", sourceIPAddress="x.amazonaws.com") is None


@pytest.mark.parametrize("address", ["AWS Internal", "cloudformation.amazonaws.com", "255.090.254.5", None])
def test_c53_what_is_no_address_proves_nothing(address: str | None) -> None:
    assert key("aws:SourceIp", sourceIPAddress=address) is None
    assert key("aws:SourceVpce", sourceIPAddress=address) is None


@pytest.mark.parametrize("version", ["1.03", "1.0", None])
def test_c53_an_old_record_would_not_show_an_endpoint(version: str | None) -> None:
    assert key("aws:SourceIp", eventVersion=version) is None
    assert key("aws:SourceVpce", eventVersion=version) is None


def test_c56_a_forwarded_call_proves_nothing_of_an_endpoint() -> None:
    through = {"vpcEndpointId": "vpce-1", "sourceIPAddress": "secretsmanager.amazonaws.com"}
    identity = {**TEMPORARY_USER, "invokedBy": "secretsmanager.amazonaws.com"}
    for name in ("aws:SourceIp", "aws:SourceVpce", "aws:VpcSourceIp"):
        assert key(name, identity, **through) is None


def test_c51_long_term_keys_have_no_mfa_and_no_issue_time() -> None:
    for name in ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:SourceIdentity"):
        assert key(name) is ABSENT


def test_c51_temporary_credentials_say_whether_mfa_was_used() -> None:
    assert key("aws:MultiFactorAuthPresent", TEMPORARY_USER) == ("true",)
    assert key("aws:MultiFactorAuthAge", TEMPORARY_USER) is None
    without = {**TEMPORARY_USER, "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}
    assert key("aws:MultiFactorAuthPresent", without) == ("false",)
    assert key("aws:MultiFactorAuthAge", ASSUMED_ROLE) is ABSENT
    assert key("aws:MultiFactorAuthPresent", session(attributes={"mfaAuthenticated": True})) == ("true",)
    assert key("aws:MultiFactorAuthPresent", session(attributes=None)) is None


def test_c51_a_role_session_without_mfa_may_be_a_saml_one_that_lacks_the_key() -> None:
    found = request(ASSUMED_ROLE).context
    assert found.get("aws:MultiFactorAuthPresent") is UNKNOWN
    assert found.candidates("aws:MultiFactorAuthPresent") == (("false",), ABSENT)


def test_c51_federated_sessions_have_no_mfa_key() -> None:
    web = session(webIdFederationData={"federatedProvider": "cognito-identity.amazonaws.com"})
    assert key("aws:MultiFactorAuthPresent", web) is ABSENT
    assert key("aws:FederatedProvider", web) == ("cognito-identity.amazonaws.com",)
    person = {**session(), "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0a/ana"}
    assert key("aws:MultiFactorAuthPresent", person) is ABSENT
    assert key("aws:FederatedProvider", session(webIdFederationData={})) is ABSENT
    assert key("aws:FederatedProvider", session()) is None


def test_c51_credentials_of_unknown_kind_prove_nothing() -> None:
    assert key("aws:MultiFactorAuthPresent", {**IAM_USER, "accessKeyId": None}) is None
    assert key("aws:TokenIssueTime", {**IAM_USER, "accessKeyId": None}) is None


def test_c52_token_issue_time_and_source_identity() -> None:
    assert key("aws:TokenIssueTime", ASSUMED_ROLE) == ("2026-11-24T02:00:00Z",)
    assert key("aws:SourceIdentity", session(sourceIdentity="ana")) == ("ana",)
    assert key("aws:SourceIdentity", session()) is ABSENT
    assert key("aws:SourceIdentity", session(), eventVersion="1.05") is None


def test_c52_c70_assumed_root_and_role_delivery() -> None:
    assert key("aws:AssumedRoot", {**ROOT, "accessKeyId": "ASIAX", "sessionContext": {"assumedRoot": "true"}}) == (
        "true",
    )
    assert key("ec2:RoleDelivery", session(ec2RoleDelivery="2.0")) == ("2.0",)
    assert key("ec2:RoleDelivery", session()) is None
    assert key("ec2:RoleDelivery") is ABSENT


def test_c45_c46_user_id_and_name() -> None:
    assert (key("aws:userid"), key("aws:username")) == (("AIDAEXAMPLE",), ("ana",))
    assert (key("aws:userid", ASSUMED_ROLE), key("aws:username", ASSUMED_ROLE)) == (("AROAEXAMPLE:i-0abc",), ABSENT)
    assert (key("aws:userid", ROOT), key("aws:username", ROOT)) == ((ACCOUNT,), ABSENT)
    assert (key("aws:userid", ANONYMOUS), key("aws:username", ANONYMOUS)) == (("anonymous",), ABSENT)
    assert key("aws:username", {**IAM_USER, "userName": None}) is None


def test_c43_c50_c54_keys_of_service_calls() -> None:
    assert key("aws:PrincipalIsAWSService", SERVICE) == ("true",)
    assert key("aws:PrincipalServiceName", SERVICE) == ("ec2.amazonaws.com",)
    assert key("aws:SourceArn", SERVICE) is None
    assert key("aws:PrincipalIsAWSService") == ("false",)
    assert key("aws:PrincipalIsAWSService", ANONYMOUS) is ABSENT
    for name in SERVICE_CALL_KEYS:
        assert key(name) is ABSENT


@pytest.mark.parametrize("identity", [IAM_USER, ASSUMED_ROLE, ROOT, SERVICE, ANONYMOUS])
def test_c55_a_direct_call_comes_via_no_service(identity: dict[str, Any]) -> None:
    assert key("aws:ViaAWSService", identity) == ("false",)
    for name in CALLED_VIA_KEYS:
        assert key(name, identity) is ABSENT


@pytest.mark.parametrize("identity", [TEMPORARY_USER, ROOT, FEDERATED])
def test_c55_a_service_behind_a_user_forwards_the_call(identity: dict[str, Any]) -> None:
    forwarded = {**identity, "invokedBy": "cloudformation.amazonaws.com"}
    assert key("aws:ViaAWSService", forwarded) == ("true",)
    assert key("aws:CalledViaLast", forwarded) == ("cloudformation.amazonaws.com",)
    assert key("aws:CalledVia", forwarded) is None
    assert key("aws:CalledViaFirst", forwarded) is None


@pytest.mark.parametrize("invoked_by", ["AWS Internal", "signin.amazonaws.com"])
def test_c55_the_console_and_aws_internals_prove_nothing(invoked_by: str) -> None:
    assert key("aws:ViaAWSService", {**TEMPORARY_USER, "invokedBy": invoked_by}) is None


def test_c55_a_service_behind_a_role_may_use_it_for_itself() -> None:
    assert key("aws:ViaAWSService", {**ASSUMED_ROLE, "invokedBy": "cloudformation.amazonaws.com"}) is None
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
    own = session(sessionIssuer={"type": "Role", "arn": linked})
    assert key("aws:ViaAWSService", {**own, "invokedBy": "rds.amazonaws.com"}) == ("false",)


def test_s24_encryption_context_and_the_service_behind() -> None:
    keys = kms(
        encryptionContext={"PARAMETER_ARN": "arn:aws:ssm:x", "Team": "blue"}, encryptionAlgorithm="SYMMETRIC_DEFAULT"
    )
    assert keys["kms:EncryptionContext:PARAMETER_ARN"] == ("arn:aws:ssm:x",)
    assert keys["kms:EncryptionContext:Team"] == ("blue",)
    assert keys["kms:EncryptionContextKeys"] == ("PARAMETER_ARN", "Team")
    assert keys["kms:EncryptionAlgorithm"] == ("SYMMETRIC_DEFAULT",)
    assert keys["kms:CallerAccount"] == (ACCOUNT,)
    assert keys["kms:ViaService"] is ABSENT
    via = kms({**TEMPORARY_USER, "invokedBy": "secretsmanager.amazonaws.com"})
    assert via["kms:ViaService"] == ("secretsmanager.eu-west-1.amazonaws.com",)
    assert "kms:EncryptionContextKeys" not in via
    assert kms({**ASSUMED_ROLE, "invokedBy": "secretsmanager.amazonaws.com"})["kms:ViaService"] is UNKNOWN


def test_s23_s35_a_call_about_a_grant_tells_what_it_grants_and_which_it_retires() -> None:
    grantee = f"arn:aws:iam::{ACCOUNT}:role/x"
    made = kms(operation="CreateGrant", granteePrincipal=grantee, operations=["Decrypt", "DescribeKey"])
    assert (made["kms:GranteePrincipal"], made["kms:GrantOperations"]) == ((grantee,), ("Decrypt", "DescribeKey"))
    assert made["kms:RetiringPrincipal"] is ABSENT
    assert "kms:GrantId" not in made
    assert kms(operation="RetireGrant", grantId="g1")["kms:GrantId"] == ("g1",)


def test_c65_keys_of_the_assume_role_calls() -> None:
    keys = assume_role(roleSessionName="i-1", externalId="e-1", sourceIdentity="ana", transitiveTagKeys=["a", "b"])
    assert keys["sts:RoleSessionName"] == ("i-1",)
    assert keys["sts:ExternalId"] == ("e-1",)
    assert keys["sts:SourceIdentity"] == ("ana",)
    assert keys["sts:TransitiveTagKeys"] == ("a", "b")
    assert assume_role(roleSessionName="i-1")["sts:ExternalId"] is ABSENT


def test_c65_a_record_without_parameters_proves_nothing_of_them() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/x"
    found = call(
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters=None,
        errorMessage=f"User: {IAM_USER['arn']} is not authorized to perform: sts:AssumeRole on resource: {role}",
    )
    assert found.requests[0].request.context.get("sts:ExternalId") is None


def test_c65_the_claims_of_a_web_identity() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    subject = "repo:o/r:ref:refs/heads/main"
    identity = {
        "type": "WebIdentityUser",
        "identityProvider": provider,
        "userName": subject,
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
    }
    keys = assume_role(identity, operation="AssumeRoleWithWebIdentity")
    assert keys["token.actions.githubusercontent.com:sub"] == (subject,)
    assert keys["token.actions.githubusercontent.com:aud"] == ("sts.amazonaws.com",)
    assert keys["aws:FederatedProvider"] == (provider,)
    google = {
        "type": "WebIdentityUser",
        "identityProvider": "accounts.google.com",
        "userName": "u",
        "principalId": "accounts.google.com:app:u",
    }
    keys = assume_role(google, operation="AssumeRoleWithWebIdentity")
    assert (keys["accounts.google.com:sub"], keys["accounts.google.com:aud"]) == (("u",), ("app",))
    short = assume_role({**google, "principalId": "accounts.google.com:u"}, operation="AssumeRoleWithWebIdentity")
    assert "accounts.google.com:aud" not in short


@pytest.mark.parametrize(
    "tags",
    [
        {"tags": [{"key": "Team", "value": "blue"}, {"key": "Env", "value": "prod"}]},
        {"tags": [{"Key": "Team", "Value": "blue"}, {"Key": "Env", "Value": "prod"}]},
        {"tags": {"Team": "blue", "Env": "prod"}},
        {"tagSet": {"items": [{"key": "Team", "value": "blue"}, {"key": "Env", "value": "prod"}]}},
    ],
)
def test_c58_tags_in_the_request(tags: dict[str, Any]) -> None:
    keys = assume_role(**tags)
    assert (keys["aws:RequestTag/Team"], keys["aws:RequestTag/Env"]) == (("blue",), ("prod",))
    assert keys["aws:TagKeys"] == ("Team", "Env")


def test_c58_no_tags_prove_nothing_and_hidden_ones_nothing_either() -> None:
    assert "aws:TagKeys" not in assume_role()
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert "aws:TagKeys" not in assume_role(tags=[{"key": hidden, "value": hidden}])
    keys = assume_role(tags=[{"key": "Team", "value": hidden}])
    assert keys["aws:TagKeys"] == ("Team",)
    assert "aws:RequestTag/Team" not in keys


def test_c58_removed_tags_are_tag_keys() -> None:
    assert assume_role(tagKeys=["Team"])["aws:TagKeys"] == ("Team",)


RUN = {
    "instanceType": "m7i.large",
    "tagSpecificationSet": {
        "items": [
            {"resourceType": "instance", "tags": [{"key": "Team", "value": "blue"}]},
            {"resourceType": "volume", "tags": [{"key": "Disk", "value": "fast"}]},
        ]
    },
}


def run_instances(resource: str) -> dict[str, ContextValue]:
    found = call(
        eventSource="ec2.amazonaws.com",
        eventName="RunInstances",
        requestParameters=RUN,
        errorMessage=f"You are not authorized to perform this operation. User: {IAM_USER['arn']} is not authorized to"
        f" perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:{ACCOUNT}:{resource} with an explicit deny.",
    )
    return dict(found.requests[0].request.context.items())


def test_r14_each_resource_of_a_call_has_its_own_keys() -> None:
    instance, volume = run_instances("instance/*"), run_instances("volume/*")
    assert instance["ec2:InstanceType"] == ("m7i.large",)
    assert "ec2:InstanceType" not in volume
    assert (instance["aws:TagKeys"], volume["aws:TagKeys"]) == (("Team",), ("Disk",))


def test_s9_where_a_role_is_passed_to() -> None:
    def passed(source: str, name: str) -> ContextValue | None:
        message = (
            f"User: {IAM_USER['arn']} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x"
        )
        return key("iam:PassedToService", eventSource=source, eventName=name, errorMessage=message)

    assert passed("ec2.amazonaws.com", "RunInstances") == ("ec2.amazonaws.com",)
    assert passed("lambda.amazonaws.com", "CreateFunction20150331") == ("lambda.amazonaws.com",)
    assert passed("ecs.amazonaws.com", "RegisterTaskDefinition") == ("ecs-tasks.amazonaws.com",)
    assert passed("rds.amazonaws.com", "CreateDBInstance") is None


def test_the_parameters_of_a_listing_are_keys() -> None:
    parameters = {"bucketName": "data", "prefix": "a/", "delimiter": "/", "max-keys": 10}
    listed: dict[str, Any] = {"eventName": "ListObjectsV2", "requestParameters": parameters}
    assert key("s3:prefix", **listed) == ("a/",)
    assert key("s3:delimiter", **listed) == ("/",)
    assert key("s3:max-keys", **listed) == ("10",)
    assert key("s3:prefix", eventName="ListObjectsV2", requestParameters={"bucketName": "data"}) is ABSENT
    assert key("s3:prefix") is None


def test_an_enriched_event_shows_what_was_evaluated() -> None:
    enriched = {
        "requestContext": {"aws:PrincipalOrgID": "o-1", "aws:ViaAWSService": True, "aws:TagKeys": ["a", "b"]},
        "tagContext": {
            "resourceTags": [
                {"arn": "arn:aws:s3:::data/report.csv", "tags": {"Team": "blue"}},
                {"arn": "arn:aws:s3:::other", "tags": {"Team": "red"}},
            ]
        },
    }
    assert key("aws:PrincipalOrgID", eventContext=enriched) == ("o-1",)
    assert key("aws:ViaAWSService", eventContext=enriched) == ("true",)
    assert key("aws:TagKeys", eventContext=enriched) == ("a", "b")
    assert key("aws:ResourceTag/Team", eventContext=enriched) == ("blue",)
    assert key("aws:PrincipalOrgID", eventContext="odd") is None


def test_s24_a_service_behind_a_roles_session_is_the_only_one_that_kms_may_hear_of() -> None:
    resources = [{"ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", "type": "AWS::KMS::Key"}]
    behind = {**ASSUMED_ROLE, "invokedBy": "sqs.amazonaws.com"}
    found = request(behind, eventSource="kms.amazonaws.com", eventName="Decrypt", resources=resources).context
    assert found.get("kms:ViaService") is UNKNOWN
    assert found.candidates("kms:ViaService") == (("sqs.eu-west-1.amazonaws.com",), ABSENT)
