"""Causes that AWS's own evaluation shows: it names the statement that denied, whether or not its policy is at hand.

Source: IAM Toolbox API reference, Check and MatchedPolicy; AWS STS API reference, DecodeAuthorizationMessage;
spec M15, M18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.aws_evaluation import DENY, EXPLICIT_DENY, IMPLICIT_DENY
from policysim.evaluation.decision import Verdict
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.aws_denial import LAYER_OF_CHECK, denied_by
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.evaluated_policies import LAYER_OF_TYPE, counterparts, fetching_call, shown
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import asked, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.aws_evaluation import EvaluatedCheck, EvaluatedPolicy, Evaluation
    from policysim.cloudtrail.call import Call
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.language.request import Request

SHOWN_BY_AWS: Final = "AWS's own evaluation shows it"


def causes_shown_by_aws(evidence: Evidence) -> Iterator[Possibility]:
    """What denied by AWS's own evaluation where the policies at hand cannot show it.

    A policy that is not at hand or is another one by now, and a layer of which not everything is at hand.
    """
    evaluation = _evaluation_of(evidence.call, evidence.request)
    if evaluation is None or not evaluation.is_denial:
        return
    known = counterparts(evaluation, evidence.policies)
    missing = {policy.uri: policy for policy in known.missing}
    for uri, sids in _denying(evaluation).items():
        if uri in missing:
            yield _missing(missing[uri], evidence.request, evaluation)
        elif uri in known.found and not all(_stands(sid, known.found[uri]) for sid in sids):
            yield _changed(known.found[uri], evaluation)
    for check in evaluation.checks:
        if check.effect == IMPLICIT_DENY and evaluation.effect == IMPLICIT_DENY:
            yield from _without_allow(check, evaluation, evidence)


def _without_allow(check: EvaluatedCheck, evaluation: Evaluation, evidence: Evidence) -> Iterator[Possibility]:
    """A layer that allowed nothing by AWS's evaluation, and that is open here, or has no session policies here."""
    layer = LAYER_OF_CHECK.get(check.type)
    ours = next((one for one in evidence.decision.checks if one.layer is layer), None)
    if ours is None or layer is None:
        return
    if layer is LayerName.SESSION and (ours.gaps or not ours.present):
        cause = Cause.SESSION_POLICY_UNKNOWN
        refuses = f"does not allow {asked(evidence.request)}"
        yield _implicit(check, evidence.request, evaluation)._replace(
            cause=cause, sentence=cause.sentence(refuses=refuses)
        )
    elif ours.verdict is Verdict.UNKNOWN and ours.gaps:
        yield _implicit(check, evidence.request, evaluation)


def causes_shown_without_policies(call: Call) -> Iterator[Possibility]:
    """Who denied, by AWS's own evaluation alone."""
    for requested in call.requests:
        evaluation = requested.evaluated
        if evaluation is not None and evaluation.is_denial:
            explicit = [check for check in evaluation.checks if check.effect == EXPLICIT_DENY]
            implicit = [check for check in evaluation.checks if check.effect == IMPLICIT_DENY]
            shows_deny = _denying(evaluation) or any(one.effect == DENY for one in evaluation.statements)
            if explicit or (shows_deny and denied_by(evaluation)):
                yield _explicit(evaluation, requested.request, explicit)
            else:
                yield from (_implicit(check, requested.request, evaluation) for check in implicit)


def _evaluation_of(call: Call, request: Request) -> Evaluation | None:
    """AWS's evaluation of the refused request, where it is at hand."""
    wanted = request.action.lower(), request.resource.arn
    found = (one.evaluated for one in call.requests if one.evaluated is not None)
    return next((one for one in found if (one.action.lower(), one.resource) == wanted), None)


def _denying(evaluation: Evaluation) -> dict[str, list[str]]:
    """The Sids of the statements that denied, by the URI of their policy."""
    found: dict[str, list[str]] = {}
    lists = [policy for check in evaluation.checks for policy in check.matched] or evaluation.matched
    for policy in lists:
        sids = [statement.sid for statement in policy.statements if statement.effect in {DENY, EXPLICIT_DENY}]
        if sids:
            found.setdefault(policy.uri, []).extend(sids)
    return found


def _stands(sid: str, here: AttachedPolicy) -> bool:
    """Whether the policy at hand has the Deny; a Sid that AWS made up stands for any Deny without one."""
    denies = [one for one in here.policy.statements if one.effect is StatementEffect.DENY]
    return any(not one.sid or one.sid == sid for one in denies)


def _missing(policy: EvaluatedPolicy, request: Request, evaluation: Evaluation) -> Possibility:
    layer = LAYER_OF_TYPE[policy.type]
    cause, named = Cause.POLICY_NOT_COLLECTED, shown(policy)
    return Possibility(
        cause,
        cause.sentence(title=title(layer, request), refuses=f"denies {asked(request)}: `{named}`"),
        Tested.CONFIRMED,
        f"{SHOWN_BY_AWS}, and the policies at hand lack it",
        Strength.NAMED_BY_AWS,
        layer,
        supporting=_said(evaluation),
        fact=Fact(f"fetch the policy that AWS evaluated, `{named}`", fetching_call(policy)),
    )


def _changed(here: AttachedPolicy, evaluation: Evaluation) -> Possibility:
    cause = Cause.POLICY_CHANGED_SINCE
    return Possibility(
        cause,
        cause.sentence(),
        Tested.CONFIRMED,
        f"{SHOWN_BY_AWS}: it matched a Deny in `{here.name}` that stands there no longer",
        Strength.NAMED_BY_AWS,
        supporting=_said(evaluation),
    )


def _said(evaluation: Evaluation) -> tuple[str, ...]:
    return tuple(f"AWS's evaluation: {phrase}" for phrase in denied_by(evaluation))


def _explicit(evaluation: Evaluation, request: Request, checks: list[EvaluatedCheck]) -> Possibility:
    layers = [layer for check in checks if (layer := LAYER_OF_CHECK.get(check.type)) is not None]
    denying = [policy for uri in _denying(evaluation) if (policy := evaluation.policy(uri)) is not None]
    layer = layers[0] if layers else LAYER_OF_TYPE.get(denying[0].type) if denying else None
    calls = [call for policy in denying if (call := fetching_call(policy))]
    cause, phrases = Cause.EXPLICIT_DENY, denied_by(evaluation)
    return Possibility(
        cause,
        cause.sentence(statement=phrases[0], asked=asked(request)),
        Tested.CONFIRMED,
        SHOWN_BY_AWS,
        Strength.NAMED_BY_AWS,
        layer,
        supporting=(f"AWS's evaluation came to {evaluation.effect}", *phrases[1:]),
        fact=Fact("read the policy that denied", calls[0]) if calls else None,
    )


def _implicit(check: EvaluatedCheck, request: Request, evaluation: Evaluation) -> Possibility:
    layer = LAYER_OF_CHECK.get(check.type)
    level = layer is LayerName.SCP and bool(check.target)
    if level:
        cause = Cause.LEVEL_WITHOUT_ALLOW
        sentence = cause.sentence(node=f"`{check.target.rsplit('/', 1)[-1]}`", asked=asked(request), near="")
    else:
        cause = Cause.NO_ALLOW
        named = LAYER[layer].title if layer is not None else f"policy of the check `{check.type}`"
        sentence = cause.sentence(title=named, asked=asked(request), near="")
    return Possibility(
        cause,
        sentence,
        Tested.CONFIRMED,
        SHOWN_BY_AWS,
        Strength.NAMED_BY_AWS,
        layer,
        supporting=(f"AWS's evaluation came to {evaluation.effect}",),
    )
