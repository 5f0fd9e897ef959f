"""The identities of an account: whole, in order, with the policies of AWS that are in use."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from policysim.sources.aws.collecting import Collector, Entry, Part, Place, Reading, RefusedError
from policysim.sources.aws.collectors import identities, organization_policies
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.snapshot.documents import NoDocumentError, document_of

ACCOUNT = "111122223333"
AWS_POLICY = "arn:aws:iam::aws:policy/"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"


def collected(name: str, client: str, *answers: tuple[str, dict[str, Any] | str]) -> list[Entry]:
    tables = (*identities.COLLECTORS, *organization_policies.COLLECTORS)
    collector: Collector = next(one for one in tables if one.name == name)
    connection = Connection(AwsSettings(region="us-east-1"))
    stubber = Stubber(connection.client(client, "us-east-1"))
    for operation, answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer)
        else:
            stubber.add_response(operation, answer)
    with stubber:
        found = list(collector.collect(Reading(connection, Place(ACCOUNT, "aws", "us-east-1"))))
    stubber.assert_no_pending_responses()
    return found


def policy(arn: str, *versions: str) -> dict[str, Any]:
    listed = [
        {"VersionId": version, "IsDefaultVersion": version == versions[-1], "Document": "{}"} for version in versions
    ]
    return {"Arn": arn, "PolicyName": arn.rsplit("/", 1)[-1], "PolicyVersionList": listed}


def details(*policies: dict[str, Any], more: bool = False) -> tuple[str, dict[str, Any]]:
    role = {
        "Arn": ROLE,
        "RoleName": "app",
        "RoleLastUsed": {"Region": "eu-west-1"},
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": f"{AWS_POLICY}ReadOnlyAccess"}],
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": f"{AWS_POLICY}PowerUserAccess",
        },
    }
    answer = {"RoleDetailList": [role], "Policies": list(policies), "IsTruncated": more}
    return "get_account_authorization_details", {**answer, **({"Marker": "next-page"} if more else {})}


def test_policies_of_aws_come_where_they_are_in_use_and_with_the_version_in_force() -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    found = collected(
        "iam-authorization-details",
        "iam",
        details(
            policy(f"{AWS_POLICY}ReadOnlyAccess", "v1", "v2"),
            policy(f"{AWS_POLICY}PowerUserAccess", "v7"),
            policy(f"{AWS_POLICY}AdministratorAccess", "v1"),
            policy(own, "v1", "v2"),
        ),
    )
    policies = {entry.path[1]: entry.value for entry in found if entry.path[:1] == ("Policies",)}
    versions = {arn: [one["VersionId"] for one in value["PolicyVersionList"]] for arn, value in policies.items()}  # type: ignore[index]  # JSON
    assert versions == {
        f"{AWS_POLICY}ReadOnlyAccess": ["v2"],
        f"{AWS_POLICY}PowerUserAccess": ["v7"],
        own: ["v1", "v2"],
    }


def test_a_policy_of_aws_that_the_details_lack_is_asked_for() -> None:
    arn = f"{AWS_POLICY}PowerUserAccess"
    found = collected(
        "iam-authorization-details",
        "iam",
        details(policy(f"{AWS_POLICY}ReadOnlyAccess", "v1")),
        ("get_policy", {"Policy": {"Arn": arn, "DefaultVersionId": "v3"}}),
        ("get_policy_version", {"PolicyVersion": {"VersionId": "v3", "IsDefaultVersion": True, "Document": "{}"}}),
    )
    assert ("Policies", arn) in [entry.path for entry in found]


def test_when_a_role_was_used_is_left_out() -> None:
    policies = (policy(f"{AWS_POLICY}ReadOnlyAccess", "v1"), policy(f"{AWS_POLICY}PowerUserAccess", "v1"))
    found = collected("iam-authorization-details", "iam", details(*policies))
    (role,) = [entry.value for entry in found if entry.path == ("RoleDetailList", ROLE)]
    assert isinstance(role, dict)
    assert "RoleLastUsed" not in role


def test_half_of_the_identities_are_none() -> None:
    with pytest.raises(RefusedError):
        collected(
            "iam-authorization-details",
            "iam",
            details(more=True),
            ("get_account_authorization_details", "AccessDenied"),
        )


def test_identity_providers_are_kept_as_aws_prints_them() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.example"
    found = collected(
        "iam-openid-providers",
        "iam",
        ("list_open_id_connect_providers", {"OpenIDConnectProviderList": [{"Arn": arn}]}),
        ("get_open_id_connect_provider", {"Url": "token.actions.example", "ClientIDList": ["sts.amazonaws.com"]}),
    )
    value = {"Url": "token.actions.example", "ClientIDList": ["sts.amazonaws.com"]}
    assert found == [Entry(Part.IDENTITY_PROVIDERS, (arn,), value)]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ('{"s3_attributes": {"public_access_block_configuration": "all"}}', "all"),
        ('{"s3_attributes": {"public_access_block_configuration": {"@@assign": "none"}}}', "none"),
        ('{"s3_attributes": {}}', None),
        (None, None),
    ],
)
def test_s15_the_s3_policy_of_the_organisation_is_read(content: str | None, wanted: str | None) -> None:
    answer = {"EffectivePolicy": {"PolicyContent": content}} if content else "EffectivePolicyNotFoundException"
    found = collected("organizations-s3-policy", "organizations", ("describe_effective_policy", answer))
    assert [entry.value for entry in found] == ([wanted] if wanted else [])


@pytest.mark.parametrize("text", ['{"Version": "2012-10-17"}', "%7B%22Version%22%3A%20%222012-10-17%22%7D"])
def test_the_text_of_a_policy_becomes_an_object(text: str) -> None:
    assert document_of(text) == {"Version": "2012-10-17"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'), ("{broken", "{broken"), ("../../etc/policy.json", None), ("[]", None)],
)
def test_what_is_no_policy_is_kept_only_where_it_cannot_pass_for_a_file(text: str, kept: str | None) -> None:
    with pytest.raises(NoDocumentError) as caught:
        document_of(text)
    assert caught.value.kept == kept
