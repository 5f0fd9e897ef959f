"""CloudTrail's public keys, asked for or saved, and the test of a signature with one.

Source: CloudTrail API Reference, ListPublicKeys; CloudTrail User Guide, "Custom implementations of CloudTrail log file
integrity validation": RSA PKCS #1 v1.5 with SHA-256; each Region has its own keys.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.aws.failures import Failure, code_of, failure_of, remote_error
from policysim.sources.errors import InputError
from policysim.sources.files import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from policysim.sources.aws.connection import Connection

_MISSING: Final = "signatures are tested with cryptography: `pip install 'policysim[aws]'`"
_AROUND: Final = timedelta(hours=2)
_ENDS: Final = frozenset({Failure.EXPIRED, Failure.SKEWED})
_OFF: Final = (
    "no public keys come from {region} ({code}): if the Region is off for this account, save its keys with an account"
    " that has it, and name the file with `--public-keys`"
)
_KEYLESS: Final = {
    Failure.REFUSED: "AWS refused `cloudtrail:ListPublicKeys` in {region} ({code})",
    Failure.REGION_OFF: _OFF,
    Failure.BAD_CREDENTIALS: _OFF,
    Failure.UNREACHABLE: _OFF,
}
"""What keeps a Region from telling any key: a Region that is off does not know the credentials, or has no endpoint."""


class PublicKeys(Protocol):
    """Finds the key that a digest names."""

    def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:
        """The DER of the key; else ``CHANGED`` where AWS has no such key, ``UNPROVEN`` where that is not known."""


class SavedKeys:
    """Keys of files with the output of ``aws cloudtrail list-public-keys``."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Raises InputError: a file cannot be read or holds something else."""
        self._keys: dict[str, bytes] = {}
        for path in paths:
            self._keys |= _saved(path)

    def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:
        """The key of a fingerprint."""
        if fingerprint in self._keys:
            return self._keys[fingerprint]
        reason = f"no file of public keys has the key `{fingerprint}` of {region} at {moment:%Y-%m-%dT%H:%M:%SZ}"
        return Judgement(Verdict.UNPROVEN, reason)


class FetchedKeys:
    """Keys asked of CloudTrail, Region by Region, for the day of the digest."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is called before a key is needed."""
        self._connection = connection
        self._lock = Lock()
        self._days: dict[tuple[str, str], dict[str, bytes] | Judgement] = {}
        self._off: dict[str, Judgement] = {}

    def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:
        """The key of a fingerprint.

        Raises:
            RemoteError: AWS cannot be reached, or the credentials are not or no longer good.
        """
        with self._lock:
            day = (region, f"{moment:%Y-%m-%d}")
            if day not in self._days:
                self._days[day] = self._off.get(region) or self._fetched(region, moment)
            keys = self._days[day]
        if isinstance(keys, Judgement):
            return keys
        if fingerprint in keys:
            return keys[fingerprint]
        return Judgement(Verdict.CHANGED, f"CloudTrail has no public key `{fingerprint}` in {region} at that time")

    def _fetched(self, region: str, moment: datetime) -> dict[str, bytes] | Judgement:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # loads only where AWS is called

        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        span = {"StartTime": midnight - _AROUND, "EndTime": midnight + timedelta(days=1) + _AROUND}
        keys: dict[str, bytes] = {}
        try:
            for page in self._connection.pages("cloudtrail", "list_public_keys", region=region, **span):
                keys |= {key["Fingerprint"]: key["Value"] for key in page.get("PublicKeyList") or ()}
        except (BotoCoreError, ClientError) as error:
            failure = failure_of(error)
            if failure in _ENDS:
                raise remote_error(error, "cloudtrail:ListPublicKeys") from None
            if _KEYLESS.get(failure) is _OFF:
                _ = self._connection.identity  # ends the run where AWS answers nowhere, or knows no such credentials
            sentence = _KEYLESS.get(failure, "`cloudtrail:ListPublicKeys` failed in {region} ({code})")
            told = Judgement(Verdict.UNPROVEN, sentence.format(region=region, code=code_of(error)))
            if failure in _KEYLESS:
                self._off[region] = told
            return told
        return keys


class SignatureTester:
    """Tests signatures of digests of one Region."""

    def __init__(self, keys: PublicKeys, region: str) -> None:
        """Raises InputError: cryptography is not installed."""
        try:
            import cryptography  # noqa: F401, PLC0415  # says at once that it is missing
        except ImportError:
            raise InputError(_MISSING) from None
        self._keys = keys
        self._region = region

    def __call__(self, fingerprint: str, moment: datetime, signature: bytes, signed: bytes) -> Judgement:
        """Whether the key of this fingerprint made this signature of these bytes."""
        key = self._keys.find(self._region, fingerprint, moment)
        if isinstance(key, Judgement):
            return key
        told = _is_good(key, signature, signed)
        if told is None:
            return Judgement(Verdict.UNPROVEN, f"the public key `{fingerprint}` is no RSA key")
        return Judgement(Verdict.VALID) if told else Judgement(Verdict.CHANGED, "its signature does not fit it")


def _is_good(key: bytes, signature: bytes, signed: bytes) -> bool | None:
    """``None``: this is no key."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415  # loads only when used
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415  # the same
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415  # the same
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  # the same
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415  # the same

    try:
        public = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(public, RSAPublicKey):
        return None
    try:
        public.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _saved(path: Path) -> dict[str, bytes]:
    try:
        value = json.loads(read_source(path).text)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: this is no JSON, and the output of `list-public-keys` was expected") from None
    listed: Any = value.get("PublicKeyList") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        raise InputError(f"{path}: expected the output of `aws cloudtrail list-public-keys`, with a `PublicKeyList`")
    keys: dict[str, bytes] = {}
    for key in listed:
        fingerprint, encoded = (key.get("Fingerprint"), key.get("Value")) if isinstance(key, dict) else (None, None)
        if not isinstance(fingerprint, str) or not isinstance(encoded, str):
            raise InputError(f"{path}: a key of the `PublicKeyList` has no `Fingerprint` or no `Value`")
        try:
            keys[fingerprint] = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise InputError(f"{path}: the `Value` of the key `{fingerprint}` is not base64") from None
    return keys
