"""Many requests against the same policies: what does not hang on the context is found once and kept.

The answer is that of ``decide``, which is asked wherever the effect is not certain at once; what is kept is a matter
of speed alone. Source: the rules of ``decide``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.answers import access_of, certain_effect
from policysim.evaluation.candidates import candidate
from policysim.evaluation.decide import (
    decide,
    further_service_names,
    lookup_of,
    nothing_known,
    question_of,
    settled_outcome,
)
from policysim.evaluation.facts import NO_FACTS, Facts
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.services import deviation_of
from policysim.evaluation.services.credentials import credentials_reach
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE
from policysim.evaluation.verdicts import binds, weigh, when_all_absent
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.candidates import Candidate
    from policysim.evaluation.context import Lookup
    from policysim.evaluation.decision import Decision, Effect
    from policysim.evaluation.matching import Question
    from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, PolicySet
    from policysim.evaluation.services.deviation import Deviation
    from policysim.evaluation.truth import Truth
    from policysim.evaluation.verdicts import LayerVerdict
    from policysim.language.action_index import ActionIndex
    from policysim.language.request import Principal, Request, Resource

_KEPT: Final = 65_536
"""How many plans, and how many patterns of truths of one plan, are kept before they are thrown away."""


class Evaluator:
    """The policies that apply to some requests, ready to answer many of them."""

    __slots__ = ("_charts", "_facts", "_has_endpoint_policy", "_layers", "_plans", "_policies", "_switches")

    def __init__(self, policies: PolicySet, facts: Facts = NO_FACTS, *, switches: Switches = DEFAULT_SWITCHES) -> None:
        self._policies = policies
        self._facts = facts
        self._switches = switches
        self._layers = tuple(_layers(policies))
        self._has_endpoint_policy = policies.get(LayerName.VPCE) is not None
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._charts: dict[tuple[object, ...], Effect | None] = {}

    def decide(self, request: Request, *, trace: bool = False) -> Decision:
        """The whole decision, with its reasons."""
        return decide(request, self._policies, self._facts, trace=trace, switches=self._switches)

    def effect(self, request: Request) -> Effect:
        """The effect that ``decide`` finds, without the reasons."""
        plan = self._plans.get((request.action, request.resource.arn))
        if plan is None or not plan.serves(request):
            plan = self._plan_anew(request)
        elif not plan.used:
            self._settle(plan, request)
        return plan.settled or self._effect(plan, request)

    def _effect(self, plan: _Plan, request: Request) -> Effect:
        lookup = lookup_of(request, plan.deviation) if plan.open or plan.live else nothing_known
        holds = tuple([one.holds(lookup) for one in plan.open])
        found = plan.effects.get(holds) or self._certain(plan, request, lookup, holds)
        return found or self.decide(request).effect

    def _certain(self, plan: _Plan, request: Request, lookup: Lookup, holds: tuple[Truth, ...]) -> Effect | None:
        """The effect that these truths of the open statements lead to, unless it hangs on something unknown."""
        question, credentials = plan.question, TRUE
        if plan.live:
            settled = settled_outcome(request, plan.deviation)
            if settled is not None:
                return settled.effect
            question = question._replace(request=request, lookup=lookup)
            credentials = credentials_reach(request, lookup)
        found = self._charted(plan, request, _verdicts(plan, question, holds), credentials)
        if holds and found is not None and not plan.live and len(plan.effects) < _KEPT:
            plan.effects[holds] = found
        return found

    def _charted(
        self, plan: _Plan, request: Request, verdicts: dict[LayerName, LayerVerdict], credentials: Truth
    ) -> Effect | None:
        """Where the flow chart leads: it is walked once for like verdicts, key grants that nobody read aside."""
        access = access_of(request, verdicts, plan.deviation, credentials)
        if access.needs_resource_policy:
            return certain_effect(access)
        resource, found = access.verdicts[LayerName.RESOURCE], access.verdicts
        said = [found[layer.name].truths for layer in plan.layers]
        walked = (request.principal.kind, access.circumstances, resource.truths, *said)
        if walked not in self._charts:  # a few dozen at most: combinations of truths
            self._charts[walked] = certain_effect(access)
        return self._charts[walked]

    def _settle(self, plan: _Plan, request: Request) -> None:
        """Once a plan is used again: find out whether the open statements can change anything at all.

        They cannot if the effect is the same when every Deny of them holds and no Allow, and the other way round.
        """
        plan.used = True
        if plan.live or plan.settled is not None:
            return
        lookup = plan.question.lookup
        worst = tuple(TRUE if one.fixed.effect is StatementEffect.DENY else FALSE for one in plan.open)
        best = tuple(FALSE if one.fixed.effect is StatementEffect.DENY else TRUE for one in plan.open)
        found = self._certain(plan, request, lookup, worst)
        if found is not None and found is self._certain(plan, request, lookup, best):
            plan.settled = found

    def _plan_anew(self, request: Request) -> _Plan:
        if len(self._plans) >= _KEPT:
            self._plans.clear()
        plan = self._plans[request.action, request.resource.arn] = self._planned(request)
        if not plan.open and not plan.live and plan.settled is None:
            plan.settled = self._certain(plan, request, nothing_known, ())
        return plan

    def _planned(self, request: Request) -> _Plan:
        deviation = deviation_of(request.action)
        question = question_of(request, self._policies, self._facts, self._switches)
        live = self._is_live(request, deviation)
        settled = None if live else settled_outcome(request, deviation)
        if settled is not None:
            return _Plan(request.principal, request.resource, deviation, question, live, (), (), settled.effect)
        layers = tuple(
            [
                _PlannedLayer(name, content, bound, [_candidates(documents, name, question) for documents in levels])
                for name, content, levels in self._layers
                if (bound := binds(name, question, deviation)) is not FALSE
            ]
        )
        is_open = tuple([one for layer in layers for level in layer.levels for one in level if one.tests])
        return _Plan(request.principal, request.resource, deviation, question, live, layers, is_open)

    def _is_live(self, request: Request, deviation: Deviation) -> bool:
        """Whether the context decides in other ways than through the conditions and variables of statements."""
        kind = request.principal.kind
        if deviation.reads_context or self._has_endpoint_policy or kind is PrincipalKind.ROOT:
            return True
        return credentials_reach(request, nothing_known) is not TRUE


class _Document(NamedTuple):
    attached: AttachedPolicy
    by_action: ActionIndex


class _Layer(NamedTuple):
    name: LayerName
    content: LayerPolicies
    levels: list[list[_Document]]


def _layers(policies: PolicySet) -> Iterator[_Layer]:
    """The layers that are present, in their order, with the documents of each level."""
    for layer in LAYERS:
        content = policies.get(layer.name)
        if content is not None:
            documents = [[_Document(a, a.policy.by_action) for a in level.policies] for level in content.levels]
            yield _Layer(layer.name, content, documents)


class _PlannedLayer(NamedTuple):
    name: LayerName
    content: LayerPolicies
    bound: Truth
    levels: list[list[Candidate]]


@dataclass(slots=True, eq=False)
class _Plan:
    """What one principal, action and resource meet, whatever the context.

    ``open`` are the statements with tests of the context, in the order of the layers; ``effects`` what their truths
    led to so far; ``settled`` the effect if nothing can change it; ``live`` that nothing may be kept.
    """

    principal: Principal
    resource: Resource
    deviation: Deviation
    question: Question
    live: bool
    layers: tuple[_PlannedLayer, ...]
    open: tuple[Candidate, ...]
    settled: Effect | None = None
    used: bool = False
    effects: dict[tuple[Truth, ...], Effect] = field(default_factory=dict)

    def serves(self, request: Request) -> bool:
        """Whether the request is one that the plan was made for."""
        principal, resource = request.principal, request.resource
        same_caller = principal is self.principal or principal == self.principal
        if principal.kind is PrincipalKind.SERVICE:
            same_caller = same_caller and further_service_names(request) == self.question.circumstances.service_names
        return same_caller and (resource is self.resource or resource == self.resource)


def _candidates(documents: list[_Document], name: LayerName, question: Question) -> list[Candidate]:
    action = question.request.action
    return [
        found
        for attached, by_action in documents
        for statement in by_action[action]
        if (found := candidate(statement, attached, name, question)) is not None
    ]


def _verdicts(plan: _Plan, question: Question, holds: tuple[Truth, ...]) -> dict[LayerName, LayerVerdict]:
    """The verdict of every layer; ``holds`` are the truths of the open statements, in their order."""
    verdicts = when_all_absent(question.request)
    rest = iter(holds)
    for name, content, bound, levels in plan.layers:
        weights = [[one.weight(next(rest)) if one.tests else one.fixed for one in level] for level in levels]
        bound_now = binds(name, question, plan.deviation) if plan.live else bound
        if bound_now is not FALSE:
            verdicts[name] = weigh(name, content, weights, question=question, deviation=plan.deviation, bound=bound_now)
    return verdicts
