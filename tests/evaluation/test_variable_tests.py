"""A condition on a known key, turned into conditions on the unknown key in its policy variable."""

from __future__ import annotations

import pytest

from policysim.evaluation import variable_tests
from policysim.evaluation.variable_tests import mentions
from policysim.language.policy import ConditionEntry
from policysim.language.request import ABSENT, UNKNOWN, ContextValue

K = "${app:k}"


def entry(operator: str, *values: str) -> ConditionEntry:
    return ConditionEntry(operator, "s3:prefix", values, listed=len(values) != 1)


def turned(found: ConditionEntry, known: ContextValue, key: str = "app:k") -> list[tuple[str, ...]] | None:
    tests = variable_tests.tests_of_variable(found, key, lambda _: known)
    return None if tests is None else [(test.operator, test.key, *test.values) for test in tests]


@pytest.mark.parametrize(
    ("template", "known", "inner"),
    [
        (K, "blue", "blue"),
        (f"home/{K}/x", "home/blue/x", "blue"),
        (f"home/{K}", "HOME/Blue", "Blue"),
        (f"HOME/{K}/X", "home/blue/x", "blue"),
        (f"{K}/END", "blue/end", "blue"),
        (f"a{K}a", "aa", ""),
        (f"a{K}a", "a", None),
        (f"home/{K}", "elsewhere/blue", None),
        (f"home/{K}/x", "home/blue/y", None),
        (f"home/{K}/x", "house/blue/x", None),
    ],
)
def test_v2_what_is_around_a_variable_must_stand_around_its_value(template: str, known: str, inner: str | None) -> None:
    expected = [] if inner is None else [("StringEquals", "app:k", inner)]
    assert turned(entry("StringEquals", template), (known,)) == expected


def test_v2_every_value_that_holds_the_variable_asks_of_every_known_value() -> None:
    found = entry("StringEqualsIgnoreCase", "plain", f"a{K}", "${app:other}", f"b{K}")
    asked = turned(found, ("ax", "bx"))
    assert asked == [("StringEqualsIgnoreCase", "app:k", "x"), ("StringEqualsIgnoreCase", "app:k", "x")]
    assert turned(entry("StringEquals", K), ("a", "b")) == [("StringEquals", "app:k", one) for one in ("a", "b")]
    assert turned(entry("StringNotEquals", "${APP:K}"), ("a",)) == [("StringEquals", "app:k", "a")]


@pytest.mark.parametrize("known", [(), ABSENT])
def test_v2_a_key_without_values_asks_nothing(known: ContextValue) -> None:
    assert turned(entry("StringEquals", K), known) == []


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (entry("StringLike", K), ("a",)),
        (entry("NoSuchOperator", K), ("a",)),
        (entry("StringEquals", K), UNKNOWN),
        (entry("StringEquals", f"{K}{K}"), ("a",)),
        (entry("StringEquals", f"{K}${{app:other}}"), ("a",)),
    ],
)
def test_v2_what_cannot_be_turned_is_not_guessed(found: ConditionEntry, known: ContextValue) -> None:
    assert turned(found, known) is None


def test_c2_a_variable_names_its_key_in_any_case() -> None:
    assert mentions(entry("StringEquals", "plain", "${App:K}"), "aPP:k")
    assert not mentions(entry("StringEquals", "app:k", "${app:kk}"), "app:k")
