"""The order of alternatives: none comes before another one that lets in only a part of what it lets in itself.

The rough count of ``breadth`` comes first; where the patterns of what two edits add can be compared, they decide.
Source: IAM User Guide, best-practices (least privilege); spec A1, R1, R6, P2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.language.patterns import action_matches, resource_pattern_of
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.evaluation.layers import LayerName
    from policysim.explanation.fixes.verification import Outcome
    from policysim.language.policy import Policy, Statement


class Added(NamedTuple):
    """What one edit lets in beyond what was let in before: every action on every resource for every caller of it.

    ``conditions`` narrow it; ``callers`` is empty where the document binds whoever it is attached to.
    """

    layer: LayerName
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    callers: tuple[str, ...]
    conditions: frozenset[tuple[str, str, tuple[str, ...]]]

    def covers(self, other: Added) -> bool:
        """Whether all that ``other`` lets in is let in by this one too, as far as the patterns show."""
        return (
            self.layer is other.layer
            and self.conditions <= other.conditions
            and all(any(_action_covers(mine, theirs) for mine in self.actions) for theirs in other.actions)
            and all(any(_resource_covers(mine, theirs) for mine in self.resources) for theirs in other.resources)
            and all("*" in self.callers or theirs in self.callers for theirs in other.callers)
        )


def narrowest_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes in their order, but for those that let in more than a later one does: they come behind it.

    What is verified to be allowed stays before what is not.
    """
    left, ordered = list(outcomes), []
    added = {id(outcome): added_by(outcome) for outcome in outcomes}
    while left:
        first = next((one for one in left if not any(_wider(one, other, added) for other in left)), left[0])
        left = [one for one in left if one is not first]
        ordered.append(first)
    return ordered


def _wider(one: Outcome, other: Outcome, added: dict[int, Added | None]) -> bool:
    mine, theirs = added[id(one)], added[id(other)]
    if one is other or mine is None or theirs is None or one.decision.effect is not other.decision.effect:
        return False
    return mine.covers(theirs) and not theirs.covers(mine)


def added_by(outcome: Outcome) -> Added | None:
    """What the one Allow that an edit adds or widens lets in; ``None`` where it is no single Allow."""
    changed = changed_allow(outcome)
    if changed is None or changed.action.negated:
        return None
    return _added(changed, outcome.candidate.attached.policy, outcome.candidate.layer)


def changed_allow(outcome: Outcome) -> Statement | None:
    """The one Allow that an edit adds or changes, as it reads then; ``None`` where it is no single Allow."""
    before = () if outcome.candidate.new else outcome.candidate.attached.policy.statements
    known = {_meaning(statement) for statement in before}
    changed = [statement for statement in outcome.policy.statements if _meaning(statement) not in known]
    return changed[0] if len(changed) == 1 and changed[0].effect is Effect.ALLOW else None


def _added(statement: Statement, old: Policy, layer: LayerName) -> Added | None:
    resource, principal = statement.resource, statement.principal
    if (resource is not None and resource.negated) or (principal is not None and principal.negated):
        return None
    actions, resources = statement.action.patterns, ("*",) if resource is None else resource.patterns
    callers = () if principal is None else tuple(entry.value for entry in principal.entries)
    before = next((one for one in old.statements if one.index == statement.index), None)
    if before is not None and before.effect is Effect.ALLOW:
        actions = only_new(actions, before.action.patterns)
        resources = only_new(resources, before.resource.patterns if before.resource is not None else resources)
        old_callers = () if before.principal is None else tuple(entry.value for entry in before.principal.entries)
        callers = only_new(callers, old_callers)
    conditions = frozenset((entry.operator, entry.key.lower(), entry.values) for entry in statement.conditions)
    return Added(layer, actions, resources, callers, conditions)


def only_new(now: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """What one element lists anew; all of it where it is as it was, since another element is the one that changed."""
    return tuple(one for one in now if one not in before) or now


def _meaning(statement: Statement) -> object:
    return (
        statement.index,
        statement.effect,
        statement.principal,
        statement.action,
        statement.resource,
        statement.conditions,
    )


def _action_covers(pattern: str, other: str) -> bool:
    return pattern == other or (not _too_short(pattern, other) and action_matches(pattern, other))


def _resource_covers(pattern: str, other: str) -> bool:
    """A pattern that covers the text of another, its wildcards taken for letters, covers all that the other does."""
    return pattern == other or (not _too_short(pattern, other) and resource_pattern_of(pattern).covers(other))


def _too_short(pattern: str, other: str) -> bool:
    """Whether a ``?`` may stand for the letter ``*`` of the other pattern, but never for all that the ``*`` covers."""
    return "?" in pattern and "*" in other
