"""A decision in the light of AWS's own words: what they rule out is open no more.

Within one account AWS looks for an explicit deny before all else; where it says that no policy allows, it found none
(spec E3, M1 to M7; IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat, Effect
from policysim.explanation.agreement import rules_out_a_deny

if TYPE_CHECKING:
    from policysim.cloudtrail.denial import Denial
    from policysim.evaluation.decision import Decision, UnknownKey

RULED_OUT: Final = "deny-ruled-out"
"""The code of the caveat that tells which explicit deny AWS's words rule out."""


def settled_by_words(denial: Denial | None, decision: Decision) -> Decision:
    """The decision without the explicit denies that hang on unknown keys, where AWS says that none of them matched."""
    left = tuple(effect for effect in decision.possible if effect is not Effect.EXPLICIT_DENY)
    if len(left) == len(decision.possible) or not rules_out_a_deny(denial, decision):
        return decision
    match decision.effect:
        case Effect.IMPLICIT_DENY:
            return decision.narrowed(
                possible=left, unknown_keys=(), caveats=(*decision.caveats, _ruled_out(decision.unknown_keys))
            )
        case Effect.DEPENDS if Effect.IMPLICIT_DENY in left:
            still_open = tuple(key for key in map(_without_deny, decision.unknown_keys) if key.settles)
            return decision.narrowed(
                possible=left,
                unknown_keys=still_open or decision.unknown_keys,
                caveats=(*decision.caveats, _ruled_out(decision.unknown_keys)),
            )
        case _:
            return decision


def _without_deny(unknown: UnknownKey) -> UnknownKey:
    settles = tuple((value, effect) for value, effect in unknown.settles if effect is not Effect.EXPLICIT_DENY)
    return unknown._replace(settles=settles)


def _ruled_out(unknown_keys: tuple[UnknownKey, ...]) -> Caveat:
    keys = ", ".join(f"`{unknown.key}`" for unknown in unknown_keys)
    hanging = f", depending on {keys}" if keys else ""
    return Caveat(
        RULED_OUT,
        f"by the policies alone an explicit deny is possible{hanging}; AWS's words rule it out: within one account it"
        " looks for one before all else (E3)",
    )
