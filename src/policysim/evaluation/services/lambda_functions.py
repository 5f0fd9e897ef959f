"""AWS Lambda: a call of a function URL is authorized twice, and some function URLs authenticate nobody.

Source: AWS Lambda Developer Guide, urls-auth (page of 2026; the exception for older URLs ended on 2026-11-01) and
access-control-resource-based; spec S27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from policysim.language.request import Request

_AUTH_TYPE = "lambda:FunctionUrlAuthType"


def _authenticates_nobody(request: Request) -> Settled | None:
    """Under the type ``NONE`` every caller is anonymous, a signed one too: only a policy for everybody lets it in."""
    if request.principal.kind is PrincipalKind.ANONYMOUS or request.context.get(_AUTH_TYPE) != ("NONE",):
        return None
    sentence = (
        "a function URL of the type `NONE` authenticates nobody, so that the policies of this caller do not count: ask "
        "again for an anonymous caller"
    )
    return Settled(Effect.DEPENDS, sentence, "S27")


def _both_actions(request: Request) -> tuple[Caveat, ...]:
    sentence = (
        f"the function URL also needs `lambda:InvokeFunction` on `{request.resource.arn}`, with "
        "`lambda:InvokedViaFunctionUrl`, which is another request (S27)"
    )
    return (Caveat("function-url-needs-both", sentence),)


INVOKE_URL = Deviation(
    "function URL", ("S27",), settle=_authenticates_nobody, caveats=_both_actions, reads_context=True
)
