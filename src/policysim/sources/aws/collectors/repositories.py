"""Repositories of Amazon ECR and ECR Public with their policies, and the policy of the private registry.

Source: Amazon ECR API Reference, DescribeRepositories, GetRepositoryPolicy, GetRegistryPolicy and GetAccountSetting;
ECR Public API Reference; Amazon ECR User Guide, registry-permissions and registry-permissions-account-settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.account import CollectionGap
from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.reading_policies import arn_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

_NO_POLICY: Final = ("RepositoryPolicyNotFoundException",)
_NO_REGISTRY_POLICY: Final = ("RegistryPolicyNotFoundException",)
_SCOPE: Final = "REGISTRY_POLICY_SCOPE"
_FULL_SCOPE: Final = "V2"
"""The scope of a registry policy that counts for every action."""

_PAGE: Final = 1000
_PUBLIC_HOME: Final = ("us-east-1",)
"""ECR Public has its repositories in one Region, whatever else botocore knows of it."""


def _repositories(reading: Reading) -> Iterator[Entry]:
    yield from _of_registry(reading, "ecr")


def _registry(reading: Reading) -> Iterator[Entry]:
    """The policy of the private registry, which has no ARN: the account folder lists it as ``registry``.

    Of the old scope it is enforced for three actions alone; what it means for the others then stays open.
    """
    arn = arn_of(reading, "ecr", "registry")
    with reading.about(arn):
        told = reading.call("ecr", "get_registry_policy", absent=_NO_REGISTRY_POLICY) or {}
        policy = told.get("policyText") or None
        scope = _scope(reading) if policy is not None else _FULL_SCOPE
        if scope != _FULL_SCOPE:
            reading.gaps.append(CollectionGap(arn, "ecr:GetAccountSetting", scope))
            return
        yield Entry(Part.RESOURCE_POLICIES, (arn,), policy)


def _scope(reading: Reading) -> str:
    return str((reading.call("ecr", "get_account_setting", name=_SCOPE) or {}).get("value"))


def _public(reading: Reading) -> Iterator[Entry]:
    yield from _of_registry(reading, "ecr-public")


def _of_registry(reading: Reading, service: str) -> Iterator[Entry]:
    for repository in reading.items(service, "describe_repositories", "repositories", maxResults=_PAGE):
        yield from policy_of(
            reading,
            repository["repositoryArn"],
            service,
            "get_repository_policy",
            "policyText",
            absent=_NO_POLICY,
            repositoryName=repository["repositoryName"],
        )


COLLECTORS: Final[tuple[Collector, ...]] = (
    Collector(
        name="ecr-repository-policies",
        services=("ecr",),
        client="ecr",
        scope=Scope.REGION,
        actions=("ecr:DescribeRepositories", "ecr:GetRepositoryPolicy"),
        what="policies of ECR repositories",
        collect=_repositories,
    ),
    Collector(
        name="ecr-registry-policy",
        services=("ecr",),
        client="ecr",
        scope=Scope.REGION,
        actions=("ecr:GetRegistryPolicy", "ecr:GetAccountSetting"),
        what="policy of the ECR registry",
        collect=_registry,
    ),
    Collector(
        name="ecr-public-repository-policies",
        services=("ecr-public",),
        client="ecr-public",
        scope=Scope.REGION,
        regions=_PUBLIC_HOME,
        actions=("ecr-public:DescribeRepositories", "ecr-public:GetRepositoryPolicy"),
        what="policies of ECR Public repositories",
        collect=_public,
    ),
)
