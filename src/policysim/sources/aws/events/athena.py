"""A table of Amazon Athena over log files: its columns looked up, one SQL query run, each row a record again.

Source: Amazon Athena API Reference, GetTableMetadata, StartQueryExecution, GetQueryExecution, GetQueryResults (the
first row holds the names of the columns) and StopQueryExecution.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.sources.aws.connection import remote
from policysim.sources.aws.events import queries, sql
from policysim.sources.aws.events.partitions import of_days
from policysim.sources.aws.events.queries import cancelled_unless_done, pauses, size_words
from policysim.sources.aws.events.selecting import of_action, of_caller
from policysim.sources.aws.events.table_rows import Cell, cells_of, missing_columns, record_of
from policysim.sources.aws.events.table_types import ColumnType, TypeTextError, column_type
from policysim.sources.aws.events.trail_layout import LATEST_DELIVERY
from policysim.sources.errors import InputError, RemoteError
from policysim.sources.events import RecordAt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.events.event_source import AthenaTable, Question
    from policysim.sources.aws.events.wanted import Wanted

CATALOG: Final = "AwsDataCatalog"
"""The data catalog of the account, which AWS Glue keeps."""

_RUNNING: Final = frozenset({"QUEUED", "RUNNING"})
_SUCCEEDED: Final = "SUCCEEDED"
_PAGE: Final = 1000


class Table(NamedTuple):
    """What the catalogue says of a table: columns and partition columns by their type, and the properties."""

    columns: dict[str, ColumnType]
    partition_keys: dict[str, str]
    properties: dict[str, str]


def athena(source: AthenaTable, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of refused calls, the newest first.

    Raises:
        InputError: the table is no table of CloudTrail records.
        RemoteError: there is no such table, the query failed or was cancelled, or AWS refused a call.
    """
    table = _table(source, connection)
    cells = cells_of(table.columns)
    statement = query_of(source, table, cells, question.wanted, datetime.now(UTC))
    running = _started(source, statement, connection)

    def cancel() -> None:
        connection.call("athena", "stop_query_execution", region=source.region, **running)

    with cancelled_unless_done(cancel) as done:
        execution = _finished(source, connection, running)
        done()
    scanned = (execution.get("Statistics") or {}).get("DataScannedInBytes")
    if scanned is not None:
        question.tell(f"{source.name}: the query scanned {size_words(scanned)}, which AWS charges for")
    for number, values in enumerate(_rows(source, connection, running), start=1):
        yield RecordAt(record_of(cells, values, table.columns), f"{source.name}, row {number}")


def query_of(source: AthenaTable, table: Table, cells: list[Cell], wanted: Wanted, now: datetime) -> str:
    """The statement: every field of what may be a refused call of the time, the caller and the action."""
    selected = ", ".join(f"{cell.expression} AS c{number}" for number, cell in enumerate(cells))
    time, message = sql.name("eventtime"), sql.name("errormessage")
    until = wanted.until or now
    conditions = sql.every(
        of_days(
            table.partition_keys,
            table.properties,
            wanted.since.date(),
            (until + LATEST_DELIVERY).date(),
        )
        if wanted.since is not None
        else "",
        f"{time} >= {sql.text(f'{wanted.since:%Y-%m-%dT%H:%M:%SZ}')}" if wanted.since is not None else "",
        f"{time} <= {sql.text(f'{wanted.until:%Y-%m-%dT%H:%M:%SZ}')}" if wanted.until is not None else "",
        f"{sql.name('eventid')} = {sql.text(wanted.event_id)}" if wanted.event_id is not None else "",
        sql.denied(sql.name("errorcode"), message, sql.name("responseelements")),
        of_caller(
            wanted.principal,
            sql.name("useridentity", "arn"),
            sql.name("useridentity", "sessioncontext", "sessionissuer", "arn"),
            message,
        ),
        of_action(wanted.action, sql.name("eventname"), sql.name("eventsource"), message),
    )
    return (
        f"SELECT {selected} FROM {sql.name(source.database, source.table)}"  # noqa: S608  # all of it went through `sql`
        f" WHERE {conditions} ORDER BY {time} DESC"
    )


def _table(source: AthenaTable, connection: Connection) -> Table:
    workgroup = {"WorkGroup": source.workgroup} if source.workgroup else {}
    with remote("athena:GetTableMetadata"):
        told = connection.call(
            "athena",
            "get_table_metadata",
            region=source.region,
            CatalogName=CATALOG,
            DatabaseName=source.database,
            TableName=source.table,
            **workgroup,
        )["TableMetadata"]
    try:
        columns = {one["Name"].lower(): column_type(one.get("Type") or "string") for one in told.get("Columns") or ()}
    except TypeTextError as error:
        raise InputError(f"{source.name}: `{error}` is no type of a column that is known") from None
    missing = missing_columns(columns)
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise InputError(
            f"{source.name}: this is not the table for CloudTrail logs that the Athena User Guide describes: it lacks"
            f" {names}"
        )
    if columns["eventtime"].name != "string":
        raise InputError(f"{source.name}: the column `eventtime` should be a string, as in the Athena User Guide")
    keys = {one["Name"].lower(): (one.get("Type") or "string").lower() for one in told.get("PartitionKeys") or ()}
    return Table(columns, keys, {str(name): str(value) for name, value in (told.get("Parameters") or {}).items()})


def _started(source: AthenaTable, statement: str, connection: Connection) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "WorkGroup": source.workgroup,
        "ResultConfiguration": {"OutputLocation": source.output} if source.output else None,
    }
    with remote("athena:StartQueryExecution"):
        started = connection.call(
            "athena",
            "start_query_execution",
            region=source.region,
            QueryString=statement,
            QueryExecutionContext={"Database": source.database, "Catalog": CATALOG},
            **{name: value for name, value in settings.items() if value is not None},
        )
    return {"QueryExecutionId": started["QueryExecutionId"]}


def _finished(source: AthenaTable, connection: Connection, running: dict[str, Any]) -> dict[str, Any]:
    for pause in pauses():
        with remote("athena:GetQueryExecution"):
            execution: dict[str, Any] = connection.call(
                "athena", "get_query_execution", region=source.region, **running
            )["QueryExecution"]
        status = execution["Status"]
        if status["State"] == _SUCCEEDED:
            return execution
        if status["State"] not in _RUNNING:
            why = f": {status['StateChangeReason']}" if status.get("StateChangeReason") else ""
            raise RemoteError(f"{source.name}: the query ended as {status['State']}{why}")
        queries.wait(pause)
    raise AssertionError("pauses never end")


def _rows(source: AthenaTable, connection: Connection, running: dict[str, Any]) -> Iterator[list[str | None]]:
    """The values of each row; the first row, with the names, left out."""
    pages = connection.pages(
        "athena", "get_query_results", region=source.region, PaginationConfig={"PageSize": _PAGE}, **running
    )
    is_first = True
    while True:
        with remote("athena:GetQueryResults"):
            page = next(pages, None)
        if page is None:
            return
        for row in page["ResultSet"].get("Rows") or ():
            if not is_first:
                yield [cell.get("VarCharValue") for cell in row.get("Data") or ()]
            is_first = False
