"""Names that are other names misspelt, held against the definition of the distance."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.spelling import edit_distance, misspelt

SHORT = st.text(alphabet="ab-1", max_size=6)


@cache
def slow_distance(one: str, other: str) -> int:
    """The distance by its definition: the best of every first edit."""
    if not one or not other:
        return len(one) + len(other)
    same = slow_distance(one[1:], other[1:]) + (one[0] != other[0])
    found = min(same, 1 + slow_distance(one[1:], other), 1 + slow_distance(one, other[1:]))
    if len(one) > 1 and len(other) > 1 and (one[0], one[1]) == (other[1], other[0]):
        found = min(found, 1 + slow_distance(one[2:], other[2:]))
    return found


@given(one=SHORT, other=SHORT)
def test_the_distance_is_that_of_its_definition(one: str, other: str) -> None:
    assert edit_distance(one, other) == slow_distance(one, other)


@given(one=SHORT, other=SHORT)
def test_a_slip_goes_both_ways(one: str, other: str) -> None:
    assert misspelt(one, other) is misspelt(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("reports", "reprots"), ("report", "reports"), ("acme-invoices", "acme-invioces-")]
)
def test_a_slip_of_the_fingers(one: str, other: str) -> None:
    assert misspelt(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("orders", "orders"), ("orders-1", "orders-2"), ("dev", "prd"), ("reports", "records")]
)
def test_another_name(one: str, other: str) -> None:
    assert not misspelt(one, other)
