"""Stand-ins for the services that hold CloudTrail events: they answer what is asked, so that a wrong question shows.

LookupEvents keeps to one attribute and to pages; a filter pattern of CloudWatch Logs is matched; SQL is run, by SQLite
after its spelling of nested names, so that a condition that lets too little through loses events.
"""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.events.table_rows import NAME_BY_COLUMN
from policysim.sources.aws.events.table_types import ARRAY, MAP, STRUCT, ColumnType, column_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.aws_server import AwsServer, Call

Record = dict[str, Any]

STORE: Final = "0a1b2c3d-1111-2222-3333-444455556666"
QUERY: Final = "9f8e7d6c-1111-2222-3333-444455556666"

CALLER: Final = (
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,"
    "username:string,onbehalfof:struct<userid:string,identitystorearn:string>,"
    "sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
    "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,"
    "ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>"
)
TEXTS: Final = (
    "eventversion eventtime eventsource eventname awsregion sourceipaddress useragent errorcode errormessage "
    "requestparameters responseelements additionaleventdata requestid eventid eventtype apiversion readonly "
    "recipientaccountid serviceeventdetails sharedeventid vpcendpointid vpcendpointaccountid eventcategory "
    "sessioncredentialfromconsole edgedevicedetails"
)
COLUMNS: Final = {
    "useridentity": CALLER,
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
    **dict.fromkeys(TEXTS.split(), "string"),
}
"""The columns of the table in the Athena User Guide."""


def time_of(record: Record) -> datetime:
    return datetime.fromisoformat(record["eventTime"]).astimezone(UTC)


def newest_first(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=time_of, reverse=True)


def serve_event_history(aws: AwsServer, records: Sequence[Record] | dict[str, list[Record]], page: int = 50) -> None:
    """LookupEvents over these records, in every Region; or over those of each Region."""

    def answer(call: Call) -> object:
        asked = json.loads(call.body)
        held = records.get(call.region, []) if isinstance(records, dict) else records
        found = [one for one in newest_first(held) if _is_looked_up(one, asked)]
        start = int(asked.get("NextToken", "0"))
        events = [
            {"EventId": one.get("eventID"), "EventTime": time_of(one).timestamp(), "CloudTrailEvent": json.dumps(one)}
            for one in found[start : start + page]
        ]
        more = {"NextToken": str(start + page)} if start + page < len(found) else {}
        return {"Events": events, **more}

    aws.answer("cloudtrail:LookupEvents", answer)


def _is_looked_up(record: Record, asked: dict[str, Any]) -> bool:
    attributes = asked.get("LookupAttributes") or []
    assert len(attributes) <= 1
    moment = time_of(record).timestamp()
    if not asked.get("StartTime", moment) <= moment <= asked.get("EndTime", moment):
        return False
    return all(_attribute(record, one["AttributeKey"]) == one["AttributeValue"] for one in attributes)


def _attribute(record: Record, key: str) -> object:
    identity = record.get("userIdentity") or {}
    session = str(identity.get("arn", "")).rpartition("/")[2] if identity.get("type") == "AssumedRole" else None
    names = {"EventId": "eventID", "EventName": "eventName", "EventSource": "eventSource"}
    return session or identity.get("userName") if key == "Username" else record.get(names[key])


def serve_log_group(aws: AwsServer, records: Sequence[Record], page: int = 100) -> None:
    """FilterLogEvents over these records, with the filter pattern matched."""

    def answer(call: Call) -> object:
        asked = json.loads(call.body)
        found = [
            one
            for one in newest_first(records)
            if asked.get("startTime", 0) <= time_of(one).timestamp() * 1000 and matches(asked["filterPattern"], one)
        ]
        start = int(asked.get("nextToken", "0"))
        events = [{"message": json.dumps(one), "eventId": str(number)} for number, one in enumerate(found)]
        more = {"nextToken": str(start + page)} if start + page < len(found) else {}
        return {"events": events[start : start + page], **more}

    aws.answer("logs:FilterLogEvents", answer)


def matches(pattern: str, record: Record) -> bool:
    """Whether a filter pattern of equalities joined by ``||`` fits a record, letter by letter."""
    inside = re.fullmatch(r"\{ (.*) \}", pattern)
    assert inside is not None
    assert len(pattern) <= 1024
    for term in inside[1].split(" || "):
        found = re.fullmatch(r'\(\$\.([\w.]+) = "([^"]*)"\)', term)
        assert found is not None, term
        value: Any = record
        for name in found[1].split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and fnmatchcase(value, found[2]):
            return True
    return False


def serve_event_data_store(aws: AwsServer, records: Sequence[Record], states: Sequence[str] = ("RUNNING",)) -> None:
    """A query of CloudTrail Lake, which passes through ``states`` before it is finished; 30 rows a page."""
    rows: list[list[dict[str, str]]] = []
    waiting = list(states)

    def start(call: Call) -> object:
        rows[:] = [[{"eventJson": text}] for (text,) in _lake(records, json.loads(call.body)["QueryStatement"])]
        return {"QueryId": QUERY}

    def results(call: Call) -> object:
        if waiting:
            state = waiting.pop(0)
            return (
                {"QueryStatus": state, "ErrorMessage": "as the test asked"}
                if state == "FAILED"
                else {"QueryStatus": state}
            )
        at = int(json.loads(call.body).get("NextToken", "0000"))
        more = {"NextToken": f"{at + 30:04}"} if at + 30 < len(rows) else {}
        return {
            "QueryStatus": "FINISHED",
            "QueryStatistics": {"BytesScanned": 123456},
            "QueryResultRows": rows[at : at + 30],
            **more,
        }

    aws.answer("cloudtrail:StartQuery", start)
    aws.answer("cloudtrail:GetQueryResults", results)
    aws.answer("cloudtrail:CancelQuery", lambda _: {"QueryId": QUERY, "QueryStatus": "CANCELLED"})


def _lake(records: Sequence[Record], statement: str) -> list[tuple[Any, ...]]:
    columns: dict[str, Callable[[Record], Any]] = {
        "eventTime": lambda one: f"{time_of(one):%Y-%m-%d %H:%M:%S}",
        "eventID": lambda one: one.get("eventID"),
        "eventName": lambda one: one.get("eventName"),
        "eventSource": lambda one: one.get("eventSource"),
        "errorCode": lambda one: one.get("errorCode"),
        "errorMessage": lambda one: one.get("errorMessage"),
        "eventJson": json.dumps,
        "userIdentity.arn": lambda one: _at(one, "userIdentity", "arn"),
        "userIdentity.sessionContext.sessionIssuer.arn": lambda one: _at(
            one, "userIdentity", "sessionContext", "sessionIssuer", "arn"
        ),
    }
    for name in sorted(columns, key=len, reverse=True):
        if "." in name:
            statement = re.sub(rf"(?<![\w\".]){re.escape(name)}(?![\w.])", f'"{name}"', statement)
    statement = statement.replace(f"FROM {STORE} ", "FROM held ")
    return _run(statement, list(columns), [[get(one) for get in columns.values()] for one in records])


def _at(record: Any, *path: str) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def serve_athena(
    aws: AwsServer,
    records: Sequence[Record],
    columns: dict[str, str] = COLUMNS,
    states: Sequence[str] = ("QUEUED", "RUNNING"),
    table: dict[str, Any] | None = None,
) -> list[str]:
    """A table of Athena and its queries, 30 rows a page; the statements that were run are given back as they come."""
    rows: list[list[str | None]] = []
    statements: list[str] = []
    waiting = list(states)
    types = {name: column_type(text) for name, text in columns.items()}

    def start(call: Call) -> object:
        statements.append(json.loads(call.body)["QueryString"])
        found = _athena(records, types, statements[-1])
        rows[:] = [[f"c{number}" for number in range(len(found[0]) if found else 1)], *map(list, found)]
        return {"QueryExecutionId": QUERY}

    def execution(_: Call) -> object:
        state = waiting.pop(0) if waiting else "SUCCEEDED"
        status = {"State": state, **({"StateChangeReason": "as the test asked"} if state == "FAILED" else {})}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 5 << 20}}}

    def results(call: Call) -> object:
        at = int(json.loads(call.body).get("NextToken", "0"))
        page = [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows[at : at + 30]
        ]
        more = {"NextToken": str(at + 30)} if at + 30 < len(rows) else {}
        return {"ResultSet": {"Rows": page}, **more}

    told = {"Name": "cloudtrail_logs", "Columns": [{"Name": name, "Type": text} for name, text in columns.items()]}
    aws.answer("athena:GetTableMetadata", lambda _: {"TableMetadata": {**told, **(table or {})}})
    aws.answer("athena:StartQueryExecution", start)
    aws.answer("athena:GetQueryExecution", execution)
    aws.answer("athena:GetQueryResults", results)
    aws.answer("athena:StopQueryExecution", lambda _: {})
    return statements


def _athena(records: Sequence[Record], types: dict[str, ColumnType], statement: str) -> list[tuple[Any, ...]]:
    flat = [flat_row(one, types) for one in records]
    names = sorted({name for row in flat for name in row} | set(_leaves(types)))
    statement = re.sub(r"json_format\(CAST\((.*?) AS JSON\)\)", r"\1", statement)
    statement = re.sub(r'("\w+"(?:\."\w+")+)', lambda found: '"' + found[1].replace('"', "") + '"', statement)
    statement = re.sub(r"FROM \"[\w.]+\"", "FROM held", statement)
    days = {"timestamp": lambda one: f"{time_of(one):%Y/%m/%d}"}
    names += [name for name in days if name not in names]
    rows = [
        [days[name](one) if name in days else row.get(name) for name in names]
        for one, row in zip(records, flat, strict=True)
    ]
    return _run(statement, names, rows)


def _leaves(types: dict[str, ColumnType]) -> list[str]:
    found = []
    for name, kind in types.items():
        found.append(name)
        found.extend(f"{name}.{inner}" for inner in _leaves(dict(kind.fields)))
    return found


def flat_row(record: Record, types: dict[str, ColumnType]) -> dict[str, str | None]:
    """A record as the columns and the fields of a table hold it; JSON as text, as CloudTrail's table reader does."""
    return {
        name: value
        for column, kind in types.items()
        for name, value in _flat(column, record.get(NAME_BY_COLUMN[column]), kind)
    }


def _flat(name: str, value: Any, kind: ColumnType) -> list[tuple[str, str | None]]:
    if value is None:
        return [(name, None)]
    if kind.name == STRUCT:
        inner = [
            pair
            for field, one in kind.fields
            for pair in _flat(f"{name}.{field}", value.get(NAME_BY_COLUMN[field]), one)
        ]
        return [(name, "a structure"), *inner]
    if kind.name == ARRAY:
        fields = [field for field, _ in kind.items[0].fields]
        return [
            (
                name,
                json.dumps(
                    [{key.lower(): one for key, one in each.items() if key.lower() in fields} for each in value]
                ),
            )
        ]
    if kind.name == MAP or isinstance(value, dict | list):
        return [(name, json.dumps(value))]
    return [(name, str(value).lower() if isinstance(value, bool) else value)]


def _run(statement: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """What a SELECT gives of one table; Trino's functions are added to SQLite's."""
    held = sqlite3.connect(":memory:")
    held.create_function(
        "regexp_like", 2, lambda text, pattern: text is not None and re.search(pattern, text) is not None
    )
    held.create_function("strpos", 2, lambda text, part: None if text is None else text.find(part) + 1)
    statement = re.sub(r"\bIF\(", "iif(", statement)
    quoted = ", ".join(f'"{name}" TEXT' for name in names)
    held.execute(f"CREATE TABLE held ({quoted})")
    held.executemany(f"INSERT INTO held VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608  # the test's own
    found = held.execute(statement).fetchall()
    held.close()
    return found
