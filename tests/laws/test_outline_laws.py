"""Laws of answers in outline: they are those of whole decisions, whatever the policies, the caller and the context."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect, Verdict
from policysim.evaluation.layers import LAYER
from policysim.evaluation.outlines import Outline, Outliner, joined, outline_of
from tests.laws.decision_strategies import KEY_FORMS, RESOURCES, Layers, Question, policy_set, request_of, situations
from tests.laws.effort import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

unknown_keys = st.sets(st.sampled_from(sorted(KEY_FORMS)), max_size=3).map(lambda keys: tuple(sorted(keys)))


def outline_from(effect: Effect, decisions: Sequence[Decision]) -> Outline | None:
    """The outline read off whole decisions; ``None`` where they are open."""
    if effect is Effect.DEPENDS:
        return None
    checks = [check for decision in decisions for check in decision.checks]
    limited = effect is not Effect.ALLOWED and any(
        check.verdict is Verdict.EXPLICIT_DENY
        or (check.verdict is Verdict.IMPLICIT_DENY and not LAYER[check.layer].grants)
        for check in checks
    )
    return Outline(effect, limited, settled=not checks)


@examples(400)
@given(situations(), unknown_keys)
def test_an_outline_is_that_of_the_brief_decision(situation: tuple[Question, Layers], unknown: tuple[str, ...]) -> None:
    """A decision that is made certain by trying unknown keys has none; every other one that is certain has."""
    question, content = situation
    request, policies = request_of(question, unknown=unknown), policy_set(content)
    decision = decide(request, policies, CATALOGUE, brief=True)
    found = outline_of(request, policies, CATALOGUE)
    assert found in (None, outline_from(decision.effect, [decision]))
    if not unknown:
        assert found is not None


@examples(100)
@given(situations(), situations(), unknown_keys)
def test_the_outline_of_a_call_is_that_of_its_brief_decisions(
    one: tuple[Question, Layers], other: tuple[Question, Layers], unknown: tuple[str, ...]
) -> None:
    asked = [(request_of(question, unknown=unknown), policy_set(content)) for question, content in (one, other)]
    call = decide_call(asked, CATALOGUE, brief=True)
    outlines = [outline_of(request, policies, CATALOGUE) for request, policies in asked]
    assert joined(outlines) in (None, outline_from(call.effect, call.decisions))


@examples(150)
@given(situations(), unknown_keys, st.lists(st.sampled_from(sorted(RESOURCES)), min_size=2, max_size=6))
def test_an_outliner_finds_what_is_found_for_each_action_alone(
    situation: tuple[Question, Layers], unknown: tuple[str, ...], actions: list[str]
) -> None:
    """What is kept from one action says nothing false of another one, the keys that follow from the action included."""
    question, content = situation
    policies = policy_set(content)
    outliner = Outliner(policies, CATALOGUE)
    for action in [*actions, *actions]:
        request = replace(request_of(question, unknown=unknown), action=action)
        assert outliner.outline(request) == outline_of(request, policies, CATALOGUE)
