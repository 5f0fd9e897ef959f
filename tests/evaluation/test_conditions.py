"""One key under one operator: missing keys, sets, negation, variables, unknown keys, reasons and caveats."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.conditions import CAVEAT_TEXTS, CAVEATS, match_condition
from policysim.evaluation.conditions.caveats import KEY_UNKNOWN
from policysim.evaluation.facts import NO_FACTS, KeyType
from policysim.evaluation.readings import other_reading
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.policy import ConditionEntry
from policysim.language.request import ABSENT
from policysim.language.request import UNKNOWN as UNKNOWN_VALUE
from tests.evaluation.key_facts import KeyFacts, KnownKeys

if TYPE_CHECKING:
    from policysim.evaluation.decision import Outcome
    from policysim.evaluation.facts import Facts
    from policysim.language.request import ContextValue

RESERVED = "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"


def match(
    operator: str,
    wanted: str | tuple[str, ...],
    values: ContextValue | str,
    *,
    key: str = "k",
    facts: Facts = NO_FACTS,
    switches: Switches = DEFAULT_SWITCHES,
    substitutes: bool = True,
    **others: ContextValue,
) -> Outcome:
    """``others`` are the values of ``aws:<name>`` keys; every other key is absent."""
    listed = (wanted,) if isinstance(wanted, str) else wanted
    has: dict[str, ContextValue] = {f"aws:{name}": value for name, value in others.items()}
    has[key] = (values,) if isinstance(values, str) else values
    entry = ConditionEntry(operator, key, listed, listed=not isinstance(wanted, str))
    return match_condition(
        entry, lambda name: has.get(name, ABSENT), substitutes=substitutes, facts=facts, switches=switches
    )


def typed(key_type: str, **more: bool) -> KnownKeys:
    return KnownKeys(k=KeyFacts(key_type, **more))


NEGATED = [
    ("StringNotEquals", "a"),
    ("StringNotEqualsIgnoreCase", "a"),
    ("StringNotLike", "a*"),
    ("NumericNotEquals", "1"),
    ("DateNotEquals", "2020-01-01"),
    ("ArnNotEquals", "arn:aws:s3:::b"),
    ("ArnNotLike", "arn:aws:s3:::b"),
    ("NotIpAddress", "10.0.0.0/8"),
]
POSITIVE = [
    ("StringEquals", "a"),
    ("StringLike", "*"),
    ("NumericLessThan", "1"),
    ("DateGreaterThan", "2020-01-01"),
    ("Bool", "false"),
    ("BinaryEquals", "QUJD"),
    ("IpAddress", "0.0.0.0/0"),
    ("ArnLike", "*"),
]


def test_c1_values_are_or_and_for_negated_operators_nor() -> None:
    assert match("StringEquals", ("a", "b"), "b").truth is TRUE
    assert match("StringNotEquals", ("a", "b"), "b").truth is FALSE
    assert match("StringNotEquals", ("a", "b"), "c").truth is TRUE


def test_c4_the_operator_is_read_in_any_case() -> None:
    assert match("stringequalsifexists", "a", "a").truth is TRUE


@pytest.mark.parametrize(("operator", "wanted"), POSITIVE)
def test_c5_a_missing_key_does_not_meet_a_positive_operator(operator: str, wanted: str) -> None:
    outcome = match(operator, wanted, ABSENT)
    assert outcome.truth is FALSE
    assert outcome.reason is Reason.KEY_ABSENT


@pytest.mark.parametrize(("operator", "wanted"), NEGATED)
def test_c5_a_missing_key_meets_a_negated_operator(operator: str, wanted: str) -> None:
    assert match(operator, wanted, ABSENT).truth is TRUE


@pytest.mark.parametrize(("operator", "wanted"), POSITIVE + NEGATED)
def test_c6_if_exists_is_met_by_a_missing_key(operator: str, wanted: str) -> None:
    assert match(f"{operator}IfExists", wanted, ABSENT).truth is TRUE


def test_c6_if_exists_compares_a_present_key() -> None:
    assert match("StringEqualsIfExists", "a", "b").truth is FALSE
    assert match("StringNotEqualsIfExists", "a", "a").truth is FALSE


@pytest.mark.parametrize(
    ("wanted", "values", "truth"),
    [
        ("true", ABSENT, TRUE),
        ("true", "x", FALSE),
        ("false", ABSENT, FALSE),
        ("False", "x", TRUE),
        (("true", "false"), ABSENT, TRUE),
        ("yes", "x", FALSE),
        ((), ABSENT, FALSE),
    ],
)
def test_c7_null_asks_for_absence_or_presence(
    wanted: str | tuple[str, ...], values: ContextValue | str, truth: Truth
) -> None:
    assert match("Null", wanted, values).truth is truth


def test_c7_null_under_a_set_prefix_is_constant() -> None:
    for values in (ABSENT, (), ("a",), UNKNOWN_VALUE):
        assert match("ForAllValues:Null", "true", values).truth is TRUE
        assert match("ForAnyValue:Null", "true", values).truth is FALSE


def test_c7_null_if_exists_does_not_exist() -> None:
    assert match("NullIfExists", "true", ABSENT).reason is Reason.OPERATOR_UNKNOWN


def test_c8_an_empty_set_is_missing() -> None:
    assert match("Null", "true", ()).truth is TRUE
    assert match("StringNotEquals", "a", ()).truth is TRUE
    assert match("StringEqualsIfExists", "a", ()).truth is TRUE


def test_c8_an_empty_string_is_present_with_a_caveat_where_it_matters() -> None:
    outcome = match("Null", "false", "")
    assert outcome.truth is TRUE
    assert outcome.caveats == ("empty-string",)
    assert match("StringEquals", "", "").truth is TRUE
    assert match("StringEquals", "", "").caveats == ()
    assert match("ForAllValues:StringEquals", "a", "").caveats == ("empty-string",)
    assert match("ForAllValues:StringEquals", "", "").caveats == ()


def test_c9_an_unknown_operator_never_matches() -> None:
    for values in ("a", ABSENT, UNKNOWN_VALUE):
        outcome = match("StringLikeIgnoreCase", "a", values)
        assert (outcome.truth, outcome.reason) == (FALSE, Reason.OPERATOR_UNKNOWN)


@pytest.mark.parametrize(
    ("key_type", "operator", "wanted", "value"),
    [
        (KeyType.STRING, "NumericEquals", "5", "5"),
        (KeyType.BOOL, "StringEquals", "true", "true"),
        (KeyType.IP_ADDRESS, "StringLike", "10.*", "10.0.0.1"),
        (KeyType.NUMERIC, "DateEquals", "3600", "3600"),
        (KeyType.DATE, "StringLike", "2020*", "2020-01-01"),
    ],
)
def test_c10_an_operator_for_another_type_never_matches(key_type: str, operator: str, wanted: str, value: str) -> None:
    outcome = match(operator, wanted, value, facts=typed(key_type))
    assert (outcome.truth, outcome.reason) == (FALSE, Reason.OPERATOR_WRONG)
    assert outcome.caveats == ("wrong-operator",)
    assert match(operator, wanted, value).truth is TRUE


def test_c10_a_negated_operator_for_another_type_does_not_match_either() -> None:
    outcome = match("NumericNotEquals", "5", "6", facts=typed(KeyType.STRING))
    assert outcome.truth is FALSE
    assert outcome.caveats == ("wrong-operator",)


def test_c10_where_the_type_makes_no_difference_there_is_no_caveat() -> None:
    assert match("StringEquals", "true", "false", facts=typed(KeyType.BOOL)).caveats == ()


@pytest.mark.parametrize("operator", ["StringLike", "ArnLike", "StringEquals", "ArnEquals", "Null"])
@pytest.mark.parametrize("key_type", [KeyType.ARN, KeyType.STRING])
def test_c32_arn_and_string_operators_fit_arn_and_string_keys(operator: str, key_type: str) -> None:
    wanted = "false" if operator == "Null" else "arn:aws:s3:::b"
    assert match(operator, wanted, "arn:aws:s3:::b", facts=typed(key_type)).truth is TRUE


def test_c11_an_empty_list() -> None:
    for operator in ("ForAllValues:StringEquals", "StringEqualsIfExists", "StringNotEqualsIfExists"):
        assert match(operator, (), ABSENT).truth is TRUE
        assert match(operator, (), "a").truth is FALSE
    for values in (ABSENT, ("a",)):
        assert match("ForAnyValue:StringEquals", (), values).truth is FALSE
        assert match("StringEquals", (), values).truth is FALSE
        assert match("StringNotEquals", (), values).truth is TRUE
    assert match("StringEquals", (), "a").reason is Reason.VALUES_EMPTY
    assert match("StringNotEquals", (), "a").caveats == ("empty-negation",)


@pytest.mark.parametrize(
    ("operator", "wanted", "value"),
    [
        ("NumericNotEquals", "five", "5"),
        ("NumericNotEquals", "5", "five"),
        ("DateNotEquals", "2020-01-01", "yesterday"),
        ("NotIpAddress", "10.0.0.0/8", "AWS Internal"),
        ("ArnNotLike", "arn:aws:iam::*:user/*", "alice"),
        ("ArnNotEquals", "alice", "arn:aws:iam::1:user/alice"),
    ],
)
def test_c17_c31_a_negated_operator_does_not_match_what_it_cannot_compare(
    operator: str, wanted: str, value: str
) -> None:
    outcome = match(operator, wanted, value)
    assert (outcome.truth, outcome.reason) == (FALSE, Reason.WRONG_TYPE)
    assert outcome.caveats == ("mistyped-negation",)


def test_c17_one_value_that_cannot_be_compared_keeps_a_negated_operator_from_matching() -> None:
    outcome = match("NumericNotEquals", ("5", "x"), "6")
    assert outcome.truth is FALSE
    assert outcome.path == ("Condition", "NumericNotEquals", "k", 1)
    assert match("NumericEquals", ("x", "6"), "6").truth is TRUE


def test_c19_four_digits_as_a_date_carry_a_caveat_where_it_matters() -> None:
    assert match("DateGreaterThan", "2020", "2021-06-01T00:00:00Z").caveats == ()
    assert match("DateLessThan", "2020", "2019-06-01T00:00:00Z").caveats == ("four-digit-date",)


@pytest.mark.parametrize("key_type", [KeyType.DATE, KeyType.NUMERIC])
def test_c21_epoch_time_works_with_numeric_and_date_operators(key_type: str) -> None:
    facts = KnownKeys({"aws:EpochTime": KeyFacts(key_type)})
    for operator, wanted in (("NumericGreaterThan", "1500000000"), ("DateGreaterThan", "2020-01-01T00:00:00Z")):
        assert match(operator, wanted, "1609459200", key="aws:EpochTime", facts=facts).truth is TRUE


def test_c22_a_variable_under_bool_is_replaced_with_a_caveat() -> None:
    outcome = match("Bool", "${aws:flag}", "true", flag=("true",))
    assert outcome.truth is TRUE
    assert outcome.caveats == ("bool-variable",)


def test_c25_an_ipv6_caller_is_not_in_an_ipv4_range() -> None:
    assert match("IpAddress", "0.0.0.0/0", "2001:db8::1").truth is FALSE
    assert match("NotIpAddress", "0.0.0.0/0", "2001:db8::1").truth is TRUE


def test_c27_without_source_ip_not_ip_address_matches() -> None:
    assert match("NotIpAddress", "203.0.113.0/24", ABSENT, key="aws:SourceIp").truth is TRUE
    assert match("IpAddress", "203.0.113.0/24", ABSENT, key="aws:SourceIp").truth is FALSE


@pytest.mark.parametrize("address", ["10.1.2.3", "172.31.0.1", "192.168.1.1"])
def test_c28_a_private_source_ip_that_decides_carries_a_caveat(address: str) -> None:
    private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    assert match("IpAddress", private, address, key="aws:SourceIp").caveats == ("private-source-ip",)
    assert match("NotIpAddress", private, address, key="aws:SourceIp").caveats == ("private-source-ip",)
    assert match("IpAddress", private, address, key="aws:VpcSourceIp").caveats == ()
    assert match("IpAddress", "203.0.113.0/24", address, key="aws:SourceIp").caveats == ()


def test_c30_a_star_before_a_colon_carries_a_caveat_where_it_matters() -> None:
    plain = match("ArnLike", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a")
    assert (plain.truth, plain.caveats) == (TRUE, ())
    spanning = match("ArnLike", "arn:aws:*:role/a", "arn:aws:iam::1:role/a")
    assert (spanning.truth, spanning.caveats) == (FALSE, ("arn-star",))
    assert match("ArnLike", "arn:aws:iam::1*", "arn:aws:iam::1:role/a").caveats == ("arn-star",)


SETS = [
    ("ForAllValues:StringEquals", ("a", "b"), ("a",), TRUE),
    ("ForAllValues:StringEquals", ("a", "b"), ("a", "b", "a"), TRUE),
    ("ForAllValues:StringEquals", ("a", "b"), ("a", "c"), FALSE),
    ("ForAllValues:StringEquals", ("a", "b"), ABSENT, TRUE),
    ("ForAllValues:StringEquals", ("a", "b"), (), TRUE),
    ("ForAnyValue:StringEquals", ("a", "b"), ("c", "b"), TRUE),
    ("ForAnyValue:StringEquals", ("a", "b"), ("c",), FALSE),
    ("ForAnyValue:StringEquals", ("a", "b"), ABSENT, FALSE),
    ("ForAnyValue:StringEquals", ("a", "b"), (), FALSE),
    ("ForAllValues:StringNotEquals", ("a", "b"), ("c", "d"), TRUE),
    ("ForAllValues:StringNotEquals", ("a", "b"), ("c", "a"), FALSE),
    ("ForAllValues:StringNotEquals", ("a", "b"), ABSENT, TRUE),
    ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "c"), TRUE),
    ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "b"), FALSE),
    ("ForAnyValue:StringNotEquals", ("a", "b"), ABSENT, FALSE),
    ("ForAllValues:StringNotLike", ("o-a/*",), ("o-b/r",), TRUE),
    ("ForAllValues:StringNotLike", ("o-a/*",), ("o-a/r",), FALSE),
    ("ForAllValues:StringNotLike", ("o-a/*",), ABSENT, TRUE),
]


@pytest.mark.parametrize(("operator", "wanted", "values", "truth"), SETS)
def test_c34_to_c37_set_operators(operator: str, wanted: tuple[str, ...], values: ContextValue, truth: Truth) -> None:
    assert match(operator, wanted, values).truth is truth


def test_c38_if_exists_under_for_any_value_matches_a_missing_key_with_a_caveat() -> None:
    outcome = match("ForAnyValue:StringEqualsIfExists", "a", ABSENT)
    assert (outcome.truth, outcome.caveats) == (TRUE, ("if-exists-in-set",))
    strict = match("ForAnyValue:StringEqualsIfExists", "a", ABSENT, switches=Switches(if_exists_in_any_value=False))
    assert strict.truth is FALSE
    assert match("ForAllValues:StringEqualsIfExists", "a", ABSENT).caveats == ()


def test_c39_a_set_operator_takes_a_single_value_as_a_set_of_one() -> None:
    facts = typed(KeyType.STRING)
    assert match("ForAllValues:StringEquals", "a", "a", facts=facts).truth is TRUE
    assert match("ForAnyValue:StringEquals", "a", "b", facts=facts).truth is FALSE
    assert match("ForAllValues:StringEquals", "a", ABSENT, facts=facts).truth is TRUE


@pytest.mark.parametrize(("operator", "wanted"), [("StringEquals", "a"), ("StringNotEquals", "a"), ("StringLike", "*")])
def test_c40_a_plain_operator_never_matches_several_values(operator: str, wanted: str) -> None:
    outcome = match(operator, wanted, ("a", "b"))
    assert (outcome.truth, outcome.reason) == (FALSE, Reason.SEVERAL_VALUES)
    assert outcome.caveats == ("several-values",)
    assert match(operator, wanted, ("a", "b"), switches=Switches(several_values_match_any=True)).truth is TRUE


def test_c40_no_caveat_where_no_value_would_match_anyway() -> None:
    assert match("StringEquals", "x", ("a", "b")).caveats == ()


def test_c41_the_set_prefix_minds_case() -> None:
    assert match("forallvalues:StringEquals", "a", "a").reason is Reason.OPERATOR_UNKNOWN


def test_v1_without_variables_the_text_is_literal() -> None:
    assert match("StringEquals", "${aws:username}", "${aws:username}", substitutes=False).truth is TRUE
    assert match("StringEquals", "${aws:username}", "alice", username=("alice",)).truth is TRUE


@pytest.mark.parametrize(
    ("operator", "wanted", "value"),
    [("NumericEquals", "${aws:n}", "5"), ("IpAddress", "${aws:n}", "5"), ("DateEquals", "${aws:n}", "5")],
)
def test_v2_typed_operators_have_no_variables(operator: str, wanted: str, value: str) -> None:
    assert match(operator, wanted, value, n=("5",)).truth is FALSE


def test_v3_a_multivalued_key_never_resolves() -> None:
    facts = KnownKeys({"aws:tags": KeyFacts(KeyType.STRING, multivalued=True)})
    assert match("StringEquals", "${aws:tags}", "a", facts=facts, tags=("a",)).truth is FALSE
    assert match("StringEquals", "${aws:tags}", "a", tags=("a",)).truth is TRUE


@pytest.mark.parametrize(
    ("operator", "truth"),
    [
        ("StringEquals", FALSE),
        ("StringLike", FALSE),
        ("StringEqualsIgnoreCase", FALSE),
        ("ArnLike", FALSE),
        ("StringNotEquals", TRUE),
        ("StringNotLike", TRUE),
        ("StringNotEqualsIgnoreCase", TRUE),
        ("ArnNotLike", TRUE),
    ],
)
def test_v5_an_unresolved_variable_equals_nothing(operator: str, truth: Truth) -> None:
    assert match(operator, "${aws:username}", "arn:aws:s3:::b").truth is truth
    assert match(operator, "${aws:username}", "${aws:username}").truth is truth


def test_v5_the_reason_names_the_variable_only_when_nothing_else_was_compared() -> None:
    assert match("StringEquals", "${aws:username}", "a").reason is Reason.VARIABLE_UNRESOLVED
    assert match("StringEquals", ("${aws:username}", "b"), "a").reason is Reason.VALUE_OTHER
    assert match("StringEquals", "${aws:username}", UNKNOWN_VALUE).reason is Reason.VARIABLE_UNRESOLVED
    assert match("NumericEquals", "5", UNKNOWN_VALUE, facts=typed(KeyType.STRING)).reason is Reason.NEVER_MATCHES


def test_v8_a_wildcard_in_a_value_is_literal_with_a_caveat() -> None:
    outcome = match("StringLike", "x${aws:tag}", "xabc", tag=("*",))
    assert (outcome.truth, outcome.caveats) == (FALSE, ("wildcard-in-variable",))
    assert (
        match("StringLike", "x${aws:tag}", "xabc", tag=("*",), switches=Switches(values_are_literal=False)).truth
        is TRUE
    )
    arn = match("ArnLike", "arn:aws:iam::${aws:tag}:role/r", "arn:aws:iam::1:role/r", tag=("?",))
    assert (arn.truth, arn.caveats) == (FALSE, ("wildcard-in-variable",))


def test_v16_an_unresolved_entry_leaves_the_others_standing() -> None:
    assert match("StringEquals", ("${aws:username}", "a"), "a").truth is TRUE
    assert match("StringNotEquals", ("${aws:username}", "a"), "a").truth is FALSE
    assert match("StringNotEquals", ("${aws:username}", "a"), "b").truth is TRUE


def test_an_unknown_key_leaves_the_entry_open_and_is_named() -> None:
    outcome = match("StringEquals", "a", UNKNOWN_VALUE, key="aws:PrincipalOrgID")
    assert (outcome.truth, outcome.reason) == (UNKNOWN, Reason.KEY_UNKNOWN)
    assert outcome.keys == ("aws:PrincipalOrgID",)


def test_an_unknown_variable_leaves_the_entry_open_and_is_named() -> None:
    outcome = match("StringEquals", "team-${aws:tag}", "team-red", tag=UNKNOWN_VALUE)
    assert (outcome.truth, outcome.reason, outcome.keys) == (UNKNOWN, Reason.VARIABLE_UNKNOWN, ("aws:tag",))
    assert match("StringEquals", "team-${aws:tag}", "group-red", tag=UNKNOWN_VALUE).truth is FALSE
    assert match("StringNotEquals", "team-${aws:tag}", "group-red", tag=UNKNOWN_VALUE).truth is TRUE
    assert match("StringEquals", ("team-${aws:tag}", "x"), "x", tag=UNKNOWN_VALUE).truth is TRUE


@pytest.mark.parametrize(
    ("operator", "wanted", "facts", "truth"),
    [
        ("StringLikeIfExists", "*", typed(KeyType.STRING), TRUE),
        ("StringLikeIfExists", "*", NO_FACTS, UNKNOWN),
        ("StringLikeIfExists", "a*", typed(KeyType.STRING), UNKNOWN),
        ("StringLike", "*", typed(KeyType.STRING), UNKNOWN),
        ("StringLike", "*", typed(KeyType.STRING, always_present=True), TRUE),
        ("StringNotLike", "*", typed(KeyType.STRING, always_present=True), FALSE),
        ("ForAllValues:StringLike", "*", NO_FACTS, TRUE),
        ("ForAnyValue:StringLike", "*", NO_FACTS, UNKNOWN),
        ("ForAnyValue:StringLike", "*", typed(KeyType.STRING, always_present=True), TRUE),
        ("ForAnyValue:StringLike", "*", typed(KeyType.STRING, always_present=True, multivalued=True), UNKNOWN),
        ("ForAnyValue:StringLike", (), NO_FACTS, FALSE),
        ("ForAnyValue:StringEquals", "${aws:none}", NO_FACTS, FALSE),
        ("StringNotEquals", "${aws:none}", typed(KeyType.STRING), TRUE),
        ("Null", ("true", "false"), NO_FACTS, TRUE),
        ("Null", "true", NO_FACTS, UNKNOWN),
        ("Null", "true", typed(KeyType.STRING, always_present=True), FALSE),
        ("NumericEquals", "5", typed(KeyType.STRING), FALSE),
        ("NumericEqualsIfExists", "5", typed(KeyType.STRING), UNKNOWN),
    ],
)
def test_an_unknown_key_is_settled_where_every_value_and_absence_agree(
    operator: str, wanted: str | tuple[str, ...], facts: Facts, truth: Truth
) -> None:
    assert match(operator, wanted, UNKNOWN_VALUE, facts=facts).truth is truth


@pytest.mark.parametrize(
    ("operator", "wanted", "values", "sentence"),
    [
        ("StringEquals", ("a", "b"), "c", "wants k to be `a` or `b`, it is `c`"),
        ("StringNotEquals", ("a", "b"), "b", "wants k to differ from `b`, it is `b`"),
        ("StringEquals", "a", ABSENT, "wants k to be `a`, the request does not have it"),
        ("NumericLessThan", "5", "7", "wants k to be less than `5`, it is `7`"),
        ("IpAddress", "10.0.0.0/8", "1.2.3.4", "wants k to be in `10.0.0.0/8`, it is `1.2.3.4`"),
        (
            "NotIpAddress",
            "10.0.0.0/8",
            UNKNOWN_VALUE,
            "wants k not to be in `10.0.0.0/8`, its value is not known",
        ),
        ("DateGreaterThan", "2030-01-01", "2026-01-01", "wants k to be after `2030-01-01`, it is `2026-01-01`"),
        ("Null", "true", "x", "wants k to be absent, it is `x`"),
        ("Null", "false", ABSENT, "wants k to be present, the request does not have it"),
        ("ForAllValues:StringEquals", "a", ("a", "b"), "wants every value of k to be `a`, they are `a`, `b`"),
        ("ForAnyValue:StringEquals", "a", ("b", "c"), "wants some value of k to be `a`, they are `b`, `c`"),
        ("ForAnyValue:StringEquals", "a", (), "wants some value of k to be `a`, there is none"),
        ("ForAnyValue:StringNotEquals", "a", ABSENT, "wants some value of k to differ from `a`, there is none"),
        ("StringNotEquals", "a", UNKNOWN_VALUE, "wants k to differ from `a`, its value is not known"),
        ("StringEquals", tuple("abcde"), "x", "wants k to be `a` or `b` or `c` or 2 more, it is `x`"),
        ("StringEquals", "a", "{found}", "wants k to be `a`, it is `{found}`"),
    ],
)
def test_a_reason_reads_as_a_sentence(
    operator: str, wanted: str | tuple[str, ...], values: ContextValue | str, sentence: str
) -> None:
    assert match(operator, wanted, values).sentence == sentence


def test_an_outcome_points_at_the_value_that_decided() -> None:
    assert match("StringNotEquals", ("a", "b"), "b").path == ("Condition", "StringNotEquals", "k", 1)
    assert match("StringNotEquals", "b", "b").path == ("Condition", "StringNotEquals", "k")
    assert match("StringEquals", ("a", "b"), "c").path == ("Condition", "StringEquals", "k")


def test_every_caveat_names_a_switch_that_exists_and_every_switch_has_its_caveat() -> None:
    switches = {text.switch for text in CAVEAT_TEXTS.values() if text.switch}
    assert switches == {field.name for field in fields(Switches)}
    assert set(CAVEATS) == set(CAVEAT_TEXTS)


def test_c9_an_unknown_operator_says_what_it_is_and_what_the_request_has() -> None:
    found = match("StringEqualz", "a", ("x", "y"))
    assert (found.element, found.truth, found.reason) == (Element.CONDITION, FALSE, Reason.OPERATOR_UNKNOWN)
    assert (found.wanted, found.found, found.key) == ("`StringEqualz`", "`x`, `y`", "k")
    assert found.path == ("Condition", "StringEqualz", "k")
    assert match("StringEqualz", "a", ABSENT).found == ""
    assert match("StringEquals", "a", ()).found == "nothing"


@pytest.mark.parametrize(
    ("operator", "wanted", "words"),
    [
        ("Null", "true", "absent"),
        ("Null", "TRUE", "absent"),
        ("Null", "false", "present"),
        ("Null", ("true", "false"), "absent or present"),
        ("StringEquals", ("a", "b", "c"), "`a` or `b` or `c`"),
        ("StringEquals", ("a", "b", "c", "d"), "`a` or `b` or `c` or 1 more"),
        ("NumericLessThan", "5", "less than `5`"),
        ("StringEquals", "${aws:own}", "`mine`"),
    ],
)
def test_c7_c38_what_a_condition_wants_is_said_in_words(
    operator: str, wanted: str | tuple[str, ...], words: str
) -> None:
    assert match(operator, wanted, ("x",), own=("mine",)).wanted == words


@pytest.mark.parametrize(
    ("operator", "wanted", "values", "reason", "path"),
    [
        ("ForAllValues:StringNotEquals", ("a", "b"), ("x", "b"), Reason.SET_VALUE_EXCLUDED, ("b",)),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "x"), Reason.SET_VALUE_OTHER, ()),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("b",), Reason.SET_NONE_DIFFERS, ("b",)),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "b"), Reason.SET_NONE_DIFFERS, ()),
        ("ForAnyValue:StringEquals", ("a", "b"), ("x", "y"), Reason.SET_NONE_FITS, ()),
        ("StringNotEquals", ("a", "b"), ("b",), Reason.VALUE_EXCLUDED, ("b",)),
        ("NumericEquals", ("1", "2"), ("x",), Reason.WRONG_TYPE, ()),
        ("NumericEquals", ("1", "2"), ("3",), Reason.VALUE_OTHER, ()),
        ("ForAnyValue:StringEquals", "${aws:none}", ("3",), Reason.VARIABLE_UNRESOLVED, ()),
        ("StringEquals", "${aws:none}", ("3",), Reason.VARIABLE_UNRESOLVED, ()),
    ],
)
def test_c34_c36_the_reason_points_at_the_value_that_decided_where_it_was_one(
    operator: str, wanted: str | tuple[str, ...], values: tuple[str, ...], reason: Reason, path: tuple[str, ...]
) -> None:
    found = match(operator, wanted, values)
    listed = (wanted,) if isinstance(wanted, str) else wanted
    assert found.reason is reason
    assert found.path == ("Condition", operator, "k", *(listed.index(one) for one in path))


def test_a_condition_that_matches_has_no_reason_and_hangs_on_nothing() -> None:
    found = match("StringEquals", ("${aws:none}", "a"), "a")
    assert (found.truth, found.reason, found.keys) == (TRUE, None, ())
    unknown = match("StringLike", ("${aws:own}", "*"), UNKNOWN_VALUE, facts=typed("String", always_present=True))
    assert unknown.reason is not Reason.VALUE_OTHER


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.1", True),
        ("192.169.1.1", False),
        ("11.0.0.1", False),
        ("fd00::1", False),
        ("no address", False),
    ],
)
def test_c28_a_private_address_as_source_is_doubtful(address: str, *, private: bool) -> None:
    for operator, wanted in (("IpAddress", "0.0.0.0/0"), ("NotIpAddress", "0.0.0.0/0")):
        caveats = match(operator, wanted, address, key="aws:SourceIp").caveats
        assert ("private-source-ip" in caveats) is private
    assert match("IpAddress", "203.0.113.0/24", address, key="aws:SourceIp").caveats == ()
    assert "private-source-ip" not in match("IpAddress", "0.0.0.0/0", address).caveats


def test_doubts_about_a_condition_do_not_hide_each_other() -> None:
    forwarded = match("IpAddress", "10.0.0.0/8", "10.1.2.3", key="aws:SourceIp", ViaAWSService=("true",))
    assert {"private-source-ip", "forwarded-source-ip"} <= set(forwarded.caveats)
    unheard = match("StringEquals", "a", ("a", "b"), facts=KnownKeys())
    assert "several-values" in unheard.caveats


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "truth"),
    [
        ("StringEquals", "a*${aws:own}", "a*x", UNKNOWN),
        ("StringEquals", "a*${aws:own}", "abx", FALSE),
        ("StringEquals", "a*${aws:own}", "A*x", FALSE),
        ("StringEqualsIgnoreCase", "a*${aws:own}", "A*x", UNKNOWN),
        ("StringEqualsIgnoreCase", "a*${aws:own}", "abx", FALSE),
        ("StringLike", "a*${aws:own}", "abx", UNKNOWN),
        ("StringLike", "a*${aws:own}", "bbx", FALSE),
        ("StringNotEquals", "a*${aws:own}", "abx", TRUE),
    ],
)
def test_v3_an_unknown_variable_leaves_open_only_what_it_could_change(
    operator: str, wanted: str, value: str, truth: Truth
) -> None:
    assert match(operator, wanted, value, own=UNKNOWN_VALUE).truth is truth


@pytest.mark.parametrize(
    ("operator", "wanted", "truth"),
    [
        ("StringLikeIfExists", "*", TRUE),
        ("StringEqualsIfExists", "*", UNKNOWN),
        ("StringLikeIfExists", "*${aws:own}", UNKNOWN),
        ("StringLike", "*", UNKNOWN),
    ],
)
def test_c6_only_a_pattern_of_everything_is_met_by_every_unknown_value(
    operator: str, wanted: str, truth: Truth
) -> None:
    any_value = Switches(several_values_match_any=True)
    assert match(operator, wanted, UNKNOWN_VALUE, switches=any_value, own=UNKNOWN_VALUE).truth is truth
    assert match(operator, wanted, UNKNOWN_VALUE, switches=Switches(several_values_match_any=False)).truth is UNKNOWN


@pytest.mark.parametrize(
    ("key", "values", "known", "other"),
    [
        ("aws:MultiFactorAuthPresent", ABSENT, {"FederatedProvider": ("x",)}, ("federated-mfa", ("false",))),
        ("AWS:multifactorauthpresent", ABSENT, {"PrincipalArn": (RESERVED,)}, ("federated-mfa", ("false",))),
        ("aws:MultiFactorAuthPresent", ABSENT, {"PrincipalArn": ("arn:aws:iam::1:role/x",)}, None),
        ("aws:MultiFactorAuthPresent", ("true",), {"FederatedProvider": ("x",)}, None),
        ("aws:SourceIp", ("10.0.0.1",), {"ViaAWSService": ("true",)}, ("forwarded-source-ip", UNKNOWN_VALUE)),
        ("aws:SourceIp", ("10.0.0.1",), {"ViaAWSService": ("false",)}, None),
        ("aws:SourceIp", ABSENT, {"ViaAWSService": ("true",)}, None),
        ("aws:ViaAWSMCPService", ABSENT, {}, ("mcp-direct", ("false",))),
        ("aws:ViaAWSMCPService", ("false",), {}, ("mcp-direct", ABSENT)),
        ("aws:ViaAWSMCPService", ("true",), {}, None),
        ("aws:username", ABSENT, {}, None),
    ],
)
def test_c51_c56_c68_some_keys_have_another_reading(
    key: str, values: ContextValue, known: dict[str, ContextValue], other: tuple[str, ContextValue] | None
) -> None:
    has = {f"aws:{name}": value for name, value in known.items()}
    assert other_reading(key, values, lambda name: has.get(name, UNKNOWN_VALUE)) == other


def test_a_doubt_is_added_to_those_before_it() -> None:
    any_value = Switches(several_values_match_any=True)
    two = ("10.1.2.3", "10.1.2.4")
    private = match("IpAddress", "10.0.0.0/8", two, key="aws:SourceIp", switches=any_value).caveats
    assert {"several-values", "private-source-ip"} <= set(private)
    unheard = match("StringEquals", "a", ("a", "b"), key="made:up", facts=CATALOGUE).caveats
    assert {"several-values", KEY_UNKNOWN} <= set(unheard)


def test_v3_what_matches_anyway_hangs_on_no_variable() -> None:
    found = match("StringEquals", ("${aws:own}", "a"), "a", own=UNKNOWN_VALUE)
    assert (found.truth, found.keys) == (TRUE, ())
    assert match("StringEquals", ("${aws:own}", "a"), "b", own=UNKNOWN_VALUE).keys == ("aws:own",)


def test_c19_c29_a_switch_changes_its_own_rule_and_no_other() -> None:
    for switches in (Switches(), Switches(several_values_match_any=not DEFAULT_SWITCHES.several_values_match_any)):
        assert match("DateEquals", "2020", "2020-01-01T00:00:00Z", switches=switches).truth is TRUE
        assert match("ArnLike", "arn:aws:*:1:user/a", "arn:aws:iam:x:1:user/a", switches=switches).truth is FALSE
        assert match("StringEquals", "a", "a", switches=switches).truth is TRUE
    seconds = Switches(four_digits_are_a_year=False)
    assert match("DateEquals", "2020", "1970-01-01T00:33:40Z", switches=seconds).truth is TRUE
    assert match("ArnLike", "arn:aws:*:1:user/a", "arn:aws:iam:x:1:user/a", switches=seconds).truth is FALSE
    across = Switches(star_ends_with_its_part=False)
    assert match("ArnLike", "arn:aws:*:1:user/a", "arn:aws:iam:x:1:user/a", switches=across).truth is TRUE
    assert match("DateEquals", "2020", "2020-01-01T00:00:00Z", switches=across).truth is TRUE
    assert match("StringEquals", "a", "a", switches=across).truth is TRUE


def test_c29_c31_read_across_colons_an_arn_that_does_not_match_is_no_type_error() -> None:
    across = Switches(star_ends_with_its_part=False)
    other = match("ArnLike", "arn:aws:iam::1:user/a", "arn:aws:iam::1:user/b", switches=across)
    assert (other.truth, other.reason) == (FALSE, Reason.VALUE_OTHER)
    assert match("ArnLike", "arn:aws:iam::1:user/a", "user/a", switches=across).reason is Reason.WRONG_TYPE


def test_v4_a_variable_without_a_value_is_doubtful_only_in_a_list() -> None:
    assert match("StringEquals", "${aws:none}", "a").caveats == ()
    assert match("StringEquals", ("a", "b"), "c").caveats == ()
    assert "variable-in-list" in match("StringEquals", ("${aws:none}", "b"), "b").caveats
    assert match("StringEquals", ("${aws:own}", "b"), "b", own=("x",)).caveats == ()
