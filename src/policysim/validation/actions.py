"""Checks of ``Action`` and ``NotAction``: actions that there are not, and negations that leave none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.element_forms import action_flaws
from policysim.language.nearest import nearest
from policysim.validation.finding_kinds import (
    NEVER_EXCLUDES,
    UNKNOWN_ACTION,
    UNKNOWN_SERVICE,
    UNMATCHED_ACTION,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.facts import Catalogue
    from policysim.validation.findings import Finding
    from policysim.validation.subject import PatternAt, Subject

EVERY_ACTION: Final = frozenset({"*", "*:*"})
"""The patterns that cover every action of every service (spec A2)."""

LIKENESS: Final = 0.75
"""How like an unknown name a known one must be to be proposed, from 0 to 1."""


def unknown_actions(subject: Subject) -> Iterator[Finding]:
    """Services and actions that the catalogue does not know, and wildcards that cover none that it knows (A2, A9)."""
    for action in subject.actions:
        if action.text not in EVERY_ACTION and not action_flaws(action.text):
            yield from _unknown(subject, action)


def _unknown(subject: Subject, action: PatternAt) -> Iterator[Finding]:
    prefix, _, name = action.text.partition(":")
    known = subject.catalogue.actions_of(prefix)
    if not known:
        hint = nearest(prefix.lower(), subject.catalogue.services(), most=1, likeness=LIKENESS)
        yield subject.finding(UNKNOWN_SERVICE, f"the catalogue knows no service `{prefix}`", action.where, hint)
    elif "*" in name or "?" in name:
        if not subject.catalogue.actions_matching(action.text):
            message = f"`{action.text}` covers no action of `{prefix}` that the catalogue knows"
            yield subject.finding(UNMATCHED_ACTION, message, action.where)
    elif not subject.catalogue.knows_action(action.text):
        hint = nearest(f"{prefix.lower()}:{name}", known, most=1, likeness=LIKENESS)
        yield subject.finding(UNKNOWN_ACTION, f"the catalogue knows no action `{action.text}`", action.where, hint)


def excludes_everything(subject: Subject) -> Iterator[Finding]:
    """``NotAction`` or ``NotResource`` with a pattern that covers everything (spec A6, R23)."""
    statement = subject.statement
    if statement.action.negated:
        for action in subject.actions:
            if action.text in EVERY_ACTION:
                message = f"`NotAction` excludes `{action.text}`, so the statement never matches"
                yield subject.finding(NEVER_EXCLUDES, message, action.where)
    if statement.resource is not None and statement.resource.negated:
        for resource in subject.resources:
            if resource.text == "*":
                message = "`NotResource` excludes `*`, so the statement never matches"
                yield subject.finding(NEVER_EXCLUDES, message, resource.where)


def covered_actions(catalogue: Catalogue, pattern: str) -> tuple[str, ...]:
    """The actions that the catalogue knows and a pattern covers; none for the patterns that cover every action."""
    if pattern in EVERY_ACTION:
        return ()
    if "*" in pattern or "?" in pattern:
        return catalogue.actions_matching(pattern)
    name = catalogue.canonical_action(pattern)
    return () if name is None else (name,)
