"""The statements that almost changed the decision, and the one element that each of them lacks.

For a missing Allow: Allow statements of the layers that lack one, which fail on exactly one element (of several
conditions, exactly one). For an explicit deny: the elements of the Deny that spare other requests. For an open
decision: the statements that would settle it. Source: spec E4, M10, M17.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN
from policysim.explanation.diagnosis import NearMiss
from policysim.explanation.provider_claims import claims_of_named_providers
from policysim.language.arns import parse_arn
from policysim.language.operators import Family, operator_named
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Check, Decision, Outcome, StatementMatch
    from policysim.language.request import Request

LIMIT: Final = 5
"""As many near misses are shown; the list is ranked, and a longer one hides the good ones."""

_RANK_OF_ELEMENT: Final[dict[Element, int]] = {
    Element.CONDITION: 0,
    Element.PRINCIPAL: 1,
    Element.RESOURCE: 2,
    Element.ACTION: 3,
}
"""The element that fails, from the most telling on: who meets everything but a condition was meant to get in."""

_RANK_FAR: Final = 4
"""The rank of a resource that shares no more than its service with the one asked for."""

_RANK_OTHER_ACTIONS: Final = 5
"""The rank of a statement that lists other actions, none of a name like the one asked for, for every resource."""

_CLOSE: Final = 0.5


def near_misses(decision: Decision) -> tuple[NearMiss, ...]:
    """The near misses of a traced decision, the most telling first; none for an allow."""
    match decision.effect:
        case Effect.ALLOWED:
            return ()
        case Effect.EXPLICIT_DENY:
            return tuple(_spared_others(decision))[:LIMIT]
        case Effect.IMPLICIT_DENY | Effect.DEPENDS:
            settling = _settling(decision)
            layers = dict.fromkeys(_where_an_allow_would_do(decision))
            short = (miss for layer in layers for miss in one_element_short(decision, layer))
            ranked = sorted(short, key=lambda miss: _rank(miss, decision.request))
            return (*settling, *ranked)[:LIMIT]


def nearest(decision: Decision, layer: LayerName) -> tuple[NearMiss, ...]:
    """The near misses of one layer that lacks an Allow, the most telling first; the far ones are among them.

    Within one account the resource's own policy may do for the identity's, so that its statements count as well.
    """
    request = decision.request
    layers = [layer]
    if layer is LayerName.IDENTITY and request.principal.account in {None, request.resource.account}:
        layers.append(LayerName.RESOURCE)
    short = (miss for one in layers for miss in one_element_short(decision, one))
    return tuple(sorted(short, key=lambda miss: _rank(miss, request)))


def _where_an_allow_would_do(decision: Decision) -> tuple[LayerName, ...]:
    """The layers in which an Allow is missing, and the resource's where it would do for the identity's (spec M17)."""
    missing = without_allow(decision)
    return (*missing, LayerName.RESOURCE) if LayerName.IDENTITY in missing else missing


def without_allow(decision: Decision) -> tuple[LayerName, ...]:
    """The layers in which an Allow is needed, or may be, and none stands; in the order in which AWS checks them."""
    missing = dict.fromkeys(decision.blocking)
    missing.update(dict.fromkeys(check.layer for check in decision.checks if check.needed and _lacks_allow(check)))
    return tuple(missing)


def _lacks_allow(check: Check) -> bool:
    """Whether a layer has no Allow for the request, for certain: neither an open statement nor a gap may hold one."""
    if check.verdict is not Verdict.UNKNOWN:
        return check.verdict is Verdict.IMPLICIT_DENY
    allows = any(match.statement.effect is StatementEffect.ALLOW for match in check.matched)
    return not allows and not check.gaps and LAYER[check.layer].grants


def one_element_short(decision: Decision, layer: LayerName) -> Iterator[NearMiss]:
    """Allow statements of a layer that fail on exactly one element and are about the same service.

    Further conditions on keys of unknown value do not count: once the one element matches they may hold.

    Of service control policies only those of the level that lacks an Allow count (spec E18).
    """
    node = next((check.blocking_node for check in decision.checks if check.layer is layer), None)
    for match in decision.trace:
        if match.layer is not layer or match.statement.effect is not StatementEffect.ALLOW:
            continue
        if layer is LayerName.SCP and node is not None and match.node != node:
            continue
        failing = _failing(match) or _failing_anyhow(decision, match)
        if len(failing) == 1 and _comparable(match, failing[0], decision.request):
            yield NearMiss(match, failing[0], far=_is_far(match, failing[0], decision.request))


def _failing(match: StatementMatch) -> list[Outcome]:
    """The elements that fail; claims of the provider that the statement trusts fail with its principal."""
    failing = [outcome for outcome in match.failures if outcome.truth is FALSE]
    principal = [outcome for outcome in failing if outcome.element is Element.PRINCIPAL]
    if not principal or len(failing) == 1:
        return failing
    with_it = {entry.path() for entry in claims_of_named_providers(match.statement)}
    return [outcome for outcome in failing if outcome.path[:3] not in with_it]


def _failing_anyhow(decision: Decision, match: StatementMatch) -> list[Outcome]:
    """The open conditions of a statement of which it is certain that it does not match: no value the key has meets one.

    Such a key is known to be one of a few values. Where the layer allows nothing for certain, none of them will do.
    """
    if match.truth is not UNKNOWN or match.layer not in decision.blocking:
        return []
    return [_with_candidates(outcome, decision.request) for outcome in match.failures]


def _with_candidates(outcome: Outcome, request: Request) -> Outcome:
    candidates = request.context.candidates(outcome.key)
    if outcome.reason is not Reason.KEY_UNKNOWN or outcome.keys != (outcome.key,) or not candidates:
        return outcome
    words = [", ".join(f"`{one}`" for one in value) for value in candidates if isinstance(value, tuple)]
    found = " or ".join((*words, *(["absent"] if ABSENT in candidates else [])))
    return outcome._replace(truth=FALSE, reason=Reason.VALUE_OTHER, found=found)


def similarity(pattern: str, text: str) -> float:
    """How much of the shorter of two names begins the other, between 0 and 1, case aside."""
    literal = pattern.rstrip("*").lower()
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(literal, text.lower(), strict=False)))
    return common / max(min(len(literal), len(text)), 1)


def _comparable(match: StatementMatch, failure: Outcome, request: Request) -> bool:
    """Whether the failing element speaks of the request's service at all."""
    return failure.element not in {Element.ACTION, Element.RESOURCE} or _likeness(match, failure, request) > 0


def _is_far(match: StatementMatch, failure: Outcome, request: Request) -> bool:
    return failure.element is Element.RESOURCE and _likeness(match, failure, request) < _CLOSE


def names_the_action(match: StatementMatch, request: Request) -> bool:
    """Whether the statement was written for this very action, if for other resources; buckets are too unlike for it."""
    actions = [action.lower() for action in match.statement.action.patterns]
    return request.action.lower() in actions and not request.action.lower().startswith("s3:")


def _likeness(match: StatementMatch, failure: Outcome, request: Request) -> float:
    """How near the failing element comes, between 0 and 1; the bucket behind an access point is what was meant, too."""
    if failure.reason in {Reason.ACTION_LISTED, Reason.RESOURCE_LISTED, Reason.RESOURCE_NEEDS_STAR}:
        return 1.0
    if failure.element is Element.ACTION:
        actions = match.statement.action.patterns
        return max((_action_likeness(pattern, request.action) for pattern in actions), default=0)
    patterns = match.statement.resource.patterns if match.statement.resource is not None else ()
    named = filter(None, (request.resource.arn, request.resource.behind))
    return max((_resource_likeness(pattern, arn) for arn in named for pattern in patterns), default=0)


def _action_likeness(pattern: str, action: str) -> float:
    service, _, name = pattern.partition(":")
    own_service, _, own_name = action.partition(":")
    if service.lower() != own_service.lower():
        return 0
    return max(similarity(name, own_name), 0.01)


def _resource_likeness(pattern: str, resource: str) -> float:
    theirs, own = parse_arn(pattern), parse_arn(resource)
    if theirs is None or own is None or theirs.service != own.service:
        return 0
    return max(similarity(theirs.resource, own.resource), 0.01)


def _rank(miss: NearMiss, request: Request) -> tuple[int, bool, float]:
    """Of statements that lack the action, one that was written for this resource comes before one for all of them."""
    element = miss.outcome.element
    if element not in {Element.ACTION, Element.RESOURCE}:
        return _RANK_OF_ELEMENT[element], len(miss.match.failures) > 1, 0
    likeness = _likeness(miss.match, miss.outcome, request)
    if element is Element.RESOURCE:
        return _RANK_FAR if miss.far else _RANK_OF_ELEMENT[element], False, -likeness
    resource = miss.match.statement.resource
    for_all = resource is not None and (resource.negated or "*" in resource.patterns)
    unlike = for_all and likeness < _CLOSE
    return _RANK_OTHER_ACTIONS if unlike else _RANK_OF_ELEMENT[element], for_all, -likeness


def _settling(decision: Decision) -> tuple[NearMiss, ...]:
    """The statements that match or not depending on what is not known, with the first element that is open."""
    if decision.effect is not Effect.DEPENDS:
        return ()
    unclear = [match for match in decision.trace if match.truth is UNKNOWN]
    denies_first = sorted(unclear, key=lambda match: match.statement.effect is not StatementEffect.DENY)
    return tuple(NearMiss(match, next(o for o in match.outcomes if o.truth is UNKNOWN)) for match in denies_first)


def _spared_others(decision: Decision) -> Iterator[NearMiss]:
    for match in decision.statements:
        if match.truth is TRUE:
            yield from (NearMiss(match, outcome, spares=True) for outcome in match.outcomes if _spares(match, outcome))


def _spares(match: StatementMatch, outcome: Outcome) -> bool:
    """Whether an element of a Deny lists what the Deny does not bind: NotAction, NotResource, a negated condition."""
    statement = match.statement
    match outcome.element:
        case Element.ACTION:
            return statement.action.negated
        case Element.RESOURCE:
            return statement.resource is not None and statement.resource.negated
        case Element.PRINCIPAL:
            return statement.principal is not None and statement.principal.negated
        case Element.CONDITION:
            operator = operator_named(str(outcome.path[1]))
            return operator is not None and (operator.base.negated or operator.base.family is Family.BOOL)
