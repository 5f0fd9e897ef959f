"""Laws of wildcard patterns: the fast matchers are their slow twins."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.element_forms import value_flaws
from policysim.language.patterns import action_matches, arn_like, arn_pattern, resource_matches
from policysim.language.problem_kinds import MALFORMED_VARIABLE
from policysim.language.variables import parse_template
from policysim.language.wildcards import Pattern, Piece
from tests.twins.slow_patterns import slow_action_matches, slow_arn_like, slow_match, slow_match_across_colons

PATTERNS = st.text("ab*?", max_size=10)
TEXTS = st.text("ab*", max_size=10)


def arns(alphabet: str) -> st.SearchStrategy[str]:
    part = st.text(alphabet, max_size=3)
    return st.tuples(st.sampled_from(["arn", "arn", "arn", "*", "a"]), part, part, part, part, part).map(":".join)


ARN_PATTERNS = arns("ab*?") | st.text("arn:*?", max_size=12) | arns("a:*")
ARNS = arns("ab") | arns("a:") | st.sampled_from(["*", "a", "arn:aws", "arn:::::"])


@given(PATTERNS, TEXTS)
@settings(max_examples=400)
def test_c15_matching_is_its_slow_twin(pattern: str, text: str) -> None:
    assert Pattern.from_text(pattern).matches(text) is slow_match(pattern, text)


@given(st.text("aB*?", max_size=8), st.text("Ab", max_size=8))
def test_matching_without_case_is_matching_lower_case(pattern: str, text: str) -> None:
    assert Pattern.from_text(pattern).matches_ignoring_case(text) is slow_match(pattern.lower(), text.lower())


@given(st.lists(st.tuples(st.text("a*?", max_size=3), st.booleans()), max_size=4), st.text("a*?", max_size=6))
def test_v8_literal_pieces_are_escaped_wildcards(parts: list[tuple[str, bool]], text: str) -> None:
    """A literal `*` is matched by `*` alone: here it is swapped for a letter on both sides."""
    swapped = str.maketrans("*?", "xy")
    pattern = Pattern.from_pieces(Piece(t, literal) for t, literal in parts)
    plain = "".join(t.translate(swapped) if literal else t for t, literal in parts)
    assert pattern.matches(text) is slow_match(plain, text.translate(swapped))


@given(PATTERNS)
def test_the_tokens_are_the_pattern(pattern: str) -> None:
    tokens = Pattern.from_text(pattern).tokens
    assert "".join(t.char or ("*" if t.run else "?") for t in tokens) == pattern


@given(PATTERNS, TEXTS)
def test_every_match_starts_with_the_prefix(pattern: str, text: str) -> None:
    compiled = Pattern.from_text(pattern)
    assert not compiled.matches(text) or text.startswith(compiled.prefix)
    assert compiled.matches_everything is (set(pattern) == {"*"})


@given(st.text("sG:*?", max_size=7), st.text("sg:", max_size=7))
def test_a1_a2_action_matching_is_its_slow_twin(pattern: str, action: str) -> None:
    assert action_matches(pattern, action) is slow_action_matches(pattern, action)


@given(ARN_PATTERNS, ARNS)
@settings(max_examples=400)
def test_c30_arn_matching_is_its_slow_twin(pattern: str, text: str) -> None:
    assert arn_like(pattern, text) is slow_arn_like(pattern, text)


@given(ARN_PATTERNS, ARNS)
def test_r7_matching_across_colons_is_its_slow_twin(pattern: str, text: str) -> None:
    if slow_arn_like("*", text) and not (pattern and set(pattern) == {"*"}):
        across = arn_pattern((Piece(pattern),)).matches_across_colons(text)
        assert across is slow_match_across_colons(pattern, text)


@given(arns("ab*?"), arns("ab"))
def test_r7_matching_across_colons_only_adds(pattern: str, text: str) -> None:
    compiled = arn_pattern((Piece(pattern),))
    assert not compiled.matches(text) or compiled.matches_across_colons(text)


@given(arns("ab*?") | arns("a:*"), arns("ab") | arns("a:"))
def test_r7_a_resource_pattern_says_where_the_two_readings_differ(pattern: str, text: str) -> None:
    strictly = slow_arn_like(pattern, text)
    loosely = slow_arn_like("*", text) and slow_match_across_colons(pattern, text)
    found = resource_matches(pattern, text)
    if slow_arn_like("*", text):
        assert found.matches is strictly
        assert (found.caveats == ("segment-star",)) is (loosely and not strictly)


@given(arns("ab"))
def test_an_arn_covers_itself_and_star_covers_it(text: str) -> None:
    assert resource_matches(text, text).matches
    assert resource_matches("*", text).matches


@given(st.lists(st.sampled_from(["${", "}", "aws:x", ", '", "'", ",", " ", "*", "$", "{"]), max_size=7).map("".join))
@settings(max_examples=300)
def test_v15_the_reader_reports_exactly_what_is_not_replaced(text: str) -> None:
    reported = any(flaw.kind is MALFORMED_VARIABLE for flaw in value_flaws(text, substitutes=True))
    assert reported is bool(parse_template(text).malformed)
