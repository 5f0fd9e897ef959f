"""The near misses of a request that was decided without a trace: it is decided again, statement by statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decide import decide
from policysim.explanation.near_misses import near_misses

if TYPE_CHECKING:
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.diagnosis import NearMiss
    from policysim.language.request import Request


def retraced(request: Request, policies: PolicySet, facts: Facts) -> tuple[NearMiss, ...]:
    """What is one element short of the Allow that a denied request lacks, or what the Deny exempts (spec M17)."""
    return near_misses(decide(request, policies, facts, trace=True))
