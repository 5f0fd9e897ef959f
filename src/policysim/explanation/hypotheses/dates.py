"""What is dated around a request: the versions of managed policies, callers and roles, and the collection itself.

Source: IAM API reference, PolicyVersion and Role (CreateDate); the layout of the account folder; spec G16.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import LayerPolicies, PolicySet
from policysim.language.arns import parse_arn
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from policysim.account.account import Identities, PolicyVersion
    from policysim.evaluation.policy_set import AttachedPolicy, Level
    from policysim.explanation.hypotheses.evidence import Evidence

SOON: Final = timedelta(minutes=15)
"""A change this shortly before a request may not have reached every part of AWS."""

_OF_THE_CALLER: Final = (LayerName.IDENTITY, LayerName.BOUNDARY, LayerName.SESSION)


class Dates(NamedTuple):
    """The time of the event, and sentences on what changed shortly before it, after it, and when all was collected."""

    event: datetime | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()


class Then(NamedTuple):
    """The policies as they were at the time of the request, and in which versions they differ from those at hand."""

    policies: PolicySet
    words: str


class _Change(NamedTuple):
    what: str
    at: datetime


def dates_around(evidence: Evidence) -> Dates:
    """What is dated around the event; nothing where the time of the event is not known."""
    time = evidence.event.time if evidence.event is not None else None
    if time is None:
        return Dates()
    changes = list(_changes(evidence))
    return Dates(
        time,
        before=tuple(
            f"{change.what} at {in_utc(change.at)}, {span_words(time - change.at)} before the request"
            for change in changes
            if timedelta(0) <= time - change.at <= SOON
        ),
        after=tuple(
            f"{change.what} at {in_utc(change.at)}, {span_words(change.at - time)} after the request"
            for change in changes
            if change.at > time
        ),
        collected=tuple(_collected(evidence, time)),
    )


def _collected(evidence: Evidence, time: datetime) -> Iterator[str]:
    collected = evidence.account.collected_at if evidence.account is not None else None
    if collected is not None:
        side = "after" if collected >= time else "before"
        span = span_words(abs(collected - time))
        yield f"the policies were collected at {in_utc(collected)}, {span} {side} the request"


def _changes(evidence: Evidence) -> Iterator[_Change]:
    """The managed policies in force, the caller, and the role that the request is about."""
    identities, caller = _identities(evidence), evidence.request.principal
    if identities is None:
        return
    for attached in _managed(evidence, identities):
        default = _default(identities.versions[attached.arn or ""])
        if default is not None and default.created is not None:
            yield _Change(f"version {default.id} of `{attached.arn}`, which is in force, was created", default.created)
    own = caller.entity_arn or caller.arn or ""
    entity = identities.roles.get(own) or identities.users.get(own)
    if entity is not None and entity.created is not None:
        yield _Change(f"`{own}` was created", entity.created)
    yield from _of_target(evidence)


def _identities(evidence: Evidence) -> Identities | None:
    return evidence.account.identities if evidence.account is not None else None


def _managed(evidence: Evidence, identities: Identities) -> Iterator[AttachedPolicy]:
    """The managed policies of the caller whose versions were collected."""
    for name in _OF_THE_CALLER:
        content = evidence.policies.get(name)
        for attached in content.policies if content is not None else ():
            if attached.arn is not None and attached.arn in identities.versions:
                yield attached


def _default(versions: tuple[PolicyVersion, ...]) -> PolicyVersion | None:
    return next((version for version in versions if version.is_default), None)


def _of_target(evidence: Evidence) -> Iterator[_Change]:
    """When the role was made that the request is about, such as one to assume or to pass."""
    arn = parse_arn(evidence.request.resource.arn)
    owner = evidence.organisation.account(arn.account) if arn is not None and arn.service == "iam" else None
    if owner is None or owner.identities is None:
        return
    role = owner.identities.roles.get(str(arn))
    if role is not None and role.created is not None:
        yield _Change(f"`{role.arn}` was created", role.created)


def policies_then(evidence: Evidence) -> Then | None:
    """The policies at the time of the request, where versions of then and of now differ and both were collected.

    A version counts from when it was made: a policy's default version is nearly always its newest (spec G16).
    """
    identities, time = _identities(evidence), evidence.event.time if evidence.event is not None else None
    if identities is None or time is None:
        return None
    then: dict[str, PolicyVersion] = {}
    for attached in _managed(evidence, identities):
        versions = identities.versions[attached.arn or ""]
        default = _default(versions)
        earlier = [one for one in versions if one.created is not None and one.created <= time]
        changed = default is not None and default.created is not None and default.created > time
        if changed and earlier:
            then[attached.arn or ""] = max(earlier, key=lambda one: one.created or time)
    if not then:
        return None
    words = listed(f"version {version.id} of `{arn}`" for arn, version in then.items())
    return Then(_with_versions(evidence.policies, then), f"{words}, as it stood at the time of the request")


def _with_versions(policies: PolicySet, then: Mapping[str, PolicyVersion]) -> PolicySet:
    def changed(level: Level) -> Level:
        return level._replace(
            policies=tuple(
                attached._replace(policy=then[attached.arn].policy)
                if attached.arn is not None and attached.arn in then
                else attached
                for attached in level.policies
            )
        )

    layers = {
        name: LayerPolicies(tuple(map(changed, content.levels))) if name in _OF_THE_CALLER else content
        for name, content in policies.layers.items()
    }
    return PolicySet(layers)


def in_utc(time: datetime) -> str:
    """A point in time as CloudTrail and the AWS CLI write it."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span_words(span: timedelta) -> str:
    """How long it was, in the largest unit that holds it."""
    seconds = int(span.total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {name}{'s' if seconds >= 2 * size else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
