"""Which expectation files a command is about: those that it names, and those below the folders that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.sources.errors import InputError
from policysim.sources.files import STANDARD_INPUT, unreadable, where_it_leads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIX: Final = ".expect"
_OTHERS: Final = frozenset({"node_modules", "__pycache__", "cdk.out"})
"""Folders of tools, in which nobody keeps files of their own; those with a dot before their names are left out too."""

_ENVIRONMENT: Final = "pyvenv.cfg"
"""The file that makes a folder a virtual environment of Python."""


def expectation_files(arguments: Iterable[str]) -> list[str]:
    """The files to read, each once, in the order of the arguments; ``-`` stands for standard input.

    Raises:
        InputError: nothing is there, or there is no expectation file below a folder.
    """
    found: dict[object, str] = {}
    for argument in arguments:
        for name in _named(argument):
            found.setdefault(_identity(name), name)
    return list(found.values())


def _named(argument: str) -> list[str]:
    path = Path(argument)
    if argument == STANDARD_INPUT or not path.is_dir():
        return [argument]
    below = [str(one) for one in _below(path)]
    if not below:
        raise InputError(
            f"{argument}: there is no `{SUFFIX}` file below this folder; "
            f"`policysim expect --write FILE{SUFFIX} --account DIR` drafts one"
        )
    return below


def _below(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(error, str(folder)) from None
    for entry in entries:
        if entry.is_dir():
            if not (entry.is_symlink() or _is_left_out(entry)):
                yield from _below(entry)
        elif entry.name.endswith(SUFFIX):
            yield entry


def _is_left_out(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _OTHERS:
        return True
    try:
        return (folder / _ENVIRONMENT).exists()
    except OSError as error:
        raise unreadable(error, str(folder)) from None


def _identity(name: str) -> object:
    return name if name == STANDARD_INPUT else where_it_leads(Path(name)) or name
