"""One value of a request against one value of a policy, operator by operator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from policysim.evaluation.operators import COMPARISONS
from policysim.evaluation.values import (
    Instant,
    bytes_of,
    instant_of,
    instant_of_epoch_first,
    network_of,
    number_of,
)
from policysim.language.operators import BASE_OPERATORS, Family
from policysim.language.variables import unexpanded


def agree(operator: str, value: str, wanted: str) -> bool | None:
    return COMPARISONS[operator](unexpanded(wanted))(value)


def test_every_positive_operator_but_null_has_a_comparison() -> None:
    assert set(COMPARISONS) == {base.positive for base in BASE_OPERATORS if base.family is not Family.NULL}


@pytest.mark.parametrize(("value", "wanted", "same"), [("a", "a", True), ("a", "A", False), ("ab", "a*", False)])
def test_c13_string_equals_is_exact_and_has_no_wildcards(value: str, wanted: str, same: bool) -> None:
    assert agree("StringEquals", value, wanted) is same


@pytest.mark.parametrize(("value", "wanted", "same"), [("Ab", "aB", True), ("ab", "a*", False), ("É", "é", True)])
def test_c14_string_equals_ignore_case_has_no_wildcards(value: str, wanted: str, same: bool) -> None:
    assert agree("StringEqualsIgnoreCase", value, wanted) is same


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [("a/b:c", "a*", True), ("a", "a*", True), ("ab", "a?", True), ("a", "a?", False), ("A", "a*", False)],
)
def test_c15_string_like_has_wildcards_and_minds_case(value: str, wanted: str, same: bool) -> None:
    assert agree("StringLike", value, wanted) is same


def test_c16_there_is_no_string_like_that_ignores_case() -> None:
    assert "StringLikeIgnoreCase" not in COMPARISONS


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "holds"),
    [
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "0.1", "0.10", True),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("NumericLessThan", "9", "10", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "10.01", "10", True),
        ("NumericGreaterThanEquals", "-1", "-1.0", True),
        ("NumericEquals", "5", "5*", None),
        ("NumericEquals", "five", "5", None),
        ("NumericEquals", "", "0", None),
    ],
)
def test_c17_numbers_compare_as_numbers(operator: str, value: str, wanted: str, holds: bool | None) -> None:
    assert agree(operator, value, wanted) is holds


@pytest.mark.parametrize(
    "text", ["", "+", "1_000", "٣", "NaN", "inf", "0x1", "1e", "1e1000", " 1", "1,5", ".", "1.2.3"]
)
def test_c17_what_is_no_number(text: str) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("2020", "2020-01-01T00:00:00Z"),
        ("2020-01", "2020-01-01"),
        ("2020-01-01T01:00+01:00", "2020-01-01T00:00Z"),
        ("2019-12-31T19:00:00.500-05:00", "2020-01-01T00:00:00.5Z"),
        ("1609459200", "2021-01-01T00:00:00Z"),
        ("2020-02-29", "1582934400"),
    ],
)
def test_c18_dates_compare_as_instants(left: str, right: str) -> None:
    assert agree("DateEquals", left, right) is True
    assert agree("DateGreaterThanEquals", left, right) is True
    assert agree("DateLessThan", left, right) is False


def test_c18_fractions_of_a_second_are_exact() -> None:
    assert agree("DateLessThan", "2020-01-01T00:00:00.45Z", "2020-01-01T00:00:00.5Z") is True
    assert agree("DateGreaterThan", "2020-01-01T00:00:00.0000000001Z", "2020-01-01T00:00:00Z") is True


def test_c19_a_bare_integer_is_seconds_but_four_digits_are_a_year() -> None:
    assert agree("DateLessThan", "2020", "1577836801") is True
    assert agree("DateEquals", "0", "1970-01-01") is True


def test_c20_a_date_without_zone_is_utc() -> None:
    assert agree("DateEquals", "2020-01-01T10:00:00", "2020-01-01T10:00:00Z") is True


@pytest.mark.parametrize(
    "text",
    [
        *("", "2020-1-1", "2020-13-01", "2021-02-29", "2020-01-01 00:00:00", "2020T00:00Z", "2020-01-01T24:00Z", "now"),
        *("2020-01-01T00:60Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00.5Z", "2020-01-01T00:00:00+1", "2020-*", "-5"),
        *("2020-01-01T00:00+24:00", "0000", "20200101T000000Z", "2020-01-01T", "2020-01-01T00:00+01:00:00"),
    ],
)
def test_c18_what_is_no_date(text: str) -> None:
    assert instant_of(text) is None


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [("true", "True", True), ("false", "true", False), ("yes", "yes", None), ("1", "true", None), ("true", "*", None)],
)
def test_c12_c22_bool_knows_two_words_in_any_case(value: str, wanted: str, same: bool | None) -> None:
    assert agree("Bool", value, wanted) is same


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [("QUJD", "QUJD", True), ("QUJD", "QUJE", False), ("QUJD", "*", None), ("Q", "Q", None)],
)
def test_c23_binary_equals_compares_bytes(value: str, wanted: str, same: bool | None) -> None:
    assert agree("BinaryEquals", value, wanted) is same


@pytest.mark.parametrize(
    ("value", "wanted", "inside"),
    [
        ("203.0.113.5", "203.0.113.0/24", True),
        ("203.0.114.5", "203.0.113.0/24", False),
        ("203.0.113.5", "203.0.113.5", True),
        ("203.0.113.6", "203.0.113.5", False),
        ("2001:db8::1", "2001:db8::1", True),
        ("2001:db8::2", "2001:db8::1", False),
        ("8.8.8.8", "0.0.0.0/0", True),
    ],
)
def test_c24_an_address_is_in_a_range_or_equal(value: str, wanted: str, inside: bool) -> None:
    assert agree("IpAddress", value, wanted) is inside


def test_c25_addresses_compare_as_numbers_and_the_versions_differ() -> None:
    assert agree("IpAddress", "2001:db8:0:0:0:0:0:1", "2001:DB8::/32") is True
    assert agree("IpAddress", "10.0.0.1", "::/0") is False
    assert agree("IpAddress", "::1", "0.0.0.0/0") is False


def test_c26_host_bits_are_ignored() -> None:
    assert agree("IpAddress", "203.0.113.77", "203.0.113.5/24") is True
    assert network_of("203.0.113.5/24") == network_of("203.0.113.0/24")


@pytest.mark.parametrize(
    "text",
    [
        *("", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/255.0.0.0", "10.0.0.0/-1"),
        *("10.0.0.*", "::1/129", "fe80::1%eth0", "2001:db8", "AWS Internal", "10.0.0.0/8/8", "1.2.3.٤"),
    ],
)
def test_c24_what_is_no_range_can_not_be_compared(text: str) -> None:
    assert agree("IpAddress", "10.0.0.1", text) is None


def test_c24_a_range_is_no_address() -> None:
    assert agree("IpAddress", "10.0.0.0/8", "10.0.0.0/8") is None


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
def test_c29_c30_both_arn_operators_match_part_by_part_with_wildcards(operator: str) -> None:
    assert agree(operator, "arn:aws:iam::1:role/a/b", "arn:aws:iam::*:role/*") is True
    assert agree(operator, "arn:aws:iam::1:role/a", "arn:aws:*:role/a") is None
    assert agree(operator, "arn:aws:iam::1:role/a", "arn:aws:iam:*:role/a:x") is False


def test_c31_a_value_that_is_no_arn_can_not_be_compared() -> None:
    assert agree("ArnLike", "alice", "arn:aws:iam::*:user/alice") is None
    assert agree("ArnLike", "alice", "*") is None


def test_c32_string_like_matches_an_arn_where_arn_like_does_not() -> None:
    assert agree("StringLike", "arn:aws:iam::1:role/a", "arn:aws:*:role/a") is True


def test_c33_star_alone_is_every_arn() -> None:
    assert agree("ArnLike", "arn:aws:iam::1:role/a", "*") is True


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+5", 5),
        ("-5", -5),
        ("999999999999999999", 10**18 - 1),
        ("1000000000000000000000", 10**21),
        ("1E2", 100),
        ("1e+2", 100),
        ("15e-1", Decimal("1.5")),
        ("1.5", Decimal("1.5")),
        (".5", Decimal("0.5")),
        ("5.", 5),
        ("1e400", Decimal("1e400")),
        ("1e0400", None),
        ("1e401", None),
        ("1e1000", None),
        ("1e", None),
        ("e5", None),
        ("1ee5", None),
        ("1e++5", None),
        ("1.2.3", None),
        ("-", None),
        ("+", None),
        (".", None),
        ("", None),
    ],
)
def test_c17_a_number_has_a_sign_digits_and_an_exponent(text: str, number: Any) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1" * 18, Instant(int("1" * 18))),
        ("1" * 19, None),
        ("123", Instant(123)),
        ("1970-01-01T00:01Z", Instant(60)),
        ("1970-01-01T01:02:03.4500Z", Instant(3723, "45")),
        ("1970-01-01T00:00:59Z", Instant(59)),
        ("1970-01-01T00:00:60Z", None),
        ("1970-01-01T00:60Z", None),
        ("1970-01-01T24:00Z", None),
        ("1970-01-01T00:01+00:01", Instant(0)),
        ("1970-01-01T00:01-01:00", Instant(3660)),
        ("1970-01-01T+00:01", None),
        ("1970-01-01T0:01+00:01", None),
        ("1970-01-01T00:01+00:01:00", None),
        ("1970-01-01T00:0x", None),
        ("1970-01-01T00:001", None),
        ("1970-01-01T00:00.5Z", None),
        ("1970-01-01T00:00:00.Z", None),
        ("1970-01-02", Instant(86_400)),
        ("1970-02", Instant(31 * 86_400)),
        ("1971", Instant(365 * 86_400)),
        ("1970-01T00:00Z", None),
        ("1970-13", None),
    ],
)
def test_c18_c19_c20_a_date_is_an_instant_to_the_fraction_of_a_second(text: str, instant: Instant | None) -> None:
    assert instant_of(text) == instant


@pytest.mark.parametrize(("text", "seconds"), [("2020", 2020), ("202", 202), ("abcd", None), ("20201", 20201)])
def test_c19_read_as_seconds_four_digits_are_no_year(text: str, seconds: int | None) -> None:
    assert instant_of_epoch_first(text) == (None if seconds is None else Instant(seconds))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("0.0.0.0/0", 0, 2**32 - 1),
        ("0.0.0.1", 1, 1),
        ("0.0.0.1/32", 1, 1),
        ("0.0.0.1/031", 0, 1),
        ("0.0.0.1/33", None, None),
        ("0.0.0.1/0032", None, None),
        ("0.0.0.1/", None, None),
        ("0.0.0.0255", None, None),
        ("0.0.0.256", None, None),
        ("0.0.0.01", None, None),
        ("::1/128", 1, 1),
        ("::1/127", 0, 1),
        ("::1/129", None, None),
    ],
)
def test_c24_c26_a_range_has_a_first_and_a_last_address(text: str, first: int | None, last: int | None) -> None:
    found = network_of(text)
    assert (None if found is None else (found.first, found.last)) == (None if first is None else (first, last))


def test_c23_no_text_stands_for_no_bytes() -> None:
    assert (bytes_of(""), bytes_of("AAAA"), bytes_of("A")) == (b"", b"\0\0\0", None)
