"""Edits of a policy that misspells what it means: a bucket, an action or a value that is nearly the request's own.

A name counts as misspelt only where nothing at hand knows it: no folder lists such a resource, AWS has no such action.
Source: spec A9, R5, R6, C13.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.account.policy_holders import policy_holders
from policysim.evaluation.reasons import Element, Reason
from policysim.explanation.diagnosis import FixKind, label
from policysim.explanation.fixes.breadth import element_breadth, statement_breadth
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.documents import bound_by, named_besides
from policysim.explanation.fixes.near import known_resources, near, near_conditions
from policysim.explanation.fixes.statements import literal_value, written_action
from policysim.language.arns import parse_arn
from policysim.language.edits import replace_value
from policysim.language.operators import operator_named
from policysim.language.spelling import misspelt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import StatementMatch
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.source import DocumentPath

_PART: Final = re.compile(r"([/:])")
_MAY_BE_MEANT: Final = "if `{old}` is a name of its own, this takes it out of {statement}"


def correct_resource(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The resource in the place of one that is nearly spelt so, with its wildcards kept."""
    known: dict[str, None] | None = None
    for miss in near(case, aim, Element.RESOURCE):
        resource = miss.match.statement.resource
        if resource is None or resource.negated or miss.outcome.reason is not Reason.RESOURCE_OTHER:
            continue
        for index, pattern in enumerate(resource.patterns):
            corrected = corrected_pattern(pattern, case.request.resource.arn)
            if corrected is None:
                continue
            known = known_resources(case) if known is None else known
            arn = parse_arn(pattern)
            if arn is not None and any(holder in known for holder in policy_holders(arn)):
                continue
            weight = element_breadth(resource._replace(patterns=(corrected,)))
            breadth = weight * statement_breadth(miss.match.statement, besides="resource")
            yield _correction(case, aim, miss.match, (pattern, corrected, resource.path(index)), breadth)


def corrected_pattern(pattern: str, resource: str) -> str | None:
    """A pattern with the one part corrected in which it differs from an ARN by a slip of the fingers."""
    theirs, own = parse_arn(pattern), parse_arn(resource)
    if theirs is None or own is None or theirs._replace(resource="") != own._replace(resource=""):
        return None
    parts, right = _PART.split(theirs.resource), _PART.split(own.resource)
    for at, (part, wanted) in enumerate(zip(parts, right, strict=False)):
        if part == wanted:
            continue
        literal = not any(char in "*?$" for char in part + wanted)
        if not literal or not misspelt(part, wanted):
            return None
        return str(theirs._replace(resource="".join([*parts[:at], wanted, *parts[at + 1 :]])))
    return None


def correct_action(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The action in the place of one that AWS does not have and that is nearly spelt so."""
    wanted = written_action(case.request)
    for miss in near(case, aim, Element.ACTION):
        actions = miss.match.statement.action
        if actions.negated:
            continue
        for index, action in enumerate(actions.patterns):
            if "*" in action or "?" in action or case.facts.knows_action(action) is not False:
                continue
            if misspelt(action.lower(), wanted.lower()):
                breadth = statement_breadth(miss.match.statement, besides="action")
                yield _correction(case, aim, miss.match, (action, wanted, actions.path(index)), breadth)


def correct_value(case: Case, aim: Aim) -> Iterator[Candidate]:
    """The request's own value in the place of one that is nearly spelt so, in a condition."""
    for miss, entry in near_conditions(case, aim):
        operator = operator_named(entry.operator)
        value = literal_value(case.request, entry.key)
        if operator is None or operator.base.negated or value is None or miss.outcome.reason is not Reason.VALUE_OTHER:
            continue
        for index, listed in enumerate(entry.values):
            if not any(char in "*?$" for char in listed) and misspelt(listed, value):
                breadth = 2 * statement_breadth(miss.match.statement, besides="principal")
                yield _correction(case, aim, miss.match, (listed, value, entry.path(index)), breadth)


def _correction(
    case: Case, aim: Aim, match: StatementMatch, change: tuple[str, str, DocumentPath], breadth: int
) -> Candidate:
    old, new, path = change
    return Candidate(
        FixKind.CORRECT_VALUE,
        f"correct `{old}` to `{new}` in {label(match)}",
        match.attached,
        aim.layer,
        (replace_value(match.statement.location.below(*path), new),),
        breadth * bound_by(case, match.attached, aim.layer),
        warning=_MAY_BE_MEANT.format(old=old, statement=label(match)),
        others=named_besides(case, match),
    )
