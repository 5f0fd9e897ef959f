"""AWS's own evaluation held against our decision: check by check, statement by statement, and policy by policy.

AWS's evaluation is the truth about the request that it refused. A difference says what it means: a policy that is not
at hand, one that changed since, a context key that is not what it seems, or a fault of ours.
Source: IAM Toolbox API reference, Check, MatchedPolicy and PolicyInfo; AWS STS API reference,
DecodeAuthorizationMessage; spec M10, M15, M18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.aws_evaluation import (
    ALLOW,
    DENY,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    NO_IMPACT,
    NOT_TOLD,
    EvaluatedCheck,
    EvaluationKind,
)
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, Combine, LayerName
from policysim.explanation.aws_checks import OurCheck, our_checks
from policysim.explanation.aws_denial import LAYER_OF_CHECK, denied_by, where
from policysim.explanation.decoded_statements import decoded_checks
from policysim.explanation.diagnosis import AwsEvaluation, ComparedCheck, label
from policysim.explanation.evaluated_policies import (
    LAYER_OF_TYPE,
    Counterparts,
    counterparts,
    policy_differences,
)
from policysim.explanation.evaluated_statements import deciding, names, statement_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.cloudtrail.aws_evaluation import Evaluation, MatchedPolicy
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import PolicySet

_NOTHING_KNOWN: Final = Counterparts({}, ())


def compare_with_aws(
    evaluation: Evaluation, decision: Decision | None = None, policies: PolicySet | None = None
) -> AwsEvaluation:
    """AWS's evaluation of a request beside our decision on it, which must be a traced one.

    Without a decision it is told as it stands: layer by layer, who denied. ``policies`` are those that were decided
    under; with them the levels of an organisation are told apart, and policies that are missing here are named.
    """
    known = _NOTHING_KNOWN if policies is None else counterparts(evaluation, policies)
    if evaluation.kind is EvaluationKind.DECODED_MESSAGE:
        checks = decoded_checks(evaluation, decision)
    elif decision is None or not decision.checks:  # a rule that no policy can change decides without any check
        checks = tuple(_told(check, evaluation) for check in _checks_of(evaluation))
    else:
        checks = tuple(_compared(evaluation, decision, our_checks(decision, policies), known))
    differences = [check.difference for check in checks if check.difference]
    differences += policy_differences(evaluation, known)
    if not differences and decision is not None:
        differences += _of_outcome(evaluation, decision)
    return AwsEvaluation(
        kind=evaluation.kind.value,
        source=evaluation.source,
        action=evaluation.action,
        resource=evaluation.resource,
        effect=evaluation.effect,
        checks=checks,
        denied_by=denied_by(evaluation),
        differences=tuple(dict.fromkeys(differences)),
    )


def _checks_of(evaluation: Evaluation) -> tuple[EvaluatedCheck, ...]:
    """AWS's checks; where it shows none, one for each type of the policies that it lists as matched."""
    if evaluation.checks:
        return evaluation.checks
    by_type: dict[str, list[MatchedPolicy]] = {}
    for matched in evaluation.matched:
        policy = evaluation.policy(matched.uri)
        layer = LAYER_OF_TYPE.get(policy.type) if policy is not None else None
        by_type.setdefault(LAYER[layer].check_type if layer is not None else NOT_TOLD, []).append(matched)
    return tuple(
        EvaluatedCheck(type_, EXPLICIT_DENY if _denies(found) else ALLOW, "", tuple(found))
        for type_, found in by_type.items()
    )


def _denies(matched: Sequence[MatchedPolicy]) -> bool:
    return any(statement.effect in {DENY, EXPLICIT_DENY} for policy in matched for statement in policy.statements)


def _told(check: EvaluatedCheck, evaluation: Evaluation) -> ComparedCheck:
    """A check as AWS tells it, with nothing beside it."""
    return ComparedCheck(check.type, check.target, check.effect, "", tuple(names(check, evaluation, _NOTHING_KNOWN)))


def _compared(
    evaluation: Evaluation, decision: Decision, ours: Sequence[OurCheck], known: Counterparts
) -> Iterator[ComparedCheck]:
    """Each check of AWS beside ours, in AWS's order, and then ours that AWS does not show."""
    theirs, left = _checks_of(evaluation), list(ours)
    separate = any(LAYER_OF_CHECK.get(check.type) is LayerName.RESOURCE for check in theirs)
    for check in theirs:
        mine = next((one for one in left if _is_same(check, one)), None)
        if mine is not None:
            left.remove(mine)
        beside = None if separate else _of_layer(ours, LayerName.RESOURCE)
        if mine is not None and mine.layer is LayerName.IDENTITY and beside is not None:
            mine = _with_resource_policy(mine, beside, check)
        statements = tuple(names(check, evaluation, known))
        difference = _difference(check, mine, evaluation, decision, known)
        verdict = mine.verdict.value if mine is not None and _counts(mine) else ""
        yield ComparedCheck(check.type, check.target, check.effect, verdict, statements, difference)
    if evaluation.checks:
        yield from (_ours_alone(one, evaluation, separate=separate) for one in left if _counts(one))


def _of_layer(ours: Sequence[OurCheck], layer: LayerName) -> OurCheck | None:
    return next((one for one in ours if one.layer is layer), None)


def _is_same(check: EvaluatedCheck, mine: OurCheck) -> bool:
    """Whether both are of one layer, and of one level of an organisation where both tell."""
    if LAYER_OF_CHECK.get(check.type) is not mine.layer:
        return False
    return not mine.node or not check.target or check.target.rsplit("/", 1)[-1] == mine.node


def _counts(mine: OurCheck) -> bool:
    """Whether a check of ours says anything: a layer that is not there has none."""
    return mine.present or mine.verdict is not Verdict.NO_IMPACT


def _with_resource_policy(mine: OurCheck, beside: OurCheck, check: EvaluatedCheck) -> OurCheck:
    """The identity check with what a resource-based policy adds to it.

    AWS shows a check of its own only for a resource whose owner must allow the request separately; elsewhere a
    resource-based policy counts towards the check of the principal.
    """
    words = {mine.verdict, beside.verdict}
    matched = (*mine.matched, *beside.matched)
    if Verdict.EXPLICIT_DENY in words:
        return mine._replace(verdict=Verdict.EXPLICIT_DENY, matched=matched)
    allows_by_resource = beside.verdict is Verdict.ALLOW and check.effect == ALLOW
    unknown = Verdict.UNKNOWN in words and mine.verdict.value != check.effect
    verdict = Verdict.ALLOW if allows_by_resource else Verdict.UNKNOWN if unknown else mine.verdict
    return mine._replace(verdict=verdict, matched=matched)


_MEANINGS: Final[dict[tuple[str, str], str]] = {
    (EXPLICIT_DENY, ALLOW): "AWS found a Deny that matches in the {where}{theirs}; here none does",
    (EXPLICIT_DENY, NO_IMPACT): "AWS found a Deny that matches in the {where}{theirs}; here none does",
    (EXPLICIT_DENY, IMPLICIT_DENY): "AWS found a Deny that matches in the {where}{theirs}; here none does",
    (IMPLICIT_DENY, ALLOW): "AWS found no Allow that matches in the {where}; here one does{ours}",
    (IMPLICIT_DENY, NO_IMPACT): "AWS needed an Allow in the {where} and found none; here none is needed",
    (IMPLICIT_DENY, EXPLICIT_DENY): "AWS found no Deny that matches in the {where}; here one does{ours}",
    (ALLOW, EXPLICIT_DENY): "AWS found no Deny that matches in the {where}; here one does{ours}",
    (NO_IMPACT, EXPLICIT_DENY): "AWS found no Deny that matches in the {where}; here one does{ours}",
    (ALLOW, IMPLICIT_DENY): "AWS found an Allow that matches in the {where}{theirs}; here none does",
    (ALLOW, NO_IMPACT): (
        "AWS found an Allow that matches in the {where}{theirs}; here none does, and none is needed: "
        "this changes nothing"
    ),
    (NO_IMPACT, IMPLICIT_DENY): "AWS needed no Allow in the {where}; here one is needed, and none matches",
    (NO_IMPACT, ALLOW): (
        "AWS found nothing that matches in the {where}, and needed nothing; here an Allow matches{ours}: "
        "this changes nothing"
    ),
}
"""What it means that AWS's effect of a check, which comes first, is not ours."""

_ABSENT: Final[dict[str, str]] = {
    EXPLICIT_DENY: "AWS found a Deny that matches in the {where}{theirs}, and no such policy is at hand",
    IMPLICIT_DENY: "AWS found no Allow that matches in the {where}, and no such policy is at hand",
    ALLOW: "AWS evaluated the {where}{theirs}, and no such policy is at hand",
    NO_IMPACT: "AWS evaluated the {where}, and no such policy is at hand: this changes nothing",
}
"""What it means that AWS evaluated a layer, or a level of it, that is not there here."""

_SHOWN_WITHOUT_POLICIES: Final = frozenset({LayerName.SESSION, LayerName.IDENTITY, LayerName.RESOURCE})
"""Layers whose check AWS shows for every caller that they could bind, whether or not there is a policy."""


def _difference(
    check: EvaluatedCheck, mine: OurCheck | None, evaluation: Evaluation, decision: Decision, known: Counterparts
) -> str:
    """What differs between a check of AWS and ours; empty where nothing does, or where ours is open."""
    layer = LAYER_OF_CHECK.get(check.type)
    if layer is None:
        return f"AWS shows a check of the type `{check.type}`, which is not known here"
    if check.effect not in _ABSENT:
        return f"AWS shows the effect `{check.effect}` in the {where(check)}, which is not known here"
    told = deciding(check, evaluation, known)
    if mine is None or not _counts(mine):
        harmless = check.effect in {ALLOW, NO_IMPACT} and not any(check.matched)
        if harmless and layer in _SHOWN_WITHOUT_POLICIES:
            return ""
        return _ABSENT[check.effect].format(where=where(check), theirs=told)
    if mine.verdict is Verdict.UNKNOWN:
        return ""
    statements = list(statement_differences(check, mine, decision, known))
    meaning = _MEANINGS.get((check.effect, mine.verdict.value), "")
    if statements and (not meaning or _is_told_by_statements(check, mine, known)):
        return "; ".join(statements)
    said = meaning.format(where=where(check), theirs=told, ours=_ours(mine))
    return "; ".join((said, *statements)) if said else ""


def _is_told_by_statements(check: EvaluatedCheck, mine: OurCheck, known: Counterparts) -> bool:
    """Whether the statements that do not match here are those that decided, so that they say all there is to say."""
    wanted = {DENY, EXPLICIT_DENY} if check.effect == EXPLICIT_DENY else {ALLOW}
    decided = [policy for policy in check.matched if any(one.effect in wanted for one in policy.statements)]
    if check.effect not in {ALLOW, EXPLICIT_DENY} or mine.verdict is Verdict.EXPLICIT_DENY:
        return False
    return bool(decided) and all(policy.uri in known.found for policy in decided)


def _ours(mine: OurCheck) -> str:
    wanted = "Deny" if mine.verdict is Verdict.EXPLICIT_DENY else "Allow"
    found = [label(match) for match in mine.certain if match.statement.effect.value == wanted]
    return f": {', '.join(found)}" if found else ""


def _ours_alone(mine: OurCheck, evaluation: Evaluation, *, separate: bool) -> ComparedCheck:
    """A check of ours that AWS does not show."""
    layer = LAYER[mine.layer]
    target = mine.node if layer.combine is Combine.LEVELS else ""
    row = ComparedCheck(layer.check_type, target, "", mine.verdict.value)
    counted = mine.layer is LayerName.RESOURCE and not separate
    open_or_needless = mine.verdict in {Verdict.UNKNOWN, Verdict.NO_IMPACT}
    if open_or_needless or (counted and (mine.verdict is not Verdict.EXPLICIT_DENY or _is_shown(evaluation))):
        return row
    place = where(EvaluatedCheck(layer.check_type, "", target))
    said = {
        Verdict.EXPLICIT_DENY: f"a Deny matches in the {place} here{_ours(mine)}",
        Verdict.IMPLICIT_DENY: f"no Allow matches in the {place} here",
        Verdict.ALLOW: f"the {place} here allow",
    }[mine.verdict]
    return row._replace(difference=f"{said}; AWS shows no such check")


def _is_shown(evaluation: Evaluation) -> bool:
    """Whether AWS's evaluation shows a Deny where that of a resource-based policy would count."""
    return any(check.type == LAYER[LayerName.IDENTITY].check_type for check in evaluation.checks)


_OUTCOMES: Final = {
    ALLOW: Effect.ALLOWED,
    EXPLICIT_DENY: Effect.EXPLICIT_DENY,
    IMPLICIT_DENY: Effect.IMPLICIT_DENY,
}
_WORDS: Final = {
    Effect.ALLOWED: "allow",
    Effect.EXPLICIT_DENY: "deny explicitly",
    Effect.IMPLICIT_DENY: "deny implicitly",
    Effect.DEPENDS: "leave it open",
}


def outcomes_fit(evaluation: Evaluation, decision: Decision) -> bool | None:
    """Whether AWS's outcome is ours, or one that we leave open; ``None`` where AWS does not tell its own."""
    theirs = _OUTCOMES.get(evaluation.effect)
    return None if theirs is None else theirs is decision.effect or theirs in decision.possible


def _of_outcome(evaluation: Evaluation, decision: Decision) -> Iterator[str]:
    """The outcome as a whole, where no check shows a difference."""
    theirs = _OUTCOMES.get(evaluation.effect)
    if theirs is None:
        if evaluation.effect != NOT_TOLD:
            yield f"AWS shows the effect `{evaluation.effect}`, which is not known here"
        return
    if not outcomes_fit(evaluation, decision):
        said = {Effect.ALLOWED: "an allow", Effect.EXPLICIT_DENY: "an explicit deny"}.get(theirs, "an implicit deny")
        yield f"AWS's evaluation came to {said}; the policies at hand {_WORDS[decision.effect]}"
