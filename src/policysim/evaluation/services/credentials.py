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

_SERVICES_CLOSED_TO_FEDERATED_USERS: Final = frozenset({"iam", "sts"})
_CLOSED_TO_SESSIONS_OF_USERS: Final = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})


def closed_to_credentials(request: Request) -> Settled | None:
    """A federated user's credentials reach no IAM operation and, of STS, GetCallerIdentity alone.

    Temporary credentials of a user get no further credentials but those of a role.
    """
    action, caller = request.action.lower(), request.principal
    if caller.kind is PrincipalKind.USER and caller.credentials is Credentials.TEMPORARY:
        sentence = f"temporary credentials of a user cannot call `{request.action}`"
        closed = action in _CLOSED_TO_SESSIONS_OF_USERS
        return Settled(Effect.IMPLICIT_DENY, sentence, "E43") if closed else None
    closed = action.partition(":")[0] in _SERVICES_CLOSED_TO_FEDERATED_USERS and action != "sts:getcalleridentity"
    if caller.kind is not PrincipalKind.FEDERATED_USER or not closed:
        return None
    sentence = f"credentials of GetFederationToken cannot call `{request.action}` (a console session can call IAM)"
    return Settled(Effect.IMPLICIT_DENY, sentence, "E43")
