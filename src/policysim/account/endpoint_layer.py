"""The policy of the VPC endpoint through which a request comes, and what the endpoint tells of its network.

Source: VPC User Guide, vpc-endpoints-access; IAM User Guide, reference_policies_condition-keys; spec E33 to E35, C53.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account import gaps
from policysim.catalog.resource_policies import is_service_prefix
from policysim.evaluation.context import context_lookup
from policysim.evaluation.policy_set import one_level
from policysim.language.policy import Effect
from policysim.language.request import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation, VpcEndpoint
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.policy import Policy, Statement
    from policysim.language.request import Request

ENDPOINT_KEY = "aws:SourceVpce"
_LISTING = "ec2:DescribeVpcEndpoints"
_SERVICE = "ec2"
_SERVICE_PART = 3


def endpoint_layer(request: Request, organisation: Organisation) -> LayerPolicies | None:
    """The endpoint policy that a request meets; ``None`` when it comes through no endpoint, or one without a policy.

    Where nothing is known of the way, it may lead through the endpoints of the caller's account for this service: if
    there are none, no endpoint policy applies.
    """
    value = context_lookup(request)(ENDPOINT_KEY)
    if value is ABSENT or value == ():
        return None
    if value is UNKNOWN:
        return _unknown_way(request, organisation)
    endpoint_id = value[0]
    endpoint = endpoint_of(request, organisation)
    if endpoint is None or not endpoint.policy_collected:
        return one_level(endpoint_id, (), (gaps.endpoint_missing(endpoint_id),))
    return None if endpoint.policy is None else one_level(endpoint_id, (endpoint.policy,))


def endpoint_of(request: Request, organisation: Organisation) -> VpcEndpoint | None:
    """The endpoint that the request names, wherever it was collected; the caller's account is asked first."""
    value = context_lookup(request)(ENDPOINT_KEY)
    if not isinstance(value, tuple) or not value:
        return None
    own = organisation.account(request.principal.account)
    for account in ([own] if own is not None else []) + list(organisation.accounts.values()):
        if account.endpoints is not None and value[0] in account.endpoints:
            return account.endpoints[value[0]]
    return None


def _unknown_way(request: Request, organisation: Organisation) -> LayerPolicies | None:
    account = organisation.account(request.principal.account)
    if account is None or request.context.get(ENDPOINT_KEY) is UNKNOWN:
        return one_level(ENDPOINT_KEY, (), (gaps.endpoint_unknown(),))
    if account.endpoints is None:
        return one_level(ENDPOINT_KEY, (), (gaps.endpoints_missing(account),))
    if not _all_collected(account):
        return one_level(ENDPOINT_KEY, (), (gaps.endpoint_unknown(),))
    restricting = any(_may_restrict(endpoint, request) for endpoint in account.endpoints.values())
    return one_level(ENDPOINT_KEY, (), (gaps.endpoint_unknown(),)) if restricting else None


def _all_collected(account: Account) -> bool:
    """Whether the endpoints that are listed are all there are: a snapshot may have been refused those of a Region."""
    refused = any(gap.call == _LISTING for gap in account.gaps)
    return not refused and (not account.by_service or _SERVICE in account.complete)


def _may_restrict(endpoint: VpcEndpoint, request: Request) -> bool:
    """Whether the endpoint may have a policy and may lead to the service of the request.

    Names such as ``monitoring`` are no service prefixes: an endpoint with such a name may lead anywhere.
    """
    if endpoint.policy is None and endpoint.policy_collected:
        return False
    if endpoint.policy is not None and _lets_everything_pass(endpoint.policy.policy):
        return False
    reached = _service_reached(endpoint.service_name or "")
    return reached is None or reached == request.action.split(":", 1)[0].lower()


def _lets_everything_pass(policy: Policy) -> bool:
    """Whether the policy restricts nobody, as the one that AWS gives an endpoint whose maker wrote none."""
    may_deny = any(part.may_deny for part in policy.unresolved)
    allows_only = policy.usable and not may_deny and all(one.effect is Effect.ALLOW for one in policy.statements)
    return allows_only and any(map(_covers_everything, policy.statements))


def _covers_everything(statement: Statement) -> bool:
    action, resource, principal = statement.action, statement.resource, statement.principal
    if action.negated or resource is None or resource.negated or principal is None or principal.negated:
        return False
    everybody = any(entry.value == "*" and entry.kind in {"*", "AWS"} for entry in principal.entries)
    return everybody and "*" in action.patterns and "*" in resource.patterns and not statement.conditions


def _service_reached(service_name: str) -> str | None:
    """The service prefix in ``com.amazonaws.eu-west-1.s3``, if it is one."""
    parts = service_name.lower().split(".")
    return parts[_SERVICE_PART] if len(parts) > _SERVICE_PART and is_service_prefix(parts[_SERVICE_PART]) else None
