"""The decision rule: one request, the policies that apply, one answer.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow and
reference_policies_evaluation-logic-cross-account; spec E1 to E38, X1 to X14, S1 to S22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.answers import answer, settled_answer
from policysim.evaluation.context import context_lookup
from policysim.evaluation.decision import Caveat, Decision, Effect
from policysim.evaluation.facts import NO_FACTS, Facts
from policysim.evaluation.layers import LAYERS, LayerName
from policysim.evaluation.matching import Question, Target
from policysim.evaluation.principals import Circumstances
from policysim.evaluation.services import deviation_of
from policysim.evaluation.services.credentials import closed_to_credentials, credentials_reach
from policysim.evaluation.splitting import split_unknown_keys
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, known
from policysim.evaluation.unlisted import with_unlisted_named
from policysim.evaluation.verdicts import judge
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policysim.evaluation.context import Lookup
    from policysim.evaluation.judged import Judged
    from policysim.evaluation.policy_set import PolicySet
    from policysim.evaluation.services.deviation import Deviation, Settled
    from policysim.evaluation.verdicts import LayerVerdict
    from policysim.language.request import ContextValue, Request


def decide(
    request: Request,
    policies: PolicySet,
    facts: Facts = NO_FACTS,
    *,
    trace: bool = False,
    switches: Switches = DEFAULT_SWITCHES,
    judged: Judged | None = None,
    brief: bool = False,
) -> Decision:
    """Whether AWS allows this request under these policies, and what decides.

    Unknown context keys never become a guess: where both outcomes are possible the effect is ``DEPENDS``, with the
    keys and values that settle it. With ``trace`` every statement of every layer is reported element by element.
    ``switches`` choose how rules are read on which AWS's documentation is silent or at odds with itself. ``judged``
    remembers verdicts where the same request is asked again under nearly the same policies and the same facts.
    ``brief``: of a request that is denied whatever the unknown keys are, it is not found out which of them tell whether
    a Deny denies it or the lack of an Allow; which requests are denied is the same.
    """
    deviation = deviation_of(request.action)
    settled = settled_outcome(request, deviation)
    if settled is not None:
        return settled_answer(request, settled)
    asked = question_of(request, policies, facts, switches)
    decision = with_unlisted_named(
        _decided(asked, policies, deviation, trace=trace, judged=judged, brief=brief), policies, facts
    )
    if asked.target.needs_star and request.resource.arn != "*":
        named = asked._replace(target=Target(request.resource.arn, needs_star=False, alias=None))
        decision = _with_other_target(decision, _decided(named, policies, deviation))
    return decision


def _decided(
    asked: Question,
    policies: PolicySet,
    deviation: Deviation,
    *,
    trace: bool = False,
    judged: Judged | None = None,
    brief: bool = False,
) -> Decision:
    request = asked.request

    found: dict[LayerName, list[_Judgement]] = {layer.name: [] for layer in LAYERS}

    def under(assumed: Mapping[str, ContextValue], *, everything: bool = False) -> Decision:
        lookup = lookup_of(request, deviation, assumed)
        question = asked._replace(lookup=lookup, everything=everything)
        if judged is not None and not assumed:
            verdicts = {layer.name: judged.judge(layer.name, policies, question, deviation) for layer in LAYERS}
        elif everything:
            verdicts = {layer.name: judge(layer.name, policies, question, deviation) for layer in LAYERS}
        else:
            verdicts = {name: _judged_once(known, name, policies, question, deviation) for name, known in found.items()}
        return answer(request, verdicts, deviation, credentials_reach(request, lookup), traced=everything)

    decision, lookup = under({}, everything=trace), context_lookup(request)
    if brief and decision.effect is Effect.IMPLICIT_DENY:
        return decision
    unreliable = deviation.unreliable_keys
    return split_unknown_keys(decision, under, lookup, asked.facts, asked.switches, unreliable=unreliable)


class _Judgement(NamedTuple):
    """The verdict of a layer, and the values of the context keys that it looked at."""

    reads: Mapping[str, ContextValue]
    verdict: LayerVerdict


def _judged_once(
    known: list[_Judgement], name: LayerName, policies: PolicySet, question: Question, deviation: Deviation
) -> LayerVerdict:
    """The verdict of a layer; one that was found before where every key that it looked at has the same value."""
    for reads, verdict in known:
        if all(question.lookup(key) == value for key, value in reads.items()):
            return verdict
    reads = {}

    def looking(key: str) -> ContextValue:
        value = reads[key] = question.lookup(key)
        return value

    verdict = judge(name, policies, question._replace(lookup=looking), deviation)
    known.append(_Judgement(reads, verdict))
    return verdict


def _with_other_target(decision: Decision, named: Decision) -> Decision:
    """The decision for ``*``, and a word where the resource that the request names would make it another one (R2)."""
    if named.effect is decision.effect:
        return decision
    sentence = (
        f"AWS's reference lists no resource type for `{decision.request.action}`, so it was decided for `*`; for the "
        f"resource of the request it would be {named.effect.value.replace('_', ' ')} (R2)"
    )
    return decision.narrowed(caveats=(*decision.caveats, Caveat("decided-for-star", sentence)))


def settled_outcome(request: Request, deviation: Deviation) -> Settled | None:
    """The outcome of a request that no policy can change, if it is one."""
    return closed_to_credentials(request) or deviation.settle(request)


def question_of(request: Request, policies: PolicySet, facts: Facts, switches: Switches) -> Question:
    """What every statement is held against; the look-up of context keys is still to be replaced."""
    target, circumstances = Target.of(request, facts), _circumstances(request, policies, facts, switches)
    return Question(request, target, nothing_known, facts, circumstances, switches, everything=False)


def nothing_known(_: str) -> ContextValue:
    """A look-up to which every context key is unknown."""
    return UNKNOWN_VALUE


def lookup_of(request: Request, deviation: Deviation, assumed: Mapping[str, ContextValue] | None = None) -> Lookup:
    """How the context keys of the request are found, some of them assumed to have other values."""
    return _doubting(context_lookup(request, assumed), deviation.unreliable_keys)


def _doubting(lookup: Lookup, unreliable: tuple[str, ...]) -> Lookup:
    """A look-up that does not believe the keys which AWS documents as unreliable for this action (spec S9)."""
    if not unreliable:
        return lookup
    return lambda key: UNKNOWN_VALUE if key.lower().startswith(unreliable) else lookup(key)


def _circumstances(request: Request, policies: PolicySet, facts: Facts, switches: Switches) -> Circumstances:
    boundary = policies.get(LayerName.BOUNDARY)
    bounded = FALSE if boundary is None else TRUE if boundary.policies else UNKNOWN
    gateway = FALSE if policies.get(LayerName.VPCE) is None else known(facts.uses_gateway_endpoint(request.action))
    return Circumstances(gateway, bounded, switches.grants_need_identity, further_service_names(request))


def further_service_names(request: Request) -> tuple[str, ...]:
    """The names that a calling service has beside the one it calls by (spec P16)."""
    if request.principal.kind is not PrincipalKind.SERVICE:
        return ()
    named = request.context.get("aws:PrincipalServiceNamesList")
    return named if isinstance(named, tuple) else ()


class CallDecision(NamedTuple):
    """The answer to a call that needs several authorizations: every one must be allowed (spec A8, R13).

    ``deciding`` is the decision that settles the call: the first denial, else the first that is open.
    """

    effect: Effect
    deciding: Decision
    decisions: tuple[Decision, ...]

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What must be known before acting on the answer: an allowed call rests on every one of its decisions."""
        told = self.decisions if self.effect is Effect.ALLOWED else (self.deciding,)
        return tuple(dict.fromkeys(caveat for decision in told for caveat in decision.caveats))


WORST_FIRST: Final = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.DEPENDS, Effect.ALLOWED)
"""The effects of the decisions of one call, that first which settles it before any other."""


def decide_call(
    requests: Sequence[tuple[Request, PolicySet]], facts: Facts = NO_FACTS, *, trace: bool = False, brief: bool = False
) -> CallDecision:
    """Whether AWS allows a call that needs all of these requests (at least one); ``brief`` as for ``decide``."""
    decisions = tuple(decide(request, policies, facts, trace=trace, brief=brief) for request, policies in requests)
    deciding = min(decisions, key=lambda decision: WORST_FIRST.index(decision.effect))
    return CallDecision(deciding.effect, deciding, decisions)
