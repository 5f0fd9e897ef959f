"""Whether a copy of a snapshot's folder is one snapshot, and not half of one that is still being copied.

A copy that is under way mixes what one snapshot says was collected with the policies of another, or with none: whoever
reads it then would say that there is no policy where one is still on its way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.snapshot.layout import COLLECTION, digest_of, manifest_of
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COLLECTED_AT: Final = "collected_at"


def refuse_mixture(folder: Path) -> None:
    """Refuses a folder that is not as one snapshot wrote it; a folder that no snapshot wrote is none of its business.

    Raises:
        InputError: a file is missing, is another one than was written, or is of another snapshot.
    """
    manifest = manifest_of(folder)
    odd = next(_odd_files(folder, manifest), None)
    if odd is not None:
        raise InputError(f"{folder / odd}: is not as the snapshot of this folder wrote it: copy the whole folder again")


def _odd_files(folder: Path, manifest: dict[str, str]) -> Iterator[str]:
    for path, digest in manifest.items():
        try:
            content = (folder / path).read_bytes()
        except OSError:
            yield path
        else:
            if digest_of(content) != digest:
                yield path
    time = _time_of(folder / COLLECTION)
    for account in sorted({path.split("/")[1] for path in manifest if path.startswith("accounts/")}):
        path = f"accounts/{account}/{COLLECTION}"
        if _time_of(folder / path) != time:
            yield path


def _time_of(collection: Path) -> str | None:
    """When a ``collection.json`` says that its snapshot began; ``None`` where it says nothing."""
    try:
        told = json.loads(collection.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return str(told.get(_COLLECTED_AT)) if isinstance(told, dict) else None
