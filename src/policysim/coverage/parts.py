"""The parts of a statement: every action, resource, principal and condition value that it lists.

A part takes part in a match when it fits the request by itself. Behind ``NotAction``, ``NotResource``,
``NotPrincipal`` and a negated operator every listed part does: the statement applies because none of them fits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.conditions import prepare
from policysim.evaluation.decide import lookup_of, question_of
from policysim.evaluation.matching import match_principal_of, resource_truth
from policysim.evaluation.policy_set import LayerPolicies, PolicySet
from policysim.evaluation.services import deviation_of
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.evaluation.truth import TRUE
from policysim.language.operators import Family, operator_named
from policysim.language.patterns import action_matches
from policysim.language.policy import PatternElement, PrincipalElement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.evaluation.decision import Decision, StatementMatch
    from policysim.evaluation.facts import Facts
    from policysim.evaluation.matching import Question
    from policysim.language.policy import ConditionEntry, Statement
    from policysim.language.source import DocumentPath


class Part(NamedTuple):
    """One listed part: where it stands below its statement, what it is part of, and its text."""

    path: DocumentPath
    element: str
    text: str


def parts_of(statement: Statement) -> tuple[Part, ...]:
    """Every part of a statement, in the order in which elements are looked at."""
    return tuple(_parts(statement))


def _parts(statement: Statement) -> Iterator[Part]:
    for element in (statement.action, statement.resource):
        if element is not None:
            for index, pattern in enumerate(element.patterns):
                yield Part(element.path(index), element.name, pattern)
    if statement.principal is not None:
        for entry in statement.principal.entries:
            yield Part(entry.path, statement.principal.name, entry.value)
    for condition in statement.conditions:
        for index, value in enumerate(condition.values):
            yield Part(condition.path(index), f"{condition.operator} {condition.key}", value)


class Asked:
    """One request, ready to be held against single parts of the statements that match it."""

    __slots__ = ("_decision", "_facts", "_question")

    def __init__(self, decision: Decision, facts: Facts) -> None:
        self._decision = decision
        self._facts = facts
        self._question: Question | None = None

    @property
    def question(self) -> Question:
        """The request as evaluation holds it against statements."""
        question = self._question
        if question is None:
            request = self._decision.request
            there = PolicySet({check.layer: LayerPolicies(()) for check in self._decision.checks if check.present})
            lookup = lookup_of(request, deviation_of(request.action))
            question = question_of(request, there, self._facts, DEFAULT_SWITCHES)._replace(lookup=lookup)
            self._question = question
        return question

    def fitting(self, match: StatementMatch) -> Iterator[DocumentPath]:
        """The ways to the parts of a matching statement that fit the request."""
        statement = match.statement
        substitutes = match.attached.policy.substitutes_variables
        yield from self._actions(statement.action)
        if statement.resource is not None:
            yield from self._resources(statement.resource, substitutes=substitutes)
        if statement.principal is not None:
            yield from self._principals(statement.principal, match)
        for entry in statement.conditions:
            yield from self._values(entry, substitutes=substitutes)

    def _actions(self, element: PatternElement) -> Iterator[DocumentPath]:
        action = self._decision.request.action
        for index, pattern in enumerate(element.patterns):
            if element.negated or action_matches(pattern, action):
                yield element.path(index)

    def _resources(self, element: PatternElement, *, substitutes: bool) -> Iterator[DocumentPath]:
        alone = len(element.patterns) == 1
        for index, pattern in enumerate(element.patterns):
            one = PatternElement(element.name, negated=False, patterns=(pattern,), listed=element.listed)
            if element.negated or alone or resource_truth(one, self.question, substitutes=substitutes) is TRUE:
                yield element.path(index)

    def _principals(self, element: PrincipalElement, match: StatementMatch) -> Iterator[DocumentPath]:
        alone = len(element.entries) == 1
        for entry in element.entries:
            if element.negated or alone or self._reaches(PrincipalElement(element.name, False, (entry,)), match):  # noqa: FBT003  # a named tuple of three
                yield entry.path

    def _reaches(self, element: PrincipalElement, match: StatementMatch) -> bool:
        outcome, _ = match_principal_of(match.statement, element, match.layer, self.question)
        return outcome.truth is TRUE

    def _values(self, entry: ConditionEntry, *, substitutes: bool) -> Iterator[DocumentPath]:
        if _takes_all(entry.operator):
            yield from (entry.path(index) for index in range(len(entry.values)))
            return
        lookup = self.question.lookup
        values = lookup(entry.key)
        prepared = (
            prepare(entry, lookup, substitutes=substitutes, facts=self._facts, switches=DEFAULT_SWITCHES)
            if isinstance(values, tuple)
            else None
        )
        if prepared is None or not isinstance(values, tuple):
            return
        for index, wanted in enumerate(prepared.wanted):
            if not wanted.open and any(wanted.test(value) is True for value in values):
                yield entry.path(index)


@lru_cache(maxsize=256)
def _takes_all(name: str) -> bool:
    """Whether the statement applies because no value fits, or by whether the key is there at all."""
    operator = operator_named(name)
    return operator is not None and (operator.base.negated or operator.base.family is Family.NULL)
