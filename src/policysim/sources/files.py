"""Text files of the user's: UTF-8, plain or gzipped, up to a size that a memory can hold."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import BinaryIO, Final

from policysim.language.source import Source
from policysim.sources.errors import InputError

SIZE_LIMIT: Final = 1 << 30
"""The most bytes, once unpacked, that a file may hold: a small archive can unpack to any size."""

STANDARD_INPUT: Final = "-"
"""What stands for standard input where a command takes a file."""

STANDARD_INPUT_NAME: Final = "<stdin>"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_UTF_16_STARTS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\0", b"\0{", b"[\0", b"\0[")
"""How JSON in UTF-16 begins, with and without a mark."""

_SUFFIXES: Final = (".json", ".json.gz")


def where_it_leads(path: Path) -> Path | None:
    """Where a path leads once links are followed; ``None`` for a loop of links and for a name that no system takes.

    Python 3.13 no longer raises on a loop, but leaves the link in the path; a path that leads somewhere has none left.
    """
    try:
        resolved = path.resolve()
        is_loop = any(part.is_symlink() for part in (resolved, *resolved.parents))
    except (OSError, RuntimeError, ValueError):
        return None
    return None if is_loop else resolved


def read_argument(argument: str, stdin: BinaryIO | None = None) -> Source:
    """The text of the file that an argument of a command names, or of standard input for ``-``."""
    return standard_input(stdin) if argument == STANDARD_INPUT else read_source(Path(argument), argument)


def read_source(path: Path, name: str | None = None) -> Source:
    """The text of a file; ``name`` is how the user named it, if not as ``path``. Gzip is told by its first bytes."""
    shown = name if name is not None else str(path)
    return _decoded(_bytes_of(path, shown), shown, SIZE_LIMIT)


def source_of(data: bytes, name: str, limit: int) -> Source:
    """The text that bytes hold, plain or gzipped; ``limit`` bounds them, once unpacked.

    Raises:
        InputError: they hold more, or no text.
    """
    return _decoded(_bounded(data, name, limit), name, limit)


def standard_input(stream: BinaryIO | None = None) -> Source:
    """The text of standard input, or of ``stream`` in its place."""
    if stream is None and sys.stdin is None:  # a shell can start a command without one
        raise InputError(f"{STANDARD_INPUT_NAME}: standard input is closed")
    try:
        data = (stream or sys.stdin.buffer).read(SIZE_LIMIT + 1)
    except OSError as error:
        raise unreadable(error, STANDARD_INPUT_NAME) from None
    return source_of(data, STANDARD_INPUT_NAME, SIZE_LIMIT)


def json_file(folder: Path, stem: str) -> Path | None:
    """The file ``STEM.json`` of a folder, or else ``STEM.json.gz``; ``None`` when neither is there.

    Raises:
        InputError: a link stands there and leads to no file: somebody meant to collect it.
    """
    for suffix in _SUFFIXES:
        path = folder / f"{stem}{suffix}"
        if path.exists():
            return path
        if path.is_symlink():
            raise InputError(f"{path}: this link leads to no file")
    return None


def json_files(folder: Path) -> list[Path]:
    """Every JSON file that lies directly in a folder, in the order of their names; none where there is no folder."""
    try:
        found = [path for path in folder.iterdir() if path.name.endswith(_SUFFIXES)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable(error, str(folder)) from None
    return sorted(found, key=lambda path: path.name)


def stem_of(path: Path) -> str:
    """The name of a JSON file without ``.json`` or ``.json.gz``."""
    return path.name.removesuffix(".gz").removesuffix(".json")


def unreadable(error: OSError, name: str) -> InputError:
    """Why the system does not let a file be read, in one sentence."""
    match error:
        case FileNotFoundError():
            reason = "there is no such file"
        case IsADirectoryError():
            reason = "this is a folder, not a file"
        case PermissionError():
            reason = "this may not be read (permission denied)"
        case _:
            reason = f"this cannot be read ({(error.strerror or str(error)).lower()})"
    return InputError(f"{name}: {reason}")


def _bytes_of(path: Path, name: str) -> bytes:
    if not name:
        raise InputError("the name of a file is empty")
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise unreadable(error, name) from None
    return _bounded(data, name, SIZE_LIMIT)


def _decoded(data: bytes, name: str, limit: int) -> Source:
    if data.startswith(_GZIP_MAGIC):
        data = _unpacked(data, name, limit)
    if data.startswith(_UTF_16_STARTS):
        raise InputError(f"{name}: this is UTF-16 text, and UTF-8 was expected: convert it first")
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}:{line}: this is not UTF-8 text (byte {error.start})") from None


def _unpacked(data: bytes, name: str, limit: int) -> bytes:
    import gzip  # noqa: PLC0415  # most folders hold nothing packed
    import io  # noqa: PLC0415  # the same
    import zlib  # noqa: PLC0415  # the same

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return _bounded(packed.read(limit + 1), name, limit)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{name}: this is a broken gzip file") from None


def _bounded(data: bytes, name: str, limit: int) -> bytes:
    if len(data) > limit:
        raise InputError(f"{name}: this holds more than {limit >> 20} MiB")
    return data
