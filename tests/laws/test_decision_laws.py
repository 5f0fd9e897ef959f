"""Laws of the decision rule, held over random callers, requests and policies of every layer."""

from __future__ import annotations

import copy
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, decide_call
from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from tests.laws.decision_strategies import (
    CALLERS,
    FULL,
    LAYERS,
    Document,
    Layers,
    Question,
    contents,
    hinging_situations,
    layers,
    policy_set,
    questions,
    request_of,
    situations,
    statements,
)
from tests.laws.effort import examples
from tests.laws.policy_changes import (
    as_lists_of_one,
    as_single_values,
    in_another_case,
    kept_only,
    rearranged,
    split,
    with_statement,
    without_layer,
)
from tests.twins.slow_decision import IDENTITIES, OF_AN_ACCOUNT, UNDER_RCPS, WITHOUT_RESOURCE, decide_slowly

if TYPE_CHECKING:
    from collections.abc import Mapping

moderate = examples(80)

NOTHING: Final[Mapping[str, Any]] = {
    "identity": [],
    "resource": None,
    "boundary": None,
    "session": None,
    "scp_levels": None,
    "rcp_levels": None,
    "vpce": None,
}
GUARDRAILS: Final = ("boundary", "session", "scp_levels", "rcp_levels", "vpce")


def decided(question: Question, content: Layers, unknown: tuple[str, ...] = ()) -> Decision:
    return decide(request_of(question, unknown=unknown), policy_set(content), CATALOGUE)


def possible(decision: Decision) -> set[str]:
    """Every outcome that a decision says can be."""
    own = set() if decision.effect is Effect.DEPENDS else {decision.effect}
    return {effect.value for effect in own | set(decision.possible)}


def twins_outcomes(question: Question, content: Layers) -> set[str]:
    """What the slow twin says: two outcomes where AWS leaves a ``NotPrincipal`` open."""
    return {decide_slowly(question, content, strict=strict) for strict in (True, False)}


def sides(decision: Decision) -> tuple[Effect, str, tuple[LayerName, ...]]:
    """The outcome, the layer that decided, and what stands in the way."""
    return decision.effect, decision.layer, decision.blocking


@examples(500)
@given(situations())
def test_the_rule_agrees_with_its_slow_twin(situation: tuple[Question, Layers]) -> None:
    """For a context that is fully known, the decision is that of the rules written down slowly."""
    question, content = situation
    assert possible(decided(question, content)) == twins_outcomes(question, content)


@moderate
@given(questions())
def test_e1_e30_without_policies_everything_is_denied_but_the_owners_root_user(question: Question) -> None:
    """Default is deny: without a single policy nobody is allowed anything, the owner's root user aside."""
    root = question["kind"] == "Root" and question["owner"] == question["account"]
    guarded = question["action"] in {"kms:Decrypt", "sts:AssumeRole"}
    expected = Effect.ALLOWED if root and not guarded else Effect.IMPLICIT_DENY
    assert decided(question, dict(NOTHING)).effect is expected


@moderate
@given(situations(kinds=tuple(kind for kind in CALLERS if kind != "Root")))
def test_e1_nothing_is_allowed_without_an_allow(situation: tuple[Question, Layers]) -> None:
    """Default is deny: where identity and resource policies hold Deny statements alone, nobody is allowed."""
    question, content = situation
    only_denies = copy.deepcopy(content)
    granting = [*only_denies["identity"], *([only_denies["resource"]] if only_denies["resource"] else [])]
    for statement in (statement for document in granting for statement in document["Statement"]):
        statement["Effect"] = "Deny"
    assert decided(question, only_denies).effect is not Effect.ALLOWED


def binds(layer: str, question: Question) -> bool:
    """Whether a layer applies to the question at all."""
    organised = not question["service_linked"]
    match layer:
        case "identity" | "boundary":
            return question["kind"] in IDENTITIES
        case "session":
            return question["kind"] in {"AssumedRole", "FederatedUser"}
        case "scp_levels":
            return question["kind"] in OF_AN_ACCOUNT and organised and not question["management"]
        case "rcp_levels":
            supported = question["action"].split(":")[0] in UNDER_RCPS and question["action"] not in WITHOUT_RESOURCE
            return supported and organised and not question["resource_in_management"]
        case "vpce":
            return bool(question["context"].get("aws:SourceVpce"))
        case _:
            return True


@moderate
@given(situations(), st.sampled_from(LAYERS))
def test_e2_e14_e19_e28_explicit_deny_trumps_every_allow(situation: tuple[Question, Layers], layer: str) -> None:
    """One matching Deny in a layer that applies is final, whatever else allows."""
    question, content = situation
    assume(binds(layer, question) and decided(question, content).layer != "special")
    deny: Document = {"Effect": "Deny", "Action": f"{question['action'].split(':')[0]}:*"}
    if layer != "resource" or not question["action"].startswith("sts:"):
        deny["Resource"] = "*"
    if layer in {"resource", "rcp_levels", "vpce"}:
        deny["Principal"] = "*"
    denied = decided(question, with_statement(content, layer, deny))
    assert denied.effect is Effect.EXPLICIT_DENY


@moderate
@given(st.data(), situations(), st.sampled_from(["scp_levels", "vpce"]))
def test_e18_e33_every_outer_limit_must_allow(
    data: st.DataObject, situation: tuple[Question, Layers], layer: str
) -> None:
    """One level of the organisation, or an endpoint policy, that does not allow denies, whatever all others allow."""
    question, content = situation
    silent: Document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["ec2:*"], "Resource": ["*"]}],
    }
    limited = copy.deepcopy(content)
    if layer == "vpce":
        silent["Statement"][0]["Principal"] = "*"
        limited["vpce"] = silent
    else:
        levels = limited["scp_levels"] or [[{**silent, "Statement": [FULL]}]]
        levels.insert(data.draw(st.integers(0, len(levels))), [silent])
        limited["scp_levels"] = levels
    if binds(layer, question):
        assert decided(question, limited).effect is not Effect.ALLOWED


@moderate
@given(questions(("AssumedRole", "FederatedUser")), st.sampled_from(["boundary", "session"]))
def test_e8_e9_boundary_and_session_limit_a_grant_to_what_is_behind_a_session_and_none_to_itself(
    question: Question, limit: str
) -> None:
    """In its own account a session has what is granted to itself; what is granted to its role or user is limited."""
    question = {**question, "owner": question["account"]}
    trust = question["action"].startswith("sts:")
    silent = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ec2:*"], "Resource": ["*"]}]}

    def granting(principal: str) -> Effect:
        allow: Document = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": f"{question['action']}"}
        statement = allow if trust else {**allow, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return decided(question, {**NOTHING, "resource": policy, limit: silent}).effect

    assume(decided(question, dict(NOTHING)).layer != "special")
    assert granting(question["entity"]) is Effect.IMPLICIT_DENY
    assert granting(question["arn"]) is Effect.ALLOWED


@moderate
@given(st.data(), situations(spare=False), st.sampled_from(LAYERS))
def test_a_deny_added_never_grants(data: st.DataObject, situation: tuple[Question, Layers], layer: str) -> None:
    """A Deny added to any layer turns no denial into an access."""
    question, content = situation
    assume(layer != "session" or question["kind"] != "FederatedUser" or content["session"])
    deny = data.draw(statements(question, layer.removesuffix("_levels"), effect="Deny"))
    if decided(question, content).effect is not Effect.ALLOWED:
        assert decided(question, with_statement(content, layer, deny)).effect is not Effect.ALLOWED


@moderate
@given(
    st.data(), situations(spare=False), st.sampled_from(["identity", "resource", "boundary", "session", "scp", "vpce"])
)
def test_an_allow_added_never_revokes(data: st.DataObject, situation: tuple[Question, Layers], name: str) -> None:
    """An Allow added to a layer that is present, or to one that grants, turns no access into a denial."""
    question, content = situation
    layer = "scp_levels" if name == "scp" else name
    assume(name in {"identity", "resource"} or content[layer])
    allow = data.draw(statements(question, name, effect="Allow", spare=False))
    if decided(question, content).effect is Effect.ALLOWED:
        assert decided(question, with_statement(content, layer, allow)).effect is Effect.ALLOWED


@examples(60)
@pytest.mark.parametrize("guardrail", GUARDRAILS)
@given(data=st.data(), situation=situations(spare=False))
def test_guardrails_only_narrow(data: st.DataObject, situation: tuple[Question, Layers], guardrail: str) -> None:
    """What is allowed under a guardrail is allowed without it: none of them grants.

    A federated user's session policy is none: without one the session can do nothing (spec E16).
    """
    question, content = situation
    assume(guardrail != "session" or question["kind"] != "FederatedUser")
    question["context"]["aws:SourceVpce"] = ["vpce-1"]
    guarded = {**content, guardrail: data.draw(contents(question, guardrail, spare=False))}
    if decided(question, without_layer(content, guardrail)).effect is not Effect.ALLOWED:
        assert decided(question, guarded).effect is not Effect.ALLOWED


@moderate
@given(st.data(), situations())
def test_order_and_repetition_of_statements_and_documents_do_not_matter(
    data: st.DataObject, situation: tuple[Question, Layers]
) -> None:
    """Patterns, values, statements and documents are sets: neither their order nor their number of copies counts."""
    question, content = situation
    changed = rearranged(content, lambda values: data.draw(st.permutations(values)))
    before, after = decided(question, content), decided(question, changed)
    assert sides(after) == sides(before)
    assert possible(after) == possible(before)
    assert set(after.caveats) == set(before.caveats)


@moderate
@given(situations())
def test_splitting_statements_and_documents_does_not_matter(situation: tuple[Question, Layers]) -> None:
    """A statement that lists actions, resources or principals is that many statements; a document likewise."""
    question, content = situation
    assert sides(decided(question, split(content))) == sides(decided(question, content))


@moderate
@given(situations())
def test_g6_a_list_of_one_is_the_value(situation: tuple[Question, Layers]) -> None:
    """Wherever the grammar takes a list, a list of one says the same as its value."""
    question, content = situation
    lists, values = decided(question, as_lists_of_one(content)), decided(question, as_single_values(content))
    assert sides(lists) == sides(values) == sides(decided(question, content))
    assert [match.statement.index for match in lists.statements] == [m.statement.index for m in values.statements]


@moderate
@given(situations())
def test_a1_c2_case_of_actions_and_of_key_names_does_not_matter(situation: tuple[Question, Layers]) -> None:
    """Actions, in policy and request, and the names of condition keys have no case."""
    question, content = situation
    shouted = {**question, "action": question["action"].swapcase()}
    plain = decided(question, content)
    assert sides(decided(shouted, content)) == sides(plain)
    assert sides(decided(question, in_another_case(content))) == sides(plain)


@moderate
@given(situations())
def test_only_the_matching_statements_are_needed(situation: tuple[Question, Layers]) -> None:
    """The statements that the checks name lead to the same decision alone; all others can go."""
    question, content = situation
    request, policies = request_of(question), policy_set(content)
    whole = decide(request, policies, CATALOGUE)
    named = {id(match.statement) for check in whole.checks for match in check.matched}
    sliced = decide(request, kept_only(policies, lambda _, statement: id(statement) in named), CATALOGUE)
    if whole.layer != "special":
        assert sides(sliced) == sides(whole)
        assert sliced.possible == whole.possible
        assert [m.statement for m in sliced.statements] == [m.statement for m in whole.statements]


@moderate
@given(situations())
def test_only_the_determining_statements_are_needed_to_allow(situation: tuple[Question, Layers]) -> None:
    """An access stays one when identity and resource policies hold nothing but the statements that granted it."""
    question, content = situation
    request, policies = request_of(question), policy_set(content)
    whole = decide(request, policies, CATALOGUE)
    granting = {id(match.statement) for match in whole.statements}
    limits = {LayerName(name.removesuffix("_levels")) for name in GUARDRAILS}
    kept = kept_only(policies, lambda layer, statement: layer in limits or id(statement) in granting)
    if whole.effect is Effect.ALLOWED:
        assert decide(request, kept, CATALOGUE).effect is Effect.ALLOWED


@moderate
@given(situations())
def test_every_determining_deny_denies_alone(situation: tuple[Question, Layers]) -> None:
    """Each statement that an explicit deny names is enough for it."""
    question, content = situation
    request, policies = request_of(question), policy_set(content)
    decision = decide(request, policies, CATALOGUE)
    for match in decision.statements if decision.effect is Effect.EXPLICIT_DENY else ():
        alone = kept_only(policies, lambda _, statement, deny=match.statement: statement is deny)  # type: ignore[misc]  # bound in the loop
        assert decide(request, alone, CATALOGUE).effect is Effect.EXPLICIT_DENY


_TEXTS: Final = (None, "a", "ab", "b", "A", "AB", "B", "aB", "abc", "a*", "A*", "?", "x", "zz", "")
COMPLETIONS: Final[dict[str, tuple[list[str] | None, ...]]] = {
    **dict.fromkeys(("s3:prefix", "aws:PrincipalTag/team"), tuple(v if v is None else [v] for v in _TEXTS)),
    "aws:RequestedRegion": tuple([v] for v in _TEXTS if v is not None),
    "s3:max-keys": (None, ["0"], ["1"], ["1.5"], ["2"], ["3"]),
    "aws:MultiFactorAuthPresent": (None, ["true"], ["false"]),
    "aws:TagKeys": (
        None,
        *(list(some) for n in range(6) for some in itertools.combinations(("a", "b", "a*", "ab", "z"), n)),
    ),
    "aws:SourceVpce": (None, ["vpce-1"], ["vpce-2"]),
}
"""Values of every kind that the policies can tell apart, absence included."""


def completions(question: Question, unknown: tuple[str, ...]) -> list[Question]:
    """The question with each combination of values that the unknown keys can have."""
    unsigned = question["kind"] in {"Anonymous", "WebIdentity"}
    choices = []
    for key in unknown:
        tagless = unsigned and key.startswith("aws:PrincipalTag/")
        long_term = key == "aws:MultiFactorAuthPresent" and (unsigned or question["kind"] == "IAMUser")
        choices.append([None] if tagless or long_term else COMPLETIONS[key])
    known = {key: values for key, values in question["context"].items() if key not in unknown}
    return [
        {**question, "context": {**known, **{k: v for k, v in zip(unknown, chosen, strict=True) if v is not None}}}
        for chosen in itertools.product(*choices)
    ]


@st.composite
def open_situations(draw: st.DrawFn) -> tuple[Question, Layers, tuple[str, ...]]:
    """A question, its policies, and one or two keys of which nothing is known: of those that the policies speak of."""
    keys = tuple(draw(st.lists(st.sampled_from(sorted(COMPLETIONS)), min_size=1, max_size=2, unique=True)))
    if draw(st.booleans()):
        return (*draw(hinging_situations(keys)), keys)
    question, content = draw(situations())
    text = json.dumps(content)
    mentioned = [key for key in COMPLETIONS if key in text] or ["s3:prefix"]
    unknown = draw(st.lists(st.sampled_from(mentioned), min_size=1, max_size=2, unique=True))
    return question, content, tuple(unknown)


@examples(150)
@given(open_situations())
def test_an_open_decision_promises_what_every_completion_leads_to_and_nothing_else(
    situation: tuple[Question, Layers, tuple[str, ...]],
) -> None:
    """`depends` is sound: what any values of the unknown keys lead to is among the outcomes promised. And it is tight:
    every outcome promised is that of some values, unless the decision says that it was not split."""
    question, content, unknown = situation
    decision = decided(question, content, unknown)
    reached = {outcome for complete in completions(question, unknown) for outcome in twins_outcomes(complete, content)}
    assert reached <= possible(decision)
    if "not-split" not in {caveat.code for caveat in decision.caveats}:
        assert possible(decision) == reached


@moderate
@given(open_situations())
def test_knowing_more_never_contradicts(situation: tuple[Question, Layers, tuple[str, ...]]) -> None:
    """Once one more key is known, the outcomes still open are among those that were open before."""
    question, content, unknown = situation
    before = possible(decided(question, content, unknown))
    for place in range(len(unknown)):
        assert possible(decided(question, content, unknown[:place] + unknown[place + 1 :])) <= before


@moderate
@given(open_situations())
def test_the_values_that_settle_a_key_settle_it(situation: tuple[Question, Layers, tuple[str, ...]]) -> None:
    """An open decision names, for each key, values and the effect of each: deciding with that value gives it."""
    question, content, unknown = situation
    for open_key in decided(question, content, unknown).unknown_keys:
        name = next(key for key in unknown if key.lower() == open_key.key.lower())
        rest = tuple(key for key in unknown if key != name)
        for value, effect in open_key.settles:
            context = {key: values for key, values in question["context"].items() if key != name}
            known = {} if value is None else {name: value.split(", ") if value else [""]}
            assert decided({**question, "context": {**context, **known}}, content, rest).effect is effect


@moderate
@given(situations(spare=False))
def test_a_complete_context_never_leaves_a_decision_open(situation: tuple[Question, Layers]) -> None:
    """Where everything is known the decision is certain, and says so."""
    question, content = situation
    decision = decided(question, content)
    assert decision.effect is not Effect.DEPENDS
    assert decision.possible == ()
    assert decision.unknown_keys == ()


@moderate
@given(open_situations(), st.booleans())
def test_a_trace_changes_nothing(situation: tuple[Question, Layers, tuple[str, ...]], complete: bool) -> None:
    """With a trace and without, the decision is the same in everything but the trace."""
    question, content, unknown = situation
    unknown = () if complete else unknown
    request, policies = request_of(question, unknown=unknown), policy_set(content)
    plain, traced = decide(request, policies, CATALOGUE), decide(request, policies, CATALOGUE, trace=True)
    assert sides(plain) == sides(traced)
    assert [m.statement for m in plain.statements] == [m.statement for m in traced.statements]
    assert plain.caveats == traced.caveats
    assert (plain.possible, plain.unknown_keys) == (traced.possible, traced.unknown_keys)
    assert [(c.layer, c.verdict, c.blocking_node) for c in plain.checks] == [
        (c.layer, c.verdict, c.blocking_node) for c in traced.checks
    ]
    assert plain.trace == ()


@moderate
@given(st.data(), st.lists(questions(), min_size=1, max_size=4))
def test_a8_r13_a_call_is_allowed_only_if_every_request_is(data: st.DataObject, asked: list[Question]) -> None:
    """A call is as its worst request: one denial denies it, and the order of the requests does not matter."""
    parts = [(request_of(question), policy_set(data.draw(layers(question)))) for question in asked]
    effects = [decide(request, policies, CATALOGUE).effect for request, policies in parts]
    call = decide_call(parts, CATALOGUE)
    assert call.effect is decide_call(parts[::-1], CATALOGUE).effect
    assert (call.effect is Effect.ALLOWED) is all(effect is Effect.ALLOWED for effect in effects)
    assert (call.effect is Effect.EXPLICIT_DENY) is (Effect.EXPLICIT_DENY in effects)
