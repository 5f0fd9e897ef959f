"""The test of a digest's signature and its slow twin say the same."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.digests.public_keys import SignatureTester
from tests.signed_logs import signer
from tests.twins.slow_signatures import fits


class Key:
    """The one key of the tests."""

    def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:  # noqa: ARG002  # the protocol
        """The key."""
        return signer().public


@given(text=st.text(max_size=50), position=st.integers(0, 255), flip=st.integers(0, 255), cut=st.integers(-1, 1))
def test_a_signature_fits_exactly_when_the_arithmetic_says_so(text: str, position: int, flip: int, cut: int) -> None:
    signature = bytearray.fromhex(signer().sign(text))
    signature[position] ^= flip
    given_signature = bytes(signature[:-1]) if cut < 0 else bytes(signature) + b"\0" * cut
    numbers = signer().key.public_key().public_numbers()
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    told = SignatureTester(Key(), "eu-west-1")("", moment, given_signature, text.encode())
    assert (told.verdict is Verdict.VALID) == fits(given_signature, text.encode(), numbers) == (flip == 0 and cut == 0)
