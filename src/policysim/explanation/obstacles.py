"""Everything that is in the way of a request: AWS names one thing, and there may be more (spec M10).

In the order in which AWS checks: every Deny that matches, and every layer that lacks a needed Allow, each level of an
organisation by itself (spec E2, E18, M18). Within one account an Allow of one side does, so that both sides are not in
the way at once (spec E7 to E9, S2; STS API reference, AssumeRole).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.policy_holders import can_have_policy
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import BY_KEY_GRANT, Effect, Verdict
from policysim.evaluation.facts import NO_FACTS, Facts
from policysim.evaluation.layers import LAYER, Combine, LayerName
from policysim.evaluation.truth import FALSE, TRUE, Truth, any_of
from policysim.explanation.diagnosis import Obstacle
from policysim.explanation.hypotheses.assumptions import with_allow
from policysim.language.arns import parse_arn
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Check, Decision, StatementMatch
    from policysim.evaluation.policy_set import LayerPolicies, PolicySet
    from policysim.language.request import Request

PUBLIC_ACCESS_SETTING: Final = "RestrictPublicBuckets of S3 Block Public Access"


def obstacles(
    decision: Decision, policies: PolicySet, facts: Facts = NO_FACTS, *, no_deny: bool = False
) -> tuple[Obstacle, ...]:
    """What is in the way of the request of a traced decision under ``policies``; nothing for an allow.

    Uncertain is what hangs on an unknown key, or on a policy that was not collected. ``no_deny``: AWS found no explicit
    deny, so that a Deny which may match or not did not.
    """
    if decision.effect is Effect.ALLOWED:
        return ()
    found = dict.fromkeys(one for check in decision.checks for one in _of_check(check, decision, policies))
    left = tuple(one for one in found if one.certain or one.match is None or not no_deny)
    return _one_side_of_one_account(left, decision.request, policies, facts)


def _one_side_of_one_account(
    found: tuple[Obstacle, ...], request: Request, policies: PolicySet, facts: Facts
) -> tuple[Obstacle, ...]:
    """The obstacles, of which those of the caller's side are none where the resource's policy can name the caller.

    Where the resource's own policy must allow, the caller's side is left out; elsewhere the other side is told of.
    """
    [*sides] = (one.layer for one in found if one.match is None and not one.setting and one.layer in _SIDES)
    if LayerName.IDENTITY not in sides or not _in_one_account(request) or not _can_name_callers(request):
        return found
    after = decide(request, with_allow(policies, LayerName.RESOURCE, request.principal), facts)
    if after.check(LayerName.IDENTITY).needed:
        return found
    if LayerName.RESOURCE in sides:
        return tuple(one for one in found if one.match is not None or one.layer is not LayerName.IDENTITY)
    if not _has_policies(policies.get(LayerName.RESOURCE)):
        return found
    return tuple(_or_of_the_resource(one) for one in found)


def _has_policies(layer: LayerPolicies | None) -> bool:
    """Whether there is a document to add to: what is yet to be created has none."""
    return layer is not None and any(level.policies for level in layer.levels)


def _or_of_the_resource(one: Obstacle) -> Obstacle:
    missing = one.match is None and one.layer is LayerName.IDENTITY
    return one._replace(or_layer=LayerName.RESOURCE) if missing else one


_SIDES: Final = frozenset({LayerName.IDENTITY, LayerName.RESOURCE})


def _in_one_account(request: Request) -> bool:
    caller, owner = request.principal.account, request.resource.account
    return caller is not None and caller == owner


def _can_name_callers(request: Request) -> bool:
    """Whether the resource has a policy that can allow this action: that of a role allows what STS does with it."""
    arn = parse_arn(request.resource.arn)
    if arn is None:
        return False
    return request.action.lower().startswith("sts:") if arn.service == "iam" else can_have_policy(arn) is True


def _of_check(check: Check, decision: Decision, policies: PolicySet) -> Iterator[Obstacle]:
    denies = list(_denies(check, decision))
    yield from denies
    if check.verdict is Verdict.EXPLICIT_DENY and check.layer is LayerName.RESOURCE and not denies:
        yield Obstacle(check.layer, None, None, setting=PUBLIC_ACCESS_SETTING)
    if check.needed:
        yield from _missing_allows(check, decision, policies.get(check.layer))


def _denies(check: Check, decision: Decision) -> Iterator[Obstacle]:
    """The Deny statements of one layer that match, or may."""
    counts = check.verdict in {Verdict.EXPLICIT_DENY, Verdict.UNKNOWN}
    for match in decision.trace:
        if counts and match.layer is check.layer and match.truth is not FALSE and is_deny(match):
            certain = match.truth is TRUE and check.verdict is Verdict.EXPLICIT_DENY
            yield Obstacle(match.layer, match.node, match, certain)


def is_deny(match: StatementMatch) -> bool:
    """Whether the statement is a Deny."""
    return match.statement.effect is StatementEffect.DENY


def _missing_allows(check: Check, decision: Decision, layer: LayerPolicies | None) -> Iterator[Obstacle]:
    """Where an Allow is missing: in the layer as a whole, or at each level that needs one of its own."""
    if layer is None or LAYER[check.layer].combine is not Combine.LEVELS or check.layer is LayerName.RCP:
        if check.verdict is Verdict.IMPLICIT_DENY or check.blocking_node is not None:
            yield Obstacle(check.layer, check.blocking_node, None, _is_certain(check, decision))
        return
    bound = check.verdict is not Verdict.UNKNOWN
    for level in layer.levels:
        allowed = _allowed(decision, check.layer, level.node)
        if allowed is not TRUE:
            certain = allowed is FALSE and not level.gaps and (bound or _surely_bound(check))
            yield Obstacle(check.layer, level.node, None, certain)


def _allowed(decision: Decision, layer: LayerName, node: str | None) -> Truth:
    """Whether an Allow of the layer, at one level of it, matches."""
    there = (match for match in decision.trace if match.layer is layer and node in {None, match.node})
    return any_of(match.truth for match in there if not is_deny(match) and match.grant not in BY_KEY_GRANT)


def _is_certain(check: Check, decision: Decision) -> bool:
    """Whether the layer's Allow is missing and needed for certain; who owns the resource may leave that open."""
    if check.verdict is Verdict.IMPLICIT_DENY:
        return True
    missing = _allowed(decision, check.layer, None) is FALSE and not check.gaps
    owner_known = None not in {decision.request.principal.account, decision.request.resource.account}
    needed = check.layer in decision.blocking or (check.verdict is Verdict.EXPLICIT_DENY and owner_known)
    return missing and needed


def _surely_bound(check: Check) -> bool:
    """Whether an undecided layer is undecided for its statements and gaps, and not for whom it applies to."""
    return any(match.truth is not TRUE for match in check.matched) or bool(check.gaps)
