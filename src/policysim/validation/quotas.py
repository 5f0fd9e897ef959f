"""The quotas on policy documents and attachments, as dated data (spec G11 to G16, G20).

Sources: IAM User Guide, reference_iam-quotas; Organizations User Guide, orgs_reference_limits; guides of the services.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from policysim.language.policy_types import PolicyType

_IAM: Final = "IAM User Guide, reference_iam-quotas (2026)"
_ORGANIZATIONS: Final = "Organizations User Guide, orgs_reference_limits (2025)"


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


SIZE_QUOTAS: Final[dict[PolicyType, tuple[SizeQuota, ...]]] = {
    PolicyType.IDENTITY: (
        SizeQuota("a managed policy", 6_144, 6_144, _IAM, awss_own_exceed_it=True),
        SizeQuota("the inline policies of a user together", 2_048, 2_048, _IAM),
        SizeQuota("the inline policies of a group together", 5_120, 5_120, _IAM),
        SizeQuota("the inline policies of a role together", 10_240, 10_240, _IAM),
    ),
    PolicyType.BOUNDARY: (SizeQuota("a managed policy", 6_144, 6_144, _IAM, awss_own_exceed_it=True),),
    PolicyType.TRUST: (SizeQuota("a role trust policy", 2_048, 8_192, _IAM),),
    PolicyType.SESSION: (SizeQuota("an inline session policy", 2_048, 2_048, _IAM, white_space=True),),
    PolicyType.SCP: (SizeQuota("a service control policy", 10_240, 10_240, _ORGANIZATIONS, white_space=True),),
    PolicyType.RCP: (SizeQuota("a resource control policy", 5_120, 5_120, _ORGANIZATIONS, white_space=True),),
    PolicyType.VPCE: (
        SizeQuota(
            "a VPC endpoint policy", 20_480, 20_480, "AWS PrivateLink Guide, vpc-endpoints-access", white_space=True
        ),
    ),
}
"""By type of document: first the usual place, then the others that a document of the type may have."""

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
