"""Trails as CloudTrail delivers them, signed with a key of the tests: log files, digests, metadata, public keys."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from policysim.cloudtrail.digest_layout import DIGESTS, LOGS, Folder, Place, digest_name, folder_of, log_name
from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.digests.stores import Fetched, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BUCKET = "trail-bucket"
ACCOUNT = "111122223333"
START = datetime(2026, 11, 23, 22, 1, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Signer(NamedTuple):
    """A private key and the fingerprint under which CloudTrail would list the public one."""

    key: RSAPrivateKey
    fingerprint: str

    @property
    def public(self) -> bytes:
        """The DER of PKCS #1, as CloudTrail gives it."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def sign(self, text: str) -> str:
        """The signature in hexadecimal digits."""
        return self.key.sign(text.encode(), PKCS1v15(), SHA256()).hex()


def signer(name: str = "cloudtrail") -> Signer:
    """One key for each name."""
    return _signer(name)


@cache
def _signer(name: str) -> Signer:
    return Signer(generate_private_key(65537, 2048), hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


def public_keys(*signers: Signer) -> dict[str, Any]:
    """The output of ``aws cloudtrail list-public-keys``."""
    keys = [
        {
            "Value": base64.b64encode(one.public).decode(),
            "ValidityStartTime": 1790000000.0,
            "ValidityEndTime": 1799000000.0,
            "Fingerprint": one.fingerprint,
        }
        for one in signers or (signer(),)
    ]
    return {"PublicKeyList": keys}


@dataclass
class Stored:
    """An object: its bytes and its metadata."""

    data: bytes
    metadata: dict[str, str] = field(default_factory=dict)


def packed(value: object) -> bytes:
    """JSON as CloudTrail packs it."""
    return gzip.compress(json.dumps(value).encode(), mtime=0)


def unpacked(data: bytes) -> Any:
    """The JSON in a packed file."""
    return json.loads(gzip.decompress(data))


@dataclass
class Trail:
    """A trail's bucket. ``objects`` may be tampered with."""

    base: str = "AWSLogs/"
    name: str = "org-trail"
    home: str = "eu-west-1"
    account: str = ACCOUNT
    objects: dict[str, Stored] = field(default_factory=dict)

    def deliver(
        self,
        hours: int = 4,
        *,
        region: str = "eu-west-1",
        start: datetime = START,
        logs: int = 2,
        previous: str | None = None,
        by: Signer | None = None,
    ) -> list[str]:
        """Log files and digests of some hours; the keys of the digests, oldest first."""
        digests = []
        for hour in range(hours):
            begin = start + hour * HOUR
            listed = [self.log(begin + timedelta(minutes=10 + 10 * number), region) for number in range(logs)]
            previous = self.digest(begin, begin + HOUR, listed, region=region, previous=previous, by=by)
            digests.append(previous)
        return digests

    def log(self, time: datetime, region: str = "eu-west-1") -> str:
        """One log file; its key."""
        unique = hashlib.sha256(f"{time}{region}{self.name}".encode()).hexdigest()[:16]
        key = (
            f"{self.base}{self.account}/{LOGS}/{region}/{time:%Y/%m/%d}/"
            f"{self.account}_{LOGS}_{region}_{time:%Y%m%dT%H%MZ}_{unique}.json.gz"
        )
        record = {"eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}", "eventID": unique, "awsRegion": region}
        self.objects[key] = Stored(packed({"Records": [record]}))
        return key

    def digest(
        self,
        start: datetime,
        end: datetime,
        logs: list[str],
        *,
        region: str = "eu-west-1",
        previous: str | None = None,
        by: Signer | None = None,
        backfill: bool = False,
        changes: Mapping[str, Any] | None = None,
    ) -> str:
        """One signed digest file; its key. ``changes`` are members of it, set before it is signed."""
        one = by or signer()
        key = (
            f"{self.base}{self.account}/{DIGESTS}/{region}/{end:%Y/%m/%d}/{self.account}_{DIGESTS}_{region}_"
            f"{self.name}_{self.home}_{end:%Y%m%dT%H%M%SZ}{'_backfill' if backfill else ''}.json.gz"
        )
        content = {
            "awsAccountId": self.account,
            "digestStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": one.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            **self._previous(previous),
            "logFiles": [self._listed(log) for log in logs],
        } | dict(changes or {})
        text = json.dumps(content)
        signed = "\n".join(
            (
                content["digestEndTime"],
                f"{content['digestS3Bucket']}/{content['digestS3Object']}",
                hashlib.sha256(text.encode()).hexdigest(),
                content["previousDigestSignature"] or "null",
            )
        )
        metadata = {"signature": one.sign(signed), "signature-algorithm": "SHA256withRSA"}
        if backfill:
            metadata["backfill-generation-timestamp"] = f"{end + 6 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
        self.objects[key] = Stored(gzip.compress(text.encode(), mtime=0), metadata)
        return key

    def _previous(self, key: str | None) -> dict[str, Any]:
        stored = self.objects[key] if key else None
        return {
            "previousDigestS3Bucket": BUCKET if key else None,
            "previousDigestS3Object": key,
            "previousDigestHashValue": hashlib.sha256(gzip.decompress(stored.data)).hexdigest() if stored else None,
            "previousDigestHashAlgorithm": "SHA-256" if key else None,
            "previousDigestSignature": stored.metadata["signature"] if stored else None,
        }

    def _listed(self, key: str) -> dict[str, Any]:
        content = gzip.decompress(self.objects[key].data)
        return {
            "s3Bucket": BUCKET,
            "s3Object": key,
            "hashValue": hashlib.sha256(content).hexdigest(),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": "2026-11-23T22:52:27Z",
            "oldestEventTime": "2026-11-23T22:42:27Z",
        }

    def logs(self) -> list[str]:
        """The keys of the log files."""
        return [key for key in sorted(self.objects) if log_name(key)]

    def digests(self) -> list[str]:
        """The keys of the digests, oldest first in each Region."""
        return [key for key in sorted(self.objects) if digest_name(key)]

    def write(self, folder: Path) -> Path:
        """A local copy, as ``aws s3 sync`` makes it."""
        for key, stored in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stored.data)
        return folder

    def upload(self, client: Any) -> None:
        """The objects in the bucket that a client makes."""
        client.create_bucket(Bucket=BUCKET)
        for key, stored in self.objects.items():
            client.put_object(Bucket=BUCKET, Key=key, Body=stored.data, Metadata=stored.metadata)


class MemoryStore:
    """The trail as a store, without any disk or network."""

    def __init__(self, trail: Trail, *, is_live: bool = False) -> None:
        self._objects = trail.objects
        self.is_live = is_live

    def folders(self, wanted: Wanted) -> Iterator[Folder]:
        """By the keys."""
        found = {folder_of(Place(BUCKET, key)) for key in self._objects}
        yield from sorted(folder for folder in found if folder and wanted.takes(folder.account, folder.region))

    def digests(self, folder: Folder, since: datetime | None, until: datetime | None) -> list[Place]:
        """By the keys."""
        return list(self._within(folder.prefix(DIGESTS), since, until))

    def logs(self, folder: Folder, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        """By the keys."""
        return self._within(folder.prefix(LOGS), since, until)

    def fetch(self, place: Place) -> Fetched | Judgement:
        """The object."""
        stored = self._objects.get(place.key)
        if stored is None:
            return Judgement(Verdict.MISSING, "it is not there")
        return Fetched(stored.data, stored.metadata)

    def name(self, place: Place) -> str:
        """Its key, in the trail's own bucket."""
        return place.key if place.bucket == BUCKET else str(place)

    def _within(self, prefix: str, since: datetime | None, until: datetime | None) -> Iterator[Place]:
        for key in sorted(self._objects):
            digest, log = digest_name(key), log_name(key)
            time = digest.end if digest else log.time if log else None
            if not time and DIGESTS in prefix:
                continue
            if key.startswith(prefix) and (not time or ((not since or time >= since) and (not until or time <= until))):
                yield Place(BUCKET, key)
