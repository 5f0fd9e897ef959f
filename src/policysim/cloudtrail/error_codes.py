"""CloudTrail error codes: which of them say "not authorized", and which only look like it.

Source: the modelled exceptions of the AWS service models; IAM User Guide, troubleshoot_access-denied; CloudTrail User
Guide, record contents; spec M16.
"""

from __future__ import annotations

from typing import Final, NamedTuple

ANY_SERVICE: Final = "*"


class DenialCode(NamedTuple):
    """An error code that means "not authorized", and the services (event source without its domain) that use it so."""

    code: str
    services: tuple[str, ...] = (ANY_SERVICE,)


class LookAlike(NamedTuple):
    """An error code that is taken for a denial although no authorization failed, and what it says instead."""

    code: str
    meaning: str


# Services differ in the case of their codes (KMSAccessDenied, KmsAccessDenied), so it does not count.
DENIAL_CODES: Final = (
    DenialCode("AccessDenied"),
    DenialCode("AccessDeniedException"),
    DenialCode("UnauthorizedOperation"),
    DenialCode("UnauthorizedException"),
    DenialCode("UnauthorizedClientException"),
    DenialCode("NotAuthorized"),
    DenialCode("NotAuthorizedException"),
    DenialCode("Forbidden"),
    DenialCode("ForbiddenException"),
    DenialCode("VpceAccessDenied"),
    DenialCode("AccessDeniedFault"),
    DenialCode("KMSAccessDenied"),
    DenialCode("KMSAccessDeniedException"),
    DenialCode("KMSAccessDeniedFault"),
    DenialCode("S3AccessDeniedFault"),
    DenialCode("EC2AccessDeniedException"),
    DenialCode("DependentServiceAccessDenied"),
    DenialCode("DependentServiceAccessDeniedFault"),
    DenialCode("OrganizationAccessDeniedException"),
    DenialCode("AccessDeniedForDependencyException"),
    DenialCode("OpsItemAccessDeniedException"),
    # Names that mean something else elsewhere, or could.
    DenialCode("AuthorizationError", ("sns",)),
    DenialCode("AuthorizationErrorException", ("discovery", "sns")),
    DenialCode("InsufficientPrivilegesException", ("elasticbeanstalk",)),
)

_AUTHENTICATION = "AWS did not accept the credentials, so it never came to authorization"
_THROTTLED = "AWS refused the call because there were too many, not because it was forbidden"

LOOK_ALIKES: Final = (
    LookAlike("AuthorizationNotFound", "the security group has no such ingress rule"),
    LookAlike("AuthorizationNotFoundFault", "the security group has no such ingress rule"),
    LookAlike("OperationNotPermitted", "the resource is in a state that does not permit the operation"),
    LookAlike("OperationNotPermittedException", "the resource is in a state that does not permit the operation"),
    LookAlike("MethodNotAllowed", "the resource does not support the operation"),
    LookAlike("ExpiredToken", _AUTHENTICATION),
    LookAlike("ExpiredTokenException", _AUTHENTICATION),
    LookAlike("TokenRefreshRequired", _AUTHENTICATION),
    LookAlike("RequestExpired", _AUTHENTICATION),
    LookAlike("InvalidToken", _AUTHENTICATION),
    LookAlike("InvalidAccessKeyId", _AUTHENTICATION),
    LookAlike("InvalidClientTokenId", _AUTHENTICATION),
    LookAlike("UnrecognizedClientException", _AUTHENTICATION),
    LookAlike("AuthFailure", _AUTHENTICATION),
    LookAlike("SignatureDoesNotMatch", _AUTHENTICATION),
    LookAlike("InvalidSignatureException", _AUTHENTICATION),
    LookAlike("IncompleteSignature", _AUTHENTICATION),
    LookAlike("MissingAuthenticationToken", _AUTHENTICATION),
    LookAlike("MissingAuthenticationTokenException", _AUTHENTICATION),
    LookAlike("OptInRequired", "the account is not subscribed to the service"),
    LookAlike("InvalidAccessException", "the account has not enabled the service"),
    LookAlike("Throttling", _THROTTLED),
    LookAlike("ThrottlingException", _THROTTLED),
    LookAlike("ThrottledException", _THROTTLED),
    LookAlike("RequestThrottled", _THROTTLED),
    LookAlike("RequestLimitExceeded", _THROTTLED),
    LookAlike("TooManyRequestsException", _THROTTLED),
    LookAlike("SlowDown", _THROTTLED),
)

_DENIAL_BY_CODE = {row.code.lower(): row for row in DENIAL_CODES}
_LOOK_ALIKE_BY_CODE = {row.code.lower(): row for row in LOOK_ALIKES}


def means_denied(code: str, event_source: str) -> bool:
    """Whether an error code of this event source says that an authorization failed (spec M16)."""
    row = _DENIAL_BY_CODE.get(_bare(code))
    return row is not None and (ANY_SERVICE in row.services or event_source.partition(".")[0].lower() in row.services)


def look_alike(code: str) -> LookAlike | None:
    """What an error code says that is easily taken for a denial, or ``None``."""
    return _LOOK_ALIKE_BY_CODE.get(_bare(code))


def _bare(code: str) -> str:
    """EC2 prints ``Client.`` or ``Server.`` before its codes in CloudTrail, and not elsewhere."""
    lowered = code.lower()
    return lowered.removeprefix("client.").removeprefix("server.")
