"""What the reader says about documents that nobody here wrote."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from tests.shared_data import needs_shared, rows

if TYPE_CHECKING:
    from policysim.language.policy import Policy

NEVER_ERRORS = {"condition key w/o prefix", "duplicate Sid", "NotPrincipal with Allow"}
"""Complaints of the rough check that AWS does not refuse to save, or not everywhere."""


def read(row: dict[str, Any]) -> Policy:
    return parse_policy(Source(row["id"], json.dumps(row["policy"])), PolicyType(row["type"]))


@needs_shared
def test_documents_of_the_rough_check_are_errors_but_for_what_some_service_accepts() -> None:
    documents = rows("data/policies/invalid.jsonl")
    accepted = [row for row in documents if read(row).usable]
    assert len(documents) - len(accepted) == 95
    left = Counter(problem for row in accepted for problem in row["problems"] if problem not in NEVER_ERRORS)
    assert left == {"resource not ARN": 11, "malformed action": 8, "unknown operator": 2}
    not_arn = [row for row in accepted if "resource not ARN" in row["problems"]]
    assert {row["type"] for row in not_arn} == {"resource"}


@needs_shared
def test_documents_in_use_are_hardly_ever_errors() -> None:
    rejected = {row["id"] for row in rows("data/policies/invalid.jsonl")}
    codes: Counter[str] = Counter()
    for row in rows("data/policies/policies.jsonl.gz"):
        if row["id"] not in rejected and not row["template"]:
            codes.update({problem.code for problem in read(row).problems if problem.is_error})
    assert codes == {"wrong-type": 8, "resource-not-allowed": 4, "service-wildcard": 1}
