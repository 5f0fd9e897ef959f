"""Causes that the policies at hand hold for certain: a Deny that matches, an Allow that is missing, a fixed rule.

Each is tested twice: that it gives what AWS said, and, with everything else out of the way, that the request is denied
no more once it is repaired.
Source: spec E2, E3, E18, M10, M11, M17, M18, S15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import with_article
from policysim.evaluation.layers import LayerName
from policysim.explanation.agreement import has_explicit_deny_of_one_account
from policysim.explanation.diagnosis import Tested
from policysim.explanation.hypotheses.assumptions import with_allow, without_statements
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.evidence import DENIALS
from policysim.explanation.hypotheses.isolation import without_obstacles
from policysim.explanation.hypotheses.missing_allow import MissingAllow, missing_allow
from policysim.explanation.hypotheses.phrases import asked, came_to, said, statement, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.explanation.obstacles import obstacles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.evaluation.decision import Decision
    from policysim.explanation.diagnosis import Obstacle
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.source import Location

_QUARANTINE: Final = "AWSCompromisedKeyQuarantine"


def causes_at_hand(evidence: Evidence) -> Iterator[Possibility]:
    """The certain causes, as far as AWS's words leave room for them; the others are in the way, and no cause of it."""
    decision = evidence.decision
    if decision.effect not in DENIALS:
        return
    if not decision.checks:
        yield _fixed_rule(evidence)
        return
    in_the_way = obstacles(decision, evidence.policies, evidence.facts)
    certain = [one for one in in_the_way if one.certain]
    causes = _causes(evidence, certain, in_the_way) or [
        _one_of_several(one) for one in _causes(evidence, in_the_way, in_the_way)
    ]
    found = [cause for cause in causes if cause.tested is not Tested.REFUTED]
    yield from (_doubted(cause, evidence.contradicted) for cause in found or causes)


def _causes(evidence: Evidence, about: Sequence[Obstacle], in_the_way: Sequence[Obstacle]) -> list[Possibility]:
    return [*_explicit(evidence, about, in_the_way), *_implicit(evidence, about, in_the_way)]


def _one_of_several(cause: Possibility) -> Possibility:
    """A cause where some unknown key tells which of several it is, and one of them it is whatever its value."""
    if cause.tested is not Tested.CONFIRMED:
        return cause
    certain = "whatever the values that are not known, one of the causes listed denies the request"
    return cause._replace(tested=Tested.POSSIBLE, supporting=(*cause.supporting, certain))


def _doubted(cause: Possibility, contradiction: str) -> Possibility:
    """The cause, which is not confirmed where AWS's own evaluation came to another outcome."""
    if not contradiction or cause.tested is not Tested.CONFIRMED:
        return cause
    return cause._replace(tested=Tested.POSSIBLE, opposing=(*cause.opposing, contradiction))


def _fixed_rule(evidence: Evidence) -> Possibility:
    sentence = evidence.decision.caveats[0].sentence if evidence.decision.caveats else "a rule of the service"
    return Possibility(
        Cause.FIXED_RULE,
        sentence,
        Tested.CONFIRMED if evidence.explained_at_hand else Tested.POSSIBLE,
        "a rule of the service decides before any policy does",
        Strength.AT_HAND,
        opposing=() if evidence.named is None else (said(evidence.said),),
    )


def _explicit(evidence: Evidence, about: Sequence[Obstacle], in_the_way: Sequence[Obstacle]) -> Iterator[Possibility]:
    by_statement: dict[Location, list[Obstacle]] = {}
    for obstacle in about:
        if obstacle.match is not None:
            by_statement.setdefault(obstacle.match.statement.location, []).append(obstacle)
        elif obstacle.setting:
            yield _setting(evidence, obstacle)
    for first, *elsewhere in by_statement.values():
        yield _denying(evidence, first, _alone(evidence, in_the_way, first, *elsewhere))


def _setting(evidence: Evidence, obstacle: Obstacle) -> Possibility:
    """RestrictPublicBuckets is printed as an explicit deny of the resource, with no Deny anywhere (spec S15)."""
    accepted = evidence.accepts(obstacle.layer, DenialKind.EXPLICIT)
    return Possibility(
        Cause.BLOCK_PUBLIC_ACCESS,
        Cause.BLOCK_PUBLIC_ACCESS.sentence(
            sentence="the policy of the bucket is public, and RestrictPublicBuckets keeps other accounts out"
        ),
        Tested.CONFIRMED if accepted else Tested.REFUTED,
        f"evaluated with the settings of the bucket: {came_to(evidence.decision)}, and no Deny statement matches",
        Strength.NAMED_BY_AWS if evidence.named is obstacle.layer else Strength.AT_HAND,
        obstacle.layer,
        supporting=_words_for(evidence, obstacle.layer) if accepted else (),
        opposing=() if accepted else _words(evidence),
    )


def _denying(evidence: Evidence, obstacle: Obstacle, alone: Evidence) -> Possibility:
    match, layer = obstacle.match, obstacle.layer
    assert match is not None  # noqa: S101  # obstacles are sorted by what they are, above
    against = tuple(_against_deny(evidence, obstacle))
    after = alone.decided(without_statements(alone.policies, {match.statement.location}))
    return Possibility(
        Cause.EXPLICIT_DENY,
        Cause.EXPLICIT_DENY.sentence(statement=statement(match), asked=asked(evidence.request)),
        Tested.REFUTED if against else _after(after),
        f"evaluated: {with_article('explicit deny')} in the {title(layer, evidence.request)};"
        f" without this statement{alone.apart}: {came_to(after)}",
        Strength.NAMED_BY_AWS if evidence.named is layer and not against else Strength.AT_HAND,
        layer,
        supporting=() if against else tuple(_for_deny(evidence, obstacle)),
        opposing=against,
    )


def _for_deny(evidence: Evidence, obstacle: Obstacle) -> Iterator[str]:
    yield from _words_for(evidence, obstacle.layer)
    attached = obstacle.match.attached if obstacle.match is not None else None
    if attached is None:
        return
    if attached.arn is not None and attached.arn == evidence.said.policy_arn:
        yield f"AWS's message names this policy: `{attached.arn}`"
    if (attached.arn or attached.name).rpartition("/")[2].startswith(_QUARANTINE):
        yield "AWS attaches this policy itself when it finds the access key of a user in public"


def _against_deny(evidence: Evidence, obstacle: Obstacle) -> Iterator[str]:
    if not evidence.accepts(obstacle.layer, DenialKind.EXPLICIT):
        yield from _words(evidence)
        return
    arn = obstacle.match.attached.arn if obstacle.match is not None else None
    named = evidence.said.policy_arn
    if named is not None and arn not in {None, named}:
        yield f"AWS's message names another policy, `{named}`; this one denies as well"


def _implicit(evidence: Evidence, about: Sequence[Obstacle], in_the_way: Sequence[Obstacle]) -> Iterator[Possibility]:
    """Missing Allows count where no Deny matches, or where AWS itself says that it found none."""
    decision = evidence.decision
    if decision.effect is Effect.EXPLICIT_DENY and evidence.said.kind is not DenialKind.IMPLICIT:
        return
    missing: dict[LayerName, list[Obstacle]] = {}
    for obstacle in about:
        if obstacle.match is None and not obstacle.setting:
            missing.setdefault(obstacle.layer, []).append(obstacle)
    for layer, found in missing.items():
        alone = _alone(evidence, in_the_way, *found)
        yield _lacking(evidence, missing_allow(alone, layer, [one.node or "" for one in found]), alone)


def _alone(evidence: Evidence, in_the_way: Sequence[Obstacle], *about: Obstacle) -> Evidence:
    """The evidence with what else is in the way removed; behind a Deny an Allow that may be missing counts as well."""
    behind_a_deny = evidence.decision.effect is Effect.EXPLICIT_DENY
    rest = [one for one in in_the_way if one.certain or (behind_a_deny and one.match is None)]
    return without_obstacles(evidence, [one for one in rest if one not in about])


def _after(repaired: Decision) -> Tested:
    """A cause is confirmed where its repair lets the request in, and not where the request is still denied."""
    return Tested.POSSIBLE if repaired.effect in DENIALS else Tested.CONFIRMED


def _lacking(evidence: Evidence, missing: MissingAllow, alone: Evidence) -> Possibility:
    layer = missing.layer
    accepted = evidence.accepts(layer, DenialKind.IMPLICIT)
    after = missing.repaired or alone.decided(with_allow(alone.policies, layer, evidence.request.principal))
    tested = _after(after) if accepted else Tested.REFUTED
    against = () if accepted else _words(evidence)
    if accepted and has_explicit_deny_of_one_account(evidence.decision):
        # AWS looks for a Deny first and found none: it stands in policies that were others then.
        tested = Tested.POSSIBLE
        against = ("the policies at hand hold a Deny that matches, which AWS would have found first",)
    denied = f"no {title(layer, evidence.request)} allows it"
    return Possibility(
        missing.cause,
        missing.sentence,
        tested,
        f"evaluated: {denied}; {missing.assumption}{alone.apart}: {_came_to_beside(denied, after)}",
        Strength.NAMED_BY_AWS if evidence.named is layer and accepted else Strength.AT_HAND,
        layer,
        supporting=tuple(_for_missing(evidence, layer)) if accepted else (),
        opposing=against,
    )


def _came_to_beside(denied: str, after: Decision) -> str:
    """What a repair came to; where that is the same denial, it is not told twice."""
    words = came_to(after)
    return "still denied" if words == f"denied: {denied}" else words


def _for_missing(evidence: Evidence, layer: LayerName) -> Iterator[str]:
    yield from _words_for(evidence, layer)
    if evidence.named is LayerName.IDENTITY and layer is LayerName.RESOURCE:
        yield (
            "within one account AWS speaks of identity-based policies where neither they nor the resource's own"
            " policy allow it"
        )


def _words_for(evidence: Evidence, layer: LayerName) -> tuple[str, ...]:
    return _words(evidence) if evidence.named in {None, layer} or evidence.said.kind is DenialKind.EXPLICIT else ()


def _words(evidence: Evidence) -> tuple[str, ...]:
    sentence = said(evidence.said)
    return (sentence,) if sentence else ()
