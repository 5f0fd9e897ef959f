"""The hash of a gzip file's content, bounded in memory and strict about what stands behind the stream.

Source: CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation": hashes are those of
the uncompressed content.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Final, NamedTuple

_STEP: Final = 1 << 20
_GZIP: Final = zlib.MAX_WBITS | 16
LIMIT: Final = 1 << 30
"""The most bytes that a file may unpack to: a small archive can unpack to any size."""


class Unpacked(NamedTuple):
    """The hexadecimal SHA-256 of the content, and the content where it was asked for; or why there is none."""

    hash: str = ""
    content: bytes = b""
    problem: str = ""


def unpack(data: bytes, *, keep: bool = False, limit: int = LIMIT) -> Unpacked:
    """Unpacks the one gzip stream that a file of CloudTrail is.

    Bytes behind it are a problem: the hash does not cover them, and a reader may take them for more events.
    """
    stream, digest, kept, size = zlib.decompressobj(_GZIP), hashlib.sha256(), bytearray(), 0
    try:
        while data and not stream.eof:
            piece = stream.decompress(data, _STEP)
            size += len(piece)
            if size > limit:
                return Unpacked(problem=f"it unpacks to more than {limit >> 20} MiB")
            digest.update(piece)
            if keep:
                kept += piece
            data = stream.unconsumed_tail
    except zlib.error:
        return Unpacked(problem="it is a broken gzip file")
    if not stream.eof:
        return Unpacked(problem="it is a gzip file that was cut off" if size else "it is no gzip file")
    if stream.unused_data:
        return Unpacked(problem="there are further bytes behind its gzip stream")
    return Unpacked(digest.hexdigest(), bytes(kept))
