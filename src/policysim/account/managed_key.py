"""Whether a KMS key is one that AWS manages, told by the key policy that was collected.

AWS writes that policy itself and nobody can change it: its id is ``auto-SERVICE-VERSION``, and its one Allow to use the
key is for everybody of the account (``kms:CallerAccount``) through one service (``kms:ViaService``). Source: AWS KMS
Developer Guide, concepts (AWS managed keys) and conditions-kms; what ``GetKeyPolicy`` prints for such keys; spec S25.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.evaluation.services.cross_account import AWS_KEY_MANAGER
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.language.policy import Policy
    from policysim.language.request import Resource

_ID: Final = re.compile(r"auto-[a-z0-9-]+-\d+")
_LIMITS: Final = frozenset({"kms:calleraccount", "kms:viaservice"})


def with_key_manager(resource: Resource, organisation: Organisation) -> Resource:
    """The resource, known to be an AWS managed key where its policy is the one that AWS writes for such keys.

    What the request states outright is never replaced; any other policy leaves it open who manages the key.
    """
    arn, owner = parse_arn(resource.arn), organisation.account(resource.account)
    if resource.key_manager is not None or arn is None or arn.service != "kms" or owner is None:
        return resource
    attached = (owner.resource_policies or {}).get(resource.arn)
    if attached is None or not _written_by_aws(attached.policy):
        return resource
    return replace(resource, key_manager=AWS_KEY_MANAGER)


def _written_by_aws(policy: Policy) -> bool:
    if policy.id is None or _ID.fullmatch(policy.id) is None:
        return False
    limits = ({entry.key.lower() for entry in statement.conditions} for statement in policy.statements)
    return any(keys == _LIMITS for keys in limits)
