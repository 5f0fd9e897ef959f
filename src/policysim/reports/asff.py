"""A root cause as a finding of AWS Security Hub, in the AWS Security Finding Format.

The severity says how much somebody should care that AWS refused something: a refusal is the protection at work, so none
is high. The account of a finding is the one that imports it, as the default product demands; the account of the caller
stands among the resources.
Source: AWS Security Hub User Guide, asff-required-attributes, asff-top-level-attributes and asff-resources-attributes;
Security Hub API Reference, BatchImportFindings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.explanation.hypotheses.causes import Cause
from policysim.language.arns import parse_arn
from policysim.reports.facts import facts_of
from policysim.reports.notices import ascii_line
from policysim.reports.report_phrases import action_of, caller_of, confirmed_cause, resource_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.reports.published import Published

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_TYPE: Final = "Software and Configuration Checks/AWS Security Best Practices"
_TITLE: Final = 256
_DESCRIPTION: Final = 1024
_RECOMMENDATION: Final = 512
_MOST_RESOURCES: Final = 32
_LONGEST_ID: Final = 512

SEVERITY: Final[dict[str, str]] = {
    Cause.EXPLICIT_DENY.code: "MEDIUM",
    Cause.BLOCK_PUBLIC_ACCESS.code: "MEDIUM",
    Cause.NO_ALLOW.code: "LOW",
    Cause.ACTION_MISSING.code: "LOW",
    Cause.RESOURCE_MISSING.code: "LOW",
    Cause.BUCKET_NOT_OBJECTS.code: "LOW",
    Cause.PRINCIPAL_MISSING.code: "LOW",
    Cause.CONDITION_NOT_MET.code: "LOW",
    Cause.CONDITION_OPERATOR.code: "LOW",
    Cause.LEVEL_WITHOUT_ALLOW.code: "LOW",
    Cause.FIXED_RULE.code: "LOW",
    Cause.POLICY_NOT_COLLECTED.code: "LOW",
    Cause.POLICY_CHANGED_SINCE.code: "LOW",
    Cause.SESSION_POLICY_UNKNOWN.code: "LOW",
    Cause.KEY_UNKNOWN.code: "LOW",
    Cause.OTHER_AUTHORIZATION.code: "LOW",
    Cause.OBJECT_OF_ANOTHER_ACCOUNT.code: "LOW",
    Cause.ENCRYPTION_KEY.code: "LOW",
    Cause.WRONG_ACCOUNT_OR_REGION.code: "INFORMATIONAL",
    Cause.OBJECT_MISSING.code: "INFORMATIONAL",
    Cause.NOT_YET_PROPAGATED.code: "INFORMATIONAL",
    Cause.NOT_A_POLICY.code: "INFORMATIONAL",
}
"""The severity of each cause: what somebody forbade, what somebody forgot, and what no policy is to blame for."""

_RESOURCE_TYPES: Final[tuple[tuple[str, str, str], ...]] = (
    ("dynamodb", "table/", "AwsDynamoDbTable"),
    ("ec2", "instance/", "AwsEc2Instance"),
    ("ecr", "repository/", "AwsEcrRepository"),
    ("iam", "policy/", "AwsIamPolicy"),
    ("iam", "role/", "AwsIamRole"),
    ("iam", "user/", "AwsIamUser"),
    ("kms", "key/", "AwsKmsKey"),
    ("lambda", "function:", "AwsLambdaFunction"),
    ("secretsmanager", "secret:", "AwsSecretsManagerSecret"),
    ("sns", "", "AwsSnsTopic"),
    ("sqs", "", "AwsSqsQueue"),
)
"""The service, the beginning of the resource in the ARN, and the name that the format has for the type."""


class Importer(NamedTuple):
    """Where findings are imported: the account, its partition and the Region."""

    account: str
    partition: str
    region: str


def finding_of(document: Published, importer: Importer, now: str) -> dict[str, Any]:
    """The finding of a cause; ``now`` is an ISO 8601 time. A cause that comes again updates the finding it made.

    The document must have its report.
    """
    report, group = document.report, document.group
    if report is None:
        raise ValueError("a finding is made of a whole document")
    label = SEVERITY.get(group.cause or "", "LOW")
    product = f"arn:{importer.partition}:securityhub:{importer.region}:{importer.account}:product/{importer.account}"
    event = report.event
    fields = {
        "policysim/cause": group.cause or "unknown",
        "policysim/action": action_of(report),
        "policysim/denials": str(group.count),
        "policysim/account": (event.account if event is not None else None) or "unknown",
        "policysim/log": f"s3://{document.log.bucket}/{document.log.key}",
        "policysim/json": document.json,
    }
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"policysim/{document.fingerprint}",
        "ProductArn": f"{product}/default",
        "ProductName": "policysim",
        "GeneratorId": f"policysim/{group.cause or 'unknown'}",
        "AwsAccountId": importer.account,
        "Types": [_TYPE],
        "FirstObservedAt": _time(group.first, now),
        "LastObservedAt": _time(group.last, now),
        "CreatedAt": now,
        "UpdatedAt": now,
        "Severity": {"Label": label},
        "FindingProviderFields": {"Severity": {"Label": label}, "Types": [_TYPE]},
        "Title": _cut(f"Access denied: {document.headline}", _TITLE),
        "Description": _cut(_description(document), _DESCRIPTION),
        "Remediation": {
            "Recommendation": {"Text": _cut(_recommendation(document), _RECOMMENDATION), "Url": document.html}
        },
        "SourceUrl": document.html,
        "Resources": list(_resources(document, importer))[:_MOST_RESOURCES],
        "ProductFields": {name: _cut(value, 2000) for name, value in fields.items()},
        "RecordState": "ACTIVE",
    }


def _time(told: str | None, now: str) -> str:
    """The time of an event, where it has the form that a finding needs."""
    return told if told is not None and _TIME.fullmatch(told) else now


def _description(document: Published) -> str:
    report = document.report
    if report is None:
        return document.headline
    who = caller_of(report) or "an unknown caller"
    wanted = f"{action_of(report)} on {resource_of(report) or 'a resource that is not known'}"
    cause = confirmed_cause(report)
    told = f" Cause: {cause}." if cause else ""
    return f"{who} wanted {wanted} and was denied ({document.group.count} in one log file).{told}"


def _recommendation(document: Published) -> str:
    """What the report says to do first."""
    report = document.report
    rows = facts_of(report).rows if report is not None else ()
    found = next((row for row in rows if row.label in {"Fix", "Try first", "Find out"}), None)
    return f"{found.label}: {found.text}" if found is not None else "Read the report."


def _resources(document: Published, importer: Importer) -> Iterator[dict[str, str]]:
    """The callers and what they wanted to reach, each once; at least one."""
    names = dict.fromkeys([*document.group.principals[: _MOST_RESOURCES // 2], *document.group.resources])
    listed = [name for name in names if name and name != "*"]
    for name in listed or ["unknown"]:
        yield {"Type": _type_of(name), "Id": _cut(name, _LONGEST_ID), "Partition": importer.partition}


def _type_of(name: str) -> str:
    arn = parse_arn(name)
    if arn is None:
        return "Other"
    if arn.service == "s3":
        return "AwsS3Object" if "/" in arn.resource else "AwsS3Bucket"
    found = (
        kind for service, start, kind in _RESOURCE_TYPES if arn.service == service and arn.resource.startswith(start)
    )
    return next(found, "Other")


def _cut(text: str, length: int) -> str:
    """A text that the format takes: on one line, not blank, and no longer than it may be."""
    line = ascii_line(text).strip() or "unknown"
    return line if len(line) <= length else line[: length - 3] + "..."
