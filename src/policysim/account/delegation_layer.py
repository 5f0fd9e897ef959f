"""The delegation policy of an organisation: the resource-based policy that member accounts meet at AWS Organizations.

Source: Organizations User Guide, orgs_delegate_policies; spec S34.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.policy_set import one_level
from policysim.evaluation.services import deviation_of
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.request import Request

SERVICE: Final = "organizations"
_POLICY_TYPE: Final = "resourcepolicy"


def delegation_layer(request: Request, organisation: Organisation) -> LayerPolicies | None:
    """The delegation policy as the folder of the management account lists it, under its own ARN.

    It speaks to member accounts, of what the management account may delegate. ``None`` where it is not at hand, too:
    the decision says that a member may be let in by it.
    """
    if request.principal.in_management_account is True or not deviation_of(request.action).owned_by_management_account:
        return None
    management = organisation.account(organisation.management_account)
    listed = management.resource_policies if management is not None else None
    for text, attached in (listed or {}).items():
        arn = parse_arn(text)
        if attached is not None and arn is not None and (arn.service, arn.resource_type) == (SERVICE, _POLICY_TYPE):
            return one_level(text, (attached,))
    return None
