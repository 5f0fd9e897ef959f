"""Is an evaluation by AWS about this call at all? Evidence about another call would explain nothing.

Neither API repeats the authorization id or the encoded message, so what counts is who asked, for what, and when.
Source: IAM Toolbox API reference, GetRequestAuthorizationDetails; AWS STS API reference, DecodeAuthorizationMessage;
IAM User Guide, reference_identifiers and reference_policies_condition-keys (aws:userid, aws:PrincipalArn).
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import service_prefix
from policysim.cloudtrail.caller import caller_named, caller_of_event
from policysim.evaluation.values import instant_of
from policysim.language.arns import is_account_id, parse_arn
from policysim.language.patterns import arn_like

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policysim.cloudtrail.aws_evaluation import Answer, Evaluation
    from policysim.cloudtrail.call import Call
    from policysim.language.request import ContextValue, Principal, RequestContext

MOST_SECONDS_APART: Final = 300
"""How far the time of an evaluation may be from that of the event: a request is only valid for five minutes."""


class Fit(NamedTuple):
    """How well an answer fits a call.

    ``mismatch`` says in a sentence why it is about another one; it is empty where nothing speaks against it.
    ``named`` tells that the call shows the action; ``seconds`` how far both are apart in time, where both tell.
    """

    mismatch: str = ""
    named: bool = False
    seconds: int | None = None


def fit(answer: Answer, call: Call) -> Fit:
    """How well the evaluations of an answer fit a call."""
    mismatches: list[str] = []
    named = False
    for evaluation in answer.evaluations:
        mismatch = _other_caller(evaluation, call) or _other_time(evaluation, call) or _other_request(evaluation, call)
        mismatches += [mismatch] if mismatch else []
        named = named or (not mismatch and _full_name(evaluation.action, call) in _actions_of(call))
    denied = [one for one in answer.evaluations if one.is_denial] or list(answer.evaluations)
    if len(mismatches) == len(answer.evaluations) or all(_other_request(one, call) for one in denied):
        return Fit(mismatches[0])
    return Fit(named=named, seconds=_seconds_apart(answer.evaluations[0], call))


def caller_of(call: Call) -> Principal | None:
    """The caller of a call, by its requests, its event or its message."""
    if call.requests:
        return call.requests[0].request.principal
    if call.event is not None:
        return caller_of_event(call.event).principal
    printed = call.denial.principal if call.denial is not None else None
    return caller_named(printed).principal if printed else None


COMPARED_KEYS: Final = (
    "aws:SourceIp",
    "aws:SourceVpce",
    "aws:RequestedRegion",
    "aws:MultiFactorAuthPresent",
    "aws:SourceIdentity",
)
"""Keys of the request as a whole, which a record and an evaluation of the same request cannot tell differently."""


def contradictions(evaluation: Evaluation, proved: RequestContext, source: str) -> Iterator[str]:
    """Where AWS evaluated another value of a key than the record proves, a sentence each."""
    told = {key.lower(): value for key, value in evaluation.context.items()}
    for key in COMPARED_KEYS:
        theirs, ours = _single(told.get(key.lower())), _single(proved.get(key))
        if theirs is not None and ours is not None and _plain(theirs) != _plain(ours):
            yield (
                f"AWS evaluated `{key}` as `{theirs}`, and the event shows `{ours}`: `{source}` may be about another"
                " request"
            )


def _single(value: ContextValue | None) -> str | None:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else None


def _plain(text: str) -> str:
    """A value as it is compared: one address has several spellings."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text.lower()


class _Identity(NamedTuple):
    """Who an ARN of IAM or AWS STS names, paths aside: the account (empty: masked), the user or role, the session."""

    account: str
    kind: str
    name: str
    session: str = ""


def _identity(text: str | None) -> _Identity | None:
    arn = parse_arn(text or "")
    if arn is None or arn.service not in {"iam", "sts"}:
        return None
    account = arn.account if is_account_id(arn.account) else ""
    if arn.resource_type == "assumed-role":
        role, _, session = arn.resource_id.partition("/")
        return _Identity(account, "role", role, session)
    return _Identity(account, arn.resource_type, arn.name)


def _other_caller(evaluation: Evaluation, call: Call) -> str:
    """Why another principal asked; empty where the same may have."""
    caller = caller_of(call)
    if caller is None:
        return ""
    shown = evaluation.principal or evaluation.principal_id or "another principal"
    known = caller.arn or caller.entity_arn or caller.unique_id or caller.service
    sentence = f"AWS evaluated a request of `{shown}`, the call is by " + (f"`{known}`" if known else "somebody else")
    if evaluation.principal_id and caller.unique_id and _bare(evaluation.principal_id) != _bare(caller.unique_id):
        return sentence
    theirs, ours = _identity(evaluation.principal), _identity(caller.arn) or _identity(caller.entity_arn)
    if theirs is None or ours is None:
        return ""
    return "" if _same(theirs, ours) else sentence


def _bare(unique_id: str) -> str:
    """The id of the role itself, without the name of a session."""
    return unique_id.split(":", 1)[0]


def _same(one: _Identity, other: _Identity) -> bool:
    """Whether both may be the same; what only one of them shows does not count."""
    known = all(not (a and b) or a == b for a, b in ((one.account, other.account), (one.session, other.session)))
    return known and (one.kind, one.name) == (other.kind, other.name)


def _other_time(evaluation: Evaluation, call: Call) -> str:
    apart = _seconds_apart(evaluation, call)
    if apart is None or apart <= MOST_SECONDS_APART or call.event is None:
        return ""
    return f"AWS evaluated a request of another time than `{call.event.event_time}`"


def _seconds_apart(evaluation: Evaluation, call: Call) -> int | None:
    told = {key.lower(): value for key, value in evaluation.context.items()}
    value = _single(told.get("aws:currenttime"))
    instant = instant_of(value) if value is not None else None
    time = call.event.time if call.event is not None else None
    return None if instant is None or time is None else abs(instant.seconds - int(time.timestamp()))


def _other_request(evaluation: Evaluation, call: Call) -> str:
    """Why another action or resource was asked for; empty where the same may have been."""
    action, actions = _full_name(evaluation.action, call), _actions_of(call)
    if actions and action not in actions and not _may_be_needed_too(action, call):
        shown = next(iter(_actions_as_written(call)))
        return f"AWS evaluated `{evaluation.action}`, the call is for `{shown}`"
    resources = list(_resources_of(action, call))
    if any(_may_be(evaluation.resource, resource) for resource in resources):
        return ""
    if any(_alike(evaluation.resource, resource) for resource in resources):
        return f"AWS evaluated `{evaluation.action}` on `{evaluation.resource}`, the call is on `{resources[0]}`"
    return ""


def _full_name(action: str, call: Call) -> str:
    """An action in lower case, with the service of the event where AWS leaves it out."""
    if ":" in action or call.event is None:
        return action.lower()
    return f"{service_prefix(call.event.event_source)}:{action}".lower()


def _may_be_needed_too(action: str, call: Call) -> bool:
    """Whether a call whose message names no action may need this one: of another service, such as iam:PassRole."""
    if call.denial is not None and call.denial.action is not None:
        return False
    return call.event is None or action.split(":", 1)[0] != service_prefix(call.event.event_source)


def _actions_as_written(call: Call) -> Iterable[str]:
    if call.denial is not None and call.denial.action is not None:
        yield call.denial.action
    for requested in call.requests:
        yield requested.request.action
    yield from call.missing


def _actions_of(call: Call) -> set[str]:
    """The actions that the call shows: the one that the message names, and those that it needs."""
    return {action.lower() for action in _actions_as_written(call)}


def _resources_of(action: str, call: Call) -> Iterable[str]:
    """The resources on which the call asks for an action: the one that the message prints, else all that are known."""
    denial = call.denial
    if denial is not None and (denial.action or "").lower() == action and parse_arn(denial.resource or "") is not None:
        yield denial.resource or ""
        return
    for requested in call.requests:
        if requested.request.action.lower() == action:
            yield requested.request.resource.arn


def _may_be(one: str, other: str) -> bool:
    """Whether both may be the same resource: each may be a pattern (``instance/*``), and ``*`` may be any."""
    return (
        one == other or "*" in {one, other} or arn_like(one, other) or arn_like(other, one) or _same_entity(one, other)
    )


def _same_entity(one: str, other: str) -> bool:
    """Whether both may name the same IAM entity: records often leave out its path."""
    first, second = _identity(one), _identity(other)
    return first is not None and second is not None and _same(first, second)


def _alike(one: str, other: str) -> bool:
    """Whether both are resources of one type, so that one stands where the other should."""
    first, second = parse_arn(one), parse_arn(other)
    if first is None or second is None:
        return False
    return (first.service, first.resource_type) == (second.service, second.resource_type)
