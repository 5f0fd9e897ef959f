"""Causes that lie in time: policies that changed after the request, and changes that had not reached AWS everywhere.

AWS documents no bound for the second; it speaks of changes that are not always visible at once. Source: IAM User Guide,
troubleshoot (eventual consistency); spec E1; IAM API reference, PolicyVersion (CreateDate).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.explanation.agreement import Finding, compare
from policysim.explanation.diagnosis import Fact, Tested
from policysim.explanation.hypotheses.assumptions import harmless, with_deny, without_allows
from policysim.explanation.hypotheses.causes import Cause
from policysim.explanation.hypotheses.phrases import came_to, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.cloudtrail.event import Event
    from policysim.evaluation.decision import Decision
    from policysim.explanation.hypotheses.evidence import Evidence

SOON: Final = timedelta(minutes=15)
"""A change this shortly before a request may not have reached every part of AWS."""

LATER: Final = timedelta(hours=1)
"""A call that is refused again so much later was not refused for a change on its way."""

_SPAN: Final = timedelta(hours=24)
"""How far around the request changes of policies are looked for."""


class Change(NamedTuple):
    """Something that was made or changed, and when; in which layer it counts."""

    what: str
    at: datetime
    layer: LayerName


def causes_in_time(evidence: Evidence, *, nothing_else: bool) -> Iterator[Possibility]:
    """Both causes, where the policies at hand do not explain the denial, or where the dates speak for them.

    ``nothing_else``: no other cause was found that can be.
    """
    event = evidence.event
    changes = list(_changes(evidence)) if event is not None and event.time is not None else []
    before, after = _around(event, changes)
    later = _equal_calls(evidence)
    dated = bool(before or after or later.allowed)
    if evidence.explained_at_hand or not (nothing_else or dated or _unexplained(evidence)):
        return
    denied = _assumed(evidence)
    yield _changed(evidence, denied, after, later)
    if evidence.said.kind is not DenialKind.EXPLICIT or before:
        yield _not_propagated(evidence, denied, before, later)


def _unexplained(evidence: Evidence) -> bool:
    """Whether nothing that is not known is left to explain the difference: allowed here, or denied in another way."""
    if evidence.decision.effect is Effect.ALLOWED:
        return True
    found = compare(evidence.said, evidence.decision).finding
    return found in {Finding.OTHER_LAYER, Finding.OTHER_KIND, Finding.EXPLICIT_HERE, Finding.OTHER_POLICY} or (
        found is Finding.LAYER_MISSING
    )


def _assumed(evidence: Evidence) -> Decision:
    """The denial as AWS told it, under policies assumed for the layer that it names: a Deny, or nothing at all."""
    policies = harmless(evidence.policies, evidence.request.principal)
    layer = evidence.named or LayerName.IDENTITY
    nothing = evidence.decided(without_allows(policies, layer))
    return nothing if evidence.fits(nothing) else evidence.decided(with_deny(policies, layer))


def _changes(evidence: Evidence) -> Iterator[Change]:
    """What is dated: the managed policies in force, the caller, and the role that it wants."""
    account, caller = evidence.account, evidence.request.principal
    identities = account.identities if account is not None else None
    if identities is None:
        return
    for name in (LayerName.IDENTITY, LayerName.BOUNDARY, LayerName.SESSION):
        content = evidence.policies.get(name)
        for attached in content.policies if content is not None else ():
            if attached.arn is not None and attached.arn in identities.changed:
                at = identities.changed[attached.arn]
                yield Change(f"the version of `{attached.arn}` that is in force was made", at, name)
    own = caller.entity_arn or caller.arn or ""
    entity = identities.roles.get(own) or identities.users.get(own)
    if entity is not None and entity.created is not None:
        yield Change(f"`{own}` was made", entity.created, LayerName.IDENTITY)
    yield from _of_target(evidence)


def _of_target(evidence: Evidence) -> Iterator[Change]:
    """When the role was made that the request is about, such as one to assume or to pass."""
    arn = parse_arn(evidence.request.resource.arn)
    owner = evidence.organisation.account(arn.account) if arn is not None and arn.service == "iam" else None
    if owner is None or owner.identities is None:
        return
    role = owner.identities.roles.get(str(arn))
    if role is not None and role.created is not None:
        yield Change(f"`{role.arn}` was made", role.created, LayerName.RESOURCE)


def _around(event: Event | None, changes: list[Change]) -> tuple[list[str], list[str]]:
    """What changed shortly before the event, and after it, a sentence each."""
    time = event.time if event is not None else None
    if time is None:
        return [], []
    before = [
        f"{change.what} at {_text(change.at)}, {_ago(time - change.at)} before the request"
        for change in changes
        if timedelta(0) <= time - change.at <= SOON
    ]
    after = [f"{change.what} at {_text(change.at)}, after the request" for change in changes if change.at > time]
    return before, after


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {name}{'s' if seconds >= 2 * size else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


class _EqualCalls(NamedTuple):
    """Calls like the refused one in the same input: those that went through, and those refused much later."""

    allowed: tuple[str, ...]
    refused_again: tuple[str, ...]


def _equal_calls(evidence: Evidence) -> _EqualCalls:
    event = evidence.event
    if event is None or event.time is None:
        return _EqualCalls((), ())
    allowed, refused = [], []
    for other in evidence.siblings:
        if other.time is None or other.event_id == event.event_id or not _is_equal(other, event):
            continue
        if other.error_code is None and other.time > event.time:
            allowed.append(f"the same call went through at {_text(other.time)}, {_ago(other.time - event.time)} later")
        if other.is_denial and other.time - event.time >= LATER:
            refused.append(f"the same call was refused again at {_text(other.time)}")
    return _EqualCalls(tuple(allowed[:1]), tuple(refused[:1]))


def _is_equal(one: Event, other: Event) -> bool:
    """Whether two events are the same call by the same caller."""
    what = (one.event_source, one.event_name, one.aws_region, one.parameters)
    return what == (other.event_source, other.event_name, other.aws_region, other.parameters) and (
        _caller(one) == _caller(other)
    )


def _caller(event: Event) -> str | None:
    identity = event.user_identity
    if identity is None:
        return None
    issuer = identity.session_context.session_issuer if identity.session_context is not None else None
    return (issuer.arn if issuer is not None else None) or identity.arn or identity.principal_id


def _changed(evidence: Evidence, denied: Decision, after: list[str], later: _EqualCalls) -> Possibility:
    collected = evidence.account.collected_at if evidence.account is not None else None
    time = evidence.event.time if evidence.event is not None else None
    supporting, opposing = [*after, *later.allowed], list[str]()
    if collected is not None and time is not None:
        span = f"the policies were collected at {_text(collected)}, {_ago(abs(collected - time))}"
        supporting.append(f"{span} {'after' if collected >= time else 'before'} the request")
    if not after and later.refused_again:
        opposing = [f"{later.refused_again[0]}, after which they would have had to change as well"]
    return Possibility(
        Cause.POLICY_CHANGED_SINCE,
        Cause.POLICY_CHANGED_SINCE.sentence(),
        Tested.POSSIBLE,
        _test(evidence, denied),
        Strength.KNOWN_BEHAVIOUR if after or later.allowed else Strength.CHANGED,
        evidence.named,
        supporting=tuple(supporting),
        opposing=tuple(opposing),
        fact=Fact("look for changes of policies around the time of the request", _changes_command(time)),
    )


def _test(evidence: Evidence, denied: Decision) -> str:
    named = title(evidence.named or LayerName.IDENTITY, evidence.request)
    return (
        f"evaluated with the policies at hand: {came_to(evidence.decision)};"
        f" with another {named} assumed: {came_to(denied)}"
    )


def _changes_command(time: datetime | None) -> str:
    """The call that lists what was changed around the request; CloudTrail keeps it for 90 days."""
    command = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=ReadOnly,AttributeValue=false"
    if time is None:
        return command
    return f"{command} --start-time {_text(time - _SPAN)} --end-time {_text(time + _SPAN)}"


def _not_propagated(evidence: Evidence, denied: Decision, before: list[str], later: _EqualCalls) -> Possibility:
    return Possibility(
        Cause.NOT_YET_PROPAGATED,
        Cause.NOT_YET_PROPAGATED.sentence(),
        Tested.POSSIBLE,
        _test(evidence, denied),
        Strength.KNOWN_BEHAVIOUR if before or later.allowed else Strength.PROPAGATION,
        evidence.named,
        supporting=(*before, *later.allowed),
        opposing=later.refused_again,
        fact=Fact(
            "make the same call again: a change takes seconds to minutes to reach every part of AWS,"
            " and once it has, the call goes through"
        ),
    )
