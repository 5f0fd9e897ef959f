"""One log file of CloudTrail, from its bytes to its records."""

from __future__ import annotations

from typing import NamedTuple

from policysim.language.json_text import load_json
from policysim.sources.errors import InputError
from policysim.sources.events import RecordAt, records_in
from policysim.sources.files import source_of


class UnreadLog(NamedTuple):
    """Stands in the place of the records of a log file that cannot be read; the text says which, and why."""

    why: str


def records_or_unread(data: bytes, name: str, limit: int) -> list[RecordAt]:
    """The records as ``records_of_log`` gives them; of a file that cannot be read one ``UnreadLog``."""
    try:
        return records_of_log(data, name, limit)
    except InputError as error:
        return [RecordAt(UnreadLog(str(error)), name)]


def records_of_log(data: bytes, name: str, limit: int) -> list[RecordAt]:
    """The records of a log file, the newest first, none of an empty one; ``limit`` bounds its bytes, also unpacked.

    Raises:
        InputError: it holds more, or no JSON.
    """
    text = source_of(data, name, limit)
    value = load_json(text)
    records = value.get("Records") if isinstance(value, dict) else None
    if isinstance(records, list):
        found = [RecordAt(one, f"{name}, record {number}") for number, one in enumerate(records, start=1)]
    else:
        found = records_in(text)
    return sorted(found, key=time_of, reverse=True)


def time_of(found: RecordAt) -> str:
    """The time of a record as it is written, which sorts as times do; empty for what is no record."""
    record = found.record
    return str(record.get("eventTime") or "") if isinstance(record, dict) else ""
