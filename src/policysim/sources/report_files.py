"""Report files that are written anew by every run: whole or not at all, and never in the place of anything else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.sources.errors import InputError
from policysim.sources.files import where_it_leads
from policysim.sources.partial_files import appearing_whole

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGINNING: Final = 4096


def check_report_file(name: str, is_report: Callable[[str], bool]) -> Path:
    """The file behind a name, refused where it is a folder or holds what is no such report.

    Raises:
        InputError: the report could not be written there, or would take the place of something else.
    """
    target = where_it_leads(Path(name))
    if target is None:
        raise InputError(f"{name}: is no path that leads to a file")
    if target.is_dir():
        raise InputError(f"{name}: is a folder")
    above = next(folder for folder in target.parents if folder.exists())
    if not above.is_dir():
        raise InputError(f"{name}: `{above}` is no folder")
    if target.is_file():
        try:
            with target.open(encoding="utf-8", errors="replace") as stream:
                beginning = stream.read(_BEGINNING)
        except OSError as error:
            raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from None
        if not is_report(beginning):
            raise InputError(f"{name}: exists already and is no report of an earlier run; it is left as it is")
    return target


def write_report_file(name: str, text: str, is_report: Callable[[str], bool]) -> None:
    """Writes a report, in the place of that of an earlier run if there is one; folders are made where they are missing.

    Raises:
        InputError: as ``check_report_file``, or the file could not be written.
    """
    target = check_report_file(name, is_report)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with appearing_whole(target, replaces=True) as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from None
