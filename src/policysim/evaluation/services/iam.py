"""AWS IAM: passing a role is an action of its own on the role; what belongs to AWS cannot be changed.

Source: IAM User Guide, id_roles_use_passrole and id_roles_create-service-linked-role; spec E38, G25, P23, S9, S10, S42.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.services.protected import only_the_description, protected
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request


def _role_of_another_account(request: Request) -> Settled | None:
    role = parse_arn(request.resource.arn)
    caller = request.principal.account
    if role is None or caller is None or role.account in {caller, "", "*"}:
        return None
    return Settled(Effect.IMPLICIT_DENY, "a role of another account cannot be passed to a service", "S9")


def _trust_is_separate(request: Request) -> tuple[Caveat, ...]:
    sentence = f"the trust policy of `{request.resource.arn}` must also let the service assume it (S10)"
    return (Caveat("trust-is-separate", sentence),)


PASS_ROLE = Deviation(
    "passing a role",
    ("S9", "S10"),
    settle=_role_of_another_account,
    unreliable_keys=("aws:resourcetag/",),
    caveats=_trust_is_separate,
)
IAM = Deviation("what AWS owns", ("E38", "G25", "P23", "S42"), settle=protected, caveats=only_the_description)
