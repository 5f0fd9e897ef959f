"""S3 Block Public Access: a public bucket policy works only for the bucket's own account and AWS services.

Source: Amazon S3 User Guide, access-control-block-public-access ("The meaning of public", page of 2026); spec S15, S16.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from policysim.evaluation.s3_keys import is_access_point
from policysim.evaluation.services.s3_acls import stands_in_no_policy
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known
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
"""Keys that limit a grant by a fixed value. The id of an SSE-KMS key is none of them any more."""

_LEAST_PREFIX: Final = {4: 8, 6: 32}
"""An address range limits only if it is no wider than this; every private range of RFC 1918 is narrow enough."""

_OF_A_ROLE: Final = re.compile(r"AROA[A-Z0-9]*:.*")
"""User ids of role sessions, which do not count as fixed values."""


def restricted_as_public(request: Request, bucket_policy: LayerPolicies | None) -> Truth:
    """Whether ``RestrictPublicBuckets`` refuses the request: a public policy, and a caller from outside.

    AWS reports the refusal as an explicit deny of the resource layer (spec M13).
    """
    settings = request.resource.public_access_block
    if settings is None or bucket_policy is None or settings.restrict_public_buckets is False:
        return FALSE
    outside = _from_outside(request)
    if outside is FALSE:
        return FALSE
    of_access_point = is_access_point(request.resource.arn)
    public = any_of(
        (
            *(
                known(_is_public(attached.policy, of_access_point=of_access_point))
                for attached in bucket_policy.policies
                if not stands_in_no_policy(attached)
            ),
            *(
                UNKNOWN
                for gap in bucket_policy.gaps
                if gap.may_deny or (gap.about and _is_public(gap.about.policy, of_access_point=of_access_point))
            ),
        )
    )
    return all_of((known(settings.restrict_public_buckets), outside, public))


def _from_outside(request: Request) -> Truth:
    """Whether the caller is of neither the owner's account nor, behind an access point, of that one's owner."""
    caller, resource = request.principal, request.resource
    if caller.kind is PrincipalKind.SERVICE:
        return FALSE
    if caller.kind is PrincipalKind.ANONYMOUS:
        return TRUE
    if caller.account is not None and caller.account in {resource.account, *resource.let_in}:
        return FALSE
    return UNKNOWN if resource.account is None or caller.account is None else TRUE


def _is_public(policy: Policy, *, of_access_point: bool) -> bool:
    return any(_grants_to_the_public(statement, of_access_point=of_access_point) for statement in policy.statements)


def _grants_to_the_public(statement: Statement, *, of_access_point: bool) -> bool:
    if statement.effect is not Effect.ALLOW or statement.principal is None:
        return False
    open_to_all = statement.principal.negated or any(
        entry.value == "*" and entry.kind in {"*", "AWS"} for entry in statement.principal.entries
    )
    return open_to_all and not any(_limits(entry, of_access_point=of_access_point) for entry in statement.conditions)


def _limits(entry: ConditionEntry, *, of_access_point: bool) -> bool:
    """Whether the condition narrows the grant to fixed values: no wildcard, no variable, no way round the key."""
    operator = operator_named(entry.operator)
    if operator is None or operator.base.negated or operator.if_exists or not entry.values:
        return False
    if operator.prefix is SetPrefix.FOR_ALL_VALUES:
        return False
    key = entry.key.lower()
    if operator.base.family is Family.IP_ADDRESS and key == "aws:sourceip":
        return all(_is_narrow(value) for value in entry.values)
    if operator.base.family not in {Family.STRING, Family.ARN} or key not in _LIMITING_KEYS:
        return False
    return all(_is_fixed(key, value, of_access_point=of_access_point) for value in entry.values)


def _is_fixed(key: str, value: str, *, of_access_point: bool) -> bool:
    if "${" in value or "?" in value or (key == "aws:userid" and _OF_A_ROLE.fullmatch(value)):
        return False
    if key == "s3:dataaccesspointarn" and not of_access_point:
        # In a bucket policy a wildcard access-point name counts as fixed as long as the account is.
        return "*" not in ":".join(value.split(":")[:5])
    return "*" not in value


def _is_narrow(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _LEAST_PREFIX[network.version]
