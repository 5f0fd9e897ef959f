"""Whether a resource can have a resource-based policy, and the ARN that the policy hangs on.

Source: IAM User Guide, reference_aws-services-that-work-with-iam, and the guides of the services that it marks
"Partial"; spec S17, S27, R19, R21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog.resource_policies import ANY_TYPE, WITH_POLICIES, WITHOUT_POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.arns import Arn


def can_have_policy(arn: Arn) -> bool | None:
    """Whether a resource can have a resource-based policy of its own or stands under one; ``None``: not known."""
    if arn.service in WITHOUT_POLICIES:
        return False
    types = WITH_POLICIES.get(arn.service)
    if types is None:
        return None
    if arn.service == "sns" and "/" in arn.resource:
        return False
    return types == ANY_TYPE or arn.resource_type in types


def policy_holders(arn: Arn) -> tuple[str, ...]:
    """The ARNs on which the policy of this resource may hang, the nearest first.

    Objects, subscriptions, indexes, rules and the like stand under the policy of what holds them. An alias or version
    of a function has a policy of its own, and so has a stream of a table: the holder's does not reach them.
    """
    rule = _HOLDERS.get(arn.service)
    return tuple(dict.fromkeys((str(arn), *(rule(arn) if rule else ()))))


def policies_beside(arn: Arn) -> tuple[str, ...]:
    """The ARNs of policies that count together with that of the resource, where they are listed.

    A table of S3 Tables stands under its own policy and that of its bucket, a repository of Amazon ECR under its own
    and that of its registry, which has no ARN: the folder lists it as ``registry``. Source: Amazon S3 User Guide,
    s3-tables-resource-based-policies; Amazon ECR User Guide, registry-permissions.
    """
    rule = _BESIDE.get(arn.service)
    return () if rule is None else tuple(beside for beside in rule(arn) if beside != str(arn))


def _private_registry(arn: Arn) -> tuple[str, ...]:
    return (str(arn._replace(resource="registry")),)


def _first_parts(count: int) -> Callable[[Arn], tuple[str, ...]]:
    def rule(arn: Arn) -> tuple[str, ...]:
        return (str(arn._replace(resource="/".join(arn.resource.split("/")[:count]))),)

    return rule


def _bucket_or_access_point(arn: Arn) -> tuple[str, ...]:
    return _first_parts(2 if arn.account else 1)(arn)


def _topic(arn: Arn) -> tuple[str, ...]:
    return (str(arn._replace(resource=arn.resource.split(":", 1)[0])),)


def _table(arn: Arn) -> tuple[str, ...]:
    return _first_parts(2)(arn) if "/index/" in arn.resource else ()


def _log_group(arn: Arn) -> tuple[str, ...]:
    if arn.resource_type != "log-group":
        return ()
    group = ":".join(arn.resource.split(":")[:2])
    return tuple(str(arn._replace(resource=resource)) for resource in (f"{group}:*", group))


def _rest_api(arn: Arn) -> tuple[str, ...]:
    api = arn.resource.split("/", 1)[0]
    below = tuple(str(arn._replace(resource=resource)) for resource in (f"{api}/*", api))
    return (*below, f"arn:{arn.partition}:apigateway:{arn.region}::/restapis/{api}")


def _event_bus(arn: Arn) -> tuple[str, ...]:
    """A rule stands under the policy of its bus; the ARN of one on the default bus does not name it."""
    if arn.resource_type != "rule":
        return ()
    bus = arn.resource_id.rpartition("/")[0] or "default"
    return (str(arn._replace(resource=f"event-bus/{bus}")),)


def _catalog(arn: Arn) -> tuple[str, ...]:
    return (str(arn._replace(resource="catalog")),)


def _package(arn: Arn) -> tuple[str, ...]:
    kind, *names = arn.resource.split("/")
    return (str(arn._replace(resource="/".join(("repository", *names[:2])))),) if kind == "package" else ()


def _registry(arn: Arn) -> tuple[str, ...]:
    if arn.resource_type != "schema":
        return ()
    return (str(arn._replace(resource="/".join(("registry", *arn.resource.split("/")[1:2])))),)


def _cluster(arn: Arn) -> tuple[str, ...]:
    return (str(arn._replace(resource="/".join(("cluster", *arn.resource.split("/")[1:3])))),)


_HOLDERS: Final[dict[str, Callable[[Arn], tuple[str, ...]]]] = {
    "codeartifact": _package,
    "dynamodb": _table,
    "es": _first_parts(2),
    "events": _event_bus,
    "execute-api": _rest_api,
    "glue": _catalog,
    "kafka": _cluster,
    "logs": _log_group,
    "mediastore": _first_parts(2),
    "s3": _bucket_or_access_point,
    "s3-outposts": _first_parts(4),
    "s3tables": _first_parts(2),
    "s3vectors": _first_parts(2),
    "schemas": _registry,
    "sns": _topic,
}

_BESIDE: Final[dict[str, Callable[[Arn], tuple[str, ...]]]] = {
    "ecr": _private_registry,
    "s3tables": _first_parts(2),
}
