"""Context keys that follow from the request itself: from the principal, the resource and the network path.

What the request states outright wins. A key that neither is stated nor follows is absent in a complete context and
unknown in any other; keys that AWS documents for other actions or services are never dropped: what is stated of them
stands (spec C66). Source: IAM User Guide, reference_policies_condition-keys; spec C42 to C57, C66.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.call_keys import CALL_KEYS, claim, request_tag
from policysim.evaluation.kms_keys import implied_kms_key
from policysim.evaluation.network_keys import NETWORK_KEYS
from policysim.evaluation.s3_keys import implied_s3_key
from policysim.evaluation.session_keys import SESSION_KEYS
from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT, OF_AN_ACCOUNT, UNKNOWN, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policysim.language.request import ContextValue, Request

    Lookup = Callable[[str], ContextValue]

_UNSIGNED = frozenset({PrincipalKind.ANONYMOUS, PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML})

WITHOUT_RESOURCE_ACCOUNT: Final = frozenset(
    {
        "auditmanager:updateassessmentframeworkshare",
        "detective:acceptinvitation",
        "ds:acceptshareddirectory",
        "ec2:accepttransitgatewaypeeringattachment",
        "ec2:acceptvpcendpointconnections",
        "ec2:acceptvpcpeeringconnection",
        "ec2:createtransitgatewaypeeringattachment",
        "ec2:createvpcendpoint",
        "ec2:createvpcpeeringconnection",
        "guardduty:acceptadministratorinvitation",
        "macie2:acceptinvitation",
        "es:acceptinboundconnection",
        "route53:associatevpcwithhostedzone",
        "route53:createvpcassociationauthorization",
        "securityhub:acceptadministratorinvitation",
    }
)
"""Actions whose context lacks ``aws:ResourceAccount`` (spec C57, page of 2026); every action of ``ebs`` as well."""


def context_lookup(request: Request, assumed: Mapping[str, ContextValue] | None = None) -> Lookup:
    """How to find the value of a condition key in this request.

    ``assumed`` (lower-case names) overrides everything else: it is how unknown keys are tried out one by one.
    """
    stated = request.context
    supposed = assumed or {}

    def lookup(key: str) -> ContextValue:
        lower = key.lower()
        value = supposed.get(lower)
        if value is None:
            value = stated.get(lower)
        if value is None or value is UNKNOWN:
            implied = _implied(lower, request)
            if implied is not None:
                return implied
        if value is None:
            return ABSENT if stated.complete else UNKNOWN
        return value

    return lookup


def _implied(key: str, request: Request) -> ContextValue | None:
    rule = _IMPLIED.get(key)
    if rule is not None:
        return rule(request)
    service = key.partition(":")[0]
    family = _FAMILIES.get(service)
    if family is not None:
        return family(key, request)
    # The claims of an OIDC provider begin with the name of its host.
    return claim(key, request) if "." in service else None


def _tag(key: str, request: Request) -> ContextValue | None:
    if key.startswith("aws:principaltag/"):
        return ABSENT if request.principal.kind in _UNSIGNED else None
    return request_tag(key, request) if key.startswith("aws:requesttag/") else None


def _principal_arn(request: Request) -> ContextValue | None:
    principal = request.principal
    if principal.kind in _UNSIGNED:
        return ABSENT
    if principal.kind is PrincipalKind.SERVICE:
        return None
    arn = principal.entity_arn if principal.kind is PrincipalKind.ROLE_SESSION else principal.arn
    return (arn,) if arn is not None else UNKNOWN


def _principal_account(request: Request) -> ContextValue | None:
    principal = request.principal
    if principal.kind is PrincipalKind.ANONYMOUS:
        return ("anonymous",)
    return (principal.account,) if principal.account is not None else None


_PRINCIPAL_TYPES: Final[dict[PrincipalKind, str]] = {
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ROOT: "Account",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


def _principal_type(request: Request) -> ContextValue | None:
    name = _PRINCIPAL_TYPES.get(request.principal.kind)
    return None if name is None else (name,)


def _username(request: Request) -> ContextValue | None:
    principal = request.principal
    if principal.kind is not PrincipalKind.USER:
        return ABSENT
    arn = parse_arn(principal.arn or "")
    return (arn.name,) if arn is not None else None


def _user_id(request: Request) -> ContextValue | None:
    principal = request.principal
    match principal.kind:
        case PrincipalKind.USER:
            return (principal.unique_id,) if principal.unique_id else UNKNOWN
        case PrincipalKind.ROLE_SESSION:
            arn = parse_arn(principal.arn or "")
            return (f"{principal.unique_id}:{arn.name}",) if principal.unique_id and arn is not None else UNKNOWN
        case PrincipalKind.FEDERATED_USER:
            arn = parse_arn(principal.arn or "")
            return (f"{arn.account}:{arn.resource_id}",) if arn is not None else None
        case PrincipalKind.ROOT:
            return (principal.account,) if principal.account else None
        case PrincipalKind.ANONYMOUS:
            return ("anonymous",)
        case _:
            return None


def _is_service(request: Request) -> ContextValue | None:
    if request.principal.kind in _UNSIGNED:
        return ABSENT
    return ("true" if request.principal.kind is PrincipalKind.SERVICE else "false",)


def _service_name(request: Request) -> ContextValue | None:
    if request.principal.kind is not PrincipalKind.SERVICE:
        return ABSENT
    return (request.principal.service,) if request.principal.service else None


def _only_for_services(request: Request) -> ContextValue | None:
    return None if request.principal.kind is PrincipalKind.SERVICE else ABSENT


def _only_for_members(request: Request) -> ContextValue | None:
    """Whoever belongs to no account belongs to no organisation."""
    return None if request.principal.kind in OF_AN_ACCOUNT else ABSENT


def _resource_organisation(request: Request) -> ContextValue | None:
    action = request.action.lower()
    return ABSENT if action in WITHOUT_RESOURCE_ACCOUNT or action.startswith("ebs:") else None


def _resource_account(request: Request) -> ContextValue | None:
    if _resource_organisation(request) is ABSENT:
        return ABSENT
    action, owner = request.action.lower(), request.resource.account
    # An event bus of another account has the key unless it became a target before March 2023.
    legacy = action == "events:putevents" and owner != request.principal.account
    return (owner,) if owner is not None and not legacy else UNKNOWN


_IMPLIED: Final[dict[str, Callable[[Request], ContextValue | None]]] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "aws:principaltype": _principal_type,
    "aws:username": _username,
    "aws:userid": _user_id,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _only_for_services,
    "aws:principalorgid": _only_for_members,
    "aws:principalorgpaths": _only_for_members,
    "aws:sourcearn": _only_for_services,
    "aws:sourceaccount": _only_for_services,
    "aws:sourceorgid": _only_for_services,
    "aws:sourceorgpaths": _only_for_services,
    "aws:resourceaccount": _resource_account,
    "aws:resourceorgid": _resource_organisation,
    "aws:resourceorgpaths": _resource_organisation,
    **SESSION_KEYS,
    **NETWORK_KEYS,
    **CALL_KEYS,
}
"""What each key follows from; a rule answers ``None`` where nothing follows."""

_FAMILIES: Final[dict[str, Callable[[str, Request], ContextValue | None]]] = {
    "aws": _tag,
    "kms": implied_kms_key,
    "s3": implied_s3_key,
    "s3express": implied_s3_key,
    "saml": claim,
}
"""The rules of keys whose names go on after a stem, by the service that they begin with."""
