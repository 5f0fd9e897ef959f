"""A file that appears whole or not at all, and never in the place of another unasked."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from policysim.sources.files import where_it_leads

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_target(name: str, *, force: bool, option: str = "--output") -> None:
    """Refuses a file that cannot be made, or that is there already and may not be overwritten."""
    if not name:
        raise click.UsageError(f"the file name behind `{option}` is empty")
    target = _behind_links(name)
    if not target.parent.is_dir():
        raise click.UsageError(f"{name}: the folder `{_shown(target, name).parent}` does not exist")
    if target.is_dir():
        raise click.UsageError(f"{name}: is a folder")
    if target.is_file() and not force:
        raise _taken(name)


def is_same_target(one: str, other: str) -> bool:
    """Whether both names lead to one regular file, there or not: a pipe or a device may be written to twice."""
    target = where_it_leads(Path(one))
    if target is None or target != where_it_leads(Path(other)):
        return False
    return target.is_file() or not target.exists()


def _behind_links(name: str) -> Path:
    target = where_it_leads(Path(name))
    if target is None:
        raise click.UsageError(f"{name}: is no path that leads to a file")
    return target


def _shown(target: Path, name: str) -> Path:
    """The path as the user gave it, unless it is a link to somewhere else."""
    return target if Path(name).is_symlink() else Path(name)


@contextmanager
def whole_file(name: str, *, force: bool) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file ``name`` at the end, if no exception ends it before."""
    target = _behind_links(name)
    if target.exists() and not target.is_file():  # a pipe or a device: nothing to overwrite, nothing to rename
        with target.open("wb") as stream:
            yield stream
        return
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with partial.open("xb") as stream:
            yield stream
        _move_into_place(partial, target, name, force=force)
    except OSError as error:
        if error.filename in {None, str(partial)}:  # the file beside is nobody's business
            error.filename = name
        raise
    finally:
        with suppress(OSError):
            partial.unlink()


def _move_into_place(partial: Path, target: Path, name: str, *, force: bool) -> None:
    if force:
        with suppress(FileNotFoundError):
            partial.chmod(stat.S_IMODE(target.stat().st_mode))
        partial.replace(target)
        return
    try:
        target.hardlink_to(partial)  # unlike a rename, a link refuses a file that appeared in the meantime
    except FileExistsError:
        raise _taken(name) from None
    except OSError:  # a file system without links
        partial.replace(target)


def _taken(name: str) -> click.UsageError:
    return click.UsageError(f"{name}: exists already, and `--force` was not given")
