"""Pseudonyms of IP addresses that keep which address lies in which range.

Each bit is turned or not by a keyed function of the bits before it, so two addresses share as many first bits as
before. Private and reserved ranges stay themselves: only what follows their first bits changes. Source: RFC 1918, 6598,
4193; J. Xu et al., "Prefix-preserving IP address anonymization" (2002).
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_LOOKS_LIKE_ONE: Final = re.compile(r"[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*(/[0-9]{1,3})?")
_KEPT: Final = tuple(
    ipaddress.ip_network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/8",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
        "2000::/3",
    ]
)
"""Ranges whose first bits tell what kind of address it is; they stay."""


def redacted_address(text: str, secret: bytes) -> str | None:
    """The pseudonym of an address or of a range in CIDR notation; ``None`` for a text that is neither."""
    if not _LOOKS_LIKE_ONE.fullmatch(text):
        return None
    address, slash, size = text.partition("/")
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    bits = found.max_prefixlen
    network = int(size) if slash else bits
    if network > bits:
        return None
    if int(found) & ((1 << (bits - network)) - 1):  # not a range but an address in it, whose last bits tell it too
        network = bits
    kept = _KEPT_PATHS[found.version]
    number = _turned(int(found), bits, network, kept, secret)
    other = (ipaddress.IPv4Address if found.version == 4 else ipaddress.IPv6Address)(number)
    return f"{other}{slash}{size}"


def _turned(number: int, bits: int, network: int, kept: Collection[tuple[int, int]], secret: bytes) -> int:
    """The number with the first ``network`` bits turned, but those that lead to a range that stays."""
    turned = number
    for at in range(network):
        before = number >> (bits - at)
        if (at, before) in kept:
            continue
        if hmac.digest(secret, f"address {bits} {at} {before}".encode(), "sha256")[0] & 1:
            turned ^= 1 << (bits - at - 1)
    return turned


_KEPT_PATHS: Final = {
    version: frozenset(
        (at, int(one.network_address) >> (one.max_prefixlen - at))
        for one in _KEPT
        if one.version == version
        for at in range(one.prefixlen)
    )
    for version in (4, 6)
}
"""By version: a number of first bits, and these bits, behind which the next bit leads to a range that stays."""
