"""Which requests are worth asking about: those that AWS knows, of callers whose account they can be made in.

Source: STS API reference (AssumeRoleWithWebIdentity, AssumeRoleWithSAML); spec P14, R2, R22, S8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.account import AWS_OWNER
from policysim.expectations.caller import Whose
from policysim.expectations.problem_kinds import OTHER_CALLER
from policysim.language.arns import parse_arn
from policysim.language.problems import Problem
from policysim.language.request import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.expectations.actions import AskedAction
    from policysim.expectations.caller import Caller
    from policysim.expectations.samples import Sample

WEB_IDENTITY: Final = "sts:assumerolewithwebidentity"
SAML: Final = "sts:assumerolewithsaml"
_WITH_TOKENS: Final = {
    PrincipalKind.WEB_IDENTITY: frozenset({WEB_IDENTITY, "sts:setsourceidentity", "sts:tagsession"}),
    PrincipalKind.SAML: frozenset({SAML, "sts:setsourceidentity", "sts:tagsession"}),
}
"""What a caller with a token of an identity provider asks for, in lower case."""

_OF_TOKENS: Final = frozenset({WEB_IDENTITY, SAML})


def calls(caller: Caller, action: str) -> bool:
    """Whether such a caller makes such a call at all.

    Whoever has a token of an identity provider assumes a role with it, and nobody else makes that call.
    """
    with_token = _WITH_TOKENS.get(caller.principal.kind)
    lower = action.lower()
    return lower in with_token if with_token is not None else lower not in _OF_TOKENS


def is_asked(caller: Caller, sample: Sample) -> bool:
    """Whether the caller is asked about a resource.

    A call that names no resource, or one that AWS lends to every account, is made in the caller's own account: where
    that is elsewhere, it is none of ours. Neither does anybody from elsewhere reach a made-up resource, which has no
    policy.
    """
    if caller.whose is Whose.AT_HAND:
        return True
    arn = parse_arn(sample.arn)
    return arn is not None and arn.account != AWS_OWNER and not sample.invented


def never_called(callers: Sequence[Caller], actions: Sequence[AskedAction]) -> Iterator[Problem]:
    """A problem for each action that is named and that none of the callers ever calls."""
    for action in actions:
        if action.literal and callers and not any(calls(caller, action.name) for caller in callers):
            yield Problem(OTHER_CALLER, _why_not(callers[0], action.name), action.word.span)


def _why_not(caller: Caller, action: str) -> str:
    """Why such a caller makes no such call, in one sentence."""
    if caller.principal.kind in _WITH_TOKENS:
        call = "AssumeRoleWithSAML" if caller.principal.kind is PrincipalKind.SAML else "AssumeRoleWithWebIdentity"
        return f"whoever comes with a token of `{caller.name}` calls nothing but `sts:{call}`, and not `{action}`"
    return f"`{action}` is called with the token of an identity provider, which `{caller.name}` does not have"
