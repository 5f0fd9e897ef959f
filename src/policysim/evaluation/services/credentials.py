"""What credentials cannot do, whatever the policies say.

Source: IAM User Guide, id_credentials_temp_request (comparison of the AWS STS credentials); spec E43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.services.deviation import Settled
from policysim.evaluation.truth import TRUE, UNKNOWN, Truth
from policysim.language.request import Credentials, PrincipalKind

if TYPE_CHECKING:
    from policysim.evaluation.context import Lookup
    from policysim.language.request import Request

_CLOSED_TO_SESSIONS_OF_USERS: Final = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})


def closed_to_credentials(request: Request) -> Settled | None:
    """Of STS, a federated user's credentials reach GetCallerIdentity alone.

    Temporary credentials of a user get no further credentials but those of a role.
    """
    action, caller = request.action.lower(), request.principal
    if caller.kind is PrincipalKind.USER and caller.credentials is Credentials.TEMPORARY:
        sentence = f"temporary credentials of a user cannot call `{request.action}`"
        return Settled(Effect.IMPLICIT_DENY, sentence, "E43") if action in _CLOSED_TO_SESSIONS_OF_USERS else None
    if caller.kind is PrincipalKind.FEDERATED_USER and action.startswith("sts:") and action != "sts:getcalleridentity":
        return Settled(Effect.IMPLICIT_DENY, f"credentials of GetFederationToken cannot call `{request.action}`", "E43")
    return None


def credentials_reach(request: Request, lookup: Lookup) -> Truth:
    """Whether the caller's credentials reach the service at all.

    IAM refuses those of GetFederationToken, and those of GetSessionToken without MFA, but not those of a console
    session, and nothing in a request tells the console from the API.
    """
    caller = request.principal
    of_a_user = caller.kind is PrincipalKind.USER and caller.credentials is Credentials.TEMPORARY
    if not request.action.lower().startswith("iam:") or not (of_a_user or caller.kind is PrincipalKind.FEDERATED_USER):
        return TRUE
    return TRUE if of_a_user and lookup("aws:MultiFactorAuthPresent") == ("true",) else UNKNOWN
