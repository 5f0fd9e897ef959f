"""What the catalogue answers to evaluation, and that it never answers by guess."""

from __future__ import annotations

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.catalog.global_keys import GLOBAL_KEYS
from policysim.catalog.rcp_services import RCP_SERVICES
from policysim.evaluation.facts import Facts, KeyType

FACTS: Facts = CATALOGUE


@pytest.mark.parametrize(
    ("key", "type_", "multivalued"),
    [
        ("aws:SourceIp", KeyType.IP_ADDRESS, False),
        ("AWS:sourceip", KeyType.IP_ADDRESS, False),
        ("aws:TagKeys", KeyType.STRING, True),
        ("aws:PrincipalTag/team", KeyType.STRING, False),
        ("s3:prefix", KeyType.STRING, False),
        ("s3:ExistingObjectTag/team", KeyType.STRING, False),
        ("kms:EncryptionContextKeys", KeyType.STRING, True),
        ("kms:EncryptionContext:app", KeyType.STRING, False),
        ("accounts.google.com:sub", KeyType.STRING, False),
        ("saml:aud", KeyType.STRING, False),
    ],
)
def test_a_condition_key_is_described_whatever_its_case_and_its_tag(key: str, type_: str, multivalued: bool) -> None:
    described = FACTS.condition_key(key)
    assert described is not None
    assert (described.type, described.multivalued) == (type_, multivalued)


@pytest.mark.parametrize("key", ["aws:NoSuchKey", "s3:NoSuchKey", "nosuchservice:key", "no colon", "../s3:prefix"])
def test_a_key_that_is_not_listed_is_not_known(key: str) -> None:
    assert FACTS.condition_key(key) is None


def test_global_keys_have_the_types_of_the_service_authorization_reference() -> None:
    assert {key.type for key in GLOBAL_KEYS} <= set(KeyType)
    assert len({key.name.lower() for key in GLOBAL_KEYS}) == len(GLOBAL_KEYS)


@pytest.mark.parametrize(
    ("action", "without"),
    [("s3:ListAllMyBuckets", True), ("S3:getobject", False), ("s3:NoSuchAction", None), ("nosuchservice:Get", None)],
)
def test_r2_actions_without_resource_types(action: str, without: bool | None) -> None:
    assert FACTS.takes_no_resource(action) is without


@pytest.mark.parametrize(("action", "under"), [("s3:GetObject", True), ("ES:ESHttpGet", True), ("sns:Publish", False)])
def test_e26_services_under_rcps(action: str, under: bool) -> None:
    assert FACTS.under_rcps(action) is under


def test_e26_the_page_lists_62_prefixes_and_domains_have_one_of_their_own() -> None:
    assert len(RCP_SERVICES - {"es"}) == 62


@pytest.mark.parametrize(("action", "gateway"), [("s3:GetObject", None), ("dynamodb:GetItem", None), ("sqs:*", False)])
def test_e35_services_with_gateway_endpoints_have_interface_endpoints_too(action: str, gateway: bool | None) -> None:
    assert FACTS.uses_gateway_endpoint(action) is gateway
