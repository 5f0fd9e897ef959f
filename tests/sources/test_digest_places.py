"""Trails where they lie: in a bucket of S3, behind AWS's faults, and in a local copy of one."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from policysim.cloudtrail.digest_layout import Folder, Place, log_name
from policysim.cloudtrail.digest_verdicts import ChainVerdict, FileVerdict, Kind, Note, Outcome, Tally
from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.digests.bucket import BucketStore
from policysim.sources.digests.local_copy import LocalStore
from policysim.sources.digests.public_keys import FetchedKeys, SavedKeys
from policysim.sources.digests.stores import LARGEST, Wanted
from policysim.sources.digests.verification import Asked, verify
from policysim.sources.digests.verified_logs import VerifiedLogs, open_keys, open_store
from policysim.sources.errors import InputError, RemoteError
from tests.signed_logs import ACCOUNT, BUCKET, HOUR, START, Stored, Trail, public_keys, signer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from policysim.sources.digests.public_keys import PublicKeys
    from policysim.sources.digests.stores import LogStore
    from tests.aws_server import AwsServer

NOW = START + 4 * HOUR + timedelta(minutes=20)
KEYS = "cloudtrail:ListPublicKeys"


def connection_to(aws: AwsServer) -> Connection:
    return Connection(AwsSettings(region="eu-west-1", endpoint_url=aws.url))


def run(store: LogStore, keys: PublicKeys, asked: Asked | None = None) -> tuple[Tally, dict[str, FileVerdict]]:
    tally, files = Tally(), {}
    for told in verify(store, keys, asked or Asked(since=START), NOW):
        tally.add(told)
        match told:
            case FileVerdict():
                files[told.name] = told
            case ChainVerdict() | Note():
                pass
    return tally, files


def uploaded(aws: AwsServer, trail: Trail) -> Connection:
    trail.upload(aws.client("s3"))
    aws.reply(KEYS, json.dumps(public_keys()), "application/x-amz-json-1.1")
    return connection_to(aws)


def saved_keys(folder: Path) -> SavedKeys:
    path = folder / "keys.json"
    path.write_text(json.dumps(public_keys()))
    return SavedKeys([path])


def small() -> Trail:
    trail = Trail()
    trail.deliver(4, logs=1)
    return trail


def test_a_bucket_with_its_keys_from_cloudtrail(aws: AwsServer) -> None:
    trail = small()
    trail.deliver(4, logs=1, region="us-east-1")
    connection = uploaded(aws, trail)
    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert tally.outcome is Outcome.VALID
    assert len(files) == 16
    assert all(name.startswith(f"s3://{BUCKET}/AWSLogs/") for name in files)
    asked = [(call.region, json.loads(call.body)) for call in aws.calls if call.operation == "ListPublicKeys"]
    assert {region for region, _ in asked} == {"eu-west-1", "us-east-1"}, "each Region has its own keys"
    assert len(asked) == 4, "once for each Region and day"
    assert all(span["StartTime"] < START.timestamp() + 4 * 3600 < span["EndTime"] + 86400 for _, span in asked)


def test_no_object_outside_of_the_time_is_read(aws: AwsServer) -> None:
    trail = Trail()
    trail.deliver(4, logs=1, start=START - timedelta(days=3))
    trail.deliver(4, logs=1)
    connection = uploaded(aws, trail)
    asked = Asked(since=START, until=NOW)
    tally, files = run(BucketStore(f"s3://{BUCKET}/", connection), FetchedKeys(connection), asked)
    assert tally.outcome is Outcome.VALID
    read = [call.operation for call in aws.calls if "/AWSLogs/" in call.operation]
    assert len(read) == len(files) == 8
    assert not any("/2026/11/20/" in operation for operation in read)


@pytest.mark.parametrize(
    ("below", "regions"),
    [
        ("", ["eu-west-1", "us-east-1"]),
        ("/AWSLogs", ["eu-west-1", "us-east-1"]),
        (f"/AWSLogs/{ACCOUNT}/", ["eu-west-1", "us-east-1"]),
        (f"/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/", ["us-east-1"]),
    ],
)
def test_a_location_may_go_on_below_the_prefix(aws: AwsServer, below: str, regions: list[str]) -> None:
    trail = Trail(base="some/prefix/AWSLogs/")
    for region in ("eu-west-1", "us-east-1"):
        trail.deliver(1, logs=1, region=region)
    store = BucketStore(f"s3://{BUCKET}/some/prefix{below}", uploaded(aws, trail))
    assert [folder.region for folder in store.folders(Wanted())] == regions


@pytest.mark.parametrize("below", ["", "/AWSLogs/o-exampleorgid", f"/AWSLogs/o-exampleorgid/{ACCOUNT}"])
def test_an_organisation_trail_is_found(aws: AwsServer, below: str) -> None:
    trail = Trail(base="AWSLogs/o-exampleorgid/")
    trail.deliver(1, logs=1)
    store = BucketStore(f"s3://{BUCKET}{below}", uploaded(aws, trail))
    assert list(store.folders(Wanted())) == [Folder(BUCKET, "AWSLogs/o-exampleorgid/", ACCOUNT, "eu-west-1")]
    assert list(store.folders(Wanted(regions=frozenset({"eu-west-3"})))) == []


def test_a_refused_object_proves_nothing_and_the_rest_goes_on(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    log, digest = trail.logs()[0], trail.digests()[2]
    for key in (log, digest):
        aws.fail(f"s3:GET /{BUCKET}/{key}.*", "AccessDenied", status=403)
    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    refused = {name for name, told in files.items() if "AWS refused `s3:GetObject` (AccessDenied)" in told.reason}
    assert refused == {f"s3://{BUCKET}/{log}", f"s3://{BUCKET}/{digest}"}
    assert tally.outcome is Outcome.UNPROVEN
    assert tally.of(Verdict.VALID) == 5


def test_an_archived_object_says_what_to_do(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    aws.fail(f"s3:GET /{BUCKET}/{trail.logs()[0]}.*", "InvalidObjectState", status=403)
    _, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert "restore it" in files[f"s3://{BUCKET}/{trail.logs()[0]}"].reason


def test_throttling_is_waited_out_and_else_told(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    aws.fail(f"s3:GET /{BUCKET}/{trail.logs()[0]}.*", "SlowDown", status=503, times=1)
    assert run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))[0].outcome is Outcome.VALID
    aws.fail(f"s3:GET /{BUCKET}/{trail.logs()[1]}.*", "SlowDown", status=503)
    _, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    told = files[f"s3://{BUCKET}/{trail.logs()[1]}"]
    assert told.verdict is Verdict.UNPROVEN
    assert "run this again later" in told.reason


def test_an_object_that_is_gone_after_the_listing_is_missing(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    aws.fail(f"s3:GET /{BUCKET}/{trail.digests()[1]}.*", "NoSuchKey", status=404)
    _, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert files[f"s3://{BUCKET}/{trail.digests()[1]}"].verdict is Verdict.MISSING


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        (f"s3:GET /{BUCKET}/AWSLogs.*", "ExpiredToken", 400),
        (f"s3:GET /{BUCKET}\\?.*", "AccessDenied", 403),
        (KEYS, "ExpiredTokenException", 400),
    ],
)
def test_what_ends_the_run(aws: AwsServer, operation: str, code: str, status: int) -> None:
    connection = uploaded(aws, small())
    aws.fail(operation, code, status=status)
    with pytest.raises(RemoteError):
        run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))


def test_refused_keys_prove_nothing(aws: AwsServer) -> None:
    connection = uploaded(aws, small())
    aws.fail(KEYS, "AccessDeniedException", status=400)
    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert tally.of(Verdict.VALID) == 0
    assert tally.outcome is Outcome.UNPROVEN
    assert any("AWS refused `cloudtrail:ListPublicKeys` in eu-west-1" in told.reason for told in files.values())


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("UnrecognizedClientException", "if the Region is off for this account"),
        ("OptInRequired", "if the Region is off for this account"),
        ("InvalidTimeRangeException", "`cloudtrail:ListPublicKeys` failed in us-east-1 (InvalidTimeRangeException)"),
    ],
)
def test_a_region_that_tells_no_keys_leaves_the_others_as_they_are(code: str, told: str, aws: AwsServer) -> None:
    trail = small()
    trail.deliver(4, logs=1, region="us-east-1")
    connection = uploaded(aws, trail)

    class OneRegion(FetchedKeys):
        def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:
            if region == "us-east-1":
                aws.fail(KEYS, code, status=400)
            return super().find(region, fingerprint, moment)

    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), OneRegion(connection))
    assert tally.outcome is Outcome.UNPROVEN
    reasons = [one.reason for name, one in files.items() if "/us-east-1/" in name and one.kind is Kind.DIGEST]
    assert all(told in reason for reason in reasons)
    assert all(one.verdict is Verdict.VALID for name, one in files.items() if "/eu-west-1/" in name)


def test_credentials_that_aws_knows_nowhere_end_the_run(aws: AwsServer, tmp_path: Path) -> None:
    trail = small()
    connection = connection_to(aws)
    aws.fail(KEYS, "UnrecognizedClientException", status=400)
    aws.fail("sts:GetCallerIdentity", "InvalidClientTokenId", status=403)
    with pytest.raises(RemoteError, match="no valid AWS credentials"):
        run(LocalStore(str(trail.write(tmp_path / "copy"))), FetchedKeys(connection))


def test_an_object_under_a_key_that_is_switched_off_proves_nothing_and_the_rest_goes_on(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    aws.fail(f"s3:GET /{BUCKET}/{trail.logs()[0]}.*", "KMS.DisabledException", status=400)
    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    told = files[f"s3://{BUCKET}/{trail.logs()[0]}"]
    assert (told.verdict, told.reason) == (Verdict.UNPROVEN, "`s3:GetObject` failed (KMS.DisabledException)")
    assert tally.of(Verdict.VALID) == 7


def test_a_key_that_cloudtrail_does_not_know(aws: AwsServer) -> None:
    trail = Trail()
    trail.deliver(1, by=signer("forger"))
    connection = uploaded(aws, trail)
    tally, _ = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert tally.files[Kind.DIGEST, Verdict.CHANGED] == 1


def test_a_bucket_without_anything_of_cloudtrail(aws: AwsServer) -> None:
    aws.client("s3").create_bucket(Bucket=BUCKET)
    with pytest.raises(InputError, match="there is no `AWSLogs` folder"):
        list(BucketStore(f"s3://{BUCKET}", connection_to(aws)).folders(Wanted()))


@pytest.mark.parametrize("location", ["s3://", "s3:///x"])
def test_a_location_without_a_bucket(location: str, aws: AwsServer) -> None:
    with pytest.raises(InputError, match="expected `s3://BUCKET`"):
        BucketStore(location, connection_to(aws))


def test_a_copy_is_proven_but_for_its_newest_digest(tmp_path: Path) -> None:
    trail = small()
    store = LocalStore(str(trail.write(tmp_path)))
    tally, files = run(store, saved_keys(tmp_path))
    newest = str(tmp_path / trail.digests()[-1])
    assert {name for name, told in files.items() if told.verdict is Verdict.UNPROVEN} == {
        newest,
        str(tmp_path / trail.logs()[-1]),
    }
    assert tally.of(Verdict.VALID) == 6


def test_the_metadata_beside_the_newest_digest_prove_it_too(tmp_path: Path) -> None:
    trail = small()
    trail.write(tmp_path)
    newest = trail.digests()[-1]
    beside = tmp_path / f"{newest}.head.json"
    beside.write_text(json.dumps({"ContentLength": 1, "Metadata": trail.objects[newest].metadata}))
    assert run(LocalStore(str(tmp_path)), saved_keys(tmp_path))[0].outcome is Outcome.VALID
    for broken in ("{", "[]", '{"Metadata": 7}'):
        beside.write_text(broken)
        with pytest.raises(InputError, match="head-object"):
            run(LocalStore(str(tmp_path)), saved_keys(tmp_path))


@pytest.mark.parametrize("below", ["", "AWSLogs", f"AWSLogs/{ACCOUNT}"])
def test_a_copy_of_any_part_of_the_bucket(tmp_path: Path, below: str) -> None:
    trail = Trail(base="prefix/AWSLogs/")
    trail.deliver(3, logs=1)
    trail.write(tmp_path)
    folder = tmp_path / "prefix" / below
    tally, _ = run(LocalStore(str(folder)), saved_keys(tmp_path))
    assert tally.of(Verdict.VALID) == 4
    assert tally.of(Verdict.UNPROVEN) == 2


def test_copies_of_two_buckets_below_one_folder(tmp_path: Path) -> None:
    small().write(tmp_path / "one")
    small().write(tmp_path / "two")
    with pytest.raises(InputError, match="several copies of one bucket"):
        LocalStore(str(tmp_path))


def test_a_renamed_digest_in_a_copy_is_moved(tmp_path: Path) -> None:
    trail = small()
    trail.write(tmp_path)
    path = tmp_path / trail.digests()[-1]
    path.rename(path.with_name(path.name.replace("T020131Z", "T021131Z")))
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path))
    assert [told.verdict for name, told in files.items() if "T021131Z" in name] == [Verdict.MOVED]


def test_a_copy_of_another_bucket_that_was_mixed_in_is_moved(tmp_path: Path) -> None:
    trail = small()
    key = trail.digest(START - HOUR, START, [], changes={"digestS3Bucket": "another-bucket"})
    trail.write(tmp_path)
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path), Asked())
    assert files[str(tmp_path / key)].verdict is Verdict.MOVED


def test_a_copy_lists_the_time_that_was_asked_for_and_both_of_its_ends(tmp_path: Path) -> None:
    trail = small()
    store = LocalStore(str(trail.write(tmp_path)))
    (folder,) = store.folders(Wanted())
    ends = [START + HOUR, START + 3 * HOUR]
    assert [place.key for place in store.digests(folder, *ends)] == trail.digests()[:3]
    times = [named.time for key in trail.logs() if (named := log_name(key))]
    assert [place.key for place in store.logs(folder, times[1], times[2])] == trail.logs()[1:3]


def test_a_file_larger_than_any_of_cloudtrail_is_not_read(tmp_path: Path) -> None:
    trail = small()
    key = trail.logs()[0]
    trail.write(tmp_path)
    with (tmp_path / key).open("wb") as stream:
        stream.truncate(LARGEST + 1)
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path))
    assert "larger than 256 MiB" in files[str(tmp_path / key)].reason


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    trail = small()
    trail.write(tmp_path)
    pipe, folder = (tmp_path / key for key in trail.logs()[:2])
    pipe.unlink()
    os.mkfifo(pipe)
    folder.unlink()
    folder.mkdir()
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path))
    assert [files[str(path)].reason for path in (pipe, folder)] == ["it is no file", "it is no file"]
    digest = tmp_path / trail.digests()[0]
    digest.unlink()
    os.mkfifo(digest)
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path))
    assert files[str(digest)].reason == "it is no file"
    beside = tmp_path / f"{trail.digests()[1]}.head.json"
    os.mkfifo(beside)
    with pytest.raises(InputError, match=r"head\.json: it is no file"):
        run(LocalStore(str(tmp_path)), saved_keys(tmp_path))


def test_a_linked_folder_of_a_copy_is_not_passed_over(tmp_path: Path) -> None:
    trail = small()
    trail.deliver(2, region="us-east-1")
    copy = trail.write(tmp_path / "copy")
    region = copy / f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1"
    region.rename(tmp_path / "elsewhere")
    region.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="us-east-1: this is a link to a folder"):
        LocalStore(str(copy))


@pytest.mark.parametrize("name", ["events.json.gz", f"x/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/events.json"])
def test_a_bucket_tells_what_readers_take_for_logs_and_cloudtrail_did_not_name(name: str, aws: AwsServer) -> None:
    trail = small()
    key = f"{trail.logs()[0].rpartition('/')[0]}/{name}"
    trail.objects[key] = Stored(b"{}")
    connection = uploaded(aws, trail)
    tally, files = run(BucketStore(f"s3://{BUCKET}", connection), FetchedKeys(connection))
    assert tally.outcome is Outcome.INVALID
    assert files[f"s3://{BUCKET}/{key}"].verdict is Verdict.UNLISTED


def test_a_copy_tells_what_readers_take_for_logs_and_cloudtrail_did_not_name(tmp_path: Path) -> None:
    trail = small()
    key = f"{trail.logs()[0].rpartition('/')[0]}/events.json.gz"
    trail.objects[key] = Stored(b"{}")
    trail.write(tmp_path)
    _, files = run(LocalStore(str(tmp_path)), saved_keys(tmp_path))
    assert files[str(tmp_path / key)].verdict is Verdict.UNLISTED


def test_a_listed_name_never_leads_out_of_the_copy(tmp_path: Path) -> None:
    trail = small()
    trail.write(tmp_path)
    store = LocalStore(str(tmp_path))
    for key in ("../keys.json", "AWSLogs/../../x", "/etc/hostname", "AWSLogs/\0"):
        assert isinstance(store.fetch(Place(BUCKET, key)), Judgement)
    assert isinstance(store.fetch(Place("elsewhere", trail.logs()[0])), Judgement)


@pytest.mark.parametrize(("make", "sentence"), [(False, "no such folder"), (True, "no files of CloudTrail")])
def test_a_folder_that_is_no_copy(tmp_path: Path, make: bool, sentence: str) -> None:  # a parameter
    folder = tmp_path / "copy"
    if make:
        folder.mkdir()
    with pytest.raises(InputError, match=sentence):
        LocalStore(str(folder))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "no JSON"),
        ("[]", "with a `PublicKeyList`"),
        ('{"PublicKeyList": [{"Fingerprint": "x"}]}', "no `Fingerprint` or no `Value`"),
        ('{"PublicKeyList": [{"Fingerprint": "x", "Value": "?"}]}', "not base64"),
    ],
)
def test_a_file_of_keys_that_is_none(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        SavedKeys([path])


def test_a_saved_key_that_is_no_key_proves_nothing(tmp_path: Path) -> None:
    keys = public_keys()
    keys["PublicKeyList"][0]["Value"] = "AAAA"
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(keys))
    trail = small()
    tally, files = run(LocalStore(str(trail.write(tmp_path))), SavedKeys([path]))
    assert tally.of(Verdict.VALID) == 0
    assert any("is no RSA key" in told.reason for told in files.values())


def test_without_keys_and_without_aws_nothing_can_be_tested() -> None:
    with pytest.raises(InputError, match="--public-keys"):
        open_keys([], None)
    with pytest.raises(InputError, match="may not call AWS"):
        open_store("s3://bucket", None)


def test_verified_logs_of_a_copy(tmp_path: Path) -> None:
    trail = small()
    trail.write(tmp_path)
    saved_keys(tmp_path)
    logs = VerifiedLogs(str(tmp_path), public_keys=[tmp_path / "keys.json"])
    proven, newest = trail.logs()[0], trail.logs()[-1]
    data = trail.objects[proven].data
    assert logs.refusal(str(tmp_path / proven), data) is None
    assert logs.refusal(f"s3://{BUCKET}/{proven}", data) is None
    assert "is not as CloudTrail delivered it" in str(logs.refusal(str(tmp_path / proven), b""))
    assert "SHA-256" in str(logs.refusal(str(tmp_path / proven), trail.objects[newest].data))
    assert "further bytes" in str(logs.refusal(str(tmp_path / proven), data + data))
    assert "is unproven" in str(logs.refusal(str(tmp_path / newest), trail.objects[newest].data))
    assert "no log file of the trail" in str(logs.refusal(str(tmp_path / "event.json"), data))
    assert "no log file of the trail" in str(logs.refusal(str(tmp_path.parent / "x" / proven), data))
    assert "no digests of its day" in str(logs.refusal(f"s3://another-bucket/{proven}", data))
    forged = trail.log(START + timedelta(minutes=95))
    assert str(logs.refusal(f"s3://{BUCKET}/{forged}", data)).endswith("CloudTrail's: no digest lists it")
    fresh = trail.log(START + 4 * HOUR + timedelta(minutes=5))
    assert "no digest lists it yet" in str(logs.refusal(f"s3://{BUCKET}/{fresh}", data))


@pytest.mark.parametrize("base", ["AWSLogs/", "a/prefix/AWSLogs/o-exampleorgid/", "no-root/"])
def test_verified_logs_of_a_part_of_a_copy_find_the_digests(tmp_path: Path, base: str) -> None:
    trail = Trail(base=base)
    trail.deliver(3)
    trail.write(tmp_path)
    saved_keys(tmp_path)
    key = trail.logs()[0]
    path = tmp_path / key
    for part in (path, path.parent, path.parents[3]):
        logs = VerifiedLogs(str(part), public_keys=[tmp_path / "keys.json"])
        assert logs.refusal(str(path), trail.objects[key].data) is None


def test_verified_logs_of_a_bucket_read_each_digest_once(aws: AwsServer) -> None:
    trail = small()
    connection = uploaded(aws, trail)
    logs = VerifiedLogs(f"s3://{BUCKET}", connection)
    for key in trail.logs():
        assert logs.refusal(f"s3://{BUCKET}/{key}", trail.objects[key].data) is None
    read = [call.operation for call in aws.calls if "CloudTrail-Digest/eu-west-1/2026" in call.operation]
    bodies = [operation for operation in read if "prefix=" not in operation]
    assert 4 <= len(bodies) <= 8, "those of the evening are read for both days"
    assert not [call for call in aws.calls if "/CloudTrail/" in call.operation], "log files are the reader's own"
