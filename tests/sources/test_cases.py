"""Case files in both forms (the description of the case files; spec E5, E6, E17, E18, R22, S1, V13)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.evaluation.decide import decide
from policysim.evaluation.layers import LayerName
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.request import ABSENT, Credentials, PrincipalKind
from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, Case, read_cases
from tests.account_folders import ACCOUNT, BUCKET, KEY, OTHER, QUEUE, ROLE, USER, allow, trust
from tests.shared_data import SHARED, needs_shared

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import LayerPolicies

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
QUESTION: dict[str, Any] = {
    "id": "T1",
    "title": "a title",
    "principal": {"type": "IAMUser", "arn": USER, "account": ACCOUNT, "credentials": "long-term"},
    "action": "s3:GetObject",
    "resource": f"{BUCKET}/k",
    "resource_account": ACCOUNT,
    "context": {},
}


def read(*lines: object) -> list[Case | BrokenCase]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return list(read_cases(Source("cases.jsonl", text)))


def case(**more: Any) -> Case:
    (found,) = read({**QUESTION, **more})
    assert isinstance(found, Case), found
    return found


def broken(**more: Any) -> BrokenCase:
    (found,) = read({**QUESTION, **more})
    assert isinstance(found, BrokenCase), found
    return found


def layer(name: LayerName, **more: Any) -> LayerPolicies | None:
    return case(**more).questions[0].policies.get(name)


def names(found: LayerPolicies | None) -> list[str]:
    assert found is not None
    return [one.name for one in found.policies]


def test_a_line_is_a_request_and_its_policies() -> None:
    found = case(identity_policies=[allow()])
    (question,) = found.questions
    assert (found.id, found.title) == ("T1", "a title")
    assert (question.request.action, question.request.resource.arn) == ("s3:GetObject", f"{BUCKET}/k")
    assert question.request.principal.credentials is Credentials.LONG_TERM
    assert found.members["resource"] == f"{BUCKET}/k"
    assert question.policies.layers.keys() == {LayerName.IDENTITY}


@pytest.mark.parametrize(
    ("principal", "kind", "expected"),
    [
        ({"type": "User", "arn": USER}, PrincipalKind.USER, {"account": ACCOUNT, "entity_arn": None}),
        (
            {"type": "AssumedRole", "arn": SESSION, "account": ACCOUNT, "role_arn": ROLE, "role_id": "AROA1"},
            PrincipalKind.ROLE_SESSION,
            {"entity_arn": ROLE, "unique_id": "AROA1", "credentials": Credentials.TEMPORARY, "service_linked": False},
        ),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/b", "issuer_arn": USER},
            PrincipalKind.FEDERATED_USER,
            {"entity_arn": USER, "account": ACCOUNT},
        ),
        (
            {"type": "Service", "service": "sns.amazonaws.com", "arn": None, "account": None},
            PrincipalKind.SERVICE,
            {"service": "sns.amazonaws.com", "account": None, "arn": None},
        ),
        ({"type": "Anonymous", "arn": None}, PrincipalKind.ANONYMOUS, {"account": None}),
        (
            {"type": "AssumedRole", "arn": SESSION, "service_linked_role": True, "is_management_account": True},
            PrincipalKind.ROLE_SESSION,
            {"service_linked": True, "in_management_account": True, "entity_arn": None},
        ),
        ({"type": "IAMUser", "arn": USER}, PrincipalKind.USER, {"in_management_account": False}),
    ],
)
def test_principals(principal: dict[str, Any], kind: PrincipalKind, expected: dict[str, Any]) -> None:
    found = case(principal=principal).questions[0].request.principal
    assert found.kind is kind
    assert {name: getattr(found, name) for name in expected} == expected


def test_c42_v13_the_context_is_complete_unless_the_case_says_otherwise() -> None:
    context = {"a:S": "x", "a:M": ["x", "y"], "a:N": 5, "a:F": 1.50, "a:B": True, "a:E": [], "a:Null": None}
    text = json.dumps({**QUESTION, "context": context}).replace("1.5", "1.50")
    (found,) = read(text)
    assert isinstance(found, Case)
    given = found.questions[0].request.context
    expected = {"a:s": ("x",), "a:m": ("x", "y"), "a:n": ("5",), "a:f": ("1.50",), "a:b": ("true",), "a:e": ()}
    assert {key: given.get(key) for key in expected} == expected
    assert given.get("a:Null") is ABSENT
    assert given.complete is True
    assert case(context_complete=False).questions[0].request.context.complete is False


def test_r13_r14_each_of_several_resources_is_a_request_with_its_own_context_beside_the_shared_one() -> None:
    image = "arn:aws:ec2:eu-west-1::image/ami-1"
    subnet = f"arn:aws:ec2:eu-west-1:{OTHER}:subnet/s"
    entries = [{"arn": image, "context": {"ec2:Owner": "x"}}, {"arn": subnet}, QUEUE]
    found = case(resources=entries, context={"a:b": "c"}).questions
    assert [one.request.resource.arn for one in found] == [image, subnet, QUEUE]
    assert [one.request.resource.account for one in found] == [ACCOUNT, OTHER, ACCOUNT]
    assert found[0].request.context.get("ec2:Owner") == ("x",)
    assert found[1].request.context.get("ec2:Owner") is None
    assert all(one.request.context.get("a:b") == ("c",) for one in found)


@pytest.mark.parametrize(
    ("resource", "stated", "owner"),
    [
        (QUEUE, None, ACCOUNT),
        (QUEUE, OTHER, OTHER),
        (f"{BUCKET}/k", None, None),
        ("*", None, ACCOUNT),
        ("arn:aws:iam::aws:policy/X", None, ACCOUNT),
    ],
)
def test_r22_the_owner_is_stated_or_in_the_arn_and_never_guessed(
    resource: str, stated: str | None, owner: str | None
) -> None:
    assert case(resource=resource, resource_account=stated).questions[0].request.resource.account == owner


def test_e6_identity_and_group_policies_are_one_layer_with_names_of_their_own() -> None:
    found = layer(
        LayerName.IDENTITY,
        identity_policies=[allow(), {"name": "mine", "policy": allow()}, {"policy": allow()}],
        group_policies=[allow()],
    )
    assert names(found) == ["identity_policies[0]", "mine", "identity_policies[2]", "group_policies[0]"]


@pytest.mark.parametrize("value", [None, [], {}])
@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("boundary", LayerName.BOUNDARY),
        ("session_policies", LayerName.SESSION),
        ("scp_levels", LayerName.SCP),
        ("rcp_levels", LayerName.RCP),
        ("resource_policy", LayerName.RESOURCE),
        ("vpce_policy", LayerName.VPCE),
        ("identity_policies", LayerName.IDENTITY),
    ],
)
def test_e5_a_layer_without_documents_is_not_present(member: str, name: LayerName, value: object) -> None:
    assert layer(name, **{member: value}) is None


@pytest.mark.parametrize("value", [allow(), [allow()]])
@pytest.mark.parametrize(
    ("member", "name"), [("boundary", LayerName.BOUNDARY), ("session_policies", LayerName.SESSION)]
)
def test_a_boundary_and_session_policies_are_a_document_or_a_list(member: str, name: LayerName, value: object) -> None:
    assert names(layer(name, **{member: value})) == [member if isinstance(value, dict) else f"{member}[0]"]


def test_e18_levels_keep_their_order_and_their_nodes() -> None:
    levels = [{"node": "root", "policies": [allow("*")]}, {"policies": []}, {"node": "acct", "policies": [allow("*")]}]
    found = layer(LayerName.SCP, scp_levels=levels)
    assert found is not None
    assert [(one.node, [attached.name for attached in one.policies]) for one in found.levels] == [
        ("root", ["scp_levels[0].policies[0]"]),
        ("scp_levels[1]", []),
        ("acct", ["scp_levels[2].policies[0]"]),
    ]


def test_s1_the_resource_policy_of_a_role_is_its_trust_policy() -> None:
    found = layer(LayerName.RESOURCE, action="sts:AssumeRole", resource=ROLE, resource_policy=trust())
    assert found is not None
    assert found.policies[0].policy.type is PolicyType.TRUST
    key = layer(LayerName.RESOURCE, action="kms:Decrypt", resource=KEY, resource_policy=allow("*", Principal="*"))
    assert key is not None
    assert key.policies[0].policy.type is PolicyType.RESOURCE


def test_what_a_few_services_look_at() -> None:
    found = (
        case(s3_bpa={"RestrictPublicBuckets": True}, kms_key_manager="AWS", resource_account_is_management=True)
        .questions[0]
        .request.resource
    )
    assert found.public_access_block is not None
    assert found.public_access_block.restrict_public_buckets is True
    assert found.public_access_block.block_public_acls is False
    assert (found.key_manager, found.in_management_account) == ("AWS", True)
    plain = case().questions[0].request.resource
    assert (plain.key_manager, plain.in_management_account) == (None, False)


FLAT: dict[str, Any] = {
    "id": "A-1",
    "principal": SESSION,
    "action": "s3:GetObject",
    "resource": f"{BUCKET}/k",
    "resource_account": None,
    "context": {},
    "identity_policies": None,
    "resource_policy": None,
    "scps": [allow("*"), allow("*")],
    "rcps": None,
    "vpc_endpoint_policy": allow("*", Principal="*"),
    "expected": "allow",
}


def test_the_older_form_has_the_principal_s_arn_and_flat_lists_that_are_one_level() -> None:
    (found,) = read(FLAT)
    assert isinstance(found, Case)
    question = found.questions[0]
    principal = question.request.principal
    assert (principal.kind, principal.arn, principal.account) == (PrincipalKind.ROLE_SESSION, SESSION, ACCOUNT)
    assert principal.in_management_account is False
    scps = question.policies.get(LayerName.SCP)
    assert scps is not None
    assert [len(one.policies) for one in scps.levels] == [2]
    assert names(question.policies.get(LayerName.VPCE)) == ["vpc_endpoint_policy"]


@pytest.mark.parametrize(
    ("resource", "owner"), [(f"{BUCKET}/k", ACCOUNT), ("*", ACCOUNT), (QUEUE.replace(ACCOUNT, OTHER), OTHER)]
)
def test_the_older_form_leaves_out_an_owner_that_is_the_caller(resource: str, owner: str) -> None:
    (found,) = read({**FLAT, "resource": resource})
    assert isinstance(found, Case)
    assert found.questions[0].request.resource.account == owner


def test_the_older_form_may_have_a_list_for_each_level() -> None:
    (found,) = read({**FLAT, "scps": [[allow("*")], [allow("*"), allow("*")]]})
    assert isinstance(found, Case)
    scps = found.questions[0].policies.get(LayerName.SCP)
    assert scps is not None
    assert [(one.node, len(one.policies)) for one in scps.levels] == [("scps[0]", 1), ("scps[1]", 2)]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"principal": None}, "expected an object, found `null`"),
        ({"principal": {"type": "Robot"}}, "`Robot` is no type of principal: expected one of IAMUser"),
        ({"principal": "not an arn"}, "`not an arn` names no principal"),
        ({"principal": {"type": "User", "arn": 5}}, "expected a string, found a number"),
        ({"principal": {"type": "User", "credentials": "old"}}, "`old` are no credentials"),
        ({"principal": {"type": "User", "is_management_account": "yes"}}, "expected `true` or `false`"),
        ({"action": 3}, "expected an action"),
        ({"context": {"a:b": {"c": 1}}}, "expected a string, a number, `true` or `false`, found an object"),
        ({"context": []}, "expected an object, found a list"),
        ({"context_complete": "no"}, "expected `true` or `false`"),
        ({"identity_policies": [{"Statement": 5}]}, "`identity_policies[0]`: "),
        ({"boundary": allow(Principal="*")}, "`boundary`: "),
        ({"scp_levels": [{"node": "x"}]}, "expected a member `policies`"),
        ({"resource_policy": "bucket.json"}, "`resource_policy`: "),
        ({"resource": None}, "expected an ARN or `*`, found `null`"),
        ({"resource": "reports/q3.csv"}, "`reports/q3.csv` is neither an ARN nor `*`"),
        ({"resources": [{"arn": ""}]}, "`` is neither an ARN nor `*`"),
        ({"resources": ["data"]}, "`data` is neither an ARN nor `*`"),
        ({"action": "s3:Get*"}, "`s3:Get*` is not one action, such as `s3:GetObject`"),
        ({"action": "s3GetObject"}, "`s3GetObject` is not one action"),
        ({"resource_account": "12"}, "`12` is no account id: expected 12 digits"),
        ({"principal": {"type": "User", "arn": "ana"}}, "`ana` is no ARN"),
        ({"principal": {"type": "User", "account": "ana"}}, "`ana` is no account id: expected 12 digits"),
        ({"principal": {"type": "User", "acount": ACCOUNT}}, "`acount` is no member of a case: `account` was expected"),
        ({"s3_bpa": {"BlockPublicAcl": True}}, "`BlockPublicAcl` is no setting of S3 block public access"),
        ({"scp_level": []}, "`scp_level` is no member of a case: `scp_levels` was expected"),
        ({"identityPolices": []}, "`identityPolices` is no member of a case: `identity_policies` was expected"),
    ],
)
def test_a_malformed_line_is_a_value_with_one_sentence_and_its_place(more: dict[str, Any], words: str) -> None:
    found = broken(**more)
    assert found.id == "T1"
    assert found.error.startswith("cases.jsonl:1:")
    assert words in found.error
    assert "\n" not in found.error


def test_lines_answer_in_order_blank_ones_aside_and_places_count_the_lines_of_the_file() -> None:
    missing = {name: value for name, value in QUESTION.items() if name != "action"}
    lines = read(QUESTION, "", "{broken", "   ", "[]", {**missing, "id": 7}, {**QUESTION, "id": "last"})
    assert [type(line) for line in lines] == [Case, BrokenCase, BrokenCase, BrokenCase, Case]
    errors = [line.error for line in lines if isinstance(line, BrokenCase)]
    assert errors[0].startswith("cases.jsonl:3:2: this is not JSON")
    assert errors[1] == "cases.jsonl:5:1: expected an object, found a list"
    assert errors[2] == "cases.jsonl:6:1: expected a member `action`"
    assert lines[-1].id == "last"


def test_line_separators_inside_strings_and_windows_line_ends_do_no_harm() -> None:
    first, second = ({**QUESTION, "id": name, "title": "a\u2028b\x85c"} for name in ("one", "two"))
    text = "\r\n".join(json.dumps(line, ensure_ascii=False) for line in (first, second)) + "\r\n"
    assert [line.id for line in read_cases(Source("c", text))] == ["one", "two"]


def test_a_member_that_stands_twice_is_refused() -> None:
    (found,) = read(json.dumps(QUESTION)[:-1] + ', "action": "s3:PutObject"}')
    assert isinstance(found, BrokenCase)
    assert "`action` stands here more than once" in found.error


def test_statements_are_placed_in_the_case_file() -> None:
    cases = read(QUESTION, {**QUESTION, "identity_policies": [allow()]})
    found = cases[1]
    assert isinstance(found, Case)
    layer_found = found.questions[0].policies.get(LayerName.IDENTITY)
    assert layer_found is not None
    place = locate(layer_found.policies[0].policy.statements[0].location).place
    assert (place.file, place.line) == ("cases.jsonl", 2)


def test_a_case_may_hold_members_of_its_owner_s() -> None:
    assert case(expected={}, why="", source="x", note=1, resource_account_scp_levels=[]).id == "T1"


def test_an_id_may_be_a_number() -> None:
    assert case(id=12).id == "12"
    assert case(id=None).id == ""


@needs_shared
@pytest.mark.parametrize("name", ["spec/traps.jsonl", "data/outcomes/known.jsonl"])
def test_the_shared_cases_are_all_read_and_none_is_too_odd_to_decide(name: str) -> None:
    text = (SHARED / name).read_text(encoding="utf-8")
    cases = list(read_cases(Source(name, text)))
    assert [one for one in cases if isinstance(one, BrokenCase)] == []
    assert len(cases) > 80
    for one in cases:
        assert isinstance(one, Case)
        for question in one.questions:
            decide(question.request, question.policies)
