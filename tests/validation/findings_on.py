"""Small documents, and what the checks say about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source
from policysim.validation.checking import check_policy

if TYPE_CHECKING:
    from policysim.validation.findings import Finding

GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
BUCKET = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, **GET}
QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:q"
ASSUME = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}


def document(*statements: Any, **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", **elements, "Statement": list(statements)}


def findings(*statements: Any, type_: PolicyType = PolicyType.IDENTITY, **elements: Any) -> tuple[Finding, ...]:
    """The findings on a document of these statements."""
    return findings_in(json.dumps(document(*statements, **elements), indent=2), type_)


def findings_in(text: str, type_: PolicyType = PolicyType.IDENTITY) -> tuple[Finding, ...]:
    """The findings on a text."""
    return check_policy(parse_policy(Source("p.json", text), type_))


def found(*statements: Any, type_: PolicyType = PolicyType.IDENTITY, **elements: Any) -> list[tuple[str, str]]:
    """Every finding as its code and the text that it points at (white space squeezed)."""
    return [
        (finding.code, " ".join(finding.span.text.split()) if finding.span else "")
        for finding in findings(*statements, type_=type_, **elements)
    ]


def codes(*statements: Any, type_: PolicyType = PolicyType.IDENTITY, **elements: Any) -> list[str]:
    """The codes of the findings, in order."""
    return [finding.code for finding in findings(*statements, type_=type_, **elements)]


def on(resource: Any, *actions: str, **elements: Any) -> dict[str, Any]:
    """An Allow of actions on a resource."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}


def under(condition: Any, *actions: str, effect: str = "Allow") -> dict[str, Any]:
    """A statement of actions on everything, under a condition."""
    return {"Effect": effect, "Action": list(actions or ("s3:GetObject",)), "Resource": "*", "Condition": condition}
