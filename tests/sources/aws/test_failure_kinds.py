"""What went wrong with a call of AWS, by its code, its message or botocore's error: a wrong kind is a wrong gap."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions
from botocore.retries.standard import ThrottledRetryableChecker

from policysim.sources.aws.failures import Failure, failure_of, kind_of_code

# A transaction of DynamoDB that others are at: it is retried, and no matter of too many calls.
NO_THROTTLES = {"TransactionInProgressException"}


def told(code: str, message: str = "") -> Failure:
    answer: Any = {"Error": {"Code": code, "Message": message}}
    return failure_of(exceptions.ClientError(answer, "GetPolicy"))


@pytest.mark.parametrize("code", sorted(set(vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]) - NO_THROTTLES))
def test_what_botocore_takes_for_throttling_is_throttling(code: str) -> None:
    assert told(code) is Failure.THROTTLED


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedForDependencyException", Failure.REFUSED),
        ("CloudHsmAccessDeniedException", Failure.REFUSED),
        ("Forbidden", Failure.REFUSED),
        ("InvalidSignatureException", Failure.BAD_CREDENTIALS),
        ("KMSThrottlingException", Failure.THROTTLED),
        ("SignatureDoesNotMatch", Failure.BAD_CREDENTIALS),
        ("Throttled", Failure.THROTTLED),
        ("429", Failure.THROTTLED),
        # The key of a resource may be refused while the resource is not: that names no action of the call.
        ("KMSAccessDeniedException", Failure.OTHER),
        ("ValidationException", Failure.OTHER),
    ],
)
def test_codes(code: str, kind: Failure) -> None:
    assert kind_of_code(code) is kind


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "InvalidSignatureException"])
@pytest.mark.parametrize(
    "message",
    [
        "Signature expired: 20261124T100000Z is now earlier than 20261124T103000Z (20261124T104500Z - 15 min.)",
        "Signature not yet current: 20261124T120000Z is still later than 20261124T110000Z",
    ],
)
def test_a_signature_of_another_time_is_a_wrong_clock_and_no_wrong_key(code: str, message: str) -> None:
    assert told(code, message) is Failure.SKEWED


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LoginRefreshRequired", Failure.EXPIRED),
        ("LoginTokenLoadError", Failure.BAD_CREDENTIALS),
        ("LoginInsufficientPermissions", Failure.BAD_CREDENTIALS),
    ],
)
def test_a_login_that_ended_or_is_none(name: str, kind: Failure) -> None:
    """Older releases of botocore do not have these errors, so that they are known by their names."""
    assert failure_of(type(name, (exceptions.BotoCoreError,), {})()) is kind
