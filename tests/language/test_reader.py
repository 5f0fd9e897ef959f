from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.language import problem_kinds
from policysim.language.policy import Effect
from policysim.language.policy_types import PolicyType
from policysim.language.problem_kinds import PROBLEM_KINDS
from policysim.language.problems import ProblemKind, Severity
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Source
from tests.language.documents import (
    ALLOW,
    IAM_TYPES,
    by_principal,
    found,
    policy_of,
    shown,
    with_condition,
    with_resource,
)

# ---- the document: G1, G2, G8, G26 ----


def test_g1_g3_a_document_is_read_element_by_element() -> None:
    policy = policy_of(
        [{**ALLOW, "Sid": "One", "Condition": {"Bool": {"aws:SecureTransport": True}}}, {**ALLOW, "Effect": "Deny"}]
    )
    assert policy.usable
    assert policy.problems == ()
    assert policy.version == "2012-10-17"
    assert policy.substitutes_variables
    first, second = policy.statements
    assert (first.sid, first.effect, second.effect, second.index) == ("One", Effect.ALLOW, Effect.DENY, 1)
    assert first.action.patterns == ("s3:GetObject",)
    assert first.conditions[0].values == ("true",)
    assert first.principal is None
    assert second.location.path == ("Statement", 1)


@pytest.mark.parametrize("name", ["statement", "Statements", "Comment", "Action"])
def test_g1_unknown_elements_of_a_document_are_errors(name: str) -> None:
    assert found(ALLOW, **{name: []}) == [("unknown-element", f'"{name}"')]


def test_g1_a_document_without_statement_is_an_error() -> None:
    assert shown(parse_policy(Source("p.json", "{}"), PolicyType.IDENTITY)) == [("missing-element", "{}")]


@pytest.mark.parametrize(("value", "words"), [([], "a list"), ("x", "a string"), (1, "a number"), (None, "`null`")])
def test_g1_a_document_is_an_object(value: Any, words: str) -> None:
    policy = parse_policy(Source("p.json", json.dumps(value)), PolicyType.IDENTITY)
    assert [problem.code for problem in policy.problems] == ["wrong-type"]
    assert words in policy.problems[0].message
    assert not policy.usable


def test_g1_broken_text_is_still_a_policy() -> None:
    policy = parse_policy(Source("p.json", '{"Statement": [}'), PolicyType.IDENTITY)
    assert not policy.usable
    assert policy.statements == ()
    assert shown(policy) == [("broken-json", "}")]


@pytest.mark.parametrize("type_", [PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.BOUNDARY])
def test_g2_the_older_version_and_none_are_fine(type_: PolicyType) -> None:
    older = policy_of(ALLOW, type_, Version="2008-10-17")
    none = parse_policy(Source("p.json", json.dumps({"Statement": ALLOW})), type_)
    assert older.usable
    assert none.usable
    assert not older.substitutes_variables
    assert not none.substitutes_variables


@pytest.mark.parametrize("version", ["2012-10-18", "", "2012-10-17 "])
def test_g2_other_versions_are_errors(version: str) -> None:
    assert found(ALLOW, Version=version) == [("wrong-version", f'"{version}"')]


def test_g2_the_sentence_calls_the_type_by_its_name() -> None:
    (problem,) = policy_of(ALLOW, PolicyType.IDENTITY, Version="2012-10-18").problems
    assert problem.message.startswith("`Version` of an identity-based policy is ")
    (problem,) = policy_of(by_principal("*"), PolicyType.RCP, Version="2012-10-18").problems
    assert problem.message.startswith("`Version` of a resource control policy is ")


def test_g2_a_version_is_a_string() -> None:
    assert found(ALLOW, Version=20121017) == [("wrong-type", "20121017")]


@pytest.mark.parametrize(
    ("type_", "statement"), [(PolicyType.SCP, ALLOW), (PolicyType.RCP, {**by_principal("*"), "Effect": "Deny"})]
)
def test_g2_organisation_policies_need_the_newest_version(type_: PolicyType, statement: Any) -> None:
    assert found(statement, type_) == []
    assert found(statement, type_, Version="2008-10-17") == [("wrong-version", '"2008-10-17"')]
    bare = parse_policy(Source("p.json", json.dumps({"Statement": statement})), type_)
    assert [problem.code for problem in bare.problems] == ["wrong-version"]


@pytest.mark.parametrize("type_", IAM_TYPES)
def test_g8_an_id_in_an_identity_policy_is_a_warning(type_: PolicyType) -> None:
    policy = policy_of(ALLOW, type_, Id="x")
    assert shown(policy) == [("id-not-allowed", '"Id"')]
    assert policy.usable
    assert policy.id == "x"


def test_g8_an_id_in_a_resource_policy_is_fine() -> None:
    assert found(by_principal("*"), PolicyType.RESOURCE, Id="x") == []


def test_g26_an_empty_statement_list_is_a_warning_and_no_statements() -> None:
    policy = policy_of([])
    assert shown(policy) == [("empty-statements", "[]")]
    assert policy.usable
    assert policy.statements == ()


# ---- statements: G3, G4, G5, G6, G7 ----


def test_g6_one_statement_need_not_stand_in_a_list() -> None:
    policy = policy_of(ALLOW)
    assert policy.usable
    assert policy.statements[0].location.path == ("Statement",)
    assert policy.statements[0].index == 0


@pytest.mark.parametrize(("value", "at"), [("x", '"x"'), (None, "null"), ([["x"]], '[ "x" ]'), ([3], "3")])
def test_g3_statements_are_objects(value: Any, at: str) -> None:
    assert found(value) == [("wrong-type", at)]


@pytest.mark.parametrize("name", ["effect", "Resources", "Comment", "Version", "Actions"])
def test_g3_unknown_elements_of_a_statement_are_errors(name: str) -> None:
    assert found({**ALLOW, name: "x"}) == [("unknown-element", f'"{name}"')]


def test_g3_a_near_name_is_suggested() -> None:
    (problem,) = policy_of({**ALLOW, "resources": "*"}).problems
    assert problem.hint == "did you mean `Resource`?"


@pytest.mark.parametrize("element", ["Effect", "Action", "Resource"])
def test_g3_required_elements(element: str) -> None:
    policy = policy_of({name: value for name, value in ALLOW.items() if name != element})
    assert [problem.code for problem in policy.problems] == ["missing-element"]
    assert f"`{element}`" in policy.problems[0].message
    assert policy.problems[0].span is not None
    assert policy.statements == ()


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_g3_an_element_and_its_negation_exclude_each_other(element: str) -> None:
    assert found({**ALLOW, f"Not{element}": ALLOW[element]}) == [("both-elements", f'"Not{element}"')]


def test_g3_both_principals_exclude_each_other() -> None:
    statement = {**by_principal("*"), "NotPrincipal": {"AWS": "111122223333"}}
    assert found(statement, PolicyType.RESOURCE) == [("both-elements", '"NotPrincipal"')]


def test_g3_negated_elements_are_negated() -> None:
    policy = policy_of({"Effect": "Deny", "NotAction": ["iam:*"], "NotResource": "arn:aws:s3:::a"})
    (statement,) = policy.statements
    assert policy.problems == ()
    assert statement.action.negated
    assert statement.resource.negated
    assert statement.action.path(0) == ("NotAction", 0)
    assert statement.resource.path(0) == ("NotResource",)


@pytest.mark.parametrize("effect", ["allow", "ALLOW", "Permit", "", " Allow"])
def test_g4_effect_is_case_sensitive(effect: str) -> None:
    assert found({**ALLOW, "Effect": effect}) == [("wrong-effect", f'"{effect}"')]


def test_g4_the_right_case_is_suggested() -> None:
    assert policy_of({**ALLOW, "Effect": "deny"}).problems[0].hint == "write `Deny`"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "Version"),
        ('{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "a:b", "Resource": "*"}]}', "Effect"),
    ],
)
def test_g5_duplicate_members_are_errors_at_the_last_of_them(text: str, name: str) -> None:
    policy = parse_policy(Source("p.json", text), PolicyType.IDENTITY)
    problem = policy.problems[0]
    assert problem.code == "duplicate-key"
    assert problem.span is not None
    assert problem.span.text == f'"{name}"'
    assert problem.span.start == text.rindex(f'"{name}"')


def test_g5_g23_duplicates_are_seen_in_principals_conditions_and_operators() -> None:
    text = """{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Principal": {"AWS": "*", "AWS": "111122223333"},
        "Condition": {"Bool": {"a:b": "true", "a:b": "false"}, "Null": {}, "Null": {"a:c": "true"}}}}"""
    policy = parse_policy(Source("p.json", text), PolicyType.RESOURCE)
    assert [at for code, at in shown(policy) if code == "duplicate-key"] == ['"AWS"', '"Null"', '"a:b"']


def test_g5_keys_that_differ_in_case_are_an_error_and_both_are_kept() -> None:
    policy = policy_of(with_condition({"StringEquals": {"aws:RequestTag/Team": "a", "aws:requesttag/team": "b"}}))
    assert shown(policy) == [("case-varied-keys", '"aws:requesttag/team"')]
    assert [entry.values for entry in policy.statements[0].conditions] == [("a",), ("b",)]
    assert not policy.usable


def test_g5_keys_that_differ_in_case_under_two_operators_are_fine() -> None:
    assert found(with_condition({"StringEquals": {"aws:A": "a"}, "StringLike": {"aws:a": "b"}})) == []


def test_g7_sids_are_unique_and_empty_ones_do_not_count() -> None:
    statements = [{**ALLOW, "Sid": sid} for sid in ("A", "", "A", "")]
    policy = policy_of(statements)
    assert shown(policy) == [("duplicate-sid", '"A"')]
    assert policy.problems[0].where.path == ("Statement", 2, "Sid")
    assert policy.usable


def test_g7_sids_of_iam_are_letters_and_digits() -> None:
    assert found({**ALLOW, "Sid": "Allow read"}) == [("sid-characters", '"Allow read"')]
    assert found(by_principal("*", Sid="Allow read"), PolicyType.RESOURCE) == []


@pytest.mark.parametrize("element", ["Sid", "Effect"])
def test_g3_texts_are_strings(element: str) -> None:
    assert ("wrong-type", "[]") in found({**ALLOW, element: []})


# ---- text ----


def test_g10_lone_surrogates_are_warnings() -> None:
    policy = parse_policy(
        Source("p.json", '{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::\\ud800"}}'),
        PolicyType.IDENTITY,
    )
    assert shown(policy) == [("lone-surrogate", '"arn:aws:s3:::\\ud800"')]
    assert policy.usable


def test_other_characters_are_fine() -> None:
    assert found(with_resource("arn:aws:s3:::Grüße/😀")) == []


def test_a_document_inside_a_larger_file_is_located_there() -> None:
    document = {"Statement": [{**ALLOW, "Effect": "allow"}]}
    source = Source("account.json", json.dumps({"UserDetailList": [{"PolicyDocument": document}]}))
    location = Location(source, ("UserDetailList", 0, "PolicyDocument"))
    (problem,) = read_policy(document, location, PolicyType.IDENTITY).problems
    assert problem.span is not None
    assert problem.span.text == '"allow"'


def test_statements_that_can_be_read_stay_in_a_broken_document() -> None:
    policy = policy_of([{**ALLOW, "Effect": "allow"}, ALLOW, "x"])
    assert not policy.usable
    assert [statement.index for statement in policy.statements] == [1]


# ---- the table ----


def test_the_table_of_problems_is_complete_and_each_row_names_its_rules() -> None:
    codes = [kind.code for kind in PROBLEM_KINDS]
    assert len(set(codes)) == len(codes)
    assert all(kind.rules and kind.title for kind in PROBLEM_KINDS)
    severities = [kind.severity for kind in PROBLEM_KINDS]
    assert severities == sorted(severities, key=[Severity.ERROR, Severity.WARNING].index)


def test_every_problem_kind_of_the_module_is_in_the_table() -> None:
    named = {value for value in vars(problem_kinds).values() if isinstance(value, ProblemKind)}
    assert set(PROBLEM_KINDS) == named
