"""Rows of a table over CloudTrail log files, and the records that they were.

The columns are those of the table in the Athena User Guide: names in lower case, structures for the caller and the TLS
connection, JSON as text for what each service shapes for itself. Every field is selected by itself, since the versions
of Athena differ in how they write a whole structure.
Source: Amazon Athena User Guide, create-cloudtrail-table and create-cloudtrail-table-partition-projection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Source
from policysim.sources.aws.events import sql
from policysim.sources.aws.events.table_types import ARRAY, MAP, STRUCT, ColumnType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NAMES: Final = (
    "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode "
    "errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources "
    "eventType apiVersion managementEvent recipientAccountId serviceEventDetails sharedEventID vpcEndpointId "
    "vpcEndpointAccountId eventCategory addendum sessionCredentialFromConsole edgeDeviceDetails tlsDetails "
    "eventContext insightDetails annotation "
    "type principalId arn accountId accessKeyId userName invokedBy identityProvider onBehalfOf userId identityStoreArn "
    "sessionContext attributes mfaAuthenticated creationDate sessionIssuer ec2RoleDelivery webIdFederationData "
    "federatedProvider sourceIdentity assumedRoot ec2IssuedInVpc inScopeOf sourceArn sourceAccount issuerType "
    "credentialsIssuedTo credentialId tlsVersion cipherSuite clientProvidedHostHeader "
    "reason updatedFields originalRequestID originalEventID"
)
NAME_BY_COLUMN: Final = {name.lower(): name for name in _NAMES.split()}
"""The names of columns and of the fields in them, as records write them."""

_IN_RESOURCES: Final = {"arn": "ARN", "arnprefix": "ARNPrefix", "accountid": "accountId", "type": "type"}

_JSON_TEXTS: Final = frozenset(
    {"requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails", "edgedevicedetails"}
)
"""Columns of text that hold JSON."""

_TRUTHS: Final = {"true": True, "false": False}
_TRUTH_COLUMNS: Final = frozenset({"readonly", "managementevent"})

_REQUIRED: Final = (
    "eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent errorcode "
    "errormessage requestparameters responseelements additionaleventdata eventid resources eventtype "
    "recipientaccountid vpcendpointid"
)
REQUIRED: Final = frozenset(_REQUIRED.split())
"""The columns whose absence from a row says that the record had nothing there."""

_REQUIRED_OF_CALLER: Final = (
    "type principalid arn accountid invokedby accesskeyid username sessioncontext.attributes.mfaauthenticated "
    "sessioncontext.attributes.creationdate sessioncontext.sessionissuer.type sessioncontext.sessionissuer.arn "
    "sessioncontext.sessionissuer.accountid sessioncontext.sessionissuer.principalid"
)
REQUIRED_OF_CALLER: Final = frozenset(_REQUIRED_OF_CALLER.split())
"""The same of the fields of ``useridentity``."""


class Cell(NamedTuple):
    """One selected expression, and where its value stands in the record; ``kind`` says how it is read."""

    path: tuple[str, ...]
    expression: str
    kind: str


_TEXT, _JSON, _TRUTH, _PRESENT = "text", "json", "truth", "present"


def missing_columns(columns: Mapping[str, ColumnType]) -> list[str]:
    """The columns and fields that a table lacks, without which a record is not told from its row."""
    found = set(_names(columns.items(), ""))
    return sorted((REQUIRED | {f"useridentity.{name}" for name in REQUIRED_OF_CALLER}) - found)


def _names(columns: Iterable[tuple[str, ColumnType]], before: str) -> Iterator[str]:
    for name, kind in columns:
        yield f"{before}{name}"
        yield from _names(kind.fields, f"{before}{name}.")


def cells_of(columns: Mapping[str, ColumnType]) -> list[Cell]:
    """What to select of a table; columns that records do not have are left out."""
    return [cell for name, kind in columns.items() if name in NAME_BY_COLUMN for cell in _cells((name,), kind)]


def _cells(path: tuple[str, ...], kind: ColumnType) -> Iterator[Cell]:
    column = sql.name(*path)
    if kind.name == STRUCT:
        # A structure without a field set is not the same as none.
        yield Cell(path, f"IF({column} IS NULL, NULL, 'true')", _PRESENT)
        for name, inner in kind.fields:
            yield from _cells((*path, name), inner)
    elif kind.name in {ARRAY, MAP}:
        yield Cell(path, f"json_format(CAST({column} AS JSON))", _JSON)
    elif path[-1] in _TRUTH_COLUMNS:
        yield Cell(path, column if kind.name == "string" else f"CAST({column} AS VARCHAR)", _TRUTH)
    else:
        text = column if kind.name == "string" else f"CAST({column} AS VARCHAR)"
        yield Cell(path, text, _JSON if path[0] in _JSON_TEXTS else _TEXT)


def record_of(cells: Sequence[Cell], values: Sequence[str | None], columns: Mapping[str, ColumnType]) -> dict[str, Any]:
    """The record that a row was: ``values`` are those of ``cells``, ``None`` for NULL."""
    record: dict[str, Any] = {}
    for cell, value in zip(cells, values, strict=True):
        if value is not None:
            _put(record, cell.path, _value(cell, value, columns))
    return record


def _put(record: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    inner = record
    for name in path[:-1]:
        inner = inner.setdefault(NAME_BY_COLUMN.get(name, name), {})
    inner[NAME_BY_COLUMN.get(path[-1], path[-1])] = value


def _value(cell: Cell, value: str, columns: Mapping[str, ColumnType]) -> object:
    if cell.kind == _PRESENT:
        return {}
    if cell.kind == _TRUTH:
        return _TRUTHS.get(value.lower(), value)
    if cell.kind == _TEXT:
        return value
    decoded = load_json(Source("", value))
    if isinstance(decoded, Problem):
        return value
    return _resources(decoded, columns["resources"]) if cell.path == ("resources",) else decoded


def _resources(entries: object, kind: ColumnType) -> object:
    """The entries of ``resources``: an engine writes a structure as an object, or as the list of its values."""
    if not isinstance(entries, list) or not kind.items:
        return entries
    fields = [name for name, _ in kind.items[0].fields]
    return [_entry(entry, fields) for entry in entries]


def _entry(entry: object, fields: list[str]) -> object:
    if isinstance(entry, list):
        entry = dict(zip(fields, entry, strict=False))
    if not isinstance(entry, dict):
        return entry
    return {_IN_RESOURCES.get(name.lower(), name): value for name, value in entry.items() if value is not None}
