"""Digest files as they are stored, read into what the rules judge; and log files, hashed and compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policysim.cloudtrail.digests import (
    HASH_ALGORITHM,
    DigestFormatError,
    DigestReading,
    Judgement,
    ListedLog,
    Verdict,
    moment_of,
    read_digest,
)
from policysim.sources.digests.unpacking import unpack

if TYPE_CHECKING:
    from policysim.cloudtrail.digest_layout import Place
    from policysim.sources.digests.stores import LogStore

_SIGNATURE: Final = "signature"
_ALGORITHM: Final = "signature-algorithm"
_GENERATED: Final = "backfill-generation-timestamp"
_DIGEST_LIMIT: Final = 1 << 28


def digest_reading(store: LogStore, place: Place) -> DigestReading:
    """What is at the place of a digest file."""
    fetched = store.fetch(place)
    if isinstance(fetched, Judgement):
        return DigestReading(place, problem=fetched)
    unpacked = unpack(fetched.data, keep=True, limit=_DIGEST_LIMIT)
    if unpacked.problem:
        return DigestReading(place, problem=(Verdict.CHANGED, unpacked.problem))
    try:
        digest = read_digest(json.loads(unpacked.content))
    except DigestFormatError as error:
        return DigestReading(place, unpacked.hash, problem=(Verdict.CHANGED, f"it is no digest file: {error}"))
    except (ValueError, RecursionError):
        return DigestReading(place, unpacked.hash, problem=(Verdict.CHANGED, "it is no digest file: it is no JSON"))
    return DigestReading(
        place,
        unpacked.hash,
        digest,
        fetched.metadata.get(_SIGNATURE),
        fetched.metadata.get(_ALGORITHM),
        moment_of(fetched.metadata.get(_GENERATED, "")),
    )


def log_judgement(store: LogStore, listed: ListedLog, digest: str) -> Judgement:
    """Whether a log file is as a valid digest, named ``digest``, lists it."""
    if listed.algorithm != HASH_ALGORITHM:
        reason = f"{digest} lists its hash by `{listed.algorithm}`, which policysim does not know"
        return Judgement(Verdict.UNPROVEN, reason)
    fetched = store.fetch(listed.place)
    if isinstance(fetched, Judgement):
        if fetched.verdict is Verdict.MISSING:
            return Judgement(Verdict.MISSING, f"{digest} lists it, and {fetched.reason}")
        return fetched
    return compared(fetched.data, listed, digest)


def compared(data: bytes, listed: ListedLog, digest: str) -> Judgement:
    """Whether bytes, as they are stored, are the log file that a valid digest lists by SHA-256."""
    unpacked = unpack(data)
    if unpacked.problem:
        return Judgement(Verdict.CHANGED, unpacked.problem)
    if unpacked.hash != listed.hash:
        reason = f"{digest} lists it with the SHA-256 {listed.hash}, and it has {unpacked.hash}"
        return Judgement(Verdict.CHANGED, reason)
    return Judgement(Verdict.VALID)
