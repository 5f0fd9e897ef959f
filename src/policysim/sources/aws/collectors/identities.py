"""Who is in an account: users, groups, roles and policies of IAM, identity providers, and the account's own names.

Source: IAM API Reference, GetAccountAuthorizationDetails, ListAccountAliases, GetOpenIDConnectProvider and
ListSAMLProviders; Amazon S3 API Reference, ListBuckets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

KEYS: Final = {"UserDetailList": "Arn", "GroupDetailList": "Arn", "RoleDetailList": "Arn", "Policies": "Arn"}
"""The lists of the authorization details, in AWS's order, and the member by which an item is known."""

_FILTER: Final = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
_AWS_MANAGED: Final = ":iam::aws:policy/"
_CHANGES_WITH_USE: Final = "RoleLastUsed"
"""Tells when a role was used last; no decision needs it, and it would make every snapshot differ."""


def _authorization_details(reading: Reading) -> Iterator[Entry]:
    """All or nothing: half of the identities would pass for all of them."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in KEYS}
    for page in reading.pages("iam", "get_account_authorization_details", Filter=_FILTER):
        for name in KEYS:
            found[name] += page.get(name) or ()
    used = set(_managed_policies_in_use(found))
    found["Policies"] = [
        _trimmed(one) for one in found["Policies"] if _AWS_MANAGED not in one["Arn"] or one["Arn"] in used
    ]
    known = {one["Arn"] for one in found["Policies"]}
    found["Policies"] += _policies_beside(reading, sorted(arn for arn in used - known if _AWS_MANAGED in arn))
    yield Entry(Part.AUTHORIZATION_DETAILS, (), None)
    for name, key in KEYS.items():
        for item in found[name]:
            item.pop(_CHANGES_WITH_USE, None)
            for profile in item.get("InstanceProfileList") or ():
                for role in profile.get("Roles") or ():
                    role.pop(_CHANGES_WITH_USE, None)
            yield Entry(Part.AUTHORIZATION_DETAILS, (name, item[key]), item)


def _managed_policies_in_use(found: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for name in ("UserDetailList", "GroupDetailList", "RoleDetailList"):
        for holder in found[name]:
            yield from (attached["PolicyArn"] for attached in holder.get("AttachedManagedPolicies") or ())
            boundary = holder.get("PermissionsBoundary") or {}
            if boundary.get("PermissionsBoundaryArn"):
                yield boundary["PermissionsBoundaryArn"]


def _trimmed(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy of AWS with the version in force alone; the account's own keep theirs, which tell what changed."""
    if _AWS_MANAGED not in policy["Arn"]:
        return policy
    versions = [version for version in policy.get("PolicyVersionList") or () if version.get("IsDefaultVersion")]
    return {**policy, "PolicyVersionList": versions}


def _policies_beside(reading: Reading, arns: list[str]) -> Iterator[dict[str, Any]]:
    """AWS managed policies that are in use and that the details lack."""
    for arn in arns:
        with reading.about(arn):
            policy = (reading.call("iam", "get_policy", PolicyArn=arn) or {})["Policy"]
            told = reading.call("iam", "get_policy_version", PolicyArn=arn, VersionId=policy["DefaultVersionId"]) or {}
            yield {**policy, "PolicyVersionList": [told["PolicyVersion"]]}


def _alias(reading: Reading) -> Iterator[Entry]:
    for alias in reading.items("iam", "list_account_aliases", "AccountAliases"):
        yield Entry(Part.ACCOUNT, ("alias",), alias)


def _canonical_user_id(reading: Reading) -> Iterator[Entry]:
    owner = (reading.call("s3", "list_buckets", MaxBuckets=1) or {}).get("Owner") or {}
    if owner.get("ID"):
        yield Entry(Part.ACCOUNT, ("canonical_user_id",), owner["ID"])


def _openid_providers(reading: Reading) -> Iterator[Entry]:
    for listed in reading.items("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList"):
        arn = listed["Arn"]
        with reading.about(arn):
            told = reading.call("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=arn) or {}
            yield Entry(Part.IDENTITY_PROVIDERS, (arn,), _without_metadata(told))


def _saml_providers(reading: Reading) -> Iterator[Entry]:
    for listed in reading.items("iam", "list_saml_providers", "SAMLProviderList"):
        yield Entry(Part.IDENTITY_PROVIDERS, (listed["Arn"],), listed)


def _without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _of_account(name: str, client: str, what: str, collect: Any, *actions: str) -> Collector:  # noqa: ANN401  # below
    return Collector(
        name=name, services=(), client=client, scope=Scope.ACCOUNT, actions=actions, what=what, collect=collect
    )


COLLECTORS: Final[tuple[Collector, ...]] = (
    _of_account(
        "iam-authorization-details",
        "iam",
        "users, groups, roles and policies of IAM",
        _authorization_details,
        "iam:GetAccountAuthorizationDetails",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    ),
    _of_account("iam-alias", "iam", "account alias", _alias, "iam:ListAccountAliases"),
    _of_account(
        "s3-canonical-user-id",
        "s3",
        "canonical user id of the account",
        _canonical_user_id,
        "s3:ListAllMyBuckets",
    ),
    _of_account(
        "iam-openid-providers",
        "iam",
        "OpenID Connect providers",
        _openid_providers,
        "iam:ListOpenIDConnectProviders",
        "iam:GetOpenIDConnectProvider",
    ),
    _of_account("iam-saml-providers", "iam", "SAML providers", _saml_providers, "iam:ListSAMLProviders"),
)
