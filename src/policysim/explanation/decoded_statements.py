"""The statements of a decoded message beside those of the policies at hand.

A decoded message names no policy and no layer: a statement is found by its Sid and by what it says.
Source: AWS STS API reference, DecodeAuthorizationMessage; spec M15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.aws_evaluation import ALLOW, DENY, EXPLICIT_DENY, NOT_TOLD
from policysim.evaluation.layers import LAYER
from policysim.evaluation.truth import FALSE
from policysim.explanation.diagnosis import ComparedCheck, label
from policysim.explanation.evaluated_statements import why_not

if TYPE_CHECKING:
    from policysim.cloudtrail.aws_evaluation import DecodedStatement, Evaluation
    from policysim.evaluation.decision import Decision, StatementMatch

_CHECK_EFFECTS: Final = {DENY: EXPLICIT_DENY, ALLOW: ALLOW}


def decoded_checks(evaluation: Evaluation, decision: Decision | None) -> tuple[ComparedCheck, ...]:
    """One row for each statement that AWS lists as matched; ``decision`` must be a traced one."""
    return tuple(_row(statement, decision) for statement in evaluation.statements)


def _row(statement: DecodedStatement, decision: Decision | None) -> ComparedCheck:
    effect = _CHECK_EFFECTS.get(statement.effect, statement.effect)
    if decision is None or not decision.checks:
        return ComparedCheck(NOT_TOLD, "", effect, "", (_shown(statement),))
    found = _found(statement, decision)
    if found is None:
        absent = "which stands in no policy at hand: one is missing here or changed since"
        missing = f"AWS matched {_titled(statement)}, {absent}"
        return ComparedCheck(NOT_TOLD, "", effect, "", (_shown(statement),), missing)
    name = f"{found.attached.name}: {found.statement.sid or f'statement {found.statement.index + 1}'}"
    verdict = decision.check(found.layer).verdict.value
    return ComparedCheck(
        LAYER[found.layer].check_type,
        found.attached.attached_to or "",
        effect,
        verdict,
        (name,),
        _difference(statement, found),
    )


def _found(statement: DecodedStatement, decision: Decision) -> StatementMatch | None:
    """The statement at hand that is the listed one: by its Sid and what it says, else by what it says, else by Sid."""
    same = [match for match in decision.trace if match.statement.effect.value.upper() == statement.effect]
    by_sid = [match for match in same if statement.sid and match.statement.sid == statement.sid]
    by_content = [match for match in same if _says_the_same(statement, match)]
    both = [match for match in by_sid if _says_the_same(statement, match)]
    unnamed = [match for match in by_content if not match.statement.sid] if not statement.sid else []
    for some in (both, unnamed, by_sid):
        if some:
            return next((match for match in some if match.truth is not FALSE), some[0])
    return None


def _says_the_same(statement: DecodedStatement, match: StatementMatch) -> bool:
    """Whether actions and resources are the same, in any order and case of actions."""
    mine = match.statement
    actions = {pattern.lower() for pattern in mine.action.patterns} == {one.lower() for one in statement.actions}
    resources = mine.resource is None or set(mine.resource.patterns) == set(statement.resources)
    return actions and resources and not mine.action.negated


def _difference(statement: DecodedStatement, found: StatementMatch) -> str:
    if found.truth is FALSE:
        return f"AWS matched {label(found)}, which here does not match{why_not(found)}"
    negated = found.statement.action.negated or (
        found.statement.resource is not None and found.statement.resource.negated
    )
    if not negated and statement.actions and not _says_the_same(statement, found):
        return f"AWS shows {label(found)} with other actions or resources than here: it changed since"
    if _has_other_conditions(statement, found):
        return f"AWS shows {label(found)} with other condition values than here: it may have changed since"
    return ""


def _has_other_conditions(statement: DecodedStatement, found: StatementMatch) -> bool:
    """Whether a key that both show has other values; how AWS shows policy variables is not documented."""
    shown = {key.lower(): set(values) for key, values in statement.conditions}
    here: dict[str, set[str]] = {}
    for entry in found.statement.conditions:
        here.setdefault(entry.key.lower(), set()).update(entry.values)
    plain = {key: values for key, values in here.items() if not any("${" in value for value in values)}
    return any(key in shown and shown[key] != values for key, values in plain.items())


def _titled(statement: DecodedStatement) -> str:
    kind = "the Deny" if statement.effect == DENY else "the Allow" if statement.effect == ALLOW else "the statement"
    return f"{kind} `{statement.sid}`" if statement.sid else f"{kind} without Sid on {_listed(statement)}"


def _shown(statement: DecodedStatement) -> str:
    return statement.sid or f"a statement without Sid on {_listed(statement)}"


_MOST_NAMED: Final = 3


def _listed(statement: DecodedStatement) -> str:
    named = ", ".join(statement.actions[:_MOST_NAMED])
    return f"{named}, ..." if len(statement.actions) > _MOST_NAMED else named or "actions that are not shown"
