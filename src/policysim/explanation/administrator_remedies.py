"""From which account to call what only the management account and delegated administrators may call.

Source: Organizations User Guide, orgs_reference_actions-by-account and orgs_delegate_policies; spec S34, X5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Remedy
from policysim.explanation.hypotheses.administrators import DELEGATED
from policysim.explanation.remedy_codes import RemedyCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.fixes.candidates import Case

_CALL_FROM: Final = (
    "call from the management account{which}, or from a delegated administrator's; if this account is to make such"
    " calls, have the management account delegate them to it"
)


def administrators_call(case: Case) -> Iterator[Remedy]:
    """Which account may make the call, where the decision hangs on that and the caller is in a member account."""
    decision, caller = case.decision, case.request.principal
    if decision.effect is not Effect.DEPENDS or caller.in_management_account is not False:
        return
    if any(caveat.code == DELEGATED for caveat in decision.caveats):
        management = case.organisation.management_account
        which = f" `{management}`" if management else ""
        yield Remedy(RemedyCode.OTHER_ACCOUNT.value, _CALL_FROM.format(which=which))
