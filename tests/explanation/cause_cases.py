"""Evidence built by hand: one refused request, the policies in force, and what AWS said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policysim.account.account import Organisation
from policysim.cloudtrail.call import Call, CallRequest, Provenance
from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.event import Event
from policysim.evaluation.decide import decide
from policysim.evaluation.facts import NO_FACTS
from policysim.explanation import diagnosis
from policysim.explanation.hypotheses.evidence import Evidence
from policysim.explanation.hypotheses.reasoning import causes_of_denial

if TYPE_CHECKING:
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.diagnosis import Hypothesis, RequestDiagnosis
    from policysim.language.request import Request

CONFIRMED = diagnosis.Tested.CONFIRMED
POSSIBLE = diagnosis.Tested.POSSIBLE
REFUTED = diagnosis.Tested.REFUTED
IMPLICIT, EXPLICIT, UNSAID = DenialKind.IMPLICIT, DenialKind.EXPLICIT, DenialKind.UNKNOWN
PROVENANCE = Provenance("event", "what the call needs", "event", "event")
NOON = "2026-11-23T12:00:00Z"


def says(layer: str | None = None, kind: DenialKind = UNSAID, *, policy_arn: str | None = None) -> Denial:
    """A message that names a layer and a kind, or neither."""
    return Denial(raw="", recognised=True, layer=layer, kind=kind, policy_arn=policy_arn)


def event(name: str = "GetObject", source: str = "s3.amazonaws.com", time: str = NOON, **more: Any) -> Event:
    """A CloudTrail record with no more than a test needs."""
    record = {"eventSource": source, "eventName": name, "eventTime": time, "awsRegion": "eu-west-1", **more}
    return Event.model_validate(record)


def evidence(
    asked: Request,
    policies: PolicySet,
    denial: Denial | None = None,
    *,
    of: Event | None = None,
    organisation: Organisation | None = None,
    beside: tuple[RequestDiagnosis, ...] = (),
    siblings: tuple[Event, ...] = (),
) -> Evidence:
    """What is known of a refused request."""
    return Evidence(
        call=Call(event=of, denial=denial, requests=(CallRequest(asked, PROVENANCE),)),
        request=asked,
        policies=policies,
        decision=decide(asked, policies, NO_FACTS, trace=True),
        organisation=organisation or Organisation(accounts={}, standalone=True),
        facts=NO_FACTS,
        beside=beside,
        siblings=siblings,
    )


def hypotheses(known: Evidence) -> tuple[Hypothesis, ...]:
    """The hypotheses; their ranks count from 1, and confirmed come before possible before refuted."""
    found = causes_of_denial(known).hypotheses
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    order = [CONFIRMED, POSSIBLE, REFUTED]
    places = [order.index(one.tested) for one in found]
    assert places == sorted(places)
    return found


def first(known: Evidence) -> Hypothesis:
    """The likeliest hypothesis."""
    return hypotheses(known)[0]


def coded(code: str, known: Evidence) -> Hypothesis:
    """The one hypothesis with this code."""
    [found] = [one for one in hypotheses(known) if one.code == code]
    return found


def codes(known: Evidence) -> list[tuple[str, diagnosis.Tested]]:
    """The codes and what their tests gave, in order."""
    return [(one.code, one.tested) for one in hypotheses(known)]
