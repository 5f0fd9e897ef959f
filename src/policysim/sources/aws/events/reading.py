"""Any source of events, read: the one door from the command line to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from policysim.sources.aws.events.event_source import (
    AthenaTable,
    EventDataStore,
    EventHistory,
    EventSource,
    LogGroup,
    Question,
    Trail,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.connection import Connection
    from policysim.sources.events import RecordAt


def read_events(source: EventSource, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of a source, the newest first as far as it can give them so; a page or a few files are in memory.

    It may hold others than those that were asked for: ``Wanted.fits`` decides. Leaving the iterator early ends the
    reading; an interrupted query is cancelled.

    Raises:
        InputError: the source holds something else than CloudTrail records, or does not tell its Region.
        RemoteError: AWS refused a call, a query failed, or nobody answered.
    """
    match source:
        case EventHistory():
            from policysim.sources.aws.events.event_history import event_history  # noqa: PLC0415  # the one asked for

            return event_history(source, question, connection)
        case Trail():
            from policysim.sources.aws.events.trail import trail  # noqa: PLC0415  # the same

            return trail(source, question, connection)
        case LogGroup():
            from policysim.sources.aws.events.log_group import log_group  # noqa: PLC0415  # the same

            return log_group(source, question, connection)
        case EventDataStore():
            from policysim.sources.aws.events.event_data_store import event_data_store  # noqa: PLC0415  # the same

            return event_data_store(source, question, connection)
        case AthenaTable():
            from policysim.sources.aws.events.athena import athena  # noqa: PLC0415  # the same

            return athena(source, question, connection)
        case _:
            assert_never(source)
