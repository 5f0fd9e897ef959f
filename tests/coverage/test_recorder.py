"""Which statements decided an answer, which matched, and by which of their parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.coverage.recorder import Recorder
from policysim.sources.organization_folder import read_organisation
from tests.account_folders import BUCKET
from tests.coverage.coverage_runs import account_of, by_sid, covered, document, noted, parts, same, statement
from tests.laws.effort import examples

if TYPE_CHECKING:
    from pathlib import Path

OBJECT = f"{BUCKET}/a"


def test_an_allow_that_was_needed_and_found_decided(tmp_path: Path) -> None:
    folder = account_of(tmp_path, statement("Read", "Allow", ["s3:GetObject", "s3:PutObject"], [f"{BUCKET}/*", BUCKET]))
    read = by_sid(covered(folder, f"role/app can s3:GetObject on {OBJECT}"))["Read"]
    assert (read.status.value, read.decided, read.needed) == ("decided", 1, 1)
    assert parts(read) == {
        "s3:GetObject": "decided",
        "s3:PutObject": "never",
        f"{BUCKET}/*": "decided",
        BUCKET: "never",
    }
    assert read.by == (f"role/app can s3:GetObject on {OBJECT}",)


def test_the_deny_decided_and_the_allow_beside_it_only_matched(tmp_path: Path) -> None:
    folder = account_of(tmp_path, statement("All", "Allow", "s3:*"), statement("No", "Deny", "s3:Delete*"))
    found = by_sid(covered(folder, f"role/app cannot s3:DeleteObject on {OBJECT}"))
    assert {sid: one.status.value for sid, one in found.items() if sid != "1"} == {"All": "matched", "No": "decided"}
    assert parts(found["All"]) == {"s3:*": "matched", "*": "matched"}


def test_a_match_that_is_not_certain_counts_for_nothing(tmp_path: Path) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    folder = account_of(tmp_path, statement("Read", "Allow", "s3:GetObject", Condition=condition))
    asked = f"role/app can s3:GetObject on {OBJECT} when aws:UserAgent = x depending on aws:RequestedRegion"
    assert by_sid(covered(folder, asked))["Read"].status.value == "never"


def test_every_layer_whose_allow_counts_has_decided(tmp_path: Path) -> None:
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limit"}}
    limit = {
        "PolicyName": "limit",
        "Arn": "arn:aws:iam::111122223333:policy/limit",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(statement("Limit", "Allow", "s3:*"))}
        ],
    }
    folder = account_of(tmp_path, statement("Own", "Allow", "s3:GetObject"), role=boundary, policies=[limit])
    found = by_sid(covered(folder, f"role/app can s3:GetObject on {OBJECT}"))
    assert found["Limit"].status.value == found["Own"].status.value == "decided"
    assert not found["Limit"].unneeded


def test_e11_naming_the_account_in_a_policy_of_its_own_resource_only_matches(tmp_path: Path) -> None:
    """It grants nothing by itself within the account."""
    policy = document(statement("Home", "Allow", "s3:GetObject", f"{BUCKET}/*", Principal={"AWS": "111122223333"}))
    folder = account_of(
        tmp_path, statement("Own", "Allow", "s3:GetObject"), **{"resource-policies.json": {BUCKET: policy}}
    )
    found = by_sid(covered(folder, f"role/app can s3:GetObject on {OBJECT}"))
    assert found["Home"].status.value == "matched"
    assert found["Own"].status.value == "decided"


def test_a_condition_value_takes_part_when_the_request_has_it(tmp_path: Path) -> None:
    condition = {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
        "StringNotEquals": {"aws:PrincipalTag/team": ["red", "blue"]},
    }
    folder = account_of(tmp_path, statement("Read", "Allow", "s3:GetObject", Condition=condition))
    asked = f"role/app can s3:GetObject on {OBJECT} when aws:RequestedRegion = eu-west-1"
    read = by_sid(covered(folder, asked))["Read"]
    assert parts(read) == {
        "s3:GetObject": "decided",
        "*": "decided",
        "eu-west-1": "decided",
        "eu-central-1": "never",
        "red": "decided",
        "blue": "decided",
    }


def test_behind_a_not_every_pattern_takes_part(tmp_path: Path) -> None:
    one = {"Sid": "Rest", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": [f"{BUCKET}/z"]}
    rest = by_sid(covered(account_of(tmp_path, one), f"role/app cannot s3:GetObject on {OBJECT}"))["Rest"]
    assert set(parts(rest).values()) == {"decided"}


def test_a_variable_is_filled_in_before_its_pattern_is_held_against_the_request(tmp_path: Path) -> None:
    resources = [f"{BUCKET}/${{aws:PrincipalTag/team}}/*", f"{BUCKET}/shared/*"]
    tags = {"Tags": [{"Key": "team", "Value": "blue"}]}
    folder = account_of(tmp_path, statement("Read", "Allow", "s3:GetObject", resources), role=tags)
    read = by_sid(covered(folder, f"role/app can s3:GetObject on {BUCKET}/blue/x when aws:PrincipalTag/team = blue"))
    assert parts(read["Read"]) == {"s3:GetObject": "decided", resources[0]: "decided", resources[1]: "never"}


def test_principals_of_a_trust_policy_take_part_one_by_one(tmp_path: Path) -> None:
    trust = document(
        {
            "Sid": "Trust",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana", "Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )
    folder = account_of(tmp_path, role={"AssumeRolePolicyDocument": trust})
    found = by_sid(covered(folder, "ec2.amazonaws.com can sts:AssumeRole on role/app"))["Trust"]
    assert parts(found) == {
        "arn:aws:iam::111122223333:user/ana": "never",
        "ec2.amazonaws.com": "decided",
        "sts:AssumeRole": "decided",
    }


SENTENCES = [
    f"role/app can s3:GetObject on {OBJECT}",
    f"role/app cannot s3:DeleteObject on {OBJECT}",
    f"role/app can s3:PutObject on {OBJECT} when aws:RequestedRegion = eu-west-1",
    f"role/app cannot s3:PutObject on {BUCKET}/b when aws:RequestedRegion = us-east-1",
    f"role/app cannot s3:GetObject on {BUCKET}/secret",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    region = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
    return account_of(
        tmp_path_factory.mktemp("account"),
        statement("Read", "Allow", ["s3:GetObject", "s3:ListBucket"], [f"{BUCKET}/*", BUCKET]),
        statement("Write", "Allow", "s3:PutObject", f"{BUCKET}/*", Condition=region),
        statement("No", "Deny", ["s3:Delete*", "s3:GetObject"], [f"{BUCKET}/secret", f"{BUCKET}/a"], Condition=region),
    )


@examples(12)
@given(st.lists(st.integers(0, 2), min_size=len(SENTENCES), max_size=len(SENTENCES)), st.permutations(range(3)))
def test_what_several_processes_noted_adds_up_to_what_one_notes(
    folder: Path, shares: list[int], order: list[int]
) -> None:
    """Merging is associative and commutative, and equals a run in one process; the accounts are read anew in each."""
    whole = noted(read_organisation(folder), "\n".join(SENTENCES))
    processes = []
    for process in range(3):
        own = [sentence for sentence, share in zip(SENTENCES, shares, strict=True) if share == process]
        processes.append(noted(read_organisation(folder), "\n".join(own)) if own else Recorder())
    payloads = [json.loads(json.dumps(one.payload())) for one in processes]
    one_by_one, nested, inner = Recorder(), Recorder(), Recorder()
    for at in order:
        one_by_one.merge(payloads[at])
    inner.merge(payloads[1])
    inner.merge(payloads[2])
    nested.merge(inner.payload())
    nested.merge(payloads[0])
    assert same(one_by_one, whole)
    assert same(nested, whole)


def test_a_recorder_that_merges_goes_on_noting(folder: Path) -> None:
    organisation = read_organisation(folder)
    first = noted(organisation, SENTENCES[0])
    second = Recorder()
    second.merge(first.payload())
    noted(organisation, SENTENCES[1], second)
    assert same(second, noted(organisation, "\n".join(SENTENCES[:2])))
