"""Laws of causes and obstacles.

- Whatever values the unknown keys have in truth, the layer that denies then is among those of the causes that are left,
  and every confirmed cause denies in truth, or would if no Deny came before it.
- The same holds when the policies of a layer were not collected.
- A statement that denies in truth, in a way that AWS's words leave room for, is never refuted.
- Once a single confirmed cause is repaired, its layer denies no more.
- With every obstacle out of the way nothing denies any more, for certain.
- The order of documents changes no cause.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from policysim.account.account import Organisation
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.call import Call
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.policy_set import Gap, LayerPolicies, PolicySet
from policysim.explanation import diagnosis
from policysim.explanation.hypotheses.assumptions import with_allow, without_statements
from policysim.explanation.hypotheses.evidence import Evidence
from policysim.explanation.hypotheses.phrases import statement
from policysim.explanation.hypotheses.reasoning import causes_of_denial
from policysim.explanation.obstacles import is_deny, obstacles
from tests.laws.decision_strategies import hinging_situations, policy_set, request_of, situations
from tests.laws.effort import examples
from tests.laws.test_decision_laws import COMPLETIONS, completions, open_situations
from tests.twins.slow_causes import GROUP, causes_slowly, without_denies

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.layers import LayerName
    from policysim.explanation.diagnosis import Hypothesis
    from policysim.language.request import Request
    from tests.twins.slow_decision import Layers, Question

DENIALS = {Effect.EXPLICIT_DENY: DenialKind.EXPLICIT, Effect.IMPLICIT_DENY: DenialKind.IMPLICIT}
CONFIRMED, REFUTED = diagnosis.Tested.CONFIRMED, diagnosis.Tested.REFUTED
BARE = Denial(raw="", recognised=True)


def words_of(decision: Decision) -> Denial:
    """The message that AWS would print for a decision: one layer, and the kind."""
    return Denial(raw="", recognised=True, layer=decision.layer, kind=DENIALS[decision.effect])


def evidence(asked: Request, policies: PolicySet, denial: Denial) -> Evidence:
    return Evidence(
        call=Call(event=None, denial=denial, requests=()),
        request=asked,
        policies=policies,
        decision=decide(asked, policies, CATALOGUE, trace=True),
        organisation=Organisation(accounts={}),
        facts=CATALOGUE,
    )


def causes(asked: Request, policies: PolicySet, denial: Denial) -> tuple[Hypothesis, ...]:
    return causes_of_denial(evidence(asked, policies, denial)).hypotheses


def groups(denying: set[tuple[str, str]]) -> set[str]:
    return {GROUP.get(layer, layer) for layer, _ in denying}


def layer_group(layer: LayerName | None) -> str:
    word = layer.value if layer is not None else ""
    return GROUP.get(word, word)


@examples(150)
@given(open_situations(), st.integers(0, 10_000), st.booleans())
def test_m10_m17_the_true_cause_is_left_and_a_confirmed_one_is_true(
    situation: tuple[Question, Layers, tuple[str, ...]], pick: int, bare: bool
) -> None:
    question, content, unknown = situation
    worlds = completions(question, unknown)
    world = worlds[pick % len(worlds)]
    policies = policy_set(content)
    truth = decide(request_of(world), policies, CATALOGUE)
    assume(truth.effect in DENIALS and truth.checks and "not-split" not in {c.code for c in truth.caveats})
    denial = BARE if bare else words_of(truth)
    found = causes(request_of(question, unknown=unknown), policies, denial)
    denying = groups(causes_slowly(world, content))
    assert denying, "the twin and the decision differ"
    left = [one for one in found if one.tested is not REFUTED]
    assert any(layer_group(one.layer) in denying for one in left), found
    by_themselves = denying | groups(causes_slowly(world, {name: without_denies(one) for name, one in content.items()}))
    for one in left:
        if one.tested is CONFIRMED:
            assert layer_group(one.layer) in by_themselves, one


@st.composite
def hinging_on_keys(draw: st.DrawFn) -> tuple[Question, Layers, tuple[str, ...]]:
    """A question whose decision hangs on what is not known: on a Deny, often."""
    keys = tuple(draw(st.lists(st.sampled_from(sorted(COMPLETIONS)), min_size=1, max_size=2, unique=True)))
    return (*draw(hinging_situations(keys)), keys)


@examples(150)
@given(st.one_of(hinging_on_keys(), hinging_on_keys(), open_situations()), st.integers(0, 10_000), st.booleans())
def test_m10_what_denies_in_truth_is_never_refuted(
    situation: tuple[Question, Layers, tuple[str, ...]], pick: int, bare: bool
) -> None:
    question, content, unknown = situation
    policies = policy_set(content)
    truths = [decide(request_of(world), policies, CATALOGUE) for world in completions(question, unknown)]
    denied = [truth for truth in truths if truth.effect is Effect.EXPLICIT_DENY]
    assume(denied)
    truth = denied[pick % len(denied)]
    found = causes(request_of(question, unknown=unknown), policies, BARE if bare else words_of(truth))
    refuted = [one.cause for one in found if one.tested is REFUTED]
    for match in truth.statements:
        if is_deny(match) and (bare or match.layer.value == truth.layer):
            assert not any(one.startswith(f"{statement(match)} denies") for one in refuted)


@examples(150)
@given(situations())
def test_m10_once_the_single_confirmed_cause_is_repaired_its_layer_denies_no_more(
    situation: tuple[Question, Layers],
) -> None:
    question, content = situation
    asked, policies = request_of(question), policy_set(content)
    decision = decide(asked, policies, CATALOGUE)
    assume(decision.effect in DENIALS and decision.checks)
    confirmed = [one for one in causes(asked, policies, words_of(decision)) if one.tested is CONFIRMED]
    assert confirmed, "the policies at hand deny, and AWS says the same"
    assume(len(confirmed) == 1 and confirmed[0].layer is not None)
    layer = confirmed[0].layer
    denies = {one.statement.location for one in decision.statements if is_deny(one) and one.layer is layer}
    repaired = without_statements(policies, denies)
    if not denies and layer is not None:
        repaired = with_allow(policies, layer, asked.principal)
    after = decide(asked, repaired, CATALOGUE)
    assert after.effect is not decision.effect or after.layer != decision.layer


def with_one_layer_unread(policies: PolicySet, pick: int) -> PolicySet:
    """The policies as they are at hand when nobody collected those of one layer."""
    name = sorted(policies.layers, key=lambda layer: layer.value)[pick % len(policies.layers)]
    gap = Gap("not-collected", f"the {name.value} was not collected")
    levels = tuple(level._replace(policies=(), gaps=(gap,)) for level in policies.layers[name].levels)
    return policies.with_layer(name, LayerPolicies(levels))


@examples(150)
@given(open_situations(), st.integers(0, 10_000), st.integers(0, 6), st.booleans())
def test_m10_the_true_cause_is_left_though_a_layer_was_not_collected(
    situation: tuple[Question, Layers, tuple[str, ...]], pick: int, unread: int, bare: bool
) -> None:
    question, content, unknown = situation
    worlds = completions(question, unknown)
    world = worlds[pick % len(worlds)]
    policies = policy_set(content)
    assume(policies.layers)
    truth = decide(request_of(world), policies, CATALOGUE)
    assume(truth.effect in DENIALS and truth.checks and "not-split" not in {c.code for c in truth.caveats})
    at_hand = with_one_layer_unread(policies, unread)
    found = causes(request_of(question, unknown=unknown), at_hand, BARE if bare else words_of(truth))
    denying = groups(causes_slowly(world, content))
    left = [one for one in found if one.tested is not REFUTED]
    assert any(layer_group(one.layer) in denying for one in left), found
    for one in left:
        if one.tested is CONFIRMED and not bare:
            assert layer_group(one.layer) in denying, one


def cleared(asked: Request, policies: PolicySet) -> PolicySet:
    """The policies with every obstacle out of the way."""
    found = obstacles(decide(asked, policies, CATALOGUE, trace=True), policies)
    denies = {one.match.statement.location for one in found if one.match is not None}
    policies = without_statements(policies, denies)
    for layer in {one.layer for one in found if one.match is None}:
        policies = with_allow(policies, layer, asked.principal)
    return policies


@examples(150)
@given(situations())
def test_m10_with_every_obstacle_out_of_the_way_nothing_denies(situation: tuple[Question, Layers]) -> None:
    question, content = situation
    asked, policies = request_of(question), policy_set(content)
    before = decide(asked, policies, CATALOGUE)
    assume(before.checks)
    after = decide(asked, cleared(asked, policies), CATALOGUE)
    if after.effect in DENIALS:
        # A foreign caller without an account of its own, or one whose other side is missing, has one layer left.
        assert not set(after.blocking) & set(before.blocking)
        again = decide(asked, cleared(asked, cleared(asked, policies)), CATALOGUE)
        assert again.effect in {Effect.ALLOWED, Effect.DEPENDS}


def turned_round(policies: PolicySet) -> PolicySet:
    """The same documents, attached in the opposite order, their statements too."""
    layers = {}
    for name, layer in policies.layers.items():
        levels = tuple(
            level._replace(
                policies=tuple(
                    one._replace(policy=replace(one.policy, statements=one.policy.statements[::-1]))
                    for one in level.policies[::-1]
                )
            )
            for level in layer.levels
        )
        layers[name] = LayerPolicies(levels)
    return PolicySet(layers)


@examples(80)
@given(open_situations(), st.booleans())
def test_the_order_of_documents_changes_no_cause(
    situation: tuple[Question, Layers, tuple[str, ...]], bare: bool
) -> None:
    question, content, unknown = situation
    asked, policies = request_of(question, unknown=unknown), policy_set(content)
    decision = decide(asked, policies, CATALOGUE)
    denial = BARE if bare or decision.effect not in DENIALS or not decision.checks else words_of(decision)
    found, again = causes(asked, policies, denial), causes(asked, turned_round(policies), denial)

    def summary(hypotheses: tuple[Hypothesis, ...]) -> set[tuple[LayerName | None, diagnosis.Tested]]:
        return {(one.layer, one.tested) for one in hypotheses if one.tested is not REFUTED}

    assert summary(found) == summary(again)
