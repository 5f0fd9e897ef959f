"""Where a service deviates from the general decision rule: named parts of it, and nothing else."""

from __future__ import annotations

from typing import Final

from policysim.evaluation.services.api_gateway import INVOKE_API
from policysim.evaluation.services.deviation import NO_DEVIATION, Deviation
from policysim.evaluation.services.encrypted_data import ENCRYPTED
from policysim.evaluation.services.iam import IAM, PASS_ROLE
from policysim.evaluation.services.kms import ALIAS, KMS, ON_ALIASES, RETIRE_GRANT, WITHOUT_A_KEY
from policysim.evaluation.services.lambda_functions import INVOKE_URL
from policysim.evaluation.services.organizations import DELEGATED, ORGANIZATIONS
from policysim.evaluation.services.s3 import S3, S3_ACTIONS
from policysim.evaluation.services.sqs import QUEUE_POLICY
from policysim.evaluation.services.sts import STS

_BY_ACTION: Final[dict[str, Deviation]] = {
    **STS,
    **ORGANIZATIONS,
    **dict.fromkeys(WITHOUT_A_KEY, NO_DEVIATION),
    **dict.fromkeys(ON_ALIASES, ALIAS),
    **ENCRYPTED,
    "execute-api:invoke": INVOKE_API,
    "iam:passrole": PASS_ROLE,
    "kms:retiregrant": RETIRE_GRANT,
    "lambda:invokefunctionurl": INVOKE_URL,
    **S3_ACTIONS,
    "sqs:getqueueattributes": QUEUE_POLICY,
    "sqs:setqueueattributes": QUEUE_POLICY,
}
_BY_SERVICE: Final[dict[str, Deviation]] = {"iam": IAM, "kms": KMS, "organizations": DELEGATED, "s3": S3}


def deviation_of(action: str) -> Deviation:
    """How the decision of this action deviates from the general rule."""
    lower = action.lower()
    found = _BY_ACTION.get(lower)
    return found if found is not None else _BY_SERVICE.get(lower.split(":", 1)[0], NO_DEVIATION)
