"""Policy variables, rule by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.language.patterns import resource_matches
from policysim.language.request import ABSENT, UNKNOWN
from policysim.language.variables import Variable, expand, expand_resource, parse_template, unexpanded
from policysim.language.wildcards import Pattern, Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue


def given(**values: ContextValue) -> Callable[[str], ContextValue]:
    """A look-up of ``aws:<name>`` keys; every other key is absent."""
    return lambda key: values.get(key.lower().removeprefix("aws:"), ABSENT)


ALICE = given(username=("alice",))


def test_v10_variables_and_text_mix() -> None:
    expansion = expand("a/${aws:username}-${aws:username}/*", ALICE)
    assert expansion.text == "a/alice-alice/*"
    assert expansion.pieces == (
        Piece("a/"),
        Piece("alice", literal=True),
        Piece("-"),
        Piece("alice", literal=True),
        Piece("/*"),
    )


def test_v1_nothing_is_replaced_where_the_document_has_no_variables() -> None:
    assert unexpanded("${aws:username}*").pieces == (Piece("${aws:username}*"),)


def test_v2_a_resource_has_variables_in_its_sixth_part_only() -> None:
    expansion = expand_resource("arn:aws:sqs:${aws:region}:${aws:account}:${aws:username}:x", ALICE)
    assert expansion.text == "arn:aws:sqs:${aws:region}:${aws:account}:alice:x"
    assert expansion.unresolved == ()


def test_v14_a_mention_elsewhere_stays_text_and_matches_nothing_real() -> None:
    expansion = expand_resource("arn:aws:sqs:${aws:region}:1:q", given(region=("us-east-1",)))
    assert not resource_matches(expansion.pattern, "arn:aws:sqs:us-east-1:1:q").matches


def test_v2_a_colon_inside_a_variable_does_not_count() -> None:
    assert expand_resource("arn:aws:s3::${aws:a}${aws:b}${aws:username}", ALICE).unresolved == ()
    assert expand_resource("arn:aws:s3:::${aws:username}", ALICE).text == "arn:aws:s3:::alice"


def test_v3_a_key_with_several_values_is_never_replaced() -> None:
    expansion = expand("${aws:tagkeys}", given(tagkeys=("a", "b")))
    assert expansion.unresolved == ("aws:tagkeys",)
    assert expansion.text == "${aws:tagkeys}"
    of_its_nature = expand("${aws:username}", ALICE, multivalued=lambda key: key == "aws:username")
    assert of_its_nature.unresolved == ("aws:username",)


def test_v3_names_ignore_case() -> None:
    assert expand("${AWS:UserName}", ALICE).text == "alice"


@pytest.mark.parametrize("value", [ABSENT, ()])
def test_v5_v13_a_key_without_a_value_is_unresolved(value: ContextValue) -> None:
    assert expand("x${aws:username}", given(username=value)).unresolved == ("aws:username",)


def test_v13_an_empty_string_is_a_value() -> None:
    assert expand("x${aws:username}y", given(username=("",))).text == "xy"


@pytest.mark.parametrize(
    ("value", "text"), [(ABSENT, "team-none"), ((), "team-none"), (("red",), "team-red"), (("",), "team-")]
)
def test_v6_the_default_is_used_when_there_is_no_value(value: ContextValue, text: str) -> None:
    assert expand("team-${aws:PrincipalTag/team, 'none'}", lambda _: value).text == text


def test_v6_the_default_does_not_stand_in_for_an_unknown_or_a_multivalued_key() -> None:
    assert expand("${aws:x, 'none'}", lambda _: UNKNOWN).unknown == ("aws:x",)
    assert expand("${aws:x, 'none'}", lambda _: ("a", "b")).unresolved == ("aws:x",)


def test_v6_the_space_before_the_default_may_be_missing() -> None:
    assert expand("${aws:x,'none'}${aws:x,  'x'}", given()).text == "nonex"


def test_v6_a_default_may_hold_a_brace_and_be_empty() -> None:
    assert expand("${aws:x, 'a}b'}|${aws:x, ''}", given()).text == "a}b|"


@pytest.mark.parametrize("char", ["*", "?", "$"])
def test_v7_escapes_stand_for_their_character(char: str) -> None:
    pattern = Pattern.from_pieces(expand(f"a${{{char}}}b", given()).pieces)
    assert pattern.matches(f"a{char}b")
    assert not pattern.matches("axb")


def test_v8_wildcards_of_a_value_are_literal_and_the_other_reading_is_kept() -> None:
    expansion = expand("h/${aws:username}/${*}", given(username=("a*",)))
    assert Pattern.from_pieces(expansion.pieces).matches("h/a*/*")
    assert not Pattern.from_pieces(expansion.pieces).matches("h/abc/*")
    assert expansion.loose is not None
    assert Pattern.from_pieces(expansion.loose).matches("h/abc/*")
    assert not Pattern.from_pieces(expansion.loose).matches("h/abc/x")
    assert expand("h/${aws:username}", ALICE).loose is None


def test_v9_a_value_is_not_expanded_again() -> None:
    assert expand("${aws:a}", given(a=("${aws:username}",), username=("alice",))).text == "${aws:username}"


@pytest.mark.parametrize(
    "text",
    [
        "${}",
        "${aws:username",
        "${aws: username}",
        "${aws:x, 'a}",
        "${aws:x, 'a'b'}",
        "${aws:x 'a'}",
        "${aws:x, 'a' }",
        "${, 'a'}",
        "${aws:x,, 'a'}",
        "${aws:x, a}",
        "$",
        "${",
        "${*",
        "{a}",
    ],
)
def test_v15_what_only_looks_like_a_variable_stays_text(text: str) -> None:
    template = parse_template(text)
    assert template.keys == ()
    assert expand(text, ALICE).text == text
    assert template.malformed == ((0,) if text.startswith("${") else ())


def test_v15_a_variable_behind_a_broken_one_is_still_read() -> None:
    assert parse_template("${a${aws:username}}").parts == (
        Piece("${a"),
        Variable("aws:username", None, "${aws:username}"),
        Piece("}"),
    )


def test_an_unknown_variable_leaves_open_only_what_its_value_can_change() -> None:
    expansion = expand_resource("arn:aws:s3:::home/${aws:username}/*", lambda _: UNKNOWN)
    assert expansion.unknown == ("aws:username",)
    assert resource_matches(expansion.pattern, "arn:aws:s3:::home/alice/k").matches
    assert not resource_matches(expansion.pattern, "arn:aws:s3:::other/alice/k").matches


def test_keys_are_listed_once_as_spelled() -> None:
    assert parse_template("${aws:a}${aws:b, 'x'}${aws:a}${*}").keys == ("aws:a", "aws:b")
