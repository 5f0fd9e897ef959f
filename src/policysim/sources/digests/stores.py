"""Where log files and digest files are read from: what every such place can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from policysim.cloudtrail.digests import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from policysim.cloudtrail.digest_layout import Folder, Place


LARGEST: Final = 1 << 28
"""The most bytes, as stored, that are read of one object; the largest of CloudTrail have a tenth of it."""

TOO_LARGE: Final = Judgement(Verdict.UNPROVEN, f"it is larger than {LARGEST >> 20} MiB, which no file of CloudTrail is")


class Fetched(NamedTuple):
    """An object: its bytes as they are stored, and its metadata where those are at hand."""

    data: bytes
    metadata: Mapping[str, str]


class Wanted(NamedTuple):
    """Which accounts and Regions are looked at; empty is all."""

    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def takes(self, account: str, region: str) -> bool:
        """Whether these are wanted."""
        return (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)


class LogStore(Protocol):
    """S3 or a local copy. Safe to be used by several threads."""

    is_live: bool
    """Whether this is where CloudTrail delivers, so that the newest digests must be there."""

    def folders(self, wanted: Wanted) -> Iterator[Folder]:
        """The accounts and Regions that are there."""

    def digests(self, folder: Folder, since: datetime | None, until: datetime | None) -> list[Place]:
        """The digest files by the ends of their hours, both inclusive, in the order of their keys."""

    def logs(self, folder: Folder, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        """The log files by the times of their delivery, both inclusive, in the order of their keys.

        Also what other files of the folder and the days are called JSON: readers would take it for log files.
        """

    def fetch(self, place: Place) -> Fetched | Judgement:
        """An object, or why there is none: ``MISSING`` or ``UNPROVEN``."""

    def name(self, place: Place) -> str:
        """How a person finds the object."""
