"""AWS KMS: the key policy is mandatory; without it no identity policy works, not even the root user's.

Source: AWS KMS Developer Guide, key-policy-default, key-policy-modifying-external-accounts, alias-access, grant-delete
and concepts (AWS managed keys); Organizations User Guide, orgs_manage_policies_rcps; spec S19 to S25, S35, S40, E25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.cross_account import AWS_KEY_MANAGER
from policysim.evaluation.services.deviation import Deviation, Settled
from policysim.evaluation.truth import FALSE, TRUE, Truth
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request

WITHOUT_A_KEY = frozenset(
    {
        "kms:connectcustomkeystore",
        "kms:createcustomkeystore",
        "kms:createkey",
        "kms:deletecustomkeystore",
        "kms:describecustomkeystores",
        "kms:disconnectcustomkeystore",
        "kms:generaterandom",
        "kms:listaliases",
        "kms:listkeys",
        "kms:listretirablegrants",
        "kms:updatecustomkeystore",
    }
)
"""Actions on no key, so that no key policy can speak of them: they are decided by the general rule."""

ON_ALIASES = frozenset({"kms:createalias", "kms:deletealias", "kms:updatealias"})
"""Actions that are authorized twice: on the alias, by identity policies, and on every key that it stands for."""

_MULTI_REGION = "mrk-"


def is_alias(request: Request) -> bool:
    """Whether the resource is the alias of a key: it has no policy of its own."""
    arn = parse_arn(request.resource.arn)
    return arn is not None and arn.service == "kms" and arn.resource_type == "alias"


def _outside_rcps(request: Request) -> bool:
    return request.resource.key_manager == AWS_KEY_MANAGER


def _key_behind_an_alias(request: Request) -> Settled | None:
    """KMS authorizes the use of a key on the key: no statement that names an alias speaks of it (spec S22)."""
    if not is_alias(request):
        return None
    sentence = (
        f"`{request.action}` is authorized on the key behind `{request.resource.arn}`, and which key that is is not "
        "known: ask again with the ARN of the key, and with the alias as `kms:RequestAlias`"
    )
    return Settled(Effect.DEPENDS, sentence, "S22")


def _of_a_key(request: Request) -> tuple[Caveat, ...]:
    caveats: list[Caveat] = []
    if request.resource.key_manager == AWS_KEY_MANAGER:
        caveats.append(_FIXED_POLICY)
    arn, caller = parse_arn(request.resource.arn), request.principal.account
    foreign = caller is not None and request.resource.account not in {None, caller}
    if arn is not None and arn.resource_id.startswith(_MULTI_REGION) and foreign:
        sentence = (
            f"a foreign account can use the multi-Region key only where its Region `{arn.region}` is enabled (S40)"
        )
        caveats.append(Caveat("region-enabled", sentence))
    return tuple(caveats)


_FIXED_POLICY = Caveat(
    "fixed-key-policy",
    "the policy of an AWS managed key is fixed by AWS: principals of its own account reach the key through the service "
    "that it belongs to, and its description directly (S25)",
)


def _alias_and_key(request: Request) -> tuple[Caveat, ...]:
    other = "the key that it stands for" if is_alias(request) else "the alias"
    sentence = f"`{request.action}` must be allowed on {other} too, which is another request (S22)"
    return (Caveat("alias-and-key", sentence),)


def _no_matter_of_policies(request: Request, layer: LayerName) -> Truth:  # noqa: ARG001  # the signature of the seam
    """``kms:RetireGrant`` has no effect in a key policy; an IAM policy can deny it (spec S35)."""
    return TRUE if layer is LayerName.RESOURCE else FALSE


def _always_outside_rcps(request: Request) -> bool:  # noqa: ARG001  # the signature of the seam
    return True


KMS = Deviation(
    "key policy",
    ("S19", "S20", "S21", "S22", "S23", "S24", "S25", "S40", "E25"),
    needs_resource_policy=True,
    outside_rcps=_outside_rcps,
    settle=_key_behind_an_alias,
    caveats=_of_a_key,
    denial_caveats=_of_a_key,
)
ALIAS = Deviation(
    "alias and key",
    ("S22",),
    needs_resource_policy=True,
    outside_rcps=_outside_rcps,
    has_no_policy=is_alias,
    caveats=_alias_and_key,
)
RETIRE_GRANT = Deviation(
    "the grant decides",
    ("S35", "E25"),
    needs_resource_policy=True,
    only_grants=True,
    ignores_denies_of=_no_matter_of_policies,
    outside_rcps=_always_outside_rcps,
)
