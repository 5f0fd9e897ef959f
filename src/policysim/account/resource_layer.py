"""The resource-based policy that a request meets: a role's trust policy, or the policy of the resource.

Source: IAM User Guide, access_policies_identity-vs-resource; AWS KMS Developer Guide, grants; spec S1, S9, S17, S22,
S23, S25, S27, S35, S40, S41, R22, X5, X7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account import gaps
from policysim.account.delegation_layer import SERVICE, delegation_layer
from policysim.account.owners import ANY_RESOURCE
from policysim.account.policy_holders import can_have_policy, policies_beside, policy_holders
from policysim.catalog.resource_policies import SHARED_THROUGH_RAM
from policysim.evaluation.decide import further_service_names
from policysim.evaluation.key_grants import GRANTABLE, GrantsOfKey, grants_in_force
from policysim.evaluation.managed_keys import fixed_key_policy
from policysim.evaluation.policy_set import AttachedPolicy, one_level
from policysim.evaluation.services.kms import ON_ALIASES
from policysim.evaluation.services.lent_resources import is_lent, is_shared_by_setting
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.account.account import Account, Organisation
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.arns import Arn
    from policysim.language.request import Request

TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:setcontext",
        "sts:setsourceidentity",
        "sts:tagsession",
    }
)
"""The actions that a role's trust policy speaks of (spec G21, S1, S7)."""

_UNDER_TRUST_OR_NOTHING = frozenset({"iam", "sts"})

_SHARES = "ram"
"""The service whose completeness is that of the shares."""


def resource_layer(request: Request, organisation: Organisation) -> LayerPolicies | None:
    """The resource-based policy layer of a request whose owner is settled; ``None`` when there is none.

    A request on no single resource (``*``) meets no resource policy, AWS Organizations aside, and neither does one of
    IAM or STS, the assumption of a role aside.
    """
    text, action = request.resource.arn, request.action.lower()
    if action in TRUST_ACTIONS:
        return _trust(request, organisation)
    if action.startswith(f"{SERVICE}:"):
        return delegation_layer(request, organisation)
    arn = parse_arn(text)
    if text == ANY_RESOURCE or action.split(":", 1)[0] in _UNDER_TRUST_OR_NOTHING or (arn and arn.service == "iam"):
        return None
    held_in = request.resource.held_in
    if held_in is None and _is_recovery_point(action, arn):
        return one_level(text, (), (gaps.vault_unknown(text),))
    if held_in is None and (is_lent(request) or is_shared_by_setting(text)):
        return None
    if arn is None:
        return one_level(text, (), (gaps.resource_policies_unknown(action.split(":", 1)[0], text),))
    arn = parse_arn(held_in or text) or arn
    possible = can_have_policy(arn)
    owner = organisation.account(request.resource.account)
    if possible is False:
        return _shared(request, arn, owner)
    if request.resource.account is None:
        return one_level(text, (), (gaps.owner_unknown(text),))
    if owner is None:
        return one_level(text, (), (gaps.account_missing(request.resource.account, "resource policies"),))
    return _collected(request, arn, owner, certain=possible is True)


def _is_recovery_point(action: str, arn: Arn | None) -> bool:
    """Whether AWS Backup is asked about a recovery point, which stands under the access policy of its vault."""
    if not action.startswith("backup:") or arn is None:
        return False
    return arn.service != "backup" or arn.resource_type == "recovery-point"


def _trust(request: Request, organisation: Organisation) -> LayerPolicies:
    role, owner = request.resource.arn, organisation.account(request.resource.account)
    if request.resource.account is None:
        return one_level(role, (), (gaps.owner_unknown(role),))
    if owner is None:
        return one_level(role, (), (gaps.account_missing(request.resource.account, "trust policies"),))
    if owner.identities is None:
        return one_level(role, (), (gaps.details_missing(owner),))
    if role in owner.identities.trust:
        linked = owner.identities.roles[role].service_linked if role in owner.identities.roles else False
        name = f"trust policy of {role.rsplit('/', 1)[-1]}"
        return one_level(role, (AttachedPolicy(name, owner.identities.trust[role], None, role, not linked),))
    known = role in owner.identities.roles
    return one_level(role, (), (gaps.trust_policy_missing(role) if known else gaps.entity_missing(owner, role),))


def _shared(request: Request, arn: Arn, owner: Account | None) -> LayerPolicies | None:
    """A service without policies of its own: for a foreign caller a share of AWS RAM may stand in (spec X7, S43).

    AWS RAM prints a share as the resource policy that it acts as; a folder may list that one. Where all shares of the
    account were collected and none is of this service, there is none. One of another resource leaves it open: parts of
    what is shared, such as the virtual nodes of a mesh, are not listed themselves.
    """
    foreign = request.resource.account is None or request.resource.account != request.principal.account
    if not foreign or request.principal.account is None or arn.service not in SHARED_THROUGH_RAM:
        return None
    listed = owner.resource_policies if owner is not None else None
    if listed is not None and request.resource.arn in listed:
        share = listed[request.resource.arn]
        return None if share is None else one_level(request.resource.arn, (share,))
    if listed is not None and owner is not None and _SHARES in owner.complete and not _any_of(arn.service, listed):
        return None
    return one_level(request.resource.arn, (), (gaps.share_unknown(request.resource.arn, owner),))


def _any_of(service: str, listed: Iterable[str]) -> bool:
    return any(arn is not None and arn.service == service for arn in map(parse_arn, listed))


def _collected(request: Request, arn: Arn, owner: Account, *, certain: bool) -> LayerPolicies | None:
    """The policy as collected. ``certain``: the service is known to have resource-based policies."""
    text = request.resource.arn
    action, granted = request.action.lower(), _with_policies_beside(_granted(request, arn, owner), arn, owner)
    if arn.service == "kms" and arn.resource_type == "alias":
        return None if action in ON_ALIASES else one_level(text, (), (gaps.key_unknown(text), *granted.gaps))
    listed = owner.resource_policies
    holder = next((holder for holder in policy_holders(arn) if listed is not None and holder in listed), None)
    if listed is not None and holder is not None:
        attached = listed[holder]
        policies = (*(() if attached is None else (attached,)), *granted.policies)
        return one_level(holder, policies, granted.gaps) if policies or granted.gaps else None
    fixed = fixed_key_policy(request)
    if fixed is not None:
        return one_level(text, (*fixed.policies, *granted.policies), (*fixed.gaps, *granted.gaps))
    if _is_for_services_alone(arn) and request.principal.account == request.resource.account:
        return None
    if listed is None or not owner.covers(listed, arn.service):
        unlisted = (
            gaps.resource_policy_missing(owner, policy_holders(arn))
            if certain
            else gaps.resource_policies_unknown(arn.service, text)
        )
        return one_level(text, granted.policies, (unlisted, *granted.gaps))
    return one_level(text, granted.policies, granted.gaps) if granted.policies or granted.gaps else None


def _is_for_services_alone(arn: Arn) -> bool:
    """Whether AWS applies the policies of a resource to calls of AWS services only, as those of log groups.

    Source: CloudWatch Logs API Reference, PutResourcePolicy. An account's own users and roles meet none there.
    """
    return arn.service == "logs" and arn.resource_type == "log-group"


def _with_policies_beside(granted: GrantsOfKey, arn: Arn, owner: Account) -> GrantsOfKey:
    """What counts together with the nearest policy; one that was refused, or that should be listed, is a gap.

    So is the policy of the resource itself where the nearest one that is listed is that of what holds it.
    """
    listed = owner.resource_policies or {}
    policies, missing = list(granted.policies), list(granted.gaps)
    nearest = next((holder for holder in policy_holders(arn) if holder in listed), None)
    beside = policies_beside(arn)
    own = (str(arn),) if nearest in beside else ()
    for other in (*own, *beside):
        attached = listed.get(other)
        if other == nearest:
            continue
        if attached is not None:
            policies.append(attached)
        elif other not in listed and _is_open(other, nearest, arn, owner):
            missing.append(gaps.resource_policy_missing(owner, (other,)))
    return GrantsOfKey(tuple(policies), tuple(missing))


def _is_open(other: str, nearest: str | None, arn: Arn, owner: Account) -> bool:
    """Whether there may be a policy that is not listed: AWS refused it, or it hangs on what holds the resource.

    A snapshot lists each one that it could look at, also where there is none.
    """
    refused = any(gap.what == other for gap in owner.gaps)
    expected = nearest is not None and (owner.by_service or other in policy_holders(arn)[1:])
    return refused or (expected and not owner.covers(owner.resource_policies or {}, arn.service))


def _granted(request: Request, arn: Arn, owner: Account) -> GrantsOfKey:
    """What is granted beside the key policy; what was not collected can only allow, and never denies (spec S23)."""
    service, _, operation = request.action.lower().partition(":")
    if service != "kms" or operation not in GRANTABLE:
        return GrantsOfKey((), ())
    text = request.resource.arn
    if owner.grants is None or (text not in owner.grants and not owner.covers(owner.grants, arn.service)):
        return GrantsOfKey((), (gaps.grants_missing(text),))
    names = further_service_names(request)
    return grants_in_force(owner.grants.get(text, ()), text, request.action, request.principal, service_names=names)
