"""The statements of a document by action: the index finds what asking every statement finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.language.action_index import ActionIndex
from policysim.language.patterns import action_matches
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.language.policy import Policy, Statement


def policy(*statements: dict[str, Any]) -> Policy:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return parse_policy(Source("policy", text), PolicyType.IDENTITY)


def about(element: str, patterns: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", element: patterns, "Resource": "*"}


def speaks_of(statement: Statement, action: str) -> bool:
    """The slow, obvious way."""
    element = statement.action
    listed = any(action_matches(pattern, action) for pattern in element.patterns)
    return bool(element.patterns) and listed is not element.negated


PATTERNS = st.sampled_from(
    ["*", "*:*", "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "s3:GetObject", "sqs:*", "s*:GetObject", "s3", ""]
)
ACTIONS = st.sampled_from(["s3:GetObject", "S3:GETOBJECT", "s3:PutObject", "sqs:SendMessage", "s3", "s3:", ":x"])


@given(
    st.lists(st.tuples(st.sampled_from(["Action", "NotAction"]), st.lists(PATTERNS, max_size=3)), max_size=5), ACTIONS
)
def test_the_index_finds_what_asking_every_statement_finds(elements: list[tuple[str, list[str]]], action: str) -> None:
    document = policy(*(about(element, patterns) for element, patterns in elements))
    index = ActionIndex(document.statements)
    expected = tuple(statement for statement in document.statements if speaks_of(statement, action))
    assert index[action] == expected
    assert index[action] == expected, "also when asked again"


def test_a1_names_are_found_in_any_case() -> None:
    assert len(policy(about("Action", ["S3:getObject"])).by_action["s3:GETOBJECT"]) == 1


def test_a3_a_wildcard_in_the_prefix_is_none() -> None:
    assert policy(about("Action", ["s*:GetObject"])).by_action["s3:GetObject"] == ()


def test_a5_not_action_is_about_everything_else() -> None:
    index = policy(about("NotAction", ["s3:*"])).by_action
    assert len(index["sqs:SendMessage"]) == 1
    assert index["s3:GetObject"] == ()


@pytest.mark.parametrize("element", [about("Action", ["s3:GetObject "]), about("NotAction", [])])
def test_a10_r23_doubtful_elements_are_worth_a_look_but_cover_nothing(element: dict[str, Any]) -> None:
    index = policy(about("Action", ["s3:GetObject"]), element, about("Action", ["s3:*"])).by_action
    assert [statement.index for statement in index["s3:GetObject"]] == [0, 2]
    assert [statement.index for statement in index.worth_a_look("s3:GetObject")] == [0, 1, 2]
