"""What an edit lets in besides the request that was denied, in words.

An edit of a statement reaches all that the other elements of the statement hold: one more action on all of its
resources, one more resource for all of its actions. Whoever deploys it must know. Source: IAM User Guide,
best-practices (least privilege); spec A1, A5, R1, R12, R17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.layers import LayerName
from policysim.explanation.fixes.candidates import one_warning
from policysim.explanation.fixes.ranking import changed_allow, only_new
from policysim.explanation.fixes.statements import resource_pattern, written_action
from policysim.language.lists import listed

if TYPE_CHECKING:
    from policysim.explanation.fixes.candidates import Case
    from policysim.explanation.fixes.verification import Outcome
    from policysim.language.policy import PatternElement, Statement

_MORE: Final = "this allows more than this request: {actions} on {resources}"
_ALL_BUT: Final = "all that {name} does not list"
_EVERY: Final = {"Action": "every action (`*`)", "Resource": "every resource (`*`)"}
_OPEN: Final = {
    False: "the statement names everybody: whatever it allows is public",
    True: "the statement names everybody: nothing but its conditions keeps others out",
}
"""By whether the statement has conditions."""

_SHOWN: Final = 3


def lets_in_more(case: Case, outcome: Outcome) -> str:
    """A sentence on all that an edit of an Allow lets in; empty where that is the request and nothing else."""
    after = changed_allow(outcome)
    if after is None:
        return ""
    candidate = outcome.candidate
    before = _statement_before(outcome, after)
    actions = _let_in(after.action, before.action if before is not None else None)
    resources = _let_in(after.resource, before.resource if before is not None else None)
    version = outcome.policy.version
    own = {resource_pattern(case.request, case.facts, candidate.layer, version), case.request.resource.arn}
    if candidate.attached.attached_to == case.request.resource.arn or case.facts.takes_no_resource(case.request.action):
        own.add("*")
    action = written_action(case.request).lower()
    more_actions = actions is None or any(one.lower() != action for one in actions)
    more_resources = resources is None or any(one not in own for one in resources)
    public = _OPEN[bool(after.conditions)] if candidate.layer is LayerName.RESOURCE and _is_open(after) else ""
    if not more_actions and not more_resources:
        return public
    if after.resource is None:
        there = "what the policy is attached to"
    else:
        there = _in_words(after.resource, resources) if more_resources else f"`{case.request.resource.arn}`"
    return one_warning(public, _MORE.format(actions=_in_words(after.action, actions), resources=there))


def _is_open(statement: Statement) -> bool:
    """Whether a statement names everybody; what an edit adds to it is open to the world (spec P2)."""
    principal = statement.principal
    return principal is not None and (principal.negated or any(entry.value == "*" for entry in principal.entries))


def _statement_before(outcome: Outcome, after: Statement) -> Statement | None:
    if outcome.candidate.new:
        return None
    statements = outcome.candidate.attached.policy.statements
    return next((one for one in statements if one.index == after.index), None)


def _let_in(after: PatternElement | None, before: PatternElement | None) -> tuple[str, ...] | None:
    """The patterns that an element lets in by the edit; ``None`` where that is all but what it lists."""
    if after is None:
        return ()
    if after.negated:
        dropped = () if before is None else tuple(one for one in before.patterns if one not in after.patterns)
        return dropped or None
    return after.patterns if before is None else only_new(after.patterns, before.patterns)


def _in_words(element: PatternElement, patterns: tuple[str, ...] | None) -> str:
    if patterns is None:
        return _ALL_BUT.format(name=element.name)
    if "*" in patterns:
        return _EVERY.get(element.name, "`*`")
    shown = [f"`{one}`" for one in patterns[:_SHOWN]]
    if len(patterns) > _SHOWN:
        shown.append(f"{len(patterns) - _SHOWN} more")
    return listed(shown)
