"""The places that CloudTrail events can be read from, and which of their events are wanted: as the user named them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from policysim.sources.aws.events.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHistory:
    """What LookupEvents knows: the management events of the last 90 days, Region by Region."""

    regions: tuple[str, ...] = ()
    """The Regions to ask; without any, the Region of the profile."""

    @property
    def name(self) -> str:
        """How reports and errors call it."""
        return "the event history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The log files of trails in a bucket, below a prefix, or one log file."""

    bucket: str
    key: str = ""
    regions: tuple[str, ...] = ()
    """The Regions whose log files are read; all, without any."""
    check: Callable[[str, bytes], str | None] | None = None
    """Says of a log file, by its URI and its bytes as stored, why it is not proven to be what CloudTrail wrote."""

    @property
    def name(self) -> str:
        """How reports and errors call it."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """A log group of CloudWatch Logs to which a trail sends its events."""

    group: str
    """Its name or its ARN."""
    region: str | None = None

    @property
    def name(self) -> str:
        """How reports and errors call it."""
        return f"log group {self.group}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDataStore:
    """An event data store of CloudTrail Lake."""

    store: str
    """Its id, the last part of its ARN."""
    region: str | None = None

    @property
    def name(self) -> str:
        """How reports and errors call it."""
        return f"event data store {self.store}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AthenaTable:
    """A table of Amazon Athena over the log files of a trail, with the columns that the Athena User Guide gives it."""

    database: str
    table: str
    workgroup: str | None = None
    output: str | None = None
    """Where Athena puts the results, as ``s3://bucket/prefix/``; without it the workgroup tells."""
    region: str | None = None

    @property
    def name(self) -> str:
        """How reports and errors call it."""
        return f"table {self.database}.{self.table}"


EventSource = EventHistory | Trail | LogGroup | EventDataStore | AthenaTable
"""Any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a source: its events that ``wanted`` fits; ``tell`` takes notes for the user."""

    wanted: Wanted
    tell: Callable[[str], None]
