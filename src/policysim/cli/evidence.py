"""What ``policysim explain`` was given: a file, standard input, or the message itself; and the denied calls in it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Final

from policysim.catalog.facts import CATALOGUE
from policysim.cli.output import note
from policysim.cloudtrail.requests import call_from_event, call_from_message
from policysim.language.source import BYTE_ORDER_MARK
from policysim.sources.errors import InputError
from policysim.sources.events import EventAt, events_in
from policysim.sources.files import STANDARD_INPUT, read_argument

if TYPE_CHECKING:
    from policysim.cli.output import Output
    from policysim.cloudtrail.call import Call

LONGEST_NAME: Final = 255
"""The most characters of a file name that are repeated to the user: what is longer was hardly meant as one."""

_JSON_STARTS: Final = ("{", "[")


def calls_of(argument: str, output: Output) -> list[Call]:
    """The denied calls that ``argument`` shows, at least one.

    ``-`` is standard input; an existing path is a file; otherwise text with white space in it is a message.
    """
    if argument == STANDARD_INPUT or os.path.exists(argument):  # noqa: PTH110  # a message is too long for a Path
        source = read_argument(argument)
        text = source.text.removeprefix(BYTE_ORDER_MARK).strip()
        if not text.startswith(_JSON_STARTS) and (told := _call_of_message(text)) is not None:
            return [told]
        return _denied_calls(events_in(source), source.name, output)
    if not any(character.isspace() for character in argument):
        raise InputError(f"{_shortened(argument, LONGEST_NAME)}: no such file" if argument else "the argument is empty")
    call = _call_of_message(argument)
    if call is None:
        raise InputError(f"`{_shortened(argument)}` is no file, and no denial message of a known form")
    return [call]


def _call_of_message(text: str) -> Call | None:
    """The call that a message speaks of; ``None`` for a text in which nothing of a denial is recognised."""
    call = call_from_message(text, takes_no_resource=CATALOGUE.takes_no_resource)
    denial = call.denial
    return call if denial is not None and (denial.recognised or denial.action) else None


def _denied_calls(events: list[EventAt], name: str, output: Output) -> list[Call]:
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
    return [call_from_event(found.event, takes_no_resource=CATALOGUE.takes_no_resource) for found in denied]


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
