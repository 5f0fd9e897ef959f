"""An event data store of CloudTrail Lake: one SQL query, of which each row holds a whole record.

Source: CloudTrail User Guide, query-limitations and query-supported-event-schemas (the column `eventjson` is the event
as CloudTrail recorded it); CloudTrail API Reference, StartQuery, GetQueryResults and CancelQuery.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Source
from policysim.sources.aws.connection import remote
from policysim.sources.aws.events import queries, sql
from policysim.sources.aws.events.queries import cancelled_unless_done, pauses, size_words
from policysim.sources.aws.events.selecting import of_action, of_caller
from policysim.sources.errors import InputError, RemoteError
from policysim.sources.events import RecordAt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.events.event_source import EventDataStore, Question
    from policysim.sources.aws.events.wanted import Wanted

_STORE: Final = re.compile(r"[0-9A-Za-z-]+")
_RUNNING: Final = frozenset({"QUEUED", "RUNNING"})
_FINISHED: Final = "FINISHED"
_PAGE: Final = 1000


def event_data_store(source: EventDataStore, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of refused calls, the newest first.

    Raises:
        InputError: a row holds no record.
        RemoteError: the query failed, was cancelled or ran too long, or AWS refused a call or did not answer.
    """
    statement = query_of(source.store, question.wanted)
    with remote("cloudtrail:StartQuery"):
        started = connection.call("cloudtrail", "start_query", region=source.region, QueryStatement=statement)
    running = {"QueryId": started["QueryId"]}

    def cancel() -> None:
        connection.call("cloudtrail", "cancel_query", region=source.region, **running)

    with cancelled_unless_done(cancel) as done:
        first = _first_page(source, connection, running)
        done()
    scanned = (first.get("QueryStatistics") or {}).get("BytesScanned")
    if scanned is not None:
        question.tell(f"{source.name}: the query scanned {size_words(scanned)}, which AWS charges for")
    number = 0
    for page in _pages(source, connection, running, first):
        for row in page.get("QueryResultRows") or ():
            number += 1
            where = f"{source.name}, row {number}"
            yield RecordAt(_record_of(row, where), where)


def query_of(store: str, wanted: Wanted) -> str:
    """The statement: whole records of what may be a refused call of the time, the caller and the action."""
    conditions = sql.every(
        f"eventTime >= {sql.text(_timestamp(wanted.since))}" if wanted.since is not None else "",
        f"eventTime <= {sql.text(_timestamp(wanted.until))}" if wanted.until is not None else "",
        f"eventID = {sql.text(wanted.event_id)}" if wanted.event_id is not None else "",
        sql.denied("errorCode", "errorMessage", "eventJson"),
        of_caller(
            wanted.principal, "userIdentity.arn", "userIdentity.sessionContext.sessionIssuer.arn", "errorMessage"
        ),
        of_action(wanted.action, "eventName", "eventSource", "errorMessage"),
    )
    if _STORE.fullmatch(store) is None:
        raise ValueError(store)
    return (
        f"SELECT eventJson FROM {store}"  # noqa: S608  # the id was just checked, the conditions went through `sql`
        f" WHERE {conditions} ORDER BY eventTime DESC"
    )


def _timestamp(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _first_page(source: EventDataStore, connection: Connection, running: dict[str, Any]) -> dict[str, Any]:
    for pause in pauses():
        with remote("cloudtrail:GetQueryResults"):
            page = connection.call(
                "cloudtrail", "get_query_results", region=source.region, MaxQueryResults=_PAGE, **running
            )
        status = page.get("QueryStatus")
        if status == _FINISHED:
            return page
        if status not in _RUNNING:
            why = f": {page['ErrorMessage']}" if page.get("ErrorMessage") else ""
            raise RemoteError(f"{source.name}: the query ended as {status}{why}")
        queries.wait(pause)
    raise AssertionError("pauses never end")


def _pages(
    source: EventDataStore, connection: Connection, running: dict[str, Any], first: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    page = first
    while True:
        yield page
        if not page.get("NextToken"):
            return
        with remote("cloudtrail:GetQueryResults"):
            page = connection.call(
                "cloudtrail",
                "get_query_results",
                region=source.region,
                MaxQueryResults=_PAGE,
                NextToken=page["NextToken"],
                **running,
            )


def _record_of(row: list[dict[str, str]], where: str) -> object:
    text = next((value for cell in row for name, value in cell.items() if name.lower() == "eventjson"), "")
    value = load_json(Source(where, text))
    if isinstance(value, Problem):
        raise InputError(f"{where}: {value.message}")
    return value
