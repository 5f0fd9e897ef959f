"""What the checks say about documents that nobody here wrote."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from policysim.validation.checking import check_policy
from policysim.validation.findings import FindingSeverity
from tests.shared_data import needs_shared, rows

if TYPE_CHECKING:
    from policysim.validation.findings import Finding

AWS_MANAGED = "iann0036/iam-dataset"
"""The repository whose rows are AWS's own managed policies."""

ACCEPTED: dict[str, set[str]] = {
    # IAM saves keys of any form, and whatever stands under them.
    "condition key w/o prefix": {"key-form"},
    # Services other than IAM do not ask for unique Sids; an empty Sid repeats nothing.
    "duplicate Sid": {"duplicate-sid", "empty-sid"},
    # IAM asks for one colon and a prefix of letters, digits, `-` and `.`; the name may be anything.
    "malformed action": {"unknown-service", "unknown-action", "white-space"},
    # Saved by some services; it lets everybody in who is not listed.
    "NotPrincipal with Allow": {"not-principal-with-allow"},
    # API Gateway, CloudWatch Logs, SQS and CloudFormation store resources in forms of their own.
    "resource not ARN": {"resource-form"},
    # IAM saves an unknown operator as long as no key stands under it.
    "unknown operator": {"empty-list"},
}
"""Complaints of the rough check about documents that AWS saves, with what the checks say instead of an error."""

LABELLED_WRONGLY = "aws-samples/resource-control-policy-examples"
"""Resource control policies of sts actions, which the data calls trust policies."""


def checked(row: dict[str, Any]) -> tuple[Finding, ...]:
    return check_policy(parse_policy(Source(row["id"], json.dumps(row["policy"])), PolicyType(row["type"])))


def errors_of(row: dict[str, Any]) -> set[str]:
    return {finding.code for finding in checked(row) if finding.severity is FindingSeverity.ERROR}


@cache
def documents(*, aws: bool) -> list[dict[str, Any]]:
    return [row for row in rows("data/policies/policies.jsonl.gz") if (row["repo"] == AWS_MANAGED) is aws]


@needs_shared
def test_no_policy_that_aws_manages_has_an_error_and_few_have_a_warning() -> None:
    managed = documents(aws=True)
    severities: Counter[FindingSeverity] = Counter()
    codes: Counter[str] = Counter()
    for row in managed:
        found = checked(row)
        severities.update({finding.severity for finding in found})
        codes.update({finding.code for finding in found})
    assert len(managed) == 1361
    assert severities[FindingSeverity.ERROR] == 0
    assert severities[FindingSeverity.SECURITY_WARNING] <= 20
    assert severities[FindingSeverity.WARNING] < 0.22 * len(managed)
    most = {code for code, count in codes.items() if count > 0.05 * len(managed)}
    assert most <= {"no-resource-level", "size-of-default", "missing-resource-type", "resource-without-action"}


@needs_shared
def test_errors_of_documents_in_use_are_those_that_aws_refuses() -> None:
    rough = {row["id"] for row in rows("data/policies/invalid.jsonl")}
    in_use = [row for row in documents(aws=False) if not row["template"] and row["id"] not in rough]
    codes: Counter[str] = Counter()
    for row in in_use:
        if row["repo"] != LABELLED_WRONGLY:
            codes.update(errors_of(row))
    assert sum(codes.values()) < 0.04 * len(in_use)
    assert codes == {
        "sid-characters": 9,
        "wrong-type": 8,
        "empty-element": 4,
        "principal-form": 5,
        "missing-claim": 3,
        "partial-wildcard": 2,
        "unknown-partition": 3,
        "service-wildcard": 1,
        "resource-not-allowed": 1,
        "trust-action": 1,
        "arn-region": 2,
    }


@needs_shared
def test_documents_of_the_rough_check_are_errors_or_accepted_for_a_reason() -> None:
    candidates = rows("data/policies/invalid.jsonl")
    accepted = 0
    for row in candidates:
        found = checked(row)
        if any(finding.severity is FindingSeverity.ERROR for finding in found):
            continue
        accepted += 1
        codes = {finding.code for finding in found}
        for problem in row["problems"]:
            assert problem in ACCEPTED, (row["id"], problem)
            assert codes & ACCEPTED[problem], (row["id"], problem, codes)
    assert (len(candidates), accepted) == (158, 42)
