"""Causes that a refusal names by a phrase: services answer AccessDenied for other reasons than policies too.

Source: messages recorded from AWS; S3 User Guide (troubleshoot-403-errors); STS, KMS, Lake Formation, EKS, OpenSearch
and Amazon Bedrock documentation; spec S9, S15, E30, E43.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cause(NamedTuple):
    """A phrase that such a message holds, and the cause in words.

    White space in ``phrase`` stands for any; upper and lower case are the same. ``sentence`` says what caused the
    refusal, ``advice`` what to do. ``policy``: a policy can have caused it all the same.
    """

    code: str
    phrase: str
    sentence: str
    advice: str
    policy: bool = False


_RENEW: Final = "get new credentials (sign in or assume the role again) and repeat the call"
_SIGN_AGAIN: Final = "make a new presigned URL, with the same headers and parameters as the request that uses it"
_SET_CLOCK: Final = "set the clock of the machine that signs the request, and repeat the call"
_NEW_UPLOAD_FORM: Final = "let the application issue a new upload form whose policy fits the upload"
_OWN_CREDENTIALS: Final = "call it with the long-term credentials of an IAM user, not with those of a session"
_ASK_LAKE_FORMATION: Final = (
    "let an administrator of the data lake grant the principal the permission in Lake Formation; IAM alone is not"
    " enough"
)
_ASK_SUPPORT: Final = "settle the state of the account with AWS Support"
_SUBSCRIBE: Final = "enable the service, or the Region, for the account, and repeat the call"
_KEY_STATE: Final = "enable the key, or cancel its deletion; a deleted key cannot be brought back"
_KUBERNETES_GRANT: Final = (
    "add an EKS access entry with an access policy for the principal, or a Role and RoleBinding for its user or group"
)

CAUSES: Final = (
    # Amazon S3: the request, its signature, settings of the bucket or the object.
    Cause("presigned-url-expired", "Request has expired", "the presigned URL has expired", "make a new presigned URL"),
    Cause(
        "unsigned-headers",
        "headers present in the request which were not signed",
        "the request carries headers that its signature does not cover",
        _SIGN_AGAIN,
    ),
    Cause(
        "upload-policy-expired",
        "Invalid according to Policy: Policy expired",
        "the policy of the browser upload (POST) has expired",
        _NEW_UPLOAD_FORM,
    ),
    Cause(
        "upload-policy-condition",
        "Invalid according to Policy: Policy Condition failed",
        "the browser upload (POST) breaks a condition of its own upload policy",
        _NEW_UPLOAD_FORM,
    ),
    Cause(
        "upload-policy-fields",
        "Invalid according to Policy: Extra input fields",
        "the browser upload (POST) has fields that its own upload policy does not name",
        _NEW_UPLOAD_FORM,
    ),
    Cause(
        "object-lock",
        "object protected by object lock",
        "S3 Object Lock protects the object",
        "wait until the retention ends or the legal hold is lifted; in governance mode,"
        " `s3:BypassGovernanceRetention` and its header override it",
    ),
    Cause(
        "mfa-delete",
        "Mfa Authentication must be used for this request",
        "the bucket has MFA Delete enabled, and the request brought no MFA code",
        "repeat the call as the root user with the serial number and a code of its MFA device",
    ),
    Cause(
        "customer-key",
        "must provide the correct secret key",
        "the object is encrypted with a key of the customer (SSE-C), and the request brought no or another key",
        "send the key that the object was written with",
    ),
    Cause(
        "presigned-url-incomplete",
        "Query-string authentication requires the Signature",
        "the presigned URL lacks parameters of its signature",
        "use the URL whole: a `&` that a shell or a mail program took for its own cuts it off",
    ),
    Cause(
        "unsigned-date",
        "AWS authentication requires a valid Date or x-amz-date header",
        "the request is signed without a valid date",
        "let an AWS SDK sign the request",
    ),
    Cause(
        "anonymous-forbidden",
        "Anonymous access is forbidden for this operation",
        "the operation takes no anonymous requests, whatever the bucket policy says",
        "sign the request",
    ),
    Cause(
        "anonymous-forbidden",
        "Anonymous users cannot",
        "the operation takes no anonymous requests, whatever the bucket policy says",
        "sign the request",
    ),
    Cause(
        "requester-pays",
        "Requester Pays",
        "the bucket is a Requester Pays bucket, and the request did not agree to pay",
        "send the header `x-amz-request-payer: requester` (`--request-payer requester`)",
    ),
    Cause(
        "block-public-acls",
        "prevented by the BlockPublicAcls setting",
        "S3 Block Public Access (BlockPublicAcls) refuses public ACLs",
        "leave the ACL private, or decide on the setting of the bucket and of the account",
    ),
    Cause(
        "block-public-policy",
        "prevented by the BlockPublicPolicy setting",
        "S3 Block Public Access (BlockPublicPolicy) refuses public policies",
        "narrow the principals of the policy, or decide on the setting of the bucket and of the account",
    ),
    Cause(
        "blocked-encryption",
        "blocked upload requests that specify Server Side Encryption with Customer provided keys",
        "the bucket refuses uploads that are encrypted with keys of the customer (SSE-C)",
        "upload with SSE-S3 or SSE-KMS, or change the blocked encryption types of the bucket",
    ),
    Cause(
        "all-access-disabled",
        "All access to this object has been disabled",
        "AWS has disabled all access to the object or its bucket",
        _ASK_SUPPORT,
    ),
    # Credentials and sessions.
    Cause("token-expired", "The provided token has expired", "the session of the credentials has expired", _RENEW),
    Cause(
        "token-expired",
        "The security token included in the request is expired",
        "the session of the credentials has expired",
        _RENEW,
    ),
    Cause(
        "token-invalid",
        "The security token included in the request is invalid",
        "AWS does not know the credentials, or the Region is not enabled for the account",
        "check which credentials are used (`aws sts get-caller-identity`), and whether the Region is enabled",
    ),
    Cause("token-expired", "Token has expired and refresh failed", "the IAM Identity Center session is over", _RENEW),
    Cause("token-expired", "Session token not found or invalid", "the IAM Identity Center session is over", _RENEW),
    Cause(
        "clock-skew", "Signature expired:", "the clock of the caller is behind: its signature looks too old", _SET_CLOCK
    ),
    Cause("clock-skew", "Signature not yet current:", "the clock of the caller is ahead of the time", _SET_CLOCK),
    Cause(
        "clock-skew",
        "The difference between the request time and the current time is too large",
        "the clock of the caller is wrong by more than a quarter of an hour",
        _SET_CLOCK,
    ),
    Cause(
        "root-assumes-role",
        "Roles may not be assumed by root accounts",
        "the root user can never assume a role",
        "call as an IAM user or a role",
    ),
    Cause(
        "session-credentials",
        "Cannot call GetSessionToken with session credentials",
        "the type of the credentials: a role session may not call GetSessionToken",
        _OWN_CREDENTIALS,
    ),
    Cause(
        "session-credentials",
        "Cannot call GetFederationToken with session credentials",
        "the type of the credentials: a session may not call GetFederationToken",
        _OWN_CREDENTIALS,
    ),
    Cause(
        "mfa-failed",
        "MultiFactorAuthentication failed",
        "the MFA code or the MFA device was not accepted",
        "check the serial number of the device and repeat the call with the next code",
    ),
    Cause(
        "api-not-signed",
        "Missing Authentication Token",
        "the request is not signed, or the API has no such path and method",
        "check the URL, its stage and the HTTP method; sign the request where the method uses IAM authorization",
    ),
    # Encryption keys.
    Cause("key-disabled", "KMS.DisabledException", "the KMS key is disabled", _KEY_STATE),
    Cause("key-state", " is pending deletion", "the KMS key is scheduled for deletion", _KEY_STATE),
    Cause(
        "key-refused",
        "Access to KMS is not allowed",
        "the KMS key of the secret or resource was refused to the caller",
        "allow the caller to use the key (`kms:Decrypt`, `kms:GenerateDataKey`), in its own policies and in the key"
        " policy",
        policy=True,
    ),
    # Services with permissions of their own.
    Cause(
        "lake-formation",
        "Insufficient Lake Formation permission",
        "Lake Formation, not IAM, withholds the database, table or location",
        _ASK_LAKE_FORMATION,
    ),
    Cause(
        "lake-formation",
        "Access is not allowed. (Service: LakeFormation",
        "Lake Formation, not IAM, withholds the database, table or location",
        _ASK_LAKE_FORMATION,
    ),
    Cause(
        "opensearch-roles",
        "no permissions for [",
        "fine-grained access control inside the OpenSearch domain, not IAM, withholds it",
        "map the principal to a role of the domain that has the permission",
    ),
    Cause(
        "kubernetes-access",
        "You must be logged in to the server (Unauthorized)",
        "the EKS cluster does not know the principal",
        _KUBERNETES_GRANT,
    ),
    Cause(
        "kubernetes-access",
        "the server has asked for the client to provide credentials",
        "the EKS cluster does not know the principal",
        _KUBERNETES_GRANT,
    ),
    Cause(
        "kubernetes-rbac",
        "is forbidden: User",
        "Kubernetes RBAC inside the cluster, not IAM, withholds it",
        _KUBERNETES_GRANT,
    ),
    Cause(
        "database-login",
        "PAM authentication failed for user",
        "the database did not accept the login with an IAM token",
        "check that the token is fresh and of the right endpoint and user, that the user has `rds_iam`, and that"
        " `rds-db:connect` names the resource id of the database",
        policy=True,
    ),
    Cause(
        "database-login",
        "(using password:",
        "the database refused the login of its user; AWS was not asked",
        "check the user and the password, or the IAM token and `rds-db:connect` where the user logs in with one",
    ),
    Cause(
        "cognito-login",
        "Incorrect username or password",
        "the sign-in of an end user of the application failed (Cognito)",
        "check the user name and the password of the end user",
    ),
    Cause(
        "cognito-guests",
        "Unauthenticated access is not supported for this identity pool",
        "the Cognito identity pool takes no guests",
        "sign the end user in first, or enable guest access in the identity pool",
    ),
    Cause(
        "cognito-login",
        "Invalid login token",
        "the token of the end user is invalid or has expired (Cognito)",
        "sign the end user in again",
    ),
    Cause(
        "cognito-login",
        "Refresh Token has",
        "the refresh token of the end user has expired or was revoked (Cognito)",
        "sign the end user in again",
    ),
    Cause(
        "cognito-login",
        "Access Token has",
        "the access token of the end user has expired or was revoked (Cognito)",
        "sign the end user in again",
    ),
    Cause(
        "kafka-access",
        "Not authorized to access topics:",
        "the Kafka cluster refused it: by IAM (`kafka-cluster:` actions) where it uses IAM access control, else by a"
        " Kafka ACL",
        "check which access control the cluster uses, then the policy or the ACL",
        policy=True,
    ),
    Cause(
        "hosted-zone-authorization",
        "has not authorized to associate with your hosted zone",
        "the owner of the hosted zone has not authorized the VPC of another account",
        "let the owner of the zone call `create-vpc-association-authorization` first",
    ),
    # Rules of a service that no policy changes.
    Cause(
        "cross-account-pass-role",
        "Cross-account pass role is not allowed",
        "a role of another account can never be passed to a service",
        "pass a role of the account that the call is made in",
    ),
    Cause(
        "log-destination",
        "Cross-account lambda invocation passing is not allowed",
        "the Lambda function of the log subscription is missing or belongs to another account",
        "name a function of this account, or a log destination of the other one",
    ),
    Cause(
        "rotation-function",
        "Secrets Manager cannot invoke the specified Lambda function",
        "the rotation function's own policy does not let secretsmanager.amazonaws.com invoke it",
        "add the permission: `aws lambda add-permission --principal secretsmanager.amazonaws.com"
        " --action lambda:InvokeFunction`",
    ),
    Cause(
        "organizations-caller",
        "This action can only be made by accounts in an AWS Organization",
        "the account belongs to no organization",
        "call from an account of the organization",
    ),
    Cause(
        "organizations-caller",
        "You don't have permissions to access this resource",
        "most operations of AWS Organizations are for the management account and delegated administrators alone",
        "call from the management account or a delegated administrator; then check the policies",
        policy=True,
    ),
    # The account: what it has not opened, or what AWS has closed.
    Cause(
        "billing-access",
        "IAM user access not activated",
        "the account's root user has not activated IAM access to billing information",
        "let the root user activate IAM access on the account page",
    ),
    Cause(
        "action-type",
        "Not whitelisted for accessing ActionType",
        "AWS has not opened the pipeline action type to the account",
        _ASK_SUPPORT,
    ),
    Cause(
        "model-access",
        "You don't have access to the model with the specified model ID",
        "the account has not been given access to the Bedrock model, or not in this Region",
        "request access to the model in Amazon Bedrock, in the Region of the call",
    ),
    Cause(
        "model-subscription",
        "is not authorized to perform the required AWS Marketplace actions",
        "the account has no subscription to the Bedrock model yet, and the caller may not make one",
        "let someone with the AWS Marketplace permissions call the model once, or give them to the caller",
        policy=True,
    ),
    Cause(
        "not-subscribed", "not subscribed to this service", "the account is not subscribed to the service", _SUBSCRIBE
    ),
    Cause(
        "not-subscribed",
        "needs a subscription for the service",
        "the account is not subscribed to the service",
        _SUBSCRIBE,
    ),
    Cause(
        "account-unverified",
        "Your account must be verified before",
        "AWS has not verified the account yet",
        _ASK_SUPPORT,
    ),
    Cause(
        "account-unverified",
        "Your request for accessing resources in this region is being validated",
        "AWS has not verified the account for this Region yet",
        "wait for the validation, which takes up to four hours",
    ),
    Cause("account-blocked", "account is currently blocked", "AWS has blocked the account", _ASK_SUPPORT),
    Cause("account-blocked", "account is suspended", "AWS has suspended the account", _ASK_SUPPORT),
    Cause("account-blocked", "temporarily is suspended", "AWS has suspended the user's account", _ASK_SUPPORT),
    # A service that acts with a role.
    Cause(
        "role-of-state-machine",
        "is not authorized to create managed-rule",
        "the role of the state machine, and not the caller, may not make the rule of EventBridge by which AWS Step"
        " Functions follows what it starts",
        "allow the role of the state machine `events:PutTargets`, `events:PutRule` and `events:DescribeRule` on the"
        " rules `StepFunctionsGetEvents*` of its account; after a change of the role wait a few seconds",
        policy=False,
    ),
    Cause(
        "role-of-cluster",
        "is not authorized to assume IAM Role",
        "the role may also not be associated with the Amazon Redshift cluster, or not trust redshift.amazonaws.com",
        "associate the role with the cluster, and let its trust policy allow redshift.amazonaws.com",
        policy=True,
    ),
    Cause(
        "role-of-service",
        "cannot be assumed by Lambda",
        "the trust policy of the execution role does not let lambda.amazonaws.com assume it, or the role is too new",
        "let the trust policy allow lambda.amazonaws.com; wait a few seconds after creating the role",
        policy=True,
    ),
    Cause(
        "role-of-service",
        "ECS was unable to assume the role",
        "the trust policy of the role does not let ecs-tasks.amazonaws.com assume it, or the role does not exist",
        "let the trust policy allow ecs-tasks.amazonaws.com",
        policy=True,
    ),
)
"""The first row whose phrase a message holds is its cause."""


def cause_of(message: str) -> Cause | None:
    """The cause that a message names, or ``None`` when it names none."""
    return _cause_of(" ".join(message.split()).lower())


def places_of_causes(text: str) -> Iterator[int]:
    """Where a long text holds the phrase of a cause, in no order; a phrase that is broken over lines counts."""
    lowered = text.replace("\n", " ").lower()
    if len(lowered) != len(text):  # a few letters are two in lower case
        lowered = text.replace("\n", " ")
    for _, phrase in _PHRASES:
        at = lowered.find(phrase)
        while at >= 0:
            yield at
            at = lowered.find(phrase, at + len(phrase))


@lru_cache(maxsize=1024)
def _cause_of(text: str) -> Cause | None:
    return next((cause for cause, phrase in _PHRASES if phrase in text), None)


_PHRASES: Final = tuple((cause, cause.phrase.lower()) for cause in CAUSES)
