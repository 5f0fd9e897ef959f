"""The event history: management events of the last 90 days, two look-ups a second, one attribute each.

Source: CloudTrail API Reference, LookupEvents (one attribute, two calls a second for each account and Region, the most
recent event first); CloudTrail User Guide, view-cloudtrail-events-cli.
"""

from __future__ import annotations

import time
from datetime import timedelta
from heapq import merge
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.language.arns import parse_arn
from policysim.language.json_text import load_json
from policysim.language.lists import listed
from policysim.language.problems import Problem
from policysim.language.source import Source
from policysim.sources.aws.connection import remote
from policysim.sources.aws.events.log_files import time_of
from policysim.sources.aws.events.operation_names import operations_of
from policysim.sources.aws.events.wanted import ASSUMED_ROLE
from policysim.sources.errors import InputError, RemoteError
from policysim.sources.events import RecordAt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.events.event_source import EventHistory, Question
    from policysim.sources.aws.events.wanted import Wanted

DAYS: Final = 90
"""As far back as the event history goes."""

GLOBAL_REGION: Final = "us-east-1"
"""Where services without Regions, such as IAM, write their events."""

_GLOBAL_REGIONS: Final = {"cn-": "cn-north-1", "us-gov-": "us-gov-west-1"}
"""The same in other partitions, by how the names of their Regions begin."""

BETWEEN: Final = 0.5
"""Seconds between two look-ups in a Region."""

_ROUNDING: Final = timedelta(minutes=1)
"""As much later than the time was counted from it may be by now."""

_OTHER_NAMES: Final = (
    "only the events of {names} were looked up: a call of another name that was refused for want of `{action}` is not "
    "among them; leave `--action` out to see it"
)
_NO_REGION: Final = "the event history is one of each Region: name the Region with `--region`"


EVENT_ID: Final = "EventId"
USER_NAME: Final = "Username"
EVENT_NAME: Final = "EventName"
EVENT_SOURCE: Final = "EventSource"


class Attribute(NamedTuple):
    """What one look-up is narrowed by; AWS takes one at a time."""

    key: str
    value: str


def event_history(source: EventHistory, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of all Regions, the newest first.

    Raises:
        InputError: no Region is known.
        RemoteError: AWS refused the call or did not answer.
    """
    regions = source.regions or ((connection.region,) if connection.region else ())
    if not regions:
        raise InputError(_NO_REGION)
    of_all = _global_region(regions[0])
    if of_all not in regions:
        question.tell(f"services without Regions, such as IAM, are in the event history of {of_all}")
    attributes = _kept_attributes(question, connection)
    streams = []
    for region in dict.fromkeys(regions):
        pace = _Pace()
        for attribute in attributes or (None,):
            pages = connection.pages(
                "cloudtrail", "lookup_events", region=region, **_parameters(attribute, question.wanted)
            )
            streams.append(_looked_up(pages, region, pace))
    yield from merge(*streams, key=time_of, reverse=True)


def _global_region(region: str) -> str:
    return next((found for start, found in _GLOBAL_REGIONS.items() if region.startswith(start)), GLOBAL_REGION)


def _kept_attributes(question: Question, connection: Connection) -> tuple[Attribute, ...]:
    """The attributes that lose no event but those that the user is told of."""
    attributes = attributes_of(question.wanted)
    keys = {attribute.key for attribute in attributes}
    if USER_NAME in keys and not _is_of_own_account(question.wanted.principal, connection):
        return ()
    if keys & {EVENT_NAME, EVENT_SOURCE}:
        names = listed([f"`{attribute.value}`" for attribute in attributes])
        question.tell(_OTHER_NAMES.format(names=names, action=question.wanted.action))
    return attributes


def _is_of_own_account(principal: str | None, connection: Connection) -> bool:
    """Whether a caller is of the account that is asked: records of callers of others hold no user name."""
    arn = parse_arn(principal or "")
    try:
        return arn is not None and arn.account == connection.identity.account_id
    except RemoteError:
        return False


def attributes_of(wanted: Wanted) -> tuple[Attribute, ...]:
    """The attributes to look up one after another: the one kind that leaves the fewest events.

    The user name of a session is the session's own, so that a role, which has many, narrows nothing. That of the root
    user may be the alias of the account.
    """
    if wanted.event_id is not None:
        return (Attribute(EVENT_ID, wanted.event_id),)
    if (user := _user_name(wanted.principal)) is not None:
        return (Attribute(USER_NAME, user),)
    operations = operations_of(wanted.action) if wanted.action is not None else None
    if operations is None:
        return ()
    names = tuple(Attribute(EVENT_NAME, name) for name in operations.names)
    return names or tuple(Attribute(EVENT_SOURCE, source) for source in operations.sources)


def _user_name(principal: str | None) -> str | None:
    arn = parse_arn(principal) if principal is not None else None
    if arn is None:
        return None
    kind, _, rest = arn.resource.partition("/")
    if kind == "user":
        return arn.name
    return rest.partition("/")[2] or None if kind == ASSUMED_ROLE else None


def _parameters(attribute: Attribute | None, wanted: Wanted) -> dict[str, object]:
    narrowed = [{"AttributeKey": attribute.key, "AttributeValue": attribute.value}] if attribute else None
    asked = {"LookupAttributes": narrowed, "StartTime": wanted.since, "EndTime": wanted.until}
    return {name: value for name, value in asked.items() if value is not None}


def _looked_up(pages: Iterator[dict[str, Any]], region: str, pace: _Pace) -> Iterator[RecordAt]:
    while True:
        pace.wait()
        with remote("cloudtrail:LookupEvents"):
            page = next(pages, None)
        if page is None:
            return
        for event in page.get("Events") or ():
            where = f"the event history of {region}, event {event.get('EventId')}"
            yield RecordAt(_record_of(event.get("CloudTrailEvent"), where), where)
        if not page.get("NextToken"):
            return


class _Pace:
    """Keeps the calls in one Region to as many as AWS answers."""

    def __init__(self) -> None:
        self._last: float | None = None

    def wait(self) -> None:
        if self._last is not None:
            time.sleep(max(0.0, self._last + BETWEEN - time.monotonic()))
        self._last = time.monotonic()


def _record_of(text: str | None, where: str) -> object:
    value = load_json(Source(where, text or ""))
    if isinstance(value, Problem):
        raise InputError(f"{where}: {value.message}")
    return value


def reaches_back(wanted: Wanted, now: datetime) -> bool:
    """Whether the event history still holds the beginning of the time that was asked for."""
    return wanted.since is None or now - wanted.since <= timedelta(days=DAYS) + _ROUNDING
