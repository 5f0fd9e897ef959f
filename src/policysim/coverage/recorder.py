"""What every answer tells of the statements: which of them decided it, which matched, and by which of their parts.

The record is plain data under names that are the same in every process, so that several of them add up to one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from policysim.catalog.facts import CATALOGUE
from policysim.coverage.parts import Asked, parts_of
from policysim.coverage.places import statement_key
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.truth import TRUE
from policysim.language.policy import Effect as StatementEffect
from policysim.language.source import pointer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.facts import Facts
    from policysim.language.policy import Statement
    from policysim.language.source import DocumentPath

FORMAT: Final = 1
"""The number of the payload's layout."""

_NAMED: Final = 3
"""As many of the sentences that a statement decided are kept: the first ones by name."""

_DENIALS: Final = frozenset({Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY})


class Role(IntEnum):
    """What a statement, or a part of one, was in an answer; the greater counts.

    ``NEEDED``: it decided an answer that a ``can`` asked for.
    """

    MATCHED = 1
    DECIDED = 2
    NEEDED = 3


class _Seen:
    """One statement: how often it took part, the greatest role of each part, and the first names of who asked."""

    __slots__ = ("decided", "matched", "named", "needed", "parts", "size", "statement")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.matched = self.decided = self.needed = 0
        self.parts: dict[DocumentPath, Role] = {}
        self.size = len(parts_of(statement))
        self.named: set[str] = set()

    def complete(self, role: Role) -> bool:
        """Whether every part had this role already, so that no request can tell anything new."""
        return len(self.parts) == self.size and all(had >= role for had in self.parts.values())


class Recorder:
    """Takes note of answers.

    ``facts`` are what is known of AWS; names of files below the folder ``root`` are told from there.
    """

    def __init__(self, facts: Facts = CATALOGUE, *, root: str = "") -> None:
        self.root = root
        self._facts = facts
        self._seen: dict[int, _Seen] = {}
        self._merged: dict[str, dict[str, Any]] = {}

    def observe(self, call: CallDecision, *, needed: bool, by: str = "") -> None:
        """Takes note of one answer. ``needed``: a ``can`` asked for it; ``by`` names the sentence that asked."""
        allowed = call.effect is Effect.ALLOWED
        for decision in call.decisions:
            asked: Asked | None = None
            deciding = {id(match.statement) for match in deciding_matches(decision, call.effect)}
            for match in _certain(decision):
                if match.attached.policy.location.source.written_here:
                    continue
                role = Role.MATCHED
                if id(match.statement) in deciding:
                    role = Role.NEEDED if needed and allowed else Role.DECIDED
                asked = asked or Asked(decision, self._facts)
                self._note(match, role, asked, by)

    def _note(self, match: StatementMatch, role: Role, asked: Asked, by: str) -> None:
        seen = self._seen.get(id(match.statement))
        if seen is None:
            seen = self._seen[id(match.statement)] = _Seen(match.statement)
        seen.matched += 1
        if role >= Role.DECIDED:
            seen.decided += 1
            seen.needed += role is Role.NEEDED
            if by and by not in seen.named:
                seen.named = set(sorted((*seen.named, by))[:_NAMED])
        if not seen.complete(role):
            for path in asked.fitting(match):
                if seen.parts.get(path, 0) < role:
                    seen.parts[path] = role

    def payload(self) -> dict[str, Any]:
        """What was noted, as plain JSON."""
        statements = {key: _copied(value) for key, value in self._merged.items()}
        for seen in self._seen.values():
            _add(statements, statement_key(seen.statement, self.root), _plain(seen))
        return {"format": FORMAT, "statements": dict(sorted(statements.items()))}

    def merge(self, payload: dict[str, Any]) -> None:
        """Adds what another recorder noted."""
        for key, value in payload["statements"].items():
            _add(self._merged, key, value)


def deciding_matches(decision: Decision, effect: Effect) -> Iterator[StatementMatch]:
    """The statements that decided one authorization of a call that came out as ``effect``.

    Of an allow: every matching Allow of each layer whose Allow counted (each one would have been enough beside the
    others). Of a denial: every Deny that matches. A call that is open is decided by nothing.
    """
    if effect is Effect.ALLOWED and decision.effect is Effect.ALLOWED:
        wanted, verdict = StatementEffect.ALLOW, Verdict.ALLOW
    elif effect in _DENIALS and decision.effect is Effect.EXPLICIT_DENY:
        wanted, verdict = StatementEffect.DENY, Verdict.EXPLICIT_DENY
    else:
        return
    silent = {check.layer for check in decision.checks if check.verdict is not verdict}
    for match in _certain(decision):
        if match.statement.effect is wanted and match.layer not in silent:
            yield match


def _certain(decision: Decision) -> Iterable[StatementMatch]:
    """The statements that match for certain; one that may match counts for nothing."""
    found: dict[tuple[int, str], StatementMatch] = {}
    for match in (*(match for check in decision.checks for match in check.matched), *decision.statements):
        if match.truth is TRUE:
            found[id(match.statement), match.layer.value] = match
    return found.values()


def _plain(seen: _Seen) -> dict[str, Any]:
    return {
        "matched": seen.matched,
        "decided": seen.decided,
        "needed": seen.needed,
        "parts": {pointer_of(path): int(role) for path, role in sorted(seen.parts.items(), key=_by_pointer)},
        "by": sorted(seen.named),
    }


def _by_pointer(item: tuple[DocumentPath, Role]) -> str:
    return pointer_of(item[0])


def _copied(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "parts": dict(value["parts"]), "by": list(value["by"])}


def _add(statements: dict[str, dict[str, Any]], key: str, value: dict[str, Any]) -> None:
    """Adds one statement's record: numbers add up, the greater role of a part counts, the first names are kept."""
    had = statements.get(key)
    if had is None:
        statements[key] = _copied(value)
        return
    for number in ("matched", "decided", "needed"):
        had[number] += value[number]
    for pointer, role in value["parts"].items():
        had["parts"][pointer] = max(role, had["parts"].get(pointer, 0))
    had["parts"] = dict(sorted(had["parts"].items()))
    had["by"] = sorted({*had["by"], *value["by"]})[:_NAMED]
