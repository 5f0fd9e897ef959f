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

from policysim.cloudtrail.digest_chains import EVERY, PATIENCE, SILENT, Checked, Gap, Window, walk
from policysim.cloudtrail.digest_layout import Chain, Folder, Place, belongs, digest_name, folder_of, log_name
from policysim.cloudtrail.digest_verdicts import ChainVerdict, FileVerdict, Kind, Note, Silence
from policysim.cloudtrail.digests import Judgement, ListedLog, Verdict
from policysim.sources.digests.digest_files import digest_reading, log_judgement
from policysim.sources.digests.public_keys import PublicKeys, SignatureTester
from policysim.sources.digests.stores import LogStore, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policysim.cloudtrail.digest_verdicts import Told

_THREADS: Final = 16
_AHEAD: Final = 64
_MINUTE: Final = timedelta(minutes=1)
_LOOK_BACK: Final = timedelta(days=1)
"""How long before the time that was asked for a chain may have ended to be missed in it."""

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Asked(NamedTuple):
    """What to verify: digests by the ends of their hours, log files by the times of their delivery."""

    since: datetime | None = None
    until: datetime | None = None
    wanted: Wanted = Wanted()
    chain: tuple[str, str] | None = None
    """The trail's name and home Region, where only one trail is meant."""


def verify(store: LogStore, keys: PublicKeys, asked: Asked, now: datetime) -> Iterator[Told]:
    """Every file's verdict as soon as it is known, and after the files of a chain what the chain covers.

    Raises:
        InputError: there is nothing of CloudTrail, or cryptography is missing.
        RemoteError: AWS cannot be reached, or the credentials are no longer good.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            seen: list[Folder] = []
            for folder in store.folders(asked.wanted):
                seen.append(folder)
                yield from _FolderRun(_Run(store, keys, asked, now, pool), folder).run()
            yield from _never_seen(asked.wanted, seen)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _never_seen(wanted: Wanted, seen: list[Folder]) -> Iterator[Silence]:
    """What was asked for by name and is not there at all."""
    accounts, regions = {folder.account for folder in seen}, {folder.region for folder in seen}
    for name in sorted(wanted.accounts - accounts):
        yield Silence(f"account {name}: nothing of it is there, so nothing is proven")
    for name in sorted(wanted.regions - regions):
        yield Silence(f"{name}: nothing of this Region is there, so nothing is proven")


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
        asked, now = run.asked, run.now
        self._until = min(asked.until or now, now)
        if run.store.is_live or asked.until is not None:
            self._due: datetime | None = min(self._until, now - PATIENCE)
        else:
            self._due = min(asked.since, now - PATIENCE) if asked.since is not None else None

    def run(self) -> Iterator[Told]:
        since = self._asked.since
        chains: dict[Chain, list[tuple[datetime, Place]]] = {}
        others = False
        for place, chain, end in self._digests():
            is_early = since is not None and end < since
            if not belongs(digest_name(place.key), place, self._folder):
                yield from () if is_early else self._misplaced(place)
            elif self._asked.chain in {None, (chain.trail, chain.home_region)}:
                chains.setdefault(chain, []).append((end, place))
            else:
                others = others or not is_early
        for chain in sorted(chains):
            ordered = sorted(chains[chain], reverse=True)
            places = [place for end, place in ordered if since is None or end >= since]
            yield from self._chain(chain, places) if places else self._ended(chain, ordered[0][0])
        if all(chain.is_backfill for chain in chains):
            yield self._silence()
        yield from self._doubts()
        yield from self._unlisted(is_shared=others)
        if others:
            where = f"{self._folder.account} in {self._folder.region}"
            yield Note(f"{where}: other trails log there too, so log files that no digest lists were not looked for")

    def _digests(self) -> Iterator[tuple[Place, Chain, datetime]]:
        """The digests of the time, with their chains and ends, and those of the day before it."""
        since, until = self._asked.since, self._until
        first = since - _LOOK_BACK if since is not None and since.year > 1 else since
        last = until + 2 * EVERY if self._asked.until else None  # the next digest lists what came late
        for place in self._store.digests(self._folder, first, last):
            named = digest_name(place.key)
            if named is not None:
                yield place, named.chain, named.end

    def _misplaced(self, place: Place) -> Iterator[FileVerdict]:
        """A digest in the folder of another account or Region; what lies deeper is a folder of its own."""
        if folder_of(place) == self._folder:
            reason = "by its name it is one of another account or Region than its folder"
            yield FileVerdict(Kind.DIGEST, self._store.name(place), Verdict.MOVED, reason)

    def _ended(self, chain: Chain, newest: datetime) -> Iterator[ChainVerdict]:
        """A chain whose digests all lie before the time, though some should lie in it."""
        if not chain.is_backfill and self._due is not None and newest < self._due:
            gap = Gap(max(newest, self._asked.since or newest), self._until, SILENT)
            yield ChainVerdict(self._folder, chain, 0, None, None, (gap,))

    def _silence(self) -> Silence:
        trail = f" of the trail `{self._asked.chain[0]}`" if self._asked.chain else ""
        when = " of that time" if self._asked.since or self._asked.until else ""
        return Silence(
            f"{self._folder.account} in {self._folder.region}: there are no digests{trail}{when}: logging or validation"
            " is off there, or they were deleted (`--account` and `--region` choose what is looked at)"
        )

    def _chain(self, chain: Chain, places: list[Place]) -> Iterator[FileVerdict | ChainVerdict]:
        kind = Kind.BACKFILL if chain.is_backfill else Kind.DIGEST
        gaps: list[Gap] = []
        spans: list[tuple[datetime, datetime]] = []
        window = Window(self._asked.since, self._until, self._due)
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

    def _unlisted(self, *, is_shared: bool) -> Iterator[FileVerdict]:
        """Log files that no digest lists; where other trails log too, only those that CloudTrail would not name so."""
        spans = sorted(self._covered)
        newest = max((end for _, end in spans), default=None)
        for place in self._store.logs(self._folder, self._asked.since, self._asked.until):
            if place in self._listed or place in self._doubtful:
                continue
            named = log_name(place.key)
            if named is None or not belongs(named, place, self._folder):
                reason = "no digest lists it, and CloudTrail gives no file of this folder such a name"
                yield FileVerdict(Kind.LOG, self._store.name(place), Verdict.UNLISTED, reason)
            elif not is_shared:
                yield FileVerdict(Kind.LOG, self._store.name(place), *_uncovered(named.time, spans, newest, self._now))


def _uncovered(
    time: datetime, spans: list[tuple[datetime, datetime]], newest: datetime | None, now: datetime
) -> Judgement:
    """The times in names are cut to the minute, and a file may come into the digest of the hour after it."""
    if time > max(now, newest or now) + EVERY:
        return Judgement(Verdict.UNLISTED, "no digest lists it, and the time of delivery in its name is still to come")
    if newest is not None and time > newest - EVERY and time > now - PATIENCE:
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
