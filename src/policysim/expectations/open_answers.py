"""Answers that are expected to be open: whether they hang on the keys that a sentence names, and on nothing else."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LayerName
from policysim.expectations.asking import with_context
from policysim.language.request import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.situate import Situation
    from policysim.evaluation.decide import CallDecision
    from policysim.expectations.results import Answer
    from policysim.language.request import ContextValue

_ENDPOINT_KEY: Final = "aws:sourcevpce"
_LIMIT: Final = 256
"""How many combinations of values of the named keys are tried."""


class Openness(Enum):
    """How an answer is open."""

    AS_SAID = "on all keys that are named and on nothing else"
    DECIDED = "not at all"
    OTHERWISE = "on something that is not named"
    NOT_ON_ALL = "not on every key that is named"


def openness(answer: Answer, named: Sequence[str]) -> tuple[Openness, tuple[str, ...]]:
    """How an answer is open, and the keys that are to be told of.

    Of ``OTHERWISE`` the keys that are not named (none where something else than a key is open), of ``NOT_ON_ALL``
    those on which the answer does not hang.
    """
    if answer.call.effect is not Effect.DEPENDS:
        return Openness.DECIDED, ()
    wanted = {key.lower(): key for key in named}
    unknown = {one.key.lower(): one.key for decision in answer.call.decisions for one in decision.unknown_keys}
    others = tuple(key for lower, key in unknown.items() if lower not in wanted)
    if others:
        return Openness.OTHERWISE, others
    idle = tuple(key for lower, key in wanted.items() if lower not in unknown)
    if not _settled_by_keys(answer.situations, answer.call, _LIMIT, by_endpoint=_ENDPOINT_KEY in wanted):
        return Openness.OTHERWISE, ()
    return (Openness.NOT_ON_ALL, idle) if idle else (Openness.AS_SAID, ())


def _settled_by_keys(situations: Sequence[Situation], call: CallDecision, budget: int, *, by_endpoint: bool) -> bool:
    """Whether the answer is certain once every key that it hangs on has a value, whichever that is.

    ``by_endpoint``: the VPC endpoint is among the keys that are named, so that its policy may be open as well.
    """
    if call.effect is not Effect.DEPENDS:
        return True
    unknown = next((one for one in call.deciding.unknown_keys if one.settles), None)
    if unknown is None or budget < len(unknown.settles):
        return unknown is None and by_endpoint and _open_by_endpoint_alone(call)
    share = budget // len(unknown.settles)
    for value, _ in unknown.settles:
        stated: ContextValue = ABSENT if value is None else (value,)
        known = [with_context(one, one.request.context.with_values({unknown.key: stated})) for one in situations]
        after = decide_call([(one.request, one.policies) for one in known], CATALOGUE)
        if not _settled_by_keys(known, after, share, by_endpoint=by_endpoint):
            return False
    return True


def _open_by_endpoint_alone(call: CallDecision) -> bool:
    """Whether nothing but the policy of an endpoint that is not at hand leaves the answer open."""
    checks = [check for decision in call.decisions for check in decision.checks if check.verdict is Verdict.UNKNOWN]
    return bool(checks) and all(check.layer is LayerName.VPCE for check in checks)
