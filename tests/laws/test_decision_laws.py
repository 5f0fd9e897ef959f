"""Laws of the decision rule, held over random requests and policies."""

from __future__ import annotations

import copy
import itertools
import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.policy_set import PolicySet, one_level
from tests.laws.decision_strategies import (
    KEYS,
    VALUES,
    layers,
    policy_set,
    questions,
    request_of,
    statements,
)
from tests.twins.slow_decision import decide_slowly

DENY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
moderate = settings(max_examples=150, deadline=None)


def decided(question: dict[str, Any], content: dict[str, Any], unknown: tuple[str, ...] = ()) -> Decision:
    return decide(request_of(question, unknown=unknown), policy_set(content), CATALOGUE)


@moderate
@given(questions(), layers())
def test_the_rule_agrees_with_its_slow_twin(question: dict[str, Any], content: dict[str, Any]) -> None:
    assert decided(question, content).effect.value == decide_slowly(question, content)


@moderate
@given(questions(), layers(), st.sampled_from(["identity", "boundary", "scp_levels"]))
def test_e2_explicit_deny_trumps_allow(question: dict[str, Any], content: dict[str, Any], layer: str) -> None:
    added = copy.deepcopy(content)
    added[layer] = {"identity": [*content["identity"], DENY_ALL], "boundary": DENY_ALL, "scp_levels": [[DENY_ALL]]}[
        layer
    ]
    assert decided(question, added).effect is Effect.EXPLICIT_DENY


@given(questions())
def test_e1_default_deny(question: dict[str, Any]) -> None:
    decision = decided(question, {"identity": [], "boundary": None, "resource": None, "scp_levels": None})
    assert decision.effect is Effect.IMPLICIT_DENY


@moderate
@given(questions(), layers(), st.data())
def test_order_and_repetition_of_statements_do_not_matter(
    question: dict[str, Any], content: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = copy.deepcopy(content)
    for document in shuffled["identity"]:
        document["Statement"] = data.draw(st.permutations(document["Statement"])) + document["Statement"][:1]
    shuffled["identity"] = data.draw(st.permutations(shuffled["identity"]))
    assert decided(question, shuffled).effect is decided(question, content).effect


@moderate
@given(questions(), layers(), statements(effect="Allow"))
def test_adding_an_allow_never_revokes(
    question: dict[str, Any], content: dict[str, Any], allow: dict[str, Any]
) -> None:
    added = {**content, "identity": [*content["identity"], {"Version": "2012-10-17", "Statement": [allow]}]}
    if decided(question, content).effect is Effect.ALLOWED:
        assert decided(question, added).effect is Effect.ALLOWED


@moderate
@given(questions(), layers(), statements(effect="Deny"))
def test_adding_a_deny_never_grants(question: dict[str, Any], content: dict[str, Any], deny: dict[str, Any]) -> None:
    added = {**content, "identity": [*content["identity"], {"Version": "2012-10-17", "Statement": [deny]}]}
    if decided(question, content).effect is not Effect.ALLOWED:
        assert decided(question, added).effect is not Effect.ALLOWED


@moderate
@given(questions(), layers())
def test_guardrails_only_narrow(question: dict[str, Any], content: dict[str, Any]) -> None:
    open_ = {**content, "boundary": None, "scp_levels": None}
    if decided(question, open_).effect is not Effect.ALLOWED:
        assert decided(question, content).effect is not Effect.ALLOWED


@moderate
@given(questions(), layers())
def test_every_determining_deny_denies_alone(question: dict[str, Any], content: dict[str, Any]) -> None:
    decision = decided(question, content)
    for match in decision.statements if decision.effect is Effect.EXPLICIT_DENY else ():
        alone = match.attached._replace(policy=replace(match.attached.policy, statements=(match.statement,)))
        kept = PolicySet({match.layer: one_level("kept", [alone])})
        assert decide(decision.request, kept, CATALOGUE).effect is Effect.EXPLICIT_DENY


@settings(max_examples=250, deadline=None)
@given(questions(), layers(), st.sets(st.sampled_from(KEYS), min_size=1, max_size=2))
def test_unknown_keys_cover_exactly_what_every_value_leads_to(
    question: dict[str, Any], content: dict[str, Any], unknown: set[str]
) -> None:
    """Soundness and tightness at once: the outcomes said to be possible are those that some value really has."""
    keys = tuple(sorted(unknown))
    decision = decided(question, content, keys)
    candidates: list[list[str] | None] = [None, *([v] for v in (*VALUES, "a*", "?", "abc", "zz", "", "B"))]
    reached: set[str] = set()
    for combination in itertools.product(candidates, repeat=len(keys)):
        context = {k: v for k, v in question["context"].items() if k not in keys}
        context |= {k: v for k, v in zip(keys, combination, strict=True) if v is not None}
        if "aws:RequestedRegion" in keys and "aws:RequestedRegion" not in context:
            continue  # every request has a Region (C42)
        reached.add(decide_slowly({**question, "context": context}, content))
    possible = {e.value for e in decision.possible}
    if decision.effect is not Effect.DEPENDS:
        possible.add(decision.effect.value)
    assert reached <= possible, json.dumps(content)
    if "not-split" not in {caveat.code for caveat in decision.caveats}:
        assert possible == reached, json.dumps(content)


@given(questions(), layers())
def test_a_complete_context_never_leaves_a_decision_open(question: dict[str, Any], content: dict[str, Any]) -> None:
    decision = decided(question, content)
    assert decision.effect is not Effect.DEPENDS
    assert decision.possible == ()
    assert decision.unknown_keys == ()


@moderate
@given(questions(), layers())
def test_a_trace_changes_nothing(question: dict[str, Any], content: dict[str, Any]) -> None:
    request, policies = request_of(question), policy_set(content)
    plain, traced = decide(request, policies, CATALOGUE), decide(request, policies, CATALOGUE, trace=True)
    assert (plain.effect, plain.layer, plain.blocking) == (traced.effect, traced.layer, traced.blocking)
    assert [c.verdict for c in plain.checks] == [c.verdict for c in traced.checks]
    assert plain.trace == ()
