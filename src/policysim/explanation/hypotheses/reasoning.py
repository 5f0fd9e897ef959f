"""All causes that can have produced a denial, tested and ranked, and the one fact that would separate those left.

Source: spec M10, M17, M18; IAM User Guide, troubleshoot_access-denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.explanation.agreement import layer_of_message
from policysim.explanation.diagnosis import Hypothesis, Tested
from policysim.explanation.fetching import in_words
from policysim.explanation.hypotheses.administrators import member_account_calls
from policysim.explanation.hypotheses.at_hand import causes_at_hand
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.from_evaluation import causes_shown_by_aws, causes_shown_without_policies
from policysim.explanation.hypotheses.from_words import cause_beside_policies, causes_from_words
from policysim.explanation.hypotheses.gap_causes import causes_in_gaps, policy_named_by_aws, public_access_cause
from policysim.explanation.hypotheses.isolation import as_told_of_gaps, without_open_grants
from policysim.explanation.hypotheses.of_the_call import other_authorizations
from policysim.explanation.hypotheses.open_keys import causes_of_unknown_keys
from policysim.explanation.hypotheses.reach import denies_that_do_not_hold, layers_out_of_reach
from policysim.explanation.hypotheses.separating import separating_fact
from policysim.explanation.hypotheses.stored_data import (
    causes_in_stored_data,
    key_of_another_service,
    missing_in_region,
)
from policysim.explanation.hypotheses.time_causes import causes_in_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.cloudtrail.call import Call
    from policysim.evaluation.facts import Facts
    from policysim.explanation.diagnosis import Diagnosis, Fact
    from policysim.explanation.hypotheses.evidence import Evidence
    from policysim.explanation.hypotheses.possibility import Possibility

_TESTED_FIRST: Final = (Tested.CONFIRMED, Tested.POSSIBLE, Tested.REFUTED)


_NOT_AT_HAND: Final = frozenset({Cause.POLICY_NOT_COLLECTED.code, Cause.SESSION_POLICY_UNKNOWN.code})


class Reasoned(NamedTuple):
    """The hypotheses, the likeliest first, and the fact that would separate those that are left."""

    hypotheses: tuple[Hypothesis, ...] = ()
    separating: Fact | None = None


def causes_of_denial(evidence: Evidence) -> Reasoned:
    """Every cause that can have produced the denial, under the policies at hand."""
    if not evidence.said.iam:
        return _ranked([cause_beside_policies(evidence.said, evidence.request)])
    shown = list(causes_shown_by_aws(evidence))
    found = [
        *shown,
        *key_of_another_service(evidence),
        *causes_in_stored_data(evidence),
        *causes_at_hand(as_told_of_gaps(evidence)),
        *other_authorizations(evidence),
    ]
    if evidence.explained_at_hand:
        found += [*causes_of_unknown_keys(evidence, denies=True), *causes_in_gaps(evidence, denies=True)]
    else:
        found += [
            *causes_of_unknown_keys(evidence),
            *causes_in_gaps(evidence),
            *member_account_calls(evidence),
            *(() if shown else policy_named_by_aws(evidence)),
            *public_access_cause(evidence),
            *missing_in_region(evidence),
        ]
        if all(one.tested is Tested.REFUTED for one in found):
            found += causes_at_hand(without_open_grants(evidence))
        nothing_else = all(one.tested is Tested.REFUTED for one in found)
        found += causes_in_time(evidence, nothing_else=nothing_else)
        found += [*denies_that_do_not_hold(evidence), *layers_out_of_reach(evidence)]
    return _ranked(found)


def causes_without_policies(call: Call, facts: Facts) -> Reasoned:
    """The causes that AWS's words and the event alone leave room for."""
    denial = call.denial
    if denial is not None and not denial.iam:
        return _ranked([cause_beside_policies(denial)])
    return _ranked([*causes_shown_without_policies(call)] or causes_from_words(call, facts))


def is_explained(diagnosis: Diagnosis) -> bool:
    """Whether the evidence leaves one cause: one that is confirmed, or the only one possible with nothing against it.

    Several confirmed causes stand beside each other: each of them denies by itself. A policy that was not collected
    explains nothing as long as AWS does not say either that it is the one.
    """
    left = [one for one in diagnosis.hypotheses if one.tested is not Tested.REFUTED]
    if any(one.tested is Tested.CONFIRMED for one in left):
        return True
    if len(left) != 1 or left[0].opposing:
        return False
    named = layer_of_message(diagnosis.call.denial) if diagnosis.call.denial is not None else None
    return left[0].code not in _NOT_AT_HAND or (named is not None and left[0].layer is named)


def _ranked(possibilities: Iterable[Possibility]) -> Reasoned:
    found = list(dict.fromkeys(possibilities))
    for_a_key = any(one.cause is Cause.ENCRYPTION_KEY and one.tested is Tested.CONFIRMED for one in found)
    if for_a_key:  # that nothing allows the use of the key is what this cause says already
        found = [one for one in found if one.cause is not Cause.NO_ALLOW]
    found.sort(key=_rank)
    hypotheses = tuple(_hypothesis(one, rank) for rank, one in enumerate(found, 1))
    return Reasoned(hypotheses, separating_fact(found))


def _rank(possibility: Possibility) -> tuple[int, bool, int]:
    """Confirmed before possible before refuted; what something speaks against comes after what nothing does."""
    return _TESTED_FIRST.index(possibility.tested), bool(possibility.opposing), possibility.strength


def _hypothesis(possibility: Possibility, rank: int) -> Hypothesis:
    possible = possibility.tested is Tested.POSSIBLE
    return Hypothesis(
        code=possibility.cause.code,
        cause=possibility.sentence,
        rank=rank,
        tested=possibility.tested,
        test=possibility.test,
        supporting=possibility.supporting,
        opposing=possibility.opposing,
        next=in_words(possibility.fact) if possible and possibility.fact is not None else "",
        layer=possibility.layer,
    )
