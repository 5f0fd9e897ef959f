"""The services whose resources resource control policies apply to.

Dated data: Organizations User Guide, orgs_manage_policies_rcps, page of 2026-09-26, 62 prefixes (spec E26). The page
prints ``opensearch``; the actions of its domains have the prefix ``es``, so both stand here.
"""

from __future__ import annotations

from typing import Final

RCP_SERVICES_AS_OF: Final = "2026-09-26"

RCP_SERVICES: Final = frozenset(
    [
        "appstream",
        "dsql",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "logs",
        "networkmonitor",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "firehose",
        "dynamodb",
        "dax",
        "autoscaling",
        "ecr",
        "ecr-public",
        "gamelift",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "memorydb",
        "aoss",
        "personalize",
        "polly",
        "s3",
        "swf",
        "sqs",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "translate",
        "workspaces",
        "appconfig",
        "autoscaling-plans",
        "budgets",
        "servicediscovery",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "compute-optimizer",
        "cost-optimization-hub",
        "events",
        "fms",
        "fis",
        "health",
        "rolesanywhere",
        "kms",
        "opensearch",
        "pricing",
        "pca-connector-ad",
        "resource-groups",
        "secretsmanager",
        "sts",
        "signin",
        "support",
        "transfer",
        "notifications",
        "wafv2",
        "xray",
        "es",
    ]
)
