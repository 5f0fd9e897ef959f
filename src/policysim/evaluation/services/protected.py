"""What IAM lets nobody change: roles that belong to AWS services, and AWS managed policies.

Dated data (2026-11). Source: IAM API reference (operations with the error ``UnmodifiableEntity``); IAM User Guide,
id_roles_create-service-linked-role and access_policies_managed-vs-inline; IAM Identity Center User Guide,
troubleshooting ("Cannot perform the operation on the protected role"); spec E38, G25, P23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Settled
from policysim.language.arns import is_reserved_role, is_service_linked
from policysim.language.request import OF_AN_ACCOUNT

if TYPE_CHECKING:
    from policysim.language.request import Request

_CHANGES_A_ROLE: Final = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:deleterole",
        "iam:deleterolepermissionsboundary",
        "iam:deleterolepolicy",
        "iam:detachrolepolicy",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:updateassumerolepolicy",
    }
)
_DESCRIBES_A_ROLE: Final = frozenset({"iam:updaterole", "iam:updateroledescription"})
"""They may give a service-linked role another description, and nothing else, but a role of Identity Center nothing."""

_CHANGES_A_POLICY: Final = frozenset(
    {
        "iam:createpolicyversion",
        "iam:deletepolicy",
        "iam:deletepolicyversion",
        "iam:setdefaultpolicyversion",
        "iam:tagpolicy",
        "iam:untagpolicy",
    }
)
_AWS_MANAGED: Final = ":iam::aws:policy/"


def protected(request: Request) -> Settled | None:
    """The refusal of a change that no policy can allow; the services that own the roles may change them."""
    caller, arn, action = request.principal, request.resource.arn, request.action.lower()
    if action in _CHANGES_A_POLICY and _AWS_MANAGED in arn:
        return Settled(Effect.IMPLICIT_DENY, "nobody can change an AWS managed policy", "G25")
    if caller.kind not in OF_AN_ACCOUNT or caller.service_linked is not False:
        return None
    if is_service_linked(arn):
        if action in _CHANGES_A_ROLE:
            sentence = "only the service behind a service-linked role can change or delete it"
            return Settled(Effect.IMPLICIT_DENY, sentence, "E38")
        if action == "iam:createrole":
            sentence = "service-linked roles are created with iam:CreateServiceLinkedRole"
            return Settled(Effect.IMPLICIT_DENY, sentence, "E38")
    if is_reserved_role(arn) and action in _CHANGES_A_ROLE | _DESCRIBES_A_ROLE:
        sentence = "only IAM Identity Center can change or delete the roles of its permission sets"
        return Settled(Effect.IMPLICIT_DENY, sentence, "P23")
    return None


def only_the_description(request: Request) -> tuple[Caveat, ...]:
    """What may be changed of a service-linked role after all."""
    if request.action.lower() not in _DESCRIBES_A_ROLE or not is_service_linked(request.resource.arn):
        return ()
    sentence = "of a service-linked role nothing but the description can be changed (E38)"
    return (Caveat("service-linked-role", sentence),)
