"""A whole trail held against its digests: every account, Region and chain, side by side and in a steady order.

Memory is bounded by one folder (an account and a Region): the names of its files, and as many objects as there are
threads.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from policysim.cloudtrail.digest_chains import EVERY, Checked, Gap, Window, walk
from policysim.cloudtrail.digest_layout import Chain, Folder, Place, digest_name, log_name
from policysim.cloudtrail.digest_verdicts import ChainVerdict, FileVerdict, Kind, Note
from policysim.cloudtrail.digests import Judgement, ListedLog, Verdict
from policysim.sources.digests.digest_files import digest_reading, log_judgement
from policysim.sources.digests.public_keys import PublicKeys, SignatureTester
from policysim.sources.digests.stores import LogStore, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_THREADS: Final = 16
_AHEAD: Final = 64
_MINUTE: Final = timedelta(minutes=1)
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Asked(NamedTuple):
    """What to verify: digests by the ends of their hours, log files by the times of their delivery."""

    since: datetime | None = None
    until: datetime | None = None
    wanted: Wanted = Wanted()
    chain: tuple[str, str] | None = None
    """The trail's name and home Region, where only one trail is meant."""


def verify(
    store: LogStore, keys: PublicKeys, asked: Asked, now: datetime
) -> Iterator[FileVerdict | ChainVerdict | Note]:
    """Every file's verdict as soon as it is known, and after the files of a chain what the chain covers.

    Raises:
        InputError: there is nothing of CloudTrail, or cryptography is missing.
        RemoteError: AWS cannot be reached, or the credentials are no longer good.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for folder in store.folders(asked.wanted):
                yield from _FolderRun(_Run(store, keys, asked, now, pool), folder).run()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Run(NamedTuple):
    """What all folders of a run share."""

    store: LogStore
    keys: PublicKeys
    asked: Asked
    now: datetime
    pool: ThreadPoolExecutor


class _FolderRun:
    """One account and Region: its chains one after the other, then the log files that none of them lists."""

    def __init__(self, run: _Run, folder: Folder) -> None:
        self._store, self._asked, self._now, self._pool = run.store, run.asked, run.now, run.pool
        self._folder = folder
        self._test = SignatureTester(run.keys, folder.region)
        self._listed: dict[Place, str] = {}
        self._doubtful: dict[Place, str] = {}
        self._covered: list[tuple[datetime, datetime]] = []

    def run(self) -> Iterator[FileVerdict | ChainVerdict | Note]:
        until = self._asked.until
        last = until + 2 * EVERY if until else None  # the digest after that of the last hour lists what came late
        chains: dict[Chain, list[tuple[datetime, Place]]] = {}
        left_out = False
        for place in self._store.digests(self._folder, self._asked.since, last):
            named = digest_name(place.key)
            if named is None:
                continue
            if self._asked.chain not in {None, (named.chain.trail, named.chain.home_region)}:
                left_out = True
                continue
            chains.setdefault(named.chain, []).append((named.end, place))
        for chain in sorted(chains):
            ordered = [place for _, place in sorted(chains[chain], reverse=True)]
            yield from self._chain(chain, ordered)
        yield from self._doubts()
        if left_out:
            where = f"{self._folder.account} in {self._folder.region}"
            yield Note(f"{where}: other trails log there too, so log files that no digest lists were not looked for")
        else:
            yield from self._unlisted()

    def _chain(self, chain: Chain, places: list[Place]) -> Iterator[FileVerdict | ChainVerdict]:
        kind = Kind.BACKFILL if chain.is_backfill else Kind.DIGEST
        gaps: list[Gap] = []
        spans: list[tuple[datetime, datetime]] = []
        until = min(self._asked.until or self._now, self._now)
        window = Window(self._asked.since, until, is_whole=self._store.is_live or self._asked.until is not None)
        readings = _in_order(self._pool, lambda place: digest_reading(self._store, place), places)

        def jobs() -> Iterator[Callable[[], FileVerdict]]:
            for step in walk(readings, self._test, window, is_backfill=chain.is_backfill):
                if isinstance(step, Gap):
                    gaps.append(step)
                    continue
                if step.judgement.verdict is Verdict.VALID and step.digest:
                    spans.append((step.digest.start, step.digest.end))
                told = FileVerdict(kind, self._store.name(step.place), *step.judgement)
                yield partial(_same, told)
                yield from self._logs(step)

        yield from _in_order(self._pool, lambda job: job(), jobs())
        self._covered += spans
        since = min((start for start, _ in spans), default=None)
        yield ChainVerdict(
            self._folder, chain, len(places), since, max((end for _, end in spans), default=None), tuple(gaps)
        )

    def _logs(self, step: Checked) -> Iterator[Callable[[], FileVerdict]]:
        """The log files of a digest; what a digest lists that is not valid proves nothing."""
        name = self._store.name(step.place)
        for listed in step.digest.logs if step.digest else ():
            if step.judgement.verdict is not Verdict.VALID:
                self._doubtful[listed.place] = f"{name}, which lists it, is {step.judgement.verdict}"
            elif self._listed.get(listed.place) != listed.hash:
                self._listed[listed.place] = listed.hash
                yield partial(self._log, listed, name)

    def _log(self, listed: ListedLog, digest: str) -> FileVerdict:
        judgement = log_judgement(self._store, listed, digest)
        return FileVerdict(Kind.LOG, self._store.name(listed.place), *judgement)

    def _doubts(self) -> Iterator[FileVerdict]:
        """Log files that only digests list that are not valid."""
        for place, reason in self._doubtful.items():
            if place not in self._listed:
                yield FileVerdict(Kind.LOG, self._store.name(place), Verdict.UNPROVEN, reason)

    def _unlisted(self) -> Iterator[FileVerdict]:
        """Log files that no digest lists."""
        spans = sorted(self._covered)
        newest = max((end for _, end in spans), default=None)
        for place in self._store.logs(self._folder, self._asked.since, self._asked.until):
            named = log_name(place.key)
            if named is not None and place not in self._listed and place not in self._doubtful:
                yield FileVerdict(Kind.LOG, self._store.name(place), *_uncovered(named.time, spans, newest, self._now))


def _uncovered(
    time: datetime, spans: list[tuple[datetime, datetime]], newest: datetime | None, now: datetime
) -> Judgement:
    """The times in names are cut to the minute, and a file may come into the digest of the hour after it."""
    if newest is not None and time > newest - EVERY and time > now - 2 * EVERY:
        return Judgement(Verdict.NOT_YET, "the digest that will list it is still to come")
    if not any(start <= time + _MINUTE and time <= end for start, end in spans):
        return Judgement(Verdict.UNPROVEN, "no valid digest covers the time of its delivery")
    if newest is not None and time > newest - EVERY:
        return Judgement(Verdict.UNPROVEN, "no digest lists it, but the one after the newest may")
    reason = "no digest lists it: CloudTrail did not deliver it, or a trail without log file validation did"
    return Judgement(Verdict.UNLISTED, reason)


def _same(verdict: FileVerdict) -> FileVerdict:
    return verdict


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[_Given], _Result], given: Iterable[_Given]
) -> Iterator[_Result]:
    """The results in the order of what was given; a bounded number is worked on ahead."""
    pending: deque[Future[_Result]] = deque()
    for one in given:
        pending.append(pool.submit(work, one))
        if len(pending) >= _AHEAD:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
