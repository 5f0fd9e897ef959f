"""Context keys of the call: of single IAM and STS actions, claims, tags, Regions, and the services it came through.

Source: IAM User Guide, reference_policies_iam-condition-keys and reference_policies_condition-keys (pages of 2026);
AWS General Reference, service endpoints; spec C55, C58, C63, C64, C65, C69, S7, S42.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.language.request import ABSENT, IAM_IDENTITIES, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue, Request

    Rule = Callable[[Request], ContextValue | None]

_ASSUMING: Final = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:assumeroot",
        "sts:setcontext",
        "sts:setsourceidentity",
        "sts:tagsession",
    }
)
"""The calls that open a session for somebody else, with the permissions that they may need beside their own."""

ONLY_ON: Final[dict[str, frozenset[str]]] = {
    "iam:associatedresourcearn": frozenset({"iam:passrole"}),
    "iam:awsservicename": frozenset({"iam:createservicelinkedrole"}),
    "iam:passedtoservice": frozenset({"iam:passrole"}),
    "sts:externalid": frozenset({"sts:assumerole", "sts:setcontext", "sts:setsourceidentity", "sts:tagsession"}),
    "sts:rolesessionname": _ASSUMING,
    "sts:sourceidentity": _ASSUMING,
    "sts:taskpolicyarn": frozenset({"sts:assumeroot"}),
    "sts:transitivetagkeys": _ASSUMING,
}
"""The keys that AWS documents for these actions alone, all in lower case (spec C64, C65)."""

_SAML_OF_SESSIONS: Final = frozenset({"namequalifier", "sub", "sub_type"})
_OIDC_OF_SESSIONS: Final = frozenset({"amr", "app_id", "aud", "id", "sub", "user_id"})
"""The claims that may stay in a role session for its later calls; others exist while the role is assumed (spec C65)."""

GLOBAL_SERVICES: Final[dict[str, dict[str, str]]] = {
    "aws": dict.fromkeys(("cloudfront", "iam", "organizations", "route53"), "us-east-1"),
    "aws-cn": {
        "iam": "cn-north-1",
        **dict.fromkeys(("cloudfront", "organizations", "route53"), "cn-northwest-1"),
    },
    "aws-us-gov": dict.fromkeys(("iam", "organizations", "route53"), "us-gov-west-1"),
    "aws-iso": dict.fromkeys(("iam", "organizations", "route53"), "us-iso-east-1"),
    "aws-iso-b": dict.fromkeys(("iam", "organizations", "route53"), "us-isob-east-1"),
    "aws-iso-f": dict.fromkeys(("iam", "organizations", "route53"), "us-isof-south-1"),
}
"""By partition: the services with one endpoint, and the Region that it stands in (dated data, 2026-11; spec C63)."""


def _only_on(actions: frozenset[str]) -> Rule:
    return lambda request: None if request.action.lower() in actions else ABSENT


def _linked_service(request: Request) -> ContextValue | None:
    """The service that a service-linked role is created for stands in the path of the role's ARN (spec S42)."""
    if request.action.lower() != "iam:createservicelinkedrole":
        return ABSENT
    before, _, rest = request.resource.arn.partition(":role/aws-service-role/")
    service = rest.partition("/")[0]
    return (service,) if before and service and "*" not in service else None


def _source_identity(request: Request) -> ContextValue | None:
    """In a role chain the source identity of the calling session is that of the next one (spec S7)."""
    if request.action.lower() not in _ASSUMING:
        return ABSENT
    before = request.context.get("aws:SourceIdentity")
    chained = request.principal.kind is PrincipalKind.ROLE_SESSION and isinstance(before, tuple)
    return before if chained else None


def _region(request: Request) -> ContextValue | None:
    """The Region of a service with one endpoint; a role is passed by the service that is called, in its Region."""
    action = request.action.lower()
    if action == "iam:passrole":
        return None
    arn = parse_arn(request.resource.arn) or parse_arn(request.principal.arn or request.principal.entity_arn or "")
    regions = GLOBAL_SERVICES.get(arn.partition if arn is not None else "", {})
    region = regions.get(action.partition(":")[0])
    return None if region is None else (region,)


def _is_direct(request: Request) -> bool:
    """Whether no service can have forwarded the call: it has no caller's credentials to forward (spec C55)."""
    caller = request.principal
    return caller.service_linked is True or caller.kind not in IAM_IDENTITIES | {PrincipalKind.ROOT}


def _via_service(request: Request) -> ContextValue | None:
    if _is_direct(request):
        return ("false",)
    chain = ("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast")
    return ("true",) if any(isinstance(request.context.get(key), tuple) for key in chain) else None


def _called_via(request: Request) -> ContextValue | None:
    return ABSENT if _is_direct(request) or request.context.get("aws:ViaAWSService") == ("false",) else None


def _end_of_chain(index: int) -> Rule:
    def rule(request: Request) -> ContextValue | None:
        chain = request.context.get("aws:CalledVia")
        if isinstance(chain, tuple) and chain:
            return (chain[index],)
        return ABSENT if chain is ABSENT else _called_via(request)

    return rule


def _via_mcp(request: Request) -> ContextValue | None:
    return ("true",) if isinstance(request.context.get("aws:CalledViaAWSMCP"), tuple) else None


def _mcp_action(request: Request) -> ContextValue | None:
    """`true` while an MCP service authorizes an action of its own, and else absent (spec C69)."""
    return ("true",) if request.action.partition(":")[0].lower().endswith("-mcp") else ABSENT


def request_tag(key: str, request: Request) -> ContextValue | None:
    """A tag of the request that the list of its tag keys lacks is not there; ``key`` is in lower case (spec C58)."""
    listed = request.context.get("aws:TagKeys")
    if not isinstance(listed, tuple):
        return None
    return None if key.partition("/")[2] in {name.lower() for name in listed} else ABSENT


def claim(key: str, request: Request) -> ContextValue | None:
    """A claim of a SAML or OIDC provider, by its key in lower case (spec C65)."""
    issuer, _, name = key.rpartition(":")
    caller, saml = request.principal, issuer == "saml"
    match caller.kind:
        case PrincipalKind.SAML:
            return None if saml else ABSENT
        case PrincipalKind.WEB_IDENTITY:
            provider = caller.provider
            own = provider is None or issuer == provider.rpartition(":oidc-provider/")[2].lower()
            return None if own and not saml else ABSENT
        case PrincipalKind.ROLE_SESSION:
            return None if name in (_SAML_OF_SESSIONS if saml else _OIDC_OF_SESSIONS) else ABSENT
        case _:
            return ABSENT


CALL_KEYS: Final[dict[str, Rule]] = {
    **{key: _only_on(actions) for key, actions in ONLY_ON.items()},
    "iam:awsservicename": _linked_service,
    "sts:sourceidentity": _source_identity,
    "aws:requestedregion": _region,
    "aws:viaawsservice": _via_service,
    "aws:calledvia": _called_via,
    "aws:calledviafirst": _end_of_chain(0),
    "aws:calledvialast": _end_of_chain(-1),
    "aws:viaawsmcpservice": _via_mcp,
    "aws:ismcpserviceaction": _mcp_action,
}
"""What each key follows from, in lower case; a rule answers ``None`` where nothing follows."""
