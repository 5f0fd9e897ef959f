"""Packs a folder so that the same files make the same archive: sorted, with one time, without what nothing reads."""

# ruff: noqa: INP001  # a script, not a package

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Final

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o644 << 16
_LEFT_OUT: Final = frozenset({"__pycache__", "RECORD", "REQUESTED", "INSTALLER", "direct_url.json"})


def pack(folder: Path, archive: Path) -> int:
    """Writes the archive; its size in bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _LEFT_OUT & {*path.parts})
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in files:
            about = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
            about.external_attr, about.compress_type = _MODE, zipfile.ZIP_DEFLATED
            packed.writestr(about, path.read_bytes())
    return archive.stat().st_size


if __name__ == "__main__":
    target = Path(sys.argv[2])
    size = pack(Path(sys.argv[1]), target)
    sys.stdout.write(f"{target}: {size / 1e6:.1f} MB\n")
