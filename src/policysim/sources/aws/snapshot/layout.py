"""Which files of a folder are a snapshot's business, and which of them a snapshot wrote.

The manifest in ``collection.json`` holds a digest of every file of the snapshot. A file of the layout with another
digest, or without one, was edited or written by somebody else.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from policysim.sources.aws.collecting import Part
from policysim.sources.errors import InputError
from policysim.sources.files import where_it_leads
from policysim.sources.half_written import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COLLECTION: Final = "collection.json"
ORGANIZATION: Final = "organization.json"
FILES: Final = "files"
_DIGEST: Final = "digest"
_COLLECTED_AT: Final = "collected_at"

_STEMS: Final = "|".join(re.escape(stem) for stem in (*(part.value for part in Part), "collection", "organization"))
_OF_ACCOUNT: Final = rf"(?:(?:{_STEMS})|authorization-details/[^/]+)\.json(?:\.gz)?"
_ACCOUNT_FILE: Final = re.compile(rf"(?:accounts/[^/.][^/]*/)?{_OF_ACCOUNT}")
_GIVEN_FILE: Final = re.compile(
    r"(?:accounts/[^/.][^/]*/)?(?:session-policies|managed-policies/[^/.][^/]*)\.json(?:\.gz)?"
)
"""What no call of AWS tells and a folder can hold all the same: written only where another folder is copied."""
_POLICY_FILE: Final = re.compile(r"policies/(?:scps|rcps)/[^/.][^/]*\.json")
_FOLDERS: Final = (
    "",
    "authorization-details",
    "managed-policies",
    "accounts/*",
    "accounts/*/authorization-details",
    "accounts/*/managed-policies",
    "policies/*",
)


def is_of_layout(path: str) -> bool:
    """Whether a snapshot may write a file here; nothing that leads out of the folder is."""
    return "\n" not in path and any(pattern.fullmatch(path) for pattern in (_ACCOUNT_FILE, _GIVEN_FILE, _POLICY_FILE))


def manifest_of(out: Path) -> dict[str, str]:
    """The digests that an earlier snapshot left, by path; none where there was none or somebody edited them."""
    found = collection_at(out / COLLECTION)
    files = found.get(FILES) if found is not None else None
    listed = files.items() if isinstance(files, dict) else ()
    return {path: digest for path, digest in listed if isinstance(digest, str) and is_of_layout(path)}


def own_files(out: Path, manifest: Mapping[str, str]) -> set[str]:
    """The files that an earlier snapshot wrote and that nobody touched since."""
    listed = {path for path, digest in manifest.items() if _is_as_written(out / path, digest)}
    return listed | {
        path for path in _files(out) if path.endswith(COLLECTION) and collection_at(out / path) is not None
    }


def foreign_files(out: Path, manifest: Mapping[str, str]) -> list[str]:
    """The files in places of a snapshot that no snapshot wrote, or that were edited since.

    A manifest that was edited comes first. Policies of an organisation that no snapshot wrote are none: a snapshot
    takes other names then.
    """
    own = own_files(out, manifest)
    found = (path for path in _files(out) if path not in own and (path in manifest or _ACCOUNT_FILE.fullmatch(path)))
    return sorted(found, key=lambda path: (not path.endswith(COLLECTION), path))


def foreign_policy_names(out: Path, manifest: Mapping[str, str]) -> frozenset[str]:
    """The names, in small letters, of policy files that no snapshot wrote."""
    there = (path for path in _files(out) if _POLICY_FILE.fullmatch(path) and path not in manifest)
    return frozenset(path.rsplit("/", 1)[-1].removesuffix(".json").casefold() for path in there)


def refuse_links(out: Path) -> None:
    """Refuses a folder in which a snapshot's own folder, or what a run notes, is a link: it would be written elsewhere.

    Raises:
        InputError: naming it.
    """
    for path in (out / HIDDEN, *out.glob(f"{HIDDEN}/**/*")):
        if path.is_symlink():
            raise InputError(f"{path}: is a link; a snapshot is not written through links")
    for pattern in ("accounts", "accounts/*", "authorization-details", "policies", "policies/*"):
        for folder in out.glob(pattern):
            if folder.is_symlink() and folder.is_dir():
                raise InputError(f"{folder}: is a link to another folder; a snapshot is not written through links")
            if where_it_leads(folder) is None:
                raise InputError(f"{folder}: is no path that leads to a file")


def digest_of(data: bytes) -> str:
    """The digest of a file's content as the manifest holds it."""
    return hashlib.sha256(data).hexdigest()


def sealed(collection: Mapping[str, Any]) -> dict[str, Any]:
    """A ``collection.json`` with its own digest, which the time of the collection does not change."""
    return {**collection, _DIGEST: _digest_of_collection(collection)}


def collection_at(path: Path) -> dict[str, Any] | None:
    """A ``collection.json`` that a snapshot wrote and nobody edited; else ``None``."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or path.is_symlink() or value.get(_DIGEST) != _digest_of_collection(value):
        return None
    return value


def _digest_of_collection(value: Mapping[str, Any]) -> str:
    kept = {name: member for name, member in value.items() if name not in {_DIGEST, _COLLECTED_AT}}
    return digest_of(json.dumps(kept, sort_keys=True).encode())


def _is_as_written(path: Path, digest: str) -> bool:
    try:
        return not path.is_symlink() and digest_of(path.read_bytes()) == digest
    except OSError:
        return False


def _files(out: Path) -> Iterator[str]:
    """The files, and links, in places of the layout."""
    for pattern in _FOLDERS:
        for folder in sorted(out.glob(pattern)) if pattern else [out]:
            if folder.is_dir():
                for name in sorted(os.listdir(folder)):  # noqa: PTH208  # names alone are needed
                    path = (folder / name).relative_to(out).as_posix()
                    if is_of_layout(path):
                        yield path
