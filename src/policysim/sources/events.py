"""CloudTrail events out of a text, in every form in which people have them at hand.

One record; a log file as CloudTrail delivers it (`Records`); JSON Lines; objects one after another, as `jq` prints
them; a list; the output of `aws cloudtrail lookup-events` or one event of it; rows of a CloudTrail Lake query; an
EventBridge event; CloudWatch Logs events, exports and query results; messages of Amazon SNS and SQS that carry records.
Source: CloudTrail User Guide, cloudtrail-log-file-examples and view-cloudtrail-events-cli; EventBridge User Guide;
CloudWatch Logs User Guide, S3Export and SubscriptionFilters; CloudTrail and CloudWatch Logs API References,
GetQueryResults.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.event_reading import EventError, event_from_record
from policysim.language.json_text import RepeatedMembers, load_json
from policysim.language.problem_kinds import BROKEN_JSON
from policysim.language.problems import Problem
from policysim.language.source import BYTE_ORDER_MARK, Origin, Source, Span
from policysim.sources.errors import InputError
from policysim.sources.json_values import problem_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.cloudtrail.event import Event

TOO_DEEP: Final = "this nests deeper than any event"
EXPLAINED_SIZE: Final = 1 << 20
"""The longest text, in characters, that a broken place is explained of with the written grammar, which is slow."""


class RecordAt(NamedTuple):
    """One record as decoded JSON, and where it stood: the file, and the line or the record in it."""

    record: object
    where: str


class EventAt(NamedTuple):
    """One event, and where it stood: the file, and the line or the record in it."""

    event: Event
    where: str


def events_in(source: Source) -> list[EventAt]:
    """The events that a text holds; at least one.

    Raises:
        InputError: with one sentence that names the text, and the line where there is one.
    """
    return [event_at(found) for found in records_in(source)]


def event_at(found: RecordAt) -> EventAt:
    """The event that a record holds.

    Raises:
        InputError: it is no CloudTrail record.
    """
    if isinstance(found.record, RepeatedMembers):
        raise InputError(f"{found.where}: `{found.record.names[0]}` stands more than once in this record")
    try:
        return EventAt(event_from_record(found.record), found.where)
    except EventError as error:
        raise InputError(f"{found.where}: {error}") from None


def records_in(source: Source) -> list[RecordAt]:
    """The records that a text holds, taken out of what they came wrapped in and not looked into; at least one.

    Raises:
        InputError: the text is no JSON, or holds none.
    """
    if not source.text.removeprefix(BYTE_ORDER_MARK).strip():
        raise InputError(f"{source.name}: this is empty, and CloudTrail events in JSON were expected")
    if "\0" in source.text:
        raise InputError(f"{source.name}: this holds zero bytes, so it is no JSON in UTF-8 (UTF-16 is to be converted)")
    try:
        records = [record for value, where in _values(source) for record in _records(value, where)]
    except RecursionError:
        raise InputError(f"{source.name}: {TOO_DEEP}") from None
    if not records:
        raise InputError(f"{source.name}: this holds no events")
    return records


def _values(source: Source) -> Iterator[tuple[object, str]]:
    """The JSON values of a text and where they stand: one, one a line, or one after another."""
    value = load_json(source)
    if not isinstance(value, Problem):
        yield value, source.name
        return
    parts = list(_lines(source))
    if _is_plain(source, parts) or isinstance(load_json(parts[0][0]), Problem):
        parts = _one_after_another(source)
    if not parts:
        raise _broken(source, value)
    for part, number in parts:
        value = load_json(part)
        if isinstance(value, Problem):
            raise _broken(part, value)
        yield value, f"{source.name}:{number}"


_TIME_OF_LINE: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?=[{\[])")
"""The time that stands before each event in an export of CloudWatch Logs."""


def _is_plain(source: Source, lines: list[tuple[Source, int]]) -> bool:
    """Whether a text is one line of JSON and nothing before it, which has been read in vain."""
    return len(lines) < 2 and _TIME_OF_LINE.match(source.text.removeprefix(BYTE_ORDER_MARK)) is None


def _lines(source: Source) -> Iterator[tuple[Source, int]]:
    """The lines that are not blank, as texts whose places are those of the whole, and their numbers."""
    start = len(BYTE_ORDER_MARK) if source.text.startswith(BYTE_ORDER_MARK) else 0
    for number, line in enumerate(source.text[start:].split("\n"), start=1):
        end = start + len(line)
        if line.strip():
            time = _TIME_OF_LINE.match(line)
            begin = time.end() if time is not None else 0
            part = Origin(source, range(start + begin, end + 1))
            yield Source(source.name, line[begin:], part), number
        start = end + 1


def _one_after_another(source: Source) -> list[tuple[Source, int]]:
    """The JSON values that stand one after another over several lines; none unless the text is made of them whole."""
    decoder, text, found = json.JSONDecoder(), source.text, list[tuple[Source, int]]()
    at, line = _next(text, len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0), 1
    counted = 0
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        line, counted = line + text.count("\n", counted, at), at
        found.append((Source(source.name, text[at:end], Origin(source, range(at, end + 1))), line))
        at = _next(text, end)
    return found if len(found) > 1 else []


def _next(text: str, at: int) -> int:
    """Where the next character stands that is no white space."""
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


_SPACE: Final = re.compile(r"\s*")


def _broken(source: Source, problem: Problem) -> InputError:
    """What is wrong with a text that is not JSON, and where; the written grammar says best what was expected."""
    from policysim.grammars.policies import explain_break  # noqa: PLC0415  # Lark loads only when a text is broken

    if problem.kind is not BROKEN_JSON:
        return problem_error(problem._replace(message=TOO_DEEP), source.name)
    told = explain_break(source.text) if len(source.text) <= EXPLAINED_SIZE else None
    if told is None:
        return problem_error(problem, source.name)
    place = Span(source, told.offset, told.end).place
    return InputError(f"{place}: this is not JSON: {told.sentence}")


def _records(value: object, where: str) -> Iterator[RecordAt]:
    """The records of a JSON value, taken out of what they came wrapped in."""
    if isinstance(value, list) and (cells := _cells(value)):
        yield from _records(cells, where)
    elif isinstance(value, list):
        yield from _each(value, where, "item")
    elif isinstance(value, dict) and (wrapping := _wrapping_of(value)) is not None:
        name, one = wrapping
        inside = value[name]
        if isinstance(inside, list):
            yield from _each(inside, where, one)
        elif isinstance(inside, str):
            yield from _records_of_text(inside, f"{where}, `{name}`")
        else:
            yield from _records(inside, where)
    else:
        yield RecordAt(value, where)


def _cells(row: list[object]) -> dict[str, object]:
    """The cells of one row of a query's results that hold an event: `{"field": NAME, "value": TEXT}`, `{NAME: TEXT}`.

    Nothing for a list that is no such row.
    """
    cells: dict[str, object] = {}
    for cell in row:
        if not isinstance(cell, dict):
            return {}
        named = {str(cell["field"]): cell["value"]} if cell.keys() == {"field", "value"} else cell
        cells |= {name: value for name, value in named.items() if name in CELLS and len(named) == 1}
    return cells


CELLS: Final = frozenset({"@message", "eventJson"})
"""The columns of query results that hold whole records: of CloudWatch Logs Insights, and of CloudTrail Lake."""

WRAPPINGS: Final = (
    ("Records", list, "record"),
    ("Events", list, "event"),
    ("events", list, "event"),
    ("logEvents", list, "event"),
    ("results", list, "row"),
    ("QueryResultRows", list, "row"),
    ("Messages", list, "message"),
    ("CloudTrailEvent", str, ""),
    ("@message", str, ""),
    ("eventJson", str, ""),
    ("message", str, ""),
    ("Message", str, ""),
    ("Body", str, ""),
    ("body", str, ""),
    ("detail", dict, ""),
)
"""The members that events come wrapped in, the type of their value, and what one item of a list is called."""


def _wrapping_of(value: dict[str, object]) -> tuple[str, str] | None:
    if "eventSource" in value and "eventName" in value:
        return None
    for name, kind, one in WRAPPINGS:
        inside = value.get(name)
        if isinstance(inside, kind) and (not isinstance(inside, str) or inside.lstrip().startswith(("{", "["))):
            return name, one
    return None


def _each(values: list[object], where: str, one: str) -> Iterator[RecordAt]:
    for number, value in enumerate(values, start=1):
        yield from _records(value, f"{where}, {one} {number}")


def _records_of_text(text: str, where: str) -> Iterator[RecordAt]:
    """The records of a JSON text that stands as a string in another one."""
    value = load_json(Source(where, text))
    if isinstance(value, Problem):
        raise InputError(f"{where}: {value.message}")
    yield from _records(value, where)
