"""A member account that calls what only the management account and delegated administrators may call.

No policy that the caller has lets it in. Source: Organizations User Guide, orgs_reference_actions-by-account and
orgs_delegate_policies; IAM Identity Center User Guide, delegated-admin; spec S34, X5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.possibility import Possibility, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.hypotheses.evidence import Evidence

DELEGATED: Final = "delegated-administrator"
"""The code of the caveat by which a decision says that it hangs on who administers the service."""

_SENTENCE: Final = (
    "the caller's account `{account}` is a member account, and not a delegated administrator, as this call requires"
)
_COMMAND: Final = "aws organizations list-delegated-administrators"


def member_account_calls(evidence: Evidence) -> Iterator[Possibility]:
    """That the caller's account may not make the call, where the decision hangs on that and AWS blames no policy."""
    caller, decision = evidence.request.principal, evidence.decision
    hangs_on_it = any(caveat.code == DELEGATED for caveat in decision.caveats)
    is_member = caller.account is not None and caller.in_management_account is False
    if decision.effect is not Effect.DEPENDS or not hangs_on_it or not is_member or evidence.named is not None:
        return
    management = evidence.organisation.management_account
    yield Possibility(
        Cause.FIXED_RULE,
        Cause.FIXED_RULE.sentence(sentence=_SENTENCE.format(account=caller.account)),
        Tested.POSSIBLE,
        "a rule of the service decides; no policy of the caller changes it",
        Strength.KNOWN_BEHAVIOUR,
        supporting=(f"the management account of the organisation is `{management}`",) if management else (),
        fact=Fact("look, in the management account, for the delegated administrators", _COMMAND),
    )
