"""What a statement wants of the context, said as values that a request may have: the statement then matches."""

from __future__ import annotations

import pytest

from policysim.expectations.drafting.conditions import conditions_said
from policysim.expectations.drafting.said import Said
from policysim.expectations.sentences import Test
from policysim.language.policy import ConditionEntry
from policysim.language.request import UNKNOWN, ContextValue

EQUALS, LIKE, ABSENT = Test.EQUALS, Test.LIKE, Test.ABSENT


def known(key: str) -> ContextValue:
    return ("ana",) if key == "aws:username" else UNKNOWN


@pytest.mark.parametrize(
    ("operator", "values", "said"),
    [
        ("StringEquals", ("a", "b"), Said("k", EQUALS, ("a", "b"))),
        ("ForAnyValue:StringEquals", ("a", "b"), Said("k", EQUALS, ("a",))),
        ("ForAllValues:StringEquals", ("a", "b"), Said("k", EQUALS, ("a", "b"))),
        ("StringEqualsIfExists", ("a",), Said("k", EQUALS, ("a",))),
        ("StringLike", ("a/*",), Said("k", LIKE, ("a/*",))),
        ("StringLike", ("a",), Said("k", EQUALS, ("a",))),
        ("StringEquals", ("home/${aws:username}",), Said("k", EQUALS, ("home/ana",))),
        ("ArnLike", ("arn:aws:s3:::*",), Said("k", LIKE, ("arn:aws:s3:::*",))),
        ("Bool", ("true",), Said("k", EQUALS, ("true",))),
        ("Null", ("true",), Said("k", ABSENT)),
        ("Null", ("false",), Said("k", LIKE, ("*",))),
        ("IpAddress", ("203.0.113.64/28",), Said("k", EQUALS, ("203.0.113.64",))),
        ("NumericLessThan", ("3600",), Said("k", EQUALS, ("3599",))),
        ("NumericLessThanEquals", ("3600",), Said("k", EQUALS, ("3600",))),
        ("NumericGreaterThan", ("1.5",), Said("k", EQUALS, ("2.5",))),
        ("DateLessThan", ("2026-11-24T00:00:00Z",), Said("k", EQUALS, ("2026-11-23T00:00:00Z",))),
        ("DateGreaterThanEquals", ("2026-11-24T00:00:00Z",), Said("k", EQUALS, ("2026-11-24T00:00:00Z",))),
    ],
)
def test_a_condition_is_said_as_values_under_which_it_holds(operator: str, values: tuple[str, ...], said: Said) -> None:
    assert conditions_said([ConditionEntry(operator, "k", values, listed=True)], known) == ((said,), ())


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("StringNotEquals", ("a",)),
        ("StringEquals", ("${aws:PrincipalTag/team}",)),
        ("StringEquals", ()),
        ("IpAddress", ("somewhere",)),
        ("NumericLessThan", ("few",)),
        ("DateLessThan", ("tomorrow",)),
        ("StringIsh", ("a",)),
    ],
)
def test_what_no_value_says_is_told_and_not_guessed(operator: str, values: tuple[str, ...]) -> None:
    said, unsaid = conditions_said([ConditionEntry(operator, "k", values, listed=True)], known)
    assert not said
    assert operator in unsaid[0].text


def test_two_conditions_on_one_key_that_want_different_values_are_not_said() -> None:
    entries = [
        ConditionEntry("StringEquals", "k", ("a",), listed=True),
        ConditionEntry("StringLike", "K", ("b*",), listed=True),
    ]
    said, unsaid = conditions_said(entries, known)
    assert [one.values for one in said] == [("a",)]
    assert len(unsaid) == 1
