"""The quotas on policy documents and attachments, as dated data (spec G11 to G16, G20).

Sources: IAM User Guide, reference_iam-quotas; Organizations User Guide, orgs_reference_limits; guides of the services.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_IAM: Final = "IAM User Guide, reference_iam-quotas (2026)"
_ORGANIZATIONS: Final = "Organizations User Guide, orgs_reference_limits (2025)"

_OUTSIDE_STRINGS: Final = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


class SizeQuota(NamedTuple):
    """How large a document may be: ``default`` as AWS starts with, ``largest`` as it can be raised to.

    In characters, or in bytes; ``white_space`` tells whether blanks and line ends between tokens count.
    ``awss_own_exceed_it``: AWS's own managed policies are larger, so that a document beyond it can be in force.
    """

    what: str
    default: int
    largest: int
    source: str
    white_space: bool = False
    in_bytes: bool = False
    awss_own_exceed_it: bool = False

    @property
    def unit(self) -> str:
        """What the quota counts, in words."""
        return "bytes" if self.in_bytes else "characters" if self.white_space else "characters without white space"

    def size_of(self, text: str) -> int:
        """The size of a document as the quota counts it."""
        counted = text if self.white_space else _OUTSIDE_STRINGS.sub(lambda match: match[1] or "", text)
        return len(counted.encode("utf-8", "surrogatepass")) if self.in_bytes else len(counted)


SIZE_QUOTAS: Final[dict[str, tuple[SizeQuota, ...]]] = {
    "identity": (
        SizeQuota("a managed policy", 6_144, 6_144, _IAM, awss_own_exceed_it=True),
        SizeQuota("the inline policies of a user together", 2_048, 2_048, _IAM),
        SizeQuota("the inline policies of a group together", 5_120, 5_120, _IAM),
        SizeQuota("the inline policies of a role together", 10_240, 10_240, _IAM),
    ),
    "boundary": (SizeQuota("a managed policy", 6_144, 6_144, _IAM, awss_own_exceed_it=True),),
    "trust": (SizeQuota("a role trust policy", 2_048, 8_192, _IAM),),
    "session": (SizeQuota("an inline session policy", 2_048, 2_048, _IAM, white_space=True),),
    "scp": (SizeQuota("a service control policy", 10_240, 10_240, _ORGANIZATIONS, white_space=True),),
    "rcp": (SizeQuota("a resource control policy", 5_120, 5_120, _ORGANIZATIONS, white_space=True),),
    "vpce": (
        SizeQuota(
            "a VPC endpoint policy", 20_480, 20_480, "AWS PrivateLink Guide, vpc-endpoints-access", white_space=True
        ),
    ),
}
"""By type of document, as the command line calls it: first the usual place, then the others that it may have."""

RESOURCE_QUOTAS: Final[dict[str, SizeQuota]] = {
    "kms": SizeQuota(
        "a key policy", 32_768, 32_768, "KMS Developer Guide, resource-limits", white_space=True, in_bytes=True
    ),
    "lambda": SizeQuota(
        "a function policy", 20_480, 20_480, "Lambda Developer Guide, gettingstarted-limits", in_bytes=True
    ),
    "s3": SizeQuota("a bucket policy", 20_480, 20_480, "S3 User Guide, bucket-policies", in_bytes=True),
    "secretsmanager": SizeQuota("a policy of a secret", 20_480, 20_480, "Secrets Manager User Guide, reference_limits"),
}
"""By the service whose resource the policy is attached to."""


class AttachmentQuota(NamedTuple):
    """How many policies may be attached to one thing: at least, as AWS starts with, and as it can be raised to."""

    what: str
    least: int
    default: int
    largest: int
    source: str


MANAGED_ON_USER: Final = AttachmentQuota("managed policies on a user", 0, 10, 20, _IAM)
MANAGED_ON_ROLE: Final = AttachmentQuota("managed policies on a role", 0, 20, 25, _IAM)
MANAGED_ON_GROUP: Final = AttachmentQuota("managed policies on a group", 0, 10, 10, _IAM)
SCPS_ON_NODE: Final = AttachmentQuota("service control policies on a node", 1, 10, 10, _ORGANIZATIONS)
RCPS_ON_NODE: Final = AttachmentQuota("resource control policies on a node", 1, 5, 5, _ORGANIZATIONS)

ATTACHMENT_QUOTAS: Final = (MANAGED_ON_USER, MANAGED_ON_ROLE, MANAGED_ON_GROUP, SCPS_ON_NODE, RCPS_ON_NODE)
"""Every quota on attachments (spec G14, G16, G20); older pages say less for roles and SCPs."""

VERSIONS_OF_MANAGED_POLICY: Final = 5
"""As many versions of a managed policy are kept; one more is refused until another is deleted (spec G16)."""
