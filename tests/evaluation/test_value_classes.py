"""Few values that stand for all: no value shows a behaviour that the classes lack."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.evaluation.conditions import match_condition
from policysim.evaluation.facts import NO_FACTS, KeyType
from policysim.evaluation.ordered_classes import address_candidates, instant_candidates, number_candidates
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.value_classes import ValueClasses, value_classes
from policysim.evaluation.values import number_of
from policysim.language.policy import ConditionEntry
from policysim.language.request import ABSENT, UNKNOWN
from tests.evaluation.key_facts import KeyFacts, KnownKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policysim.evaluation.facts import Facts
    from policysim.evaluation.truth import Truth
    from policysim.language.request import ContextValue

BUDGET = 512


def entry(operator: str, *values: str, key: str = "k") -> ConditionEntry:
    return ConditionEntry(operator, key, values, listed=True)


def given_key(key: str, values: ContextValue) -> Callable[[str], ContextValue]:
    """A look-up in which ``aws:star`` is ``*`` and all other keys are absent."""
    return lambda name: values if name == key else ("*",) if name == "aws:star" else ABSENT


def classes(
    *entries: ConditionEntry,
    facts: Facts = NO_FACTS,
    budget: int = BUDGET,
    switches: Switches = DEFAULT_SWITCHES,
) -> ValueClasses | None:
    key = entries[0].key
    pairs = [(e, True) for e in entries]
    return value_classes(key, pairs, given_key(key, UNKNOWN), facts, budget, switches=switches)


def signature(
    entries: Sequence[ConditionEntry], values: ContextValue, facts: Facts, switches: Switches
) -> tuple[Truth, ...]:
    return tuple(
        match_condition(e, given_key(e.key, values), substitutes=True, facts=facts, switches=switches).truth
        for e in entries
    )


def assert_complete(
    entries: Sequence[ConditionEntry],
    values: Iterable[ContextValue],
    facts: Facts = NO_FACTS,
    switches: Switches = DEFAULT_SWITCHES,
) -> ValueClasses:
    found = classes(*entries, facts=facts, switches=switches)
    assert found is not None
    shown = {signature(entries, value, facts, switches) for value in found.values}
    for value in values:
        assert signature(entries, value, facts, switches) in shown, value
    return found


def words(alphabet: str, longest: int) -> list[tuple[str, ...]]:
    return [("".join(w),) for n in range(longest + 1) for w in itertools.product(alphabet, repeat=n)]


ALL_WORDS = words("abBx", 4) + words("abx", 5)
ARN_WORDS = [
    (f"arn:{a}:::{b}:{c}",)
    for a, b, c in itertools.product(["", "a", "b", "ab"], ["", "a", "b", "x"], ["", "a", "b", "a:b", "x", "b:x:a"])
] + words("ab", 3)

STRING_ENTRIES = st.builds(
    entry,
    st.sampled_from(
        ["StringEquals", "StringNotEquals", "StringLike", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"]
    ),
    st.text("ab*?B", max_size=4),
    st.text("ab*?", max_size=4),
)
ARN_PATTERNS = st.sampled_from(
    ["arn:*:::a:*", "arn:a:::*:a*", "arn:a*:::?:b", "arn:a:::b:*", "*", "arn:*:::*:*b*", "arn:a:::a:a", "a", "arn:*b"]
)
ARN_ENTRIES = st.builds(
    entry, st.sampled_from(["ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringNotEquals"]), ARN_PATTERNS
)


@given(st.lists(STRING_ENTRIES, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_string_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry]) -> None:
    assert_complete(entries, [*ALL_WORDS, ABSENT])


@given(st.lists(ARN_ENTRIES, min_size=1, max_size=3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_arn_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry], typed: bool) -> None:
    facts = KnownKeys(k=KeyFacts(KeyType.ARN)) if typed else NO_FACTS
    values = [v for v in ARN_WORDS if v[0].count(":") >= 5] if typed else ARN_WORDS
    found = assert_complete(entries, [*values, ABSENT], facts)
    if typed:
        assert all(isinstance(v, tuple) and v[0].startswith("arn:") for v in found.values if v is not ABSENT)


SWITCHES = st.builds(
    Switches,
    star_ends_with_its_part=st.booleans(),
    values_are_literal=st.booleans(),
    several_values_match_any=st.booleans(),
    mistyped_negation_matches=st.booleans(),
    four_digits_are_a_year=st.booleans(),
    empty_negation_matches=st.booleans(),
)
WILD_ENTRIES = st.builds(
    entry,
    st.sampled_from(["ArnLike", "ArnNotLike", "StringLike"]),
    st.sampled_from(["arn:a:::b:${aws:star}", "a${aws:star}"]),
)


@given(st.lists(ARN_ENTRIES | WILD_ENTRIES, min_size=1, max_size=3), SWITCHES)
@settings(max_examples=60, deadline=None)
def test_the_classes_are_complete_however_the_doubtful_rules_are_read(
    entries: list[ConditionEntry], switches: Switches
) -> None:
    assert_complete(entries, [*ARN_WORDS, ABSENT], switches=switches)


def test_c8_presence_and_empty_strings_are_not_told_apart_by_guess() -> None:
    assert classes(entry("Null", "true"), switches=Switches(empty_string_is_null=True)) is None


SET_ENTRIES = st.builds(
    entry,
    st.sampled_from(
        [
            *("ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAllValues:StringNotLike", "StringEquals"),
            *("ForAnyValue:StringNotEquals", "ForAnyValue:StringEqualsIfExists", "StringNotEquals", "Null"),
        ]
    ),
    st.text("ab*", max_size=3),
    st.text("ab*", max_size=2),
)
SOME_WORDS = [w[0] for w in words("abx", 2)]
SETS = [(), *((a,) for a in SOME_WORDS), *itertools.combinations(SOME_WORDS, 2), *itertools.combinations(SOME_WORDS, 3)]


@given(st.lists(SET_ENTRIES, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_set_of_strings_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry]) -> None:
    facts = KnownKeys(k=KeyFacts(KeyType.STRING, multivalued=True))
    assert_complete(entries, [*SETS, ABSENT], facts)


NUMBERS = [(f"{n / 4:g}",) for n in range(-12, 40)] + [("x",), ("",)]


@given(
    st.lists(
        st.builds(
            entry,
            st.sampled_from(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"]),
            st.sampled_from(["0", "1", "1.5", "2", "7", "x"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_number_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry]) -> None:
    assert_complete(entries, [*NUMBERS, ABSENT])


INSTANTS = [
    *(f"20{y:02}-0{m}-01" for y in range(18, 23) for m in (1, 7)),
    *("2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00.25Z", "1577836800", "x", "2019-12-31T23:59:59Z", "2021"),
]


@given(
    st.lists(
        st.builds(
            entry,
            st.sampled_from(["DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThanEquals"]),
            st.sampled_from(["2020", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:01Z", "2021-07-01", "x"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_instant_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry]) -> None:
    assert_complete(entries, [*((instant,) for instant in INSTANTS), ABSENT])


def test_c30_an_arn_operator_and_its_string_twin_are_told_apart_by_a_colon() -> None:
    entries = [entry("ArnLike", "arn:a*b:::x:*"), entry("StringLike", "arn:a*b:::x:*")]
    assert_complete(entries, [("arn:a:b:::x:y",), ("arn:ab:::x:y",), ("arn:a:b",)])


def test_c24_the_gap_between_two_ranges_is_a_class() -> None:
    entries = [entry("IpAddress", "20.0.0.0/8"), entry("IpAddress", "20.0.0.0/16")]
    assert_complete(entries, [("20.0.0.1",), ("20.1.0.0",), ("20.255.0.0",), ("21.0.0.0",)])


ADDRESSES = [
    *("0.0.0.1", "9.255.255.255", "10.0.0.0", "10.1.0.0", "10.1.2.3", "10.255.255.255", "11.0.0.0", "255.255.255.255"),
    *("::", "2001:db8::1", "2001:db9::", "ffff::", "x", ""),
]


@given(
    st.lists(
        st.builds(
            entry,
            st.sampled_from(["IpAddress", "NotIpAddress"]),
            st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::/0", "x"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_address_shows_a_behaviour_that_the_classes_lack(entries: list[ConditionEntry]) -> None:
    assert_complete(entries, [*((address,) for address in ADDRESSES), ABSENT])


def test_c22_a_word_that_is_no_truth_value_is_a_class_where_the_type_is_not_known() -> None:
    both = [entry("Bool", "true"), entry("Bool", "false")]
    assert_complete(both, [("true",), ("false",), ("TRUE",), ("yes",), ABSENT])
    typed = classes(*both, facts=KnownKeys(k=KeyFacts(KeyType.BOOL, always_present=True)))
    assert typed is not None
    assert typed.values == (("true",), ("false",))


def test_binary_values_are_the_named_ones_and_another() -> None:
    named = [entry("BinaryEquals", "QUJD", "b3RoZXI=", "ZWxzZQ==")]
    assert_complete(named, [("QUJD",), ("QUJE",), ("****",), ABSENT])


def test_c7_presence_alone_has_two_classes() -> None:
    found = classes(entry("Null", "true"))
    assert found is not None
    assert found.values == (("other",), ABSENT)


def test_c42_a_key_that_every_request_has_is_never_absent() -> None:
    found = classes(entry("StringEquals", "a"), facts=KnownKeys(k=KeyFacts(KeyType.STRING, always_present=True)))
    assert found is not None
    assert found.values == (("a",), ("other",))


def test_c21_epoch_time_is_split_under_numeric_and_date_operators_together() -> None:
    entries = [
        entry("NumericLessThan", "1600000000", key="aws:EpochTime"),
        entry("DateGreaterThan", "2020-01-01T00:00:00Z", key="aws:EpochTime"),
    ]
    assert_complete(entries, [(str(n),) for n in (1577836799, 1577836800, 1577836801, 1600000000, 1900000000)])


def test_values_that_policies_name_stand_for_their_classes() -> None:
    found = classes(entry("StringEquals", "eu-west-1"), entry("StringLike", "us-*"))
    assert found is not None
    assert found.values == (("eu-west-1",), ("other",), ("us-other",), ABSENT)


def test_a_class_whose_shortest_text_is_a_named_one_still_has_another() -> None:
    entries = [entry("StringLike", "a?"), entry("StringEquals", "ax", "az")]
    assert_complete(entries, [("ax",), ("aq",), ("b",), ("a",)])
    only_the_empty_text = [entry("StringLike", "?*"), entry("StringEquals", "")]
    found = assert_complete(only_the_empty_text, [("",), ("a",)])
    assert len(found.values) == 3


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([entry("StringEquals", "a"), entry("NumericEquals", "1")], id="families that do not mix"),
        pytest.param([entry("StringEquals", "${k}")], id="the key in its own value"),
        pytest.param([entry("StringLike", f"*{c}aa*") for c in "bcdefghijklmnop"], id="more classes than the budget"),
    ],
)
def test_what_cannot_be_classified_is_not_guessed(entries: list[ConditionEntry]) -> None:
    assert classes(*entries) is None


def test_the_budget_bounds_the_classes() -> None:
    entries = [entry("StringEquals", letter) for letter in "abcdef"]
    assert classes(*entries, budget=8) is not None
    assert classes(*entries, budget=7) is None


def test_c10_an_operator_for_another_type_tells_no_values_apart() -> None:
    facts = KnownKeys(k=KeyFacts(KeyType.IP_ADDRESS))
    alone = classes(entry("IpAddress", "10.0.0.0/8"), facts=facts)
    assert alone is not None
    assert classes(entry("StringLike", "10.1.*"), entry("IpAddress", "10.0.0.0/8"), facts=facts) == alone


FIRST = str(IPv4Address(0))
LAST = str(IPv4Address(2**32 - 1))


@pytest.mark.parametrize(
    ("networks", "candidates"),
    [
        ((), {FIRST, "::"}),
        (("10.0.0.0/8", "10.1.0.0/16"), {FIRST, "10.0.0.0", "10.1.0.0", "10.2.0.0", "11.0.0.0", "::"}),
        ((LAST,), {FIRST, LAST, "::"}),
        (("0.0.0.0/0",), {FIRST, "::"}),
        (("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",), {FIRST, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}),
        (("::/0", "no network"), {FIRST, "::"}),
    ],
)
def test_c24_every_range_that_networks_tell_apart_has_an_address(
    networks: tuple[str, ...], candidates: set[str]
) -> None:
    usual = set(address_candidates(()))
    found = set(address_candidates(networks))
    assert usual <= found | candidates
    assert found - (usual - {FIRST, "::"}) == candidates


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ((), ["1"]),
        (("x",), ["1"]),
        (("5",), ["5", "4", "6"]),
        (("5", "7"), ["5", "7", "4", "6", "8"]),
        (("5", "6"), ["5", "6", "4", "5.5", "7"]),
        (("0.5", "0.25"), ["0.25", "0.5", "-0.75", "0.375", "1.5"]),
    ],
)
def test_c17_every_end_point_and_every_gap_has_a_number(texts: tuple[str, ...], numbers: list[str]) -> None:
    assert [str(number_of(text)) for text in number_candidates(texts)] == numbers


@pytest.mark.parametrize(
    ("texts", "instants"),
    [
        ((), ["2026-01-01T00:00:00Z"]),
        (("1970-01-01T00:00:05Z",), ["1970-01-01T00:00:05Z", "1970-01-01T00:00:04Z", "1970-01-01T00:00:06Z"]),
        (
            ("1970-01-01T00:00:05Z", "1970-01-01T00:00:06Z"),
            [
                "1970-01-01T00:00:05Z",
                "1970-01-01T00:00:06Z",
                "1970-01-01T00:00:04Z",
                "1970-01-01T00:00:05.5Z",
                "1970-01-01T00:00:07Z",
            ],
        ),
        (
            ("1970-01-01T00:00:05Z", "1970-01-01T00:00:05.05Z"),
            [
                "1970-01-01T00:00:05Z",
                "1970-01-01T00:00:05.05Z",
                "1970-01-01T00:00:04Z",
                "1970-01-01T00:00:05.005Z",
                "1970-01-01T00:00:06Z",
            ],
        ),
        (("999999999999999",), ["999999999999999", "999999999999998", "1000000000000000"]),
    ],
)
def test_c18_c19_every_end_point_and_every_gap_has_an_instant(texts: tuple[str, ...], instants: list[str]) -> None:
    assert list(instant_candidates(texts)) == instants
