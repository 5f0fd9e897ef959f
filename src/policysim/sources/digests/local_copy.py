"""A local copy of a trail's bucket, as ``aws s3 sync s3://BUCKET/PREFIX DIR`` makes it.

A copy loses the metadata of the objects, and with them the signatures of the digests. The next digest holds a second
copy of each, but for the newest; ``NAME.head.json`` beside a digest may hold the output of ``aws s3api head-object``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.digest_layout import (
    ACCOUNT_ID,
    DIGESTS,
    LOGS,
    ROOT,
    Folder,
    Place,
    digest_name,
    folder_of,
    log_name,
    may_be_log,
)
from policysim.cloudtrail.digests import DigestFormatError, Judgement, Verdict, read_digest
from policysim.sources.digests.stores import LARGEST, TOO_LARGE, Fetched
from policysim.sources.digests.unpacking import unpack
from policysim.sources.errors import InputError
from policysim.sources.files import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from policysim.sources.digests.stores import Wanted

SIDECAR: Final = ".head.json"
"""What is put behind the name of a digest file for the file with its metadata."""

_ASKED: Final = 25
"""How many of the newest digests are asked where they come from: one that was tampered with is outvoted."""


class _Root(NamedTuple):
    """A folder of the copy, and what its paths are in S3: keys begin with ``prefix``."""

    path: Path
    bucket: str
    prefix: str


class LocalStore:
    """A folder of files. Where it comes from in S3 is read from its digests."""

    is_live = False

    def __init__(self, folder: str) -> None:
        """Raises InputError: there is no such folder, or nothing of CloudTrail in it."""
        self._folder = Path(folder)
        relative = _scanned(self._folder, folder)
        self._roots = [_root(path, keys) for path, keys in sorted(relative.items())]
        if len({root[1:] for root in self._roots}) < len(self._roots):
            raise InputError(f"{folder}: this holds several copies of one bucket: name one of them")
        self._keys: dict[Folder, dict[str, list[str]]] = {}
        for root in self._roots:
            for key in relative[root.path]:
                self._add(Place(root.bucket, root.prefix + key))

    def _add(self, place: Place) -> None:
        folder = folder_of(place)
        if folder is not None:
            kind = DIGESTS if digest_name(place.key) else LOGS
            self._keys.setdefault(folder, {DIGESTS: [], LOGS: []})[kind].append(place.key)

    def folders(self, wanted: Wanted) -> Iterator[Folder]:
        """The accounts and Regions of the copy."""
        yield from (folder for folder in sorted(self._keys) if wanted.takes(folder.account, folder.region))

    def digests(self, folder: Folder, since: datetime | None, until: datetime | None) -> list[Place]:
        """The digest files of a folder."""
        return list(self._within(folder, DIGESTS, since, until))

    def logs(self, folder: Folder, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        """The log files of a folder, and what else a reader would take for one."""
        return self._within(folder, LOGS, since, until)

    def fetch(self, place: Place) -> Fetched | Judgement:
        """A file of the copy.

        Raises:
            InputError: the metadata beside a digest are no output of ``aws s3api head-object``.
        """
        path = self._path(place)
        if path is None:
            return Judgement(Verdict.UNPROVEN, f"it is in {place}, which is not part of this copy")
        data = _read(path)
        if isinstance(data, Judgement):
            return data
        return Fetched(data, _metadata(path) if digest_name(place.key) else {})

    def name(self, place: Place) -> str:
        """Its path, where it belongs into the copy."""
        path = self._path(place)
        return str(place) if path is None else str(path)

    def place(self, path: Path) -> Place | None:
        """What a path of the copy is in S3."""
        resolved = path.resolve()
        for root in self._roots:
            if resolved.is_relative_to(root.path.resolve()):
                return Place(root.bucket, root.prefix + resolved.relative_to(root.path.resolve()).as_posix())
        return None

    def _path(self, place: Place) -> Path | None:
        for root in self._roots:
            if place.bucket == root.bucket and place.key.startswith(root.prefix):
                below = PurePosixPath(place.key[len(root.prefix) :])
                if not below.is_absolute() and ".." not in below.parts and "\0" not in place.key:
                    return root.path / below
        return None

    def _within(self, folder: Folder, kind: str, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        for key in self._keys.get(folder, {}).get(kind, ()):
            time = _time(key)
            if time is None or ((since is None or time >= since) and (until is None or time <= until)):
                yield Place(folder.bucket, key)


def copy_around(path: Path) -> Path:
    """The whole copy that a folder or a file of it lies in: what holds ``AWSLogs``, or else the account's folder.

    A path that is not below the log files or digests of an account is returned as it is.
    """
    parts = path.resolve().parts
    for end in range(len(parts) - 1, 0, -1):
        if parts[end] in {LOGS, DIGESTS} and ACCOUNT_ID.fullmatch(parts[end - 1]):
            roots = [index for index in range(end) if parts[index] == ROOT]
            return Path(*parts[: roots[-1] if roots else end])
    return path


def _read(path: Path) -> bytes | Judgement:
    """The content of a file, if it is one: a pipe would be waited for without an end."""
    try:
        if not path.is_file() and path.exists():
            return Judgement(Verdict.UNPROVEN, "it is no file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return Judgement(Verdict.MISSING, "it is not there")
    except OSError as error:
        return Judgement(Verdict.UNPROVEN, f"it cannot be read ({(error.strerror or str(error)).lower()})")
    return TOO_LARGE if len(data) > LARGEST else data


def _time(key: str) -> datetime | None:
    digest, log = digest_name(key), log_name(key)
    return digest.end if digest else log.time if log else None


def _scanned(folder: Path, shown: str) -> dict[Path, list[str]]:
    """The files of CloudTrail below a folder: by the folder that holds ``AWSLogs``, or else by the folder itself."""

    def refuse(error: OSError) -> None:
        raise unreadable(error, error.filename or shown)

    if not folder.is_dir():
        raise InputError(f"{shown}: there is no such folder")
    found: dict[Path, list[str]] = {}
    for where, names, files in os.walk(folder, onerror=refuse):
        names.sort()
        parts = Path(where).relative_to(folder).parts
        for name in names:
            if {ROOT, DIGESTS, LOGS} & {*parts, name} and Path(where, name).is_symlink():
                raise InputError(f"{Path(where, name)}: this is a link to a folder, and links are not followed")
        if DIGESTS not in parts and LOGS not in parts:
            continue
        cut = parts.index(ROOT) if ROOT in parts else 0
        is_one = may_be_log if DIGESTS not in parts else _time
        keys = ["/".join((*parts[cut:], name)) for name in sorted(files) if is_one(name)]
        if keys:
            found.setdefault(folder.joinpath(*parts[:cut]), []).extend(keys)
    found = {path: keys for path, keys in found.items() if any(map(_time, keys))}
    if not found:
        copied = "`aws s3 sync s3://BUCKET/PREFIX DIR` makes a copy that has them"
        raise InputError(f"{shown}: there are no files of CloudTrail in folders `{LOGS}` and `{DIGESTS}`: {copied}")
    return found


def _root(path: Path, keys: list[str]) -> _Root:
    """Where most of the newest digests say that they were delivered to."""
    digests = sorted((key for key in keys if digest_name(key)), key=lambda key: key.rsplit("/", 1)[-1][-33:])
    homes: Counter[tuple[str, str]] = Counter()
    for key in islice(reversed(digests), _ASKED):
        claimed = _claimed(path / key)
        if claimed and claimed.key.endswith(key):
            prefix = claimed.key[: len(claimed.key) - len(key)]
            if not prefix or prefix.endswith("/"):
                homes[claimed.bucket, prefix] += 1
    bucket, prefix = max(homes, key=lambda home: (homes[home], home)) if homes else ("", "")
    return _Root(path, bucket, prefix)


def _claimed(path: Path) -> Place | None:
    data = _read(path)
    if isinstance(data, Judgement):
        return None
    try:
        return read_digest(json.loads(unpack(data, keep=True, limit=LARGEST).content)).place
    except (ValueError, RecursionError, DigestFormatError):
        return None


def _metadata(path: Path) -> dict[str, str]:
    beside = path.with_name(path.name + SIDECAR)
    data = _read(beside)
    if isinstance(data, Judgement):
        if data.verdict is Verdict.MISSING:
            return {}
        raise InputError(f"{beside}: {data.reason}")
    try:
        value: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(f"{beside}: this is no JSON, and the output of `aws s3api head-object` was expected") from None
    metadata = value.get("Metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise InputError(f"{beside}: expected the output of `aws s3api head-object`, with its `Metadata`")
    return metadata
