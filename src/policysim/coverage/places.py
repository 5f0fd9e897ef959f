"""Names of documents and statements that are the same in every process: the file, and the way to them in it."""

from __future__ import annotations

import hashlib
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from policysim.language.embedding import EmbeddedOffsets
from policysim.language.source import pointer_of

if TYPE_CHECKING:
    from policysim.language.policy import Statement
    from policysim.language.source import Location

_DIGEST_BYTES = 8


class DocumentPlace(NamedTuple):
    """Where a document stands: the file, and a JSON pointer into it (RFC 6901; empty for the whole file).

    A document inside a string has the pointer of the string, then that inside its own text, with a space between.
    """

    file: str
    pointer: str

    def __str__(self) -> str:
        """``FILE#POINTER``."""
        return f"{self.file}#{self.pointer}"


def place_of(location: Location, root: str = "") -> DocumentPlace:
    """The place of a value. Names of files below the folder ``root`` are given from there."""
    source, pointers = location.source, [pointer_of(location.path)]
    while (origin := source.origin) is not None:
        if isinstance(origin.offsets, EmbeddedOffsets):
            pointers.append(pointer_of(origin.offsets.location.path))
        else:
            pointers.append(f"@{origin.offsets[0]}")
        source = origin.source
    return DocumentPlace(file_named(source.name, root), " ".join(filter(None, reversed(pointers))))


def in_order(place: DocumentPlace) -> tuple[object, ...]:
    """Sorts places by file, then as the documents of a file stand in its lists."""
    steps = (step for step in place.pointer.split("/"))
    return (place.file, tuple((0, int(step), "") if step.isdecimal() else (1, 0, step) for step in steps))


def file_named(name: str, root: str = "") -> str:
    """The name of a file without detours, from the folder ``root`` where it is below it."""
    plain = posixpath.normpath(name.replace("\\", "/")) if name else name
    start = root.replace("\\", "/").rstrip("/") + "/"
    return plain.removeprefix(start) if root else plain


def statement_key(statement: Statement, root: str = "") -> str:
    """The name of a statement: its place, and a mark of what it says, so that an edited one is another one."""
    said = repr(
        (
            statement.effect.value,
            statement.sid,
            statement.principal,
            statement.action,
            statement.resource,
            statement.conditions,
        )
    )
    mark = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{place_of(statement.location, root)} {mark}"
