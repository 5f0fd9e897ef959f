"""Policies of package repositories, build projects and profiling groups.

Source: the API References of AWS CodeArtifact (GetDomainPermissionsPolicy, GetRepositoryPermissionsPolicy), AWS
CodeBuild (GetResourcePolicy) and Amazon CodeGuru Profiler (GetPolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import Level, Listed, Read, collector

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

_NONE: Final = ("ResourceNotFoundException",)
_DOMAIN: Final = Level("list_domains", "domains", "{arn}")
_OF_DOMAIN: Final = {"domain": "{name}", "domainOwner": "{account}"}
DOMAINS: Final = Listed(
    client="codeartifact",
    prefix="codeartifact",
    levels=(_DOMAIN,),
    reads=(Read("get_domain_permissions_policy", _OF_DOMAIN, ("policy", "document"), _NONE),),
)
REPOSITORIES: Final = Listed(
    client="codeartifact",
    prefix="codeartifact",
    levels=(_DOMAIN, Level("list_repositories_in_domain", "repositories", "{arn}", _OF_DOMAIN)),
    reads=(
        Read(
            "get_repository_permissions_policy",
            {"domain": "{domainName}", "domainOwner": "{account}", "repository": "{name}"},
            ("policy", "document"),
            _NONE,
        ),
    ),
)
"""A repository belongs to the account of its domain, as its ARN says, whoever administers it."""

_BUILD_POLICY: Final = Read("get_resource_policy", {"resourceArn": "{arn}"}, ("policy",), _NONE)
BUILD_PROJECTS: Final = Listed(
    client="codebuild",
    prefix="codebuild",
    levels=(Level("list_projects", "projects", "arn:{partition}:codebuild:{region}:{account}:project/{item}"),),
    reads=(_BUILD_POLICY,),
)
REPORT_GROUPS: Final = Listed(
    client="codebuild",
    prefix="codebuild",
    levels=(Level("list_report_groups", "reportGroups", "{item}"),),
    reads=(_BUILD_POLICY,),
)

PROFILING_GROUPS: Final = Listed(
    client="codeguruprofiler",
    prefix="codeguru-profiler",
    levels=(Level("list_profiling_groups", "profilingGroups", "{arn}", {"includeDescription": True}),),
    reads=(Read("get_policy", {"profilingGroupName": "{name}"}, ("policy",), _NONE),),
)

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector(
        "codeartifact",
        "policies of CodeArtifact domains and repositories",
        DOMAINS,
        REPOSITORIES,
        services=("codeartifact",),
    ),
    collector(
        "codebuild",
        "policies of build projects and report groups",
        BUILD_PROJECTS,
        REPORT_GROUPS,
        services=("codebuild",),
    ),
    collector("codeguru-profiler", "policies of profiling groups", PROFILING_GROUPS, services=("codeguru-profiler",)),
)
