"""Names that are other names misspelt, held against the definition of the distance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.spelling import edit_distance, misspelt
from tests.twins.slow_spelling import slow_distance

SHORT = st.text(alphabet="ab-1", max_size=6)


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
