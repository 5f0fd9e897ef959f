"""Denials put together by their root cause: one full report for each cause, with how often, when, whom and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.explanation.root_causes import action_of, caller_of, resource_of, root_cause
from policysim.reports.document import GroupDocument, Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from policysim.explanation.diagnosis import Diagnosis
    from policysim.explanation.root_causes import RootCause


class GroupReport(NamedTuple):
    """The report of the first denial of a group, and the group."""

    report: Report
    group: GroupDocument


class Group(NamedTuple):
    """The whole diagnosis of the first denial of a group, and the group."""

    first: Diagnosis
    document: GroupDocument


class Grouping:
    """Takes one diagnosis after the other, and keeps one for each root cause.

    A diagnosis need not be whole yet, as long as it can be made so: see ``diagnose.Examined``.
    """

    def __init__(self) -> None:
        self._groups: dict[RootCause, _Growing] = {}
        self._count = 0

    def add(self, diagnosis: Diagnosis, whole: Callable[[], Diagnosis] | None = None) -> None:
        """Puts a diagnosis where it belongs; ``whole`` is asked for the rest of it once it stands for its group."""
        key = root_cause(diagnosis)
        if key not in self._groups:
            self._groups[key] = _Growing(whole or (lambda: diagnosis), action_of(diagnosis), key.cause)
        self._groups[key].add(self._count, diagnosis)
        self._count += 1

    def groups(self, most: int | None = None) -> list[Group]:
        """The groups, the one with the most denials first; of equal ones the earlier. ``most``: so many of them."""
        return [Group(group.first(), group.document()) for group in self._in_order()[:most]]

    def documents(self) -> list[GroupDocument]:
        """The groups without their diagnoses."""
        return [group.document() for group in self._in_order()]

    def _in_order(self) -> list[_Growing]:
        return sorted(self._groups.values(), key=lambda group: -len(group.reports))


class _Growing:
    """A group that still grows; names are kept once, in the order of their first denial."""

    __slots__ = ("action", "actions", "cause", "first", "from_", "principals", "reports", "resources", "to")

    def __init__(self, first: Callable[[], Diagnosis], action: str | None, cause: str | None) -> None:
        self.first, self.action, self.cause = first, action, cause
        self.reports: list[int] = []
        self.actions: dict[str, None] = {}
        self.principals: dict[str, None] = {}
        self.resources: dict[str, None] = {}
        self.from_: tuple[datetime, str] | None = None
        self.to: tuple[datetime, str] | None = None

    def add(self, number: int, diagnosis: Diagnosis) -> None:
        self.reports.append(number)
        found = (
            (self.actions, action_of(diagnosis)),
            (self.principals, caller_of(diagnosis)),
            (self.resources, resource_of(diagnosis)),
        )
        for names, name in found:
            if name:
                names[name] = None
        event = diagnosis.call.event
        if event is not None and event.time is not None and event.event_time is not None:
            time = (event.time, event.event_time)
            self.from_ = time if self.from_ is None else min(self.from_, time)
            self.to = time if self.to is None else max(self.to, time)

    def document(self) -> GroupDocument:
        return GroupDocument(
            cause=self.cause,
            action=self.action,
            actions=tuple(self.actions),
            count=len(self.reports),
            first=self.from_[1] if self.from_ else None,
            last=self.to[1] if self.to else None,
            reports=tuple(self.reports),
            principals=tuple(self.principals),
            resources=tuple(self.resources),
        )
