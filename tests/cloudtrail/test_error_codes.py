from __future__ import annotations

from typing import Any

import pytest

from policysim.cloudtrail.error_codes import (
    DENIAL_CODES,
    LOOK_ALIKES,
    ResponseError,
    error_in_response,
    look_alike,
    means_denied,
    names_denial,
)
from policysim.cloudtrail.requests import call_from_event
from tests.cloudtrail.records import event

MODELLED = {
    "AccessDenied": ("cloudfront", "s3", "iam", "sts", "sqs"),
    "AccessDeniedException": ("kms", "lambda", "dynamodb", "secretsmanager", "bedrock", "eks-auth", "quicksight"),
    "AccessDeniedFault": ("dms",),
    "AccessDeniedForDependencyException": ("organizations", "shield"),
    "AccessForbidden": ("sagemaker",),
    "AuthException": ("ec2-instance-connect",),
    "AuthorizationError": ("sns",),
    "AuthorizationException": ("license-manager",),
    "AuthorizationErrorException": ("discovery",),
    "Client.UnauthorizedOperation": ("ec2",),
    "CloudHsmAccessDeniedException": ("cloudhsm",),
    "DependentServiceAccessDenied": ("redshift",),
    "EC2AccessDeniedException": ("lambda",),
    "EncryptionKeyAccessDeniedException": ("codecommit",),
    "ForbiddenError": ("wickr",),
    "ForbiddenException": ("iotanalytics",),
    "InsufficientIAMAccessPermissionException": ("cloudtrail",),
    "InsufficientPermissionsException": ("config", "ds"),
    "InsufficientPrivilegesException": ("elasticbeanstalk",),
    "KMSAccessDenied": ("sns",),
    "KMSAccessDeniedException": ("kinesis", "lambda"),
    "KMSAccessDeniedFault": ("dms",),
    "KmsAccessDenied": ("sqs",),
    "KmsAccessDeniedException": ("states",),
    "NotAuthorizedException": ("cognito-idp", "cognito-identity", "pi", "route53"),
    "OpsItemAccessDeniedException": ("ssm",),
    "OrganizationAccessDeniedException": ("config",),
    "S3AccessDeniedFault": ("dms",),
    "SNSNoAuthorization": ("rds", "redshift"),
    "SNSNoAuthorizationFault": ("dms",),
    "UnauthorizedClientException": ("chime",),
    "UnauthorizedException": ("iot",),
    "UnauthorizedOperation": ("mgh", "redshift", "ec2"),
    "UnauthorizedOperationException": ("workdocs",),
    "UnauthorizedResourceAccessException": ("workdocs",),
    "VpceAccessDenied": ("s3", "kms"),
    "WAFLogDestinationPermissionIssueException": ("wafv2",),
}
"""The codes that the service models hold for "not authorized", and services that use them."""


@pytest.mark.parametrize(("code", "service"), [(code, one) for code, all_ in MODELLED.items() for one in all_])
def test_m16_every_modelled_code_means_denied(code: str, service: str) -> None:
    assert means_denied(code, f"{service}.amazonaws.com")
    assert names_denial(code)


@pytest.mark.parametrize("row", LOOK_ALIKES, ids=lambda row: row.code)
def test_m16_what_looks_like_a_denial_says_what_happened_and_what_to_do(row: Any) -> None:
    assert look_alike(row.code) == row
    assert look_alike(f"Client.{row.code}") == row
    assert not means_denied(row.code, "ec2.amazonaws.com")
    failed = event(errorCode=row.code, errorMessage="no")
    assert failed.why_no_denial is not None
    assert failed.why_no_denial.endswith(f"{row.meaning}; {row.advice}")


def test_no_code_is_both_and_none_stands_twice() -> None:
    denied = [row.code.lower() for row in DENIAL_CODES]
    similar = [row.code.lower() for row in LOOK_ALIKES]
    assert len(set(denied + similar)) == len(denied) + len(similar)


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        (None, None),
        ("text", None),
        ({}, None),
        ({"ConsoleLogin": "Failure"}, None),
        ({"code": "blue", "message": "a colour"}, None),
        ({"errorCode": "AccessDenied", "errorMessage": "no"}, ResponseError("AccessDenied", "no")),
        ({"__type": "com.amazonaws.x#AccessDeniedException"}, ResponseError("AccessDeniedException", None)),
        ({"error": {"code": "AccessDenied", "message": "no"}}, ResponseError("AccessDenied", "no")),
        ({"errors": [7, {"errorCode": "AccessDenied"}]}, ResponseError("AccessDenied", None)),
        ({"errors": {"code": 7}}, None),
    ],
)
def test_an_error_inside_the_response_elements_is_found(elements: object, found: ResponseError | None) -> None:
    assert error_in_response(elements) == found


def test_m16_an_event_whose_error_stands_in_its_response_elements_is_a_denial() -> None:
    message = (
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource:"
        " arn:aws:s3:::data/a with an explicit deny in a service control policy"
    )
    denied = event(
        errorCode=None, errorMessage=None, responseElements={"errorCode": "AccessDenied", "errorMessage": message}
    )
    assert denied.is_denial
    assert denied.why_no_denial is None
    denial = call_from_event(denied).denial
    assert denial is not None
    assert denial.layer == "scp"


def test_the_error_of_the_record_comes_before_that_of_its_response() -> None:
    failed = event(errorCode="NoSuchKey", errorMessage="no", responseElements={"errorCode": "AccessDenied"})
    assert not failed.is_denial
    assert "NoSuchKey" in (failed.why_no_denial or "")
