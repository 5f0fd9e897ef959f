"""Checks of the whole document: its characters, its size, its version, and statements that repeat each other.

Source: IAM User Guide, reference_iam-quotas; spec G2, G10 to G15.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.catalog.quotas import RESOURCE_QUOTAS, SIZE_QUOTAS
from policysim.language.locator import locate
from policysim.language.policy_types import PolicyType
from policysim.language.source import Span
from policysim.validation.finding_kinds import (
    CHARACTERS,
    EMPTY_SID,
    MISSING_VERSION,
    REDUNDANT_STATEMENT,
    SIZE,
    SIZE_OF_DEFAULT,
)
from policysim.validation.findings import Finding
from policysim.validation.subject import STORED_BY_IAM, finding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.quotas import SizeQuota
    from policysim.language.policy import Policy, Statement

_REFUSED_CHARACTER: Final = re.compile("[^\t\n\r\x20-\xff]")


def characters(policy: Policy) -> Iterator[Finding]:
    """Characters that IAM does not take (spec G10); the first of each document is enough to find the others."""
    if policy.type not in STORED_BY_IAM:
        return
    span = locate(policy.location)
    refused = _REFUSED_CHARACTER.search(span.text)
    if refused is not None:
        at = span.start + refused.start()
        message = f"IAM takes no character such as U+{ord(refused[0]):04X} in a policy"
        yield Finding(CHARACTERS, CHARACTERS.severity, message, Span(span.source, at, at + 1), "use plain letters")


def sizes(policy: Policy) -> Iterator[Finding]:
    """Documents larger than the quotas of their type (spec G11 to G15)."""
    quotas = _quotas_of(policy)
    if not quotas:
        return
    text, quota = locate(policy.location).text, quotas[0]
    size = quota.size_of(text)
    if size <= quota.default:
        return
    message = f"the document has {size:,} {quota.unit}, and the quota of {quota.what} is {quota.default:,}"
    if size > quota.largest and not quota.awss_own_exceed_it:
        yield finding_of(SIZE, policy.type, message, policy.location, "split it, or use wildcards")
        return
    fits = next((other for other in quotas[1:] if other.size_of(text) <= other.default), None)
    hint = f"{fits.what} may have {fits.default:,}" if fits is not None else "split it, or use wildcards"
    if size <= quota.largest:
        hint = f"it can be raised to {quota.largest:,}"
    yield finding_of(SIZE_OF_DEFAULT, policy.type, message, policy.location, hint)


def _quotas_of(policy: Policy) -> tuple[SizeQuota, ...]:
    if policy.type is not PolicyType.RESOURCE:
        return SIZE_QUOTAS[policy.type.value]
    services = {
        pattern.partition(":")[0].lower() for statement in policy.statements for pattern in statement.action.patterns
    }
    quota = RESOURCE_QUOTAS.get(services.pop()) if len(services) == 1 else None
    return () if quota is None else (quota,)


def versions(policy: Policy) -> Iterator[Finding]:
    """Documents without a version, which have no policy variables (spec G2, V1)."""
    if policy.version is None and policy.statements and policy.type not in {PolicyType.SCP, PolicyType.RCP}:
        message = "the document has no `Version`, so it is read as one of 2008-10-17, without policy variables"
        yield finding_of(MISSING_VERSION, policy.type, message, policy.location, 'add "Version": "2012-10-17"')


def empty_sids(policy: Policy) -> Iterator[Finding]:
    """Identifiers that identify nothing (spec G7)."""
    for statement in policy.statements:
        if statement.sid == "":
            where = statement.location.below("Sid")
            yield finding_of(EMPTY_SID, policy.type, "the `Sid` is empty", where, "name the statement, or remove `Sid`")


def repeated_statements(policy: Policy) -> Iterator[Finding]:
    """Statements that say what an earlier one says already."""
    seen: dict[object, Statement] = {}
    for statement in policy.statements:
        first = seen.setdefault(_meaning(statement), statement)
        if first is not statement:
            message = f"the statement says what statement {first.index + 1} says already"
            yield finding_of(REDUNDANT_STATEMENT, policy.type, message, statement.location, "remove one of them")


def _meaning(statement: Statement) -> object:
    principal, resource = statement.principal, statement.resource
    return (
        statement.effect,
        principal and (principal.negated, frozenset((entry.kind, entry.value) for entry in principal.entries)),
        (statement.action.negated, frozenset(map(str.lower, statement.action.patterns))),
        resource and (resource.negated, frozenset(resource.patterns)),
        frozenset((entry.operator, entry.key.lower(), frozenset(entry.values)) for entry in statement.conditions),
    )
