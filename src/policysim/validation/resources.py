"""Checks of ``Resource`` and ``NotResource``: actions and resources that never meet, and ARNs that there are not.

Source: Service Authorization Reference, resource types of each action; spec R1 to R23.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policysim.catalog.partitions import PARTITION_BY_REGION_START, STANDARD
from policysim.catalog.shared_prefixes import SHARED_PREFIXES
from policysim.language.arns import is_account_id
from policysim.language.policy import Effect
from policysim.validation.actions import EVERY_ACTION, covered_actions
from policysim.validation.finding_kinds import (
    ACTION_WITHOUT_RESOURCE,
    ARN_ACCOUNT,
    ARN_REGION,
    ARN_SERVICE_WILDCARD,
    MISSING_RESOURCE_TYPE,
    NO_RESOURCE_LEVEL,
    RESOURCE_WITHOUT_ACTION,
    UNKNOWN_PARTITION,
)
from policysim.validation.overlaps import arns_overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.catalog.facts import Catalogue
    from policysim.language.policy import Statement
    from policysim.validation.findings import Finding
    from policysim.validation.subject import PatternAt, Subject

PARTITIONS: Final = frozenset({STANDARD, *PARTITION_BY_REGION_START.values()})
"""The partitions of AWS."""

BUCKET_LIST: Final = "s3:listallmybuckets"
"""The action whose request resource S3 takes for ``arn:aws:s3:::*`` (spec R3)."""

_ACCOUNT_WORDS: Final = frozenset({"", "aws", "aws-marketplace", "cloudfront", "amazon", "marketplace"})
_OPEN: Final = frozenset("*?$")


def actions_and_resources(subject: Subject) -> Iterator[Finding]:
    """Actions that work on none of the resources, and resources that no action works on (spec R2, R16)."""
    statement = subject.statement
    if statement.resource is None or statement.resource.negated or statement.action.negated or subject.on_everything:
        return
    arns = [resource for resource in subject.resources if resource.text.startswith("arn:")]
    if not arns or len(arns) < len(subject.resources):
        return
    meeting = False
    for action in subject.actions:
        message = _why_apart(subject.catalogue, action.text, [resource.text for resource in arns])
        if message is None:
            meeting = True
        else:
            kind = NO_RESOURCE_LEVEL if "resource-level" in message else ACTION_WITHOUT_RESOURCE
            hint = 'give it a statement of its own with `"Resource": "*"`' if kind is NO_RESOURCE_LEVEL else ""
            yield subject.finding(kind, message, action.where, hint)
    if meeting:
        yield from _idle_resources(subject, arns)


def _why_apart(catalogue: Catalogue, action: str, arns: Sequence[str]) -> str | None:
    """Why an action pattern never meets the resources; ``None`` when it may."""
    forms = forms_of(catalogue, action.lower())
    if forms is None:
        return None
    if not forms:
        if action.lower() == BUCKET_LIST and any(arns_overlap(arn, "arn:aws:s3:::*") for arn in arns):
            return None
        return f"`{action}` has no resource-level permissions, so it never matches the resources of the statement"
    if any(arns_overlap(arn, form) for form in forms for arn in arns):
        return None
    return f"`{action}` works on no resource of the statement; its ARNs look like `{_nearest(forms, arns)}`"


def _nearest(forms: Sequence[str], arns: Sequence[str]) -> str:
    """The form that is most like one of the ARNs: the one to compare them with."""
    return max(forms, key=lambda form: max(SequenceMatcher(None, form, arn).ratio() for arn in arns))


def _idle_resources(subject: Subject, arns: Sequence[PatternAt]) -> Iterator[Finding]:
    forms: list[str] = []
    for action in subject.actions:
        found = forms_of(subject.catalogue, action.text.lower())
        if found is None:
            return
        forms += found
        if action.text.lower() == BUCKET_LIST:
            forms.append("arn:aws:s3:::*")
    for resource in arns:
        if not any(arns_overlap(resource.text, form) for form in forms):
            message = f"no action of the statement works on `{resource.text}`"
            yield subject.finding(RESOURCE_WITHOUT_ACTION, message, resource.where)


@lru_cache(maxsize=8192)
def forms_of(catalogue: Catalogue, pattern: str) -> tuple[str, ...] | None:
    """The forms of every ARN that an action pattern works on; ``None`` when the catalogue cannot tell.

    Empty for actions without resource-level permissions.
    """
    names = covered_actions(catalogue, pattern)
    if not names:
        return None
    service = pattern.partition(":")[0]
    if service in SHARED_PREFIXES:
        return tuple(form for described in catalogue.resource_types_of(service) for form in described.wildcards)
    forms: dict[str, None] = {}
    for name in names:
        action = catalogue.action(name)
        if action is None:
            return None
        for resource in action.resource_types:
            described = catalogue.resource_type(service, resource.name)
            if described is None:
                return None
            forms.update(dict.fromkeys(described.wildcards))
    return tuple(forms)


def missing_resource_types(subject: Subject) -> Iterator[Finding]:
    """An action some of whose required resource types no Allow of the document covers (spec R13)."""
    if not subject.allows or subject.on_everything or subject.statement.action.negated:
        return
    for action in subject.actions:
        described = subject.catalogue.action(action.text)
        required = () if described is None else [one.name for one in described.resource_types if one.required]
        if len(required) < 2 or not _first_mention(subject, action.text):
            continue
        covered = [name for name in required if _is_covered(subject, action.text, name)]
        missing = [f"`{name}`" for name in required if name not in covered]
        if covered and missing:
            message = f"`{action.text}` also needs {' and '.join(missing)}, which no Allow of the document covers"
            yield subject.finding(MISSING_RESOURCE_TYPE, message, action.where)


def _first_mention(subject: Subject, action: str) -> bool:
    lower = action.lower()
    for statement in subject.policy.statements:
        if statement.effect is Effect.ALLOW and lower in {pattern.lower() for pattern in statement.action.patterns}:
            return statement is subject.statement
    return False


def _is_covered(subject: Subject, action: str, type_name: str) -> bool:
    described = subject.catalogue.resource_type(action.partition(":")[0], type_name)
    if described is None:
        return True
    return any(
        statement.effect is Effect.ALLOW
        and _speaks_of(subject.catalogue, statement, action)
        and _covers_any(statement, described.wildcards)
        for statement in subject.policy.statements
    )


def _speaks_of(catalogue: Catalogue, statement: Statement, action: str) -> bool:
    wanted = catalogue.canonical_action(action)
    listed = any(
        pattern in EVERY_ACTION or wanted in covered_actions(catalogue, pattern)
        for pattern in statement.action.patterns
    )
    return listed is not statement.action.negated


def _covers_any(statement: Statement, forms: Sequence[str]) -> bool:
    element = statement.resource
    if element is None or element.negated:
        return True
    return any(pattern == "*" or arns_overlap(pattern, form) for pattern in element.patterns for form in forms)


def odd_arns(subject: Subject) -> Iterator[Finding]:
    """Partitions, Regions and accounts that there are not, and wildcards for a service (spec R4, R9, R10, R20)."""
    for resource in subject.resources:
        fields = resource.text.split(":", 5)
        if len(fields) < 6 or fields[0] != "arn":
            continue
        _, partition, service, region, account, _ = fields
        if not _OPEN & set(partition) and partition not in PARTITIONS:
            message = f"`{partition}` in `{resource.text}` is no partition"
            yield subject.finding(UNKNOWN_PARTITION, message, resource.where, "most ARNs start with `arn:aws:`")
        if region and not _OPEN & set(region) and (service == "iam" or (service == "s3" and not account)):
            message = f"`{resource.text}` names a Region, and resources of `{service}` like this one have none"
            yield subject.finding(ARN_REGION, message, resource.where, "leave the fourth part empty")
        if not _OPEN & set(account) and not is_account_id(account) and account not in _ACCOUNT_WORDS:
            message = f"`{account}` in `{resource.text}` is no account id: those have 12 digits"
            yield subject.finding(ARN_ACCOUNT, message, resource.where)
        if "*" in service or "?" in service:
            message = f"`{resource.text}` covers resources of other services too"
            yield subject.finding(ARN_SERVICE_WILDCARD, message, resource.where, "name the service")
