"""Which actions meet the same policies and the same context, where everything else about their requests is the same.

Sentences speak of hundreds of actions on a few resources: what surrounds such requests is found once for all of them.
A test holds every action of the catalogue to it. Source: the rules of ``situate`` and ``authorizations``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from policysim.account.resource_layer import TRUST_ACTIONS
from policysim.evaluation.context import WITHOUT_RESOURCE_ACCOUNT
from policysim.evaluation.key_grants import GRANTABLE
from policysim.evaluation.s3_keys import reaches_a_bucket
from policysim.evaluation.services.kms import ON_ALIASES
from policysim.evaluation.services.lent_resources import USES_OF_THE_SHARED
from policysim.evaluation.services.s3_acls import GRANTABLE_ACTIONS, OBJECT_LIST_ACTIONS
from policysim.evaluation.services.s3_express import AS_SESSION

_WITH_OWN_RULES: Final = frozenset({"organizations", "s3express"})
"""Services of which a delegation policy or the making of a session is told by the action."""

_WITHOUT_ENDPOINT_KEYS: Final = "iam:passrole"
_ALONE: Final = (
    TRUST_ACTIONS
    | WITHOUT_RESOURCE_ACCOUNT
    | USES_OF_THE_SHARED
    | GRANTABLE_ACTIONS
    | OBJECT_LIST_ACTIONS
    | ON_ALIASES
    | {f"kms:{operation}" for operation in GRANTABLE}
    | {_WITHOUT_ENDPOINT_KEYS}
)
"""Actions, in lower case, with rules of their own: trust policies, keys of the resource, shares, grants, S3 ACLs."""


@lru_cache(maxsize=16_384)
def likeness_of(action: str) -> str:
    """A text that is the same for actions whose requests, otherwise the same, are situated alike."""
    lower = action.lower()
    service, _, operation = lower.partition(":")
    if service in _WITH_OWN_RULES or lower in _ALONE or (service == "s3" and operation in AS_SESSION):
        return lower
    return f"{service}:*" if reaches_a_bucket(lower) else f"{service}:*accesspoint*"
