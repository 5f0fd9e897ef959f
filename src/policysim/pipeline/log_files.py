"""A log file as CloudTrail delivers it: told by its name, unpacked within bounds, read record by record.

Source: CloudTrail User Guide, get-and-view-cloudtrail-log-files (names of log files) and
cloudtrail-log-file-validation-digest-file-structure (names of digest files).
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.event_reading import EventError, event_from_record

if TYPE_CHECKING:
    from policysim.cloudtrail.event import Event

_LOG: Final = re.compile(
    r"(?:.*/)?AWSLogs/(?:o-[a-z0-9]+/)?\d{12}/CloudTrail(?:-NetworkActivity)?/.+\.json(?:\.gz)?", re.DOTALL
)
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ANY_WRAPPER: Final = 47
"""How zlib is told to read gzip or zlib, whichever begins."""


class BrokenLogError(Exception):
    """The object is named like a log file and is none; ``code`` says why in a word, and nothing repeats its content."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class LogFile(NamedTuple):
    """The events of a log file, and how many of its records are none."""

    events: tuple[Event, ...]
    broken: int


def is_log(key: str) -> bool:
    """Whether an object's key is that of a log file of events; digests and Insights events have other folders."""
    return _LOG.fullmatch(key) is not None


def log_file_of(content: bytes, limit: int) -> LogFile:
    """The events of a log file, gzipped or not, of at most ``limit`` bytes once unpacked.

    Raises:
        BrokenLogError: it is too large, a broken archive, no JSON, or has no list of records.
    """
    text = _unpacked(content, limit) if content.startswith(_GZIP_MAGIC) else content
    if len(text) > limit:
        raise too_large(limit)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenLogError("not-json", "the log file is not JSON") from None
    records = value.get("Records") if isinstance(value, dict) else None
    if not isinstance(records, list):
        raise BrokenLogError("no-records", "the log file has no list `Records`")
    events = []
    for record in records:
        try:
            events.append(event_from_record(record))
        except EventError:
            continue
    if records and not events:
        raise BrokenLogError("no-events", "none of the records of the log file is a CloudTrail event")
    return LogFile(tuple(events), len(records) - len(events))


def too_large(limit: int) -> BrokenLogError:
    """The refusal of a log file for its size."""
    return BrokenLogError("too-large", f"the log file holds more than {limit >> 20} MB once unpacked")


def _unpacked(content: bytes, limit: int) -> bytes:
    """All members of a gzip file, one behind the other."""
    parts = bytearray()
    while content.startswith(_GZIP_MAGIC):
        member = zlib.decompressobj(_ANY_WRAPPER)
        try:
            parts += member.decompress(content, limit + 1 - len(parts))
        except zlib.error:
            raise _broken_archive() from None
        if len(parts) > limit:
            raise too_large(limit)
        if not member.eof:
            raise _broken_archive()
        content = member.unused_data
    return bytes(parts)


def _broken_archive() -> BrokenLogError:
    return BrokenLogError("not-gzip", "the log file is a broken gzip file")
