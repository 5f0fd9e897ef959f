"""The packs of expectations that policysim brings along: sentences about one matter, to be used with one line.

They are package data of the wheel; in a checkout they are read from the folder itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from policysim.language.nearest import nearest
from policysim.language.source import Source

PACK: Final = "pack:"
"""How the path of a ``use`` begins that names a pack."""

_SUFFIX: Final = ".expect"
_FOLDERS: Final = (Path(__file__).parent / "packs", Path(__file__).parents[3] / "policies" / "packs")


def packs_folder() -> Path:
    """The folder that holds the packs."""
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])


def pack_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of all packs, in the order of the alphabet."""
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in (folder or packs_folder()).glob(f"*{_SUFFIX}")))


def read_pack(name: str, folder: Path | None = None) -> Source | None:
    """The text of a pack, named as a person names it (``pack:NAME``); ``None`` when there is none of this name."""
    if name not in pack_names(folder):
        return None
    path = (folder or packs_folder()) / f"{name}{_SUFFIX}"
    return Source(f"{PACK}{name}", path.read_text(encoding="utf-8"))


def no_pack(name: str, folder: Path | None = None) -> str:
    """The sentence for a name that no pack has: with the nearest names, or else with all of them."""
    names = pack_names(folder)
    hint = nearest(f"{PACK}{name}", [f"{PACK}{one}" for one in names])
    if hint:
        return f"there is no pack `{name}`; {hint}"
    listed = ", ".join(f"`{PACK}{one}`" for one in names)
    return f"there is no pack `{name}`; there are {listed}" if names else f"there is no pack `{name}`"
