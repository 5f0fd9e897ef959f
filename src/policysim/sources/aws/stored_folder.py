"""A folder of files in Amazon S3, kept as a folder of files at hand: only what changed is fetched again.

The new folder is made beside the old one and takes its place whole; what did not change is linked, not copied.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.stored_objects import listed_objects, object_bytes
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from policysim.sources.aws.connection import Connection
    from policysim.sources.aws.stored_objects import Location, StoredObject

LARGEST: Final = 400 << 20
"""The most bytes of a folder: what a function has for temporary files unless it asks for more, less some room."""


class StoredFolder:
    """A prefix in S3, and the folder ``at`` that holds its objects as files once ``refresh`` was called."""

    def __init__(self, connection: Connection, location: Location, at: Path) -> None:
        self.at = at
        self._connection, self._location = connection, location
        self._tags: dict[str, str] | None = None

    def refresh(self) -> bool:
        """Makes the folder what the prefix holds now; whether anything changed.

        Raises:
            CallError: AWS refused to list or to read, or did not answer; the folder is as it was before.
            InputError: there is nothing, more than fits, or an object whose key is no path of a file.
        """
        found = {self._path_of(one): one for one in self._listed()}
        where = f"s3://{self._location.bucket}/{self._location.prefix}"
        if not found:
            raise InputError(f"{where}: there is nothing here")
        if sum(one.size for one in found.values()) > LARGEST:
            raise InputError(f"{where}: this holds more than {LARGEST >> 20} MB")
        tags = {path: one.etag for path, one in found.items()}
        if tags == self._tags:
            return False
        beside = self.at.with_name(f"{self.at.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        for path, one in found.items():
            self._place(path, one, beside)
        shutil.rmtree(self.at, ignore_errors=True)
        beside.rename(self.at)
        self._tags = tags
        return True

    def _listed(self) -> list[StoredObject]:
        """The objects that are files; a console's empty object for a folder is none."""
        return [one for one in listed_objects(self._connection, self._location) if not one.key.endswith("/")]

    def _path_of(self, one: StoredObject) -> str:
        path = one.key.removeprefix(self._location.prefix)
        parts = path.split("/")
        if any(part in {"", ".", ".."} or "\0" in part or len(part.encode()) > 255 for part in parts):
            raise InputError(f"s3://{self._location.bucket}: `{one.key}` is no path of a file")
        return path

    def _place(self, path: str, one: StoredObject, folder: Path) -> None:
        target = folder / PurePosixPath(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._tags is not None and self._tags.get(path) == one.etag:
            os.link(self.at / PurePosixPath(path), target)
            return
        target.write_bytes(object_bytes(self._connection, self._location.bucket, one.key, LARGEST, etag=one.etag))
