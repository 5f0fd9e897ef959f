"""AWS's own evaluation as part of a call: its action, its resource and its context are what was asked.

What AWS says it evaluated replaces what was read out of the record, key by key; a key that AWS does not list stays as
the record proves it, or unknown.
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails; AWS STS API reference, DecodeAuthorizationMessage;
spec A7, A8, M11, M15.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.catalog.event_sources import service_prefix
from policysim.cloudtrail.aws_evaluation import ALLOW, EvaluationKind
from policysim.cloudtrail.call import FROM_MESSAGE, NOT_KNOWN, Call, CallRequest, Provenance
from policysim.cloudtrail.caller import Caller, caller_named
from policysim.cloudtrail.context import Asked, context_of_event
from policysim.cloudtrail.evaluation_fit import caller_of, contradictions
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.request import ABSENT, UNKNOWN, PrincipalKind, Request, RequestContext, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.aws_evaluation import Answer, Evaluation
    from policysim.language.request import Principal

ANY_RESOURCE: Final = "*"
_OWNER_KEY: Final = "aws:resourceaccount"


def call_with_answer(call: Call, answer: Answer) -> Call:
    """The call with what AWS evaluated in place of what was made out without it; ``answer`` must be about it.

    Authorization details show every action and resource that AWS evaluated, so that others of the same actions go. A
    decoded message shows the one that was refused, and the call may need others.
    """
    known = caller_of(call)
    told = _caller(answer, known)
    if told.principal is None:
        return replace(call, unresolved=tuple(dict.fromkeys((*call.unresolved, *told.unresolved))))
    answer = _with_services(answer, call)
    evaluated = [_request(evaluation, call, told) for evaluation in answer.evaluations if ":" in evaluation.action]
    asked = {_asked(requested) for requested in evaluated}
    actions = {action for action, _ in asked}
    whole = answer.complete and answer.evaluations[0].kind is EvaluationKind.AUTHORIZATION_DETAILS
    others = [
        requested
        for requested in call.requests
        if _asked(requested) not in asked and not (whole and requested.request.action.lower() in actions)
    ]
    ordered = sorted((*evaluated, *others), key=_refused_first)
    return replace(
        call,
        requests=tuple(ordered),
        unresolved=tuple(
            dict.fromkeys(
                (*_still_unresolved(call, actions), *told.unresolved, *_left_out(answer), *_doubts(answer, call, told))
            )
        ),
        missing=tuple(action for action in call.missing if action.lower() not in actions),
    )


def call_of_answer(answer: Answer) -> Call:
    """The call of which nothing is at hand but AWS's own evaluation."""
    return call_with_answer(Call(event=None, denial=None, requests=()), answer)


def _refused_first(requested: CallRequest) -> tuple[bool, bool]:
    evaluated = requested.evaluated
    return (evaluated is None or not evaluated.is_denial, requested.conditional)


def _asked(requested: CallRequest) -> tuple[str, str]:
    return requested.request.action.lower(), requested.request.resource.arn


def _still_unresolved(call: Call, actions: set[str]) -> list[str]:
    """What could not be made out, without the sentences that miss the resource of an action that AWS evaluated."""
    missed = [f"the resource of `{action}`" for action in actions]
    return [sentence for sentence in call.unresolved if not any(one in sentence.lower() for one in missed)]


def _left_out(answer: Answer) -> Iterator[str]:
    """What the answer itself leaves open."""
    if not answer.complete:
        yield f"`{answer.source}` is one page of what AWS evaluated, and more follow: fetch them all"
    for evaluation in answer.evaluations:
        if ":" not in evaluation.action:
            yield f"`{answer.source}` names the action `{evaluation.action}`, and not its service"


def _doubts(answer: Answer, call: Call, told: Caller) -> Iterator[str]:
    """What speaks against the answer being about this call, without ruling it out."""
    if all(one.effect == ALLOW for one in answer.evaluations):
        yield f"`{answer.source}` shows nothing that AWS refused: it may be about another request or a part of this"
    if call.event is not None and told.principal is not None:
        for one in answer.evaluations:
            proved = context_of_event(Asked(call.event, told.principal, one.action, one.resource))
            yield from contradictions(one, proved, answer.source)


def _with_services(answer: Answer, call: Call) -> Answer:
    """The answer with full names of actions: AWS leaves the service out of some, and the event tells it."""
    if call.event is None:
        return answer
    service = service_prefix(call.event.event_source)
    evaluations = tuple(
        one if ":" in one.action else replace(one, action=f"{service}:{one.action}") for one in answer.evaluations
    )
    return answer._replace(evaluations=evaluations)


def _caller(answer: Answer, known: Principal | None) -> Caller:
    """The caller as AWS shows it, where nothing else does."""
    first = answer.evaluations[0]
    if known is not None:
        return Caller(_with_role(known, first), "")
    found = caller_named(first.principal or first.principal_id or "")
    if found.principal is None:
        return Caller(None, NOT_KNOWN, (f"`{answer.source}` does not name the caller",))
    origin = found.origin.replace(FROM_MESSAGE, first.kind.origin)
    unresolved = tuple(sentence.replace("the message", "AWS's evaluation") for sentence in found.unresolved)
    unique_id = first.principal_id.split(":", 1)[0] if first.principal_id else None
    return Caller(replace(found.principal, unique_id=found.principal.unique_id or unique_id), origin, unresolved)


def _with_role(known: Principal, evaluation: Evaluation) -> Principal:
    """The caller with the ARN of its role as AWS evaluated it, path included (spec C43)."""
    arn = parse_arn(evaluation.principal or "")
    if known.kind is not PrincipalKind.ROLE_SESSION or arn is None or arn.resource_type != "role":
        return known
    return replace(known, entity_arn=evaluation.principal)


def _request(evaluation: Evaluation, call: Call, told: Caller) -> CallRequest:
    """One evaluation as a request, on top of what the record proves of it."""
    assert told.principal is not None  # noqa: S101  # the caller has made sure; for the type checker
    same = _same_request(evaluation, call)
    origin, action = f"{evaluation.kind.origin} (`{evaluation.source}`)", evaluation.action
    owner, owner_origin = _owner(evaluation, told.principal, origin)
    if owner is None and same is not None:
        owner, owner_origin = same.request.resource.account, same.provenance.owner
    context = _context(evaluation, call, told.principal, action)
    request = Request(
        principal=told.principal,
        action=action,
        resource=Resource(arn=evaluation.resource, account=owner),
        context=context,
    )
    principal_origin = told.origin or (call.requests[0].provenance.principal if call.requests else origin)
    return CallRequest(request, Provenance(principal_origin, origin, origin, owner_origin), evaluated=evaluation)


def _same_request(evaluation: Evaluation, call: Call) -> CallRequest | None:
    """The request that the call itself shows for the same action and resource."""
    asked = evaluation.action.lower(), evaluation.resource
    return next((requested for requested in call.requests if _asked(requested) == asked), None)


def _owner(evaluation: Evaluation, caller: Principal, origin: str) -> tuple[str | None, str]:
    """Whose the resource is: AWS's key says it, or its ARN; what works on no single resource is the caller's own."""
    named = next((value for key, value in evaluation.context.items() if key.lower() == _OWNER_KEY), None)
    if isinstance(named, tuple) and len(named) == 1 and is_account_id(named[0]):
        return named[0], origin
    arn = parse_arn(evaluation.resource)
    if arn is not None and is_account_id(arn.account):
        return arn.account, "resource ARN"
    return (caller.account, "the caller's account") if evaluation.resource == ANY_RESOURCE else (None, NOT_KNOWN)


def _context(evaluation: Evaluation, call: Call, caller: Principal, action: str) -> RequestContext:
    """What the record proves, under what AWS lists.

    A key that AWS lists with a value that cannot be read is there: it keeps what the record shows of it, but is no
    longer absent.
    """
    proved = RequestContext()
    if call.event is not None:
        proved = context_of_event(Asked(call.event, caller, action, evaluation.resource))
    listed = {
        key: value
        for key, value in evaluation.context.items()
        if value is not UNKNOWN or proved.get(key) in {None, ABSENT}
    }
    return proved.with_values(listed)
