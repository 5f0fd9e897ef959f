"""An answer in outline: the effect, and whether a limit would keep it, without the statements and the words.

Whoever asks many requests, of which most come out as expected, wants no more. The outline is that of ``decide``; what
is left out is a matter of speed alone. Source: the rules of ``decide``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.answers import access_of, brief_effect, is_kept_by_a_limit
from policysim.evaluation.candidates import candidate
from policysim.evaluation.decide import WORST_FIRST, lookup_of, question_of, settled_outcome
from policysim.evaluation.decision import Effect
from policysim.evaluation.facts import NO_FACTS, Facts
from policysim.evaluation.layers import LAYERS
from policysim.evaluation.services import deviation_of
from policysim.evaluation.services.credentials import credentials_reach
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE
from policysim.evaluation.verdicts import binds, weigh, when_all_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from policysim.evaluation.candidates import Candidate
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.matching import Question, Weight
    from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet
    from policysim.language.policy import Statement
    from policysim.language.request import ContextValue, Request


class Outline(NamedTuple):
    """An effect that is certain.

    ``limited``: it is a denial that a Deny, or a layer that only limits, would keep whatever else allows. ``settled``:
    no policy can change it.
    """

    effect: Effect
    limited: bool = False
    settled: bool = False


def outline_of(
    request: Request, policies: PolicySet, facts: Facts = NO_FACTS, *, switches: Switches = DEFAULT_SWITCHES
) -> Outline | None:
    """What ``decide`` with ``brief`` finds, in outline; ``None`` where that hangs on something unknown."""
    return Outliner(policies, facts, switches=switches).outline(request)


class Outliner:
    """Outlines of requests under the same policies that differ in their action alone.

    What statements weigh is found once for all actions that the same statements speak of, as long as the context keys
    that they look at have the same values: some keys follow from the action.
    """

    __slots__ = ("_facts", "_policies", "_switches", "_weighed")

    def __init__(self, policies: PolicySet, facts: Facts = NO_FACTS, *, switches: Switches = DEFAULT_SWITCHES) -> None:
        self._policies = policies
        self._facts = facts
        self._switches = switches
        self._weighed: dict[tuple[object, ...], _Weighed] = {}

    def outline(self, request: Request) -> Outline | None:
        """The outline of a request that has the caller, resource and context of all others."""
        deviation = deviation_of(request.action)
        settled = settled_outcome(request, deviation)
        if settled is not None:
            return None if settled.effect is Effect.DEPENDS else Outline(settled.effect, settled=True)
        lookup = lookup_of(request, deviation)
        question = question_of(request, self._policies, self._facts, self._switches)._replace(lookup=lookup)
        verdicts = when_all_absent(request)
        for name in _NAMES:
            content = self._policies.get(name)
            bound = FALSE if content is None else binds(name, question, deviation)
            if content is None or bound is FALSE:
                continue
            weights = self._weights(content, name, question)
            verdict = weigh(name, content, weights, question=question, deviation=deviation, bound=bound)
            if verdict.denied is TRUE:  # which is final, whatever the others say (spec E2)
                return Outline(Effect.EXPLICIT_DENY, limited=True)
            verdicts[name] = verdict
        access = access_of(request, verdicts, deviation, credentials_reach(request, lookup))
        effect = brief_effect(access)
        return (
            None if effect is None else Outline(effect, effect is Effect.IMPLICIT_DENY and is_kept_by_a_limit(access))
        )

    def _weights(self, content: LayerPolicies, name: LayerName, question: Question) -> Sequence[Sequence[Weight]]:
        """What the statements of each level weigh that match the request, or may."""
        action = question.request.action
        speaking = [
            [(one, attached) for attached in level.policies for one in attached.policy.by_action[action]]
            for level in content.levels
        ]
        # Statements are told apart by their identity: the policies that hold them are held here.
        asked = tuple([id(one) for level in speaking for one, _ in level])
        key = (name, question.target, question.circumstances, asked)
        known = self._weighed.get(key)
        if known is None or any(question.lookup(read) != value for read, value in known.reads.items()):
            known = self._weighed[key] = _weighed(speaking, name, question)
        return known.weights


_NAMES: Final = tuple(layer.name for layer in LAYERS)


class _Weighed(NamedTuple):
    """What statements weigh, level by level, and the values of the context keys that were looked at."""

    weights: Sequence[Sequence[Weight]]
    reads: Mapping[str, ContextValue]


def _weighed(
    levels: Sequence[Sequence[tuple[Statement, AttachedPolicy]]], name: LayerName, question: Question
) -> _Weighed:
    reads: dict[str, ContextValue] = {}

    def looking(key: str) -> ContextValue:
        value = reads[key] = question.lookup(key)
        return value

    watched = question._replace(lookup=looking)
    weights = [[one.weight(one.holds(looking)) for one in _candidates(level, name, watched)] for level in levels]
    return _Weighed(weights, reads)


def _candidates(
    level: Sequence[tuple[Statement, AttachedPolicy]], name: LayerName, question: Question
) -> Iterator[Candidate]:
    for statement, attached in level:
        found = candidate(statement, attached, name, question)
        if found is not None:
            yield found


def joined(outlines: Sequence[Outline | None]) -> Outline | None:
    """The outline of a call that needs several authorizations, see ``decide_call``; ``None`` where one has none."""
    known = [outline for outline in outlines if outline is not None]
    if len(known) < len(outlines):
        return None
    if len(known) == 1:
        return known[0]
    effect = min((outline.effect for outline in known), key=WORST_FIRST.index)
    denied = effect in {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}
    limited = denied and any(outline.limited for outline in known)
    return Outline(effect, limited, all(outline.settled for outline in known))
