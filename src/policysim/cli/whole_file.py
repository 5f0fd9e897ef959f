"""A file that appears whole or not at all, and never in the place of another unasked."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from policysim.sources.files import where_it_leads
from policysim.sources.partial_files import TargetTakenError, appearing_whole

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
    try:
        with appearing_whole(target, replaces=force) as stream:
            yield stream
    except TargetTakenError:
        raise _taken(name) from None
    except OSError as error:
        if error.filename == str(target):
            error.filename = name
        raise


def _taken(name: str) -> click.UsageError:
    return click.UsageError(f"{name}: exists already, and `--force` was not given")
