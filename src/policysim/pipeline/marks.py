"""What was done about a log file, kept beside the reports: so that a notification that comes twice is told once.

Objects below ``marks/ID/``: ``claim`` says who works on it and until when, one object for each thing that was sent, and
``done``. A conditional write of S3 makes a claim, so no second service is needed for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.quiet_calls import CallError
from policysim.sources.aws.stored_objects import Location, listed_objects, object_bytes, put_object, put_where

if TYPE_CHECKING:
    from policysim.sources.aws.connection import Connection

DONE: Final = "done"
_CLAIM: Final = "claim"
_LARGEST: Final = 4096


class BusyError(Exception):
    """Another run works on the same log file."""


class Marks:
    """The marks of one log file; ``found`` are the names of those that stand."""

    def __init__(self, connection: Connection, reports: Location, object_id: str) -> None:
        self._connection = connection
        self._location = Location(reports.bucket, reports.key(f"marks/{object_id}/"))
        self._etag: str | None = None
        self.found = self._load()

    def put(self, name: str) -> None:
        """Notes that something is done.

        Raises:
            CallError: it cannot be noted.
        """
        put_object(self._connection, self._location, name, b"{}\n")
        self.found.add(name)

    def claim(self, now: float, until: float) -> None:
        """Keeps other runs off until a time, in seconds of the epoch; not where ``found`` then tells that all is done.

        Raises:
            BusyError: another run keeps this one off.
            CallError: it cannot be noted.
        """
        content = _claim(until)
        self._etag = put_where(self._connection, self._location, _CLAIM, content)
        if self._etag is not None:
            return
        ends, etag = self._claimed()
        if DONE in self.found:
            return
        if ends > now:
            raise BusyError
        self._etag = put_where(self._connection, self._location, _CLAIM, content, etag=etag)
        if self._etag is None:
            raise BusyError
        self.found = self._load()

    def release(self) -> None:
        """Lets the next run begin at once, where this one failed; if that fails too, the claim runs out by itself."""
        if self._etag is None:
            return
        try:
            put_where(self._connection, self._location, _CLAIM, _claim(0), etag=self._etag)
        except CallError:
            return

    def _load(self) -> set[str]:
        """The names of the marks that stand."""
        return set(self._tags())

    def _tags(self) -> dict[str, str]:
        """The tags of the marks that stand, by name."""
        listed = listed_objects(self._connection, self._location)
        return {one.key.removeprefix(self._location.prefix): one.etag for one in listed}

    def _claimed(self) -> tuple[float, str]:
        """Until when the claim that stands holds, and its tag; the marks that stand beside it become ``found``."""
        tags = self._tags()
        self.found = set(tags)
        if _CLAIM not in tags:
            raise BusyError
        key, etag = self._location.key(_CLAIM), tags[_CLAIM]
        content = object_bytes(self._connection, self._location.bucket, key, _LARGEST, etag=etag)
        return _end_of(content), etag


def _claim(until: float) -> bytes:
    return json.dumps({"until": until}).encode()


def _end_of(content: bytes) -> float:
    """The time in a claim; of one that cannot be read, a time long gone."""
    try:
        return float(json.loads(content)["until"])
    except (ValueError, TypeError, KeyError):
        return 0.0
