"""Log files that a reader demands to be proven before it reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.digest_chains import EVERY, Checked, Window, walk
from policysim.cloudtrail.digest_layout import Chain, Folder, Place, belongs, digest_name, folder_of, log_name
from policysim.cloudtrail.digests import HASH_ALGORITHM, ListedLog, Verdict
from policysim.sources.digests.bucket import SCHEME, BucketStore
from policysim.sources.digests.digest_files import compared, digest_reading
from policysim.sources.digests.local_copy import LocalStore, copy_around
from policysim.sources.digests.public_keys import FetchedKeys, PublicKeys, SavedKeys, SignatureTester
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policysim.sources.aws.connection import Connection
    from policysim.sources.digests.stores import LogStore

_DAY: Final = timedelta(days=1)
_SPILL: Final = timedelta(hours=4)
"""Log files of the last minutes of a day are in digests of the next one, whose signatures are in the one after."""


_NONE_YET: Final = "no digest lists it yet (one comes every hour, so what is older than two hours can be proven)"


class _Day(NamedTuple):
    """What the digests of a day list: those of valid digests with their names, others with why they prove nothing."""

    proven: dict[Place, tuple[ListedLog, str]]
    unproven: dict[Place, str]
    newest: datetime | None
    """The end of the newest digest."""

    def silence(self, time: datetime) -> str:
        """Why no digest lists a log file of this time; what comes late is listed an hour later."""
        if self.newest is None:
            return "there are no digests of its day"
        return _NONE_YET if time > self.newest - EVERY else "no digest lists it"


class VerifiedLogs:
    """Says of a log file whether it is as CloudTrail delivered it. Safe to be used by several threads.

    ``location`` is the trail's ``s3://BUCKET/PREFIX``, or the folder of a local copy of it or a folder or a file in
    there. The digests of a day are read when its first log file is asked about.

    Raises:
        InputError: there is nothing of CloudTrail, a file of keys is bad, neither keys nor a connection are given,
            or cryptography is missing.
        RemoteError: AWS cannot be reached, or the credentials are no longer good.
    """

    def __init__(self, location: str, connection: Connection | None = None, public_keys: Iterable[Path] = ()) -> None:
        whole = location if location.startswith(SCHEME) else str(copy_around(Path(location)))
        if Path(whole).is_file():
            raise InputError(
                f"{location}: this does not lie in a copy of a trail, `.../AWSLogs/ACCOUNT/CloudTrail/...`, so no"
                " digest is at hand that proves it"
            )
        self._store = open_store(whole, connection)
        self._keys = open_keys(public_keys, connection)
        self._lock = Lock()
        self._days: dict[tuple[Folder, str], _Day] = {}

    def refusal(self, name: str, data: bytes) -> str | None:
        """Why a log file may not be relied on; ``None`` says that it is proven.

        ``name`` is its ``s3://`` URL or its path in the local copy, ``data`` its bytes as they are stored, so packed.
        """
        place = self._place(name)
        named, folder = (log_name(place.key), folder_of(place)) if place else (None, None)
        if place is None or named is None or folder is None or not belongs(named, place, folder):
            return "this is no log file of the trail, by its name and place"
        with self._lock:
            day = self._day(folder, named.time)
        if place not in day.proven:
            reason = day.unproven.get(place) or day.silence(named.time)
            return f"this is not proven to be CloudTrail's: {reason}"
        listed, digest = day.proven[place]
        if listed.algorithm != HASH_ALGORITHM:
            reason = f"{digest} lists its hash by `{listed.algorithm}`, which policysim does not know"
            return f"this is not proven to be CloudTrail's: {reason}"
        told = compared(data, listed, digest)
        return None if told.verdict is Verdict.VALID else f"this is not as CloudTrail delivered it: {told.reason}"

    def _place(self, name: str) -> Place | None:
        if name.startswith(SCHEME):
            bucket, _, key = name.removeprefix(SCHEME).partition("/")
            return Place(bucket, key)
        return self._store.place(Path(name)) if isinstance(self._store, LocalStore) else None

    def _day(self, folder: Folder, time: datetime) -> _Day:
        midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
        key = (folder, f"{midnight:%Y-%m-%d}")
        if key not in self._days:
            self._days[key] = self._read(folder, Window(midnight, midnight + _DAY + _SPILL))
        return self._days[key]

    def _read(self, folder: Folder, window: Window) -> _Day:
        test = SignatureTester(self._keys, folder.region)
        chains: dict[Chain, list[tuple[datetime, Place]]] = {}
        for place in self._store.digests(folder, window.since, window.until):
            named = digest_name(place.key)
            if named is not None and belongs(named, place, folder):
                chains.setdefault(named.chain, []).append((named.end, place))
        day = _Day({}, {}, max((end for places in chains.values() for end, _ in places), default=None))
        for chain, places in chains.items():
            readings = (digest_reading(self._store, place) for _, place in sorted(places, reverse=True))
            for step in walk(readings, test, window, is_backfill=chain.is_backfill):
                if isinstance(step, Checked) and step.digest:
                    self._note(step, day)
        return day

    def _note(self, step: Checked, day: _Day) -> None:
        name = self._store.name(step.place)
        for listed in step.digest.logs if step.digest else ():
            if step.judgement.verdict is Verdict.VALID:
                day.proven[listed.place] = (listed, name)
            else:
                day.unproven[listed.place] = f"{name}, which lists it, is {step.judgement.verdict}"


def open_store(location: str, connection: Connection | None) -> LogStore:
    """S3 or a local copy.

    Raises:
        InputError: there is nothing of CloudTrail, or AWS is not to be called.
    """
    if not location.startswith(SCHEME):
        return LocalStore(location)
    if connection is None:
        raise InputError(f"`{location}` is in AWS, and this run may not call AWS")
    return BucketStore(location, connection)


def open_keys(paths: Iterable[Path], connection: Connection | None) -> PublicKeys:
    """The saved keys where files are named, else those that CloudTrail tells.

    Raises:
        InputError: there are neither files nor a connection, or a file is bad.
    """
    files = list(paths)
    if files:
        return SavedKeys(files)
    if connection is None:
        command = "`aws cloudtrail list-public-keys --start-time T --end-time T --region R`"
        raise InputError(
            f"signatures need CloudTrail's public keys: save them with {command} and name the file with"
            " `--public-keys`, or let them be fetched with `--aws`"
        )
    return FetchedKeys(connection)
