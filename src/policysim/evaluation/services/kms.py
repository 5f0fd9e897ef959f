"""AWS KMS: the key policy is mandatory; without it no identity policy works, not even the root user's.

Source: AWS KMS Developer Guide, key-policy-default, key-policy-modifying-external-accounts; Organizations User Guide,
orgs_manage_policies_rcps; spec S19 to S22, S25, E25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.services.deviation import Deviation

if TYPE_CHECKING:
    from policysim.language.request import Request

WITHOUT_A_KEY = frozenset(
    {
        "kms:connectcustomkeystore",
        "kms:createcustomkeystore",
        "kms:createkey",
        "kms:deletecustomkeystore",
        "kms:describecustomkeystores",
        "kms:disconnectcustomkeystore",
        "kms:generaterandom",
        "kms:listaliases",
        "kms:listkeys",
        "kms:listretirablegrants",
        "kms:updatecustomkeystore",
    }
)
"""Actions on no key, so that no key policy can speak of them: they are decided by the general rule."""


def _outside_rcps(request: Request) -> bool:
    return request.resource.key_manager == "AWS" or request.action.lower() == "kms:retiregrant"


KMS = Deviation(
    "key policy", ("S19", "S20", "S21", "S22", "S25", "E25"), needs_resource_policy=True, outside_rcps=_outside_rcps
)
