"""The seam through which a service deviates from the general decision rule.

A deviation overrides named parts and nothing else; what it leaves out is decided as for every service.
Source: the documentation that the module of each service names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.truth import FALSE, Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.evaluation.decision import Caveat, Effect
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.policy_set import LayerPolicies
    from policysim.language.request import Request


class Settled(NamedTuple):
    """An outcome that no policy can change: the effect, one sentence, and the rule."""

    effect: Effect
    sentence: str
    rule: str


def _never_settled(request: Request) -> Settled | None:  # noqa: ARG001  # the signature of the seam
    return None


def _nothing_ignored(request: Request, layer: LayerName) -> Truth:  # noqa: ARG001  # the signature of the seam
    return FALSE


def _never_refused(request: Request, policies: LayerPolicies | None) -> Truth:  # noqa: ARG001  # the signature of the seam
    return FALSE


def _within_rcps(request: Request) -> bool:  # noqa: ARG001  # the signature of the seam
    return False


def _always_needs_one(request: Request) -> Truth:  # noqa: ARG001  # the signature of the seam
    return FALSE


def _never_needed(request: Request) -> Truth:  # noqa: ARG001  # the signature of the seam
    return FALSE


def _no_caveats(request: Request) -> tuple[Caveat, ...]:  # noqa: ARG001  # the signature of the seam
    return ()


def _never(request: Request) -> bool:  # noqa: ARG001  # the signature of the seam
    return False


class Deviation(NamedTuple):
    """How one service, or a few of its actions, deviate.

    ``needs_resource_policy``: an identity-based Allow works only if the resource policy allows too, at least by
    naming the account (trust policies, key policies). ``settle``: an outcome that no policy can change.
    ``ignores_denies_of``: a layer whose Deny statements do not bind this request. ``refused_by_setting``: an explicit
    deny of the resource layer that stands in no policy. ``outside_rcps``: no RCP applies.
    ``needs_no_resource_policy``: across accounts the identity-based Allow is enough.
    ``unreliable_keys``: how the condition keys begin, in lower case, that AWS documents as unreliable for the action;
    they are never believed. ``caveats``: what an access that is or may be allowed must be told with;
    ``denial_caveats``: what a missing Allow of the resource layer must be told with.
    ``needs_identity_policy``: an identity-based Allow is needed beside the resource policy's, within one account too;
    ``by_resource_policy_alone``: what to say where it may be. ``owned_by_management_account``: the resource belongs to
    the management account of the organisation, even where it is ``*``.
    ``has_no_policy``: the resource is of a type that has no policy, though others of the service need one.
    ``open_without_policy``: a resource without a policy may be open to everybody. ``only_grants``: no policy can
    allow, only a grant of the key.
    ``reads_context``: one of the functions that decide (those of the caveats do not) looks at context keys, so that its
    answer holds for one request alone.
    """

    title: str
    rules: tuple[str, ...] = ()
    needs_resource_policy: bool = False
    settle: Callable[[Request], Settled | None] = _never_settled
    ignores_denies_of: Callable[[Request, LayerName], Truth] = _nothing_ignored
    refused_by_setting: Callable[[Request, LayerPolicies | None], Truth] = _never_refused
    outside_rcps: Callable[[Request], bool] = _within_rcps
    needs_no_resource_policy: Callable[[Request], Truth] = _always_needs_one
    unreliable_keys: tuple[str, ...] = ()
    caveats: Callable[[Request], tuple[Caveat, ...]] = _no_caveats
    denial_caveats: Callable[[Request], tuple[Caveat, ...]] = _no_caveats
    needs_identity_policy: Callable[[Request], Truth] = _never_needed
    by_resource_policy_alone: Caveat | None = None
    owned_by_management_account: bool = False
    has_no_policy: Callable[[Request], bool] = _never
    open_without_policy: Callable[[Request], bool] = _never
    only_grants: bool = False
    reads_context: bool = False


NO_DEVIATION = Deviation("the general rule")
