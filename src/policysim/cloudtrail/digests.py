"""A digest file: what it says, what is signed, and whether it is as CloudTrail delivered it.

Pure rules: contents, hashes and the test of a signature come in. Source: CloudTrail User Guide, "CloudTrail digest file
structure" and "Custom implementations of CloudTrail log file integrity validation".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.digest_layout import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

HASH_ALGORITHM: Final = "SHA-256"
SIGNATURE_ALGORITHM: Final = "SHA256withRSA"
_TEXTS: Final = ("digestEndTime", "digestStartTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint")
_YEARS: Final = range(2000, 3000)


class Verdict(StrEnum):
    """What is known of a file."""

    VALID = "valid"
    """It is as CloudTrail delivered it."""
    CHANGED = "changed"
    """It is not."""
    MOVED = "moved"
    """CloudTrail delivered it to another place, so that here it proves nothing."""
    MISSING = "missing"
    """CloudTrail delivered it, and it is no longer there."""
    UNLISTED = "unlisted"
    """A log file in a time that digests cover, and none of them lists it."""
    UNPROVEN = "unproven"
    """It could not be found out."""
    NOT_YET = "not-covered-yet"
    """A log file that is too new: the digest of its hour is still to come."""


FINDINGS: Final = frozenset({Verdict.CHANGED, Verdict.MOVED, Verdict.MISSING, Verdict.UNLISTED})
"""The verdicts that say that something is wrong."""


class DigestFormatError(Exception):
    """The content is not that of a digest file; the message says what is wrong, as a half sentence."""


class ListedLog(NamedTuple):
    """A log file that a digest lists: its place, and the hexadecimal hash of its unpacked content."""

    place: Place
    hash: str
    algorithm: str


class Previous(NamedTuple):
    """What a digest says of the one before it; the hash is that of its unpacked content."""

    place: Place
    hash: str
    algorithm: str
    signature: str


class Digest(NamedTuple):
    """What a digest file says. It covers the log files delivered from ``start`` to ``end``."""

    place: Place
    start: datetime
    end: datetime
    end_text: str
    fingerprint: str
    algorithm: str
    previous: Previous | None
    logs: tuple[ListedLog, ...]

    def signing_string(self, content_hash: str) -> bytes:
        """What CloudTrail signs; ``content_hash`` is the hexadecimal SHA-256 of the unpacked digest file."""
        signature = self.previous.signature if self.previous else None
        return "\n".join((self.end_text, "/".join(self.place), content_hash, signature or "null")).encode()


class DigestReading(NamedTuple):
    """What was found at the place of a digest: what it says, or why it does not say anything (``problem``).

    ``signature``, ``signature_algorithm`` and ``generated`` (of a backfill digest: when it was made and signed) are the
    object's metadata, where those are at hand.
    """

    place: Place
    content_hash: str = ""
    digest: Digest | None = None
    signature: str | None = None
    signature_algorithm: str | None = None
    generated: datetime | None = None
    problem: tuple[Verdict, str] | None = None


class Judgement(NamedTuple):
    """A verdict, and why it is not ``VALID``."""

    verdict: Verdict
    reason: str = ""


SignatureTest = Callable[[str, datetime, bytes, bytes], Judgement]
"""Asks the public key of a fingerprint, as it was at a time, whether it made a signature of a string: ``VALID`` or
``CHANGED``, and ``UNPROVEN`` without the key."""


def read_digest(value: object) -> Digest:
    """What the JSON of a digest file says.

    Raises:
        DigestFormatError: it is no digest file.
    """
    if not isinstance(value, dict):
        raise DigestFormatError("it is no JSON object")
    for member in _TEXTS:
        _text(value, member)
    if "previousDigestSignature" not in value:
        raise DigestFormatError("it has no `previousDigestSignature`")
    logs = value.get("logFiles")
    if not isinstance(logs, list):
        raise DigestFormatError("`logFiles` is no list")
    return Digest(
        place=Place(value["digestS3Bucket"], value["digestS3Object"]),
        start=_moment(value, "digestStartTime"),
        end=_moment(value, "digestEndTime"),
        end_text=value["digestEndTime"],
        fingerprint=value["digestPublicKeyFingerprint"],
        algorithm=_text(value, "digestSignatureAlgorithm"),
        previous=_previous(value),
        logs=tuple(_listed(log) for log in logs),
    )


def moment_of(text: str) -> datetime | None:
    """A time as ISO 8601 writes it, UTC unless it says otherwise; none of years that no log is of: they break sums."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def judge(
    reading: DigestReading, test: SignatureTest, successor: Digest | None, *, successor_is_valid: bool
) -> Judgement:
    """Whether a digest is as CloudTrail delivered it.

    ``successor`` is the digest that names this one as the previous one. Where it is valid, its hash of this digest is
    proof for itself. Its copy of the signature serves where the metadata are lost.
    """
    digest = reading.digest
    if digest is None:
        return Judgement(*(reading.problem or (Verdict.UNPROVEN, "it was not read")))
    if digest.place != reading.place:
        return Judgement(Verdict.MOVED, f"it says that CloudTrail delivered it to {digest.place}")
    previous = successor.previous if successor else None
    trusted = previous if successor_is_valid and previous and previous.algorithm == HASH_ALGORITHM else None
    if trusted and trusted.hash != reading.content_hash:
        return Judgement(Verdict.CHANGED, f"the next digest holds the hash {trusted.hash} of it, and it is another now")
    if trusted and reading.signature is not None and trusted.signature != reading.signature.lower():
        return Judgement(Verdict.CHANGED, "its signature was replaced: the next digest holds another")
    told = _told_by_signature(reading, digest, test, previous)
    return Judgement(Verdict.VALID) if trusted and told.verdict is Verdict.UNPROVEN else told


def _told_by_signature(
    reading: DigestReading, digest: Digest, test: SignatureTest, previous: Previous | None
) -> Judgement:
    for algorithm in (digest.algorithm, reading.signature_algorithm or SIGNATURE_ALGORITHM):
        if algorithm != SIGNATURE_ALGORITHM:
            return Judgement(Verdict.UNPROVEN, f"it is signed by `{algorithm}`, which policysim does not know")
    signature = reading.signature if reading.signature is not None else (previous.signature if previous else None)
    if signature is None:
        return Judgement(Verdict.UNPROVEN, "its signature is not at hand: the metadata of its object in S3 hold it")
    try:
        octets = bytes.fromhex(signature)
    except ValueError:
        return Judgement(Verdict.CHANGED, "its signature is not hexadecimal")
    moment = reading.generated or digest.end
    return test(digest.fingerprint, moment, octets, digest.signing_string(reading.content_hash))


def _previous(value: Mapping[str, Any]) -> Previous | None:
    """What is said of the previous digest; ``None`` in a digest that begins a chain."""
    if all(
        value.get(f"previousDigest{end}") is None
        for end in ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")
    ):
        return None
    bucket, key, digits, algorithm = (
        _text(value, f"previousDigest{end}") for end in ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm")
    )
    return Previous(Place(bucket, key), digits, algorithm, _text(value, "previousDigestSignature"))


def _listed(log: object) -> ListedLog:
    if not isinstance(log, dict):
        raise DigestFormatError("`logFiles` lists something that is no JSON object")
    place = Place(_text(log, "s3Bucket"), _text(log, "s3Object"))
    return ListedLog(place, _text(log, "hashValue"), _text(log, "hashAlgorithm"))


def _text(value: Mapping[str, Any], member: str) -> str:
    text = value.get(member)
    if not isinstance(text, str):
        raise DigestFormatError(f"it has no text `{member}`")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DigestFormatError(f"`{member}` is no Unicode text")
    return text


def _moment(value: Mapping[str, Any], member: str) -> datetime:
    text = _text(value, member)
    moment = moment_of(text)
    if moment is None:
        raise DigestFormatError(f"`{member}` is no time: `{text}`")
    return moment
