"""Checks of ``Principal`` and ``NotPrincipal``: forms, places, and who is let in.

Source: IAM User Guide, reference_policies_elements_principal, ..._notprincipal, confused-deputy; spec P2 to P22, S30.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policysim.language.operators import Family, operator_named
from policysim.language.policy_types import PolicyType
from policysim.validation.finding_kinds import (
    CONFUSED_DEPUTY,
    GROUP_PRINCIPAL,
    NOT_PRINCIPAL_DENY,
    PRINCIPAL_FORM,
    PRINCIPAL_PLACE,
    PUBLIC,
    SERVICE_FORM,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import ConditionEntry, PrincipalEntry
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

LIMITING_KEYS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:userid",
        "aws:username",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:vpcsourceip",
        "aws:federatedprovider",
        "elasticfilesystem:accesspointarn",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "kms:viaservice",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "sns:endpoint",
    }
)
"""Keys whose fixed values limit who may call (spec S16, and the keys of the service that a policy is attached to)."""

SOURCE_KEYS: Final = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"}
)
"""Keys that tell on whose behalf a service acts (spec S30)."""

_ACCOUNT: Final = re.compile(r"\d{12}")
_UNIQUE_ID: Final = re.compile(r"A[A-Z0-9]{15,}")
_PRINCIPAL_ARN: Final = re.compile(r"arn:[^:]*:(iam|sts)::[^:]+:.+")
_GROUP_ARN: Final = re.compile(r"arn:[^:]*:iam::[^:]*:group/.*")
_SERVICE: Final = re.compile(
    r"[a-z0-9._*-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|[a-z0-9-]+\.(gov|scloud|hci)|aws\.dev|aws)"
)
_OPEN_TEXT: Final = frozenset("*?$")


def principal_forms(subject: Subject) -> Iterator[Finding]:
    """Principals that are none (spec P2, P3, P12, P16)."""
    for entry in _entries(subject):
        where = subject.at(*entry.path)
        if entry.kind == "AWS" and not _OPEN_TEXT & set(entry.value):
            if _GROUP_ARN.fullmatch(entry.value):
                message = f"`{entry.value}` is a group, and groups are no principals"
                yield subject.finding(GROUP_PRINCIPAL, message, where, "name users or roles")
            elif not _is_principal(entry.value):
                message = f"`{entry.value}` is no account id, no ARN of IAM or STS and no unique id"
                yield subject.finding(PRINCIPAL_FORM, message, where)
        if entry.kind == "Service" and not _OPEN_TEXT & set(entry.value) and not _SERVICE.fullmatch(entry.value):
            message = f"`{entry.value}` is no service principal: those end in `.amazonaws.com`"
            yield subject.finding(SERVICE_FORM, message, where)


def _is_principal(value: str) -> bool:
    return any(form.fullmatch(value) for form in (_ACCOUNT, _UNIQUE_ID, _PRINCIPAL_ARN))


def principal_places(subject: Subject) -> Iterator[Finding]:
    """``Federated`` outside trust policies, ``CanonicalUser`` outside S3 (spec P13, P15)."""
    for entry in _entries(subject):
        if entry.kind == "Federated" and subject.type is not PolicyType.TRUST:
            message = "`Federated` principals have a meaning only in role trust policies"
        elif entry.kind == "CanonicalUser" and not _is_of_s3(subject):
            message = "`CanonicalUser` principals have a meaning only in policies of S3"
        else:
            continue
        yield subject.finding(PRINCIPAL_PLACE, message, subject.at(*entry.path))


def _is_of_s3(subject: Subject) -> bool:
    return any(action.text.lower().startswith(("s3", "*")) for action in subject.actions)


def not_principal_denies(subject: Subject) -> Iterator[Finding]:
    """``NotPrincipal`` with ``Deny`` (spec P20, P21)."""
    principal = subject.statement.principal
    if principal is not None and principal.negated and not subject.allows:
        message = (
            "a Deny with `NotPrincipal` also stops listed sessions whose role or account is not listed, "
            "and every user and role with a permissions boundary"
        )
        hint = "use `Principal` `*` and a condition on `aws:PrincipalArn`"
        yield subject.finding(NOT_PRINCIPAL_DENY, message, subject.at(principal.name).key, hint)


def public_principals(subject: Subject) -> Iterator[Finding]:
    """Everybody, without a condition that says who (spec E36, P25, S16)."""
    principal = subject.statement.principal
    if principal is None or principal.negated or not subject.allows or subject.type not in _OPEN_TO_STRANGERS:
        return
    if any(_limits(entry, LIMITING_KEYS) for entry in subject.statement.conditions):
        return
    for entry in principal.entries:
        if entry.value == "*" and entry.kind in {"*", "AWS"}:
            message = "everybody is allowed: no condition says whose request it must be"
            hint = "name the principals, or add a condition such as `aws:PrincipalOrgID`"
            yield subject.finding(PUBLIC, message, subject.at(*entry.path), hint)


_OPEN_TO_STRANGERS: Final = frozenset({PolicyType.RESOURCE, PolicyType.TRUST})


def confused_deputies(subject: Subject) -> Iterator[Finding]:
    """Services that are let in on anybody's behalf (spec S30)."""
    if subject.type is not PolicyType.RESOURCE or not subject.allows:
        return
    if any(_limits(entry, SOURCE_KEYS) for entry in subject.statement.conditions):
        return
    for entry in _entries(subject):
        if entry.kind == "Service" and not (subject.statement.principal and subject.statement.principal.negated):
            message = f"`{entry.value}` is let in on behalf of every account"
            hint = "add a condition on `aws:SourceArn` or `aws:SourceAccount`"
            yield subject.finding(CONFUSED_DEPUTY, message, subject.at(*entry.path), hint)


def _limits(entry: ConditionEntry, keys: frozenset[str]) -> bool:
    """Whether a condition lets only some values of the keys pass; requests without the key do not."""
    operator = operator_named(entry.operator)
    if operator is None or entry.key.lower() not in keys:
        return False
    if operator.base.family is Family.NULL:
        return False
    plain = not operator.base.negated and not operator.if_exists and not operator.prefix.value.startswith("ForAll")
    return plain and bool(entry.values) and all(value.strip("*") for value in entry.values)


def _entries(subject: Subject) -> tuple[PrincipalEntry, ...]:
    principal = subject.statement.principal
    return () if principal is None else principal.entries
