from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.grammars import grammar_text, parser
from policysim.grammars.policies import Node, parse_tree
from policysim.language.operators import BASE_OPERATORS, Family, SetPrefix
from tests.json_styles import STYLES

DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Id": "x",
    "Statement": [
        {
            "Sid": "Effect",
            "Effect": "Allow",
            "Principal": {"AWS": "*", "Service": ["a.amazonaws.com"]},
            "Action": ["s3:*", "Effect", "Allow", "*"],
            "NotResource": "arn:aws:s3:::b",
            "Condition": {"StringLike": {"Version": "2012-10-17", "Null": [1.5, True, False, None]}, "x": {"y": "z"}},
            "Comment": {"Effect": {}},
        },
    ],
}


def rules(node: Node) -> set[str]:
    found = {node.rule}
    for child in (*node.items, *(value for _, value in node.members)):
        found |= rules(child)
    return found


@pytest.mark.parametrize("style", STYLES)
def test_the_tree_holds_the_value(style: str) -> None:
    assert parse_tree(STYLES[style](DOCUMENT)).value == DOCUMENT


def test_the_tree_names_the_parts_of_the_policy_language() -> None:
    named = {"policy", "statement_list", "statement", "principal_map", "condition_block", "condition_keys"}
    assert named <= rules(parse_tree(json.dumps(DOCUMENT)))
    assert {"ALLOW", "LANGUAGE_VERSION"} <= rules(parse_tree(json.dumps(DOCUMENT)))


def test_offsets_are_those_of_the_text() -> None:
    text = '\ufeff{ "Statement": {"Effect":\t"Allow"} }\n'
    tree = parse_tree(text)
    assert text[tree.start : tree.end] == '{ "Statement": {"Effect":\t"Allow"} }'
    ((name, statement),) = tree.members
    ((_, effect),) = statement.members
    assert text[name.start : name.end] == '"Statement"'
    assert text[effect.start : effect.end] == '"Allow"'


@pytest.mark.parametrize("value", ["x", 1, None, True, [], {}, [[]], [{}], {"a": {}}, {"Effect": {"Effect": []}}])
@pytest.mark.parametrize(
    "name",
    ["Version", "Id", "Statement", "Effect", "Action", "Principal", "Condition", "Resource", "Sid", "AWS", "Bool", "z"],
)
def test_g1_every_object_parses_whatever_stands_where(name: str, value: object) -> None:
    for document in (
        {name: value},
        {"Statement": {name: value}},
        {"Statement": [{name: value}, value]},
        {"Statement": {"Principal": {name: value}, "Condition": {name: value, "Bool": {name: value}}}},
    ):
        assert parse_tree(json.dumps(document)).value == document


def test_c4_the_grammar_knows_every_documented_operator() -> None:
    suffixes = {base.name: [""] if base.family is Family.NULL else ["", "IfExists"] for base in BASE_OPERATORS}
    names = [prefix.value + base + suffix for base, all_ in suffixes.items() for suffix in all_ for prefix in SetPrefix]
    tree = parse_tree(json.dumps({"Statement": {"Condition": {name: {} for name in [*names, "NullIfExists", "Like"]}}}))
    (_, statement) = tree.members[0]
    (_, block) = statement.members[0]
    assert [name.value for name, _ in block.members if name.rule == "OPERATOR"] == names


def test_a_parser_is_built_once() -> None:
    assert parser("policy", "policy", "value") is parser("policy", "policy", "value")


def test_a_grammar_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="`nope`"):
        grammar_text("nope")
