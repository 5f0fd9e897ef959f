"""Log files of trails in S3: listed side by side, read side by side, the newest first, a few in memory at a time.

Source: Amazon S3 API Reference, ListObjectsV2 and GetObject; the layout is that of ``trail_layout``.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.sources.aws.connection import remote
from policysim.sources.aws.events.log_files import records_or_unread
from policysim.sources.aws.events.trail_layout import Step, StoredLog, Window, is_log, newest_first, step_below
from policysim.sources.aws.failures import code_of
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.events.event_source import Question, Trail
    from policysim.sources.events import RecordAt

LARGEST_LOG: Final = 256 << 20
"""The most bytes, packed or unpacked, that one log file may hold; those of CloudTrail hold a tenth of it."""

_THREADS: Final = 8
_AHEAD: Final = 12
"""As many log files are read before their turn."""

_GONE: Final = frozenset({"NoSuchKey", "404"})


def trail(source: Trail, question: Question, connection: Connection) -> Iterator[RecordAt]:
    """The records of the log files, the newest file first.

    Raises:
        InputError: nothing lies there, or a log file is not proven to be what CloudTrail wrote.
        RemoteError: AWS refused a call or did not answer.
    """
    reader = _Reader(source, connection)
    with ThreadPoolExecutor(_THREADS) as threads:
        try:
            logs = list(_logs(source, question, reader, threads))
            missing = 0
            for records in _read(logs, reader, threads):
                missing += records is None
                yield from records or ()
            if missing:
                question.tell(f"{missing} log files were deleted while this read the others")
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def _logs(source: Trail, question: Question, reader: _Reader, threads: ThreadPoolExecutor) -> list[str]:
    """The keys of the log files to read."""
    if source.key.endswith((".json", ".json.gz", ".gz")):
        return [source.key]
    window = Window(question.wanted.since, question.wanted.until)
    logs = newest_first(_listed(source, window, reader, threads))
    if not logs:
        when = " of that time" if window != (None, None) else ""
        raise InputError(f"{source.name}: there are no log files{when}")
    return [log.key for log in logs]


class _Folder(NamedTuple):
    prefix: str
    depth: int
    opened: bool
    """Whether its folders are listed one by one, or everything below it."""


def _listed(source: Trail, window: Window, reader: _Reader, threads: ThreadPoolExecutor) -> Iterator[StoredLog]:
    """The log files below the prefix, level by level, leaving out the days that cannot hold what is asked for."""
    days = window.days(datetime.now(UTC))
    level = list(_below(source.key, 0, days, source.regions))
    while level:
        further: list[_Folder] = []
        for folder, (logs, prefixes) in zip(level, threads.map(reader.listing, level), strict=True):
            yield from (log for log in logs if is_log(log.key, source.regions) and window.may_hold(log))
            for prefix in prefixes:
                further.extend(_below(prefix, folder.depth + 1, days, source.regions))
        level = further


def _below(prefix: str, depth: int, days: list[str], regions: tuple[str, ...]) -> Iterator[_Folder]:
    match step_below(prefix, depth, regions):
        case Step.FOLDERS if days or regions:
            yield _Folder(prefix, depth, opened=True)
        case Step.DAYS if days:
            yield from (_Folder(f"{prefix}{day}", depth, opened=False) for day in days)
        case Step.NOTHING:
            return
        case _:
            yield _Folder(prefix, depth, opened=False)


def _read(keys: list[str], reader: _Reader, threads: ThreadPoolExecutor) -> Iterator[list[RecordAt] | None]:
    """The records of each log file in turn; ``None`` for one that is gone.

    What is read before its turn waits as it is stored, packed: records take twenty times as much memory.
    """
    waiting = deque(threads.submit(reader.content, key) for key in keys[:_AHEAD])
    for position, key in enumerate(keys):
        data = waiting.popleft().result()
        if position + _AHEAD < len(keys):
            waiting.append(threads.submit(reader.content, keys[position + _AHEAD]))
        yield None if data is None else records_or_unread(data, reader.name(key), LARGEST_LOG)


class _Reader:
    """Lists and reads one bucket; safe to be used by several threads."""

    def __init__(self, source: Trail, connection: Connection) -> None:
        self._source, self._connection = source, connection
        self._region = connection.region or "us-east-1"

    def name(self, key: str) -> str:
        return f"s3://{self._source.bucket}/{key}"

    def listing(self, folder: _Folder) -> tuple[list[StoredLog], list[str]]:
        """The objects of a folder and the folders in it, or all objects below it."""
        delimiter = {"Delimiter": "/"} if folder.opened else {}
        logs: list[StoredLog] = []
        folders: list[str] = []
        with remote(f"s3:ListObjectsV2 of {self._source.bucket}"):
            for page in self._connection.pages(
                "s3",
                "list_objects_v2",
                region=self._region,
                Bucket=self._source.bucket,
                Prefix=folder.prefix,
                **delimiter,
            ):
                logs += [StoredLog(one["Key"], one["LastModified"]) for one in page.get("Contents") or ()]
                folders += [one["Prefix"] for one in page.get("CommonPrefixes") or ()]
        return logs, folders

    def content(self, key: str) -> bytes | None:
        """A log file as it is stored, proven where that is asked for; ``None`` when it is gone.

        Raises:
            InputError: it is too large, or is not proven.
        """
        data = self._stored(key)
        if data is not None and self._source.check is not None:
            reason = self._source.check(self.name(key), data)
            if reason is not None:
                raise InputError(f"{self.name(key)}: {reason}")
        return data

    def _stored(self, key: str) -> bytes | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415  # loads only where AWS is called

        with remote(f"s3:GetObject of {self.name(key)}"):
            try:
                answer = self._connection.call(
                    "s3", "get_object", region=self._region, Bucket=self._source.bucket, Key=key
                )
            except ClientError as error:
                if code_of(error) in _GONE and key != self._source.key:
                    return None
                raise
            return self._body(answer, key)

    def _body(self, answer: dict[str, Any], key: str) -> bytes:
        with answer["Body"] as body:
            data: bytes = body.read(LARGEST_LOG + 1)
        if len(data) > LARGEST_LOG:
            raise InputError(f"{self.name(key)}: this holds more than {LARGEST_LOG >> 20} MiB")
        return data
