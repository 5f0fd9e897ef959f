"""The verdict of one layer on one request: does it deny, does it allow, and by which statements.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; Organizations User Guide,
orgs_manage_policies_scps_evaluation and orgs_manage_policies_rcps; spec E5, E12 to E28, E30, E32, E33,
E36 to E38, S15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.layers import LAYER, Combine, Layer, LayerName
from policysim.evaluation.matching import match_statement
from policysim.evaluation.principals import NOWHERE, Reach
from policysim.evaluation.reasons import Element
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known, negate
from policysim.language.policy import Effect
from policysim.language.request import IAM_IDENTITIES, OF_AN_ACCOUNT, PrincipalKind
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.evaluation.decision import StatementMatch
    from policysim.evaluation.matching import Matched, Question
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


def judge(name: LayerName, policies: PolicySet, question: Question, deviation: Deviation) -> LayerVerdict:
    """The verdict of a layer, its exemptions applied."""
    layer, content, request = LAYER[name], policies.get(name), question.request
    bound = _binds(name, question, deviation)
    if content is None or bound is FALSE:
        return LayerVerdict(name, present=False, denied=FALSE, allowed=_when_absent(layer, request))
    levels = [_judge_level(level, layer, question) for level in content.levels]
    verdict = _joined(layer, levels, content.gaps)
    if bound is UNKNOWN:
        verdict = _perhaps_unbound(verdict, question)
    if name is LayerName.SESSION and _is_task_session(request):
        verdict = verdict._replace(allowed=TRUE)
    if name is LayerName.RESOURCE:
        refused = deviation.refused_by_setting(request, content)
        doubts = (*verdict.doubts, *_SETTING_DOUBTS[refused])
        verdict = verdict._replace(denied=any_of((verdict.denied, refused)), doubts=doubts)
    return verdict._replace(denied=all_of((verdict.denied, negate(deviation.ignores_denies_of(request, name)))))


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


def _binds(name: LayerName, question: Question, deviation: Deviation) -> Truth:
    """Whether a layer applies to this request at all (spec E12, E17, E20, E23 to E26, E30, E32, E33, E36 to E38)."""
    request, facts = question.request, question.facts
    caller = request.principal
    match name:
        case LayerName.SCP:
            if caller.kind not in OF_AN_ACCOUNT:
                return FALSE
            return negate(any_of((known(caller.in_management_account), known(caller.service_linked))))
        case LayerName.RCP:
            if deviation.outside_rcps(request) or facts.takes_no_resource(request.action) is True:
                return FALSE
            exempt = any_of((known(request.resource.in_management_account), known(caller.service_linked)))
            return all_of((known(facts.under_rcps(request.action)), negate(exempt)))
        case LayerName.IDENTITY | LayerName.BOUNDARY:
            return TRUE if caller.kind in IAM_IDENTITIES else FALSE
        case LayerName.SESSION:
            return TRUE if caller.kind in _SESSIONS or _is_task_session(request) else FALSE
        case LayerName.VPCE:
            endpoint = question.lookup(_ENDPOINT_KEY)
            return UNKNOWN if endpoint is UNKNOWN_VALUE else known(isinstance(endpoint, tuple) and bool(endpoint))
        case LayerName.RESOURCE:
            return TRUE


def _open_facts(name: LayerName, question: Question) -> tuple[str, ...]:
    """The codes of the facts, beside context keys, that leave open whether an organisation's layer applies."""
    if name not in {LayerName.SCP, LayerName.RCP}:
        return ()
    caller, resource = question.request.principal, question.request.resource
    bound_account = caller if name is LayerName.SCP else resource
    unknown = {
        "service-linked-open": caller.service_linked is None,
        "management-account-open": bound_account.in_management_account is None,
        "rcp-service-open": name is LayerName.RCP and question.facts.under_rcps(question.request.action) is None,
    }
    return tuple(code for code, is_open in unknown.items() if is_open)


def _is_task_session(request: Request) -> bool:
    """A session of AssumeRoot: the root user, narrowed by a task policy that holds Deny statements only (spec E32)."""
    assumed = request.context.get("aws:AssumedRoot")
    return request.principal.kind is PrincipalKind.ROOT and isinstance(assumed, tuple) and "true" in assumed


def _when_absent(layer: Layer, request: Request) -> Truth:
    """A layer without policies restricts nothing and grants nothing; a federated user needs one (spec E5, E16)."""
    if layer.name is LayerName.SESSION and request.principal.kind is PrincipalKind.FEDERATED_USER:
        return FALSE
    return FALSE if layer.grants else TRUE


class _LevelVerdict(NamedTuple):
    node: str
    denied: Truth
    allowed: Truth
    reach: Reach
    matched: tuple[Matched, ...]


def _judge_level(level: Level, layer: Layer, question: Question) -> _LevelVerdict:
    matched = tuple(
        found
        for attached in level.policies
        for statement in _worth_a_look(attached.policy, question)
        if (found := match_statement(statement, attached, layer.name, level.node, question)) is not None
    )
    denies = [one.match.truth for one in matched if one.match.statement.effect is Effect.DENY]
    allows = [one for one in matched if one.match.statement.effect is Effect.ALLOW]
    gap_denies = [UNKNOWN for gap in level.gaps if gap.may_deny]
    gap_allows = UNKNOWN if level.gaps else FALSE
    implied = TRUE if layer.name is LayerName.RCP else FALSE
    by_gap = Reach(gap_allows, gap_allows, gap_allows)
    reach = Reach(*map(any_of, zip(by_gap, *map(_reached, allows), strict=True)))
    allowed = any_of((implied, gap_allows, *(one.match.truth for one in allows)))
    return _LevelVerdict(level.node, any_of((*denies, *gap_denies)), allowed, reach, matched)


def _worth_a_look(policy: Policy, question: Question) -> tuple[Statement, ...]:
    """The statements that speak of the action; all of them for a trace."""
    return policy.statements if question.everything else policy.by_action.covering(question.request.action)


def _reached(matched: Matched) -> Iterable[Truth]:
    """How an Allow statement reaches the caller once its other elements are taken into account."""
    others = all_of(outcome.truth for outcome in matched.match.outcomes if outcome.element is not Element.PRINCIPAL)
    return (all_of((others, truth)) for truth in matched.reach)


def _joined(layer: Layer, levels: list[_LevelVerdict], gaps: tuple[Gap, ...]) -> LayerVerdict:
    together = all_of if layer.combine is Combine.LEVELS else any_of
    found = [one for level in levels for one in level.matched]
    matched = [one.match for one in found]
    relevant = [match for match in matched if match.truth is not FALSE]
    return LayerVerdict(
        layer.name,
        present=True,
        denied=any_of(level.denied for level in levels),
        allowed=together(level.allowed for level in levels),
        reach=Reach(*map(any_of, zip(NOWHERE, *(level.reach for level in levels), strict=True))),
        denies=tuple(match for match in relevant if match.statement.effect is Effect.DENY),
        allows=tuple(match for match in relevant if match.statement.effect is Effect.ALLOW),
        trace=tuple(matched),
        doubts=tuple(Doubt(code, one.match.statement.effect, one.match.truth) for one in found for code in one.caveats),
        gaps=gaps,
        node=next((level.node for level in levels if level.allowed is not TRUE), None),
    )
