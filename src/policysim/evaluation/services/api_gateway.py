"""Amazon API Gateway: who is asked beside the resource policy is a setting of each method.

Under an IAM or Lambda authorizer either side is enough within one account and both are needed across accounts; without
an authorizer, and under one of Amazon Cognito, a resource policy that is there must allow, and an API without one is
open. Source: API Gateway Developer Guide, apigateway-authorization-flow (page of 2026); spec S31.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decision import Caveat
from policysim.evaluation.services.deviation import Deviation
from policysim.language.request import IAM_IDENTITIES

if TYPE_CHECKING:
    from policysim.language.request import Request


def _open_unless_authorized(request: Request) -> bool:
    """Whether an API without a resource policy may be open to this caller: that hangs on its authorizer."""
    return request.principal.kind not in IAM_IDENTITIES


def _authorizer(request: Request) -> tuple[Caveat, ...]:
    assumed = (
        "the method is taken to have the authorizer of IAM"
        if request.principal.kind in IAM_IDENTITIES
        else "the caller is taken to have passed the authorizer of the method, if it has one"
    )
    sentence = (
        f"which authorizer the method has is not known; {assumed}. Without an authorizer, or with one of Amazon "
        "Cognito, the resource policy alone decides (S31)"
    )
    return (Caveat("authorizer-unknown", sentence),)


INVOKE_API = Deviation(
    "authorizer",
    ("S31",),
    open_without_policy=_open_unless_authorized,
    caveats=_authorizer,
    denial_caveats=_authorizer,
)
