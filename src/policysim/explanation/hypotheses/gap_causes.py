"""Causes that nobody can see from here: policies that were not collected, and settings that only the service knows.

Each gap is tested by itself, all others taken to allow: once as a Deny and once as nothing. Source: spec E5, E13, E15,
E33, R22, S15; the account folder's layout.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.fetching import fetch, read_policy
from policysim.explanation.hypotheses.assumptions import harmless, with_deny, with_gaps_as, with_public_access
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import asked, came_to, said, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.evaluation.decision import Check, Decision
    from policysim.evaluation.policy_set import Gap, LayerPolicies
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.request import PublicAccessBlock

_WHO_STARTED: Final = "the AssumeRole or GetFederationToken event that started the session shows its session policies"


def causes_in_gaps(evidence: Evidence, *, denies: bool = False) -> Iterator[Possibility]:
    """For each layer with something missing: the cause that it would be, if it gives what AWS said.

    ``denies``: those alone that would come before a missing Allow, each a Deny that AWS's words leave room for.
    """
    if denies and not evidence.may_be_a_deny:
        return
    kinds = _BY_KIND[:1] if denies else _BY_KIND
    for check in evidence.decision.checks:
        content = evidence.policies.get(check.layer)
        if check.gaps and content is not None:
            yield from _in_layer(evidence, check, content, kinds)


_BY_KIND: Final = ((DenialKind.EXPLICIT, "Deny"), (DenialKind.IMPLICIT, None))
"""Each kind of denial, and the effect of the statement that stands for what is missing; ``None``: nothing does."""


def _in_layer(
    evidence: Evidence, check: Check, content: LayerPolicies, kinds: Sequence[tuple[DenialKind, str | None]]
) -> Iterator[Possibility]:
    layer = check.layer
    others = harmless(evidence.policies, evidence.request.principal, {layer})
    denied = {
        kind: found
        for kind, effect in kinds
        if (kind is DenialKind.IMPLICIT or any(gap.may_deny for gap in check.gaps))
        and evidence.fits(found := evidence.decided(with_gaps_as(others, layer, effect)))
        and _is_here(found, layer, kind)
    }
    if not denied:
        return
    named = evidence.named is layer
    nothing_at_hand = not content.policies
    session = layer is LayerName.SESSION
    cause = Cause.SESSION_POLICY_UNKNOWN if session else Cause.POLICY_NOT_COLLECTED
    yield Possibility(
        cause,
        cause.sentence(title=title(layer, evidence.request), refuses=_refuses(evidence, denied)),
        Tested.CONFIRMED if named and nothing_at_hand and _alone(evidence) else Tested.POSSIBLE,
        "; ".join(f"evaluated {_assumption(kind)}: {came_to(found)}" for kind, found in denied.items()),
        Strength.NAMED_BY_AWS if named else Strength.NOT_COLLECTED,
        layer,
        supporting=(*((said(evidence.said),) if named else ()), *dict.fromkeys(gap.sentence for gap in check.gaps)),
        fact=_fact(evidence, layer, check.gaps),
    )


def _alone(evidence: Evidence) -> bool:
    """Whether AWS names the layer and the kind, and the policies at hand hold no Deny of their own."""
    return evidence.said.kind is not DenialKind.UNKNOWN and evidence.decision.effect is not Effect.EXPLICIT_DENY


def _is_here(decision: Decision, layer: LayerName, kind: DenialKind) -> bool:
    """Whether it is this layer that denies, rather than something that denies whatever is assumed of it."""
    if kind is DenialKind.EXPLICIT:
        return decision.effect is Effect.EXPLICIT_DENY and decision.check(layer).verdict.value == "EXPLICIT_DENY"
    return decision.effect is Effect.IMPLICIT_DENY and layer in decision.blocking


def _assumption(kind: DenialKind) -> str:
    return "with a Deny in what is missing" if kind is DenialKind.EXPLICIT else "with nothing in what is missing"


def _refuses(evidence: Evidence, denied: dict[DenialKind, Decision]) -> str:
    request = asked(evidence.request)
    if len(denied) > 1:
        return f"denies {request}, or does not allow it"
    return f"denies {request}" if DenialKind.EXPLICIT in denied else f"does not allow {request}"


def _fact(evidence: Evidence, layer: LayerName, gaps: tuple[Gap, ...]) -> Fact:
    first = next((gap for gap in gaps if gap.command), gaps[0])
    if layer is LayerName.SESSION:
        return Fact(f"look at the session policies of the caller: {_WHO_STARTED}", first.command)
    command = first.command or fetch(layer, evidence.request).command
    return Fact(f"collect what is missing: {first.sentence}", command)


def policy_named_by_aws(evidence: Evidence) -> Iterator[Possibility]:
    """A policy that AWS's message names by its ARN, and that is not among those at hand (spec M11)."""
    arn, layer = evidence.said.policy_arn, evidence.named
    if arn is None or layer is None or evidence.explained_at_hand:
        return
    content = evidence.policies.get(layer)
    known = [attached.arn for attached in content.policies] if content is not None else []
    if arn in known or (content is not None and content.gaps) or evidence.said.kind is not DenialKind.EXPLICIT:
        return
    found = evidence.decided(with_deny(evidence.policies, layer))
    if not evidence.fits(found):
        return
    cause = Cause.POLICY_NOT_COLLECTED
    shown = evidence.evaluated is not None and any(policy.uri == arn for policy in evidence.evaluated.policies)
    yield Possibility(
        cause,
        cause.sentence(title=title(layer, evidence.request), refuses=f"denies {asked(evidence.request)}: `{arn}`"),
        Tested.CONFIRMED if shown else Tested.POSSIBLE,
        f"evaluated with a Deny in it: {came_to(found)}",
        Strength.NAMED_BY_AWS,
        layer,
        supporting=(
            said(evidence.said),
            f"AWS's message names `{arn}`, which is not among the policies at hand",
            *(("AWS's own evaluation lists it among the policies in force",) if shown else ()),
        ),
        fact=Fact(f"read the policy that AWS names, `{arn}`", read_policy(arn)),
    )


def public_access_cause(evidence: Evidence) -> Iterator[Possibility]:
    """S3 Block Public Access, where its settings are not known and would give what AWS said (spec S15)."""
    block = evidence.request.resource.public_access_block
    if evidence.service != "s3" or block is None:
        return
    for name, assumed in _unknown_settings(block):
        resource = replace(evidence.request.resource, public_access_block=assumed)
        others = harmless(evidence.policies, evidence.request.principal)
        found = evidence.decided(others, replace(evidence.request, resource=resource))
        lifted = evidence.decided(others, with_public_access(evidence.request))
        if evidence.fits(found) and lifted.effect is Effect.ALLOWED:
            yield Possibility(
                Cause.BLOCK_PUBLIC_ACCESS,
                Cause.BLOCK_PUBLIC_ACCESS.sentence(sentence=f"{name} is on for the bucket or its account"),
                Tested.POSSIBLE,
                f"evaluated with {name} on: {came_to(found)}; with it off: {came_to(lifted)}",
                Strength.SETTING,
                LayerName.RESOURCE,
                supporting=(f"whether {name} is on was not collected",),
                fact=Fact("look at the settings of S3 Block Public Access", _public_access_command(evidence)),
            )


def _unknown_settings(block: PublicAccessBlock) -> Iterator[tuple[str, PublicAccessBlock]]:
    if block.restrict_public_buckets is None:
        yield "RestrictPublicBuckets", replace(block, restrict_public_buckets=True)
    if block.ignore_public_acls is None:
        yield "IgnorePublicAcls", replace(block, ignore_public_acls=True)


def _public_access_command(evidence: Evidence) -> str:
    bucket = evidence.request.resource.arn.rpartition(":")[2].partition("/")[0]
    return f"aws s3api get-public-access-block --bucket {quote(bucket)}"
