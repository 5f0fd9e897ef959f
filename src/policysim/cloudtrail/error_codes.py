"""CloudTrail error codes: which of them say "not authorized", and which only look like it.

Source: the modelled exceptions of the AWS service models; IAM User Guide, troubleshoot_access-denied; CloudTrail User
Guide, record contents; spec M16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY_SERVICE: Final = "*"


class DenialCode(NamedTuple):
    """An error code that means "not authorized", and the services (event source without its domain) that use it so."""

    code: str
    services: tuple[str, ...] = (ANY_SERVICE,)


class LookAlike(NamedTuple):
    """An error code that is taken for a denial although no authorization failed: what it says, and what to do."""

    code: str
    meaning: str
    advice: str

    @property
    def sentence(self) -> str:
        """What the code says and what to do, as one sentence without its full stop."""
        return f"{self.meaning}; {self.advice}"


class ResponseError(NamedTuple):
    """The error that a service wrote into the response elements of a record, in place of the record's own fields."""

    code: str
    message: str | None


# Services differ in the case of their codes (KMSAccessDenied, KmsAccessDenied), so it does not count.
DENIAL_CODES: Final = (
    DenialCode("AccessDenied"),
    DenialCode("AccessDeniedException"),
    DenialCode("UnauthorizedOperation"),
    DenialCode("UnauthorizedException"),
    DenialCode("NotAuthorized"),
    DenialCode("NotAuthorizedException"),
    DenialCode("Forbidden"),
    DenialCode("ForbiddenException"),
    DenialCode("VpceAccessDenied"),
    DenialCode("AccessDeniedFault"),
    DenialCode("KMSAccessDenied"),
    DenialCode("KMS.AccessDeniedException"),
    DenialCode("KMSAccessDeniedException"),
    DenialCode("KMSAccessDeniedFault"),
    DenialCode("S3AccessDeniedFault"),
    DenialCode("EC2AccessDeniedException"),
    DenialCode("DependentServiceAccessDenied"),
    DenialCode("DependentServiceAccessDeniedFault"),
    DenialCode("OrganizationAccessDeniedException"),
    DenialCode("AccessDeniedForDependencyException"),
    DenialCode("DependencyAccessDeniedException"),
    DenialCode("OpsItemAccessDeniedException"),
    DenialCode("CloudHsmAccessDeniedException"),
    DenialCode("EncryptionKeyAccessDeniedException"),
    DenialCode("LoadUrlAccessDeniedException"),
    DenialCode("AccessForbidden"),
    DenialCode("InsufficientIAMAccessPermissionException"),
    DenialCode("InsufficientDependencyServiceAccessPermissionException"),
    DenialCode("WAFLogDestinationPermissionIssueException"),
    DenialCode("SNSNoAuthorization"),
    DenialCode("SNSNoAuthorizationFault"),
    # Names that mean something else elsewhere, or could.
    DenialCode("AuthorizationError", ("sns",)),
    DenialCode("AuthorizationErrorException", ("discovery", "sns")),
    DenialCode("AuthorizationException", ("license-manager",)),
    DenialCode("AuthException", ("ec2-instance-connect",)),
    DenialCode("ForbiddenError", ("wickr",)),
    DenialCode("InsufficientPermissionsException", ("config", "ds")),
    DenialCode("InsufficientPrivilegesException", ("elasticbeanstalk",)),
    DenialCode("UnauthorizedClientException", ("chime",)),
    DenialCode("UnauthorizedOperationException", ("workdocs",)),
    DenialCode("UnauthorizedResourceAccessException", ("workdocs",)),
)

_EXPIRED = "the session of the credentials has expired, so it never came to authorization"
_AUTHENTICATION = "AWS did not accept the credentials, so it never came to authorization"
_SIGNATURE = "AWS did not accept the signature of the request, so it never came to authorization"
_NOT_SIGNED = "the request was not signed, so it never came to authorization"
_CLOCK = "the clock of the caller is wrong, so AWS did not accept the signature"
_THROTTLED = "AWS refused the call because there were too many, not because it was forbidden"
_STATE = "the resource is in a state that does not permit the operation"
_KEY_STATE = "the KMS key is disabled, scheduled for deletion or without key material; no policy is in the way"
_KEY_UNUSABLE = "the service could not use the KMS key: it is disabled, missing or refused"
_NO_RULE = "the security group has no such ingress rule"
_NOT_OPEN = "the account is not subscribed to the service, or has not enabled the Region"
_ACCOUNT = "AWS has blocked the account, or has not verified it yet"
_WEB_IDENTITY = "AWS did not accept the token of the identity provider, so it never came to authorization"

_RENEW = "get new credentials and repeat the call"
_WHOSE = "check which credentials the caller uses (`aws sts get-caller-identity`)"
_SIGN = "sign the request with valid credentials of the right Region and service"
_SET_CLOCK = "set the clock of the caller and repeat the call"
_SLOW_DOWN = "repeat the call later, and more slowly"
_LOOK_AT_STATE = "look at the state and the type of the resource"
_ENABLE_KEY = "enable the key, or cancel its deletion"
_LOOK_FOR_KMS = "look for the event of kms.amazonaws.com at the same moment, which says whether a policy denied it"
_LOOK_AT_RULES = "look at the rules of the group"
_SUBSCRIBE = "enable the service or the Region for the account"
_ASK_SUPPORT = "settle the state of the account with AWS Support"
_CHECK_PROVIDER = "check the provider, the audience and the age of the token"

LOOK_ALIKES: Final = (
    LookAlike("AuthorizationNotFound", _NO_RULE, _LOOK_AT_RULES),
    LookAlike("AuthorizationNotFoundFault", _NO_RULE, _LOOK_AT_RULES),
    LookAlike("InvalidPermission.NotFound", _NO_RULE, _LOOK_AT_RULES),
    LookAlike("AuthorizationAlreadyExists", "the security group has the ingress rule already", "nothing is to do"),
    LookAlike("OperationNotPermitted", _STATE, _LOOK_AT_STATE),
    LookAlike("OperationNotPermittedException", _STATE, _LOOK_AT_STATE),
    LookAlike("MethodNotAllowed", "the resource does not support the operation", _LOOK_AT_STATE),
    LookAlike("IncorrectState", _STATE, _LOOK_AT_STATE),
    LookAlike("IncorrectInstanceState", _STATE, _LOOK_AT_STATE),
    LookAlike(
        "AccessControlListNotSupported",
        "the bucket has ACLs disabled",
        "grant access by policy, or change Object Ownership",
    ),
    LookAlike("InvalidObjectState", "the object is archived and not restored", "restore the object first"),
    LookAlike(
        "DryRunOperation", "the call was a dry run, and AWS says that it would have succeeded", "nothing is to do"
    ),
    LookAlike("ExpiredToken", _EXPIRED, _RENEW),
    LookAlike("ExpiredTokenException", _EXPIRED, _RENEW),
    LookAlike("TokenRefreshRequired", _EXPIRED, _RENEW),
    LookAlike("RequestExpired", _SIGNATURE, _SET_CLOCK),
    LookAlike("RequestTimeTooSkewed", _CLOCK, _SET_CLOCK),
    LookAlike("RequestInTheFuture", _CLOCK, _SET_CLOCK),
    LookAlike("InvalidToken", _AUTHENTICATION, _WHOSE),
    LookAlike("InvalidAccessKeyId", _AUTHENTICATION, _WHOSE),
    LookAlike("InvalidClientTokenId", _AUTHENTICATION, _WHOSE),
    LookAlike("UnrecognizedClientException", _AUTHENTICATION, _WHOSE),
    LookAlike(
        "AuthFailure",
        "AWS did not accept the credentials, so it never came to authorization, or the image is not shared",
        "check the credentials, and the launch permissions of the image or snapshot",
    ),
    LookAlike("SignatureDoesNotMatch", _SIGNATURE, _SIGN),
    LookAlike("InvalidSignatureException", _SIGNATURE, _SIGN),
    LookAlike("IncompleteSignature", _SIGNATURE, _SIGN),
    LookAlike("IncompleteSignatureException", _SIGNATURE, _SIGN),
    LookAlike("AuthorizationHeaderMalformed", _SIGNATURE, _SIGN),
    LookAlike("AuthorizationQueryParametersError", _SIGNATURE, _SIGN),
    LookAlike("MissingAuthenticationToken", _NOT_SIGNED, _SIGN),
    LookAlike("MissingAuthenticationTokenException", _NOT_SIGNED, _SIGN),
    LookAlike("MissingSecurityHeader", _NOT_SIGNED, _SIGN),
    LookAlike("InvalidIdentityToken", _WEB_IDENTITY, _CHECK_PROVIDER),
    LookAlike("InvalidIdentityTokenException", _WEB_IDENTITY, _CHECK_PROVIDER),
    LookAlike("IDPRejectedClaim", _WEB_IDENTITY, _CHECK_PROVIDER),
    LookAlike("IDPCommunicationError", _WEB_IDENTITY, _CHECK_PROVIDER),
    LookAlike(
        "AuthorizationPendingException",
        "the person has not confirmed the sign-in of the device yet",
        "confirm it in the browser",
    ),
    LookAlike(
        "InvalidAuthorizationMessageException",
        "the text to decode is no encoded authorization message, or not whole",
        "take the whole text from the caller's own error; CloudTrail cuts it off",
    ),
    LookAlike(
        "RegionDisabledException",
        "the Region, or STS in it, is not enabled for the account",
        "enable the Region, or call another one",
    ),
    LookAlike("InvalidSecurity", _SIGNATURE, _SIGN),
    LookAlike(
        "InvalidAuthenticationCode", "the code of the MFA device was not accepted", "repeat it with the next code"
    ),
    LookAlike("UnauthorizedError", _AUTHENTICATION, _WHOSE),
    LookAlike(
        "SessionDurationEscalationException",
        "the token was asked for a longer time than its session lasts",
        "ask for a shorter time, or sign in again",
    ),
    LookAlike(
        "OutboundWebIdentityFederationDisabledException",
        "the account has not enabled outbound identity federation",
        "enable it in IAM",
    ),
    LookAlike(
        "AccessDeniedByMetaException",
        "Meta, not AWS, refused the call",
        "look at the permissions of the WhatsApp business account",
    ),
    LookAlike(
        "ChannelInsufficientPermission",
        "the caller is of another account than the channel",
        "call with the account that owns the channel",
    ),
    LookAlike(
        "IamRoleMissingPermissions",
        "the role that the call names, not the caller, lacks a permission",
        "look at the policies of that role",
    ),
    LookAlike("OptInRequired", _NOT_OPEN, _SUBSCRIBE),
    LookAlike("OptInRequiredException", _NOT_OPEN, _SUBSCRIBE),
    LookAlike("KMSOptInRequired", _NOT_OPEN, _SUBSCRIBE),
    LookAlike("SubscriptionRequiredException", _NOT_OPEN, _SUBSCRIBE),
    LookAlike("NotSignedUp", _NOT_OPEN, _SUBSCRIBE),
    LookAlike("InvalidAccessException", "the account has not enabled the service", _SUBSCRIBE),
    LookAlike("Blocked", _ACCOUNT, _ASK_SUPPORT),
    LookAlike("PendingVerification", _ACCOUNT, _ASK_SUPPORT),
    LookAlike("AccountProblem", _ACCOUNT, _ASK_SUPPORT),
    LookAlike("AllAccessDisabled", _ACCOUNT, _ASK_SUPPORT),
    LookAlike("DisabledException", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMS.DisabledException", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMSDisabled", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMSDisabledException", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMSInvalidState", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMSInvalidStateException", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMS.KMSInvalidStateException", _KEY_STATE, _ENABLE_KEY),
    LookAlike("KMSKeyNotAccessibleFault", _KEY_UNUSABLE, _LOOK_FOR_KMS),
    LookAlike("Throttling", _THROTTLED, _SLOW_DOWN),
    LookAlike("ThrottlingException", _THROTTLED, _SLOW_DOWN),
    LookAlike("ThrottledException", _THROTTLED, _SLOW_DOWN),
    LookAlike("RequestThrottled", _THROTTLED, _SLOW_DOWN),
    LookAlike("RequestLimitExceeded", _THROTTLED, _SLOW_DOWN),
    LookAlike("TooManyRequestsException", _THROTTLED, _SLOW_DOWN),
    LookAlike("SlowDown", _THROTTLED, _SLOW_DOWN),
    LookAlike("ProvisionedThroughputExceededException", _THROTTLED, _SLOW_DOWN),
    LookAlike("BandwidthLimitExceeded", _THROTTLED, _SLOW_DOWN),
)

_DENIAL_BY_CODE = {row.code.lower(): row for row in DENIAL_CODES}
_LOOK_ALIKE_BY_CODE = {row.code.lower(): row for row in LOOK_ALIKES}


def means_denied(code: str, event_source: str) -> bool:
    """Whether an error code of this event source says that an authorization failed (spec M16)."""
    row = _DENIAL_BY_CODE.get(_bare(code))
    return row is not None and (ANY_SERVICE in row.services or event_source.partition(".")[0].lower() in row.services)


def names_denial(code: str) -> bool:
    """Whether an error code says that an authorization failed, in one service at least."""
    return _bare(code) in _DENIAL_BY_CODE


def look_alike(code: str) -> LookAlike | None:
    """What an error code says that is easily taken for a denial, or ``None``."""
    return _LOOK_ALIKE_BY_CODE.get(_bare(code))


_CODE_FIELDS: Final = ("errorCode", "code", "Code", "__type")
_MESSAGE_FIELDS: Final = ("errorMessage", "message", "Message")
_ERROR_FIELDS: Final = ("error", "Error", "errors", "Errors", "failures")


def error_in_response(elements: object) -> ResponseError | None:
    """The first error that the response elements of a record hold; some services put it there alone.

    Source: CloudTrail User Guide, record contents (`errorCode`, `responseElements`).
    """
    if not isinstance(elements, dict):
        return None
    for holder in (elements, *_inner_errors(elements)):
        code = next((holder[name] for name in _CODE_FIELDS if isinstance(holder.get(name), str)), None)
        if code and (holder is not elements or "__type" in holder or "errorCode" in holder):
            message = next((holder[name] for name in _MESSAGE_FIELDS if isinstance(holder.get(name), str)), None)
            return ResponseError(code.rpartition("#")[2], message)
    return None


def _inner_errors(elements: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in _ERROR_FIELDS:
        found = elements.get(name)
        for one in found if isinstance(found, list) else (found,):
            if isinstance(one, dict):
                yield one


def _bare(code: str) -> str:
    """EC2 prints ``Client.`` or ``Server.`` before its codes in CloudTrail, and not elsewhere."""
    lowered = code.lower()
    return lowered.removeprefix("client.").removeprefix("server.")
