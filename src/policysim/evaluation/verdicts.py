"""The verdict of one layer on one request: does it deny, does it allow, and by which statements.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; Organizations User Guide,
orgs_manage_policies_scps_evaluation and orgs_manage_policies_rcps; spec E5, E12 to E28, E30, E32, E33,
E36 to E38, S15.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.candidates import candidate
from policysim.evaluation.layers import LAYER, LAYERS, Combine, Layer, LayerName
from policysim.evaluation.matching import match_statement
from policysim.evaluation.policy_set import LayerPolicies
from policysim.evaluation.principals import NOWHERE, Reach
from policysim.evaluation.services.exemptions import exempt_from_rcps, exempt_from_scps, exempt_task
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, either, known, negate
from policysim.language.policy import Effect
from policysim.language.request import IAM_IDENTITIES, OF_AN_ACCOUNT, PrincipalKind
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.evaluation.decision import StatementMatch
    from policysim.evaluation.matching import Matched, Question, Weight
    from policysim.evaluation.policy_set import Gap, Level, PolicySet
    from policysim.evaluation.services.deviation import Deviation
    from policysim.language.policy import Policy, Statement
    from policysim.language.request import Request

_ENDPOINT_KEY = "aws:SourceVpce"
_SESSIONS = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


class Doubt(NamedTuple):
    """A caveat's code, and the effect and truth of the statement that it is about (none for the layer as a whole)."""

    code: str
    effect: Effect | None = None
    truth: Truth = UNKNOWN


class LayerVerdict(NamedTuple):
    """What one layer says.

    ``allowed`` is whether the layer lets the request pass; ``reach`` tells, for a resource-based policy, how its Allow
    statements reach the caller. ``denies``, ``allows``: the statements that match or may match; ``trace``: all that
    were looked at. ``doubts``: what is doubtful about them, about the failing of others, or about the layer as a
    whole. ``hinges_on``: unknown keys that tell whether the layer applies at all. ``node`` is the first level without
    an Allow.
    """

    layer: LayerName
    present: bool
    denied: Truth
    allowed: Truth
    reach: Reach = NOWHERE
    denies: tuple[StatementMatch, ...] = ()
    allows: tuple[StatementMatch, ...] = ()
    trace: tuple[StatementMatch, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    hinges_on: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    node: str | None = None

    @property
    def truths(self) -> tuple[object, ...]:
        """The layer and what it says, without the statements that it says it by."""
        return self[:5]


def judge(name: LayerName, policies: PolicySet, question: Question, deviation: Deviation) -> LayerVerdict:
    """The verdict of a layer, its exemptions applied, and the statements that it rests on."""
    content = policies.get(name)
    bound = FALSE if content is None else binds(name, question, deviation)
    if content is None:
        return when_absent(name, question.request)
    if bound is FALSE:
        return _passed_over(name, content, question, deviation)
    found = [_matching(level, name, question) for level in content.levels]
    weights = [[one.weight for one in level] for level in found]
    verdict = weigh(name, content, weights, question=question, deviation=deviation, bound=bound)
    verdict = _with_doubtful_limits(verdict, question.request)
    return _with_statements(verdict, [one for level in found for one in level])


def _with_doubtful_limits(verdict: LayerVerdict, request: Request) -> LayerVerdict:
    """The verdict of a layer that denies, with what is doubtful about its doing so (spec E24, E32)."""
    if verdict.denied is FALSE and verdict.allowed is not FALSE:
        return verdict
    codes = []
    if verdict.layer is LayerName.RCP and request.principal.kind is PrincipalKind.SERVICE:
        codes.append("rcp-on-service")
    if verdict.layer in {LayerName.RCP, LayerName.VPCE} and _is_task_session(request):
        codes.append("task-session-limit")
    denial = (Effect.DENY, TRUE) if verdict.denied is TRUE else (Effect.ALLOW, FALSE)
    return verdict._replace(doubts=(*verdict.doubts, *(Doubt(code, *denial) for code in codes)))


def _passed_over(name: LayerName, content: LayerPolicies, question: Question, deviation: Deviation) -> LayerVerdict:
    """The verdict of a layer that does not apply; a doubt where an RCP would deny an action without resource (E28)."""
    absent = when_absent(name, question.request)
    if name is not LayerName.RCP or not question.switches.rcps_need_a_resource:
        return absent
    otherwise = question._replace(switches=replace(question.switches, rcps_need_a_resource=False))
    if binds(name, otherwise, deviation) is FALSE:
        return absent
    found = (one for level in content.levels for one in _matching(level, name, question))
    if all(one.match.truth is FALSE or one.match.statement.effect is not Effect.DENY for one in found):
        return absent
    return absent._replace(doubts=(Doubt("rcp-without-resource", Effect.DENY, FALSE),))


def weigh(
    name: LayerName,
    content: LayerPolicies,
    weights: Sequence[Sequence[Weight]],
    *,
    question: Question,
    deviation: Deviation,
    bound: Truth,
) -> LayerVerdict:
    """The verdict of a layer that applies or may apply, from what the statements of each of its levels weigh."""
    request = question.request
    verdict = _joined(LAYER[name], _with_gaps_met(name, content, question), weights)
    if bound is UNKNOWN:
        verdict = _perhaps_unbound(verdict, question)
    if name is LayerName.SESSION and _is_task_session(request):
        verdict = verdict._replace(allowed=TRUE)
    if name is LayerName.RESOURCE:
        refused = deviation.refused_by_setting(request, content)
        if refused is not FALSE:
            doubts = (*verdict.doubts, *_SETTING_DOUBTS[refused])
            verdict = verdict._replace(denied=any_of((verdict.denied, refused)), doubts=doubts)
    if verdict.denied is not FALSE and (ignored := deviation.ignores_denies_of(request, name)) is not FALSE:
        verdict = verdict._replace(denied=all_of((verdict.denied, negate(ignored))))
    return verdict


def when_absent(name: LayerName, request: Request) -> LayerVerdict:
    """A layer without policies restricts nothing and grants nothing; a federated user needs one (spec E5, E16)."""
    needed = name is LayerName.SESSION and request.principal.kind is PrincipalKind.FEDERATED_USER
    return _LIMITS_WHEN_ABSENT[name] if needed else _ABSENT[name]


def when_all_absent(request: Request) -> dict[LayerName, LayerVerdict]:
    """The verdicts of all layers for a request that meets no policies."""
    verdicts = _ABSENT.copy()
    if request.principal.kind is PrincipalKind.FEDERATED_USER:
        verdicts[LayerName.SESSION] = when_absent(LayerName.SESSION, request)
    return verdicts


_ABSENT: Final = {
    layer.name: LayerVerdict(layer.name, present=False, denied=FALSE, allowed=FALSE if layer.grants else TRUE)
    for layer in LAYERS
}
_LIMITS_WHEN_ABSENT: Final = {name: verdict._replace(allowed=FALSE) for name, verdict in _ABSENT.items()}


def _perhaps_unbound(verdict: LayerVerdict, question: Question) -> LayerVerdict:
    """The verdict of a layer that may not apply at all: what it restricts is open, and hangs on why it may not."""
    if verdict.allowed is TRUE and verdict.denied is FALSE:
        return verdict
    return verdict._replace(
        denied=all_of((verdict.denied, UNKNOWN)),
        allowed=any_of((verdict.allowed, UNKNOWN)),
        hinges_on=(_ENDPOINT_KEY,) if verdict.layer is LayerName.VPCE else (),
        doubts=(*verdict.doubts, *map(Doubt, _open_facts(verdict.layer, question))),
    )


_SETTING_DOUBTS: Final[dict[Truth, tuple[Doubt, ...]]] = {
    TRUE: (Doubt("public-access-restricted", Effect.DENY, TRUE),),
    UNKNOWN: (Doubt("public-access-open"),),
    FALSE: (),
}
"""What is to be said of a refusal that stands in no statement: that it is one, or may be."""


def binds(name: LayerName, question: Question, deviation: Deviation) -> Truth:
    """Whether a layer applies to this request at all (spec E12, E17, E20, E23 to E26, E30, E32, E33, E36 to E38)."""
    request = question.request
    caller = request.principal
    match name:
        case LayerName.SCP:
            if caller.kind not in OF_AN_ACCOUNT:
                return FALSE
            return negate(exempt_from_scps(request))
        case LayerName.RCP:
            return _rcps_bind(question, deviation)
        case LayerName.IDENTITY | LayerName.BOUNDARY:
            return TRUE if caller.kind in IAM_IDENTITIES else FALSE
        case LayerName.SESSION:
            return TRUE if caller.kind in _SESSIONS or _is_task_session(request) else FALSE
        case LayerName.VPCE:
            endpoint = question.lookup(_ENDPOINT_KEY)
            return UNKNOWN if endpoint is UNKNOWN_VALUE else known(isinstance(endpoint, tuple) and bool(endpoint))
        case LayerName.RESOURCE:
            return TRUE


def _rcps_bind(question: Question, deviation: Deviation) -> Truth:
    request, facts, switches = question.request, question.facts, question.switches
    if deviation.outside_rcps(request):
        return FALSE
    if not switches.rcps_bind_services and request.principal.kind is PrincipalKind.SERVICE:
        return FALSE
    if switches.rcps_need_a_resource and facts.takes_no_resource(request.action) is True:
        return FALSE
    return all_of((known(facts.under_rcps(request.action)), negate(exempt_from_rcps(request))))


def _open_facts(name: LayerName, question: Question) -> tuple[str, ...]:
    """The codes of the facts, beside context keys, that leave open whether an organisation's layer applies."""
    if name not in {LayerName.SCP, LayerName.RCP}:
        return ()
    caller, resource = question.request.principal, question.request.resource
    bound_account = caller if name is LayerName.SCP else resource
    unknown = {
        "exempt-task-open": name is LayerName.SCP and exempt_task(question.request) is UNKNOWN,
        "service-linked-open": caller.service_linked is None,
        "management-account-open": bound_account.in_management_account is None,
        "rcp-service-open": name is LayerName.RCP and question.facts.under_rcps(question.request.action) is None,
    }
    return tuple(code for code, is_open in unknown.items() if is_open)


def _is_task_session(request: Request) -> bool:
    """A session of AssumeRoot: the root user, narrowed by a task policy that holds Deny statements only (spec E32)."""
    assumed = request.context.get("aws:AssumedRoot")
    return request.principal.kind is PrincipalKind.ROOT and isinstance(assumed, tuple) and "true" in assumed


def _matching(level: Level, name: LayerName, question: Question) -> list[Matched]:
    return [
        found
        for attached in level.policies
        for statement in _worth_a_look(attached.policy, question)
        if (found := match_statement(statement, attached, name, level.node, question)) is not None
    ]


def _worth_a_look(policy: Policy, question: Question) -> tuple[Statement, ...]:
    """The statements that speak of the action; all of them for a trace."""
    return policy.statements if question.everything else policy.by_action.worth_a_look(question.request.action)


def _with_gaps_met(name: LayerName, content: LayerPolicies, question: Question) -> LayerPolicies:
    """The layer without the gaps that the request does not meet, whatever its context is."""
    if all(gap.about is None for level in content.levels for gap in level.gaps):
        return content
    levels = (
        level._replace(gaps=tuple(gap for gap in level.gaps if _is_met(gap, name, question)))
        for level in content.levels
    )
    return LayerPolicies(tuple(levels))


def _is_met(gap: Gap, name: LayerName, question: Question) -> bool:
    if gap.about is None:
        return True
    about, action = gap.about, question.request.action
    return any(candidate(one, about, name, question) is not None for one in about.policy.by_action[action])


def _weigh_level(layer: Layer, level: Level, weights: Sequence[Weight]) -> LayerVerdict:
    name, gaps = layer.name, level.gaps
    denied = allowed = FALSE
    reach = NOWHERE
    if gaps:
        denied = UNKNOWN if any(gap.may_deny for gap in gaps) else FALSE
        if any(gap.may_allow for gap in gaps):
            allowed, reach = UNKNOWN, Reach(UNKNOWN, UNKNOWN, UNKNOWN) if name is LayerName.RESOURCE else NOWHERE
    for effect, truth, reached in weights:
        if effect is Effect.DENY:
            denied = either(denied, truth)
        else:
            allowed = either(allowed, truth)
            if name is LayerName.RESOURCE:
                reach = Reach(*map(either, reach, reached))
    if name is LayerName.RCP:
        allowed = TRUE
    node = None if allowed is TRUE else level.node
    return LayerVerdict(name, True, denied, allowed, reach, gaps=gaps, node=node)  # noqa: FBT003  # `present`: half the time of a keyword


def _joined(layer: Layer, content: LayerPolicies, weights: Sequence[Sequence[Weight]]) -> LayerVerdict:
    levels = [_weigh_level(layer, level, own) for level, own in zip(content.levels, weights, strict=True)]
    if len(levels) == 1:
        return levels[0]
    together = all_of if layer.combine is Combine.LEVELS else any_of
    return LayerVerdict(
        layer.name,
        present=True,
        denied=any_of([level.denied for level in levels]),
        allowed=together([level.allowed for level in levels]),
        reach=Reach(*map(any_of, zip(NOWHERE, *(level.reach for level in levels), strict=True))),
        gaps=content.gaps,
        node=next((level.node for level in levels if level.node is not None), None),
    )


def _with_statements(verdict: LayerVerdict, found: Sequence[Matched]) -> LayerVerdict:
    matched = [one.match for one in found]
    relevant = [match for match in matched if match.truth is not FALSE]
    doubts = tuple(Doubt(code, one.match.statement.effect, one.match.truth) for one in found for code in one.caveats)
    return verdict._replace(
        denies=tuple(match for match in relevant if match.statement.effect is Effect.DENY),
        allows=tuple(match for match in relevant if match.statement.effect is Effect.ALLOW),
        trace=tuple(matched),
        doubts=(*doubts, *verdict.doubts),
    )
