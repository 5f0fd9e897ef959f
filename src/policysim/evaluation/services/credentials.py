"""What credentials cannot do, whatever the policies say.

Source: IAM User Guide, id_credentials_sts-comparison (comparison of the AWS STS credentials), page of 2026; STS API
reference, GetFederationToken and GetSessionToken; spec E43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Settled
from policysim.evaluation.truth import TRUE, UNKNOWN, Truth
from policysim.language.request import Credentials, PrincipalKind

if TYPE_CHECKING:
    from policysim.evaluation.context import Lookup
    from policysim.language.request import Request

_NEED_LONG_TERM_KEYS: Final = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})
_NO_OPERATIONS: Final = frozenset({"sts:getservicebearertoken"})
"""Permissions of STS that other services ask for: no operation of STS that credentials could be too weak to call."""

_OPEN_TO_FEDERATED_USERS: Final = _NO_OPERATIONS | {"sts:getcalleridentity"}
_OPEN_TO_SESSIONS_OF_USERS: Final = _OPEN_TO_FEDERATED_USERS | {
    "sts:assumerole",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
}
"""GetCallerIdentity and AssumeRole, with the permissions that AssumeRole may need beside its own."""


def closed_to_credentials(request: Request) -> Settled | None:
    """Of STS, a federated user's credentials reach GetCallerIdentity alone.

    Temporary credentials of a user get no further credentials but those of a role.
    """
    action, caller = request.action.lower(), request.principal
    if not action.startswith("sts:"):
        return None
    if _of_a_users_session(request) and action in _NEED_LONG_TERM_KEYS:
        sentence = f"temporary credentials of a user cannot call `{request.action}`"
        return Settled(Effect.IMPLICIT_DENY, sentence, "E43")
    if caller.kind is PrincipalKind.FEDERATED_USER and action not in _OPEN_TO_FEDERATED_USERS:
        return Settled(Effect.IMPLICIT_DENY, f"credentials of GetFederationToken cannot call `{request.action}`", "E43")
    return None


def credentials_reach(request: Request, lookup: Lookup) -> Truth:
    """Whether the caller's credentials reach the service at all.

    IAM refuses those of GetFederationToken, and those of GetSessionToken without MFA; STS lets the latter do little
    but assume roles. Neither holds for a console session, which CloudTrail alone tells from the API.
    """
    service = request.action.partition(":")[0].lower()
    if service not in {"iam", "sts"} or request.principal.credentials is Credentials.CONSOLE:
        return TRUE
    of_a_user = _of_a_users_session(request)
    if not of_a_user and request.principal.kind is not PrincipalKind.FEDERATED_USER:
        return TRUE
    if service == "sts":
        return TRUE if request.action.lower() in _OPEN_TO_SESSIONS_OF_USERS else UNKNOWN
    return TRUE if of_a_user and lookup("aws:MultiFactorAuthPresent") == ("true",) else UNKNOWN


def _of_a_users_session(request: Request) -> bool:
    caller = request.principal
    return caller.kind is PrincipalKind.USER and caller.credentials is Credentials.TEMPORARY


def credentials_open(request: Request) -> Caveat:
    """What to say of a request whose credentials may not reach the service."""
    if request.action.lower().startswith("sts:"):
        sentence = (
            "STS refuses this to credentials of GetSessionToken, and nothing tells whether these are of that kind or "
            "of a console session (E43)"
        )
    else:
        sentence = (
            "IAM refuses these credentials unless they are those of a console session (for a user, also with MFA), and "
            "nothing tells whether they are (E43)"
        )
    return Caveat("credentials-open", sentence)
