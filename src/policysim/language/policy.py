"""The policy tree: what a document says, element by element, and where each part of it can be found.

Source: IAM User Guide, reference_policies_grammar; spec G1 to G6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.action_index import ActionIndex

if TYPE_CHECKING:
    from policysim.language.policy_types import PolicyType
    from policysim.language.problems import Problem
    from policysim.language.source import DocumentPath, Location

VARIABLES_VERSION = "2012-10-17"
"""The only ``Version`` under which ``${...}`` is a policy variable (spec V1)."""


class Effect(Enum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


class PatternElement(NamedTuple):
    """``Action``/``NotAction`` or ``Resource``/``NotResource``: patterns, and whether they are negated.

    ``listed`` tells that the text holds a list, so that the place of one pattern is known.
    """

    name: str
    negated: bool
    patterns: tuple[str, ...]
    listed: bool

    def path(self, index: int) -> DocumentPath:
        """The way from the statement to one of the patterns."""
        return (self.name, index) if self.listed else (self.name,)


class PrincipalEntry(NamedTuple):
    """One principal of a list: its kind (``AWS``, ``Service``, ``Federated``, ``CanonicalUser`` or ``*``) and value."""

    kind: str
    value: str
    path: DocumentPath


class PrincipalElement(NamedTuple):
    """``Principal`` or ``NotPrincipal``."""

    name: str
    negated: bool
    entries: tuple[PrincipalEntry, ...]


class ConditionEntry(NamedTuple):
    """One key under one operator, with the values in their string form (spec C12).

    ``operator`` and ``key`` are as written in the text.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    listed: bool

    def path(self, index: int | None = None) -> DocumentPath:
        """The way from the statement to the entry, or to one of its values."""
        entry = ("Condition", self.operator, self.key)
        return (*entry, index) if self.listed and index is not None else entry


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``resource`` and ``principal`` are ``None`` where the document type has no such element."""

    index: int
    sid: str | None
    effect: Effect
    principal: PrincipalElement | None
    action: PatternElement
    resource: PatternElement | None
    conditions: tuple[ConditionEntry, ...]
    location: Location


class Unresolved(NamedTuple):
    """What a document says in part that cannot be known offline: a value of a template or plan that only AWS fills in.

    ``sentence`` says what is not known and where. ``widened`` is a statement that matches every request that the real
    one can match; without one nothing is known of it. ``may_allow`` and ``may_deny``: the effects that it can have.
    """

    sentence: str
    widened: Statement | None = None
    may_allow: bool = True
    may_deny: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy document as read: its statements, and the problems found on the way.

    A document with an error among its ``problems`` must not take part in a decision (``usable`` is false).
    ``unresolved`` is what stands in the document beside ``statements`` and is not known: it decides nothing, but a
    decision that it could change is open.
    """

    type: PolicyType
    version: str | None
    id: str | None
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...]
    location: Location
    unresolved: tuple[Unresolved, ...] = ()
    _by_action: ActionIndex | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def by_action(self) -> ActionIndex:
        """The statements by action, sorted when first asked for."""
        index = self._by_action
        if index is None:
            index = ActionIndex(self.statements)
            object.__setattr__(self, "_by_action", index)  # a memo of what the frozen document says
        return index

    @property
    def substitutes_variables(self) -> bool:
        """Whether ``${...}`` is a policy variable in this document (spec V1)."""
        return self.version == VARIABLES_VERSION

    @property
    def usable(self) -> bool:
        """Whether the document is free of errors (warnings and notes do not count)."""
        return not any(problem.is_error for problem in self.problems)
