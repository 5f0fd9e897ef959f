"""From an event or a denial message to the requests that it proves.

The message wins about action and resource, since it says what was evaluated; the caller comes from the record, which
knows more of it. What neither shows is left out and named, never guessed.
Source: spec A7, A8, R13, S9, C42 to C57; the record contents of CloudTrail.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.call import NOT_KNOWN, Call, CallRequest, Provenance
from policysim.cloudtrail.caller import Caller, caller_named, caller_of_event
from policysim.cloudtrail.context import Asked, context_of_event
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.needs import needs_of_event, needs_of_message
from policysim.cloudtrail.resources import Circumstances, Found, named_resource, place_of, resources_of
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event
    from policysim.cloudtrail.needs import Need, Needs
    from policysim.cloudtrail.resources import FoundResource


def _nobody_knows(_action: str) -> bool | None:
    return None


def call_from_event(event: Event, *, takes_no_resource: Callable[[str], bool | None] = _nobody_knows) -> Call:
    """The requests that a record proves, of a denied call or of any other.

    ``takes_no_resource`` tells whether an action works on no single resource (``None``: not known).
    """
    failure = event.failure
    denial = read_denial(failure.message or "", failure.code) if failure is not None and event.is_denial else None
    if not event.is_call:
        return Call(event=event, denial=None, requests=(), unresolved=(event.why_no_denial or "",))
    caller = _caller(event, denial)
    if caller.principal is None:
        needs = needs_of_event(event, denial, place_of(event, Principal(kind=PrincipalKind.ANONYMOUS)))
        return _call(event, denial, caller, needs, takes_no_resource)
    return _call(
        event, denial, caller, needs_of_event(event, denial, place_of(event, caller.principal)), takes_no_resource
    )


def call_from_denial(denial: Denial, *, takes_no_resource: Callable[[str], bool | None] = _nobody_knows) -> Call:
    """The request that a denial message proves by itself, once it is read; its context is wholly unknown."""
    caller = caller_named(denial.principal) if denial.principal else _UNNAMED
    needs = needs_of_message(denial)
    call = _call(None, denial, caller, needs, takes_no_resource)
    if call.requests or not needs.needs:
        return call
    needed = ", ".join(f"`{need.action}` ({need.origin})" for need in needs.needs)
    return replace(call, unresolved=(*call.unresolved, f"the call needs {needed}"))


_UNNAMED = Caller(None, NOT_KNOWN, ("the message does not name its caller",))


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
    needs: Needs,
    takes_no_resource: Callable[[str], bool | None],
) -> Call:
    unresolved = list(caller.unresolved)
    if denial is not None and not denial.iam:
        unresolved.append(f"{denial.no_policy} caused the refusal: {denial.cause}")
    if denial is not None and not denial.recognised and denial.raw.strip():
        unresolved.append("the message is of a form that is not known: it is shown as it is")
    if not needs.needs:
        unresolved.append(needs.when_none)
    requests: list[CallRequest] = []
    missing: list[str] = []
    if caller.principal is not None:
        around = Circumstances(event, caller.principal, takes_no_resource)
        for need in needs.needs:
            found = _resources(need, around)
            unresolved.extend(found.unresolved)
            if not need.conditional and (found.unnamed or not found.resources):
                missing.append(need.action)
            if need.conditional and not found.resources and _may_be_the_cause(denial):
                unresolved.append(
                    f"`{need.action}` may be needed as well ({need.origin}),"
                    " on a resource that the record does not name"
                )
            for resource in found.resources:
                provenance = Provenance(caller.origin, need.origin, resource.origin, resource.owner_origin)
                conditional = need.conditional or resource.conditional
                request = _request(event, caller.principal, need.action, resource)
                requests.append(CallRequest(request, provenance, conditional))
    ordered = tuple(sorted(requests, key=lambda each: each.conditional))
    return Call(
        event=event,
        denial=denial,
        requests=ordered,
        unresolved=tuple(dict.fromkeys(unresolved)),
        missing=tuple(dict.fromkeys(missing)),
    )


def _may_be_the_cause(denial: Denial | None) -> bool:
    """Whether AWS refused the call and has not said for which action."""
    return denial is not None and denial.iam and denial.action is None


def _resources(need: Need, around: Circumstances) -> Found:
    """The resources of a need; what a conditional one works on is not missed where nothing names it."""
    if need.resource is not None:
        return Found((named_resource(need.action, need.resource, around),))
    found = resources_of(need.action, need.printed, around)
    if not found.resources and need.beside and around.takes_no_resource(need.beside) is not True:
        found = resources_of(need.beside, None, around)
    return found._replace(unresolved=(), unnamed=()) if need.conditional else found


def _request(event: Event | None, caller: Principal, action: str, resource: FoundResource) -> Request:
    context = RequestContext()
    if event is not None:
        context = context_of_event(Asked(event, caller, action, resource.arn))
    return Request(
        principal=caller,
        action=action,
        resource=Resource(arn=resource.arn, account=resource.account, held_in=_vault(event, caller, action)),
        context=context,
    )


def _vault(event: Event | None, caller: Principal, action: str) -> str | None:
    """The vault of the recovery point that a call names: its access policy decides (AWS Backup Developer Guide).

    Only actions on recovery points need it; the ARN of a vault is the same.
    """
    vault = event.parameters.get("backupVaultName") if event is not None else None
    if not action.lower().startswith("backup:") or not isinstance(vault, str) or not _VAULT_NAME.fullmatch(vault):
        return None
    place = place_of(event, caller)
    if not place.region or not place.account:
        return None
    return f"arn:{place.partition}:backup:{place.region}:{place.account}:backup-vault:{vault}"


_VAULT_NAME: Final = re.compile(r"[A-Za-z0-9_-]{2,50}")
