"""Context keys that follow from the request itself: from the principal, the resource and the network path.

What the request states outright wins. A key that neither is stated nor follows is absent in a complete context and
unknown in any other. Source: IAM User Guide, reference_policies_condition-keys; spec C42 to C57.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT, IAM_IDENTITIES, UNKNOWN, Credentials, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policysim.language.request import ContextValue, Request

    Lookup = Callable[[str], ContextValue]

_UNSIGNED = frozenset({PrincipalKind.ANONYMOUS, PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML})

_WITHOUT_RESOURCE_ACCOUNT: Final = frozenset(
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
    if key.startswith("aws:principaltag/") and request.principal.kind in _UNSIGNED:
        return ABSENT
    return None


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


def _only_with_temporary_credentials(request: Request) -> ContextValue | None:
    principal = request.principal
    long_term = principal.kind is PrincipalKind.USER and principal.credentials is Credentials.LONG_TERM
    return ABSENT if long_term or principal.kind in _UNSIGNED else None


def _federated_provider(request: Request) -> ContextValue | None:
    """The provider of an OIDC caller, while its role is assumed; never of a SAML one (spec C52)."""
    principal = request.principal
    if principal.kind is PrincipalKind.WEB_IDENTITY:
        return (principal.provider,) if principal.provider is not None else None
    return _only_with_temporary_credentials(request)


def _only_for_services(request: Request) -> ContextValue | None:
    return None if request.principal.kind is PrincipalKind.SERVICE else ABSENT


def _absent_for_services_and_anonymous(request: Request) -> ContextValue | None:
    return ABSENT if request.principal.kind in {PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS} else None


def _absent_for_identities(request: Request) -> ContextValue | None:
    return ABSENT if request.principal.kind in IAM_IDENTITIES else None


def _resource_account(request: Request) -> ContextValue | None:
    action = request.action.lower()
    owner = request.resource.account
    if action in _WITHOUT_RESOURCE_ACCOUNT or action.startswith("ebs:"):
        return ABSENT
    # An event bus of another account has the key unless it became a target before March 2023.
    legacy = action == "events:putevents" and owner != request.principal.account
    return (owner,) if owner is not None and not legacy else UNKNOWN


def _absent_through_an_endpoint(request: Request) -> ContextValue | None:
    return ABSENT if isinstance(request.context.get("aws:SourceVpce"), tuple) else None


def _only_through_an_endpoint(request: Request) -> ContextValue | None:
    if request.context.get("aws:SourceVpce") is ABSENT or isinstance(request.context.get("aws:SourceIp"), tuple):
        return ABSENT
    return None


_IMPLIED: Final[dict[str, Callable[[Request], ContextValue | None]]] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "aws:principaltype": _principal_type,
    "aws:username": _username,
    "aws:userid": _user_id,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _only_for_services,
    "aws:principalorgid": _absent_for_services_and_anonymous,
    "aws:principalorgpaths": _absent_for_services_and_anonymous,
    "aws:multifactorauthpresent": _only_with_temporary_credentials,
    "aws:multifactorauthage": _only_with_temporary_credentials,
    "aws:tokenissuetime": _only_with_temporary_credentials,
    "aws:sourceidentity": _only_with_temporary_credentials,
    "aws:federatedprovider": _federated_provider,
    "aws:sourcearn": _only_for_services,
    "aws:sourceaccount": _only_for_services,
    "aws:sourceorgid": _only_for_services,
    "aws:sourceorgpaths": _only_for_services,
    "aws:assumedroot": _absent_for_identities,
    "aws:resourceaccount": _resource_account,
    "aws:sourceip": _absent_through_an_endpoint,
    "aws:sourcevpce": _only_through_an_endpoint,
    "aws:sourcevpc": _only_through_an_endpoint,
    "aws:vpcsourceip": _only_through_an_endpoint,
}
"""What each key follows from; a rule answers ``None`` where nothing follows."""
