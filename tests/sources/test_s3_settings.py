"""What the account folder and the cases tell of Amazon S3 (spec S13 to S17, P15, X12)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.evaluation.services.s3_acls import ALL_USERS
from policysim.language.request import AclGrant
from policysim.language.source import Source
from policysim.sources.account_folder import read_account
from policysim.sources.cases import BrokenCase, Case, read_case
from policysim.sources.errors import InputError
from tests.account_folders import ACCOUNT, BUCKET, OTHER, USER, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account

POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"
ALL = {"Type": "Group", "URI": ALL_USERS}
PRINTED = {
    "Owner": {"ID": "a1"},
    "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": "b2"}, "Permission": "READ"},
        {"Grantee": ALL, "Permission": "READ_ACP"},
    ],
}


def read(folder: Path, **files: Any) -> Account:
    named = {f"{name.replace('_', '-')}.json": content for name, content in files.items()}
    return read_account(write_folder(folder, {"account.json": {"account_id": ACCOUNT}, **named}))


def test_x12_lists_are_read_as_aws_prints_them(tmp_path: Path) -> None:
    settings = {"buckets": {"data": {"acl": PRINTED, "objects": {"a/b": PRINTED}}, "plain": {"acl": None}}}
    access = read(tmp_path, s3_public_access=settings).public_access
    assert access is not None
    data = access.bucket("data")
    assert data.acl is not None
    assert (data.acl.owner, data.acl.grants) == ("a1", (AclGrant("b2", "READ"), AclGrant(ALL_USERS, "READ_ACP")))
    assert data.objects == {"a/b": data.acl}
    assert (access.bucket("plain").acl, access.bucket("plain").objects) == (None, {})


@pytest.mark.parametrize(
    ("grant", "sentence"),
    [
        ({"Grantee": {"ID": "b2"}, "Permission": "DELETE"}, "`DELETE` is no permission"),
        ({"Grantee": {"URI": "urn:all"}, "Permission": "READ"}, "`urn:all` is no predefined group"),
        ({"Grantee": {"EmailAddress": "a@example.com"}, "Permission": "READ"}, "expected a member `ID` or `URI`"),
        ({"Permission": "READ"}, "expected a member `Grantee`"),
    ],
)
def test_x12_a_grant_that_cannot_be_one_is_refused(tmp_path: Path, grant: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=r"s3-public-access\.json:\d+:\d+: ") as refused:
        read(tmp_path, s3_public_access={"buckets": {"data": {"acl": {"Grants": [grant]}}}})
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("said", "restricted"), [("all", True), ("none", False), (None, None)])
def test_s15_an_s3_policy_of_the_organisation_sets_all_or_nothing(
    tmp_path: Path, said: str | None, restricted: bool | None
) -> None:
    access = read(tmp_path, s3_public_access={"organization": said, "account": None}).public_access
    assert access is not None
    assert (access.enforced.restrict_public_buckets if access.enforced else None) is restricted


def test_s15_an_s3_policy_says_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`some` is nothing that an S3 policy can set"):
        read(tmp_path, s3_public_access={"organization": "some"})


def test_s17_an_access_point_is_read_as_aws_prints_it(tmp_path: Path) -> None:
    printed = {
        "Name": "readers",
        "Bucket": "data",
        "BucketAccountId": OTHER,
        "NetworkOrigin": "VPC",
        "VpcConfiguration": {"VpcId": "vpc-1"},
        "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True},
        "Alias": "readers-1a2b-s3alias",
    }
    points = read(tmp_path, s3_access_points={POINT: printed}).access_points
    assert points is not None
    found = points[POINT]
    assert found.buckets == (("data", OTHER),)
    assert (found.network_origin, found.vpc_id, found.alias) == ("VPC", "vpc-1", "readers-1a2b-s3alias")
    assert found.public_access_block is not None
    assert found.public_access_block.restrict_public_buckets is True


def test_s17_a_multi_region_access_point_has_a_bucket_in_each_region(tmp_path: Path) -> None:
    arn = f"arn:aws:s3::{ACCOUNT}:accesspoint/m1.mrap"
    regions = [{"Bucket": "data", "Region": "eu-west-1", "BucketAccountId": ACCOUNT}, {"Bucket": "data-2"}]
    printed = {"AccessPoint": {"Name": "m", "Alias": "m1.mrap", "PublicAccessBlock": {}, "Regions": regions}}
    points = read(tmp_path, s3_access_points={arn: printed, POINT: {}}).access_points
    assert points is not None
    assert points[arn].buckets == (("data", ACCOUNT), ("data-2", None))
    assert points[POINT].buckets == ()


def test_s17_access_points_that_nobody_collected_are_not_none(tmp_path: Path) -> None:
    assert read(tmp_path).access_points is None
    assert read(tmp_path, s3_access_points={}).access_points == {}


def test_p15_the_canonical_id_of_the_account(tmp_path: Path) -> None:
    about = {"account_id": ACCOUNT, "canonical_user_id": "a1"}
    assert read(tmp_path, account=about).canonical_id == "a1"
    assert read(tmp_path / "bare").canonical_id is None


def question(**more: Any) -> Case | BrokenCase:
    principal = {"type": "IAMUser", "arn": USER, "account": ACCOUNT, "canonical_id": "a1"}
    plain = {"principal": principal, "action": "s3:GetObject", "resource": f"{BUCKET}/k", "resource_account": ACCOUNT}
    return read_case(Source("cases.jsonl", json.dumps({**plain, **more})))


def test_s13_s14_x12_a_case_tells_owner_ownership_and_list() -> None:
    found = question(
        object_owner=ACCOUNT,
        object_ownership="ObjectWriter",
        acl=[{"grantee": "AllUsers", "permission": "READ"}, {"grantee": OTHER, "permission": "FULL_CONTROL"}],
    )
    assert isinstance(found, Case)
    (asked,) = found.questions
    assert asked.request.principal.canonical_id == "a1"
    resource = asked.request.resource
    assert (resource.object_owner, resource.object_ownership) == (ACCOUNT, "ObjectWriter")
    assert resource.acl == (AclGrant(ALL_USERS, "READ"), AclGrant(OTHER, "FULL_CONTROL"))
    bare = question()
    assert isinstance(bare, Case)
    assert (bare.questions[0].request.resource.acl, bare.questions[0].request.resource.object_owner) == (None, None)


def test_s13_the_object_of_another_account_is_two_questions() -> None:
    found = question(object_owner=OTHER, object_ownership="ObjectWriter")
    assert isinstance(found, Case)
    assert [asked.request.resource.account for asked in found.questions] == [ACCOUNT, OTHER]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"object_owner": "mine"}, "`mine` is no account id"),
        ({"object_ownership": "Mine"}, "`Mine` is no setting of object ownership"),
        ({"acl": [{"grantee": OTHER, "permission": "DELETE"}]}, "`DELETE` is no permission"),
        ({"acl": [{"permission": "READ"}]}, "expected a member `grantee`"),
        ({"object_owners": OTHER}, "`object_owner` was expected"),
    ],
)
def test_s13_x12_a_case_that_cannot_be_read_says_why(more: dict[str, Any], sentence: str) -> None:
    found = question(**more)
    assert isinstance(found, BrokenCase)
    assert sentence in found.error
