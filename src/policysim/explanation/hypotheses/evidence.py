"""Everything that is known about one refused request: what hypotheses are made from and tested against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.judged import Judged
from policysim.explanation.agreement import Standing, accepted_standings, compare, layer_of_message
from policysim.explanation.diagnosis import Agreement

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation
    from policysim.cloudtrail.aws_evaluation import Evaluation
    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.event import Event
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.diagnosis import RequestDiagnosis
    from policysim.language.request import Request

DENIALS: Final = frozenset({Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY})

SILENT: Final = Denial(raw="", recognised=False)
"""What stands for a denial without a message: all that is known is that AWS denied."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One refused request of a call, in its surroundings.

    ``decision`` is the traced decision of ``request`` under ``policies``. ``beside`` are the call's other requests,
    decided. ``siblings`` are the events of the same input, this one among them, denied or not. ``evaluated`` is AWS's
    own evaluation, where it was given; ``contradicted`` says how it came to another outcome, where it did. ``apart``
    says that something else in the way was removed for the test, as a clause.
    """

    call: Call
    request: Request
    policies: PolicySet
    decision: Decision
    organisation: Organisation
    facts: Facts
    beside: tuple[RequestDiagnosis, ...] = ()
    siblings: tuple[Event, ...] = ()
    evaluated: Evaluation | None = None
    contradicted: str = ""
    apart: str = ""
    judged: Judged | None = None

    @property
    def said(self) -> Denial:
        """What AWS said."""
        return self.call.denial or SILENT

    @property
    def named(self) -> LayerName | None:
        """The layer that AWS's message names."""
        return layer_of_message(self.said)

    @property
    def event(self) -> Event | None:
        """The event, where there is one."""
        return self.call.event

    @property
    def account(self) -> Account | None:
        """The caller's account, if it is at hand."""
        return self.organisation.account(self.request.principal.account)

    @property
    def service(self) -> str:
        """The prefix of the service of the refused action."""
        return self.request.action.split(":", 1)[0].lower()

    @cached_property
    def accepted(self) -> frozenset[Standing]:
        """The layers and kinds of denial that AWS's words may stand for."""
        return accepted_standings(self.said, self.decision)

    @cached_property
    def explained_at_hand(self) -> bool:
        """Whether the policies at hand deny for certain, in a way that is what AWS said."""
        return not self.contradicted and self.fits(self.decision)

    @property
    def may_be_a_deny(self) -> bool:
        """Whether a Deny that is open may have come before the Allow that is missing: AWS's words name no kind."""
        decision = self.decision
        if self.said.kind is not DenialKind.UNKNOWN or decision.effect is not Effect.IMPLICIT_DENY:
            return False
        return bool(decision.possible or decision.gaps)

    def fits(self, decision: Decision) -> bool:
        """Whether a decision is a denial, and the one that AWS's words tell of (spec M10, M17, M18)."""
        return decision.effect in DENIALS and compare(self.said, decision).agreement is Agreement.AGREES

    def accepts(self, layer: LayerName, kind: DenialKind) -> bool:
        """Whether AWS's words may stand for this kind of denial in this layer."""
        return Standing(layer, kind) in self.accepted

    def decided(self, policies: PolicySet | None = None, request: Request | None = None) -> Decision:
        """The decision under other policies, or of another request."""
        asked = request or self.request
        return decide(asked, self.policies if policies is None else policies, self.facts, judged=self._judged)

    @cached_property
    def _judged(self) -> Judged:
        return self.judged or Judged(self.request)
