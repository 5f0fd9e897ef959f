"""What credentials cannot do, whatever the policies say.

Source: IAM User Guide, id_credentials_temp_request (comparison of the AWS STS credentials); spec E43.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect
from policysim.evaluation.services.deviation import Settled
from policysim.language.request import Credentials, PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request

_CLOSED_TO_FEDERATED_USERS: Final = frozenset({"iam", "sts"})


_CLOSED_TO_SESSIONS_OF_USERS: Final = frozenset({"getfederationtoken", "getsessiontoken"})


def closed_to_credentials(request: Request) -> Settled | None:
    """A federated user's credentials reach no IAM operation and, of STS, GetCallerIdentity alone.

    Temporary credentials of a user get no further credentials but those of a role.
    """
    service, _, name = request.action.lower().partition(":")
    caller = request.principal
    if caller.kind is PrincipalKind.USER and caller.credentials is Credentials.TEMPORARY:
        closed = service == "sts" and name in _CLOSED_TO_SESSIONS_OF_USERS
        sentence = f"temporary credentials of a user cannot call `{request.action}`"
        return Settled(Effect.IMPLICIT_DENY, sentence, "E43") if closed else None
    if caller.kind is not PrincipalKind.FEDERATED_USER or service not in _CLOSED_TO_FEDERATED_USERS:
        return None
    if name == "getcalleridentity":
        return None
    sentence = f"credentials of GetFederationToken cannot call `{request.action}` (a console session can call IAM)"
    return Settled(Effect.IMPLICIT_DENY, sentence, "E43")
