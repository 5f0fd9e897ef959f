"""A request asked again under policies that differ in a layer or two: what is remembered changes no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.judged import Judged
from tests.laws.decision_strategies import KEY_FORMS, Layers, Question, layers, policy_set, request_of, situations
from tests.laws.effort import examples

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet

unknown_keys = st.sets(st.sampled_from(sorted(KEY_FORMS)), max_size=2).map(lambda keys: tuple(sorted(keys)))


@st.composite
def trials(draw: st.DrawFn) -> tuple[Question, list[Layers]]:
    """A question and the policies to hold it against, some of them several times."""
    question, first = draw(situations())
    return question, [first, *draw(st.lists(layers(question), min_size=1, max_size=2))]


@examples(120)
@given(trials(), unknown_keys, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 127), st.booleans()), min_size=2))
def test_verdicts_that_are_remembered_change_no_decision(
    trial: tuple[Question, list[Layers]], unknown: tuple[str, ...], mixtures: list[tuple[int, int, bool]]
) -> None:
    question, contents = trial
    request, sets = request_of(question, unknown=unknown), [policy_set(content) for content in contents]
    judged, other = Judged(request), request_of({**question, "action": "s3:PutObject"}, unknown=unknown)
    for place, mask, trace in mixtures:
        policies = _mixed(sets[0], sets[place % len(sets)], mask)
        for asked in (request, other):
            found = decide(asked, policies, CATALOGUE, trace=trace, judged=judged)
            assert found == decide(asked, policies, CATALOGUE, trace=trace)


def _mixed(one: PolicySet, two: PolicySet, mask: int) -> PolicySet:
    """The layers of one set, those that the bits of ``mask`` tell taken from the other."""
    names = sorted({*one.layers, *two.layers}, key=lambda name: name.value)
    for number, name in enumerate(names):
        if mask >> number & 1:
            one = one.with_layer(name, two.get(name))
    return one
