"""Laws of samples: where no statement has a condition, a sentence that holds for the samples holds for every ARN."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.expectations.checking import Checker
from policysim.expectations.results import Standing
from tests.expectations.small_accounts import BUCKET, account, sentences, standing_alone

KEYS = [f"{BUCKET}/{''.join(letters)}" for length in (1, 2, 3) for letters in itertools.product("abz", repeat=length)]
"""Every short key over the letters of the patterns, and one letter that stands for all others."""

_PATTERNS = st.text("ab*?", min_size=1, max_size=3).map(lambda text: f"{BUCKET}/{text}") | st.sampled_from(
    ["*", BUCKET]
)


def _statement(effect: str, element: str, patterns: list[str]) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:GetObject", element: patterns}


def _statements(effect: str) -> st.SearchStrategy[dict[str, Any]]:
    """Statements about what fits a few patterns, or about what does not fit one."""
    about = st.builds(_statement, st.just(effect), st.just("Resource"), st.lists(_PATTERNS, min_size=1, max_size=2))
    beside = st.builds(_statement, st.just(effect), st.just("NotResource"), st.lists(_PATTERNS, min_size=1, max_size=1))
    return st.one_of(about, about, beside)


ALLOWS, DENIES = st.lists(_statements("Allow"), min_size=1, max_size=2), st.lists(_statements("Deny"), max_size=2)


def _standings(sentence: str, allows: list[dict[str, Any]], denies: list[dict[str, Any]], limit: Any) -> set[Standing]:
    at_hand = account(
        roles={"a": [*allows, *denies]}, boundary={"a": limit} if limit is not None else None, resources={BUCKET: None}
    )
    checker = Checker(standing_alone(at_hand))
    return {checker.check(one).standing for one in sentences(sentence)}


@given(ALLOWS, DENIES, st.none() | ALLOWS)
@settings(max_examples=250)
def test_a_cannot_that_holds_for_the_samples_holds_for_every_key(
    allows: list[dict[str, Any]], denies: list[dict[str, Any]], limit: list[dict[str, Any]] | None
) -> None:
    if _standings(f"role/a cannot s3:GetObject on {BUCKET}/*", allows, denies, limit) == {Standing.MET}:
        each = f"role/a cannot s3:GetObject on {', '.join(KEYS)}"
        assert _standings(each, allows, denies, limit) == {Standing.MET}


@given(ALLOWS, DENIES)
@settings(max_examples=250)
def test_a_can_that_holds_for_the_samples_holds_for_every_key(
    allows: list[dict[str, Any]], denies: list[dict[str, Any]]
) -> None:
    if _standings(f"role/a can s3:GetObject on {BUCKET}/*", allows, denies, None) == {Standing.MET}:
        each = f"role/a can s3:GetObject on {', '.join(KEYS)}"
        assert _standings(each, allows, denies, None) == {Standing.MET}
