"""What is told of a trail that was held against its digests: file by file, chain by chain, and in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from policysim.cloudtrail.digests import FINDINGS, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from policysim.cloudtrail.digest_chains import Gap
    from policysim.cloudtrail.digest_layout import Chain, Folder


class Kind(StrEnum):
    """What a file is."""

    DIGEST = "digest"
    BACKFILL = "backfill digest"
    LOG = "log file"


class FileVerdict(NamedTuple):
    """One file: ``name`` is how a person finds it."""

    kind: Kind
    name: str
    verdict: Verdict
    reason: str = ""


class ChainVerdict(NamedTuple):
    """One chain of digests: what its valid digests cover, and what they leave out."""

    folder: Folder
    chain: Chain
    digests: int
    since: datetime | None
    until: datetime | None
    gaps: tuple[Gap, ...]


class Note(NamedTuple):
    """Something worth knowing about the run that is no verdict."""

    sentence: str


class Silence(NamedTuple):
    """An account, a Region or a trail that was to be looked at, and nothing there that proves anything."""

    sentence: str


Told = FileVerdict | ChainVerdict | Silence | Note
"""One thing that is told of a run."""


class Outcome(StrEnum):
    """The answer in one word."""

    VALID = "valid"
    INVALID = "invalid"
    UNPROVEN = "unproven"


@dataclass(slots=True)
class Tally:
    """The numbers of a run, and the outcome that follows from them."""

    files: Counter[tuple[Kind, Verdict]] = field(default_factory=Counter)
    gaps: int = 0
    silences: int = 0

    def add(self, told: Told) -> None:
        """Counts one more."""
        if isinstance(told, FileVerdict):
            self.files[told.kind, told.verdict] += 1
        elif isinstance(told, ChainVerdict):
            self.gaps += len(told.gaps)
        elif isinstance(told, Silence):
            self.silences += 1

    def of(self, *verdicts: Verdict) -> int:
        """How many files have one of these verdicts."""
        return sum(number for (_, verdict), number in self.files.items() if verdict in verdicts)

    @property
    def digests(self) -> int:
        """How many digests there are or should be."""
        return sum(number for (kind, _), number in self.files.items() if kind is not Kind.LOG)

    @property
    def outcome(self) -> Outcome:
        """``VALID`` only where every file is and no time is left out; log files that are too new do not count."""
        if self.of(*FINDINGS):
            return Outcome.INVALID
        if self.gaps or self.silences or not self.digests or self.of(Verdict.UNPROVEN):
            return Outcome.UNPROVEN
        return Outcome.VALID
