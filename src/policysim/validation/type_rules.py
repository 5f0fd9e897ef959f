"""Checks of what only some types of document may hold.

Source: Organizations User Guide, orgs_manage_policies_scps_syntax and ..._rcps_syntax; IAM User Guide on trust
policies; AWS PrivateLink Guide, vpc-endpoints-access; spec G2, G17 to G19, G21, G24.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policysim.catalog.rcp_services import RCP_SERVICES
from policysim.language.operators import Family, operator_named
from policysim.language.policy_types import PolicyType
from policysim.validation.actions import EVERY_ACTION
from policysim.validation.finding_kinds import (
    ENDPOINT_LIMIT,
    LEGACY_SCP,
    RCP_FORM,
    RCP_SERVICE,
    TRUST_ACTION,
    TRUST_WILDCARD,
)
from policysim.validation.identifiers import SYSTEM_IDENTIFIERS
from policysim.validation.overlaps import covers_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import ConditionEntry, Statement
    from policysim.validation.findings import Finding
    from policysim.validation.subject import Subject

ASSUMING: Final = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
)
"""The actions that a role trust policy may name (spec G21)."""

LEAST_RUN: Final = 6
"""The fewest plain characters before or behind each wildcard of a string in an endpoint policy (spec G24)."""

_WILDCARD: Final = re.compile(r"[*?]")


def legacy_scps(subject: Subject) -> Iterator[Finding]:
    """An Allow of an SCP that says more than SCPs could before 2025-09 (spec G17, G18)."""
    if subject.type is not PolicyType.SCP or not subject.allows:
        return
    statement = subject.statement
    parts = (
        ("NotAction", statement.action.negated),
        ("Condition", bool(statement.conditions)),
        ("Resource", not subject.on_everything),
    )
    extra = [f"`{name}`" for name, there in parts if there]
    if extra:
        message = f"{' and '.join(extra)} in an Allow of an SCP: accepted since 2025-09, and refused by older tools"
        yield subject.finding(LEGACY_SCP, message)


def rcp_forms(subject: Subject) -> Iterator[Finding]:
    """What a resource control policy of a customer may not hold, and services that it does not reach (spec G19)."""
    if subject.type is not PolicyType.RCP or _is_full_access(subject.statement):
        return
    statement = subject.statement
    if subject.allows:
        message = "a resource control policy only denies; `RCPFullAWSAccess` is attached by AWS"
        yield subject.finding(RCP_FORM, message, subject.at("Effect"), "write `Deny`")
    if statement.action.negated:
        yield subject.finding(
            RCP_FORM, "a resource control policy has no `NotAction`", subject.at("NotAction").key, "use `Action`"
        )
        return
    for action in subject.actions:
        if action.text in EVERY_ACTION:
            message = f"`{action.text}` stands alone: an action of a resource control policy names its service"
            yield subject.finding(RCP_FORM, message, action.where, "write one pattern for each service, such as `s3:*`")
        elif action.text.partition(":")[0].lower() not in RCP_SERVICES:
            message = f"resource control policies do not reach `{action.text.partition(':')[0]}`"
            yield subject.finding(RCP_SERVICE, message, action.where)


def _is_full_access(statement: Statement) -> bool:
    """Whether the statement is that of AWS's own ``RCPFullAWSAccess``."""
    resource = statement.resource
    return (
        statement.effect.value == "Allow"
        and statement.action.patterns == ("*",)
        and not statement.action.negated
        and resource is not None
        and resource.patterns == ("*",)
        and not statement.conditions
    )


def trust_actions(subject: Subject) -> Iterator[Finding]:
    """Actions of a role trust policy that assume no role (spec G21)."""
    if subject.type is not PolicyType.TRUST:
        return
    if subject.statement.action.negated:
        message = "`NotAction` of a role trust policy covers more than assuming the role"
        yield subject.finding(TRUST_WILDCARD, message, subject.at("NotAction").key, "list the actions")
        return
    for action in subject.actions:
        lower = action.text.lower()
        if lower in ASSUMING:
            continue
        if any(covers_actions(lower, allowed) for allowed in ASSUMING) or lower in EVERY_ACTION:
            if not lower.startswith("sts:assumerole"):
                message = f"`{action.text}` covers more than assuming the role"
                yield subject.finding(TRUST_WILDCARD, message, action.where, "list the actions")
        else:
            message = f"`{action.text}` assumes no role, and a role trust policy says nothing else"
            yield subject.finding(TRUST_ACTION, message, action.where, "use `sts:AssumeRole` or its kin")


def endpoint_limits(subject: Subject) -> Iterator[Finding]:
    """Wildcards and operators that endpoint policies do not take (spec G24)."""
    if subject.type is not PolicyType.VPCE:
        return
    for entry in subject.statement.conditions:
        yield from _endpoint_condition(subject, entry)
    for resource in subject.resources:
        fields = resource.text.split(":", 5)
        if len(fields) == 6 and _mixes(fields[4]):
            message = f"the account of `{resource.text}` is partly a wildcard, which endpoint policies do not take"
            yield subject.finding(ENDPOINT_LIMIT, message, resource.where, "write the whole account id, or `*`")


def _endpoint_condition(subject: Subject, entry: ConditionEntry) -> Iterator[Finding]:
    operator = operator_named(entry.operator)
    if operator is None:
        return
    identifies = entry.key.lower() in SYSTEM_IDENTIFIERS
    if identifies and operator.base.family is Family.NUMERIC:
        message = f"endpoint policies do not compare `{entry.key}` as a number"
        yield subject.finding(ENDPOINT_LIMIT, message, subject.at("Condition", entry.operator).key)
    for index, value in enumerate(entry.values):
        where = subject.at(*entry.path(index))
        if identifies and _WILDCARD.search(value):
            message = f"endpoint policies take no wildcard in a value of `{entry.key}`"
            yield subject.finding(ENDPOINT_LIMIT, message, where)
        elif operator.base.positive == "StringLike" and not _long_runs(value):
            message = f"a wildcard in `{value}` has fewer than {LEAST_RUN} plain characters on both sides"
            yield subject.finding(ENDPOINT_LIMIT, message, where)
        elif operator.base.family is Family.ARN and _mixes((value.split(":", 5) + [""] * 6)[4]):
            message = f"the account of `{value}` is partly a wildcard, which endpoint policies do not take"
            yield subject.finding(ENDPOINT_LIMIT, message, where)


def _mixes(account: str) -> bool:
    return bool(_WILDCARD.search(account)) and account not in {"*", "?"}


def _long_runs(value: str) -> bool:
    """Whether each wildcard has enough plain characters before or behind it."""
    runs = [len(run) for run in _WILDCARD.split(value)]
    return all(max(before, behind) >= LEAST_RUN for before, behind in pairwise(runs))
