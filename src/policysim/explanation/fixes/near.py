"""The near misses that an edit may start from: those in documents that can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.reasons import Element
from policysim.explanation.fixes.documents import refusal
from policysim.explanation.near_misses import one_element_short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.diagnosis import NearMiss
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.language.policy import ConditionEntry


def near(case: Case, aim: Aim, element: Element) -> Iterator[NearMiss]:
    """Near misses of the layer that fail on this element, in documents that can be edited."""
    for miss in one_element_short(case.decision, aim.layer):
        if miss.outcome.element is element and refusal(case, miss.match.attached) is None:
            yield miss


def near_conditions(case: Case, aim: Aim) -> Iterator[tuple[NearMiss, ConditionEntry]]:
    """Near misses that fail on one condition, with the entry that fails."""
    for miss in near(case, aim, Element.CONDITION):
        entry = next((one for one in miss.match.statement.conditions if one.path() == miss.outcome.path[:3]), None)
        if entry is not None:
            yield miss, entry


def known_resources(case: Case) -> dict[str, None]:
    """The ARNs of the resources that the accounts at hand list, in their order."""
    return {
        arn: None
        for account in case.organisation.accounts.values()
        for listed in (account.resource_policies or {}, account.tags or {})
        for arn in listed
    }
