"""The actions of an operation that only the words of a tool name: "when calling the PutObject operation".

A message such as `Access Denied` names no action; the AWS CLI, an SDK or Terraform around it names the operation, and
mostly the service. The map from operations to actions tells the rest, or nothing is told: a name that several services
have is no evidence.
Source: the error texts of the AWS SDKs and of the AWS CLI; spec A7, A8, M12.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from policysim.catalog.event_sources import prefix_candidates
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.operations import operation

FROM_TOOL: Final = "operation that the tool's text names"
_SHOWN_SERVICES: Final = 4

SERVICE_BY_NAME: Final = {
    "applicationautoscaling": "application-autoscaling",
    "awsglue": "glue",
    "bedrockagentruntime": "bedrock",
    "bedrockruntime": "bedrock",
    "certificatemanager": "acm",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentity": "cognito-identity",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "costandusagereportservice": "cur",
    "costexplorer": "ce",
    "databasemigrationservice": "dms",
    "dynamodbv2": "dynamodb",
    "elasticfilesystem": "elasticfilesystem",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "elasticmapreduce": "elasticmapreduce",
    "elasticsearchservice": "es",
    "eventbridge": "events",
    "identitymanagement": "iam",
    "keymanagementservice": "kms",
    "logs": "logs",
    "route53domains": "route53domains",
    "s3api": "s3",
    "securitytokenservice": "sts",
    "serverlessapplicationrepository": "serverlessrepo",
    "sesv2": "ses",
    "sfn": "states",
    "simpleemailservice": "ses",
    "simplenotificationservice": "sns",
    "simplequeueservice": "sqs",
    "simplestorageservice": "s3",
    "simplesystemsmanagement": "ssm",
    "ssoadmin": "sso",
    "wafregional": "waf-regional",
}
"""The service prefix by the name that SDKs print, without `AWS`, `Amazon`, spaces and signs, in lower case."""


class ToldOperation(NamedTuple):
    """The actions of an operation, all needed; or, when there are none, why they cannot be told."""

    actions: tuple[str, ...]
    reason: str = ""


def told_operation(service: str | None, name: str) -> ToldOperation:
    """The actions of the operation ``name``; ``service`` is as a tool prints it (`S3`, `Amazon S3`, `AWSKMS`)."""
    if service is not None:
        found = operation(prefix_of_service(service), name)
        return ToldOperation(
            found.actions, f"which actions `{name}` needs cannot be told from its name: {found.reason}"
        )
    services = [prefix for prefix in CATALOGUE.services() if operation(prefix, name).actions]
    if len(services) == 1:
        return ToldOperation(operation(services[0], name).actions)
    if not services:
        return ToldOperation((), f"the text names the operation `{name}`, which no service of the catalogue has")
    listed = ", ".join(f"`{prefix}`" for prefix in services[:_SHOWN_SERVICES])
    more = f" and {len(services) - _SHOWN_SERVICES} more" if len(services) > _SHOWN_SERVICES else ""
    return ToldOperation((), f"`{name}` is an operation of {listed}{more}, and the text does not name the service")


def prefix_of_service(name: str) -> str:
    """The service prefix for the name that a tool prints."""
    plain = re.sub(r"[^a-z0-9.-]", "", name.lower())
    bare = re.sub(r"^(?:amazon|aws)|[.-]", "", plain)
    for candidate in (SERVICE_BY_NAME.get(bare), *prefix_candidates(plain), *prefix_candidates(bare)):
        if candidate is not None and CATALOGUE.actions_of(candidate):
            return candidate
    return bare
