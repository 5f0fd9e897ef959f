"""Files that appear whole or not at all: written beside their place, and moved there at the end."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RANDOM_BYTES: Final = 6


class TargetTakenError(Exception):
    """The file is there, and was not to be replaced."""


@contextmanager
def appearing_whole(target: Path, *, replaces: bool) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file ``target`` at the end, if no exception ends it before.

    A file that is replaced keeps its mode. A pipe or a device is written to as it is.

    Raises:
        TargetTakenError: the file is there by the end, and ``replaces`` is false.
        OSError: the file could not be written; an error with the file beside it names ``target`` instead.
    """
    if target.exists() and not target.is_file():  # a pipe or a device: nothing to overwrite, nothing to rename
        with target.open("wb") as stream:
            yield stream
        return
    partial = target.with_name(f".{target.name}.{os.urandom(_RANDOM_BYTES).hex()}.partial")
    try:
        with partial.open("xb") as stream:
            yield stream
        _move(partial, target, replaces=replaces)
    except OSError as error:
        if error.filename in {None, str(partial)}:  # the file beside is nobody's business
            error.filename = str(target)
        raise
    finally:
        with suppress(OSError):
            partial.unlink()


def _move(partial: Path, target: Path, *, replaces: bool) -> None:
    if replaces:
        with suppress(FileNotFoundError):
            partial.chmod(stat.S_IMODE(target.stat().st_mode))
        partial.replace(target)
        return
    try:
        target.hardlink_to(partial)  # unlike a rename, a link refuses a file that appeared in the meantime
    except FileExistsError:
        raise TargetTakenError from None
    except OSError:  # a file system without links
        partial.replace(target)
