"""From the verdicts of the layers to the answer: effect, deciding layer and statements, checks.

Source: IAM User Guide, troubleshoot_access-denied; spec E3, M10, M17, M18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.access import Access, same_account
from policysim.evaluation.answer_caveats import caveats_of
from policysim.evaluation.conditions.caveats import KEY_UNKNOWN
from policysim.evaluation.decision import BY_KEY_GRANT, Caveat, Check, Decision, Effect, UnknownKey, Verdict
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.principals import NOWHERE, Reach
from policysim.evaluation.services.cross_account import crosses_accounts
from policysim.evaluation.services.deviation import NO_DEVIATION
from policysim.evaluation.services.lent_resources import is_lent
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, any_of, known
from policysim.language.request import IAM_IDENTITIES, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.evaluation.decision import StatementMatch
    from policysim.evaluation.services.deviation import Deviation, Settled
    from policysim.evaluation.verdicts import LayerVerdict
    from policysim.language.request import Request

_EFFECTS: Final[dict[tuple[Truth, Truth], tuple[Effect, tuple[Effect, ...]]]] = {
    (TRUE, TRUE): (Effect.EXPLICIT_DENY, ()),
    (TRUE, FALSE): (Effect.EXPLICIT_DENY, ()),
    (TRUE, UNKNOWN): (Effect.EXPLICIT_DENY, ()),
    (FALSE, TRUE): (Effect.ALLOWED, ()),
    (FALSE, FALSE): (Effect.IMPLICIT_DENY, ()),
    (FALSE, UNKNOWN): (Effect.DEPENDS, (Effect.ALLOWED, Effect.IMPLICIT_DENY)),
    (UNKNOWN, TRUE): (Effect.DEPENDS, (Effect.ALLOWED, Effect.EXPLICIT_DENY)),
    (UNKNOWN, FALSE): (Effect.IMPLICIT_DENY, (Effect.EXPLICIT_DENY,)),
    (UNKNOWN, UNKNOWN): (Effect.DEPENDS, (Effect.ALLOWED, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY)),
}
"""(denied, granted) → the effect, and the effects still possible beside or instead of it (spec E1, E2)."""


def settled_answer(request: Request, settled: Settled) -> Decision:
    """The answer to a request that no policy can change."""
    caveat = Caveat("no-policy-decides", f"{settled.sentence} ({settled.rule})")
    possible = _ANYTHING_ELSE if settled.effect is Effect.DEPENDS else ()
    return Decision(request, settled.effect, "special", checks=(), statements=(), possible=possible, caveats=(caveat,))


_ANYTHING_ELSE: Final = (Effect.ALLOWED, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY)


def certain_effect(access: Access) -> Effect | None:
    """The effect that the verdicts of all layers add up to; ``None`` where it hangs on something unknown."""
    denied = access.denied
    if denied is not FALSE:
        return Effect.EXPLICIT_DENY if denied is TRUE else None
    granted = access.granted
    return None if granted is UNKNOWN else _EFFECTS[denied, granted][0]


def brief_effect(access: Access) -> Effect | None:
    """The effect of which ``decide`` with ``brief`` is certain before it tries any unknown key; ``None``: it is not."""
    effect, _ = _EFFECTS[access.denied, access.granted]
    return None if effect is Effect.DEPENDS else effect


def is_kept_by_a_limit(access: Access) -> bool:
    """Whether a layer that only limits lacks an Allow that the request needs, and denies it by itself."""
    return any(
        _verdict_word(verdict, access, access.needs(verdict.layer)) is Verdict.IMPLICIT_DENY
        for verdict in access.verdicts.values()
        if verdict.allowed is FALSE and not LAYER[verdict.layer].grants
    )


def answer(
    request: Request,
    verdicts: Mapping[LayerName, LayerVerdict],
    deviation: Deviation,
    credentials: Truth,
    *,
    traced: bool,
) -> Decision:
    """The answer that the verdicts of all layers add up to, for credentials that reach the service or may."""
    access = access_of(request, verdicts, deviation, credentials)
    effect, possible = _EFFECTS[access.denied, access.granted]
    blocking = access.blocking if effect is Effect.IMPLICIT_DENY else ()
    checks = tuple(_check(verdict, access) for verdict in access.verdicts.values())
    return Decision(
        request,
        effect,
        _layer(effect, access, checks, deviation),
        checks,
        _statements(effect, access),
        blocking=blocking,
        possible=possible,
        unknown_keys=_unknown_keys(effect, possible, access),
        caveats=caveats_of(effect, possible, access, deviation, _open_keys(access)),
        gaps=tuple(gap for verdict in access.verdicts.values() for gap in verdict.gaps),
        trace=tuple(match for verdict in verdicts.values() for match in verdict.trace) if traced else (),
    )


def access_of(
    request: Request, verdicts: Mapping[LayerName, LayerVerdict], deviation: Deviation, credentials: Truth
) -> Access:
    """How the verdicts combine; across accounts some actions heed no resource-based policy, or need none (X5, X13)."""
    if deviation is NO_DEVIATION and same_account(request) is TRUE:
        return Access(request, verdicts, needs_resource_policy=False, same_account=TRUE, credentials=credentials)
    same = _same_account(request, deviation)
    crosses = TRUE if same is TRUE else crosses_accounts(request)
    resource = _resource_side(request, verdicts[LayerName.RESOURCE], deviation, same, crosses)
    combined = verdicts if resource is verdicts[LayerName.RESOURCE] else {**verdicts, LayerName.RESOURCE: resource}
    needed = deviation.needs_resource_policy and not deviation.has_no_policy(request)
    needs_identity = deviation.needs_identity_policy(request)
    return Access(request, combined, needed, same, crosses, credentials, deviation.only_grants, needs_identity)


def _resource_side(
    request: Request, resource: LayerVerdict, deviation: Deviation, same: Truth, crosses: Truth
) -> LayerVerdict:
    if deviation.only_grants:
        return _with_grants_alone(resource)
    if not resource.present and deviation.open_without_policy(request):
        return resource._replace(allowed=UNKNOWN, reach=Reach(direct=UNKNOWN))
    lent = same is not TRUE and is_lent(request)
    if same is not FALSE and not lent:
        return resource
    if crosses is FALSE:
        return resource._replace(allowed=FALSE, reach=NOWHERE)
    unneeded = TRUE if lent else deviation.needs_no_resource_policy(request)
    if unneeded is FALSE:
        return resource
    return resource._replace(
        present=resource.present or unneeded is UNKNOWN,
        allowed=any_of((resource.allowed, unneeded)),
        reach=resource.reach._replace(account=any_of((resource.reach.account, unneeded))),
    )


def _same_account(request: Request, deviation: Deviation) -> Truth:
    if deviation.owned_by_management_account:
        return known(request.principal.in_management_account)
    return same_account(request)


def _with_grants_alone(resource: LayerVerdict) -> LayerVerdict:
    """The verdict without what the policy allows, where only a grant can allow (spec S35)."""
    grant, to_account = resource.reach.key_grant, resource.reach.key_grant_to_account
    unread = any(not gap.may_deny for gap in resource.gaps)
    return resource._replace(
        allowed=any_of((grant, to_account, UNKNOWN if unread else FALSE)),
        reach=Reach(key_grant=grant, key_grant_to_account=to_account),
        allows=tuple(match for match in resource.allows if match.grant in BY_KEY_GRANT),
        doubts=tuple(doubt for doubt in resource.doubts if doubt.code != KEY_UNKNOWN),
    )


def _layer(effect: Effect, access: Access, checks: tuple[Check, ...], deviation: Deviation) -> str:
    """The word of the case files for what decided."""
    match effect:
        case Effect.EXPLICIT_DENY:
            return next(c.layer.value for c in checks if c.verdict is Verdict.EXPLICIT_DENY)
        case Effect.IMPLICIT_DENY:
            return access.blocking[0].value
        case Effect.DEPENDS:
            # Where only owner or credentials are open, every layer has had its say.
            unknown = (c.layer.value for c in checks if c.verdict is Verdict.UNKNOWN)
            return next(unknown, "special" if access.credentials is UNKNOWN else LayerName.RESOURCE.value)
        case Effect.ALLOWED:
            return _granting_side(access, deviation)


def _granting_side(access: Access, deviation: Deviation) -> str:
    ignored = (v for name, v in access.verdicts.items() if deviation.ignores_denies_of(access.request, name) is TRUE)
    if any(verdict.denies for verdict in ignored):
        return "special"
    kind = access.request.principal.kind
    if access.only_grants or access.by_policies is not TRUE:
        return "resource"
    if kind not in IAM_IDENTITIES:
        owner_root = kind is PrincipalKind.ROOT and access.same_account is TRUE
        return "root" if owner_root and not access.needs_resource_policy else "resource"
    if access.same_account is not TRUE and is_lent(access.request):
        return "identity"
    if access.same_account is not TRUE or access.needs_identity is TRUE:
        return "identity+resource"
    if access.reach.direct is TRUE or (access.reach.entity is TRUE and access.within_inner_limits is TRUE):
        return "resource"
    return "identity+resource" if access.needs_resource_policy else "identity"


def _check(verdict: LayerVerdict, access: Access) -> Check:
    needed = access.needs(verdict.layer)
    return Check(
        verdict.layer,
        _verdict_word(verdict, access, needed),
        (*verdict.denies, *verdict.allows),
        _target(verdict.layer, access.request),
        needed=needed is not FALSE,
        present=verdict.present,
        gaps=verdict.gaps,
        blocking_node=verdict.node if verdict.allowed is not TRUE else None,
    )


def _verdict_word(verdict: LayerVerdict, access: Access, needed: Truth) -> Verdict:
    if verdict.denied is TRUE:
        return Verdict.EXPLICIT_DENY
    if verdict.denied is UNKNOWN:
        return Verdict.UNKNOWN
    if verdict.allowed is FALSE:
        return _WITHOUT_ALLOW[needed]
    if not verdict.present:
        return Verdict.NO_IMPACT
    if verdict.allowed is UNKNOWN:
        return Verdict.UNKNOWN
    reach = verdict.reach
    only_account = reach.direct is reach.entity is reach.key_grant is FALSE and verdict.layer is LayerName.RESOURCE
    useless = only_account and not access.needs_resource_policy and access.same_account is TRUE
    return Verdict.NO_IMPACT if useless and access.request.principal.kind in IAM_IDENTITIES else Verdict.ALLOW


_WITHOUT_ALLOW: Final = {TRUE: Verdict.IMPLICIT_DENY, FALSE: Verdict.NO_IMPACT, UNKNOWN: Verdict.UNKNOWN}
"""The verdict of a layer without a matching Allow, by whether its Allow is needed."""


def _target(layer: LayerName, request: Request) -> str | None:
    caller = request.principal
    match layer:
        case LayerName.SCP:
            return caller.account
        case LayerName.RCP:
            return request.resource.account
        case LayerName.RESOURCE:
            return request.resource.arn
        case LayerName.VPCE:
            endpoint = request.context.get("aws:SourceVpce")
            return endpoint[0] if isinstance(endpoint, tuple) and endpoint else None
        case LayerName.SESSION:
            return caller.arn
        case LayerName.IDENTITY | LayerName.BOUNDARY:
            return caller.entity_arn or caller.arn


def _statements(effect: Effect, access: Access) -> tuple[StatementMatch, ...]:
    """The statements that decided; for an open decision those that would."""
    verdicts = access.verdicts.values()
    match effect:
        case Effect.EXPLICIT_DENY:
            return tuple(match for verdict in verdicts for match in verdict.denies if match.truth is TRUE)
        case Effect.IMPLICIT_DENY:
            return ()
        case Effect.DEPENDS:
            return tuple(_open_statements(access))
        case Effect.ALLOWED:
            granting = (LayerName.RESOURCE, LayerName.IDENTITY)
            return tuple(match for name in granting for match in access.verdicts[name].allows if match.truth is TRUE)


def _open_statements(access: Access) -> Iterable[StatementMatch]:
    granted = access.granted
    for verdict in access.verdicts.values():
        if verdict.denied is UNKNOWN:
            yield from (match for match in verdict.denies if match.truth is UNKNOWN)
        if granted is UNKNOWN:
            yield from (match for match in verdict.allows if match.truth is UNKNOWN)


def _unknown_keys(effect: Effect, possible: tuple[Effect, ...], access: Access) -> tuple[UnknownKey, ...]:
    if effect is not Effect.DEPENDS and not possible:
        return ()
    return tuple(UnknownKey(key) for key in _open_keys(access))


def _open_keys(access: Access) -> tuple[str, ...]:
    keys = {key.lower(): key for match in _open_statements(access) for key in match.unknown_keys}
    keys |= {key.lower(): key for verdict in access.verdicts.values() for key in verdict.hinges_on}
    return tuple(keys.values())
