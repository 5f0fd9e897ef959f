"""The statements that AWS lists as matched in a check, beside those that match here.

AWS makes up a Sid for a statement that has none, in a form that is not documented: such a Sid stands for any statement
without one. Source: IAM Toolbox API reference, MatchedStatement; spec M10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.cloudtrail.aws_evaluation import ALLOW, DENY, EXPLICIT_DENY
from policysim.evaluation.layers import LayerName
from policysim.evaluation.truth import FALSE
from policysim.explanation.diagnosis import label
from policysim.explanation.evaluated_policies import shown
from policysim.language.policy import Effect as StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.aws_evaluation import EvaluatedCheck, Evaluation, MatchedPolicy, MatchedStatement
    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.explanation.aws_checks import OurCheck
    from policysim.explanation.evaluated_policies import Counterparts

_EFFECTS = {ALLOW: StatementEffect.ALLOW, DENY: StatementEffect.DENY, EXPLICIT_DENY: StatementEffect.DENY}


def names(check: EvaluatedCheck, evaluation: Evaluation, known: Counterparts) -> Iterator[str]:
    """The statements that AWS lists as matched, ``policy: Sid`` each, by the names of the policies at hand."""
    for matched in check.matched:
        for statement in matched.statements:
            yield f"{_name(matched, evaluation, known)}: {statement.sid or 'a statement'}"


def deciding(check: EvaluatedCheck, evaluation: Evaluation, known: Counterparts) -> str:
    """The statements of a check that have its effect, in words; empty where AWS lists none."""
    wanted = _EFFECTS.get(check.effect)
    found = [
        f"`{statement.sid}` of `{_name(matched, evaluation, known)}`"
        for matched in check.matched
        for statement in matched.statements
        if wanted is not None and _EFFECTS.get(statement.effect) is wanted
    ]
    return f": {', '.join(found)}" if found else ""


def _name(matched: MatchedPolicy, evaluation: Evaluation, known: Counterparts) -> str:
    here, policy = known.found.get(matched.uri), evaluation.policy(matched.uri)
    return here.name if here is not None else shown(policy) if policy is not None else matched.uri


def statement_differences(
    check: EvaluatedCheck, mine: OurCheck, decision: Decision, known: Counterparts
) -> Iterator[str]:
    """What AWS matched and here does not match, and a Deny that matches here and that AWS does not list."""
    for policy in check.matched:
        here = known.found.get(policy.uri)
        if here is not None:
            yield from _of_policy(policy, here, mine, decision)
    if check.effect == EXPLICIT_DENY:
        yield from _not_listed(check, mine, known)


def _of_policy(policy: MatchedPolicy, here: AttachedPolicy, mine: OurCheck, decision: Decision) -> Iterator[str]:
    sids = {statement.sid for statement in here.policy.statements if statement.sid}
    for statement in policy.statements:
        if statement.sid in sids:
            yield from _of_statement(statement, here, mine, decision)
    made_up = [statement for statement in policy.statements if statement.sid not in sids]
    for effect in dict.fromkeys(statement.effect for statement in made_up):
        listed = [statement for statement in made_up if statement.effect == effect]
        unnamed = [one for one in here.policy.statements if not one.sid and one.effect is _EFFECTS.get(effect)]
        matching = sum(1 for match in _matches(mine, here) if match.statement in unnamed)
        if len(listed) > len(unnamed):
            sids_listed = ", ".join(f"`{one.sid or 'a statement without Sid'}`" for one in listed[len(unnamed) :])
            yield f"AWS matched {sids_listed} of `{here.name}`, which here has no such statement: it changed since"
        elif len(listed) > matching:
            yield f"AWS matched a statement without Sid of `{here.name}`, and here none of them matches"


def _of_statement(
    statement: MatchedStatement, here: AttachedPolicy, mine: OurCheck, decision: Decision
) -> Iterator[str]:
    """A statement that has a Sid of its own: it must match here as well, with the same effect."""
    if any(match.statement.sid == statement.sid for match in _matches(mine, here)):
        wanted = _EFFECTS.get(statement.effect)
        found = next(match for match in _matches(mine, here) if match.statement.sid == statement.sid)
        if wanted is not None and found.statement.effect is not wanted:
            yield f"AWS took {label(found)} for {_article(statement.effect)}, and here it is none: it changed since"
        return
    layers = {mine.layer, LayerName.RESOURCE}
    looked_at = [match for match in decision.trace if match.layer in layers and _is_of(match, here)]
    tried = next((match for match in looked_at if match.statement.sid == statement.sid), None)
    yield f"AWS matched `{statement.sid}` of `{here.name}`, which here does not match{why_not(tried)}"


def why_not(tried: StatementMatch | None) -> str:
    """Why a statement does not match, as the first of its elements that fails tells it."""
    failed = [one for one in tried.failures if one.truth is FALSE] if tried is not None else []
    return f": {failed[0].sentence}" if failed and failed[0].sentence else ""


def _article(effect: str) -> str:
    return "a Deny" if _EFFECTS[effect] is StatementEffect.DENY else "an Allow"


def _matches(mine: OurCheck, here: AttachedPolicy) -> list[StatementMatch]:
    return [match for match in mine.matched if _is_of(match, here)]


def _is_of(match: StatementMatch, here: AttachedPolicy) -> bool:
    """Whether a statement is one of this policy, which may be attached to several levels."""
    if here.arn is not None:
        return match.attached.arn == here.arn
    return (match.attached.name, match.attached.attached_to) == (here.name, here.attached_to)


def _not_listed(check: EvaluatedCheck, mine: OurCheck, known: Counterparts) -> Iterator[str]:
    """A Deny that matches here, of a policy that AWS evaluated, and that AWS does not list."""
    for uri, here in known.found.items():
        listed = [one for policy in check.matched if policy.uri == uri for one in policy.statements]
        sids = {one.sid for one in listed}
        own = {statement.sid for statement in here.policy.statements if statement.sid}
        made_up = sum(1 for one in listed if one.sid not in own and _EFFECTS.get(one.effect) is StatementEffect.DENY)
        denies = [one for one in mine.certain if _is_of(one, here) and one.statement.effect is StatementEffect.DENY]
        unnamed = [match for match in denies if not match.statement.sid]
        for match in [one for one in denies if one.statement.sid and one.statement.sid not in sids] + unnamed[made_up:]:
            yield f"{label(match)} denies here, and AWS does not list it as matched"
