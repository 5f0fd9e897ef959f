"""The diagnosis of one denied call: situate and decide each request, compare with AWS, and look for the way out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from policysim.account.authorizations import authorizations
from policysim.cloudtrail.call import FROM_MESSAGE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.judged import Judged
from policysim.explanation.agreement import (
    Finding,
    compare,
    layer_of_message,
    of_those_in_the_way,
    rules_out_a_deny,
)
from policysim.explanation.aws_evaluation import compare_with_aws, outcomes_fit
from policysim.explanation.diagnosis import Agreement, Diagnosis, RequestDiagnosis
from policysim.explanation.evaluated_policies import fetching_steps
from policysim.explanation.fixes.candidates import Case
from policysim.explanation.fixes.proposal import Proposal, propose
from policysim.explanation.hypotheses.evidence import Evidence
from policysim.explanation.hypotheses.isolation import as_told_of_gaps
from policysim.explanation.hypotheses.reasoning import Reasoned, causes_of_denial, causes_without_policies
from policysim.explanation.near_misses import near_misses
from policysim.explanation.next_steps import next_steps, without_repetition
from policysim.explanation.obstacles import obstacles
from policysim.explanation.remedies import minding_remedies, remedies, remedies_of_cause
from policysim.explanation.spoken import settled_by_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.account.account import Organisation
    from policysim.account.situate import Situation
    from policysim.cloudtrail.call import Call, CallRequest
    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.facts import Facts
    from policysim.explanation.agreement import Comparison

_DENIALS: Final = frozenset({Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY})
_DENIED_FIRST: Final = (Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY, Effect.DEPENDS, Effect.ALLOWED)


class Examined:
    """A denied call with what is known of its causes; what could be done about it is worked out when it is asked for.

    ``diagnosis`` lacks ``obstacles``, ``remedies``, ``fixes`` and ``next_steps``, which take most of the time, and of
    which many calls with one cause need only one.
    """

    __slots__ = ("_finish", "_whole", "diagnosis")

    def __init__(self, diagnosis: Diagnosis, finish: Callable[[], Diagnosis]) -> None:
        self.diagnosis = diagnosis
        self._finish: Callable[[], Diagnosis] | None = finish
        self._whole = diagnosis

    def whole(self) -> Diagnosis:
        """The whole diagnosis, worked out once."""
        if self._finish is not None:
            self._whole = self._finish()
            self._finish = None  # it holds every document that was tried
        return self._whole

    def of(self, call: Call) -> Examined:
        """The same of a call that is equal but for its ids."""
        if call is self.diagnosis.call:
            return self
        return Examined(replace(self.diagnosis, call=call), lambda: replace(self.whole(), call=call))


def diagnose(
    call: Call, organisation: Organisation | None, facts: Facts, siblings: tuple[Event, ...] = ()
) -> Diagnosis:
    """Why the call was denied, which statements were close, and which verified edits would let it in.

    Without an organisation the diagnosis says what the event alone proves, and what to fetch next. ``siblings`` are
    the other events of the same input, denied or not: an equal call that went through later tells something.
    """
    return examine(call, organisation, facts, siblings).whole()


def examine(call: Call, organisation: Organisation | None, facts: Facts, siblings: tuple[Event, ...] = ()) -> Examined:
    """Why the call was denied, as far as that makes it one problem with other denials: see ``diagnose``."""
    if organisation is None or not call.requests:
        alone = _with_causes(_from_event_alone(call), causes_without_policies(call, facts))
        return Examined(alone, lambda: alone)
    needed = [
        (requested, situation)
        for requested in call.requests
        for situation in authorizations(requested.request, organisation)
    ]
    known = [Judged(situation.request) for _, situation in needed]
    requests = tuple(
        RequestDiagnosis(
            _asked(told, situation), decide(situation.request, situation.policies, facts, judged=judged), told
        )
        for (told, situation), judged in zip(needed, known, strict=True)
    )
    refused = refused_request(call.denial, requests)
    situation, evaluated, judged = needed[refused][1], requests[refused].requested.evaluated, known[refused]
    decision = decide(situation.request, situation.policies, facts, trace=True, judged=judged)
    comparison = compare(call.denial, decision)
    found = _beside_aws(_compared(call, requests, decision, comparison), requests[refused], situation)
    evidence = Evidence(
        call=call,
        request=situation.request,
        policies=situation.policies,
        decision=decision,
        organisation=organisation,
        facts=facts,
        beside=(*requests[:refused], *requests[refused + 1 :]),
        siblings=siblings,
        evaluated=evaluated,
        contradicted=found.disagreement if found.disagreement_code == AWS_EVALUATION else "",
        judged=judged,
    )
    found = _with_causes(found, causes_of_denial(evidence))
    found = replace(found, decision=settled_by_words(call.denial, decision))
    no_deny = rules_out_a_deny(call.denial, decision)
    told = as_told_of_gaps(evidence)
    found = replace(found, near_misses=near_misses(told.decision))
    case = Case(situation.request, told.policies, told.decision, organisation, facts, no_deny, judged)
    return Examined(found, partial(_with_ways_out, found, case, comparison, refused))


def _compared(
    call: Call, requests: tuple[RequestDiagnosis, ...], decision: Decision, comparison: Comparison
) -> Diagnosis:
    return Diagnosis(
        call=call,
        requests=requests,
        decision=decision,
        agreement=comparison.agreement,
        disagreement=comparison.sentence,
        disagreement_code=comparison.code,
    )


def _with_ways_out(found: Diagnosis, case: Case, comparison: Comparison, refused: int) -> Diagnosis:
    """The diagnosis with everything in the way of the request, and with what could be done."""
    call, decision = found.call, case.decision
    named = layer_of_message(call.denial) if call.denial is not None else None
    blamed_on_policies = call.denial is None or call.denial.iam
    proposal = propose(case, named) if blamed_on_policies else Proposal()
    instead = remedies(case, call)
    evaluated = found.requests[refused].requested.evaluated if found.aws is not None else None
    fetching = fetching_steps(evaluated, case.policies) if evaluated is not None else ()
    steps = (*fetching, *next_steps(call, decision, comparison, proposal.notes))
    steps = without_repetition(steps, found.hypotheses)
    beside = tuple(_denied_beside(found.requests, refused))
    is_allowed = found.decision is not None and found.decision.effect is Effect.ALLOWED
    in_the_way = obstacles(decision, case.policies, case.facts, no_deny=case.no_explicit_deny)
    if call.denial is not None and found.disagreement_code == Finding.NAMES_ONE_OF_SEVERAL.code:
        told = of_those_in_the_way(call.denial, decision, {one.layer for one in in_the_way})
        found = replace(found, disagreement=told.sentence, disagreement_code=told.code)
    return replace(
        found,
        obstacles=in_the_way,
        remedies=instead,
        fixes=minding_remedies(proposal.fixes, instead),
        next_steps=(*beside, *steps) if is_allowed else (*steps, *beside),
    )


def _with_causes(found: Diagnosis, reasoned: Reasoned) -> Diagnosis:
    steps = without_repetition(found.next_steps, reasoned.hypotheses)
    return replace(found, hypotheses=reasoned.hypotheses, separating=reasoned.separating, next_steps=steps)


def _beside_aws(found: Diagnosis, refused: RequestDiagnosis, situation: Situation) -> Diagnosis:
    """The diagnosis with AWS's own evaluation of the refused request, where it was given.

    It is the truth: where it came to another outcome than we do, we disagree, whatever the message says.
    """
    evaluated, request = refused.requested.evaluated, situation.request
    same = evaluated is not None and evaluated.resource == request.resource.arn
    if evaluated is None or found.decision is None or not same or evaluated.action.lower() != request.action.lower():
        return found
    aws = compare_with_aws(evaluated, found.decision, situation.policies)
    fits = outcomes_fit(evaluated, found.decision)
    if fits is False and aws.differences:
        found = replace(
            found, agreement=Agreement.DISAGREES, disagreement=aws.differences[0], disagreement_code=AWS_EVALUATION
        )
    elif fits and found.disagreement_code == Finding.NO_MESSAGE.code:
        found = replace(found, agreement=Agreement.AGREES, disagreement="", disagreement_code="")
    return replace(found, aws=aws)


AWS_EVALUATION: Final = "aws-evaluation"
"""The code of a disagreement with AWS's own evaluation."""


def _denied_beside(requests: tuple[RequestDiagnosis, ...], refused: int) -> Iterator[str]:
    """What else of the call is denied (spec A8).

    Where the refused request is allowed here, that is the likely cause; elsewhere no fix of it lets the call in alone.
    """
    decision = requests[refused].decision
    is_cause = decision is not None and decision.effect is Effect.ALLOWED
    for position, (requested, beside, _) in enumerate(requests):
        if position == refused or beside is None or beside.effect not in _DENIALS:
            continue
        if requested.conditional and not is_cause:
            continue
        request, too = requested.request, "" if is_cause else " too"
        needs = (
            f"if the call needs it ({requested.provenance.action})" if requested.conditional else "the call needs it"
        )
        yield f"look at `{request.action}` on `{request.resource.arn}`{too}, which is denied: {needs}"


def _asked(requested: CallRequest, situation: Situation) -> CallRequest:
    """The request as AWS authorizes it: one may need several authorizations, or another action (spec S13, S17, S36)."""
    told, decided = requested.request, situation.request
    if (told.action, told.resource.arn) == (decided.action, decided.resource.arn) and not situation.part:
        return requested
    provenance = requested.provenance
    if situation.part:
        provenance = provenance._replace(resource=f"{provenance.resource}; asked of {situation.part}")
    return requested._replace(request=decided, provenance=provenance)


def refused_request(denial: Denial | None, requests: tuple[RequestDiagnosis, ...]) -> int:
    """Which request of a call AWS refused, as its position.

    What AWS's own evaluation shows as refused decides, then what the message names, the action and the resource; else
    what every such call needs comes before what only some do, and what we deny before what we allow (spec A8, R13).
    """

    def rank(position: int) -> tuple[bool, bool, bool, bool, int]:
        requested, decision, _ = requests[position]
        effect = _DENIED_FIRST.index(decision.effect) if decision is not None else 0
        return (
            requested.evaluated is None or not requested.evaluated.is_denial,
            _other_action(denial, requested),
            _other_resource(denial, requests[position]),
            requested.conditional,
            effect,
        )

    return min(range(len(requests)), key=rank)


def _other_action(denial: Denial | None, requested: CallRequest) -> bool:
    action = denial.action if denial is not None else None
    return action is not None and action.lower() != requested.request.action.lower()


def _other_resource(denial: Denial | None, diagnosed: RequestDiagnosis) -> bool:
    """Whether the message prints a resource, and the request is on another one."""
    printed = denial.resource if denial is not None else None
    from_message = diagnosed.requested.provenance.resource.startswith(FROM_MESSAGE)
    return printed is not None and not from_message and printed not in diagnosed.resources


def _from_event_alone(call: Call) -> Diagnosis:
    comparison = compare(call.denial, None, Finding.NO_DECISION if call.requests else Finding.NO_REQUEST)
    evaluated = next((one.evaluated for one in call.requests if one.evaluated is not None), None)
    return Diagnosis(
        call=call,
        requests=tuple(RequestDiagnosis(requested, None) for requested in call.requests),
        aws=compare_with_aws(evaluated) if evaluated is not None else None,
        decision=None,
        agreement=comparison.agreement,
        disagreement=comparison.sentence,
        disagreement_code=comparison.code,
        remedies=remedies_of_cause(call),
        next_steps=next_steps(call, None, comparison, ()),
    )
