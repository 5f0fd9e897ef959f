"""Context keys of the caller's session: MFA, how and where its credentials were made, who is behind it.

Source: IAM User Guide, reference_policies_condition-keys (page of 2026), "Properties of a role session"; spec C51,
C52, C62, C67, C70.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import is_reserved_role
from policysim.language.request import ABSENT, IAM_IDENTITIES, Credentials, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.language.request import ContextValue, Principal, Request

_IDENTITY_CENTER_SESSION: Final = ":assumed-role/AWSReservedSSO_"
_WITH_A_SESSION: Final = IAM_IDENTITIES | {PrincipalKind.ROOT}

OF_ROLE_SESSIONS: Final = (
    "aws:chatbotsourcearn",
    "aws:ec2instancesourceprivateipv4",
    "aws:ec2instancesourcevpc",
    "codebuild:buildarn",
    "codebuild:projectarn",
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",
    "glue:roleassumedby",
    "identitystore:userid",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
)
"""The keys that only sessions of roles have, those of one kind each (spec C62, C70)."""


def is_of_identity_center(principal: Principal) -> bool:
    """Whether the caller is a session that IAM Identity Center opened for a person (spec P23)."""
    if principal.kind is not PrincipalKind.ROLE_SESSION:
        return False
    return is_reserved_role(principal.entity_arn or "") or _IDENTITY_CENTER_SESSION in (principal.arn or "")


def _with_temporary_credentials(request: Request) -> ContextValue | None:
    principal = request.principal
    long_term = principal.kind is PrincipalKind.USER and principal.credentials is Credentials.LONG_TERM
    return ABSENT if long_term or principal.kind not in _WITH_A_SESSION else None


def _multi_factor(request: Request) -> ContextValue | None:
    """Absent for long-term keys and for federated identities (spec C51).

    A user who assumes a role may pass a code of an MFA device in that very call, whatever signs it.
    """
    if request.principal.kind is PrincipalKind.USER and request.action.lower() == "sts:assumerole":
        return None
    if is_of_identity_center(request.principal) or isinstance(request.context.get("aws:FederatedProvider"), tuple):
        return ABSENT
    return _with_temporary_credentials(request)


def _multi_factor_age(request: Request) -> ContextValue | None:
    """Only sessions with MFA have an age of it."""
    present = request.context.get("aws:MultiFactorAuthPresent")
    return ABSENT if present is ABSENT or present == ("false",) else _multi_factor(request)


def _federated_provider(request: Request) -> ContextValue | None:
    """The provider of an OIDC caller, while its role is assumed, and of the sessions from there; never a SAML one."""
    principal = request.principal
    if principal.kind is PrincipalKind.WEB_IDENTITY:
        return (principal.provider,) if principal.provider is not None else None
    return None if principal.kind is PrincipalKind.ROLE_SESSION and not is_of_identity_center(principal) else ABSENT


def _only_of_role_sessions(request: Request) -> ContextValue | None:
    return None if request.principal.kind is PrincipalKind.ROLE_SESSION else ABSENT


def _assumed_root(request: Request) -> ContextValue | None:
    return None if request.principal.kind is PrincipalKind.ROOT else ABSENT


def _source_identity(request: Request) -> ContextValue | None:
    """Set when a role is assumed, or another root user; users' own sessions have none (spec C52)."""
    return None if request.principal.kind in {PrincipalKind.ROLE_SESSION, PrincipalKind.ROOT} else ABSENT


SESSION_KEYS: Final[dict[str, Callable[[Request], ContextValue | None]]] = {
    "aws:multifactorauthpresent": _multi_factor,
    "aws:multifactorauthage": _multi_factor_age,
    "aws:tokenissuetime": _with_temporary_credentials,
    "aws:signinsessionarn": _with_temporary_credentials,
    "aws:sourceidentity": _source_identity,
    "aws:federatedprovider": _federated_provider,
    "aws:assumedroot": _assumed_root,
    **dict.fromkeys(OF_ROLE_SESSIONS, _only_of_role_sessions),
}
"""What each key follows from, in lower case; a rule answers ``None`` where nothing follows."""
