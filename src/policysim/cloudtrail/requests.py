"""From an event or a denial message to the requests that it proves.

The message wins about action and resource, since it says what was evaluated; the caller comes from the record, which
knows more of it. What neither shows is left out and named, never guessed.
Source: spec A7, A8, R13, S9, C42 to C57; the record contents of CloudTrail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from policysim.catalog.operations import operation
from policysim.cloudtrail.call import FROM_MESSAGE, NOT_KNOWN, Call, CallRequest, Provenance
from policysim.cloudtrail.caller import Caller, caller_named, caller_of_event
from policysim.cloudtrail.context import Asked, context_of_event
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.resources import Circumstances, resources_of
from policysim.language.request import PrincipalKind, Request, RequestContext, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event
    from policysim.cloudtrail.resources import FoundResource
    from policysim.language.request import Principal


def _nobody_knows(_action: str) -> bool | None:
    return None


def call_from_event(event: Event, *, takes_no_resource: Callable[[str], bool | None] = _nobody_knows) -> Call:
    """The requests that a record proves, of a denied call or of any other.

    ``takes_no_resource`` tells whether an action works on no single resource (``None``: not known).
    """
    denial = read_denial(event.error_message or "", event.error_code) if event.is_denial else None
    if not event.is_call:
        return Call(event=event, denial=None, requests=(), unresolved=(event.why_no_denial or "",))
    actions = _actions_of(event, denial)
    return _call(event, denial, _caller(event, denial), actions, takes_no_resource)


def call_from_message(text: str, *, takes_no_resource: Callable[[str], bool | None] = _nobody_knows) -> Call:
    """The request that a denial message proves by itself; its context is wholly unknown."""
    denial = read_denial(text)
    caller = caller_named(denial.principal) if denial.principal else _UNNAMED
    action = _Actions((denial.action,) if denial.action else (), FROM_MESSAGE, _WITHOUT_ACTION)
    return _call(None, denial, caller, action, takes_no_resource)


_UNNAMED = Caller(None, NOT_KNOWN, ("the message does not name its caller",))
_WITHOUT_ACTION = "the message does not name the denied action"


class _Actions(NamedTuple):
    """The actions of a call, where they came from, and the sentence for when there are none."""

    names: tuple[str, ...]
    origin: str
    when_none: str


def _actions_of(event: Event, denial: Denial | None) -> _Actions:
    if denial is not None and denial.action:
        return _Actions((denial.action,), FROM_MESSAGE, "")
    found = operation(event.event_source, event.event_name, of_version=bool(event.parameters.get("versionId")))
    when_none = f"which action `{event.event_name}` of `{event.event_source}` needs cannot be told from its name"
    return _Actions(found.actions, "event name", f"{when_none}: {found.reason}")


def _caller(event: Event, denial: Denial | None) -> Caller:
    """The caller of the record; where the record shows no ARN, the message's word for it."""
    caller = caller_of_event(event)
    known = caller.principal
    if known is not None and (known.arn or known.kind in _WITHOUT_ARN):
        return caller
    printed = caller_named(denial.principal) if denial is not None and denial.principal else _UNNAMED
    if known is None or printed.principal is None:
        return caller if printed.principal is None else printed
    if (known.kind, known.account or printed.principal.account) != (printed.principal.kind, printed.principal.account):
        return caller
    return printed._replace(principal=replace(printed.principal, unique_id=known.unique_id))


_WITHOUT_ARN = frozenset(
    {PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML}
)


def _call(
    event: Event | None,
    denial: Denial | None,
    caller: Caller,
    actions: _Actions,
    takes_no_resource: Callable[[str], bool | None],
) -> Call:
    unresolved = list(caller.unresolved)
    if denial is not None and not denial.iam:
        unresolved.append(f"no policy caused the refusal: {denial.cause}")
    if not actions.names:
        unresolved.append(actions.when_none)
    requests: list[CallRequest] = []
    if caller.principal is not None:
        around = Circumstances(event, caller.principal, takes_no_resource)
        for action in actions.names:
            found = resources_of(action, denial.resource if denial is not None else None, around)
            unresolved.extend(found.unresolved)
            for resource in found.resources:
                provenance = Provenance(caller.origin, actions.origin, resource.origin, resource.owner_origin)
                requests.append(CallRequest(_request(event, caller.principal, action, resource), provenance))
    return Call(event=event, denial=denial, requests=tuple(requests), unresolved=tuple(unresolved))


def _request(event: Event | None, caller: Principal, action: str, resource: FoundResource) -> Request:
    context = RequestContext()
    if event is not None:
        context = context_of_event(Asked(event, caller, action, resource.arn))
    return Request(
        principal=caller,
        action=action,
        resource=Resource(arn=resource.arn, account=resource.account),
        context=context,
    )
