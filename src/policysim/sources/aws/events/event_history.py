"""The event history: management events of the last 90 days, two look-ups a second, one attribute each.

Source: CloudTrail API Reference, LookupEvents (one attribute, two calls a second for each account and Region, the most
recent event first); CloudTrail User Guide, view-cloudtrail-events-cli.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.language.arns import parse_arn
from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Source
from policysim.sources.aws.connection import remote
from policysim.sources.aws.events.operation_names import operations_of
from policysim.sources.aws.events.wanted import ASSUMED_ROLE
from policysim.sources.errors import InputError
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

ROOT: Final = "root"
"""How the ARN of the root user ends, and its user name in the event history."""

BETWEEN: Final = 0.5
"""Seconds between two look-ups in a Region."""

_NO_REGION: Final = "the event history is one of each Region: name the Region with `--region`"


class Attribute(NamedTuple):
    """What one look-up is narrowed by; AWS takes one at a time."""

    key: str
    value: str


def event_history(source: EventHistory, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records, Region by Region, the newest first.

    Raises:
        InputError: no Region is known.
        RemoteError: AWS refused the call or did not answer.
    """
    regions = source.regions or ((connection.region,) if connection.region else ())
    if not regions:
        raise InputError(_NO_REGION)
    if GLOBAL_REGION not in regions:
        question.tell(f"services without Regions, such as IAM, are in the event history of {GLOBAL_REGION}")
    for region in regions:
        pace = _Pace()
        for attribute in attributes_of(question.wanted) or (None,):
            yield from _looked_up(
                connection.pages(
                    "cloudtrail", "lookup_events", region=region, **_parameters(attribute, question.wanted)
                ),
                region,
                pace,
            )


def attributes_of(wanted: Wanted) -> tuple[Attribute, ...]:
    """The attributes to look up one after another: the one kind that leaves the fewest events.

    The user name of a session is the session's own, so that a role, which has many, narrows nothing.
    """
    if wanted.event_id is not None:
        return (Attribute("EventId", wanted.event_id),)
    if (user := _user_name(wanted.principal)) is not None:
        return (Attribute("Username", user),)
    operations = operations_of(wanted.action) if wanted.action is not None else None
    if operations is None:
        return ()
    names = tuple(Attribute("EventName", name) for name in operations.names)
    return names or tuple(Attribute("EventSource", source) for source in operations.sources)


def _user_name(principal: str | None) -> str | None:
    arn = parse_arn(principal) if principal is not None else None
    if arn is None:
        return None
    kind, _, rest = arn.resource.partition("/")
    if kind in {"user", ROOT}:
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
    return wanted.since is None or (now - wanted.since).days <= DAYS
