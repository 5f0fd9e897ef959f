"""Explaining only what CloudTrail's digests prove to be as it was written: ``--verified``."""

from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.account_folders import event, run
from tests.signed_logs import BUCKET, Stored, Trail, packed, public_keys

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.aws_server import AwsServer


class DenialTrail(Trail):
    """A trail whose log files hold a denial each."""

    def log(self, time: datetime, region: str = "eu-west-1") -> str:
        """One log file; its key."""
        key = super().log(time, region)
        record: dict[str, Any] = event(eventID=key[-24:-8], eventTime=f"{time:%Y-%m-%dT%H:%M:%SZ}")
        self.objects[key] = Stored(packed({"Records": [record]}))
        return key


@pytest.fixture
def trail() -> DenialTrail:
    made = DenialTrail()
    made.deliver(3, logs=1)
    return made


def reports(stdout: str) -> int:
    return len(json.loads(stdout)["reports"])


def test_a_trail_that_is_proven_is_explained(tmp_path: Path, aws: AwsServer, trail: DenialTrail) -> None:
    trail.upload(aws.client("s3"))
    aws.reply("cloudtrail:ListPublicKeys", json.dumps(public_keys()), "application/x-amz-json-1.1")
    arguments = (f"s3://{BUCKET}/", "--verified", "--endpoint-url", aws.url, "--format", "json")
    done = run("explain", *arguments, cwd=tmp_path)
    assert (done.stderr, reports(done.stdout)) == ("", 3)


def test_a_log_file_that_was_changed_ends_it_in_one_sentence(
    tmp_path: Path, aws: AwsServer, trail: DenialTrail
) -> None:
    changed = trail.logs()[0]
    trail.objects[changed] = Stored(gzip.compress(json.dumps({"Records": [event()]}).encode()))
    trail.upload(aws.client("s3"))
    aws.reply("cloudtrail:ListPublicKeys", json.dumps(public_keys()), "application/x-amz-json-1.1")
    arguments = (f"s3://{BUCKET}/", "--endpoint-url", aws.url, "--format", "json")
    done = run("explain", *arguments, "--verified", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"policysim: s3://{BUCKET}/{changed}: ")
    assert reports(run("explain", *arguments, cwd=tmp_path).stdout) == 3


def test_a_copy_is_verified_without_aws(tmp_path: Path, trail: DenialTrail) -> None:
    trail.write(tmp_path / "copy")
    (tmp_path / "keys.json").write_text(json.dumps(public_keys()), encoding="utf-8")
    first = f"copy/{trail.logs()[0]}"
    proof = ("--verified", "--public-keys", "keys.json", "--format", "json")
    done = run("explain", first, *proof, cwd=tmp_path)
    assert (done.stderr, reports(done.stdout)) == ("", 1)
    whole = run("explain", "copy", *proof, cwd=tmp_path)
    assert whole.returncode == 2
    assert "is unproven" in whole.stderr, "a copy loses the signature of its newest digest"
    assert reports(run("explain", "copy", "--format", "json", cwd=tmp_path).stdout) == 3


def test_a_copy_without_keys_asks_for_them_and_calls_nobody(tmp_path: Path, trail: DenialTrail) -> None:
    trail.write(tmp_path / "copy")
    done = run("explain", "copy", "--verified", cwd=tmp_path)
    assert done.returncode == 2
    assert "--public-keys" in done.stderr


def test_a_log_file_outside_of_its_folders_has_nothing_that_proves_it(tmp_path: Path, trail: DenialTrail) -> None:
    copy = trail.write(tmp_path / "copy")
    (tmp_path / "keys.json").write_text(json.dumps(public_keys()), encoding="utf-8")
    (tmp_path / "taken.json.gz").write_bytes((copy / trail.logs()[0]).read_bytes())
    done = run("explain", "taken.json.gz", "--verified", "--public-keys", "keys.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("policysim: taken.json.gz: this does not lie in a copy of a trail")


def test_a_renamed_log_file_is_not_proven_by_its_content(tmp_path: Path, trail: DenialTrail) -> None:
    copy = trail.write(tmp_path / "copy")
    (tmp_path / "keys.json").write_text(json.dumps(public_keys()), encoding="utf-8")
    first, second = (copy / key for key in trail.logs()[:2])
    second.write_bytes(first.read_bytes())
    other = first.with_name(first.name.replace("eu-west-1", "us-east-1"))
    other.write_bytes(first.read_bytes())
    for path, reason in ((second, "not as CloudTrail delivered it"), (other, "no log file of the trail")):
        done = run("explain", str(path), "--verified", "--public-keys", "keys.json", cwd=tmp_path)
        assert (done.returncode, reason in done.stderr) == (2, True)


def test_a_pipe_and_a_broken_link_are_not_waited_for(tmp_path: Path, trail: DenialTrail) -> None:
    copy = trail.write(tmp_path / "copy")
    log = copy / trail.logs()[0]
    log.unlink()
    os.mkfifo(log)
    done = run("explain", "copy", cwd=tmp_path)
    assert (done.returncode, done.stderr.endswith(": this is no file\n")) == (2, True)
    log.unlink()
    log.symlink_to(tmp_path / "nowhere")
    done = run("explain", "copy", cwd=tmp_path)
    assert (done.returncode, done.stderr.endswith(": this is no file\n")) == (2, True)
