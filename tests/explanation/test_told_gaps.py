"""A policy that is not at hand where AWS says that none of its layer allows: what is at hand explains the denial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, LayerPolicies, Level, PolicySet
from policysim.explanation.hypotheses.isolation import as_told_of_gaps
from tests.explanation.cause_cases import CONFIRMED, EXPLICIT, IMPLICIT, codes, evidence, first, says
from tests.explanation.denied_cases import BUCKET, OTHER_ACCOUNT, ROLE, allow, attached, document, in_force, request

MISSING = Gap("managed-policy", "the managed policy `reader` is attached, but its document was not collected")
READ = request("s3:GetObject")


def with_gap(*statements: dict[str, object]) -> PolicySet:
    policies = (attached(document(*statements)),) if statements else ()
    return in_force({LayerName.IDENTITY: LayerPolicies((Level(ROLE, policies, (MISSING,)),))})


def test_e3_m17_what_is_at_hand_explains_a_denial_of_which_aws_says_that_nothing_allows_it() -> None:
    known = evidence(READ, with_gap(allow("s3:PutObject", f"{BUCKET}/*")), says("identity", IMPLICIT))
    assert known.decision.effect is Effect.DEPENDS
    found = first(known)
    assert (found.code, found.tested) == ("action-missing", CONFIRMED)
    assert "with nothing in what was not collected: allowed" in found.test
    assert "policy-not-collected" in dict(codes(known))


@pytest.mark.parametrize(
    ("layer", "kind"), [("identity", EXPLICIT), ("boundary", IMPLICIT), (None, DenialKind.UNKNOWN)]
)
def test_e3_m17_other_words_leave_the_gap_open(layer: str | None, kind: DenialKind) -> None:
    known = evidence(READ, with_gap(allow("s3:PutObject", f"{BUCKET}/*")), says(layer, kind))
    assert as_told_of_gaps(known) is known


def test_e3_across_accounts_words_about_one_layer_leave_the_gap_open() -> None:
    asked = replace(READ, resource=replace(READ.resource, account=OTHER_ACCOUNT))
    known = evidence(asked, with_gap(allow("s3:PutObject", f"{BUCKET}/*")), says("identity", IMPLICIT))
    assert as_told_of_gaps(known) is known


def test_a_layer_of_which_nothing_is_at_hand_explains_nothing() -> None:
    known = evidence(READ, with_gap(), says("identity", IMPLICIT))
    assert first(known).code == "policy-not-collected"
