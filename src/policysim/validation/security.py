"""Checks of what an Allow gives away: everything, roles to pass or assume, and permissions that make more permissions.

Source: IAM User Guide, access-analyzer-reference-policy-checks (security warnings) and best-practices; spec A5, R12.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.language.policy_types import PolicyType
from policysim.validation.actions import EVERY_ACTION, covered_actions
from policysim.validation.finding_kinds import (
    ALLOW_NOT_ACTION,
    ALLOW_NOT_RESOURCE,
    ASSUME_ANY_ROLE,
    ESCALATION,
    FULL_ACCESS,
    PASS_ANY_ROLE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.catalog.facts import Catalogue
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

GRANTING_TYPES: Final = frozenset({PolicyType.IDENTITY})
"""The types of document that give what they allow: boundaries, session policies, SCPs and RCPs only limit."""

PASS_ROLE: Final = "iam:PassRole"  # noqa: S105  # the name of an action
ASSUME_ROLE: Final = "sts:AssumeRole"

ESCALATING: Final = frozenset(
    {
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PutGroupPolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:PutUserPermissionsBoundary",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateLoginProfile",
    }
)
"""Actions of IAM that give their caller, or an identity that the caller can use, more permissions (dated 2026-11)."""

_EVERY_ROLE: Final = re.compile(r"arn:[^:]*:iam::[^:]*:(\*|role/\*+|\?\*|role\*)")


def full_access(subject: Subject) -> Iterator[Finding]:
    """An Allow of every action on every resource, without a condition."""
    if not _gives_everything(subject) or subject.statement.conditions:
        return
    for action in subject.actions:
        if action.text in EVERY_ACTION:
            yield subject.finding(FULL_ACCESS, "every action is allowed on every resource", action.where)


def _gives_everything(subject: Subject) -> bool:
    statement = subject.statement
    return (
        subject.type in GRANTING_TYPES
        and subject.allows
        and not statement.action.negated
        and not EVERY_ACTION.isdisjoint(statement.action.patterns)
        and subject.on_everything
    )


def negated_allows(subject: Subject) -> Iterator[Finding]:
    """An Allow with ``NotAction`` or ``NotResource`` (spec A5, R12)."""
    if subject.type not in GRANTING_TYPES or not subject.allows:
        return
    statement = subject.statement
    if statement.action.negated and subject.on_everything:
        message = "`NotAction` in an Allow allows every action of every service that it does not list"
        yield subject.finding(ALLOW_NOT_ACTION, message, subject.at("NotAction").key, "list what is allowed")
    if statement.resource is not None and statement.resource.negated:
        message = "`NotResource` in an Allow allows every resource that it does not list"
        yield subject.finding(ALLOW_NOT_RESOURCE, message, subject.at("NotResource").key, "list what is allowed")


def roles_given_away(subject: Subject) -> Iterator[Finding]:
    """Passing or assuming every role (spec S2, S9)."""
    if not _is_open(subject) or not _on_every_role(subject):
        return
    for action in subject.actions:
        if _covers(subject.catalogue, action.text.lower(), PASS_ROLE) and not _has_key(subject, "iam:passedtoservice"):
            message = f"`{action.text}` passes every role of the account to every service"
            hint = "name the roles, or add a condition on `iam:PassedToService`"
            yield subject.finding(PASS_ANY_ROLE, message, action.where, hint)
        if _covers(subject.catalogue, action.text.lower(), ASSUME_ROLE) and not subject.statement.conditions:
            message = f"`{action.text}` assumes every role that trusts the account"
            yield subject.finding(ASSUME_ANY_ROLE, message, action.where, "name the roles")


def escalation(subject: Subject) -> Iterator[Finding]:
    """Actions that make more permissions, on every resource and under no condition."""
    if not _is_open(subject) or not _on_every_identity(subject) or subject.statement.conditions:
        return
    for action in subject.actions:
        found = sorted(escalating(subject.catalogue, action.text.lower()))
        if found:
            named = f"`{action.text}`" if len(found) == 1 else f"`{action.text}` ({len(found)} actions of IAM)"
            message = f"{named} lets its caller give itself more permissions"
            yield subject.finding(ESCALATION, message, action.where, "name the resources, or add a condition")


def _is_open(subject: Subject) -> bool:
    """Whether the statement gives the actions that it lists, short of everything (which is a finding of its own)."""
    return (
        subject.type in GRANTING_TYPES
        and subject.allows
        and not subject.statement.action.negated
        and not _gives_everything(subject)
    )


def _on_every_identity(subject: Subject) -> bool:
    element = subject.statement.resource
    return element is not None and not element.negated and any(map(_is_every_identity, element.patterns))


def _is_every_identity(pattern: str) -> bool:
    return pattern == "*" or re.fullmatch(r"arn:[^:]*:iam::[^:]*:\*", pattern) is not None


def _on_every_role(subject: Subject) -> bool:
    element = subject.statement.resource
    return (
        element is not None
        and not element.negated
        and any(pattern == "*" or _EVERY_ROLE.fullmatch(pattern) for pattern in element.patterns)
    )


def _has_key(subject: Subject, key: str) -> bool:
    return any(entry.key.lower() == key for entry in subject.statement.conditions)


def _covers(catalogue: Catalogue, pattern: str, action: str) -> bool:
    service = action.lower().partition(":")[0]
    return pattern in EVERY_ACTION or (
        pattern.startswith(f"{service}:") and action in covered_actions(catalogue, pattern)
    )


@lru_cache(maxsize=8192)
def escalating(catalogue: Catalogue, pattern: str) -> frozenset[str]:
    """The actions that a pattern covers and that make more permissions."""
    if pattern in EVERY_ACTION:
        return ESCALATING
    return ESCALATING.intersection(covered_actions(catalogue, pattern)) if pattern.startswith("iam:") else frozenset()
