"""The pure rules of digests: names and places, what is signed, and that nothing breaks the reader."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.cloudtrail.digest_layout import (
    DIGESTS,
    LOGS,
    REGION,
    Chain,
    Folder,
    Place,
    digest_name,
    folder_of,
    log_name,
)
from policysim.cloudtrail.digests import DigestFormatError, read_digest

DIGEST_KEY = (
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/"
    "111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T150131Z.json.gz"
)
PREVIOUS_KEY = DIGEST_KEY.replace("T150131Z", "T140131Z")
DOCUMENTED = {
    "awsAccountId": "111122223333",
    "digestStartTime": "2015-08-17T14:01:31Z",
    "digestEndTime": "2015-08-17T15:01:31Z",
    "digestS3Bucket": "amzn-s3-demo-bucket",
    "digestS3Object": DIGEST_KEY,
    "digestPublicKeyFingerprint": "31e8b5433410dfb61a9dc45cc65b22ff",
    "digestSignatureAlgorithm": "SHA256withRSA",
    "newestEventTime": "2015-08-17T14:52:27Z",
    "oldestEventTime": "2015-08-17T14:42:27Z",
    "previousDigestS3Bucket": "amzn-s3-demo-bucket",
    "previousDigestS3Object": PREVIOUS_KEY,
    "previousDigestHashValue": "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d",
    "previousDigestHashAlgorithm": "SHA-256",
    "previousDigestSignature": "50887ccffad4c002",
    "logFiles": [],
}
"""The sample of the CloudTrail User Guide, "CloudTrail digest file structure", its signature cut short."""


def test_what_is_signed_is_as_the_user_guide_says() -> None:
    digest = read_digest(DOCUMENTED)
    expected = f"2015-08-17T15:01:31Z\namzn-s3-demo-bucket/{DIGEST_KEY}\n{'ab' * 32}\n50887ccffad4c002"
    assert digest.signing_string("ab" * 32) == expected.encode()


def test_the_first_digest_of_a_chain_signs_the_word_null() -> None:
    first = {name: None if name.startswith("previous") else value for name, value in DOCUMENTED.items()}
    digest = read_digest(first)
    assert digest.previous is None
    assert digest.signing_string("00").endswith(b"\n00\nnull")


def test_the_name_of_a_digest() -> None:
    named = digest_name(DIGEST_KEY)
    assert named is not None
    assert (named.account, named.region) == ("111122223333", "us-east-2")
    assert named.chain == Chain("your-trail-name", "us-east-2")
    assert named.end == datetime(2015, 8, 17, 15, 1, 31, tzinfo=UTC)
    backfill = digest_name(DIGEST_KEY.replace("Z.json", "Z_backfill.json").replace("your-trail-name", "a_b"))
    assert backfill is not None
    assert (backfill.end, backfill.chain) == (named.end, Chain("a_b", "us-east-2", is_backfill=True))


def test_the_name_of_a_log_file() -> None:
    named = log_name("x/111122223333_CloudTrail_us-east-2_20150801T0210Z_Mu0KsOhtH1ar15ZZ.json.gz")
    assert named == ("111122223333", "us-east-2", datetime(2015, 8, 1, 2, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "AWSLogs/",
        "notes.txt",
        DIGEST_KEY.replace("20150817T15", "20151317T15"),
        DIGEST_KEY.removesuffix(".gz"),
        DIGEST_KEY.replace("111122223333_", "11112222333_"),
        "111122223333_CloudTrail_us-east-2_20150801T2510Z_x.json.gz",
    ],
)
def test_names_that_are_none(key: str) -> None:
    assert digest_name(key) is None
    assert log_name(key) is None


@pytest.mark.parametrize("base", ["", "AWSLogs/", "a/prefix/AWSLogs/o-exampleorgid/"])
@pytest.mark.parametrize("kind", [DIGESTS, LOGS])
def test_the_folder_of_a_file(base: str, kind: str) -> None:
    folder = Folder("bucket", base, "111122223333", "eu-west-1")
    assert folder_of(Place("bucket", f"{folder.prefix(kind)}2015/08/17/x.json.gz")) == folder


def test_a_file_outside_of_any_folder() -> None:
    assert folder_of(Place("bucket", "AWSLogs/111122223333/Config/eu-west-1/x.json.gz")) is None


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-isob-east-1"])
def test_every_region_is_one(region: str) -> None:
    assert REGION.fullmatch(region)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(changes=st.dictionaries(st.sampled_from(sorted(DOCUMENTED)), _json, max_size=3), whole=_json)
def test_no_json_breaks_the_reader(changes: dict[str, object], whole: object) -> None:
    for value in (whole, DOCUMENTED | changes):
        with contextlib.suppress(DigestFormatError):
            read_digest(value).signing_string("00")
