from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.source import Location, Source
from policysim.sources.errors import InputError
from policysim.sources.json_values import Json
from policysim.sources.policy_files import Documents, read_policy_file
from tests.account_folders import allow, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def at(value: object) -> Json:
    return Json(value, Location(Source("map.json", json.dumps(value)), ()))


def test_a_document_in_a_file_is_placed_in_that_file(tmp_path: Path) -> None:
    path = write_folder(tmp_path, {"p.json": allow()}) / "p.json"
    place = locate(read_policy_file(path, PolicyType.IDENTITY).statements[0].location).place
    assert (place.file, place.line) == (str(path), 4)


def test_the_grammar_says_what_a_broken_document_lacks(tmp_path: Path) -> None:
    path = write_folder(tmp_path, {"p.json": '{"Version": "2012-10-17"\n "Statement": []}'}) / "p.json"
    policy = read_policy_file(path, PolicyType.IDENTITY)
    assert not policy.usable
    problem = policy.problems[0]
    assert problem.code == "broken-json"
    assert "," in problem.message
    assert problem.span is not None
    assert problem.span.place.line in {1, 2}


@pytest.mark.parametrize(
    "printed",
    [
        {"PolicyVersion": {"Document": allow(), "VersionId": "v1"}},
        {"Policy": json.dumps(allow())},
        {"Policy": {"PolicySummary": {"Id": "p-1"}, "Content": json.dumps(allow())}},
        {"Attributes": {"Policy": json.dumps(allow()), "QueueArn": "x"}},
        {"PolicyDocument": allow(), "PolicyName": "x"},
    ],
)
def test_what_the_aws_cli_prints_around_a_document_is_passed_over(tmp_path: Path, printed: dict[str, Any]) -> None:
    path = write_folder(tmp_path, {"p.json": printed}) / "p.json"
    policy = read_policy_file(path, PolicyType.IDENTITY)
    assert policy.usable, policy.problems
    assert policy.statements[0].action.patterns == ("s3:GetObject",)


def test_a_document_may_be_an_object_a_string_a_percent_encoded_string_or_a_path(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"policies/p.json": allow()})
    documents = Documents(folder, folder)
    encoded = quote(json.dumps(allow()), safe="")
    for value in (allow(), json.dumps(allow()), encoded, "policies/p.json"):
        policy = documents.read(at(value), PolicyType.IDENTITY)
        assert policy.usable, (value, policy.problems)
        assert len(policy.statements) == 1


def test_a_file_that_several_places_name_is_read_once_for_each_type(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"p.json": allow()})
    documents = Documents(folder, folder)
    first = documents.read(at("p.json"), PolicyType.IDENTITY)
    assert documents.read(at("p.json"), PolicyType.IDENTITY) is first
    assert documents.read(at("p.json"), PolicyType.RESOURCE) is not first


def test_a_path_may_not_leave_the_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "acme", {"inside/p.json": allow()})
    outside = write_folder(tmp_path, {"secret.json": allow()}) / "secret.json"
    (folder / "link.json").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    documents = Documents(folder / "inside", folder)
    for path in ("../../secret.json", str(outside), "../link.json", "../linked/secret.json"):
        with pytest.raises(InputError, match=r"map\.json:1:1: `.*` leads out of the folder"):
            documents.read(at(path), PolicyType.RESOURCE)


def test_a_path_may_lead_to_another_folder_of_the_organisation(tmp_path: Path) -> None:
    root = write_folder(tmp_path, {"accounts/1/account.json": {}, "policies/p.json": allow()})
    assert Documents(root / "accounts/1", root).read(at("../../policies/p.json"), PolicyType.IDENTITY).usable


def test_a_link_that_stays_inside_is_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"p.json": allow()})
    (folder / "same.json").symlink_to(folder / "p.json")
    assert Documents(folder, folder).read(at("same.json"), PolicyType.IDENTITY).usable


@pytest.mark.parametrize("path", ["a\0b", "a\ud800b", "loop.json"])
def test_a_path_that_no_system_takes_is_an_error_at_its_place(tmp_path: Path, path: str) -> None:
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    with pytest.raises(InputError, match=r"map\.json:1:1: `.*` is no path that leads to a file"):
        Documents(tmp_path, tmp_path).read(at(path), PolicyType.IDENTITY)


def test_a_path_without_a_file_is_an_error_at_the_place_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"map\.json:1:1: there is no file `gone\.json`"):
        Documents(tmp_path, tmp_path).read(at("gone.json"), PolicyType.IDENTITY)
