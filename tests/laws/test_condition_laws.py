"""Laws of conditions: the slow twin, negation, sets, and what an unknown key may be taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policysim.evaluation.conditions import match_condition
from policysim.evaluation.facts import NO_FACTS, KeyType
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, negate
from policysim.language.operators import BASE_OPERATORS, Family
from policysim.language.policy import ConditionEntry
from policysim.language.request import ABSENT
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from tests.evaluation.key_facts import KeyFacts, KnownKeys
from tests.twins.slow_operators import NEGATED, slow_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.evaluation.decision import Outcome
    from policysim.language.operators import BaseOperator
    from policysim.language.request import ContextValue

TEXTS = {
    Family.STRING: st.text("aA*?", max_size=3),
    Family.NUMERIC: st.sampled_from(["1", "1.0", "01", "-2", "2.5", "1e1", "10", "", "x", ".5", "+3", "1e", "\u0661"]),
    Family.DATE: st.sampled_from(
        [
            "2020",
            "2020-01",
            "2020-01-01",
            "2020-01-01T00:00Z",
            "2020-01-01T01:00:00+01:00",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.5Z",
            "2020-01-01T00:00:00.50Z",
            "2020-01-01T00:00:00-00:30",
            "2019-12-31T23:59:59.999Z",
            "1577836800",
            "12",
            "2020-13",
            "2020-1-1",
            "2020T00:00Z",
            "2020-01-01T24:00:00Z",
            "",
            "x",
        ]
    ),
    Family.BOOL: st.sampled_from(["true", "false", "TRUE", "yes", "", "0"]),
    Family.BINARY: st.sampled_from(["QUJD", "QUJE", "", "QUJ", "****", "QQ=="]),
    Family.IP_ADDRESS: st.sampled_from(
        [
            "10.0.0.1",
            "10.0.0.0/8",
            "10.9.9.9/8",
            "0.0.0.0/0",
            "10.0.0.1/32",
            "2001:db8::1",
            "2001:DB8:0:0:0:0:0:1",
            "2001:db8::/32",
            "::/0",
            "256.1.1.1",
            "010.0.0.1",
            "10.0.0.0/33",
            "10.0.0.0/255.0.0.0",
            "::1/129",
            "fe80::1%eth0",
            "x",
        ]
    ),
    Family.ARN: st.sampled_from(
        [
            "arn:aws:iam::1:role/a",
            "arn:aws:iam::1:role/*",
            "arn:aws:iam::*:role/a",
            "arn:aws:iam::?:role/a",
            "arn:aws:iam::1:role/a:b",
            "arn:aws:s3:::b",
            "*",
            "arn:*:role/a",
            "arn:aws:iam::1*",
            "x",
            "",
        ]
    ),
    Family.NULL: st.sampled_from(["true", "false", "True", "no"]),
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[ConditionEntry, tuple[str, ...]]:
    """An entry and the values of its key."""
    base = draw(st.sampled_from(BASE_OPERATORS))
    prefix = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
    suffix = "" if base.family is Family.NULL else draw(st.sampled_from(["", "IfExists"]))
    wanted = draw(st.lists(TEXTS[base.family], max_size=3))
    values = draw(st.lists(TEXTS[base.family], max_size=3))
    return ConditionEntry(prefix + base.name + suffix, "k", tuple(wanted), listed=True), tuple(values)


@st.composite
def bare_cases(draw: st.DrawFn, operators: Iterable[BaseOperator]) -> tuple[ConditionEntry, tuple[str, ...]]:
    """An entry without prefix and suffix, with something to compare with, and at least one value of its key."""
    base = draw(st.sampled_from(list(operators)))
    wanted, values = (draw(st.lists(TEXTS[base.family], min_size=1, max_size=3)) for _ in range(2))
    return ConditionEntry(base.name, "k", tuple(wanted), listed=True), tuple(values)


COMPARING = [base for base in BASE_OPERATORS if base.family is not Family.NULL]
DIFFERING = [base for base in BASE_OPERATORS if base.negated]


def outcome(entry: ConditionEntry, values: ContextValue) -> Outcome:
    return match_condition(entry, lambda _: values, substitutes=True, facts=NO_FACTS)


def truth(entry: ConditionEntry, values: ContextValue) -> Truth:
    return outcome(entry, values).truth


@given(cases(), st.booleans())
@settings(max_examples=400)
def test_matching_is_its_slow_twin(case: tuple[ConditionEntry, tuple[str, ...]], absent: bool) -> None:
    entry, values = case
    expected = slow_condition(entry.operator, entry.values, None if absent else values)
    assert truth(entry, ABSENT if absent else values) is (TRUE if expected else FALSE)


@given(bare_cases(DIFFERING))
def test_c1_a_negated_operator_is_the_negation_for_one_comparable_value(
    case: tuple[ConditionEntry, tuple[str, ...]],
) -> None:
    entry, (value, *_) = case
    found = outcome(entry, (value,))
    assume("mistyped-negation" not in found.caveats)
    positive = entry._replace(operator=NEGATED[entry.operator])
    assert found.truth is negate(truth(positive, (value,)))


@given(bare_cases(COMPARING))
def test_c6_if_exists_is_the_operator_or_absence(case: tuple[ConditionEntry, tuple[str, ...]]) -> None:
    entry, values = case
    lenient = entry._replace(operator=f"{entry.operator}IfExists")
    assert truth(lenient, values) is truth(entry, values)
    assert truth(lenient, ABSENT) is truth(lenient, ()) is TRUE


@given(bare_cases(DIFFERING))
def test_c34_c36_all_values_fit_when_not_any_value_fails(case: tuple[ConditionEntry, tuple[str, ...]]) -> None:
    entry, values = case
    some_fail = entry._replace(operator=f"ForAnyValue:{entry.operator}")
    all_fit = entry._replace(operator=f"ForAllValues:{NEGATED[entry.operator]}")
    assume(not any(outcome(some_fail, (value,)).caveats for value in values))
    assert truth(all_fit, values) is negate(truth(some_fail, values))


@given(cases(), st.lists(st.text("aA*?", max_size=3), max_size=3))
def test_an_unknown_key_is_certain_only_where_every_value_agrees(
    case: tuple[ConditionEntry, tuple[str, ...]], others: list[str]
) -> None:
    entry, values = case
    unknown = truth(entry, UNKNOWN_VALUE)
    if unknown is not UNKNOWN:
        for has in (ABSENT, (), values, tuple(others), values[:1], ("",)):
            assert truth(entry, has) is unknown


@given(cases(), st.text("aA*?", max_size=3), st.booleans())
def test_an_unknown_single_value_of_a_known_type_is_certain_only_where_every_value_agrees(
    case: tuple[ConditionEntry, tuple[str, ...]], other: str, always: bool
) -> None:
    entry, values = case
    facts = KnownKeys(k=KeyFacts(KeyType.STRING, always_present=always))

    def has(given_values: ContextValue) -> Truth:
        return match_condition(entry, lambda _: given_values, substitutes=True, facts=facts).truth

    unknown = has(UNKNOWN_VALUE)
    if unknown is not UNKNOWN:
        for possible in ((other,), *((value,) for value in values), *(() if always else (ABSENT,))):
            assert has(possible) is unknown


@given(
    st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringNotEqualsIgnoreCase"]),
    st.lists(
        st.text("a*", max_size=2).map(lambda t: f"{t}${{v}}") | st.sampled_from(["${v, 'a'}", "a", "*"]), max_size=2
    ),
    st.text("a*", max_size=3),
    st.none() | st.text("a*", max_size=2),
)
def test_an_unknown_variable_is_certain_only_where_every_value_agrees(
    operator: str, wanted: list[str], value: str, variable: str | None
) -> None:
    entry = ConditionEntry(operator, "k", tuple(wanted), listed=True)
    has: ContextValue = ABSENT if variable is None else (variable,)

    def given_variable(unknown: ContextValue) -> Truth:
        def lookup(key: str) -> ContextValue:
            return (value,) if key == "k" else unknown

        return match_condition(entry, lookup, substitutes=True, facts=NO_FACTS).truth

    assert given_variable(UNKNOWN_VALUE) in {UNKNOWN, given_variable(has)}


@given(cases())
def test_an_outcome_has_a_reason_exactly_when_it_does_not_match(case: tuple[ConditionEntry, tuple[str, ...]]) -> None:
    entry, values = case
    for has in (values, ABSENT, UNKNOWN_VALUE):
        found = outcome(entry, has)
        assert (found.reason is None) is (found.truth is TRUE)
        assert bool(found.keys) is (found.truth is UNKNOWN)
        assert (found.sentence == "") is (found.truth is TRUE)
