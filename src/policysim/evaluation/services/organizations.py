"""AWS Organizations: which accounts may call what, and the delegation policy of the organisation.

The resources belong to the management account, those of an action on ``*`` too. A member account reaches them through
the delegation policy (a resource-based policy: its own identity-based policy must allow as well), or because it is a
delegated administrator for some AWS service, which nothing in a request tells.

Dated data (2026-11). Source: Organizations User Guide, orgs_reference_actions-by-account, orgs_delegate_policies and
security_iam_resource-based-policy-examples; the API reference of operations that the list leaves out; spec S34.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.truth import TRUE, UNKNOWN, Truth
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request

_FROM_THE_MANAGEMENT_ACCOUNT: Final = frozenset(
    """
    cancelhandshake createaccount creategovcloudaccount createorganizationalunit deleteorganization
    deleteorganizationalunit deleteresourcepolicy deregisterdelegatedadministrator disableawsserviceaccess
    enableallfeatures enableawsserviceaccess inviteaccounttoorganization inviteorganizationtotransferresponsibility
    moveaccount putresourcepolicy registerdelegatedadministrator removeaccountfromorganization
    updateorganizationalunit
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
_FROM_A_MEMBER_ACCOUNT: Final = frozenset({"leaveorganization"})
_FROM_ANY_ACCOUNT: Final = frozenset(
    {
        "accepthandshake",
        "createorganization",
        "declinehandshake",
        "describehandshake",
        "describeorganization",
        "listhandshakesforaccount",
    }
)
"""A handshake is answered by the account that received it, be it invited or the management account."""


def _is_member(request: Request) -> bool:
    return request.principal.in_management_account is False


def _closed_to_members(request: Request) -> Settled | None:
    if not _is_member(request):
        return None
    return Settled(Effect.IMPLICIT_DENY, "only the management account can call this operation", "S34")


def _closed_to_the_management_account(request: Request) -> Settled | None:
    if request.principal.in_management_account is not True:
        return None
    return Settled(Effect.IMPLICIT_DENY, "only a member account can call this operation", "S34")


def _of_an_administrator(request: Request) -> Truth:
    """Whether a member account needs no delegation policy; it asks for its own effective policy without one."""
    target = parse_arn(request.resource.arn)
    own = target is not None and target.name == request.principal.account
    return TRUE if own and request.action.lower() == "organizations:describeeffectivepolicy" else UNKNOWN


def _delegated(request: Request) -> tuple[Caveat, ...]:
    if request.principal.in_management_account is True or _of_an_administrator(request) is TRUE:
        return ()
    sentence = (
        "a member account needs the organisation's delegation policy for this, or must be a delegated administrator "
        "for some AWS service; whether the caller's account is one is not known (S34)"
    )
    return (Caveat("delegated-administrator", sentence),)


def _always(request: Request) -> Truth:  # noqa: ARG001  # the signature of the seam
    return TRUE


_MANAGEMENT = Deviation(
    "operation of the management account", ("S34",), settle=_closed_to_members, owned_by_management_account=True
)
_MEMBER = Deviation(
    "operation of a member account",
    ("S34",),
    settle=_closed_to_the_management_account,
    needs_no_resource_policy=_always,
)
_ANY = Deviation("operation of any account", ("S34",), needs_no_resource_policy=_always)

DELEGATED = Deviation(
    "delegation policy of the organisation",
    ("S34",),
    needs_no_resource_policy=_of_an_administrator,
    caveats=_delegated,
    owned_by_management_account=True,
)
"""All other operations: open to the management account, to delegated administrators, and by the delegation policy."""

ORGANIZATIONS: Final[dict[str, Deviation]] = {
    **{f"organizations:{name}": _MANAGEMENT for name in _FROM_THE_MANAGEMENT_ACCOUNT},
    **{f"organizations:{name}": _MEMBER for name in _FROM_A_MEMBER_ACCOUNT},
    **{f"organizations:{name}": _ANY for name in _FROM_ANY_ACCOUNT},
}
"""The operations that stand apart, by action in lower case."""
