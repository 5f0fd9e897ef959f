"""Laws of the compiled form: many requests against the same policies, whatever was asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.evaluator import Evaluator
from tests.laws.decision_strategies import (
    ACCOUNT,
    KEY_FORMS,
    OTHER,
    Layers,
    Question,
    contexts_of,
    policy_set,
    questions,
    request_of,
    situations,
)
from tests.laws.effort import examples
from tests.twins.slow_decision import decide_slowly

if TYPE_CHECKING:
    from policysim.language.request import Request

unknown_keys = st.sets(st.sampled_from(sorted(KEY_FORMS)), max_size=2).map(lambda keys: tuple(sorted(keys)))


@st.composite
def sequences(draw: st.DrawFn, *, open_keys: bool) -> tuple[Layers, list[tuple[Question, tuple[str, ...]]]]:
    """Policies, and questions to ask one after the other: most of them differ in one thing from the first."""
    first, content = draw(situations())
    asked = [first]
    for _ in range(draw(st.integers(1, 5))):
        differing = draw(
            st.sampled_from(["context", "context", "endpoint", "owner", "caller", "resource", "everything"])
        )
        other = draw(questions())
        if differing == "context":
            asked.append({**first, "context": draw(contexts_of(first["kind"]))})
        elif differing == "endpoint":
            others = {key: values for key, values in first["context"].items() if key != "aws:SourceVpce"}
            came_so = "aws:SourceVpce" in first["context"]
            asked.append({**first, "context": others if came_so else {**others, "aws:SourceVpce": ["vpce-1"]}})
        elif differing == "owner" and first["resource"] != "*":
            owner = OTHER if first["owner"] == ACCOUNT else ACCOUNT
            asked.append({**first, "owner": owner, "resource_in_management": not first["resource_in_management"]})
        elif differing == "caller" and other["kind"] != "WebIdentity" != first["kind"]:
            kept = ("action", "resource", "owner", "resource_in_management")
            asked.append({**other, **{name: first[name] for name in kept}})
        elif differing == "resource" and other["action"] == first["action"]:
            asked.append({**first, "resource": other["resource"], "owner": other["owner"]})
        else:
            asked.append(other)
    unknown = unknown_keys if open_keys else st.just(())
    return content, [(question, draw(unknown)) for question in asked]


def requests(asked: list[tuple[Question, tuple[str, ...]]]) -> list[Request]:
    return [request_of(question, unknown=unknown) for question, unknown in asked]


@examples(120)
@given(sequences(open_keys=True))
def test_an_evaluator_answers_as_decide_does_whatever_was_asked_before(
    sequence: tuple[Layers, list[tuple[Question, tuple[str, ...]]]],
) -> None:
    """What is kept from earlier requests changes no effect, with contexts known or unknown; asked twice or once."""
    content, asked = sequence
    policies = policy_set(content)
    evaluator = Evaluator(policies, CATALOGUE)
    for request in [*requests(asked), *requests(asked[::-1])]:
        assert evaluator.effect(request) is decide(request, policies, CATALOGUE).effect


@examples(120)
@given(sequences(open_keys=False))
def test_an_evaluator_agrees_with_the_slow_twin(
    sequence: tuple[Layers, list[tuple[Question, tuple[str, ...]]]],
) -> None:
    """For contexts that are fully known, the effect is that of the rules written down slowly."""
    content, asked = sequence
    evaluator = Evaluator(policy_set(content), CATALOGUE)
    for question, _ in asked:
        outcomes = {decide_slowly(question, content, strict=strict) for strict in (True, False)}
        found = evaluator.effect(request_of(question)).value
        assert found in outcomes | {"depends"} if len(outcomes) > 1 else {found} == outcomes


@examples(60)
@given(sequences(open_keys=True))
def test_an_evaluators_whole_decision_is_that_of_decide(
    sequence: tuple[Layers, list[tuple[Question, tuple[str, ...]]]],
) -> None:
    """``decide`` on an evaluator is ``decide`` itself, reasons and all, also after ``effect`` was asked."""
    content, asked = sequence
    policies = policy_set(content)
    evaluator = Evaluator(policies, CATALOGUE)
    for request in requests(asked):
        evaluator.effect(request)
        found, expected = evaluator.decide(request), decide(request, policies, CATALOGUE)
        assert (found.effect, found.layer, found.statements) == (expected.effect, expected.layer, expected.statements)
        assert (found.possible, found.caveats) == (expected.possible, expected.caveats)
