"""A statement as far as principal, action and resource alone tell: what is left are tests of the context.

The truth of an element is found by the same functions as for a full match; what is left out are the words about it.
Source: spec E4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.conditions import prepare
from policysim.evaluation.matching import Weight, match_principal_of, resource_truth
from policysim.evaluation.principals import EVERYWHERE, Reach
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of
from policysim.language.policy import Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.context import Lookup
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.matching import Question
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.language.policy import ConditionEntry, PatternElement, Statement

    ContextTest = Callable[[Lookup], Truth]


class Candidate(NamedTuple):
    """A statement that matches the request, or may, as its context turns out.

    ``fixed`` is what it weighs if all ``tests`` of the context hold.
    """

    fixed: Weight
    tests: tuple[ContextTest, ...]

    def holds(self, lookup: Lookup) -> Truth:
        """Whether all that hangs on the context holds."""
        truth = TRUE
        for test in self.tests:
            found = test(lookup)
            if found is FALSE:
                return FALSE
            if found is UNKNOWN:
                truth = UNKNOWN
        return truth

    def weight(self, holds: Truth) -> Weight:
        """What the statement weighs, by whether what hangs on the context holds."""
        if holds is TRUE:
            return self.fixed
        effect, truth, reach = self.fixed
        return Weight(effect, all_of((truth, holds)), Reach(*(all_of((reached, holds)) for reached in reach)))


_EVERYTHING: Final = ("*",)
_WITHOUT_TESTS: Final = {effect: Candidate(Weight(effect, TRUE, EVERYWHERE), ()) for effect in Effect}
"""A statement that matches whatever the context is, without a principal element."""


def candidate(statement: Statement, attached: AttachedPolicy, layer: LayerName, question: Question) -> Candidate | None:
    """The statement, which speaks of the action, held against principal and resource; ``None`` if one fails."""
    substitutes = attached.policy.substitutes_variables
    truth, reach, varies, resource = TRUE, EVERYWHERE, False, statement.resource
    if resource is not None and (resource.patterns != _EVERYTHING or resource.negated):
        varies = substitutes and _has_variables(resource)
        if not varies and resource_truth(resource, question, substitutes=False) is FALSE:
            return None
    if statement.principal is not None:
        outcome, reach = match_principal_of(statement, statement.principal, layer, question)
        truth = outcome.truth
        if truth is FALSE:
            return None
    elif not varies and not statement.conditions:
        return _WITHOUT_TESTS[statement.effect]
    tests = [_resource_test(resource, question)] if resource is not None and varies else []
    for entry in statement.conditions:
        test = _condition_test(entry, question, substitutes=substitutes)
        if test is None:
            return None
        tests.append(test)
    return Candidate(Weight(statement.effect, truth, reach), tuple(tests))


def _has_variables(element: PatternElement) -> bool:
    for pattern in element.patterns:  # noqa: SIM110  # a third of the time of any()
        if "${" in pattern:
            return True
    return False


def _resource_test(element: PatternElement, question: Question) -> ContextTest:
    return lambda lookup: resource_truth(element, question._replace(lookup=lookup), substitutes=True)


def _condition_test(entry: ConditionEntry, question: Question, *, substitutes: bool) -> ContextTest | None:
    """The test of a condition; ``None`` for an operator that AWS does not know (spec C9)."""
    facts, switches, key = question.facts, question.switches, entry.key
    prepared = prepare(entry, question.lookup, substitutes=substitutes, facts=facts, switches=switches)
    if prepared is None:
        return None
    if prepared.has_variables:

        def of_variables(lookup: Lookup) -> Truth:
            anew = prepare(entry, lookup, substitutes=substitutes, facts=facts, switches=switches)
            return FALSE if anew is None else anew.truth(lookup(key))

        return of_variables
    truth = prepared.truth
    return lambda lookup: truth(lookup(key))
