"""A log group of CloudWatch Logs that a trail writes to: only its refused calls are asked for.

FilterLogEvents and not Logs Insights: it gives whole records in pages without end, costs nothing for the bytes that it
looks through, and a filter pattern on the error code leaves few to transfer. A pattern compares letter by letter and
holds 1,024 characters, so that it names what the codes of denials have in common and lets some others through.
Source: CloudWatch Logs API Reference, FilterLogEvents; CloudWatch Logs User Guide, FilterAndPatternSyntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policysim.language.json_text import load_json
from policysim.language.problems import Problem
from policysim.language.source import Source
from policysim.sources.aws.connection import remote
from policysim.sources.aws.events.trail_layout import LATEST_DELIVERY
from policysim.sources.errors import InputError
from policysim.sources.events import RecordAt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.events.event_source import LogGroup, Question

CODE_PATTERNS: Final = (
    "*AccessDenied*",
    "*Unauthorized*",
    "*NotAuthorized*",
    "*NoAuthorization*",
    "*Forbidden*",
    "*Insufficient*",
    "*Authorization*",
    "*AuthException*",
    "*PermissionIssue*",
)
"""What every error code of a denial fits one of."""

ANSWER_CODES: Final = ("$.responseElements.errorCode", "$.responseElements.__type", "$.responseElements.error.code")
"""Where services that leave the record's own error code out put it."""

FILTER_PATTERN: Final = (
    "{ "
    + " || ".join(f'($.errorCode = "{pattern}")' for pattern in CODE_PATTERNS)
    + " || "
    + " || ".join(f'({selector} = "{pattern}")' for selector in ANSWER_CODES for pattern in CODE_PATTERNS[:3])
    + " }"
)
"""The pattern that is sent."""

_NEWEST_FIRST: Final = "startFromHead"
_OLDEST_FIRST: Final = (
    "{name}: this version of boto3 gives the oldest events first, so that `--limit` keeps the oldest"
    " (`pip install --upgrade boto3`)"
)


def log_group(source: LogGroup, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of refused calls, the newest first where the installed boto3 knows how to ask for that.

    Raises:
        InputError: an event of the group is no JSON.
        RemoteError: there is no such group, or AWS refused the call or did not answer.
    """
    until = question.wanted.until
    asked: dict[str, Any] = {
        "logGroupIdentifier": source.group,
        "filterPattern": FILTER_PATTERN,
        "startTime": _milliseconds(question.wanted.since),
        # An event stands in the group under the time of its delivery, which may be later than its own.
        "endTime": _milliseconds(until + LATEST_DELIVERY) if until is not None else None,
    }
    known = connection.client("logs", source.region).meta.service_model.operation_model("FilterLogEvents").input_shape
    if known is not None and _NEWEST_FIRST in known.members:
        asked[_NEWEST_FIRST] = False
    else:
        question.tell(_OLDEST_FIRST.format(name=source.name))
    given = {name: value for name, value in asked.items() if value is not None}
    pages = connection.pages("logs", "filter_log_events", region=source.region, **given)
    number = 0
    while True:
        with remote("logs:FilterLogEvents"):
            page = next(pages, None)
        if page is None:
            return
        for event in page.get("events") or ():
            number += 1
            where = f"{source.name}, event {number}"
            yield RecordAt(_record_of(event.get("message"), where), where)


def _milliseconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)


def _record_of(message: str | None, where: str) -> object:
    value = load_json(Source(where, message or ""))
    if isinstance(value, Problem):
        raise InputError(f"{where}: this is no CloudTrail event in JSON: {value.message}")
    return value
