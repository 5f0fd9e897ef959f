"""From findings to the document that every renderer of ``policysim check`` shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.locator import locate
from policysim.language.source import Span
from policysim.reports.check_document import CheckedPolicyDocument, CheckFile, CheckSummary, FindingDocument
from policysim.reports.excerpts import Mark, lines_around
from policysim.validation.findings import FindingSeverity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.language.policy import Policy
    from policysim.validation.findings import Finding

SCHEMA = 1
"""The number of the JSON document; keys are added to it, never removed."""


class CheckedPolicy(NamedTuple):
    """One document with everything found on it; ``pointer`` is its place in the file, ``reason`` that of its type."""

    policy: Policy
    pointer: str
    reason: str
    findings: Sequence[Finding]


def check_file(checked: Sequence[CheckedPolicy], least: FindingSeverity, version: str) -> CheckFile:
    """The document of a run; findings below the severity ``least`` are counted and not listed."""
    counts = Counter(finding.severity for one in checked for finding in one.findings)
    summary = CheckSummary(
        policies=len(checked),
        error=counts[FindingSeverity.ERROR],
        security_warning=counts[FindingSeverity.SECURITY_WARNING],
        warning=counts[FindingSeverity.WARNING],
        suggestion=counts[FindingSeverity.SUGGESTION],
    )
    policies = tuple(_policy(one, least) for one in checked)
    return CheckFile(schema=SCHEMA, policysim=version, severity=least, summary=summary, policies=policies)


def _policy(checked: CheckedPolicy, least: FindingSeverity) -> CheckedPolicyDocument:
    policy = checked.policy
    listed = [finding for finding in checked.findings if finding.severity.rank <= least.rank]
    documents = [_finding(finding, finding.span or locate(policy.location)) for finding in listed]
    return CheckedPolicyDocument(
        file=policy.location.source.name,
        pointer=checked.pointer,
        type=policy.type.value,
        type_reason=checked.reason,
        findings=tuple(sorted(documents, key=lambda one: (one.line, one.column, one.severity.rank, one.code))),
    )


def _finding(finding: Finding, span: Span) -> FindingDocument:
    place = span.place
    return FindingDocument(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        hint=finding.hint,
        rules=finding.kind.rules,
        source=finding.kind.source,
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        excerpt=lines_around(span.outermost.source, set(), [Mark(_first_line(span), "")]),
    )


def _first_line(span: Span) -> Span:
    """What is underlined: of a part that goes over several lines only its opening bracket."""
    place = span.place
    return span if place.line == place.end_line else Span(span.source, span.start, span.start + 1)
