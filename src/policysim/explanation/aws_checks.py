"""Our decision as AWS lists its checks: one for each level of an organisation, and one for every other layer.

Source: IAM Toolbox API reference, Check; spec E2, E18, M18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.decision import Verdict
from policysim.evaluation.layers import LAYER, LAYERS, Combine, LayerName
from policysim.evaluation.truth import TRUE
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Check, Decision, StatementMatch
    from policysim.evaluation.policy_set import Level, PolicySet

_DENIALS = frozenset({Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY})


class OurCheck(NamedTuple):
    """What one check of AWS's list comes to here.

    ``node`` is the level of an organisation, empty for any other layer. ``matched`` are the statements that match or
    may. ``present`` tells that the layer is there and applies, ``needed`` that its Allow was needed.
    """

    layer: LayerName
    node: str
    verdict: Verdict
    matched: tuple[StatementMatch, ...]
    present: bool
    needed: bool

    @property
    def certain(self) -> tuple[StatementMatch, ...]:
        """The statements that match for certain."""
        return tuple(match for match in self.matched if match.truth is TRUE)


def our_checks(decision: Decision, policies: PolicySet | None) -> tuple[OurCheck, ...]:
    """Every check of a decision in AWS's order; without the policies an organisation's layer is one check."""
    return tuple(one for layer in LAYERS for one in _of_layer(decision.check(layer.name), policies))


def _of_layer(check: Check, policies: PolicySet | None) -> Iterator[OurCheck]:
    found = policies.get(check.layer) if policies is not None else None
    if found is None or not check.present or LAYER[check.layer].combine is not Combine.LEVELS:
        yield OurCheck(check.layer, "", check.verdict, check.matched, check.present, check.needed)
        return
    for level in found.levels:
        matched = tuple(match for match in check.matched if match.node == level.node)
        yield OurCheck(check.layer, level.node, _of_level(check, level, matched), matched, check.present, check.needed)


def _of_level(check: Check, level: Level, matched: tuple[StatementMatch, ...]) -> Verdict:
    """The verdict of one level; where the layer as a whole is open, none of its levels denies for certain."""
    certain = {match.statement.effect for match in matched if match.truth is TRUE}
    possible = {match.statement.effect for match in matched}
    if StatementEffect.DENY in certain:
        verdict = Verdict.EXPLICIT_DENY
    elif StatementEffect.DENY in possible or any(gap.may_deny for gap in level.gaps):
        verdict = Verdict.UNKNOWN
    elif StatementEffect.ALLOW in certain or check.layer is LayerName.RCP:
        verdict = Verdict.ALLOW
    else:
        verdict = Verdict.UNKNOWN if StatementEffect.ALLOW in possible or level.gaps else Verdict.IMPLICIT_DENY
    if verdict in _DENIALS and check.verdict not in _DENIALS:
        return check.verdict
    return verdict
