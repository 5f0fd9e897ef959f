"""What a decision rests on that the catalogue does not list: said beside the decision, never left out of it.

AWS has new actions and keys every week, and people misspell old ones. An unlisted action is matched by its text, an
unlisted key is compared as its operator says; the reader must know that nobody checked them, and that AWS never asks
about a resource of another type than the action's. Spec A9, C66, R16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.conditions.caveats import KEY_UNKNOWN
from policysim.evaluation.decision import Caveat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Decision
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.policy_set import PolicySet


def with_unlisted_named(decision: Decision, policies: PolicySet, facts: Facts) -> Decision:
    """The decision with a caveat for an unlisted action or form of resource, and with the names of unlisted keys."""
    caveats = decision.caveats
    if any(caveat.code == KEY_UNKNOWN for caveat in caveats):
        keys = dict.fromkeys(_unlisted_keys(decision, policies, facts))
        caveats = tuple(_naming(caveat, keys) if caveat.code == KEY_UNKNOWN else caveat for caveat in caveats)
    action = decision.request.action
    if facts.knows_action(action) is False:
        sentence = f"the catalogue of AWS actions does not list `{action}`: check its spelling"
        caveats = (*caveats, Caveat("action-unknown", sentence))
    elif (misfit := _misfit(action, decision.request.resource.arn, facts)) is not None:
        caveats = (*caveats, misfit)
    return decision if caveats is decision.caveats else decision.narrowed(caveats=caveats)


def _misfit(action: str, resource: str, facts: Facts) -> Caveat | None:
    """What to say of a resource that the action does not work on: AWS never authorizes it there."""
    if resource == "*" or facts.takes_no_resource(action) is not False or facts.works_on(action, resource) is not False:
        return None
    sentence = (
        f"`{action}` works on resources of another type, so AWS never asks whether it is allowed on this one (R16)"
    )
    return Caveat("resource-of-another-type", sentence)


def _naming(caveat: Caveat, keys: dict[str, None]) -> Caveat:
    return Caveat(caveat.code, f"{', '.join(f'`{key}`' for key in keys)}: {caveat.sentence}") if keys else caveat


def _unlisted_keys(decision: Decision, policies: PolicySet, facts: Facts) -> Iterator[str]:
    """The unlisted keys in the statements that speak of the action."""
    for content in policies.layers.values():
        for attached in (attached for level in content.levels for attached in level.policies):
            for statement in attached.policy.by_action[decision.request.action]:
                yield from (entry.key for entry in statement.conditions if facts.knows_key(entry.key) is False)
