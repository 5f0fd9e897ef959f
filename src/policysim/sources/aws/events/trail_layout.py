"""How the log files of trails lie in a bucket, and which of their keys can hold events of a time.

`[PREFIX/]AWSLogs/[o-ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE`; network activity events, digests and
Insights events lie in folders of their own beside `CloudTrail`. The time in the name of a file is that of its delivery.
Source: CloudTrail User Guide, cloudtrail-find-log-files, cloudtrail-log-file-examples (file names) and
cloudtrail-log-file-validation-digest-file-structure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST_DELIVERY: Final = timedelta(hours=2)
"""How long after an event its log file is looked for: CloudTrail delivers within minutes, and promises no time."""

_EARLIEST_DELIVERY: Final = timedelta(minutes=5)
"""Clocks differ, and the minute of a name is cut off."""

_FILE: Final = re.compile(r"\.json(\.gz)?$", re.IGNORECASE)
_DELIVERED: Final = re.compile(r"_(\d{8}T\d{4})Z_[^/]*$")
_NO_EVENTS: Final = ("CloudTrail-Digest", "CloudTrail-Insight")
"""Folders beside the log files: digests list them, and Insights events count calls and describe none."""

_STEPS: Final = re.compile(
    r"(?:.*/)?AWSLogs/"
    r"(?P<organization>o-[a-z0-9]+/)?"
    r"(?:(?P<account>\d{12})/(?:(?P<kind>CloudTrail[A-Za-z-]*)/(?:(?P<region>[a-z0-9-]+)/(?P<day>[0-9/]*))?)?)?"
)


_OF_OTHERS: Final = re.compile(r"(?:.*/)?AWSLogs/(?:o-[a-z0-9]+/)?\d{12}/(?!CloudTrail)[^/]+/.*")
"""What other services write beside CloudTrail, such as the access logs of load balancers."""


class StoredLog(NamedTuple):
    """An object of a listing: its key, and when it was written."""

    key: str
    written: datetime


class Window(NamedTuple):
    """The times of the events that are asked for; ``None`` for no bound."""

    since: datetime | None
    until: datetime | None

    def may_hold(self, log: StoredLog) -> bool:
        """Whether a log file can hold events of this time: none is delivered before its events."""
        delivered = delivered_at(log.key)
        # A copy is written later than its original, so that only the lower bound holds for it.
        if self.since is not None and (delivered or log.written) < self.since - _EARLIEST_DELIVERY:
            return False
        return self.until is None or delivered is None or delivered <= self.until + LATEST_DELIVERY

    def days(self, now: datetime) -> list[str]:
        """The day folders whose files can hold events of this time, the newest first; none without a beginning."""
        if self.since is None:
            return []
        end = min(self.until + LATEST_DELIVERY, now) if self.until is not None else now
        first, last = (self.since - _EARLIEST_DELIVERY).date(), end.date()
        return [f"{first + timedelta(days=day):%Y/%m/%d}/" for day in reversed(range((last - first).days + 1))]


class Step(Enum):
    """What stands below a folder on the way to the log files."""

    FOLDERS = "folders"
    """Folders that lead on, one by one."""
    DAYS = "days"
    """The folders of years, months and days."""
    FILES = "files"
    """Anything: it is listed whole."""
    NOTHING = "nothing"
    """No events."""


def step_below(prefix: str, depth: int, regions: tuple[str, ...]) -> Step:
    """What stands below a prefix; ``depth`` tells how many folders were opened before it."""
    if any(f"/{folder}" in f"/{prefix}" for folder in _NO_EVENTS) or _OF_OTHERS.fullmatch(prefix):
        return Step.NOTHING
    found = _STEPS.fullmatch(prefix)
    if found is None:
        return Step.FOLDERS if depth < _OPENED else Step.FILES
    if found["region"] is None:
        return Step.FOLDERS
    if regions and found["region"] not in regions:
        return Step.NOTHING
    return Step.FILES if found["day"] else Step.DAYS


_OPENED: Final = 3
"""As many folders are opened one by one in search of `AWSLogs`."""


def is_log(key: str, regions: tuple[str, ...] = ()) -> bool:
    """Whether a key may be that of a log file, by its ending and its folder."""
    folder, _, _ = key.rpartition("/")
    return _FILE.search(key) is not None and step_below(f"{folder}/", _OPENED, regions) is not Step.NOTHING


def delivered_at(key: str) -> datetime | None:
    """When CloudTrail delivered a log file, by its name, to the minute; ``None`` for names of other forms."""
    found = _DELIVERED.search(key)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def newest_first(logs: Iterator[StoredLog]) -> list[StoredLog]:
    """Log files by the time of their delivery, the newest first, each once."""
    return sorted(set(logs), key=lambda log: (delivered_at(log.key) or log.written, log.key), reverse=True)
