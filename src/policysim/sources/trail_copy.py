"""A folder of log files, such as a copy of a trail's bucket: read like the bucket itself, file by file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.events.log_files import records_or_unread
from policysim.sources.aws.events.trail_layout import StoredLog, Window, delivered_at, is_log, newest_first
from policysim.sources.errors import InputError
from policysim.sources.files import SIZE_LIMIT, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policysim.sources.events import RecordAt


_PACKED: Final = ".json.gz"
"""How the names of log files end; an unpacked one is known by the time in its name."""


def trail_copy(folder: str, window: Window, check: Callable[[str, bytes], str | None] | None) -> Iterator[RecordAt]:
    """The records of the log files below a folder, the newest file first; or of one log file.

    Raises:
        InputError: there are none, one cannot be read, or ``check`` refuses one.
    """
    logs = newest_first(log for log in _files(folder) if window.may_hold(log))
    if not logs:
        when = " of that time" if window != (None, None) else ""
        raise InputError(f"{folder}: this is a folder, and there are no log files of CloudTrail{when} in it")
    for log in logs:
        yield from _records_of(log.key, check)


def _records_of(path: str, check: Callable[[str, bytes], str | None] | None) -> list[RecordAt]:
    if not Path(path).is_file():
        raise InputError(f"{path}: this is no file")  # a pipe would be waited for without an end
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise unreadable(error, path) from None
    if check is not None and (reason := check(path, data)) is not None:
        raise InputError(f"{path}: {reason}")
    return records_or_unread(data, path, SIZE_LIMIT)


def _files(folder: str) -> Iterator[StoredLog]:
    if Path(folder).is_file():
        yield StoredLog(folder, datetime.fromtimestamp(Path(folder).stat().st_mtime, UTC))
        return
    for where, _, names in os.walk(folder, onerror=_refused):
        for name in names:
            path = Path(where, name)
            # The folder's own name is no part of the trail's layout.
            key = path.relative_to(folder).as_posix()
            if is_log(key) and (name.endswith(_PACKED) or delivered_at(key) is not None):
                yield StoredLog(str(path), datetime.fromtimestamp(path.lstat().st_mtime, UTC))


def _refused(error: OSError) -> None:
    """A folder that cannot be read may hold the events that are asked for."""
    raise unreadable(error, str(error.filename))
