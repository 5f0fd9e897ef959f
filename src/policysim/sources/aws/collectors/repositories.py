"""Repositories of Amazon ECR and ECR Public with their policies, and the policy of the private registry.

Source: Amazon ECR API Reference, DescribeRepositories, GetRepositoryPolicy, GetRegistryPolicy and GetAccountSetting;
ECR Public API Reference; Amazon ECR User Guide, registry-permissions and registry-permissions-account-settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Scope
from policysim.sources.aws.collectors.reading_policies import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Entry, Reading

_NO_POLICY: Final = ("RepositoryPolicyNotFoundException",)
_PAGE: Final = 1000
_PUBLIC_HOME: Final = ("us-east-1",)
"""ECR Public has its repositories in one Region, whatever else botocore knows of it."""


def _repositories(reading: Reading) -> Iterator[Entry]:
    yield from _of_registry(reading, "ecr")


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
