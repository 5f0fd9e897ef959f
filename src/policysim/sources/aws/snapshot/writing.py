"""A snapshot put into its folder: every file beside its place first, then all of them moved, under a mark.

A run that is cut before the mark leaves the folder as it was; one that is cut after it is finished by the next. Files
that somebody edited, or that no snapshot wrote, stay as they are unless ``force`` is given.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.sources.aws.snapshot.layout import (
    COLLECTION,
    FILES,
    digest_of,
    foreign_files,
    is_of_layout,
    manifest_of,
    own_files,
    refuse_links,
    sealed,
)
from policysim.sources.errors import InputError
from policysim.sources.half_written import HIDDEN, MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_NEW: Final = "new"
_LOCK: Final = "lock"
_IGNORED_BY_GIT: Final = "*\n"


class Written(NamedTuple):
    """The files of a folder by what became of them, as paths relative to it."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


@contextmanager
def holding(out: Path, *, force: bool) -> Iterator[None]:
    """Keeps other runs out of the folder, finishes one that was cut, and refuses what may not be replaced.

    The folder is made where it is missing; a new one that stays empty is removed again.

    Raises:
        InputError: it cannot be made, another run is at work in it, or it holds a file that no snapshot wrote.
    """
    hidden = out / HIDDEN
    made = _made(out)
    try:
        _check(out, force=force)
        hidden.mkdir(exist_ok=True)
        (hidden / ".gitignore").write_text(_IGNORED_BY_GIT, encoding="utf-8")
        with _locked(hidden / _LOCK, out):
            try:
                _finish(out, force=force)
                _check(out, force=force)
                yield
            finally:
                _clear(hidden)
    except OSError as error:
        raise _unwritable(error, out) from None
    finally:
        if made:
            with suppress(OSError):
                out.rmdir()


def write_folder(out: Path, files: Mapping[str, object], *, force: bool) -> Written:
    """Puts ``files`` (JSON values by path, such as ``accounts/111122223333/tags.json``) in the place of what is there.

    Unchanged files are not written. What an earlier snapshot wrote and this one lacks is removed; with ``force`` also
    what somebody else put into places of the layout. ``collection.json`` of the folder gets the manifest.

    Raises:
        InputError: the folder cannot be written, or holds what may not be replaced.
    """
    with holding(out, force=force):
        return place(out, files, force=force)


def place(out: Path, files: Mapping[str, object], *, force: bool) -> Written:
    """The same for whoever holds the folder already."""
    try:
        texts = _texts(files)
        _check(out, force=force)
        changed = [path for path, text in texts.items() if _content(out / path) != text]
        manifest = manifest_of(out)
        _refuse_taken(out, changed, own_files(out, manifest), force=force)
        gone = (own_files(out, manifest) | set(foreign_files(out, manifest))) - set(texts)
        _stage(out, {path: texts[path] for path in changed})
        _write(out / HIDDEN / MARK, _json({"place": changed, "remove": sorted(gone)}))
        _finish(out, force=force)
    except OSError as error:
        raise _unwritable(error, out) from None
    return Written(tuple(changed), tuple(path for path in texts if path not in set(changed)), tuple(sorted(gone)))


def _texts(files: Mapping[str, object]) -> dict[str, bytes]:
    wrong = next((path for path in files if not is_of_layout(path)), None)
    if wrong is not None:
        raise ValueError(f"`{wrong}` is no file of an account folder")
    collections = {path for path in files if path.endswith(COLLECTION)}
    texts = {path: _json(files[path]) for path in sorted(files) if path not in collections}
    manifest = {path: digest_of(text) for path, text in texts.items()}
    for path in sorted(collections):
        about: Any = files[path]
        texts[path] = _json(sealed({**about, FILES: manifest} if path == COLLECTION else about))
    if COLLECTION not in collections:
        texts[COLLECTION] = _json(sealed({"format": 1, FILES: manifest}))
    return texts


def _json(value: object) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half a character: only an escape can say it
        return f"{json.dumps(value, indent=2)}\n".encode()


def _made(out: Path) -> bool:
    if out.is_dir():
        return False
    if out.exists() or out.is_symlink():
        raise InputError(f"{out}: is no folder")
    if not out.parent.is_dir():
        raise InputError(f"{out}: the folder `{out.parent}` does not exist")
    try:
        out.mkdir()
    except OSError as error:
        raise _unwritable(error, out) from None
    return True


def _check(out: Path, *, force: bool) -> None:
    refuse_links(out)
    if force or (out / HIDDEN / MARK).exists():
        return
    foreign = foreign_files(out, manifest_of(out))
    if foreign:
        raise _not_ours(out / foreign[0])


def _refuse_taken(out: Path, changed: Iterable[str], own: set[str], *, force: bool) -> None:
    """Refuses a name that somebody's file has got, as a pseudonym can have by chance."""
    taken = next((path for path in changed if path not in own and os.path.lexists(out / path)), None)
    if taken is not None and not force:
        raise _not_ours(out / taken)


def _not_ours(path: Path) -> InputError:
    return InputError(
        f"{path}: no snapshot wrote this file, or it was edited since; "
        "`--force` replaces it, another `--out` leaves it alone"
    )


@contextmanager
def _locked(lock: Path, out: Path) -> Iterator[None]:
    import fcntl  # noqa: PLC0415  # where a system lacks it, only this command does without

    with lock.open("wb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _busy(out) from None
        if not (lock.exists() and os.path.samestat(os.fstat(stream.fileno()), lock.stat())):
            raise _busy(out)  # the run that held it has just ended, and removed it
        yield


def _busy(out: Path) -> InputError:
    return InputError(f"{out}: another run is writing a snapshot here: wait until it is done")


def _stage(out: Path, texts: Mapping[str, bytes]) -> None:
    new = out / HIDDEN / _NEW
    shutil.rmtree(new, ignore_errors=True)
    for path, text in texts.items():
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        _write(new / path, text)


def _write(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, on the disk when this returns."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _finish(out: Path, *, force: bool) -> None:
    """Moves what is staged to its place, as the mark tells; nothing without a mark."""
    mark = out / HIDDEN / MARK
    if not mark.exists():
        return
    plan = _plan(mark, force=force)
    for path in plan["place"]:
        if (out / HIDDEN / _NEW / path).exists():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / HIDDEN / _NEW / path).replace(out / path)
    for path in plan["remove"]:
        (out / path).unlink(missing_ok=True)
        _remove_emptied((out / path).parent, out)
    mark.unlink()
    shutil.rmtree(out / HIDDEN / _NEW, ignore_errors=True)


def _plan(mark: Path, *, force: bool) -> dict[str, list[str]]:
    try:
        plan = json.loads(mark.read_bytes())
        lists = {name: list(plan[name]) for name in ("place", "remove")}
        if all(isinstance(path, str) and is_of_layout(path) for paths in lists.values() for path in paths):
            return lists
    except (ValueError, KeyError, TypeError):
        pass
    if force:
        return {"place": [], "remove": []}
    raise InputError(f"{mark}: this is damaged, so the folder may be half written; `--force` writes it anew")


def _remove_emptied(folder: Path, out: Path) -> None:
    while folder != out:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _clear(hidden: Path) -> None:
    """Removes the hidden folder where nothing is kept in it for a later run."""
    kept = {path.name for path in hidden.iterdir()} if hidden.is_dir() else set()
    if kept <= {_LOCK, ".gitignore"}:
        shutil.rmtree(hidden, ignore_errors=True)


def _content(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _unwritable(error: OSError, out: Path) -> InputError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return InputError(
            f"{out}: the disk is full; no file of the folder is half written: make room and run the same command again"
        )
    return InputError(f"{error.filename or out}: this cannot be written ({(error.strerror or str(error)).lower()})")
