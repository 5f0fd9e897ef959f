"""What a check looks at: one statement of one document, and the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.policy import Effect
from policysim.language.policy_types import PolicyType
from policysim.validation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.facts import Catalogue
    from policysim.language.policy import PatternElement, Policy, Statement
    from policysim.language.source import Location
    from policysim.validation.findings import FindingKind

STORED_BY_IAM: Final = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.TRUST})
"""The types of document that IAM and STS themselves check when they are saved."""


def finding_of(
    kind: FindingKind, policy_type: PolicyType, message: str, where: Location | None, hint: str = ""
) -> Finding:
    """A finding with the severity that its kind has in documents of the type."""
    refused = kind.refused if policy_type in STORED_BY_IAM else None
    return Finding(kind, refused or kind.severity, message, where, hint)


class PatternAt(NamedTuple):
    """One pattern of ``Action``, ``Resource`` or their negations, and its place."""

    text: str
    where: Location


class Subject(NamedTuple):
    """One statement, the document that it stands in, and what AWS has."""

    policy: Policy
    statement: Statement
    catalogue: Catalogue

    @property
    def type(self) -> PolicyType:
        """The type of the document."""
        return self.policy.type

    @property
    def allows(self) -> bool:
        """Whether the statement allows."""
        return self.statement.effect is Effect.ALLOW

    @property
    def actions(self) -> tuple[PatternAt, ...]:
        """The patterns of ``Action`` or ``NotAction``."""
        return tuple(self._patterns(self.statement.action))

    @property
    def resources(self) -> tuple[PatternAt, ...]:
        """The patterns of ``Resource`` or ``NotResource``; none where the statement has neither."""
        element = self.statement.resource
        return () if element is None else tuple(self._patterns(element))

    @property
    def on_everything(self) -> bool:
        """Whether the statement works on every resource: ``*``, or no element at all."""
        element = self.statement.resource
        return element is None or (not element.negated and "*" in element.patterns)

    def at(self, *path: str | int) -> Location:
        """A place in the statement."""
        return self.statement.location.below(*path)

    def finding(self, kind: FindingKind, message: str, where: Location | None = None, hint: str = "") -> Finding:
        """A finding at a place of the statement, or at the statement itself."""
        return finding_of(kind, self.type, message, where or self.statement.location, hint)

    def _patterns(self, element: PatternElement) -> Iterator[PatternAt]:
        for index, pattern in enumerate(element.patterns):
            yield PatternAt(pattern, self.at(*element.path(index)))
