"""A trail tampered with in every way: each is found, and the file and the reason are named.

The trail is in memory here; S3 and local copies have tests of their own.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.cloudtrail.digest_layout import LOGS, digest_name
from policysim.cloudtrail.digest_verdicts import ChainVerdict, FileVerdict, Kind, Note, Outcome, Silence, Tally
from policysim.cloudtrail.digests import Judgement, Verdict
from policysim.sources.digests.stores import Wanted
from policysim.sources.digests.verification import Asked, verify
from policysim.sources.digests.verified_logs import open_keys
from tests.signed_logs import ACCOUNT, HOUR, START, MemoryStore, Stored, Trail, packed, public_keys, signer, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from policysim.sources.digests.public_keys import PublicKeys

END = START + 4 * HOUR
NOW = END + timedelta(minutes=20)
ALL = Asked(since=START)


class Keys:
    """The keys of the tests, as CloudTrail tells them."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []

    def find(self, region: str, fingerprint: str, moment: datetime) -> bytes | Judgement:
        """The key, as ``FetchedKeys`` answers."""
        self.asked.append(moment)
        if fingerprint == signer().fingerprint:
            return signer().public
        return Judgement(Verdict.CHANGED, f"CloudTrail has no key {fingerprint} in {region}")


class Found:
    """What ``verify`` told, sorted out."""

    def __init__(
        self,
        trail: Trail,
        asked: Asked = ALL,
        *,
        keys: PublicKeys | None = None,
        live: bool = True,
        now: datetime = NOW,
    ) -> None:
        self.tally = Tally()
        self.files: dict[str, FileVerdict] = {}
        self.chains: list[ChainVerdict] = []
        self.notes: list[str] = []
        self.silences: list[str] = []
        for told in verify(MemoryStore(trail, is_live=live), keys or Keys(), asked, now):
            self.tally.add(told)
            if isinstance(told, FileVerdict):
                assert told.name not in self.files, "each file is told once"
                self.files[told.name] = told
            elif isinstance(told, Note):
                self.notes.append(told.sentence)
            elif isinstance(told, Silence):
                self.silences.append(told.sentence)
            else:
                self.chains.append(told)

    def of(self, verdict: Verdict) -> dict[str, str]:
        """The files of a verdict, with the reasons."""
        return {name: told.reason for name, told in self.files.items() if told.verdict is verdict}

    @property
    def outcome(self) -> Outcome:
        return self.tally.outcome


def trail_of(*regions: str, hours: int = 4) -> Trail:
    trail = Trail()
    for region in regions or ("eu-west-1",):
        trail.deliver(hours, region=region)
    return trail


def rewritten(trail: Trail, key: str, change: Callable[[dict[str, Any]], None]) -> None:
    value = unpacked(trail.objects[key].data)
    change(value)
    trail.objects[key].data = packed(value)


def test_a_trail_as_it_was_delivered_is_valid() -> None:
    found = Found(trail_of("eu-west-1", "us-east-1"))
    assert found.outcome is Outcome.VALID
    assert found.tally.files == {(Kind.DIGEST, Verdict.VALID): 8, (Kind.LOG, Verdict.VALID): 16}
    assert [(chain.folder.region, chain.digests, chain.gaps) for chain in found.chains] == [
        ("eu-west-1", 4, ()),
        ("us-east-1", 4, ()),
    ]
    assert (found.chains[0].since, found.chains[0].until) == (START, END)


def test_hours_without_log_files_are_valid() -> None:
    trail = Trail()
    trail.deliver(3, logs=0)
    found = Found(trail, now=START + 3 * HOUR)
    assert found.outcome is Outcome.VALID
    assert found.tally.files == {(Kind.DIGEST, Verdict.VALID): 3}


def test_a_changed_log_file() -> None:
    trail = trail_of()
    key = trail.logs()[3]
    rewritten(trail, key, lambda value: value["Records"][0].update(eventID="another"))
    found = Found(trail)
    assert list(found.of(Verdict.CHANGED)) == [key]
    assert trail.digests()[1] in found.files[key].reason
    assert "SHA-256" in found.files[key].reason
    assert found.tally.of(Verdict.VALID) == 11


def test_a_deleted_log_file() -> None:
    trail = trail_of()
    key = trail.logs()[0]
    del trail.objects[key]
    found = Found(trail)
    assert found.of(Verdict.MISSING) == {key: f"{trail.digests()[0]} lists it, and it is not there"}
    assert found.outcome is Outcome.INVALID


def test_two_log_files_that_were_swapped() -> None:
    trail = trail_of()
    one, other = trail.logs()[:2]
    trail.objects[one], trail.objects[other] = trail.objects[other], trail.objects[one]
    assert set(Found(trail).of(Verdict.CHANGED)) == {one, other}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no gzip file"),
        (b'{"Records": []}', "broken gzip file"),
        (packed({"Records": []})[:-5], "cut off"),
    ],
)
def test_a_log_file_that_does_not_unpack(data: bytes, reason: str) -> None:
    trail = trail_of()
    trail.objects[trail.logs()[0]].data = data
    (told,) = Found(trail).of(Verdict.CHANGED).values()
    assert reason in told


def test_events_behind_the_end_of_a_log_file() -> None:
    trail = trail_of()
    key = trail.logs()[0]
    trail.objects[key].data += packed({"Records": [{"eventName": "Forged"}]})
    assert Found(trail).of(Verdict.CHANGED) == {key: "there are further bytes behind its gzip stream"}


def test_a_log_file_that_no_digest_lists() -> None:
    trail = trail_of()
    key = trail.log(START + timedelta(minutes=95))
    found = Found(trail)
    assert list(found.of(Verdict.UNLISTED)) == [key]
    assert "CloudTrail did not deliver it" in found.files[key].reason
    assert found.outcome is Outcome.INVALID


def test_the_times_in_names_are_cut_to_the_minute() -> None:
    trail = trail_of()
    first = trail.log(START)
    assert Found(trail, Asked(since=START - HOUR)).files[first].verdict is Verdict.UNLISTED


def test_a_late_log_file_may_be_in_the_digest_after_the_newest() -> None:
    trail = trail_of()
    late = trail.log(END - timedelta(minutes=5))
    assert Found(trail).files[late].verdict is Verdict.NOT_YET
    told = Found(trail, Asked(), live=False, now=END + 9 * HOUR).files[late]
    assert told == (Kind.LOG, late, Verdict.UNPROVEN, "no digest lists it, but the one after the newest may")


def test_a_log_file_of_the_last_hour_is_not_covered_yet() -> None:
    trail = trail_of()
    key = trail.log(END + timedelta(minutes=5))
    found = Found(trail)
    assert list(found.of(Verdict.NOT_YET)) == [key]
    assert found.outcome is Outcome.VALID


def test_a_changed_digest() -> None:
    trail = trail_of()
    key = trail.digests()[1]
    rewritten(trail, key, lambda value: value["logFiles"].pop())
    found = Found(trail)
    assert list(found.of(Verdict.CHANGED)) == [key]
    assert "the next digest holds the hash" in found.files[key].reason
    assert found.chains[0].gaps == (), "its neighbours are there"
    listed, unlisted = trail.logs()[2:4]
    assert f"{key}, which lists it, is changed" in found.of(Verdict.UNPROVEN)[listed]
    assert found.of(Verdict.UNPROVEN)[unlisted] == "no valid digest covers the time of its delivery"


def test_a_changed_newest_digest_is_found_by_its_signature() -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    rewritten(trail, key, lambda value: value["logFiles"].pop())
    assert Found(trail).of(Verdict.CHANGED) == {key: "its signature does not fit it"}


def test_a_deleted_digest() -> None:
    trail = trail_of()
    key = trail.digests()[1]
    del trail.objects[key]
    found = Found(trail)
    assert found.of(Verdict.MISSING) == {key: "the digest after it says that it was there"}
    (gap,) = found.chains[0].gaps
    assert (gap.after, gap.before) == (START + HOUR, START + 2 * HOUR)
    assert set(found.of(Verdict.UNPROVEN)) == set(trail.logs()[2:4])
    assert found.tally.of(Verdict.VALID) == 9


def test_several_deleted_digests_leave_one_gap() -> None:
    trail = trail_of()
    for key in trail.digests()[1:3]:
        del trail.objects[key]
    found = Found(trail)
    assert len(found.of(Verdict.MISSING)) == 1
    assert [(gap.after, gap.before) for gap in found.chains[0].gaps] == [(START + HOUR, START + 3 * HOUR)]


def test_the_oldest_digest_of_the_time_was_deleted() -> None:
    trail = trail_of()
    key = trail.digests()[0]
    del trail.objects[key]
    assert list(Found(trail).of(Verdict.MISSING)) == [key]
    assert list(Found(trail, Asked(since=START + HOUR)).of(Verdict.MISSING)) == [key]
    assert Found(trail, Asked(since=START + HOUR + timedelta(minutes=1))).of(Verdict.MISSING) == {}


def test_the_newest_digests_were_deleted() -> None:
    trail = trail_of()
    for key in trail.digests()[-2:]:
        del trail.objects[key]
    found = Found(trail)
    assert found.outcome is Outcome.UNPROVEN
    (gap,) = found.chains[0].gaps
    assert (gap.after, gap.before) == (START + 2 * HOUR, NOW)
    assert "no digest came since" in gap.reason


def test_the_next_digest_may_be_two_hours_late() -> None:
    assert Found(trail_of(), now=END + 2 * HOUR).outcome is Outcome.VALID
    assert Found(trail_of(), now=END + 2 * HOUR + timedelta(seconds=1)).outcome is Outcome.UNPROVEN


def test_a_copy_may_end_at_any_time_unless_a_time_is_asked_for() -> None:
    late = END + 9 * HOUR
    assert Found(trail_of(), Asked(), live=False, now=late).outcome is Outcome.VALID
    assert Found(trail_of(), Asked(until=END + 4 * HOUR), live=False, now=late).outcome is Outcome.UNPROVEN


def test_a_digest_of_an_earlier_trail_of_the_same_name_breaks_no_chain() -> None:
    trail = trail_of()
    stray = trail.digest(START + HOUR, START + HOUR + timedelta(minutes=30), [])
    found = Found(trail)
    assert found.outcome is Outcome.VALID
    assert found.files[stray].verdict is Verdict.VALID
    gone = trail.digests()[2]
    del trail.objects[gone]
    assert list(Found(trail).of(Verdict.MISSING)) == [gone]


def test_all_digests_were_deleted() -> None:
    trail = trail_of()
    for key in trail.digests():
        del trail.objects[key]
    found = Found(trail)
    assert found.outcome is Outcome.UNPROVEN
    assert set(found.of(Verdict.UNPROVEN)) == set(trail.logs())


@pytest.mark.parametrize("index", [1, 3])
def test_a_replaced_signature(index: int) -> None:
    trail = trail_of()
    key = trail.digests()[index]
    trail.objects[key].metadata["signature"] = trail.objects[trail.digests()[0]].metadata["signature"]
    (reason,) = Found(trail).of(Verdict.CHANGED).values()
    assert "signature" in reason


def test_a_signature_that_is_none() -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    trail.objects[key].metadata["signature"] = "not hexadecimal"
    assert Found(trail).of(Verdict.CHANGED) == {key: "its signature is not hexadecimal"}


def test_a_lost_signature_of_the_newest_digest_proves_nothing() -> None:
    trail = trail_of()
    for key in trail.digests():
        trail.objects[key].metadata.clear()
    found = Found(trail)
    newest = trail.digests()[-1]
    assert "its signature is not at hand" in found.files[newest].reason
    assert set(found.of(Verdict.UNPROVEN)) == {newest, *trail.logs()[-2:]}
    assert found.tally.of(Verdict.VALID) == 9
    assert found.outcome is Outcome.UNPROVEN


def test_a_digest_that_was_moved() -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    moved = key.replace("T020131Z", "T021131Z")
    trail.objects[moved] = trail.objects.pop(key)
    found = Found(trail)
    assert list(found.of(Verdict.MOVED)) == [moved]
    assert key in found.files[moved].reason


def test_a_digest_that_stands_in_the_place_of_another() -> None:
    trail = trail_of()
    older, newer = trail.digests()[1:3]
    trail.objects[newer] = trail.objects[older]
    found = Found(trail)
    assert newer in found.of(Verdict.MOVED)
    assert found.outcome is Outcome.INVALID


def test_a_digest_signed_by_another_key() -> None:
    trail = trail_of(hours=3)
    trail.digest(START + 3 * HOUR, END, [], previous=trail.digests()[-1], by=signer("forger"))
    key = trail.digests()[-1]
    (reason,) = Found(trail).of(Verdict.CHANGED).values()
    assert f"no key {signer('forger').fingerprint} in eu-west-1" in reason
    forged = {"digestPublicKeyFingerprint": signer().fingerprint}
    trail.digest(START + 3 * HOUR, END, [], previous=trail.digests()[2], by=signer("forger"), changes=forged)
    assert Found(trail).of(Verdict.CHANGED) == {key: "its signature does not fit it"}


def test_a_key_that_no_file_of_keys_has_leaves_the_newest_digest_open(tmp_path: Path) -> None:
    saved = tmp_path / "keys.json"
    saved.write_text(json.dumps(public_keys(signer("another"))))
    trail = trail_of()
    found = Found(trail, keys=open_keys([saved], None))
    assert found.tally.of(Verdict.VALID) == 0
    assert found.outcome is Outcome.UNPROVEN
    assert f"no file of public keys has the key `{signer().fingerprint}`" in found.files[trail.digests()[-1]].reason


def test_an_older_digest_is_proven_by_the_hash_in_the_next_one_without_its_own_key(tmp_path: Path) -> None:
    trail = Trail()
    (old,) = trail.deliver(1, by=signer("retired"))
    trail.deliver(1, start=START + HOUR, previous=old)
    saved = tmp_path / "keys.json"
    saved.write_text(json.dumps(public_keys()))
    assert Found(trail, keys=open_keys([saved], None), now=START + 2 * HOUR).outcome is Outcome.VALID


@pytest.mark.parametrize("member", ["digestSignatureAlgorithm", "hashAlgorithm"])
def test_an_unknown_algorithm_proves_nothing(member: str) -> None:
    trail = trail_of(hours=3)
    log = trail.log(START + 3 * HOUR)
    listed = trail._listed(log) | {"hashAlgorithm": "SHA3-256"}  # noqa: SLF001  # the maker of the tests
    changes = {"logFiles": [listed]} if member == "hashAlgorithm" else {member: "SHA3-512withRSA"}
    trail.digest(START + 3 * HOUR, END, [], previous=trail.digests()[-1], changes=changes)
    found = Found(trail)
    assert any("which policysim does not know" in reason for reason in found.of(Verdict.UNPROVEN).values())
    assert found.outcome is Outcome.UNPROVEN


def test_a_changed_algorithm_in_the_metadata() -> None:
    trail = trail_of()
    trail.objects[trail.digests()[-1]].metadata["signature-algorithm"] = "MD5withRSA"
    (reason,) = [told.reason for told in Found(trail).files.values() if told.kind is Kind.DIGEST and told.reason]
    assert "MD5withRSA" in reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda value: value.pop("digestEndTime"), "no text `digestEndTime`"),
        (lambda value: value.update(digestS3Object=7), "no text `digestS3Object`"),
        (lambda value: value.update(logFiles=None), "`logFiles` is no list"),
        (lambda value: value.update(logFiles=["x"]), "no JSON object"),
        (lambda value: value["logFiles"][0].update(hashValue=None), "no text `hashValue`"),
        (lambda value: value.pop("previousDigestSignature"), "no `previousDigestSignature`"),
        (lambda value: value.update(previousDigestHashValue=None), "no text `previousDigestHashValue`"),
        (lambda value: value.update(digestStartTime="yesterday"), "is no time: `yesterday`"),
    ],
)
def test_a_digest_that_is_none(change: Callable[[dict[str, Any]], None], reason: str) -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    rewritten(trail, key, change)
    assert reason in Found(trail).of(Verdict.CHANGED)[key]


@pytest.mark.parametrize("content", [b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_a_digest_that_is_no_digest_at_all(content: bytes) -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    trail.objects[key].data = gzip.compress(content)
    assert "it is no digest file" in Found(trail).of(Verdict.CHANGED)[key]


def test_half_a_surrogate_pair_in_a_digest_is_no_text() -> None:
    trail = trail_of()
    key = trail.digests()[-1]
    rewritten(trail, key, lambda value: value.update(digestS3Object="\ud800"))
    assert "`digestS3Object` is no Unicode text" in Found(trail).of(Verdict.CHANGED)[key]


def test_a_deleted_digest_behind_one_that_is_not_valid_leaves_a_gap() -> None:
    trail = trail_of()
    older, newer = trail.digests()[1:3]
    rewritten(trail, newer, lambda value: value["logFiles"].pop())
    del trail.objects[older]
    found = Found(trail)
    assert list(found.of(Verdict.CHANGED)) == [newer]
    assert [(gap.after, gap.before) for gap in found.chains[0].gaps] == [(START + HOUR, START + 2 * HOUR)]


def test_a_wrong_hash_of_the_previous_digest() -> None:
    trail = trail_of(hours=2)
    first, second = trail.digests()
    trail.digest(
        START + HOUR,
        START + 2 * HOUR,
        trail.logs()[2:],
        previous=first,
        changes={"previousDigestHashValue": "0" * 64},
    )
    found = Found(trail, now=START + 2 * HOUR)
    assert found.files[second].verdict is Verdict.VALID
    assert "the next digest holds the hash 000" in found.of(Verdict.CHANGED)[first]


def test_a_chain_that_was_begun_anew_is_told_with_the_time_between() -> None:
    trail = trail_of(hours=2)
    trail.deliver(2, start=START + 5 * HOUR)
    late = trail.log(START + 3 * HOUR)
    found = Found(trail, now=START + 7 * HOUR)
    (gap,) = found.chains[0].gaps
    assert (gap.after, gap.before) == (START + 2 * HOUR, START + 5 * HOUR)
    assert "a new chain begins after it" in gap.reason
    assert found.of(Verdict.UNPROVEN) == {late: "no valid digest covers the time of its delivery"}
    assert found.outcome is Outcome.UNPROVEN


def test_the_times_of_two_digests_that_do_not_touch() -> None:
    trail = trail_of(hours=1)
    trail.deliver(1, start=START + 2 * HOUR, previous=trail.digests()[0])
    (gap,) = Found(trail, now=START + 3 * HOUR).chains[0].gaps
    assert gap.reason == "the times of the two digests do not touch"


def test_a_backfill_digest_lists_files_that_came_late() -> None:
    trail = trail_of()
    late = trail.log(START + timedelta(minutes=95))
    trail.digest(START + HOUR, START + 2 * HOUR, [late], backfill=True)
    keys = Keys()
    found = Found(trail, keys=keys)
    assert found.outcome is Outcome.VALID
    assert found.tally.files[Kind.BACKFILL, Verdict.VALID] == 1
    assert found.files[late].verdict is Verdict.VALID
    assert START + 8 * HOUR in keys.asked, "its key is that of the time at which it was made"


def test_backfill_digests_are_a_chain_of_their_own() -> None:
    trail = trail_of()
    early = trail.digest(START, START + HOUR, [], backfill=True)
    late = trail.digest(START + 2 * HOUR, START + 3 * HOUR, [], backfill=True, previous=early)
    assert Found(trail).outcome is Outcome.VALID
    del trail.objects[early]
    assert list(Found(trail).of(Verdict.MISSING)) == [early]
    assert late in trail.objects


def test_a_previous_digest_in_another_bucket_is_left_open() -> None:
    trail = trail_of(hours=1)
    elsewhere = {"previousDigestS3Bucket": "old-bucket"}
    trail.digest(START + HOUR, START + 2 * HOUR, [], previous=trail.digests()[0], changes=elsewhere)
    found = Found(trail, now=START + 2 * HOUR)
    assert any("check it on its own" in reason for reason in found.of(Verdict.UNPROVEN).values())
    assert not found.of(Verdict.MISSING)


def test_two_trails_of_one_bucket_share_the_folder_of_log_files() -> None:
    trail = trail_of()
    other = Trail(name="second", home="us-east-1", objects=trail.objects)
    other.deliver(4)
    assert Found(trail).outcome is Outcome.VALID
    only = Found(trail, Asked(since=START, chain=("second", "us-east-1")))
    assert only.outcome is Outcome.VALID
    assert [chain.chain.trail for chain in only.chains] == ["second"]
    assert "were not looked for" in only.notes[0]


def test_an_organisation_trail_has_its_accounts_below_the_organisation() -> None:
    trail = Trail(base="logs/AWSLogs/o-exampleorgid/")
    trail.deliver(4)
    Trail(base=trail.base, account="444455556666", objects=trail.objects).deliver(4)
    found = Found(trail)
    assert found.outcome is Outcome.VALID
    assert [chain.folder.account for chain in found.chains] == ["111122223333", "444455556666"]
    one = Found(trail, Asked(since=START, wanted=Wanted(frozenset({"444455556666"}))))
    assert [chain.folder.account for chain in one.chains] == ["444455556666"]


def test_only_the_time_that_was_asked_for() -> None:
    trail = Trail()
    trail.deliver(24)
    asked = Asked(since=START + 10 * HOUR, until=START + 12 * HOUR)
    found = Found(trail, asked, now=START + 24 * HOUR)
    assert found.outcome is Outcome.VALID
    ends = [name.end for key in found.files if (name := digest_name(key))]
    assert (min(ends), max(ends)) == (START + 10 * HOUR, START + 14 * HOUR)


def test_a_clock_that_is_behind_does_no_harm() -> None:
    assert Found(trail_of(), now=START + HOUR).outcome is Outcome.VALID


def test_a_log_file_listed_outside_of_its_folder_is_read_where_it_is_said_to_be() -> None:
    trail = trail_of(hours=3)
    outside = f"{LOGS}/elsewhere.json.gz"
    trail.objects[outside] = Stored(packed({"Records": []}))
    trail.digest(START + 3 * HOUR, END, [outside], previous=trail.digests()[-1])
    assert Found(trail).files[outside].verdict is Verdict.VALID


def _content(data: bytes) -> bytes | None:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, ValueError):
        return None
    except Exception as error:
        if type(error).__module__ == "zlib":
            return None
        raise


@settings(max_examples=200)
@given(st.data())
def test_any_bit_flipped_anywhere_is_found_and_its_file_named(data: st.DataObject) -> None:
    """Only bits of a gzip header that leave the content as it is cannot matter: time, system, comments."""
    trail = trail_of(hours=3)
    key = data.draw(st.sampled_from(sorted(trail.objects)))
    stored = trail.objects[key]
    position = data.draw(st.integers(0, len(stored.data) - 1))
    changed = bytearray(stored.data)
    changed[position] ^= 1 << data.draw(st.integers(0, 7))
    before, after = _content(stored.data), _content(bytes(changed))
    trail.objects[key] = Stored(bytes(changed), stored.metadata)
    found = Found(trail, now=START + 3 * HOUR)
    if after == before:
        assert found.files[key].verdict in {Verdict.VALID, Verdict.CHANGED}
        return
    assert found.files[key].verdict in {Verdict.CHANGED, Verdict.MOVED}
    assert found.outcome is Outcome.INVALID
    assert {name for name, told in found.files.items() if told.verdict is Verdict.CHANGED} <= {key}


@settings(max_examples=60)
@given(st.data())
def test_any_digit_of_a_signature_changed_is_found(data: st.DataObject) -> None:
    trail = trail_of(hours=2)
    key = data.draw(st.sampled_from(trail.digests()))
    metadata = trail.objects[key].metadata
    signature = metadata["signature"]
    position = data.draw(st.integers(0, len(signature) - 1))
    digit = data.draw(st.sampled_from([one for one in "0123456789abcdef" if one != signature[position]]))
    metadata["signature"] = signature[:position] + digit + signature[position + 1 :]
    assert Found(trail, now=START + 2 * HOUR).files[key].verdict is Verdict.CHANGED


@settings(max_examples=60)
@given(st.sets(st.integers(0, 11), min_size=1))
def test_any_files_deleted_are_never_called_valid(deleted: set[int]) -> None:
    trail = trail_of()
    keys = sorted(trail.objects)
    for index in deleted:
        del trail.objects[keys[index]]
    if not trail.objects:
        return
    found = Found(trail, now=END + 3 * HOUR)
    assert found.outcome is not Outcome.VALID
    assert not any(keys[index] in found.of(Verdict.VALID) for index in deleted)


def test_the_time_before_the_first_digest_of_a_chain_is_not_covered() -> None:
    found = Found(trail_of(), Asked(since=START - 5 * HOUR))
    assert found.outcome is Outcome.UNPROVEN
    (gap,) = found.chains[0].gaps
    assert (gap.after, gap.before) == (START - 5 * HOUR, START)
    assert "a new chain begins" in gap.reason


def test_a_chain_that_was_begun_anew_after_all_before_it_was_deleted_leaves_a_gap() -> None:
    trail = trail_of()
    trail.objects.clear()
    trail.deliver(2, start=START + 6 * HOUR)
    found = Found(trail, Asked(since=START + HOUR), now=START + 8 * HOUR)
    assert found.outcome is Outcome.UNPROVEN
    assert [(gap.after, gap.before) for gap in found.chains[0].gaps] == [(START + HOUR, START + 6 * HOUR)]


def test_lost_digests_before_the_oldest_one_leave_a_gap_too() -> None:
    trail = trail_of()
    for key in trail.digests()[:2]:
        del trail.objects[key]
    found = Found(trail)
    assert found.outcome is Outcome.INVALID
    assert [(gap.after, gap.before, gap.reason) for gap in found.chains[0].gaps] == [
        (START, START + 2 * HOUR, "digests are missing")
    ]


def test_the_end_of_a_time_that_is_long_over_is_covered_to_its_end() -> None:
    """There the next digest is not late: it is gone."""
    trail = trail_of(hours=6)
    asked = Asked(since=START, until=START + 6 * HOUR)
    late = START + 30 * HOUR
    assert Found(trail, asked, now=late).outcome is Outcome.VALID
    for key in (trail.digests()[-1], *trail.logs()[-2:]):
        del trail.objects[key]
    found = Found(trail, asked, now=late)
    assert found.outcome is Outcome.UNPROVEN
    assert [(gap.after, gap.before) for gap in found.chains[0].gaps] == [(START + 5 * HOUR, START + 6 * HOUR)]


@pytest.mark.parametrize("live", [True, False])
def test_a_region_of_which_everything_in_the_time_was_deleted_is_not_passed_over(*, live: bool) -> None:
    trail = trail_of("eu-west-1", "us-east-1", hours=5)
    start = START + 2 * HOUR + timedelta(minutes=1)
    for key in [key for key in trail.digests() if "/us-east-1/" in key][2:]:
        del trail.objects[key]
    for key in [key for key in trail.logs() if "/us-east-1/" in key][4:]:
        del trail.objects[key]
    found = Found(trail, Asked(since=start), live=live, now=START + 5 * HOUR)
    assert found.outcome is Outcome.UNPROVEN
    (chain,) = (chain for chain in found.chains if chain.folder.region == "us-east-1")
    assert (chain.digests, chain.since) == (0, None)
    assert [(gap.after, gap.before) for gap in chain.gaps] == [(start, START + 5 * HOUR)]


def test_a_region_without_digests_for_more_than_a_day_is_told() -> None:
    trail = trail_of(hours=30)
    trail.deliver(2, region="us-east-1")
    found = Found(trail, Asked(since=START + 28 * HOUR), now=START + 30 * HOUR)
    assert found.outcome is Outcome.UNPROVEN
    assert [sentence.split(":")[0] for sentence in found.silences] == ["111122223333 in us-east-1"]


def test_a_second_trail_of_which_everything_was_deleted_is_not_passed_over() -> None:
    trail = trail_of()
    other = Trail(name="other", objects=trail.objects)
    other.deliver(1, logs=0)
    found = Found(trail, Asked(since=START + HOUR + timedelta(minutes=1)))
    assert [(chain.chain.trail, chain.digests, len(chain.gaps)) for chain in found.chains] == [
        ("org-trail", 3, 0),
        ("other", 0, 1),
    ]
    assert found.outcome is Outcome.UNPROVEN


def test_a_short_time_needs_no_digest_of_its_own_yet() -> None:
    trail = trail_of()
    assert Found(trail, Asked(since=END + timedelta(minutes=10)), now=END + HOUR).chains == []
    assert Found(trail, Asked(since=END + timedelta(minutes=10)), now=END + HOUR).silences == []


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(regions=frozenset({"eu-west-1", "us-east-1"})), "us-east-1: nothing"),
        (Wanted(accounts=frozenset({"111122223333", "444455556666"})), "account 444455556666: nothing"),
    ],
)
def test_what_is_asked_for_by_name_and_not_there_is_told(wanted: Wanted, told: str) -> None:
    found = Found(trail_of(), Asked(since=START, wanted=wanted))
    assert found.outcome is Outcome.UNPROVEN
    (sentence,) = found.silences
    assert sentence.startswith(told)


def test_a_trail_that_has_no_digests_beside_another_is_told() -> None:
    found = Found(trail_of(), Asked(since=START, chain=("other", "eu-west-1")))
    assert found.outcome is Outcome.UNPROVEN
    assert ["`other`" in sentence for sentence in found.silences] == [True]


@pytest.mark.parametrize("time", [NOW + 2 * HOUR, NOW + 70 * 365 * 24 * HOUR])
def test_a_log_file_of_a_time_that_is_still_to_come_is_none_of_cloudtrail(time: datetime) -> None:
    trail = trail_of()
    key = trail.log(time)
    assert "still to come" in Found(trail).of(Verdict.UNLISTED)[key]


@pytest.mark.parametrize(
    "name",
    [
        "events.json.gz",
        "EVENTS.JSON",
        "111122223333_CloudTrail_eu-west-1_99991231T2359Z_0123456789abcdef.json.gz",
        "444455556666_CloudTrail_eu-west-1_20261123T2230Z_0123456789abcdef.json.gz",
        "111122223333_CloudTrail_us-east-1_20261123T2230Z_0123456789abcdef.json.gz",
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_a_file_that_readers_take_for_log_and_cloudtrail_would_not_name_so(name: str, *, shared: bool) -> None:
    trail = trail_of()
    if shared:
        Trail(name="other", objects=trail.objects).deliver(4)
    key = f"{trail.logs()[0].rpartition('/')[0]}/{name}"
    trail.objects[key] = Stored(packed({"Records": []}))
    found = Found(trail, Asked(since=START, chain=("org-trail", "eu-west-1") if shared else None))
    assert found.outcome is Outcome.INVALID
    assert "such a name" in found.of(Verdict.UNLISTED)[key]


def test_a_digest_in_the_folder_of_another_account_is_moved() -> None:
    trail = trail_of()
    newest = trail.digests()[-1]
    strange = newest.replace(f"/{ACCOUNT}_", "/444455556666_")
    trail.objects[strange] = trail.objects[newest]
    found = Found(trail)
    assert list(found.of(Verdict.MOVED)) == [strange]
    assert found.chains[0].gaps == ()


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"])
def test_times_that_nobody_has_seen_end_no_run(time: str) -> None:
    trail = trail_of()
    newest = trail.digests()[-1]
    key = trail.digest(START, START + HOUR, [], backfill=True)
    trail.objects[key].metadata["backfill-generation-timestamp"] = time
    assert Found(trail).files[key].verdict is Verdict.VALID
    for member in ("digestStartTime", "digestEndTime"):
        strange = trail.digest(END, END + HOUR, [], previous=newest, changes={member: time})
        assert "is no time" in Found(trail).of(Verdict.CHANGED)[strange]


def test_a_time_asked_for_at_the_ends_of_the_calendar() -> None:
    trail = trail_of()
    ends = Asked(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert Found(trail, ends).tally.of(Verdict.VALID) == 12
