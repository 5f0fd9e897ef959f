"""Denials put together by their root cause: one full report for each cause, with how often, when, whom and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.explanation.root_causes import action_of, caller_of, resource_of, root_cause
from policysim.reports.document import GroupDocument, Report

if TYPE_CHECKING:
    from datetime import datetime

    from policysim.explanation.diagnosis import Diagnosis
    from policysim.explanation.root_causes import RootCause


class GroupReport(NamedTuple):
    """The report of the first denial of a group, and the group."""

    report: Report
    group: GroupDocument


class Group(NamedTuple):
    """The diagnosis of the first denial of a group, and the group."""

    first: Diagnosis
    document: GroupDocument


class Grouping:
    """Takes one diagnosis after the other, and keeps one for each root cause."""

    def __init__(self) -> None:
        self._groups: dict[RootCause, _Growing] = {}
        self._count = 0

    def add(self, diagnosis: Diagnosis) -> None:
        """Puts a diagnosis where it belongs."""
        key = root_cause(diagnosis)
        if key not in self._groups:
            self._groups[key] = _Growing(diagnosis, key.cause)
        self._groups[key].add(self._count, diagnosis)
        self._count += 1

    def groups(self) -> list[Group]:
        """The groups, the one with the most denials first; of equal ones the earlier."""
        return [group.done() for group in sorted(self._groups.values(), key=lambda group: -len(group.reports))]

    def documents(self) -> list[GroupDocument]:
        """The groups without their diagnoses."""
        return [group.document for group in self.groups()]


class _Growing:
    """A group that still grows; names are kept once, in the order of their first denial."""

    __slots__ = ("actions", "cause", "first", "from_", "principals", "reports", "resources", "to")

    def __init__(self, first: Diagnosis, cause: str | None) -> None:
        self.first, self.cause = first, cause
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

    def done(self) -> Group:
        document = GroupDocument(
            cause=self.cause,
            action=action_of(self.first),
            actions=tuple(self.actions),
            count=len(self.reports),
            first=self.from_[1] if self.from_ else None,
            last=self.to[1] if self.to else None,
            reports=tuple(self.reports),
            principals=tuple(self.principals),
            resources=tuple(self.resources),
        )
        return Group(self.first, document)
