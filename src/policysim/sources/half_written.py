"""The mark of a snapshot that is being put in place: a folder with it is half the old and half the new one.

The mark stands from the first file that is moved until the last. A run that was cut in between is finished by the next
``policysim snapshot`` into the same folder; until then nobody reads the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN: Final = ".policysim-snapshot"
"""The folder, inside a snapshot's own, that holds what a run is not done with."""

MARK: Final = "placing.json"


def refuse_half_written(folder: Path) -> None:
    """Refuses a folder in which a snapshot is being put in place.

    Raises:
        InputError: the mark is there.
    """
    if (folder / HIDDEN / MARK).exists():
        raise InputError(
            f"{folder}: a snapshot is being put in place here, or was cut while it was: "
            "wait, or run the same `policysim snapshot` again to finish it"
        )
