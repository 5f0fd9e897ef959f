"""CloudTrail events out of a text, in every form in which people have them at hand.

One record; a log file as CloudTrail delivers it (`Records`); JSON Lines; a list; the output of
`aws cloudtrail lookup-events` or one event of it; an EventBridge event; CloudWatch Logs events that carry records.
Source: CloudTrail User Guide, cloudtrail-log-file-examples and view-cloudtrail-events-cli; EventBridge User Guide.
"""

from __future__ import annotations

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


class EventAt(NamedTuple):
    """One event, and where it stood: the file, and the line or the record in it."""

    event: Event
    where: str


def events_in(source: Source) -> list[EventAt]:
    """The events that a text holds; at least one.

    Raises:
        InputError: with one sentence that names the text, and the line where there is one.
    """
    if not source.text.removeprefix(BYTE_ORDER_MARK).strip():
        raise InputError(f"{source.name}: this is empty, and CloudTrail events in JSON were expected")
    if "\0" in source.text:
        raise InputError(f"{source.name}: this holds zero bytes, so it is no JSON in UTF-8 (UTF-16 is to be converted)")
    try:
        events = [event for value, where in _values(source) for event in _events(value, where)]
    except RecursionError:
        raise InputError(f"{source.name}: {TOO_DEEP}") from None
    if not events:
        raise InputError(f"{source.name}: this holds no events")
    return events


def _values(source: Source) -> Iterator[tuple[object, str]]:
    """The JSON values of a text and where they stand: one, or one a line."""
    value = load_json(source)
    if not isinstance(value, Problem):
        yield value, source.name
        return
    lines = list(_lines(source))
    if len(lines) < 2 or isinstance(load_json(lines[0][0]), Problem):
        raise _broken(source, value)
    for line, number in lines:
        value = load_json(line)
        if isinstance(value, Problem):
            raise _broken(line, value)
        yield value, f"{source.name}:{number}"


def _lines(source: Source) -> Iterator[tuple[Source, int]]:
    """The lines that are not blank, as texts whose places are those of the whole, and their numbers."""
    start = len(BYTE_ORDER_MARK) if source.text.startswith(BYTE_ORDER_MARK) else 0
    for number, line in enumerate(source.text[start:].split("\n"), start=1):
        end = start + len(line)
        if line.strip():
            yield Source(source.name, line, Origin(source, range(start, end + 1))), number
        start = end + 1


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


def _events(value: object, where: str) -> Iterator[EventAt]:
    """The events of a JSON value, taken out of what they came wrapped in."""
    if isinstance(value, list):
        yield from _each(value, where, "item")
    elif isinstance(value, dict) and (wrapping := _wrapping_of(value)) is not None:
        name, one = wrapping
        inside = value[name]
        if isinstance(inside, list):
            yield from _each(inside, where, one)
        elif isinstance(inside, str):
            yield from _events_of_text(inside, f"{where}, `{name}`")
        else:
            yield from _events(inside, where)
    else:
        if isinstance(value, RepeatedMembers):
            raise InputError(f"{where}: `{value.names[0]}` stands more than once in this record")
        try:
            yield EventAt(event_from_record(value), where)
        except EventError as error:
            raise InputError(f"{where}: {error}") from None


WRAPPINGS: Final = (
    ("Records", list, "record"),
    ("Events", list, "event"),
    ("events", list, "event"),
    ("CloudTrailEvent", str, ""),
    ("message", str, ""),
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


def _each(values: list[object], where: str, one: str) -> Iterator[EventAt]:
    for number, value in enumerate(values, start=1):
        yield from _events(value, f"{where}, {one} {number}")


def _events_of_text(text: str, where: str) -> Iterator[EventAt]:
    """The events of a JSON text that stands as a string in another one."""
    value = load_json(Source(where, text))
    if isinstance(value, Problem):
        raise InputError(f"{where}: {value.message}")
    yield from _events(value, where)
