"""Checks of patterns that say nothing new: another pattern of their element covers them already (spec A4, R1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.validation.actions import EVERY_ACTION
from policysim.validation.finding_kinds import REDUNDANT_ACTION, REDUNDANT_RESOURCE
from policysim.validation.overlaps import covers, covers_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policysim.validation.findings import Finding, FindingKind
    from policysim.validation.subject import PatternAt, Subject

_LITERAL: Final = re.compile(r"[^*?$]*")


def redundant_actions(subject: Subject) -> Iterator[Finding]:
    """Patterns of ``Action`` or ``NotAction`` that another one covers already."""
    return _redundant(subject, REDUNDANT_ACTION, subject.actions, str.lower, _covers_action)


def redundant_resources(subject: Subject) -> Iterator[Finding]:
    """Patterns of ``Resource`` or ``NotResource`` that another one covers already."""
    return _redundant(subject, REDUNDANT_RESOURCE, subject.resources, str, covers)


def _redundant(
    subject: Subject,
    kind: FindingKind,
    patterns: Sequence[PatternAt],
    compared: Callable[[str], str],
    covered_by: Callable[[str, str], bool],
) -> Iterator[Finding]:
    texts = [compared(pattern.text) for pattern in patterns]
    wider = _Wider(texts, covered_by)
    seen: set[str] = set()
    for pattern, text in zip(patterns, texts, strict=True):
        if text in seen:
            yield subject.finding(kind, f"`{pattern.text}` is listed twice", pattern.where, "remove it")
        else:
            at = wider.first(text)
            if at is not None:
                message = f"`{patterns[at].text}` covers `{pattern.text}` already"
                yield subject.finding(kind, message, pattern.where, "remove one of them")
        seen.add(text)


class _Wider:
    """The patterns with wildcards by what stands before the first: only those whose beginning a text has may cover it.

    So a document with thousands of patterns is checked without comparing each with every other.
    """

    def __init__(self, texts: Sequence[str], covered_by: Callable[[str, str], bool]) -> None:
        self._covered_by = covered_by
        self._by_beginning: dict[str, list[tuple[int, str]]] = {}
        for at, text in enumerate(texts):
            if "*" in text or "?" in text:
                self._by_beginning.setdefault(_beginning(text), []).append((at, text))

    def first(self, text: str) -> int | None:
        """The place of the first pattern, other than ``text`` itself, that covers it."""
        beginning = _beginning(text)
        found = [
            at
            for end in range(len(beginning) + 1)
            for at, other in self._by_beginning.get(beginning[:end], ())
            if other != text and self._covered_by(other, text)
        ]
        return min(found, default=None)


def _beginning(text: str) -> str:
    found = _LITERAL.match(text)
    return "" if found is None else found[0]


def _covers_action(wide: str, narrow: str) -> bool:
    return narrow not in EVERY_ACTION if wide in EVERY_ACTION else covers_actions(wide, narrow)
