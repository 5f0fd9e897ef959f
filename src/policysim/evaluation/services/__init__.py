"""Where a service deviates from the general decision rule: named parts of it, and nothing else."""

from __future__ import annotations

from typing import Final

from policysim.evaluation.services.deviation import NO_DEVIATION, Deviation
from policysim.evaluation.services.iam import PASS_ROLE
from policysim.evaluation.services.kms import KMS, WITHOUT_A_KEY
from policysim.evaluation.services.s3 import BUCKET_POLICY, S3
from policysim.evaluation.services.sqs import QUEUE_POLICY
from policysim.evaluation.services.sts import STS

_BY_ACTION: Final[dict[str, Deviation]] = {
    **STS,
    **dict.fromkeys(WITHOUT_A_KEY, NO_DEVIATION),
    "iam:passrole": PASS_ROLE,
    "s3:getbucketpolicy": BUCKET_POLICY,
    "s3:putbucketpolicy": BUCKET_POLICY,
    "s3:deletebucketpolicy": BUCKET_POLICY,
    "sqs:getqueueattributes": QUEUE_POLICY,
    "sqs:setqueueattributes": QUEUE_POLICY,
}
_BY_SERVICE: Final[dict[str, Deviation]] = {"kms": KMS, "s3": S3}


def deviation_of(action: str) -> Deviation:
    """How the decision of this action deviates from the general rule."""
    lower = action.lower()
    found = _BY_ACTION.get(lower)
    return found if found is not None else _BY_SERVICE.get(lower.split(":", 1)[0], NO_DEVIATION)
