"""Patterns of actions, ARNs and resources, rule by rule."""

from __future__ import annotations

import pytest

from policysim.language.patterns import (
    MATCH,
    NO_MATCH,
    ResourceMatch,
    ResourcePattern,
    action_matches,
    arn_like,
    arn_pattern,
    resource_matches,
)
from policysim.language.wildcards import Pattern, Piece


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a*b?", "axxbc", True),
        ("a*b?", "abc", True),
        ("a*b?", "ab", False),
        ("a*b*c", "abbc", True),
        ("a*bb*c", "abc", False),
        ("*ab*ab*", "ab", False),
        ("*ab*ab*", "xabab", True),
        ("aa*aa", "aaa", False),
        ("*aba*aba*", "ababax", False),
        ("*aba*aba*", "abaaba", True),
        ("*a?a*a?a*", "ababax", False),
        ("*a?a*a?a*", "xabaxaya", True),
        ("?", "", False),
        ("?*", "a", True),
        ("", "", True),
        ("*", "", True),
        ("a[b]", "a[b]", True),
        ("a.c", "abc", False),
        ("*?b?*", "aab", False),
        ("*?b?*", "xaabab", True),
        ("h?me*/x?", "home/a/xy", True),
    ],
)
def test_c15_star_is_any_run_and_question_mark_one_character(pattern: str, text: str, matches: bool) -> None:
    assert Pattern.from_text(pattern).matches(text) is matches


def test_c15_there_is_no_implicit_substring() -> None:
    assert not Pattern.from_text("abc").matches("xabcx")


def test_v7_a_literal_piece_keeps_its_star() -> None:
    pattern = Pattern.from_pieces([Piece("a"), Piece("*", literal=True), Piece("?")])
    assert pattern.matches("a*b")
    assert not pattern.matches("axb")


def test_v8_a_pattern_of_literal_pieces_alone_is_literal() -> None:
    assert Pattern.from_pieces([Piece("a*", literal=True), Piece("b")]).literal == "a*b"


def test_a_pattern_tells_what_every_match_starts_with() -> None:
    assert Pattern.from_text("arn:aws:s3:::b*k").prefix == "arn:aws:s3:::b"
    assert Pattern.from_text("?b").prefix == ""


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("s3:GetObject", "S3:getobject", True),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:GetObjec?", "s3:GetObject", True),
        ("s3:GetObject?", "s3:GetObject", False),
        ("s3:*Object", "s3:GetObjectAcl", False),
        ("*", "s3:GetObject", True),
        ("*:*", "s3:GetObject", True),
        ("s3", "s3:GetObject", False),
    ],
)
def test_a1_a2_an_action_ignores_case_and_has_wildcards_in_its_name(pattern: str, action: str, matches: bool) -> None:
    assert action_matches(pattern, action) is matches


@pytest.mark.parametrize("pattern", ["s*:GetObject", "*:GetObject", "s?:*", "**:*"])
def test_a3_a_wildcard_in_the_prefix_does_not_work(pattern: str) -> None:
    assert not action_matches(pattern, "s3:GetObject")


@pytest.mark.parametrize("pattern", ["s3:GetObject ", " s3:GetObject", "s3: GetObject", "s3:Get*\n"])
def test_a10_white_space_counts(pattern: str) -> None:
    assert not action_matches(pattern, "s3:GetObject")


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/a/b:c", True),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::111122223333:role/a", True),
        ("arn:aws:*:role/a", "arn:aws:iam::111122223333:role/a", False),
        ("arn:aws:iam::*:a", "arn:aws:iam::1:role:a", False),
        ("arn:aws:iam::?:a", "arn:aws:iam:::a", False),
        ("arn:aws:iam::1:Role/a", "arn:aws:iam::1:role/a", False),
        ("arn:aws:iam::1*", "arn:aws:iam::1:role/a", False),
        ("*:aws:s3:::b", "arn:aws:s3:::b", True),
    ],
)
def test_c30_the_six_parts_of_an_arn_are_matched_one_by_one(pattern: str, text: str, matches: bool) -> None:
    assert arn_like(pattern, text) is matches


def test_c31_a_text_that_is_no_arn_never_matches() -> None:
    assert not arn_like("*", "user/alice")
    assert not arn_like("user/alice", "user/alice")
    assert not arn_pattern((Piece("user/alice"),)).well_formed


def test_c33_star_alone_matches_every_arn() -> None:
    assert arn_like("*", "arn:aws:s3:::b/k:v")


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::b", "policy X", ""])
def test_r1_star_covers_every_resource(resource: str) -> None:
    assert resource_matches("*", resource) == MATCH


def test_r2_a_request_for_no_resource_is_covered_by_star_alone() -> None:
    assert resource_matches("arn:aws:s3:::*", "*") == NO_MATCH
    assert resource_matches("arn:*", "*") == NO_MATCH
    assert resource_matches("?", "*") == NO_MATCH
    assert resource_matches("**", "*") == MATCH


def test_r5_resources_are_told_apart_by_case() -> None:
    assert not resource_matches("arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob").matches


@pytest.mark.parametrize(
    ("resource", "matches"),
    [("b/1/2/test/3/o", True), ("b//test/o", True), ("b/test/o", False)],
)
def test_r6_a_slash_means_nothing(resource: str, matches: bool) -> None:
    assert resource_matches("arn:aws:s3:::b/*/test/*", f"arn:aws:s3:::{resource}").matches is matches


def test_r7_where_a_segment_final_star_might_run_past_the_colon_the_match_says_so() -> None:
    found = resource_matches("arn:aws:sns:*:111122223333:t", "arn:aws:sns:us-east-1:999999999999:x:111122223333:t")
    assert not found.matches
    assert found.caveats == ("segment-star",)


def test_r7_a_star_inside_a_segment_does_not_raise_the_doubt() -> None:
    found = resource_matches("arn:aws:sns:*-1:111122223333:t", "arn:aws:sns:us:999999999999:x-1:111122223333:t")
    assert found == NO_MATCH


@pytest.mark.parametrize("part", range(1, 5))
def test_r7_only_the_last_star_of_a_part_may_run_past_the_colon(part: int) -> None:
    parts = ["arn", "a", "a", "a", "a", "a"]
    text = ":".join([*parts[:part], "x:y", *parts[part + 1 :]])
    for wanted, passes in (("x*", True), ("x*y", False), ("x?y", False)):
        pattern = arn_pattern((Piece(":".join([*parts[:part], wanted, *parts[part + 1 :]])),))
        assert pattern.matches_across_colons(text) is passes


@pytest.mark.parametrize(
    ("pattern", "resource"),
    [
        ("arn:aws:ec2:*", "arn:aws:ec2:us-east-1:111122223333:instance/i-1"),
        ("arn:*", "arn:aws:sqs:us-east-1:111122223333:q"),
    ],
)
def test_r8_a_short_pattern_is_filled_up_with_stars(pattern: str, resource: str) -> None:
    assert resource_matches(pattern, resource) == MATCH


@pytest.mark.parametrize("pattern", ["arn:aws:s3*", "arn:aws:*", "arn:aws:*:*:*:b/*", "arn:aws:s?:::b/k"])
def test_r9_a_wildcard_in_the_service_covers_and_is_doubtful(pattern: str) -> None:
    assert resource_matches(pattern, "arn:aws:s3:::b/k") == ResourceMatch(matches=True, caveats=("service-wildcard",))


def test_r8_a_short_pattern_covers_nothing_that_its_own_fields_exclude() -> None:
    assert resource_matches("arn:aws:s3*", "arn:aws:sqs:us-east-1:111122223333:q") == NO_MATCH


def test_r8_filling_up_a_pattern_that_does_not_end_in_a_star_is_a_guess() -> None:
    found = resource_matches("arn:aws:s3", "arn:aws:s3:::b")
    assert found.matches
    assert found.caveats == ("short-arn",)
    assert not resource_matches("arn:aws:s3", "arn:aws:s3express:::b").matches


def test_r9_r20_wildcards_work_in_service_and_partition() -> None:
    assert resource_matches("arn:aws:*:::b", "arn:aws:s3:::b").matches
    assert resource_matches("arn:*:s3:::b", "arn:aws-cn:s3:::b").matches


def test_r10_an_empty_part_is_matched_by_empty_or_star() -> None:
    assert not resource_matches("arn:aws:s3:us-east-1:111122223333:b", "arn:aws:s3:::b").matches
    assert resource_matches("arn:aws:s3:*:*:b", "arn:aws:s3:::b").matches
    assert not resource_matches("arn:aws:s3:::b", "arn:aws:s3:us-east-1:111122223333:b").matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        ("b", "b/k", False),
        ("b/*", "b", False),
        ("b/*", "b/", True),
        ("b*", "b", True),
        ("b*", "b-x", True),
        ("b*", "b/k", True),
    ],
)
def test_r11_a_bucket_is_not_its_objects(pattern: str, resource: str, matches: bool) -> None:
    assert resource_matches(f"arn:aws:s3:::{pattern}", f"arn:aws:s3:::{resource}").matches is matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        ("function:F", "function:F:alias", False),
        ("function:F", "function:F:1", False),
        ("function:F:*", "function:F", False),
        ("function:F*", "function:F", True),
        ("function:F*", "function:F:1", True),
        ("function:F*", "function:Fother", True),
    ],
)
def test_r19_lambda_qualifiers_are_part_of_the_resource(pattern: str, resource: str, matches: bool) -> None:
    prefix = "arn:aws:lambda:us-east-1:111122223333:"
    assert resource_matches(prefix + pattern, prefix + resource).matches is matches


def test_r21_a_table_does_not_cover_its_index() -> None:
    table = "arn:aws:dynamodb:us-east-1:111122223333:table/T"
    assert not resource_matches(table, f"{table}/index/I").matches
    assert resource_matches(f"{table}/index/*", f"{table}/index/I").matches


def test_a_request_for_a_word_that_is_no_arn_is_covered_by_the_same_word() -> None:
    assert resource_matches("arn:aws:iam::1:policy/X", "policy X") == NO_MATCH
    assert resource_matches("policy X", "policy X") == MATCH


def test_v8_a_wildcard_in_a_substituted_value_is_literal_and_said_so() -> None:
    head = Piece("arn:aws:s3:::home/")
    pattern = ResourcePattern((head, Piece("*", literal=True)), loose=(head, Piece("*")))
    assert pattern.match("arn:aws:s3:::home/*") == MATCH
    found = pattern.match("arn:aws:s3:::home/alice")
    assert not found.matches
    assert found.caveats == ("wildcard-in-variable",)
