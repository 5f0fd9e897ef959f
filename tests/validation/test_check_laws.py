"""What holds of the findings on any document."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.language.overlaps import patterns_overlap
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from policysim.validation.checking import check_policy
from policysim.validation.guessing import guess_type
from tests.json_styles import STYLES
from tests.laws.policy_texts import DOCUMENTS, VALUES, WRITTEN
from tests.validation.findings_on import document, found

TYPES = st.sampled_from(PolicyType)
GLOBS = st.text("ab*?", max_size=5)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(
            st.sampled_from(["s3:GetObject", "s3:*", "iam:PassRole", "ec2:DescribeInstances", "s3:NoSuch", "no:Such"]),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        "Resource": st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:sqs:eu-west-1:111122223333:q"]),
    },
    optional={
        "Condition": st.sampled_from(
            [
                {"StringEquals": {"aws:TagKeys": "a"}},
                {"Bool": {"aws:SecureTransport": "true"}},
                {"ForAllValues:StringEquals": {"aws:username": "a*"}},
            ]
        )
    },
)


@given(DOCUMENTS, WRITTEN, TYPES)
@settings(max_examples=200, deadline=None)
def test_every_finding_has_a_place_in_the_text_and_nothing_raises(value: Any, style: str, type_: PolicyType) -> None:
    """Whatever the document holds, each finding points at characters that it has."""
    text = STYLES[style](value)
    for finding in check_policy(parse_policy(Source("p.json", text), type_)):
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        assert finding.message
        assert "\n" not in json.dumps(finding.message)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_any_value_is_guessed_and_checked(value: Any) -> None:
    """The guess of a type needs no well-formed document."""
    guess = guess_type(value)
    check_policy(parse_policy(Source("p.json", json.dumps(value)), guess.type))


@given(st.lists(STATEMENTS, min_size=1, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_statements_changes_no_finding_but_the_later_of_two_equals(
    statements: list[dict[str, Any]], random: Any
) -> None:
    """Findings of a statement are its own; only a repetition and the first mention of an action look at others."""
    relative = {"redundant-statement", "missing-resource-type"}
    shuffled = random.sample(statements, len(statements))
    said, said_shuffled = found(*statements), found(*shuffled)
    assert sorted(one for one in said if one[0] not in relative) == sorted(
        one for one in said_shuffled if one[0] not in relative
    )


@given(st.lists(STATEMENTS, min_size=1, max_size=2), TYPES)
@settings(max_examples=60, deadline=None)
def test_the_way_of_writing_changes_no_finding(statements: list[dict[str, Any]], type_: PolicyType) -> None:
    """Indented or not, the same findings at the same values (sizes aside, which count characters)."""
    value = document(*statements)

    def said(style: str) -> list[tuple[str, str]]:
        return [(one.code, one.message) for one in check_policy(parse_policy(Source("p", STYLES[style](value)), type_))]

    assert len({tuple(said(style)) for style in STYLES}) == 1


@given(GLOBS, GLOBS)
@settings(max_examples=300, deadline=None)
def test_r6_two_patterns_meet_exactly_when_a_text_matches_both(left: str, right: str) -> None:
    """The slow twin tries every text over the letters of the patterns, up to a length that suffices."""
    longest = len(left.replace("*", "")) + len(right.replace("*", ""))
    texts = ("".join(letters) for size in range(longest + 1) for letters in product("ab", repeat=size))
    assert patterns_overlap(left, right) is any(_matches(left, text) and _matches(right, text) for text in texts)


def _matches(pattern: str, text: str) -> bool:
    """The obvious matcher, by recursion."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _matches(pattern[1:], text[1:])
