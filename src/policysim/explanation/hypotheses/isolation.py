"""One cause by itself: the same evidence with what else is in the way removed.

A message names one layer of several that may deny (spec M10), so that a cause is tested with the others out of the way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.explanation.agreement import rules_out_a_deny
from policysim.explanation.hypotheses.assumptions import (
    with_allow,
    with_gaps_as,
    with_public_access,
    without_possible_grants,
    without_statements,
)
from policysim.explanation.obstacles import obstacles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.explanation.diagnosis import Obstacle
    from policysim.explanation.hypotheses.evidence import Evidence


_REST: Final = ", and with what else is in the way removed"


def without_obstacles(evidence: Evidence, rest: Sequence[Obstacle]) -> Evidence:
    """The evidence with some obstacles out of the way; the same evidence where there are none.

    Its decision is still the one that was made with them.
    """
    if not rest:
        return evidence
    policies, request = evidence.policies, evidence.request
    denies = {one.match.statement.location for one in rest if one.match is not None}
    policies = without_statements(policies, denies)
    for layer in dict.fromkeys(one.layer for one in rest if one.match is None and not one.setting):
        policies = with_allow(policies, layer, request.principal)
    if any(one.setting for one in rest):
        request = with_public_access(request)
    return replace(evidence, policies=policies, request=request, apart=_REST)


def without_open_grants(evidence: Evidence) -> Evidence:
    """The evidence with what could only have granted access taken to grant nothing, as AWS denied; decided anew."""
    policies = without_possible_grants(evidence.policies)
    if policies == evidence.policies:
        return evidence
    decision = decide(evidence.request, policies, evidence.facts, trace=True)
    return replace(evidence, policies=policies, decision=decision)


def as_told_of_gaps(evidence: Evidence) -> Evidence:
    """The evidence with what is missing of the layer that AWS names taken to hold nothing; decided anew.

    Within one account AWS found neither a Deny nor, in that layer, an Allow: nor does what was not collected hold one.
    The same evidence where AWS's words do not say so, or nothing of the layer, or of one of its levels, is at hand:
    then it is to be collected first.
    """
    layer, decision = evidence.named, evidence.decision
    content = evidence.policies.get(layer) if layer is not None else None
    if layer is None or content is None or decision.effect is not Effect.DEPENDS:
        return evidence
    if not content.policies or any(level.gaps and not level.policies for level in content.levels):
        return evidence
    if not decision.check(layer).gaps or not rules_out_a_deny(evidence.said, decision):
        return evidence
    policies = with_gaps_as(evidence.policies, layer, None)
    told = decide(evidence.request, policies, evidence.facts, trace=True)
    is_it = told.effect is Effect.IMPLICIT_DENY and layer in told.blocking
    return replace(evidence, policies=policies, decision=told, apart=_NOTHING_MISSING) if is_it else evidence


_NOTHING_MISSING: Final = ", and with nothing in what was not collected"


def as_far_as_named(evidence: Evidence) -> Evidence:
    """The evidence without the certain obstacles that AWS's words do not name, decided anew.

    A Deny that AWS's words rule out stays: it speaks against every cause.
    """
    in_the_way = obstacles(evidence.decision, evidence.policies, evidence.facts)
    others = [one for one in in_the_way if one.certain and not _may_be_named(evidence, one)]
    alone = without_obstacles(evidence, others)
    if alone is evidence:
        return evidence
    return replace(alone, decision=decide(alone.request, alone.policies, alone.facts, trace=True))


def _may_be_named(evidence: Evidence, obstacle: Obstacle) -> bool:
    is_deny = obstacle.match is not None or bool(obstacle.setting)
    if is_deny and rules_out_a_deny(evidence.call.denial, evidence.decision):
        return True
    return evidence.accepts(obstacle.layer, DenialKind.EXPLICIT if is_deny else DenialKind.IMPLICIT)
