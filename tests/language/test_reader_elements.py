from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from tests.language.documents import (
    ALLOW,
    IAM_TYPES,
    by_principal,
    found,
    policy_of,
    shown,
    trust,
    with_action,
    with_resource,
)

# ---- principals: P1, P2, P4, P6, G9 ----


@pytest.mark.parametrize("type_", [*IAM_TYPES, PolicyType.SCP])
@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
def test_p1_g9_no_principal_in_identity_policies(type_: PolicyType, element: str) -> None:
    policy = policy_of({**ALLOW, element: "*"}, type_)
    assert shown(policy) == [("principal-not-allowed", f'"{element}"')]
    assert not policy.usable


@pytest.mark.parametrize("type_", [PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.RCP, PolicyType.VPCE])
def test_g9_a_principal_is_required_elsewhere(type_: PolicyType) -> None:
    statement = {"Effect": "Deny", "Action": "sts:AssumeRole"}
    if type_ is not PolicyType.TRUST:
        statement["Resource"] = "*"
    policy = policy_of(statement, type_)
    assert [problem.code for problem in policy.problems] == ["missing-element"]
    assert "`Principal`" in policy.problems[0].message


@pytest.mark.parametrize("type_", [PolicyType.TRUST, PolicyType.RCP])
def test_g9_p22_no_not_principal_in_trust_and_resource_control_policies(type_: PolicyType) -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    codes = [code for code, _ in found(statement, type_)]
    assert "principal-not-allowed" in codes


def test_p22_not_principal_with_allow_is_a_warning() -> None:
    statement = {**ALLOW, "NotPrincipal": {"AWS": "111122223333"}}
    assert found(statement, PolicyType.RESOURCE) == [("not-principal-with-allow", '"NotPrincipal"')]
    assert found({**statement, "Effect": "Deny"}, PolicyType.RESOURCE) == []


def test_p2_every_form_of_principal_is_an_entry_with_its_place() -> None:
    principal = {
        "AWS": ["*", "111122223333"],
        "Service": "ec2.amazonaws.com",
        "Federated": "accounts.google.com",
        "CanonicalUser": ["79a59df9"],
    }
    policy = policy_of(trust(principal), PolicyType.TRUST)
    assert policy.problems == ()
    element = policy.statements[0].principal
    assert [(entry.kind, entry.value) for entry in element.entries] == [
        ("AWS", "*"),
        ("AWS", "111122223333"),
        ("Service", "ec2.amazonaws.com"),
        ("Federated", "accounts.google.com"),
        ("CanonicalUser", "79a59df9"),
    ]
    for entry in element.entries:
        location = policy.statements[0].location.below(*entry.path)
        assert json.loads(locate(location).text) == entry.value


def test_p2_everybody_is_a_star() -> None:
    (entry,) = policy_of(trust("*"), PolicyType.TRUST).statements[0].principal.entries
    assert entry == ("*", "*", ("Principal",))


@pytest.mark.parametrize("value", ["arn:aws:iam::111122223333:root", "ec2.amazonaws.com", "", "**"])
def test_p2_a_bare_string_is_no_principal(value: str) -> None:
    policy = policy_of(trust(value), PolicyType.TRUST)
    assert shown(policy) == [("wrong-principal", f'"{value}"')]


@pytest.mark.parametrize("kind", ["aws", "User", "*", "Aws"])
def test_p2_other_kinds_are_errors(kind: str) -> None:
    assert [code for code, _ in found(trust({kind: "111122223333"}), PolicyType.TRUST)] == ["wrong-principal"]


@pytest.mark.parametrize("value", [["*"], 3, None])
def test_p2_a_principal_is_a_star_or_an_object(value: Any) -> None:
    assert "wrong-type" in [code for code, _ in found(trust(value), PolicyType.TRUST)]


def test_c12_an_unquoted_account_number_is_an_error() -> None:
    assert found(trust({"AWS": [111122223333]}), PolicyType.TRUST) == [("wrong-type", "111122223333")]


@pytest.mark.parametrize(
    "value", ["arn:aws:iam::1:role/*", "arn:aws:sts::1:assumed-role/R/*", "arn:aws:iam::*:root", "11112222333?"]
)
def test_p4_partial_wildcards_are_warnings(value: str) -> None:
    policy = policy_of(by_principal({"AWS": value}), PolicyType.RESOURCE)
    assert shown(policy) == [("partial-wildcard", f'"{value}"')]
    assert policy.usable


def test_p6_a_star_is_no_service() -> None:
    policy = policy_of(trust({"Service": "*"}), PolicyType.TRUST)
    assert shown(policy) == [("service-wildcard", '"*"')]
    assert not policy.usable


@pytest.mark.parametrize(("principal", "fine"), [("*", True), ({"AWS": "*"}, True), ({"AWS": "111122223333"}, False)])
def test_p1_the_principal_of_a_resource_control_policy_is_everybody(principal: Any, fine: bool) -> None:
    assert policy_of({**by_principal(principal), "Effect": "Deny"}, PolicyType.RCP).usable is fine


# ---- actions: G22, A1, A3, A10 ----


@pytest.mark.parametrize("action", ["s3:GetObject", "*", "*:*", "S3:get*", "s3:?et", "execute-api:Invoke"])
def test_g22_actions_that_are_fine(action: str) -> None:
    assert found(with_action(action)) == []


@pytest.mark.parametrize(
    "action", ["GetObject", "", "s3:", ":GetObject", "Get*", "s3:Get:Object", "s3.GetObject", "s3_x:Get"]
)
def test_g22_actions_without_a_service_are_errors(action: str) -> None:
    policy = policy_of(with_action("s3:PutObject", action))
    assert shown(policy) == [("malformed-action", f'"{action}"')]
    assert not policy.usable


@pytest.mark.parametrize("action", ["s*:GetObject", "*:Get*", "s?:GetObject"])
def test_a3_wildcards_in_the_service_prefix_are_warnings(action: str) -> None:
    policy = policy_of(with_action(action))
    assert shown(policy) == [("prefix-wildcard", f'"{action}"')]
    assert policy.usable


def test_g22_a_dot_in_a_service_prefix_is_saved() -> None:
    assert found(with_action("s3.x:Get")) == []


@pytest.mark.parametrize(
    ("action", "code"),
    [("s3:GetObject ", "white-space"), (" s3:GetObject", "prefix-space"), ("s3: GetObject", "white-space")],
)
def test_a10_white_space_is_a_warning_and_is_kept(action: str, code: str) -> None:
    policy = policy_of({**ALLOW, "Action": action})
    assert [problem.code for problem in policy.problems] == [code]
    assert policy.statements[0].action.patterns == (action,)


@pytest.mark.parametrize("value", [None, {}, 3, True, [None], [["s3:*"]]])
@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_g6_c12_actions_and_resources_are_strings(element: str, value: Any) -> None:
    assert [code for code, _ in found({**ALLOW, element: value})] == ["wrong-type"]


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_c11_r23_empty_lists_are_warnings(element: str) -> None:
    policy = policy_of({**ALLOW, element: []})
    assert shown(policy) == [("empty-element", "[]")]
    assert policy.usable


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_r23_an_empty_negated_list_is_kept_empty(element: str) -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    del statement[element]
    policy = policy_of({**statement, f"Not{element}": []})
    read = getattr(policy.statements[0], element.lower())
    assert shown(policy) == [("empty-element", "[]")]
    assert (read.negated, read.patterns) == (True, ())


@pytest.mark.parametrize("principal", [{}, {"AWS": []}])
def test_c11_an_empty_principal_is_a_warning(principal: Any) -> None:
    policy = policy_of(trust(principal), PolicyType.TRUST)
    assert [problem.code for problem in policy.problems] == ["empty-element"]
    assert policy.statements[0].principal.entries == ()


# ---- resources: G22, R8, R18 ----


@pytest.mark.parametrize("type_", [*IAM_TYPES, PolicyType.SCP])
@pytest.mark.parametrize("resource", ["my-bucket", "", "**", "${BucketArn}", "ARN:aws:s3:::b"])
def test_g22_a_resource_that_is_no_arn_is_an_error_in_iam(type_: PolicyType, resource: str) -> None:
    policy = policy_of(with_resource(["*", resource]), type_)
    assert policy.problems[0].code == "not-an-arn"
    assert not policy.usable


@pytest.mark.parametrize("resource", ["execute-api:/*", "/111122223333/queue"])
def test_g22_a_resource_that_is_no_arn_is_a_warning_elsewhere(resource: str) -> None:
    policy = policy_of(by_principal("*", Resource=resource), PolicyType.RESOURCE)
    assert shown(policy) == [("resource-form", f'"{resource}"')]
    assert policy.usable


@pytest.mark.parametrize("resource", ["arn:aws:s3*", "arn:aws:ec2:*", "arn:aws:s3::bucket"])
def test_g22_r8_short_arns_are_warnings(resource: str) -> None:
    policy = policy_of(with_resource(resource))
    assert shown(policy) == [("short-arn", f'"{resource}"')]
    assert policy.usable


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_r18_a_trust_policy_has_no_resource(element: str) -> None:
    policy = policy_of(trust("*", **{element: "*"}), PolicyType.TRUST)
    assert shown(policy) == [("resource-not-allowed", f'"{element}"')]
    assert not policy.usable


def test_r18_without_one_a_trust_policy_is_fine() -> None:
    policy = policy_of(trust("*"), PolicyType.TRUST)
    assert policy.problems == ()
    assert policy.statements[0].resource is None


def test_g3_a_resource_policy_without_resource_is_a_warning() -> None:
    policy = policy_of({"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}, PolicyType.RESOURCE)
    assert [problem.code for problem in policy.problems] == ["no-resource"]
    assert policy.usable
    assert policy.statements[0].resource is None
