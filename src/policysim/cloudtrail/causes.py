"""Refusals that no policy caused, by a phrase of their message: services answer AccessDenied for other reasons too.

Source: messages recorded from AWS, S3 User Guide (troubleshoot-403-errors), STS API reference; spec S9, S15, E30, E43.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Cause(NamedTuple):
    """A phrase that such a message holds (white space in it stands for any), and the cause in words."""

    phrase: str
    sentence: str


CAUSES: Final = (
    Cause("Request has expired", "the presigned URL has expired"),
    Cause(
        "headers present in the request which were not signed",
        "the request carries headers that its signature does not cover",
    ),
    Cause("Invalid according to Policy: Policy expired", "the policy of the browser upload (POST) has expired"),
    Cause(
        "Invalid according to Policy: Policy Condition failed",
        "the browser upload (POST) breaks a condition of its own upload policy",
    ),
    Cause("object protected by object lock", "S3 Object Lock protects the object"),
    Cause(
        "must provide the correct secret key",
        "the object is encrypted with a key of the customer (SSE-C), and the request brought no or another key",
    ),
    Cause(
        "Query-string authentication requires the Signature",
        "the presigned URL lacks parameters of its signature",
    ),
    Cause(
        "Cross-account lambda invocation passing is not allowed",
        "the Lambda function of the log subscription is missing or belongs to another account",
    ),
    Cause(
        "Secrets Manager cannot invoke the specified Lambda function",
        "the rotation function's own policy does not let secretsmanager.amazonaws.com invoke it",
    ),
    Cause(
        "IAM user access not activated",
        "the account's root user has not activated IAM access to billing information",
    ),
    Cause(
        "prevented by the BlockPublicAcls setting",
        "S3 Block Public Access (BlockPublicAcls) refuses public ACLs",
    ),
    Cause(
        "prevented by the BlockPublicPolicy setting",
        "S3 Block Public Access (BlockPublicPolicy) refuses public policies",
    ),
    Cause(
        "blocked upload requests that specify Server Side Encryption with Customer provided keys",
        "the bucket refuses uploads that are encrypted with keys of the customer (SSE-C)",
    ),
    Cause("Cross-account pass role is not allowed", "a role of another account can never be passed to a service"),
    Cause("Roles may not be assumed by root accounts", "the root user can never assume a role"),
    Cause(
        "Cannot call GetSessionToken with session credentials",
        "the type of the credentials: a role session may not call GetSessionToken",
    ),
    Cause(
        "Cannot call GetFederationToken with session credentials",
        "the type of the credentials: a session may not call GetFederationToken",
    ),
    Cause("MultiFactorAuthentication failed", "the MFA code or the MFA device was not accepted"),
    Cause("Not whitelisted for accessing ActionType", "AWS has not opened the pipeline action type to the account"),
    Cause("Incorrect username or password", "the sign-in of an end user of the application failed (Cognito)"),
    Cause(
        "You don't have access to the model with the specified model ID",
        "the account has not been given access to the Bedrock model",
    ),
)


def cause_of(message: str) -> str | None:
    """What caused a refusal that no policy caused, or ``None`` when the message tells of no such thing."""
    text = " ".join(message.split())
    return next((cause.sentence for cause in CAUSES if cause.phrase in text), None)
