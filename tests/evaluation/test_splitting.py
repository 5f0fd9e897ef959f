"""Decisions that hang on unknown keys, tried value by value: what becomes certain, and what is said of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.conditions.caveats import KEY_UNKNOWN
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Decision, Effect, Verdict
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.switches import Switches
from policysim.language.request import ABSENT, RequestContext
from tests.evaluation.building import allow, ask, deny, policies
from tests.evaluation.callers import APP, SERVICE

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet

OPEN = RequestContext()
BY_TEAM = allow(resource="arn:aws:s3:::data/${aws:PrincipalTag/team}")
NOTHING = [allow("ec2:*")]


def when(operator: str, key: str, value: str = "a") -> dict[str, Any]:
    """The condition of a statement."""
    return {"Condition": {operator: {key: value}}}


def answer(found: PolicySet, context: RequestContext = OPEN) -> Decision:
    return decide(ask(APP, context=context), found, CATALOGUE)


def codes(decision: Decision) -> set[str]:
    """The codes of the caveats, that of made-up key names aside."""
    return {caveat.code for caveat in decision.caveats} - {KEY_UNKNOWN}


def settles(decision: Decision) -> dict[str, dict[str | None, Effect]]:
    return {unknown.key: dict(unknown.settles) for unknown in decision.unknown_keys}


EITHER = [allow(**when("StringEquals", "app:k")), allow(**when("StringNotEquals", "app:k"))]


def test_an_allow_by_one_statement_or_the_other_is_certain_and_so_are_its_checks() -> None:
    decision = answer(policies(identity=EITHER))
    assert (decision.effect, decision.layer) == (Effect.ALLOWED, "identity")
    assert decision.check(LayerName.IDENTITY).verdict is Verdict.ALLOW
    assert len(decision.statements) == 2
    assert (decision.possible, decision.unknown_keys, codes(decision)) == ((), (), set())


def test_a_certain_decision_is_not_said_to_be_less_certain_than_it_might_be() -> None:
    decision = answer(policies(identity=[*EITHER, BY_TEAM]))
    assert (decision.effect, codes(decision)) == (Effect.ALLOWED, set())


def test_what_is_doubtful_for_some_value_is_said_of_the_certain_decision() -> None:
    several = [allow(**when("StringEquals", "app:k")), allow(**when("StringNotEquals", "app:k"))]
    other_name = [{**statement, "Principal": {"Service": "EVENTS.amazonaws.com"}} for statement in several]
    request = ask(SERVICE, context=OPEN)
    assert codes(decide(request, policies(resource=other_name), CATALOGUE)) == {"service-name-case"}


def test_a_check_that_comes_out_differently_is_open_in_a_certain_denial() -> None:
    found = policies(identity=[], scp=[allow(**when("StringEquals", "app:k"))], boundary=NOTHING)
    decision = answer(found)
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert decision.blocking == (LayerName.IDENTITY, LayerName.BOUNDARY)
    verdicts = {name: decision.check(name).verdict for name in (LayerName.SCP, LayerName.IDENTITY)}
    assert verdicts == {LayerName.SCP: Verdict.UNKNOWN, LayerName.IDENTITY: Verdict.IMPLICIT_DENY}


def test_a_denial_whose_layers_change_with_the_value_names_those_of_one() -> None:
    found = policies(
        identity=[allow(**when("StringEquals", "app:k"))], boundary=[allow(**when("StringNotEquals", "app:k"))]
    )
    decision = answer(found)
    assert decision.effect is Effect.IMPLICIT_DENY
    assert decision.blocking in {(LayerName.IDENTITY,), (LayerName.BOUNDARY,)}
    assert decision.layer == decision.blocking[0].value


def test_a_denial_that_may_be_explicit_names_what_always_stands_in_the_way() -> None:
    found = policies(
        identity=[deny(**when("StringEquals", "app:k"))], scp=[allow(**when("StringNotEquals", "app:k", "b"))]
    )
    decision = answer(found)
    assert (decision.effect, decision.possible) == (Effect.IMPLICIT_DENY, (Effect.EXPLICIT_DENY,))
    assert (decision.layer, decision.blocking) == ("identity", (LayerName.IDENTITY,))
    assert settles(decision)["app:k"]["a"] is Effect.EXPLICIT_DENY


def test_a_key_that_cannot_be_tried_stays_beside_one_that_was() -> None:
    decision = answer(policies(identity=[allow(**when("StringEquals", "app:k")), BY_TEAM]))
    assert (decision.effect, decision.possible) == (Effect.DEPENDS, (Effect.ALLOWED, Effect.IMPLICIT_DENY))
    assert "not-split" in codes(decision)
    assert settles(decision) == {
        "app:k": {"a": Effect.ALLOWED, "other": Effect.DEPENDS, None: Effect.DEPENDS},
        "aws:PrincipalTag/team": {},
    }


def test_a_value_that_leads_nowhere_by_itself_is_said_to_leave_it_open() -> None:
    found = policies(identity=[allow(**when("StringEquals", "app:k")), allow(**when("StringEquals", "app:m"))])
    told = settles(answer(found))
    assert told["app:k"]["a"] is told["app:m"]["a"] is Effect.ALLOWED
    assert told["app:k"]["other"] is told["app:m"]["other"] is told["app:k"][None] is Effect.DEPENDS


@pytest.mark.parametrize(("count", "tried"), [(9, True), (10, False)])
def test_five_hundred_and_twelve_combinations_are_tried_and_no_more(count: int, *, tried: bool) -> None:
    context = OPEN
    for number in range(count):
        context = context.with_candidates(f"app:k{number}", ("a",), ABSENT)
    statements = [allow(**when("StringEquals", f"app:k{number}")) for number in range(count)]
    decision = answer(policies(identity=statements), context)
    assert decision.effect is Effect.DEPENDS
    assert ("not-split" not in codes(decision)) is tried
    assert all(bool(unknown.settles) is tried for unknown in decision.unknown_keys)


@pytest.mark.parametrize("value", ["b", "${aws:username}"])
def test_v2_v6_a_key_in_a_condition_and_in_a_variable_is_tried_with_the_values_of_both(value: str) -> None:
    by_variable = allow(**when("StringEquals", "s3:prefix", "${app:k}"))
    context = OPEN.with_values({"s3:prefix": (value,)})
    told = settles(answer(policies(identity=[allow(**when("StringEquals", "app:k")), by_variable]), context))
    assert told["app:k"]["a"] is told["app:k"][value] is Effect.ALLOWED


def test_c19_the_switches_reach_the_values_that_are_tried() -> None:
    late = policies(identity=[allow(**when("DateGreaterThan", "aws:TokenIssueTime", "2020"))])
    switches = Switches(four_digits_are_a_year=False)
    decision = decide(ask(APP, context=OPEN), late, NO_FACTS, switches=switches)
    assert decision.effect is Effect.DEPENDS
    assert Effect.ALLOWED in {effect for _, effect in decision.unknown_keys[0].settles}


def test_c34_a_set_of_values_is_shown_with_all_its_members() -> None:
    both = [
        allow(**when("ForAnyValue:StringEquals", "aws:TagKeys")),
        deny(**when("ForAllValues:StringEquals", "aws:TagKeys")),
    ]
    assert "a, other" in settles(answer(policies(identity=both)))["aws:TagKeys"]


def test_c3_that_a_tag_was_given_twice_is_told_where_the_decision_hangs_on_it() -> None:
    twice = RequestContext({"aws:RequestTag/Team": "a", "aws:requesttag/team": "b"}, complete=True)
    hanging = answer(policies(identity=[allow(**when("StringEquals", "aws:RequestTag/team"))]), twice)
    assert (hanging.effect, codes(hanging)) == (Effect.DEPENDS, {"tag-case"})
    other = OPEN.with_values({"aws:PrincipalTag/x": ("y",)})
    assert "tag-case" not in codes(answer(policies(identity=[allow(**when("StringEquals", "app:k"))]), other))
    both = RequestContext({"aws:RequestTag/Team": "a", "aws:requesttag/team": "b"})
    assert "tag-case" not in codes(answer(policies(identity=[allow(**when("StringEquals", "app:k"))]), both))


NEVER = allow(Condition={"StringEquals": {"app:k": "a"}, "StringNotEquals": {"app:k": "a"}})


def test_a_layer_that_no_value_gets_past_is_the_one_in_the_way() -> None:
    decision = answer(policies(identity=[NEVER], scp=[allow(**when("StringNotEquals", "app:k"))]))
    assert (decision.effect, decision.layer) == (Effect.IMPLICIT_DENY, "identity")
    assert decision.blocking == (LayerName.IDENTITY,)
    assert decision.check(LayerName.IDENTITY).verdict is Verdict.IMPLICIT_DENY
    assert decision.check(LayerName.SCP).verdict is Verdict.UNKNOWN
    assert decision.statements == ()


def test_a_certain_decision_rests_on_what_matches_for_some_value_and_says_what_matters_to_it() -> None:
    unset = allow(resource="arn:aws:s3:::data/${aws:PrincipalTag/none}")
    context = RequestContext(absent=("aws:PrincipalTag/none",))
    decision = answer(policies(identity=[*EITHER, NEVER, unset]), context)
    assert decision.effect is Effect.ALLOWED
    assert sorted(match.statement.index for match in decision.statements) == [0, 1]
    assert codes(decision) == set()


def test_c8_where_an_empty_string_may_be_null_presence_is_not_tried_by_texts() -> None:
    present = policies(identity=[allow(**when("Null", "app:k", "false"))])
    for is_null in (True, False):
        switches = Switches(empty_string_is_null=is_null)
        decision = decide(ask(APP, context=OPEN), present, CATALOGUE, switches=switches)
        assert ("not-split" in codes(decision)) is is_null
