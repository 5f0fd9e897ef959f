"""The policy of an AWS managed key, which AWS fixes: what it says where nobody collected the document.

Source: AWS KMS Developer Guide, concepts (AWS managed keys) and conditions-kms (kms:ViaService, kms:CallerAccount);
the policies that GetKeyPolicy prints for such keys; spec S25.
"""

from __future__ import annotations

import json
from functools import lru_cache
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.context import context_lookup
from policysim.evaluation.policy_set import AttachedPolicy, Gap
from policysim.evaluation.services.cross_account import AWS_KEY_MANAGER
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import ABSENT
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.language.policy import Policy
    from policysim.language.request import Request

SERVICE_UNKNOWN_CODE: Final = "key-service-unknown"

_USES: Final = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
_DESCRIPTIONS: Final = ("kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant")


class FixedPolicy(NamedTuple):
    """The policy as far as it is known, and what is not."""

    policies: tuple[AttachedPolicy, ...]
    gaps: tuple[Gap, ...]


def fixed_key_policy(request: Request) -> FixedPolicy | None:
    """The policy of the AWS managed key of a request; ``None`` for any other resource, or one of an unknown owner.

    It lets the principals of its account in through the one service that the key belongs to. Which service that is,
    the key does not tell: a request that comes or may come through a service stays open.
    """
    resource, arn = request.resource, parse_arn(request.resource.arn)
    if resource.key_manager != AWS_KEY_MANAGER or resource.account is None or arn is None or arn.service != "kms":
        return None
    policy = _policy(arn.partition, resource.account, arn.region)
    attached = AttachedPolicy("fixed policy of an AWS managed key", policy, None, resource.arn, editable=False)
    if context_lookup(request)("kms:ViaService") is ABSENT:
        return FixedPolicy((attached,), ())
    sentence = (
        f"the policy of the AWS managed key `{resource.arn}` was not collected: it lets callers in through one service "
        "alone, and whether that is the one of `kms:ViaService` is not known"
    )
    gap = Gap(SERVICE_UNKNOWN_CODE, sentence, f"aws kms list-aliases --key-id {quote(resource.arn)}", may_deny=False)
    return FixedPolicy((), (gap,))


@lru_cache(maxsize=256)
def _policy(partition: str, account: str, region: str) -> Policy:
    through_the_service = {
        "Sid": "ThroughItsService",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": list(_USES),
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": account},
            "StringLike": {"kms:ViaService": f"*.{region}.amazonaws.com"},
        },
    }
    description = {
        "Sid": "ItsDescription",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": list(_DESCRIPTIONS),
        "Resource": "*",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [through_the_service, description]}, indent=2)
    source = Source("fixed policy of an AWS managed key (KMS)", text, written_here=True)
    return parse_policy(source, PolicyType.RESOURCE)
