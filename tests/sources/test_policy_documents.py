from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.source import pointer_of
from policysim.sources.errors import InputError
from policysim.sources.policy_documents import documents_in
from tests.account_folders import allow, write_folder

if TYPE_CHECKING:
    from policysim.sources.policy_documents import FoundDocument

TRUSTING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}],
}


def found_in(folder: Path, value: Any, name: str = "p.json") -> list[FoundDocument]:
    return documents_in(str(write_folder(folder, {name: value}) / name))


def said(found: list[FoundDocument]) -> list[tuple[str, PolicyType | None]]:
    return [(pointer_of(one.path), one.type) for one in found]


def test_a_document_by_itself_has_no_type_of_its_own(tmp_path: Path) -> None:
    assert said(found_in(tmp_path, allow())) == [("", None)]


@pytest.mark.parametrize(
    ("printed", "pointer", "told"),
    [
        ({"PolicyVersion": {"Document": allow(), "VersionId": "v1"}}, "/PolicyVersion/Document", PolicyType.IDENTITY),
        ({"Role": {"AssumeRolePolicyDocument": TRUSTING}}, "/Role/AssumeRolePolicyDocument", PolicyType.TRUST),
        ({"PolicyName": "x", "PolicyDocument": allow()}, "/PolicyDocument", PolicyType.IDENTITY),
        ({"Policy": json.dumps(allow())}, "/Policy", PolicyType.RESOURCE),
        ({"Attributes": {"Policy": json.dumps(allow())}}, "/Attributes/Policy", PolicyType.RESOURCE),
        ({"policyText": json.dumps(allow())}, "/policyText", PolicyType.RESOURCE),
        (
            {"Policy": {"PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(allow())}},
            "/Policy/Content",
            PolicyType.SCP,
        ),
        (
            {"Policy": {"PolicySummary": {"Type": "RESOURCE_CONTROL_POLICY"}, "Content": json.dumps(allow())}},
            "/Policy/Content",
            PolicyType.RCP,
        ),
        (
            {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PolicyDocument": json.dumps(allow())}]},
            "/VpcEndpoints/0/PolicyDocument",
            PolicyType.VPCE,
        ),
    ],
)
def test_what_the_aws_cli_prints_says_what_the_document_is(
    tmp_path: Path, printed: Any, pointer: str, told: PolicyType
) -> None:
    found = found_in(tmp_path, printed)
    assert said(found) == [(pointer, told)]
    assert found[0].reason
    span = locate(found[0].location)
    assert json.loads(span.text) == found[0].value
    assert span.place.file.endswith("p.json")


def test_a_document_in_a_percent_encoded_string_is_read_in_place(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, {"Role": {"AssumeRolePolicyDocument": quote(json.dumps(TRUSTING))}})
    assert isinstance(found.value, dict)
    assert found.value["Statement"] == TRUSTING["Statement"]
    assert pointer_of(found.path) == "/Role/AssumeRolePolicyDocument"
    assert locate(found.location).place.line == 3


BROKEN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow" "Action": "s3:*"}]}'


@pytest.mark.parametrize("text", [BROKEN, quote(BROKEN)])
def test_g1_a_broken_document_in_a_string_is_found_and_not_passed_over(tmp_path: Path, text: str) -> None:
    found = found_in(tmp_path, {"a": {"Policy": text}, "b": {"Policy": json.dumps(allow())}})
    assert said(found) == [("/a/Policy", PolicyType.RESOURCE), ("/b/Policy", PolicyType.RESOURCE)]
    assert found[0].value == text


def test_text_in_braces_that_speaks_of_no_statement_is_no_document(tmp_path: Path) -> None:
    assert said(found_in(tmp_path, {"name": "{user}", "Policy": allow()})) == [("/Policy", PolicyType.RESOURCE)]


def test_authorization_details_hold_many_and_what_aws_manages_is_passed_over(tmp_path: Path) -> None:
    mine = {"Arn": "arn:aws:iam::111122223333:policy/mine", "PolicyVersionList": []}
    details = {
        "RoleDetailList": [
            {"AssumeRolePolicyDocument": TRUSTING, "RolePolicyList": [{"PolicyName": "i", "PolicyDocument": allow()}]}
        ],
        "Policies": [
            {
                **mine,
                "PolicyVersionList": [
                    {"Document": allow(), "IsDefaultVersion": False},
                    {"Document": allow(), "IsDefaultVersion": True},
                ],
            },
            {
                "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
                "PolicyVersionList": [{"Document": allow(), "IsDefaultVersion": True}],
            },
        ],
    }
    assert said(found_in(tmp_path, details)) == [
        ("/RoleDetailList/0/AssumeRolePolicyDocument", PolicyType.TRUST),
        ("/RoleDetailList/0/RolePolicyList/0/PolicyDocument", PolicyType.IDENTITY),
        ("/Policies/0/PolicyVersionList/1/Document", PolicyType.IDENTITY),
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("scps/a.json", PolicyType.SCP),
        ("rcps/a.json", PolicyType.RCP),
        ("resource-policies/a.json", PolicyType.RESOURCE),
        ("vpc-endpoint-policies/a.json", PolicyType.VPCE),
        ("session-policies/a.json", PolicyType.SESSION),
        ("boundaries/a.json", PolicyType.BOUNDARY),
        ("trust-policies/a.json", PolicyType.TRUST),
        ("other/a.json", None),
    ],
)
def test_the_name_of_the_folder_says_what_the_documents_are(tmp_path: Path, name: str, told: PolicyType | None) -> None:
    assert said(found_in(tmp_path, allow(), name)) == [("", told)]


def test_files_of_an_account_folder_say_it_too(tmp_path: Path) -> None:
    endpoints = found_in(tmp_path, {"vpce-1": {"policy": allow(), "vpc_id": "v"}, "vpce-2": {}}, "vpc-endpoints.json")
    assert said(endpoints) == [("/vpce-1/policy", PolicyType.VPCE)]
    arn = "arn:aws:s3:::a~b/c"
    buckets = found_in(tmp_path, {arn: allow(), "arn:aws:s3:::d": "d.json"}, "resource-policies.json")
    assert said(buckets) == [("/arn:aws:s3:::a~0b~1c", PolicyType.RESOURCE)]


def test_a_folder_is_every_document_below_it_in_order(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "f",
        {
            "b/z.json": allow(),
            "b/a.json": {"x": [allow(), allow()]},
            "account.json": {"account_id": "111122223333"},
            "managed-policies/ReadOnlyAccess.json": allow(),
            ".git/x.json": allow(),
            "notes.txt": "no JSON",
        },
    )
    (folder / "loop").symlink_to(folder)
    names = [os.path.relpath(one.location.source.name, folder) for one in documents_in(str(folder))]
    assert names == ["b/a.json", "b/a.json", "b/z.json"]


def test_a_document_without_statements_is_still_one(tmp_path: Path) -> None:
    assert len(found_in(tmp_path, {"Version": "2012-10-17"})) == 1
    assert len(found_in(tmp_path, {"statement": [], "version": "x"})) == 1


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"account_id": "1"}, "expected a policy document"),
        ([], "expected a policy document"),
        ({"Policy": '{"a": 1}'}, "expected a policy document"),
        ({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"P": allow()}}}}, "CloudFormation template"),
        ("{'Version': 1}", "p.json:1:2: "),
    ],
)
def test_what_is_no_document_is_one_sentence_with_the_file(tmp_path: Path, value: Any, sentence: str) -> None:
    with pytest.raises(InputError) as raised:
        found_in(tmp_path, value)
    assert "p.json" in str(raised.value)
    assert sentence in str(raised.value)


def test_a_folder_without_documents_and_a_missing_file_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no policy document"):
        documents_in(str(tmp_path))
    with pytest.raises(InputError, match="there is no such file"):
        documents_in(str(tmp_path / "nothing.json"))


def test_a_text_nested_as_deep_as_the_reader_takes_it_is_walked(tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 800 + json.dumps(allow()) + "]" * 800, encoding="utf-8")
    (found,) = documents_in(str(deep))
    assert len(found.path) == 800


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(json.dumps(allow()).encode())

    monkeypatch.setattr("sys.stdin", Input())
    (found,) = documents_in("-")
    assert found.location.source.name == "<stdin>"


def test_of_a_plan_only_what_will_be_there_is_checked() -> None:
    plan = Path(__file__).parent / "terraform" / "change.json"
    found = documents_in(str(plan))
    assert {document.path[0] for document in found} == {"planned_values"}
    assert sum(document.type is PolicyType.TRUST for document in found) == 6
    assert sum(document.type is PolicyType.VPCE for document in found) == 1


@pytest.mark.parametrize(
    "text", ["AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n", "---\nResources:\n  R: {}\n"]
)
def test_a_template_in_yaml_is_told_as_one(text: str, tmp_path: Path) -> None:
    path = write_folder(tmp_path, {"t.yaml": text}) / "t.yaml"
    with pytest.raises(
        InputError, match=r"t.yaml: this is a CloudFormation template, .*`policysim eval` read templates"
    ):
        documents_in(str(path))
