"""What ``policysim explain`` was given: a file, standard input, or the message itself; and the denied calls in it."""

from __future__ import annotations

import os.path
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.cli.aws_evaluation import calls_of_evidence
from policysim.cli.output import note
from policysim.cloudtrail.requests import call_from_denial, call_from_event
from policysim.language.source import BYTE_ORDER_MARK
from policysim.sources.embedded_events import embedded_events, holds_records
from policysim.sources.errors import InputError
from policysim.sources.events import EventAt, events_in
from policysim.sources.files import STANDARD_INPUT, read_argument

if TYPE_CHECKING:
    from policysim.cli.output import Output
    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.event import Event
    from policysim.language.source import Source
    from policysim.sources.aws.events.gathering import Gathered

LONGEST_NAME: Final = 255
"""The most characters of a file name that are repeated to the user: what is longer was hardly meant as one."""

MOST_UNREAD: Final = 5
"""As many log files that could not be read are named with each call."""

_JSON_STARTS: Final = ("{", "[")
_NOTHING_DENIED: Final = "a denial message of AWS, or CloudTrail events in JSON, was expected"


class Told(NamedTuple):
    """The denied calls, and every event that stood beside them, denied or not."""

    calls: list[Call]
    events: tuple[Event, ...] = ()


def told_by(argument: str, output: Output) -> Told:
    """The denied calls that ``argument`` shows, at least one.

    ``-`` is standard input; an existing path is a file; otherwise text with white space in it is a message.
    """
    if argument == STANDARD_INPUT or os.path.exists(argument):  # noqa: PTH110  # a message is too long for a Path
        source = read_argument(argument)
        if (evaluated := calls_of_evidence(source)) is not None:
            return Told(evaluated)
        return _calls_in(source, output)
    if not any(character.isspace() for character in argument):
        raise InputError(f"{_shortened(argument, LONGEST_NAME)}: no such file" if argument else "the argument is empty")
    why_not = f"`{_shortened(argument)}` is no file, and no denial message of a known form"
    return _calls_told(argument, "the message", why_not, output)


def told_of(found: Gathered) -> Told:
    """The same of what a source of events held; what could not be read of it is told with each call."""
    calls = [call_from_event(one.event, takes_no_resource=CATALOGUE.takes_no_resource) for one in found.denied]
    if found.unread:
        told = tuple(f"not read, so that denials in it are not here: {why}" for why in found.unread[:MOST_UNREAD])
        more = len(found.unread) - len(told)
        told += (f"{more} more log files or records could not be read",) if more else ()
        calls = [replace(call, unresolved=(*call.unresolved, *told)) for call in calls]
    return Told(calls, (*(one.event for one in found.denied), *found.siblings))


def _calls_in(source: Source, output: Output) -> Told:
    """The denied calls in a text: events in JSON, alone or inside other text, or else the messages of a transcript."""
    text = source.text.removeprefix(BYTE_ORDER_MARK).strip()
    if not text or "\0" in text:
        return _denied_calls(events_in(source), source.name, output)
    if text.startswith(_JSON_STARTS):
        try:
            return _denied_calls(events_in(source), source.name, output)
        except InputError as no_event:
            if holds_records(text):
                raise
            return _calls_told(text, source.name, str(no_event), output)
    events = [event for found in embedded_events(source) for event in events_in(found)]
    if events:
        return _denied_calls(events, source.name, output)
    return _calls_told(text, source.name, f"{source.name}:1:1: {_NOTHING_DENIED}", output)


def _calls_told(text: str, name: str, why_not: str, output: Output) -> Told:
    """The calls that the messages of a text speak of.

    Raises:
        InputError: when nothing of a denial is recognised, with ``why_not`` or the error that the text tells instead.
    """
    from policysim.cloudtrail.transcripts import denials_in  # noqa: PLC0415  # events need no reader of messages

    told = denials_in(text)
    if not told.denials:
        raise InputError(f"{name} holds no denial: {told.other_errors[0]}" if told.other_errors else why_not)
    for error in told.other_errors:
        note(output, f"left out, as it is no denial: {error}")
    return Told([call_from_denial(denial, takes_no_resource=CATALOGUE.takes_no_resource) for denial in told.denials])


def _denied_calls(events: list[EventAt], name: str, output: Output) -> Told:
    reasons = [(found, found.event.why_no_denial) for found in events]
    denied = [found for found, reason in reasons if reason is None]
    if not denied:
        first, reason = reasons[0]
        if len(events) == 1:
            raise InputError(f"{first.where}: {reason}, so there is no denial to explain")
        raise InputError(f"{name}: none of its {len(events)} events is a denied request; the first one: {reason}")
    if len(denied) < len(events):
        note(
            output, f"{name}: {len(events) - len(denied)} of its {len(events)} events were not denied and are left out"
        )
    calls = [call_from_event(found.event, takes_no_resource=CATALOGUE.takes_no_resource) for found in denied]
    return Told(calls, tuple(found.event for found in events))


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
