"""What went wrong with a call of AWS: botocore's errors as a few kinds, and as one sentence each.

Source: AWS General Reference, CommonErrors of each API; botocore's exceptions.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from policysim.sources.errors import RemoteError


class Failure(Enum):
    """The kinds of failure that are treated differently."""

    REFUSED = "refused"
    """The credentials may not do this: a gap, not the end."""
    GONE = "gone"
    """The resource is not there, or no longer: it is left out."""
    EXPIRED = "expired"
    """The credentials were valid and are no longer."""
    BAD_CREDENTIALS = "bad-credentials"
    """There are none, or AWS does not know them."""
    THROTTLED = "throttled"
    """AWS had enough of the calls, and the retries are used up."""
    SKEWED = "skewed"
    """The clock of this machine is wrong."""
    REGION_OFF = "region-off"
    """The Region is not enabled for the account, or the service is not there."""
    UNREACHABLE = "unreachable"
    """No answer at all."""
    TOO_OLD = "too-old"
    """The installed boto3 does not know the service or the operation."""
    OTHER = "other"


_BY_CODE: Final[dict[str, Failure]] = {
    **dict.fromkeys(
        (
            "AccessDenied",
            "AccessDeniedForDependencyException",
            "AccessDeniedException",
            "AccessDeniedFault",
            "AllAccessDisabled",
            "CloudHsmAccessDeniedException",
            "Forbidden",
            "AuthorizationError",
            "AuthorizationErrorException",
            "Client.UnauthorizedOperation",
            "ForbiddenException",
            "InsufficientPrivilegesException",
            "NotAuthorized",
            "NotAuthorizedException",
            "UnauthorizedException",
            "UnauthorizedOperation",
            "403",
        ),
        Failure.REFUSED,
    ),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"), Failure.EXPIRED
    ),
    **dict.fromkeys(
        (
            "AuthFailure",
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidIdentityToken",
            "InvalidToken",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        Failure.BAD_CREDENTIALS,
    ),
    **dict.fromkeys(
        (
            "429",
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "KMSThrottlingException",
            "LimitExceededException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "Throttled",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
        ),
        Failure.THROTTLED,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestInTheFuture"), Failure.SKEWED),
    **dict.fromkeys(
        ("OptInRequired", "SubscriptionRequiredException", "InvalidRegion", "RegionDisabledException"),
        Failure.REGION_OFF,
    ),
    **dict.fromkeys(
        (
            "AWS.SimpleQueueService.NonExistentQueue",
            "404",
            "FileSystemNotFound",
            "InvalidVpcEndpointId.NotFound",
            "NoSuchAccessPoint",
            "NoSuchBucket",
            "NoSuchEntity",
            "NoSuchMultiRegionAccessPoint",
            "NotFound",
            "NotFoundException",
            "QueueDoesNotExist",
            "RepositoryNotFoundException",
            "ResourceNotFoundException",
        ),
        Failure.GONE,
    ),
}

_LOGINS: Final = {
    "LoginAuthorizationCodeError": Failure.BAD_CREDENTIALS,
    "LoginInsufficientPermissions": Failure.BAD_CREDENTIALS,
    "LoginRefreshRequired": Failure.EXPIRED,
    "LoginTokenLoadError": Failure.BAD_CREDENTIALS,
}
"""What became of `aws login`, by the names of errors that older releases of botocore do not have."""

_SENTENCES: Final[dict[Failure, str]] = {
    Failure.REFUSED: "AWS refused `{call}` ({code})",
    Failure.GONE: "`{call}` found nothing ({code})",
    Failure.EXPIRED: "the credentials have expired: get new ones and run this again",
    Failure.BAD_CREDENTIALS: "there are no valid AWS credentials ({code}): name a profile with `--profile`, or log in",
    Failure.THROTTLED: "AWS slows down `{call}` ({code}), and all retries are used up: run this again later",
    Failure.SKEWED: "AWS refused `{call}`, as the clock of this machine is wrong ({code}): set it, and run this again",
    Failure.REGION_OFF: "the Region is not enabled for this account ({code} of `{call}`)",
    Failure.UNREACHABLE: "`{call}` got no answer from {where}: check the network, the Region and `--endpoint-url`",
    Failure.TOO_OLD: "`{call}` is newer than the installed boto3: `pip install --upgrade boto3`",
    Failure.OTHER: "`{call}` failed ({code})",
}

TOO_OLD: Final = "newer than the installed boto3"
"""What stands in the place of an error code where the call could not be made."""


def code_of(error: BaseException) -> str:
    """The error code that AWS answered with, else what kept the call from being made or botocore's name for it."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    if code:
        return str(code)
    return TOO_OLD if failure_of(error) is Failure.TOO_OLD else type(error).__name__.removesuffix("Error")


def failure_of(error: BaseException) -> Failure:
    """The kind of a botocore error."""
    from botocore import exceptions  # noqa: PLC0415  # loads only where AWS was called

    match error:
        case exceptions.ClientError():
            return _of_answer(error)
        case exceptions.CredentialRetrievalError() | exceptions.NoCredentialsError():
            return Failure.BAD_CREDENTIALS
        case exceptions.PartialCredentialsError() | exceptions.SSOError() | exceptions.NoAuthTokenError():
            return Failure.BAD_CREDENTIALS
        case exceptions.TokenRetrievalError():
            return Failure.EXPIRED
        case _ if type(error).__name__ in _LOGINS:
            return _LOGINS[type(error).__name__]
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            return Failure.UNREACHABLE
        case exceptions.UnknownServiceError() | exceptions.UnknownClientMethodError():
            return Failure.TOO_OLD
        case _:
            return Failure.OTHER


def _of_answer(error: BaseException) -> Failure:
    code = code_of(error)
    if "Signature expired" in str(error) or "Signature not yet current" in str(error):
        return Failure.SKEWED
    return kind_of_code(code)


def kind_of_code(code: str) -> Failure:
    """The kind of an error code alone."""
    return _BY_CODE.get(code, Failure.OTHER)


def message_of(error: BaseException) -> str:
    """What AWS said beside the code; empty where it said nothing."""
    response = getattr(error, "response", None)
    message = response.get("Error", {}).get("Message") if isinstance(response, dict) else None
    return str(message) if message else ""


def remote_error(error: BaseException, call: str) -> RemoteError:
    """The one sentence for a failure of a call, such as ``cloudtrail:LookupEvents``, that ends the command."""
    failure = failure_of(error)
    where = getattr(error, "kwargs", {}).get("endpoint_url") or "AWS"
    sentence = _SENTENCES[failure].format(
        call=call, code=code_of(error), where=f"`{where}`" if where != "AWS" else where
    )
    told = message_of(error) if failure in {Failure.REFUSED, Failure.GONE, Failure.OTHER} else ""
    return RemoteError(f"{sentence}: {told}" if told else sentence)
