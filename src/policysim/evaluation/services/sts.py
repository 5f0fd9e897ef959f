"""AWS STS: a role's trust policy must allow; some calls no policy can stop or grant.

Source: IAM User Guide, reference_policies_evaluation-logic and id_credentials_temp_request; spec S1 to S4, S7,
S8, P14, X5, E30, E41 to E43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.truth import TRUE, UNKNOWN, Truth
from policysim.language.arns import parse_arn
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request


def _open_to_every_caller(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ANONYMOUS:
        return None
    return Settled(Effect.ALLOWED, "no policy can stop this call for a caller with valid credentials", "E41")


def _session_token(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROLE_SESSION:
        return Settled(Effect.IMPLICIT_DENY, "credentials of a role cannot call this operation", "E43")
    if request.principal.kind in {PrincipalKind.USER, PrincipalKind.ROOT}:
        return Settled(Effect.ALLOWED, "no policy controls this authentication operation", "E42")
    return None


def _federation_token(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROLE_SESSION:
        return Settled(Effect.IMPLICIT_DENY, "credentials of a role cannot call this operation", "E43")
    return None


def _root_cannot_assume(request: Request) -> Settled | None:
    if request.principal.kind is PrincipalKind.ROOT:
        return Settled(Effect.IMPLICIT_DENY, "a root user can never assume a role or another root user", "E30")
    return None


def _of_an_administrator(request: Request) -> Truth:
    """AssumeRoot meets no trust policy: it is open to the management account and to a delegated administrator (X5)."""
    return TRUE if request.principal.in_management_account is True else UNKNOWN


def _delegated(request: Request) -> tuple[Caveat, ...]:
    if request.principal.in_management_account is True:
        return ()
    sentence = (
        "sts:AssumeRoot is open to the management account and to the delegated administrator for IAM alone; whether "
        "the caller's account is the latter is not known (X5)"
    )
    return (Caveat("delegated-administrator", sentence),)


def _provider_of_another_account(request: Request) -> Settled | None:
    """An identity provider is trusted only by roles of its own account; built-in ones have no ARN (spec P14)."""
    provider, role = parse_arn(request.principal.provider or ""), parse_arn(request.resource.arn)
    if provider is None or role is None or provider.account == role.account:
        return None
    return Settled(Effect.IMPLICIT_DENY, "an identity provider of another account cannot be trusted by a role", "P14")


STS: dict[str, Deviation] = {
    "sts:getcalleridentity": Deviation("open to every caller", ("E41",), settle=_open_to_every_caller),
    "sts:getfederationtoken": Deviation("closed to role sessions", ("E43",), settle=_federation_token),
    "sts:getsessiontoken": Deviation("an authentication operation", ("E42", "E43"), settle=_session_token),
    "sts:assumerole": Deviation(
        "role trust policy", ("S1", "S2", "S3", "S4", "E30"), needs_resource_policy=True, settle=_root_cannot_assume
    ),
    "sts:assumeroot": Deviation(
        "root task session",
        ("E30", "X5"),
        settle=_root_cannot_assume,
        needs_no_resource_policy=_of_an_administrator,
        caveats=_delegated,
    ),
    "sts:assumerolewithsaml": Deviation(
        "role trust policy", ("S8", "P14"), needs_resource_policy=True, settle=_provider_of_another_account
    ),
    "sts:assumerolewithwebidentity": Deviation(
        "role trust policy", ("S8", "P14"), needs_resource_policy=True, settle=_provider_of_another_account
    ),
    "sts:tagsession": Deviation("role trust policy", ("S7",), needs_resource_policy=True),
    "sts:setsourceidentity": Deviation("role trust policy", ("S7",), needs_resource_policy=True),
    "sts:setcontext": Deviation("role trust policy", ("S7",), needs_resource_policy=True),
}
