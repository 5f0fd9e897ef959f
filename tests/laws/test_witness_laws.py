"""Laws of witnesses: a text on some patterns and beside others is found exactly when there is one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.overlaps import patterns_overlap
from policysim.language.patterns import resource_matches
from policysim.language.wildcards import Pattern, Piece
from policysim.language.witnesses import literal_tokens, resource_tokens, text_tokens, witness
from tests.laws.test_pattern_laws import ARN_PATTERNS
from tests.twins.slow_patterns import slow_match
from tests.twins.slow_witnesses import slow_witness

PATTERNS = st.text("ab*?", max_size=4)
INSIDE = st.lists(PATTERNS, min_size=1, max_size=2)
OUTSIDE = st.lists(PATTERNS, max_size=2)
LONGEST = 5


@given(INSIDE, OUTSIDE)
@settings(max_examples=150)
def test_a_witness_is_its_slow_twin(inside: list[str], outside: list[str]) -> None:
    """As long as the twin can look for it: patterns of four characters rarely need more than five."""
    found = witness(tuple(map(text_tokens, inside)), tuple(map(text_tokens, outside)))
    slow = slow_witness(inside, outside, "abx", LONGEST)
    if found is None or len(found) > LONGEST:
        assert slow is None
    else:
        assert slow is not None
        assert len(slow) == len(found)


@given(INSIDE, OUTSIDE)
def test_a_witness_fits_the_patterns_inside_and_none_outside(inside: list[str], outside: list[str]) -> None:
    found = witness(tuple(map(text_tokens, inside)), tuple(map(text_tokens, outside)))
    if found is not None:
        assert all(slow_match(pattern, found) for pattern in inside)
        assert not any(slow_match(pattern, found) for pattern in outside)


@given(ARN_PATTERNS, ARN_PATTERNS)
def test_r7_a_witness_of_resource_patterns_matches_by_the_matcher(one: str, other: str) -> None:
    """Wildcards that stop at the colons of an ARN do so here as well."""
    tokens = tuple(resource_tokens((Piece(pattern),)) for pattern in (one, other))
    both = witness(tokens)
    if both is not None and both.startswith("arn:"):
        assert resource_matches(one, both).matches
        assert resource_matches(other, both).matches
    beside = witness(tokens[:1], tokens[1:])
    if beside is not None and beside.startswith("arn:"):
        assert resource_matches(one, beside).matches
        assert not resource_matches(other, beside).matches


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_when_they_have_a_witness(one: str, other: str) -> None:
    assert patterns_overlap(one, other) is (witness((text_tokens(one), text_tokens(other))) is not None)


@given(st.text("ab*?", max_size=4))
def test_a_literal_text_is_its_only_witness(text: str) -> None:
    assert witness((literal_tokens(text),)) == text
    assert witness((literal_tokens(text),), (literal_tokens(text),)) is None


@given(PATTERNS)
def test_every_pattern_has_a_witness_and_no_text_beside_itself(pattern: str) -> None:
    found = witness((text_tokens(pattern),))
    assert found is not None
    assert Pattern.from_text(pattern).matches(found)
    assert witness((text_tokens(pattern),), (text_tokens(pattern),)) is None


def test_the_free_characters_of_a_witness_are_plain() -> None:
    word, line = (resource_tokens((Piece(text),)) for text in ("arn:aws:s3:::data/*", "arn:aws:s3:::data/a*/z?"))
    assert witness((word, line)) == "arn:aws:s3:::data/a/zx"
    assert witness((word,), (line,)) == "arn:aws:s3:::data/"
