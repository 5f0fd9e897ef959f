"""Does an RSA signature fit? RFC 8017, section 8.2.2, in plain arithmetic."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""The DER of the DigestInfo before a SHA-256 hash: RFC 8017, section 9.2, note 1."""


def fits(signature: bytes, signed: bytes, numbers: RSAPublicNumbers) -> bool:
    """Whether the signature is that of SHA-256 with PKCS #1 v1.5 under the key of these numbers."""
    size = (numbers.n.bit_length() + 7) // 8
    value = int.from_bytes(signature)
    if len(signature) != size or value >= numbers.n:
        return False
    tail = b"\x00" + _SHA256_INFO + hashlib.sha256(signed).digest()
    return pow(value, numbers.e, numbers.n).to_bytes(size) == b"\x00\x01".ljust(size - len(tail), b"\xff") + tail
