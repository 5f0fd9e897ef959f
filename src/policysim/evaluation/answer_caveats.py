"""What must be said beside an answer: the doubts that matter to it, and what it rests on or leaves open.

Source: the rules that each caveat names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.conditions import CAVEATS, OF_OPEN_DECISIONS
from policysim.evaluation.decision import Caveat, Effect, Grant
from policysim.evaluation.kms_keys import GRANT_ID_KEY
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services.credentials import credentials_open
from policysim.evaluation.services.lent_resources import caveats_of_lent, is_lent
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.policy import Effect as StatementEffect
from policysim.language.request import IAM_IDENTITIES, OF_AN_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from policysim.evaluation.access import Access
    from policysim.evaluation.services.deviation import Deviation
    from policysim.language.policy import Statement


def caveats_of(
    effect: Effect, possible: tuple[Effect, ...], access: Access, deviation: Deviation, open_keys: Collection[str]
) -> tuple[Caveat, ...]:
    """What the reader must know before acting on an effect; ``open_keys`` are the context keys that it hangs on."""
    certain = effect is not Effect.DEPENDS and not possible
    caveats = [Caveat(code, CAVEATS[code]) for code in _doubts(effect, access, open_keys, certain=certain)]
    caveats.extend(_caveats_of_service(effect, access, deviation))
    caveats.extend(_caveats_of_grants(effect, access))
    caveats.extend(_left_open(effect, access, open_keys))
    if _layers_in_the_way(effect, access) > 1:
        caveats.append(_SEVERAL_LAYERS)
    return tuple(caveats)


def _doubts(effect: Effect, access: Access, open_keys: Collection[str], *, certain: bool) -> Iterable[str]:
    """The codes of the doubtful readings that the effect rests on, or all of them where it is open."""
    doubts = [doubt for verdict in access.verdicts.values() for doubt in verdict.doubts]
    if certain:
        matters = _DOUBTS_THAT_MATTER[effect]
        doubts = [d for d in doubts if (d.effect, d.truth) in matters and d.code not in OF_OPEN_DECISIONS]
    codes = dict.fromkeys(doubt.code for doubt in doubts)
    ambiguous = access.request.context.ambiguous
    if ambiguous and any(key.lower() in ambiguous for key in open_keys):
        codes["tag-case"] = None
    return codes


def _caveats_of_service(effect: Effect, access: Access, deviation: Deviation) -> Iterator[Caveat]:
    if effect in {Effect.ALLOWED, Effect.DEPENDS}:
        yield from deviation.caveats(access.request)
        yield from caveats_of_lent(access.request) if access.same_account is not TRUE else ()
    elif effect is Effect.IMPLICIT_DENY and LayerName.RESOURCE in access.blocking:
        yield from deviation.denial_caveats(access.request)
    alone = deviation.by_resource_policy_alone
    if alone is not None and effect is Effect.ALLOWED and _rests_on_resource_policy_alone(access):
        yield alone


def _rests_on_resource_policy_alone(access: Access) -> bool:
    own = access.request.principal.kind in IAM_IDENTITIES
    return own and access.same_account is TRUE and access.identity_allows is FALSE


def _left_open(effect: Effect, access: Access, open_keys: Collection[str]) -> Iterator[Caveat]:
    """What beside policies and context keys leaves the effect open."""
    if effect is Effect.DEPENDS:
        if GRANT_ID_KEY in open_keys:
            yield _WHICH_GRANT
        if access.crosses is UNKNOWN and access.same_account is not TRUE:
            yield _CROSSING_UNKNOWN
        if access.credentials is UNKNOWN:
            yield credentials_open(access.request)
    owner_open = access.same_account is UNKNOWN and access.request.principal.kind in OF_AN_ACCOUNT
    if owner_open and not is_lent(access.request):
        yield _OWNER_UNKNOWN


def _layers_in_the_way(effect: Effect, access: Access) -> int:
    if effect is Effect.IMPLICIT_DENY:
        return len(access.blocking)
    return sum(verdict.denied is TRUE for verdict in access.verdicts.values())


_DOUBTS_THAT_MATTER: Final[dict[Effect, frozenset[tuple[StatementEffect | None, Truth]]]] = {
    Effect.ALLOWED: frozenset({(StatementEffect.ALLOW, TRUE), (StatementEffect.DENY, FALSE)}),
    Effect.EXPLICIT_DENY: frozenset({(StatementEffect.DENY, TRUE)}),
    Effect.IMPLICIT_DENY: frozenset({(StatementEffect.ALLOW, FALSE)}),
}
"""Doubts about which statements could overturn a certain decision: a doubtful Allow that fails says nothing against an
access that is allowed anyway."""


def _caveats_of_grants(effect: Effect, access: Access) -> Iterator[Caveat]:
    """What must be said where a grant decides, or one past a boundary or session policy, or none but to the account."""
    if effect is Effect.ALLOWED:
        by_key_grant = access.only_grants or access.by_policies is not TRUE
        if by_key_grant and access.identity_allows is not TRUE and access.request.principal.kind in IAM_IDENTITIES:
            yield Caveat("key-grant", CAVEATS["key-grant"])
        if by_key_grant and access.within_inner_limits is FALSE:
            yield _KEY_GRANT_PAST_LIMITS
        elif access.same_account is TRUE and access.within_inner_limits is not TRUE:
            yield _STAR_GRANT if _by_star_alone(access) else _DIRECT_GRANT
    if effect is Effect.IMPLICIT_DENY and access.reach.key_grant_to_account is TRUE and not access.only_grants:
        yield _KEY_GRANT_TO_ACCOUNT


def _by_star_alone(access: Access) -> bool:
    """Whether nothing but a plain ``*``, not even one narrowed to the caller's ARN, grants past the limits (E10)."""
    direct = [match for match in access.verdicts[LayerName.RESOURCE].allows if match.grant is Grant.DIRECT]
    return all(_is_plain_star(match.statement) for match in direct if match.truth is TRUE)


def _is_plain_star(statement: Statement) -> bool:
    principal = statement.principal
    everybody = principal is None or principal.negated or any(entry.value == "*" for entry in principal.entries)
    return everybody and not any(entry.key.lower() == "aws:principalarn" for entry in statement.conditions)


_KEY_GRANT_PAST_LIMITS: Final = Caveat(
    "key-grant-past-limits",
    "a grant of the key allows this, and the boundary or session policy without an Allow is taken not to limit it; AWS "
    "does not document whether it does (S23)",
)
_KEY_GRANT_TO_ACCOUNT: Final = Caveat(
    "key-grant-to-account",
    "a grant of the key names the caller's account; as with policies that is taken to need an identity-based Allow, "
    "which AWS documents for RetireGrant alone (S23, S35)",
)
_WHICH_GRANT: Final = Caveat(
    "which-grant",
    f"the key has several grants, and which of them is to be retired is a parameter of the call: `{GRANT_ID_KEY}` "
    "stands for it here, and is no condition key of AWS (S35)",
)
_DIRECT_GRANT: Final = Caveat(
    "direct-grant",
    "the resource-based policy grants to this caller directly, so the boundary or session policy without an Allow does "
    "not limit it (E8, E10)",
)
_STAR_GRANT: Final = Caveat(
    "star-grant",
    "the resource-based policy grants to everybody with a plain `*`, which is taken to pass by the boundary or session "
    "policy that does not allow, or may not; AWS does not say so outright (E8)",
)
_CROSSING_UNKNOWN: Final = Caveat(
    "crossing-unknown",
    "the guide of the service does not say whether a resource-based policy can let another account do this (X13)",
)
_SEVERAL_LAYERS: Final = Caveat(
    "several-layers",
    "more than one layer denies; the message of AWS names one of them, and AWS does not document which (M10, M18)",
)
_OWNER_UNKNOWN: Final = Caveat(
    "owner-unknown", "which account owns the resource is not known, so same-account and cross-account were both tried"
)
