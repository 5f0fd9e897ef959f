"""What a caller can do to meet a condition, instead of having a policy changed.

Source: IAM User Guide, reference_policies_condition-keys, id_credentials_mfa_enable-overview; S3 User Guide,
troubleshoot-403-errors; spec C51, C53, C65, C58.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.reasons import Element
from policysim.explanation.diagnosis import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.explanation.diagnosis import NearMiss

_BY_KEY: Final[tuple[tuple[str, str], ...]] = (
    (
        "aws:multifactorauth",
        (
            "call with MFA: `aws sts get-session-token --serial-number MFA_ARN --token-code CODE`, or sign in with MFA"
            " before the role is assumed"
        ),
    ),
    ("aws:requestedregion", "call in a Region that the policy accepts"),
    ("aws:requesttag/", "send the tag {key} that the policy wants with the request"),
    ("aws:securetransport", "call over TLS (`https`)"),
    ("aws:sourceip", "call from an address that the policy accepts"),
    ("aws:sourcevpc", "call through the VPC or VPC endpoint that the policy accepts"),
    ("aws:tagkeys", "send the tags that the policy wants with the request, and no others"),
    ("aws:vpcsourceip", "call from an address that the policy accepts"),
    ("kms:encryptioncontext", "send the encryption context that the policy wants"),
    ("kms:viaservice", "let the service that the policy names use the key, instead of calling AWS KMS directly"),
    ("s3:x-amz-", "send the header {key} as the policy wants it"),
    ("sts:externalid", "send the external id that the trust policy wants: `--external-id`"),
    ("sts:rolesessionname", "name the session as the trust policy wants it: `--role-session-name`"),
)
"""By the beginning of the key, in lower case."""


def remedies(near_misses: Iterable[NearMiss]) -> Iterator[str]:
    """For each condition that a near miss fails on, or that a Deny holds by, how the caller could meet it."""
    for miss in near_misses:
        key = miss.outcome.key
        if miss.outcome.element is not Element.CONDITION or not key:
            continue
        remedy = next((words for start, words in _BY_KEY if key.lower().startswith(start)), None)
        if remedy is not None:
            yield f"to meet the condition of {label(miss.match)}: {remedy.format(key=key)}"
