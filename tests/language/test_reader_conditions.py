from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source
from tests.language.documents import (
    found,
    policy_of,
    shown,
    with_action,
    with_condition,
    with_resource,
)

# ---- conditions: G23, C4, C7, C9, C11, C12, C41 ----


def test_g23_operator_key_values() -> None:
    policy = policy_of(with_condition({"StringLike": {"aws:a": ["x", "y"], "aws:b": "z"}, "Null": {"aws:c": "true"}}))
    assert policy.problems == ()
    entries = policy.statements[0].conditions
    assert [(entry.operator, entry.key, entry.values) for entry in entries] == [
        ("StringLike", "aws:a", ("x", "y")),
        ("StringLike", "aws:b", ("z",)),
        ("Null", "aws:c", ("true",)),
    ]
    assert locate(policy.statements[0].location.below(*entries[0].path(1))).text == '"y"'
    assert locate(policy.statements[0].location.below(*entries[1].path(0))).text == '"z"'


@pytest.mark.parametrize("value", [[], "x", None, 1])
def test_g23_a_condition_is_an_object_of_objects(value: Any) -> None:
    assert [code for code, _ in found(with_condition(value))] == ["wrong-type"]
    assert [code for code, _ in found(with_condition({"Bool": value}))] == ["wrong-type"]


@pytest.mark.parametrize(
    "name", ["StringMatches", "stringLikeIgnoreCase", "", "ForAllValues:", "ForAllValues::StringEquals", "IfExists"]
)
def test_c9_unknown_operators_are_errors(name: str) -> None:
    policy = policy_of(with_condition({name: {"aws:a": "x"}}))
    assert shown(policy) == [("unknown-operator", f'"{name}"')]
    assert policy.statements[0].conditions[0].operator == name


@pytest.mark.parametrize("name", ["stringequals", "StringEqualsifexists", "ForAnyValue:stringLike"])
def test_c4_other_spellings_are_warnings(name: str) -> None:
    policy = policy_of(with_condition({name: {"aws:a": "x"}}))
    assert shown(policy) == [("operator-spelling", f'"{name}"')]
    assert policy.usable


@pytest.mark.parametrize("name", ["forAllValues:StringEquals", "FORANYVALUE:StringEquals"])
def test_c41_set_prefixes_are_case_sensitive(name: str) -> None:
    assert found(with_condition({name: {"aws:a": "x"}})) == [("unknown-operator", f'"{name}"')]


def test_c7_null_takes_no_if_exists() -> None:
    (problem,) = policy_of(with_condition({"NullIfExists": {"aws:a": "true"}})).problems
    assert problem.code == "unknown-operator"
    assert "IfExists" in problem.hint


@pytest.mark.parametrize(("name", "outcome"), [("ForAllValues:Null", "true"), ("ForAnyValue:Null", "false")])
def test_c7_null_behind_a_set_prefix_is_a_warning(name: str, outcome: str) -> None:
    policy = policy_of(with_condition({name: {"aws:a": "true"}}))
    assert shown(policy) == [("set-prefix-on-null", f'"{name}"')]
    assert outcome in policy.problems[0].message
    assert policy.usable


def test_c11_an_empty_condition_is_no_condition() -> None:
    policy = policy_of(with_condition({}))
    assert shown(policy) == [("empty-condition", "{}")]
    assert policy.usable
    assert policy.statements[0].conditions == ()


def test_c9_c11_an_unknown_operator_without_keys_is_saved() -> None:
    policy = policy_of(with_condition({"NoSuch": {}}))
    assert shown(policy) == [("empty-list", "{}")]
    assert policy.usable
    assert policy.statements[0].conditions == ()


def test_c11_empty_value_lists_and_operators_are_warnings() -> None:
    assert found(with_condition({"StringEquals": {"aws:a": []}})) == [("empty-list", "[]")]
    assert found(with_condition({"StringEquals": {}})) == [("empty-list", "{}")]


@pytest.mark.parametrize(
    ("written", "text"),
    [("true", "true"), ("false", "false"), ("5", "5"), ("-0.50", "-0.50"), ("1E3", "1E3"), ('"x"', "x"), ('""', "")],
)
def test_c12_values_are_kept_in_their_string_form(written: str, text: str) -> None:
    document = json.dumps(with_condition({"NumericEquals": {"aws:a": "@"}})).replace('"@"', written)
    policy = parse_policy(Source("p.json", f'{{"Statement": {document}}}'), PolicyType.IDENTITY)
    assert policy.problems == ()
    assert policy.statements[0].conditions[0].values == (text,)


@pytest.mark.parametrize("value", [None, {}, [None], [["x"]], [{}]])
def test_c12_null_objects_and_nested_lists_are_errors(value: Any) -> None:
    location = Location(Source("p.json", "{}"), ())
    policy = read_policy(
        {"Statement": with_condition({"StringEquals": {"aws:a": value}})}, location, PolicyType.IDENTITY
    )
    assert "wrong-type" in [problem.code for problem in policy.problems]


def test_c12_a_number_of_too_many_digits_is_an_error() -> None:
    location = Location(Source("p.json", "{}"), ())
    statement = with_condition({"NumericEquals": {"aws:a": 10**5000}})
    policy = read_policy({"Statement": statement}, location, PolicyType.IDENTITY)
    assert [problem.code for problem in policy.problems] == ["wrong-type"]


@pytest.mark.parametrize("values", [["x", 1], [True, "x"], [1, True]])
def test_c12_mixed_types_are_an_error(values: list[Any]) -> None:
    codes = [code for code, _ in found(with_condition({"NumericEquals": {"aws:a": values}}))]
    assert codes == ["mixed-types"]


def test_c12_one_type_is_fine() -> None:
    assert found(with_condition({"NumericEquals": {"aws:a": [1, 2.5]}, "Bool": {"aws:b": [True, False]}})) == []


def test_c12_a_number_where_text_is_compared_is_a_warning() -> None:
    policy = policy_of(with_condition({"StringEquals": {"aws:SourceAccount": 11122223333}}))
    assert shown(policy) == [("unquoted-number", "11122223333")]
    assert policy.usable


# ---- variables: V15 ----


@pytest.mark.parametrize(
    "text",
    [
        "${}",
        "${ }",
        "${aws:username",
        "${aws:user name}",
        "${aws:username, 'x}",
        "${aws:username, x}",
        "${aws:PrincipalTag/${aws:username}}",
        "${*}${",
        "${'x'}",
    ],
)
def test_v15_malformed_variables_are_errors(text: str) -> None:
    arn = f"arn:aws:s3:::b/{text}"
    assert [code for code, _ in found(with_resource(arn))] == ["malformed-variable"]
    assert [code for code, _ in found(with_condition({"StringLike": {"aws:a": ["x", text]}}))] == ["malformed-variable"]


@pytest.mark.parametrize(
    "text",
    ["${aws:username}", "${*}${?}${$}", "${aws:PrincipalTag/a, 'b c'}", "$ {x}", "{aws:username}", "${s3:x/a:b+=@-_.}"],
)
def test_v15_well_formed_variables_are_fine(text: str) -> None:
    assert found(with_resource(f"arn:aws:s3:::b/{text}")) == []


def test_v1_v15_without_the_newest_version_a_variable_is_plain_text() -> None:
    assert found(with_resource("arn:aws:s3:::b/${}"), Version="2008-10-17") == []


def test_v2_v14_v15_where_no_variable_is_replaced_there_is_none() -> None:
    assert found(with_condition({"NumericEquals": {"aws:a": "${}"}})) == []
    assert found(with_action("s3:${}")) == []
