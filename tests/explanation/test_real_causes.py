"""Denials that nobody here wrote: each has a cause, and none is confirmed in a layer that did not deny."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policysim.account.account import Organisation
from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.call import Call
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.event_reading import event_from_record
from policysim.cloudtrail.requests import call_from_event
from policysim.evaluation.decide import decide
from policysim.explanation.diagnose import diagnose
from policysim.explanation.hypotheses.evidence import Evidence
from policysim.explanation.hypotheses.reasoning import causes_of_denial, is_explained
from policysim.language.source import Source
from policysim.sources.cases import BrokenCase, read_case
from tests.explanation.cause_cases import CONFIRMED, REFUTED
from tests.shared_data import needs_shared, rows

KINDS = {"implicit_deny": DenialKind.IMPLICIT, "explicit_deny": DenialKind.EXPLICIT}
SAME_WORDS = {"identity": {"identity", "resource"}, "resource": {"identity", "resource"}}
"""Within one account AWS says the same of a policy that is missing on either side (M17)."""


@needs_shared
def test_every_recorded_denial_has_a_cause_without_any_policy() -> None:
    named = 0
    for row in rows("data/events/denied.jsonl"):
        found = diagnose(call_from_event(event_from_record(row["event"])), None, CATALOGUE)
        assert any(one.tested is not REFUTED for one in found.hypotheses), row["event"]
        denial = found.call.denial
        tells = denial is not None and denial.layer is not None and denial.kind is not DenialKind.UNKNOWN
        named += tells
        assert is_explained(found) or not tells
    assert named > 40


def known_denials() -> list[Any]:
    found = [row for row in rows("data/outcomes/known.jsonl") if row["expected"] in KINDS]
    return [pytest.param(row, id=row["id"]) for row in found]


def evidences(row: dict[str, Any], denial: Denial) -> list[Evidence]:
    """What is known of each authorization of a case that is denied here."""
    case = read_case(Source("case", json.dumps(row)))
    assert not isinstance(case, BrokenCase), case.error
    return [
        Evidence(
            call=Call(event=None, denial=denial, requests=()),
            request=question.request,
            policies=question.policies,
            decision=decide(question.request, question.policies, CATALOGUE, trace=True),
            organisation=Organisation(accounts={}, standalone=True),
            facts=CATALOGUE,
        )
        for question in case.questions
    ]


@needs_shared
@pytest.mark.parametrize("row", known_denials())
@pytest.mark.parametrize("bare", [False, True])
def test_m10_m17_a_known_denial_has_a_cause_and_none_is_confirmed_elsewhere(row: dict[str, Any], *, bare: bool) -> None:
    denial = Denial(raw="", recognised=True, layer=None if bare else row["deny_layer"], kind=KINDS[row["expected"]])
    for known in evidences(row, denial):
        found = causes_of_denial(known).hypotheses
        assert any(one.tested is not REFUTED for one in found)
        for one in found:
            if one.tested is CONFIRMED and not bare:
                layer = one.layer.value if one.layer is not None else None
                assert layer in SAME_WORDS.get(row["deny_layer"], {row["deny_layer"]}), one
