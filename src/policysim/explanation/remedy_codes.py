"""The closed set of remedies, by code."""

from __future__ import annotations

from enum import Enum
from typing import Final


class RemedyCode(Enum):
    """What kind of remedy it is; the value is the code of reports."""

    USE_MFA = "use-mfa"
    CALL_IN_REGION = "call-in-region"
    SEND_TAG = "send-tag"
    USE_TLS = "use-tls"
    CALL_FROM_ADDRESS = "call-from-address"
    CALL_THROUGH_ENDPOINT = "call-through-endpoint"
    SEND_ENCRYPTION_CONTEXT = "send-encryption-context"
    LET_THE_SERVICE_CALL = "let-the-service-call"
    SEND_HEADER = "send-header"
    SEND_EXTERNAL_ID = "send-external-id"
    NAME_THE_SESSION = "name-the-session"
    NARROW_REQUEST = "narrow-request"
    RENEW_SESSION = "renew-session"
    ROTATE_KEY = "rotate-key"
    WAIT_AND_RETRY = "wait-and-retry"
    CORRECT_NAME = "correct-name"
    OTHER_ACCOUNT = "other-account"
    OTHER_REGION = "other-region"
    CHANGE_SETTING = "change-setting"


SOMETHING_ELSE_MEANT: Final = frozenset(
    {RemedyCode.CORRECT_NAME.value, RemedyCode.OTHER_ACCOUNT.value, RemedyCode.OTHER_REGION.value}
)
"""Remedies that say that something else was meant: an edit for what was asked for is an answer to another question."""

REMEDIES_FIRST: Final = "try first what needs no change of a policy"
"""The clause of a fix's warning where a remedy may do instead."""
