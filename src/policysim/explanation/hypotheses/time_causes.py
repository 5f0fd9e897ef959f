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
from policysim.explanation.hypotheses.dates import dates_around, in_utc, policies_then, span_words
from policysim.explanation.hypotheses.phrases import came_to, title
from policysim.explanation.hypotheses.possibility import Possibility, Strength
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.event import Event
    from policysim.evaluation.decision import Decision
    from policysim.explanation.hypotheses.dates import Dates
    from policysim.explanation.hypotheses.evidence import Evidence

LATER: Final = timedelta(hours=1)
"""A call that is refused again so much later was not refused for a change on its way."""

_SPAN: Final = timedelta(hours=24)
"""How far around the request changes of policies are looked for."""


def causes_in_time(evidence: Evidence, *, nothing_else: bool) -> Iterator[Possibility]:
    """Both causes, where the policies at hand do not explain the denial, or where the dates speak for them.

    ``nothing_else``: no other cause was found that can be.
    """
    later, dates = _equal_calls(evidence), dates_around(evidence)
    dated = bool(dates.before or dates.after or later.allowed)
    if evidence.explained_at_hand or not (nothing_else or dated or _unexplained(evidence)):
        return
    denied = _assumed(evidence)
    yield _changed(evidence, denied, dates, later)
    if evidence.said.kind is not DenialKind.EXPLICIT or dates.before:
        yield _not_propagated(evidence, denied, dates, later)


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
    deny = evidence.decided(with_deny(policies, layer))
    if evidence.said.kind is DenialKind.EXPLICIT:
        return deny
    nothing = evidence.decided(without_allows(policies, layer))
    return nothing if evidence.fits(nothing) else deny


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
            allowed.append(
                f"the same call went through at {in_utc(other.time)}, {span_words(other.time - event.time)} later"
            )
        if other.is_denial and other.time - event.time >= LATER:
            refused.append(f"the same call was refused again at {in_utc(other.time)}")
    return _EqualCalls(tuple(allowed[:1]), tuple(refused[:1]))


def _is_equal(one: Event, other: Event) -> bool:
    """Whether two events are the same call by the same caller; one may show parameters that the other leaves out."""
    what = (one.event_source, one.event_name, one.aws_region, _caller(one))
    if what != (other.event_source, other.event_name, other.aws_region, _caller(other)):
        return False
    mine, theirs = one.parameters, other.parameters
    common = mine.keys() & theirs.keys()
    return len(common) == min(len(mine), len(theirs)) and all(mine[key] == theirs[key] for key in common)


def _caller(event: Event) -> str | None:
    identity = event.user_identity
    if identity is None:
        return None
    issuer = identity.session_context.session_issuer if identity.session_context is not None else None
    return (issuer.arn if issuer is not None else None) or identity.arn or identity.principal_id


def _changed(evidence: Evidence, denied: Decision, dates: Dates, later: _EqualCalls) -> Possibility:
    """Where an earlier version is at hand it is evaluated: if it gives what AWS said, the change is the cause."""
    then = policies_then(evidence)
    found = evidence.decided(then.policies) if then is not None else None
    confirmed = then is not None and found is not None and evidence.fits(found)
    test = f"evaluated with {then.words}: {came_to(found)}" if then is not None and found is not None else ""
    again = later.refused_again if not dates.after else ()
    return Possibility(
        Cause.POLICY_CHANGED_SINCE,
        Cause.POLICY_CHANGED_SINCE.sentence(),
        Tested.CONFIRMED if confirmed else Tested.POSSIBLE,
        test or _test(evidence, denied),
        Strength.KNOWN_BEHAVIOUR if dates.after or later.allowed else Strength.CHANGED,
        evidence.named,
        supporting=(*dates.after, *later.allowed, *dates.collected),
        opposing=tuple(f"{one}, after which they would have had to change as well" for one in again),
        fact=Fact("look for changes of policies around the time of the request", _changes_command(evidence, dates)),
    )


def _test(evidence: Evidence, denied: Decision) -> str:
    named = title(evidence.named or LayerName.IDENTITY, evidence.request)
    return (
        f"evaluated with the policies at hand: {came_to(evidence.decision)};"
        f" with another {named} assumed: {came_to(denied)}"
    )


_OF_IAM: Final = frozenset({LayerName.IDENTITY, LayerName.BOUNDARY, LayerName.SESSION, LayerName.SCP, LayerName.RCP})
"""Layers whose policies are changed in IAM, AWS STS or AWS Organizations."""


def _changes_command(evidence: Evidence, dates: Dates) -> str:
    """The call that lists what was changed around the request; CloudTrail keeps it for 90 days, Region by Region.

    What is changed in IAM and AWS Organizations is recorded in one Region alone. Source: CloudTrail User Guide,
    view-cloudtrail-events-cli.
    """
    command = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=ReadOnly,AttributeValue=false"
    arn = parse_arn(evidence.request.principal.arn or evidence.request.resource.arn)
    of_iam = (evidence.named or LayerName.IDENTITY) in _OF_IAM or evidence.request.action.lower().startswith("sts:")
    if of_iam and arn is not None and arn.partition == "aws":
        command += " --region us-east-1"
    if dates.event is None:
        return command
    return f"{command} --start-time {in_utc(dates.event - _SPAN)} --end-time {in_utc(dates.event + _SPAN)}"


def _not_propagated(evidence: Evidence, denied: Decision, dates: Dates, later: _EqualCalls) -> Possibility:
    """A change just before, the same call going through just after, and policies that allow it: that is the cause."""
    allowed = evidence.decision.effect is Effect.ALLOWED
    confirmed = allowed and bool(dates.before) and bool(later.allowed) and not dates.after
    return Possibility(
        Cause.NOT_YET_PROPAGATED,
        Cause.NOT_YET_PROPAGATED.sentence(),
        Tested.CONFIRMED if confirmed else Tested.POSSIBLE,
        _test(evidence, denied),
        Strength.KNOWN_BEHAVIOUR if dates.before or later.allowed else Strength.PROPAGATION,
        evidence.named,
        supporting=(*dates.before, *later.allowed),
        opposing=later.refused_again,
        fact=Fact(
            "make the same call again: a change takes seconds to minutes to reach every part of AWS,"
            " and once it has, the call goes through"
        ),
    )
