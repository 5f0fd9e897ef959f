"""Checks of ``Action`` and ``NotAction``: actions that there are not, and negations that leave none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from policysim.language.element_forms import action_flaws
from policysim.validation.finding_kinds import (
    NEVER_EXCLUDES,
    UNKNOWN_ACTION,
    UNKNOWN_SERVICE,
    UNMATCHED_ACTION,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.catalog.facts import Catalogue
    from policysim.validation.findings import Finding
    from policysim.validation.subject import PatternAt, Subject

EVERY_ACTION: Final = frozenset({"*", "*:*"})
"""The patterns that cover every action of every service (spec A2)."""

_LIKENESS: Final = 0.75


def unknown_actions(subject: Subject) -> Iterator[Finding]:
    """Services and actions that the catalogue does not know, and wildcards that cover none that it knows (A2, A9)."""
    for action in subject.actions:
        if action.text not in EVERY_ACTION and not action_flaws(action.text):
            yield from _unknown(subject, action)


def _unknown(subject: Subject, action: PatternAt) -> Iterator[Finding]:
    prefix, _, name = action.text.partition(":")
    known = subject.catalogue.actions_of(prefix)
    if not known:
        hint = nearest(prefix.lower(), subject.catalogue.services())
        yield subject.finding(UNKNOWN_SERVICE, f"the catalogue knows no service `{prefix}`", action.where, hint)
    elif "*" in name or "?" in name:
        if not subject.catalogue.actions_matching(action.text):
            message = f"`{action.text}` covers no action of `{prefix}` that the catalogue knows"
            yield subject.finding(UNMATCHED_ACTION, message, action.where)
    elif not subject.catalogue.knows_action(action.text):
        hint = nearest(f"{prefix.lower()}:{name}", known)
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


def nearest(text: str, known: Iterable[str]) -> str:
    """A hint that names the known spelling most like ``text``; empty when none is like it."""
    spellings = {spelling.lower(): spelling for spelling in known}
    found = get_close_matches(text.lower(), spellings, n=1, cutoff=_LIKENESS)
    return f"did you mean `{spellings[found[0]]}`?" if found else ""
