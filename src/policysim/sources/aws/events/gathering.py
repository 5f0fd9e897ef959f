"""The denied events of a source, and of the others no more than their siblings tell: who called what, when.

A log holds far more events than denials. Of an event that is not wanted only the members that make it a later call of
the same kind are kept, packed, and unpacked only where a denial has the same operation.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from policysim.cloudtrail.error_codes import error_in_response
from policysim.cloudtrail.event_reading import EventError, event_from_record
from policysim.sources.aws.events.log_files import UnreadLog
from policysim.sources.errors import InputError
from policysim.sources.events import EventAt, event_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.cloudtrail.event import Event
    from policysim.sources.aws.events.wanted import Wanted
    from policysim.sources.events import RecordAt

_OF_SIBLINGS: Final = (
    "eventSource",
    "eventName",
    "eventTime",
    "eventID",
    "awsRegion",
    "userIdentity",
    "requestParameters",
    "errorCode",
    "errorMessage",
)
"""The members of a record by which a later event is told to be the same call."""


@dataclass(slots=True)
class Gathered:
    """What a source held: the wanted denials by their time, and other calls of the same kinds.

    ``read`` counts all events and ``refused`` the denied ones among them, wanted or not; ``stopped`` says that the
    limit ended the reading. ``first`` is the first event that was not denied: where it stood, and why it is no denial.
    ``unread`` says of each log file or record that cannot be read why: denials in it are not here.
    """

    denied: list[EventAt] = field(default_factory=list)
    siblings: list[Event] = field(default_factory=list)
    read: int = 0
    refused: int = 0
    stopped: bool = False
    first: tuple[str, str] | None = None
    unread: list[str] = field(default_factory=list)


def gathered(records: Iterable[RecordAt], wanted: Wanted, limit: int) -> Gathered:
    """Reads records until there are no more, or one more wanted denial than ``limit``."""
    found, others = Gathered(), _Others()
    for one in records:
        try:
            event = _denied(one, found)
        except InputError as error:
            found.unread.append(str(error))
            continue
        found.read += 1
        if event is None or not wanted.fits(event):
            if isinstance(one.record, dict):
                others.add(one.record)
            continue
        if len(found.denied) == limit:
            found.stopped = True
            break
        found.denied.append(EventAt(event, one.where))
    found.denied.sort(key=lambda one: (one.event.time is None, one.event.time))
    found.siblings = others.of({(one.event.event_source, one.event.event_name) for one in found.denied})
    return found


def _denied(one: RecordAt, found: Gathered) -> Event | None:
    """The event where it is a denied request; of others no model is made that is not needed."""
    if isinstance(one.record, UnreadLog):
        raise InputError(one.record.why)
    if isinstance(one.record, dict) and found.first is not None and _succeeded(one.record):
        return None
    event = event_at(one).event
    reason = event.why_no_denial
    if reason is not None:
        found.first = found.first or (one.where, reason)
        return None
    found.refused += 1
    return event


def _succeeded(record: Mapping[str, Any]) -> bool:
    """Whether a record tells of no error at all, and is a record."""
    return (
        isinstance(record.get("eventSource"), str)
        and isinstance(record.get("eventName"), str)
        and record.get("errorCode") is None
        and record.get("errorMessage") is None
        and error_in_response(record.get("responseElements")) is None
    )


class _Others:
    """The events that are no wanted denials, packed, by the operation that they call."""

    def __init__(self) -> None:
        self._by_operation: dict[tuple[str, str], list[bytes]] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        kept = {name: record[name] for name in _OF_SIBLINGS if record.get(name) is not None}
        packed = zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 1)
        operation = (str(record.get("eventSource")), str(record.get("eventName")))
        self._by_operation.setdefault(operation, []).append(packed)

    def of(self, operations: set[tuple[str, str]]) -> list[Event]:
        """Those that call one of these operations, by their time."""
        found = [event for operation in sorted(operations) for event in self._unpacked(operation)]
        return sorted((one for one in found if one.time is not None), key=attrgetter("time"))

    def _unpacked(self, operation: tuple[str, str]) -> Iterator[Event]:
        for packed in self._by_operation.get(operation, ()):
            try:
                yield event_from_record(json.loads(zlib.decompress(packed)))
            except EventError:
                continue
