from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from policysim.account.account import CollectionGap, PolicyReference
from policysim.evaluation.key_grants import KeyGrant
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.sources.account_folder import read_account
from policysim.sources.errors import InputError
from tests.account_folders import (
    ACCOUNT,
    BUCKET,
    KEY,
    QUEUE,
    ROLE,
    USER,
    allow,
    details,
    role_entry,
    user_entry,
    write_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.account.account import Account
    from policysim.language.policy import Policy

ABOUT = {"account_id": ACCOUNT}
CUSTOM = f"arn:aws:iam::{ACCOUNT}:policy/custom"


def read(tmp_path: Path, **files: Any) -> Account:
    """An account of ``account.json`` and ``files``, named without ``.json`` and with ``_`` for ``-``."""
    named = {f"{name.replace('_', '-')}.json": content for name, content in files.items()}
    return read_account(write_folder(tmp_path, {"account.json": ABOUT, **named}))


def line_of(policy: Policy) -> tuple[str, int]:
    place = locate(policy.statements[0].location).place
    return place.file, place.line


def test_the_account_itself(tmp_path: Path) -> None:
    found = read(tmp_path, account={"account_id": ACCOUNT, "partition": "aws-cn", "alias": "prod"})
    assert (found.id, found.partition, found.name) == (ACCOUNT, "aws-cn", str(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "expected a member `account_id`"),
        ([], "expected an object, found a list"),
        ({"account_id": 111122223333}, ":2:17: expected an account id in double quotes, found a number"),
        ({"account_id": "12"}, ":2:17: `12` is no account id: expected 12 digits"),
        ('{"account_id": "111122223333",}', "this is not JSON"),
        (
            '{"account_id": "111122223333", "account_id": "444455556666"}',
            ":1:32: `account_id` stands here more than once",
        ),
    ],
)
def test_an_account_file_of_another_shape_is_named_with_its_place(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, account=content)
    assert str(error.value).startswith(f"{tmp_path}/account.json:")
    assert words in str(error.value)


def test_a_folder_without_an_account_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no `account\.json` here"):
        read_account(tmp_path)


def test_a_folder_named_after_an_account_needs_no_file_and_may_not_hold_another(tmp_path: Path) -> None:
    assert read_account(write_folder(tmp_path / ACCOUNT, {"tags.json": {}})).id == ACCOUNT
    write_folder(tmp_path / ACCOUNT, {"account.json": {"account_id": "444455556666"}})
    with pytest.raises(InputError, match=r"account\.json:2:17: the folder is named `111122223333`"):
        read_account(tmp_path / ACCOUNT)


def test_documents_of_the_authorization_details_are_placed_in_that_file(tmp_path: Path) -> None:
    role = role_entry(RolePolicyList=[{"PolicyName": "own", "PolicyDocument": allow()}])
    version = {"VersionId": "v2", "IsDefaultVersion": True, "Document": allow()}
    old = {"VersionId": "v1", "IsDefaultVersion": False, "Document": allow("s3:Old")}
    managed = {"PolicyName": "custom", "Arn": CUSTOM, "PolicyVersionList": [old, version]}
    whole = details(RoleDetailList=[role], Policies=[managed])
    identities = read(tmp_path, authorization_details=whole).identities
    assert identities is not None
    lines = json.dumps(whole, indent=2).splitlines()
    effects = [number for number, line in enumerate(lines, 1) if '"Effect"' in line]
    file = str(tmp_path / "authorization-details.json")
    assert [
        line_of(identities.trust[ROLE]),
        line_of(identities.roles[ROLE].inline["own"]),
        line_of(identities.managed[CUSTOM]),
    ] == [(file, effects[0] - 1), (file, effects[1] - 1), (file, effects[3] - 1)]
    assert identities.trust[ROLE].type is PolicyType.TRUST


def test_g16_the_version_in_force_is_the_default_one(tmp_path: Path) -> None:
    def arn(name: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:policy/{name}"

    flagged = {"VersionId": "v1", "IsDefaultVersion": True, "Document": allow("s3:Flagged")}
    named = {"VersionId": "v2", "Document": allow("s3:Named")}
    policies = [
        {
            "Arn": arn("a"),
            "DefaultVersionId": "v1",
            "PolicyVersionList": [{**named, "IsDefaultVersion": False}, flagged],
        },
        {"Arn": arn("b"), "DefaultVersionId": "v2", "PolicyVersionList": [named]},
        {"Arn": arn("c"), "DefaultVersionId": "v1", "PolicyVersionList": [named]},
        {"Arn": arn("d"), "PolicyVersionList": []},
    ]
    identities = read(tmp_path, authorization_details=details(Policies=policies)).identities
    assert identities is not None
    assert list(identities.managed) == [arn("a"), arn("b")]
    assert identities.managed[arn("a")].statements[0].action.patterns == ("s3:Flagged",)


def test_users_groups_and_roles_as_aws_prints_them(tmp_path: Path) -> None:
    boundary = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": CUSTOM}
    attached = [{"PolicyName": "custom", "PolicyArn": CUSTOM}]
    user = user_entry(
        GroupList=["devs"],
        UserPolicyList=[{"PolicyName": "own", "PolicyDocument": allow()}],
        AttachedManagedPolicies=attached,
        PermissionsBoundary=boundary,
        Tags=[{"Key": "Team", "Value": "blue"}],
    )
    group = {
        "GroupName": "devs",
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/devs",
        "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": quote(json.dumps(allow()))}],
        "AttachedManagedPolicies": attached,
    }
    identities = read(
        tmp_path, authorization_details=details(UserDetailList=[user], GroupDetailList=[group])
    ).identities
    assert identities is not None
    found = identities.users[USER]
    assert (found.name, found.unique_id, found.groups, found.tags) == ("ana", "AIDAANA", ("devs",), {"Team": "blue"})
    assert found.boundary == PolicyReference("custom", CUSTOM)
    assert found.managed == (PolicyReference("custom", CUSTOM),)
    assert identities.groups["devs"].inline["g"].usable


def test_parts_are_joined(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        {
            "account.json": ABOUT,
            "authorization-details/1.json": details(UserDetailList=[user_entry()]),
            "authorization-details/2.json.gz": details(RoleDetailList=[role_entry()], UserDetailList=[user_entry()]),
        },
    )
    identities = read_account(folder).identities
    assert identities is not None
    assert list(identities.users) == [USER]
    assert list(identities.roles) == [ROLE]
    assert line_of(identities.trust[ROLE])[0] == str(folder / "authorization-details/2.json.gz")


def test_parts_that_contradict_each_other_are_an_error_at_the_second_place(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        {
            "account.json": ABOUT,
            "authorization-details/1.json": details(UserDetailList=[user_entry()]),
            "authorization-details/2.json": details(UserDetailList=[user_entry(UserId="AIDAOTHER")]),
        },
    )
    identities = read_account(folder).identities
    assert identities is not None
    with pytest.raises(InputError, match=r"2\.json:3:5: `arn:aws:iam::111122223333:user/ana` is described twice"):
        _ = identities.users[USER]


def test_nothing_is_parsed_before_it_is_asked_for(tmp_path: Path) -> None:
    broken = role_entry("broken", RolePolicyList=3, AttachedManagedPolicies="x")
    found = read(
        tmp_path,
        authorization_details=details(RoleDetailList=[role_entry(), broken]),
        resource_policies="not even JSON",
        tags="[",
    )
    assert found.identities is not None
    assert found.identities.roles[ROLE].name == "app"
    with pytest.raises(InputError, match=r"authorization-details\.json:\d+:\d+: expected a list, found a string"):
        _ = found.identities.roles[f"arn:aws:iam::{ACCOUNT}:role/broken"]
    assert found.resource_policies is not None
    with pytest.raises(InputError, match=r"resource-policies\.json:1:1: this is not JSON"):
        _ = QUEUE in found.resource_policies


def test_resource_policies_are_objects_strings_paths_or_none(tmp_path: Path) -> None:
    document = allow("sqs:*", Principal="*")
    write_folder(tmp_path, {"resource-policies/queue.json": document})
    found = read(
        tmp_path,
        resource_policies={
            BUCKET: document,
            KEY: json.dumps(document),
            QUEUE: "resource-policies/queue.json",
            f"{QUEUE}-1": quote(json.dumps(document)),
            f"{QUEUE}-2": None,
        },
    ).resource_policies
    assert found is not None
    assert found[f"{QUEUE}-2"] is None
    attached = [found[arn] for arn in (BUCKET, KEY, QUEUE, f"{QUEUE}-1")]
    assert all(one is not None and one.policy.usable and one.editable for one in attached)
    queue = attached[2]
    assert queue is not None
    assert (queue.name, queue.attached_to) == ("resource-policies/queue.json", QUEUE)
    assert line_of(queue.policy) == (str(tmp_path / "resource-policies/queue.json"), 4)
    key = attached[1]
    assert key is not None
    assert line_of(key.policy) == (str(tmp_path / "resource-policies.json"), 13)


def test_a_path_out_of_the_account_is_refused_where_it_stands(tmp_path: Path) -> None:
    write_folder(tmp_path, {"secret.json": allow()})
    found = read(tmp_path / "a", resource_policies={QUEUE: "../secret.json"}).resource_policies
    assert found is not None
    with pytest.raises(InputError, match=r"resource-policies\.json:2:\d+: `\.\./secret\.json` leads out of the folder"):
        _ = found[QUEUE]


def test_session_policies_are_documents_or_managed_policies(tmp_path: Path) -> None:
    found = read(tmp_path, session_policies={ROLE: [allow(), CUSTOM], USER: None}).session_policies
    assert found is not None
    inline, reference = found[ROLE]
    assert isinstance(inline, AttachedPolicy)
    assert (inline.name, inline.policy.type) == ("session_policies[0]", PolicyType.SESSION)
    assert reference == PolicyReference("custom", CUSTOM)
    assert found[USER] == ()


def test_endpoints_without_and_with_an_uncollected_policy_are_told_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        vpc_endpoints={
            "vpce-1": {"policy": allow("*", Principal="*"), "vpc_id": "vpc-1", "service_name": "com.amazonaws.r.s3"},
            "vpce-2": {"policy": None},
            "vpce-3": {"vpc_id": "vpc-3"},
        },
    ).endpoints
    assert found is not None
    assert found["vpce-1"].policy is not None
    assert (found["vpce-1"].vpc_id, found["vpce-1"].service_name) == ("vpc-1", "com.amazonaws.r.s3")
    assert (found["vpce-2"].policy, found["vpce-2"].policy_collected) == (None, True)
    assert (found["vpce-3"].policy, found["vpce-3"].policy_collected) == (None, False)


def test_s23_a_grant_is_read_with_its_constraints(tmp_path: Path) -> None:
    constraints = {"EncryptionContextSubset": {"Team": "blue"}, "SourceArn": QUEUE}
    printed = {
        "GrantId": "g",
        "Name": "job",
        "GranteeServicePrincipal": "sqs.amazonaws.com",
        "RetiringServicePrincipal": "sqs.amazonaws.com",
        "Operations": ["Decrypt"],
        "Constraints": constraints,
        "IssuingAccount": f"arn:aws:iam::{ACCOUNT}:root",
        "CreationDate": 1764000000.0,
    }
    equal = {
        "GranteePrincipal": ROLE,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextEquals": {"a": "b"}},
    }
    newer = {"GranteePrincipal": ROLE, "Operations": ["Decrypt"], "Constraints": {"Newer": {"a": "b"}}}
    grants = read(tmp_path, kms_grants={KEY: [printed, equal, newer]}).grants
    assert grants is not None
    assert grants[KEY] == (
        KeyGrant(
            "sqs.amazonaws.com",
            ("Decrypt",),
            "sqs.amazonaws.com",
            "g",
            "job",
            context_subset=(("Team", "blue"),),
            source_arn=QUEUE,
            issuing_account=f"arn:aws:iam::{ACCOUNT}:root",
            created="1764000000.0",
        ),
        KeyGrant(ROLE, ("Decrypt",), context_equals=(("a", "b"),)),
        KeyGrant(ROLE, ("Decrypt",), understood=False),
    )


def test_tags_grants_and_the_collection(tmp_path: Path) -> None:
    printed = {"GrantId": "g", "GranteePrincipal": ROLE, "Operations": ["Decrypt"], "RetiringPrincipal": USER}
    service = {"GranteeServicePrincipal": "sns.amazonaws.com", "Operations": ["Encrypt"]}
    found = read(
        tmp_path,
        tags={QUEUE: {"Team": "blue"}, BUCKET: None},
        kms_grants={KEY: [printed, service]},
        collection={
            "format": 1,
            "complete": ["S3", "kms"],
            "gaps": [{"what": QUEUE, "call": "sqs:GetQueueAttributes", "error": "AccessDenied"}],
        },
    )
    assert found.tags is not None
    assert found.grants is not None
    assert (found.tags[QUEUE], found.tags[BUCKET]) == ({"Team": "blue"}, None)
    assert found.grants[KEY] == (
        KeyGrant(ROLE, ("Decrypt",), USER, id="g"),
        KeyGrant("sns.amazonaws.com", ("Encrypt",)),
    )
    assert found.complete == frozenset({"s3", "kms"})
    assert found.gaps == (CollectionGap(QUEUE, "sqs:GetQueueAttributes", "AccessDenied"),)


def test_g16_times_of_collection_and_creation_and_all_versions(tmp_path: Path) -> None:
    version = {"VersionId": "v2", "IsDefaultVersion": True, "Document": allow(), "CreateDate": "2026-01-02T03:04:05Z"}
    undated = {"VersionId": "v1", "Document": allow("s3:Old")}
    found = read(
        tmp_path,
        authorization_details=details(
            RoleDetailList=[role_entry(CreateDate="2025-06-07T08:09:10")],
            UserDetailList=[user_entry(CreateDate=0)],
            Policies=[{"Arn": CUSTOM, "PolicyVersionList": [version, undated, {"VersionId": "v0"}]}],
        ),
        collection={"collected_at": "2026-11-24T04:00:00+01:00"},
    )
    assert found.identities is not None
    assert found.collected_at == datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert [(one.id, one.created, one.is_default) for one in found.identities.versions[CUSTOM]] == [
        ("v2", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), True),
        ("v1", None, False),
    ]
    assert found.identities.versions[CUSTOM][1].policy.statements[0].action.patterns == ("s3:Old",)
    assert found.identities.roles[ROLE].created == datetime(2025, 6, 7, 8, 9, 10, tzinfo=UTC)
    assert found.identities.users[USER].created == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_time_that_is_none_is_refused_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"collection\.json:2:19: expected a date and time"):
        read(tmp_path, collection={"collected_at": "yesterday"})


def test_a_newer_form_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"collection\.json:2:13: .* expected 1"):
        read(tmp_path, collection={"format": 2})


def test_public_access_settings(tmp_path: Path) -> None:
    on = {"BlockPublicAcls": True, "RestrictPublicBuckets": False}
    access = read(
        tmp_path,
        s3_public_access={
            "account": on,
            "buckets": {
                "data": {"public_access_block": None, "ownership": "BucketOwnerEnforced", "abac": True},
                "open": {},
                "blind": {"ownership": "ObjectWriter"},
            },
        },
    ).public_access
    assert access is not None
    assert access.account is not None
    assert (access.account.block_public_acls, access.account.ignore_public_acls) == (True, None)
    data = access.bucket("data")
    assert data.public_access_block is not None
    assert (data.public_access_block.restrict_public_buckets, data.ownership, data.abac) == (
        False,
        "BucketOwnerEnforced",
        True,
    )
    assert access.bucket("open").public_access_block is not None
    assert access.bucket("blind").public_access_block is None
    assert access.bucket("unlisted").public_access_block is None


def test_managed_policies_stand_by_name(tmp_path: Path) -> None:
    write_folder(tmp_path, {"managed-policies/ReadOnlyAccess.json": allow(), "managed-policies/X.json.gz": allow()})
    found = read(tmp_path)
    assert list(found.aws_managed) == ["ReadOnlyAccess", "X"]
    document = found.document(PolicyReference("X", "arn:aws:iam::aws:policy/X"))
    assert document is not None
    assert line_of(document)[0] == str(tmp_path / "managed-policies/X.json.gz")


@pytest.mark.parametrize("stem", ["resource_policies", "session_policies", "vpc_endpoints", "tags", "kms_grants"])
@pytest.mark.parametrize("content", [["x"], "3", '{"a": null, "a": null}'])
def test_a_map_of_another_shape_or_with_a_repeated_key_is_refused(tmp_path: Path, stem: str, content: object) -> None:
    account = read(tmp_path, **{stem: content})
    field = {"vpc_endpoints": "endpoints", "kms_grants": "grants"}.get(stem, stem)
    with pytest.raises(
        InputError, match=rf"{stem.replace('_', '-')}\.json:1:\d+: (expected an object|`a` stands here)"
    ):
        len(getattr(account, field))


def test_a_repeated_member_is_refused_wherever_one_of_them_is_read(tmp_path: Path) -> None:
    twice = '{"account": null, "buckets": {}, "account": {"BlockPublicPolicy": true}}'
    with pytest.raises(InputError, match=r"s3-public-access\.json:1:34: `account` stands here more than once"):
        read(tmp_path, s3_public_access=twice)
    account = read(tmp_path, s3_public_access={}, authorization_details='{"RoleDetailList": [], "RoleDetailList": [1]}')
    assert account.identities is not None
    with pytest.raises(InputError, match=r"`RoleDetailList` stands here more than once"):
        len(account.identities.roles)


def test_every_file_may_be_packed(tmp_path: Path) -> None:
    files = {
        "account": ABOUT,
        "authorization-details": details(RoleDetailList=[role_entry()]),
        "resource-policies": {QUEUE: None},
        "session-policies": {ROLE: []},
        "vpc-endpoints": {"vpce-1": {}},
        "tags": {QUEUE: {}},
        "kms-grants": {KEY: []},
        "s3-public-access": {"buckets": {"data": {}}},
        "collection": {"complete": ["s3"]},
    }
    plain = read_account(write_folder(tmp_path / "a", {f"{stem}.json": content for stem, content in files.items()}))
    packed = read_account(write_folder(tmp_path / "b", {f"{stem}.json.gz": content for stem, content in files.items()}))
    for found in (plain, packed):
        assert found.identities is not None
        assert list(found.identities.roles) == [ROLE]
    for name in ("resource_policies", "session_policies", "endpoints", "tags", "grants"):
        assert dict(getattr(plain, name)) == dict(getattr(packed, name))
    assert (plain.public_access, plain.complete) == (packed.public_access, packed.complete)
