"""The policies in force as the function has them: a folder of its package, or one in S3 that is looked at again."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from policysim.sources.aws.snapshot.whole import refuse_mixture
from policysim.sources.aws.stored_folder import StoredFolder
from policysim.sources.aws.stored_objects import Location
from policysim.sources.in_force import PolicySource, read_in_force

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.sources.aws.connection import Connection


class PoliciesAtHand:
    """Reads the policies once, and again when their folder in S3 has changed."""

    def __init__(self, place: Path | Location, connection: Connection, refresh_seconds: int) -> None:
        self._refresh_seconds = refresh_seconds
        self._stored: StoredFolder | None = None
        if isinstance(place, Location):
            self._stored = StoredFolder(connection, place, Path(tempfile.mkdtemp(prefix="policysim-")) / "account")
            self.folder = self._stored.at
        else:
            self.folder = place.absolute()
        self._looked_at: float | None = None
        self._read: Organisation | None = None

    def current(self) -> Organisation:
        """The policies, as of at most ``refresh_seconds`` ago.

        Raises:
            CallError: the folder in S3 cannot be read.
            InputError: there is no folder, one that cannot be read, or in S3 one that is still being copied.
        """
        now = time.monotonic()
        due = self._looked_at is None or now - self._looked_at >= self._refresh_seconds
        if self._stored is not None and due and self._stored.refresh():
            self._read = None
        if self._read is None:
            if self._stored is not None:
                self._looked_at = None  # what is not whole yet is looked at again with the next log file
                refuse_mixture(self.folder)
            self._read = read_in_force(PolicySource(self.folder))
        self._looked_at = now if due else self._looked_at
        return self._read
