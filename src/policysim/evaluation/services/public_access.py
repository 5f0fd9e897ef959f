"""S3 Block Public Access: a public bucket policy works only for the bucket's own account and AWS services.

Source: Amazon S3 User Guide, access-control-block-public-access ("The meaning of public", page of 2026); spec S15, S16.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known, negate
from policysim.language.operators import Family, SetPrefix, operator_named
from policysim.language.policy import Effect
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.policy import ConditionEntry, Policy, Statement
    from policysim.language.request import Request

_LIMITING_KEYS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
_LEAST_PREFIX: Final = {4: 8, 6: 32}
"""An address range limits only if it is no wider than this."""


def restricted_as_public(request: Request, bucket_policy: LayerPolicies | None) -> Truth:
    """Whether ``RestrictPublicBuckets`` refuses the request: a public policy, and a caller from outside.

    AWS reports the refusal as an explicit deny of the resource layer (spec M13).
    """
    settings = request.resource.public_access_block
    if settings is None or bucket_policy is None:
        return FALSE
    public = any_of(
        (
            *(_is_public(attached.policy) for attached in bucket_policy.policies),
            *(UNKNOWN for gap in bucket_policy.gaps if gap.may_deny),
        )
    )
    return all_of((known(settings.restrict_public_buckets), _from_outside(request), public))


def _from_outside(request: Request) -> Truth:
    caller, owner = request.principal, request.resource.account
    if caller.kind is PrincipalKind.SERVICE:
        return FALSE
    if caller.kind is PrincipalKind.ANONYMOUS:
        return TRUE
    return UNKNOWN if owner is None or caller.account is None else negate(known(caller.account == owner))


def _is_public(policy: Policy) -> Truth:
    return any_of(known(_grants_to_the_public(statement)) for statement in policy.statements)


def _grants_to_the_public(statement: Statement) -> bool:
    if statement.effect is not Effect.ALLOW or statement.principal is None:
        return False
    open_to_all = statement.principal.negated or any(
        entry.value == "*" and entry.kind in {"*", "AWS"} for entry in statement.principal.entries
    )
    return open_to_all and not any(_limits(entry) for entry in statement.conditions)


def _limits(entry: ConditionEntry) -> bool:
    """Whether the condition narrows the grant to fixed values: no wildcard, no variable, no way round the key."""
    operator = operator_named(entry.operator)
    if operator is None or operator.base.negated or operator.if_exists or not entry.values:
        return False
    if operator.prefix is SetPrefix.FOR_ALL_VALUES:
        return False
    if operator.base.family is Family.IP_ADDRESS and entry.key.lower() == "aws:sourceip":
        return all(_is_narrow(value) for value in entry.values)
    comparable = operator.base.family in {Family.STRING, Family.ARN}
    return comparable and entry.key.lower() in _LIMITING_KEYS and all(_is_fixed(entry.key, v) for v in entry.values)


def _is_fixed(key: str, value: str) -> bool:
    if "${" in value or "?" in value:
        return False
    if key.lower() == "s3:dataaccesspointarn":
        # In a bucket policy a wildcard access-point name counts as fixed as long as the account is.
        return "*" not in ":".join(value.split(":")[:5])
    return "*" not in value


def _is_narrow(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _LEAST_PREFIX[network.version] or network.is_private
