"""Grants of a KMS key, written as policies, so that the same rules match them as match every other statement.

A grant can only allow. It reaches its grantee in a way of its own (``Reach.key_grant``): no policy has to allow beside
it. Source: AWS KMS Developer Guide, grants, create-grant-overview and grant-delete; AWS KMS API Reference,
GrantConstraints and GrantListEntry (pages of 2026); spec S23, S35.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.evaluation.kms_keys import GRANT_ID_KEY
from policysim.evaluation.policy_set import AttachedPolicy, Gap
from policysim.evaluation.principals import Circumstances, match_principal
from policysim.evaluation.truth import FALSE
from policysim.language.arns import parse_arn
from policysim.language.policy import Effect, PrincipalElement, PrincipalEntry
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.language.policy import Policy, Statement
    from policysim.language.request import Principal

GRANT_NOT_EVALUATED_CODE: Final = "grant-not-evaluated"

GRANTABLE: Final = frozenset(
    """
    creategrant decapsulate decrypt derivesharedsecret describekey encapsulate encrypt generatedatakey
    generatedatakeypair generatedatakeypairwithoutplaintext generatedatakeywithoutplaintext generatemac getpublickey
    reencryptfrom reencryptto retiregrant sign verify verifymac
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""The operations, in lower case, that a KMS grant can allow (KMS API reference, CreateGrant)."""

RETIRE: Final = "retiregrant"
_CREATE: Final = "creategrant"
_UNDER_CONTEXT: Final = frozenset(
    """
    decrypt encrypt generatedatakey generatedatakeypair generatedatakeypairwithoutplaintext
    generatedatakeywithoutplaintext reencryptfrom reencryptto
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""The operations with an encryption context: constraints on it do not apply to any other, CreateGrant aside."""

_KEY_OF_CONTEXT: Final = "kms:EncryptionContext:"
_KEYS_OF_CONTEXT: Final = "kms:EncryptionContextKeys"
_CONSTRAINT_TYPE: Final = "kms:GrantConstraintType"
_EQUALS: Final = "EncryptionContextEquals"
_SUBSET: Final = "EncryptionContextSubset"


class KeyGrant(NamedTuple):
    """One grant of a KMS key: whom it serves, the operations (without ``kms:``) that it covers, and its constraints.

    ``grantee`` and ``retiring`` are ARNs, or names of AWS services. The constraints are pairs of an encryption
    context, and the ARN of the resource on whose behalf a service must ask; ``None`` where there is none.
    ``understood`` is false when the grant has constraints of a kind that nobody here knows. ``created`` is the time
    as it was printed.
    """

    grantee: str
    operations: tuple[str, ...]
    retiring: str | None = None
    id: str | None = None
    name: str | None = None
    context_equals: tuple[tuple[str, str], ...] | None = None
    context_subset: tuple[tuple[str, str], ...] | None = None
    source_arn: str | None = None
    issuing_account: str | None = None
    created: str | None = None
    understood: bool = True

    @property
    def title(self) -> str:
        """The grant in a few words."""
        return f"grant {self.name or self.id or 'to ' + self.grantee}"


class GrantsOfKey(NamedTuple):
    """What the grants of a key say of one request: policies that may allow it, and gaps."""

    policies: tuple[AttachedPolicy, ...]
    gaps: tuple[Gap, ...]


def grants_in_force(
    grants: tuple[KeyGrant, ...],
    key_arn: str,
    action: str,
    caller: Principal,
    *,
    service_names: tuple[str, ...] = (),
) -> GrantsOfKey:
    """The grants of a key that cover an action of this caller, as policies; a grant that cannot be read is a gap.

    ``service_names``: the further names of a service that calls (spec P16).
    """
    service, _, operation = action.lower().partition(":")
    if service != "kms" or operation not in GRANTABLE:
        return GrantsOfKey((), ())
    policies: list[AttachedPolicy] = []
    gaps: list[Gap] = []
    circumstances = Circumstances(service_names=service_names)
    for grant in grants:
        policy = _policy(grant, key_arn, operation, alone=len(grants) == 1)
        if policy is None or not _may_reach(policy.statements, caller, circumstances):
            continue
        if grant.understood:
            policies.append(AttachedPolicy(grant.title, policy, None, key_arn, editable=False))
        else:
            sentence = f"a {grant.title} of `{key_arn}` may allow this: it has constraints that are not known"
            gaps.append(Gap(GRANT_NOT_EVALUATED_CODE, sentence, may_deny=False))
    return GrantsOfKey(tuple(policies), tuple(gaps))


def _may_reach(statements: Iterable[Statement], caller: Principal, circumstances: Circumstances) -> bool:
    """Whether the grant may be about this caller at all: a key can have thousands that are not."""
    return any(
        match_principal(statement.principal, Effect.ALLOW, caller, circumstances)[0].truth is not FALSE
        for statement in statements
        if statement.principal is not None
    )


@lru_cache(maxsize=1024)
def _policy(grant: KeyGrant, key_arn: str, operation: str, *, alone: bool) -> Policy | None:
    """The grant of one operation as a policy, or ``None`` when it does not cover it.

    ``alone``: the key has no other grant, so that there is no doubt which one is to be retired.
    """
    conditions = _conditions(grant, operation)
    grantees = tuple(_retiring(grant, key_arn)) if operation == RETIRE else _grantees(grant, operation)
    if not grantees:
        return None
    if operation == RETIRE and not alone:
        conditions = {"StringEquals": {GRANT_ID_KEY: grant.id or grant.title}}
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": list(grantees)},
        "Action": f"kms:{next((name for name in grant.operations if name.lower() == operation), 'RetireGrant')}",
        "Resource": "*",
    }
    if conditions:
        statement["Condition"] = conditions
    # Without a version: the values of a constraint are literal, with no policy variables in them.
    text = json.dumps({"Statement": [statement]}, indent=2)
    policy = parse_policy(Source(f"{grant.title} of {key_arn}", text, written_here=True), PolicyType.RESOURCE)
    return replace(policy, problems=(), statements=tuple(_to_grantees(one, grantees) for one in policy.statements))


def _to_grantees(statement: Statement, grantees: tuple[str, ...]) -> Statement:
    entries = tuple(
        PrincipalEntry("KeyGrantee", grantee, ("Principal", "AWS", index)) for index, grantee in enumerate(grantees)
    )
    return replace(statement, principal=PrincipalElement("Principal", negated=False, entries=entries))


def _grantees(grant: KeyGrant, operation: str) -> tuple[str, ...]:
    return (grant.grantee,) if operation in {name.lower() for name in grant.operations} else ()


def _retiring(grant: KeyGrant, key_arn: str) -> Iterator[str]:
    """Who may retire a grant: the accounts that made it and that own the key delegate it by identity policies."""
    if grant.retiring is not None:
        yield grant.retiring
    yield from _grantees(grant, RETIRE)
    if grant.issuing_account is not None:
        yield grant.issuing_account
    key = parse_arn(key_arn)
    if key is not None and key.account:
        yield key.account


def _conditions(grant: KeyGrant, operation: str) -> dict[str, dict[str, Any]]:
    """The constraints as conditions. Names of pairs ignore case, as names of condition keys do; values do not."""
    found: dict[str, dict[str, Any]] = {}
    if grant.source_arn is not None and operation != RETIRE:
        found["ArnEquals"] = {"aws:SourceArn": grant.source_arn}
    if operation == _CREATE:
        found["ForAllValues:StringEquals"] = {"kms:GrantOperations": list(grant.operations)}
    pairs = (*(grant.context_equals or ()), *(grant.context_subset or ()))
    if operation in _UNDER_CONTEXT or (operation == _CREATE and pairs):
        equals: dict[str, Any] = {_KEY_OF_CONTEXT + name: value for name, value in pairs}
        if operation == _CREATE:
            equals[_CONSTRAINT_TYPE] = [_EQUALS] if grant.context_equals is not None else [_EQUALS, _SUBSET]
        if equals:
            found["StringEquals"] = equals
        if grant.context_equals is not None:
            names = [name for name, _ in grant.context_equals]
            found["ForAllValues:StringEqualsIgnoreCase"] = {_KEYS_OF_CONTEXT: names}
    return found
